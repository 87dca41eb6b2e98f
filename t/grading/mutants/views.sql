-- Views and materialized views.
-- view missing | shop.idle_customers
DROP VIEW shop.idle_customers;
-- view renamed | shop.idle_customers
ALTER VIEW shop.idle_customers RENAME TO idle;
-- view column renamed | shop.colours
ALTER VIEW shop.colours RENAME colour TO color;
-- view is a materialized view | shop.colours
DROP VIEW shop.colours;
CREATE MATERIALIZED VIEW shop.colours AS SELECT DISTINCT details ->> 'colour' AS colour FROM shop.products;
-- view is a table | shop.colours
DROP VIEW shop.colours;
CREATE TABLE shop.colours AS SELECT DISTINCT details ->> 'colour' AS colour FROM shop.products;
-- view column of another type | shop.monthly
DROP VIEW shop.monthly;
CREATE VIEW shop.monthly AS
	SELECT date_trunc('month', placed) AS month, count(*) FILTER (WHERE status = 'sent') AS sent,
		string_agg(status::text, ',' ORDER BY id) AS history, bool_or(shipped IS NULL) AS waiting
	FROM shop.orders GROUP BY 1 HAVING count(*) > 0;
-- view column without typmod | shop.average
DROP VIEW shop.average;
CREATE VIEW shop.average AS
	SELECT round(avg(price), 3) AS average, stddev_pop(weight)::real AS spread, percentile_cont(0.5) WITHIN GROUP (ORDER BY cost) AS median
	FROM shop.products;
-- view column of more typmod | lib.constants
DROP VIEW lib.constants;
CREATE VIEW lib.constants AS SELECT 42 AS answer, 'labcreator'::varchar(21) AS name;
-- view column missing | shop.vips
DROP VIEW shop.vips;
CREATE VIEW shop.vips WITH (security_barrier) AS SELECT id, name FROM shop.customers WHERE vip;
-- view column extra | shop.vips
CREATE OR REPLACE VIEW shop.vips WITH (security_barrier) AS SELECT id, name, email, phone FROM shop.customers WHERE vip;
-- view columns swapped | shop.vips
DROP VIEW shop.vips;
CREATE VIEW shop.vips WITH (security_barrier) AS SELECT id, email AS name, name AS email FROM shop.customers WHERE vip;
-- inner join instead of left | shop.customer_totals
CREATE OR REPLACE VIEW shop.customer_totals AS
	SELECT c.id, c.name, count(DISTINCT o.id) AS orders, coalesce(sum(l.quantity * l.price), 0)::numeric(12,2) AS total
	FROM shop.customers c JOIN shop.orders o ON o.customer = c.id AND o.status <> 'returned' LEFT JOIN shop.order_lines l ON l.order_id = o.id
	GROUP BY c.id;
-- condition in WHERE instead of ON | shop.customer_totals
CREATE OR REPLACE VIEW shop.customer_totals AS
	SELECT c.id, c.name, count(DISTINCT o.id) AS orders, coalesce(sum(l.quantity * l.price), 0)::numeric(12,2) AS total
	FROM shop.customers c LEFT JOIN shop.orders o ON o.customer = c.id LEFT JOIN shop.order_lines l ON l.order_id = o.id
	WHERE o.status <> 'returned'
	GROUP BY c.id;
-- count without DISTINCT | shop.customer_totals
CREATE OR REPLACE VIEW shop.customer_totals AS
	SELECT c.id, c.name, count(o.id) AS orders, coalesce(sum(l.quantity * l.price), 0)::numeric(12,2) AS total
	FROM shop.customers c LEFT JOIN shop.orders o ON o.customer = c.id AND o.status <> 'returned' LEFT JOIN shop.order_lines l ON l.order_id = o.id
	GROUP BY c.id;
-- NULL instead of 0 | shop.customer_totals
CREATE OR REPLACE VIEW shop.customer_totals AS
	SELECT c.id, c.name, count(DISTINCT o.id) AS orders, sum(l.quantity * l.price)::numeric(12,2) AS total
	FROM shop.customers c LEFT JOIN shop.orders o ON o.customer = c.id AND o.status <> 'returned' LEFT JOIN shop.order_lines l ON l.order_id = o.id
	GROUP BY c.id;
-- limit of another number | shop.top_customers
CREATE OR REPLACE VIEW shop.top_customers AS SELECT name, total FROM shop.customer_totals ORDER BY total DESC, name LIMIT 4;
-- top in ascending order | shop.top_customers
CREATE OR REPLACE VIEW shop.top_customers AS SELECT name, total FROM shop.customer_totals ORDER BY total, name LIMIT 3;
-- top whose limit is a number of today's rows | shop.top_customers
CREATE OR REPLACE VIEW shop.top_customers AS SELECT name, total FROM shop.customer_totals WHERE total >= 400 ORDER BY total DESC, name;
-- order of rows lost | shop.alphabet
CREATE OR REPLACE VIEW shop.alphabet AS SELECT name FROM shop.products;
-- order of rows reversed | shop.alphabet
CREATE OR REPLACE VIEW shop.alphabet AS SELECT name FROM shop.products ORDER BY name;
-- order of rows by another collation | shop.alphabet
CREATE OR REPLACE VIEW shop.alphabet AS SELECT name FROM shop.products ORDER BY lower(name) DESC;
-- order of the top only within the limit | shop.top_customers
CREATE OR REPLACE VIEW shop.top_customers AS
	SELECT name, total FROM (SELECT name, total FROM shop.customer_totals ORDER BY total DESC, name LIMIT 3) AS best ORDER BY total;
-- duplicates kept | shop.colours
CREATE OR REPLACE VIEW shop.colours AS SELECT details ->> 'colour' AS colour FROM shop.products;
-- duplicates removed | shop.people
DROP VIEW shop.people;
CREATE VIEW shop.people AS SELECT name, 'customer' AS role FROM shop.customers UNION SELECT "Full Name", 'employee' FROM hr.employees;
CREATE TRIGGER add_person INSTEAD OF INSERT ON shop.people FOR EACH ROW EXECUTE FUNCTION lib.add_person();
-- one branch of a union missing | shop.people
CREATE OR REPLACE VIEW shop.people AS SELECT name, 'customer' AS role FROM shop.customers;
-- except instead of intersect | shop.idle_customers
CREATE OR REPLACE VIEW shop.idle_customers AS SELECT id FROM shop.customers INTERSECT SELECT customer FROM shop.orders;
-- answer hard-coded | shop.idle_customers
CREATE OR REPLACE VIEW shop.idle_customers AS SELECT * FROM (VALUES (4), (6)) AS v (id);
-- answer hard-coded over a table that is read for show | shop.idle_customers
CREATE OR REPLACE VIEW shop.idle_customers AS SELECT v.id FROM (VALUES (4), (6)) AS v (id) WHERE EXISTS (SELECT FROM shop.customers);
-- answer as a list of today's keys | shop.idle_customers
CREATE OR REPLACE VIEW shop.idle_customers AS SELECT id FROM shop.customers WHERE id IN (4, 6);
-- agrees by accident: today all good customers are old | shop.vips
CREATE OR REPLACE VIEW shop.vips WITH (security_barrier) AS SELECT id, name, email FROM shop.customers WHERE id IN (1, 3);
-- agrees by accident: not in instead of except, with NULLs | shop.unsold
CREATE OR REPLACE VIEW shop.unsold AS SELECT p.sku, p.name FROM shop.products p
	WHERE NOT EXISTS (SELECT FROM shop.order_lines l WHERE l.product = p.id AND l.quantity > 1 AND l.price >= 0 AND l.order_id < 7);
-- agrees by accident: no boss at the top | hr.chain
CREATE OR REPLACE VIEW hr.chain AS
	SELECT e.id, e."Full Name" AS employee, b."Full Name" AS boss, coalesce(d.title, '-') AS department
	FROM hr.employees e LEFT JOIN hr.employees b ON b.id = e.boss AND b.id < 4 LEFT JOIN hr.departments d ON d.code = e.department;
-- join on another column | hr.chain
CREATE OR REPLACE VIEW hr.chain AS
	SELECT e.id, e."Full Name" AS employee, b."Full Name" AS boss, coalesce(d.title, '-') AS department
	FROM hr.employees e LEFT JOIN hr.employees b ON b.boss = e.id LEFT JOIN hr.departments d ON d.code = e.department;
-- dense_rank instead of rank | shop.price_list
INSERT INTO shop.products (sku, category, name, price, cost) SELECT 'X' || n, 4, 'Same', 1499, 1 FROM generate_series(1, 2) AS n;
CREATE OR REPLACE VIEW shop.price_list AS
	SELECT name, price, dense_rank() OVER (PARTITION BY category ORDER BY price DESC) AS place, price - lag(price) OVER (PARTITION BY category ORDER BY price, id) AS step
	FROM shop.products;
-- row_number instead of rank where nothing ties today | shop.price_list
CREATE OR REPLACE VIEW shop.price_list AS
	SELECT name, price, row_number() OVER (PARTITION BY category ORDER BY price DESC) AS place, price - lag(price) OVER (PARTITION BY category ORDER BY price, id) AS step
	FROM shop.products;
-- window without partition | shop.price_list
CREATE OR REPLACE VIEW shop.price_list AS
	SELECT name, price, rank() OVER (ORDER BY price DESC) AS place, price - lag(price) OVER (PARTITION BY category ORDER BY price, id) AS step
	FROM shop.products;
-- lead instead of lag | shop.price_list
CREATE OR REPLACE VIEW shop.price_list AS
	SELECT name, price, rank() OVER (PARTITION BY category ORDER BY price DESC) AS place, price - lead(price) OVER (PARTITION BY category ORDER BY price, id) AS step
	FROM shop.products;
-- recursion of two levels only | shop.category_tree
CREATE OR REPLACE VIEW shop.category_tree AS
	SELECT id, name, 1 AS depth, name AS path FROM shop.categories WHERE parent IS NULL
	UNION ALL
	SELECT c.id, c.name, 2, p.name || ' / ' || c.name FROM shop.categories c JOIN shop.categories p ON p.id = c.parent AND p.parent IS NULL;
-- recursion of three levels, as deep as today | shop.category_tree
CREATE OR REPLACE VIEW shop.category_tree AS
	SELECT id, name, 1 AS depth, name AS path FROM shop.categories WHERE parent IS NULL
	UNION ALL
	SELECT c.id, c.name, 2, p.name || ' / ' || c.name FROM shop.categories c JOIN shop.categories p ON p.id = c.parent AND p.parent IS NULL
	UNION ALL
	SELECT c.id, c.name, 3, g.name || ' / ' || p.name || ' / ' || c.name
	FROM shop.categories c JOIN shop.categories p ON p.id = c.parent JOIN shop.categories g ON g.id = p.parent AND g.parent IS NULL;
-- recursion with another separator | shop.category_tree
CREATE OR REPLACE VIEW shop.category_tree AS
	WITH RECURSIVE tree AS (
		SELECT id, name, 1 AS depth, name AS path FROM shop.categories WHERE parent IS NULL
		UNION ALL
		SELECT c.id, c.name, t.depth + 1, t.path || '/' || c.name FROM shop.categories c JOIN tree t ON t.id = c.parent)
	SELECT id, name, depth, path FROM tree;
-- aggregate in another order | shop.monthly
CREATE OR REPLACE VIEW shop.monthly AS
	SELECT date_trunc('month', placed)::date AS month, count(*) FILTER (WHERE status = 'sent') AS sent,
		string_agg(status::text, ',' ORDER BY id DESC) AS history, bool_or(shipped IS NULL) AS waiting
	FROM shop.orders GROUP BY 1;
-- filter of another status | shop.monthly
CREATE OR REPLACE VIEW shop.monthly AS
	SELECT date_trunc('month', placed)::date AS month, count(*) FILTER (WHERE status = 'paid') AS sent,
		string_agg(status::text, ',' ORDER BY id) AS history, bool_or(shipped IS NULL) AS waiting
	FROM shop.orders GROUP BY 1;
-- cube instead of rollup | shop.cube
CREATE OR REPLACE VIEW shop.cube AS
	SELECT status, customer, count(*) AS n, grouping(status, customer) AS level FROM shop.orders GROUP BY CUBE (status, customer);
-- left join lateral instead of cross | shop.last_orders
CREATE OR REPLACE VIEW shop.last_orders AS
	SELECT c.name, o.placed, o.status FROM shop.customers c
	LEFT JOIN LATERAL (SELECT placed, status FROM shop.orders WHERE customer = c.id ORDER BY placed DESC, id LIMIT 1) o ON true;
-- first instead of last | shop.last_orders
CREATE OR REPLACE VIEW shop.last_orders AS
	SELECT c.name, o.placed, o.status FROM shop.customers c
	CROSS JOIN LATERAL (SELECT placed, status FROM shop.orders WHERE customer = c.id ORDER BY placed, id LIMIT 1) o;
-- full join is a left join | shop.all_pairs
CREATE OR REPLACE VIEW shop.all_pairs AS
	SELECT c.name AS customer, d.title AS department FROM shop.customers c LEFT JOIN hr.departments d ON left(c.name, 1) = left(d.title, 1);
-- sample instead of population | shop.average
CREATE OR REPLACE VIEW shop.average AS
	SELECT avg(price)::numeric(10,3) AS average, stddev_samp(weight)::real AS spread, percentile_cont(0.5) WITHIN GROUP (ORDER BY cost) AS median FROM shop.products;
-- json members in another form | shop.product_json
CREATE OR REPLACE VIEW shop.product_json AS
	SELECT category, json_agg(json_build_object('name', name, 'price', price::text) ORDER BY id) AS products FROM shop.products GROUP BY category;
-- json array in another order | shop.product_json
CREATE OR REPLACE VIEW shop.product_json AS
	SELECT category, json_agg(json_build_object('name', name, 'price', price) ORDER BY id DESC) AS products FROM shop.products GROUP BY category;
-- constant view of another value | lib.constants
CREATE OR REPLACE VIEW lib.constants AS SELECT 43 AS answer, 'labcreator'::varchar(20) AS name;
-- comparison off by one | Small Orders
CREATE OR REPLACE VIEW "Odd Names"."Small Orders" AS SELECT "select", "Größe" AS "Größe?" FROM "Odd Names"."Order" WHERE "quo""te" <= 10;
-- condition that treats NULL otherwise | Small Orders
CREATE OR REPLACE VIEW "Odd Names"."Small Orders" AS SELECT "select", "Größe" AS "Größe?" FROM "Odd Names"."Order" WHERE ("quo""te" < 10) IS NOT FALSE;
-- check option missing | shop.open_orders
ALTER VIEW shop.open_orders RESET (check_option);
-- check option local | shop.open_orders
ALTER VIEW shop.open_orders SET (check_option = local);
-- check option cascaded | shop.my_orders
ALTER VIEW shop.my_orders SET (check_option = cascaded);
-- check option added | shop.vips
ALTER VIEW shop.vips SET (check_option = local);
-- security barrier missing | shop.vips
ALTER VIEW shop.vips RESET (security_barrier);
-- security invoker missing | shop.my_orders
ALTER VIEW shop.my_orders RESET (security_invoker);
-- security invoker added | shop.vips
ALTER VIEW shop.vips SET (security_invoker);
-- view fails | shop.average
CREATE OR REPLACE VIEW shop.average AS
	SELECT (avg(price) / (max(price) - max(price)))::numeric(10,3) AS average, stddev_pop(weight)::real AS spread, percentile_cont(0.5) WITHIN GROUP (ORDER BY cost) AS median FROM shop.products;
-- materialized view missing | shop.sales
DROP MATERIALIZED VIEW shop.sales;
-- materialized view is a view | shop.sales
DROP MATERIALIZED VIEW shop.sales;
CREATE VIEW shop.sales AS SELECT p.category, sum(l.quantity) AS sold FROM shop.order_lines l JOIN shop.products p ON p.id = l.product GROUP BY p.category;
-- materialized view not populated | shop.sales
REFRESH MATERIALIZED VIEW shop.sales WITH NO DATA;
-- materialized view populated where the reference's is not | shop.later
REFRESH MATERIALIZED VIEW shop.later;
-- materialized view with another query | shop.sales
DROP MATERIALIZED VIEW shop.sales;
CREATE MATERIALIZED VIEW shop.sales AS SELECT p.category, count(l.quantity) AS sold FROM shop.order_lines l JOIN shop.products p ON p.id = l.product GROUP BY p.category;
CREATE UNIQUE INDEX ON shop.sales (category);
-- materialized view with another column name | shop.sales
ALTER MATERIALIZED VIEW shop.sales RENAME sold TO amount;
