# A participant with a psql prompt tries to stop the service: of the others, the teacher and the server.
use strict;
use warnings;
use lib 't';
use Attack;
use Lab;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = attack_lab('attacks_stop', { connections => 5, disk => '150MB', temp_disk => '20MB', statement_timeout => '2s', idle_in_transaction => '20s' },
	'max_worker_processes' => 14, 'max_prepared_transactions' => 5, 'autovacuum_naptime' => 1, 'labcreator.evaluation_timeout' => "'3s'");
my $denied = qr/permission denied|must be (?:a )?(?:superuser|member|owner)|must have/;
my $slow = qr/takes longer than the lab allows/;

# What of eve's does not pass, and why an evaluation had no result at all.
sub trouble
{
	my ($object) = @_;

	return result_of($object) . lab_sql($node, "SELECT detail FROM lab_status() WHERE part = 'evaluation l eve'");
}

# Their processes.
for my $type ('coordinator', 'publisher ldap')
{
	for my $function (qw(pg_cancel_backend pg_terminate_backend))
	{
		attack_fails("$function() of the $type", "SELECT $function(" . worker_pid($node, $type) . ')', $denied);
	}
}
as("CREATE OR REPLACE VIEW shop.names AS SELECT id, name FROM shop.people WHERE (SELECT count(pg_sleep(0.3)) > 0)");
my $killed = as("SELECT pg_terminate_backend(pid) FROM generate_series(1, 40), LATERAL (SELECT pg_sleep(0.05)) s, LATERAL (SELECT pid FROM pg_stat_get_activity(NULL) WHERE pid <> pg_backend_pid() AND datid = (SELECT oid FROM pg_database WHERE datname = current_database())) a");
attack('end the evaluator of their database', $killed, $denied);
attack_fails('end a peer', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'l_ann'", $denied);
attack_fails('end autovacuum, checkpointer and the rest', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IS NULL", $denied);
attack('kill themselves from within an evaluation', as("CREATE OR REPLACE VIEW shop.names AS SELECT id, name FROM shop.people WHERE pg_terminate_backend(pg_backend_pid())") . do { evaluate(); result_of('shop.names') }, qr/must be|permission denied|shop\.names/);

# Views and functions that do not end.
my %endless = (
	'an endless view' => "FROM shop.people, generate_series(1, 1000000000000) g WHERE g < 0",
	'an endless recursion' => "FROM (WITH RECURSIVE r (id, name) AS (SELECT id, name FROM shop.people UNION ALL SELECT id, name FROM r) SELECT * FROM r) x",
	'a cross join' => "FROM shop.people, pg_attribute a, pg_attribute b, pg_attribute c",
	'a bomb of regular expressions' => "FROM shop.people WHERE repeat('a', 3000) ~ '((((a{0,100}){0,100}){0,100})*)*b' OR repeat('ab', 20000) ~ '(a|ab|b|ba)*(a|ab|b|ba)*(a|ab|b|ba)*\$x\\1'",
	'a sleep' => "FROM shop.people WHERE (SELECT count(pg_sleep(1000)) > 0)",
	'strings of 1 GB' => "FROM shop.people WHERE length(repeat('x', 1000000000)) + length(repeat('y', 1000000000)) > 0",
	'two GB of memory' => "FROM shop.people WHERE (SELECT count(DISTINCT array_fill(g, ARRAY[100000])) FROM generate_series(1, 5000) g) > 0",
	'a full temporary disk' => "FROM shop.people WHERE (SELECT count(*) FROM (SELECT repeat('x', 200), g FROM generate_series(1, 100000000) g ORDER BY g % 7) x) > 0",
);
if ($ENV{LAB_SANITIZE})
{
	diag 'NOT TESTED with the sanitizers, whose own memory is beyond it: the ceiling of memory';
	delete @endless{ 'strings of 1 GB', 'two GB of memory' };
}
for my $name (sort keys %endless)
{
	my $seen = as("DROP VIEW IF EXISTS shop.names CASCADE; CREATE VIEW shop.names AS SELECT id, name $endless{$name}");

	evaluate();
	attack("$name, in an evaluation", result_of('shop.names'), qr/view_result shop\.names (?:fail|error)|view shop\.names (?:fail|error)|shop\.names.*(?:longer|memory|temporary|cannot)/);
	attack("$name, in a session", as('SET statement_timeout = 0; SELECT * FROM shop.names'), qr/$slow|out of memory|temporary file size|invalid memory|regular expression|requested length too large/);
}
as('DROP VIEW shop.names; CREATE VIEW shop.names AS SELECT id, name FROM shop.people WHERE id > 0');
my %functions = (
	'recursion to the limit of the stack' => "LANGUAGE plpgsql AS 'BEGIN RETURN shop.twice(a) + 1; END'",
	'a loop' => "LANGUAGE plpgsql AS 'BEGIN LOOP NULL; END LOOP; END'",
	'a loop that swallows its cancellation' => "LANGUAGE plpgsql AS 'BEGIN LOOP BEGIN PERFORM pg_sleep(10); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END'",
	'an error of a megabyte' => "LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''%'', repeat(''x'', 1000000); END'",
	'a million notices' => "LANGUAGE plpgsql AS 'BEGIN FOR i IN 1 .. 1000000 LOOP RAISE NOTICE ''%'', i; END LOOP; RETURN a * 2; END'",
	'a crash by a large array' => "LANGUAGE plpgsql AS 'BEGIN RETURN cardinality(array_fill(1, ARRAY[134217727])); END'",
);
for my $name (sort keys %functions)
{
	as("CREATE OR REPLACE FUNCTION shop.twice(a int) RETURNS int $functions{$name}");
	attack("$name, in an evaluation", goes_on($name) . ' ' . length(result_of('shop.twice')), qr/^ok \d{1,5}$/);
}
as("CREATE OR REPLACE FUNCTION shop.twice(a int) RETURNS int LANGUAGE sql AS 'SELECT \$1 * 2'");

# Locks.
evaluate(); # whatever still runs of the last one holds locks itself
my $holder = open_session('eve');
$holder->query('BEGIN');
$holder->query('LOCK TABLE shop.people, shop.notes, shop.names IN ACCESS EXCLUSIVE MODE');
evaluate();
attack('ACCESS EXCLUSIVE held open', trouble('shop.'), qr/locked by its owner|evaluation_timeout|lock timeout/);
$holder->query('ROLLBACK');
attack_fails('locks on the catalogs', 'BEGIN; LOCK TABLE pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE', $denied);
$holder->query('BEGIN');
$holder->query('CREATE TABLE shop.half (a int); ALTER TABLE shop.people ADD extra int; DROP VIEW shop.names');
evaluate();
attack('DDL held open', trouble('shop.people'), qr/locked by its owner|evaluation_timeout|lock timeout/);
$holder->query('ROLLBACK');
# their session may be ended before it has answered
eval { $holder->query('SELECT count(pg_advisory_lock(g)) FROM generate_series(1, 1000000) g') };
attack('the table of locks, filled', $node->poll_query_until('postgres', "SELECT count(*) < 1000 FROM pg_locks WHERE locktype = 'advisory'"), qr/^1$/);
eval { $holder->quit };
$holder = open_session('eve');
eval { $holder->query('SELECT count(pg_advisory_lock(g)) FROM generate_series(1, 3500) g') };
attack('the table of locks, nearly filled', $node->poll_query_until('postgres', "SELECT count(*) < 1000 FROM pg_locks WHERE locktype = 'advisory'"), qr/^1$/);
eval { $holder->quit };
attack_fails('a transaction that outlives its session', "BEGIN; LOCK TABLE shop.people; PREPARE TRANSACTION 'left'", qr/cannot prepare transactions/);

# Objects that come and go while they are looked at.
my $mover = open_session('eve');
for my $round (1 .. 15)
{
	$mover->query('ALTER TABLE shop.people RENAME TO persons; ALTER VIEW shop.names RENAME TO n; ALTER SCHEMA shop RENAME TO store');
	$mover->query('ALTER SCHEMA store RENAME TO shop; ALTER TABLE shop.persons RENAME TO people; ALTER VIEW shop.n RENAME TO names');
	$mover->query('DROP FUNCTION shop.twice; DROP TABLE shop.parts; CREATE TABLE shop.parts (k int, v text) PARTITION BY RANGE (k)');
	$mover->query("CREATE FUNCTION shop.twice(a int) RETURNS int LANGUAGE sql AS 'SELECT \$1 * 2'");
}
evaluate();
attack('objects renamed and dropped during evaluations', result_of('shop.people') . result_of('shop.twice'), qr/^$/);
my $long = 'n' x 63;
as(qq(CREATE SCHEMA "$long"; CREATE TABLE "$long"."$long" ("$long" int PRIMARY KEY CONSTRAINT "c$long" CHECK ("$long" > 0)); CREATE VIEW "$long"."v" AS SELECT * FROM "$long"."$long"; CREATE FUNCTION "$long"."$long"("$long" int) RETURNS int LANGUAGE sql AS 'SELECT 1'));
evaluate();
attack('names of 63 bytes', result_of('shop.people'), qr/^$/);
as(qq(CREATE TABLE public."a""b'c;d\$\$e\\f{g},h\ni%s%n" ("\$1""'" int); CREATE TABLE public."\x{202e}\x{430}" (a int)));
evaluate();
attack('names with quotes, line ends and look-alikes', result_of('shop.people'), qr/^$/);

# Large and deep things.
as("DO \$\$ BEGIN FOR i IN 1 .. 1500 LOOP EXECUTE 'CREATE TABLE public.t' || i || ' (a int)'; IF i % 100 = 0 THEN COMMIT; END IF; END LOOP; END \$\$");
as("DO \$\$ BEGIN FOR i IN 1501 .. 3000 LOOP EXECUTE 'CREATE TABLE public.t' || i || ' (a int)'; IF i % 100 = 0 THEN COMMIT; END IF; END LOOP; END \$\$");
my $many = $node->safe_psql('l_eve', "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]+\$'");
cmp_ok($many, '>', 500, "there are $many tables");
evaluate();
attack('thousands of tables', result_of('shop.people'), qr/^$/);
as("DO \$\$ DECLARE e text := 'id'; BEGIN FOR i IN 1 .. 5000 LOOP e := '(' || e || ' + 1)'; END LOOP; EXECUTE 'CREATE VIEW public.deep AS SELECT ' || e || ' AS x FROM shop.people'; END \$\$");
as("DROP VIEW shop.names; DO \$\$ DECLARE e text := 'id'; BEGIN FOR i IN 1 .. 1500 LOOP e := '(' || e || ' + 1)'; END LOOP; EXECUTE 'CREATE VIEW shop.names AS SELECT ' || e || ' AS id, name FROM shop.people'; END \$\$");
evaluate();
attack('an expression of 1,500 levels', result_of('shop.names'), qr/shop\.names (?:fail|error)/);
as("DO \$\$ BEGIN EXECUTE 'CREATE DOMAIN public.d0 AS int'; FOR i IN 1 .. 300 LOOP EXECUTE format('CREATE DOMAIN public.d%s AS public.d%s CHECK (VALUE > %s)', i, i - 1, -i); END LOOP; EXECUTE 'ALTER TABLE shop.parts ADD extra public.d300'; END \$\$");
evaluate();
attack('domains 300 levels deep', result_of('shop.parts'), qr/shop\.parts/);
as("DO \$\$ BEGIN EXECUTE 'CREATE TABLE public.wide (' || (SELECT string_agg(format('c%s int', g), ',') FROM generate_series(1, 1600) g) || ')'; END \$\$; COMMENT ON TABLE shop.people IS 'x'; DO \$\$ BEGIN EXECUTE format('COMMENT ON TABLE shop.people IS %L', repeat('x', 20000000)); END \$\$");
evaluate();
attack('a comment of 20 MB and 1,600 columns', goes_on(''), qr/^ok$/);
as("COMMENT ON TABLE shop.people IS NULL; UPDATE shop.people SET name = repeat('x', 40000000)");
evaluate();
attack('rows of 40 MB', length(result_of('shop.people')) < 100000 ? 'told in short' : 'long', qr/told in short/);
as("UPDATE shop.people SET name = 'Ann'");

# Storms.
my $storm = as("DROP TABLE shop.parts; CREATE TABLE shop.parts (k int, v text); DO \$\$ BEGIN FOR i IN 1 .. 20000 LOOP INSERT INTO shop.parts VALUES (i % 10, 'x'); COMMIT; END LOOP; END \$\$");
attack('20,000 commits of a row', $node->safe_psql('l_eve', 'SELECT count(*) > 1000 FROM shop.parts'), qr/^t$/);
as("DO \$\$ BEGIN FOR i IN 1 .. 100000 LOOP PERFORM pg_notify('c', i::text || repeat('x', 1000)); IF i % 1000 = 0 THEN COMMIT; END IF; END LOOP; END \$\$");
attack('a flood of NOTIFY', as('SELECT pg_notification_queue_usage() < 0.5'), qr/^t$/);
my @sessions = map { open_session('eve') } 1 .. 3;
$_->query('SELECT 1') for @sessions;
my ($refused) = (0);
for (1 .. 30)
{
	my $got = as("SELECT 1/0");
	$refused++ if $got =~ /division by zero|too many connections/;
}
attack('sessions without end', "$refused", qr/^30$/);
my @more = map { my $s = eval { open_session('eve') }; $s } 1 .. 4;
attack('sessions up to the limit', $node->safe_psql('postgres', "SELECT count(*) <= 5 FROM pg_stat_activity WHERE usename = 'eve'"), qr/^t$/);
eval { $_->quit } for grep { $_ } @sessions, @more;
for (1 .. 10)
{
	as("SELECT pg_terminate_backend(pg_backend_pid())");
	as("CREATE OR REPLACE FUNCTION public.deep(a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN public.deep(a + 1); END'; SELECT public.deep(1)");
	as("SELECT length(repeat('x', 1000000000)) + length(repeat('y', 1000000000))");
}
attack('their own sessions crash and crash', goes_on(''), qr/^ok$/);

# The server's background workers: with a full set of parallel workers there are still some for the lab.
as("CREATE TABLE public.big AS SELECT g FROM generate_series(1, 200000) g; ALTER TABLE public.big SET (parallel_workers = 30)");
my @greedy = map { open_session('eve') } 1 .. 2;
for my $session (@greedy)
{
	$session->query("SET max_parallel_workers = 1024; SET max_parallel_workers_per_gather = 1024; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0");
	$session->query_until(qr/go/, "\\echo go\nSELECT count(*) FROM public.big a JOIN public.big b ON a.g < b.g;\n");
}
my $most = 0;
for (1 .. 15)
{
	my $now = $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'");
	$most = $now if $now > $most;
	select undef, undef, undef, 0.05;
}
attack('all background workers', $most, qr/^[1-4]$/);
eval { $_->quit } for @greedy;

# Autovacuum runs what their indexes call.
as("CREATE TABLE public.vacuumed (a int) WITH (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0);
	CREATE FUNCTION public.slow(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF session_user NOT IN (''eve'', ''lab_evaluator'') THEN LOOP BEGIN PERFORM pg_sleep(1000); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END IF; RETURN a; END';
	CREATE INDEX ON public.vacuumed (public.slow(a)); INSERT INTO public.vacuumed SELECT g FROM generate_series(1, 100) g");
my $vacuums = "FROM pg_stat_activity WHERE backend_type = 'autovacuum worker' AND datname = 'l_eve' AND query LIKE '%vacuumed%'";
ok($node->poll_query_until('postgres', "SELECT count(*) > 0 $vacuums"), 'autovacuum calls a function that does not end');
my ($first) = split /\n/, $node->safe_psql('postgres', "SELECT pid $vacuums");
attack('autovacuum held for ever', $first ? $node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $first") : '1', qr/^1$/);
as('DROP TABLE public.vacuumed');

# Whoever thinks within a transaction is no statement that takes too long.
my $thinker = open_session('ann');
$thinker->query('BEGIN');
$thinker->query('SELECT 1');
sleep 8; # the ceiling, and five seconds of patience with who swallows it
is($thinker->query('SELECT 7'), '7', 'thinking in a transaction is not cut off by the ceiling of statements');
eval { $thinker->quit };

# And the lab can be dropped, whatever was left.
my $last = open_session('eve');
$last->query('BEGIN');
$last->query('LOCK TABLE shop.people');
lab_sql($node, "SELECT lab_drop('l')");
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_database WHERE datname LIKE 'l\\_%'"), 'the lab goes, with sessions and locks in it');
eval { $last->quit };

$node->stop;
done_testing();
