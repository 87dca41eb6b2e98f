CREATE TABLE shop.orders (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	customer_id integer NOT NULL REFERENCES shop.customers ON DELETE RESTRICT,
	employee_id integer REFERENCES shop.employees ON DELETE SET NULL,
	ordered date NOT NULL,
	status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'paid', 'shipped')),
	UNIQUE (customer_id, ordered)
);
INSERT INTO shop.orders (customer_id, employee_id, ordered, status)
SELECT 1 + i % 20, 1 + i % 4, date '2026-09-01' + i, (ARRAY['new', 'paid', 'shipped'])[1 + i % 3]
FROM generate_series(1, 40) AS i;
