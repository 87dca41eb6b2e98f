-- Triggers and rules.
CREATE FUNCTION reg.check_state() RETURNS trigger LANGUAGE plpgsql SET search_path = reg, pg_temp
AS $$
BEGIN
	IF OLD.state = 'expelled' AND NEW.state <> 'expelled' THEN
		RAISE EXCEPTION 'an expelled person stays expelled' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER trg_state BEFORE UPDATE OF state ON reg.person
	FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION reg.check_state();

CREATE FUNCTION reg.tidy_person() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	NEW.e_mail := btrim(NEW.e_mail);
	IF TG_OP = 'INSERT' THEN
		NEW.given_name := initcap(NEW.given_name);
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER trg_tidy BEFORE INSERT OR UPDATE ON reg.person FOR EACH ROW EXECUTE PROCEDURE reg.tidy_person();

CREATE FUNCTION reg.log_change() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		INSERT INTO reg.logbook (what, detail) VALUES (TG_TABLE_NAME || ' ' || lower(TG_OP), to_jsonb(OLD) - 'search');
		RETURN OLD;
	END IF;
	INSERT INTO reg.logbook (what, detail) VALUES (TG_TABLE_NAME || ' ' || lower(TG_OP), to_jsonb(NEW) - 'search');
	RETURN NEW;
END
$$;
CREATE TRIGGER trg_log AFTER INSERT OR UPDATE OR DELETE ON reg.course FOR EACH ROW EXECUTE FUNCTION reg.log_change();
CREATE TRIGGER trg_log AFTER DELETE ON reg.student FOR EACH ROW EXECUTE FUNCTION reg.log_change();

CREATE FUNCTION reg.count_enrolled() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	INSERT INTO reg.logbook (what, detail)
	SELECT TG_ARGV[0] || ' ' || lower(TG_OP), jsonb_object_agg(course, n)
	FROM (SELECT course, count(*) AS n FROM touched GROUP BY course) t;
	RETURN NULL;
END
$$;
CREATE TRIGGER trg_count_new AFTER INSERT ON reg.enrolment REFERENCING NEW TABLE AS touched
	FOR EACH STATEMENT EXECUTE FUNCTION reg.count_enrolled('enrolled');
CREATE TRIGGER trg_count_old AFTER DELETE ON reg.enrolment REFERENCING OLD TABLE AS touched
	FOR EACH STATEMENT EXECUTE FUNCTION reg.count_enrolled('left', '2');

CREATE FUNCTION reg.enough_places() RETURNS trigger LANGUAGE plpgsql
AS $$
DECLARE
	places integer;
BEGIN
	SELECT (settings ->> 'places')::integer INTO places FROM reg.course WHERE code = NEW.course;
	IF (SELECT count(*) FROM reg.enrolment WHERE course = NEW.course AND mark IS NULL) > places THEN
		RAISE EXCEPTION 'course % is full', NEW.course USING ERRCODE = 'P0001';
	END IF;
	RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER trg_places AFTER INSERT OR UPDATE OF course ON reg.enrolment
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reg.enough_places();

CREATE FUNCTION reg.no_loop() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	IF EXISTS (SELECT FROM reg.all_prerequisites a WHERE a.course = a.needs) THEN
		RAISE EXCEPTION 'courses that need each other' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER trg_no_loop AFTER INSERT OR UPDATE ON reg.prerequisite FOR EACH STATEMENT EXECUTE FUNCTION reg.no_loop();

CREATE FUNCTION reg.forbid() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'the logbook is not changed' USING ERRCODE = 'object_not_in_prerequisite_state'; END $$;
CREATE TRIGGER trg_forbid BEFORE UPDATE OR DELETE OR TRUNCATE ON reg.logbook FOR EACH STATEMENT EXECUTE FUNCTION reg.forbid();

CREATE FUNCTION reg.own_marks_change() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO reg.course (code, title, level) VALUES (NEW.code, NEW.title, coalesce(NEW.level, 'B'));
		RETURN NEW;
	ELSIF TG_OP = 'DELETE' THEN
		DELETE FROM reg.course WHERE code = OLD.code;
		RETURN OLD;
	END IF;
	UPDATE reg.course SET title = NEW.title WHERE code = OLD.code;
	RETURN NEW;
END
$$;
CREATE VIEW reg.course_names AS SELECT DISTINCT code, title, level FROM reg.course;
CREATE TRIGGER trg_change INSTEAD OF INSERT OR UPDATE OR DELETE ON reg.course_names FOR EACH ROW EXECUTE FUNCTION reg.own_marks_change();

CREATE FUNCTION exam.round_points() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN NEW.points := round(NEW.points); RETURN NEW; END $$;
CREATE TRIGGER trg_round BEFORE INSERT ON exam.result FOR EACH ROW EXECUTE FUNCTION exam.round_points();

CREATE FUNCTION exam.touch() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN NEW.v := upper(NEW.v); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT ON exam.scratch FOR EACH ROW EXECUTE FUNCTION exam.touch();
ALTER TABLE exam.scratch ENABLE ALWAYS TRIGGER touch;
CREATE TRIGGER touch_off BEFORE UPDATE ON exam.scratch FOR EACH ROW EXECUTE FUNCTION exam.touch();
ALTER TABLE exam.scratch DISABLE TRIGGER touch_off;

CREATE RULE country_stays AS ON DELETE TO reg.country DO INSTEAD NOTHING;
CREATE RULE room_log AS ON UPDATE TO reg.room WHERE NEW.places <> OLD.places
	DO ALSO INSERT INTO reg.logbook (what, detail) VALUES ('room', jsonb_build_object('was', OLD.places, 'is', NEW.places));
CREATE RULE teacher_view_insert AS ON INSERT TO reg.teachers_above
	DO INSTEAD INSERT INTO reg.lecturer (person_id, salary) VALUES (NEW.person_id, NEW.salary);
COMMENT ON TRIGGER trg_state ON reg.person IS 'no way back';
