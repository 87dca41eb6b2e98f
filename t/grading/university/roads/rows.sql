-- Rows.
-- rows deleted and inserted in another order
TRUNCATE reg.prerequisite;
INSERT INTO reg.prerequisite VALUES ('ITI0909', 'LAW0001'), ('ITI0909', 'ITI0303');
INSERT INTO reg.prerequisite VALUES ('ITI0303', 'ITI0206');
INSERT INTO reg.prerequisite (needs, course) SELECT 'ITI0101', 'ITI0206';
-- numbers with other scales
UPDATE calc.measure SET n = 1 WHERE id = 1;
UPDATE calc.measure SET n = 0.000000000000000000010000 WHERE id = 3;
UPDATE calc.measure SET f8 = 0 WHERE id = 3;
UPDATE calc.measure SET f4 = 0 WHERE id = 1;
-- blanks at the end of char
UPDATE calc.measure SET c = 'ab   ' WHERE id = 1;
UPDATE calc.measure SET c = '     ' WHERE id = 2;
-- times in other zones
UPDATE calc.measure SET tz = '2026-03-29 00:30:00+00' WHERE id = 1;
UPDATE calc.measure SET tz = '2027-01-01 08:59:59.999999 Asia/Tokyo' WHERE id = 4;
-- bytes in the other notation
UPDATE calc.measure SET b = '\000\377' WHERE id = 2;
UPDATE calc.measure SET b = decode('3q2+7w==', 'base64') WHERE id = 4;
-- intervals by other words
UPDATE calc.measure SET i = 'P1D' WHERE id = 1;
UPDATE calc.measure SET i = make_interval(hours => 24) WHERE id = 2;
UPDATE calc.measure SET i = '-1 month 30 days 00:00:00' WHERE id = 3;
-- json with its keys in another order and other blanks
UPDATE calc.measure SET j = '{ "b" : [1,2], "a":1 }' WHERE id = 1;
UPDATE calc.measure SET jb = '{"a":null,"b":1.0}' WHERE id = 1;
UPDATE calc.measure SET j = '[1, 1]' WHERE id = 4;
-- arrays by other words
UPDATE calc.measure SET arr = ARRAY[]::integer[] WHERE id = 1;
UPDATE calc.measure SET arr = ARRAY[[1, 2], [3, 4]] WHERE id = 3;
-- ranges with other bounds
UPDATE reg.lesson SET during = int4range(10, 11, '[]') WHERE during = '[10,12)';
UPDATE calc.measure SET marks = '[1.0,2.00)' WHERE id = 1;
UPDATE calc.measure SET marks = '(3,3)' WHERE id = 2;
-- uuid, xml and addresses in other notations
UPDATE calc.measure SET u = '{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}' WHERE id = 1;
UPDATE calc.measure SET net = '0:0:0:0:0:0:0:1' WHERE id = 2;
-- boxes by their other corners
UPDATE reg.room SET shape = '(0,10),(10,0)' WHERE number = 101;
-- citext and text in other letters are other rows, put back
UPDATE reg.person SET e_mail = upper(e_mail) WHERE person_id = 1;
UPDATE reg.person SET e_mail = 'mart.tamm@uni.test' WHERE person_id = 1;
-- rows of a partitioned table straight into their partitions
DELETE FROM exam.result WHERE year = 2025;
INSERT INTO exam.result_2025 (year, faculty, person_id, points) VALUES (2025, 'none', 6, 33), (2025, 'CS', 5, 90), (2025, 'IT', 3, 0);
ALTER TABLE exam.result DISABLE TRIGGER USER;
INSERT INTO exam.result (year, faculty, person_id, points) VALUES (2025, 'IT', 4, 77.70);
ALTER TABLE exam.result ENABLE TRIGGER USER;
-- rows by COPY
CREATE TEMP TABLE t AS TABLE calc.bag;
TRUNCATE calc.bag;
COPY calc.bag (n, word) FROM stdin (FORMAT csv);
2,two
1.5,one
1.00,one
0.0,""
,
1,one
,
\.
-- the large value put together
UPDATE calc.measure SET t = (SELECT string_agg('toast ', '') FROM generate_series(1, 30000)) WHERE id = 6;
-- composites and domains spelt out
UPDATE reg.person SET contacts = ARRAY['("+372 555",,2020-01-01)']::reg.contact[] WHERE person_id = 2;
UPDATE reg.enrolment SET partial_marks = ARRAY[4, 5, 5]::smallint[] WHERE course = 'ITI0101' AND person_id = 3;
-- everything updated to itself
UPDATE reg.person SET surname = surname;
UPDATE calc.measure SET id = id;
UPDATE exam.answer SET body = body;
