-- Views by what they give: roads to the same result, and results that differ.
\set superuser :USER
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS labcreator;
CREATE ROLE viewer LOGIN IN ROLE lab_master;
CREATE DATABASE views_reference OWNER viewer;
CREATE DATABASE views_starter OWNER viewer;
\c views_starter viewer
CREATE SCHEMA shop;
CREATE TABLE shop.customers (id int PRIMARY KEY, name text NOT NULL, born date, made timestamptz NOT NULL DEFAULT now());
CREATE TABLE shop.orders (id int PRIMARY KEY, customer int REFERENCES shop.customers, total numeric(10,2), placed timestamptz);
INSERT INTO shop.customers (id, name, born) VALUES (1, 'Ann', '1990-02-03'), (2, 'Ben', '2001-12-31'), (3, 'Cem', NULL);
INSERT INTO shop.orders VALUES (1, 1, 10, '2026-01-01 10:00+00'), (2, 2, 99.5, '2026-02-01 10:00+00'),
	(3, 1, 99.5, '2030-01-01 10:00+00'), (4, 3, NULL, NULL);
CREATE FUNCTION shop.label(int) RETURNS text LANGUAGE sql AS 'SELECT ''#'' || $1';
\c views_reference viewer
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.customers (id int PRIMARY KEY, name text NOT NULL, born date, made timestamptz NOT NULL DEFAULT now());
CREATE TABLE shop.orders (id int PRIMARY KEY, customer int REFERENCES shop.customers, total numeric(10,2), placed timestamptz);
CREATE MATERIALIZED VIEW shop.stale AS SELECT count(*) AS n FROM shop.customers WHERE id > 1;
INSERT INTO shop.customers (id, name, born) VALUES (1, 'Ann', '1990-02-03'), (2, 'Ben', '2001-12-31'), (3, 'Cem', NULL);
INSERT INTO shop.orders VALUES (1, 1, 10, '2026-01-01 10:00+00'), (2, 2, 99.5, '2026-02-01 10:00+00'),
	(3, 1, 99.5, '2030-01-01 10:00+00'), (4, 3, NULL, NULL);
CREATE FUNCTION shop.label(int) RETURNS text LANGUAGE sql AS 'SELECT ''#'' || $1';
CREATE VIEW shop.spent AS SELECT c.name, sum(o.total) AS total FROM shop.customers c JOIN shop.orders o ON o.customer = c.id GROUP BY c.id, c.name;
CREATE VIEW shop.ranked AS SELECT id, total FROM shop.orders ORDER BY total DESC NULLS LAST;
CREATE VIEW shop.newest AS SELECT id, total FROM shop.orders ORDER BY placed DESC NULLS LAST;
CREATE VIEW shop.ages AS SELECT name, extract(year FROM age(born)) AS age FROM shop.customers;
CREATE VIEW shop.coming AS SELECT id FROM shop.orders WHERE placed > CURRENT_TIMESTAMP;
CREATE VIEW shop.lottery AS SELECT name, random() AS ticket FROM shop.customers;
CREATE VIEW shop.drawn AS SELECT name FROM shop.customers ORDER BY random() LIMIT 1;
CREATE VIEW shop.since AS SELECT name, made FROM shop.customers;
CREATE VIEW shop.labels AS SELECT shop.label(id) AS label FROM shop.customers;
CREATE MATERIALIZED VIEW shop.stored AS SELECT count(*) AS n FROM shop.orders;
CREATE MATERIALIZED VIEW shop.empty AS SELECT id FROM shop.orders WITH NO DATA;
CREATE VIEW shop.names AS SELECT string_agg(name, ', ') AS names, count(*) AS n FROM shop.customers;
CREATE VIEW shop.recent AS SELECT name FROM shop.customers WHERE made > now() - interval '1 hour';
CREATE VIEW shop.listed AS SELECT id, name FROM shop.customers ORDER BY name;
\c lab viewer
SET client_min_messages = error;
SELECT count(*) FROM lab_create('{"lab": "views", "reference": "views_reference", "starter": "views_starter",
	"participants": ["vright", "vwrong", "vplain"], "ignore": ["grant", "view_behaviour"]}');
CALL lab_wait('views', '1 minute');
RESET client_min_messages;
-- what is compared, and what is not
-- (from 18 on, columns of a query's only table are deparsed without its alias)
SELECT object, kind, points,
	regexp_replace(definition, '\mt1\.', '', 'g')::jsonb - '{digest,columns,at,sequence,stale,and the rest}'::text[] AS definition
FROM lab_checks('views')
WHERE kind IN ('view_result', 'view_order')
ORDER BY object, kind;

-- other roads to the same results
\c views_vright vright
SET client_min_messages = warning;
CREATE VIEW public.helper AS SELECT customer, sum(total) AS total FROM shop.orders GROUP BY customer;
CREATE VIEW shop.spent AS SELECT sum(h.total) AS total, c.name FROM shop.customers AS c, public.helper h WHERE h.customer = c.id GROUP BY 2;
CREATE VIEW shop.ranked AS WITH o AS (SELECT * FROM shop.orders ORDER BY total DESC NULLS LAST, id DESC) SELECT total, id FROM o;
CREATE VIEW shop.newest AS SELECT o.id, o.total FROM shop.orders o ORDER BY coalesce(placed, '-infinity') DESC;
CREATE VIEW shop.ages AS SELECT date_part('year', age(CURRENT_DATE, born))::numeric AS age, name FROM shop.customers;
CREATE VIEW shop.coming AS SELECT id FROM shop.orders WHERE NOT placed <= now();
CREATE VIEW shop.lottery AS SELECT c.name, random() AS ticket FROM shop.customers AS c;
CREATE VIEW shop.drawn AS SELECT people.name FROM shop.customers people ORDER BY random() FETCH FIRST 1 ROW ONLY;
CREATE VIEW shop.since AS SELECT made, name FROM shop.customers WHERE true;
CREATE VIEW shop.labels AS SELECT '#' || id AS label FROM shop.customers;
CREATE MATERIALIZED VIEW shop.stored AS SELECT count(id) AS n FROM shop.orders WHERE true;
CREATE MATERIALIZED VIEW shop.stale AS SELECT count(id) AS n FROM shop.customers WHERE id >= 2;
CREATE MATERIALIZED VIEW shop.empty AS SELECT id FROM shop.orders WITH NO DATA;

UPDATE shop.customers SET name = name WHERE id = 1;	-- it lies behind the others now
CREATE VIEW shop.names AS SELECT count(*) AS n, string_agg(c.name, ', ') AS names FROM shop.customers c;
CREATE VIEW shop.recent AS SELECT name FROM shop.customers WHERE made + interval '1 hour' > now();
CREATE VIEW shop.listed AS SELECT name, id FROM shop.customers ORDER BY 1, 2;

-- mistakes
\c views_vwrong vwrong
SET client_min_messages = warning;
CREATE TABLE public.cheat AS SELECT 'Ann'::text AS name, 109.50 AS total UNION ALL SELECT 'Ben', 99.50 UNION ALL SELECT 'Cem', NULL;
CREATE VIEW shop.spent AS SELECT name, total FROM public.cheat;
CREATE VIEW shop.ranked AS SELECT id, total FROM shop.orders ORDER BY total DESC;
CREATE VIEW shop.newest AS SELECT id, total FROM shop.orders ORDER BY placed;
CREATE VIEW shop.ages AS SELECT name, extract(year FROM born) AS age FROM shop.customers;
CREATE VIEW shop.coming AS SELECT id FROM shop.orders WHERE placed < now();
CREATE VIEW shop.lottery AS SELECT name, random() + 1 AS ticket FROM shop.customers;
CREATE VIEW shop.drawn AS SELECT name FROM shop.customers ORDER BY name LIMIT 1;
CREATE VIEW shop.since AS SELECT upper(name) AS name, made FROM shop.customers;
CREATE VIEW shop.labels AS SELECT v AS label FROM (VALUES ('#1'), ('#2'), ('#3')) AS t (v);
CREATE MATERIALIZED VIEW shop.stored AS SELECT count(*) AS n FROM shop.orders;
CREATE MATERIALIZED VIEW shop.stale AS SELECT count(*) AS n FROM shop.customers WHERE id > 1 WITH NO DATA;
CREATE MATERIALIZED VIEW shop.empty AS SELECT customer AS id FROM shop.orders;
CREATE VIEW shop.names AS SELECT string_agg(name, ';') AS names, count(*) AS n FROM shop.customers;
CREATE VIEW shop.recent AS SELECT name FROM shop.customers WHERE made > now() + interval '1 hour';
CREATE VIEW shop.listed AS SELECT id, name FROM shop.customers ORDER BY id;	-- it looks the same
INSERT INTO shop.orders VALUES (5, NULL, NULL, NULL);

-- nothing in the view puts the rows in order
\c views_vplain vplain
SET client_min_messages = warning;
CREATE VIEW shop.ranked AS SELECT id, total FROM shop.orders WHERE id > 0;
CREATE VIEW shop.newest AS SELECT id, total, 1 / (id - 3) AS extra FROM shop.orders;
-- nor is what is stored what there is
BEGIN;
CREATE TABLE kept AS SELECT * FROM shop.orders WHERE id = 4;
DELETE FROM shop.orders WHERE id = 4;
CREATE MATERIALIZED VIEW shop.stored AS SELECT count(*) AS n FROM shop.orders;
INSERT INTO shop.orders TABLE kept;
COMMIT;

\c lab viewer
SELECT lab_evaluate('views');
SELECT kind, object, status, detail FROM lab_results('views', 'vright') WHERE status NOT IN ('pass', 'kept');
SELECT kind, object, status, detail FROM lab_results('views', 'vwrong') WHERE status NOT IN ('pass', 'kept');
SELECT kind, object, status, detail FROM lab_results('views', 'vplain') WHERE status NOT IN ('pass', 'kept') AND object IN ('shop.ranked', 'shop.newest', 'shop.stored');

-- a limit that is too small is an error that names it
\c lab :superuser
ALTER SYSTEM SET labcreator.result_limit = 3;
SELECT pg_reload_conf();
\c lab viewer
SELECT pg_sleep(1);
SELECT lab_evaluate('views', 'vright');
SELECT kind, object, status, detail FROM lab_results('views', 'vright') WHERE status NOT IN ('pass', 'kept');
SELECT lab_create('{"lab": "views2", "reference": "views_reference", "participants": ["vother"]}');
SELECT lab_drop('views');
SET client_min_messages = error;
CALL lab_wait('views', '1 minute');
\c lab :superuser
ALTER SYSTEM RESET labcreator.result_limit;
SELECT pg_reload_conf();
DROP DATABASE views_reference;
DROP DATABASE views_starter;
DROP ROLE viewer;
