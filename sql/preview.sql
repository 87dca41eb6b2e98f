-- What lab_preview() shows before the class does: what would be graded, what surprises, and that the reference passes.
\set superuser :USER
SET client_min_messages = error;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE DATABASE preview_reference OWNER teacher;
\c preview_reference :superuser
SET client_min_messages = error;
CREATE EXTENSION pageinspect;
CREATE FUNCTION public.noticed() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER noticed ON ddl_command_end EXECUTE FUNCTION public.noticed();
SET ROLE teacher;
CREATE TABLE visits (id int PRIMARY KEY, at timestamptz DEFAULT now(), token uuid DEFAULT gen_random_uuid());
CREATE TABLE pairs (a int, b int);
INSERT INTO pairs VALUES (1, 2), (1, 2);
CREATE VIEW lots AS SELECT a, random() AS lot FROM pairs;
CREATE FUNCTION lucky() RETURNS float8 LANGUAGE sql AS 'SELECT random()';
CREATE FUNCTION plus(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
\c lab teacher
SELECT kind, object, points, surprise
FROM lab_preview('{"lab": "preview", "reference": "preview_reference",
	"tasks": [{"name": "pairs", "points": 10, "objects": ["public.pairs"]},
		{"name": "in order", "query": "SELECT a FROM pairs", "ordered": true}]}')
WHERE surprise IS NOT NULL OR task = 'pairs';
-- nothing is recorded, and errors are lab_create's
SELECT count(*) FROM lab.labs;
SELECT count(*) FROM lab.checks;
SELECT lab_preview('{"lab": "preview", "reference": "nowhere"}');
SELECT lab_preview('{"lab": "preview", "reference": "preview_reference", "tasks": [{"name": "t", "objects": ["no.such"]}]}');
SELECT lab_preview('{"reference": "preview_reference"}');
\c lab :superuser
DROP DATABASE preview_reference;
DROP ROLE teacher;
