-- ---------------------------------------------------------------------------
-- Whom to help: the lab master's functions.  Small helpers have no search_path of
-- their own: so they become part of the query that calls them, which has one.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.age(passed interval)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE
		WHEN s < 100 THEN s || ' s'
		WHEN s < 6000 THEN s / 60 || ' min'
		ELSE s / 3600 || ' h ' || s % 3600 / 60 || ' min'
	END
	FROM (SELECT greatest(extract(epoch FROM passed), 0)::pg_catalog.int4 AS s) AS seconds
$$;
COMMENT ON FUNCTION lab.age(interval) IS 'a time span as a person says it';
GRANT EXECUTE ON FUNCTION lab.age(interval) TO lab_master;

CREATE FUNCTION lab.error_name(sqlstate text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT sqlstate || coalesce(' (' || CASE sqlstate
		WHEN '42601' THEN 'syntax error'
		WHEN '42P01' THEN 'no such table'
		WHEN '42703' THEN 'no such column'
		WHEN '42883' THEN 'no such function or operator'
		WHEN '42704' THEN 'no such object'
		WHEN '3F000' THEN 'no such schema'
		WHEN '42P07' THEN 'table exists already'
		WHEN '42710' THEN 'object exists already'
		WHEN '42701' THEN 'column exists already'
		WHEN '42723' THEN 'function exists already'
		WHEN '42P06' THEN 'schema exists already'
		WHEN '42702' THEN 'ambiguous column'
		WHEN '42803' THEN 'GROUP BY is missing a column'
		WHEN '42804' THEN 'types do not match'
		WHEN '42830' THEN 'foreign key to a column without a key'
		WHEN '42P16' THEN 'invalid table definition'
		WHEN '42501' THEN 'permission denied'
		WHEN '42809' THEN 'wrong kind of object'
		WHEN '23502' THEN 'a NOT NULL column is missing'
		WHEN '23503' THEN 'foreign key violated'
		WHEN '23505' THEN 'duplicate key'
		WHEN '23514' THEN 'check violated'
		WHEN '22P02' THEN 'text is no value of the type'
		WHEN '22001' THEN 'text is too long'
		WHEN '22003' THEN 'number is out of range'
		WHEN '22007' THEN 'date or time is invalid'
		WHEN '22012' THEN 'division by zero'
		WHEN '2BP01' THEN 'other objects depend on it'
		WHEN '21000' THEN 'a subquery gave several rows'
		WHEN '40P01' THEN 'deadlock'
		WHEN '55P03' THEN 'locked'
		WHEN 'P0001' THEN 'raised by a function'
	END || ')', '')
$$;
COMMENT ON FUNCTION lab.error_name(text) IS 'an SQLSTATE with what it means, where it is a common one';
GRANT EXECUTE ON FUNCTION lab.error_name(text) TO lab_master;

CREATE FUNCTION lab.check_title(kind text, object text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE WHEN starts_with(object, kind || ' of ') THEN object ELSE replace(kind, '_', ' ') || ' ' || object END
$$;
COMMENT ON FUNCTION lab.check_title(text, text) IS 'a check as a person names it: foreign key shop.orders (customer_id), sequence of shop.orders.id';

CREATE FUNCTION lab.check_name(kind text, object text, owner text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE
		WHEN object = owner THEN replace(kind, '_', ' ')
		WHEN starts_with(object, owner) THEN replace(kind, '_', ' ') || ' ' || ltrim(substr(object, length(owner) + 1), ' .')
		ELSE lab.check_title(kind, object)
	END
$$;
COMMENT ON FUNCTION lab.check_name(text, text, text) IS 'a check, said of the object that it belongs to: foreign key (customer_id)';

CREATE FUNCTION lab_attention(lab text DEFAULT NULL)
RETURNS TABLE (rank integer, login name, name text, signal text, reason text, since timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT row_number() OVER (ORDER BY lab.signal_rank(t.signal), t.since, t.login)::integer,
		t.login, t.name, t.signal,
		regexp_replace(t.reason, '\{age\}', lab.age(clock_timestamp() - t.basis)),
		t.since
	FROM (
		SELECT DISTINCT ON (p.id) p.login, p.name, s.signal, s.reason, s.basis, s.since
		FROM lab.labs l
		JOIN lab.participants p ON p.lab_id = l.id
		JOIN lab.signals s ON s.participant_id = p.id
		WHERE $1 IS NULL OR l.name = $1
		ORDER BY p.id, lab.signal_rank(s.signal), s.since, s.signal
	) t
	ORDER BY 1
$$;
COMMENT ON FUNCTION lab_attention(text) IS
	'whom to help first, and why: one row a person, hands by waiting time, then who gains most from help';

CREATE FUNCTION lab_timeline(lab text, login text DEFAULT NULL)
RETURNS TABLE (at timestamptz, login name, event text, object text, detail text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT e.at, p.login, e.kind, e.object, CASE WHEN e.kind = 'error' THEN lab.error_name(e.detail) ELSE e.detail END
	FROM lab.labs l
	JOIN lab.participants p ON p.lab_id = l.id
	JOIN lab.events e ON e.participant_id = p.id
	WHERE l.name = $1 AND ($2 IS NULL OR p.login = $2::name)
	ORDER BY e.at, e.id
$$;
COMMENT ON FUNCTION lab_timeline(text, text) IS
	'what happened, in order: logins, errors, results that changed, tasks done, signals, hands and answers';

CREATE FUNCTION lab_replay(lab text, at timestamptz)
RETURNS TABLE (lab text, login name, name text, team text, state text, passed integer, total integer,
	score numeric(5,2), last_progress timestamptz, last_seen timestamptz, signal text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH person AS MATERIALIZED (
		SELECT p.id, l.name AS lab, p.login, p.name, p.team, p.total
		FROM lab.labs l
		JOIN lab.participants p ON p.lab_id = l.id
		WHERE l.name = $1
	), moment AS (
		SELECT v.participant_id, max(v.at) FILTER (WHERE v.kind = 'progress') AS last_progress, max(v.at) AS last_seen
		FROM person
		JOIN lab.events v ON v.participant_id = person.id
		WHERE v.at <= $2 AND v.kind IN ('login', 'progress', 'regress', 'result', 'error', 'hand up')
		GROUP BY v.participant_id
	), signal AS (
		SELECT DISTINCT ON (s.participant_id) s.participant_id, s.signal
		FROM (
			SELECT DISTINCT ON (w.participant_id, w.object) w.participant_id, w.object AS signal, w.kind, w.at
			FROM person
			JOIN lab.events w ON w.participant_id = person.id
			WHERE w.at <= $2 AND w.kind IN ('signal on', 'signal off')
			ORDER BY w.participant_id, w.object, w.at DESC, w.id DESC
		) s
		WHERE s.kind = 'signal on'
		ORDER BY s.participant_id, lab.signal_rank(s.signal), s.at, s.signal
	)
	SELECT p.lab, p.login, p.name, p.team,
		CASE
			WHEN h.total > 0 AND h.passed = h.total THEN 'done'
			WHEN e.last_seen IS NULL THEN 'not started'
			ELSE 'working'
		END,
		coalesce(h.passed, 0), coalesce(h.total, p.total), coalesce(h.score, 0.00), e.last_progress, e.last_seen, s.signal
	FROM person p
	LEFT JOIN LATERAL (
		SELECT g.passed, g.total, g.score
		FROM lab.progress g
		WHERE g.participant_id = p.id AND g.at <= $2
		ORDER BY g.at DESC, g.id DESC
		LIMIT 1
	) h ON true
	LEFT JOIN moment e ON e.participant_id = p.id
	LEFT JOIN signal s ON s.participant_id = p.id
	ORDER BY coalesce(h.score, 0) DESC, e.last_progress NULLS LAST, p.login
$$;
COMMENT ON FUNCTION lab_replay(text, timestamptz) IS 'the board of lab_progress() as it stood then';

CREATE FUNCTION lab_difficulty(lab text)
RETURNS TABLE (task text, title text, done integer, started integer, share numeric(5,2), median_time interval, errors text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH person AS (
		SELECT p.id
		FROM lab.labs l
		JOIN lab.participants p ON p.lab_id = l.id
		LEFT JOIN lab.activity a ON a.participant_id = p.id
		WHERE l.name = $1 AND coalesce(p.last_seen, a.first_seen) IS NOT NULL
	), spent AS (
		-- checks that passed in the same evaluation took their time together
		SELECT b.task_id, b.participant_id, sum(b.took) AS took
		FROM (
			SELECT DISTINCT c.task_id, s.participant_id, s.at, s.took
			FROM lab.passes s
			JOIN lab.checks c ON c.id = s.check_id
			JOIN person ON person.id = s.participant_id
		) b
		JOIN lab.done_tasks d ON d.task_id = b.task_id AND d.participant_id = b.participant_id
		GROUP BY b.task_id, b.participant_id
	)
	SELECT t.name, t.title, d.done, n.started,
		round(100.0 * d.done / nullif(n.started, 0), 2)::numeric(5,2),
		(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s.took) FROM spent s WHERE s.task_id = t.id),
		(
			SELECT string_agg(lab.error_name(e.sqlstate) || ' x ' || e.count, ', ' ORDER BY e.count DESC, e.sqlstate)
			FROM (
				SELECT e.sqlstate, sum(e.count) AS count
				FROM lab.error_counts e
				JOIN person ON person.id = e.participant_id
				WHERE e.object IN (SELECT c.owner FROM lab.checks c WHERE c.task_id = t.id)
				GROUP BY e.sqlstate
				ORDER BY sum(e.count) DESC, e.sqlstate
				LIMIT 3
			) e
		)
	FROM lab.labs l
	JOIN lab.tasks t ON t.lab_id = l.id
	CROSS JOIN LATERAL (SELECT count(*)::integer AS started FROM person) n
	CROSS JOIN LATERAL (
		SELECT count(*)::integer AS done
		FROM lab.done_tasks d
		JOIN person ON person.id = d.participant_id
		WHERE d.task_id = t.id
	) d
	WHERE l.name = $1 AND t.points > 0
	ORDER BY t.position
$$;
COMMENT ON FUNCTION lab_difficulty(text) IS
	'task by task: how many of those who started have done it, the median time it took them, and the commonest errors on its objects';

CREATE FUNCTION lab_answer(lab text, login text, answer text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_answer';
COMMENT ON FUNCTION lab_answer(text, text, text) IS
	'answers a participant: they see it in lab_tasks(), and a raised hand is lowered';

