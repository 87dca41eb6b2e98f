-- Views and materialized views.
CREATE VIEW shop.customer_totals AS
	SELECT c.id, c.name, count(DISTINCT o.id) AS orders, coalesce(sum(l.quantity * l.price), 0)::numeric(12,2) AS total
	FROM shop.customers c
	LEFT JOIN shop.orders o ON o.customer = c.id AND o.status <> 'returned'
	LEFT JOIN shop.order_lines l ON l.order_id = o.id
	GROUP BY c.id;

CREATE VIEW shop.top_customers AS
	SELECT name, total FROM shop.customer_totals ORDER BY total DESC, name LIMIT 3;

CREATE VIEW shop.price_list AS
	SELECT name, price, rank() OVER (PARTITION BY category ORDER BY price DESC) AS place,
		price - lag(price) OVER (PARTITION BY category ORDER BY price, id) AS step
	FROM shop.products;

CREATE VIEW shop.category_tree AS
	WITH RECURSIVE tree AS (
		SELECT id, name, 1 AS depth, name AS path FROM shop.categories WHERE parent IS NULL
		UNION ALL
		SELECT c.id, c.name, t.depth + 1, t.path || ' / ' || c.name
		FROM shop.categories c
		JOIN tree t ON t.id = c.parent
	)
	SELECT id, name, depth, path FROM tree;

CREATE VIEW shop.alphabet AS
	SELECT name FROM shop.products ORDER BY name DESC;

CREATE VIEW shop.idle_customers AS
	SELECT id FROM shop.customers
	EXCEPT
	SELECT customer FROM shop.orders;

CREATE VIEW shop.people AS
	SELECT name, 'customer' AS role FROM shop.customers
	UNION ALL
	SELECT "Full Name", 'employee' FROM hr.employees;

CREATE VIEW shop.open_orders AS
	SELECT id, customer, status, note FROM shop.orders WHERE status IN ('new', 'paid')
	WITH CASCADED CHECK OPTION;

CREATE VIEW shop.vips WITH (security_barrier) AS
	SELECT id, name, email FROM shop.customers WHERE vip;

CREATE VIEW shop.my_orders WITH (security_invoker) AS
	SELECT id, status FROM shop.orders WHERE customer > 0
	WITH LOCAL CHECK OPTION;

CREATE VIEW shop.monthly AS
	SELECT date_trunc('month', placed)::date AS month,
		count(*) FILTER (WHERE status = 'sent') AS sent,
		string_agg(status::text, ',' ORDER BY id) AS history,
		bool_or(shipped IS NULL) AS waiting
	FROM shop.orders
	GROUP BY 1
	HAVING count(*) > 0;

CREATE VIEW shop.cube AS
	SELECT status, customer, count(*) AS n, grouping(status, customer) AS level
	FROM shop.orders
	GROUP BY ROLLUP (status, customer);

CREATE VIEW shop.last_orders AS
	SELECT c.name, o.placed, o.status
	FROM shop.customers c
	CROSS JOIN LATERAL (
		SELECT placed, status FROM shop.orders WHERE customer = c.id ORDER BY placed DESC, id LIMIT 1
	) o;

CREATE VIEW shop.unsold AS
	SELECT p.sku, p.name FROM shop.products p
	WHERE NOT EXISTS (SELECT FROM shop.order_lines l WHERE l.product = p.id AND l.quantity > 1);

CREATE VIEW shop.colours AS
	SELECT DISTINCT details ->> 'colour' AS colour FROM shop.products;

CREATE VIEW shop.product_json AS
	SELECT category, json_agg(json_build_object('name', name, 'price', price) ORDER BY id) AS products
	FROM shop.products
	GROUP BY category;

CREATE VIEW shop.all_pairs AS
	SELECT c.name AS customer, d.title AS department
	FROM shop.customers c
	FULL JOIN hr.departments d ON left(c.name, 1) = left(d.title, 1);

CREATE VIEW shop.average AS
	SELECT avg(price)::numeric(10,3) AS average, stddev_pop(weight)::real AS spread, percentile_cont(0.5) WITHIN GROUP (ORDER BY cost) AS median
	FROM shop.products;

CREATE VIEW hr.chain AS
	SELECT e.id, e."Full Name" AS employee, b."Full Name" AS boss, coalesce(d.title, '-') AS department
	FROM hr.employees e
	LEFT JOIN hr.employees b ON b.id = e.boss
	LEFT JOIN hr.departments d ON d.code = e.department;

CREATE VIEW "Odd Names"."Small Orders" AS
	SELECT "select", "Größe" AS "Größe?" FROM "Odd Names"."Order" WHERE "quo""te" < 10;

CREATE VIEW lib.constants AS
	SELECT 42 AS answer, 'labcreator'::varchar(20) AS name;

CREATE MATERIALIZED VIEW shop.sales AS
	SELECT p.category, sum(l.quantity) AS sold
	FROM shop.order_lines l
	JOIN shop.products p ON p.id = l.product
	GROUP BY p.category;
CREATE UNIQUE INDEX ON shop.sales (category);

CREATE MATERIALIZED VIEW shop.later AS
	SELECT count(*) AS n FROM shop.orders
	WITH NO DATA;

COMMENT ON VIEW shop.top_customers IS 'the best three';
