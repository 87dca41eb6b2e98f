-- ---------------------------------------------------------------------------
-- Signals: who is connected, what goes wrong, who needs help.
-- ---------------------------------------------------------------------------
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

