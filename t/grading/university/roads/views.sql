-- Views.
-- joins with ON, conditions in ON, columns in another order
DROP VIEW reg.active_students;
CREATE VIEW reg.active_students AS
	SELECT f.name AS faculty, p.surname || ', ' || p.given_name AS name, s.matricula, s.person_id
	FROM reg.student s JOIN reg.faculty f ON s.faculty_id = f.faculty_id JOIN reg.person p ON p.person_id = s.person_id AND p.state = 'active'
	WHERE s.finished IS NULL;
COMMENT ON VIEW reg.active_students IS 'who studies now';
GRANT SELECT ON reg.active_students TO clerk;
-- joins by commas
CREATE OR REPLACE VIEW reg.active_students AS
	SELECT person.person_id, student.matricula, surname || ', ' || given_name AS name, faculty.name AS faculty
	FROM reg.person, reg.student, reg.faculty
	WHERE person.person_id = student.person_id AND faculty.faculty_id = student.faculty_id AND 'active' = state AND NOT finished IS NOT NULL;
-- natural join inside a CTE
CREATE OR REPLACE VIEW reg.active_students AS
	WITH a AS (SELECT * FROM reg.person WHERE state = 'active'), s AS (SELECT * FROM reg.student WHERE finished IS NULL)
	SELECT person_id, matricula, format('%s, %s', surname, given_name) AS name, (SELECT f.name FROM reg.faculty f WHERE f.faculty_id = s.faculty_id) AS faculty
	FROM a NATURAL JOIN s WHERE surname IS NOT NULL AND given_name IS NOT NULL
	UNION ALL
	SELECT person_id, matricula, NULL, (SELECT f.name FROM reg.faculty f WHERE f.faculty_id = s.faculty_id) FROM a NATURAL JOIN s WHERE surname IS NULL OR given_name IS NULL;
-- recursion turned round
CREATE OR REPLACE VIEW reg.all_prerequisites (course, needs) AS
	WITH RECURSIVE need AS (SELECT course, needs FROM reg.prerequisite UNION SELECT p.course, n.needs FROM need n JOIN reg.prerequisite p ON p.needs = n.course)
	SELECT DISTINCT course, needs FROM need;
-- recursion with other names and an expression more
CREATE OR REPLACE VIEW reg.faculty_path AS
	WITH RECURSIVE t (id, p, l, a) AS (
		SELECT f.faculty_id, f.name || '', 0, ('{' || f.faculty_id || '}')::smallint[] FROM reg.faculty f WHERE f.parent_id IS NULL
		UNION ALL
		SELECT c.faculty_id, concat(t.p, ' > ', c.name), 1 + t.l, array_append(t.a, c.faculty_id) FROM t, reg.faculty c WHERE c.parent_id = t.id)
	SELECT id AS faculty_id, p AS path, l AS level, a AS ids FROM t;
-- aggregates by sub-queries
CREATE OR REPLACE VIEW reg.course_statistics AS
	SELECT c.code, c.title, (SELECT count(*) FROM reg.enrolment e WHERE e.course = c.code) AS tries,
		(SELECT count(*) FROM (SELECT DISTINCT e.person_id FROM reg.enrolment e WHERE e.course = c.code) d) AS students,
		(SELECT round(avg(e.mark), 2) FROM reg.enrolment e WHERE e.course = c.code) AS average,
		(SELECT count(*) FROM reg.enrolment e WHERE e.course = c.code AND e.mark = 0) AS failures,
		(SELECT e.enrolled FROM reg.enrolment e WHERE e.course = c.code ORDER BY e.enrolled LIMIT 1) AS first
	FROM reg.course c;
-- aggregates by CASE, right join, sums divided
CREATE OR REPLACE VIEW reg.course_statistics AS
	SELECT c.code, c.title, count(e.course) AS tries, count(DISTINCT e.person_id) AS students, round(sum(e.mark)::numeric / nullif(count(e.mark), 0), 2) AS average,
		count(CASE WHEN e.mark = 0 THEN 1 END) AS failures, min(e.enrolled) AS first
	FROM reg.enrolment e RIGHT JOIN reg.course c ON c.code = e.course GROUP BY c.code, c.title;
-- pivot by FILTER
CREATE OR REPLACE VIEW reg.marks_pivot AS
	SELECT course, count(*) FILTER (WHERE mark = 5) AS fives, count(*) FILTER (WHERE mark > 0 AND mark < 5) AS others, count(*) - count(mark) AS none
	FROM reg.enrolment GROUP BY 1;
-- pivot by casts of conditions
CREATE OR REPLACE VIEW reg.marks_pivot AS
	SELECT course, sum((mark IS NOT DISTINCT FROM 5)::integer) AS fives, sum(CASE WHEN mark IN (1, 2, 3, 4) THEN 1 ELSE 0 END) AS others,
		sum((mark IS NULL)::integer) AS none
	FROM (SELECT DISTINCT course AS c FROM reg.enrolment) d JOIN reg.enrolment ON course = c GROUP BY course;
-- ranking with windows over aggregates
CREATE OR REPLACE VIEW reg.ranking AS
	SELECT person_id, avg(mark) AS average, dense_rank() OVER (ORDER BY avg(mark) DESC NULLS LAST) AS place,
		round((percent_rank() OVER (ORDER BY avg(mark)))::numeric * 100, 1) AS percentile
	FROM reg.enrolment GROUP BY person_id ORDER BY 3, 1;
-- ranking by counting who is better
CREATE OR REPLACE VIEW reg.ranking AS
	WITH a AS (SELECT person_id, avg(mark) AS average FROM reg.enrolment GROUP BY person_id)
	SELECT person_id, average, 1 + (SELECT count(DISTINCT coalesce(b.average, -1)) FROM a b WHERE coalesce(b.average, -1) > coalesce(a.average, -1)) AS place,
		round(100 * percent_rank() OVER (ORDER BY average)::numeric, 1) AS percentile
	FROM a ORDER BY place, person_id;
-- best attempts by row_number
CREATE OR REPLACE VIEW reg.best_attempts AS
	SELECT person_id, course, attempt, mark FROM (
		SELECT e.*, row_number() OVER (PARTITION BY course, person_id ORDER BY mark DESC, attempt) AS n FROM reg.enrolment e WHERE mark IS NOT NULL) t
	WHERE n = 1 ORDER BY person_id, course, mark DESC, attempt;
-- best attempts by NOT EXISTS
CREATE OR REPLACE VIEW reg.best_attempts AS
	SELECT person_id, course, attempt, mark FROM reg.enrolment e
	WHERE mark IS NOT NULL AND NOT EXISTS (SELECT FROM reg.enrolment b WHERE b.person_id = e.person_id AND b.course = e.course AND (b.mark > e.mark OR b.mark = e.mark AND b.attempt < e.attempt))
	ORDER BY 1, 2;
-- best attempts by LATERAL
CREATE OR REPLACE VIEW reg.best_attempts AS
	SELECT k.person_id, k.course, b.attempt, b.mark FROM (SELECT DISTINCT person_id, course FROM reg.enrolment) k
	CROSS JOIN LATERAL (SELECT attempt, mark FROM reg.enrolment e WHERE (e.person_id, e.course) = (k.person_id, k.course) AND mark IS NOT NULL ORDER BY mark DESC, attempt FETCH FIRST ROW ONLY) b
	ORDER BY k.person_id, k.course;
-- grouping sets by UNION ALL
CREATE OR REPLACE VIEW reg.points_cube AS
	SELECT year, faculty, sum(points) AS points, 0 AS no_year FROM exam.result GROUP BY year, faculty
	UNION ALL SELECT year, NULL, sum(points), 0 FROM exam.result GROUP BY year
	UNION ALL SELECT NULL, NULL, sum(points), 1 FROM exam.result;
-- grouping sets by rollup
CREATE OR REPLACE VIEW reg.points_cube AS
	SELECT year, faculty, sum(points) AS points, grouping(year) AS no_year FROM exam.result GROUP BY ROLLUP (year, faculty);
-- NOT IN by NOT EXISTS
CREATE OR REPLACE VIEW reg.people_without_course AS
	SELECT person_id, full_name FROM reg.person p WHERE NOT EXISTS (SELECT 1 FROM reg.enrolment WHERE enrolment.person_id = p.person_id);
-- NOT IN by an outer join
CREATE OR REPLACE VIEW reg.people_without_course AS
	SELECT p.person_id, full_name FROM reg.person p LEFT JOIN reg.enrolment e ON e.person_id = p.person_id WHERE e.course IS NULL;
-- NOT IN by EXCEPT
CREATE OR REPLACE VIEW reg.people_without_course AS
	SELECT person_id, full_name FROM reg.person WHERE person_id IN (SELECT person_id FROM reg.person EXCEPT SELECT person_id FROM reg.enrolment);
-- NOT IN by counting
CREATE OR REPLACE VIEW reg.people_without_course AS
	SELECT person_id, full_name FROM reg.person p WHERE (SELECT count(*) FROM reg.enrolment e WHERE e.person_id = p.person_id) = 0;
-- NOT IN by ALL
CREATE OR REPLACE VIEW reg.people_without_course AS
	SELECT person_id, full_name FROM reg.person WHERE person_id <> ALL (SELECT person_id FROM reg.enrolment);
-- spoken languages by a sub-query and ARRAY()
CREATE OR REPLACE VIEW reg.spoken AS
	SELECT code, count(*) AS speakers, ARRAY(SELECT q.surname FROM reg.person q WHERE l.code = ANY (q.languages) ORDER BY q.surname)::varchar[] AS who
	FROM (SELECT person_id, unnest(languages) AS code FROM reg.person) l GROUP BY code;
-- tags by a function in the select list
CREATE OR REPLACE VIEW reg.course_tags AS
	SELECT code, jsonb_array_elements_text(settings -> 'tags') AS tag FROM reg.course;
-- tags by a path
CREATE OR REPLACE VIEW reg.course_tags AS
	SELECT code, t #>> '{}' AS tag FROM reg.course, jsonb_path_query(settings, '$.tags[*]') AS t;
-- timetable with positions in ORDER BY
CREATE OR REPLACE VIEW reg.timetable AS
	SELECT day, during, course, CASE WHEN building IS NOT NULL AND number IS NOT NULL THEN concat_ws('-', building, number) ELSE 'online' END AS place, surname
	FROM reg.lesson, reg.person WHERE lecturer = person_id ORDER BY 1, 2;
-- timetable ordered more
CREATE OR REPLACE VIEW reg.timetable AS
	SELECT l.day, l.during, l.course, coalesce(l.building || '-' || l.number, 'online') AS place, p.surname
	FROM reg.lesson l JOIN reg.person p ON p.person_id = l.lecturer ORDER BY l.day, l.during, l.course, l.lesson_id;
-- running totals by sub-queries
CREATE OR REPLACE VIEW reg.running_total AS
	SELECT year, person_id, points,
		(SELECT sum(q.points) FROM exam.result q WHERE q.person_id = r.person_id AND (q.year, q.faculty) <= (r.year, r.faculty)) AS so_far,
		(SELECT q.points FROM exam.result q WHERE q.person_id = r.person_id ORDER BY q.year, q.faculty LIMIT 1)::numeric AS at_first
	FROM exam.result r;
-- running totals with the default frame
CREATE OR REPLACE VIEW reg.running_total AS
	SELECT year, person_id, points, sum(points) OVER w AS so_far, nth_value(points, 1) OVER w AS at_first
	FROM exam.result WINDOW w AS (PARTITION BY person_id ORDER BY year, faculty);
-- contacts by their positions
CREATE OR REPLACE VIEW reg.contacts AS
	SELECT person_id, contacts[n].phone, contacts[n].email FROM reg.person, generate_subscripts(contacts, 1) AS n;
-- json put together with ||
CREATE OR REPLACE VIEW reg.course_json AS
	SELECT jsonb_build_object('needs', coalesce(jsonb_agg(needs ORDER BY needs) FILTER (WHERE needs IS NOT NULL), '[]')) || jsonb_build_object('title', title) || jsonb_build_object('code', code) AS document
	FROM reg.course LEFT JOIN reg.prerequisite ON course = code GROUP BY code, title;
-- json from rows
CREATE OR REPLACE VIEW reg.course_json AS
	SELECT to_jsonb(r) AS document FROM (SELECT code, title, to_jsonb(ARRAY(SELECT p.needs::text FROM reg.prerequisite p WHERE p.course = code ORDER BY p.needs)) AS needs FROM reg.course) r;
-- same names by a self join
CREATE OR REPLACE VIEW reg.same_name AS
	SELECT DISTINCT surname FROM (SELECT surname, count(*) OVER (PARTITION BY surname) AS n FROM reg.person) t WHERE n >= 2;
-- same names by EXISTS
CREATE OR REPLACE VIEW reg.same_name AS
	SELECT DISTINCT surname FROM reg.person p WHERE EXISTS (SELECT FROM reg.person q WHERE q.surname IS NOT DISTINCT FROM p.surname AND q.person_id <> p.person_id);
-- states by a sub-query
CREATE OR REPLACE VIEW reg.states AS
	SELECT state, (SELECT count(*) FROM reg.person p WHERE p.state = s.state) AS n FROM (SELECT unnest(enum_range(NULL::reg.person_state)) AS state) s;
-- states by VALUES
CREATE OR REPLACE VIEW reg.states AS
	SELECT s.state::reg.person_state, count(person_id) AS n FROM (VALUES ('applied'), ('active'), ('on leave'), ('graduated'), ('expelled')) AS s (state)
	LEFT JOIN reg.person p ON p.state = s.state::reg.person_state GROUP BY 1;
-- leavers by IN
CREATE OR REPLACE VIEW reg.leavers AS
	SELECT person_id FROM reg.student WHERE finished IS NOT NULL AND person_id IN (SELECT person_id FROM reg.person WHERE state = 'expelled' OR state = 'graduated');
-- leavers by a join
CREATE OR REPLACE VIEW reg.leavers AS
	SELECT s.person_id FROM reg.person p, reg.student s WHERE s.person_id = p.person_id AND s.finished > '-infinity' AND p.state = ANY (ARRAY['graduated', 'expelled']::reg.person_state[]);
-- years by a join
CREATE OR REPLACE VIEW reg.years AS
	SELECT y AS year, count(s.person_id) AS started FROM generate_series(2017, 2021) AS y LEFT JOIN reg.student s ON date_part('year', s.started) = y GROUP BY y;
-- years by a range of dates
CREATE OR REPLACE VIEW reg.years AS
	SELECT y.year, (SELECT count(*) FROM reg.student s WHERE s.started >= make_date(y.year, 1, 1) AND s.started < make_date(y.year + 1, 1, 1)) AS started
	FROM (VALUES (2017), (2018), (2019), (2020), (2021)) AS y (year);
-- days since by now()
CREATE OR REPLACE VIEW reg.recent AS
	SELECT person_id, started, now()::date - started AS days FROM reg.student WHERE started + interval '1 year' < CURRENT_DATE;
-- days since, turned round
CREATE OR REPLACE VIEW reg.recent AS
	SELECT person_id, started, (started - CURRENT_DATE) * -1 AS days FROM reg.student WHERE CURRENT_DATE - interval '12 months' > started;
-- random tickets of another seed
CREATE OR REPLACE VIEW reg.lucky AS
	SELECT s.person_id, random() AS ticket FROM reg.student AS s;
-- check option by WITH
CREATE OR REPLACE VIEW reg.bachelor_courses WITH (check_option = local) AS
	SELECT code, title, level, credits FROM reg.course WHERE level IN ('B');
-- check option cascaded spelt short, view on view
CREATE OR REPLACE VIEW reg.cheap_bachelor_courses AS
	SELECT code, title, level FROM reg.bachelor_courses WHERE NOT credits >= 5 WITH CHECK OPTION;
-- options by ALTER
DROP VIEW reg.own_marks;
CREATE VIEW reg.own_marks AS SELECT course, mark FROM reg.enrolment WHERE NOT mark IS NULL;
ALTER VIEW reg.own_marks SET (security_barrier = on, security_invoker = true);
-- above the average by a window
CREATE OR REPLACE VIEW reg.teachers_above AS
	SELECT person_id, salary::numeric(9,2) FROM (SELECT person_id, salary, avg(salary) OVER () AS a FROM reg.lecturer) t WHERE salary > a;
-- above the average by a join
CREATE OR REPLACE VIEW reg.teachers_above AS
	SELECT t.person_id, t.salary FROM reg.lecturer t CROSS JOIN (SELECT avg(salary) AS a FROM reg.lecturer) x WHERE t.salary > x.a;
-- spread by max and min
CREATE OR REPLACE VIEW reg.median_salary AS
	SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY salary) AS median, mode() WITHIN GROUP (ORDER BY salary) AS mode, max(salary) - min(salary) AS spread FROM reg.lecturer;
-- odd names by a right join
CREATE OR REPLACE VIEW "Õppetöö"."Vaade nr 1" ("Väärtus", "Täisnimi") AS
	SELECT v, u."Täisnimi" FROM "Õppetöö"."Üliõpilane" AS u RIGHT JOIN "Õppetöö".tabel USING ("Kood");
-- materialized view by sub-queries
DROP MATERIALIZED VIEW reg.teacher_load CASCADE;
CREATE MATERIALIZED VIEW reg.teacher_load AS
	SELECT person_id, (SELECT full_name FROM reg.person p WHERE p.person_id = t.person_id), (SELECT count(*) FROM reg.lesson WHERE lecturer = t.person_id) AS lessons,
		coalesce((SELECT sum(upper(during) - lower(during)) FROM reg.lesson WHERE lecturer = t.person_id), 0) AS hours
	FROM reg.lecturer t WITH NO DATA;
CREATE INDEX a ON reg.teacher_load (hours DESC);
CREATE UNIQUE INDEX b ON reg.teacher_load (person_id);
REFRESH MATERIALIZED VIEW reg.teacher_load;
REFRESH MATERIALIZED VIEW CONCURRENTLY reg.teacher_load;
GRANT SELECT ON reg.teacher_load TO clerk;
CREATE MATERIALIZED VIEW reg.empty_load AS SELECT person_id FROM reg.teacher_load WHERE NOT hours <> 0 WITH NO DATA;
-- materialized view filled and emptied
REFRESH MATERIALIZED VIEW reg.empty_load;
REFRESH MATERIALIZED VIEW reg.empty_load WITH NO DATA;
-- views renamed there and back
ALTER VIEW reg.same_name RENAME TO x;
ALTER VIEW reg.x SET SCHEMA exam;
ALTER VIEW exam.x SET SCHEMA reg;
ALTER VIEW reg.x RENAME TO same_name;
ALTER VIEW reg.leavers RENAME person_id TO id;
ALTER VIEW reg.leavers RENAME id TO person_id;
-- views on views of their own
CREATE VIEW reg.marked AS SELECT * FROM reg.enrolment WHERE mark IS NOT NULL;
CREATE OR REPLACE VIEW reg.best_attempts AS SELECT DISTINCT ON (person_id, course) person_id, course, attempt, mark FROM reg.marked ORDER BY person_id, course, mark DESC, attempt;
CREATE FUNCTION reg.best_of(integer) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT avg(mark) FROM reg.enrolment WHERE person_id = $1';
CREATE OR REPLACE VIEW reg.ranking AS
	SELECT person_id, average, dense_rank() OVER (ORDER BY average DESC NULLS LAST) AS place, round(100 * percent_rank() OVER (ORDER BY average)::numeric, 1) AS percentile
	FROM (SELECT DISTINCT person_id, reg.best_of(person_id) AS average FROM reg.enrolment) a ORDER BY place, person_id;
