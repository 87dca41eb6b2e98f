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
		FROM lab.passes x
		JOIN lab.checks c ON c.id = x.check_id
		WHERE x.participant_id = $1 AND c.task_id = $2
	) b
$$;
COMMENT ON FUNCTION lab.time_of_task(integer, integer) IS 'when a participant had all of a task, and how long it took them; one row';

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
			lab.task_ratio(bool_and(coalesce(v.status, r.status, 'fail') = 'pass'),
				sum(c.points) FILTER (WHERE coalesce(v.status, r.status) = 'pass'), sum(c.points)) AS ratio
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

