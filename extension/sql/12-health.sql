-- ---------------------------------------------------------------------------
-- Health.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.workers(OUT coordinator integer, OUT started timestamptz, OUT heartbeat timestamptz,
	OUT starved timestamptz, OUT evaluators integer, OUT provisioners integer, OUT evaluations bigint, OUT judged bigint, OUT error text)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_workers';
COMMENT ON FUNCTION lab.workers() IS
	'labcreator''s processes, from shared memory; evaluations done, and checks judged in them by reading rows or running code; error: of the coordinator''s last cycle, which is tried again';
GRANT EXECUTE ON FUNCTION lab.workers() TO lab_master;

CREATE FUNCTION lab_status()
RETURNS TABLE (part text, state text, detail text, since timestamptz)
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'coordinator',
		CASE WHEN w.coordinator IS NULL THEN 'not running' WHEN w.error IS NOT NULL THEN 'failing' ELSE 'running' END,
		CASE WHEN w.coordinator IS NULL
			THEN 'is database ' || current_setting('labcreator.database') || ' the control database? The server''s log says more'
			ELSE 'process ' || w.coordinator || coalesce('; tried again every second: ' || w.error, '')
		END,
		w.started
	FROM lab.workers() w
	UNION ALL
	SELECT 'evaluators', CASE WHEN w.starved IS NULL THEN 'ok' ELSE 'waiting' END,
		CASE WHEN w.starved IS NULL
			THEN w.evaluators || ' running'
			ELSE 'no background worker is free: raise max_worker_processes (now ' || current_setting('max_worker_processes') || ')'
		END,
		w.starved
	FROM lab.workers() w
	UNION ALL
	SELECT 'provisioning ' || l.name,
		CASE
			WHEN l.state = 'dropping' THEN 'dropping'
			WHEN bool_or(p.state = 'failed') THEN 'failed'
			WHEN bool_or(p.state IN ('waiting', 'dropping')) THEN CASE WHEN w.starved IS NULL THEN 'working' ELSE 'waiting' END
			WHEN l.state = 'archived' THEN 'archived'
			ELSE 'ok'
		END,
		CASE
			WHEN l.state = 'archived' THEN count(*) FILTER (WHERE p.state = 'dropping') || ' databases to remove'
			ELSE count(*) FILTER (WHERE p.state = 'ready') || ' of ' || count(*) || ' databases ready'
		END
			|| coalesce('; ' || min(p.login || ': ' || p.error) FILTER (WHERE p.error IS NOT NULL), ''),
		l.created
	FROM lab.labs l
	JOIN lab.participants p ON p.lab_id = l.id
	CROSS JOIN lab.workers() w
	GROUP BY l.id, w.starved
	UNION ALL
	SELECT 'evaluation ' || l.name || ' ' || p.login, 'failed', p.evaluation_error, p.evaluated
	FROM lab.labs l
	JOIN lab.participants p ON p.lab_id = l.id
	WHERE p.evaluation_error IS NOT NULL
	UNION ALL
	SELECT s.part, s.state, s.detail, s.since FROM lab.target_status() s
	UNION ALL
	SELECT 'spec ' || l.name, 'not active', path || ' is stored; this version does nothing with it', l.created
	FROM lab.labs l, unnest(l.inactive) AS path
$$;
COMMENT ON FUNCTION lab_status() IS 'health of every part: processes, provisioning, evaluation, with the last error';

