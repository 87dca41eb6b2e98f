-- The rows of the wide reference.
INSERT INTO shop.customers (name, email, phone, home, vip, born, tags) VALUES
	('Ann Kask', 'ann@lab.test', '+372 5550001', ROW('Pikk 1', '10123', 'EE'), true, '1980-05-01', '{early,"loud, too"}'),
	('Ben Tamm', 'ben@lab.test', NULL, ROW('Lai 2', '10124', 'EE'), false, '1991-12-31', '{}'),
	('Cleo Möller', 'cleo@lab.test', '030 1234', ROW('Am Markt 3', NULL, 'DE'), true, NULL, '{early}'),
	('Dan O''Neil', NULL, '', NULL, false, '2001-02-28', '{late,late}'),
	('Eve', 'eve@lab.test', '5550005', ROW(NULL, '20000', 'FI'), false, '1975-07-07', '{NULL}'),
	('ann kask', 'other@lab.test', NULL, NULL, false, '1980-05-01', '{}');
INSERT INTO shop.categories (parent, name) VALUES
	(NULL, 'All'), (1, 'Bikes'), (1, 'Parts'), (2, 'Road bikes'), (3, 'Wheels'), (3, 'Saddles'), (NULL, 'Gifts');
INSERT INTO shop.products (sku, category, name, price, cost, weight, details, raw, sizes) VALUES
	('RB-00001', 4, 'Racer', 1999.90, 1200, 8.5, '{"colour": "red", "gears": 22}', '{"a": 1, "b": [1, 2]}', '[50,60)'),
	('RB-00002', 4, 'Tourer', 1499.00, 900, 11.25, '{"colour": "blue", "gears": 18}', '{"a":  2}', '[48,64)'),
	('WH-00001', 5, 'Wheel 28', 129.50, 60.25, 1.75, '{"spokes": 32}', NULL, NULL),
	('WH-00002', 5, 'Wheel 26', 99.50, 50, 1.5, '{"spokes": 28, "old": true}', 'null', 'empty'),
	('SA-00001', 6, 'Saddle', 49.00, 20, 0.4, '{}', '[]', '[1,)'),
	('GI-00001', 7, 'Bell', 0, 0, 0.1, '{"colour": null}', '""', '(,5)'),
	('GI-00002', 7, 'bell', 9.99, NULL, NULL, '{"colour": "red"}', NULL, NULL);
INSERT INTO shop.orders (customer, status, placed, shipped, note) VALUES
	(1, 'sent', '2026-01-05 10:00', '2026-01-06 09:00', 'gift'),
	(1, 'paid', '2026-01-20 12:30', NULL, DEFAULT),
	(2, 'new', '2026-02-01 08:15', NULL, NULL),
	(2, 'returned', '2025-12-24 18:00', '2025-12-27 10:00', 'too big'),
	(3, 'sent', '2026-02-10 23:59:59', '2026-02-11 00:00', ''),
	(3, 'new', '2026-02-14 00:00', NULL, DEFAULT),
	(5, 'sent', '2026-03-01 10:00', '2026-03-01 10:00', 'none');
INSERT INTO shop.order_lines (order_id, line, product, quantity, price, discount) VALUES
	(1, 1, 100, 1, 1999.90, 10), (1, 2, 120, 2, 129.50, 0), (2, 1, 140, 3, 45.00, 5), (3, 1, 110, 1, 1499.00, DEFAULT),
	(4, 1, 130, 2, 99.50, 100), (4, 2, 150, 10, 0, NULL), (5, 1, 160, 4, 9.99, 0), (6, 1, 100, 1, 1899.00, 0),
	(7, 1, 120, 1, 129.50, 0), (7, 2, 130, 1, 99.50, 50);
INSERT INTO shop.returns VALUES (1, 4, 1, DEFAULT), (2, 1, 2, 'too small'), (3, NULL, NULL, 'no receipt');
INSERT INTO shop.price_history VALUES (100, 1899.00, 1999.90), (120, NULL, 129.50);
INSERT INTO hr.departments (code, title, budget) VALUES ('GEN', 'General', 1000), ('SAL', 'Sales', 50000.5), ('REP', 'Repairs', NULL);
INSERT INTO hr.employees VALUES
	(1, 'Grace Boss', NULL, 'GEN', 9000, '2015-01-01', '{lead,sell}'),
	(2, 'Hugo Sell', 1, 'SAL', 3000.50, DEFAULT, '{sell}'),
	(3, 'Ines Fix', 1, 'REP', 2800, '2021-06-15', NULL),
	(4, 'Jan Fix', 3, 'REP', 1000, '2024-02-29', '{}'),
	(5, 'Kate Sell', 2, 'SAL', 2999.99, '2022-01-31', '{sell,NULL}'),
	(6, 'Liis Free', NULL, NULL, NULL, '2026-01-01', NULL);
INSERT INTO hr.rooms VALUES (1, 2, '[18,21.5)'), (2, 4, NULL), (12, 8, '[-5,infinity]'), (14, 16, 'empty');
INSERT INTO hr.bookings VALUES
	(1, '[2026-05-01 09:00,2026-05-01 10:00)', 2, false), (1, '[2026-05-01 10:00,2026-05-01 11:00)', 3, false),
	(2, '[2026-05-01 09:30,2026-05-01 10:30)', 3, false), (1, '[2026-05-01 09:30,2026-05-01 09:45)', NULL, true);
INSERT INTO hr.notes (id, department, author, body, secret) VALUES
	(1, 'SAL', 'clerk', 'call Ann', false), (2, 'REP', 'auditor', 'order spokes', false), (3, 'SAL', 'auditor', 'raise for Hugo', true);
INSERT INTO hr.sessions VALUES ('t1', 1, '2 hours'), ('t2', 2, DEFAULT);
INSERT INTO "Odd Names"."Order" VALUES (1, 'groß', DEFAULT, 2), (2, '', 'a b', NULL), (3, 'klein', NULL, -4);
INSERT INTO hr.documents VALUES (1, 'House rules');
INSERT INTO hr.contracts VALUES (2, 'Contract of Hugo', 3000.50, '2027-01-01'), (3, 'Contract of Ines', 2800, NULL);
INSERT INTO shop.events (happened, region, what) VALUES
	('2025-03-01', 'ee', 'opened'), ('2026-03-01', 'lv', 'second shop'), ('2026-04-01', 'fi', 'web shop'), ('2030-01-01', 'ee', 'planned');
INSERT INTO shop.visits SELECT n % 5 + 1, '2026-01-01'::timestamp + n * interval '1 hour', n % 3 FROM generate_series(1, 12) AS n;
INSERT INTO shop.stock VALUES ('north', 100, 5), (NULL, 110, 2), ('south', 100, 7), ('south', 120, 40);
INSERT INTO shop.readings VALUES (1, '2026-01-01 10:00', 20.5), (100, '2025-12-31', -1), (100, '2026-01-02', 'NaN'), (500, '2026-02-01', 1e300);
INSERT INTO lib.zoo VALUES
	(1, -32768, 9223372036854775807, 1.5, 1e-300, 'NaN', 123.456, true, 'ab', 'a''b', E'line\nbreak', '\x00ff',
		'2000-02-29', '23:59:59.999', '10:00+02', '2026-01-01 12:00', '2026-01-01 12:00+00',
		'1 mon 2 days 03:04:05.6', '1 year 2 mons', '1 day 00:00:01.25',
		'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"b": 1, "a": 2}', '{"b": [1, null], "a": {"c": 1.50}}', '12345',
		'192.168.0.1/24', '10.0.0.0/8', '08:00:2b:01:02:03', B'1010', B'101',
		'(1,2)', '((0,0),(1,1))', '((0,0),(1,0),(1,1))', '[(0,0),(1,1)]',
		'[1,5)', '(0.5,1.5]', '{[1,2),[3,4)}', 'fat:2 cat:3A', 'fat & !rat', '{1,NULL,3}', '{{a,b},{c,"d e"}}',
		'new', '{sent,new}', ROW('Pikk 1', '10123', 'EE'), ARRAY[ROW('Lai 2', NULL, 'EE')::shop.address],
		'zoo@lab.test', '{0,9}', 'name', 'integer'),
	(2, 0, 0, 'Infinity', '-Infinity', 0, 0, false, '', '', '', '',
		'infinity', '00:00', '00:00-12', '-infinity', 'infinity', '0', '0', '0',
		'00000000-0000-0000-0000-000000000000', 'null', 'null', '0', '::1', '::/0', '00:00:00:00:00:00', B'0000', B'',
		'(0,0)', '((0,0),(0,0))', '((0,0))', '[(0,0),(0,0)]', 'empty', '(,)', '{}', '', '', '{}', '{}',
		'returned', '{}', ROW(NULL, NULL, NULL), '{}', 'a@b', '{}', '', 'text');
INSERT INTO lib.zoo (k) VALUES (3);
