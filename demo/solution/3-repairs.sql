CREATE SEQUENCE shop.ticket_numbers START 1000 INCREMENT 10;
CREATE TABLE shop.repairs (
	ticket integer PRIMARY KEY DEFAULT nextval('shop.ticket_numbers'),
	customer_id integer NOT NULL REFERENCES shop.customers ON DELETE CASCADE,
	employee_id integer NOT NULL REFERENCES shop.employees,
	description varchar(200) NOT NULL,
	received timestamptz NOT NULL DEFAULT now(),
	done timestamptz,
	CHECK (done >= received)
);
CREATE TABLE shop.repair_parts (
	ticket integer NOT NULL REFERENCES shop.repairs ON DELETE CASCADE,
	product_id integer NOT NULL REFERENCES shop.products,
	quantity smallint NOT NULL CHECK (quantity BETWEEN 1 AND 99),
	PRIMARY KEY (ticket, product_id)
);
CREATE TABLE shop.price_history (
	product_id integer NOT NULL REFERENCES shop.products ON DELETE CASCADE,
	valid_from date NOT NULL,
	price numeric(8,2) NOT NULL,
	PRIMARY KEY (product_id, valid_from)
);
INSERT INTO shop.repairs (customer_id, employee_id, description)
VALUES (3, 2, 'Flat tyre'), (7, 4, 'Brakes squeal'), (3, 2, 'New chain');
INSERT INTO shop.repair_parts VALUES (1000, 8, 1), (1010, 9, 2), (1020, 6, 1);
INSERT INTO shop.price_history SELECT id, date '2026-01-01', price FROM shop.products;
