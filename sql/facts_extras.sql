-- What a participant has beside the reference: what changes a table of the reference fails it, the rest costs nothing.
\set superuser :USER
SET client_min_messages = warning;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE DATABASE facts_extras_reference OWNER teacher;
\c facts_extras_reference teacher
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.a (id int PRIMARY KEY, n int);
CREATE TABLE shop.b (id int PRIMARY KEY, n int);
CREATE TABLE shop.c (id int PRIMARY KEY, n int, CHECK (n > 0), CHECK (n > 0));
CREATE TABLE shop.d (id int PRIMARY KEY, n int, day date) ;
CREATE TABLE shop.e (id int PRIMARY KEY, n int);
CREATE TABLE shop.f (id int PRIMARY KEY, n int);
CREATE TABLE shop.g (id int PRIMARY KEY, n int);
CREATE VIEW shop.v AS SELECT id, n FROM shop.a;
CREATE DOMAIN shop.small AS int;
\c lab teacher
SET client_min_messages = error;
SELECT count(*) FROM lab_create('{"lab": "extras_count", "reference": "facts_extras_reference", "participants": ["counted", "free"]}');
SELECT count(*) FROM lab_create('{"lab": "extras_strict", "reference": "facts_extras_reference", "participants": ["strict"], "extras": "strict"}');
SELECT count(*) FROM lab_create('{"lab": "extras_ignore", "reference": "facts_extras_reference", "participants": ["ignored"], "extras": "ignore"}');
CALL lab_wait('extras_count', '1 minute');
CALL lab_wait('extras_strict', '1 minute');
CALL lab_wait('extras_ignore', '1 minute');

-- all that was asked for
\set base 'CREATE SCHEMA shop; CREATE TABLE shop.a (id int PRIMARY KEY, n int); CREATE TABLE shop.b (id int PRIMARY KEY, n int); CREATE TABLE shop.c (id int PRIMARY KEY, n int, CHECK (n > 0)); CREATE TABLE shop.d (id int PRIMARY KEY, n int, day date); CREATE TABLE shop.e (id int PRIMARY KEY, n int); CREATE TABLE shop.f (id int PRIMARY KEY, n int); CREATE TABLE shop.g (id int PRIMARY KEY, n int); CREATE VIEW shop.v AS SELECT id, n FROM shop.a; CREATE DOMAIN shop.small AS int;'
-- and what changes it
\set more 'ALTER TABLE shop.a ADD extra int; ALTER TABLE shop.b ALTER n SET NOT NULL; ALTER TABLE shop.c ALTER n SET DEFAULT 5; CREATE UNIQUE INDEX ON shop.d (n) WHERE day > \'2000-01-01\'; ALTER TABLE shop.e ADD CHECK (n <> 7); CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS \'BEGIN RETURN NEW; END\'; CREATE TRIGGER t BEFORE INSERT ON shop.f FOR EACH ROW EXECUTE FUNCTION public.f(); GRANT SELECT ON shop.g TO PUBLIC; CREATE RULE r AS ON INSERT TO shop.v DO INSTEAD NOTHING; ALTER DOMAIN shop.small ADD CHECK (VALUE < 10);'
\c extras_count_counted counted
SET client_min_messages = warning;
:base
:more
\c extras_ignore_ignored ignored
SET client_min_messages = warning;
:base
:more
-- what changes nothing
\c extras_count_free free
SET client_min_messages = warning;
:base
CREATE TABLE shop.own (id int PRIMARY KEY REFERENCES shop.a, CHECK (id > 0));
CREATE TABLE shop.child () INHERITS (shop.b);
CREATE VIEW shop.more AS SELECT 1 AS one;
CREATE INDEX ON shop.d (n);
CREATE SEQUENCE shop.s;
COMMENT ON TABLE shop.a IS 'mine';
ALTER TABLE shop.a SET (fillfactor = 50), ALTER n SET STATISTICS 10;
CREATE STATISTICS shop.st ON n, day FROM shop.d;
\c extras_strict_strict strict
SET client_min_messages = warning;
:base
CREATE INDEX ON shop.d (n);
CREATE TABLE shop.own (id int);
COMMENT ON TABLE shop.a IS 'mine';

\c lab teacher
SELECT lab_evaluate('extras_count'), lab_evaluate('extras_strict'), lab_evaluate('extras_ignore');
SELECT kind, object, detail FROM lab_results('extras_count', 'counted') WHERE status <> 'pass';
SELECT kind, object, detail FROM lab_results('extras_count', 'free') WHERE status <> 'pass';
SELECT kind, object, detail FROM lab_results('extras_strict', 'strict') WHERE status <> 'pass';
SELECT kind, object, detail FROM lab_results('extras_ignore', 'ignored') WHERE status <> 'pass';
SELECT lab, login, score FROM lab_progress() ORDER BY lab, login;
SET client_min_messages = error;
SELECT lab_drop('extras_count'), lab_drop('extras_strict'), lab_drop('extras_ignore');
CALL lab_wait('extras_count', '1 minute');
CALL lab_wait('extras_strict', '1 minute');
CALL lab_wait('extras_ignore', '1 minute');
\c lab :superuser
DROP DATABASE facts_extras_reference;
DROP ROLE teacher;
