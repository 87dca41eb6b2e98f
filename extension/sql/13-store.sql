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

CREATE FUNCTION lab.task_ratio(done boolean, earned numeric, points numeric)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE WHEN done THEN 1 ELSE least(coalesce(earned, 0) / points, 0.9999) END::float8
$$;
COMMENT ON FUNCTION lab.task_ratio(boolean, numeric, numeric) IS 'how much of a task is done, from 0 to 1';

-- Checks that passed in the same evaluation took their time together.
CREATE FUNCTION lab.time_of_task(participant integer, task integer)
RETURNS TABLE (at timestamptz, took interval)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT max(b.at), sum(b.took)
	FROM (
		SELECT DISTINCT x.at, x.took
		FROM lab.checks c
		CROSS JOIN LATERAL (SELECT at, took FROM lab.passes WHERE participant_id = $1 AND check_id = c.id OFFSET 0) x
		WHERE c.task_id = $2
	) b
$$;
COMMENT ON FUNCTION lab.time_of_task(integer, integer) IS 'when a participant had all of a task, and how long it took them; one row';

-- One evaluation: only what differs is written, and looked at.  In PL/pgSQL, which keeps the plans: making them takes longer than
-- running them.  OFFSET 0: checks are looked up one by one, however few there were when the plan was made.
CREATE FUNCTION lab.store(participant integer, checks integer[], statuses text[], details text[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	person record;
	stands record;
	anew boolean;
	new_score numeric;
	stored boolean;
	moved boolean;
BEGIN
	SELECT p.*, l.revision AS current
	INTO person
	FROM lab.participants p
	JOIN lab.labs l ON l.id = p.lab_id
	WHERE p.id = participant;
	anew := person.evaluated IS NULL OR person.revision <> person.current;

	IF NOT anew THEN
		SELECT person.passed + coalesce(sum(g.gain) FILTER (WHERE c.points > 0), 0) AS passed, person.total::bigint AS total,
			person.earned + coalesce(sum(g.gain * c.points), 0) AS earned, person.points AS points
		INTO stands
		FROM unnest(checks, statuses) AS v (check_id, status)
		CROSS JOIN LATERAL (SELECT points FROM lab.checks WHERE id = v.check_id OFFSET 0) c
		LEFT JOIN LATERAL (
			SELECT status FROM lab.results WHERE participant_id = participant AND check_id = v.check_id OFFSET 0
		) r ON true
		CROSS JOIN LATERAL (
			SELECT (v.status = 'pass')::integer - coalesce(r.status = 'pass', false)::integer AS gain
		) g;
	END IF;

	INSERT INTO lab.results AS r (participant_id, check_id, status, detail, since)
	SELECT participant, v.check_id, v.status, v.detail, clock_timestamp()
	FROM unnest(checks, statuses, details) AS v (check_id, status, detail)
	CROSS JOIN LATERAL (SELECT FROM lab.checks WHERE id = v.check_id OFFSET 0) c
	LEFT JOIN LATERAL (
		SELECT check_id, status, detail FROM lab.results WHERE participant_id = participant AND check_id = v.check_id OFFSET 0
	) old ON true
	WHERE old.check_id IS NULL
		OR (old.status, old.detail) IS DISTINCT FROM (v.status, v.detail)
	ON CONFLICT (participant_id, check_id) DO UPDATE
	SET status = EXCLUDED.status,
		detail = EXCLUDED.detail,
		since = CASE WHEN r.status = EXCLUDED.status THEN r.since ELSE EXCLUDED.since END;
	stored := FOUND;

	IF anew THEN
		SELECT count(*) FILTER (WHERE r.status = 'pass' AND c.points > 0) AS passed, count(*) FILTER (WHERE c.points > 0) AS total,
			coalesce(sum(c.points) FILTER (WHERE r.status = 'pass'), 0) AS earned, coalesce(sum(c.points), 0) AS points
		INTO stands
		FROM lab.checks c
		LEFT JOIN lab.results r ON r.participant_id = participant AND r.check_id = c.id
		WHERE c.lab_id = person.lab_id;
	END IF;
	new_score := lab.score(stands.passed, stands.total, stands.earned, stands.points);
	moved := person.evaluated IS NULL
		OR (person.passed, person.total, person.score) IS DISTINCT FROM (stands.passed::integer, stands.total::integer, new_score);

	-- The first look at other checks than before is no progress of theirs.
	UPDATE lab.participants p
	SET passed = stands.passed,
		total = stands.total,
		earned = stands.earned,
		points = stands.points,
		score = new_score,
		last_progress = CASE
			WHEN NOT anew AND (stands.passed > p.passed OR new_score > p.score) THEN clock_timestamp()
			ELSE p.last_progress
		END,
		evaluated = coalesce(p.evaluated, clock_timestamp()),
		revision = person.current,
		evaluation_error = NULL
	WHERE p.id = participant
		AND (moved OR anew OR p.evaluation_error IS NOT NULL OR (p.earned, p.points) IS DISTINCT FROM (stands.earned, stands.points));

	IF moved THEN
		INSERT INTO lab.progress (participant_id, at, passed, total, score)
		VALUES (participant, clock_timestamp(), stands.passed, stands.total, new_score);
	END IF;

	INSERT INTO lab.task_scores AS k (participant_id, task_id, ratio)
	SELECT participant, c.task_id,
		lab.task_ratio(bool_and(coalesce(r.status, 'fail') = 'pass'), sum(c.points) FILTER (WHERE r.status = 'pass'), sum(c.points))
	FROM (
		SELECT DISTINCT n.task_id
		FROM unnest(checks) AS v (check_id)
		CROSS JOIN LATERAL (SELECT task_id FROM lab.checks WHERE id = v.check_id OFFSET 0) n
	) t
	CROSS JOIN LATERAL (SELECT id, task_id, points FROM lab.checks WHERE task_id = t.task_id AND points > 0 OFFSET 0) c
	LEFT JOIN LATERAL (
		SELECT status FROM lab.results WHERE participant_id = participant AND check_id = c.id OFFSET 0
	) r ON true
	GROUP BY c.task_id
	ON CONFLICT (participant_id, task_id) DO UPDATE SET ratio = EXCLUDED.ratio WHERE k.ratio <> EXCLUDED.ratio;
	RETURN stored OR moved;
END
$$;
COMMENT ON FUNCTION lab.store(integer, integer[], text[], text[]) IS
	'stores the verdicts of one evaluation where they differ from the last; true when something did';

