-- A class of :people with :events events, in the tables only: for measuring what is asked of the tables.  In the control database, after
-- lab_create() for one participant, anna.
SELECT setseed(0.5);
INSERT INTO lab.participants (lab_id, login, name, database, state, evaluated)
SELECT 1, 'p' || i, 'Participant ' || i, 'bench_p' || i, 'ready', now()
FROM generate_series(2, :people) AS i;

-- each has passed a share of the checks, in order, at a pace of their own
INSERT INTO lab.results (participant_id, check_id, status, detail, since)
SELECT p.id, c.id, CASE WHEN c.n <= p.share * c.total THEN 'pass' ELSE 'fail' END, 'is missing', now()
FROM (SELECT id, greatest(random(), 0.1) + CASE WHEN random() < 0.3 THEN 0.5 ELSE 0 END AS share FROM lab.participants WHERE login <> 'anna') p,
	(SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS total FROM lab.checks) c;
UPDATE lab.passes SET took = random() * interval '10 minutes';
UPDATE lab.participants p
SET passed = s.passed,
	total = s.total,
	score = round(100.0 * s.passed / s.total, 2),
	last_progress = now() - random() * interval '20 minutes',
	last_seen = now() - random() * interval '4 minutes'
FROM (SELECT participant_id, count(*) FILTER (WHERE status = 'pass') AS passed, count(*) AS total FROM lab.results GROUP BY 1) s
WHERE p.id = s.participant_id;
UPDATE lab.activity a
SET online = 1, first_seen = now() - interval '1 hour', first_login = now() - interval '1 hour', last_login = now() - interval '1 hour',
	last_statement = now() - random() * interval '6 minutes', active_since = now() - interval '50 minutes',
	statements = 300, errors = 60, previous = '00000', run_sqlstate = '42601', run_length = (random() * 3)::int, run_since = now(),
	pair_scores = ARRAY(SELECT (ARRAY[0, 0, 0, 8, 11])[1 + floor(random() * 5)::int] FROM generate_series(1, 20) WHERE a.participant_id > 0),
	object = (SELECT owner FROM lab.checks ORDER BY random() * a.participant_id LIMIT 1), object_since = now(), object_successes = (random() * 5)::int;
INSERT INTO lab.events (participant_id, at, kind, object, detail)
SELECT 1 + i % :people, now() - random() * interval '2 hours', 'error', 'shop.orders', (ARRAY['42601', '42P01', '42703', '23503'])[1 + i % 4]
FROM generate_series(1, :events - (SELECT count(*) FROM lab.events)) AS i;
INSERT INTO lab.error_counts (participant_id, sqlstate, object, count)
SELECT participant_id, detail, object, count(*) FROM lab.events WHERE kind = 'error' GROUP BY 1, 2, 3;
VACUUM ANALYZE;
