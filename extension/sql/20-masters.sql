-- ---------------------------------------------------------------------------
-- Whose labs one sees.  A lab is its owner's and theirs whom its spec names as masters;
-- everything else follows from the rows of lab.labs that a statement sees.  Subqueries
-- of policies do not depend on the row: they are computed once a statement and scan,
-- and hashed.  Superusers, background workers and what labcreator does for its callers
-- are not bound by policies; who has no policy of their own sees nothing.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.mine(owner oid, masters oid[])
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lab_mine';
COMMENT ON FUNCTION lab.mine(oid, oid[]) IS 'may who asks see a lab of these, and act on it?';
GRANT EXECUTE ON FUNCTION lab.mine(oid, oid[]) TO lab_master;

-- The outbox and what is known of targets speak of labs by name, and of some that are gone.
CREATE TABLE lab.names (
	name text PRIMARY KEY,
	owner regrole NOT NULL,
	masters regrole[] NOT NULL
);
COMMENT ON TABLE lab.names IS 'whose a lab is or was, by its name';

CREATE FUNCTION lab.note_name()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- A name that goes to somebody else takes nothing of the past along.
	DELETE FROM lab.drift d
	USING lab.names n
	WHERE n.name = NEW.name AND n.owner <> NEW.owner AND d.lab = n.name;

	INSERT INTO lab.names (name, owner, masters)
	VALUES (NEW.name, NEW.owner, NEW.masters)
	ON CONFLICT (name) DO UPDATE SET owner = EXCLUDED.owner, masters = EXCLUDED.masters;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.note_name() IS 'trigger: keeps lab.names';
CREATE TRIGGER note_name AFTER INSERT OR UPDATE OF name, owner, masters ON lab.labs
	FOR EACH ROW EXECUTE FUNCTION lab.note_name();

GRANT SELECT ON lab.names TO lab_master;

ALTER TABLE lab.labs ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.labs FOR SELECT TO lab_master USING (lab.mine(owner, masters));
ALTER TABLE lab.names ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.names FOR SELECT TO lab_master USING (lab.mine(owner, masters));

ALTER TABLE lab.participants ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.participants FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));
ALTER TABLE lab.kept ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.kept FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));
ALTER TABLE lab.tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.tasks FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));
ALTER TABLE lab.checks ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.checks FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));
ALTER TABLE lab.activity ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.activity FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));

ALTER TABLE lab.results ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.results FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.progress ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.progress FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.error_counts ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.error_counts FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.events ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.events FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.passes ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.passes FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.done_tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.done_tasks FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.task_scores ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.task_scores FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.hands ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.hands FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.answers FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.signals ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.signals FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));

ALTER TABLE lab.pace ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.pace FOR SELECT TO lab_master USING (check_id IN (SELECT c.id FROM lab.checks c));
ALTER TABLE lab.task_pace ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.task_pace FOR SELECT TO lab_master USING (task_id IN (SELECT t.id FROM lab.tasks t));

-- Rows without a lab are known by their subject: an account, a group, or a target as a whole.
ALTER TABLE lab.outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.outbox FOR SELECT TO lab_master
	USING (lab IN (SELECT n.name FROM lab.names n)
		OR lab IS NULL AND (subject IN ('directory', 'operations', 'file')
			OR subject IN (SELECT 'account ' || p.login FROM lab.participants p)
			OR subject IN (SELECT 'group ' || n.name FROM lab.names n)));
ALTER TABLE lab.drift ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.drift FOR SELECT TO lab_master
	USING (lab IN (SELECT n.name FROM lab.names n)
		OR lab IS NULL AND (subject IN ('directory', 'operations', 'file')
			OR subject IN (SELECT 'account ' || p.login FROM lab.participants p)
			OR subject IN (SELECT 'group ' || n.name FROM lab.names n)));
ALTER TABLE lab.dashboards ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.dashboards FOR SELECT TO lab_master
	USING (lab IS NULL OR lab IN (SELECT n.name FROM lab.names n));

ALTER TABLE lab.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE lab.directory ENABLE ROW LEVEL SECURITY;

