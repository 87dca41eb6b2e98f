-- ---------------------------------------------------------------------------
-- The lab master's functions.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab_create(spec jsonb)
RETURNS TABLE (login name, name text, database name, password text, connect text)
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_create';
COMMENT ON FUNCTION lab_create(jsonb) IS
	'checks a lab''s spec, derives its checks from the reference, records the lab and creates its logins; returns the initial passwords, once';

CREATE FUNCTION lab_preview(spec jsonb)
RETURNS TABLE (task text, kind text, object text, points numeric, surprise text)
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_preview';
COMMENT ON FUNCTION lab_preview(jsonb) IS
	'what lab_create() would grade, with points and with what may surprise; tries the reference against itself; records nothing';

-- What a lab master should know of a check before the class does; NULL: nothing.
CREATE FUNCTION lab.surprise(c lab.checks)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN c.kept THEN 'the starter has it already: it earns nothing'
		WHEN c.kind = 'extension' AND NOT coalesce((
				SELECT bool_or(v.trusted)
				FROM pg_available_extension_versions v
				WHERE quote_ident(v.name) = c.object), false)
			OR c.kind IN ('event_trigger', 'foreign_data_wrapper', 'language', 'operator_class', 'operator_family',
				'subscription', 'text_search_parser', 'text_search_template', 'transform')
			OR c.kind = 'function' AND c.definition ->> 'language' IN ('c', 'internal')
			THEN 'only a superuser can make it: put it into the starter'
		WHEN c.kind = 'rows' AND left_out.columns IS NOT NULL
			THEN 'not compared, since their default is another one each time: ' || left_out.columns
		WHEN c.kind = 'rows' AND (c.definition ->> 'rows')::numeric > 0 AND NOT EXISTS (
				SELECT
				FROM lab.checks k
				WHERE k.lab_id = c.lab_id AND k.owner = c.owner AND k.kind IN ('primary_key', 'unique'))
			THEN 'no key tells its rows apart: equal rows count each'
		WHEN c.kind = 'query' AND (c.definition -> 'ordered' = 'true' OR c.definition -> 'order' IS NOT NULL)
			AND c.definition ->> 'query' !~* 'order\s+by'
			THEN 'compared in order, and no ORDER BY says which'
		WHEN c.definition ->> 'compared by' = 'source'
			THEN 'compared by its text: it gives something else each time, or no input can be made for it'
		WHEN c.definition ? 'compared by query'
			THEN 'compared by its query: its result is another one each time'
	END
	FROM (
		SELECT string_agg(split_part(k.object, '.', 3), ', ' ORDER BY k.id)
		FROM lab.checks k
		WHERE c.kind = 'rows' AND k.lab_id = c.lab_id AND k.owner = c.owner AND k.kind = 'column'
			AND NOT EXISTS (
				SELECT
				FROM jsonb_object_keys(c.definition -> 'columns') AS name
				WHERE format('%s.%I', c.owner, name) = k.object)
	) AS left_out (columns)
$$;
COMMENT ON FUNCTION lab.surprise(lab.checks) IS 'what may surprise a class about a check';

CREATE FUNCTION lab.preview(lab_id integer)
RETURNS TABLE (task text, kind text, object text, points numeric, surprise text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.name, c.kind, c.object, trim_scale(round(c.points, 3)), lab.surprise(c)
	FROM lab.checks c
	JOIN lab.tasks t ON t.id = c.task_id
	WHERE c.lab_id = $1
	ORDER BY t.position, c.id
$$;
COMMENT ON FUNCTION lab.preview(integer) IS 'the rows of lab_preview()';

CREATE FUNCTION lab_drop(lab text, keep_databases boolean DEFAULT false)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_drop';
COMMENT ON FUNCTION lab_drop(text, boolean) IS
	'removes a lab with the databases and logins that labcreator made for it; CALL lab_wait(lab) returns when all are gone';

CREATE FUNCTION lab_evaluate(lab text, login text DEFAULT NULL)
RETURNS integer
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_evaluate';
COMMENT ON FUNCTION lab_evaluate(text, text) IS
	'compares one participant''s database, or all of the lab''s, with the reference now; returns how many, when the results are stored';

CREATE FUNCTION lab_reconcile(lab text)
RETURNS TABLE (target text, subject text, what text)
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_reconcile';
COMMENT ON FUNCTION lab_reconcile(text) IS
	'compares LDAP, Grafana and the exporter''s file with what is wanted and repairs them; returns what had drifted, when it is repaired';

CREATE FUNCTION lab_reset_password(lab text, login text)
RETURNS text
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_reset_password';
COMMENT ON FUNCTION lab_reset_password(text, text) IS
	'gives a participant a new initial password, in Postgres or in LDAP, and returns it, once';

CREATE FUNCTION lab_hba()
RETURNS SETOF text
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lab_hba';
COMMENT ON FUNCTION lab_hba() IS 'the lines of pg_hba.conf that let participants in, by this server''s settings';

CREATE FUNCTION lab_progress(lab text DEFAULT NULL)
RETURNS TABLE (lab text, login name, name text, team text, state text, passed integer, total integer,
	score numeric(5,2), last_progress timestamptz, last_seen timestamptz, signal text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.name, p.login, p.name, p.team,
		CASE
			WHEN l.state = 'dropping' THEN 'dropping'
			WHEN p.state <> 'ready' THEN p.state
			WHEN p.total > 0 AND p.passed = p.total THEN 'done'
			WHEN coalesce(p.last_seen, a.first_seen) IS NULL THEN 'not started'
			ELSE 'working'
		END,
		p.passed, p.total, p.score, p.last_progress, greatest(p.last_seen, a.last_statement), s.signal
	FROM lab.participants p
	JOIN lab.labs l ON l.id = p.lab_id
	LEFT JOIN lab.activity a ON a.participant_id = p.id
	LEFT JOIN LATERAL (
		SELECT g.signal
		FROM lab.signals g
		WHERE g.participant_id = p.id
		ORDER BY lab.signal_rank(g.signal), g.since, g.signal
		LIMIT 1
	) s ON true
	WHERE $1 IS NULL OR l.name = $1
	ORDER BY l.name, p.score DESC, p.last_progress NULLS LAST, p.login
$$;
COMMENT ON FUNCTION lab_progress(text) IS 'the class at a glance; score in percent of the points';

CREATE FUNCTION lab_results(lab text, login text)
RETURNS TABLE (task text, kind text, object text, status text, points numeric, detail text, since timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.name, c.kind, c.object,
		CASE
			WHEN r.status IS NULL THEN 'pending'
			WHEN c.kept AND r.status = 'pass' THEN 'kept'
			ELSE r.status
		END,
		CASE WHEN r.status = 'pass' THEN trim_scale(round(c.points, 3)) ELSE 0 END,
		r.detail, r.since
	FROM lab.labs l
	JOIN lab.participants p ON p.lab_id = l.id
	JOIN lab.checks c ON c.lab_id = l.id
	JOIN lab.tasks t ON t.id = c.task_id
	LEFT JOIN lab.results r ON r.participant_id = p.id AND r.check_id = c.id
	WHERE l.name = $1 AND p.login = $2::name
	ORDER BY t.position, c.id
$$;
COMMENT ON FUNCTION lab_results(text, text) IS
	'one participant, check by check; status is pass, fail, error, kept (the starter had it) or pending; points as earned';

CREATE FUNCTION lab_checks(lab text)
RETURNS TABLE (task text, kind text, object text, points numeric, definition text, hint text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.name, c.kind, c.object, trim_scale(round(c.points, 3)), c.definition::text, t.hint
	FROM lab.labs l
	JOIN lab.checks c ON c.lab_id = l.id
	JOIN lab.tasks t ON t.id = c.task_id
	WHERE l.name = $1
	ORDER BY t.position, c.id
$$;
COMMENT ON FUNCTION lab_checks(text) IS 'what the reference asks for, with the points of each check';

CREATE FUNCTION lab.nap(seconds double precision)
RETURNS double precision
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_nap';
COMMENT ON FUNCTION lab.nap(double precision) IS
	'sleeps; returns the seconds of a clock that only goes forward, whatever becomes of the system''s clock';
GRANT EXECUTE ON FUNCTION lab.nap(double precision) TO lab_master;

CREATE PROCEDURE lab_wait(lab text, timeout interval DEFAULT '5 minutes')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	deadline CONSTANT double precision := lab.nap(0) + extract(epoch FROM timeout);
	told text := '';
	seen boolean := false;
	now_at record;
	accounts record;
	news text;
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION USING ERRCODE = 'active_sql_transaction',
			MESSAGE = 'lab_wait must run in a READ COMMITTED transaction',
			HINT = 'It waits for what other processes commit.';
	END IF;
	LOOP
		-- An archived participant has no database, and is as they should be.
		SELECT l.state, l.xmin = pg_current_xact_id_if_assigned()::xid AS mine,
			count(p.id) FILTER (WHERE p.state <> 'archived') AS wanted,
			count(p.id) FILTER (WHERE p.state = 'ready' AND p.evaluated IS NOT NULL AND p.revision = l.revision) AS ready,
			count(p.id) FILTER (WHERE p.state = 'dropping') AS going,
			count(p.id) FILTER (WHERE p.state IN ('failed', 'dropping') AND p.attempts >= 3) AS failed,
			min(p.login || ': ' || p.error) FILTER (WHERE p.error IS NOT NULL) AS error
		INTO now_at
		FROM lab.labs l
		LEFT JOIN lab.participants p ON p.lab_id = l.id
		WHERE l.name = lab_wait.lab
		GROUP BY l.id;

		-- What LDAP has not been told yet.  A newer row of a subject that was refused is another chance.
		SELECT count(o.subject) AS waiting,
			count(o.subject) FILTER (WHERE o.attempts >= 3) AS refused,
			coalesce(max(t.missing), max(t.error), min(o.subject || ': ' || o.error)) AS error
		INTO accounts
		FROM (
			SELECT target, subject, min(attempts) AS attempts, max(error) AS error
			FROM lab.outbox
			WHERE target = 'ldap' AND outbox.lab = lab_wait.lab
			GROUP BY target, subject
		) o
		LEFT JOIN lab.targets t ON t.target = o.target;

		IF now_at IS NULL AND accounts.waiting = 0 THEN
			-- A lab that lab_drop() has just removed is not there any more: no error.
			RAISE NOTICE '%', format(CASE WHEN seen THEN 'lab "%s" is removed' ELSE 'there is no lab "%s"' END, lab);
			RETURN;
		END IF;
		IF now_at.mine THEN
			RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
				MESSAGE = format('lab "%s" was changed in this transaction', lab),
				DETAIL = 'Its databases are made after the commit.',
				HINT = 'Commit, then call lab_wait again.';
		END IF;

		seen := now_at IS NULL OR now_at.state = 'dropping';
		news := CASE
			WHEN seen OR now_at.state = 'archived' THEN format('lab "%s": %s databases to remove', lab, coalesce(now_at.wanted, 0))
			ELSE format('lab "%s": %s of %s databases are ready', lab, now_at.ready, now_at.wanted - now_at.going)
				|| CASE WHEN now_at.going > 0 THEN format(', %s to remove', now_at.going) ELSE '' END
		END || CASE WHEN accounts.waiting > 0 THEN format(', %s changes for LDAP', accounts.waiting) ELSE '' END;
		IF news <> told THEN
			RAISE NOTICE '%', news;
			told := news;
		END IF;
		IF NOT seen AND now_at.ready = now_at.wanted AND accounts.waiting = 0 THEN
			RETURN;
		END IF;
		IF accounts.refused > 0 AND accounts.refused = accounts.waiting AND (now_at IS NULL OR now_at.ready = now_at.wanted) THEN
			RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
				MESSAGE = format('lab "%s": LDAP refuses %s changes', lab, accounts.refused),
				DETAIL = accounts.error,
				HINT = 'They are tried again by themselves; lab_status() shows all of them.';
		END IF;
		IF now_at.failed > 0 AND now_at.ready + now_at.failed = now_at.wanted THEN
			RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
				MESSAGE = format('lab "%s": %s databases could not be %s', lab, now_at.failed,
					CASE now_at.state WHEN 'active' THEN 'made or removed' ELSE 'removed' END),
				DETAIL = now_at.error,
				HINT = 'It is tried again by itself; lab_status() shows the state.';
		END IF;
		IF lab.nap(0.05) >= deadline THEN
			RAISE EXCEPTION USING ERRCODE = 'query_canceled',
				MESSAGE = news,
				DETAIL = coalesce(now_at.error, accounts.error, format('It was not complete after %s.', timeout)),
				HINT = 'lab_status() shows what it waits for.';
		END IF;
	END LOOP;
END
$$;
COMMENT ON PROCEDURE lab_wait(text, interval) IS
	'returns when all that is wanted of the lab is done: databases are made and were compared with its checks as they are now, those that are not wanted are gone';

