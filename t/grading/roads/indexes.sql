-- Indexes, statistics objects, sequences.
-- indexes renamed
ALTER INDEX shop.customers_lower_name RENAME TO a;
ALTER INDEX shop.orders_one_basket RENAME TO b;
ALTER INDEX shop.products_details RENAME TO c;
ALTER INDEX shop.sales_category_idx RENAME TO d;
-- index made anew
DROP INDEX shop.customers_lower_name;
CREATE INDEX ON shop.customers USING btree (lower(name) ASC NULLS LAST);
-- index made concurrently
DROP INDEX shop.customers_city;
CREATE INDEX CONCURRENTLY ON shop.customers (((home).zip), name);
-- index rebuilt
REINDEX TABLE CONCURRENTLY shop.products;
-- descending with its default order of nulls
DROP INDEX shop.products_price;
CREATE INDEX ON shop.products (category ASC, price DESC NULLS FIRST) INCLUDE (name, cost);
-- covering columns in another order
DROP INDEX shop.products_price;
CREATE INDEX ON shop.products (category, price DESC) INCLUDE (cost, name);
-- predicate in another spelling
DROP INDEX shop.customers_vip;
CREATE INDEX customers_vip ON shop.customers (born DESC NULLS LAST) WHERE vip IS TRUE;
COMMENT ON INDEX shop.customers_vip IS 'birthday letters';
-- predicate as a comparison
DROP INDEX shop.customers_vip;
CREATE INDEX customers_vip ON shop.customers (born DESC NULLS LAST) WHERE vip = true;
COMMENT ON INDEX shop.customers_vip IS 'birthday letters';
-- predicate of a status turned round
DROP INDEX shop.orders_one_basket;
CREATE UNIQUE INDEX ON shop.orders (customer) WHERE 'new' = status;
-- opclass that is the default
DROP INDEX shop.customers_tags;
CREATE INDEX ON shop.customers USING gin (tags array_ops);
-- collation that is the column's
DROP INDEX shop.products_name;
CREATE INDEX ON shop.products USING hash (name COLLATE "C");
-- an index of their own
CREATE INDEX ON shop.orders (note);
CREATE INDEX ON shop.visits USING brin (at);
-- a second index like the first
CREATE INDEX ON shop.customers (lower(name));
-- storage parameters that the reference does not set
ALTER INDEX shop.customers_lower_name SET (fillfactor = 60);
ALTER INDEX shop.products_words SET (fastupdate = off);
-- storage parameters set later
DROP INDEX shop.orders_customer;
CREATE INDEX orders_customer ON shop.orders (customer, status);
ALTER INDEX shop.orders_customer SET (fillfactor = 70);
-- index clustered on, statistics target of an expression
ALTER INDEX shop.customers_lower_name ALTER COLUMN 1 SET STATISTICS 300;
ALTER TABLE shop.customers CLUSTER ON customers_lower_name;
-- index on a partitioned table part by part
DROP INDEX shop.events_region_happened_idx;
CREATE INDEX i ON ONLY shop.events (region, happened DESC);
CREATE INDEX i1 ON shop.events_2025 (region, happened DESC);
CREATE INDEX i2 ON shop.events_2026 (region, happened DESC);
CREATE INDEX i3 ON shop.events_other (region, happened DESC);
ALTER INDEX shop.i ATTACH PARTITION shop.i1;
ALTER INDEX shop.i ATTACH PARTITION shop.i2;
ALTER INDEX shop.i ATTACH PARTITION shop.i3;
-- statistics in another order
DROP STATISTICS shop.line_statistics;
CREATE STATISTICS shop.line_statistics (ndistinct, dependencies) ON price, product FROM shop.order_lines;
-- statistics with a target
ALTER STATISTICS shop.line_statistics SET STATISTICS 500;
-- statistics of their own
CREATE STATISTICS shop.more ON customer, status FROM shop.orders;
-- sequence used
SELECT nextval('shop.invoice_no'), nextval('shop.invoice_no'), setval('shop.countdown', 4);
-- sequence made anew
DROP SEQUENCE shop.countdown;
CREATE SEQUENCE shop.countdown AS bigint INCREMENT -1 MINVALUE 0 MAXVALUE 10 NO CYCLE;
-- sequence altered into shape
DROP SEQUENCE shop.countdown;
CREATE SEQUENCE shop.countdown;
ALTER SEQUENCE shop.countdown INCREMENT BY -1 MINVALUE 0 MAXVALUE 10 START WITH 10 RESTART;
-- sequence with a cache
ALTER SEQUENCE shop.invoice_no CACHE 20;
-- sequence owned later
ALTER SEQUENCE shop.return_no OWNED BY NONE;
ALTER SEQUENCE shop.return_no OWNED BY shop.returns.id;
