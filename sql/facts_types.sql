-- Facts of schemas, types, domains, views and sequences.
\set superuser :USER
SET client_min_messages = warning;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE DATABASE facts_types_reference OWNER teacher;
\c facts_types_reference teacher
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE SCHEMA archive;
CREATE EXTENSION citext;
CREATE TYPE shop.size AS ENUM ('small', 'middle', 'large');
CREATE TYPE shop.address AS (street text, zip varchar(10));
CREATE TYPE shop.span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN shop.email AS text DEFAULT 'nobody@lab.test' NOT NULL CHECK (VALUE LIKE '%@%') CHECK (length(VALUE) < 100);
CREATE COLLATION shop.plain (locale = 'POSIX');
CREATE TABLE shop.goods (id int, name citext, price numeric(8,2), size shop.size);
CREATE VIEW shop.cheap WITH (security_barrier) AS SELECT id, name, price FROM shop.goods WHERE price < 10 WITH LOCAL CHECK OPTION;
CREATE VIEW shop.sizes AS SELECT id, size FROM shop.goods;
ALTER VIEW shop.sizes ALTER size SET DEFAULT 'small';
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.goods;
CREATE SEQUENCE shop.tickets AS smallint INCREMENT 5 START 20 MAXVALUE 1000 CYCLE OWNED BY shop.goods.id;
\c lab teacher
SET client_min_messages = error;
SELECT count(*) FROM lab_create('{"lab": "facts_types", "reference": "facts_types_reference", "participants": ["right", "wrong"]}');
CALL lab_wait('facts_types', '1 minute');

\c facts_types_right right
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE SCHEMA archive;
CREATE SCHEMA mine;
CREATE EXTENSION citext;
CREATE TYPE shop.size AS ENUM ('small', 'large');
ALTER TYPE shop.size ADD VALUE 'middle' BEFORE 'large';
CREATE TYPE shop.address AS (street varchar);
ALTER TYPE shop.address ALTER ATTRIBUTE street TYPE text, ADD ATTRIBUTE zip character varying(10);
CREATE TYPE shop.span AS RANGE (subtype_diff = float8mi, subtype = double precision);
CREATE DOMAIN shop.email AS text CHECK (100 > length(VALUE) AND VALUE ~~ '%@%');
ALTER DOMAIN shop.email SET NOT NULL;
ALTER DOMAIN shop.email SET DEFAULT lower('Nobody@lab.test');
CREATE COLLATION shop.plain (lc_collate = 'POSIX', lc_ctype = 'POSIX');
CREATE TABLE shop.goods (size shop.size, id int, price numeric(8,2), name citext);
CREATE VIEW shop.cheap AS SELECT g.price, g.id, g.name FROM shop.goods g WHERE 10 > g.price;
ALTER VIEW shop.cheap SET (security_barrier = on, check_option = local);
CREATE VIEW shop.sizes AS SELECT size, id FROM shop.goods;
ALTER VIEW shop.sizes ALTER size SET DEFAULT 'small'::shop.size;
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.goods WITH NO DATA;
REFRESH MATERIALIZED VIEW shop.counted;
CREATE SEQUENCE shop.tickets AS int2 START WITH 20 INCREMENT BY 5 MINVALUE 1 MAXVALUE 1000 CYCLE;
ALTER SEQUENCE shop.tickets OWNED BY shop.goods.id;
SELECT nextval('shop.tickets');

\c facts_types_wrong wrong
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE EXTENSION citext;
CREATE TYPE shop.size AS ENUM ('small', 'large', 'middle');
CREATE TYPE shop.address AS (street text, zip varchar(9));
CREATE TYPE shop.span AS RANGE (subtype = float8);
CREATE DOMAIN shop.email AS varchar CHECK (VALUE LIKE '%@%') CHECK (VALUE <> 'x');
CREATE COLLATION shop.plain (lc_collate = 'POSIX', lc_ctype = 'C');
CREATE TABLE shop.goods (id int, name citext, price numeric(8,2), size shop.size);
CREATE VIEW shop.cheap AS SELECT id, name, price::numeric FROM shop.goods WHERE price < 10;
CREATE VIEW shop.sizes AS SELECT id, size::text FROM shop.goods;
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.goods WITH NO DATA;
CREATE SEQUENCE shop.tickets INCREMENT 5 MAXVALUE 1000;

\c lab teacher
SELECT lab_evaluate('facts_types');
SELECT kind, object, status, detail FROM lab_results('facts_types', 'right') WHERE status <> 'pass';
SELECT kind, object, detail FROM lab_results('facts_types', 'wrong') WHERE status <> 'pass';
SELECT login, passed = total AS whole, score FROM lab_progress('facts_types');
SELECT lab_drop('facts_types');
SET client_min_messages = error;
CALL lab_wait('facts_types', '1 minute');
\c lab :superuser
DROP DATABASE facts_types_reference;
DROP ROLE teacher;
