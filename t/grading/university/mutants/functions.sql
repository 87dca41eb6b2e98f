-- Functions, procedures, aggregates, operators, casts, text search.
-- age in years by the calendar year | calc.age_on
CREATE OR REPLACE FUNCTION calc.age_on(born date, day date DEFAULT '2026-01-01') RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN extract(year FROM day)::integer - extract(year FROM born)::integer;
-- age by days | calc.age_on
CREATE OR REPLACE FUNCTION calc.age_on(born date, day date DEFAULT '2026-01-01') RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (day - born) / 365;
-- begins with one | calc.fibonacci
CREATE OR REPLACE FUNCTION calc.fibonacci(n integer) RETURNS SETOF bigint LANGUAGE plpgsql IMMUTABLE
AS $$ DECLARE a bigint := 1; b bigint := 1; BEGIN FOR k IN 1 .. least(n, 30) LOOP RETURN NEXT a; SELECT b, a + b INTO a, b; END LOOP; END $$;
-- one row too many | calc.fibonacci
CREATE OR REPLACE FUNCTION calc.fibonacci(n integer) RETURNS SETOF bigint LANGUAGE plpgsql IMMUTABLE
AS $$ DECLARE a bigint := 0; b bigint := 1; BEGIN FOR k IN 0 .. least(n, 30) LOOP RETURN NEXT a; SELECT b, a + b INTO a, b; END LOOP; END $$;
-- without the upper limit | calc.fibonacci
CREATE OR REPLACE FUNCTION calc.fibonacci(n integer) RETURNS SETOF bigint LANGUAGE plpgsql IMMUTABLE
AS $$ DECLARE a bigint := 0; b bigint := 1; BEGIN FOR k IN 1 .. least(n, 29) LOOP RETURN NEXT a; SELECT b, a + b INTO a, b; END LOOP; END $$;
-- remainder by mod that is never negative | calc.divmod
CREATE OR REPLACE FUNCTION calc.divmod(dividend integer, divisor integer, OUT quotient integer, OUT remainder integer) LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN quotient := floor(dividend::numeric / divisor); remainder := dividend - quotient * divisor; END $$;
-- division by zero gives NULL | calc.divmod
CREATE OR REPLACE FUNCTION calc.divmod(dividend integer, divisor integer, OUT quotient integer, OUT remainder integer) LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN quotient := dividend / nullif(divisor, 0); remainder := dividend % nullif(divisor, 0); END $$;
-- swaps unless one is NULL | calc.swap
CREATE OR REPLACE FUNCTION calc.swap(INOUT a text, INOUT b text) LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(b, a), coalesce(a, b)';
-- the last | calc.largest
CREATE OR REPLACE FUNCTION calc.largest(VARIADIC anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1[cardinality($1)]';
-- palindrome with its spaces | calc.is_palindrome
CREATE OR REPLACE FUNCTION calc.is_palindrome(line text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
AS 'SELECT lower(line) = reverse(lower(line))';
-- palindrome with regard to case | calc.is_palindrome
CREATE OR REPLACE FUNCTION calc.is_palindrome(line text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ DECLARE clean text := regexp_replace(line, '[^a-zA-Z]', '', 'g'); BEGIN RETURN clean = reverse(clean); END $$;
-- palindrome with digits | calc.is_palindrome
CREATE OR REPLACE FUNCTION calc.is_palindrome(line text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ DECLARE clean text := lower(regexp_replace(line, '[^a-zA-Z0-9]', '', 'g')); BEGIN RETURN clean = reverse(clean); END $$;
-- the empty line is none | calc.is_palindrome
CREATE OR REPLACE FUNCTION calc.is_palindrome(line text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT
AS $$ DECLARE clean text := lower(regexp_replace(line, '[^a-zA-Z]', '', 'g')); BEGIN RETURN clean <> '' AND clean = reverse(clean); END $$;
-- 3 is not good | calc.grade_word
CREATE OR REPLACE FUNCTION calc.grade_word(mark integer) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN IF mark IS NULL THEN RETURN 'not graded'; ELSIF mark NOT BETWEEN 0 AND 5 THEN RAISE EXCEPTION 'no such mark: %', mark USING ERRCODE = '22003'; END IF;
RETURN CASE WHEN mark = 5 THEN 'excellent' WHEN mark > 3 THEN 'good' WHEN mark > 0 THEN 'passed' ELSE 'failed' END; END $$;
-- no error for 6 | calc.grade_word
CREATE OR REPLACE FUNCTION calc.grade_word(mark integer) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN IF mark IS NULL THEN RETURN 'not graded'; ELSIF mark < 0 THEN RAISE EXCEPTION 'no such mark: %', mark USING ERRCODE = '22003'; END IF;
RETURN CASE WHEN mark >= 5 THEN 'excellent' WHEN mark >= 3 THEN 'good' WHEN mark > 0 THEN 'passed' ELSE 'failed' END; END $$;
-- a capital letter | calc.grade_word
CREATE OR REPLACE FUNCTION calc.grade_word(mark integer) RETURNS text LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN IF mark IS NULL THEN RETURN 'not graded'; ELSIF mark NOT BETWEEN 0 AND 5 THEN RAISE EXCEPTION 'no such mark: %', mark USING ERRCODE = '22003'; END IF;
RETURN CASE WHEN mark = 5 THEN 'Excellent' WHEN mark >= 3 THEN 'good' WHEN mark > 0 THEN 'passed' ELSE 'failed' END; END $$;
-- checksum with another period | calc.checksum
CREATE OR REPLACE FUNCTION calc.checksum(code text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN code !~ '^[0-9]{1,11}$' THEN -1 ELSE (SELECT (sum(c::integer * (1 + (n - 1) % 10)) % 11)::integer FROM regexp_split_to_table(code, '') WITH ORDINALITY AS s (c, n)) END $$;
-- checksum modulo 10 | calc.checksum
CREATE OR REPLACE FUNCTION calc.checksum(code text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN code !~ '^[0-9]{1,11}$' THEN -1 ELSE (SELECT (sum(c::integer * (1 + (n - 1) % 9)) % 10)::integer FROM regexp_split_to_table(code, '') WITH ORDINALITY AS s (c, n)) END $$;
-- checksum of any length | calc.checksum
CREATE OR REPLACE FUNCTION calc.checksum(code text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN code !~ '^[0-9]+$' THEN -1 ELSE (SELECT (sum(c::integer * (1 + (n - 1) % 9)) % 11)::integer FROM regexp_split_to_table(code, '') WITH ORDINALITY AS s (c, n)) END $$;
-- checksum NULL where it cannot be | calc.checksum
CREATE OR REPLACE FUNCTION calc.checksum(code text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN code ~ '^[0-9]{1,11}$' THEN (SELECT (sum(c::integer * (1 + (n - 1) % 9)) % 11)::integer FROM regexp_split_to_table(code, '') WITH ORDINALITY AS s (c, n)) END $$;
-- every error caught | calc.to_number_or_null
CREATE OR REPLACE FUNCTION calc.to_number_or_null(line text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN line::numeric; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
-- numbers by a pattern | calc.to_number_or_null
CREATE OR REPLACE FUNCTION calc.to_number_or_null(line text) RETURNS numeric LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN line ~ '^[0-9]+$' THEN line::numeric END $$;
-- overlap counts one more | calc.overlap
CREATE OR REPLACE FUNCTION calc.overlap(a int4range, b int4range) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT CASE WHEN a && b THEN upper(a * b) - lower(a * b) + 1 ELSE 0 END $$;
-- no overlap is NULL | calc.overlap
CREATE OR REPLACE FUNCTION calc.overlap(a int4range, b int4range) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT upper(a * b) - lower(a * b) $$;
-- settings merged the other way round | calc.merge_settings
CREATE OR REPLACE FUNCTION calc.merge_settings(base jsonb, VARIADIC changes jsonb[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE
AS $$ DECLARE one jsonb; BEGIN FOREACH one IN ARRAY changes LOOP base := one || base; END LOOP; RETURN base; END $$;
-- the first change only | calc.merge_settings
CREATE OR REPLACE FUNCTION calc.merge_settings(base jsonb, VARIADIC changes jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE
AS $$ SELECT base || changes[1] $$;
-- bucket of negative numbers | calc.histogram
CREATE OR REPLACE FUNCTION calc.histogram(numbers integer[], width integer DEFAULT 10) RETURNS TABLE (bucket integer, n bigint) LANGUAGE sql IMMUTABLE
AS 'SELECT floor(v::numeric / width)::integer, count(*) FROM unnest(numbers) AS v GROUP BY 1';
-- histogram leaves NULL out | calc.histogram
CREATE OR REPLACE FUNCTION calc.histogram(numbers integer[], width integer DEFAULT 10) RETURNS TABLE (bucket integer, n bigint) LANGUAGE sql IMMUTABLE
AS 'SELECT v / width, count(v) FROM unnest(numbers) AS v GROUP BY 1';
-- initials with a dot at the end | calc.initials
CREATE OR REPLACE FUNCTION calc.initials(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT string_agg(upper(left(w, 1)) || '.', '' ORDER BY n) FROM regexp_split_to_table(btrim(name), '\s+') WITH ORDINALITY AS s (w, n) $$;
-- initials sorted by letter | calc.initials
CREATE OR REPLACE FUNCTION calc.initials(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT string_agg(upper(left(w, 1)), '.' ORDER BY w) FROM regexp_split_to_table(btrim(name), '\s+') WITH ORDINALITY AS s (w, n) $$;
-- initials of names with one space between | calc.initials
CREATE OR REPLACE FUNCTION calc.initials(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT string_agg(upper(left(w, 1)), '.' ORDER BY n) FROM regexp_split_to_table(name, ' ') WITH ORDINALITY AS s (w, n) $$;
-- e-mail before phone | calc.phone_of
CREATE OR REPLACE FUNCTION calc.phone_of(c reg.contact) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT coalesce((c).email, (c).phone, 'none') $$;
-- no word for none | calc.phone_of
CREATE OR REPLACE FUNCTION calc.phone_of(c reg.contact) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT coalesce((c).phone, (c).email, '') $$;
-- weeks of five days | calc.shift
CREATE OR REPLACE FUNCTION calc.shift(day date, n integer, unit text DEFAULT 'day') RETURNS date LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN CASE lower(unit) WHEN 'day' THEN day + n WHEN 'week' THEN day + 5 * n WHEN 'month' THEN (day + make_interval(months => n))::date END; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
-- months of thirty days | calc.shift
CREATE OR REPLACE FUNCTION calc.shift(day date, n integer, unit text DEFAULT 'day') RETURNS date LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN CASE lower(unit) WHEN 'day' THEN day + n WHEN 'week' THEN day + 7 * n WHEN 'month' THEN day + 30 * n END; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
-- unit in small letters only | calc.shift
CREATE OR REPLACE FUNCTION calc.shift(day date, n integer, unit text DEFAULT 'day') RETURNS date LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN CASE unit WHEN 'day' THEN day + n WHEN 'week' THEN day + 7 * n WHEN 'month' THEN (day + make_interval(months => n))::date END; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
-- any unit is a month | calc.shift
CREATE OR REPLACE FUNCTION calc.shift(day date, n integer, unit text DEFAULT 'day') RETURNS date LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN CASE lower(unit) WHEN 'day' THEN day + n WHEN 'week' THEN day + 7 * n ELSE (day + make_interval(months => n))::date END; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
-- average with three digits | reg.average_mark
CREATE OR REPLACE FUNCTION reg.average_mark(who integer) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT round(avg(mark), 3) FROM reg.enrolment WHERE person_id = who AND mark IS NOT NULL';
-- average of the positive marks | reg.average_mark
CREATE OR REPLACE FUNCTION reg.average_mark(who integer) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT round(avg(mark), 2) FROM reg.enrolment WHERE person_id = who AND mark > 0';
-- average 0 for nobody | reg.average_mark
CREATE OR REPLACE FUNCTION reg.average_mark(who integer) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT coalesce(round(avg(mark), 2), 0) FROM reg.enrolment WHERE person_id = who';
-- credits counted at every attempt | reg.credits_of
CREATE OR REPLACE FUNCTION reg.credits_of(who integer) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT coalesce(sum(c.credits), 0) FROM reg.enrolment n JOIN reg.course c ON c.code = n.course WHERE n.person_id = who AND n.mark > 0';
-- credits of failed courses too | reg.credits_of
CREATE OR REPLACE FUNCTION reg.credits_of(who integer) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT coalesce(sum(c.credits), 0) FROM reg.course c WHERE EXISTS (SELECT FROM reg.enrolment n WHERE c.code = n.course AND n.person_id = who AND n.mark >= 0)';
-- credits NULL for nobody | reg.credits_of
CREATE OR REPLACE FUNCTION reg.credits_of(who integer) RETURNS numeric LANGUAGE sql STABLE
AS 'SELECT sum(c.credits) FROM reg.course c WHERE EXISTS (SELECT FROM reg.enrolment n WHERE c.code = n.course AND n.person_id = who AND n.mark > 0)';
-- transcript without its error | reg.transcript
CREATE OR REPLACE FUNCTION reg.transcript(who integer) RETURNS TABLE (course text, title text, mark integer, attempts bigint) LANGUAGE sql STABLE
AS $$ SELECT c.code::text, c.title, max(e.mark)::integer, count(*) FROM reg.enrolment e JOIN reg.course c ON c.code = e.course WHERE e.person_id = who GROUP BY c.code, c.title ORDER BY c.title $$;
-- transcript with the first mark | reg.transcript
CREATE OR REPLACE FUNCTION reg.transcript(who integer) RETURNS TABLE (course text, title text, mark integer, attempts bigint) LANGUAGE plpgsql STABLE
AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM reg.student s WHERE s.person_id = who) THEN RAISE EXCEPTION 'nobody' USING ERRCODE = 'no_data_found'; END IF;
RETURN QUERY SELECT c.code::text, c.title, min(e.mark)::integer, count(*) FROM reg.enrolment e JOIN reg.course c ON c.code = e.course WHERE e.person_id = who GROUP BY c.code, c.title ORDER BY c.title; END $$;
-- transcript of people, not students | reg.transcript
CREATE OR REPLACE FUNCTION reg.transcript(who integer) RETURNS TABLE (course text, title text, mark integer, attempts bigint) LANGUAGE plpgsql STABLE
AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM reg.person s WHERE s.person_id = who) THEN RAISE EXCEPTION 'nobody' USING ERRCODE = 'no_data_found'; END IF;
RETURN QUERY SELECT c.code::text, c.title, max(e.mark)::integer, count(*) FROM reg.enrolment e JOIN reg.course c ON c.code = e.course WHERE e.person_id = who GROUP BY c.code, c.title ORDER BY c.title; END $$;
-- people of another state | reg.people_in
CREATE OR REPLACE FUNCTION reg.people_in(wanted reg.person_state) RETURNS SETOF reg.person LANGUAGE sql STABLE
BEGIN ATOMIC SELECT * FROM reg.person WHERE state >= wanted ORDER BY person_id; END;
-- one table more may be counted | reg.count_rows
CREATE OR REPLACE FUNCTION reg.count_rows(table_name text) RETURNS bigint LANGUAGE plpgsql STABLE
AS $$ DECLARE n bigint; BEGIN IF table_name NOT IN ('person', 'student', 'course', 'lecturer') THEN RAISE EXCEPTION 'no' USING ERRCODE = 'insufficient_privilege'; END IF;
EXECUTE format('SELECT count(*) FROM reg.%I', table_name) INTO n; RETURN n; END $$;
-- any table may be counted | reg.count_rows
CREATE OR REPLACE FUNCTION reg.count_rows(table_name text) RETURNS bigint LANGUAGE plpgsql STABLE
AS $$ DECLARE n bigint; BEGIN EXECUTE format('SELECT count(*) FROM reg.%I', table_name) INTO n; RETURN n; END $$;
-- counts of constants | reg.count_rows
CREATE OR REPLACE FUNCTION reg.count_rows(table_name text) RETURNS bigint LANGUAGE plpgsql STABLE
AS $$ BEGIN RETURN CASE table_name WHEN 'person' THEN 7 WHEN 'student' THEN 4 WHEN 'course' THEN 5 END; EXCEPTION WHEN case_not_found THEN RAISE insufficient_privilege; END $$;
-- newest in another order | reg.newest
CREATE OR REPLACE FUNCTION reg.newest(n integer DEFAULT 3) RETURNS SETOF reg.course_row LANGUAGE sql STABLE
AS 'SELECT code, title FROM reg.course ORDER BY code LIMIT greatest(n, 0)';
-- newest fails for a negative number | reg.newest
CREATE OR REPLACE FUNCTION reg.newest(n integer DEFAULT 3) RETURNS SETOF reg.course_row LANGUAGE sql STABLE
AS 'SELECT code, title FROM reg.course ORDER BY code DESC LIMIT n';
-- any prerequisite suffices | reg.may_attend
CREATE OR REPLACE FUNCTION reg.may_attend(who integer, what text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = reg, pg_temp
AS $$ SELECT NOT EXISTS (SELECT FROM prerequisite p WHERE p.course = what) OR EXISTS (SELECT FROM prerequisite p JOIN enrolment e ON e.course = p.needs WHERE p.course = what AND e.person_id = who AND e.mark > 0) $$;
-- e-mail as it came | reg.register
CREATE OR REPLACE FUNCTION reg.register(p_given text, p_surname text, p_born date, p_mail text) RETURNS integer LANGUAGE plpgsql SET search_path = reg, pg_temp
AS $$ DECLARE made integer; BEGIN INSERT INTO person (national_id, given_name, surname, birth_date, e_mail, reg_time) VALUES (to_char(p_born, 'YYMMDD'), p_given, p_surname, p_born, p_mail, '2026-01-01') RETURNING person_id INTO made; RETURN made; EXCEPTION WHEN unique_violation THEN RETURN NULL; END $$;
-- errors not caught | reg.register
CREATE OR REPLACE FUNCTION reg.register(p_given text, p_surname text, p_born date, p_mail text) RETURNS integer LANGUAGE sql SET search_path = reg, pg_temp
AS $$ INSERT INTO person (national_id, given_name, surname, birth_date, e_mail, reg_time) VALUES (to_char(p_born, 'YYMMDD'), p_given, p_surname, p_born, lower(p_mail), '2026-01-01') RETURNING person_id $$;
-- on leave stays | reg.activate
CREATE OR REPLACE FUNCTION reg.activate(who integer) RETURNS boolean LANGUAGE sql
AS $$ UPDATE reg.person SET state = 'active' WHERE person_id = who AND state = 'applied' RETURNING true $$;
-- says it but does nothing | reg.activate
CREATE OR REPLACE FUNCTION reg.activate(who integer) RETURNS boolean LANGUAGE sql
AS $$ SELECT true FROM reg.person WHERE person_id = who AND state IN ('applied', 'on leave') $$;
-- does it but says false | reg.activate
CREATE OR REPLACE FUNCTION reg.activate(who integer) RETURNS boolean LANGUAGE sql
AS $$ UPDATE reg.person SET state = 'active' WHERE person_id = who AND state IN ('applied', 'on leave') RETURNING false $$;
-- grades all attempts | reg.grade
CREATE OR REPLACE PROCEDURE reg.grade(p_person integer, p_course text, p_mark integer, p_teacher integer) LANGUAGE plpgsql
AS $$ BEGIN UPDATE reg.enrolment SET mark = p_mark, graded_by = p_teacher, graded_at = '2026-01-01' WHERE person_id = p_person AND course = p_course; IF NOT FOUND THEN RAISE EXCEPTION 'nothing' USING ERRCODE = 'P0002'; END IF; END $$;
-- grades without an error | reg.grade
CREATE OR REPLACE PROCEDURE reg.grade(p_person integer, p_course text, p_mark integer, p_teacher integer) LANGUAGE sql
AS $$ UPDATE reg.enrolment SET mark = p_mark, graded_by = p_teacher, graded_at = '2026-01-01' WHERE person_id = p_person AND course = p_course AND mark IS NULL $$;
-- grades at another time | reg.grade
CREATE OR REPLACE PROCEDURE reg.grade(p_person integer, p_course text, p_mark integer, p_teacher integer) LANGUAGE plpgsql
AS $$ BEGIN UPDATE reg.enrolment SET mark = p_mark, graded_by = p_teacher, graded_at = '2026-01-02' WHERE person_id = p_person AND course = p_course AND mark IS NULL; IF NOT FOUND THEN RAISE EXCEPTION 'nothing' USING ERRCODE = 'P0002'; END IF; END $$;
-- counts what it updates | reg.drop_out
CREATE OR REPLACE PROCEDURE reg.drop_out(who integer, INOUT gone integer DEFAULT 0) LANGUAGE plpgsql
AS $$ BEGIN DELETE FROM reg.enrolment WHERE person_id = who AND mark IS NULL; UPDATE reg.person SET state = 'expelled' WHERE person_id = who; GET DIAGNOSTICS gone = ROW_COUNT; END $$;
-- deletes every enrolment | reg.drop_out
CREATE OR REPLACE PROCEDURE reg.drop_out(who integer, INOUT gone integer DEFAULT 0) LANGUAGE plpgsql
AS $$ BEGIN DELETE FROM reg.enrolment WHERE person_id = who; GET DIAGNOSTICS gone = ROW_COUNT; UPDATE reg.person SET state = 'expelled' WHERE person_id = who; END $$;
-- forgets the state | reg.drop_out
CREATE OR REPLACE PROCEDURE reg.drop_out(who integer, INOUT gone integer DEFAULT 0) LANGUAGE plpgsql
AS $$ BEGIN DELETE FROM reg.enrolment WHERE person_id = who AND mark IS NULL; GET DIAGNOSTICS gone = ROW_COUNT; END $$;
-- raises by the fraction | reg.raise_salaries
CREATE OR REPLACE PROCEDURE reg.raise_salaries(percent numeric) LANGUAGE sql
AS 'UPDATE reg.lecturer SET salary = round(salary * (1 + percent), 2) WHERE salary < 4000';
-- raises everybody | reg.raise_salaries
CREATE OR REPLACE PROCEDURE reg.raise_salaries(percent numeric) LANGUAGE sql
AS 'UPDATE reg.lecturer SET salary = round(salary * (1 + percent / 100), 2)';
-- raises with <= | reg.raise_salaries
CREATE OR REPLACE PROCEDURE reg.raise_salaries(percent numeric) LANGUAGE sql
AS 'UPDATE reg.lecturer SET salary = round(salary * (1 + percent / 100), 2) WHERE salary <= 4000';
-- aggregate with another end | calc.spread
CREATE OR REPLACE FUNCTION calc.range_end(state numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT abs(state[1] + state[2])';
-- aggregate starts elsewhere | calc.weighted_sum
CREATE OR REPLACE AGGREGATE calc.weighted_sum(numeric, numeric) (SFUNC = calc.weigh, STYPE = numeric, INITCOND = '1');
-- aggregate's step of another sign | calc.weighted_sum
CREATE OR REPLACE FUNCTION calc.weigh(state numeric, value numeric, weight numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT AS 'SELECT state + value * abs(weight)';
-- operator without its commutator | calc.~=
DROP OPERATOR calc.~= (numeric, numeric);
CREATE OPERATOR calc.~= (FUNCTION = calc.near, LEFTARG = numeric, RIGHTARG = numeric, RESTRICT = eqsel);
-- operator's function with another margin | calc.near
CREATE OR REPLACE FUNCTION calc.near(a numeric, b numeric) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT abs(a - b) <= 0.01';
-- cast implicit | reg.weekday
DROP CAST (reg.weekday AS integer);
CREATE CAST (reg.weekday AS integer) WITH FUNCTION reg.day_no(reg.weekday) AS IMPLICIT;
-- text search: another dictionary | calc.course_words
ALTER TEXT SEARCH CONFIGURATION calc.course_words ALTER MAPPING FOR word WITH simple;
