-- Row-level security, privileges, publications.
ALTER TABLE hr.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notes ON hr.notes FOR ALL TO PUBLIC
	USING (author = CURRENT_USER) WITH CHECK (author = CURRENT_USER AND NOT secret);
CREATE POLICY clerks_read ON hr.notes FOR SELECT TO clerk USING (department = 'SAL');
CREATE POLICY nothing_secret ON hr.notes AS RESTRICTIVE FOR SELECT TO clerk, auditor USING (NOT secret);
CREATE POLICY clerks_write ON hr.notes FOR INSERT TO clerk WITH CHECK (department = 'SAL' AND length(body) > 3);
CREATE POLICY auditors_change ON hr.notes FOR UPDATE TO auditor USING (true) WITH CHECK (secret);
CREATE POLICY auditors_delete ON hr.notes FOR DELETE TO auditor USING (id > 100);
COMMENT ON POLICY clerks_read ON hr.notes IS 'only their department';

ALTER TABLE shop.visits ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.visits FORCE ROW LEVEL SECURITY;
CREATE POLICY all_visits ON shop.visits USING (customer > 0);

GRANT USAGE ON SCHEMA shop TO clerk, auditor;
GRANT USAGE, CREATE ON SCHEMA lib TO auditor;
GRANT USAGE ON SCHEMA hr TO PUBLIC;
GRANT SELECT, INSERT ON shop.customers TO clerk;
GRANT SELECT ON shop.customers TO auditor WITH GRANT OPTION;
GRANT ALL ON shop.orders TO clerk;
GRANT SELECT ON shop.products, shop.categories TO PUBLIC;
GRANT SELECT (id, "Full Name"), UPDATE (skills) ON hr.employees TO auditor;
GRANT SELECT, INSERT, UPDATE, DELETE ON hr.notes TO clerk, auditor;
GRANT SELECT ON shop.top_customers TO auditor;
GRANT USAGE, SELECT ON SEQUENCE shop.invoice_no TO clerk;
GRANT SELECT ON shop.sales TO clerk;
REVOKE EXECUTE ON FUNCTION lib.count_secrets() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lib.count_secrets() TO auditor;
REVOKE EXECUTE ON PROCEDURE lib.forget(integer) FROM PUBLIC;
REVOKE USAGE ON TYPE shop.status FROM PUBLIC;
GRANT USAGE ON TYPE shop.status TO clerk;
REVOKE USAGE ON DOMAIN hr.percent FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd Names" GRANT SELECT ON TABLES TO auditor;
ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;

CREATE PUBLICATION sales FOR TABLE shop.orders, shop.order_lines WITH (publish = 'insert, update');
CREATE PUBLICATION names FOR TABLE shop.customers (id, name) WHERE (id > 0);
