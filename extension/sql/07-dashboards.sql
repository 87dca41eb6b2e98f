-- ---------------------------------------------------------------------------
-- Dashboards in Grafana.  The templates are files of the extension
-- (worker/dashboards): what differs from lab to lab are values of their variables,
-- their uid, title and time.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.dashboard_uid(kind text, lab text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format('lab-%s-%s', left(md5(i.id::text || coalesce($2, '')), 20), $1)
	FROM (SELECT id FROM lab.instance ORDER BY made LIMIT 1) AS i
$$;
COMMENT ON FUNCTION lab.dashboard_uid(text, text) IS 'the uid of a dashboard: the same as long as this installation lives';

-- The uid of the folder, and of the data source unless there is a setting.
CREATE FUNCTION lab.grafana_uid()
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'labcreator-' || left(md5(i.id::text), 16) FROM (SELECT id FROM lab.instance ORDER BY made LIMIT 1) AS i
$$;
COMMENT ON FUNCTION lab.grafana_uid() IS 'the uid of labcreator''s folder and data source in Grafana';

CREATE FUNCTION lab.dashboard_time(l lab.labs)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN l.name IS NULL OR w.opens > now() THEN '{"from": "now-1h", "to": "now"}'
		ELSE jsonb_build_object(
			'from', to_char(w.opens AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
			'to', CASE WHEN l.closes <= now() THEN to_char(l.closes AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') ELSE 'now' END)
	END
	FROM (SELECT CASE WHEN isfinite(l.opens) THEN l.opens ELSE l.created END AS opens) AS w
$$;
COMMENT ON FUNCTION lab.dashboard_time(lab.labs) IS 'a lab''s window, as far as it is over, for Grafana';

CREATE FUNCTION lab.dashboard(kind text, lab text, template jsonb)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT template || jsonb_build_object(
		'id', NULL,
		'uid', lab.dashboard_uid($1, $2),
		'title', CASE $1
			WHEN 'class' THEN format('%s (%s)', l.title, l.name)
			WHEN 'participant' THEN format('%s (%s): participant', l.title, l.name)
			ELSE template ->> 'title'
		END,
		'time', lab.dashboard_time(l),
		'refresh', CASE WHEN l.closes <= now() THEN '' ELSE template ->> 'refresh' END,
		'templating', jsonb_build_object('list', (
			SELECT jsonb_agg(v.variable || CASE v.variable ->> 'name'
					WHEN 'datasource' THEN jsonb_build_object('current', jsonb_build_object('selected', true, 'text', d.uid, 'value', d.uid))
					WHEN 'lab' THEN jsonb_build_object('current', jsonb_build_object('selected', true, 'text', $2, 'value', $2))
					WHEN 'class_board' THEN jsonb_build_object('query', lab.dashboard_uid('class', $2))
					WHEN 'participant_board' THEN jsonb_build_object('query', lab.dashboard_uid('participant', $2))
					ELSE '{}'
				END ORDER BY v.place)
			FROM jsonb_array_elements(template -> 'templating' -> 'list') WITH ORDINALITY AS v (variable, place))))
	FROM (SELECT coalesce(nullif(current_setting('labcreator.grafana_datasource'), ''), lab.grafana_uid()) AS uid) AS d
	LEFT JOIN lab.labs l ON l.name = $2
$$;
COMMENT ON FUNCTION lab.dashboard(text, text, jsonb) IS 'a template as the dashboard of a lab';

-- What Grafana must be told for one subject of the outbox; dashboard NULL: it is to go.
CREATE FUNCTION lab.dashboards_of(subject text, templates jsonb)
RETURNS TABLE (kind text, lab text, uid text, version integer, force boolean, dashboard jsonb)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH wanted AS (
		SELECT k.kind, l.name AS lab, lab.dashboard_uid(k.kind, l.name) AS uid
		FROM lab.labs l
		CROSS JOIN (VALUES ('class'), ('participant')) AS k (kind)
		WHERE 'lab ' || l.name = $1 AND l.state = 'active'
		UNION ALL
		SELECT 'operations', NULL, lab.dashboard_uid('operations', NULL)
		WHERE $1 = 'operations'
	), found AS (
		SELECT d.*
		FROM lab.dashboards d
		WHERE coalesce('lab ' || d.lab, d.kind) = $1
	)
	SELECT coalesce(w.kind, f.kind), coalesce(w.lab, f.lab), uid, f.version, coalesce(f.force, false),
		CASE WHEN w.kind IS NOT NULL THEN lab.dashboard(w.kind, w.lab, templates -> w.kind) END
	FROM wanted w
	FULL JOIN found f USING (uid)
	ORDER BY 1
$$;
COMMENT ON FUNCTION lab.dashboards_of(text, jsonb) IS 'the dashboards of one subject of the outbox, as they should be';

CREATE FUNCTION lab.announce_dashboards()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name CONSTANT text := CASE TG_OP WHEN 'DELETE' THEN OLD.name ELSE NEW.name END;
BEGIN
	INSERT INTO lab.outbox (target, subject, lab) VALUES ('grafana', 'lab ' || name, name);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.announce_dashboards() IS 'Grafana must be told of a lab';
CREATE TRIGGER announce_dashboards AFTER INSERT OR DELETE ON lab.labs
	FOR EACH ROW EXECUTE FUNCTION lab.announce_dashboards();
CREATE TRIGGER announce_changed_dashboards AFTER UPDATE ON lab.labs
	FOR EACH ROW WHEN ((OLD.title, OLD.opens, OLD.closes, OLD.state) IS DISTINCT FROM (NEW.title, NEW.opens, NEW.closes, NEW.state))
	EXECUTE FUNCTION lab.announce_dashboards();

-- What became of a dashboard.  Kind NULL: it is gone, as it should be.
CREATE FUNCTION lab.note_dashboard(uid text, kind text, lab text, version integer, state text, detail text)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	DELETE FROM lab.dashboards d WHERE d.uid = $1 AND $2 IS NULL;

	INSERT INTO lab.dashboards AS d (uid, kind, lab, version, state, detail)
	SELECT $1, $2, $3, $4, $5, $6
	WHERE $2 IS NOT NULL
	ON CONFLICT (uid) DO UPDATE
	SET version = CASE WHEN EXCLUDED.state = 'published' THEN EXCLUDED.version ELSE d.version END,
		state = EXCLUDED.state,
		detail = EXCLUDED.detail,
		force = false,
		since = CASE WHEN d.state = EXCLUDED.state THEN d.since ELSE EXCLUDED.since END
$$;
COMMENT ON FUNCTION lab.note_dashboard(text, text, text, integer, text, text) IS 'stores how a dashboard was found or left';

CREATE FUNCTION lab.publish(lab integer, force boolean)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE lab.dashboards d
	SET force = true
	FROM lab.labs l
	WHERE l.id = $1 AND d.lab = l.name AND $2;

	INSERT INTO lab.outbox (target, subject, lab)
	SELECT 'grafana', 'lab ' || l.name, l.name
	FROM lab.labs l
	WHERE l.id = $1
$$;
COMMENT ON FUNCTION lab.publish(integer, boolean) IS 'queues the dashboards of a lab';

CREATE FUNCTION lab_publish(lab text, force boolean DEFAULT false)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_publish';
COMMENT ON FUNCTION lab_publish(text, boolean) IS
	'publishes the dashboards of a lab anew; with force also those that somebody changed in Grafana';

