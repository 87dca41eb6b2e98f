-- Views and materialized views.
CREATE VIEW reg.active_students AS
	SELECT p.person_id, s.matricula, p.surname || ', ' || p.given_name AS name, f.name AS faculty
	FROM reg.person p
	JOIN reg.student s USING (person_id)
	JOIN reg.faculty f USING (faculty_id)
	WHERE p.state = 'active' AND s.finished IS NULL;
COMMENT ON VIEW reg.active_students IS 'who studies now';

CREATE VIEW reg.faculty_path AS
	WITH RECURSIVE up AS (
		SELECT faculty_id, name::text AS path, 0 AS level, ARRAY[faculty_id] AS ids FROM reg.faculty WHERE parent_id IS NULL
		UNION ALL
		SELECT f.faculty_id, up.path || ' > ' || f.name, up.level + 1, up.ids || f.faculty_id
		FROM reg.faculty f
		JOIN up ON up.faculty_id = f.parent_id
	)
	SELECT * FROM up;

CREATE VIEW reg.all_prerequisites AS
	WITH RECURSIVE need (course, needs) AS (
		SELECT course, needs FROM reg.prerequisite
		UNION
		SELECT n.course, p.needs FROM need n JOIN reg.prerequisite p ON p.course = n.needs
	)
	SELECT course, needs FROM need;

CREATE VIEW reg.course_statistics AS
	SELECT c.code, c.title, count(e.person_id) AS tries, count(DISTINCT e.person_id) AS students,
		round(avg(e.mark), 2) AS average, count(*) FILTER (WHERE e.mark = 0) AS failures,
		min(e.enrolled) AS first
	FROM reg.course c
	LEFT JOIN reg.enrolment e ON e.course = c.code
	GROUP BY c.code;

CREATE VIEW reg.marks_pivot AS
	SELECT course,
		sum(CASE WHEN mark = 5 THEN 1 ELSE 0 END) AS fives,
		sum(CASE WHEN mark BETWEEN 1 AND 4 THEN 1 ELSE 0 END) AS others,
		sum(CASE WHEN mark IS NULL THEN 1 ELSE 0 END) AS none
	FROM reg.enrolment
	GROUP BY course;

CREATE VIEW reg.ranking AS
	SELECT person_id, average, dense_rank() OVER (ORDER BY average DESC NULLS LAST) AS place,
		round(100 * percent_rank() OVER (ORDER BY average)::numeric, 1) AS percentile
	FROM (SELECT person_id, avg(mark) AS average FROM reg.enrolment GROUP BY person_id) a
	ORDER BY place, person_id;

CREATE VIEW reg.best_attempts AS
	SELECT DISTINCT ON (person_id, course) person_id, course, attempt, mark
	FROM reg.enrolment
	WHERE mark IS NOT NULL
	ORDER BY person_id, course, mark DESC, attempt;

CREATE VIEW reg.points_cube AS
	SELECT year, faculty, sum(points) AS points, grouping(year) AS no_year
	FROM exam.result
	GROUP BY GROUPING SETS ((year, faculty), (year), ());

CREATE VIEW reg.people_without_course AS
	SELECT p.person_id, p.full_name FROM reg.person p
	WHERE p.person_id NOT IN (SELECT e.person_id FROM reg.enrolment e);

CREATE VIEW reg.spoken AS
	SELECT l.code, count(*) AS speakers, array_agg(p.surname ORDER BY p.surname) AS who
	FROM reg.person p
	CROSS JOIN LATERAL unnest(p.languages) AS l (code)
	GROUP BY l.code
	HAVING count(*) >= 1;

CREATE VIEW reg.course_tags AS
	SELECT c.code, t.tag FROM reg.course c, jsonb_array_elements_text(c.settings -> 'tags') AS t (tag);

CREATE VIEW reg.timetable AS
	SELECT l.day, l.during, l.course, coalesce(l.building || '-' || l.number, 'online') AS place, p.surname
	FROM reg.lesson l
	JOIN reg.person p ON p.person_id = l.lecturer
	ORDER BY l.day, l.during;

CREATE VIEW reg.neighbours AS
	SELECT a.lesson_id AS first, b.lesson_id AS second
	FROM reg.lesson a
	JOIN reg.lesson b ON a.day = b.day AND a.during -|- b.during AND a.lesson_id < b.lesson_id;

CREATE VIEW reg.running_total AS
	SELECT year, person_id, points,
		sum(points) OVER (PARTITION BY person_id ORDER BY year, faculty ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far,
		first_value(points) OVER w AS at_first
	FROM exam.result
	WINDOW w AS (PARTITION BY person_id ORDER BY year, faculty);

CREATE VIEW reg.contacts AS
	SELECT p.person_id, c.phone, c.email FROM reg.person p CROSS JOIN unnest(p.contacts) AS c;

CREATE VIEW reg.course_json AS
	SELECT jsonb_build_object('code', c.code, 'title', c.title, 'needs',
		coalesce((SELECT jsonb_agg(p.needs ORDER BY p.needs) FROM reg.prerequisite p WHERE p.course = c.code), '[]')) AS document
	FROM reg.course c;

CREATE VIEW reg.same_name AS
	SELECT surname FROM reg.person GROUP BY surname HAVING count(*) > 1;

CREATE VIEW reg.states AS
	SELECT s.state, count(p.person_id) AS n
	FROM unnest(enum_range(NULL::reg.person_state)) AS s (state)
	LEFT JOIN reg.person p ON p.state = s.state
	GROUP BY s.state;

CREATE VIEW reg.leavers AS
	SELECT person_id FROM reg.student WHERE finished IS NOT NULL
	INTERSECT
	SELECT person_id FROM reg.person WHERE state IN ('graduated', 'expelled');

CREATE VIEW reg.years AS
	SELECT y AS year, (SELECT count(*) FROM reg.student s WHERE extract(year FROM s.started) = y) AS started
	FROM generate_series(2017, 2021) AS y;

CREATE VIEW reg.recent AS
	SELECT person_id, started, CURRENT_DATE - started AS days FROM reg.student WHERE started < CURRENT_DATE - interval '1 year';

CREATE VIEW reg.lucky AS
	SELECT person_id, random() AS ticket FROM reg.student;

CREATE VIEW reg.bachelor_courses AS
	SELECT code, title, level, credits FROM reg.course WHERE level = 'B'
	WITH LOCAL CHECK OPTION;

CREATE VIEW reg.cheap_bachelor_courses AS
	SELECT code, title, level FROM reg.bachelor_courses WHERE credits < 5
	WITH CASCADED CHECK OPTION;

CREATE VIEW reg.own_marks WITH (security_barrier, security_invoker) AS
	SELECT course, mark FROM reg.enrolment WHERE mark IS NOT NULL;

CREATE VIEW reg.teachers_above AS
	SELECT t.person_id, t.salary FROM reg.lecturer t
	WHERE t.salary > (SELECT avg(u.salary) FROM reg.lecturer u);

CREATE VIEW reg.median_salary AS
	SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY salary) AS median, mode() WITHIN GROUP (ORDER BY salary) AS mode,
		calc.spread(salary) AS spread
	FROM reg.lecturer;

CREATE VIEW reg.papers AS
	SELECT p.tableoid::regclass::text AS kind, p.id, p.title FROM exam.paper p;

CREATE VIEW "Õppetöö"."Vaade nr 1" AS
	SELECT t.v AS "Väärtus", u."Täisnimi" FROM "Õppetöö"."tabel" t LEFT JOIN "Õppetöö"."Üliõpilane" u ON u."Kood" = t."Kood";

CREATE MATERIALIZED VIEW reg.teacher_load AS
	SELECT t.person_id, p.full_name, count(l.lesson_id) AS lessons, coalesce(sum(upper(l.during) - lower(l.during)), 0) AS hours
	FROM reg.lecturer t
	JOIN reg.person p ON p.person_id = t.person_id
	LEFT JOIN reg.lesson l ON l.lecturer = t.person_id
	GROUP BY t.person_id, p.full_name;
CREATE UNIQUE INDEX ON reg.teacher_load (person_id);
CREATE INDEX ON reg.teacher_load (hours DESC);
CREATE MATERIALIZED VIEW reg.empty_load AS SELECT person_id FROM reg.teacher_load WHERE hours = 0 WITH NO DATA;
