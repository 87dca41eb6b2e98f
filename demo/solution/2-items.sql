CREATE TABLE shop.items (
	order_id integer NOT NULL REFERENCES shop.orders ON DELETE CASCADE,
	product_id integer NOT NULL REFERENCES shop.products,
	quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
	price numeric(8,2) NOT NULL,
	total numeric(10,2) GENERATED ALWAYS AS (quantity * price) STORED,
	PRIMARY KEY (order_id, product_id)
);
INSERT INTO shop.items (order_id, product_id, quantity, price)
SELECT o.id, p.id, 1 + o.id % 3, p.price
FROM shop.orders o
JOIN shop.products p ON (o.id + p.id) % 4 = 0;
