-- Rows, sequences, comments.
-- row missing | shop.returns
DELETE FROM shop.returns WHERE id = 3;
-- row too many | shop.price_history
INSERT INTO shop.price_history VALUES (130, 1, 2);
-- row twice | shop.price_history
INSERT INTO shop.price_history VALUES (100, 1899.00, 1999.90);
-- value changed | shop.returns
UPDATE shop.returns SET reason = 'too  small' WHERE id = 2;
-- value in another case | hr.departments
UPDATE hr.departments SET title = 'sales' WHERE code = 'SAL';
-- NULL instead of the empty string | shop.orders
UPDATE shop.orders SET note = NULL WHERE note = '';
-- empty string instead of NULL | shop.orders
UPDATE shop.orders SET note = '' WHERE note IS NULL;
-- value of another row | shop.order_lines
UPDATE shop.order_lines SET quantity = 3 - quantity WHERE (order_id, line) IN ((1, 1), (1, 2));
-- two rows swapped | hr.rooms
UPDATE hr.rooms SET seats = CASE seats WHEN 2 THEN 4 ELSE 2 END WHERE seats IN (2, 4);
-- number off in the last digit | shop.order_lines
UPDATE shop.order_lines SET price = price + 0.01 WHERE order_id = 5;
-- trailing blank | hr.documents
UPDATE ONLY hr.documents SET title = 'House rules ';
-- row of a child table in the parent | hr.contracts; hr.documents
DELETE FROM hr.contracts WHERE id = 3;
INSERT INTO hr.documents VALUES (3, 'Contract of Ines');
-- row in another partition | shop.events
UPDATE shop.events SET happened = '2031-01-01' WHERE happened = '2025-03-01';
-- row of a partition missing | shop.stock
DELETE FROM shop.stock WHERE depot IS NULL;
-- unlogged row missing | hr.sessions
DELETE FROM hr.sessions WHERE token = 't2';
-- NaN is NULL | lib.zoo
UPDATE lib.zoo SET c_numeric = NULL WHERE k = 1;
-- infinity is the greatest number | lib.zoo
UPDATE lib.zoo SET c_real = 3.4e38 WHERE k = 2;
-- float off by an ulp | lib.zoo
UPDATE lib.zoo SET c_double = 1.0000000000000002e-300 WHERE k = 1;
-- bigint off by one | lib.zoo
UPDATE lib.zoo SET c_bigint = c_bigint - 1 WHERE k = 1;
-- boolean turned | lib.zoo
UPDATE lib.zoo SET c_boolean = NOT c_boolean WHERE k = 2;
-- bytea changed | lib.zoo
UPDATE lib.zoo SET c_bytea = '\x00fe' WHERE k = 1;
-- line break changed | lib.zoo
UPDATE lib.zoo SET c_text = E'line\r\nbreak' WHERE k = 1;
-- date off by one | lib.zoo
UPDATE lib.zoo SET c_date = '2000-03-01' WHERE k = 1;
-- time of another zone | lib.zoo
UPDATE lib.zoo SET c_timetz = '08:00+00' WHERE k = 1;
-- timestamptz an hour later | lib.zoo
UPDATE lib.zoo SET c_timestamptz = '2026-01-01 12:00+01' WHERE k = 1;
-- interval of other fields | lib.zoo
UPDATE lib.zoo SET c_interval = '32 days 03:04:05.6' WHERE k = 1;
-- uuid changed | lib.zoo
UPDATE lib.zoo SET c_uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12' WHERE k = 1;
-- json value changed | lib.zoo
UPDATE lib.zoo SET c_json = '{"b": "1", "a": 2}' WHERE k = 1;
-- jsonb null instead of a missing member | lib.zoo
UPDATE lib.zoo SET c_jsonb = '{"b": [1], "a": {"c": 1.50}}' WHERE k = 1;
-- json null is NULL | lib.zoo
UPDATE lib.zoo SET c_jsonb = NULL WHERE k = 2;
-- netmask changed | lib.zoo
UPDATE lib.zoo SET c_inet = '192.168.0.1' WHERE k = 1;
-- bits changed | lib.zoo
UPDATE lib.zoo SET c_varbit = B'0101' WHERE k = 1;
-- point moved | lib.zoo
UPDATE lib.zoo SET c_point = '(2,1)' WHERE k = 1;
-- polygon moved | lib.zoo
UPDATE lib.zoo SET c_polygon = '((0,0),(1,0),(1,2))' WHERE k = 1;
-- range with another bound | lib.zoo
UPDATE lib.zoo SET c_range = '[1,5]' WHERE k = 1;
-- range with an inclusive bound | lib.zoo
UPDATE lib.zoo SET c_numrange = '[0.5,1.5]' WHERE k = 1;
-- array element NULL | lib.zoo
UPDATE lib.zoo SET c_ints = '{1,3}' WHERE k = 1;
-- array in another order | lib.zoo
UPDATE lib.zoo SET c_statuses = '{new,sent}' WHERE k = 1;
-- array of another shape | lib.zoo
UPDATE lib.zoo SET c_texts = '{a,b,c,"d e"}' WHERE k = 1;
-- array with another lower bound | lib.zoo
UPDATE lib.zoo SET c_ints = '[0:2]={1,NULL,3}' WHERE k = 1;
-- enum value changed | lib.zoo
UPDATE lib.zoo SET c_status = 'sent' WHERE k = 2;
-- composite part changed | lib.zoo
UPDATE lib.zoo SET c_address = ROW('Pikk 1', '10124', 'EE') WHERE k = 1;
-- composite in an array changed | lib.zoo
UPDATE lib.zoo SET c_addresses = ARRAY[ROW('Lai 2', '', 'EE')::shop.address] WHERE k = 1;
-- composite of NULLs is NULL | lib.zoo
UPDATE lib.zoo SET c_address = NULL WHERE k = 2;
-- tsvector weight changed | lib.zoo
UPDATE lib.zoo SET c_tsvector = 'fat:2 cat:3' WHERE k = 1;
-- money changed | hr.departments
UPDATE hr.departments SET budget = 50000.51 WHERE code = 'SAL';
-- all rows missing | Order
DELETE FROM "Odd Names"."Order";
-- sequence missing | shop.countdown
DROP SEQUENCE shop.countdown;
-- sequence of another type | shop.countdown
ALTER SEQUENCE shop.countdown AS integer;
-- sequence with another increment | shop.countdown
ALTER SEQUENCE shop.countdown INCREMENT BY -2;
-- sequence with another maximum | shop.countdown
ALTER SEQUENCE shop.countdown MAXVALUE 11;
-- sequence with another minimum | shop.invoice_no
ALTER SEQUENCE shop.invoice_no MINVALUE 999;
-- sequence with another start | shop.invoice_no
ALTER SEQUENCE shop.invoice_no START WITH 1005;
-- sequence that does not cycle | shop.invoice_no
ALTER SEQUENCE shop.invoice_no NO CYCLE;
-- sequence that cycles | shop.countdown
ALTER SEQUENCE shop.countdown CYCLE;
-- sequence owned by nobody | shop.return_no
ALTER SEQUENCE shop.return_no OWNED BY NONE;
-- sequence owned by another column | shop.return_no
ALTER SEQUENCE shop.return_no OWNED BY shop.returns.order_id;
-- comment missing | shop.customers
COMMENT ON TABLE shop.customers IS NULL;
-- comment with another text | shop.customers
COMMENT ON TABLE shop.customers IS 'who sells';
-- comment of a column missing | shop.customers.vip
COMMENT ON COLUMN shop.customers.vip IS NULL;
-- comment of another column | hr.employees*Full Name
COMMENT ON COLUMN hr.employees."Full Name" IS NULL;
COMMENT ON COLUMN hr.employees.id IS 'as in the passport';
-- comment of a schema | shop
COMMENT ON SCHEMA shop IS NULL;
-- comment of a type | shop.status
COMMENT ON TYPE shop.status IS NULL;
-- comment of a function | lib.gross
COMMENT ON FUNCTION lib.gross(numeric, numeric) IS NULL;
-- comment of a view | shop.top_customers
COMMENT ON VIEW shop.top_customers IS 'the worst three';
-- comment of an index | shop.customers
COMMENT ON INDEX shop.customers_vip IS NULL;
-- comment of a trigger | shop.customers
COMMENT ON TRIGGER tidy ON shop.customers IS NULL;
-- comment of a constraint | shop.products
COMMENT ON CONSTRAINT no_loss ON shop.products IS NULL;
-- comment of a policy | hr.notes
COMMENT ON POLICY clerks_read ON hr.notes IS NULL;
