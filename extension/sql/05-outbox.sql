-- ---------------------------------------------------------------------------
-- What is to be told to systems outside: LDAP and what else there will be.  One
-- publisher a target drains the outbox (worker/publisher.c).
-- ---------------------------------------------------------------------------
CREATE TABLE lab.outbox (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	target text NOT NULL,
	subject text NOT NULL,			-- what changed, such as "account alice"; how it should be is in the other tables
	lab text,						-- whose change it was
	payload jsonb,					-- what the tables do not say; never a secret
	created timestamptz NOT NULL DEFAULT pg_catalog.now(),
	attempts integer NOT NULL DEFAULT 0,
	retry_at timestamptz,
	error text						-- why the target refused it last
);
CREATE INDEX ON lab.outbox (target, subject);
COMMENT ON TABLE lab.outbox IS 'changes that a target has not been told of yet, written in the transaction of the change; rows go when the target has them';

CREATE TABLE lab.targets (
	target text PRIMARY KEY,
	missing text,					-- settings that are not there
	error text,						-- why the target as a whole could not be told anything
	retry_at timestamptz,
	since timestamptz NOT NULL
);
COMMENT ON TABLE lab.targets IS 'how each target was found last';

CREATE TABLE lab.drift (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	target text NOT NULL,
	lab text,
	subject text NOT NULL,
	what text NOT NULL
);
CREATE INDEX ON lab.drift (at);
COMMENT ON TABLE lab.drift IS 'where a target differed from what was wanted, and was repaired';

CREATE TABLE lab.dashboards (
	uid text PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('class', 'participant', 'operations')),
	lab text,						-- its name, even when it is gone; NULL: of all labs
	version integer,				-- that we gave it; NULL: it was never ours
	state text NOT NULL CHECK (state IN ('published', 'changed', 'taken')),
	detail text,
	force boolean NOT NULL DEFAULT false,		-- replace it the next time, whoever changed it
	since timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE lab.dashboards IS 'the dashboards that labcreator made in Grafana, as they were found last';

REVOKE ALL ON lab.outbox, lab.targets, lab.drift, lab.dashboards FROM PUBLIC;
GRANT SELECT ON lab.outbox, lab.targets, lab.drift, lab.dashboards TO lab_master;

CREATE FUNCTION lab.outbox_changed()
RETURNS trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'lab_outbox_changed';
COMMENT ON FUNCTION lab.outbox_changed() IS 'wakes the publishers when the transaction commits';
CREATE TRIGGER wake AFTER INSERT ON lab.outbox
	FOR EACH STATEMENT EXECUTE FUNCTION lab.outbox_changed();

CREATE FUNCTION lab.publishers(OUT target text, OUT process integer)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_publishers';
COMMENT ON FUNCTION lab.publishers() IS 'the targets and the process of each, from shared memory';
GRANT EXECUTE ON FUNCTION lab.publishers() TO lab_master;

-- How the targets are, for lab_status().
CREATE FUNCTION lab.target_status()
RETURNS TABLE (part text, state text, detail text, since timestamptz)
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH waiting AS (
		SELECT o.target, count(DISTINCT o.subject) AS subjects,
			count(DISTINCT o.subject) FILTER (WHERE o.error IS NOT NULL) AS refused,
			min(o.created) AS oldest
		FROM lab.outbox o
		GROUP BY o.target
	)
	SELECT p.target,
		CASE
			WHEN p.process IS NULL THEN 'not running'
			WHEN t.missing IS NOT NULL THEN CASE WHEN w.subjects > 0 THEN 'waiting' ELSE 'off' END
			WHEN t.error IS NOT NULL OR w.refused > 0 THEN 'failing'
			WHEN w.subjects > 0 THEN 'working'
			ELSE 'ok'
		END,
		concat_ws('; ',
			coalesce(t.missing, t.error),
			CASE WHEN t.error IS NOT NULL AND t.retry_at > clock_timestamp()
				THEN 'tried again in ' || ceil(extract(epoch FROM t.retry_at - clock_timestamp())) || ' s'
			END,
			CASE WHEN w.subjects > 0 THEN w.subjects || ' waiting' ELSE 'nothing is waiting' END,
			CASE WHEN w.refused > 0 THEN w.refused || ' of them refused, see below' END,
			CASE WHEN p.process IS NULL THEN 'the server''s log says why it does not run' END),
		CASE WHEN t.missing IS NULL AND t.error IS NULL THEN w.oldest ELSE t.since END
	FROM lab.publishers() p
	LEFT JOIN lab.targets t ON t.target = p.target
	LEFT JOIN waiting w ON w.target = p.target
	UNION ALL
	(SELECT o.target || ' ' || o.subject, 'failing', max(o.error), min(o.created)
	FROM lab.outbox o
	GROUP BY o.target, o.subject
	HAVING max(o.error) IS NOT NULL
	ORDER BY min(o.id)
	LIMIT 20)
	UNION ALL
	(SELECT d.target || ' ' || d.subject, 'repaired', d.what, d.at
	FROM lab.drift d
	WHERE d.at > clock_timestamp() - interval '1 day'
	ORDER BY d.at DESC
	LIMIT 20)
	UNION ALL
	SELECT concat_ws(' ', 'grafana dashboard', b.kind, b.lab), b.state, b.detail, b.since
	FROM lab.dashboards b
	WHERE b.state <> 'published'
$$;
COMMENT ON FUNCTION lab.target_status() IS 'the rows of lab_status() about targets: LDAP and others; the first twenty that a target refuses, the last twenty that were repaired';
GRANT EXECUTE ON FUNCTION lab.target_status() TO lab_master;

