-- Views and materialized views.
-- inner join became left join | reg.active_students
CREATE OR REPLACE VIEW reg.active_students AS
	SELECT p.person_id, s.matricula, p.surname || ', ' || p.given_name AS name, f.name AS faculty
	FROM reg.person p LEFT JOIN reg.student s USING (person_id) LEFT JOIN reg.faculty f USING (faculty_id)
	WHERE p.state = 'active' AND s.finished IS NULL;
-- a condition lost | reg.active_students
CREATE OR REPLACE VIEW reg.active_students AS
	SELECT p.person_id, s.matricula, p.surname || ', ' || p.given_name AS name, f.name AS faculty
	FROM reg.person p JOIN reg.student s USING (person_id) JOIN reg.faculty f USING (faculty_id)
	WHERE p.state = 'active';
-- concat_ws where a missing name must give NULL | reg.active_students
CREATE OR REPLACE VIEW reg.active_students AS
	SELECT p.person_id, s.matricula, concat_ws(', ', p.surname, p.given_name) AS name, f.name AS faculty
	FROM reg.person p JOIN reg.student s USING (person_id) JOIN reg.faculty f USING (faculty_id)
	WHERE p.state = 'active' AND s.finished IS NULL;
-- state compared with another label | reg.active_students
CREATE OR REPLACE VIEW reg.active_students AS
	SELECT p.person_id, s.matricula, p.surname || ', ' || p.given_name AS name, f.name AS faculty
	FROM reg.person p JOIN reg.student s USING (person_id) JOIN reg.faculty f USING (faculty_id)
	WHERE p.state IN ('active', 'on leave') AND s.finished IS NULL;
-- finished in the future counts as not finished | reg.active_students
CREATE OR REPLACE VIEW reg.active_students AS
	SELECT p.person_id, s.matricula, p.surname || ', ' || p.given_name AS name, f.name AS faculty
	FROM reg.person p JOIN reg.student s USING (person_id) JOIN reg.faculty f USING (faculty_id)
	WHERE p.state = 'active' AND (s.finished IS NULL OR s.finished > '2026-11-01');
-- names the wrong way round | reg.active_students
CREATE OR REPLACE VIEW reg.active_students AS
	SELECT p.person_id, s.matricula, p.given_name || ', ' || p.surname AS name, f.name AS faculty
	FROM reg.person p JOIN reg.student s USING (person_id) JOIN reg.faculty f USING (faculty_id)
	WHERE p.state = 'active' AND s.finished IS NULL;
-- rows as constants beside a table | reg.leavers
CREATE OR REPLACE VIEW reg.leavers AS SELECT v.person_id FROM (VALUES (5), (6)) AS v (person_id) WHERE EXISTS (SELECT FROM reg.person);
-- recursion one level deep | reg.faculty_path
CREATE OR REPLACE VIEW reg.faculty_path AS
	WITH RECURSIVE up AS (
		SELECT faculty_id, name::text AS path, 0 AS level, ARRAY[faculty_id] AS ids FROM reg.faculty WHERE parent_id IS NULL
		UNION ALL
		SELECT f.faculty_id, up.path || ' > ' || f.name, up.level + 1, up.ids || f.faculty_id FROM reg.faculty f JOIN up ON up.faculty_id = f.parent_id WHERE up.level < 1)
	SELECT * FROM up;
-- recursion with a depth that suffices for now | reg.faculty_path
CREATE OR REPLACE VIEW reg.faculty_path AS
	WITH RECURSIVE up AS (
		SELECT faculty_id, name::text AS path, 0 AS level, ARRAY[faculty_id] AS ids FROM reg.faculty WHERE parent_id IS NULL
		UNION ALL
		SELECT f.faculty_id, up.path || ' > ' || f.name, up.level + 1, up.ids || f.faculty_id FROM reg.faculty f JOIN up ON up.faculty_id = f.parent_id WHERE up.level < 2)
	SELECT * FROM up;
-- closure of one step | reg.all_prerequisites
CREATE OR REPLACE VIEW reg.all_prerequisites (course, needs) AS
	SELECT course, needs FROM reg.prerequisite
	UNION SELECT a.course, b.needs FROM reg.prerequisite a JOIN reg.prerequisite b ON b.course = a.needs;
-- closure with duplicates | reg.all_prerequisites
CREATE OR REPLACE VIEW reg.all_prerequisites (course, needs) AS
	WITH RECURSIVE need (course, needs) AS (
		SELECT course, needs FROM reg.prerequisite UNION ALL SELECT n.course, p.needs FROM need n JOIN reg.prerequisite p ON p.course = n.needs)
	SELECT course, needs FROM need;
-- count(*) counts courses that nobody takes | reg.course_statistics
CREATE OR REPLACE VIEW reg.course_statistics AS
	SELECT c.code, c.title, count(*) AS tries, count(DISTINCT e.person_id) AS students, round(avg(e.mark), 2) AS average,
		count(*) FILTER (WHERE e.mark = 0) AS failures, min(e.enrolled) AS first
	FROM reg.course c LEFT JOIN reg.enrolment e ON e.course = c.code GROUP BY c.code;
-- rounded to one digit | reg.course_statistics
CREATE OR REPLACE VIEW reg.course_statistics AS
	SELECT c.code, c.title, count(e.person_id) AS tries, count(DISTINCT e.person_id) AS students, round(avg(e.mark), 1) AS average,
		count(*) FILTER (WHERE e.mark = 0) AS failures, min(e.enrolled) AS first
	FROM reg.course c LEFT JOIN reg.enrolment e ON e.course = c.code GROUP BY c.code;
-- average with nothing as 0 | reg.course_statistics
CREATE OR REPLACE VIEW reg.course_statistics AS
	SELECT c.code, c.title, count(e.person_id) AS tries, count(DISTINCT e.person_id) AS students, round(avg(coalesce(e.mark, 0)), 2) AS average,
		count(*) FILTER (WHERE e.mark = 0) AS failures, min(e.enrolled) AS first
	FROM reg.course c LEFT JOIN reg.enrolment e ON e.course = c.code GROUP BY c.code;
-- condition in WHERE drops what nobody takes | reg.course_statistics
CREATE OR REPLACE VIEW reg.course_statistics AS
	SELECT c.code, c.title, count(e.person_id) AS tries, count(DISTINCT e.person_id) AS students, round(avg(e.mark), 2) AS average,
		count(*) FILTER (WHERE e.mark = 0) AS failures, min(e.enrolled) AS first
	FROM reg.course c LEFT JOIN reg.enrolment e ON e.course = c.code WHERE e.attempt > 0 GROUP BY c.code;
-- counts NULL where 0 is meant | reg.marks_pivot
CREATE OR REPLACE VIEW reg.marks_pivot AS
	SELECT course, sum(CASE WHEN mark = 5 THEN 1 END) AS fives, sum(CASE WHEN mark BETWEEN 1 AND 4 THEN 1 ELSE 0 END) AS others,
		sum(CASE WHEN mark IS NULL THEN 1 ELSE 0 END) AS none FROM reg.enrolment GROUP BY course;
-- 0 among the others | reg.marks_pivot
CREATE OR REPLACE VIEW reg.marks_pivot AS
	SELECT course, sum(CASE WHEN mark = 5 THEN 1 ELSE 0 END) AS fives, sum(CASE WHEN mark < 5 THEN 1 ELSE 0 END) AS others,
		sum(CASE WHEN mark IS NULL THEN 1 ELSE 0 END) AS none FROM reg.enrolment GROUP BY course;
-- rank for dense_rank | reg.ranking
CREATE OR REPLACE VIEW reg.ranking AS
	SELECT person_id, average, rank() OVER (ORDER BY average DESC NULLS LAST) AS place, round(100 * percent_rank() OVER (ORDER BY average)::numeric, 1) AS percentile
	FROM (SELECT person_id, avg(mark) AS average FROM reg.enrolment GROUP BY person_id) a ORDER BY place, person_id;
-- NULLs first in the ranking | reg.ranking
CREATE OR REPLACE VIEW reg.ranking AS
	SELECT person_id, average, dense_rank() OVER (ORDER BY average DESC) AS place, round(100 * percent_rank() OVER (ORDER BY average)::numeric, 1) AS percentile
	FROM (SELECT person_id, avg(mark) AS average FROM reg.enrolment GROUP BY person_id) a ORDER BY place, person_id;
-- cume_dist for percent_rank | reg.ranking
CREATE OR REPLACE VIEW reg.ranking AS
	SELECT person_id, average, dense_rank() OVER (ORDER BY average DESC NULLS LAST) AS place, round(100 * cume_dist() OVER (ORDER BY average)::numeric, 1) AS percentile
	FROM (SELECT person_id, avg(mark) AS average FROM reg.enrolment GROUP BY person_id) a ORDER BY place, person_id;
-- the order of the view backwards in its second key | reg.ranking
CREATE OR REPLACE VIEW reg.ranking AS
	SELECT person_id, average, dense_rank() OVER (ORDER BY average DESC NULLS LAST) AS place, round(100 * percent_rank() OVER (ORDER BY average)::numeric, 1) AS percentile
	FROM (SELECT person_id, avg(mark) AS average FROM reg.enrolment GROUP BY person_id) a ORDER BY place, person_id DESC;
-- the worst attempt | reg.best_attempts
CREATE OR REPLACE VIEW reg.best_attempts AS
	SELECT DISTINCT ON (person_id, course) person_id, course, attempt, mark FROM reg.enrolment WHERE mark IS NOT NULL ORDER BY person_id, course, mark, attempt;
-- the last attempt | reg.best_attempts
CREATE OR REPLACE VIEW reg.best_attempts AS
	SELECT DISTINCT ON (person_id, course) person_id, course, attempt, mark FROM reg.enrolment WHERE mark IS NOT NULL ORDER BY person_id, course, attempt DESC;
-- ties broken by the later attempt | reg.best_attempts
CREATE OR REPLACE VIEW reg.best_attempts AS
	SELECT DISTINCT ON (person_id, course) person_id, course, attempt, mark FROM reg.enrolment WHERE mark IS NOT NULL ORDER BY person_id, course, mark DESC, attempt DESC;
-- best of each person only | reg.best_attempts
CREATE OR REPLACE VIEW reg.best_attempts AS
	SELECT DISTINCT ON (person_id) person_id, course, attempt, mark FROM reg.enrolment WHERE mark IS NOT NULL ORDER BY person_id, mark DESC, course, attempt;
-- a grouping set missing | reg.points_cube
CREATE OR REPLACE VIEW reg.points_cube AS
	SELECT year, faculty, sum(points) AS points, grouping(year) AS no_year FROM exam.result GROUP BY GROUPING SETS ((year, faculty), (year));
-- cube for grouping sets | reg.points_cube
CREATE OR REPLACE VIEW reg.points_cube AS
	SELECT year, faculty, sum(points) AS points, grouping(year) AS no_year FROM exam.result GROUP BY CUBE (year, faculty);
-- grouping of the other column | reg.points_cube
CREATE OR REPLACE VIEW reg.points_cube AS
	SELECT year, faculty, sum(points) AS points, grouping(faculty) AS no_year FROM exam.result GROUP BY GROUPING SETS ((year, faculty), (year), ());
-- IN for NOT IN | reg.people_without_course
CREATE OR REPLACE VIEW reg.people_without_course AS
	SELECT p.person_id, p.full_name FROM reg.person p WHERE p.person_id IN (SELECT e.person_id FROM reg.enrolment e);
-- who has no mark | reg.people_without_course
CREATE OR REPLACE VIEW reg.people_without_course AS
	SELECT p.person_id, p.full_name FROM reg.person p WHERE p.person_id NOT IN (SELECT e.person_id FROM reg.enrolment e WHERE e.mark IS NOT NULL);
-- students instead of people | reg.people_without_course
CREATE OR REPLACE VIEW reg.people_without_course AS
	SELECT p.person_id, p.full_name FROM reg.person p WHERE p.person_id NOT IN (SELECT s.person_id FROM reg.student s);
-- names in another order inside an array | reg.spoken
CREATE OR REPLACE VIEW reg.spoken AS
	SELECT l.code, count(*) AS speakers, array_agg(p.surname ORDER BY p.surname DESC) AS who
	FROM reg.person p CROSS JOIN LATERAL unnest(p.languages) AS l (code) GROUP BY l.code HAVING count(*) >= 1;
-- HAVING with another number | reg.spoken
CREATE OR REPLACE VIEW reg.spoken AS
	SELECT l.code, count(*) AS speakers, array_agg(p.surname ORDER BY p.surname) AS who
	FROM reg.person p CROSS JOIN LATERAL unnest(p.languages) AS l (code) GROUP BY l.code HAVING count(*) >= 2;
-- NULL names left out of an array | reg.spoken
CREATE OR REPLACE VIEW reg.spoken AS
	SELECT l.code, count(*) AS speakers, array_agg(p.surname ORDER BY p.surname) FILTER (WHERE p.surname IS NOT NULL) AS who
	FROM reg.person p CROSS JOIN LATERAL unnest(p.languages) AS l (code) GROUP BY l.code HAVING count(*) >= 1;
-- tags as json, with quotes | reg.course_tags
DROP VIEW reg.course_tags;
CREATE VIEW reg.course_tags AS SELECT c.code, t.tag::text AS tag FROM reg.course c, jsonb_array_elements(c.settings -> 'tags') AS t (tag);
-- courses without tags too | reg.course_tags
CREATE OR REPLACE VIEW reg.course_tags AS
	SELECT c.code, t.tag FROM reg.course c LEFT JOIN LATERAL jsonb_array_elements_text(c.settings -> 'tags') AS t (tag) ON true;
-- the first tag only | reg.course_tags
CREATE OR REPLACE VIEW reg.course_tags AS
	SELECT c.code, c.settings -> 'tags' ->> 0 AS tag FROM reg.course c WHERE c.settings -> 'tags' ->> 0 IS NOT NULL;
-- no word for lessons without a room | reg.timetable
CREATE OR REPLACE VIEW reg.timetable AS
	SELECT l.day, l.during, l.course, l.building || '-' || l.number AS place, p.surname
	FROM reg.lesson l JOIN reg.person p ON p.person_id = l.lecturer ORDER BY l.day, l.during;
-- ordered by the day's name | reg.timetable
CREATE OR REPLACE VIEW reg.timetable AS
	SELECT l.day, l.during, l.course, coalesce(l.building || '-' || l.number, 'online') AS place, p.surname
	FROM reg.lesson l JOIN reg.person p ON p.person_id = l.lecturer ORDER BY l.day::text, l.during;
-- overlapping instead of adjacent | reg.neighbours
CREATE OR REPLACE VIEW reg.neighbours AS
	SELECT a.lesson_id AS first, b.lesson_id AS second FROM reg.lesson a JOIN reg.lesson b ON a.day = b.day AND a.during && b.during AND a.lesson_id < b.lesson_id;
-- adjacent on any day | reg.neighbours
CREATE OR REPLACE VIEW reg.neighbours AS
	SELECT a.lesson_id AS first, b.lesson_id AS second FROM reg.lesson a JOIN reg.lesson b ON a.during -|- b.during AND a.lesson_id < b.lesson_id;
-- window without partitions | reg.running_total
CREATE OR REPLACE VIEW reg.running_total AS
	SELECT year, person_id, points, sum(points) OVER (ORDER BY year, faculty, person_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far, first_value(points) OVER w AS at_first
	FROM exam.result WINDOW w AS (PARTITION BY person_id ORDER BY year, faculty);
-- window over the whole partition | reg.running_total
CREATE OR REPLACE VIEW reg.running_total AS
	SELECT year, person_id, points, sum(points) OVER (PARTITION BY person_id) AS so_far, first_value(points) OVER w AS at_first
	FROM exam.result WINDOW w AS (PARTITION BY person_id ORDER BY year, faculty);
-- window without its second key | reg.running_total
CREATE OR REPLACE VIEW reg.running_total AS
	SELECT year, person_id, points, sum(points) OVER (PARTITION BY person_id ORDER BY year) AS so_far, first_value(points) OVER w AS at_first
	FROM exam.result WINDOW w AS (PARTITION BY person_id ORDER BY year, faculty);
-- last value for the first | reg.running_total
CREATE OR REPLACE VIEW reg.running_total AS
	SELECT year, person_id, points, sum(points) OVER (PARTITION BY person_id ORDER BY year, faculty ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far, last_value(points) OVER w AS at_first
	FROM exam.result WINDOW w AS (PARTITION BY person_id ORDER BY year, faculty);
-- people without contacts too | reg.contacts
CREATE OR REPLACE VIEW reg.contacts AS
	SELECT p.person_id, c.phone, c.email FROM reg.person p LEFT JOIN LATERAL unnest(p.contacts) AS c ON true;
-- json null for an empty list | reg.course_json
CREATE OR REPLACE VIEW reg.course_json AS
	SELECT jsonb_build_object('code', c.code, 'title', c.title, 'needs', (SELECT jsonb_agg(p.needs ORDER BY p.needs) FROM reg.prerequisite p WHERE p.course = c.code)) AS document FROM reg.course c;
-- json with another key | reg.course_json
CREATE OR REPLACE VIEW reg.course_json AS
	SELECT jsonb_build_object('code', c.code, 'name', c.title, 'needs', coalesce((SELECT jsonb_agg(p.needs ORDER BY p.needs) FROM reg.prerequisite p WHERE p.course = c.code), '[]')) AS document FROM reg.course c;
-- view of json instead of jsonb | reg.course_json
DROP VIEW reg.course_json;
CREATE VIEW reg.course_json AS
	SELECT json_build_object('code', c.code, 'title', c.title, 'needs', coalesce((SELECT json_agg(p.needs ORDER BY p.needs) FROM reg.prerequisite p WHERE p.course = c.code), '[]')) AS document FROM reg.course c;
-- HAVING without effect | reg.same_name
CREATE OR REPLACE VIEW reg.same_name AS SELECT surname FROM reg.person GROUP BY surname HAVING count(*) > 0;
-- more than two | reg.same_name
CREATE OR REPLACE VIEW reg.same_name AS SELECT surname FROM reg.person GROUP BY surname HAVING count(*) >= 3;
-- names that appear just twice | reg.same_name
CREATE OR REPLACE VIEW reg.same_name AS SELECT surname FROM reg.person GROUP BY surname HAVING count(*) = 2;
-- count of the column leaves NULL out | reg.same_name
CREATE OR REPLACE VIEW reg.same_name AS SELECT surname FROM reg.person GROUP BY surname HAVING count(surname) > 1;
-- states that nobody is in are lost | reg.states
CREATE OR REPLACE VIEW reg.states AS SELECT state, count(*) AS n FROM reg.person GROUP BY state;
-- UNION for INTERSECT | reg.leavers
CREATE OR REPLACE VIEW reg.leavers AS
	SELECT person_id FROM reg.student WHERE finished IS NOT NULL UNION SELECT person_id FROM reg.person WHERE state IN ('graduated', 'expelled');
-- one state only | reg.leavers
CREATE OR REPLACE VIEW reg.leavers AS
	SELECT person_id FROM reg.student WHERE finished IS NOT NULL INTERSECT SELECT person_id FROM reg.person WHERE state <> 'active';
-- years shorter | reg.years
CREATE OR REPLACE VIEW reg.years AS
	SELECT y AS year, (SELECT count(*) FROM reg.student s WHERE extract(year FROM s.started) = y) AS started FROM generate_series(2018, 2021) AS y;
-- years up to and including | reg.years
CREATE OR REPLACE VIEW reg.years AS
	SELECT y AS year, (SELECT count(*) FROM reg.student s WHERE extract(year FROM s.started) <= y) AS started FROM generate_series(2017, 2021) AS y;
-- years of the end | reg.years
CREATE OR REPLACE VIEW reg.years AS
	SELECT y AS year, (SELECT count(*) FROM reg.student s WHERE extract(year FROM s.finished) = y) AS started FROM generate_series(2017, 2021) AS y;
-- days off by one | reg.recent
CREATE OR REPLACE VIEW reg.recent AS
	SELECT person_id, started, CURRENT_DATE - started + 1 AS days FROM reg.student WHERE started < CURRENT_DATE - interval '1 year';
-- ten years | reg.recent
CREATE OR REPLACE VIEW reg.recent AS
	SELECT person_id, started, CURRENT_DATE - started AS days FROM reg.student WHERE started < CURRENT_DATE - interval '6 years';
-- a date written in where today is meant | reg.recent
CREATE OR REPLACE VIEW reg.recent AS
	SELECT person_id, started, date '2026-11-25' - started AS days FROM reg.student WHERE started < date '2025-11-25';
-- random rows of another table | reg.lucky
CREATE OR REPLACE VIEW reg.lucky AS SELECT person_id, random() AS ticket FROM reg.person;
-- check option local for cascaded | reg.cheap_bachelor_courses
ALTER VIEW reg.cheap_bachelor_courses SET (check_option = local);
-- view on the table instead of on the other view | reg.cheap_bachelor_courses
CREATE OR REPLACE VIEW reg.cheap_bachelor_courses AS SELECT code, title, level FROM reg.course WHERE credits < 5 WITH CASCADED CHECK OPTION;
-- above the median | reg.teachers_above
CREATE OR REPLACE VIEW reg.teachers_above AS
	SELECT t.person_id, t.salary FROM reg.lecturer t WHERE t.salary > (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY u.salary) FROM reg.lecturer u);
-- above a number | reg.teachers_above
CREATE OR REPLACE VIEW reg.teachers_above AS SELECT t.person_id, t.salary FROM reg.lecturer t WHERE t.salary > 3467;
-- the salary doubled by an outer join | reg.teachers_above
CREATE OR REPLACE VIEW reg.teachers_above AS SELECT t.person_id, t.salary FROM reg.lecturer t JOIN reg.lesson l ON l.lecturer = t.person_id WHERE t.salary > (SELECT avg(u.salary) FROM reg.lecturer u);
-- the 40th percentile | reg.median_salary
CREATE OR REPLACE VIEW reg.median_salary AS
	SELECT percentile_disc(0.6) WITHIN GROUP (ORDER BY salary) AS median, mode() WITHIN GROUP (ORDER BY salary) AS mode, calc.spread(salary) AS spread FROM reg.lecturer;
-- spread as standard deviation | reg.median_salary
CREATE OR REPLACE VIEW reg.median_salary AS
	SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY salary) AS median, mode() WITHIN GROUP (ORDER BY salary) AS mode, max(salary) - min(salary) + 0.01 AS spread FROM reg.lecturer;
-- papers without their children | reg.papers
CREATE OR REPLACE VIEW reg.papers AS SELECT p.tableoid::regclass::text AS kind, p.id, p.title FROM ONLY exam.paper p;
-- kind is always the same | reg.papers
CREATE OR REPLACE VIEW reg.papers AS SELECT 'exam.paper' AS kind, p.id, p.title FROM exam.paper p;
-- inner join under odd names | "Õppetöö"."Vaade nr 1"
CREATE OR REPLACE VIEW "Õppetöö"."Vaade nr 1" AS SELECT t.v AS "Väärtus", u."Täisnimi" FROM "Õppetöö"."tabel" t JOIN "Õppetöö"."Üliõpilane" u ON u."Kood" = t."Kood";
-- DISTINCT takes duplicates away | "Õppetöö"."Vaade nr 1"
CREATE OR REPLACE VIEW "Õppetöö"."Vaade nr 1" AS SELECT DISTINCT t.v AS "Väärtus", u."Täisnimi" FROM "Õppetöö"."tabel" t LEFT JOIN "Õppetöö"."Üliõpilane" u ON u."Kood" = t."Kood";
-- materialized view counts hours wrongly | reg.teacher_load
DROP MATERIALIZED VIEW reg.teacher_load CASCADE;
CREATE MATERIALIZED VIEW reg.teacher_load AS
	SELECT t.person_id, p.full_name, count(l.lesson_id) AS lessons, 2 * count(l.lesson_id) AS hours
	FROM reg.lecturer t JOIN reg.person p ON p.person_id = t.person_id LEFT JOIN reg.lesson l ON l.lecturer = t.person_id GROUP BY t.person_id, p.full_name;
CREATE UNIQUE INDEX ON reg.teacher_load (person_id);
CREATE INDEX ON reg.teacher_load (hours DESC);
GRANT SELECT ON reg.teacher_load TO clerk;
CREATE MATERIALIZED VIEW reg.empty_load AS SELECT person_id FROM reg.teacher_load WHERE hours = 0 WITH NO DATA;
-- view's column got a default | reg.bachelor_courses
ALTER VIEW reg.bachelor_courses ALTER level SET DEFAULT 'B';
