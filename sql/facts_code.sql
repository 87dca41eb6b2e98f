-- Facts of functions, triggers and rules: what is declared of them.
\set superuser :USER
SET client_min_messages = warning;
CREATE ROLE teacher LOGIN IN ROLE lab_master;
CREATE DATABASE facts_code_reference OWNER teacher;
\c facts_code_reference teacher
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.items (id int, price numeric, note text);
CREATE TABLE shop.changes (n int);
CREATE FUNCTION shop.net(gross numeric, rate numeric DEFAULT 10 + 10) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = shop, pg_temp RETURN gross / (1 + rate / 100);
CREATE FUNCTION shop.pairs(n int) RETURNS TABLE (a int, b text) LANGUAGE sql AS 'SELECT n, n::text';
CREATE FUNCTION shop.secret() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT 1';
CREATE PROCEDURE shop.wipe(INOUT n int) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM shop.changes; n := n + 1; END $$;
CREATE AGGREGATE shop.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE FUNCTION shop.watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER a BEFORE INSERT OR UPDATE OF price, note ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.watch('x');
CREATE TRIGGER b AFTER UPDATE ON shop.items FOR EACH ROW WHEN (OLD.price IS DISTINCT FROM NEW.price) EXECUTE FUNCTION shop.watch();
CREATE TRIGGER c AFTER DELETE ON shop.items REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION shop.watch();
CREATE CONSTRAINT TRIGGER d AFTER INSERT ON shop.items DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shop.watch();
CREATE TRIGGER e AFTER TRUNCATE ON shop.items EXECUTE FUNCTION shop.watch();
ALTER TABLE shop.items DISABLE TRIGGER e;
CREATE RULE keep AS ON DELETE TO shop.changes DO INSTEAD NOTHING;
\c lab teacher
SET client_min_messages = error;
SELECT count(*) FROM lab_create('{"lab": "facts_code", "reference": "facts_code_reference", "participants": ["right", "wrong"]}');
CALL lab_wait('facts_code', '1 minute');

\c facts_code_right right
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.items (id int, price numeric, note text);
CREATE TABLE shop.changes (n int);
CREATE FUNCTION shop.net(gross numeric, rate numeric DEFAULT '20') RETURNS decimal LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
	RETURN gross / (1 + rate / 100);
ALTER FUNCTION shop.net SET search_path TO shop, pg_temp;
CREATE FUNCTION shop.pairs(n int, OUT a int, OUT b text) RETURNS SETOF record LANGUAGE sql AS 'SELECT n, n::text';
CREATE FUNCTION shop.secret() RETURNS int LANGUAGE sql STABLE EXTERNAL SECURITY DEFINER AS 'SELECT 1';
CREATE PROCEDURE shop.wipe(INOUT n int) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM shop.changes; n := n + 1; END $$;
CREATE AGGREGATE shop.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE FUNCTION shop.watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- two triggers for one, and other names
CREATE TRIGGER one BEFORE INSERT ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.watch('x');
CREATE TRIGGER two BEFORE UPDATE OF note, price ON shop.items FOR EACH ROW EXECUTE PROCEDURE shop.watch('x');
CREATE TRIGGER three AFTER UPDATE ON shop.items FOR EACH ROW WHEN (OLD.price IS DISTINCT FROM NEW.price) EXECUTE FUNCTION shop.watch();
CREATE TRIGGER four AFTER DELETE ON shop.items REFERENCING OLD TABLE AS lost EXECUTE FUNCTION shop.watch();
CREATE CONSTRAINT TRIGGER five AFTER INSERT ON shop.items DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shop.watch();
CREATE TRIGGER six AFTER TRUNCATE ON shop.items EXECUTE FUNCTION shop.watch();
ALTER TABLE shop.items DISABLE TRIGGER six;
CREATE RULE stay AS ON DELETE TO shop.changes DO INSTEAD NOTHING;
-- functions of their own cost nothing
CREATE FUNCTION shop.net(gross numeric, rate int, extra int) RETURNS numeric LANGUAGE sql RETURN gross;

\c facts_code_wrong wrong
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.items (id int, price numeric, note text);
CREATE TABLE shop.changes (n int);
CREATE FUNCTION shop.net(gross numeric, percent numeric DEFAULT 19) RETURNS numeric LANGUAGE sql RETURN gross / (1 + percent / 100);
CREATE FUNCTION shop.pairs(n int) RETURNS TABLE (a int, c text) LANGUAGE sql AS 'SELECT n, n::text';
CREATE FUNCTION shop.secret() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION shop.wipe(INOUT n int) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM shop.changes; n := n + 1; END $$;
CREATE AGGREGATE shop.total(int) (SFUNC = int84pl, STYPE = bigint, INITCOND = '0');
CREATE FUNCTION shop.watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER a BEFORE INSERT OR UPDATE OF price ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.watch('y');
CREATE TRIGGER b AFTER UPDATE ON shop.items FOR EACH ROW WHEN (OLD.note IS DISTINCT FROM NEW.note) EXECUTE FUNCTION shop.watch();
CREATE TRIGGER c AFTER DELETE ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.watch();
CREATE TRIGGER d AFTER INSERT ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.watch();
CREATE TRIGGER e AFTER TRUNCATE ON shop.items EXECUTE FUNCTION shop.watch();
CREATE RULE keep AS ON DELETE TO shop.changes DO ALSO NOTHING;
CREATE RULE more AS ON UPDATE TO shop.changes DO INSTEAD NOTHING;

\c lab teacher
SELECT lab_evaluate('facts_code');
SELECT kind, object, status, detail FROM lab_results('facts_code', 'right') WHERE status <> 'pass';
SELECT kind, object, detail FROM lab_results('facts_code', 'wrong') WHERE status <> 'pass';
SELECT login, passed = total AS whole, score FROM lab_progress('facts_code');
SELECT lab_drop('facts_code');
SET client_min_messages = error;
CALL lab_wait('facts_code', '1 minute');
\c lab :superuser
DROP DATABASE facts_code_reference;
DROP ROLE teacher;
