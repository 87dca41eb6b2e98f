-- Triggers, rules, policies, privileges, publications.
-- names of triggers
ALTER TRIGGER trg_state ON reg.person RENAME TO a;
ALTER TRIGGER trg_log ON reg.course RENAME TO b;
ALTER TRIGGER trg_places ON reg.enrolment RENAME TO c;
ALTER TRIGGER touch ON exam.scratch RENAME TO d;
ALTER RULE country_stays ON reg.country RENAME TO e;
ALTER RULE room_log ON reg.room RENAME TO f;
-- trigger made again, events in another order
DROP TRIGGER trg_log ON reg.course;
CREATE TRIGGER log_it AFTER DELETE OR UPDATE OR INSERT ON reg.course FOR EACH ROW EXECUTE PROCEDURE reg.log_change();
-- trigger's WHEN written otherwise
DROP TRIGGER trg_state ON reg.person;
CREATE TRIGGER t BEFORE UPDATE OF state ON reg.person FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION reg.check_state();
COMMENT ON TRIGGER t ON reg.person IS 'no way back';
-- state's trigger function written otherwise
CREATE OR REPLACE FUNCTION reg.check_state() RETURNS trigger LANGUAGE plpgsql SET search_path = reg, pg_temp
AS $$ BEGIN IF OLD.state <> 'expelled' OR NEW.state = OLD.state THEN RETURN NEW; END IF; RAISE check_violation; END $$;
-- tidy by COALESCE and CASE
CREATE OR REPLACE FUNCTION reg.tidy_person() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN NEW.given_name = CASE TG_OP WHEN 'INSERT' THEN initcap(NEW.given_name) ELSE NEW.given_name END; SELECT trim(both FROM NEW.e_mail) INTO NEW.e_mail; RETURN NEW; END $$;
-- log without branches
CREATE OR REPLACE FUNCTION reg.log_change() RETURNS trigger LANGUAGE plpgsql
AS $$
DECLARE r jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
	INSERT INTO reg.logbook (detail, what) SELECT r - 'search', concat_ws(' ', TG_RELNAME, lower(TG_OP));
	RETURN NULL;
END $$;
-- counts with a loop
CREATE OR REPLACE FUNCTION reg.count_enrolled() RETURNS trigger LANGUAGE plpgsql
AS $$
DECLARE r record; d jsonb;
BEGIN
	FOR r IN SELECT course, count(*) AS n FROM touched GROUP BY course LOOP
		d := coalesce(d, '{}') || jsonb_build_object(r.course, r.n);
	END LOOP;
	INSERT INTO reg.logbook (what, detail) VALUES (format('%s %s', TG_ARGV[0], lower(TG_OP)), d);
	RETURN NULL;
END $$;
-- places in one statement
CREATE OR REPLACE FUNCTION reg.enough_places() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM FROM reg.course c WHERE c.code = NEW.course AND (c.settings ->> 'places')::integer < (SELECT count(*) FROM reg.enrolment e WHERE e.course = c.code AND e.mark IS NULL);
	IF FOUND THEN RAISE EXCEPTION USING MESSAGE = 'no place left'; END IF;
	RETURN NEW;
END $$;
-- loops found by a query of its own
CREATE OR REPLACE FUNCTION reg.no_loop() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	IF (WITH RECURSIVE r AS (SELECT course, needs FROM reg.prerequisite UNION SELECT r.course, p.needs FROM r JOIN reg.prerequisite p ON r.needs = p.course) SELECT count(*) FROM r WHERE course = needs) > 0 THEN
		RAISE SQLSTATE '23000' USING MESSAGE = 'a loop';
	END IF;
	RETURN NULL;
END $$;
-- forbids with another message
CREATE OR REPLACE FUNCTION reg.forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '55000' USING MESSAGE = format('%s of %s', TG_OP, TG_TABLE_NAME), HINT = 'never'; END $$;
-- view's trigger with CASE
CREATE OR REPLACE FUNCTION reg.own_marks_change() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	CASE TG_OP
		WHEN 'INSERT' THEN INSERT INTO reg.course (title, code, level) SELECT NEW.title, NEW.code, CASE WHEN NEW.level IS NULL THEN 'B' ELSE NEW.level END;
		WHEN 'UPDATE' THEN UPDATE reg.course c SET title = NEW.title WHERE c.code = OLD.code;
		WHEN 'DELETE' THEN DELETE FROM reg.course c USING (SELECT OLD.code AS k) o WHERE c.code = o.k; RETURN OLD;
	END CASE;
	RETURN NEW;
END $$;
-- partitioned table's rounding by a cast
CREATE OR REPLACE FUNCTION exam.round_points() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.points = NEW.points::numeric(5,0); RETURN NEW; END $$;
-- rules written otherwise
DROP RULE country_stays ON reg.country;
CREATE RULE a AS ON DELETE TO reg.country WHERE true DO INSTEAD NOTHING;
DROP RULE a ON reg.country;
CREATE OR REPLACE RULE b AS ON DELETE TO reg.country DO INSTEAD NOTHING;
DROP RULE room_log ON reg.room;
CREATE RULE c AS ON UPDATE TO reg.room WHERE OLD.places != NEW.places DO ALSO INSERT INTO reg.logbook (detail, what) SELECT jsonb_build_object('is', NEW.places, 'was', OLD.places), 'room';
-- policies written otherwise
DROP POLICY see_graded ON reg.enrolment;
CREATE POLICY see_graded ON reg.enrolment AS PERMISSIVE FOR SELECT TO clerk USING (graded_at < timestamp '2023-01-01 00:00' AND NOT mark IS NULL);
ALTER POLICY clerk_adds ON reg.enrolment WITH CHECK (1 = attempt);
ALTER POLICY not_law ON reg.enrolment USING (left(course, 3) <> 'LAW') WITH CHECK (mark IS NULL AND NOT course LIKE 'LAW%');
ALTER POLICY see_all ON reg.enrolment USING (1 = 1);
-- row-level security off and on again
ALTER TABLE reg.enrolment DISABLE ROW LEVEL SECURITY;
ALTER TABLE reg.enrolment FORCE ROW LEVEL SECURITY;
ALTER TABLE reg.enrolment NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reg.enrolment ENABLE ROW LEVEL SECURITY;
-- policy for all with its check spelt out
DROP POLICY everything ON exam.scratch;
CREATE POLICY everything ON exam.scratch FOR ALL TO PUBLIC USING (current_setting('app.user', true) IS NULL AND k != 'secret') WITH CHECK (k <> 'secret' AND current_setting('app.user', true) IS NULL);
-- grants one by one
REVOKE ALL ON reg.enrolment FROM clerk, auditor;
GRANT SELECT ON reg.enrolment TO auditor;
GRANT DELETE, UPDATE, INSERT ON reg.enrolment TO auditor;
GRANT DELETE, INSERT, UPDATE, SELECT ON reg.enrolment TO clerk;
REVOKE ALL ON reg.logbook FROM auditor;
GRANT TRUNCATE, SELECT ON reg.logbook TO auditor WITH GRANT OPTION;
-- grants of columns one by one
REVOKE ALL ON reg.person FROM clerk;
REVOKE ALL (person_id, surname) ON reg.person FROM clerk;
GRANT UPDATE (surname) ON reg.person TO clerk;
GRANT SELECT (surname) ON reg.person TO clerk;
GRANT SELECT (person_id) ON reg.person TO clerk;
-- grants given and taken back
GRANT ALL ON ALL TABLES IN SCHEMA calc TO clerk;
REVOKE ALL ON ALL TABLES IN SCHEMA calc FROM clerk;
GRANT SELECT (code) ON reg.course TO clerk;
REVOKE SELECT (code) ON reg.course FROM clerk;
-- the owner's own grants spelt out
SELECT format('GRANT ALL ON reg.country, reg.person TO %I', CURRENT_USER) \gexec
SELECT format('GRANT ALL ON SCHEMA reg TO %I', CURRENT_USER) \gexec
SELECT format('GRANT EXECUTE ON FUNCTION calc.near TO PUBLIC, %I', CURRENT_USER) \gexec
-- default privileges in two steps
ALTER DEFAULT PRIVILEGES IN SCHEMA exam GRANT ALL ON TABLES TO clerk;
ALTER DEFAULT PRIVILEGES IN SCHEMA exam REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON TABLES FROM clerk;
DO $$ BEGIN IF current_setting('server_version_num')::int >= 170000 THEN ALTER DEFAULT PRIVILEGES IN SCHEMA exam REVOKE MAINTAIN ON TABLES FROM clerk; END IF; END $$;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE ALL ON ROUTINES FROM PUBLIC', CURRENT_USER) \gexec
-- publications by ALTER
DROP PUBLICATION marks;
CREATE PUBLICATION marks;
ALTER PUBLICATION marks ADD TABLE reg.course WHERE ('D' <> level);
ALTER PUBLICATION marks ADD TABLE reg.enrolment (mark, attempt, course, person_id);
ALTER PUBLICATION marks SET (publish = 'delete, insert');
-- trigger disabled and enabled
ALTER TABLE reg.person DISABLE TRIGGER USER;
ALTER TABLE reg.person ENABLE TRIGGER USER;
ALTER TABLE exam.scratch ENABLE REPLICA TRIGGER touch_off;
ALTER TABLE exam.scratch DISABLE TRIGGER touch_off;
-- trigger replaced in place
CREATE OR REPLACE TRIGGER trg_tidy BEFORE UPDATE OR INSERT ON reg.person FOR EACH ROW EXECUTE FUNCTION reg.tidy_person();
