-- Functions, procedures, aggregates.
-- function missing | lib.gross
DROP FUNCTION lib.gross;
-- function renamed | lib.greet
ALTER FUNCTION lib.greet RENAME TO hello;
-- function in another schema | lib.greet
ALTER FUNCTION lib.greet SET SCHEMA hr;
-- function without a default | lib.gross
DROP FUNCTION lib.gross;
CREATE FUNCTION lib.gross(net numeric, rate numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT round(net * (1 + rate), 2)';
-- function with another default | lib.gross
CREATE OR REPLACE FUNCTION lib.gross(net numeric, rate numeric DEFAULT 0.24) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT round(net * (1 + rate), 2)';
-- function with another argument name | lib.gross
DROP FUNCTION lib.gross;
CREATE FUNCTION lib.gross(price numeric, rate numeric DEFAULT 0.22) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT round(price * (1 + rate), 2)';
-- function without rounding | lib.gross
CREATE OR REPLACE FUNCTION lib.gross(net numeric, rate numeric DEFAULT 0.22) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT net * (1 + rate)';
-- function that treats NULL otherwise | lib.gross
CREATE OR REPLACE FUNCTION lib.gross(net numeric, rate numeric DEFAULT 0.22) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT round(coalesce(net, 0) * (1 + rate), 2)';
-- function that is volatile | lib.gross
ALTER FUNCTION lib.gross VOLATILE;
-- function that is stable | lib.factorial
ALTER FUNCTION lib.factorial STABLE;
-- function that is immutable | lib.orders_of
ALTER FUNCTION lib.orders_of IMMUTABLE;
-- function that is strict | lib.gross
ALTER FUNCTION lib.gross STRICT;
-- function that is not strict | lib.greet
ALTER FUNCTION lib.greet CALLED ON NULL INPUT;
-- function that is security definer | lib.gross
ALTER FUNCTION lib.gross SECURITY DEFINER;
-- function that is security invoker | lib.count_secrets
ALTER FUNCTION lib.count_secrets SECURITY INVOKER;
-- function without its setting | lib.count_secrets
ALTER FUNCTION lib.count_secrets RESET search_path;
-- function with another cost where the reference sets it | lib.keys
ALTER FUNCTION lib.keys COST 100;
-- function with other rows where the reference sets it | lib.words_of
ALTER FUNCTION lib.words_of ROWS 1000;
-- function without parallel safety that the reference sets | lib.gross
ALTER FUNCTION lib.gross PARALLEL UNSAFE;
-- function of another result type | lib.is_weekend
DROP FUNCTION lib.is_weekend;
CREATE FUNCTION lib.is_weekend(day date) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(isodow FROM day) IN (6, 7)';
-- function that returns a set | lib.is_weekend
DROP FUNCTION lib.is_weekend;
CREATE FUNCTION lib.is_weekend(day date) RETURNS SETOF boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(isodow FROM day) IN (6, 7)';
-- function of another argument type | lib.is_weekend
DROP FUNCTION lib.is_weekend;
CREATE FUNCTION lib.is_weekend(day timestamp) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(isodow FROM day) IN (6, 7)';
-- function with an argument more | lib.greet
DROP FUNCTION lib.greet;
CREATE FUNCTION lib.greet(name text, language text DEFAULT 'en') RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN RETURN 'Hello, ' || CASE WHEN name = '' THEN 'you' ELSE initcap(name) END || '!'; END $$;
-- function is a procedure | lib.log
DROP FUNCTION lib.log;
CREATE PROCEDURE lib.log(what text) LANGUAGE sql AS 'INSERT INTO shop.audit (what, n) VALUES (what, length(what))';
-- overload missing | lib.size_of*text
DROP FUNCTION lib.size_of(text);
-- overload of another meaning | lib.size_of*text
CREATE OR REPLACE FUNCTION lib.size_of(value text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT octet_length(value) $$;
-- boundary off by one | lib.size_of*integer
CREATE OR REPLACE FUNCTION lib.size_of(value integer) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN value IS NULL THEN 'unknown' WHEN value > 100 THEN 'large' WHEN value > 0 THEN 'small' ELSE 'none' END $$;
-- boundary at zero | lib.size_of*integer
CREATE OR REPLACE FUNCTION lib.size_of(value integer) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN value IS NULL THEN 'unknown' WHEN value >= 100 THEN 'large' WHEN value >= 0 THEN 'small' ELSE 'none' END $$;
-- NULL forgotten | lib.size_of*integer
CREATE OR REPLACE FUNCTION lib.size_of(value integer) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN value >= 100 THEN 'large' WHEN value > 0 THEN 'small' ELSE 'none' END $$;
-- constant function | lib.factorial
CREATE OR REPLACE FUNCTION lib.factorial(n integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS 'SELECT 1::bigint';
-- factorial of zero | lib.factorial
CREATE OR REPLACE FUNCTION lib.factorial(n integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
BEGIN
	IF n < 0 THEN RAISE EXCEPTION 'no' USING ERRCODE = 'numeric_value_out_of_range'; END IF;
	RETURN CASE WHEN n = 0 THEN 0 WHEN n < 2 THEN 1 ELSE n * lib.factorial(n - 1) END;
END
$$;
-- error not raised | lib.factorial
CREATE OR REPLACE FUNCTION lib.factorial(n integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN RETURN CASE WHEN n < 2 THEN 1 ELSE n * lib.factorial(n - 1) END; END $$;
-- error of another code | lib.factorial
CREATE OR REPLACE FUNCTION lib.factorial(n integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
BEGIN
	IF n < 0 THEN RAISE EXCEPTION 'factorial of % is not defined', n; END IF;
	RETURN CASE WHEN n < 2 THEN 1 ELSE n * lib.factorial(n - 1) END;
END
$$;
-- empty string not treated | lib.greet
CREATE OR REPLACE FUNCTION lib.greet(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN RETURN 'Hello, ' || initcap(name) || '!'; END $$;
-- another case of letters | lib.greet
CREATE OR REPLACE FUNCTION lib.greet(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN RETURN 'Hello, ' || CASE WHEN name = '' THEN 'you' ELSE name END || '!'; END $$;
-- OUT arguments swapped | lib.bounds
CREATE OR REPLACE FUNCTION lib.bounds(VARIADIC numbers integer[], OUT low integer, OUT high integer) LANGUAGE sql IMMUTABLE
AS 'SELECT max(n), min(n) FROM unnest(numbers) AS n';
-- OUT argument renamed | lib.bounds
DROP FUNCTION lib.bounds;
CREATE FUNCTION lib.bounds(VARIADIC numbers integer[], OUT low integer, OUT top integer) LANGUAGE sql IMMUTABLE
AS 'SELECT min(n), max(n) FROM unnest(numbers) AS n';
-- not variadic | lib.bounds
DROP FUNCTION lib.bounds;
CREATE FUNCTION lib.bounds(numbers integer[], OUT low integer, OUT high integer) LANGUAGE sql IMMUTABLE
AS 'SELECT min(n), max(n) FROM unnest(numbers) AS n';
-- polymorphic function that takes the last | lib.first_of
CREATE OR REPLACE FUNCTION lib.first_of(list anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT list[array_upper(list, 1)]';
-- polymorphic function that ignores the lower bound | lib.first_of
CREATE OR REPLACE FUNCTION lib.first_of(list anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT list[2]';
-- set of other rows | lib.orders_of
CREATE OR REPLACE FUNCTION lib.orders_of(wanted integer) RETURNS SETOF shop.orders LANGUAGE sql STABLE
AS 'SELECT * FROM shop.orders WHERE id = wanted';
-- set of fewer rows | lib.orders_of
CREATE OR REPLACE FUNCTION lib.orders_of(wanted integer) RETURNS SETOF shop.orders LANGUAGE sql STABLE
AS 'SELECT * FROM shop.orders WHERE customer = wanted LIMIT 1';
-- column of a result table renamed | lib.report
DROP FUNCTION lib.report;
CREATE FUNCTION lib.report(minimum numeric, "Kind" text DEFAULT 'all') RETURNS TABLE (customer text, total numeric) LANGUAGE sql STABLE
AS $$ SELECT t.name, t.total::numeric FROM shop.customer_totals t WHERE t.total >= minimum AND ("Kind" = 'all' OR t.name LIKE "Kind" || '%') $$;
-- condition strict instead of lax | lib.report
CREATE OR REPLACE FUNCTION lib.report(minimum numeric, "Kind" text DEFAULT 'all') RETURNS TABLE (customer text, spent numeric) LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN QUERY SELECT t.name, t.total::numeric FROM shop.customer_totals t WHERE t.total > minimum AND ("Kind" = 'all' OR t.name LIKE "Kind" || '%'); END $$;
-- second argument ignored | lib.report
CREATE OR REPLACE FUNCTION lib.report(minimum numeric, "Kind" text DEFAULT 'all') RETURNS TABLE (customer text, spent numeric) LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN QUERY SELECT t.name, t.total::numeric FROM shop.customer_totals t WHERE t.total >= minimum; END $$;
-- argument name in another case | lib.report
DROP FUNCTION lib.report;
CREATE FUNCTION lib.report(minimum numeric, kind text DEFAULT 'all') RETURNS TABLE (customer text, spent numeric) LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN QUERY SELECT t.name, t.total::numeric FROM shop.customer_totals t WHERE t.total >= minimum AND (kind = 'all' OR t.name LIKE kind || '%'); END $$;
-- discount forgotten | lib.order_total
CREATE OR REPLACE FUNCTION lib.order_total(wanted bigint) RETURNS numeric LANGUAGE plpgsql STABLE
AS $$
DECLARE result numeric;
BEGIN
	SELECT sum(quantity * price) INTO result FROM shop.order_lines WHERE order_id = wanted;
	IF result IS NULL THEN RAISE no_data_found; END IF;
	RETURN round(result, 2);
END
$$;
-- NULL discount loses the line | lib.order_total
CREATE OR REPLACE FUNCTION lib.order_total(wanted bigint) RETURNS numeric LANGUAGE plpgsql STABLE
AS $$
DECLARE result numeric;
BEGIN
	SELECT sum(quantity * price * (100 - discount) / 100.0) INTO result FROM shop.order_lines WHERE order_id = wanted;
	IF result IS NULL THEN RAISE no_data_found; END IF;
	RETURN round(result, 2);
END
$$;
-- no error where nothing is found | lib.order_total
CREATE OR REPLACE FUNCTION lib.order_total(wanted bigint) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT round(coalesce(sum(quantity * price * (100 - coalesce(discount, 0)) / 100.0), 0), 2) FROM shop.order_lines WHERE order_id = wanted';
-- answer of today hard-coded | lib.count_secrets
CREATE OR REPLACE FUNCTION lib.count_secrets() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1::bigint';
-- enum function with one label wrong | lib.next_status
CREATE OR REPLACE FUNCTION lib.next_status(current shop.status) RETURNS shop.status LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE current WHEN 'new' THEN 'paid' WHEN 'paid' THEN 'sent' WHEN 'sent' THEN 'sent' END::shop.status $$;
-- weekend of another day | lib.is_weekend
CREATE OR REPLACE FUNCTION lib.is_weekend(day date) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT extract(dow FROM day) IN (5, 6)';
-- error instead of NULL | lib.divide
CREATE OR REPLACE FUNCTION lib.divide(a double precision, b double precision) RETURNS double precision LANGUAGE sql IMMUTABLE AS 'SELECT a / b';
-- zero instead of NULL | lib.divide
CREATE OR REPLACE FUNCTION lib.divide(a double precision, b double precision) RETURNS double precision LANGUAGE sql IMMUTABLE
AS 'SELECT CASE WHEN b = 0 THEN 0 ELSE a / b END';
-- arguments swapped | lib.divide
CREATE OR REPLACE FUNCTION lib.divide(a double precision, b double precision) RETURNS double precision LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN b / a; EXCEPTION WHEN division_by_zero THEN RETURN NULL; END $$;
-- composite argument, one part left out | lib.format_address
CREATE OR REPLACE FUNCTION lib.format_address(a shop.address) RETURNS text LANGUAGE sql IMMUTABLE RETURN concat_ws(', ', a.street, a.zip);
-- composite argument, NULL parts kept | lib.format_address
CREATE OR REPLACE FUNCTION lib.format_address(a shop.address) RETURNS text LANGUAGE sql IMMUTABLE RETURN a.street || ', ' || a.zip || ', ' || a.country;
-- set with empty words | lib.words_of
CREATE OR REPLACE FUNCTION lib.words_of(line text) RETURNS SETOF text LANGUAGE sql IMMUTABLE ROWS 20 AS $$ SELECT regexp_split_to_table(line, '\s+') $$;
-- set that ends too early | lib.series
CREATE OR REPLACE FUNCTION lib.series(n integer) RETURNS TABLE (i integer, square integer) LANGUAGE sql IMMUTABLE
AS 'SELECT k, k * k FROM generate_series(1, least(n, 9)) AS k';
-- nothing is written | lib.log
CREATE OR REPLACE FUNCTION lib.log(what text) RETURNS void LANGUAGE sql VOLATILE AS '';
-- something else is written | lib.log
CREATE OR REPLACE FUNCTION lib.log(what text) RETURNS void LANGUAGE sql VOLATILE AS 'INSERT INTO shop.audit (what, n) VALUES (what, 0)';
-- keys not sorted by name | lib.keys
CREATE OR REPLACE FUNCTION lib.keys(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE COST 50
AS $$ SELECT array_agg(k ORDER BY k DESC) FROM jsonb_object_keys(document) AS k $$;
-- empty array instead of NULL | lib.keys
CREATE OR REPLACE FUNCTION lib.keys(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE COST 50
AS $$ SELECT coalesce(array_agg(k ORDER BY k), '{}') FROM jsonb_object_keys(document) AS k $$;
-- procedure missing | lib.place_order
DROP PROCEDURE lib.place_order;
-- procedure without the check | lib.place_order
CREATE OR REPLACE PROCEDURE lib.place_order(buyer integer, what integer, quantity integer, INOUT made bigint DEFAULT NULL) LANGUAGE plpgsql
AS $$
BEGIN
	INSERT INTO shop.orders (customer, status) VALUES (buyer, 'paid') RETURNING id INTO made;
	INSERT INTO shop.order_lines (order_id, line, product, quantity, price)
	SELECT made, 1, id, greatest(place_order.quantity, 1), price FROM shop.products WHERE id = what;
END
$$;
-- procedure with another status | lib.place_order
CREATE OR REPLACE PROCEDURE lib.place_order(buyer integer, what integer, quantity integer, INOUT made bigint DEFAULT NULL) LANGUAGE plpgsql
AS $$
BEGIN
	IF quantity <= 0 THEN RAISE EXCEPTION 'a quantity of %', quantity USING ERRCODE = 'check_violation'; END IF;
	INSERT INTO shop.orders (customer, status) VALUES (buyer, 'sent') RETURNING id INTO made;
	INSERT INTO shop.order_lines (order_id, line, product, quantity, price)
	SELECT made, 1, id, place_order.quantity, price FROM shop.products WHERE id = what;
END
$$;
-- procedure without the second insert | lib.place_order
CREATE OR REPLACE PROCEDURE lib.place_order(buyer integer, what integer, quantity integer, INOUT made bigint DEFAULT NULL) LANGUAGE plpgsql
AS $$
BEGIN
	IF quantity <= 0 THEN RAISE EXCEPTION 'a quantity of %', quantity USING ERRCODE = 'check_violation'; END IF;
	INSERT INTO shop.orders (customer, status) VALUES (buyer, 'paid') RETURNING id INTO made;
END
$$;
-- procedure that deletes too much | lib.forget
CREATE OR REPLACE PROCEDURE lib.forget(customer integer) LANGUAGE sql
BEGIN ATOMIC
	DELETE FROM shop.orders o WHERE o.customer = forget.customer AND o.status IN ('new', 'paid');
	UPDATE shop.customers c SET phone = NULL WHERE c.id = forget.customer;
END;
-- procedure that updates everybody | lib.forget
CREATE OR REPLACE PROCEDURE lib.forget(customer integer) LANGUAGE sql
BEGIN ATOMIC
	DELETE FROM shop.orders o WHERE o.customer = forget.customer AND o.status = 'new';
	UPDATE shop.customers c SET phone = NULL;
END;
-- aggregate missing | lib.longest
DROP AGGREGATE lib.longest(text);
-- aggregate with another start | lib.product_of
CREATE OR REPLACE AGGREGATE lib.product_of(numeric) (SFUNC = lib.multiply, STYPE = numeric, INITCOND = '0', PARALLEL = SAFE);
-- aggregate without a start | lib.product_of
CREATE OR REPLACE AGGREGATE lib.product_of(numeric) (SFUNC = lib.multiply, STYPE = numeric, PARALLEL = SAFE);
-- aggregate with another transition function | lib.product_of
CREATE OR REPLACE AGGREGATE lib.product_of(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '1', PARALLEL = SAFE);
-- aggregate without its final function | lib.labels_of
DROP AGGREGATE lib.labels_of(text);
CREATE AGGREGATE lib.labels_of(text) (SFUNC = lib.append_label, STYPE = text[], INITCOND = '{}');
-- aggregate over another type | lib.longest
DROP AGGREGATE lib.longest(text);
CREATE AGGREGATE lib.longest(varchar) (SFUNC = lib.longer, STYPE = text);
-- aggregate by the shortest | lib.longe
CREATE OR REPLACE FUNCTION lib.longer(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN a IS NULL OR length(b) < length(a) THEN b ELSE a END $$;
-- aggregate that ties otherwise | lib.longe
CREATE OR REPLACE FUNCTION lib.longer(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN a IS NULL OR length(b) >= length(a) THEN b ELSE a END $$;
