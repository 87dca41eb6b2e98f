-- Functions, procedures and aggregates, written otherwise.
-- plpgsql instead of sql
CREATE OR REPLACE FUNCTION lib.gross(net numeric, rate numeric DEFAULT 0.22) RETURNS numeric LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$ BEGIN RETURN round(net + net * rate, 2); END $$;
-- a default in another spelling
CREATE OR REPLACE FUNCTION lib.gross(net numeric, rate numeric = 22 / 100.0) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT round(net * (rate + 1), 2) $$;
-- standard body instead of a string
CREATE OR REPLACE FUNCTION lib.gross(net numeric, rate numeric DEFAULT 0.22) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN round(net * (1 + rate), 2);
-- a loop instead of recursion
CREATE OR REPLACE FUNCTION lib.factorial(n integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
	product bigint := 1;
BEGIN
	IF n < 0 THEN
		RAISE SQLSTATE '22003' USING MESSAGE = 'only from zero on';
	END IF;
	FOR i IN 2 .. n LOOP
		product := product * i;
	END LOOP;
	RETURN product;
END
$$;
-- sql instead of plpgsql
CREATE OR REPLACE FUNCTION lib.greet(name text) RETURNS text LANGUAGE sql IMMUTABLE RETURNS NULL ON NULL INPUT
AS $$ SELECT concat('Hello, ', coalesce(nullif(initcap(name), ''), 'you'), '!') $$;
-- planner hints that the reference does not set
ALTER FUNCTION lib.greet(text) COST 7 PARALLEL SAFE;
ALTER FUNCTION lib.orders_of(integer) ROWS 17 COST 3;
-- cases in another order
CREATE OR REPLACE FUNCTION lib.size_of(value integer) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	IF value < 1 THEN RETURN 'none'; END IF;
	IF value < 100 THEN RETURN 'small'; END IF;
	RETURN CASE WHEN value IS NOT NULL THEN 'large' ELSE 'unknown' END;
END
$$;
-- char_length instead of length
CREATE OR REPLACE FUNCTION lib.size_of(value text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT char_length($1)';
-- a loop over an array
CREATE OR REPLACE FUNCTION lib.bounds(VARIADIC numbers integer[], OUT low integer, OUT high integer) LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE n integer;
BEGIN
	FOREACH n IN ARRAY coalesce(numbers, '{}') LOOP
		low := least(low, n);
		high := greatest(high, n);
	END LOOP;
END
$$;
-- first of a slice
CREATE OR REPLACE FUNCTION lib.first_of(list anyarray) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN list[array_lower(list, 1)]; END $$;
-- rows by a loop
CREATE OR REPLACE FUNCTION lib.orders_of(wanted integer) RETURNS SETOF shop.orders LANGUAGE plpgsql STABLE
AS $$
DECLARE o shop.orders;
BEGIN
	FOR o IN SELECT * FROM shop.orders WHERE orders.customer = wanted ORDER BY id DESC LOOP
		RETURN NEXT o;
	END LOOP;
END
$$;
-- sql instead of return query
CREATE OR REPLACE FUNCTION lib.report(minimum numeric, "Kind" text DEFAULT 'all') RETURNS TABLE (customer text, spent numeric) LANGUAGE sql STABLE
AS $$ SELECT name, total FROM shop.customer_totals WHERE NOT total < minimum AND ("Kind" = 'all' OR name LIKE concat("Kind", '%') AND "Kind" IS NOT NULL) $$;
-- a sum by a loop
CREATE OR REPLACE FUNCTION lib.order_total(wanted bigint) RETURNS numeric LANGUAGE plpgsql STABLE
AS $$
DECLARE
	result numeric := 0;
	line record;
BEGIN
	FOR line IN SELECT * FROM shop.order_lines WHERE order_id = wanted LOOP
		result := result + line.quantity * line.price * (1 - coalesce(line.discount, 0) * 0.01);
	END LOOP;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'nothing' USING ERRCODE = 'P0002';
	END IF;
	RETURN round(result, 2);
END
$$;
-- a sum of cases
CREATE OR REPLACE FUNCTION lib.count_secrets() RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO pg_catalog, pg_temp
AS $$ BEGIN RETURN (SELECT coalesce(sum(CASE WHEN n.secret THEN 1 ELSE 0 END), 0) FROM hr.notes n); END $$;
-- the next label from the catalog's order
CREATE OR REPLACE FUNCTION lib.next_status(current shop.status) RETURNS shop.status LANGUAGE sql IMMUTABLE
AS $$ SELECT min(s) FROM unnest(enum_range(NULL::shop.status)) AS s WHERE s > current $$;
-- weekend by another calendar
CREATE OR REPLACE FUNCTION lib.is_weekend(day date) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(dow FROM day) = 0 OR extract(dow FROM day) = 6';
-- a condition instead of an exception
CREATE OR REPLACE FUNCTION lib.divide(a double precision, b double precision) RETURNS double precision LANGUAGE sql IMMUTABLE
AS 'SELECT a / nullif(b, 0)';
-- an address by plpgsql
CREATE OR REPLACE FUNCTION lib.format_address(a shop.address) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN concat_ws(', ', a.street, a.zip, a.country); END $$;
-- words by an array
CREATE OR REPLACE FUNCTION lib.words_of(line text) RETURNS SETOF text LANGUAGE plpgsql IMMUTABLE ROWS 20
AS $$ BEGIN RETURN QUERY SELECT w FROM unnest(regexp_split_to_array(line, '[[:space:]]+')) AS w WHERE w IS DISTINCT FROM ''; END $$;
-- a series by generate_series
CREATE OR REPLACE FUNCTION lib.series(n integer) RETURNS TABLE (i integer, square integer) LANGUAGE sql IMMUTABLE
AS 'SELECT k, k * k FROM generate_series(1, CASE WHEN n > 10 OR n IS NULL THEN 10 ELSE n END) AS k';
-- writing by plpgsql
CREATE OR REPLACE FUNCTION lib.log(what text) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO shop.audit (n, what) SELECT char_length(log.what), log.what; END $$;
-- keys by json_each
CREATE OR REPLACE FUNCTION lib.keys(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE COST 50
AS $$ SELECT array_agg(e.key ORDER BY e.key) FROM jsonb_each(document) AS e $$;
-- a procedure by one statement
CREATE OR REPLACE PROCEDURE lib.place_order(buyer integer, what integer, quantity integer, INOUT made bigint DEFAULT NULL) LANGUAGE plpgsql
AS $$
DECLARE
	pieces CONSTANT integer := quantity;
BEGIN
	IF NOT pieces > 0 THEN
		RAISE check_violation USING MESSAGE = 'too few';
	END IF;
	WITH o AS (INSERT INTO shop.orders (status, customer) VALUES ('paid', buyer) RETURNING id) SELECT id INTO made FROM o;
	INSERT INTO shop.order_lines (line, order_id, quantity, price, product)
	SELECT 1, made, pieces, p.price, p.id FROM shop.products AS p WHERE p.id = what;
END
$$;
-- a procedure by plpgsql
CREATE OR REPLACE PROCEDURE lib.forget(customer integer) LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
	UPDATE shop.customers SET phone = NULL WHERE id = forget.customer;
	DELETE FROM shop.orders WHERE status = 'new' AND customer = forget.customer;
END
$$;
-- an aggregate over a function of the system
CREATE OR REPLACE AGGREGATE lib.product_of(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1.0', PARALLEL = SAFE);
-- an aggregate made anew
DROP AGGREGATE lib.longest(text);
CREATE AGGREGATE lib.longest(text) (STYPE = text, SFUNC = lib.longer);
-- an aggregate with a function of another form
CREATE OR REPLACE FUNCTION lib.join_labels(state text[]) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN state IS NOT NULL THEN coalesce((SELECT string_agg(s, '+' ORDER BY n) FROM unnest(state) WITH ORDINALITY AS u (s, n)), '') END $$;
-- comments and blanks in a body
CREATE OR REPLACE FUNCTION lib.append_label(state text[], value text) RETURNS text[] LANGUAGE sql IMMUTABLE
AS $body$
	-- one more, in capitals
	SELECT state || pg_catalog.upper(value) /* or so */ AS labels;
$body$;
-- a function made anew
DROP FUNCTION lib.keys;
CREATE FUNCTION lib.keys(document jsonb) RETURNS text[] AS 'SELECT array_agg(k ORDER BY k ASC) FROM jsonb_object_keys(document) AS t (k)' COST 50 IMMUTABLE LANGUAGE 'sql';
-- a function renamed to and fro
ALTER FUNCTION lib.greet RENAME TO hello;
ALTER FUNCTION lib.hello RENAME TO greet;
ALTER FUNCTION lib.greet SET SCHEMA shop;
ALTER FUNCTION shop.greet SET SCHEMA lib;
-- OUT arguments instead of a result table
DROP FUNCTION lib.report;
CREATE FUNCTION lib.report(minimum numeric, "Kind" text DEFAULT 'all', OUT customer text, OUT spent numeric) RETURNS SETOF record LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN QUERY SELECT t.name, t.total::numeric FROM shop.customer_totals t WHERE t.total >= minimum AND ("Kind" = 'all' OR t.name LIKE "Kind" || '%');
END
$$;
-- functions of their own
CREATE FUNCTION lib.mine(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION lib.size_of(value boolean) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
CREATE PROCEDURE public.mine() LANGUAGE sql AS 'SELECT 1';
