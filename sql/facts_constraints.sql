-- Facts of keys, constraints and indexes: told by table and columns, never by name.
\set superuser :USER
SET client_min_messages = warning;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE DATABASE facts_constraints_reference OWNER teacher;
\c facts_constraints_reference teacher
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.people (id int PRIMARY KEY, name text NOT NULL, mail text UNIQUE, born date, boss int REFERENCES shop.people DEFERRABLE);
CREATE TABLE shop.lines (doc int, line int, amount int CHECK (amount > 0), rate int CHECK (rate BETWEEN 0 AND 100),
	PRIMARY KEY (doc, line), UNIQUE NULLS NOT DISTINCT (amount, rate));
CREATE TABLE shop.refunds (doc int, line int, seen int UNIQUE DEFERRABLE INITIALLY DEFERRED,
	FOREIGN KEY (doc, line) REFERENCES shop.lines MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL);
CREATE TABLE shop.stays (during daterange, CHECK (NOT isempty(during)) NO INHERIT, EXCLUDE USING gist (during WITH &&) WHERE (lower(during) > '2000-01-01'));
ALTER TABLE shop.people ADD CHECK (born > '1900-01-01') NOT VALID;
CREATE INDEX ON shop.people (lower(name), born DESC NULLS LAST) INCLUDE (mail);
CREATE INDEX ON shop.people (mail text_pattern_ops) WHERE born IS NOT NULL;
CREATE UNIQUE INDEX ON shop.people (lower(mail));
CREATE INDEX ON shop.people USING hash (name);
\c lab teacher
SET client_min_messages = error;
SELECT count(*) FROM lab_create('{"lab": "facts_constraints", "reference": "facts_constraints_reference", "participants": ["right", "wrong"]}');
CALL lab_wait('facts_constraints', '1 minute');

\c facts_constraints_right right
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.people (boss int, born date, mail text, name text NOT NULL, id int NOT NULL);
CREATE UNIQUE INDEX one ON shop.people (id);
ALTER TABLE shop.people ADD CONSTRAINT who PRIMARY KEY USING INDEX one, ADD CONSTRAINT over FOREIGN KEY (boss) REFERENCES shop.people (id) DEFERRABLE,
	ADD CONSTRAINT old CHECK ('1900-01-01' < born) NOT VALID;
CREATE UNIQUE INDEX ON shop.people (mail);
CREATE TABLE shop.lines (line int, doc int, rate int, amount int, CONSTRAINT positive CHECK (amount > 0), CHECK (rate >= 0), CHECK (rate <= 100),
	PRIMARY KEY (line, doc));
CREATE UNIQUE INDEX ON shop.lines (rate, amount) NULLS NOT DISTINCT;
CREATE TABLE shop.refunds (doc int, line int, seen int, UNIQUE (seen) DEFERRABLE INITIALLY DEFERRED,
	FOREIGN KEY (line, doc) REFERENCES shop.lines (line, doc) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (line, doc));
ALTER TABLE shop.refunds DROP CONSTRAINT refunds_line_doc_fkey,
	ADD FOREIGN KEY (line, doc) REFERENCES shop.lines (line, doc) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL;
CREATE TABLE shop.stays (during daterange);
ALTER TABLE shop.stays ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WHERE (lower(during) > DATE '2000-01-01'),
	ADD CONSTRAINT whole CHECK (isempty(during) = false) NO INHERIT;
CREATE INDEX a ON shop.people (lower(name), born DESC NULLS LAST) INCLUDE (mail);
CREATE INDEX b ON shop.people (mail text_pattern_ops) WHERE NOT born IS NULL;
CREATE UNIQUE INDEX c ON shop.people (lower(mail));
CREATE INDEX d ON shop.people USING hash (name);

\c facts_constraints_wrong wrong
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.people (id int UNIQUE NOT NULL, name text NOT NULL, mail text, born date CHECK (born > '1900-01-01'), boss int REFERENCES shop.people (id));
CREATE TABLE shop.lines (doc int, line int, amount int CHECK (amount >= 0), rate int CHECK (rate BETWEEN 0 AND 99),
	PRIMARY KEY (doc, line), UNIQUE (amount, rate));
CREATE TABLE shop.refunds (doc int, line int, seen int UNIQUE,
	FOREIGN KEY (doc, line) REFERENCES shop.lines ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE shop.stays (during daterange, CHECK (NOT isempty(during)), EXCLUDE USING gist (during WITH &&));
CREATE INDEX ON shop.people (lower(name), born) INCLUDE (mail);
CREATE INDEX ON shop.people (mail) WHERE born IS NOT NULL;
CREATE INDEX ON shop.people (lower(mail));
CREATE INDEX ON shop.people (name);
CREATE UNIQUE INDEX ON shop.people (born) WHERE born > '2000-01-01';

\c lab teacher
SELECT lab_evaluate('facts_constraints');
SELECT kind, object, status, detail FROM lab_results('facts_constraints', 'right') WHERE status <> 'pass';
SELECT kind, object, detail FROM lab_results('facts_constraints', 'wrong') WHERE status <> 'pass';
SELECT login, passed = total AS whole, score FROM lab_progress('facts_constraints');
SELECT lab_drop('facts_constraints');
SET client_min_messages = error;
CALL lab_wait('facts_constraints', '1 minute');
\c lab :superuser
DROP DATABASE facts_constraints_reference;
DROP ROLE teacher;
