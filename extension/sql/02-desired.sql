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
	earned numeric NOT NULL DEFAULT 0,		-- points
	points numeric NOT NULL DEFAULT 0,		-- of so many
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

