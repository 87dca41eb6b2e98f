-- Rows.
-- duplicate of NULLs too many | calc.bag
INSERT INTO calc.bag VALUES (NULL, NULL);
-- one duplicate of this and one fewer of that | calc.bag
UPDATE calc.bag SET word = NULL, n = NULL WHERE ctid = (SELECT min(ctid) FROM calc.bag WHERE word = 'one' AND n = 1);
-- space for the empty string | calc.bag
UPDATE calc.bag SET word = ' ' WHERE word = '';
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
-- one letter far inside a large value | calc.measure
UPDATE calc.measure SET t = overlay(t PLACING 'X' FROM 170000) WHERE id = 6;
-- bytes as text | calc.measure
UPDATE calc.measure SET b = '\\xdeadbeef' WHERE id = 4;
-- a microsecond | calc.measure
UPDATE calc.measure SET tz = tz - interval '1 microsecond' WHERE id = 4;
-- minus infinity | calc.measure
UPDATE calc.measure SET tz = 'infinity' WHERE id = 2;
-- the date is the last one instead of infinity | calc.measure
UPDATE calc.measure SET d = '5874897-12-31' WHERE id = 1;
-- 30 days for a month | calc.measure
UPDATE calc.measure SET i = '30 days' WHERE id = 4;
-- a key without its null | calc.measure
UPDATE calc.measure SET jb = '{"b": 1}' WHERE id = 1;
-- NULL for an empty array | calc.measure
UPDATE calc.measure SET arr = NULL WHERE id = 1;
-- an array without its NULL | calc.measure
UPDATE calc.measure SET arr = '{1,3}' WHERE id = 2;
-- the sign of money | calc.measure
UPDATE calc.measure SET m = 0.01 WHERE id = 2;
-- a bit string of zeros | calc.measure
UPDATE calc.measure SET bits = '0' WHERE id = 2;
-- NULL for an empty range | calc.measure
UPDATE calc.measure SET marks = NULL WHERE id = 2;
-- midnight at the other end | calc.measure
UPDATE calc.measure SET tt = '00:00' WHERE id = 1;
-- xml with a text inside | calc.measure
UPDATE calc.measure SET x = '<a>1</a>' WHERE id = 1;
-- an oid that became negative | calc.measure
UPDATE calc.measure SET what = 0 WHERE id = 4;
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
-- a box by its other corners | reg.room
UPDATE reg.room SET shape = '(10,10),(0,1)' WHERE number = 101;
-- a row of a partition missing | exam.result
DELETE FROM exam.result WHERE year = 2025 AND person_id = 6;
-- a row of a table in odd letters | "Õppetöö"."Üliõpilane"
UPDATE "Õppetöö"."Üliõpilane" SET "a.b" = 'a.b' WHERE "Kood" = 2;
-- false for NULL | "Õppetöö"."Üliõpilane"
UPDATE "Õppetöö"."Üliõpilane" SET "column with a name that is exactly as long as it may get to be." = false WHERE "Kood" = 2;
-- rows twice | reg.logbook
INSERT INTO reg.logbook (at, by_whom, what, detail) SELECT at, by_whom, what, detail FROM reg.logbook;
-- a mark and the other swapped | reg.enrolment
UPDATE reg.enrolment SET mark = 5 - mark WHERE person_id = 3 AND course IN ('ITI0101', 'ITI0206') AND attempt = 1;
