-- Schemas, types, tables and columns.
-- schema renamed | schema "Õppetöö"
ALTER SCHEMA "Õppetöö" RENAME TO oppetoo;
-- comment of a schema changed | schema reg
COMMENT ON SCHEMA reg IS 'who teaches what';
-- table in another schema | table exam.scratch
ALTER TABLE exam.scratch SET SCHEMA calc;
-- table in public instead | table reg.room
ALTER TABLE reg.room SET SCHEMA public;
-- table with a name in capital letters | table reg.country
ALTER TABLE reg.country RENAME TO "COUNTRY";
-- table with a name in the plural | table reg.room
ALTER TABLE reg.room RENAME TO rooms;
-- table is a view of another | table calc.bag
ALTER TABLE calc.bag RENAME TO bag_rows;
CREATE VIEW calc.bag AS SELECT * FROM calc.bag_rows;
-- table unlogged | calc.bag
ALTER TABLE calc.bag SET UNLOGGED;
-- unlogged table made logged | exam.scratch
ALTER TABLE exam.scratch SET LOGGED;
-- column missing | reg.room.equipment
ALTER TABLE reg.room DROP COLUMN equipment;
-- column too many | reg.country
ALTER TABLE reg.country ADD COLUMN continent text;
-- column misspelt | reg.person.surname
ALTER TABLE reg.person RENAME surname TO sur_name;
-- column with a name in another case | "Õppetöö"."Üliõpilane"
ALTER TABLE "Õppetöö"."Üliõpilane" RENAME "order" TO "Order";
-- last letter of a long name | "Õppetöö"."Üliõpilane"
ALTER TABLE "Õppetöö"."Üliõpilane" RENAME "column with a name that is exactly as long as it may get to be." TO "column with a name that is exactly as long as it may get to be!";
-- two columns' names swapped | reg.student
ALTER TABLE reg.student RENAME started TO x;
ALTER TABLE reg.student RENAME finished TO started;
ALTER TABLE reg.student RENAME x TO finished;
-- varchar longer | reg.country.name
ALTER TABLE reg.country ALTER name TYPE varchar(61);
-- varchar without a length | reg.room.building
ALTER TABLE reg.room ALTER building TYPE varchar;
-- char became varchar | exam.thesis.level
ALTER TABLE exam.thesis ALTER level TYPE varchar(1);
-- text became char | calc.bag.word
ALTER TABLE calc.bag ALTER word TYPE char(4);
-- numeric with another scale | calc.bag.n
ALTER TABLE calc.bag ALTER n TYPE numeric(6,3);
-- numeric without limits | reg.lecturer.salary
DROP VIEW reg.teachers_above CASCADE;
DROP VIEW reg.median_salary;
ALTER TABLE reg.lecturer ALTER salary TYPE numeric;
-- integer became bigint | exam.paper.pages
ALTER TABLE exam.paper ALTER pages TYPE bigint;
-- money became numeric | reg.student.paid
ALTER TABLE reg.student ALTER paid DROP DEFAULT, ALTER paid TYPE numeric(10,2) USING paid::numeric, ALTER paid SET DEFAULT 0;
-- text became varchar | calc.bag.word
DROP TABLE calc.bag;
CREATE TABLE calc.bag (word varchar, n numeric(6,2));
INSERT INTO calc.bag VALUES ('one', 1), ('one', 1), ('one', 1.5), (NULL, NULL), (NULL, NULL), ('', 0), ('two', 2);
-- array of text became text | reg.room.equipment
ALTER TABLE reg.room ALTER equipment DROP DEFAULT, ALTER equipment TYPE text USING array_to_string(equipment, ','), ALTER equipment SET DEFAULT 'board';
-- timestamptz became timestamp | reg.logbook.at
ALTER TABLE reg.logbook ALTER at TYPE timestamp;
-- json became jsonb | calc.measure.j
ALTER TABLE calc.measure ALTER j TYPE jsonb USING j::jsonb;
-- double became real | calc.measure.f8
ALTER TABLE calc.measure ALTER f8 TYPE real;
-- bit varying longer | calc.measure.bits
ALTER TABLE calc.measure ALTER bits TYPE bit varying(17);
-- time became time(0) | calc.measure.tt
ALTER TABLE calc.measure ALTER tt TYPE time(0);
-- interval became time | calc.measure.i
ALTER TABLE calc.measure ALTER i TYPE interval(0);
-- xml became text | reg.course.syllabus
ALTER TABLE reg.course ALTER syllabus TYPE text;
-- NOT NULL forgotten | reg.room.places
ALTER TABLE reg.room ALTER places DROP NOT NULL;
-- NOT NULL too many | reg.lecturer.office
UPDATE reg.lecturer SET office = '' WHERE office IS NULL;
ALTER TABLE reg.lecturer ALTER office SET NOT NULL;
-- NOT NULL on a column of a partitioned table forgotten | exam.answer.taken
ALTER TABLE exam.answer ALTER taken DROP NOT NULL;
-- NOT NULL of an inherited column forgotten | exam.thesis.level
ALTER TABLE exam.thesis ALTER level DROP NOT NULL;
-- NOT NULL replaced by CHECK | reg.course.title
ALTER TABLE reg.course ALTER title DROP NOT NULL, ADD CHECK (title IS NOT NULL);
-- default missing | reg.course.credits
ALTER TABLE reg.course ALTER credits DROP DEFAULT;
-- default too many | reg.lecturer.office
ALTER TABLE reg.lecturer ALTER office SET DEFAULT 'A-100';
-- another default | reg.person.country_code
ALTER TABLE reg.person ALTER country_code SET DEFAULT 'LVA';
-- default in small letters | reg.faculty.short
ALTER TABLE reg.faculty ALTER short SET DEFAULT 'tbd';
-- default is a string that looks like it | reg.student.started
ALTER TABLE reg.student ALTER started SET DEFAULT '2026-11-25';
-- default json with another value | reg.course.settings
ALTER TABLE reg.course ALTER settings SET DEFAULT '{"open": true, "places": 31}';
-- default json with a string for a number | reg.course.settings
ALTER TABLE reg.course ALTER settings SET DEFAULT '{"open": true, "places": "30"}';
-- default of an array with one element more | reg.room.equipment
ALTER TABLE reg.room ALTER equipment SET DEFAULT ARRAY['board', 'chalk'];
-- default '' is not NULL | calc.bag.word
ALTER TABLE calc.bag ALTER word SET DEFAULT '';
-- session_user became current_user | reg.logbook.by_whom
ALTER TABLE reg.logbook ALTER by_whom SET DEFAULT CURRENT_USER;
-- default of a partition lost | exam.answer_odd.body
ALTER TABLE exam.answer_odd ALTER body DROP DEFAULT;
-- default of a child table changed | exam.thesis.title
ALTER TABLE exam.thesis ALTER title SET DEFAULT 'thesis';
-- default clock_timestamp for now | reg.logbook.at
ALTER TABLE reg.logbook ALTER at SET DEFAULT clock_timestamp();
-- default a day later | reg.student.started
ALTER TABLE reg.student ALTER started SET DEFAULT CURRENT_DATE + 1;
-- default escapes read differently | "Õppetöö".tabel.v
ALTER TABLE "Õppetöö"."tabel" ALTER v SET DEFAULT 'tab\tand ''quote'' \\';
-- default of a typed table lost | exam.shelf.hall
ALTER TABLE exam.shelf ALTER hall DROP DEFAULT;
-- serial became identity | reg.person.person_id
ALTER TABLE reg.person ALTER person_id DROP DEFAULT;
DROP SEQUENCE reg.person_person_id_seq;
ALTER TABLE reg.person ALTER person_id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 8);
-- serial's sequence lost | reg.logbook.entry_id
ALTER TABLE reg.logbook ALTER entry_id DROP DEFAULT;
-- identity always became by default | reg.faculty.faculty_id
ALTER TABLE reg.faculty ALTER faculty_id SET GENERATED BY DEFAULT;
-- identity became serial | reg.lesson.lesson_id
ALTER TABLE reg.lesson ALTER lesson_id DROP IDENTITY;
CREATE SEQUENCE reg.lesson_lesson_id_seq START 6 OWNED BY reg.lesson.lesson_id;
ALTER TABLE reg.lesson ALTER lesson_id SET DEFAULT nextval('reg.lesson_lesson_id_seq');
-- identity dropped | reg.lesson.lesson_id
ALTER TABLE reg.lesson ALTER lesson_id DROP IDENTITY;
-- identity with another increment | reg.faculty.faculty_id
ALTER TABLE reg.faculty ALTER faculty_id SET INCREMENT BY 1;
-- identity without its maximum | reg.faculty.faculty_id
ALTER TABLE reg.faculty ALTER faculty_id SET NO MAXVALUE;
-- generated column became an ordinary one | reg.person.full_name
ALTER TABLE reg.person ALTER full_name DROP EXPRESSION;
-- generated column with another factor | reg.course.fee
ALTER TABLE reg.course DROP COLUMN fee;
ALTER TABLE reg.course ADD COLUMN fee numeric(8,2) GENERATED ALWAYS AS (CASE WHEN level = 'D' THEN 0 ELSE credits * 45.4 END) STORED;
-- generated column that treats one level otherwise | reg.course.fee
ALTER TABLE reg.course DROP COLUMN fee;
ALTER TABLE reg.course ADD COLUMN fee numeric(8,2) GENERATED ALWAYS AS (CASE WHEN level >= 'D' THEN 0 WHEN level = 'M' AND credits > 20 THEN 0 ELSE credits * 45.5 END) STORED;
-- generated column off by one at the boundary | exam.result.grade
ALTER TABLE exam.result DROP COLUMN grade;
ALTER TABLE exam.result ADD COLUMN grade char(1) GENERATED ALWAYS AS (CASE WHEN points > 90 THEN 'A' WHEN points >= 50 THEN 'C' ELSE 'F' END) STORED;
-- tsvector without weights | reg.course.search
ALTER TABLE reg.course DROP COLUMN search;
ALTER TABLE reg.course ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('english', title)) STORED;
CREATE INDEX course_search ON reg.course USING gin (search);
-- collation lost | reg.country.name
ALTER TABLE reg.country ALTER name TYPE varchar(60) COLLATE "C";
-- fillfactor another | reg.person
ALTER TABLE reg.person SET (fillfactor = 100);
-- comment of a table lost | reg.person
COMMENT ON TABLE reg.person IS NULL;
-- comment of a column has another word | reg.person
COMMENT ON COLUMN reg.person.national_id IS 'As the country gives it';
-- inheritance ended | exam.thesis
ALTER TABLE exam.thesis_article NO INHERIT exam.thesis;
-- child of one parent only | exam.thesis_article
ALTER TABLE exam.thesis_article NO INHERIT exam.article;
-- typed table is an ordinary one with other columns | exam.shelf
ALTER TABLE exam.shelf NOT OF;
ALTER TABLE exam.shelf ADD COLUMN note text;
-- partition detached | exam.result_2024_it
ALTER TABLE exam.result_2024 DETACH PARTITION exam.result_2024_it;
-- default partition missing | exam.result_2024_rest
DROP TABLE exam.result_2024_rest;
-- partition's list one value shorter | exam.result_2024_it
ALTER TABLE exam.result_2024 DETACH PARTITION exam.result_2024_it;
ALTER TABLE exam.result_2024 ATTACH PARTITION exam.result_2024_it FOR VALUES IN ('IT');
-- default partition where a list was asked for | exam.result_2024_none
ALTER TABLE exam.result_2024 DETACH PARTITION exam.result_2024_none;
ALTER TABLE exam.result_2024 DETACH PARTITION exam.result_2024_rest;
ALTER TABLE exam.result_2024 ATTACH PARTITION exam.result_2024_rest FOR VALUES IN ('LAW');
ALTER TABLE exam.result_2024 ATTACH PARTITION exam.result_2024_none DEFAULT;
-- range that begins a year later | exam.result_old
ALTER TABLE exam.result DETACH PARTITION exam.result_old;
ALTER TABLE exam.result ATTACH PARTITION exam.result_old FOR VALUES FROM (1900) TO (2024);
-- hash partitions swapped | exam.result_2025_a
ALTER TABLE exam.result_2025 DETACH PARTITION exam.result_2025_a;
ALTER TABLE exam.result_2025 DETACH PARTITION exam.result_2025_b;
ALTER TABLE exam.result_2025_a RENAME TO x;
ALTER TABLE exam.result_2025_b RENAME TO result_2025_a;
ALTER TABLE exam.x RENAME TO result_2025_b;
ALTER TABLE exam.result_2025 ATTACH PARTITION exam.result_2025_b FOR VALUES WITH (MODULUS 3, REMAINDER 0);
ALTER TABLE exam.result_2025 ATTACH PARTITION exam.result_2025_a FOR VALUES WITH (MODULUS 3, REMAINDER 1);
-- partitioned by another expression | exam.answer
CREATE TABLE exam.answer_new (LIKE exam.answer INCLUDING ALL) PARTITION BY LIST (((question % 2) = 1));
DROP TABLE exam.answer;
ALTER TABLE exam.answer_new RENAME TO answer;
CREATE TABLE exam.answer_even PARTITION OF exam.answer FOR VALUES IN (false);
CREATE TABLE exam.answer_odd PARTITION OF exam.answer (body DEFAULT 'odd') FOR VALUES IN (true);
INSERT INTO exam.answer VALUES ('2026-01-01 10:00+02', 1, 'yes'), ('2026-01-01 10:05+02', 2, NULL), ('2026-01-01 10:05+02', 2, NULL);
GRANT SELECT ON exam.answer, exam.answer_even, exam.answer_odd TO clerk;
-- enum with a label too many | reg.weekday
ALTER TYPE reg.weekday ADD VALUE 'Sat';
-- enum label in another place | reg.weekday
ALTER TYPE reg.weekday RENAME VALUE 'Mon' TO 'x';
ALTER TYPE reg.weekday RENAME VALUE 'Tue' TO 'Mon';
ALTER TYPE reg.weekday RENAME VALUE 'x' TO 'Tue';
-- enum label spelt otherwise | reg.person_state
ALTER TYPE reg.person_state RENAME VALUE 'on leave' TO 'on_leave';
-- composite type with an attribute more | reg.contact
ALTER TYPE reg.contact ADD ATTRIBUTE note text CASCADE;
-- attribute renamed | reg.contact
ALTER TYPE reg.contact RENAME ATTRIBUTE since TO "from" CASCADE;
-- type renamed | exam.shelf_mark
ALTER TYPE exam.shelf_mark RENAME TO shelfmark;
-- multirange type with another name | calc.interval*_of_marks
ALTER TYPE calc.intervals_of_marks RENAME TO mark_intervals;
-- domain without its check | reg.reg_time
ALTER DOMAIN reg.reg_time DROP CONSTRAINT this_century;
-- domain's check not validated | reg.reg_time
ALTER DOMAIN reg.reg_time DROP CONSTRAINT this_century;
ALTER DOMAIN reg.reg_time ADD CONSTRAINT this_century CHECK (VALUE >= '2000-01-01' AND VALUE < '2101-01-01') NOT VALID;
-- domain's check has another boundary | reg.reg_time
ALTER DOMAIN reg.reg_time DROP CONSTRAINT this_century;
ALTER DOMAIN reg.reg_time ADD CONSTRAINT this_century CHECK (VALUE >= '2000-01-01' AND VALUE <= '2101-01-01');
-- domain allows another pattern | reg.code
ALTER DOMAIN reg.code DROP CONSTRAINT code_check;
ALTER DOMAIN reg.code ADD CHECK (VALUE ~ '^[A-Z]{3}[0-9]{4}');
-- domain's pattern not anchored at the start | reg.code
ALTER DOMAIN reg.code DROP CONSTRAINT code_check;
ALTER DOMAIN reg.code ADD CHECK (VALUE ~ '[A-Z]{3}[0-9]{4}$');
-- domain's pattern without regard to case | reg.code
ALTER DOMAIN reg.code DROP CONSTRAINT code_check;
ALTER DOMAIN reg.code ADD CHECK (VALUE ~* '^[A-Z]{3}[0-9]{4}$');
-- domain lost its default | reg.reg_time
ALTER DOMAIN reg.reg_time DROP DEFAULT;
-- domain lost its NOT NULL | reg.reg_time
ALTER DOMAIN reg.reg_time DROP NOT NULL;
-- domain got NOT NULL | reg.title
ALTER DOMAIN reg.title SET NOT NULL;
-- domain over an array allows one element more | reg.marks
ALTER DOMAIN reg.marks DROP CONSTRAINT marks_check;
ALTER DOMAIN reg.marks ADD CHECK (cardinality(VALUE) <= 11);
-- domain comment lost | reg.mark
COMMENT ON DOMAIN reg.mark IS NULL;
-- domain allows the empty string | reg.title
ALTER DOMAIN reg.title DROP CONSTRAINT title_check;
ALTER DOMAIN reg.title ADD CHECK (VALUE = btrim(VALUE));
-- collation with another locale | reg.natural_order
DROP INDEX reg.person_natural;
DROP COLLATION reg.natural_order;
CREATE COLLATION reg.natural_order (provider = icu, locale = 'en');
CREATE INDEX person_natural ON reg.person (given_name COLLATE reg.natural_order DESC);
-- sequence with another increment | calc.down
ALTER SEQUENCE calc.down INCREMENT -1;
-- sequence does not cycle | calc.down
ALTER SEQUENCE calc.down NO CYCLE;
-- sequence of another type | calc.down
ALTER SEQUENCE calc.down AS bigint;
-- sequence with another minimum | calc.down
ALTER SEQUENCE calc.down MINVALUE -99;
-- sequence owned by nobody | reg.student.matricula
ALTER SEQUENCE reg.matricula_seq OWNED BY NONE;
-- sequence with another start | reg.student
ALTER SEQUENCE reg.matricula_seq START 100001;
-- sequence missing | reg.student.matricula
DROP SEQUENCE reg.matricula_seq CASCADE;
