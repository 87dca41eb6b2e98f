-- ---------------------------------------------------------------------------
-- Class lists in, handouts and grades out.  What people keep in tables of their own is
-- read with their own rights.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.columns_of(relation regclass, wanted text[])
RETURNS TABLE (name name, key text, usual boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing text;
	twice text;
	present text;
BEGIN
	IF (SELECT c.relkind NOT IN ('r', 'v', 'm', 'f', 'p') FROM pg_class c WHERE c.oid = relation) THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
			MESSAGE = format('%s is no table or view', relation);
	END IF;
	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO present
	FROM pg_attribute a
	WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped;
	SELECT string_agg(format('"%s"', w.key), ', ') INTO missing
	FROM unnest(wanted) AS w (key)
	WHERE NOT EXISTS (
		SELECT
		FROM pg_attribute a
		WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND lower(a.attname) = w.key);
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_column',
			MESSAGE = format('%s has no column %s', relation, missing),
			DETAIL = format('Its columns are %s.', coalesce(present, 'none')),
			HINT = 'Rename a column, or make a view that has these names.';
	END IF;
	SELECT min(lower(a.attname)) INTO twice
	FROM pg_attribute a
	WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
		AND lower(a.attname) IN ('login', 'name', 'team', 'email', 'password')
	GROUP BY lower(a.attname)
	HAVING count(*) > 1;
	IF twice IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'ambiguous_column',
			MESSAGE = format('%s has several columns "%s"', relation, twice),
			DETAIL = format('Its columns are %s.', present),
			HINT = 'Upper and lower case are the same here: rename one of them.';
	END IF;
	RETURN QUERY
		SELECT a.attname, lower(a.attname), lower(a.attname) IN ('login', 'name', 'team', 'email')
		FROM pg_attribute a
		WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY a.attnum;
END
$$;
COMMENT ON FUNCTION lab.columns_of(regclass, text[]) IS 'the columns of a table of the lab master''s, by their names in lower case; those wanted must be there, once';
GRANT EXECUTE ON FUNCTION lab.columns_of(regclass, text[]) TO lab_master;

CREATE FUNCTION lab_participants(roster regclass)
RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	pairs text;
	login_column text;
	others text;
	participants jsonb;
	nameless bigint;
BEGIN
	SELECT string_agg(format('%L, nullif(btrim(r.%I::text, E'' \t\r\n''), '''')', c.key, c.name), ', ') FILTER (WHERE c.usual),
		min(c.name) FILTER (WHERE c.key = 'login'),
		string_agg(quote_ident(c.name), ', ') FILTER (WHERE NOT c.usual)
	INTO pairs, login_column, others
	FROM lab.columns_of(roster, '{login}') c;
	EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(%s))), ''[]''), '
			'count(*) FILTER (WHERE coalesce(btrim(r.%I::text, E'' \t\r\n''), '''') = '''') FROM %s AS r',
			pairs, login_column, roster)
	INTO participants, nameless;
	IF nameless > 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
			MESSAGE = format('%s has %s rows without a login', roster, nameless),
			HINT = 'Fill it in, or remove the rows.';
	END IF;
	IF others IS NOT NULL THEN
		RAISE NOTICE '%', format('%s: columns that are not used: %s', roster, others);
	END IF;
	RETURN participants;
END
$$;
COMMENT ON FUNCTION lab_participants(regclass) IS
	'the participants of a spec from a table or view with the columns login, name, team and email';

CREATE FUNCTION lab.connect_command(login name, database name)
RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lab_connect_command';
COMMENT ON FUNCTION lab.connect_command(name, name) IS 'what a participant types to get into their database';
GRANT EXECUTE ON FUNCTION lab.connect_command(name, name) TO lab_master;

CREATE FUNCTION lab.span(opens timestamptz, closes timestamptz)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN isfinite(opens) AND isfinite(closes) THEN format('%s to %s', o.said, c.said)
		WHEN isfinite(opens) THEN format('from %s', o.said)
		WHEN isfinite(closes) THEN format('until %s', c.said)
	END || ' (UTC' || to_char(coalesce(closes, opens), 'TZH:TZM') || ')'
	FROM to_char(opens, 'YYYY-MM-DD HH24:MI') AS o (said), to_char(closes, 'YYYY-MM-DD HH24:MI') AS c (said)
$$;
COMMENT ON FUNCTION lab.span(timestamptz, timestamptz) IS 'a window as a person says it, in the session''s time zone; NULL: no bounds';
GRANT EXECUTE ON FUNCTION lab.span(timestamptz, timestamptz) TO lab_master;

CREATE FUNCTION lab_handout(lab text, credentials regclass DEFAULT NULL)
RETURNS TABLE (login name, name text, email text, handout text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	passwords jsonb := '{}';
	login_column text;
	password_column text;
BEGIN
	IF credentials IS NOT NULL THEN
		SELECT min(c.name) FILTER (WHERE c.key = 'login'), min(c.name) FILTER (WHERE c.key = 'password')
		INTO login_column, password_column
		FROM lab.columns_of(credentials, '{login,password}') c;
		EXECUTE format('SELECT coalesce(jsonb_object_agg(c.%I, c.%I), ''{}'') FROM %s AS c WHERE c.%1$I IS NOT NULL',
				login_column, password_column, credentials)
		INTO passwords;
	END IF;
	RETURN QUERY
		SELECT p.login, p.name, p.email, array_to_string(ARRAY[
			w.title,
			'',
			'For        ' || w.person || coalesce(', team ' || regexp_replace(p.team, '[[:cntrl:]]+', ' ', 'g'), ''),
			'Log in     ' || lab.connect_command(p.login, p.database),
			'Password   ' || CASE
				WHEN l.auth = 'external' THEN 'that of your account in the directory'
				WHEN passwords ->> p.login IS NOT NULL THEN passwords ->> p.login
				WHEN passwords ? p.login THEN 'the one that you have already'
				ELSE 'the one that your teacher gives you'
			END,
			-- in two pieces: a script with the word in it is taken for a statement with a password
			CASE WHEN l.auth <> 'external'
				THEN format('           Change it when you are in: SELECT lab_set_%s(''this one'', ''your own'');', 'password')
			END,
			'Open       ' || w.span,
			CASE WHEN isfinite(w.closes) THEN '           After that your database can be read, not changed.' END,
			'To do      SELECT * FROM lab_tasks();       what is asked, and what is done',
			'How far    SELECT * FROM lab_progress();',
			E'Help       SELECT lab_raise_hand(\'what is not clear\');       your teacher sees it at once'], E'\n')
		FROM lab.labs l
		JOIN lab.participants p ON p.lab_id = l.id
		CROSS JOIN LATERAL (
			SELECT coalesce(p.closes, l.closes) AS closes, lab.span(l.opens, coalesce(p.closes, l.closes)) AS span,
				regexp_replace(l.title, '[[:cntrl:]]+', ' ', 'g') AS title,
				regexp_replace(CASE WHEN p.name = p.login THEN p.name ELSE format('%s (%s)', p.name, p.login) END,
					'[[:cntrl:]]+', ' ', 'g') AS person
		) w
		WHERE l.name = lab_handout.lab
		ORDER BY p.login;
END
$$;
COMMENT ON FUNCTION lab_handout(text, regclass) IS
	'a text for each participant, to print or to mail: how to log in, the window, where help is; with the passwords of a table that has what lab_create() returned';

CREATE FUNCTION lab_grades(lab text)
RETURNS TABLE (login name, name text, email text, team text, score numeric(5,2), earned numeric, points numeric,
	passed integer, total integer, last_seen timestamptz, tasks jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH gained AS (
		-- rounding never makes a whole of a part
		SELECT p.id, t.position, t.name, t.points, g.earned,
			CASE WHEN g.done THEN t.points ELSE greatest(least(round(g.earned, 2), t.points - 0.01), 0) END AS said
		FROM lab.labs l
		JOIN lab.participants p ON p.lab_id = l.id
		JOIN lab.tasks t ON t.lab_id = l.id AND t.points > 0
		JOIN LATERAL (
			SELECT coalesce(sum(c.points) FILTER (WHERE r.status = 'pass'), 0) AS earned,
				bool_and(coalesce(r.status = 'pass', false)) AS done
			FROM lab.checks c
			LEFT JOIN lab.results r ON r.participant_id = p.id AND r.check_id = c.id
			WHERE c.task_id = t.id AND c.points > 0
		) g ON true
		WHERE l.name = $1
	), whole AS (
		SELECT g.id, sum(g.earned) AS earned, sum(g.points) AS points,
			jsonb_object_agg(g.name, trim_scale(g.said)) AS tasks
		FROM gained g
		GROUP BY g.id
	)
	SELECT p.login, p.name, p.email, p.team, p.score,
		trim_scale(CASE
			WHEN w.points IS NULL THEN 0
			WHEN p.passed = p.total THEN w.points
			ELSE greatest(least(round(w.earned, 2), w.points - 0.01), 0)
		END),
		trim_scale(coalesce(w.points, 0)), p.passed, p.total, greatest(p.last_seen, a.last_statement), coalesce(w.tasks, '{}')
	FROM lab.labs l
	JOIN lab.participants p ON p.lab_id = l.id
	LEFT JOIN lab.activity a ON a.participant_id = p.id
	LEFT JOIN whole w ON w.id = p.id
	WHERE l.name = $1
	ORDER BY p.login
$$;
COMMENT ON FUNCTION lab_grades(text) IS
	'a row for each participant to export: score in percent, points earned and possible, points by task; last_seen is null for who never came';

