CREATE VIEW shop.order_totals AS
	SELECT o.id, c.name AS customer, o.ordered, sum(i.total) AS total
	FROM shop.orders o
	JOIN shop.customers c ON c.id = o.customer_id
	JOIN shop.items i ON i.order_id = o.id
	GROUP BY o.id, c.name;
CREATE VIEW shop.top_customers AS
	SELECT customer, sum(total) AS total, rank() OVER (ORDER BY sum(total) DESC) AS place
	FROM shop.order_totals
	GROUP BY customer;
CREATE VIEW shop.open_repairs AS
	SELECT r.ticket, c.name AS customer, r.description
	FROM shop.repairs r
	JOIN shop.customers c ON c.id = r.customer_id
	WHERE r.done IS NULL;
CREATE MATERIALIZED VIEW shop.sales_by_category AS
	SELECT p.category, sum(i.total) AS total
	FROM shop.items i
	JOIN shop.products p ON p.id = i.product_id
	GROUP BY p.category;
