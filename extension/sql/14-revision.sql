-- ---------------------------------------------------------------------------
-- The life of a lab: what lab_alter(), lab_refresh(), lab_reset() and lab_archive()
-- do in the tables.  They hold the lab's row, so that no evaluation is stored meanwhile.
-- ---------------------------------------------------------------------------

-- Which parts of a spec are others than before, where that can be without a new reference.
CREATE FUNCTION lab.spec_changes(before jsonb, after jsonb, OUT settings boolean, OUT checks boolean, OUT connections boolean,
	OUT judged boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT before - '{participants,tasks,ignore,removed}'::text[] <> after - '{participants,tasks,ignore,removed}'::text[],
		(before -> 'tasks', before -> 'ignore') IS DISTINCT FROM (after -> 'tasks', after -> 'ignore'),
		before #> '{limits,connections}' IS DISTINCT FROM after #> '{limits,connections}',
		(before -> 'feedback', before -> 'extras', before -> 'ignore')
			IS DISTINCT FROM (after -> 'feedback', after -> 'extras', after -> 'ignore')
$$;
COMMENT ON FUNCTION lab.spec_changes(jsonb, jsonb) IS
	'what differs between two specs: settings, checks, the limit of connections, how results come about';

-- Participants as a new spec has them, but for those who are new.
CREATE FUNCTION lab.alter_participants(lab integer, logins name[], names text[], teams text[], emails text[], keep boolean,
	OUT removed integer, OUT changed integer)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	going name := p.login FROM lab.participants p WHERE p.lab_id = $1 AND p.state = 'dropping' AND p.login = ANY (logins) LIMIT 1;
BEGIN
	IF going IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'object_in_use',
			MESSAGE = format('participant "%s" is being removed', going),
			HINT = 'CALL lab_wait(lab), then try again.';
	END IF;

	UPDATE lab.participants p
	SET state = 'dropping',
		keep = alter_participants.keep,
		attempts = 0,
		retry_at = NULL,
		error = NULL
	WHERE p.lab_id = $1 AND p.state <> 'dropping' AND p.login <> ALL (logins);
	GET DIAGNOSTICS removed = ROW_COUNT;

	UPDATE lab.participants p
	SET name = w.name,
		team = w.team,
		email = w.email
	FROM unnest(logins, names, teams, emails) AS w (login, name, team, email)
	WHERE p.lab_id = $1 AND p.login = w.login AND (p.name, p.team, p.email) IS DISTINCT FROM (w.name, w.team, w.email);
	GET DIAGNOSTICS changed = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION lab.alter_participants(integer, name[], text[], text[], text[], boolean) IS
	'removes participants who are not listed, and renames others; how many';

-- The database of one who was removed with "removed": "keep", if it is what it was.
CREATE FUNCTION lab.kept_database(lab integer, login name, database name)
RETURNS oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT k.database_oid
	FROM lab.kept k
	JOIN pg_database d ON d.oid = k.database_oid AND d.datname = k.database
	JOIN lab.accounts a ON a.login = k.login AND a.role = k.role
	JOIN pg_roles r ON r.oid = k.role AND r.rolname = k.login
	WHERE k.lab_id = $1 AND k.login = $2 AND k.database = $3
$$;
COMMENT ON FUNCTION lab.kept_database(integer, name, name) IS 'the database that a participant left behind, or null';

-- Who comes back has it again, without anything being run in it.
CREATE FUNCTION lab.adopt(lab integer, login name)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE lab.participants p
	SET state = 'ready',
		database_oid = lab.kept_database($1, $2, p.database)
	WHERE p.lab_id = $1 AND p.login = $2 AND lab.kept_database($1, $2, p.database) IS NOT NULL;

	DELETE FROM lab.kept k WHERE k.lab_id = $1 AND k.login = $2;
$$;
COMMENT ON FUNCTION lab.adopt(integer, name) IS 'gives a participant the database that they left behind, if there is one';

-- A login has the largest limit of the labs that it is in.
CREATE FUNCTION lab.limit_connections(logins name[])
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong record;
BEGIN
	FOR wrong IN
		SELECT r.rolname, w.most
		FROM lab.accounts a
		JOIN pg_roles r ON r.oid = a.role AND r.rolname = a.login
		CROSS JOIN LATERAL (
			SELECT CASE
					WHEN bool_and(l.spec #> '{limits,connections}' IS NOT NULL) THEN max((l.spec #>> '{limits,connections}')::numeric)
					ELSE -1
				END::integer AS most
			FROM lab.participants p
			JOIN lab.labs l ON l.id = p.lab_id
			WHERE p.login = a.login AND p.state NOT IN ('dropping', 'archived')
			HAVING count(*) > 0
		) AS w
		WHERE a.login = ANY (logins) AND r.rolconnlimit <> w.most
	LOOP
		EXECUTE format('ALTER ROLE %I CONNECTION LIMIT %s', wrong.rolname, wrong.most);
	END LOOP;
END
$$;
COMMENT ON FUNCTION lab.limit_connections(name[]) IS 'sets how many sessions logins may have, as their labs say';

-- The window moves only where the spec's own did: what lab_open(), lab_close() and lab_extend() did stays.
CREATE FUNCTION lab.move_window(lab integer, opens_too boolean, opens timestamptz, closes_too boolean, closes timestamptz)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE lab.labs l
	SET opens = CASE WHEN opens_too THEN $3 ELSE l.opens END,
		closes = CASE WHEN closes_too THEN $5 ELSE l.closes END
	WHERE l.id = $1;

	UPDATE lab.participants p
	SET closes = NULL
	WHERE p.lab_id = $1 AND closes_too AND p.closes <= coalesce($5, 'infinity');
$$;
COMMENT ON FUNCTION lab.move_window(integer, boolean, timestamptz, boolean, timestamptz) IS
	'moves the window of a lab; who has more time by lab_extend() keeps it';

-- What would not have been kept at a lower level of activity goes.
CREATE FUNCTION lab.forget_activity(lab integer, level text)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	DELETE FROM lab.events e
	USING lab.participants p
	WHERE p.lab_id = $1 AND e.participant_id = p.id AND e.kind IN ('login', 'logout', 'error') AND $2 IN ('counts', 'none');

	DELETE FROM lab.error_counts e
	USING lab.participants p
	WHERE p.lab_id = $1 AND e.participant_id = p.id AND $2 = 'none';

	UPDATE lab.activity a
	SET (online, blocked_pid, blocked_since, first_seen, first_login, last_login, last_statement, active_since, logins,
			statements, errors, commits, previous, run_sqlstate, run_length, run_since, pair_scores, object, object_since,
			object_successes)
		= (DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT,
			DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT, DEFAULT,
			DEFAULT)
	WHERE a.lab_id = $1 AND $2 = 'none';
$$;
COMMENT ON FUNCTION lab.forget_activity(integer, text) IS 'deletes what is not kept of participants at this level of activity';

-- The tasks as a spec has them, in their order.  Tasks that are not named stay until they have no check.
CREATE FUNCTION lab.merge_tasks(lab integer, names text[], titles text[], points text[], hints text[])
RETURNS integer
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH changed AS (
		INSERT INTO lab.tasks AS t (lab_id, position, name, title, given_points, hint)
		SELECT $1, w.place, w.name, w.title, w.points::numeric, w.hint
		FROM unnest(names, titles, points, hints) WITH ORDINALITY AS w (name, title, points, hint, place)
		ON CONFLICT (lab_id, name) DO UPDATE
		SET position = EXCLUDED.position,
			title = EXCLUDED.title,
			given_points = EXCLUDED.given_points,
			hint = EXCLUDED.hint
		WHERE (t.position, t.title, t.given_points, t.hint)
			IS DISTINCT FROM (EXCLUDED.position, EXCLUDED.title, EXCLUDED.given_points, EXCLUDED.hint)
		RETURNING 1
	)
	SELECT count(*)::integer FROM changed
$$;
COMMENT ON FUNCTION lab.merge_tasks(integer, text[], text[], text[], text[]) IS 'makes or changes the tasks of a lab; how many';

-- Of rows in no order the text shows the first that came; what counts is the digest.
CREATE FUNCTION lab.asked(definition jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN jsonb_typeof(definition -> 'probes') = 'array' THEN definition || jsonb_build_object('probes', (
			SELECT jsonb_agg(CASE WHEN p.probe ? 'digest' THEN p.probe - 'value' ELSE p.probe END ORDER BY p.place)
			FROM jsonb_array_elements(definition -> 'probes') WITH ORDINALITY AS p (probe, place)))
		ELSE definition
	END
$$;
COMMENT ON FUNCTION lab.asked(jsonb) IS 'the definition of a check without what differs from one reading of the same reference to the next';

-- The checks as they should be.  One that asks for the same as before is the same check, with its results; one that asks
-- for something else of the same object keeps its place, and its results until they are found to be others.
CREATE FUNCTION lab.merge_checks(lab integer, tasks text[], kinds text[], objects text[], owners text[], definitions text[])
RETURNS TABLE (id integer, kind text, object text, owner text, definition text)
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH wanted AS MATERIALIZED (
		SELECT w.place, t.id AS task_id, w.kind, w.object, w.owner, w.definition, w.asked,
			row_number() OVER (PARTITION BY w.kind, w.object, w.owner, w.asked ORDER BY w.place) AS twin
		FROM (
			SELECT u.place, u.task, u.kind, u.object, u.owner, u.definition::jsonb, lab.asked(u.definition::jsonb) AS asked
			FROM unnest(tasks, kinds, objects, owners, definitions)
				WITH ORDINALITY AS u (task, kind, object, owner, definition, place)
		) AS w
		JOIN lab.tasks t ON t.lab_id = $1 AND t.name = w.task
	), present AS MATERIALIZED (
		SELECT c.*, row_number() OVER (PARTITION BY c.kind, c.object, c.owner, c.asked ORDER BY c.id) AS twin
		FROM (
			SELECT k.id, k.task_id, k.kind, k.object, k.owner, lab.asked(k.definition) AS asked
			FROM lab.checks k
			WHERE k.lab_id = $1
		) AS c
	), same AS MATERIALIZED (
		SELECT p.id, w.place, w.task_id, p.task_id AS old_task_id
		FROM present p
		JOIN wanted w USING (kind, object, owner, asked, twin)
	), other AS MATERIALIZED (
		SELECT p.id, w.place, w.task_id, w.owner, w.definition
		FROM (
			SELECT p.*, row_number() OVER (PARTITION BY p.kind, p.object ORDER BY p.id) AS number
			FROM present p
			WHERE p.id NOT IN (SELECT s.id FROM same s)
		) p
		JOIN (
			SELECT w.*, row_number() OVER (PARTITION BY w.kind, w.object ORDER BY w.place) AS number
			FROM wanted w
			WHERE w.place NOT IN (SELECT s.place FROM same s)
		) w USING (kind, object, number)
	), moved AS (
		UPDATE lab.checks c
		SET task_id = s.task_id
		FROM same s
		WHERE c.id = s.id AND s.task_id <> s.old_task_id
	), gone AS (
		DELETE FROM lab.checks c
		WHERE c.lab_id = $1 AND c.id NOT IN (SELECT s.id FROM same s) AND c.id NOT IN (SELECT o.id FROM other o)
	), changed AS (
		UPDATE lab.checks c
		SET task_id = o.task_id,
			owner = o.owner,
			definition = o.definition,
			kept = false
		FROM other o
		WHERE c.id = o.id
		RETURNING c.id, c.kind, c.object, c.owner, c.definition
	), added AS (
		INSERT INTO lab.checks (lab_id, task_id, kind, object, owner, definition)
		SELECT $1, w.task_id, w.kind, w.object, w.owner, w.definition
		FROM wanted w
		WHERE w.place NOT IN (SELECT s.place FROM same s) AND w.place NOT IN (SELECT o.place FROM other o)
		ORDER BY w.place
		RETURNING id, kind, object, owner, definition
	)
	SELECT c.id, c.kind, c.object, c.owner, c.definition::text FROM changed c
	UNION ALL
	SELECT a.id, a.kind, a.object, a.owner, a.definition::text FROM added a
	ORDER BY 1
$$;
COMMENT ON FUNCTION lab.merge_checks(integer, text[], text[], text[], text[], text[]) IS
	'makes a lab''s checks what is listed; returns those that are new or ask for something else';

-- The checks of a lab before they change, for lab.compare_checks().
CREATE FUNCTION lab.list_checks(lab integer)
RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'task', t.name, 'position', t.position, 'kind', c.kind,
		'object', c.object, 'asked', md5(lab.asked(c.definition)::text), 'points', c.points)), '[]')
	FROM lab.checks c
	JOIN lab.tasks t ON t.id = c.task_id
	WHERE c.lab_id = $1
$$;
COMMENT ON FUNCTION lab.list_checks(integer) IS 'the checks of a lab with their points';

CREATE FUNCTION lab.compare_checks(lab integer, before jsonb)
RETURNS TABLE (change text, task text, kind text, object text, points_before numeric, points_after numeric, other_task boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT
		CASE
			WHEN b.id IS NULL THEN 'added'
			WHEN a.id IS NULL THEN 'removed'
			WHEN a.asked <> b.asked THEN 'changed'
			ELSE 'kept'
		END,
		coalesce(a.task, b.task), coalesce(a.kind, b.kind), coalesce(a.object, b.object),
		trim_scale(round(b.points, 3)), trim_scale(round(a.points, 3)), a.task <> b.task
	FROM jsonb_to_recordset(before)
		AS b (id integer, task text, position integer, kind text, object text, asked text, points numeric)
	FULL JOIN jsonb_to_recordset(lab.list_checks($1))
		AS a (id integer, task text, position integer, kind text, object text, asked text, points numeric) USING (id)
	ORDER BY coalesce(a.position, b.position), id
$$;
COMMENT ON FUNCTION lab.compare_checks(integer, jsonb) IS 'what became of the checks that lab.list_checks() had listed';

-- Where everybody stands by the results that there are, when checks or their points are others.
CREATE FUNCTION lab.restate(lab integer)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	DELETE FROM lab.tasks t
	WHERE t.lab_id = $1 AND NOT EXISTS (SELECT FROM lab.checks c WHERE c.task_id = t.id);

	WITH standing AS (
		SELECT p.id, p.passed AS passed_before, p.total AS total_before, p.score AS score_before,
			count(*) FILTER (WHERE r.status = 'pass' AND c.points > 0) AS passed,
			count(*) FILTER (WHERE c.points > 0) AS total,
			coalesce(sum(c.points) FILTER (WHERE r.status = 'pass'), 0) AS earned,
			coalesce(sum(c.points), 0) AS points
		FROM lab.participants p
		LEFT JOIN lab.checks c ON c.lab_id = p.lab_id
		LEFT JOIN lab.results r ON r.participant_id = p.id AND r.check_id = c.id
		WHERE p.lab_id = $1
		GROUP BY p.id
	), moved AS (
		UPDATE lab.participants p
		SET passed = s.passed,
			total = s.total,
			earned = s.earned,
			points = s.points,
			score = CASE WHEN p.evaluated IS NULL THEN p.score ELSE lab.score(s.passed, s.total, s.earned, s.points) END
		FROM standing s
		WHERE p.id = s.id
			AND ((p.passed, p.total, p.earned, p.points) <> (s.passed, s.total, s.earned, s.points)
				OR p.evaluated IS NOT NULL AND p.score <> lab.score(s.passed, s.total, s.earned, s.points))
		RETURNING p.id, p.passed, p.total, p.score, p.evaluated
	)
	INSERT INTO lab.progress (participant_id, at, passed, total, score)
	SELECT m.id, clock_timestamp(), m.passed, m.total, m.score
	FROM moved m
	JOIN standing s ON s.id = m.id
	WHERE m.evaluated IS NOT NULL AND (m.passed, m.total, m.score) <> (s.passed_before, s.total_before, s.score_before);

	DELETE FROM lab.task_scores s
	USING lab.tasks t
	WHERE s.task_id = t.id AND t.lab_id = $1
		AND NOT EXISTS (SELECT FROM lab.checks c WHERE c.task_id = t.id AND c.points > 0);

	INSERT INTO lab.task_scores AS k (participant_id, task_id, ratio)
	SELECT p.id, c.task_id,
		lab.task_ratio(bool_and(coalesce(r.status = 'pass', false)), sum(c.points) FILTER (WHERE r.status = 'pass'), sum(c.points))
	FROM lab.participants p
	JOIN lab.checks c ON c.lab_id = p.lab_id AND c.points > 0
	LEFT JOIN lab.results r ON r.participant_id = p.id AND r.check_id = c.id
	WHERE p.lab_id = $1 AND p.evaluated IS NOT NULL
	GROUP BY p.id, c.task_id
	ON CONFLICT (participant_id, task_id) DO UPDATE SET ratio = EXCLUDED.ratio WHERE k.ratio <> EXCLUDED.ratio;

	DELETE FROM lab.done_tasks d
	USING lab.tasks t
	WHERE t.id = d.task_id AND t.lab_id = $1
		AND EXISTS (
			SELECT
			FROM lab.checks c
			LEFT JOIN lab.results r ON r.participant_id = d.participant_id AND r.check_id = c.id
			WHERE c.task_id = d.task_id AND r.status IS DISTINCT FROM 'pass');

	INSERT INTO lab.done_tasks (participant_id, task_id, at, took)
	SELECT s.participant_id, s.task_id, coalesce(w.at, now()), w.took
	FROM (
		SELECT p.id AS participant_id, c.task_id
		FROM lab.participants p
		JOIN lab.checks c ON c.lab_id = p.lab_id
		LEFT JOIN lab.results r ON r.participant_id = p.id AND r.check_id = c.id
		WHERE p.lab_id = $1
		GROUP BY p.id, c.task_id
		HAVING bool_and(coalesce(r.status = 'pass', false)) AND NOT bool_and(c.kept)
	) s
	CROSS JOIN lab.time_of_task(s.participant_id, s.task_id) w
	ON CONFLICT DO NOTHING;
$$;
COMMENT ON FUNCTION lab.restate(integer) IS 'scores, tasks done and history of a lab whose checks or points are others';

-- The participant's database is to be made anew; whether there was one to make anew.
CREATE FUNCTION lab.reset(lab integer, login name)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who lab.participants;
BEGIN
	SELECT * INTO who FROM lab.participants p WHERE p.lab_id = $1 AND p.login = $2 FOR UPDATE;
	IF who.state = 'ready' THEN
		UPDATE lab.participants p
		SET state = 'waiting',
			discarded_oid = p.database_oid,
			database_oid = NULL,
			attempts = 0,
			retry_at = NULL,
			error = NULL,
			evaluated = NULL,
			evaluation_error = NULL
		WHERE p.id = who.id;
		INSERT INTO lab.events (participant_id, kind) VALUES (who.id, 'reset');
		UPDATE lab.labs l SET state = l.state WHERE l.id = $1;		-- changed in this transaction, for who waits
	ELSIF who.state IN ('waiting', 'failed') THEN
		UPDATE lab.participants p SET retry_at = NULL WHERE p.id = who.id;
	END IF;
	RETURN who.state;
END
$$;
COMMENT ON FUNCTION lab.reset(integer, name) IS 'marks a participant''s database to be made anew; the state it was in, or null';

-- Nobody can be helped any more: signals go.
CREATE FUNCTION lab.archive(lab integer)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE lab.labs l
	SET state = 'archived'
	WHERE l.id = $1;

	UPDATE lab.participants p
	SET state = 'dropping',
		attempts = 0,
		retry_at = NULL,
		error = NULL
	WHERE p.lab_id = $1 AND p.state <> 'dropping';

	WITH lowered AS (
		DELETE FROM lab.signals s
		USING lab.participants p
		WHERE s.participant_id = p.id AND p.lab_id = $1
		RETURNING s.participant_id, s.signal
	)
	INSERT INTO lab.events (participant_id, kind, object)
	SELECT w.participant_id, 'signal off', w.signal
	FROM lowered w;
$$;
COMMENT ON FUNCTION lab.archive(integer) IS 'marks a lab''s databases for removal; what is known of it stays';

-- The database of a participant is gone, or kept: so are they, unless their lab is archived.
CREATE FUNCTION lab.dismantled(participant integer)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lab_state CONSTANT text := l.state
		FROM lab.labs l
		WHERE l.id = (SELECT p.lab_id FROM lab.participants p WHERE p.id = participant)
		FOR SHARE;
BEGIN
	IF lab_state = 'archived' THEN
		UPDATE lab.participants p
		SET state = 'archived',
			database_oid = NULL,
			discarded_oid = NULL,
			error = NULL,
			evaluation_error = NULL
		WHERE p.id = participant;
		UPDATE lab.activity a
		SET online = 0,
			blocked_pid = NULL,
			blocked_since = NULL
		WHERE a.participant_id = participant;
		RETURN;
	END IF;
	IF lab_state = 'active' THEN
		INSERT INTO lab.kept (lab_id, login, role, database, database_oid)
		SELECT p.lab_id, p.login, a.role, p.database, p.database_oid
		FROM lab.participants p
		JOIN lab.accounts a ON a.login = p.login
		JOIN pg_database d ON d.oid = p.database_oid
		WHERE p.id = participant AND p.keep
		ON CONFLICT (lab_id, login) DO UPDATE
		SET role = EXCLUDED.role,
			database = EXCLUDED.database,
			database_oid = EXCLUDED.database_oid;
	END IF;
	DELETE FROM lab.participants p WHERE p.id = participant;
END
$$;
COMMENT ON FUNCTION lab.dismantled(integer) IS 'forgets a participant whose database is gone, or marks them as archived';

