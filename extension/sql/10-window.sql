-- ---------------------------------------------------------------------------
-- The time window.  Sessions that are open follow at once.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.set_window(lab text, login text, opens timestamptz, closes timestamptz)
RETURNS void
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_set_window';
COMMENT ON FUNCTION lab.set_window(text, text, timestamptz, timestamptz) IS
	'sets the window of a lab, or when it closes for one participant; NULL opens or closes: unchanged';
GRANT EXECUTE ON FUNCTION lab.set_window(text, text, timestamptz, timestamptz) TO lab_master;

CREATE FUNCTION lab_open(lab text)
RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT lab.set_window($1, NULL, least(l.opens, now()),
		CASE WHEN l.closes <= now() THEN 'infinity' ELSE l.closes END)
	FROM (SELECT 1) AS once
	LEFT JOIN lab.labs l ON l.name = $1
$$;
COMMENT ON FUNCTION lab_open(text) IS
	'opens a lab now; one that had closed stays open until lab_close()';

CREATE FUNCTION lab_close(lab text)
RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT lab.set_window($1, NULL, NULL, now())
$$;
COMMENT ON FUNCTION lab_close(text) IS
	'closes a lab now, for everybody: databases can be read, not written';

CREATE FUNCTION lab_extend(lab text, login text, by interval)
RETURNS timestamptz
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT lab.set_window($1, $2, NULL, w.closes)
	FROM (
		SELECT greatest(now(), coalesce(p.closes, l.closes)) + $3
		FROM (SELECT 1) AS once
		LEFT JOIN lab.labs l ON l.name = $1
		LEFT JOIN lab.participants p ON p.lab_id = l.id AND p.login = $2::name
	) AS w (closes);
	SELECT coalesce(p.closes, l.closes)
	FROM lab.labs l
	LEFT JOIN lab.participants p ON p.lab_id = l.id AND p.login = $2::name
	WHERE l.name = $1
$$;
COMMENT ON FUNCTION lab_extend(text, text, interval) IS
	'gives one participant more time, or everybody (NULL), from now or from when the lab closes; returns the new end';

