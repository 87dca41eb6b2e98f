-- Functions, procedures, aggregates.
-- age by EXTRACT of an interval, old style
CREATE OR REPLACE FUNCTION calc.age_on(born date, day date DEFAULT DATE '2026-01-01') RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CAST(date_part('year', age(day, born)) AS integer) $$;
-- age in plpgsql
CREATE OR REPLACE FUNCTION calc.age_on(born date, day date DEFAULT '1 January 2026') RETURNS integer LANGUAGE plpgsql IMMUTABLE RETURNS NULL ON NULL INPUT PARALLEL SAFE
AS $$ DECLARE i interval := age(day, born); BEGIN RETURN extract(year FROM i); END $$;
-- fibonacci by recursion in SQL
CREATE OR REPLACE FUNCTION calc.fibonacci(n integer) RETURNS SETOF bigint LANGUAGE sql IMMUTABLE
AS $$ WITH RECURSIVE f (k, a, b) AS (SELECT 1, 0::bigint, 1::bigint UNION ALL SELECT k + 1, b, a + b FROM f WHERE k < 30) SELECT a FROM f WHERE k <= least(n, 30) ORDER BY k $$;
-- fibonacci by a WHILE loop
CREATE OR REPLACE FUNCTION calc.fibonacci(n integer) RETURNS SETOF bigint LANGUAGE plpgsql IMMUTABLE
AS $$ DECLARE f bigint[] := '{0,1}'; BEGIN IF n > 0 OR n IS NULL THEN RETURN NEXT 0; END IF; FOR k IN 2 .. coalesce(least(n, 30), 30) LOOP RETURN NEXT f[2]; f := ARRAY[f[2], f[1] + f[2]]; END LOOP; END $$;
-- division in SQL
CREATE OR REPLACE FUNCTION calc.divmod(dividend integer, divisor integer, OUT quotient integer, OUT remainder integer) LANGUAGE sql IMMUTABLE
AS 'SELECT $1 / $2, mod($1, $2)';
-- division with SELECT INTO
CREATE OR REPLACE FUNCTION calc.divmod(dividend integer, divisor integer, OUT quotient integer, OUT remainder integer) RETURNS record LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN SELECT dividend / divisor, dividend - dividend / divisor * divisor INTO quotient, remainder; END $$;
-- swap in plpgsql
CREATE OR REPLACE FUNCTION calc.swap(INOUT a text, INOUT b text) LANGUAGE plpgsql IMMUTABLE
AS $$ DECLARE t text := a; BEGIN a := b; b := t; END $$;
-- the largest by ORDER BY
CREATE OR REPLACE FUNCTION calc.largest(VARIADIC anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE
AS 'SELECT v FROM unnest($1) AS v WHERE v IS NOT NULL ORDER BY v DESC LIMIT 1';
-- the largest by a loop
CREATE OR REPLACE FUNCTION calc.largest(VARIADIC anyarray) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE
AS $$ DECLARE r $0%TYPE; v $0%TYPE; BEGIN IF $1 IS NULL THEN RETURN NULL; END IF; FOREACH v IN ARRAY $1 LOOP r := greatest(r, v); END LOOP; RETURN r; END $$;
-- palindrome in SQL
CREATE OR REPLACE FUNCTION calc.is_palindrome(line text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT regexp_replace(lower(line), '[^a-z]', '', 'g') = reverse(regexp_replace(lower(line), '[^a-z]+', '', 'g')) $$;
-- palindrome by two indexes
CREATE OR REPLACE FUNCTION calc.is_palindrome(line text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE s text := ''; c text; i integer := 1; j integer;
BEGIN
	FOREACH c IN ARRAY string_to_array(line, NULL) LOOP
		IF ascii(c) BETWEEN ascii('a') AND ascii('z') OR ascii(c) BETWEEN ascii('A') AND ascii('Z') THEN s := s || lower(c); END IF;
	END LOOP;
	j := length(s);
	WHILE i < j LOOP
		IF substr(s, i, 1) <> substr(s, j, 1) THEN RETURN false; END IF;
		i := i + 1; j := j - 1;
	END LOOP;
	RETURN true;
END $$;
-- words by CASE
CREATE OR REPLACE FUNCTION calc.grade_word(mark integer) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
	IF mark > 5 OR mark < 0 THEN
		RAISE numeric_value_out_of_range USING MESSAGE = 'wrong mark';
	END IF;
	RETURN coalesce((ARRAY['failed', 'passed', 'passed', 'good', 'good', 'excellent'])[mark + 1], 'not graded');
END $$;
-- checksum by sets
CREATE OR REPLACE FUNCTION calc.checksum(code text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN code ~ '^\d{1,11}$' THEN (SELECT mod(sum(substr(code, k, 1)::integer * (mod(k - 1, 9) + 1)), 11)::integer FROM generate_series(1, length(code)) AS k) ELSE -1 END $$;
-- number or NULL by nested blocks
CREATE OR REPLACE FUNCTION calc.to_number_or_null(line text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE
AS $$ DECLARE n numeric; BEGIN BEGIN n := CAST(line AS numeric); EXCEPTION WHEN SQLSTATE '22P02' THEN n := NULL; WHEN SQLSTATE '22003' THEN n := 0; END; RETURN n; END $$;
-- overlap by GREATEST and LEAST
CREATE OR REPLACE FUNCTION calc.overlap(a int4range, b int4range) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN isempty(a * b) THEN 0 ELSE upper(a * b) - lower(a * b) END $$;
-- settings by recursion
CREATE OR REPLACE FUNCTION calc.merge_settings(base jsonb, VARIADIC changes jsonb[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN FOR k IN 1 .. cardinality(changes) LOOP base := base || changes[k]; END LOOP; RETURN base; END $$;
-- histogram in plpgsql
CREATE OR REPLACE FUNCTION calc.histogram(numbers integer[], width integer DEFAULT 10) RETURNS TABLE (bucket integer, n bigint) LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN QUERY SELECT q.v, count(*) FROM (SELECT u / width AS v FROM unnest(numbers) AS u) q GROUP BY q.v ORDER BY q.v DESC; END $$;
-- initials by splitting
CREATE OR REPLACE FUNCTION calc.initials(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT array_to_string(ARRAY(SELECT upper(substr(w, 1, 1)) FROM unnest(regexp_split_to_array(trim(name), '\s+')) WITH ORDINALITY AS u (w, n) ORDER BY n), '.') $$;
-- phone by CASE
CREATE OR REPLACE FUNCTION calc.phone_of(c reg.contact) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN IF c.phone IS NOT NULL THEN RETURN c.phone; ELSIF c.email IS NOT NULL THEN RETURN c.email; ELSE RETURN 'none'; END IF; END $$;
-- shift by intervals
CREATE OR REPLACE FUNCTION calc.shift(day date, n integer, unit text DEFAULT 'day') RETURNS date LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN IF lower(unit) = 'week' THEN RETURN day + n * 7; ELSIF lower(unit) = 'day' THEN RETURN day + n; ELSIF lower(unit) = 'month' THEN RETURN day + n * interval '1 month'; END IF; RETURN NULL; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
-- average in plpgsql
CREATE OR REPLACE FUNCTION reg.average_mark(who integer) RETURNS numeric LANGUAGE plpgsql STABLE
AS $$ DECLARE a numeric; BEGIN SELECT avg(e.mark) INTO a FROM reg.enrolment e WHERE e.person_id = who; RETURN round(a, 2); END $$;
-- average as a body of standard SQL
CREATE OR REPLACE FUNCTION reg.average_mark(who integer) RETURNS numeric LANGUAGE sql STABLE
RETURN (SELECT round(sum(mark)::numeric / count(mark), 2) FROM reg.enrolment WHERE person_id = who HAVING count(mark) > 0);
-- credits in SQL
CREATE OR REPLACE FUNCTION reg.credits_of(who integer) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT coalesce(sum(credits), 0) FROM reg.course WHERE code IN (SELECT course FROM reg.enrolment WHERE person_id = who AND mark >= 1)';
-- transcript with a loop
CREATE OR REPLACE FUNCTION reg.transcript(who integer) RETURNS TABLE (course text, title text, mark integer, attempts bigint) LANGUAGE plpgsql STABLE
AS $$
DECLARE c record;
BEGIN
	PERFORM FROM reg.student WHERE person_id = who;
	IF NOT FOUND THEN RAISE no_data_found USING MESSAGE = 'unknown'; END IF;
	FOR c IN SELECT * FROM reg.course ORDER BY reg.course.title LOOP
		SELECT max(e.mark), count(*) INTO mark, attempts FROM reg.enrolment e WHERE e.person_id = who AND e.course = c.code;
		IF attempts > 0 THEN course := c.code; title := c.title; RETURN NEXT; END IF;
	END LOOP;
END $$;
-- people with RETURN QUERY
CREATE OR REPLACE FUNCTION reg.people_in(wanted reg.person_state) RETURNS SETOF reg.person LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN QUERY SELECT p.* FROM reg.person p WHERE wanted = p.state ORDER BY p.person_id; END $$;
-- counts without dynamic SQL
CREATE OR REPLACE FUNCTION reg.count_rows(table_name text) RETURNS bigint LANGUAGE plpgsql STABLE
AS $$
BEGIN
	CASE table_name
		WHEN 'person' THEN RETURN (SELECT count(*) FROM reg.person);
		WHEN 'student' THEN RETURN (SELECT count(*) FROM reg.student);
		WHEN 'course' THEN RETURN (SELECT count(*) FROM reg.course);
		ELSE IF table_name IS NULL THEN EXECUTE NULL; END IF; RAISE insufficient_privilege;
	END CASE;
END $$;
-- newest by FETCH FIRST
CREATE OR REPLACE FUNCTION reg.newest(n integer DEFAULT 3) RETURNS SETOF reg.course_row LANGUAGE plpgsql STABLE
AS $$ DECLARE r reg.course_row; BEGIN FOR r IN EXECUTE 'SELECT code, title FROM reg.course ORDER BY code DESC LIMIT $1' USING CASE WHEN n < 0 OR n IS NULL THEN 0 ELSE n END LOOP RETURN NEXT r; END LOOP; END $$;
-- attendance by counting
CREATE OR REPLACE FUNCTION reg.may_attend(who integer, what text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO 'reg', 'pg_temp'
AS $$ BEGIN RETURN (SELECT count(*) FROM prerequisite WHERE course = what) = (SELECT count(DISTINCT needs) FROM prerequisite p, enrolment e WHERE p.course = what AND e.course = p.needs AND e.mark >= 1 AND e.person_id = who); END $$;
-- attendance by ALL
CREATE OR REPLACE FUNCTION reg.may_attend(who integer, what text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = reg, pg_temp
AS $$ SELECT coalesce(bool_and(EXISTS (SELECT FROM enrolment e WHERE e.person_id = who AND e.course = p.needs AND e.mark > 0)), true) FROM prerequisite p WHERE p.course = what $$;
-- register in SQL with ON CONFLICT
CREATE OR REPLACE FUNCTION reg.register(p_given text, p_surname text, p_born date, p_mail text) RETURNS integer LANGUAGE sql SET search_path = reg, pg_temp
AS $$ INSERT INTO person (e_mail, reg_time, national_id, surname, given_name, birth_date) VALUES (lower(p_mail), '2026-01-01', to_char(p_born, 'YYMMDD'), p_surname, p_given, p_born) ON CONFLICT DO NOTHING RETURNING person_id $$;
-- activate in plpgsql
CREATE OR REPLACE FUNCTION reg.activate(who integer) RETURNS boolean LANGUAGE plpgsql
AS $$ BEGIN UPDATE reg.person SET state = 'active' WHERE state = ANY ('{on leave,applied}') AND person_id = who; RETURN CASE WHEN FOUND THEN true END; END $$;
-- grade by SELECT FOR UPDATE first
CREATE OR REPLACE PROCEDURE reg.grade(p_person integer, p_course text, p_mark integer, p_teacher integer) LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM FROM reg.enrolment WHERE person_id = p_person AND course = p_course AND mark IS NULL FOR UPDATE;
	IF NOT FOUND THEN RAISE no_data_found; END IF;
	UPDATE reg.enrolment e SET (mark, graded_by, graded_at) = (p_mark, p_teacher, timestamp '2026-01-01') WHERE e.person_id = p_person AND e.course = p_course AND e.mark IS NULL;
END $$;
-- drop out by a CTE
CREATE OR REPLACE PROCEDURE reg.drop_out(who integer, INOUT gone integer DEFAULT 0) LANGUAGE plpgsql
AS $$ BEGIN WITH d AS (DELETE FROM reg.enrolment WHERE person_id = who AND mark IS NULL RETURNING 1) SELECT count(*) INTO gone FROM d; UPDATE reg.person SET state = 'expelled' WHERE person_id = who; END $$;
-- raise with a loop
CREATE OR REPLACE PROCEDURE reg.raise_salaries(percent numeric) LANGUAGE plpgsql
AS $$ DECLARE t record; BEGIN FOR t IN SELECT * FROM reg.lecturer WHERE salary < 4000 LOOP UPDATE reg.lecturer SET salary = round(t.salary + t.salary * percent / 100, 2) WHERE person_id = t.person_id; END LOOP; END $$;
-- aggregate over an array of all
DROP VIEW reg.median_salary;
DROP AGGREGATE calc.spread(numeric);
CREATE FUNCTION calc.spread_of(numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT max(v) - min(v) FROM unnest($1) AS v';
CREATE AGGREGATE calc.spread(numeric) (SFUNC = array_append, STYPE = numeric[], FINALFUNC = calc.spread_of, INITCOND = '{}', PARALLEL = SAFE);
GRANT EXECUTE ON FUNCTION calc.spread TO PUBLIC;
CREATE VIEW reg.median_salary AS
	SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY salary) AS median, mode() WITHIN GROUP (ORDER BY salary) AS mode, calc.spread(salary) AS spread FROM reg.lecturer;
-- aggregate's steps in plpgsql
CREATE OR REPLACE FUNCTION calc.weigh(state numeric, value numeric, weight numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN RETURN weight * value + state; END $$;
CREATE OR REPLACE FUNCTION calc.range_end(state numeric[]) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN -(state[1] - state[2]); END $$;
-- operator made again
DROP OPERATOR calc.~= (numeric, numeric);
CREATE OR REPLACE FUNCTION calc.near(a numeric, b numeric) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT b - 0.01 < a AND a < b + 0.01';
CREATE OPERATOR calc.~= (PROCEDURE = calc.near, LEFTARG = decimal, RIGHTARG = decimal, RESTRICT = eqsel, COMMUTATOR = OPERATOR(calc.~=));
-- text search configuration by steps
DROP TEXT SEARCH CONFIGURATION calc.course_words;
CREATE TEXT SEARCH CONFIGURATION calc.course_words (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION calc.course_words ADD MAPPING FOR word, uint, int, asciiword WITH simple;
ALTER TEXT SEARCH CONFIGURATION calc.course_words ALTER MAPPING FOR word, asciiword WITH english_stem;
-- functions' planner hints of their own
ALTER FUNCTION reg.transcript ROWS 5 COST 1000;
ALTER FUNCTION calc.initials(text) COST 5;
ALTER FUNCTION calc.fibonacci PARALLEL SAFE;
