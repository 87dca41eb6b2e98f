-- Functions, procedures, aggregates, operators, casts, text search.
CREATE FUNCTION calc.age_on(born date, day date DEFAULT '2026-01-01') RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN extract(year FROM age(day, born))::integer;
COMMENT ON FUNCTION calc.age_on IS 'in whole years';

CREATE FUNCTION calc.fibonacci(n integer) RETURNS SETOF bigint LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
	a bigint := 0;
	b bigint := 1;
BEGIN
	FOR k IN 1 .. least(n, 30) LOOP
		RETURN NEXT a;
		SELECT b, a + b INTO a, b;
	END LOOP;
END
$$;

CREATE FUNCTION calc.divmod(dividend integer, divisor integer, OUT quotient integer, OUT remainder integer) LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	quotient := dividend / divisor;
	remainder := dividend % divisor;
END
$$;

CREATE FUNCTION calc.swap(INOUT a text, INOUT b text) LANGUAGE sql IMMUTABLE AS 'SELECT b, a';

CREATE FUNCTION calc.largest(VARIADIC anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE
AS 'SELECT max(v) FROM unnest($1) AS v';

CREATE FUNCTION calc.is_palindrome(line text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
	clean text := lower(regexp_replace(line, '[^a-zA-Z]', '', 'g'));
BEGIN
	RETURN clean = reverse(clean);
END
$$;

CREATE FUNCTION calc.grade_word(mark integer) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	IF mark IS NULL THEN
		RETURN 'not graded';
	ELSIF mark NOT BETWEEN 0 AND 5 THEN
		RAISE EXCEPTION 'no such mark: %', mark USING ERRCODE = '22003', HINT = 'marks are 0 to 5';
	ELSIF mark = 5 THEN
		RETURN 'excellent';
	ELSIF mark >= 3 THEN
		RETURN 'good';
	ELSIF mark > 0 THEN
		RETURN 'passed';
	END IF;
	RETURN 'failed';
END
$$;

CREATE FUNCTION calc.checksum(code text) RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
	total integer := 0;
	k integer := 1;
BEGIN
	IF code !~ '^[0-9]{1,11}$' THEN
		RETURN -1;
	END IF;
	WHILE k <= length(code) LOOP
		total := total + substr(code, k, 1)::integer * (1 + (k - 1) % 9);
		k := k + 1;
	END LOOP;
	RETURN total % 11;
END
$$;

CREATE FUNCTION calc.to_number_or_null(line text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	RETURN line::numeric;
EXCEPTION
	WHEN invalid_text_representation THEN
		RETURN NULL;
	WHEN numeric_value_out_of_range THEN
		RETURN 0;
END
$$;

CREATE FUNCTION calc.overlap(a int4range, b int4range) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN a && b THEN upper(a * b) - lower(a * b) ELSE 0 END $$;

CREATE FUNCTION calc.merge_settings(base jsonb, VARIADIC changes jsonb[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
	one jsonb;
BEGIN
	FOREACH one IN ARRAY changes LOOP
		base := base || one;
	END LOOP;
	RETURN base;
END
$$;

CREATE FUNCTION calc.histogram(numbers integer[], width integer DEFAULT 10)
RETURNS TABLE (bucket integer, n bigint) LANGUAGE sql IMMUTABLE
AS 'SELECT v / width, count(*) FROM unnest(numbers) AS v GROUP BY 1';

CREATE FUNCTION calc.initials(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT string_agg(upper(left(w, 1)), '.' ORDER BY n) FROM regexp_split_to_table(btrim(name), '\s+') WITH ORDINALITY AS s (w, n) $$;

CREATE FUNCTION calc.phone_of(c reg.contact) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT coalesce((c).phone, (c).email, 'none') $$;

CREATE FUNCTION calc.shift(day date, n integer, unit text DEFAULT 'day') RETURNS date LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	RETURN CASE lower(unit)
		WHEN 'day' THEN day + n
		WHEN 'week' THEN day + 7 * n
		WHEN 'month' THEN (day + make_interval(months => n))::date
	END;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END
$$;

CREATE FUNCTION reg.average_mark(who integer) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT round(avg(mark), 2) FROM reg.enrolment WHERE person_id = who AND mark IS NOT NULL';

CREATE FUNCTION reg.credits_of(who integer) RETURNS numeric LANGUAGE plpgsql STABLE
AS $$
DECLARE
	total numeric := 0;
	e record;
BEGIN
	FOR e IN SELECT DISTINCT c.code, c.credits FROM reg.enrolment n JOIN reg.course c ON c.code = n.course WHERE n.person_id = who AND n.mark > 0 LOOP
		total := total + e.credits;
	END LOOP;
	RETURN total;
END
$$;

CREATE FUNCTION reg.transcript(who integer)
RETURNS TABLE (course text, title text, mark integer, attempts bigint) LANGUAGE plpgsql STABLE
AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM reg.student s WHERE s.person_id = who) THEN
		RAISE EXCEPTION 'nobody has the number %', who USING ERRCODE = 'no_data_found';
	END IF;
	RETURN QUERY
	SELECT c.code::text, c.title, max(e.mark)::integer, count(*)
	FROM reg.enrolment e
	JOIN reg.course c ON c.code = e.course
	WHERE e.person_id = who
	GROUP BY c.code, c.title
	ORDER BY c.title;
END
$$;

CREATE FUNCTION reg.people_in(wanted reg.person_state) RETURNS SETOF reg.person LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT * FROM reg.person WHERE state = wanted ORDER BY person_id;
END;

CREATE FUNCTION reg.count_rows(table_name text) RETURNS bigint LANGUAGE plpgsql STABLE
AS $$
DECLARE
	n bigint;
BEGIN
	IF table_name NOT IN ('person', 'student', 'course') THEN
		RAISE EXCEPTION 'not for you: %', table_name USING ERRCODE = 'insufficient_privilege';
	END IF;
	EXECUTE format('SELECT count(*) FROM reg.%I', table_name) INTO n;
	RETURN n;
END
$$;

CREATE TYPE reg.course_row AS (code varchar(8), title text);
CREATE FUNCTION reg.newest(n integer DEFAULT 3) RETURNS SETOF reg.course_row LANGUAGE sql STABLE
AS 'SELECT code, title FROM reg.course ORDER BY code DESC LIMIT greatest(n, 0)';

CREATE FUNCTION reg.may_attend(who integer, what text) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = reg, pg_temp
AS $$
	SELECT NOT EXISTS (
		SELECT FROM prerequisite p
		WHERE p.course = what
		AND NOT EXISTS (SELECT FROM enrolment e WHERE e.person_id = who AND e.course = p.needs AND e.mark > 0))
$$;

CREATE FUNCTION reg.register(p_given text, p_surname text, p_born date, p_mail text) RETURNS integer LANGUAGE plpgsql
SET search_path = reg, pg_temp
AS $$
DECLARE
	made integer;
BEGIN
	INSERT INTO person (national_id, given_name, surname, birth_date, e_mail, reg_time)
	VALUES (to_char(p_born, 'YYMMDD'), p_given, p_surname, p_born, lower(p_mail), '2026-01-01')
	RETURNING person_id INTO made;
	RETURN made;
EXCEPTION WHEN unique_violation THEN
	RETURN NULL;
END
$$;

CREATE FUNCTION reg.activate(who integer) RETURNS boolean LANGUAGE sql
AS $$ UPDATE reg.person SET state = 'active' WHERE person_id = who AND state IN ('applied', 'on leave') RETURNING true $$;

CREATE PROCEDURE reg.grade(p_person integer, p_course text, p_mark integer, p_teacher integer) LANGUAGE plpgsql
AS $$
BEGIN
	UPDATE reg.enrolment SET mark = p_mark, graded_by = p_teacher, graded_at = '2026-01-01'
	WHERE person_id = p_person AND course = p_course AND mark IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'nothing to grade' USING ERRCODE = 'P0002';
	END IF;
END
$$;

CREATE PROCEDURE reg.drop_out(who integer, INOUT gone integer DEFAULT 0) LANGUAGE plpgsql
AS $$
BEGIN
	DELETE FROM reg.enrolment WHERE person_id = who AND mark IS NULL;
	GET DIAGNOSTICS gone = ROW_COUNT;
	UPDATE reg.person SET state = 'expelled' WHERE person_id = who;
END
$$;

CREATE PROCEDURE reg.raise_salaries(percent numeric) LANGUAGE sql
AS 'UPDATE reg.lecturer SET salary = round(salary * (1 + percent / 100), 2) WHERE salary < 4000';

-- aggregates
CREATE FUNCTION calc.range_step(state numeric[], value numeric) RETURNS numeric[] LANGUAGE sql IMMUTABLE
AS 'SELECT CASE WHEN value IS NULL THEN state ELSE ARRAY[least(state[1], value), greatest(state[2], value)] END';
CREATE FUNCTION calc.range_merge(a numeric[], b numeric[]) RETURNS numeric[] LANGUAGE sql IMMUTABLE
AS 'SELECT ARRAY[least(a[1], b[1]), greatest(a[2], b[2])]';
CREATE FUNCTION calc.range_end(state numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE
AS 'SELECT state[2] - state[1]';
CREATE AGGREGATE calc.spread(numeric) (SFUNC = calc.range_step, STYPE = numeric[], COMBINEFUNC = calc.range_merge,
	FINALFUNC = calc.range_end, INITCOND = '{NULL,NULL}', PARALLEL = SAFE);
CREATE FUNCTION calc.weigh(state numeric, value numeric, weight numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT
AS 'SELECT state + value * weight';
CREATE AGGREGATE calc.weighted_sum(numeric, numeric) (SFUNC = calc.weigh, STYPE = numeric, INITCOND = '0');

-- operators and casts
CREATE FUNCTION calc.near(a numeric, b numeric) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT abs(a - b) < 0.01';
CREATE OPERATOR calc.~= (FUNCTION = calc.near, LEFTARG = numeric, RIGHTARG = numeric, COMMUTATOR = OPERATOR(calc.~=), RESTRICT = eqsel);
CREATE FUNCTION calc.contact_text(c reg.contact) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT format('%s <%s>', c.phone, c.email) $$;
CREATE CAST (reg.contact AS text) WITH FUNCTION calc.contact_text(reg.contact);
CREATE CAST (reg.weekday AS integer) WITH FUNCTION reg.day_no(reg.weekday) AS ASSIGNMENT;

-- text search
CREATE TEXT SEARCH CONFIGURATION calc.course_words (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION calc.course_words ADD MAPPING FOR asciiword, word WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION calc.course_words ADD MAPPING FOR int, uint WITH simple;
