-- Triggers, rules, policies, privileges, publications.
-- trigger missing | reg.person
DROP TRIGGER trg_state ON reg.person;
-- trigger without its column | reg.person
DROP TRIGGER trg_state ON reg.person;
CREATE TRIGGER trg_state BEFORE UPDATE ON reg.person FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION reg.check_state();
-- trigger on another column | reg.person
DROP TRIGGER trg_state ON reg.person;
CREATE TRIGGER trg_state BEFORE UPDATE OF surname ON reg.person FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION reg.check_state();
-- trigger whose WHEN asks for a label | reg.person
DROP TRIGGER trg_state ON reg.person;
CREATE TRIGGER trg_state BEFORE UPDATE OF state ON reg.person FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state AND OLD.state = 'applied') EXECUTE FUNCTION reg.check_state();
-- trigger's function allows one way back | reg.person
CREATE OR REPLACE FUNCTION reg.check_state() RETURNS trigger LANGUAGE plpgsql SET search_path = reg, pg_temp
AS $$ BEGIN IF OLD.state = 'expelled' AND NEW.state = 'active' THEN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$;
-- trigger's function returns OLD | reg.person
CREATE OR REPLACE FUNCTION reg.check_state() RETURNS trigger LANGUAGE plpgsql SET search_path = reg, pg_temp
AS $$ BEGIN IF OLD.state = 'expelled' AND NEW.state <> 'expelled' THEN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END IF; RETURN OLD; END $$;
-- trigger's function returns nothing | reg.person
CREATE OR REPLACE FUNCTION reg.check_state() RETURNS trigger LANGUAGE plpgsql SET search_path = reg, pg_temp
AS $$ BEGIN IF OLD.state = 'expelled' THEN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END IF; RETURN NULL; END $$;
-- trigger's function raises another SQLSTATE | reg.person
CREATE OR REPLACE FUNCTION reg.check_state() RETURNS trigger LANGUAGE plpgsql SET search_path = reg, pg_temp
AS $$ BEGIN IF OLD.state = 'expelled' AND NEW.state <> 'expelled' THEN RAISE EXCEPTION 'an expelled person stays expelled'; END IF; RETURN NEW; END $$;
-- tidies at INSERT only | reg.person
CREATE OR REPLACE FUNCTION reg.tidy_person() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF TG_OP = 'INSERT' THEN NEW.e_mail := btrim(NEW.e_mail); NEW.given_name := initcap(NEW.given_name); END IF; RETURN NEW; END $$;
-- tidies the name at UPDATE too | reg.person
CREATE OR REPLACE FUNCTION reg.tidy_person() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN NEW.e_mail := btrim(NEW.e_mail); NEW.given_name := initcap(NEW.given_name); RETURN NEW; END $$;
-- tidies on the left only | reg.person
CREATE OR REPLACE FUNCTION reg.tidy_person() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN NEW.e_mail := ltrim(NEW.e_mail); IF TG_OP = 'INSERT' THEN NEW.given_name := initcap(NEW.given_name); END IF; RETURN NEW; END $$;
-- upper for initcap | reg.person
CREATE OR REPLACE FUNCTION reg.tidy_person() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN NEW.e_mail := btrim(NEW.e_mail); IF TG_OP = 'INSERT' THEN NEW.given_name := upper(NEW.given_name); END IF; RETURN NEW; END $$;
-- trigger is AFTER | reg.person
DROP TRIGGER trg_tidy ON reg.person;
CREATE TRIGGER trg_tidy AFTER INSERT OR UPDATE ON reg.person FOR EACH ROW EXECUTE PROCEDURE reg.tidy_person();
-- log of DELETE missing | reg.course
DROP TRIGGER trg_log ON reg.course;
CREATE TRIGGER trg_log AFTER INSERT OR UPDATE ON reg.course FOR EACH ROW EXECUTE FUNCTION reg.log_change();
-- log with OLD for NEW | reg.course
CREATE OR REPLACE FUNCTION reg.log_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO reg.logbook (what, detail) VALUES (TG_TABLE_NAME || ' ' || lower(TG_OP), to_jsonb(CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END) - 'search'); RETURN coalesce(NEW, OLD); END $$;
-- log with capital letters | reg.course
CREATE OR REPLACE FUNCTION reg.log_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO reg.logbook (what, detail) VALUES (TG_TABLE_NAME || ' ' || TG_OP, to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END) - 'search'); RETURN coalesce(NEW, OLD); END $$;
-- log with the table's schema | reg.course
CREATE OR REPLACE FUNCTION reg.log_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO reg.logbook (what, detail) VALUES (TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME || ' ' || lower(TG_OP), to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END) - 'search'); RETURN coalesce(NEW, OLD); END $$;
-- log twice | reg.course
CREATE TRIGGER trg_log_2 AFTER INSERT ON reg.course FOR EACH ROW EXECUTE FUNCTION reg.log_change();
-- log per statement | reg.student
DROP TRIGGER trg_log ON reg.student;
CREATE TRIGGER trg_log AFTER DELETE ON reg.student FOR EACH STATEMENT EXECUTE FUNCTION reg.log_change();
-- transition table of another name | reg.enrolment
CREATE OR REPLACE FUNCTION reg.count_enrolled() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO reg.logbook (what, detail) SELECT TG_ARGV[0] || ' ' || lower(TG_OP), jsonb_object_agg(course, n) FROM (SELECT course, count(DISTINCT person_id) + 1 AS n FROM touched GROUP BY course) t; RETURN NULL; END $$;
-- counted without the courses | reg.enrolment
CREATE OR REPLACE FUNCTION reg.count_enrolled() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO reg.logbook (what, detail) SELECT TG_ARGV[0] || ' ' || lower(TG_OP), to_jsonb(count(*)) FROM touched; RETURN NULL; END $$;
-- another argument | reg.enrolment
DROP TRIGGER trg_count_new ON reg.enrolment;
CREATE TRIGGER trg_count_new AFTER INSERT ON reg.enrolment REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION reg.count_enrolled('entered');
-- an argument too few | reg.enrolment
DROP TRIGGER trg_count_old ON reg.enrolment;
CREATE TRIGGER trg_count_old AFTER DELETE ON reg.enrolment REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION reg.count_enrolled('left');
-- constraint trigger not deferrable | reg.enrolment
DROP TRIGGER trg_places ON reg.enrolment;
CREATE CONSTRAINT TRIGGER trg_places AFTER INSERT OR UPDATE OF course ON reg.enrolment FOR EACH ROW EXECUTE FUNCTION reg.enough_places();
-- constraint trigger initially immediate | reg.enrolment
DROP TRIGGER trg_places ON reg.enrolment;
CREATE CONSTRAINT TRIGGER trg_places AFTER INSERT OR UPDATE OF course ON reg.enrolment DEFERRABLE FOR EACH ROW EXECUTE FUNCTION reg.enough_places();
-- constraint trigger became an ordinary one | reg.enrolment
DROP TRIGGER trg_places ON reg.enrolment;
CREATE TRIGGER trg_places AFTER INSERT OR UPDATE OF course ON reg.enrolment FOR EACH ROW EXECUTE FUNCTION reg.enough_places();
-- one place fewer | reg.enrolment
CREATE OR REPLACE FUNCTION reg.enough_places() RETURNS trigger LANGUAGE plpgsql
AS $$ DECLARE places integer; BEGIN SELECT (settings ->> 'places')::integer INTO places FROM reg.course WHERE code = NEW.course;
IF (SELECT count(*) FROM reg.enrolment WHERE course = NEW.course AND mark IS NULL) >= places THEN RAISE EXCEPTION 'full' USING ERRCODE = 'P0001'; END IF; RETURN NULL; END $$;
-- full is never said | reg.enrolment
CREATE OR REPLACE FUNCTION reg.enough_places() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- loops of two only | reg.prerequisite
CREATE OR REPLACE FUNCTION reg.no_loop() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF EXISTS (SELECT FROM reg.prerequisite a JOIN reg.prerequisite b ON a.needs = b.course AND b.needs = a.course) THEN RAISE EXCEPTION 'loop' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END $$;
-- loop trigger per row | reg.prerequisite
DROP TRIGGER trg_no_loop ON reg.prerequisite;
CREATE TRIGGER trg_no_loop AFTER INSERT OR UPDATE ON reg.prerequisite FOR EACH ROW EXECUTE FUNCTION reg.no_loop();
-- TRUNCATE allowed | reg.logbook
DROP TRIGGER trg_forbid ON reg.logbook;
CREATE TRIGGER trg_forbid BEFORE UPDATE OR DELETE ON reg.logbook FOR EACH STATEMENT EXECUTE FUNCTION reg.forbid();
-- forbids in silence | reg.logbook
DROP TRIGGER trg_forbid ON reg.logbook;
CREATE RULE a AS ON UPDATE TO reg.logbook DO INSTEAD NOTHING;
CREATE RULE b AS ON DELETE TO reg.logbook DO INSTEAD NOTHING;
-- view's trigger inserts another level | reg.course_names
CREATE OR REPLACE FUNCTION reg.own_marks_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF TG_OP = 'INSERT' THEN INSERT INTO reg.course (code, title, level) VALUES (NEW.code, NEW.title, coalesce(NEW.level, 'M')); RETURN NEW;
ELSIF TG_OP = 'DELETE' THEN DELETE FROM reg.course WHERE code = OLD.code; RETURN OLD; END IF; UPDATE reg.course SET title = NEW.title WHERE code = OLD.code; RETURN NEW; END $$;
-- view's trigger updates the code as well | reg.course_names
CREATE OR REPLACE FUNCTION reg.own_marks_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF TG_OP = 'INSERT' THEN INSERT INTO reg.course (code, title, level) VALUES (NEW.code, NEW.title, coalesce(NEW.level, 'B')); RETURN NEW;
ELSIF TG_OP = 'DELETE' THEN DELETE FROM reg.course WHERE code = OLD.code; RETURN OLD; END IF; UPDATE reg.course SET title = NEW.title, level = NEW.level WHERE code = OLD.code; RETURN NEW; END $$;
-- view's trigger does not delete | reg.course_names
DROP TRIGGER trg_change ON reg.course_names;
CREATE TRIGGER trg_change INSTEAD OF INSERT OR UPDATE ON reg.course_names FOR EACH ROW EXECUTE FUNCTION reg.own_marks_change();
-- trigger of a partitioned table on one partition | exam.result
DROP TRIGGER trg_round ON exam.result;
CREATE TRIGGER trg_round BEFORE INSERT ON exam.result_old FOR EACH ROW EXECUTE FUNCTION exam.round_points();
-- rounds up | exam.result
CREATE OR REPLACE FUNCTION exam.round_points() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.points := ceil(NEW.points); RETURN NEW; END $$;
-- trigger enabled as usual instead of always | exam.scratch
ALTER TABLE exam.scratch ENABLE TRIGGER touch;
-- trigger enabled that is disabled | exam.scratch
ALTER TABLE exam.scratch ENABLE TRIGGER touch_off;
-- trigger too many | reg.room
CREATE FUNCTION reg.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER nothing BEFORE INSERT ON reg.room FOR EACH ROW EXECUTE FUNCTION reg.nothing();
-- comment of a trigger lost | reg.person
COMMENT ON TRIGGER trg_state ON reg.person IS NULL;
-- rule missing | reg.country
DROP RULE country_stays ON reg.country;
-- rule on UPDATE instead of DELETE | reg.country
DROP RULE country_stays ON reg.country;
CREATE RULE country_stays AS ON UPDATE TO reg.country DO INSTEAD NOTHING;
-- rule DO ALSO NOTHING | reg.country
DROP RULE country_stays ON reg.country;
CREATE RULE country_stays AS ON DELETE TO reg.country DO ALSO NOTHING;
-- rule with another condition | reg.room
DROP RULE room_log ON reg.room;
CREATE RULE room_log AS ON UPDATE TO reg.room WHERE NEW.places > OLD.places DO ALSO INSERT INTO reg.logbook (what, detail) VALUES ('room', jsonb_build_object('was', OLD.places, 'is', NEW.places));
-- rule with its values the other way round | reg.room
DROP RULE room_log ON reg.room;
CREATE RULE room_log AS ON UPDATE TO reg.room WHERE NEW.places <> OLD.places DO ALSO INSERT INTO reg.logbook (what, detail) VALUES ('room', jsonb_build_object('was', NEW.places, 'is', OLD.places));
-- rule instead of also | reg.room
DROP RULE room_log ON reg.room;
CREATE RULE room_log AS ON UPDATE TO reg.room WHERE NEW.places <> OLD.places DO INSTEAD INSERT INTO reg.logbook (what, detail) VALUES ('room', jsonb_build_object('was', OLD.places, 'is', NEW.places));
-- rule of a view inserts half | reg.teachers_above
DROP RULE teacher_view_insert ON reg.teachers_above;
CREATE RULE teacher_view_insert AS ON INSERT TO reg.teachers_above DO INSTEAD INSERT INTO reg.lecturer (person_id) VALUES (NEW.person_id);
-- rule too many | reg.faculty
CREATE RULE keep AS ON DELETE TO reg.faculty DO INSTEAD NOTHING;
-- row-level security off | reg.enrolment
ALTER TABLE reg.enrolment DISABLE ROW LEVEL SECURITY;
-- row-level security forced | reg.enrolment
ALTER TABLE reg.enrolment FORCE ROW LEVEL SECURITY;
-- row-level security not forced | exam.scratch
ALTER TABLE exam.scratch NO FORCE ROW LEVEL SECURITY;
-- row-level security on where it is not | reg.student
ALTER TABLE reg.student ENABLE ROW LEVEL SECURITY;
-- policy missing | see_all
DROP POLICY see_all ON reg.enrolment;
-- policy for another role | see_all
ALTER POLICY see_all ON reg.enrolment TO clerk;
-- policy for everybody | see_all
ALTER POLICY see_all ON reg.enrolment TO PUBLIC;
-- policy for all commands | see_all
DROP POLICY see_all ON reg.enrolment;
CREATE POLICY see_all ON reg.enrolment FOR ALL TO auditor USING (true);
-- policy that shows nothing | see_all
ALTER POLICY see_all ON reg.enrolment USING (false);
-- policy with <= for < | see_graded
ALTER POLICY see_graded ON reg.enrolment USING (mark IS NOT NULL AND graded_at <= '2023-01-01');
-- policy with OR for AND | see_graded
ALTER POLICY see_graded ON reg.enrolment USING (mark IS NOT NULL OR graded_at < '2023-01-01');
-- policy with another attempt | clerk_adds
ALTER POLICY clerk_adds ON reg.enrolment WITH CHECK (attempt <= 1);
-- policy permissive for restrictive | not_law
DROP POLICY not_law ON reg.enrolment;
CREATE POLICY not_law ON reg.enrolment FOR ALL TO clerk USING (course NOT LIKE 'LAW%') WITH CHECK (course NOT LIKE 'LAW%' AND mark IS NULL);
-- policy with another pattern | not_law
ALTER POLICY not_law ON reg.enrolment USING (course NOT LIKE '%LAW%');
-- policy that checks what it shows | not_law
DROP POLICY not_law ON reg.enrolment;
CREATE POLICY not_law ON reg.enrolment AS RESTRICTIVE FOR ALL TO clerk USING (course NOT LIKE 'LAW%');
-- policy renamed | everything
ALTER POLICY everything ON exam.scratch RENAME TO all_rows;
-- policy with another setting | everything
ALTER POLICY everything ON exam.scratch USING (k <> 'secret' AND current_setting('app.role', true) IS NULL);
-- policy too many | reg.enrolment
CREATE POLICY more ON reg.enrolment FOR SELECT TO clerk USING (mark > 3);
-- grant missing | exam.result_old
REVOKE SELECT ON exam.result_old FROM clerk;
-- grant too many | reg.student
GRANT SELECT ON reg.student TO clerk;
-- grant to everybody | reg.active_students
GRANT SELECT ON reg.active_students TO PUBLIC;
-- grant of one privilege more | reg.enrolment
GRANT TRUNCATE ON reg.enrolment TO clerk;
-- grant of a column missing | reg.person
REVOKE UPDATE (surname) ON reg.person FROM clerk;
-- grant of a column too many | reg.person
GRANT SELECT (national_id) ON reg.person TO clerk;
-- grant of the table instead of its columns | reg.person
GRANT SELECT, UPDATE ON reg.person TO clerk;
-- grant without its option | reg.logbook
REVOKE GRANT OPTION FOR SELECT ON reg.logbook FROM auditor;
-- grant with an option too many | reg.active_students
GRANT SELECT ON reg.active_students TO clerk WITH GRANT OPTION;
-- usage of a schema missing | exam
REVOKE USAGE ON SCHEMA exam FROM clerk;
-- usage of a schema too many | exam
GRANT USAGE ON SCHEMA exam TO PUBLIC;
-- create in a schema | reg
GRANT CREATE ON SCHEMA reg TO clerk;
-- grant of a sequence missing | reg.student.matricula
REVOKE USAGE ON SEQUENCE reg.matricula_seq FROM clerk;
-- grant of a sequence too many | reg.student.matricula
GRANT ALL ON SEQUENCE reg.matricula_seq TO clerk;
-- function still for everybody | reg.may_attend
GRANT EXECUTE ON FUNCTION reg.may_attend(integer, text) TO PUBLIC;
-- function for nobody | calc.swap
REVOKE EXECUTE ON FUNCTION calc.swap FROM PUBLIC;
-- procedure for the wrong role | reg.grade
REVOKE EXECUTE ON PROCEDURE reg.grade FROM auditor;
GRANT EXECUTE ON PROCEDURE reg.grade TO clerk;
-- domain for everybody | reg.code
GRANT USAGE ON DOMAIN reg.code TO PUBLIC;
-- type for nobody | reg.weekday
REVOKE USAGE ON TYPE reg.weekday FROM PUBLIC;
-- default privileges missing | exam
ALTER DEFAULT PRIVILEGES IN SCHEMA exam REVOKE SELECT ON TABLES FROM clerk;
-- default privileges too many | exam
ALTER DEFAULT PRIVILEGES IN SCHEMA exam GRANT INSERT ON TABLES TO clerk;
-- default privileges of functions forgotten | functions
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
-- publication missing | publication results
DROP PUBLICATION results;
-- publication of one table fewer | publication marks
ALTER PUBLICATION marks DROP TABLE reg.course;
-- publication of one table more | publication results
ALTER PUBLICATION results ADD TABLE reg.faculty;
-- publication of other columns | reg.enrolment in marks
ALTER PUBLICATION marks SET TABLE reg.enrolment (person_id, course, attempt), reg.course WHERE (level <> 'D');
-- publication with another condition | reg.course in marks
ALTER PUBLICATION marks SET TABLE reg.enrolment (person_id, course, attempt, mark), reg.course WHERE (level = 'D');
-- publication of updates too | publication marks
ALTER PUBLICATION marks SET (publish = 'insert, update, delete');
-- publication by partitions | publication results
ALTER PUBLICATION results SET (publish_via_partition_root = false);
