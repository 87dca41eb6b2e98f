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
	masters regrole[] NOT NULL DEFAULT '{}',		-- others who may see it and act on it
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
	clock timestamptz,				-- what now() was when the reference was asked
	revision integer NOT NULL DEFAULT 1,	-- grows when results can be others though nobody worked
	state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'archived', 'dropping')),
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
	database name NOT NULL,
	database_oid oid,				-- chosen and committed before the database is made: what has another oid is not ours
	discarded_oid oid,				-- the one before lab_reset(), which goes first
	keep boolean NOT NULL DEFAULT false,	-- whoever is dropped keeps the database and the login
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'failed', 'ready', 'dropping', 'archived')),
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
	revision integer NOT NULL DEFAULT 0,	-- of the lab when they were evaluated last
	evaluation_error text,
	UNIQUE (lab_id, login)
);
CREATE INDEX ON lab.participants (login);
-- the names of databases that are there, or will be
CREATE UNIQUE INDEX ON lab.participants (database) WHERE database_oid IS NOT NULL OR state IN ('waiting', 'failed');
COMMENT ON TABLE lab.participants IS 'one row a participant: their database, and how far they are';

CREATE TABLE lab.kept (
	lab_id integer NOT NULL REFERENCES lab.labs ON DELETE CASCADE,
	login name NOT NULL,
	role oid NOT NULL,				-- of the login then
	database name NOT NULL,
	database_oid oid NOT NULL,
	PRIMARY KEY (lab_id, login)
);
COMMENT ON TABLE lab.kept IS
	'databases of participants who were removed with "removed": "keep": theirs again when they come back';

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
CREATE INDEX ON lab.checks (lab_id, owner);
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
CREATE INDEX ON lab.results (participant_id, check_id) WHERE status <> 'pass';
COMMENT ON TABLE lab.results IS 'what each participant''s database says to each check';

CREATE TABLE lab.progress (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,		-- the order of what happened, whatever the clock says
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	at timestamptz NOT NULL,
	passed integer NOT NULL,
	total integer NOT NULL,
	score numeric(5,2) NOT NULL
);
CREATE INDEX ON lab.progress (participant_id, at);
COMMENT ON TABLE lab.progress IS 'history: a row whenever a participant''s results changed';

REVOKE ALL ON ALL TABLES IN SCHEMA lab FROM PUBLIC;
GRANT SELECT ON lab.labs, lab.participants, lab.kept, lab.tasks, lab.checks, lab.results, lab.progress TO lab_master;

-- ---------------------------------------------------------------------------
-- What participants do, and who needs help.  Nothing is here for labs with
-- "activity": "none" but what the participant asks and what their results say.
-- ---------------------------------------------------------------------------
CREATE TABLE lab.activity (
	participant_id integer PRIMARY KEY REFERENCES lab.participants ON DELETE CASCADE,
	lab_id integer NOT NULL,
	alias text NOT NULL,			-- what peers see where the lab aliases names
	online integer NOT NULL DEFAULT 0,
	blocked_pid integer,			-- the session that waits for a lock
	blocked_since timestamptz,
	first_seen timestamptz,
	first_login timestamptz,
	last_login timestamptz,
	last_statement timestamptz,
	active_since timestamptz,		-- start of the present spell of work, without a break
	logins bigint NOT NULL DEFAULT 0,
	statements bigint NOT NULL DEFAULT 0,
	errors bigint NOT NULL DEFAULT 0,
	commits bigint NOT NULL DEFAULT 0,
	previous text,					-- how the last statement ended: its SQLSTATE
	run_sqlstate text,				-- the same error,
	run_length integer NOT NULL DEFAULT 0,	-- so many times running,
	run_since timestamptz,
	pair_scores smallint[] NOT NULL DEFAULT '{}',	-- of the last pairs of statements: 0, 8 or 11
	object text,					-- what the last statements were about, when the lab asks for it
	object_since timestamptz,
	object_successes integer NOT NULL DEFAULT 0,	-- statements on it that succeeded and moved no result
	UNIQUE (lab_id, alias)
) WITH (fillfactor = 50);
COMMENT ON TABLE lab.activity IS 'one row a participant: what their sessions did, in numbers';

CREATE TABLE lab.error_counts (
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	sqlstate text NOT NULL,
	object text NOT NULL,			-- '' where it is not known, or not in the lab
	count bigint NOT NULL,
	PRIMARY KEY (participant_id, sqlstate, object)
);
COMMENT ON TABLE lab.error_counts IS 'a participant''s errors by SQLSTATE and object';

CREATE TABLE lab.events (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	kind text NOT NULL CHECK (kind IN ('login', 'logout', 'progress', 'regress', 'result', 'task done', 'error',
		'signal on', 'signal off', 'hand up', 'hand down', 'answer', 'reset')),
	object text,					-- the check, the task, the signal, or what an error was about
	detail text						-- a status, an SQLSTATE, a reason, a message
);
CREATE INDEX ON lab.events (participant_id, at);
CREATE INDEX ON lab.events (participant_id, object, at) WHERE kind IN ('signal on', 'signal off');
COMMENT ON TABLE lab.events IS 'what happened, in order: rows are added, never changed';

CREATE TABLE lab.passes (
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	check_id integer NOT NULL REFERENCES lab.checks ON DELETE CASCADE,
	at timestamptz NOT NULL,
	took interval,					-- since the pass before, or since work began; NULL: not known
	PRIMARY KEY (participant_id, check_id)
);
CREATE INDEX ON lab.passes (participant_id, at);
CREATE INDEX ON lab.passes (check_id);
COMMENT ON TABLE lab.passes IS 'when each participant passed each check for the first time';

CREATE TABLE lab.pace (
	check_id integer PRIMARY KEY REFERENCES lab.checks ON DELETE CASCADE,
	peers integer NOT NULL DEFAULT 0,
	median interval,
	quartile interval,				-- three quarters needed at most this
	stale boolean NOT NULL DEFAULT true		-- somebody passed since
);
COMMENT ON TABLE lab.pace IS 'how long participants needed for each check';

CREATE TABLE lab.done_tasks (
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	task_id integer NOT NULL REFERENCES lab.tasks ON DELETE CASCADE,
	at timestamptz NOT NULL,
	took interval,					-- the passes of its checks together; NULL: not known
	PRIMARY KEY (participant_id, task_id)
);
CREATE INDEX ON lab.done_tasks (task_id);
COMMENT ON TABLE lab.done_tasks IS 'the tasks that a participant has done, all of their checks';

CREATE TABLE lab.task_pace (
	task_id integer PRIMARY KEY REFERENCES lab.tasks ON DELETE CASCADE,
	done integer NOT NULL,
	median interval
);
COMMENT ON TABLE lab.task_pace IS 'how many participants have done each task, and how long it took them';

CREATE TABLE lab.task_scores (
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	task_id integer NOT NULL REFERENCES lab.tasks ON DELETE CASCADE,
	ratio float8 NOT NULL,			-- of its points
	PRIMARY KEY (participant_id, task_id)
) WITH (fillfactor = 50);
CREATE INDEX ON lab.task_scores (task_id);
COMMENT ON TABLE lab.task_scores IS 'how far each participant is with each task that earns points';

CREATE TABLE lab.hands (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	raised timestamptz NOT NULL DEFAULT pg_catalog.now(),
	message text,
	object text,					-- what it is about: the failing checks of this object
	task_id integer REFERENCES lab.tasks ON DELETE SET NULL,	-- in this task
	lowered timestamptz,
	lowered_by text CHECK (lowered_by IN ('participant', 'answer', 'solved')),
	solved timestamptz				-- when all of these checks passed, even after it was lowered
);
CREATE UNIQUE INDEX ON lab.hands (participant_id) WHERE lowered IS NULL;
CREATE INDEX ON lab.hands (participant_id);
COMMENT ON TABLE lab.hands IS 'questions of participants, and what became of them';

CREATE TABLE lab.answers (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	task_id integer REFERENCES lab.tasks ON DELETE SET NULL,
	hand_id integer REFERENCES lab.hands ON DELETE SET NULL,
	answer text NOT NULL,
	master name NOT NULL
);
CREATE INDEX ON lab.answers (participant_id);
COMMENT ON TABLE lab.answers IS 'what lab masters answered';

CREATE TABLE lab.signals (
	participant_id integer NOT NULL REFERENCES lab.participants ON DELETE CASCADE,
	signal text NOT NULL,
	since timestamptz NOT NULL,
	reason text NOT NULL,			-- {age} stands for the time since basis
	basis timestamptz,
	gone timestamptz,				-- its reason has gone; it stays for labcreator.signal_hold
	PRIMARY KEY (participant_id, signal)
);
COMMENT ON TABLE lab.signals IS 'signs of trouble that are on now';

CREATE FUNCTION lab.signal_rank(signal text)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE signal
		WHEN 'hand' THEN 1
		WHEN 'blocked' THEN 2
		WHEN 'erroring' THEN 2
		WHEN 'stuck' THEN 2
		WHEN 'silent failure' THEN 2
		WHEN 'behind' THEN 3
		WHEN 'idle' THEN 4
		ELSE 5
	END
$$;
COMMENT ON FUNCTION lab.signal_rank(text) IS 'who is to be helped first: the lower the sooner';
GRANT EXECUTE ON FUNCTION lab.signal_rank(text) TO lab_master;

REVOKE ALL ON ALL TABLES IN SCHEMA lab FROM PUBLIC;
GRANT SELECT ON lab.activity, lab.error_counts, lab.events, lab.passes, lab.pace, lab.done_tasks, lab.task_pace, lab.task_scores,
	lab.hands, lab.answers, lab.signals TO lab_master;

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

-- ---------------------------------------------------------------------------
-- Accounts in a directory that labcreator keeps ("auth": {"method": "ldap"}).
-- ---------------------------------------------------------------------------
CREATE TABLE lab.instance (
	id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
	made timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
INSERT INTO lab.instance DEFAULT VALUES;
COMMENT ON TABLE lab.instance IS 'the oldest row is the mark of what this installation made elsewhere; a restored one has another one beside it';

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
CREATE TRIGGER announce_archived AFTER UPDATE OF state ON lab.participants
	FOR EACH ROW WHEN (NEW.state = 'archived')
	EXECUTE FUNCTION lab.announce_participant();

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
CREATE TRIGGER announce_archived AFTER UPDATE OF state ON lab.labs
	FOR EACH ROW WHEN (NEW.auth = 'managed' AND NEW.state = 'archived' AND OLD.state <> 'archived')
	EXECUTE FUNCTION lab.announce_group();

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

-- Rounding never makes a whole of a part.
CREATE FUNCTION lab.score(passed bigint, total bigint, earned numeric, points numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE
		WHEN points = 0 THEN CASE WHEN passed = total THEN 100 ELSE 0 END
		WHEN passed = total THEN 100
		ELSE least(round(100 * earned / points, 2), 99.99)
	END::numeric(5,2)
$$;
COMMENT ON FUNCTION lab.score(bigint, bigint, numeric, numeric) IS 'a score in percent';

-- One evaluation: only what differs is written.  In PL/pgSQL, which keeps the plan: making it takes longer than running it.
CREATE FUNCTION lab.store(participant integer, checks integer[], statuses text[], details text[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	changed boolean;
BEGIN
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
		-- What an evaluation does not mention is as it was.
		SELECT count(*) FILTER (WHERE coalesce(v.status, r.status) = 'pass' AND c.points > 0) AS passed,
			count(*) FILTER (WHERE c.points > 0) AS total,
			coalesce(sum(c.points) FILTER (WHERE coalesce(v.status, r.status) = 'pass'), 0) AS earned,
			coalesce(sum(c.points), 0) AS points
		FROM lab.participants p
		JOIN lab.checks c ON c.lab_id = p.lab_id
		LEFT JOIN verdict v ON v.check_id = c.id
		LEFT JOIN lab.results r ON r.participant_id = participant AND r.check_id = c.id
		WHERE p.id = participant
	), score AS (
		SELECT passed, total, lab.score(passed, total, earned, points) AS score
		FROM standing
	), moved AS (
		-- The first look at other checks than before is no progress of theirs.
		UPDATE lab.participants p
		SET passed = s.passed,
			total = s.total,
			score = s.score,
			last_progress = CASE
				WHEN p.evaluated IS NOT NULL AND p.revision = l.revision AND (s.passed > p.passed OR s.score > p.score)
					THEN clock_timestamp()
				ELSE p.last_progress
			END,
			evaluated = coalesce(p.evaluated, clock_timestamp()),
			revision = l.revision,
			evaluation_error = NULL
		FROM score s, lab.labs l
		WHERE p.id = participant AND l.id = p.lab_id
			AND ((p.passed, p.total, p.score) IS DISTINCT FROM (s.passed::integer, s.total::integer, s.score)
				OR p.evaluated IS NULL OR p.revision <> l.revision OR p.evaluation_error IS NOT NULL)
	), history AS (
		INSERT INTO lab.progress (participant_id, at, passed, total, score)
		SELECT p.id, clock_timestamp(), s.passed, s.total, s.score
		FROM lab.participants p, score s
		WHERE p.id = participant
			AND ((p.passed, p.total, p.score) IS DISTINCT FROM (s.passed::integer, s.total::integer, s.score)
				OR p.evaluated IS NULL)
		RETURNING 1
	), of_task AS (
		SELECT c.task_id,
			CASE
				WHEN bool_and(coalesce(v.status, r.status, 'fail') = 'pass') THEN 1
				ELSE least(coalesce(sum(c.points) FILTER (WHERE coalesce(v.status, r.status) = 'pass'), 0) / sum(c.points), 0.9999)
			END::float8 AS ratio
		FROM lab.checks c
		LEFT JOIN verdict v ON v.check_id = c.id
		LEFT JOIN lab.results r ON r.participant_id = participant AND r.check_id = c.id
		WHERE c.points > 0
			AND c.task_id IN (SELECT k.task_id FROM verdict m JOIN lab.checks k ON k.id = m.check_id)
		GROUP BY c.task_id
	), task_moved AS (
		INSERT INTO lab.task_scores AS k (participant_id, task_id, ratio)
		SELECT participant, t.task_id, t.ratio
		FROM of_task t
		ON CONFLICT (participant_id, task_id) DO UPDATE SET ratio = EXCLUDED.ratio WHERE k.ratio <> EXCLUDED.ratio
	)
	SELECT EXISTS (SELECT FROM stored) OR EXISTS (SELECT FROM history)
	INTO changed;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION lab.store(integer, integer[], text[], text[]) IS
	'stores the verdicts of one evaluation where they differ from the last; true when something did';

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
		SELECT p.id,
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
			score = CASE WHEN p.evaluated IS NULL THEN p.score ELSE lab.score(s.passed, s.total, s.earned, s.points) END
		FROM standing s
		WHERE p.id = s.id
			AND ((p.passed, p.total) <> (s.passed, s.total)
				OR p.evaluated IS NOT NULL AND p.score <> lab.score(s.passed, s.total, s.earned, s.points))
		RETURNING p.id, p.passed, p.total, p.score, p.evaluated
	)
	INSERT INTO lab.progress (participant_id, at, passed, total, score)
	SELECT m.id, clock_timestamp(), m.passed, m.total, m.score
	FROM moved m
	WHERE m.evaluated IS NOT NULL;

	DELETE FROM lab.task_scores s
	USING lab.tasks t
	WHERE s.task_id = t.id AND t.lab_id = $1
		AND NOT EXISTS (SELECT FROM lab.checks c WHERE c.task_id = t.id AND c.points > 0);

	INSERT INTO lab.task_scores AS k (participant_id, task_id, ratio)
	SELECT p.id, c.task_id,
		CASE
			WHEN bool_and(coalesce(r.status = 'pass', false)) THEN 1
			ELSE least(coalesce(sum(c.points) FILTER (WHERE r.status = 'pass'), 0) / sum(c.points), 0.9999)
		END::float8
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
	CROSS JOIN LATERAL (
		SELECT max(b.at) AS at, sum(b.took) AS took
		FROM (
			SELECT DISTINCT x.at, x.took
			FROM lab.passes x
			JOIN lab.checks c ON c.id = x.check_id
			WHERE x.participant_id = s.participant_id AND c.task_id = s.task_id
		) b
	) w
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

-- ---------------------------------------------------------------------------
-- Whom to help: what the coordinator runs.
-- ---------------------------------------------------------------------------

-- A participant comes with a row of activity, and an alias that says nothing about them.
CREATE FUNCTION lab.note_participant()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	room CONSTANT integer := 99 + 4 * (SELECT count(*) FROM lab.participants p WHERE p.lab_id = NEW.lab_id);
	chosen text;
BEGIN
	LOOP
		chosen := 'peer ' || 1 + floor(random() * room)::integer;
		EXIT WHEN NOT EXISTS (SELECT FROM lab.activity a WHERE a.lab_id = NEW.lab_id AND a.alias = chosen);
	END LOOP;
	INSERT INTO lab.activity (participant_id, lab_id, alias) VALUES (NEW.id, NEW.lab_id, chosen);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.note_participant() IS 'trigger: gives a new participant a row of activity and an alias';

CREATE TRIGGER note_participant
AFTER INSERT ON lab.participants
FOR EACH ROW EXECUTE FUNCTION lab.note_participant();

-- The check that a participant is at: the first that fails of the object, else of the lab.
CREATE FUNCTION lab.next_check(participant integer, about text)
RETURNS SETOF lab.checks
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.*
	FROM lab.participants p
	JOIN lab.checks c ON c.lab_id = p.lab_id
	JOIN lab.tasks t ON t.id = c.task_id
	LEFT JOIN lab.results r ON r.participant_id = p.id AND r.check_id = c.id
	WHERE p.id = $1 AND c.points > 0 AND r.status IS DISTINCT FROM 'pass'
	ORDER BY (c.owner = $2) DESC NULLS LAST, t.position, c.id
	LIMIT 1
$$;
COMMENT ON FUNCTION lab.next_check(integer, text) IS 'the check that a participant is at';

-- A hand is lowered, whoever did it: its signal goes with it.
CREATE FUNCTION lab.lower_hand(participant integer, by text)
RETURNS boolean
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH hand AS (
		UPDATE lab.hands
		SET lowered = now(),
			lowered_by = by
		WHERE participant_id = participant AND lowered IS NULL
		RETURNING object, raised
	), signal AS (
		DELETE FROM lab.signals
		WHERE participant_id = participant AND signal = 'hand'
		RETURNING 1
	), event AS (
		INSERT INTO lab.events (participant_id, kind, object, detail)
		SELECT participant, 'hand down', object, by || ' after ' || lab.age(now() - raised)
		FROM hand
		UNION ALL
		SELECT participant, 'signal off', 'hand', NULL
		FROM signal
		RETURNING 1
	)
	SELECT EXISTS (SELECT FROM hand)
$$;
COMMENT ON FUNCTION lab.lower_hand(integer, text) IS 'lowers a participant''s hand; true when it was raised';

CREATE FUNCTION lab.raise_hand(participant integer, message text)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	at_check lab.checks;
	about text := (SELECT object FROM lab.activity WHERE participant_id = participant);
	hand lab.hands;
	earlier integer;
BEGIN
	UPDATE lab.hands h
	SET message = coalesce(raise_hand.message, h.message)
	WHERE h.participant_id = participant AND h.lowered IS NULL
	RETURNING * INTO hand;
	IF NOT FOUND THEN
		SELECT * INTO at_check FROM lab.next_check(participant, about);
		INSERT INTO lab.hands (participant_id, message, object, task_id)
		VALUES (participant, message, at_check.owner, at_check.task_id)
		RETURNING * INTO hand;
		INSERT INTO lab.events (participant_id, kind, object, detail)
		VALUES (participant, 'hand up', hand.object, message), (participant, 'signal on', 'hand', NULL);
	END IF;
	INSERT INTO lab.signals AS s (participant_id, signal, since, reason, basis)
	SELECT hand.participant_id, 'hand', hand.raised,
		p.login || ' waits {age}' || coalesce(', at ' || hand.object, '') || coalesce(': ' || hand.message, ''), hand.raised
	FROM lab.participants p
	WHERE p.id = participant
	ON CONFLICT (participant_id, signal) DO UPDATE SET reason = EXCLUDED.reason;

	SELECT count(*) INTO earlier
	FROM lab.hands h
	JOIN lab.participants p ON p.id = h.participant_id
	WHERE h.lowered IS NULL AND (h.raised, h.id) < (hand.raised, hand.id)
		AND p.lab_id = (SELECT lab_id FROM lab.participants WHERE id = participant);
	RETURN 'your hand is up' || CASE earlier
		WHEN 0 THEN ', and you are next'
		WHEN 1 THEN '; one other is before you'
		ELSE format('; %s others are before you', earlier)
	END;
END
$$;
COMMENT ON FUNCTION lab.raise_hand(integer, text) IS 'raises a participant''s hand, or changes its message; returns what they are told';

CREATE FUNCTION lab.answer(participant integer, answer text, master name)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH hand AS (
		SELECT id, task_id
		FROM lab.hands
		WHERE participant_id = participant AND lowered IS NULL
	)
	INSERT INTO lab.answers (participant_id, task_id, hand_id, answer, master)
	SELECT participant,
		coalesce((SELECT task_id FROM hand), (SELECT task_id FROM lab.next_check(participant, NULL))),
		(SELECT id FROM hand), $2, $3;

	INSERT INTO lab.events (participant_id, kind, detail)
	VALUES (participant, 'answer', $2);

	SELECT lab.lower_hand(participant, 'answer');
$$;
COMMENT ON FUNCTION lab.answer(integer, text, name) IS 'records an answer, and lowers the hand';

-- A result that changed: history, pace, tasks done, hands that are solved.
CREATE FUNCTION lab.note_result()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was CONSTANT text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.status ELSE 'fail' END;
	of_check lab.checks;
BEGIN
	IF NEW.status = was THEN
		RETURN NULL;
	END IF;
	SELECT * INTO of_check FROM lab.checks c WHERE c.id = NEW.check_id;
	IF of_check.kept AND TG_OP = 'INSERT' THEN
		RETURN NULL;				-- the starter had it
	END IF;
	INSERT INTO lab.events (participant_id, kind, object, detail)
	VALUES (NEW.participant_id,
		CASE WHEN NEW.status = 'pass' THEN 'progress' WHEN was = 'pass' THEN 'regress' ELSE 'result' END,
		lab.check_title(of_check.kind, of_check.object),
		NEW.status);

	IF NEW.status <> 'pass' THEN
		DELETE FROM lab.done_tasks d
		WHERE d.participant_id = NEW.participant_id AND d.task_id = of_check.task_id;
		RETURN NULL;
	END IF;

	INSERT INTO lab.passes (participant_id, check_id, at, took)
	SELECT NEW.participant_id, NEW.check_id, now(),
		-- who has it at the first look at a check has needed no time that we know of
		CASE WHEN TG_OP = 'UPDATE' THEN
			greatest(interval '0', now() - greatest(a.active_since,
				(SELECT max(s.at) FROM lab.passes s WHERE s.participant_id = NEW.participant_id AND s.at < now())))
		END
	FROM lab.activity a
	WHERE a.participant_id = NEW.participant_id
	ON CONFLICT DO NOTHING;
	INSERT INTO lab.pace AS x (check_id)
	VALUES (NEW.check_id)
	ON CONFLICT (check_id) DO UPDATE SET stale = true WHERE NOT x.stale;

	IF NOT EXISTS (
		SELECT
		FROM lab.checks c
		LEFT JOIN lab.results r ON r.participant_id = NEW.participant_id AND r.check_id = c.id
		WHERE c.task_id = of_check.task_id AND r.status IS DISTINCT FROM 'pass'
	) THEN
		WITH done AS (
			-- checks that passed in the same evaluation took their time together
			INSERT INTO lab.done_tasks (participant_id, task_id, at, took)
			SELECT NEW.participant_id, of_check.task_id, now(), sum(b.took)
			FROM (
				SELECT DISTINCT s.at, s.took
				FROM lab.passes s
				JOIN lab.checks c ON c.id = s.check_id
				WHERE s.participant_id = NEW.participant_id AND c.task_id = of_check.task_id
			) b
			ON CONFLICT DO NOTHING
			RETURNING task_id
		)
		INSERT INTO lab.events (participant_id, kind, object)
		SELECT NEW.participant_id, 'task done', t.name
		FROM done
		JOIN lab.tasks t ON t.id = done.task_id;
	END IF;

	UPDATE lab.hands h
	SET solved = now()
	WHERE h.participant_id = NEW.participant_id AND h.solved IS NULL
		AND h.object = of_check.owner AND h.task_id = of_check.task_id
		AND NOT EXISTS (
			SELECT
			FROM lab.checks c
			LEFT JOIN lab.results r ON r.participant_id = h.participant_id AND r.check_id = c.id
			WHERE c.task_id = h.task_id AND c.owner = h.object AND r.status IS DISTINCT FROM 'pass'
		);
	IF FOUND AND EXISTS (
		SELECT
		FROM lab.hands h
		WHERE h.participant_id = NEW.participant_id AND h.lowered IS NULL AND h.solved IS NOT NULL
	) THEN
		PERFORM lab.lower_hand(NEW.participant_id, 'solved');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.note_result() IS 'trigger: writes what follows from a result that changed';

CREATE TRIGGER note_result
AFTER INSERT OR UPDATE OF status ON lab.results
FOR EACH ROW EXECUTE FUNCTION lab.note_result();

-- The system's clock was put back.  History keeps the times that it was written with; what is compared with now does not.
CREATE FUNCTION lab.not_later(at timestamptz)
RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
	SELECT CASE WHEN at > pg_catalog.now() THEN pg_catalog.now() ELSE at END
$$;
COMMENT ON FUNCTION lab.not_later(timestamptz) IS 'the time, or now where it is still to come; NULL stays NULL';

CREATE FUNCTION lab.forget_future()
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE lab.activity
	SET first_seen = lab.not_later(first_seen),
		first_login = lab.not_later(first_login),
		last_login = lab.not_later(last_login),
		last_statement = lab.not_later(last_statement),
		active_since = lab.not_later(active_since),
		blocked_since = lab.not_later(blocked_since),
		run_since = lab.not_later(run_since),
		object_since = lab.not_later(object_since)
	WHERE greatest(first_seen, first_login, last_login, last_statement, active_since, blocked_since, run_since, object_since) > now();
	UPDATE lab.participants
	SET last_seen = lab.not_later(last_seen),
		last_progress = lab.not_later(last_progress),
		retry_at = lab.not_later(retry_at)
	WHERE greatest(last_seen, last_progress, retry_at) > now();
	UPDATE lab.signals
	SET since = lab.not_later(since),
		basis = lab.not_later(basis),
		gone = lab.not_later(gone)
	WHERE greatest(since, basis, gone) > now();
	UPDATE lab.hands
	SET raised = lab.not_later(raised)
	WHERE lowered IS NULL AND raised > now();
	UPDATE lab.outbox
	SET retry_at = now()
	WHERE retry_at > now();
$$;
COMMENT ON FUNCTION lab.forget_future() IS
	'after the system''s clock was put back: times that are still to come are taken to be now, so that signals and retries go on';

-- Who is connected, and who waits for a lock.  One statement for all labs.
CREATE FUNCTION lab.note_sessions()
RETURNS integer
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH session AS (
		SELECT s.datid, s.usename, count(*)::integer AS sessions, min(s.pid) FILTER (WHERE s.wait_event_type = 'Lock') AS waiting
		FROM pg_stat_activity s
		WHERE s.backend_type = 'client backend'
		GROUP BY s.datid, s.usename
	), wanted AS (
		SELECT a.participant_id, coalesce(s.sessions, 0) AS online, s.waiting,
			CASE WHEN s.waiting IS NOT NULL THEN
				coalesce((SELECT min(k.waitstart) FROM pg_locks k WHERE k.pid = s.waiting AND NOT k.granted),
					CASE WHEN a.blocked_pid = s.waiting THEN a.blocked_since END, clock_timestamp())
			END AS since,
			a.online AS was_online, l.spec->>'activity' AS level
		FROM lab.labs l
		JOIN lab.participants p ON p.lab_id = l.id
		JOIN lab.activity a ON a.participant_id = p.id
		LEFT JOIN session s ON s.datid = p.database_oid AND s.usename = p.login
		WHERE l.spec->>'activity' IS DISTINCT FROM 'none'
			AND (coalesce(s.sessions, 0) <> a.online OR s.waiting IS DISTINCT FROM a.blocked_pid OR s.waiting IS NOT NULL)
	), changed AS (
		UPDATE lab.activity a
		SET online = w.online,
			blocked_pid = w.waiting,
			blocked_since = w.since
		FROM wanted w
		WHERE a.participant_id = w.participant_id
			AND (a.online, a.blocked_pid, a.blocked_since) IS DISTINCT FROM (w.online, w.waiting, w.since)
	), event AS (
		INSERT INTO lab.events (participant_id, kind)
		SELECT w.participant_id, 'logout'
		FROM wanted w
		WHERE w.online = 0 AND w.was_online > 0 AND w.level IS DISTINCT FROM 'counts'
	)
	SELECT coalesce(sum(s.sessions), 0)::integer
	FROM session s
	JOIN lab.participants p ON p.database_oid = s.datid AND p.login = s.usename
$$;
COMMENT ON FUNCTION lab.note_sessions() IS
	'stores who is connected and who waits for a lock, where it changed; how many sessions participants have';

-- An error of a participant, counted.  Codes that a function of theirs makes up do not fill the table.
CREATE FUNCTION lab.count_error(participant integer, sqlstate text, object text)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO lab.error_counts AS e (participant_id, sqlstate, object, count)
	SELECT p.id, CASE WHEN known.n < 100 OR known.present THEN $2 ELSE 'other' END, $3, 1
	FROM lab.participants p
	CROSS JOIN (
		SELECT count(*) AS n, bool_or(k.sqlstate = $2 AND k.object = $3) AS present
		FROM lab.error_counts k
		WHERE k.participant_id = participant
	) known
	WHERE p.id = participant
	ON CONFLICT (participant_id, sqlstate, object) DO UPDATE SET count = e.count + 1
$$;
COMMENT ON FUNCTION lab.count_error(integer, text, text) IS 'counts one error of a participant';

CREATE FUNCTION lab.raise_signals(lab integer)
RETURNS integer
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
	-- the pace at checks that somebody passed since
	UPDATE lab.pace x
	SET peers = n.peers,
		median = n.median,
		quartile = n.quartile,
		stale = false
	FROM (
		SELECT s.check_id, count(s.took) AS peers,
			percentile_cont(0.5) WITHIN GROUP (ORDER BY s.took) AS median,
			percentile_cont(0.75) WITHIN GROUP (ORDER BY s.took) AS quartile
		FROM lab.passes s
		WHERE s.check_id IN (
			SELECT p.check_id
			FROM lab.pace p
			JOIN lab.checks c ON c.id = p.check_id
			WHERE p.stale AND c.lab_id = $1)
		GROUP BY s.check_id
	) n
	WHERE x.check_id = n.check_id;

	WITH setting AS (
		SELECT clock_timestamp() AS now,
			current_setting('labcreator.idle_after')::interval AS idle_after,
			current_setting('labcreator.not_started_after')::interval AS not_started_after,
			current_setting('labcreator.stuck_after')::interval AS stuck_after,
			current_setting('labcreator.blocked_after')::interval AS blocked_after,
			current_setting('labcreator.signal_hold')::interval AS hold,
			current_setting('labcreator.stuck_peers')::integer AS stuck_peers,
			current_setting('labcreator.error_run')::integer AS error_run,
			current_setting('labcreator.silent_statements')::integer AS silent_statements,
			current_setting('labcreator.error_quotient')::float8 AS error_quotient,
			current_setting('labcreator.behind_deviations')::float8 AS behind_deviations,
			current_setting('labcreator.behind_points')::float8 AS behind_points
	), person AS MATERIALIZED (
		SELECT p.id, p.login, p.score, a.online, a.blocked_pid, a.blocked_since, a.first_seen, a.first_login,
			a.run_sqlstate, a.run_length, a.run_since, a.object, a.object_since, a.object_successes,
			a.pair_scores, coalesce(a.first_seen, p.last_seen) AS started,
			CASE WHEN a.first_seen IS NULL THEN p.last_seen ELSE a.last_statement END AS last_active,
			greatest(p.last_progress, a.active_since) AS last_move,
			p.total > 0 AND p.passed = p.total AS done,
			CASE WHEN cardinality(a.pair_scores) >= 5
				THEN (SELECT avg(score) / 11 FROM unnest(a.pair_scores) AS score)::float8
			END AS quotient
		FROM lab.participants p
		JOIN lab.activity a ON a.participant_id = p.id
		WHERE p.lab_id = $1 AND p.state = 'ready'
	), class AS MATERIALIZED (
		SELECT max(last_active) AS last_active,
			greatest(min(started), (SELECT opens FROM lab.labs WHERE id = $1)) AS began,
			count(started) AS started,
			percentile_cont(0.5) WITHIN GROUP (ORDER BY score::float8) FILTER (WHERE started IS NOT NULL) AS median,
			percentile_cont(0.75) WITHIN GROUP (ORDER BY quotient) AS quartile
		FROM person
	), spread AS MATERIALIZED (
		SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(p.score::float8 - c.median)) AS deviation
		FROM person p, class c
		WHERE p.started IS NOT NULL
	), step AS MATERIALIZED (
		-- the checks of the lab in the order of its tasks
		SELECT c.id, c.owner, lab.check_name(c.kind, c.object, c.owner) || ' of ' || c.owner AS said,
			lab.check_name(c.kind, c.object, c.owner) AS said_of_owner,
			row_number() OVER (ORDER BY t.position, c.id) AS place, x.peers, x.median, x.quartile
		FROM lab.checks c
		JOIN lab.tasks t ON t.id = c.task_id
		LEFT JOIN lab.pace x ON x.check_id = c.id
		WHERE c.lab_id = $1 AND c.points > 0
	), next_place AS (
		-- the one that a person who may be in trouble is at: the first that fails of their object, else of the lab
		SELECT r.participant_id, min(s.place) AS of_lab, min(s.place) FILTER (WHERE s.owner = p.object) AS of_object
		FROM class c, setting v, person p
		JOIN lab.results r ON r.participant_id = p.id AND r.status <> 'pass'
		JOIN step s ON s.id = r.check_id
		WHERE NOT p.done
			AND (p.object_successes >= v.silent_statements OR p.last_move < v.now - v.stuck_after OR p.score < c.median)
		GROUP BY r.participant_id
	), next_step AS MATERIALIZED (
		SELECT n.participant_id, s.*
		FROM next_place n
		JOIN step s ON s.place = coalesce(n.of_object, n.of_lab)
	), trouble (participant_id, signal, reason, basis) AS (
		SELECT p.id, 'erroring',
			CASE WHEN p.run_length >= s.error_run
				THEN format('%s: the same error %s times running, %s%s', p.login, p.run_length, lab.error_name(p.run_sqlstate),
					' on ' || p.object)
				ELSE format('%s: errors follow errors in %s of the last %s pairs of statements (error quotient %s, three quarters of the class have at most %s)%s',
					p.login, (SELECT count(*) FROM unnest(p.pair_scores) AS score WHERE score > 0), cardinality(p.pair_scores),
					round(p.quotient::numeric, 2), round(c.quartile::numeric, 2), '; now at ' || p.object)
			END,
			p.run_since
		FROM person p, class c, setting s
		WHERE NOT p.done
			AND (p.run_length >= s.error_run OR p.quotient > greatest(c.quartile, s.error_quotient))
		UNION ALL
		SELECT p.id, 'stuck',
			format('%s: no new pass for {age} at the %s; three quarters of the class needed at most %s', p.login, k.said,
				lab.age(k.quartile)),
			p.last_move
		FROM setting s, person p
		JOIN next_step k ON k.participant_id = p.id
		WHERE p.last_active > s.now - s.idle_after AND p.last_move < s.now - s.stuck_after
			AND k.peers >= s.stuck_peers AND s.now - p.last_move > k.quartile
		UNION ALL
		SELECT p.id, 'silent failure',
			format('%s: %s statements on %s succeeded, its %s still fails; {age}%s', p.login, p.object_successes, p.object,
				k.said_of_owner, ', the class needed ' || lab.age(k.median)),
			p.object_since
		FROM setting s, person p
		JOIN next_step k ON k.participant_id = p.id AND k.owner = p.object
		WHERE p.object_successes >= s.silent_statements
		UNION ALL
		SELECT p.id, 'behind',
			format('%s: %s %% where half of the class has %s %% or more; next is the %s', p.login, p.score,
				round(c.median::numeric, 2), k.said),
			NULL
		FROM class c, spread, setting s, person p
		JOIN next_step k ON k.participant_id = p.id
		WHERE p.started IS NOT NULL AND c.started >= 4
			AND p.score < c.median - s.behind_deviations * greatest(spread.deviation, s.behind_points)
		UNION ALL
		SELECT p.id, 'idle',
			format('%s: no statement for {age}, %s%s', p.login, CASE WHEN p.online > 0 THEN 'though logged in' ELSE 'and logged out' END,
				'; was at ' || p.object),
			p.last_active
		FROM class c, setting s, person p
		WHERE NOT p.done AND p.first_seen IS NOT NULL AND c.last_active > s.now - s.idle_after
			AND coalesce(p.last_active, p.started) < s.now - s.idle_after
		UNION ALL
		SELECT p.id, 'not started',
			format('%s: has not started; the class began {age} ago', p.login), c.began
		FROM class c, setting s, person p
		WHERE p.started IS NULL AND c.last_active > s.now - s.idle_after AND c.began < s.now - s.not_started_after
		UNION ALL
		SELECT p.id, 'blocked',
			format('%s: waits {age} for a lock%s', p.login, (
				SELECT string_agg(format(' that %s session %s holds (%s): COMMIT or ROLLBACK there, or end it',
					CASE WHEN b.usename = p.login THEN 'their own' ELSE b.usename || '''s' END, b.pid, b.state), ',')
				FROM pg_stat_activity b
				WHERE b.pid = ANY (pg_blocking_pids(p.blocked_pid)))),
			p.blocked_since
		FROM setting s, person p
		WHERE p.blocked_since < s.now - s.blocked_after
	), wanted AS MATERIALIZED (
		-- a class that is over has no trouble
		SELECT t.*
		FROM trouble t, class c, setting s
		WHERE c.last_active > s.now - 6 * s.idle_after OR t.signal = 'blocked'
		UNION ALL
		SELECT g.participant_id, g.signal, g.reason, g.basis
		FROM lab.signals g
		JOIN person p ON p.id = g.participant_id
		WHERE g.signal = 'hand'
	), present AS MATERIALIZED (
		SELECT g.*
		FROM lab.signals g
		JOIN person p ON p.id = g.participant_id
	), raised AS (
		INSERT INTO lab.signals (participant_id, signal, since, reason, basis)
		SELECT w.participant_id, w.signal, s.now, w.reason, w.basis
		FROM setting s, wanted w
		LEFT JOIN present g USING (participant_id, signal)
		WHERE g.signal IS NULL
		RETURNING participant_id, signal, reason, basis
	), told AS (
		UPDATE lab.signals g
		SET reason = w.reason,
			basis = w.basis,
			gone = NULL
		FROM wanted w
		JOIN present o USING (participant_id, signal)
		WHERE g.participant_id = w.participant_id AND g.signal = w.signal
			AND (o.reason, o.basis, o.gone) IS DISTINCT FROM (w.reason, w.basis, NULL)
		RETURNING 1
	), missed AS MATERIALIZED (
		SELECT g.participant_id, g.signal, g.gone
		FROM present g
		LEFT JOIN wanted w USING (participant_id, signal)
		WHERE w.signal IS NULL
	), fading AS (
		UPDATE lab.signals g
		SET gone = s.now
		FROM missed m, setting s
		WHERE g.participant_id = m.participant_id AND g.signal = m.signal AND m.gone IS NULL AND s.hold > interval '0'
		RETURNING 1
	), lowered AS (
		DELETE FROM lab.signals g
		USING missed m, setting s
		WHERE g.participant_id = m.participant_id AND g.signal = m.signal AND coalesce(m.gone, s.now) <= s.now - s.hold
		RETURNING g.participant_id, g.signal
	), event AS (
		INSERT INTO lab.events (participant_id, at, kind, object, detail)
		SELECT r.participant_id, s.now, 'signal on', r.signal, regexp_replace(r.reason, '\{age\}', lab.age(s.now - r.basis))
		FROM raised r, setting s
		UNION ALL
		SELECT w.participant_id, s.now, 'signal off', w.signal, NULL
		FROM lowered w, setting s
		RETURNING 1
	)
	SELECT count(*)::integer FROM event
$$;
COMMENT ON FUNCTION lab.raise_signals(integer) IS
	'raises and lowers the signals of one lab by its activity and results; how many changed';

-- What a participant is told: values of the student's functions, in their order.
CREATE FUNCTION lab.student_tasks(participant integer)
RETURNS TABLE (task text, title text, state text, points numeric, earned numeric, hint text, detail text, answer text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT t.name, t.title,
		CASE
			WHEN s.failing = 0 AND t.points = 0 THEN 'kept'
			WHEN s.failing = 0 THEN 'done'
			WHEN s.broken = s.failing AND s.kept = s.checks THEN 'broken'
			WHEN s.earned > 0 THEN 'started'
			ELSE 'open'
		END,
		trim_scale(round(t.points, 2)),
		trim_scale(round(s.earned, 2)),
		CASE WHEN s.failing > 0 AND l.feedback IN ('hint', 'diff') THEN t.hint END,
		CASE WHEN l.feedback <> 'none' THEN s.detail END,
		(SELECT a.answer FROM lab.answers a WHERE a.participant_id = p.id AND a.task_id = t.id ORDER BY a.id DESC LIMIT 1)
	FROM lab.participants p
	JOIN lab.labs l ON l.id = p.lab_id
	JOIN lab.tasks t ON t.lab_id = l.id
	CROSS JOIN LATERAL (
		SELECT count(*) AS checks,
			count(*) FILTER (WHERE b.kept) AS kept,
			count(*) FILTER (WHERE NOT b.passed) AS failing,
			count(*) FILTER (WHERE NOT b.passed AND b.kept) AS broken,
			coalesce(sum(b.points) FILTER (WHERE b.passed), 0) AS earned,
			string_agg(left(b.detail, 500), '; ' ORDER BY b.id) FILTER (WHERE b.place <= 3)
				|| CASE WHEN count(b.detail) > 3 THEN format('; and %s more', count(b.detail) - 3) ELSE '' END AS detail
		FROM (
			SELECT c.id, c.kept, c.points, coalesce(r.status = 'pass', false) AS passed, r.detail,
				count(r.detail) OVER (ORDER BY c.id) AS place
			FROM lab.checks c
			LEFT JOIN lab.results r ON r.participant_id = p.id AND r.check_id = c.id
			WHERE c.task_id = t.id
		) b
	) s
	WHERE p.id = $1
	ORDER BY t.position
$$;
COMMENT ON FUNCTION lab.student_tasks(integer) IS 'lab_tasks() of a participant';

CREATE FUNCTION lab.student_progress(participant integer)
RETURNS TABLE (place integer, who text, passed integer, total integer, score numeric, you boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT b.place, b.who, b.passed, b.total, b.score, b.id = $1
	FROM (
		SELECT p.id, rank() OVER (ORDER BY p.score DESC)::integer AS place,
			CASE WHEN p.id = $1 OR l.spec->>'peers' = 'named' THEN p.name ELSE a.alias END AS who,
			p.passed, p.total, p.score,
			p.id = $1 OR l.spec->>'peers' IS DISTINCT FROM 'hidden' AS visible
		FROM lab.participants me
		JOIN lab.labs l ON l.id = me.lab_id
		JOIN lab.participants p ON p.lab_id = l.id
		JOIN lab.activity a ON a.participant_id = p.id
		WHERE me.id = $1
	) b
	WHERE b.visible
	ORDER BY b.place, b.id <> $1, b.who
$$;
COMMENT ON FUNCTION lab.student_progress(integer) IS 'lab_progress() of a participant: their peers as the lab shows them';

-- ---------------------------------------------------------------------------
-- Metrics: what SQL exporters read as role lab_monitor, who can read nothing else.
-- Everything comes from rows that are written when something happens; nothing is
-- computed from results or history when somebody asks.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.heartbeats(OUT worker text, OUT at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_heartbeats';
COMMENT ON FUNCTION lab.heartbeats() IS 'when each static background worker was at work last';

CREATE FUNCTION lab.recent_evaluations(OUT lab_id integer, OUT seconds double precision)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_recent_evaluations';
COMMENT ON FUNCTION lab.recent_evaluations() IS 'how long the last few hundred evaluations took';

CREATE FUNCTION lab.evaluation_count()
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'lab_evaluation_count';
COMMENT ON FUNCTION lab.evaluation_count() IS 'evaluations since the server''s start';

-- A task that somebody has done, or not any more: how many have, and how long it took them.
CREATE FUNCTION lab.note_task()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO lab.task_pace AS x (task_id, done, median)
	SELECT t.id, count(d.task_id), percentile_cont(0.5) WITHIN GROUP (ORDER BY d.took)
	FROM lab.tasks t
	LEFT JOIN lab.done_tasks d ON d.task_id = t.id
	WHERE t.id = CASE TG_OP WHEN 'DELETE' THEN OLD.task_id ELSE NEW.task_id END
	GROUP BY t.id
	ON CONFLICT (task_id) DO UPDATE SET done = EXCLUDED.done, median = EXCLUDED.median;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.note_task() IS 'trigger: keeps lab.task_pace';

CREATE TRIGGER note_task
AFTER INSERT OR DELETE ON lab.done_tasks
FOR EACH ROW EXECUTE FUNCTION lab.note_task();

-- Participants by the names that the lab lets others see.
CREATE VIEW lab.monitored
WITH (security_barrier = true)
AS
	SELECT l.id AS lab_id, l.name AS lab, p.id AS participant_id,
		CASE WHEN l.spec->>'peers' = 'named' THEN p.login::text ELSE a.alias END AS participant,
		coalesce(p.team, '') AS team,
		CASE
			WHEN p.state <> 'ready' THEN p.state
			WHEN p.total > 0 AND p.passed = p.total THEN 'done'
			WHEN coalesce(p.last_seen, a.first_seen) IS NULL THEN 'not started'
			ELSE 'working'
		END AS state,
		p.score, p.passed, p.total, p.last_progress, greatest(p.last_seen, a.last_statement) AS last_seen,
		a.online, a.errors, a.object, a.run_sqlstate, p.evaluation_error
	FROM lab.labs l
	JOIN lab.participants p ON p.lab_id = l.id
	JOIN lab.activity a ON a.participant_id = p.id
	WHERE l.state = 'active';
COMMENT ON VIEW lab.monitored IS 'participants as the metrics show them';

-- Whom to help, without a word of theirs: these texts stand on a screen that the class may see.
CREATE VIEW lab.monitored_attention
WITH (security_barrier = true)
AS
	SELECT m.lab, m.participant, m.team, s.signal, s.since, lab.signal_rank(s.signal)::text AS rank,
		CASE s.signal
			WHEN 'hand' THEN 'asks for help'
			WHEN 'blocked' THEN 'a session waits for a lock'
			WHEN 'erroring' THEN 'errors follow errors' || coalesce(': ' || lab.error_name(m.run_sqlstate), '')
			WHEN 'silent failure' THEN 'statements succeed, the check still fails'
			WHEN 'stuck' THEN 'no new pass for longer than most needed'
			WHEN 'behind' THEN 'far below the class''s median'
			WHEN 'idle' THEN 'no statement for a while'
			ELSE 'has not begun'
		END AS reason,
		coalesce(h.task, t.name, '') AS task,
		coalesce(h.object, m.object, t.title, '') AS at
	FROM lab.monitored m
	CROSS JOIN LATERAL (
		SELECT g.signal, g.since
		FROM lab.signals g
		WHERE g.participant_id = m.participant_id
		ORDER BY lab.signal_rank(g.signal), g.since, g.signal
		LIMIT 1
	) s
	LEFT JOIN LATERAL (
		SELECT k.name AS task, n.object
		FROM lab.hands n
		LEFT JOIN lab.tasks k ON k.id = n.task_id
		WHERE n.participant_id = m.participant_id AND n.lowered IS NULL AND s.signal = 'hand'
	) h ON true
	LEFT JOIN LATERAL (
		-- the task of the object that they are at, else the first that is not done
		SELECT k.name, k.title
		FROM lab.task_scores c
		JOIN lab.tasks k ON k.id = c.task_id
		WHERE c.participant_id = m.participant_id AND c.ratio < 1
		ORDER BY EXISTS (SELECT FROM lab.checks e WHERE e.lab_id = m.lab_id AND e.owner = m.object AND e.task_id = k.id) DESC,
			k.position
		LIMIT 1
	) t ON true;
COMMENT ON VIEW lab.monitored_attention IS 'one row a participant with a signal: the one that counts most';

CREATE VIEW lab.metrics (metric, lab, participant, team, task, position, signal, state, rank, reason, at, quantile, worker,
	target, value)
WITH (security_barrier = true)
AS
	SELECT v.metric, m.lab, m.participant, m.team, '', '', '', '', '', '', '', '', '', '', v.value::float8
	FROM lab.monitored m
	CROSS JOIN LATERAL (
		VALUES ('lab_participant_score_ratio', m.score / 100),
			('lab_participant_checks_passed', m.passed),
			('lab_participant_checks', m.total),
			('lab_participant_last_progress_timestamp_seconds', extract(epoch FROM m.last_progress)),
			('lab_participant_last_seen_timestamp_seconds', extract(epoch FROM m.last_seen)),
			('lab_participant_online', (m.online > 0)::integer),
			('lab_participant_errors_total', m.errors),
			('lab_participant_evaluation_failed', (m.evaluation_error IS NOT NULL)::integer)
	) AS v (metric, value)
	WHERE v.value IS NOT NULL
UNION ALL
	SELECT 'lab_participant_signal', m.lab, m.participant, m.team, '', '', g.signal, '', '', '', '', '', '', '', 1
	FROM lab.monitored m
	JOIN lab.signals g ON g.participant_id = m.participant_id
UNION ALL
	SELECT 'lab_participant_attention_timestamp_seconds', t.lab, t.participant, t.team, t.task, '', t.signal, '', t.rank,
		t.reason, t.at, '', '', '', extract(epoch FROM t.since)
	FROM lab.monitored_attention t
UNION ALL
	SELECT 'lab_task_score_ratio', m.lab, m.participant, m.team, t.name, lpad(t.position::text, 3, '0'), '', '', '', '', '', '',
		'', '', s.ratio
	FROM lab.monitored m
	JOIN lab.task_scores s ON s.participant_id = m.participant_id
	JOIN lab.tasks t ON t.id = s.task_id
UNION ALL
	SELECT v.metric, l.name, '', '', t.name, lpad(t.position::text, 3, '0'), '', '', '', '', '', '', '', '', v.value
	FROM lab.labs l
	JOIN lab.tasks t ON t.lab_id = l.id AND t.points > 0
	LEFT JOIN lab.task_pace x ON x.task_id = t.id
	CROSS JOIN LATERAL (
		VALUES ('lab_task_done', coalesce(x.done, 0)),
			('lab_task_median_seconds', extract(epoch FROM x.median))
	) AS v (metric, value)
	WHERE l.state = 'active' AND v.value IS NOT NULL
UNION ALL
	SELECT 'lab_participants', l.name, '', '', '', '', '', s.state, '', '', '', '', '', '', coalesce(n.count, 0)
	FROM lab.labs l
	CROSS JOIN (VALUES ('waiting'), ('failed'), ('not started'), ('working'), ('done'), ('dropping')) AS s (state)
	LEFT JOIN (
		SELECT m.lab_id, m.state, count(*)
		FROM lab.monitored m
		GROUP BY m.lab_id, m.state
	) n ON n.lab_id = l.id AND n.state = s.state
	WHERE l.state = 'active'
UNION ALL
	SELECT v.metric, l.name, '', '', '', '', '', '', '', '', '', '', '', '', extract(epoch FROM v.at)
	FROM lab.labs l
	CROSS JOIN LATERAL (
		VALUES ('lab_opens_timestamp_seconds', coalesce(l.opens, l.created)),
			('lab_closes_timestamp_seconds', l.closes)
	) AS v (metric, at)
	WHERE l.state = 'active' AND isfinite(v.at)
UNION ALL
	SELECT 'lab_evaluation_seconds', l.name, '', '', '', '', '', '', '', '', '', v.quantile::text, '', '', v.value
	FROM (
		SELECT e.lab_id, percentile_disc(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY e.seconds) AS bounds
		FROM lab.recent_evaluations() e
		GROUP BY e.lab_id
	) q
	JOIN lab.labs l ON l.id = q.lab_id AND l.state = 'active'
	CROSS JOIN LATERAL ROWS FROM (unnest(ARRAY[0.5, 0.95, 1]), unnest(q.bounds)) AS v (quantile, value)
UNION ALL
	SELECT 'lab_evaluations_total', '', '', '', '', '', '', '', '', '', '', '', '', '', lab.evaluation_count()
UNION ALL
	SELECT 'lab_worker_heartbeat_timestamp_seconds', '', '', '', '', '', '', '', '', '', '', '', h.worker, '',
		extract(epoch FROM h.at)
	FROM lab.heartbeats() h
	WHERE h.at IS NOT NULL
UNION ALL
	SELECT v.metric, '', '', '', '', '', '', '', '', '', '', '', '', t.target, v.value
	FROM (VALUES ('ldap'), ('grafana'), ('exporter')) AS t (target)
	LEFT JOIN lab.targets s ON s.target = t.target
	LEFT JOIN (
		SELECT o.target, count(DISTINCT o.subject) AS pending
		FROM lab.outbox o
		GROUP BY o.target
	) w ON w.target = t.target
	CROSS JOIN LATERAL (
		VALUES ('lab_outbox_pending', coalesce(w.pending, 0)),
			('lab_target_failing', (s.error IS NOT NULL)::integer)
	) AS v (metric, value)
UNION ALL
	SELECT 'lab_metrics_timestamp_seconds', '', '', '', '', '', '', '', '', '', '', '', '', '', extract(epoch FROM clock_timestamp());
COMMENT ON VIEW lab.metrics IS
	'what is exported: labels are never null, and with metric they are unique; labels that a metric does not have are empty';

GRANT USAGE ON SCHEMA lab TO lab_monitor;
GRANT SELECT ON lab.metrics TO lab_monitor;		-- and not to lab masters: it has everybody's labs
GRANT EXECUTE ON FUNCTION lab.heartbeats(), lab.recent_evaluations(), lab.evaluation_count(), lab.signal_rank(text),
	lab.error_name(text) TO lab_monitor;

CREATE FUNCTION lab.metric_list()
RETURNS TABLE (metric text, type text, labels text[], help text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	VALUES ('lab_participant_score_ratio', 'gauge', '{lab,participant,team}'::text[], 'Share of the points that a participant has.'),
		('lab_participant_checks_passed', 'gauge', '{lab,participant,team}', 'Checks that pass.'),
		('lab_participant_checks', 'gauge', '{lab,participant,team}', 'Checks that earn points.'),
		('lab_participant_last_progress_timestamp_seconds', 'gauge', '{lab,participant,team}', 'When a participant moved on last.'),
		('lab_participant_last_seen_timestamp_seconds', 'gauge', '{lab,participant,team}', 'When a participant was at work last.'),
		('lab_participant_online', 'gauge', '{lab,participant,team}', '1 while a participant is connected.'),
		('lab_participant_errors_total', 'counter', '{lab,participant,team}', 'Statements of a participant that failed.'),
		('lab_participant_evaluation_failed', 'gauge', '{lab,participant,team}', '1 while a database cannot be compared.'),
		('lab_participant_signal', 'gauge', '{lab,participant,team,signal}', '1 while a sign of trouble is on.'),
		('lab_participant_attention_timestamp_seconds', 'gauge', '{lab,participant,team,signal,rank,reason,task,at}',
			'Since when a participant needs help, and why: one row each.'),
		('lab_task_score_ratio', 'gauge', '{lab,participant,team,task,position}', 'Share of the points of a task that a participant has.'),
		('lab_task_done', 'gauge', '{lab,task,position}', 'Participants who have done a task.'),
		('lab_task_median_seconds', 'gauge', '{lab,task,position}', 'Time that half of those who did a task needed at most.'),
		('lab_participants', 'gauge', '{lab,state}', 'Participants by state.'),
		('lab_opens_timestamp_seconds', 'gauge', '{lab}', 'When the lab opens, or was made.'),
		('lab_closes_timestamp_seconds', 'gauge', '{lab}', 'When the lab closes.'),
		('lab_evaluation_seconds', 'gauge', '{lab,quantile}', 'Time that recent evaluations took.'),
		('lab_evaluations_total', 'counter', '{}', 'Evaluations since the start of the server.'),
		('lab_worker_heartbeat_timestamp_seconds', 'gauge', '{worker}', 'When a background worker was at work last.'),
		('lab_outbox_pending', 'gauge', '{target}', 'Changes that a target has not been told of.'),
		('lab_target_failing', 'gauge', '{target}', '1 while a target cannot be told anything.'),
		('lab_metrics_timestamp_seconds', 'gauge', '{}', 'When the exporter read the metrics.')
$$;
COMMENT ON FUNCTION lab.metric_list() IS 'the metrics with their labels';
GRANT EXECUTE ON FUNCTION lab.metric_list() TO lab_master;

CREATE FUNCTION lab.url_encode(part text)
RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(
		CASE
			WHEN c.letter ~ '^[A-Za-z0-9_.~-]$' THEN c.letter
			ELSE upper(regexp_replace(encode(convert_to(c.letter, 'UTF8'), 'hex'), '(..)', '%\1', 'g'))
		END, '' ORDER BY c.place)
	FROM regexp_split_to_table(part, '') WITH ORDINALITY AS c (letter, place)
$$;
COMMENT ON FUNCTION lab.url_encode(text) IS 'a part of a URL';

-- How the exporter connects: labcreator.exporter_connection, else by this server's socket.
CREATE FUNCTION lab.exporter_connection()
RETURNS text
LANGUAGE sql STABLE
SECURITY DEFINER						-- for unix_socket_directories
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(nullif(current_setting('labcreator.exporter_connection'), ''),
		format('postgres://lab_monitor@/%s?host=%s&port=%s&sslmode=disable&connect_timeout=5&statement_timeout=4000',
			lab.url_encode(current_setting('labcreator.database')),
			lab.url_encode(coalesce(
				nullif(trim(split_part(current_setting('unix_socket_directories'), ',', 1)), ''), 'localhost')),
			current_setting('port')))
$$;
COMMENT ON FUNCTION lab.exporter_connection() IS 'how the SQL exporter connects';
GRANT EXECUTE ON FUNCTION lab.exporter_connection() TO lab_master;

-- Values go in as JSON strings, which YAML reads as they are.
CREATE FUNCTION lab.exporter_config(exporter text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	connection CONSTANT text := to_json(lab.exporter_connection());
BEGIN
	CASE exporter
		WHEN 'justwatch' THEN
			RETURN (
				SELECT format(E'# written by labcreator for prometheus-sql-exporter (justwatch)\n'
					'jobs:\n- name: labcreator\n  interval: 5s\n  connections: [%s]\n  queries:\n', connection)
					|| string_agg(format(E'  - name: %s\n    help: %s\n    labels: %s\n    values: [value]\n    allow_zero_rows: true\n    query: %s\n',
						m.metric, to_json(m.help), array_to_json(m.labels), to_json(q.query)), '')
				FROM lab.metric_list() m,
					format('SELECT %s FROM lab.metrics WHERE metric = %L', array_to_string(m.labels || 'value'::text, ', '), m.metric) AS q (query));
		WHEN 'burningalchemist' THEN
			RETURN (
				SELECT format(E'# written by labcreator for sql_exporter (burningalchemist)\n'
					'global: {scrape_timeout: 10s, scrape_timeout_offset: 500ms, min_interval: 5s, max_connections: 1, max_idle_connections: 1}\n'
					'target: {name: labcreator, data_source_name: %s, collectors: [labcreator]}\n'
					'collectors:\n- collector_name: labcreator\n  metrics:\n', connection)
					|| string_agg(format(E'  - metric_name: %s\n    type: %s\n    help: %s\n    key_labels: %s\n    values: [value]\n    query: %s\n',
						m.metric, m.type, to_json(m.help), array_to_json(m.labels), to_json(q.query)), '')
				FROM lab.metric_list() m,
					format('SELECT %s FROM lab.metrics WHERE metric = %L', array_to_string(m.labels || 'value'::text, ', '), m.metric) AS q (query));
		ELSE
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('unknown exporter "%s"', exporter),
				HINT = 'Those known are justwatch (Debian''s prometheus-sql-exporter) and burningalchemist.';
	END CASE;
END
$$;
COMMENT ON FUNCTION lab.exporter_config(text) IS 'the configuration of an SQL exporter';
GRANT EXECUTE ON FUNCTION lab.exporter_config(text) TO lab_master;

CREATE FUNCTION lab_exporter_config(exporter text DEFAULT 'justwatch')
RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT lab.exporter_config($1)
$$;
COMMENT ON FUNCTION lab_exporter_config(text) IS
	'the configuration of an SQL exporter, justwatch or burningalchemist, that reads lab.metrics as lab_monitor';

CREATE FUNCTION lab_prometheus_config(exporter text DEFAULT 'localhost:9237', rules text DEFAULT 'labcreator.rules.yml')
RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format($yaml$# for Prometheus, by lab_prometheus_config()
global: {scrape_interval: 5s, evaluation_interval: 5s}
rule_files: [%s]
scrape_configs:
- job_name: labcreator
  static_configs: [{targets: [%s]}]
  metric_relabel_configs:
  - {regex: 'driver|host|user|col|sql_job', action: labeldrop}
  - {source_labels: [__name__], regex: 'sql_(lab_.+)', target_label: __name__, replacement: '$1'}
$yaml$, to_json(rules), to_json(exporter))
$$;
COMMENT ON FUNCTION lab_prometheus_config(text, text) IS
	'the configuration of a Prometheus that scrapes the SQL exporter at this address';

CREATE FUNCTION lab_prometheus_rules()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT $yaml$# alerts of labcreator, by lab_prometheus_rules()
groups:
- name: labcreator
  rules:
  - alert: LabHandRaised
    expr: lab_participant_signal{signal="hand"} == 1
    for: 1m
    labels: {severity: info}
    annotations:
      summary: '{{ $labels.participant }} of {{ $labels.lab }} has had a hand up for a minute'
  - alert: LabParticipantStuck
    expr: max without (signal) (lab_participant_signal{signal=~"stuck|silent failure|erroring|blocked"}) == 1
    for: 5m
    labels: {severity: info}
    annotations:
      summary: '{{ $labels.participant }} of {{ $labels.lab }} has got no further for five minutes'
  - alert: LabClassStuckAtTask
    expr: |
      count by (lab, task) (lab_participant_attention_timestamp_seconds{signal=~"hand|stuck|silent failure|erroring"}) >= 3
      and on (lab, task)
      count by (lab, task) (lab_participant_attention_timestamp_seconds{signal=~"hand|stuck|silent failure|erroring"})
        / on (lab) group_left sum by (lab) (lab_participants{state="working"}) >= 0.5
    for: 2m
    labels: {severity: warning}
    annotations:
      summary: 'half of those at work in {{ $labels.lab }} are stuck at task {{ $labels.task }}: explain it to everybody'
  - alert: LabWorkerLost
    expr: time() - lab_worker_heartbeat_timestamp_seconds > 60
    for: 30s
    labels: {severity: critical}
    annotations:
      summary: 'background worker {{ $labels.worker }} has done nothing for a minute: see lab_status()'
  - alert: LabExporterStale
    expr: time() - lab_metrics_timestamp_seconds > 60 or absent(lab_metrics_timestamp_seconds)
    for: 30s
    labels: {severity: critical}
    annotations:
      summary: 'the SQL exporter shows old values, or none: does it reach the control database?'
  - alert: LabProvisioningFailed
    expr: lab_participants{state="failed"} > 0
    for: 30s
    labels: {severity: critical}
    annotations:
      summary: '{{ $value }} databases of {{ $labels.lab }} could not be made: see lab_status()'
  - alert: LabTargetFailing
    expr: lab_target_failing == 1
    for: 5m
    labels: {severity: warning}
    annotations:
      summary: '{{ $labels.target }} has not been told of changes for five minutes: see lab_status()'
$yaml$
$$;
COMMENT ON FUNCTION lab_prometheus_rules() IS 'alert rules for Prometheus';

CREATE FUNCTION lab_aliases(lab text)
RETURNS TABLE (alias text, login name, name text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT a.alias, p.login, p.name
	FROM lab.labs l
	JOIN lab.participants p ON p.lab_id = l.id
	JOIN lab.activity a ON a.participant_id = p.id
	WHERE l.name = $1
	ORDER BY length(a.alias), a.alias
$$;
COMMENT ON FUNCTION lab_aliases(text) IS 'who is behind the names that peers and dashboards show';

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

-- ---------------------------------------------------------------------------
-- Whose labs one sees.  A lab is its owner's and theirs whom its spec names as masters;
-- everything else follows from the rows of lab.labs that a statement sees.  Subqueries
-- of policies do not depend on the row: they are computed once a statement and scan,
-- and hashed.  Superusers, background workers and what labcreator does for its callers
-- are not bound by policies; who has no policy of their own sees nothing.
-- ---------------------------------------------------------------------------
CREATE FUNCTION lab.mine(owner oid, masters oid[])
RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'lab_mine';
COMMENT ON FUNCTION lab.mine(oid, oid[]) IS 'may who asks see a lab of these, and act on it?';
GRANT EXECUTE ON FUNCTION lab.mine(oid, oid[]) TO lab_master;

-- The outbox and what is known of targets speak of labs by name, and of some that are gone.
CREATE TABLE lab.names (
	name text PRIMARY KEY,
	owner regrole NOT NULL,
	masters regrole[] NOT NULL
);
COMMENT ON TABLE lab.names IS 'whose a lab is or was, by its name';

CREATE FUNCTION lab.note_name()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- A name that goes to somebody else takes nothing of the past along.
	DELETE FROM lab.drift d
	USING lab.names n
	WHERE n.name = NEW.name AND n.owner <> NEW.owner AND d.lab = n.name;

	INSERT INTO lab.names (name, owner, masters)
	VALUES (NEW.name, NEW.owner, NEW.masters)
	ON CONFLICT (name) DO UPDATE SET owner = EXCLUDED.owner, masters = EXCLUDED.masters;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.note_name() IS 'trigger: keeps lab.names';
CREATE TRIGGER note_name AFTER INSERT OR UPDATE OF name, owner, masters ON lab.labs
	FOR EACH ROW EXECUTE FUNCTION lab.note_name();

GRANT SELECT ON lab.names TO lab_master;

ALTER TABLE lab.labs ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.labs FOR SELECT TO lab_master USING (lab.mine(owner, masters));
ALTER TABLE lab.names ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.names FOR SELECT TO lab_master USING (lab.mine(owner, masters));

ALTER TABLE lab.participants ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.participants FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));
ALTER TABLE lab.kept ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.kept FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));
ALTER TABLE lab.tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.tasks FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));
ALTER TABLE lab.checks ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.checks FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));
ALTER TABLE lab.activity ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.activity FOR SELECT TO lab_master USING (lab_id IN (SELECT l.id FROM lab.labs l));

ALTER TABLE lab.results ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.results FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.progress ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.progress FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.error_counts ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.error_counts FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.events ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.events FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.passes ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.passes FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.done_tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.done_tasks FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.task_scores ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.task_scores FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.hands ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.hands FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.answers FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));
ALTER TABLE lab.signals ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.signals FOR SELECT TO lab_master USING (participant_id IN (SELECT p.id FROM lab.participants p));

ALTER TABLE lab.pace ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.pace FOR SELECT TO lab_master USING (check_id IN (SELECT c.id FROM lab.checks c));
ALTER TABLE lab.task_pace ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.task_pace FOR SELECT TO lab_master USING (task_id IN (SELECT t.id FROM lab.tasks t));

-- Rows without a lab are known by their subject: an account, a group, or a target as a whole.
ALTER TABLE lab.outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.outbox FOR SELECT TO lab_master
	USING (lab IN (SELECT n.name FROM lab.names n)
		OR lab IS NULL AND (subject IN ('directory', 'operations', 'file')
			OR subject IN (SELECT 'account ' || p.login FROM lab.participants p)
			OR subject IN (SELECT 'group ' || n.name FROM lab.names n)));
ALTER TABLE lab.drift ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.drift FOR SELECT TO lab_master
	USING (lab IN (SELECT n.name FROM lab.names n)
		OR lab IS NULL AND (subject IN ('directory', 'operations', 'file')
			OR subject IN (SELECT 'account ' || p.login FROM lab.participants p)
			OR subject IN (SELECT 'group ' || n.name FROM lab.names n)));
ALTER TABLE lab.dashboards ENABLE ROW LEVEL SECURITY;
CREATE POLICY masters ON lab.dashboards FOR SELECT TO lab_master
	USING (lab IS NULL OR lab IN (SELECT n.name FROM lab.names n));

ALTER TABLE lab.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE lab.directory ENABLE ROW LEVEL SECURITY;

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

-- ---------------------------------------------------------------------------
-- pg_dump takes what the tables hold, and where their sequences are.
-- ---------------------------------------------------------------------------

-- While a dump is restored other triggers are off, and the coordinator may have read the
-- tables when they were still empty.
CREATE FUNCTION lab.wanted_changed()
RETURNS trigger
LANGUAGE c
AS 'MODULE_PATHNAME', 'lab_wanted_changed';
COMMENT ON FUNCTION lab.wanted_changed() IS 'trigger: wakes the coordinator when the transaction commits';
REVOKE EXECUTE ON FUNCTION lab.wanted_changed() FROM PUBLIC;
DO $$
DECLARE
	relation record;
BEGIN
	FOR relation IN
		SELECT c.oid, CASE WHEN c.relname = 'targets' THEN 'WHERE false' ELSE '' END AS rows	-- found anew by itself
		FROM pg_catalog.pg_class c
		WHERE c.relnamespace = 'lab'::pg_catalog.regnamespace AND c.relkind IN ('r', 'S')
	LOOP
		PERFORM pg_catalog.pg_extension_config_dump(relation.oid, relation.rows);
	END LOOP;
END
$$;

CREATE TRIGGER wake AFTER INSERT ON lab.labs FOR EACH STATEMENT EXECUTE FUNCTION lab.wanted_changed();
CREATE TRIGGER wake AFTER INSERT ON lab.participants FOR EACH STATEMENT EXECUTE FUNCTION lab.wanted_changed();
CREATE TRIGGER wake AFTER INSERT ON lab.checks FOR EACH STATEMENT EXECUTE FUNCTION lab.wanted_changed();
ALTER TABLE lab.labs ENABLE ALWAYS TRIGGER wake;
ALTER TABLE lab.participants ENABLE ALWAYS TRIGGER wake;
ALTER TABLE lab.checks ENABLE ALWAYS TRIGGER wake;
