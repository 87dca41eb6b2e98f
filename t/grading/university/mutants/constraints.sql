-- Constraints and indexes.
-- unique where the reference has a partial one | reg.enrolment
DELETE FROM reg.enrolment WHERE attempt = 2;
DROP INDEX reg.enrolment_one_open;
CREATE UNIQUE INDEX ON reg.enrolment (person_id, course);
-- unique index on an expression made plain | reg.person
DROP INDEX reg.ak_person_e_mail;
CREATE UNIQUE INDEX ak_person_e_mail ON reg.person (e_mail);
-- unique index in capital letters | reg.person
DROP INDEX reg.ak_person_e_mail;
CREATE UNIQUE INDEX ak_person_e_mail ON reg.person (upper(e_mail));
-- unique index with NULLs distinct | reg.course
DROP INDEX reg.course_title_level;
CREATE UNIQUE INDEX course_title_level ON reg.course (title, level);
-- foreign key to another table | reg.enrolment
ALTER TABLE reg.enrolment DROP CONSTRAINT fk_enrolment_student;
ALTER TABLE reg.enrolment ADD FOREIGN KEY (person_id) REFERENCES reg.person ON DELETE CASCADE;
-- foreign key sets one column NULL | reg.lesson
ALTER TABLE reg.lesson DROP CONSTRAINT lesson_building_number_fkey;
ALTER TABLE reg.lesson ADD FOREIGN KEY (building, number) REFERENCES reg.room MATCH FULL ON DELETE SET NULL (number);
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
ALTER TABLE reg.lecturer DROP CONSTRAINT lecturer_hours_check;
ALTER TABLE reg.lecturer ADD CHECK (lower(hours) >= 8 AND upper(hours) <= 21);
-- check of digits: any four characters | reg.lecturer
ALTER TABLE reg.lecturer DROP CONSTRAINT lecturer_ext_check;
ALTER TABLE reg.lecturer ADD CHECK (length(ext) = 4);
-- check of digits: up to four | reg.lecturer
ALTER TABLE reg.lecturer DROP CONSTRAINT lecturer_ext_check;
ALTER TABLE reg.lecturer ADD CHECK (ext ~ '^[0-9]*$');
-- check of json: an array will do | reg.course
ALTER TABLE reg.course DROP CONSTRAINT course_settings_check;
ALTER TABLE reg.course ADD CHECK (jsonb_typeof(settings) IN ('object', 'array'));
-- check too many | reg.lecturer
ALTER TABLE reg.lecturer ADD CHECK (salary < 100000);
-- check too many that is always true for the rows | reg.logbook
ALTER TABLE reg.logbook ADD CHECK (what <> '');
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
-- partial index with another state | reg.person
DROP INDEX reg.person_active;
CREATE INDEX person_active ON reg.person (birth_date) WHERE state = 'applied';
-- partial unique index on the opposite | reg.enrolment
DROP INDEX reg.enrolment_one_open;
CREATE UNIQUE INDEX enrolment_one_open ON reg.enrolment (person_id, course, attempt) WHERE mark IS NOT NULL;
-- index of an expression with another key | reg.course
DROP INDEX reg.course_places;
CREATE INDEX course_places ON reg.course (((settings ->> 'open')));
-- index of an expression as text | reg.course
DROP INDEX reg.course_places;
CREATE INDEX course_places ON reg.course ((settings ->> 'places'));
-- included column of a key lost | exam.scratch
ALTER TABLE exam.scratch DROP CONSTRAINT scratch_pkey;
ALTER TABLE exam.scratch ADD PRIMARY KEY (k);
