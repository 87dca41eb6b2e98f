-- Functions, procedures, aggregates, operators and casts.
CREATE FUNCTION lib.gross(net numeric, rate numeric DEFAULT 0.22)
RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT round(net * (1 + rate), 2)';
COMMENT ON FUNCTION lib.gross(numeric, numeric) IS 'with value added tax';

CREATE FUNCTION lib.factorial(n integer)
RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
BEGIN
	IF n < 0 THEN
		RAISE EXCEPTION 'factorial of % is not defined', n USING ERRCODE = 'numeric_value_out_of_range';
	END IF;
	RETURN CASE WHEN n < 2 THEN 1 ELSE n * lib.factorial(n - 1) END;
END
$$;

CREATE FUNCTION lib.greet(name text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ BEGIN RETURN 'Hello, ' || CASE WHEN name = '' THEN 'you' ELSE initcap(name) END || '!'; END $$;

CREATE FUNCTION lib.size_of(value integer) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN value IS NULL THEN 'unknown' WHEN value >= 100 THEN 'large' WHEN value > 0 THEN 'small' ELSE 'none' END $$;
CREATE FUNCTION lib.size_of(value text) RETURNS integer LANGUAGE sql IMMUTABLE
AS $$ SELECT length(value) $$;

CREATE FUNCTION lib.bounds(VARIADIC numbers integer[], OUT low integer, OUT high integer)
LANGUAGE sql IMMUTABLE
AS 'SELECT min(n), max(n) FROM unnest(numbers) AS n';

CREATE FUNCTION lib.first_of(list anyarray)
RETURNS anyelement LANGUAGE sql IMMUTABLE
AS 'SELECT list[array_lower(list, 1)]';

CREATE FUNCTION lib.orders_of(wanted integer)
RETURNS SETOF shop.orders LANGUAGE sql STABLE
AS 'SELECT * FROM shop.orders WHERE customer = wanted';

CREATE FUNCTION lib.report(minimum numeric, "Kind" text DEFAULT 'all')
RETURNS TABLE (customer text, spent numeric) LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN QUERY
	SELECT t.name, t.total::numeric FROM shop.customer_totals t
	WHERE t.total >= minimum AND ("Kind" = 'all' OR t.name LIKE "Kind" || '%');
END
$$;

CREATE FUNCTION lib.order_total(wanted bigint)
RETURNS numeric LANGUAGE plpgsql STABLE
AS $$
DECLARE
	result numeric;
BEGIN
	SELECT sum(quantity * price * (100 - coalesce(discount, 0)) / 100.0) INTO STRICT result
	FROM shop.order_lines WHERE order_id = wanted;
	IF result IS NULL THEN
		RAISE no_data_found USING MESSAGE = format('there is no order %s', wanted);
	END IF;
	RETURN round(result, 2);
END
$$;

CREATE FUNCTION lib.count_secrets()
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT count(*) FROM hr.notes WHERE secret';

CREATE FUNCTION lib.next_status(current shop.status)
RETURNS shop.status LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	RETURN CASE current WHEN 'new' THEN 'paid' WHEN 'paid' THEN 'sent' WHEN 'sent' THEN 'returned' END::shop.status;
END
$$;

CREATE FUNCTION lib.is_weekend(day date) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
AS 'SELECT extract(isodow FROM day) IN (6, 7)';

CREATE FUNCTION lib.divide(a double precision, b double precision) RETURNS double precision LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	RETURN a / b;
EXCEPTION WHEN division_by_zero THEN
	RETURN NULL;
END
$$;

CREATE FUNCTION lib.format_address(a shop.address) RETURNS text LANGUAGE sql IMMUTABLE
RETURN concat_ws(', ', a.street, a.zip, a.country);

CREATE FUNCTION lib.words_of(line text) RETURNS SETOF text LANGUAGE sql IMMUTABLE ROWS 20
AS $$ SELECT w FROM regexp_split_to_table(line, '\s+') WITH ORDINALITY AS s (w, n) WHERE w <> '' ORDER BY n $$;

CREATE FUNCTION lib.series(n integer) RETURNS TABLE (i integer, square integer) LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	FOR i IN 1 .. least(n, 10) LOOP
		square := i * i;
		series.i := i;
		RETURN NEXT;
	END LOOP;
END
$$;

CREATE FUNCTION lib.log(what text) RETURNS void LANGUAGE sql VOLATILE
AS 'INSERT INTO shop.audit (what, n) VALUES (what, length(what))';

CREATE FUNCTION lib.keys(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE COST 50
AS $$ SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(document) AS k $$;

CREATE PROCEDURE lib.place_order(buyer integer, what integer, quantity integer, INOUT made bigint DEFAULT NULL)
LANGUAGE plpgsql
AS $$
BEGIN
	IF quantity <= 0 THEN
		RAISE EXCEPTION 'a quantity of %', quantity USING ERRCODE = 'check_violation';
	END IF;
	INSERT INTO shop.orders (customer, status) VALUES (buyer, 'paid') RETURNING id INTO made;
	INSERT INTO shop.order_lines (order_id, line, product, quantity, price)
	SELECT made, 1, id, place_order.quantity, price FROM shop.products WHERE id = what;
END
$$;

CREATE PROCEDURE lib.forget(customer integer)
LANGUAGE sql
BEGIN ATOMIC
	DELETE FROM shop.orders o WHERE o.customer = forget.customer AND o.status = 'new';
	UPDATE shop.customers c SET phone = NULL WHERE c.id = forget.customer;
END;

CREATE FUNCTION lib.multiply(state numeric, value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT
AS 'SELECT state * value';
CREATE AGGREGATE lib.product_of(numeric) (SFUNC = lib.multiply, STYPE = numeric, INITCOND = '1', PARALLEL = SAFE);

CREATE FUNCTION lib.longer(a text, b text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN a IS NULL OR length(b) > length(a) THEN b ELSE a END $$;
CREATE AGGREGATE lib.longest(text) (SFUNC = lib.longer, STYPE = text);

CREATE FUNCTION lib.append_label(state text[], value text) RETURNS text[] LANGUAGE sql IMMUTABLE
AS 'SELECT state || upper(value)';
CREATE FUNCTION lib.join_labels(state text[]) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT array_to_string(state, '+') $$;
CREATE AGGREGATE lib.labels_of(text) (SFUNC = lib.append_label, STYPE = text[], INITCOND = '{}', FINALFUNC = lib.join_labels);

CREATE FUNCTION lib.distance(a shop.address, b shop.address) RETURNS integer LANGUAGE sql IMMUTABLE
AS 'SELECT CASE WHEN a.country = b.country THEN CASE WHEN a.zip = b.zip THEN 0 ELSE 10 END ELSE 1000 END';
CREATE OPERATOR lib.<-> (FUNCTION = lib.distance, LEFTARG = shop.address, RIGHTARG = shop.address, COMMUTATOR = OPERATOR(lib.<->));
CREATE FUNCTION lib.to_text(s shop.status) RETURNS integer LANGUAGE sql IMMUTABLE
AS $$ SELECT array_position(enum_range(NULL::shop.status), s) $$;
CREATE CAST (shop.status AS integer) WITH FUNCTION lib.to_text(shop.status) AS ASSIGNMENT;

-- text search
CREATE TEXT SEARCH DICTIONARY lib.plain (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION lib.plain_english (COPY = english);
ALTER TEXT SEARCH CONFIGURATION lib.plain_english ALTER MAPPING FOR asciiword WITH lib.plain, english_stem;
