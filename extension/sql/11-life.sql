-- ---------------------------------------------------------------------------
-- The life of a lab: it is changed while it runs, and put away when it is over.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab_alter(spec jsonb)
RETURNS TABLE (login name, name text, database name, password text, connect text)
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_alter';
COMMENT ON FUNCTION lab_alter(jsonb) IS
	'makes a lab what its spec says now: participants, tasks, window, limits; returns the initial passwords of those who are new, once';

CREATE FUNCTION lab_refresh(lab text, dry_run boolean DEFAULT false)
RETURNS TABLE (change text, task text, kind text, object text, points_before numeric, points_after numeric)
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_refresh';
COMMENT ON FUNCTION lab_refresh(text, boolean) IS
	'derives the checks anew from a changed reference; returns those that were added, removed or changed, and those kept with other points; with dry_run it only shows them';

CREATE FUNCTION lab_reset(lab text, login text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_reset';
COMMENT ON FUNCTION lab_reset(text, text) IS
	'makes a participant''s database anew, as at the start: what they did there is gone; login and password stay';

CREATE FUNCTION lab_archive(lab text)
RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_archive';
COMMENT ON FUNCTION lab_archive(text) IS
	'ends a lab: databases, and logins in no other lab, are removed; results and history stay until lab_drop()';

