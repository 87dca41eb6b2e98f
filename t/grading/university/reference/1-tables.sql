-- The register of a university: the second wide reference, in the manner of a course on databases.
CREATE SCHEMA reg;
CREATE SCHEMA exam;
CREATE SCHEMA calc;
CREATE SCHEMA "Õppetöö";
COMMENT ON SCHEMA reg IS 'who studies what';

-- ---------------------------------------------------------------------------
-- Types and domains.
-- ---------------------------------------------------------------------------
CREATE TYPE reg.person_state AS ENUM ('applied', 'active', 'on leave', 'graduated', 'expelled');
CREATE TYPE reg.weekday AS ENUM ('Mon', 'Tue', 'Wed', 'Thu', 'Fri');
CREATE TYPE reg.contact AS (phone text, email text, since date);
CREATE TYPE calc.interval_of_marks AS RANGE (subtype = numeric, multirange_type_name = calc.intervals_of_marks);
CREATE DOMAIN reg.code AS varchar(8) CHECK (VALUE ~ '^[A-Z]{3}[0-9]{4}$');
CREATE DOMAIN reg.mark AS smallint CHECK (VALUE >= 0 AND VALUE <= 5);
CREATE DOMAIN reg.reg_time AS timestamp(0) without time zone DEFAULT LOCALTIMESTAMP(0) NOT NULL
	CONSTRAINT this_century CHECK (VALUE >= '2000-01-01' AND VALUE < '2101-01-01');
CREATE DOMAIN reg.marks AS reg.mark[] CHECK (cardinality(VALUE) <= 10);
CREATE DOMAIN reg.title AS text COLLATE "C" CHECK (VALUE = btrim(VALUE) AND VALUE <> '');
COMMENT ON DOMAIN reg.mark IS 'from 0 to 5';
CREATE COLLATION reg.natural_order (provider = icu, locale = 'en-u-kn-true');

-- ---------------------------------------------------------------------------
-- Tables.
-- ---------------------------------------------------------------------------
CREATE TABLE reg.country (
	country_code char(3) NOT NULL,
	name varchar(60) NOT NULL,
	CONSTRAINT pk_country PRIMARY KEY (country_code),
	CONSTRAINT ak_country_name UNIQUE (name),
	CONSTRAINT chk_country_code CHECK (country_code ~ '^[A-Z]{3}$'),
	CONSTRAINT chk_country_name CHECK (trim(name) <> '')
);

CREATE TABLE reg.faculty (
	faculty_id smallint GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10 MAXVALUE 990),
	parent_id smallint,
	name reg.title NOT NULL,
	short varchar(5) NOT NULL DEFAULT upper('tbd'),
	PRIMARY KEY (faculty_id),
	FOREIGN KEY (parent_id) REFERENCES reg.faculty (faculty_id) ON DELETE RESTRICT,
	UNIQUE (parent_id, name),
	CHECK (parent_id <> faculty_id)
);

CREATE TABLE reg.person (
	person_id serial,
	national_id char(11) NOT NULL,
	country_code char(3) NOT NULL DEFAULT 'EST',
	given_name varchar(100),
	surname varchar(100),
	birth_date date NOT NULL,
	e_mail varchar(254) NOT NULL,
	state reg.person_state NOT NULL DEFAULT 'applied',
	contacts reg.contact[] NOT NULL DEFAULT '{}',
	languages char(2)[],
	reg_time reg.reg_time,
	full_name text GENERATED ALWAYS AS (coalesce(given_name || ' ' || surname, given_name, surname)) STORED,
	CONSTRAINT pk_person PRIMARY KEY (person_id),
	CONSTRAINT ak_person_national_id UNIQUE (country_code, national_id),
	CONSTRAINT fk_person_country FOREIGN KEY (country_code) REFERENCES reg.country (country_code) ON UPDATE CASCADE,
	CONSTRAINT chk_person_name CHECK (given_name IS NOT NULL OR surname IS NOT NULL),
	CONSTRAINT chk_person_birth_date CHECK (birth_date BETWEEN '1900-01-01' AND '2100-12-31'),
	CONSTRAINT chk_person_e_mail CHECK (e_mail LIKE '%@%' AND e_mail NOT LIKE '% %'),
	CONSTRAINT chk_person_born_before CHECK (birth_date <= reg_time)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX ak_person_e_mail ON reg.person (lower(e_mail));
CREATE INDEX ixfk_person_country ON reg.person (country_code);
COMMENT ON TABLE reg.person IS 'Everyone whom the university has ever known';
COMMENT ON COLUMN reg.person.national_id IS 'as the country gives it';

CREATE TABLE reg.student (
	person_id integer NOT NULL,
	matricula char(6) NOT NULL UNIQUE,
	faculty_id smallint NOT NULL,
	started date NOT NULL DEFAULT CURRENT_DATE,
	finished date,
	paid money NOT NULL DEFAULT 0,
	PRIMARY KEY (person_id),
	FOREIGN KEY (person_id) REFERENCES reg.person (person_id) ON DELETE CASCADE,
	FOREIGN KEY (faculty_id) REFERENCES reg.faculty (faculty_id) ON UPDATE CASCADE ON DELETE NO ACTION,
	CHECK (finished IS NULL OR finished > started)
);

CREATE TABLE reg.lecturer (
	person_id integer PRIMARY KEY REFERENCES reg.person ON DELETE CASCADE,
	office text,
	mentor integer REFERENCES reg.lecturer ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
	salary numeric(9,2) CHECK (salary > 0),
	ext varchar(4) CHECK (ext SIMILAR TO '[0-9]{4}'),
	hours int4range CHECK (lower(hours) >= 8 AND upper(hours) <= 20),
	CHECK (mentor <> person_id)
);

CREATE TABLE reg.course (
	code reg.code PRIMARY KEY,
	title text NOT NULL,
	credits numeric(3,1) NOT NULL DEFAULT 6.0 CHECK (credits > 0 AND credits <= 30),
	level char(1) NOT NULL CHECK (level IN ('B', 'M', 'D')),
	syllabus xml,
	settings jsonb NOT NULL DEFAULT '{"open": true, "places": 30}' CHECK (jsonb_typeof(settings) = 'object'),
	search tsvector GENERATED ALWAYS AS (setweight(to_tsvector('english', title), 'A')) STORED,
	fee numeric(8,2) GENERATED ALWAYS AS (CASE WHEN level = 'D' THEN 0 ELSE credits * 45.5 END) STORED
);

CREATE TABLE reg.prerequisite (
	course reg.code NOT NULL REFERENCES reg.course ON UPDATE CASCADE ON DELETE CASCADE,
	needs reg.code NOT NULL REFERENCES reg.course ON UPDATE CASCADE ON DELETE RESTRICT,
	PRIMARY KEY (course, needs),
	CONSTRAINT not_itself CHECK (course <> needs)
);

CREATE TABLE reg.room (
	building varchar(4),
	number smallint CHECK (number BETWEEN 1 AND 999),
	places integer NOT NULL CHECK (places > 0 AND places % 2 = 0),
	shape box,
	equipment text[] DEFAULT ARRAY['board'],
	PRIMARY KEY (building, number)
);

CREATE FUNCTION reg.day_no(day reg.weekday) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE day WHEN 'Mon' THEN 1 WHEN 'Tue' THEN 2 WHEN 'Wed' THEN 3 WHEN 'Thu' THEN 4 WHEN 'Fri' THEN 5 END $$;

CREATE TABLE reg.lesson (
	lesson_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	course reg.code NOT NULL REFERENCES reg.course,
	building varchar(4),
	number smallint,
	lecturer integer NOT NULL REFERENCES reg.lecturer,
	day reg.weekday NOT NULL,
	during int4range NOT NULL CHECK (NOT isempty(during) AND NOT upper_inf(during)),
	FOREIGN KEY (building, number) REFERENCES reg.room (building, number) MATCH FULL ON DELETE SET NULL,
	CONSTRAINT room_is_free EXCLUDE USING gist
		(box(point(number, reg.day_no(day)), point(number, reg.day_no(day))) WITH &&, during WITH &&) WHERE (number IS NOT NULL)
);

CREATE TABLE reg.enrolment (
	person_id integer,
	course reg.code,
	attempt smallint NOT NULL DEFAULT 1 CHECK (attempt >= 1),
	enrolled timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
	mark reg.mark,
	partial_marks reg.marks,
	graded_by integer,
	graded_at timestamp,
	CONSTRAINT pk_enrolment PRIMARY KEY (person_id, course, attempt),
	CONSTRAINT fk_enrolment_student FOREIGN KEY (person_id) REFERENCES reg.student ON DELETE CASCADE,
	CONSTRAINT fk_enrolment_course FOREIGN KEY (course) REFERENCES reg.course ON UPDATE CASCADE,
	CONSTRAINT fk_enrolment_teacher FOREIGN KEY (graded_by) REFERENCES reg.lecturer ON DELETE SET DEFAULT,
	CONSTRAINT chk_graded CHECK ((mark IS NULL) = (graded_by IS NULL)),
	CONSTRAINT chk_graded_at CHECK (NOT (mark IS NOT NULL AND graded_at IS NULL))
);

CREATE TABLE reg.logbook (
	entry_id bigserial PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT now(),
	by_whom text NOT NULL DEFAULT SESSION_USER,
	what text NOT NULL,
	detail jsonb
);

-- measurements of every odd value
CREATE TABLE calc.measure (
	id integer PRIMARY KEY,
	f8 double precision,
	f4 real,
	n numeric,
	t text,
	c char(5),
	b bytea,
	tz timestamptz,
	ts timestamp,
	d date,
	i interval,
	j json,
	jb jsonb,
	arr integer[],
	m money,
	u uuid,
	x xml,
	bits bit varying(16),
	marks calc.interval_of_marks,
	net inet,
	tt time,
	what oid
);

CREATE TABLE calc.bag (word text, n numeric(6,2));

-- partitions
CREATE TABLE exam.result (
	year integer NOT NULL,
	faculty text NOT NULL DEFAULT 'none',
	person_id integer NOT NULL,
	points numeric(5,2) NOT NULL CHECK (points >= 0 AND points <= 100),
	grade char(1) GENERATED ALWAYS AS (CASE WHEN points >= 90 THEN 'A' WHEN points >= 50 THEN 'C' ELSE 'F' END) STORED,
	PRIMARY KEY (year, faculty, person_id)
) PARTITION BY RANGE (year);
CREATE TABLE exam.result_old PARTITION OF exam.result FOR VALUES FROM (MINVALUE) TO (2024);
CREATE TABLE exam.result_2024 PARTITION OF exam.result FOR VALUES FROM (2024) TO (2025) PARTITION BY LIST (faculty);
CREATE TABLE exam.result_2024_it PARTITION OF exam.result_2024 FOR VALUES IN ('IT', 'CS');
CREATE TABLE exam.result_2024_none PARTITION OF exam.result_2024 FOR VALUES IN ('none');
CREATE TABLE exam.result_2024_rest PARTITION OF exam.result_2024 DEFAULT;
CREATE TABLE exam.result_2025 PARTITION OF exam.result FOR VALUES FROM (2025) TO (2026) PARTITION BY HASH (person_id);
CREATE TABLE exam.result_2025_a PARTITION OF exam.result_2025 FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE exam.result_2025_b PARTITION OF exam.result_2025 FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE exam.result_2025_c PARTITION OF exam.result_2025 FOR VALUES WITH (MODULUS 3, REMAINDER 2);
CREATE INDEX result_points ON exam.result (points DESC NULLS LAST);

CREATE TABLE exam.answer (
	taken timestamptz NOT NULL,
	question integer NOT NULL,
	body text,
	CONSTRAINT positive CHECK (question > 0)
) PARTITION BY LIST (((question % 2) = 0));
CREATE TABLE exam.answer_even PARTITION OF exam.answer FOR VALUES IN (true);
CREATE TABLE exam.answer_odd PARTITION OF exam.answer (body DEFAULT 'odd') FOR VALUES IN (false);

-- inheritance
CREATE TABLE exam.paper (id integer PRIMARY KEY, title text NOT NULL DEFAULT 'untitled', pages integer CHECK (pages > 0));
CREATE TABLE exam.thesis (level char(1) NOT NULL, defended date) INHERITS (exam.paper);
CREATE TABLE exam.article (journal text, UNIQUE (title, journal)) INHERITS (exam.paper);
CREATE TABLE exam.thesis_article () INHERITS (exam.thesis, exam.article);

CREATE UNLOGGED TABLE exam.scratch (k text, v text, PRIMARY KEY (k) INCLUDE (v));

-- names
CREATE TABLE "Õppetöö"."Üliõpilane" (
	"Kood" integer PRIMARY KEY,
	"Täisnimi" varchar(40) NOT NULL CHECK ("Täisnimi" !~ '^\s*$'),
	"order" integer UNIQUE,
	"a.b" text DEFAULT 'a.b',
	"column with a name that is exactly as long as it may get to be." boolean
);
CREATE TABLE "Õppetöö"."tabel" ("Kood" integer REFERENCES "Õppetöö"."Üliõpilane", v text DEFAULT E'tab\tand ''quote'' \\');

-- typed table, LIKE
CREATE TYPE exam.shelf_mark AS (hall text, shelf integer);
CREATE TABLE exam.shelf OF exam.shelf_mark (hall WITH OPTIONS NOT NULL DEFAULT 'main', PRIMARY KEY (hall, shelf));

-- ---------------------------------------------------------------------------
-- Sequences, indexes, statistics.
-- ---------------------------------------------------------------------------
CREATE SEQUENCE reg.matricula_seq START 100000 MINVALUE 100000 MAXVALUE 999999 CACHE 1 NO CYCLE OWNED BY reg.student.matricula;
CREATE SEQUENCE calc.down AS integer INCREMENT -2 MINVALUE -100 MAXVALUE 0 CYCLE;
ALTER TABLE reg.student ALTER matricula SET DEFAULT nextval('reg.matricula_seq')::text;

CREATE INDEX person_names ON reg.person (surname, given_name);
CREATE INDEX person_languages ON reg.person USING gin (languages);
CREATE INDEX person_active ON reg.person (birth_date) WHERE state = 'active';
CREATE INDEX person_natural ON reg.person (given_name COLLATE reg.natural_order DESC);
CREATE INDEX course_search ON reg.course USING gin (search);
CREATE INDEX course_settings ON reg.course USING gin (settings);
CREATE INDEX course_places ON reg.course (((settings ->> 'places')::integer));
CREATE UNIQUE INDEX course_title_level ON reg.course (title, level) NULLS NOT DISTINCT;
CREATE INDEX lesson_during ON reg.lesson USING gist (during);
CREATE INDEX lesson_course ON reg.lesson USING hash (course);
CREATE INDEX room_shape ON reg.room USING gist (shape);
CREATE INDEX enrolment_enrolled ON reg.enrolment USING brin (enrolled);
CREATE UNIQUE INDEX enrolment_one_open ON reg.enrolment (person_id, course) WHERE mark IS NULL;
CREATE INDEX enrolment_course ON reg.enrolment (course, mark DESC) INCLUDE (person_id);
CREATE INDEX teacher_salary ON reg.lecturer (salary DESC NULLS LAST, person_id);
CREATE INDEX logbook_at ON reg.logbook (at DESC);
CREATE INDEX country_pattern ON reg.country (name varchar_pattern_ops);

CREATE STATISTICS reg.person_statistics (mcv) ON country_code, state FROM reg.person;
