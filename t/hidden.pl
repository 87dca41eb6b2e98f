# Views on hidden data: the right ones pass, and nothing of that data gets out.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $schema = <<'SQL';
CREATE SCHEMA shop;
CREATE TABLE shop.customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE shop.orders (id int PRIMARY KEY, customer int REFERENCES shop.customers, total numeric(10,2), code text, placed date);
CREATE FUNCTION shop.net(total numeric) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RETURN round(total / 1.2, 2); END';
CREATE FUNCTION shop.spent(customer int) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT sum(total) FROM shop.orders o WHERE o.customer = $1';
SQL
my $views = <<'SQL';
CREATE VIEW shop.top AS SELECT c.name, sum(o.total) AS total FROM shop.customers c JOIN shop.orders o ON o.customer = c.id GROUP BY c.id, c.name;
CREATE VIEW shop.net AS SELECT id, shop.net(total) AS net FROM shop.orders;
CREATE VIEW shop.spenders AS SELECT name FROM shop.customers WHERE shop.spent(id) > 10;
CREATE VIEW shop.late AS SELECT id FROM shop.orders WHERE placed < CURRENT_DATE - 1;
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.orders;
SQL
my $rows = "INSERT INTO shop.customers VALUES (1, 'Ann'), (2, 'Ben'); INSERT INTO shop.orders VALUES (1, 1, 12, '1', '2020-01-01'), (2, 2, 8, '2', '2020-01-02');";
my $hidden_rows = "INSERT INTO shop.customers VALUES (1, 'Xenia'), (2, 'Yuri'), (3, 'Xenia'); INSERT INTO shop.orders VALUES (1, 1, 30, 'secret4711', '2021-01-01'), (2, 1, 5, '5', '2099-01-01'), (3, 2, NULL, '6', NULL), (4, 3, 11, '7', '2020-01-01');";

my $node = lab_node('hidden', log_statement => 'none');
make_reference($node, 'reference', $schema . $rows . $views);
make_reference($node, 'hidden', $schema . $hidden_rows);
make_reference($node, 'starter', $schema . $rows);

# What a participant's check on hidden data says, after these statements.
sub attempt
{
	my ($login, $view, $sql) = @_;

	$node->safe_psql("l_$login", $sql, extra_params => [ '-U', $login ]);
	lab_sql($node, "SELECT lab_evaluate('l', '$login')");
	return lab_sql($node, "SELECT status || coalesce(': ' || detail, '') FROM lab_results('l', '$login') WHERE kind = 'view_hidden' AND object = '$view'");
}

create_lab($node, { lab => 'l', reference => 'reference', starter => 'starter', hidden => 'hidden',
	participants => [ 'right', 'wrong', 'evil' ] });
is(lab_sql($node, "SELECT string_agg(object, ',' ORDER BY object) FROM lab_checks('l') WHERE kind = 'view_hidden'"),
	'shop.counted,shop.late,shop.net,shop.spenders,shop.top', 'every view has a check on the hidden data');
is(reachable($node, 'wrong', 'hidden'), 0, 'participants do not reach the hidden data');
is(lab_sql($node, "SELECT count(*) FROM lab_checks('l') WHERE definition LIKE '%Xenia%' OR (kind = 'view_hidden' AND definition LIKE '%SELECT%')"), 0,
	'its definition holds digests only');

# other roads: through a view of their own, another order of columns, functions of the lab's data
$node->safe_psql('l_right', <<'SQL', extra_params => [ '-U', 'right' ]);
CREATE VIEW public.mine AS SELECT customer, sum(total) AS "Total of it" FROM shop.orders GROUP BY customer;
CREATE VIEW public.mine2 AS SELECT m.* FROM public.mine m;
ALTER VIEW public.mine2 RENAME COLUMN "Total of it" TO t;
CREATE VIEW shop.top AS SELECT x.t AS total, c.name FROM shop.customers c JOIN public.mine2 x ON x.customer = c.id;
CREATE VIEW shop.net AS SELECT round(o.total / 1.2, 2) AS net, o.id FROM shop.orders AS o;
CREATE VIEW shop.spenders AS SELECT name FROM shop.customers c WHERE (SELECT sum(total) FROM shop.orders WHERE customer = c.id) > 10;
CREATE VIEW shop.late AS SELECT id FROM shop.orders WHERE now()::date - 1 > placed;
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(id) AS n FROM shop.orders;
SQL
lab_sql($node, "SELECT lab_evaluate('l', 'right')");
is(lab_sql($node, "SELECT object || ' ' || kind || ' ' || status || ' ' || coalesce(detail, '') FROM lab_results('l', 'right') WHERE status NOT IN ('pass', 'kept')"), '', 'right views pass');
is(lab_sql($node, "SELECT score FROM lab_progress('l') WHERE login = 'right'"), '100.00', 'and have everything');

# right on the data that they see, wrong on other data
my $other = 'fail: shop.top does not give the right result on other data';
is(attempt('wrong', 'shop.top', 'CREATE VIEW shop.top AS SELECT c.name, sum(o.total) AS total FROM shop.customers c JOIN shop.orders o ON o.customer = c.id GROUP BY c.name'),
	$other, 'grouped by the wrong column');
is(lab_sql($node, "SELECT status FROM lab_results('l', 'wrong') WHERE kind = 'view_result' AND object = 'shop.top'"), 'pass', 'which the present data does not show');
is(attempt('wrong', 'shop.top', "CREATE OR REPLACE VIEW shop.top AS SELECT 'Ann'::text AS name, 12::numeric AS total FROM shop.customers WHERE id = 1 UNION SELECT 'Ben', 8"),
	$other, 'a hard-coded answer beside a table');
is(attempt('wrong', 'shop.net', 'CREATE TABLE public.own AS SELECT id, round(total / 1.2, 2) AS net FROM shop.orders; CREATE VIEW shop.net AS SELECT * FROM public.own'),
	'fail: shop.net reads or calls what the lab\'s data does not have', 'a table of their own');
is(attempt('wrong', 'shop.late', "CREATE VIEW shop.late AS SELECT id FROM shop.orders WHERE placed < '2026-01-01'"), 'pass', 'what cannot be told apart passes');
is(attempt('wrong', 'shop.spenders', 'CREATE VIEW shop.spenders AS SELECT name FROM shop.customers WHERE shop.spent(id) > 10'), 'pass', 'a function of the lab\'s may read tables');
is(attempt('wrong', 'shop.counted', "SELECT 1"), 'fail: shop.counted is missing', 'a view that is not there');

# An error's message would quote a row.
is(attempt('evil', 'shop.top', "CREATE VIEW shop.top AS SELECT name, (SELECT max(code) FROM shop.orders)::numeric AS total FROM shop.customers"),
	$other, 'a failed cast says nothing');
# a helper of theirs shadows the lab's function: the hidden data has its own
is(attempt('evil', 'shop.net', "CREATE OR REPLACE FUNCTION shop.net(total numeric) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''%'', (SELECT string_agg(code, '','') FROM shop.orders); END'; CREATE VIEW shop.net AS SELECT id, shop.net(total) AS net FROM shop.orders"),
	'pass', 'their function stays at home');
is(attempt('evil', 'shop.spenders', "CREATE FUNCTION public.tell(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE WARNING ''%'', \$1; RETURN \$1; END'; CREATE VIEW shop.spenders AS SELECT public.tell(name) AS name FROM shop.customers WHERE id = 1"),
	'fail: shop.spenders reads or calls what the lab\'s data does not have', 'a function of their own does not come along');

# Channels out of a transaction that is never committed: each would carry a name of the hidden data.
my %channels = (
	'pg_notify' => "pg_notify('leak', name)",
	'pg_advisory_lock' => "pg_advisory_lock(hashtext(name))",
	'pg_advisory_xact_lock' => "pg_advisory_xact_lock(hashtext(name))",
	'lo_from_bytea' => "lo_from_bytea(0, name::bytea)",
	'set_config' => "set_config('application_name', name, false)",
	'nextval' => "nextval('public.leak')",
	'setval' => "setval('public.leak', id)",
	'txid_current' => 'txid_current()',
	'pg_sleep' => 'pg_sleep(id)',
	'query_to_xml' => "query_to_xml('SELECT * FROM shop.orders', true, false, '')",
	'pg_logical_emit_message' => "pg_logical_emit_message(true, 'leak', name)");
$node->safe_psql('hidden', 'CREATE SEQUENCE public.leak; GRANT ALL ON SEQUENCE public.leak TO PUBLIC');
$node->safe_psql('l_evil', 'CREATE SEQUENCE public.leak', extra_params => [ '-U', 'evil' ]);
for my $function (sort keys %channels)
{
	like(attempt('evil', 'shop.spenders', "DROP VIEW shop.spenders; CREATE VIEW shop.spenders AS SELECT name, ($channels{$function})::text AS extra FROM shop.customers"),
		qr/^fail: shop.spenders calls $function\(\), which is not allowed on the hidden data$/, "$function() is refused");
}
is($node->safe_psql('hidden', 'SELECT is_called FROM public.leak'), 'f', 'no sequence moved');
is($node->safe_psql('hidden', 'SELECT count(*) FROM pg_largeobject_metadata'), 0, 'no large object was left');
is($node->safe_psql('hidden', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 0, 'no lock was left');

# Endless and huge ones cost time, and end.
$node->append_conf('postgresql.conf', "labcreator.check_timeout = '500ms'");
$node->reload;
like(attempt('evil', 'shop.late', 'CREATE VIEW shop.late AS SELECT o.id FROM shop.orders o, generate_series(1, 10000000000) g WHERE g < 0'),
	qr/^error: shop.late takes longer than labcreator.check_timeout/, 'an endless view');
my $bomb = 'CREATE VIEW v0 AS SELECT 1 AS id FROM shop.orders;' . join('', map { "CREATE VIEW v$_ AS SELECT a.id FROM v" . ($_ - 1) . ' a, v' . ($_ - 1) . ' b;' } 1 .. 24);
like(attempt('evil', 'shop.late', "$bomb CREATE OR REPLACE VIEW shop.late AS SELECT id FROM v24"), qr/^error: shop.late reads more than 500 views, one within another/, 'a bomb of views');

# Nothing of the hidden data is anywhere that a participant looks.
is(lab_sql($node, "SELECT count(*) FROM lab.results WHERE detail ~* 'xenia|yuri|secret|4711'"), 0, 'no result quotes the hidden data');
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/secret4711/, 'nor does the log');
is($node->safe_psql('hidden', "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee IN ('right', 'wrong', 'evil')"), 0, 'no right outlives an evaluation');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolbypassrls AND rolname IN ('right', 'wrong', 'evil')"), 0, 'nor does an attribute');

# What must be right of the hidden database.
make_reference($node, 'bare', 'CREATE SCHEMA shop');
like(lab_error($node, q(SELECT lab_create('{"lab": "x", "reference": "reference", "hidden": "nowhere", "participants": ["a"]}'))), qr/hidden database "nowhere" does not exist.*\$\.hidden/s, 'a missing one');
like(lab_error($node, q(SELECT lab_create('{"lab": "x", "reference": "reference", "hidden": "postgres", "participants": ["a"]}'))), qr/hidden database "postgres" is not yours/, 'somebody else\'s');
like(lab_error($node, q(SELECT lab_create('{"lab": "x", "reference": "reference", "hidden": "bare", "participants": ["a"]}'))), qr/view shop\.\w+ cannot be run on the hidden data.*\$\.hidden/s, 'one without the tables');

# Evaluations without a change of a view do not ask again.
my $before = lab_sql($node, "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = 'hidden'");
$node->safe_psql('l_right', 'CREATE TABLE public.t (a int)', extra_params => [ '-U', 'right' ]);
lab_sql($node, "SELECT lab_evaluate('l', 'right')");
is(lab_sql($node, "SELECT score FROM lab_progress('l') WHERE login = 'right'"), '100.00', 'the answer of the last time still counts');

$node->stop;
done_testing();
