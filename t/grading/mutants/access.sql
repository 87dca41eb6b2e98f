-- Policies, privileges, default privileges, publications.
-- policy missing | hr.notes*clerks_read
DROP POLICY clerks_read ON hr.notes;
-- policy renamed | hr.notes*clerks_read
ALTER POLICY clerks_read ON hr.notes RENAME TO clerks_look;
-- policy for another command | hr.notes*clerks_read
DROP POLICY clerks_read ON hr.notes;
CREATE POLICY clerks_read ON hr.notes FOR ALL TO clerk USING (department = 'SAL');
-- policy for everybody | hr.notes*clerks_read
ALTER POLICY clerks_read ON hr.notes TO PUBLIC;
-- policy for another role | hr.notes*clerks_read
ALTER POLICY clerks_read ON hr.notes TO auditor;
-- policy for one role less | hr.notes*nothing_secret
ALTER POLICY nothing_secret ON hr.notes TO clerk;
-- policy permissive instead of restrictive | hr.notes*nothing_secret
DROP POLICY nothing_secret ON hr.notes;
CREATE POLICY nothing_secret ON hr.notes FOR SELECT TO clerk, auditor USING (NOT secret);
-- policy restrictive instead of permissive | hr.notes*clerks_read
DROP POLICY clerks_read ON hr.notes;
CREATE POLICY clerks_read ON hr.notes AS RESTRICTIVE FOR SELECT TO clerk USING (department = 'SAL');
-- policy with another USING | hr.notes*clerks_read
ALTER POLICY clerks_read ON hr.notes USING (department = 'REP');
-- policy with a wider USING | hr.notes*clerks_read
ALTER POLICY clerks_read ON hr.notes USING (department IN ('SAL', 'GEN'));
-- policy with USING true | hr.notes*nothing_secret
ALTER POLICY nothing_secret ON hr.notes USING (true);
-- policy without WITH CHECK | hr.notes*own_notes
DROP POLICY own_notes ON hr.notes;
CREATE POLICY own_notes ON hr.notes FOR ALL TO PUBLIC USING (author = CURRENT_USER);
-- policy with a laxer WITH CHECK | hr.notes*clerks_write
ALTER POLICY clerks_write ON hr.notes WITH CHECK (department = 'SAL');
-- policy with a boundary off by one | hr.notes*clerks_write
ALTER POLICY clerks_write ON hr.notes WITH CHECK (department = 'SAL' AND length(body) >= 3);
-- policy with WITH CHECK negated | hr.notes*auditors_change
ALTER POLICY auditors_change ON hr.notes WITH CHECK (NOT secret);
-- policy of session_user | hr.notes*own_notes
ALTER POLICY own_notes ON hr.notes USING (author = SESSION_USER) WITH CHECK (author = CURRENT_USER AND NOT secret);
-- policy of another comparison | shop.visits*all_visits
ALTER POLICY all_visits ON shop.visits USING (customer > 1);
-- policy for deletes with another bound | hr.notes*auditors_delete
ALTER POLICY auditors_delete ON hr.notes USING (id >= 100);
-- privilege missing | shop.customers*clerk; clerk*shop.customers
REVOKE INSERT ON shop.customers FROM clerk;
-- privilege too many | shop.customers*clerk; clerk*shop.customers
GRANT DELETE ON shop.customers TO clerk;
-- privileges all missing | shop.orders*clerk; clerk*shop.orders
REVOKE ALL ON shop.orders FROM clerk;
-- privilege of truncate missing from all | shop.orders*clerk; clerk*shop.orders
REVOKE TRUNCATE ON shop.orders FROM clerk;
-- privilege for a role that should have none | shop.returns
GRANT SELECT ON shop.returns TO auditor;
-- privilege for everybody | shop.price_history
GRANT SELECT ON shop.price_history TO PUBLIC;
-- privilege from everybody | shop.products
REVOKE SELECT ON shop.products FROM PUBLIC;
-- privilege for one role instead of everybody | shop.categories
REVOKE SELECT ON shop.categories FROM PUBLIC;
GRANT SELECT ON shop.categories TO clerk, auditor;
-- grant option missing | shop.customers*auditor; auditor*shop.customers
REVOKE GRANT OPTION FOR SELECT ON shop.customers FROM auditor;
-- grant option added | shop.customers*clerk; clerk*shop.customers
GRANT SELECT ON shop.customers TO clerk WITH GRANT OPTION;
-- column privilege missing | hr.employees
REVOKE SELECT ("Full Name") ON hr.employees FROM auditor;
-- column privilege of another column | hr.employees
REVOKE UPDATE (skills) ON hr.employees FROM auditor;
GRANT UPDATE (salary) ON hr.employees TO auditor;
-- column privilege is the table's | hr.employees
GRANT SELECT ON hr.employees TO auditor;
-- column privilege of another kind | hr.employees
GRANT UPDATE (id) ON hr.employees TO auditor;
-- schema privilege missing | shop
REVOKE USAGE ON SCHEMA shop FROM clerk;
-- schema privilege too many | hr
GRANT CREATE ON SCHEMA hr TO clerk;
-- schema privilege from everybody | hr
REVOKE USAGE ON SCHEMA hr FROM PUBLIC;
-- sequence privilege missing | shop.invoice_no
REVOKE USAGE ON SEQUENCE shop.invoice_no FROM clerk;
-- sequence privilege too many | shop.countdown
GRANT USAGE ON SEQUENCE shop.countdown TO clerk;
-- view privilege missing | shop.top_customers
REVOKE SELECT ON shop.top_customers FROM auditor;
-- materialized view privilege missing | shop.sales
REVOKE SELECT ON shop.sales FROM clerk;
-- function privilege for everybody | lib.count_secrets
GRANT EXECUTE ON FUNCTION lib.count_secrets() TO PUBLIC;
-- function privilege missing | lib.count_secrets
REVOKE EXECUTE ON FUNCTION lib.count_secrets() FROM auditor;
-- function privilege from everybody | lib.gross
REVOKE EXECUTE ON FUNCTION lib.gross FROM PUBLIC;
-- procedure privilege for everybody | lib.forget
GRANT EXECUTE ON PROCEDURE lib.forget(integer) TO PUBLIC;
-- type privilege for everybody | shop.status
GRANT USAGE ON TYPE shop.status TO PUBLIC;
-- type privilege missing | shop.status
REVOKE USAGE ON TYPE shop.status FROM clerk;
-- domain privilege for everybody | hr.percent
GRANT USAGE ON DOMAIN hr.percent TO PUBLIC;
-- default privileges missing | Odd Names
ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd Names" REVOKE SELECT ON TABLES FROM auditor;
-- default privileges of another kind | Odd Names
ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd Names" GRANT INSERT ON TABLES TO auditor;
-- default privileges for another role | Odd Names
ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd Names" GRANT SELECT ON TABLES TO clerk;
-- default privileges of types back | default*type
ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO PUBLIC;
-- publication missing | sales
DROP PUBLICATION sales;
-- publication of another table | sales
ALTER PUBLICATION sales DROP TABLE shop.order_lines;
-- publication of one table more | sales
ALTER PUBLICATION sales ADD TABLE shop.returns;
-- publication of another operation | sales
ALTER PUBLICATION sales SET (publish = 'insert, update, delete');
-- publication of other columns | names
ALTER PUBLICATION names SET TABLE shop.customers (id, name, email) WHERE (id > 0);
-- publication of other rows | names
ALTER PUBLICATION names SET TABLE shop.customers (id, name) WHERE (id > 1);
-- publication via the root | sales
ALTER PUBLICATION sales SET (publish_via_partition_root);
