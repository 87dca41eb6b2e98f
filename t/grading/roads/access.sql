-- Policies, privileges, comments, publications.
-- policy made anew
DROP POLICY own_notes ON hr.notes;
CREATE POLICY own_notes ON hr.notes AS PERMISSIVE USING (author = CURRENT_ROLE) WITH CHECK (NOT secret AND author = CURRENT_USER);
-- policy of roles in another order
DROP POLICY nothing_secret ON hr.notes;
CREATE POLICY nothing_secret ON hr.notes AS RESTRICTIVE FOR SELECT TO auditor, clerk USING (secret = false);
-- policy in another spelling
ALTER POLICY clerks_read ON hr.notes USING (department IN ('SAL'));
-- policy with its condition turned round
ALTER POLICY clerks_write ON hr.notes WITH CHECK (length(body) >= 4 AND 'SAL' = department);
-- policy altered to and fro
ALTER POLICY all_visits ON shop.visits USING (customer > 5);
ALTER POLICY all_visits ON shop.visits USING (NOT customer <= 0);
-- row-level security off and on
ALTER TABLE hr.notes DISABLE ROW LEVEL SECURITY;
ALTER TABLE hr.notes ENABLE ROW LEVEL SECURITY;
-- privileges one by one
REVOKE ALL ON shop.orders FROM clerk;
GRANT TRIGGER, REFERENCES, TRUNCATE ON shop.orders TO clerk;
GRANT DELETE ON shop.orders TO clerk;
GRANT UPDATE, SELECT, INSERT ON TABLE shop.orders TO clerk;
DO $$ BEGIN IF current_setting('server_version_num')::int >= 170000 THEN GRANT MAINTAIN ON shop.orders TO clerk; END IF; END $$;
-- privileges given twice
GRANT SELECT ON shop.customers TO clerk, auditor;
GRANT SELECT ON shop.customers TO auditor WITH GRANT OPTION;
-- privileges of the owner in words
GRANT ALL ON shop.returns TO CURRENT_USER;
GRANT ALL ON SCHEMA "Odd Names" TO CURRENT_USER;
-- nothing taken from everybody
REVOKE ALL ON shop.returns FROM PUBLIC;
REVOKE ALL ON SCHEMA "Odd Names" FROM PUBLIC;
REVOKE ALL ON SEQUENCE shop.countdown FROM PUBLIC;
-- what everybody has by default in words
GRANT EXECUTE ON FUNCTION lib.greet(text) TO PUBLIC;
GRANT USAGE ON TYPE shop.address TO PUBLIC;
-- given and taken back
GRANT SELECT, UPDATE ON hr.rooms TO clerk;
REVOKE ALL ON hr.rooms FROM clerk;
GRANT UPDATE (seats) ON hr.rooms TO clerk;
REVOKE UPDATE (seats) ON hr.rooms FROM clerk;
-- column privileges in another order
REVOKE ALL ON hr.employees FROM auditor;
REVOKE SELECT (id, "Full Name"), UPDATE (skills) ON hr.employees FROM auditor;
GRANT UPDATE (skills) ON hr.employees TO auditor;
GRANT SELECT ("Full Name", id) ON hr.employees TO auditor;
-- owner gives up and takes back
REVOKE ALL ON shop.audit FROM CURRENT_USER;
GRANT ALL ON shop.audit TO CURRENT_USER;
-- privileges on what is their own
CREATE TABLE shop.mine (n integer);
GRANT ALL ON shop.mine TO PUBLIC;
-- default privileges given twice
ALTER DEFAULT PRIVILEGES FOR ROLE CURRENT_USER IN SCHEMA "Odd Names" GRANT SELECT ON TABLES TO auditor;
-- default privileges in a schema of their own
CREATE SCHEMA mine;
ALTER DEFAULT PRIVILEGES IN SCHEMA mine GRANT ALL ON TABLES TO PUBLIC;
-- comments given twice
COMMENT ON TABLE shop.customers IS NULL;
COMMENT ON TABLE shop.customers IS 'who buys';
-- comments where the reference has none
COMMENT ON TABLE shop.orders IS 'my favourite';
COMMENT ON COLUMN shop.orders.note IS 'what they said';
COMMENT ON SCHEMA hr IS 'people';
-- publication made anew
DROP PUBLICATION sales;
CREATE PUBLICATION sales FOR TABLE shop.order_lines;
ALTER PUBLICATION sales ADD TABLE shop.orders;
ALTER PUBLICATION sales SET (publish = 'update, insert');
-- publication with its condition turned round
ALTER PUBLICATION names SET TABLE shop.customers (name, id) WHERE (0 < id);
-- a publication of their own
CREATE PUBLICATION mine FOR TABLE shop.returns;
-- objects of their own
CREATE SCHEMA mine;
CREATE TABLE mine.orders (id integer PRIMARY KEY, n integer REFERENCES hr.rooms);
CREATE TYPE mine.status AS ENUM ('a');
CREATE DOMAIN shop.mine AS text CHECK (VALUE <> '');
CREATE SEQUENCE shop.more;
CREATE COLLATION mine.c FROM "C";
CREATE AGGREGATE mine.total(integer) (SFUNC = int4pl, STYPE = integer);
-- objects of their own, of the same name elsewhere
CREATE TABLE public.orders (id text);
CREATE VIEW hr.colours AS SELECT 1 AS colour;
CREATE FUNCTION shop.greet(name text) RETURNS text LANGUAGE sql AS 'SELECT name';
CREATE TYPE hr.status AS ENUM ('x');
