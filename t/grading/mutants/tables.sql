-- Tables: existence, kind, persistence, partitions, parents, extras.
-- table missing | shop.price_history
DROP TABLE shop.price_history;
-- table renamed | shop.audit
ALTER TABLE shop.audit RENAME TO audits;
-- table in another schema | hr.rooms
ALTER TABLE hr.rooms SET SCHEMA shop;
-- table in another case | Order
ALTER TABLE "Odd Names"."Order" RENAME TO "order";
-- table is a view | shop.price_history
ALTER TABLE shop.price_history RENAME TO price_history_rows;
CREATE VIEW shop.price_history AS SELECT * FROM shop.price_history_rows;
-- unlogged table is logged | hr.sessions
ALTER TABLE hr.sessions SET LOGGED;
-- logged table is unlogged | shop.audit
ALTER TABLE shop.audit SET UNLOGGED;
-- extra column | table shop.returns
ALTER TABLE shop.returns ADD comment text;
-- extra column with default | table hr.rooms
ALTER TABLE hr.rooms ADD floor integer NOT NULL DEFAULT 1;
-- extra generated column | table shop.order_lines
ALTER TABLE shop.order_lines ADD total numeric GENERATED ALWAYS AS (quantity * price) STORED;
-- extra check | table shop.returns
ALTER TABLE shop.returns ADD CHECK (id > 0);
-- extra check on a domain's column | table shop.order_lines
ALTER TABLE shop.order_lines ADD CHECK (discount <> 33);
-- extra unique constraint | table shop.customers
ALTER TABLE shop.customers ADD UNIQUE (phone, born);
-- extra unique index | table shop.products
CREATE UNIQUE INDEX ON shop.products (name);
-- extra partial unique index | table shop.returns
CREATE UNIQUE INDEX ON shop.returns (order_id) WHERE line = 1;
-- extra foreign key | table shop.price_history
ALTER TABLE shop.price_history ADD FOREIGN KEY (product) REFERENCES shop.products;
-- extra foreign key of a partitioned table | table shop.visits
ALTER TABLE shop.visits ADD CONSTRAINT known FOREIGN KEY (customer) REFERENCES shop.customers ON DELETE CASCADE;
-- extra primary key | table shop.audit
ALTER TABLE shop.audit ADD PRIMARY KEY (id);
-- extra not null | shop.customers
UPDATE shop.customers SET phone = '' WHERE phone IS NULL;
ALTER TABLE shop.customers ALTER phone SET NOT NULL;
-- extra default | shop.customers
ALTER TABLE shop.customers ALTER phone SET DEFAULT 'none';
-- extra exclusion constraint | table hr.rooms
ALTER TABLE hr.rooms ADD EXCLUDE USING gist (temperature WITH =);
-- extra trigger | table hr.departments
CREATE TRIGGER hands_off BEFORE DELETE ON hr.departments FOR EACH ROW EXECUTE FUNCTION lib.refuse();
-- extra statement trigger | table shop.orders
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON shop.orders FOR EACH STATEMENT EXECUTE FUNCTION lib.refuse();
-- extra rule | table shop.returns
CREATE RULE keep AS ON DELETE TO shop.returns DO INSTEAD NOTHING;
-- extra policy | table hr.notes
CREATE POLICY more ON hr.notes FOR SELECT TO auditor USING (true);
-- extra policy on a table without security | table shop.orders
CREATE POLICY more ON shop.orders USING (customer = 1);
-- row-level security switched on | table shop.orders
ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
-- row-level security switched off | table hr.notes
ALTER TABLE hr.notes DISABLE ROW LEVEL SECURITY;
-- row-level security forced | table hr.notes
ALTER TABLE hr.notes FORCE ROW LEVEL SECURITY;
-- row-level security no longer forced | table shop.visits
ALTER TABLE shop.visits NO FORCE ROW LEVEL SECURITY;
-- inheritance lost | hr.contracts
ALTER TABLE hr.contracts NO INHERIT hr.documents;
-- inheritance added | hr.documents; hr.rooms; hr.contracts
CREATE TABLE hr.things ();
ALTER TABLE hr.documents INHERIT hr.things;
-- partition missing | shop.events_2025
DROP TABLE shop.events_2025;
-- partition detached | shop.events_2025
ALTER TABLE shop.events DETACH PARTITION shop.events_2025;
-- partition with other bounds | shop.events_2025
ALTER TABLE shop.events DETACH PARTITION shop.events_2025;
ALTER TABLE shop.events ATTACH PARTITION shop.events_2025 FOR VALUES FROM ('2024-01-01') TO ('2026-01-01');
-- partition with a shorter range | shop.events_2025
ALTER TABLE shop.events DETACH PARTITION shop.events_2025;
ALTER TABLE shop.events ATTACH PARTITION shop.events_2025 FOR VALUES FROM ('2025-01-01') TO ('2025-12-31');
-- list partition with a value too few | shop.events_2026_baltic
ALTER TABLE shop.events_2026 DETACH PARTITION shop.events_2026_baltic;
ALTER TABLE shop.events_2026 ATTACH PARTITION shop.events_2026_baltic FOR VALUES IN ('ee', 'lv');
-- list partition with a value too many | shop.events_2026_baltic
ALTER TABLE shop.events_2026 DETACH PARTITION shop.events_2026_baltic;
ALTER TABLE shop.events_2026 ATTACH PARTITION shop.events_2026_baltic FOR VALUES IN ('ee', 'lv', 'lt', 'no');
-- list partition without NULL | shop.stock_north
DELETE FROM shop.stock WHERE depot IS NULL;
ALTER TABLE shop.stock DETACH PARTITION shop.stock_north;
ALTER TABLE shop.stock ATTACH PARTITION shop.stock_north FOR VALUES IN ('north');
-- default partition missing | shop.events_other
DROP TABLE shop.events_other;
-- default partition is one of values | shop.events_2026_rest
ALTER TABLE shop.events_2026 DETACH PARTITION shop.events_2026_rest;
ALTER TABLE shop.events_2026 ATTACH PARTITION shop.events_2026_rest FOR VALUES IN ('fi');
-- hash partition with another modulus | shop.visits_1
ALTER TABLE shop.visits DETACH PARTITION shop.visits_1;
DELETE FROM shop.visits_1;
ALTER TABLE shop.visits ATTACH PARTITION shop.visits_1 FOR VALUES WITH (MODULUS 4, REMAINDER 1);
-- partitioned table is an ordinary one | shop.readings
DROP TABLE shop.readings;
CREATE TABLE shop.readings (sensor integer, taken timestamp, value float8);
INSERT INTO shop.readings VALUES (1, '2026-01-01 10:00', 20.5), (100, '2025-12-31', -1), (100, '2026-01-02', 'NaN'), (500, '2026-02-01', 1e300);
-- partition key with another column | shop.visits
DROP TABLE shop.visits;
CREATE TABLE shop.visits (customer integer NOT NULL, at timestamp NOT NULL, pages integer DEFAULT 1) PARTITION BY HASH (pages);
CREATE TABLE shop.visits_0 PARTITION OF shop.visits FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE shop.visits_1 PARTITION OF shop.visits FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO shop.visits SELECT n % 5 + 1, '2026-01-01'::timestamp + n * interval '1 hour', n % 3 FROM generate_series(1, 12) AS n;
ALTER TABLE shop.visits ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY all_visits ON shop.visits USING (customer > 0);
-- partitioned by another strategy | shop.stock
DROP TABLE shop.stock;
CREATE TABLE shop.stock (depot text, product integer, amount integer NOT NULL CHECK (amount >= 0)) PARTITION BY RANGE (depot);
CREATE TABLE shop.stock_south PARTITION OF shop.stock (CONSTRAINT few CHECK (amount < 1000)) FOR VALUES FROM ('south') TO ('south!');
CREATE TABLE shop.stock_north PARTITION OF shop.stock DEFAULT;
INSERT INTO shop.stock VALUES ('north', 100, 5), (NULL, 110, 2), ('south', 100, 7), ('south', 120, 40);
-- partition key with another expression | shop.readings
DROP TABLE shop.readings;
CREATE TABLE shop.readings (sensor integer, taken timestamp, value float8) PARTITION BY RANGE (sensor, date_trunc('month', taken));
CREATE TABLE shop.readings_low PARTITION OF shop.readings FOR VALUES FROM (MINVALUE, MINVALUE) TO (100, '2026-01-01');
CREATE TABLE shop.readings_high PARTITION OF shop.readings FOR VALUES FROM (100, '2026-01-01') TO (MAXVALUE, MAXVALUE);
INSERT INTO shop.readings VALUES (1, '2026-01-01 10:00', 20.5), (100, '2025-12-31', -1), (100, '2026-01-02', 'NaN'), (500, '2026-02-01', 1e300);
-- check of one partition missing | shop.stock_south
ALTER TABLE shop.stock_south DROP CONSTRAINT few;
-- fillfactor that the reference sets | shop.orders
ALTER TABLE shop.orders RESET (fillfactor);
-- fillfactor of another value | shop.orders
ALTER TABLE shop.orders SET (fillfactor = 50);
