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

