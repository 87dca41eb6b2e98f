-- ---------------------------------------------------------------------------
-- What participants are told.
-- ---------------------------------------------------------------------------
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

