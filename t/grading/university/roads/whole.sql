-- The whole database on another road.  :script is the reference's script, :dump a pg_dump of the reference.
-- the script once more
DROP SCHEMA reg, exam, calc, "Õppetöö" CASCADE;
DROP EXTENSION IF EXISTS pgcrypto, citext, btree_gist, pg_trgm;
DROP PUBLICATION marks, results;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
\i :script
-- the script under hostile defaults
DROP SCHEMA reg, exam, calc, "Õppetöö" CASCADE;
DROP EXTENSION IF EXISTS pgcrypto, citext, btree_gist, pg_trgm;
DROP PUBLICATION marks, results;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
SET TimeZone = 'Pacific/Auckland';
SET extra_float_digits = -10;
\i :script
-- restored from pg_dump
DROP SCHEMA reg, exam, calc, "Õppetöö" CASCADE;
DROP EXTENSION IF EXISTS pgcrypto, citext, btree_gist, pg_trgm;
DROP PUBLICATION marks, results;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
\i :dump
-- defaults of the participant
SELECT format('ALTER ROLE %I SET search_path = calc, reg, public', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET DateStyle = ''German''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET IntervalStyle = ''iso_8601''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET TimeZone = ''Asia/Kathmandu''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET bytea_output = ''escape''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET xmloption = ''document''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET xmlbinary = ''hex''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET standard_conforming_strings = off', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET transform_null_equals = on', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET default_text_search_config = ''pg_catalog.german''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET check_function_bodies = off', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET row_security = off', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET array_nulls = off', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET quote_all_identifiers = on', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET default_transaction_read_only = on', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET default_transaction_isolation = ''serializable''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET lc_monetary = ''C''', CURRENT_USER) \gexec
SELECT format('ALTER ROLE %I SET extra_float_digits = -15', CURRENT_USER) \gexec
-- functions and operators that shadow the server's
CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'shadow' $$;
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT 'infinity'::timestamptz $$;
CREATE FUNCTION reg.count(anyelement) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT -1::bigint $$;
CREATE FUNCTION public.same(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR public.= (FUNCTION = public.same, LEFTARG = integer, RIGHTARG = integer);
CREATE TABLE public.person (x integer);
CREATE TABLE public.pg_class (oid oid);
CREATE DOMAIN public.text AS pg_catalog.text CHECK (VALUE = 'shadow');
-- everything of their own beside it
CREATE SCHEMA mine;
CREATE TABLE mine.person AS SELECT * FROM reg.person;
CREATE VIEW mine.v AS SELECT * FROM reg.active_students;
CREATE FUNCTION mine.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE mine.t AS ENUM ('x');
CREATE SEQUENCE mine.s;
CREATE MATERIALIZED VIEW mine.m AS SELECT count(*) FROM reg.enrolment;
CREATE INDEX ON reg.enrolment (mark);
CREATE INDEX ON reg.person (lower(surname));
CREATE VIEW reg.extra AS SELECT 1 AS one;
CREATE FUNCTION reg.extra(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE TABLE exam.result_2026 PARTITION OF exam.result FOR VALUES FROM (2026) TO (2027);
CREATE TABLE exam.book () INHERITS (exam.paper);
CREATE STATISTICS mine.st ON surname, birth_date FROM reg.person;
COMMENT ON TABLE reg.country IS 'mine';
COMMENT ON COLUMN reg.country.name IS 'mine';
-- vacuumed, analyzed, clustered, reindexed
VACUUM FULL;
ANALYZE;
CLUSTER reg.person USING pk_person;
REINDEX TABLE reg.enrolment;
-- every table rewritten
SELECT format('CREATE TEMP TABLE t AS TABLE %s; TRUNCATE %1$s; INSERT INTO %1$s TABLE t ORDER BY random(); DROP TABLE t', t)
FROM unnest(ARRAY['calc.bag', '"Õppetöö".tabel', 'exam.answer', 'reg.prerequisite']) AS t \gexec
