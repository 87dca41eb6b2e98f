-- What every participant starts with: customers and products.
CREATE SCHEMA shop;

CREATE TYPE shop.category AS ENUM ('city', 'mountain', 'child', 'part');

CREATE TABLE shop.customers (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL,
	email text UNIQUE,
	joined date NOT NULL DEFAULT CURRENT_DATE
);

CREATE TABLE shop.products (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL UNIQUE,
	category shop.category NOT NULL,
	price numeric(8,2) NOT NULL CHECK (price > 0)
);

CREATE TABLE shop.employees (
	id integer PRIMARY KEY,
	name text NOT NULL,
	boss integer REFERENCES shop.employees
);

INSERT INTO shop.customers (name, email)
SELECT 'Customer ' || i, 'customer' || i || '@example.test'
FROM generate_series(1, 20) AS i;

INSERT INTO shop.products (name, category, price) VALUES
	('Lark', 'city', 499), ('Wren', 'city', 649.50), ('Ibex', 'mountain', 1299),
	('Chamois', 'mountain', 1749.90), ('Duckling', 'child', 189), ('Chain', 'part', 24.90),
	('Saddle', 'part', 39), ('Bell', 'part', 7.50), ('Brake pad', 'part', 12.20);

INSERT INTO shop.employees VALUES (1, 'Mari', NULL), (2, 'Jaan', 1), (3, 'Liis', 1), (4, 'Peeter', 2);
