-- Facts of policies and privileges; the participant stands for the reference's owner.
\set superuser :USER
SET client_min_messages = warning;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE ROLE facts_reader; CREATE ROLE facts_writer;
CREATE DATABASE facts_rights_reference OWNER teacher;
\c facts_rights_reference teacher
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.notes (id int, author name, secret bool);
CREATE TABLE shop.goods (id serial, price int);
CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql RETURN 1;
CREATE TYPE shop.size AS ENUM ('s');
ALTER TABLE shop.notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.notes TO CURRENT_USER, facts_reader USING (author = CURRENT_USER) WITH CHECK (author = CURRENT_USER);
CREATE POLICY plain ON shop.notes AS RESTRICTIVE FOR SELECT USING (NOT secret);
GRANT USAGE ON SCHEMA shop TO facts_reader, facts_writer;
GRANT SELECT ON shop.notes TO facts_reader WITH GRANT OPTION;
GRANT SELECT, INSERT, UPDATE ON shop.goods TO facts_writer;
GRANT UPDATE (price) ON shop.goods TO facts_reader;
GRANT USAGE ON SEQUENCE shop.goods_id_seq TO facts_writer;
REVOKE EXECUTE ON FUNCTION shop.f() FROM PUBLIC;
REVOKE USAGE ON TYPE shop.size FROM PUBLIC;
GRANT ALL ON shop.goods TO teacher;
GRANT CREATE ON SCHEMA public TO facts_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO facts_reader;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
\c lab teacher
SET client_min_messages = error;
SELECT count(*) FROM lab_create('{"lab": "facts_rights", "reference": "facts_rights_reference", "participants": ["right", "wrong"]}');
CALL lab_wait('facts_rights', '1 minute');

\c facts_rights_right right
SET client_min_messages = warning;
CREATE SCHEMA shop;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT INSERT ON TABLES TO facts_writer;
CREATE TABLE shop.notes (id int, author name, secret bool);
CREATE TABLE shop.goods (id serial, price int);
REVOKE ALL ON shop.notes FROM facts_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop REVOKE INSERT ON TABLES FROM facts_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO facts_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE "right" REVOKE ALL ON ROUTINES FROM PUBLIC;
CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql RETURN 1;
CREATE TYPE shop.size AS ENUM ('s');
ALTER TABLE shop.notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.notes FOR ALL TO facts_reader, "right" USING (CURRENT_USER = author);
CREATE POLICY plain ON shop.notes AS RESTRICTIVE FOR SELECT TO PUBLIC USING (secret = false);
GRANT USAGE ON SCHEMA shop TO facts_reader, facts_writer;
GRANT SELECT ON shop.notes TO facts_reader WITH GRANT OPTION;
GRANT UPDATE, SELECT ON shop.goods TO facts_writer;
GRANT UPDATE (price) ON shop.goods TO facts_reader;
GRANT USAGE ON shop.goods_id_seq TO facts_writer;
REVOKE ALL ON TYPE shop.size FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO facts_writer;
-- on something of their own
CREATE TABLE public.mine (n int);
GRANT ALL ON public.mine TO PUBLIC;

\c facts_rights_wrong wrong
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.notes (id int, author name, secret bool);
CREATE TABLE shop.goods (id serial, price int);
CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql RETURN 1;
CREATE TYPE shop.size AS ENUM ('s');
ALTER TABLE shop.notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.goods ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.notes USING (author = CURRENT_USER) WITH CHECK (true);
CREATE POLICY plain ON shop.notes FOR SELECT USING (secret);
CREATE POLICY more ON shop.notes FOR DELETE USING (true);
GRANT USAGE, CREATE ON SCHEMA shop TO facts_reader;
GRANT SELECT ON shop.notes TO facts_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.goods TO facts_writer;
GRANT SELECT ON shop.goods TO PUBLIC;
GRANT USAGE ON TYPE shop.size TO facts_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO facts_writer;

\c lab teacher
SELECT lab_evaluate('facts_rights');
SELECT kind, object, status, detail FROM lab_results('facts_rights', 'right') WHERE status <> 'pass';
SELECT kind, object, detail FROM lab_results('facts_rights', 'wrong') WHERE status <> 'pass';
SELECT login, passed = total AS whole, score FROM lab_progress('facts_rights');
SELECT lab_drop('facts_rights');
SET client_min_messages = error;
CALL lab_wait('facts_rights', '1 minute');
\c lab :superuser
DROP DATABASE facts_rights_reference;
DROP ROLE teacher, facts_reader, facts_writer;
