# Whom the server lets in, and what a participant's session may do: windows, limits, and ways around them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use Lab;

my $node = lab_node('gates', 'max_prepared_transactions' => 5, 'labcreator.sweep_interval' => 0, 'labcreator.session_memory' => "'256MB'");
make_reference($node, 'reference', 'CREATE TABLE t (a int)');
create_lab($node, { lab => 'gates', reference => 'reference', participants => [ 'amy', 'bob' ],
	limits => { disk => '30MB', temp_disk => '2MB', statement_timeout => '2s', idle_in_transaction => '2s' } });

# SQL as a participant in their own database: output, or the error.
sub as
{
	my ($login, $sql, $database) = @_;
	my ($status, $out, $err) = $node->psql($database // "gates_$login", $sql, extra_params => [ '-U', $login ]);

	return $status == 0 ? $out : $err;
}

# Works whatever pg_hba.conf and the rights of databases say.
$node->safe_psql('postgres', 'GRANT CONNECT ON DATABASE gates_bob, lab, reference, postgres, template1 TO PUBLIC');
for my $database (qw(gates_bob lab reference postgres template1))
{
	like(as('amy', 'SELECT 1', $database), qr/FATAL:  "$database" is not a database of participant "amy"/, "amy does not get into $database");
}
is(as('amy', 'SELECT 1'), '1', 'amy gets into her own database');
like(as('amy', 'SELECT 1', 'nowhere'), qr/FATAL:  "nowhere" is not a database of participant "amy"/, 'no telling which databases exist');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the others are not concerned');
$node->safe_psql('postgres', 'CREATE ROLE later LOGIN');
is($node->safe_psql('gates_bob', 'SELECT 1', extra_params => [ '-U', 'later' ]), '1', 'nor is who is no participant');

# The lab closes: what was written stays readable, and nothing more can be written.
as('amy', "CREATE TABLE mine (a int); INSERT INTO mine VALUES (1); CREATE SEQUENCE s; SELECT lo_from_bytea(4711, 'x');
	CREATE FUNCTION writes() RETURNS void LANGUAGE sql AS 'INSERT INTO mine VALUES (2)';
	CREATE FUNCTION next() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN nextval(''s''); END'");
my $open = $node->background_psql('gates_amy', extra_params => [ '-U', 'amy' ], on_error_stop => 0);
$open->query_safe('PREPARE p AS INSERT INTO mine VALUES (3)');
like(as('amy', "BEGIN;\nINSERT INTO mine VALUES (4);\nPREPARE TRANSACTION 'left'"), qr/a participant of a lab cannot prepare transactions/, 'no transaction outlives its session');
lab_sql($node, "SELECT lab_close('gates')");
ok(poll($node, "SELECT closes <= now() FROM lab.labs"), 'the lab is closed');
is(as('amy', 'SELECT count(*) FROM mine'), '1', 'a closed lab can be read');
my %attacks = (
	'INSERT' => 'INSERT INTO mine VALUES (2)',
	'CREATE TABLE' => 'CREATE TABLE more (a int)',
	'a function' => 'SELECT writes()',
	'a block' => 'DO $$ BEGIN INSERT INTO mine VALUES (2); END $$',
	'SELECT INTO' => 'SELECT 1 AS a INTO more',
	'COPY' => "COPY mine FROM STDIN;\n5\n\\.\n",
	'a sequence' => "SELECT nextval('s')",
	'a sequence in an expression of PL/pgSQL' => 'SELECT next()',
	'a large object' => 'SELECT lo_create(0)',
	'lo_put' => "SELECT lo_put(4711, 0, 'y')",
	'lo_unlink' => 'SELECT lo_unlink(4711)',
	'DROP' => 'DROP TABLE mine',
	'a temporary table' => 'CREATE TEMP TABLE t (a int)',
	'SET default_transaction_read_only' => 'SET default_transaction_read_only = off; INSERT INTO mine VALUES (2)',
	'SET TRANSACTION READ WRITE' => "BEGIN;\nSET TRANSACTION READ WRITE;\nINSERT INTO mine VALUES (2);\nCOMMIT",
	'BEGIN READ WRITE' => "BEGIN READ WRITE;\nSELECT nextval('s');\nCOMMIT",
	'set_config' => "BEGIN;\nSELECT set_config('transaction_read_only', 'off', true);\nINSERT INTO mine VALUES (2);\nCOMMIT",
	'SET inside a block' => "DO \$\$ DECLARE n bigint; BEGIN SET TRANSACTION READ WRITE; n := nextval('s'); END \$\$",
	'COMMIT inside a block' => "DO \$\$ DECLARE n bigint; BEGIN COMMIT; SET TRANSACTION READ WRITE; n := nextval('s'); INSERT INTO mine VALUES (2); END \$\$",
	'EXPLAIN ANALYZE' => 'EXPLAIN ANALYZE INSERT INTO mine VALUES (2)',
	'WITH' => 'WITH w AS (INSERT INTO mine VALUES (2) RETURNING a) SELECT * FROM w',
	'SELECT FOR UPDATE' => 'SELECT * FROM mine FOR UPDATE',
	'ALTER ROLE' => 'ALTER ROLE amy SET default_transaction_read_only = off',
	'REFRESH' => 'CREATE MATERIALIZED VIEW m AS SELECT 1',
);
for my $attack (sort keys %attacks)
{
	like(as('amy', $attacks{$attack}), qr/ERROR:  cannot (execute|set)|ERROR:  transaction read-write mode/, "closed: $attack is refused");
}
like(as('amy', 'INSERT INTO mine VALUES (2)'), qr/DETAIL:  Lab "gates" closed at /, 'with the reason');
my ($said) = $open->query('EXECUTE p');
is($node->safe_psql('gates_amy', 'SELECT count(*) FROM mine'), '1', 'a session that was open before writes no more');
is(as('amy', "SELECT last_value FROM s"), '1', 'the sequence has not moved');

# More time for one.
lab_sql($node, "SELECT lab_extend('gates', 'amy', '1 hour')");
ok($node->poll_query_until('gates_amy', "SELECT 1", '1') && poll($node, "SELECT count(*) = 1 FROM lab.participants WHERE closes > now()"), 'amy has more time');
is(as('amy', "SELECT pg_sleep(0.3); INSERT INTO mine VALUES (6) RETURNING a"), "\n6", 'and writes again');
like(as('bob', 'CREATE TABLE t (a int)'), qr/the lab is closed|read-only transaction/, 'bob does not');
like(lab_error($node, "SELECT lab_extend('gates', 'nobody', '1 hour')"), qr/lab has no participant "nobody"/, 'extending nobody is an error');
like(lab_error($node, "SELECT lab_open('nothing')"), qr/lab "nothing" does not exist/, 'so is opening no lab');
lab_sql($node, "SELECT lab_open('gates')");
ok($node->poll_query_until('gates_bob', "SELECT 1", '1'), 'the lab is opened');
is(as('bob', "SELECT pg_sleep(0.3); CREATE TABLE t (a int); SELECT 'made'"), "\nmade", 'bob writes again');

# Before it opens.
make_reference($node, 'tomorrow', 'CREATE TABLE t (a int)');
create_lab($node, { lab => 'future', reference => 'tomorrow', participants => [ 'eve' ], opens => '2099-01-01 10:00+00' });
like(as('eve', 'SELECT 1', 'future_eve'), qr/FATAL:  the lab is not open yet.*Lab "future" opens at 2099-01-01/s, 'nobody gets in before a lab opens');
lab_sql($node, "SELECT lab_open('future')");
ok($node->poll_query_until('postgres', 'SELECT true', 't') && wait_for(sub { as('eve', 'SELECT 1', 'future_eve') eq '1' }), 'until the lab master opens it');

# Ceilings that SET does not lift.
like(as('bob', "SET statement_timeout = 0;\nSELECT pg_sleep(30)"), qr/canceling statement: it takes longer than the lab allows/, 'a long statement is canceled');
like(as('bob', "DO \$\$ BEGIN LOOP BEGIN PERFORM pg_sleep(30); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END \$\$"), qr/terminating|server closed|it takes longer/, 'one that swallows it is ended');
as('bob', "CREATE FUNCTION slow() RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM pg_sleep(30); RETURN 1; END'");
like(as('bob', 'SELECT slow()'), qr/it takes longer than the lab allows/, 'a function that runs while planning too');
like(as('bob', "SET temp_file_limit = -1"), qr/permission denied/, 'temp_file_limit is not theirs to set');
like(as('bob', "SET work_mem = '64kB';\nSELECT count(*) FROM (SELECT g FROM generate_series(1, 1000000) g ORDER BY random()) x"), qr/temporary file size exceeds "?temp_file_limit/, 'temporary files are limited');
like(as('bob', "SELECT 1/0;\nSET work_mem = '64kB';\nSELECT count(*) FROM (SELECT g FROM generate_series(1, 1000000) g ORDER BY random()) x"), qr/division by zero/, 'an error comes first');
my $idle = $node->background_psql('gates_bob', extra_params => [ '-U', 'bob' ], on_error_stop => 0);
$idle->query('SET idle_in_transaction_session_timeout = 0');
$idle->query("SELECT set_config('idle_in_transaction_session_timeout', '0', false)");
$idle->query('BEGIN');
my $bobs = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'bob'";
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'bob'", 't'), 'who idles in a transaction is ended');
eval { $idle->quit };
if ($ENV{LAB_SANITIZE})
{
	diag 'NOT TESTED with the sanitizers, whose own memory is beyond it: the ceiling of a session\'s memory';
}
else
{
	like(as('bob', "SELECT length(repeat('x', 800000000))"), qr/out of memory/, 'a memory bomb is an error of its session');
}

# The disk.
like(as('bob', "SET statement_timeout = 0;\nCREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 20000);\nSELECT 'written'"), qr/written/, 'bob fills his database');
as('bob', "INSERT INTO big SELECT repeat('y', 1000) FROM generate_series(1, 15000)") for 1 .. 2;
lab_sql($node, "SELECT lab_evaluate('gates', 'bob')");
my %fills = (
	'INSERT' => 'INSERT INTO t VALUES (1)',
	'UPDATE' => 'UPDATE t SET a = 1',
	'CREATE TABLE' => 'CREATE TABLE more (a int)',
	'CREATE INDEX' => 'CREATE INDEX ON t (a)',
	'SELECT INTO' => 'SELECT 1 AS a INTO more',
	'COPY' => "COPY t FROM STDIN;\n5\n\\.\n",
	'WITH' => 'WITH w AS (INSERT INTO t VALUES (2) RETURNING a) SELECT * FROM w',
	'a large object' => "SELECT lo_from_bytea(0, 'x')",
	'a block' => 'DO $$ BEGIN INSERT INTO t VALUES (2); END $$',
	'a prepared statement' => "PREPARE p AS INSERT INTO t VALUES (1);\nEXECUTE p",
);
for my $fill (sort keys %fills)
{
	like(as('bob', $fills{$fill}), qr/the disk limit of the lab is reached/, "full: $fill is refused");
}
is(as('bob', 'SELECT count(*) > 0 FROM big'), 't', 'a full database can be read');
is(as('bob', "DELETE FROM big;\nVACUUM big;\nTRUNCATE big;\nSELECT 'room'"), 'room', 'and emptied');
lab_sql($node, "SELECT lab_evaluate('gates', 'bob')");
is(as('bob', "INSERT INTO t VALUES (1) RETURNING a"), '1', 'then it can be written again');
like(as('bob', "INSERT INTO big SELECT repeat('x', 1000 + generate_series(1, 2000000) % 2)"), qr/the disk limit of the lab is reached|takes longer than the lab allows/, 'one statement does not fill the disk either');

eval { $open->quit };
$node->stop;
done_testing();

sub wait_for
{
	my ($condition) = @_;

	for (1 .. 100)
	{
		return 1 if $condition->();
		select undef, undef, undef, 0.1;
	}
	return 0;
}
