-- Facts of everything else that people make: comments, statistics, publications, operators, casts, text search.
\set superuser :USER
SET client_min_messages = warning;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE DATABASE facts_others_reference OWNER teacher;
\c facts_others_reference teacher
SET client_min_messages = error;
CREATE SCHEMA shop;
CREATE TABLE shop.goods (id int PRIMARY KEY, name text, price int);
CREATE TYPE shop.pair AS (a int, b int);
CREATE INDEX by_name ON shop.goods (name);
COMMENT ON TABLE shop.goods IS 'what is sold';
COMMENT ON COLUMN shop.goods.price IS 'in cents';
COMMENT ON CONSTRAINT goods_pkey ON shop.goods IS 'the key';
COMMENT ON INDEX shop.by_name IS 'for the search';
COMMENT ON TYPE shop.pair IS 'two';
CREATE STATISTICS shop.together (ndistinct, dependencies) ON name, price FROM shop.goods;
CREATE PUBLICATION sales FOR TABLE shop.goods (id, name) WHERE (id > 0) WITH (publish = 'insert, update');
CREATE FUNCTION shop.same(shop.pair, shop.pair) RETURNS bool LANGUAGE sql IMMUTABLE RETURN ($1).a = ($2).a;
CREATE OPERATOR shop.=== (LEFTARG = shop.pair, RIGHTARG = shop.pair, FUNCTION = shop.same, COMMUTATOR = OPERATOR(shop.===));
CREATE FUNCTION shop.first(shop.pair) RETURNS int LANGUAGE sql IMMUTABLE RETURN ($1).a;
CREATE CAST (shop.pair AS int) WITH FUNCTION shop.first(shop.pair) AS ASSIGNMENT;
CREATE TEXT SEARCH DICTIONARY shop.plain (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION shop.search (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION shop.search ALTER MAPPING FOR word WITH shop.plain, simple;
\c lab teacher
SET client_min_messages = error;
SELECT count(*) FROM lab_create('{"lab": "facts_others", "reference": "facts_others_reference", "participants": ["right", "wrong"]}');
CALL lab_wait('facts_others', '1 minute');

\c facts_others_right right
SET client_min_messages = error;
CREATE SCHEMA shop;
CREATE TABLE shop.goods (price int, name text, id int CONSTRAINT k PRIMARY KEY);
CREATE TYPE shop.pair AS (a int, b int);
CREATE INDEX other ON shop.goods (name);
COMMENT ON TABLE shop.goods IS 'what is sold';
COMMENT ON COLUMN shop.goods.price IS 'in cents';
COMMENT ON CONSTRAINT k ON shop.goods IS 'the key';
COMMENT ON INDEX shop.other IS 'for the search';
COMMENT ON TYPE shop.pair IS 'two';
COMMENT ON COLUMN shop.goods.id IS 'a comment more';
CREATE STATISTICS shop.together (dependencies, ndistinct) ON price, name FROM shop.goods;
CREATE PUBLICATION sales WITH (publish = 'update, insert');
ALTER PUBLICATION sales ADD TABLE shop.goods (name, id) WHERE (id > 0);
CREATE FUNCTION shop.same(shop.pair, shop.pair) RETURNS bool LANGUAGE sql IMMUTABLE RETURN ($1).a = ($2).a;
CREATE OPERATOR shop.=== (FUNCTION = shop.same, LEFTARG = shop.pair, RIGHTARG = shop.pair, COMMUTATOR = OPERATOR(shop.===));
CREATE FUNCTION shop.first(shop.pair) RETURNS int LANGUAGE sql IMMUTABLE RETURN ($1).a;
CREATE CAST (shop.pair AS integer) WITH FUNCTION shop.first AS ASSIGNMENT;
CREATE TEXT SEARCH DICTIONARY shop.plain (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION shop.search (COPY = english);
ALTER TEXT SEARCH CONFIGURATION shop.search ALTER MAPPING REPLACE english_stem WITH simple;
ALTER TEXT SEARCH CONFIGURATION shop.search ALTER MAPPING FOR word WITH shop.plain, simple;

\c facts_others_wrong wrong
SET client_min_messages = error;
CREATE SCHEMA shop;
CREATE TABLE shop.goods (id int PRIMARY KEY, name text, price int);
CREATE TYPE shop.pair AS (a int, b int);
CREATE INDEX by_name ON shop.goods (name);
COMMENT ON TABLE shop.goods IS 'what is bought';
COMMENT ON COLUMN shop.goods.name IS 'in cents';
CREATE STATISTICS shop.together (ndistinct) ON name, price FROM shop.goods;
CREATE PUBLICATION sales FOR TABLE shop.goods (id, name) WHERE (id > 1) WITH (publish = 'insert, update');
CREATE FUNCTION shop.same(shop.pair, shop.pair) RETURNS bool LANGUAGE sql IMMUTABLE RETURN ($1).a = ($2).a;
CREATE OPERATOR shop.=== (LEFTARG = shop.pair, RIGHTARG = shop.pair, FUNCTION = shop.same);
CREATE FUNCTION shop.first(shop.pair) RETURNS int LANGUAGE sql IMMUTABLE RETURN ($1).a;
CREATE CAST (shop.pair AS int) WITH FUNCTION shop.first(shop.pair) AS IMPLICIT;
CREATE TEXT SEARCH DICTIONARY shop.plain (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION shop.search (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION shop.search ALTER MAPPING FOR word WITH simple, shop.plain;

\c lab teacher
SELECT lab_evaluate('facts_others');
SELECT kind, object, status, detail FROM lab_results('facts_others', 'right') WHERE status <> 'pass';
SELECT kind, object, detail FROM lab_results('facts_others', 'wrong') WHERE status <> 'pass';
SELECT login, passed = total AS whole, score FROM lab_progress('facts_others');
SELECT lab_drop('facts_others');
SET client_min_messages = error;
CALL lab_wait('facts_others', '1 minute');
\c lab :superuser
DROP DATABASE facts_others_reference;
DROP ROLE teacher;
