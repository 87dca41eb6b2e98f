# What people do to the measured database (reference.sql): pairs of statements, of which the first makes something wrong and
# the second makes it right again.
package Bench::Changes;

use strict;
use warnings;

# One row of each of the 25 tables.
our @dml = (
	map { [ "UPDATE lib.$_->[0] SET $_->[1] = $_->[3] WHERE $_->[2]", "UPDATE lib.$_->[0] SET $_->[1] = $_->[4] WHERE $_->[2]" ] }
	[ 'countries', 'name', "code = 'AA'", "'x'", "'country 0'" ],
	[ 'cities', 'name', 'id = 1', "'x'", "'city 1'" ],
	[ 'branches', 'name', 'id = 1', "'x'", "'branch 1'" ],
	[ 'rooms', 'seats', 'branch = 1 AND number = 1', '12', '11' ],
	[ 'publishers', 'name', 'id = 1', "'x'", "'publisher 1'" ],
	[ 'authors', 'name', 'id = 1', "'x'", "'author 1'" ],
	[ 'genres', 'name', 'id = 1', "'x'", "'genre 1'" ],
	[ 'books', 'pages', 'id = 1', '52', '51' ],
	[ 'book_authors', 'place', 'book = 1', '2', '1' ],
	[ 'copies', 'bought', 'id = 1', "'2011-01-02'", "'2010-01-02'" ],
	[ 'readers', 'note', 'id = 1', "'x'", 'NULL' ],
	[ 'cards', 'valid', 'number = 1', "daterange('2021-01-01', '2030-01-01')", "daterange('2020-01-01', '2030-01-01')" ],
	[ 'loans', 'back', 'id = 1', "'2020-01-12'", "'2020-01-11'" ],
	[ 'fines', 'paid', 'id = 1', 'true', 'false' ],
	[ 'reservations', 'made', 'id = 1', "'2026-01-01 02:00'", "'2026-01-01 01:00'" ],
	[ 'reviews', 'stars', 'id = 1', '4', '2' ],
	[ 'staff', 'salary', 'id = 1', '1', '1001' ],
	[ 'shifts', 'hours', "staff = 1 AND day = '2026-01-02'", '9', '8' ],
	[ 'events', 'title', 'id = 1', "'x'", "'event 1'" ],
	[ 'visitors', 'reader', 'event = 2 AND reader IN (1, 4000)', '4000', '1' ],
	[ 'suppliers', 'name', 'id = 1', "'x'", "'supplier 1'" ],
	[ 'orders', 'sent', 'id = 1', 'true', 'false' ],
	[ 'order_lines', 'quantity', 'order_id = 2 AND line = 0', '3', '2' ],
	[ 'settings', 'value', "name = 'setting 1'", "'x'", "'value 1'" ],
	[ 'log', 'what', 'id = 1', "'x'", "'event 1'" ]);

our @ddl = (
	[ 'ALTER TABLE lib.rooms ALTER seats DROP NOT NULL', 'ALTER TABLE lib.rooms ALTER seats SET NOT NULL' ],
	[ 'ALTER TABLE lib.fines DROP CONSTRAINT fines_amount_check', 'ALTER TABLE lib.fines ADD CHECK (amount > 0)' ],
	[ 'ALTER TABLE lib.events ALTER title TYPE varchar(99)', 'ALTER TABLE lib.events ALTER title TYPE text' ],
	[ 'ALTER TABLE lib.orders ALTER sent SET DEFAULT true', 'ALTER TABLE lib.orders ALTER sent SET DEFAULT false' ],
	[ 'DROP INDEX lib.readers_joined_idx', 'CREATE INDEX ON lib.readers (joined)' ],
	[ 'ALTER TABLE lib.shifts DROP CONSTRAINT shifts_staff_fkey', 'ALTER TABLE lib.shifts ADD FOREIGN KEY (staff) REFERENCES lib.staff' ],
	[
		'DROP VIEW lib.unpaid',
		'CREATE VIEW lib.unpaid AS SELECT l.reader, sum(f.amount) AS owed FROM lib.fines f JOIN lib.loans l ON l.id = f.loan WHERE NOT f.paid GROUP BY l.reader'
	],
	[
		"CREATE OR REPLACE FUNCTION lib.discount(price numeric, percent int) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT AS 'SELECT price'",
		"CREATE OR REPLACE FUNCTION lib.discount(price numeric, percent int) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT AS 'SELECT round(price * (100 - percent) / 100, 2)'"
	],
	[
		'DROP TABLE lib.settings',
		"CREATE TABLE lib.settings (name text PRIMARY KEY, value text NOT NULL); INSERT INTO lib.settings SELECT 'setting ' || g, 'value ' || g FROM generate_series(1, 20) g"
	]);

# Statements that one person commits again and again; each makes another result.
our @work = (
	$dml[23], $dml[15], $dml[24],
	[ 'ALTER TABLE lib.settings ALTER value DROP NOT NULL', 'ALTER TABLE lib.settings ALTER value SET NOT NULL' ]);

1;
