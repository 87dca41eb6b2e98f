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
		LEFT JOIN LATERAL (			-- looked up one by one, however few there were when the plan was made
			SELECT status FROM lab.results WHERE participant_id = NEW.participant_id AND check_id = c.id OFFSET 0
		) r ON true
		WHERE c.task_id = of_check.task_id AND r.status IS DISTINCT FROM 'pass'
	) THEN
		WITH done AS (
			INSERT INTO lab.done_tasks (participant_id, task_id, at, took)
			SELECT NEW.participant_id, of_check.task_id, now(), w.took
			FROM lab.time_of_task(NEW.participant_id, of_check.task_id) w
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

