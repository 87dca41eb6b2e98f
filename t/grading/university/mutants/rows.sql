-- Rows.
-- row missing that nobody refers to | calc.bag
DELETE FROM calc.bag WHERE word = 'two';
-- duplicate lost | calc.bag
DELETE FROM calc.bag WHERE ctid = (SELECT min(ctid) FROM calc.bag WHERE word = 'one' AND n = 1);
-- duplicate of NULLs too many | calc.bag
INSERT INTO calc.bag VALUES (NULL, NULL);
-- one duplicate of this and one fewer of that | calc.bag
UPDATE calc.bag SET word = NULL, n = NULL WHERE ctid = (SELECT min(ctid) FROM calc.bag WHERE word = 'one' AND n = 1);
-- NULL for the empty string | calc.bag
UPDATE calc.bag SET word = NULL WHERE word = '';
-- space for the empty string | calc.bag
UPDATE calc.bag SET word = ' ' WHERE word = '';
-- NaN became NULL | calc.measure
UPDATE calc.measure SET f8 = NULL WHERE id = 1;
-- infinity became the greatest number | calc.measure
UPDATE calc.measure SET f8 = 1.7976931348623157e308 WHERE id = 2;
-- one bit of a float | calc.measure
UPDATE calc.measure SET f8 = 0.1 + 0.2 - 0.2 + 1e-17 * 4 WHERE id = 4;
-- the last digit of a numeric | calc.measure
UPDATE calc.measure SET n = 1e-19 WHERE id = 3;
-- numeric NaN became 0 | calc.measure
UPDATE calc.measure SET n = 0 WHERE id = 2;
-- trailing space in text | calc.measure
UPDATE calc.measure SET t = 'õ ' WHERE id = 3;
-- another composition of a letter | calc.measure
UPDATE calc.measure SET t = U&'o\0303' WHERE id = 3;
-- line break of Windows | calc.measure
UPDATE calc.measure SET t = E'line\r\nbreak\ttab' WHERE id = 4;
-- one letter far inside a large value | calc.measure
UPDATE calc.measure SET t = overlay(t PLACING 'X' FROM 170000) WHERE id = 6;
-- bytes as text | calc.measure
UPDATE calc.measure SET b = '\\xdeadbeef' WHERE id = 4;
-- a byte more | calc.measure
UPDATE calc.measure SET b = '\x00ff00' WHERE id = 2;
-- another zone | calc.measure
UPDATE calc.measure SET tz = '2026-03-29 03:30+02' WHERE id = 1;
-- a microsecond | calc.measure
UPDATE calc.measure SET tz = tz - interval '1 microsecond' WHERE id = 4;
-- minus infinity | calc.measure
UPDATE calc.measure SET tz = 'infinity' WHERE id = 2;
-- the date is the last one instead of infinity | calc.measure
UPDATE calc.measure SET d = '5874897-12-31' WHERE id = 1;
-- 24 hours for a day | calc.measure
UPDATE calc.measure SET i = '24 hours' WHERE id = 1;
-- 30 days for a month | calc.measure
UPDATE calc.measure SET i = '30 days' WHERE id = 4;
-- json null for NULL | calc.measure
UPDATE calc.measure SET jb = 'null' WHERE id = 5;
-- a key without its null | calc.measure
UPDATE calc.measure SET jb = '{"b": 1}' WHERE id = 1;
-- a string for a number in json | calc.measure
UPDATE calc.measure SET j = '{"a": "1", "b": [1, 2]}' WHERE id = 1;
-- an array in json in another order | calc.measure
UPDATE calc.measure SET j = '{"a": 1, "b": [2, 1]}' WHERE id = 1;
-- NULL for an empty array | calc.measure
UPDATE calc.measure SET arr = NULL WHERE id = 1;
-- an array without its NULL | calc.measure
UPDATE calc.measure SET arr = '{1,3}' WHERE id = 2;
-- an array of one dimension | calc.measure
UPDATE calc.measure SET arr = '{1,2,3,4}' WHERE id = 3;
-- an array that begins at 1 | calc.measure
UPDATE calc.measure SET arr = '{7,8}' WHERE id = 4;
-- a cent | calc.measure
UPDATE calc.measure SET m = 12.35 WHERE id = 1;
-- the sign of money | calc.measure
UPDATE calc.measure SET m = 0.01 WHERE id = 2;
-- a bit | calc.measure
UPDATE calc.measure SET bits = '1110' WHERE id = 4;
-- a bit string of zeros | calc.measure
UPDATE calc.measure SET bits = '0' WHERE id = 2;
-- NULL for an empty range | calc.measure
UPDATE calc.measure SET marks = NULL WHERE id = 2;
-- a range with its upper bound | calc.measure
UPDATE calc.measure SET marks = '[1,2]' WHERE id = 1;
-- an address without its mask | calc.measure
UPDATE calc.measure SET net = '10.0.0.1' WHERE id = 1;
-- midnight at the other end | calc.measure
UPDATE calc.measure SET tt = '00:00' WHERE id = 1;
-- xml with a text inside | calc.measure
UPDATE calc.measure SET x = '<a>1</a>' WHERE id = 1;
-- an oid that became negative | calc.measure
UPDATE calc.measure SET what = 0 WHERE id = 4;
-- a state moved on | reg.person
UPDATE reg.person SET state = 'graduated' WHERE person_id = 4;
-- a name in other letters | reg.person
UPDATE reg.person SET e_mail = lower(e_mail) WHERE person_id = 2;
-- a letter without its sign | reg.person
UPDATE reg.person SET surname = 'Berzins' WHERE person_id = 3;
-- an attribute of a composite in an array | reg.person
UPDATE reg.person SET contacts[1].email = '' WHERE person_id = 2;
-- a composite twice | reg.person
UPDATE reg.person SET contacts = contacts || contacts WHERE person_id = 2;
-- languages in another order | reg.person
UPDATE reg.person SET languages = '{en,et}' WHERE person_id = 1;
-- a foreign key to another row | reg.student
UPDATE reg.student SET faculty_id = 30 WHERE person_id = 4;
-- an amount | reg.student
UPDATE reg.student SET paid = 0 WHERE person_id = 6;
-- a box by its other corners | reg.room
UPDATE reg.room SET shape = '(10,10),(0,1)' WHERE number = 101;
-- a row in the wrong partition's range | exam.result
UPDATE exam.result SET year = 2022 WHERE year = 2023;
-- a row of a partition missing | exam.result
DELETE FROM exam.result WHERE year = 2025 AND person_id = 6;
-- a child's row as the parent's | exam.thesis
DELETE FROM exam.thesis WHERE id = 2;
INSERT INTO exam.paper VALUES (2, 'On bags', 80);
-- a row of a table in odd letters | "Õppetöö"."Üliõpilane"
UPDATE "Õppetöö"."Üliõpilane" SET "a.b" = 'a.b' WHERE "Kood" = 2;
-- false for NULL | "Õppetöö"."Üliõpilane"
UPDATE "Õppetöö"."Üliõpilane" SET "column with a name that is exactly as long as it may get to be." = false WHERE "Kood" = 2;
-- row of an unlogged table missing | exam.scratch
ALTER TABLE exam.scratch NO FORCE ROW LEVEL SECURITY;
DELETE FROM exam.scratch WHERE k = '';
ALTER TABLE exam.scratch FORCE ROW LEVEL SECURITY;
-- rows missing in all | reg.lesson
TRUNCATE reg.lesson;
-- rows twice | reg.logbook
INSERT INTO reg.logbook (at, by_whom, what, detail) SELECT at, by_whom, what, detail FROM reg.logbook;
-- key of another row, same rest | reg.prerequisite
UPDATE reg.prerequisite SET needs = 'ITI0101' WHERE course = 'ITI0303';
-- a mark and the other swapped | reg.enrolment
UPDATE reg.enrolment SET mark = 5 - mark WHERE person_id = 3 AND course IN ('ITI0101', 'ITI0206') AND attempt = 1;
