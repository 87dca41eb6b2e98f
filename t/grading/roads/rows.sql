-- Rows on other roads, and hostile defaults.
-- rows in another order
CREATE TABLE public.kept AS SELECT * FROM shop.order_lines ORDER BY quantity DESC, order_id DESC;
ALTER TABLE shop.order_lines DISABLE TRIGGER USER;
ALTER TABLE shop.returns DROP CONSTRAINT returns_order_id_line_fkey;
TRUNCATE shop.order_lines;
INSERT INTO shop.order_lines SELECT * FROM public.kept;
ALTER TABLE shop.returns ADD FOREIGN KEY (order_id, line) REFERENCES shop.order_lines MATCH FULL ON DELETE SET NULL;
ALTER TABLE shop.order_lines ENABLE TRIGGER USER;
DROP TABLE public.kept;
-- rows changed to and fro
UPDATE shop.returns SET reason = reason || '!';
UPDATE shop.returns SET reason = rtrim(reason, '!');
-- rows deleted and given again
DELETE FROM shop.returns;
INSERT INTO shop.returns (reason, id) VALUES ('no receipt', 3);
INSERT INTO shop.returns (id, order_id, line) VALUES (1, 4, 1);
INSERT INTO shop.returns (id, line, order_id, reason) SELECT 2, 2, 1, 'too small';
-- rows of an identity given again
DELETE FROM shop.audit;
INSERT INTO shop.audit (what) VALUES ('x');
DELETE FROM shop.audit;
-- rows by COPY
TRUNCATE shop.price_history;
COPY shop.price_history (new_price, product, old_price) FROM STDIN;
129.5	120	\N
1999.90	100	1899
\.
-- rows inserted into partitions
TRUNCATE shop.stock;
INSERT INTO shop.stock_south (amount, depot, product) VALUES (40, 'south', 120), (7, 'south', 100);
INSERT INTO shop.stock_north VALUES (NULL, 110, 2), ('north', 100, 5);
-- numbers with zeros behind
UPDATE lib.zoo SET c_numeric = 0.000, c_decimal = -0.0 WHERE k = 2;
-- json with blanks and another order
UPDATE lib.zoo SET c_json = E'{"a":2,\n "b" : 1}' WHERE k = 1;
-- jsonb with zeros behind
UPDATE lib.zoo SET c_jsonb = '{"a": {"c": 1.5}, "b": [1.0, null]}' WHERE k = 1;
-- json with a member twice
UPDATE shop.products SET raw = '{"a": 7, "a": 2}' WHERE sku = 'RB-00002';
-- characters padded with blanks
UPDATE lib.zoo SET c_char = 'ab ' WHERE k = 1;
-- a moment of another zone
UPDATE lib.zoo SET c_timestamptz = '2026-01-01 14:00+02' WHERE k = 1;
-- ranges in another spelling
UPDATE lib.zoo SET c_range = '(0,4]', c_multi = '{[3,4),[1,1.5),[1.5,2)}' WHERE k = 1;
-- bytes in another spelling
UPDATE lib.zoo SET c_bytea = E'\\000\\377', c_uuid = '{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}', c_mac = '08-00-2B-01-02-03' WHERE k = 1;
-- vectors in another order
UPDATE lib.zoo SET c_tsvector = 'cat:3A fat:2', c_tsquery = '( fat & !( rat ) )' WHERE k = 1;
-- an interval by its parts
UPDATE lib.zoo SET c_interval = make_interval(months => 1, days => 2, hours => 3, mins => 4, secs => 5.6) WHERE k = 1;
-- moments of default columns
UPDATE shop.customers SET made = '1999-01-01';
UPDATE shop.orders SET token = gen_random_uuid();
-- hostile search path and output settings
ALTER ROLE CURRENT_USER SET search_path = "Odd Names", shop, hr, lib;
ALTER ROLE CURRENT_USER SET quote_all_identifiers = on;
ALTER ROLE CURRENT_USER SET DateStyle = 'German, DMY';
ALTER ROLE CURRENT_USER SET IntervalStyle = iso_8601;
ALTER ROLE CURRENT_USER SET extra_float_digits = -15;
ALTER ROLE CURRENT_USER SET bytea_output = escape;
ALTER ROLE CURRENT_USER SET TimeZone = 'Pacific/Chatham';
ALTER ROLE CURRENT_USER SET xmlbinary = hex;
ALTER ROLE CURRENT_USER SET array_nulls = off;
ALTER ROLE CURRENT_USER SET standard_conforming_strings = off;
ALTER ROLE CURRENT_USER SET transform_null_equals = on;
UPDATE shop.returns SET reason = reason;
-- hostile transaction settings
ALTER ROLE CURRENT_USER SET default_transaction_read_only = on;
ALTER ROLE CURRENT_USER SET default_transaction_isolation = serializable;
ALTER ROLE CURRENT_USER SET row_security = off;
ALTER ROLE CURRENT_USER SET statement_timeout = 1;
ALTER ROLE CURRENT_USER SET default_text_search_config = 'pg_catalog.german';
UPDATE shop.returns SET reason = reason;
-- functions that shadow the system's
CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'low'::text $$;
CREATE FUNCTION public.count(integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint';
CREATE FUNCTION shop.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$;
CREATE OPERATOR public.= (FUNCTION = int4ne, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR shop.= (FUNCTION = textne, LEFTARG = text, RIGHTARG = text);
CREATE TABLE public.pg_class (relname name);
CREATE TYPE public.int4 AS ENUM ('one');
CREATE DOMAIN public.text AS varchar;
