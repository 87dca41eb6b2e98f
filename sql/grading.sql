-- One lab from its creation to its removal: what is derived, and what is said of a participant.
\set superuser :USER
SET client_min_messages = warning;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE DATABASE grading_reference OWNER teacher;
\c grading_reference teacher
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TYPE shop.size AS ENUM ('small', 'large');
CREATE TABLE shop.customers (id serial PRIMARY KEY, name text NOT NULL UNIQUE, made timestamptz DEFAULT now(), size shop.size);
CREATE TABLE shop.orders (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	customer int NOT NULL REFERENCES shop.customers ON DELETE CASCADE,
	total numeric(10,2) NOT NULL DEFAULT 0 CHECK (total >= 0),
	UNIQUE (customer, total)
);
CREATE INDEX ON shop.orders (total DESC) WHERE total > 10;
INSERT INTO shop.customers (name) VALUES ('Ann'), ('Ben');
INSERT INTO shop.orders (customer, total) VALUES (1, 10.5), (2, 99);
CREATE VIEW shop.top AS SELECT c.name, sum(o.total) AS total FROM shop.customers c JOIN shop.orders o ON o.customer = c.id GROUP BY 1;
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.orders;
CREATE SEQUENCE shop.tickets INCREMENT 5;
CREATE TABLE shop.logs (at date, line text) PARTITION BY RANGE (at);
CREATE TABLE shop.logs_2026 PARTITION OF shop.logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
\c lab teacher
SELECT login, name, database, password ~ '^([a-z]{5}-){3}[a-z]{5}$' AS password, connect ~ '^psql ' AS connect
FROM lab_create('{"lab": "grading", "reference": "grading_reference",
	"participants": ["right", "wrong", {"login": "Odd \"Name''", "name": "O''Dd"}],
	"tasks": [{"name": "orders", "points": 10, "objects": ["shop.orders"], "hint": "Think about ON DELETE."}],
	"ignore": ["index:shop.legacy_*"], "peers": "named"}');
SELECT lab_create('{"lab": "grading", "reference": "grading_reference", "participants": ["other"]}');
SET client_min_messages = error;
CALL lab_wait('grading', '1 minute');
RESET client_min_messages;
SELECT task, kind, object, points FROM lab_checks('grading');
SELECT login, name, state, passed, total, score FROM lab_progress('grading');
SELECT part, state, detail FROM lab_status() WHERE part IN ('provisioning grading', 'spec grading');
-- a verifier is stored, and nothing in clear
\c lab :superuser
SELECT rolname, rolpassword ~ '^SCRAM-SHA-256\$' AS verifier FROM pg_authid WHERE rolname IN ('right', 'wrong') ORDER BY 1;

-- another road to the same database
\c grading_right right
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TYPE shop.size AS ENUM ('small', 'large');
CREATE TABLE shop.customers (size shop.size, name text NOT NULL, made timestamp with time zone DEFAULT CURRENT_TIMESTAMP);
ALTER TABLE shop.customers ADD id serial CONSTRAINT my_key PRIMARY KEY;
CREATE UNIQUE INDEX ON shop.customers (name);
CREATE TABLE shop.orders (
	total decimal(10,2) NOT NULL DEFAULT '0',
	id integer GENERATED ALWAYS AS IDENTITY,
	customer int4 NOT NULL,
	CONSTRAINT fk FOREIGN KEY (customer) REFERENCES shop.customers (id) ON DELETE CASCADE,
	UNIQUE (total, customer)
);
ALTER TABLE shop.orders ADD PRIMARY KEY (id), ADD CHECK (total >= 0.0);
CREATE INDEX big ON shop.orders (total DESC) WHERE total > 10;
INSERT INTO shop.customers (id, name) VALUES (2, 'Ben'), (1, 'Ann');
INSERT INTO shop.orders (customer, total) VALUES (1, 10.50), (2, 99.0);
CREATE VIEW shop.top AS SELECT (SELECT sum(total) FROM shop.orders o WHERE o.customer = c.id) AS total, name FROM shop.customers c WHERE id IN (SELECT customer FROM shop.orders);
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(id) AS n FROM shop.orders;
CREATE SEQUENCE shop.tickets INCREMENT BY 5;
CREATE TABLE shop.logs (line text, at date) PARTITION BY RANGE (at);
CREATE TABLE shop.logs_2026 (line text, at date);
ALTER TABLE shop.logs ATTACH PARTITION shop.logs_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE public.my_notes (n int);

-- and one with mistakes
\c grading_wrong wrong
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.customers (id serial PRIMARY KEY, name varchar(20) NOT NULL UNIQUE, made timestamptz, size text, extra int);
CREATE TABLE shop.orders (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	customer int REFERENCES shop.customers,
	total numeric(10,2) NOT NULL DEFAULT 1 CHECK (total > 0),
	UNIQUE (customer, total)
);
CREATE INDEX ON shop.orders (total) WHERE total > 10;
INSERT INTO shop.customers (name) VALUES ('Ann'), ('Bob');
INSERT INTO shop.orders (customer, total) VALUES (1, 10.5);
CREATE VIEW shop.top AS SELECT * FROM (VALUES ('Ann'::text, 10.5), ('Ben', 99)) AS v (name, total);
CREATE SEQUENCE shop.tickets INCREMENT 4;

\c lab teacher
SELECT lab_evaluate('grading');
SELECT kind, object, status, detail FROM lab_results('grading', 'right') WHERE status <> 'pass';
SELECT kind, object, status, detail FROM lab_results('grading', 'wrong') WHERE status <> 'pass';
SELECT login, state, passed, total, score FROM lab_progress('grading');
-- nothing is written when nothing changed
SELECT count(*) AS history FROM lab.progress \gset
SELECT lab_evaluate('grading', 'right');
SELECT count(*) - :history AS more FROM lab.progress;
SELECT DISTINCT object FROM lab_timeline('grading', 'right') WHERE object LIKE '%sequence%' ORDER BY object;
SELECT lab_evaluate('grading', 'nobody');
SELECT lab_drop('grading');
SET client_min_messages = error;
CALL lab_wait('grading', '1 minute');
SELECT datname FROM pg_database WHERE datname LIKE 'grading%';
SELECT rolname FROM pg_roles WHERE rolname IN ('right', 'wrong', 'Odd "Name''');
\c lab :superuser
SELECT count(*) FROM lab.accounts;
DROP DATABASE grading_reference;
DROP ROLE teacher;
