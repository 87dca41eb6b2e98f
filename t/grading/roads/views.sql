-- Views and materialized views, written otherwise.
-- anti-join instead of except
CREATE OR REPLACE VIEW shop.idle_customers AS
	SELECT c.id FROM shop.customers c LEFT JOIN shop.orders o ON o.customer = c.id WHERE o.id IS NULL;
-- not exists instead of except
CREATE OR REPLACE VIEW shop.idle_customers AS
	SELECT id FROM shop.customers c WHERE NOT EXISTS (SELECT 1 FROM shop.orders o WHERE o.customer = c.id);
-- not in instead of except
CREATE OR REPLACE VIEW shop.idle_customers AS SELECT id FROM shop.customers WHERE id NOT IN (SELECT customer FROM shop.orders);
-- a view over a view of their own
CREATE VIEW shop.buyers AS SELECT DISTINCT customer FROM shop.orders;
CREATE OR REPLACE VIEW shop.idle_customers AS SELECT id FROM shop.customers EXCEPT SELECT customer FROM shop.buyers;
-- a view through a function of their own
CREATE FUNCTION lib.has_orders(who integer) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM shop.orders WHERE customer = who)';
CREATE OR REPLACE VIEW shop.idle_customers AS SELECT id FROM shop.customers WHERE NOT lib.has_orders(id);
-- not in instead of not exists
CREATE OR REPLACE VIEW shop.unsold AS SELECT sku, name FROM shop.products WHERE id NOT IN (SELECT product FROM shop.order_lines WHERE quantity > 1);
-- an outer join instead of not exists
CREATE OR REPLACE VIEW shop.unsold AS
	SELECT p.sku, p.name FROM shop.order_lines l RIGHT JOIN shop.products p ON p.id = l.product AND l.quantity >= 2 WHERE l.line IS NULL;
-- columns in another order
DROP VIEW shop.unsold;
CREATE VIEW shop.unsold AS SELECT p.name, p.sku FROM shop.products p
	WHERE NOT EXISTS (SELECT FROM shop.order_lines l WHERE l.product = p.id AND l.quantity > 1);
-- group by instead of distinct
CREATE OR REPLACE VIEW shop.colours AS SELECT details ->> 'colour' AS colour FROM shop.products GROUP BY 1;
-- union instead of distinct
CREATE OR REPLACE VIEW shop.colours AS SELECT details #>> '{colour}' AS colour FROM shop.products UNION SELECT details ->> 'colour' FROM shop.products;
-- subqueries instead of joins
CREATE OR REPLACE VIEW shop.customer_totals AS
	SELECT c.id, c.name, (SELECT count(*) FROM shop.orders o WHERE o.customer = c.id AND o.status <> 'returned') AS orders,
		coalesce((SELECT sum(l.quantity * l.price) FROM shop.orders o JOIN shop.order_lines l ON l.order_id = o.id
			WHERE o.customer = c.id AND o.status <> 'returned'), 0)::numeric(12,2) AS total
	FROM shop.customers c;
-- common table expressions instead of joins
CREATE OR REPLACE VIEW shop.customer_totals AS
	WITH kept AS (SELECT id, customer FROM shop.orders WHERE status IN ('new', 'paid', 'sent')),
	line AS (SELECT k.customer, sum(l.price * l.quantity) AS total FROM kept k JOIN shop.order_lines l ON l.order_id = k.id GROUP BY 1),
	number AS (SELECT customer, count(*) AS n FROM kept GROUP BY 1)
	SELECT c.id, c.name, coalesce(n.n, 0) AS orders, coalesce(l.total, 0)::decimal(12,2) AS total
	FROM shop.customers c LEFT JOIN line l ON l.customer = c.id LEFT JOIN number n ON n.customer = c.id;
-- joins in another order
CREATE OR REPLACE VIEW shop.customer_totals AS
	SELECT c.id, c.name, count(DISTINCT o.id) AS orders, coalesce(sum(l.quantity * l.price), 0)::numeric(12,2) AS total
	FROM shop.orders o LEFT JOIN shop.order_lines l ON o.id = l.order_id
	RIGHT JOIN shop.customers c ON c.id = o.customer AND NOT o.status = 'returned'
	GROUP BY c.id, c.name;
-- fetch first instead of limit
CREATE OR REPLACE VIEW shop.top_customers AS SELECT name, total FROM shop.customer_totals ORDER BY 2 DESC, 1 FETCH FIRST 3 ROWS ONLY;
-- row numbers instead of limit
CREATE OR REPLACE VIEW shop.top_customers AS
	SELECT name, total FROM (SELECT name, total, row_number() OVER (ORDER BY total DESC, name) AS n FROM shop.customer_totals) AS ranked
	WHERE n <= 3 ORDER BY n;
-- order by an alias
CREATE OR REPLACE VIEW shop.alphabet AS SELECT p.name FROM (SELECT name FROM shop.products) AS p ORDER BY 1 DESC NULLS FIRST;
-- an order that nobody asked for
CREATE OR REPLACE VIEW shop.colours AS SELECT DISTINCT details ->> 'colour' AS colour FROM shop.products ORDER BY colour;
-- self-join instead of a window
CREATE OR REPLACE VIEW shop.price_list AS
	SELECT p.name, p.price, 1 + (SELECT count(*) FROM shop.products q WHERE q.category = p.category AND q.price > p.price) AS place,
		p.price - lag(p.price) OVER (PARTITION BY p.category ORDER BY p.price, p.id) AS step
	FROM shop.products p;
-- a named window
CREATE OR REPLACE VIEW shop.price_list AS
	SELECT name, price, rank() OVER (w ORDER BY price DESC) AS place, price - lag(price, 1) OVER (w ORDER BY price ASC, id) AS step
	FROM shop.products WINDOW w AS (PARTITION BY category);
-- recursion written otherwise
CREATE OR REPLACE VIEW shop.category_tree AS
	WITH RECURSIVE up (id, name, depth, path) AS (
		SELECT c.id, c.name, 1, c.name FROM shop.categories c WHERE c.parent IS NULL
		UNION
		SELECT c.id, c.name, u.depth + 1, concat(u.path, ' / ', c.name) FROM up u, shop.categories c WHERE c.parent = u.id)
	SELECT * FROM up;
-- union in another order
DROP VIEW shop.people;
CREATE VIEW shop.people AS
	SELECT "Full Name"::text AS name, 'employee'::text AS role FROM hr.employees UNION ALL SELECT name, text 'customer' FROM shop.customers;
CREATE TRIGGER add_person INSTEAD OF INSERT ON shop.people FOR EACH ROW EXECUTE FUNCTION lib.add_person();
-- condition as or
CREATE OR REPLACE VIEW shop.open_orders AS
	SELECT id, customer, status, note FROM shop.orders WHERE status = 'paid' OR status = 'new' WITH CHECK OPTION;
-- check option set later
CREATE OR REPLACE VIEW shop.open_orders AS SELECT id, customer, status, note FROM shop.orders WHERE status IN ('new', 'paid');
ALTER VIEW shop.open_orders SET (check_option = cascaded);
-- security barrier set later
CREATE OR REPLACE VIEW shop.vips AS SELECT c.id, c.name, c.email FROM shop.customers AS c WHERE c.vip = true;
ALTER VIEW shop.vips SET (security_barrier = true);
-- security invoker in another spelling
ALTER VIEW shop.my_orders SET (security_invoker = on);
-- sums of cases instead of filters
CREATE OR REPLACE VIEW shop.monthly AS
	SELECT date_trunc('month', o.placed)::date AS month, sum(CASE WHEN status = 'sent' THEN 1 ELSE 0 END) AS sent,
		string_agg(status::text, ',' ORDER BY id) AS history, bool_or(shipped IS NULL) AS waiting
	FROM shop.orders o GROUP BY date_trunc('month', o.placed)::date;
-- counts of nothing instead of having
CREATE OR REPLACE VIEW shop.monthly AS
	SELECT CAST(date_trunc('month', placed::date::timestamp) AS date) AS month, count(CASE WHEN status = 'sent' THEN id END) AS sent,
		array_to_string(array_agg(status::text ORDER BY id), ',') AS history, NOT bool_and(shipped IS NOT NULL) AS waiting
	FROM shop.orders GROUP BY 1;
-- grouping sets instead of rollup
CREATE OR REPLACE VIEW shop.cube AS
	SELECT status, customer, count(*) AS n, grouping(status, customer) AS level FROM shop.orders GROUP BY GROUPING SETS ((status, customer), (status), ());
-- a union instead of rollup
CREATE OR REPLACE VIEW shop.cube AS
	SELECT status, customer, count(*) AS n, 0 AS level FROM shop.orders GROUP BY status, customer
	UNION ALL SELECT status, NULL, count(*), 1 FROM shop.orders GROUP BY status
	UNION ALL SELECT NULL, NULL, count(*), 3 FROM shop.orders;
-- row numbers instead of lateral
CREATE OR REPLACE VIEW shop.last_orders AS
	SELECT c.name, o.placed, o.status FROM shop.customers c
	JOIN (SELECT customer, placed, status, row_number() OVER (PARTITION BY customer ORDER BY placed DESC, id) AS n FROM shop.orders) o ON o.customer = c.id
	WHERE o.n = 1;
-- distinct on instead of lateral
CREATE OR REPLACE VIEW shop.last_orders AS
	SELECT c.name, o.placed, o.status
	FROM (SELECT DISTINCT ON (customer) customer, placed, status FROM shop.orders ORDER BY customer, placed DESC, id) AS o
	JOIN shop.customers c ON c.id = o.customer;
-- json by another function
CREATE OR REPLACE VIEW shop.product_json AS
	SELECT category, json_agg(row_to_json(r) ORDER BY id) AS products
	FROM shop.products p CROSS JOIN LATERAL (SELECT p.name, p.price) AS r GROUP BY category;
-- json with members in another order
CREATE OR REPLACE VIEW shop.product_json AS
	SELECT category, json_agg(json_build_object('price', price, 'name', name) ORDER BY id) AS products FROM shop.products GROUP BY category;
-- full join as a union of outer joins
CREATE OR REPLACE VIEW shop.all_pairs AS
	SELECT c.name AS customer, d.title AS department FROM shop.customers c LEFT JOIN hr.departments d ON substr(c.name, 1, 1) = substr(d.title, 1, 1)
	UNION ALL
	SELECT NULL, d.title FROM hr.departments d WHERE NOT EXISTS (SELECT FROM shop.customers c WHERE left(c.name, 1) = left(d.title, 1));
-- round to the typmod in another way
CREATE OR REPLACE VIEW shop.average AS
	SELECT CAST(sum(price) / count(price) AS numeric(10,3)) AS average, CAST(stddev_pop(weight) AS real) AS spread,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY cost) AS median
	FROM (SELECT * FROM shop.products) AS p;
-- names by subqueries
CREATE OR REPLACE VIEW hr.chain AS
	SELECT e.id, e."Full Name" AS employee, (SELECT b."Full Name" FROM hr.employees b WHERE b.id = e.boss) AS boss,
		CASE WHEN d.title IS NULL THEN '-' ELSE d.title END AS department
	FROM hr.employees e LEFT OUTER JOIN hr.departments d ON e.department = d.code;
-- odd names by aliases
CREATE OR REPLACE VIEW "Odd Names"."Small Orders" ("select", "Größe?") AS
	SELECT o."select", o."Größe" FROM "Odd Names"."Order" o WHERE NOT o."quo""te" >= 10;
-- constants in another spelling
CREATE OR REPLACE VIEW lib.constants AS SELECT 6 * 7 AS answer, CAST('lab' || 'creator' AS character varying(20)) AS name;
-- a view renamed to and fro
ALTER VIEW shop.colours RENAME TO colors;
ALTER VIEW shop.colors RENAME colour TO color;
ALTER VIEW shop.colors RENAME color TO colour;
ALTER VIEW shop.colors RENAME TO colours;
-- materialized view filled later
DROP MATERIALIZED VIEW shop.sales;
CREATE MATERIALIZED VIEW shop.sales AS
	SELECT category, sum(quantity) AS sold FROM shop.products JOIN shop.order_lines ON product = id GROUP BY 1 WITH NO DATA;
REFRESH MATERIALIZED VIEW shop.sales;
CREATE UNIQUE INDEX sold ON shop.sales (category);
GRANT SELECT ON shop.sales TO clerk;
-- materialized view refreshed concurrently
REFRESH MATERIALIZED VIEW CONCURRENTLY shop.sales;
-- materialized view emptied again
REFRESH MATERIALIZED VIEW shop.later;
REFRESH MATERIALIZED VIEW shop.later WITH NO DATA;
-- views of their own
CREATE VIEW shop.mine AS SELECT * FROM shop.orders;
CREATE MATERIALIZED VIEW public.mine AS SELECT 1 AS one;
