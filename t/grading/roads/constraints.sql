-- Constraints, domains and types.
-- constraints renamed
ALTER TABLE shop.customers RENAME CONSTRAINT customers_pkey TO pk;
ALTER TABLE shop.customers RENAME CONSTRAINT customers_email_key TO one_account;
ALTER TABLE shop.customers RENAME CONSTRAINT name_given TO has_name;
ALTER TABLE shop.orders RENAME CONSTRAINT orders_customer_fkey TO buyer;
ALTER TABLE hr.bookings RENAME CONSTRAINT no_double_booking TO overlap;
-- domain's constraint renamed
ALTER DOMAIN hr.percent RENAME CONSTRAINT percent_range TO range;
-- primary key from an index
ALTER TABLE shop.returns DROP CONSTRAINT returns_pkey;
CREATE UNIQUE INDEX my_key ON shop.returns (id);
ALTER TABLE shop.returns ADD PRIMARY KEY USING INDEX my_key;
-- primary key in another order of columns
ALTER TABLE shop.returns DROP CONSTRAINT returns_order_id_line_fkey;
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_pkey, ADD PRIMARY KEY (line, order_id);
ALTER TABLE shop.returns ADD FOREIGN KEY (order_id, line) REFERENCES shop.order_lines (order_id, line) MATCH FULL ON DELETE SET NULL;
-- unique as a unique index
ALTER TABLE shop.customers DROP CONSTRAINT customers_email_key;
CREATE UNIQUE INDEX ON shop.customers (email);
-- unique index as a constraint
ALTER TABLE shop.customers DROP CONSTRAINT customers_email_key;
CREATE UNIQUE INDEX one_email ON shop.customers (email);
ALTER TABLE shop.customers ADD UNIQUE USING INDEX one_email;
-- unique in another order of columns
ALTER TABLE hr.employees DROP CONSTRAINT "employees_department_Full Name_key", ADD UNIQUE ("Full Name", department);
-- unique nulls not distinct as an index
ALTER TABLE shop.categories DROP CONSTRAINT categories_parent_name_key;
CREATE UNIQUE INDEX ON shop.categories (name, parent) NULLS NOT DISTINCT;
-- deferrable unique made anew
ALTER TABLE hr.departments DROP CONSTRAINT departments_title_key;
ALTER TABLE hr.departments ADD CONSTRAINT titles UNIQUE (title) DEFERRABLE INITIALLY DEFERRED;
-- foreign key with its default action
ALTER TABLE hr.bookings DROP CONSTRAINT bookings_room_fkey, ADD FOREIGN KEY (room) REFERENCES hr.rooms (no) MATCH SIMPLE ON DELETE NO ACTION ON UPDATE NO ACTION NOT DEFERRABLE;
-- foreign key in another order of columns
ALTER TABLE shop.returns DROP CONSTRAINT returns_order_id_line_fkey, ADD FOREIGN KEY (line, order_id) REFERENCES shop.order_lines (line, order_id) MATCH FULL ON DELETE SET NULL;
-- foreign key set null of all its columns
ALTER TABLE shop.categories DROP CONSTRAINT categories_parent_fkey, ADD FOREIGN KEY (parent) REFERENCES shop.categories ON DELETE SET NULL (parent);
-- foreign key validated later
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey, ADD CONSTRAINT f FOREIGN KEY (customer) REFERENCES shop.customers ON DELETE CASCADE NOT VALID;
ALTER TABLE shop.orders VALIDATE CONSTRAINT f;
-- foreign key made deferrable later
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_product_fkey, ADD CONSTRAINT f FOREIGN KEY (product) REFERENCES shop.products;
ALTER TABLE shop.order_lines ALTER CONSTRAINT f DEFERRABLE INITIALLY DEFERRED;
-- check of an integer by the next bound
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_quantity_check, ADD CHECK (quantity >= 1);
-- check turned round
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_quantity_check, ADD CHECK (0 < quantity);
-- check negated twice
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_quantity_check, ADD CHECK (NOT (quantity <= 0));
-- check with NULL allowed in words
ALTER TABLE shop.products DROP CONSTRAINT no_loss, ADD CONSTRAINT no_loss CHECK (cost IS NULL OR price >= cost);
COMMENT ON CONSTRAINT no_loss ON shop.products IS 'nothing is sold below its cost';
-- check without the NULL in words
ALTER TABLE shop.orders DROP CONSTRAINT orders_check, ADD CHECK (shipped >= placed);
-- check by subtraction
ALTER TABLE shop.orders DROP CONSTRAINT orders_check, ADD CHECK (NOT shipped < placed);
-- check of two bounds in another order
ALTER TABLE shop.products DROP CONSTRAINT products_weight_check, ADD CHECK (1000 > weight AND 0 < weight);
-- check of two bounds in two constraints
ALTER TABLE shop.products DROP CONSTRAINT products_weight_check, ADD CHECK (weight > 0), ADD CHECK (weight < 1000);
-- check between as two comparisons
ALTER TABLE hr.employees DROP CONSTRAINT employees_salary_check, ADD CHECK (salary >= 1000 AND salary <= 99999.99);
-- check in as or
ALTER TABLE hr.rooms DROP CONSTRAINT rooms_seats_check, ADD CHECK (seats = 2 OR seats = 4 OR seats = 8 OR seats = 16);
-- check in in another order
ALTER TABLE hr.rooms DROP CONSTRAINT rooms_seats_check, ADD CHECK (seats IN (16, 8, 4, 2));
-- check in as any
ALTER TABLE hr.rooms DROP CONSTRAINT rooms_seats_check, ADD CHECK (seats = ANY ('{2,4,8,16}'::smallint[]));
-- check not equal as two ranges
ALTER TABLE hr.rooms DROP CONSTRAINT rooms_no_check, ADD CHECK (no < 13 OR no > 13);
-- check of a text by comparison
ALTER TABLE shop.customers DROP CONSTRAINT name_given, ADD CHECK (btrim(name) <> '');
-- check of a text by trim
ALTER TABLE shop.customers DROP CONSTRAINT name_given, ADD CHECK (char_length(trim(both from name)) >= 1);
-- check of a title by its length
ALTER TABLE hr.documents DROP CONSTRAINT documents_title_check, ADD CHECK (length(title) > 0);
-- check of a date by the next day
ALTER TABLE shop.customers DROP CONSTRAINT customers_born_check, ADD CHECK (born >= '1900-01-02');
-- check of a date by its parts
ALTER TABLE shop.customers DROP CONSTRAINT customers_born_check, ADD CHECK (born > make_date(1900, 1, 1));
-- check of capitals turned round
ALTER TABLE hr.departments DROP CONSTRAINT departments_code_check, ADD CHECK (upper(code) = code);
-- check of a remainder by a function
ALTER TABLE "Odd Names"."Order" DROP CONSTRAINT "Order_quo""te_check", ADD CHECK (mod("quo""te", 2) = 0);
-- check of a range by comparison
ALTER TABLE hr.bookings DROP CONSTRAINT bookings_during_check, ADD CHECK (during <> 'empty');
-- check at the table instead of the column
ALTER TABLE shop.order_lines DROP CONSTRAINT order_lines_quantity_check;
ALTER TABLE shop.order_lines ADD CONSTRAINT enough CHECK (quantity > 0) NOT VALID;
ALTER TABLE shop.order_lines VALIDATE CONSTRAINT enough;
-- check of a partitioned table made anew
ALTER TABLE shop.stock DROP CONSTRAINT stock_amount_check, ADD CHECK (NOT amount < 0);
-- exclusion constraint made anew
ALTER TABLE hr.bookings DROP CONSTRAINT no_double_booking;
ALTER TABLE hr.bookings ADD CONSTRAINT once EXCLUDE USING gist (during WITH &&, int4range(room, room, '[]') WITH =) WHERE (NOT cancelled);
-- domain with its check in another spelling
ALTER DOMAIN hr.percent DROP CONSTRAINT percent_range;
ALTER DOMAIN hr.percent ADD CHECK (VALUE >= 0 AND VALUE <= 100);
-- domain with its check in two
ALTER DOMAIN hr.percent DROP CONSTRAINT percent_range;
ALTER DOMAIN hr.percent ADD CHECK (VALUE >= 0);
ALTER DOMAIN hr.percent ADD CHECK (VALUE <= 100);
-- domain with its check validated later
ALTER DOMAIN shop.price DROP CONSTRAINT price_check;
ALTER DOMAIN shop.price ADD CONSTRAINT p CHECK (VALUE >= 0.0) NOT VALID;
ALTER DOMAIN shop.price VALIDATE CONSTRAINT p;
-- domain with NOT NULL set later
ALTER DOMAIN shop.price DROP NOT NULL;
ALTER DOMAIN shop.price SET NOT NULL;
-- domain's pattern in another spelling
ALTER DOMAIN shop.email DROP CONSTRAINT email_check;
ALTER DOMAIN shop.email ADD CHECK (VALUE ~ '^[^@]+[@][^@]+$');
-- enum label by way of another name
ALTER TYPE shop.status RENAME VALUE 'sent' TO 'shipped';
ALTER TYPE shop.status RENAME VALUE 'shipped' TO 'sent';
-- composite attribute renamed to and fro
ALTER TYPE shop.address RENAME ATTRIBUTE zip TO code;
ALTER TYPE shop.address RENAME ATTRIBUTE code TO zip;
-- composite with a hole
ALTER TYPE shop.address ADD ATTRIBUTE planet text;
ALTER TYPE shop.address DROP ATTRIBUTE planet;
-- a comment on a type that has none
COMMENT ON TYPE hr.float_range IS 'degrees';
-- cast made anew
DROP CAST (shop.status AS integer);
CREATE CAST (shop.status AS int4) WITH FUNCTION lib.to_text(shop.status) AS ASSIGNMENT;
-- operator made anew
DROP OPERATOR lib.<-> (shop.address, shop.address);
CREATE OPERATOR lib.<-> (PROCEDURE = lib.distance, RIGHTARG = shop.address, LEFTARG = shop.address, COMMUTATOR = OPERATOR(lib.<->));
-- collation made anew
DROP INDEX shop.customers_phonebook;
DROP COLLATION shop.phonebook;
CREATE COLLATION shop.phonebook (locale = 'de-u-co-phonebk', provider = 'icu', deterministic = true);
CREATE INDEX ON shop.customers (name COLLATE shop.phonebook);
-- text search configuration built up
DROP TEXT SEARCH CONFIGURATION lib.plain_english;
CREATE TEXT SEARCH CONFIGURATION lib.plain_english (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION lib.plain_english
	ADD MAPPING FOR email, url, url_path, host, file, sfloat, float, int, uint, version, numword, numhword, hword_numpart WITH simple;
ALTER TEXT SEARCH CONFIGURATION lib.plain_english ADD MAPPING FOR word, hword, hword_part, hword_asciipart, asciihword WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION lib.plain_english ADD MAPPING FOR asciiword WITH lib.plain, english_stem;
