-- Indexes and statistics objects.
-- index missing | shop.customers*lower
DROP INDEX shop.customers_lower_name;
-- index of the bare column | shop.customers*lower
DROP INDEX shop.customers_lower_name;
CREATE INDEX ON shop.customers (name);
-- index of another function | shop.customers*lower
DROP INDEX shop.customers_lower_name;
CREATE INDEX ON shop.customers (upper(name));
-- index is unique | shop.customers
DROP INDEX shop.customers_city;
CREATE UNIQUE INDEX ON shop.customers (((home).zip), name);
-- index is not unique | hr.employees*lower
DROP INDEX hr.employees_name;
CREATE INDEX ON hr.employees (lower("Full Name"));
-- index without predicate | shop.customers*born
DROP INDEX shop.customers_vip;
CREATE INDEX ON shop.customers (born DESC NULLS LAST);
-- index with another predicate | shop.customers*born
DROP INDEX shop.customers_vip;
CREATE INDEX ON shop.customers (born DESC NULLS LAST) WHERE NOT vip;
-- index with another order of nulls | shop.customers*born
DROP INDEX shop.customers_vip;
CREATE INDEX ON shop.customers (born DESC) WHERE vip;
-- index ascending | shop.customers*born
DROP INDEX shop.customers_vip;
CREATE INDEX ON shop.customers (born ASC) WHERE vip;
-- index with keys in another order | shop.products*category
DROP INDEX shop.products_price;
CREATE INDEX ON shop.products (price DESC, category) INCLUDE (name, cost);
-- index not descending | shop.products*category
DROP INDEX shop.products_price;
CREATE INDEX ON shop.products (category, price) INCLUDE (name, cost);
-- index without INCLUDE | shop.products*category
DROP INDEX shop.products_price;
CREATE INDEX ON shop.products (category, price DESC);
-- index with less INCLUDE | shop.products*category
DROP INDEX shop.products_price;
CREATE INDEX ON shop.products (category, price DESC) INCLUDE (name);
-- index with INCLUDE as keys | shop.products*category
DROP INDEX shop.products_price;
CREATE INDEX ON shop.products (category, price DESC, name, cost);
-- index with a wider key | shop.orders*customer
DROP INDEX shop.orders_customer;
CREATE INDEX ON shop.orders (customer, status, placed) WITH (fillfactor = 70);
-- index with a narrower key | shop.orders*customer
DROP INDEX shop.orders_customer;
CREATE INDEX ON shop.orders (customer) WITH (fillfactor = 70);
-- index without the storage parameter | shop.orders*customer
ALTER INDEX shop.orders_customer RESET (fillfactor);
-- brin index with other pages | shop.orders*placed
ALTER INDEX shop.orders_placed SET (pages_per_range = 64);
-- brin is btree | shop.orders*placed
DROP INDEX shop.orders_placed;
CREATE INDEX ON shop.orders (placed);
-- hash is btree | shop.products*name
DROP INDEX shop.products_name;
CREATE INDEX ON shop.products (name);
-- gin is gist | shop.products*words
DROP INDEX shop.products_words;
CREATE INDEX ON shop.products USING gist (words);
-- gin with the default opclass | shop.products*details
DROP INDEX shop.products_details;
CREATE INDEX ON shop.products USING gin (details);
-- gist is spgist | shop.products*sizes
DROP INDEX shop.products_sizes;
CREATE INDEX ON shop.products USING spgist (sizes);
-- gin missing | shop.customers*tags
DROP INDEX shop.customers_tags;
-- index without opclass | shop.customers*phone
DROP INDEX shop.customers_phone;
CREATE INDEX ON shop.customers (phone);
-- index without its collation | shop.customers*name
DROP INDEX shop.customers_phonebook;
CREATE INDEX ON shop.customers (name);
-- index of another attribute | shop.customers*home
DROP INDEX shop.customers_city;
CREATE INDEX ON shop.customers (((home).country), name);
-- index with another order of nulls, two keys | hr.rooms*seats
DROP INDEX hr.rooms_seats;
CREATE INDEX ON hr.rooms (seats, no DESC);
-- partial unique index missing | shop.orders*customer
DROP INDEX shop.orders_one_basket;
-- partial unique index of another status | shop.orders*customer
DROP INDEX shop.orders_one_basket;
CREATE UNIQUE INDEX ON shop.orders (customer) WHERE status = 'paid';
-- partial unique index not unique | shop.orders*customer
DROP INDEX shop.orders_one_basket;
CREATE INDEX ON shop.orders (customer) WHERE status = 'new';
-- partial unique index of one status more | shop.orders*customer
DROP INDEX shop.orders_one_basket;
CREATE UNIQUE INDEX ON shop.orders (customer) WHERE status IN ('new', 'paid');
-- unique index with another opclass | shop.categories*name
DROP INDEX shop.categories_name;
CREATE UNIQUE INDEX ON shop.categories (name) INCLUDE (parent);
-- index on a partitioned table missing | shop.events*region
DROP INDEX shop.events_region_happened_idx;
-- index on a partitioned table ascending | shop.events*region
DROP INDEX shop.events_region_happened_idx;
CREATE INDEX ON shop.events (region, happened);
-- index on the parent only | shop.events
DROP INDEX shop.events_region_happened_idx;
CREATE INDEX ON ONLY shop.events (region, happened DESC);
-- index on a partition only | shop.events*region
DROP INDEX shop.events_region_happened_idx;
CREATE INDEX ON shop.events_2025 (region, happened DESC);
-- index on a materialized view missing | shop.sales*category
DROP INDEX shop.sales_category_idx;
-- index on a materialized view not unique | shop.sales*category
DROP INDEX shop.sales_category_idx;
CREATE INDEX ON shop.sales (category);
-- statistics missing | shop.line_statistics
DROP STATISTICS shop.line_statistics;
-- statistics of another kind | shop.line_statistics
DROP STATISTICS shop.line_statistics;
CREATE STATISTICS shop.line_statistics (mcv) ON product, price FROM shop.order_lines;
-- statistics of other columns | shop.line_statistics
DROP STATISTICS shop.line_statistics;
CREATE STATISTICS shop.line_statistics (dependencies, ndistinct) ON product, quantity FROM shop.order_lines;
-- statistics of another expression | shop.name_statistics
DROP STATISTICS shop.name_statistics;
CREATE STATISTICS shop.name_statistics ON upper(name), vip FROM shop.customers;
-- statistics of another table | shop.line_statistics
DROP STATISTICS shop.line_statistics;
CREATE STATISTICS shop.line_statistics (dependencies, ndistinct) ON product, old_price FROM shop.price_history;
