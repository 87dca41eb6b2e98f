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

