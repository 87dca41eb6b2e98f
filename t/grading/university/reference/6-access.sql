-- Row-level security, privileges, publications.
ALTER TABLE reg.enrolment ENABLE ROW LEVEL SECURITY;
CREATE POLICY see_all ON reg.enrolment FOR SELECT TO auditor USING (true);
CREATE POLICY see_graded ON reg.enrolment FOR SELECT TO clerk USING (mark IS NOT NULL AND graded_at < '2023-01-01');
CREATE POLICY clerk_adds ON reg.enrolment FOR INSERT TO clerk WITH CHECK (attempt = 1);
CREATE POLICY not_law ON reg.enrolment AS RESTRICTIVE FOR ALL TO clerk USING (course NOT LIKE 'LAW%') WITH CHECK (course NOT LIKE 'LAW%' AND mark IS NULL);
ALTER TABLE exam.scratch ENABLE ROW LEVEL SECURITY;
ALTER TABLE exam.scratch FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON exam.scratch USING (k <> 'secret' AND current_setting('app.user', true) IS NULL);

GRANT USAGE ON SCHEMA reg, exam TO clerk;
GRANT USAGE ON SCHEMA reg TO auditor;
GRANT USAGE ON SCHEMA calc TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA exam TO clerk;
GRANT SELECT, INSERT, UPDATE, DELETE ON reg.enrolment TO clerk, auditor;
GRANT SELECT ON reg.course, reg.country TO PUBLIC;
GRANT SELECT (person_id, surname), UPDATE (surname) ON reg.person TO clerk;
GRANT REFERENCES (code), TRIGGER ON reg.course TO auditor;
GRANT SELECT, TRUNCATE ON reg.logbook TO auditor WITH GRANT OPTION;
GRANT SELECT ON reg.active_students, reg.teacher_load TO clerk;
GRANT USAGE ON SEQUENCE reg.matricula_seq TO clerk;
REVOKE EXECUTE ON FUNCTION reg.may_attend(integer, text), reg.register(text, text, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reg.may_attend(integer, text) TO clerk;
REVOKE EXECUTE ON ALL PROCEDURES IN SCHEMA reg FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE reg.grade(integer, text, integer, integer) TO auditor;
REVOKE USAGE ON DOMAIN reg.code FROM PUBLIC;
GRANT USAGE ON TYPE reg.code TO clerk;
ALTER DEFAULT PRIVILEGES IN SCHEMA exam GRANT SELECT ON TABLES TO clerk;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE PUBLICATION marks FOR TABLE reg.enrolment (person_id, course, attempt, mark), reg.course WHERE (level <> 'D') WITH (publish = 'insert, delete');
CREATE PUBLICATION results FOR TABLE exam.result WITH (publish_via_partition_root = true);
