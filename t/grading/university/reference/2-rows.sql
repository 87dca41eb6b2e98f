-- Rows.
INSERT INTO reg.country VALUES ('EST', 'Estonia'), ('LVA', 'Latvia'), ('FIN', 'Finland'), ('CIV', 'Côte d''Ivoire');

INSERT INTO reg.faculty (parent_id, name, short) VALUES (NULL, 'University', 'UNI');
INSERT INTO reg.faculty (parent_id, name, short) VALUES (10, 'Information Technology', 'IT'), (10, 'Law', 'LAW'), (20, 'Software', DEFAULT);

INSERT INTO reg.person (national_id, country_code, given_name, surname, birth_date, e_mail, state, contacts, languages, reg_time) VALUES
	('38001010001', 'EST', 'Mart', 'Tamm', '1980-01-01', 'mart.tamm@uni.test', 'active', '{}', '{et,en}', '2020-09-01 10:00'),
	('48502020002', 'EST', 'Kadri', 'Saar', '1985-02-02', 'Kadri.Saar@uni.test', 'active', ARRAY[ROW('+372 555', NULL, '2020-01-01')::reg.contact], '{et}', '2020-09-02 11:00'),
	('10203040506', 'LVA', 'Jānis', 'Bērziņš', '2001-03-04', 'janis@uni.test', 'active', '{}', NULL, '2021-08-30 12:30'),
	('60001010003', 'EST', 'Mari', NULL, '2000-02-29', 'mari@uni.test', 'on leave', '{}', '{}', '2019-08-30 09:00'),
	('60001010004', 'EST', NULL, 'O''Neill', '2000-12-31', 'oneill@uni.test', 'graduated', '{}', '{en}', '2018-08-30'),
	('11223344556', 'FIN', 'Aino', 'Virtanen', '1999-06-15', 'aino@uni.test', 'expelled', '{}', '{fi,sv,en}', '2018-08-31'),
	('37001010005', 'EST', 'Peeter', 'Tamm', '1970-01-01', 'peeter.tamm@uni.test', 'active', '{}', '{et,ru}', '2005-01-10');

INSERT INTO reg.student (person_id, matricula, faculty_id, started, finished, paid) VALUES
	(3, '213001', 40, '2021-09-01', NULL, 120.50), (4, '193002', 20, '2019-09-01', NULL, 0),
	(5, '183003', 30, '2018-09-01', '2021-06-20', 3300), (6, '183004', 40, '2018-09-01', '2019-02-01', -15.25);
INSERT INTO reg.lecturer VALUES (7, 'A-101', NULL, 4200.00, '1234', '[9,17)'), (1, 'A-102', 7, 3100.50, NULL, '[8,20)'),
	(2, NULL, 1, 3100.50, '0007', NULL);

INSERT INTO reg.course (code, title, credits, level, syllabus, settings) VALUES
	('ITI0101', 'Programming', DEFAULT, 'B', '<syllabus><week>1</week></syllabus>', DEFAULT),
	('ITI0206', 'Databases', 6, 'B', NULL, '{"open": false, "places": 60, "tags": ["sql", "er"]}'),
	('ITI0303', 'Advanced databases', 3.5, 'M', NULL, '{"places": 12}'),
	('LAW0001', 'Roman law', 4, 'B', NULL, '{}'),
	('ITI0909', 'Research seminar', 12, 'D', NULL, '{"open": null}');
INSERT INTO reg.prerequisite VALUES ('ITI0206', 'ITI0101'), ('ITI0303', 'ITI0206'), ('ITI0909', 'ITI0303'), ('ITI0909', 'LAW0001');

INSERT INTO reg.room VALUES ('A', 101, 30, '(10,10),(0,0)', '{board,projector}'), ('A', 102, 12, NULL, DEFAULT),
	('B', 1, 200, '(50,20),(20,0)', NULL);
INSERT INTO reg.lesson (course, building, number, lecturer, day, during) VALUES
	('ITI0101', 'A', 101, 7, 'Mon', '[10,12)'), ('ITI0206', 'A', 101, 1, 'Mon', '[12,14)'), ('ITI0303', 'A', 102, 1, 'Tue', '[10,12)'),
	('LAW0001', 'B', 1, 2, 'Fri', '[8,10)'), ('ITI0909', NULL, NULL, 7, 'Wed', '[16,18)');

INSERT INTO reg.enrolment (person_id, course, attempt, enrolled, mark, partial_marks, graded_by, graded_at) VALUES
	(3, 'ITI0101', 1, '2021-09-02 10:00+03', 5, '{4,5,5}', 7, '2022-01-10'), (3, 'ITI0206', 1, '2022-02-01 09:00+02', 0, '{0,1}', 1, '2022-06-01 12:00'),
	(3, 'ITI0206', 2, '2022-09-01 09:00+03', 3, NULL, 1, '2023-01-11'), (3, 'ITI0303', 1, '2023-09-01 09:00+03', NULL, '{}', NULL, NULL),
	(4, 'ITI0101', 1, '2019-09-02 08:00+00', 2, NULL, 7, '2020-01-15'), (4, 'LAW0001', 1, '2020-02-02 08:00+00', 5, '{5}', 2, '2020-06-15'),
	(5, 'LAW0001', 1, '2018-09-05 08:00+00', 4, '{3,5}', 2, '2019-01-15'), (6, 'ITI0101', 1, '2018-09-06 08:00+00', NULL, NULL, NULL, NULL);

INSERT INTO reg.logbook (at, by_whom, what, detail) VALUES
	('2020-01-01 00:00+00', DEFAULT, 'started', NULL), ('2020-01-02 00:00+00', 'Mart', 'checked', '{"n": 1}');

INSERT INTO calc.measure (id, f8, f4, n, t, c, b, tz, ts, d, i, j, jb, arr, m, u, x, bits, marks, net, tt, what) VALUES
	(1, 'NaN', '-0', 1.00, '', 'ab', '\x', '2026-03-29 03:30+03', '2026-03-29 03:30', 'infinity', '1 day', '{"a": 1, "b": [1, 2]}', '{"b": 1, "a": null}', '{}', 12.34, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '<a/>', '101', '[1,2)', '10.0.0.1/8', '24:00', 1),
	(2, 'Infinity', 1.5, 'NaN', ' ', '', '\x00ff', '-infinity', 'infinity', '4713-01-01 BC', '24 hours', 'null', 'null', '{1,NULL,3}', -0.01, NULL, NULL, '', 'empty', '::1', '00:00', 0),
	(3, -0.0, 'NaN', 1e-20, 'õ', NULL, NULL, '1970-01-01 00:00+00', NULL, NULL, '-1 mon +30 days', NULL, NULL, '{{1,2},{3,4}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(4, 0.1, 0.1, 100000000000000000000.5, E'line\nbreak\ttab', 'x', '\xdeadbeef', '2026-12-31 23:59:59.999999+00', '0001-01-01', '2026-02-28', '1 mon', '[1.0, 1.00]', '[1.0, 1]', '[0:1]={7,8}', 0, '00000000-0000-0000-0000-000000000000', 'text', '1111', '(,5]', '10.0.0.1', '12:00', 4294967295),
	(5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO calc.measure (id, t) VALUES (6, repeat('toast ', 30000));
INSERT INTO calc.bag VALUES ('one', 1), ('one', 1), ('one', 1.5), (NULL, NULL), (NULL, NULL), ('', 0), ('two', 2);

INSERT INTO exam.result (year, faculty, person_id, points) VALUES (2020, 'IT', 3, 91.5), (2023, 'LAW', 4, 12), (2024, 'IT', 3, 50), (2024, 'none', 5, 49.99),
	(2024, 'LAW', 4, 100), (2025, 'IT', 3, 0), (2025, 'IT', 4, 77.7), (2025, 'CS', 5, 90), (2025, 'none', 6, 33);
INSERT INTO exam.answer VALUES ('2026-01-01 10:00+02', 1, 'yes'), ('2026-01-01 10:05+02', 2, NULL), ('2026-01-01 10:05+02', 2, NULL);
INSERT INTO exam.paper VALUES (1, 'Notes', 3);
INSERT INTO exam.thesis VALUES (2, 'On bags', 80, 'M', '2025-06-01');
INSERT INTO exam.article VALUES (3, 'On sets', 12, 'JDB');
INSERT INTO exam.thesis_article VALUES (4, 'On both', 99, 'D', NULL, 'JDB');
INSERT INTO exam.scratch VALUES ('k', 'v'), ('', '');
INSERT INTO "Õppetöö"."Üliõpilane" VALUES (1, 'Õie Ümar', 10, DEFAULT, true), (2, 'Ülo', NULL, NULL, NULL);
INSERT INTO "Õppetöö"."tabel" VALUES (1, DEFAULT), (1, DEFAULT), (NULL, 'x');
INSERT INTO exam.shelf VALUES ('main', 1), ('east', 2);
