-- Triggers, rules, policies, privileges, publications.
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
-- transition table of another name | reg.enrolment
CREATE OR REPLACE FUNCTION reg.count_enrolled() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO reg.logbook (what, detail) SELECT TG_ARGV[0] || ' ' || lower(TG_OP), jsonb_object_agg(course, n) FROM (SELECT course, count(DISTINCT person_id) + 1 AS n FROM touched GROUP BY course) t; RETURN NULL; END $$;
-- counted without the courses | reg.enrolment
CREATE OR REPLACE FUNCTION reg.count_enrolled() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO reg.logbook (what, detail) SELECT TG_ARGV[0] || ' ' || lower(TG_OP), to_jsonb(count(*)) FROM touched; RETURN NULL; END $$;
-- constraint trigger not deferrable | reg.enrolment
DROP TRIGGER trg_places ON reg.enrolment;
CREATE CONSTRAINT TRIGGER trg_places AFTER INSERT OR UPDATE OF course ON reg.enrolment FOR EACH ROW EXECUTE FUNCTION reg.enough_places();
-- full is never said | reg.enrolment
CREATE OR REPLACE FUNCTION reg.enough_places() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- loops of two only | reg.prerequisite
CREATE OR REPLACE FUNCTION reg.no_loop() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF EXISTS (SELECT FROM reg.prerequisite a JOIN reg.prerequisite b ON a.needs = b.course AND b.needs = a.course) THEN RAISE EXCEPTION 'loop' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END $$;
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
-- trigger of a partitioned table on one partition | exam.result
DROP TRIGGER trg_round ON exam.result;
CREATE TRIGGER trg_round BEFORE INSERT ON exam.result_old FOR EACH ROW EXECUTE FUNCTION exam.round_points();
-- rounds up | exam.result
CREATE OR REPLACE FUNCTION exam.round_points() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.points := ceil(NEW.points); RETURN NEW; END $$;
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
-- policy that shows nothing | see_all
ALTER POLICY see_all ON reg.enrolment USING (false);
-- policy with <= for < | see_graded
ALTER POLICY see_graded ON reg.enrolment USING (mark IS NOT NULL AND graded_at <= '2023-01-01');
-- policy with OR for AND | see_graded
ALTER POLICY see_graded ON reg.enrolment USING (mark IS NOT NULL OR graded_at < '2023-01-01');
-- policy with another pattern | not_law
ALTER POLICY not_law ON reg.enrolment USING (course NOT LIKE '%LAW%');
-- policy that checks what it shows | not_law
DROP POLICY not_law ON reg.enrolment;
CREATE POLICY not_law ON reg.enrolment AS RESTRICTIVE FOR ALL TO clerk USING (course NOT LIKE 'LAW%');
-- policy with another setting | everything
ALTER POLICY everything ON exam.scratch USING (k <> 'secret' AND current_setting('app.role', true) IS NULL);
-- grant missing | exam.result_old
REVOKE SELECT ON exam.result_old FROM clerk;
-- grant of the table instead of its columns | reg.person
GRANT SELECT, UPDATE ON reg.person TO clerk;
-- create in a schema | reg
GRANT CREATE ON SCHEMA reg TO clerk;
-- default privileges too many | exam
ALTER DEFAULT PRIVILEGES IN SCHEMA exam GRANT INSERT ON TABLES TO clerk;
-- default privileges of functions forgotten | functions
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
-- publication with another condition | reg.course in marks
ALTER PUBLICATION marks SET TABLE reg.enrolment (person_id, course, attempt, mark), reg.course WHERE (level = 'D');
