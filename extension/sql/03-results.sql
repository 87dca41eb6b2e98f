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

