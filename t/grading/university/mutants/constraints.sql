-- Constraints and indexes.
-- primary key missing | reg.prerequisite
ALTER TABLE reg.prerequisite DROP CONSTRAINT prerequisite_pkey;
-- primary key one column shorter | reg.enrolment
ALTER TABLE reg.enrolment DROP CONSTRAINT pk_enrolment;
DROP PUBLICATION marks;
DELETE FROM reg.enrolment WHERE attempt = 2;
ALTER TABLE reg.enrolment ADD PRIMARY KEY (person_id, course);
-- primary key is a unique constraint | reg.country
ALTER TABLE reg.person DROP CONSTRAINT fk_person_country;
ALTER TABLE reg.country DROP CONSTRAINT pk_country;
ALTER TABLE reg.country ADD UNIQUE (country_code);
ALTER TABLE reg.person ADD FOREIGN KEY (country_code) REFERENCES reg.country (country_code) ON UPDATE CASCADE;
-- primary key deferrable | reg.prerequisite
ALTER TABLE reg.prerequisite DROP CONSTRAINT prerequisite_pkey;
ALTER TABLE reg.prerequisite ADD PRIMARY KEY (course, needs) DEFERRABLE;
-- unique missing | reg.student
ALTER TABLE reg.student DROP CONSTRAINT student_matricula_key;
-- unique over one column instead of two | reg.faculty
ALTER TABLE reg.faculty DROP CONSTRAINT faculty_parent_id_name_key;
ALTER TABLE reg.faculty ADD UNIQUE (name);
-- unique, NULLs not distinct | reg.faculty
ALTER TABLE reg.faculty DROP CONSTRAINT faculty_parent_id_name_key;
ALTER TABLE reg.faculty ADD UNIQUE NULLS NOT DISTINCT (parent_id, name);
-- unique too many | reg.person
ALTER TABLE reg.person ADD UNIQUE (birth_date);
-- unique index too many | reg.room
CREATE UNIQUE INDEX ON reg.room (building, number, places);
-- unique where the reference has a partial one | reg.enrolment
DELETE FROM reg.enrolment WHERE attempt = 2;
DROP INDEX reg.enrolment_one_open;
CREATE UNIQUE INDEX ON reg.enrolment (person_id, course);
-- unique index on an expression made plain | reg.person
DROP INDEX reg.ak_person_e_mail;
CREATE UNIQUE INDEX ak_person_e_mail ON reg.person (e_mail);
-- unique index without uniqueness | reg.person
DROP INDEX reg.ak_person_e_mail;
CREATE INDEX ak_person_e_mail ON reg.person (lower(e_mail));
-- unique index in capital letters | reg.person
DROP INDEX reg.ak_person_e_mail;
CREATE UNIQUE INDEX ak_person_e_mail ON reg.person (upper(e_mail));
-- unique index with NULLs distinct | reg.course
DROP INDEX reg.course_title_level;
CREATE UNIQUE INDEX course_title_level ON reg.course (title, level);
-- foreign key missing | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT lesson_teacher_fkey;
-- foreign key to another table | reg.enrolment
ALTER TABLE reg.enrolment DROP CONSTRAINT fk_enrolment_student;
ALTER TABLE reg.enrolment ADD FOREIGN KEY (person_id) REFERENCES reg.person ON DELETE CASCADE;
-- foreign key without MATCH FULL | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT lesson_building_number_fkey;
ALTER TABLE reg.lesson ADD FOREIGN KEY (building, number) REFERENCES reg.room (building, number) ON DELETE SET NULL;
-- foreign key without cascade | reg.student
ALTER TABLE reg.student DROP CONSTRAINT student_person_id_fkey;
ALTER TABLE reg.student ADD FOREIGN KEY (person_id) REFERENCES reg.person;
-- foreign key with ON DELETE RESTRICT for NO ACTION | reg.student
ALTER TABLE reg.student DROP CONSTRAINT student_faculty_id_fkey;
ALTER TABLE reg.student ADD FOREIGN KEY (faculty_id) REFERENCES reg.faculty ON UPDATE CASCADE ON DELETE RESTRICT;
-- foreign key with ON UPDATE missing | reg.prerequisite
ALTER TABLE reg.prerequisite DROP CONSTRAINT prerequisite_needs_fkey;
ALTER TABLE reg.prerequisite ADD FOREIGN KEY (needs) REFERENCES reg.course ON DELETE RESTRICT;
-- foreign key sets NULL instead of default | reg.enrolment
ALTER TABLE reg.enrolment DROP CONSTRAINT fk_enrolment_teacher;
ALTER TABLE reg.enrolment ADD CONSTRAINT fk_enrolment_teacher FOREIGN KEY (graded_by) REFERENCES reg.lecturer ON DELETE SET NULL;
-- foreign key sets one column NULL | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT lesson_building_number_fkey;
ALTER TABLE reg.lesson ADD FOREIGN KEY (building, number) REFERENCES reg.room MATCH FULL ON DELETE SET NULL (number);
-- foreign key immediate | reg.lecturer
ALTER TABLE reg.lecturer ALTER CONSTRAINT teacher_mentor_fkey NOT DEFERRABLE;
-- foreign key deferrable, initially immediate | reg.lecturer
ALTER TABLE reg.lecturer ALTER CONSTRAINT teacher_mentor_fkey DEFERRABLE INITIALLY IMMEDIATE;
-- foreign key not validated | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT lesson_course_fkey;
ALTER TABLE reg.lesson ADD FOREIGN KEY (course) REFERENCES reg.course NOT VALID;
-- foreign key too many | exam.result
ALTER TABLE exam.result ADD FOREIGN KEY (person_id) REFERENCES reg.person;
-- foreign key of a table that refers to itself missing | reg.faculty
ALTER TABLE reg.faculty DROP CONSTRAINT faculty_parent_id_fkey;
-- check missing | reg.room
ALTER TABLE reg.room DROP CONSTRAINT room_number_check;
-- check on the wrong boundary | reg.room
ALTER TABLE reg.room DROP CONSTRAINT room_number_check;
ALTER TABLE reg.room ADD CHECK (number >= 1 AND number < 999);
-- check of half of it | reg.room
ALTER TABLE reg.room DROP CONSTRAINT room_places_check;
ALTER TABLE reg.room ADD CHECK (places > 0);
-- check OR for AND | reg.course
ALTER TABLE reg.course DROP CONSTRAINT course_credits_check;
ALTER TABLE reg.course ADD CHECK (credits > 0 OR credits <= 30);
-- check with a letter more | reg.course
ALTER TABLE reg.course DROP CONSTRAINT course_level_check;
ALTER TABLE reg.course ADD CHECK (level IN ('B', 'M', 'D', 'E'));
-- check with a letter in small | reg.course
ALTER TABLE reg.course DROP CONSTRAINT course_level_check;
UPDATE reg.course SET level = 'M' WHERE level = 'D';
ALTER TABLE reg.course ADD CHECK (level IN ('B', 'M', 'd'));
-- check that lets a blank name through | reg.country
ALTER TABLE reg.country DROP CONSTRAINT chk_country_name;
ALTER TABLE reg.country ADD CHECK (name <> '');
-- check that forbids a little more | reg.country
ALTER TABLE reg.country DROP CONSTRAINT chk_country_name;
ALTER TABLE reg.country ADD CHECK (name !~ '^\s' AND name <> '');
-- check of a code of two letters | reg.country
ALTER TABLE reg.country DROP CONSTRAINT chk_country_code;
ALTER TABLE reg.country ADD CHECK (btrim(country_code) ~ '^[A-Z]{2,3}$');
-- check of a code with digits | reg.country
ALTER TABLE reg.country DROP CONSTRAINT chk_country_code;
ALTER TABLE reg.country ADD CHECK (country_code ~ '^[A-Z0-9]{3}$');
-- check wants both names | reg.person
DELETE FROM reg.person WHERE person_id IN (4, 5);
ALTER TABLE reg.person DROP CONSTRAINT chk_person_name;
ALTER TABLE reg.person ADD CHECK (given_name IS NOT NULL AND surname IS NOT NULL);
-- check wants a given name where there is no surname, and the other way round not | reg.person
DELETE FROM reg.person WHERE person_id = 5;
ALTER TABLE reg.person DROP CONSTRAINT chk_person_name;
ALTER TABLE reg.person ADD CHECK (given_name IS NOT NULL);
-- check begins a day later | reg.person
ALTER TABLE reg.person DROP CONSTRAINT chk_person_birth_date;
ALTER TABLE reg.person ADD CHECK (birth_date > '1900-01-01' AND birth_date <= '2100-12-31');
-- check ends a year earlier | reg.person
ALTER TABLE reg.person DROP CONSTRAINT chk_person_birth_date;
ALTER TABLE reg.person ADD CHECK (birth_date BETWEEN '1900-01-01' AND '2099-12-31');
-- check of an address without the part about spaces | reg.person
ALTER TABLE reg.person DROP CONSTRAINT chk_person_e_mail;
ALTER TABLE reg.person ADD CHECK (e_mail LIKE '%@%');
-- check of an address wants something before the sign | reg.person
ALTER TABLE reg.person DROP CONSTRAINT chk_person_e_mail;
ALTER TABLE reg.person ADD CHECK (e_mail LIKE '_%@%' AND e_mail NOT LIKE '% %');
-- check of two columns with < for <= | reg.person
ALTER TABLE reg.person DROP CONSTRAINT chk_person_born_before;
ALTER TABLE reg.person ADD CHECK (birth_date < reg_time);
-- check of two columns turned round | reg.student
ALTER TABLE reg.student DROP CONSTRAINT student_check;
ALTER TABLE reg.student ADD CHECK (finished IS NULL OR finished >= started);
-- check of NULLs one way only | reg.enrolment
ALTER TABLE reg.enrolment DROP CONSTRAINT chk_graded;
ALTER TABLE reg.enrolment ADD CHECK (mark IS NULL OR graded_by IS NOT NULL);
-- check of NULLs the other way round | reg.enrolment
ALTER TABLE reg.enrolment DROP CONSTRAINT chk_graded_at;
ALTER TABLE reg.enrolment ADD CHECK (NOT (mark IS NULL AND graded_at IS NOT NULL));
-- check of ranges: hours till 21 | reg.lecturer
ALTER TABLE reg.lecturer DROP CONSTRAINT teacher_hours_check;
ALTER TABLE reg.lecturer ADD CHECK (lower(hours) >= 8 AND upper(hours) <= 21);
-- check of digits: any four characters | reg.lecturer
ALTER TABLE reg.lecturer DROP CONSTRAINT teacher_ext_check;
ALTER TABLE reg.lecturer ADD CHECK (length(ext) = 4);
-- check of digits: up to four | reg.lecturer
ALTER TABLE reg.lecturer DROP CONSTRAINT teacher_ext_check;
ALTER TABLE reg.lecturer ADD CHECK (ext ~ '^[0-9]*$');
-- check of json: an array will do | reg.course
ALTER TABLE reg.course DROP CONSTRAINT course_settings_check;
ALTER TABLE reg.course ADD CHECK (jsonb_typeof(settings) IN ('object', 'array'));
-- check too many | reg.lecturer
ALTER TABLE reg.lecturer ADD CHECK (salary < 100000);
-- check too many that is always true for the rows | reg.logbook
ALTER TABLE reg.logbook ADD CHECK (what <> '');
-- check not validated | reg.course
ALTER TABLE reg.course DROP CONSTRAINT course_level_check;
ALTER TABLE reg.course ADD CHECK (level IN ('B', 'M', 'D')) NOT VALID;
-- check of a parent not inherited | exam.paper
ALTER TABLE exam.paper DROP CONSTRAINT paper_pages_check;
ALTER TABLE exam.paper ADD CHECK (pages > 0) NO INHERIT;
-- check of a partitioned table lost | exam.answer
ALTER TABLE exam.answer DROP CONSTRAINT positive;
-- check of a partitioned table with >= for > | exam.answer
ALTER TABLE exam.answer DROP CONSTRAINT positive;
ALTER TABLE exam.answer ADD CONSTRAINT positive CHECK (question >= 0);
-- check with unequal columns lost | reg.prerequisite
ALTER TABLE reg.prerequisite DROP CONSTRAINT not_itself;
-- check that points go beyond 100 | exam.result
ALTER TABLE exam.result DROP CONSTRAINT result_points_check;
ALTER TABLE exam.result ADD CHECK (points BETWEEN 0 AND 100.5);
-- check of names that allows blank ones | "Õppetöö"."Üliõpilane"
ALTER TABLE "Õppetöö"."Üliõpilane" DROP CONSTRAINT "Üliõpilane_Täisnimi_check";
ALTER TABLE "Õppetöö"."Üliõpilane" ADD CHECK ("Täisnimi" !~ '^ *$');
-- exclusion missing | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT room_is_free;
-- exclusion without regard to the day | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT room_is_free;
DELETE FROM reg.lesson WHERE lesson_id > 1;
ALTER TABLE reg.lesson ADD CONSTRAINT room_is_free EXCLUDE USING gist (box(point(number, 0), point(number, 0)) WITH &&, during WITH &&) WHERE (number IS NOT NULL);
-- exclusion with another operator | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT room_is_free;
ALTER TABLE reg.lesson ADD CONSTRAINT room_is_free EXCLUDE USING gist (box(point(number, reg.day_no(day)), point(number, reg.day_no(day))) WITH &&, during WITH =) WHERE (number IS NOT NULL);
-- exclusion without its WHERE | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT room_is_free;
ALTER TABLE reg.lesson ADD CONSTRAINT room_is_free EXCLUDE USING gist (box(point(number, reg.day_no(day)), point(number, reg.day_no(day))) WITH &&, during WITH &&) WHERE (number IS NOT NULL AND number > 100);
-- index missing | reg.person
DROP INDEX reg.person_names;
-- index with its columns in another order | reg.person
DROP INDEX reg.person_names;
CREATE INDEX person_names ON reg.person (given_name, surname);
-- index wider | reg.person
DROP INDEX reg.person_names;
CREATE INDEX person_names ON reg.person (surname, given_name, birth_date);
-- index on the wrong column | reg.person
DROP INDEX reg.ixfk_person_country;
CREATE INDEX ixfk_person_country ON reg.person (national_id);
-- partial index without its predicate | reg.person
DROP INDEX reg.person_active;
CREATE INDEX person_active ON reg.person (birth_date);
-- partial index with another state | reg.person
DROP INDEX reg.person_active;
CREATE INDEX person_active ON reg.person (birth_date) WHERE state = 'applied';
-- partial unique index on the opposite | reg.enrolment
DROP INDEX reg.enrolment_one_open;
CREATE UNIQUE INDEX enrolment_one_open ON reg.enrolment (person_id, course, attempt) WHERE mark IS NOT NULL;
-- index of another method | reg.lesson
DROP INDEX reg.lesson_course;
CREATE INDEX lesson_course ON reg.lesson (course);
-- brin became btree | reg.enrolment
DROP INDEX reg.enrolment_enrolled;
CREATE INDEX enrolment_enrolled ON reg.enrolment (enrolled);
-- gin with other operators | reg.course
DROP INDEX reg.course_settings;
CREATE INDEX course_settings ON reg.course USING gin (settings jsonb_path_ops);
-- index of an expression with another key | reg.course
DROP INDEX reg.course_places;
CREATE INDEX course_places ON reg.course (((settings ->> 'open')));
-- index of an expression as text | reg.course
DROP INDEX reg.course_places;
CREATE INDEX course_places ON reg.course ((settings ->> 'places'));
-- index without DESC | reg.enrolment
DROP INDEX reg.enrolment_course;
CREATE INDEX enrolment_course ON reg.enrolment (course, mark) INCLUDE (person_id);
-- index without INCLUDE | reg.enrolment
DROP INDEX reg.enrolment_course;
CREATE INDEX enrolment_course ON reg.enrolment (course, mark DESC);
-- INCLUDE became a key | reg.enrolment
DROP INDEX reg.enrolment_course;
CREATE INDEX enrolment_course ON reg.enrolment (course, mark DESC, person_id);
-- index with NULLS first | reg.lecturer
DROP INDEX reg.teacher_salary;
CREATE INDEX teacher_salary ON reg.lecturer (salary DESC, person_id);
-- index without an operator class | reg.country
DROP INDEX reg.country_pattern;
CREATE INDEX country_pattern ON reg.country (name);
-- index with another collation | reg.person
DROP INDEX reg.person_natural;
CREATE INDEX person_natural ON reg.person (given_name DESC);
-- index of a partitioned table on its parent only | exam.result
DROP INDEX exam.result_points;
CREATE INDEX result_points ON ONLY exam.result (points DESC NULLS LAST);
-- index of a partitioned table on one partition only | exam.result
DROP INDEX exam.result_points;
CREATE INDEX result_points ON exam.result_old (points DESC NULLS LAST);
-- included column of a key lost | exam.scratch
ALTER TABLE exam.scratch DROP CONSTRAINT scratch_pkey;
ALTER TABLE exam.scratch ADD PRIMARY KEY (k);
-- index of a materialized view not unique | reg.teacher_load
DROP INDEX reg.teacher_load_person_id_idx;
CREATE INDEX ON reg.teacher_load (person_id);
-- statistics of another kind | reg.person_statistics
DROP STATISTICS reg.person_statistics;
CREATE STATISTICS reg.person_statistics (ndistinct) ON country_code, state FROM reg.person;
