/* labcreator 1.0: tables of schema lab, and the lab master's functions. */
\echo Use "CREATE EXTENSION labcreator" to load this file. \quit

-- ---------------------------------------------------------------------------
-- Roles.  They belong to the server, not to this database, and may be there already.
-- ---------------------------------------------------------------------------
DO $$
DECLARE
	wanted record;
BEGIN
	FOR wanted IN
		SELECT *
		FROM (VALUES
			('lab_master', 'NOLOGIN', 'may create labs'),
			('lab_student', 'NOLOGIN', 'every participant of a lab is a member'),
			('lab_ldap', 'NOLOGIN', 'participants whose passwords are in LDAP'),
			('lab_monitor', 'LOGIN', 'reads the metrics of labs, and nothing else'),
			('lab_evaluator', 'LOGIN CONNECTION LIMIT 0', 'background workers that compare databases; nobody logs in as it')
		) AS v (role, options, comment)
	LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.role) THEN
			EXECUTE pg_catalog.format('CREATE ROLE %I %s', wanted.role, wanted.options);
			EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', wanted.role, 'labcreator: ' || wanted.comment);
		END IF;
	END LOOP;

	-- The control database is for lab masters and the exporter.
	EXECUTE pg_catalog.format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
	EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO lab_master, lab_monitor', pg_catalog.current_database());
END
$$;

CREATE SCHEMA lab;
COMMENT ON SCHEMA lab IS 'labcreator: labs, checks and results';
GRANT USAGE ON SCHEMA lab TO lab_master;

-- ---------------------------------------------------------------------------
-- What is wanted: labs, their participants and tasks.
-- ---------------------------------------------------------------------------
CREATE TABLE lab.labs (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL UNIQUE,
	title text NOT NULL,
	owner regrole NOT NULL,
	reference name NOT NULL,
	reference_oid oid NOT NULL,
	starter name,
	auth text NOT NULL DEFAULT 'scram' CHECK (auth IN ('scram', 'managed', 'external')),
	hidden_oid oid,					-- the database with hidden data; NULL: none
	spec jsonb NOT NULL,
	feedback text NOT NULL,
	extras text NOT NULL,
	ignore text[] NOT NULL,
	opens timestamptz,
	closes timestamptz,
	disk bigint,					-- limits; NULL: none.  Bytes of a database,
	temp_disk bigint,				-- bytes of temporary files of a session,
	statement_timeout integer,		-- milliseconds
	idle_timeout integer,			-- milliseconds idle in a transaction
	inactive text[] NOT NULL,
	state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'dropping')),
	keep_databases boolean NOT NULL DEFAULT false,
	created timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE lab.labs IS 'one row a lab, as its lab master wants it';

-- The logins that labcreator made: it never alters or drops another role.
CREATE TABLE lab.accounts (
	login name PRIMARY KEY,
	role oid NOT NULL UNIQUE,
	auth text NOT NULL DEFAULT 'scram' CHECK (auth IN ('scram', 'managed', 'external')),		-- where the password is
	created timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE lab.accounts IS 'the logins that labcreator made';

CREATE TABLE lab.participants (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lab_id integer NOT NULL REFERENCES lab.labs ON DELETE CASCADE,
	login name NOT NULL,
	name text NOT NULL,
	team text,
	email text,
	database name NOT NULL UNIQUE,
	database_oid oid,				-- chosen and committed before the database is made: what has another oid is not ours
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'failed', 'ready', 'dropping')),
	attempts integer NOT NULL DEFAULT 0,
	retry_at timestamptz,
	error text,						-- of provisioning
	closes timestamptz,				-- by lab_extend(); NULL: when the lab closes
	joined boolean NOT NULL DEFAULT false,		-- taken into the lab's group of the directory
	passed integer NOT NULL DEFAULT 0,
	total integer NOT NULL DEFAULT 0,
	score numeric(5,2) NOT NULL DEFAULT 0,
	last_progress timestamptz,
	last_seen timestamptz,
	evaluated timestamptz,
	evaluation_error text,
	UNIQUE (lab_id, login)
);
COMMENT ON TABLE lab.participants IS 'one row a participant: their database, and how far they are';

CREATE TABLE lab.tasks (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lab_id integer NOT NULL REFERENCES lab.labs ON DELETE CASCADE,
	position integer NOT NULL,
	name text NOT NULL,
	title text NOT NULL,
	given_points numeric,			-- by the spec; NULL: the sum of the checks' weights
	points numeric NOT NULL DEFAULT 0,
	hint text,
	UNIQUE (lab_id, name)
);
COMMENT ON TABLE lab.tasks IS 'groups of checks that a person would call one step';

CREATE TABLE lab.checks (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lab_id integer NOT NULL REFERENCES lab.labs ON DELETE CASCADE,
	task_id integer NOT NULL REFERENCES lab.tasks ON DELETE CASCADE,
	kind text NOT NULL,
	object text NOT NULL,
	owner text NOT NULL,			-- the top-level object that it belongs to
	definition jsonb NOT NULL,
	points numeric NOT NULL DEFAULT 0,
	kept boolean NOT NULL DEFAULT false			-- the starter satisfies it already: it earns nothing
);
CREATE INDEX ON lab.checks (lab_id);
CREATE INDEX ON lab.checks (task_id);
COMMENT ON TABLE lab.checks IS 'what the reference asks for';

-- ---------------------------------------------------------------------------
-- What was seen.  Written by the coordinator only, and only when it changes.
-- ---------------------------------------------------------------------------
CREATE TABLE lab.results (
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	check_id integer NOT NULL REFERENCES lab.checks ON DELETE CASCADE,
	status text NOT NULL CHECK (status IN ('pass', 'fail', 'error')),
	detail text,
	since timestamptz NOT NULL,
	PRIMARY KEY (participant_id, check_id)
);
CREATE INDEX ON lab.results (check_id);
COMMENT ON TABLE lab.results IS 'what each participant''s database says to each check';

CREATE TABLE lab.progress (
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	at timestamptz NOT NULL,
	passed integer NOT NULL,
	total integer NOT NULL,
	score numeric(5,2) NOT NULL
);
CREATE INDEX ON lab.progress (participant_id, at);
COMMENT ON TABLE lab.progress IS 'history: a row whenever a participant''s results changed';

REVOKE ALL ON ALL TABLES IN SCHEMA lab FROM PUBLIC;
GRANT SELECT ON lab.labs, lab.participants, lab.tasks, lab.checks, lab.results, lab.progress TO lab_master;

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

REVOKE ALL ON lab.outbox, lab.targets, lab.drift FROM PUBLIC;
GRANT SELECT ON lab.outbox, lab.targets, lab.drift TO lab_master;

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
$$;
COMMENT ON FUNCTION lab.target_status() IS 'the rows of lab_status() about targets: LDAP and others; the first twenty that a target refuses, the last twenty that were repaired';
GRANT EXECUTE ON FUNCTION lab.target_status() TO lab_master;

-- ---------------------------------------------------------------------------
-- Accounts in a directory that labcreator keeps ("auth": {"method": "ldap"}).
-- ---------------------------------------------------------------------------
CREATE TABLE lab.instance (
	id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid()
);
CREATE UNIQUE INDEX ON lab.instance ((true));
INSERT INTO lab.instance DEFAULT VALUES;
COMMENT ON TABLE lab.instance IS 'one row: the mark of what this installation made elsewhere';

CREATE TABLE lab.directory (
	login name PRIMARY KEY REFERENCES lab.accounts ON DELETE CASCADE,
	password text NOT NULL,			-- the initial one, hashed as the directory stores it
	reset boolean NOT NULL DEFAULT false,		-- it replaces the one that is there
	present boolean NOT NULL DEFAULT false		-- the directory has the account, when we looked last
);
COMMENT ON TABLE lab.directory IS 'the accounts that are to be in the directory';

REVOKE ALL ON lab.instance, lab.directory FROM PUBLIC;

-- Whatever changes these tables need not know of the directory.
CREATE FUNCTION lab.announce_account()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO lab.outbox (target, subject, payload)
	VALUES ('ldap', 'account ' || CASE TG_OP WHEN 'DELETE' THEN OLD.login ELSE NEW.login END, '{"changed": true}');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.announce_account() IS 'the directory must be told of an account';
CREATE TRIGGER announce AFTER INSERT OR DELETE OR UPDATE OF password ON lab.directory
	FOR EACH ROW EXECUTE FUNCTION lab.announce_account();

CREATE FUNCTION lab.announce_participant()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who CONSTANT lab.participants := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
	whose CONSTANT lab.labs := l FROM lab.labs l WHERE l.id = who.lab_id;
BEGIN
	IF EXISTS (SELECT FROM lab.directory d WHERE d.login = who.login) THEN
		INSERT INTO lab.outbox (target, subject, lab, payload)
		VALUES ('ldap', 'account ' || who.login, whose.name, '{"changed": true}');
	END IF;
	-- A new member is announced when the account is there; the group of a lab that goes is removed as a whole.
	IF TG_OP = 'DELETE' AND whose.auth = 'managed' AND whose.state = 'active' THEN
		INSERT INTO lab.outbox (target, subject, lab, payload)
		VALUES ('ldap', 'group ' || whose.name, whose.name, '{"changed": true}');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.announce_participant() IS 'the directory must be told of a participant';
CREATE TRIGGER announce AFTER INSERT OR DELETE OR UPDATE OF name, email ON lab.participants
	FOR EACH ROW EXECUTE FUNCTION lab.announce_participant();

CREATE FUNCTION lab.announce_group()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lab CONSTANT lab.labs := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
	INSERT INTO lab.outbox (target, subject, lab, payload)
	VALUES ('ldap', 'group ' || lab.name, lab.name, '{"changed": true}');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.announce_group() IS 'the directory must be told of a lab''s group';
CREATE TRIGGER announce_new AFTER INSERT ON lab.labs
	FOR EACH ROW WHEN (NEW.auth = 'managed') EXECUTE FUNCTION lab.announce_group();
CREATE TRIGGER announce_gone AFTER DELETE ON lab.labs
	FOR EACH ROW WHEN (OLD.auth = 'managed') EXECUTE FUNCTION lab.announce_group();

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
				'parameter', 'subscription', 'text_search_parser', 'text_search_template', 'transform')
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
	'compares LDAP with what is wanted and repairs it; returns what had drifted, when it is repaired';

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
			WHEN p.last_seen IS NULL THEN 'not started'
			ELSE 'working'
		END,
		p.passed, p.total, p.score, p.last_progress, p.last_seen, NULL::text
	FROM lab.participants p
	JOIN lab.labs l ON l.id = p.lab_id
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

CREATE PROCEDURE lab_wait(lab text, timeout interval DEFAULT '5 minutes')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	deadline CONSTANT timestamptz := clock_timestamp() + timeout;
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
		SELECT l.state, l.xmin = pg_current_xact_id_if_assigned()::xid AS mine,
			count(p.id) AS wanted,
			count(p.id) FILTER (WHERE p.state = 'ready' AND p.evaluated IS NOT NULL) AS ready,
			count(p.id) FILTER (WHERE p.state = 'failed' AND p.attempts >= 3) AS failed,
			min(p.login || ': ' || p.error) FILTER (WHERE p.error IS NOT NULL) AS error
		INTO now_at
		FROM lab.labs l
		LEFT JOIN lab.participants p ON p.lab_id = l.id
		WHERE l.name = lab_wait.lab
		GROUP BY l.id;

		-- What LDAP has not been told yet.
		SELECT count(DISTINCT o.subject) AS waiting,
			count(DISTINCT o.subject) FILTER (WHERE o.attempts >= 3) AS refused,
			coalesce(max(t.missing), max(t.error), min(o.subject || ': ' || o.error)) AS error
		INTO accounts
		FROM lab.outbox o
		LEFT JOIN lab.targets t ON t.target = o.target
		WHERE o.target = 'ldap' AND o.lab = lab_wait.lab;

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
			WHEN seen THEN format('lab "%s": %s databases to remove', lab, coalesce(now_at.wanted, 0))
			ELSE format('lab "%s": %s of %s databases are ready', lab, now_at.ready, now_at.wanted)
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
				MESSAGE = format('lab "%s": %s databases could not be made', lab, now_at.failed),
				DETAIL = now_at.error,
				HINT = 'It is tried again by itself; lab_status() shows the state.';
		END IF;
		IF clock_timestamp() >= deadline THEN
			RAISE EXCEPTION USING ERRCODE = 'query_canceled',
				MESSAGE = news,
				DETAIL = coalesce(now_at.error, accounts.error, format('It was not complete after %s.', timeout)),
				HINT = 'lab_status() shows what it waits for.';
		END IF;
		PERFORM pg_sleep(0.05);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE lab_wait(text, interval) IS
	'returns when all databases of the lab are made and were compared once, or, after lab_drop, when all are gone';

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

-- ---------------------------------------------------------------------------
-- Health.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.workers(OUT coordinator integer, OUT started timestamptz, OUT heartbeat timestamptz,
	OUT starved timestamptz, OUT evaluators integer, OUT provisioners integer)
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_workers';
COMMENT ON FUNCTION lab.workers() IS 'labcreator''s processes, from shared memory';
GRANT EXECUTE ON FUNCTION lab.workers() TO lab_master;

CREATE FUNCTION lab_status()
RETURNS TABLE (part text, state text, detail text, since timestamptz)
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'coordinator',
		CASE WHEN w.coordinator IS NULL THEN 'not running' ELSE 'running' END,
		CASE WHEN w.coordinator IS NULL
			THEN 'is database ' || current_setting('labcreator.database') || ' the control database? The server''s log says more'
			ELSE 'process ' || w.coordinator
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
			WHEN bool_or(p.state = 'waiting') THEN CASE WHEN w.starved IS NULL THEN 'working' ELSE 'waiting' END
			ELSE 'ok'
		END,
		count(*) FILTER (WHERE p.state = 'ready') || ' of ' || count(*) || ' databases ready'
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

-- ---------------------------------------------------------------------------
-- Internal to the background workers.
-- ---------------------------------------------------------------------------

-- What a kind of check weighs within its task: more work, more weight.
CREATE FUNCTION lab.weight(kind text)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN kind IN ('view_result', 'view_hidden', 'function_behaviour', 'trigger_behaviour', 'rule_behaviour',
			'query', 'script', 'pgtap') THEN 4
		WHEN kind IN ('primary_key', 'unique', 'foreign_key', 'check', 'exclusion', 'index', 'rows', 'view_behaviour',
			'plan') THEN 2
		WHEN kind IN ('view_typmods', 'view_order', 'sequence_start', 'comment', 'parameter') THEN 0.25
		ELSE 1
	END::numeric
$$;
COMMENT ON FUNCTION lab.weight(text) IS 'what a kind of check weighs within its task';

-- Points go to the checks that the starter does not satisfy, by their weights.
CREATE FUNCTION lab.share_points(lab_id integer)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE lab.tasks t
	SET points = coalesce(t.given_points, w.total, 0)
	FROM lab.tasks s
	LEFT JOIN LATERAL (
		SELECT sum(lab.weight(c.kind)) AS total
		FROM lab.checks c
		WHERE c.task_id = s.id AND NOT c.kept
	) w ON true
	WHERE t.id = s.id AND t.lab_id = $1;

	UPDATE lab.checks c
	SET points = CASE WHEN c.kept THEN 0 ELSE t.points * lab.weight(c.kind) / w.total END
	FROM lab.tasks t
	JOIN LATERAL (
		SELECT sum(lab.weight(s.kind)) FILTER (WHERE NOT s.kept) AS total
		FROM lab.checks s
		WHERE s.task_id = t.id
	) w ON true
	WHERE t.id = c.task_id AND c.lab_id = $1;
$$;
COMMENT ON FUNCTION lab.share_points(integer) IS 'shares out the points of a lab''s tasks among their checks';

-- One evaluation: only what differs is written.
CREATE FUNCTION lab.store(participant integer, checks integer[], statuses text[], details text[])
RETURNS boolean
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH verdict AS (
		SELECT v.check_id, v.status, v.detail
		FROM unnest(checks, statuses, details) AS v (check_id, status, detail)
		JOIN lab.checks c ON c.id = v.check_id
	), stored AS (
		INSERT INTO lab.results AS r (participant_id, check_id, status, detail, since)
		SELECT participant, v.check_id, v.status, v.detail, clock_timestamp()
		FROM verdict v
		LEFT JOIN lab.results old ON old.participant_id = participant AND old.check_id = v.check_id
		WHERE old.check_id IS NULL
			OR (old.status, old.detail) IS DISTINCT FROM (v.status, v.detail)
		ON CONFLICT (participant_id, check_id) DO UPDATE
		SET status = EXCLUDED.status,
			detail = EXCLUDED.detail,
			since = CASE WHEN r.status = EXCLUDED.status THEN r.since ELSE EXCLUDED.since END
		RETURNING 1
	), standing AS (
		SELECT count(*) FILTER (WHERE v.status = 'pass' AND c.points > 0) AS passed,
			count(*) FILTER (WHERE c.points > 0) AS total,
			coalesce(sum(c.points) FILTER (WHERE v.status = 'pass'), 0) AS earned,
			coalesce(sum(c.points), 0) AS points
		FROM lab.participants p
		JOIN lab.checks c ON c.lab_id = p.lab_id
		LEFT JOIN verdict v ON v.check_id = c.id
		WHERE p.id = participant
	), score AS (
		-- Rounding never makes a whole of a part.
		SELECT passed, total,
			CASE
				WHEN points = 0 THEN CASE WHEN passed = total THEN 100 ELSE 0 END
				WHEN passed = total THEN 100
				ELSE least(round(100 * earned / points, 2), 99.99)
			END::numeric(5,2) AS score
		FROM standing
	), moved AS (
		UPDATE lab.participants p
		SET passed = s.passed,
			total = s.total,
			score = s.score,
			last_progress = CASE
				WHEN p.evaluated IS NOT NULL AND (s.passed > p.passed OR s.score > p.score) THEN clock_timestamp()
				ELSE p.last_progress
			END,
			evaluated = coalesce(p.evaluated, clock_timestamp()),
			evaluation_error = NULL
		FROM score s
		WHERE p.id = participant
			AND ((p.passed, p.total, p.score) IS DISTINCT FROM (s.passed::integer, s.total::integer, s.score)
				OR p.evaluated IS NULL OR p.evaluation_error IS NOT NULL)
		RETURNING p.id, p.passed, p.total, p.score
	), history AS (
		INSERT INTO lab.progress (participant_id, at, passed, total, score)
		SELECT id, clock_timestamp(), passed, total, score FROM moved
		RETURNING 1
	)
	SELECT EXISTS (SELECT FROM stored) OR EXISTS (SELECT FROM history)
$$;
COMMENT ON FUNCTION lab.store(integer, integer[], text[], text[]) IS
	'stores the verdicts of one evaluation where they differ from the last; true when something did';

-- ---------------------------------------------------------------------------
-- Who may call what: lab masters the functions lab_*, nobody else anything.
-- What they may call in schema lab is granted where it is defined.
-- ---------------------------------------------------------------------------
DO $$
DECLARE
	routine record;
BEGIN
	FOR routine IN
		SELECT p.oid::pg_catalog.regprocedure AS name, p.proname LIKE 'lab\_%' AS for_masters
		FROM pg_catalog.pg_proc p
		JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
		JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
		WHERE d.deptype = 'e' AND e.extname = 'labcreator'
	LOOP
		EXECUTE pg_catalog.format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', routine.name);
		IF routine.for_masters THEN
			EXECUTE pg_catalog.format('GRANT EXECUTE ON ROUTINE %s TO lab_master', routine.name);
		END IF;
	END LOOP;
END
$$;
