# Whatever is wrong with a lab's surroundings is one clear error, and leaves nothing.
use strict;
use warnings;
use lib 't';
use Lab;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = lab_node('badinput');
my $slow = 'CREATE TABLE t (a int); CREATE VIEW v AS SELECT count(*) AS n FROM generate_series(1, 6000000)';

# What a failed lab_create must not leave behind.
sub footprint
{
	return $node->safe_psql('lab',
		'SELECT (SELECT string_agg(rolname, \',\' ORDER BY 1) FROM pg_roles), (SELECT string_agg(datname, \',\' ORDER BY 1) FROM pg_database), (SELECT count(*) FROM lab.labs), (SELECT count(*) FROM lab.participants), (SELECT count(*) FROM lab.accounts), (SELECT count(*) FROM lab.checks)');
}

sub refused
{
	my ($spec, $error, $what, $role) = @_;
	my $before = footprint();

	like(lab_error($node, "SELECT lab_create('$spec')", $role), $error, $what);
	is(footprint(), $before, "$what: nothing is left");
	return;
}

make_reference($node, 'reference', 'CREATE TABLE t (a int)');
make_reference($node, 'starter', '');
make_reference($node, 'slow', $slow);
make_reference($node, 'empty', '');
$node->safe_psql('postgres', 'CREATE DATABASE foreign_one; CREATE ROLE taken; CREATE DATABASE x_pat; CREATE ROLE other LOGIN IN ROLE lab_master; CREATE ROLE outsider LOGIN; GRANT CONNECT ON DATABASE lab TO outsider');

refused('{"lab": "x", "reference": "nowhere", "participants": ["a"]}', qr/reference database "nowhere" does not exist/, 'a missing reference');
refused('{"lab": "x", "reference": "lab", "participants": ["a"]}', qr/the control database cannot be the reference/, 'the control database as reference');
refused('{"lab": "x", "reference": "foreign_one", "participants": ["a"]}', qr/"foreign_one" is not yours/, 'somebody else\'s reference');
refused('{"lab": "x", "reference": "reference", "participants": ["a"]}', qr/"reference" is not yours/, 'another lab master\'s reference', 'other');
refused('{"lab": "x", "reference": "empty", "participants": ["a"]}', qr/"empty" has nothing to check/, 'an empty reference');
refused('{"lab": "x", "reference": "reference", "starter": "nowhere", "participants": ["a"]}', qr/starter database "nowhere" does not exist/, 'a missing starter');
refused('{"lab": "x", "reference": "reference", "participants": ["a", "taken"]}', qr/role "taken" exists and was not made by labcreator/, 'an existing role');
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
refused("{\"lab\": \"x\", \"reference\": \"reference\", \"participants\": [\"a\", \"$superuser\"]}", qr/role "$superuser" exists/, 'the superuser as participant');
refused('{"lab": "x", "reference": "reference", "participants": ["pat"]}', qr/database "x_pat" exists already/, 'an existing database');
refused('{"lab": "x", "reference": "reference", "participants": ["a"], "tasks": [{"name": "t", "objects": ["no.such*"]}]}', qr/task "t" has nothing to check/, 'a task without an object');
refused('{"lab": "x", "reference": "reference", "participants": ["a"]}', qr/permission denied for function lab_create/, 'who is no lab master', 'outsider');

# a session on the starter
my $session = $node->background_psql('starter');
$session->query_safe('SELECT 1');
refused('{"lab": "x", "reference": "reference", "starter": "starter", "participants": ["a"]}', qr/starter database "starter" is in use/, 'a starter with a session');
$session->quit;

# commits while the reference is read
my $writer = $node->background_psql('slow');
$writer->query_until(qr/start/, "\\echo start\nDO \$\$ BEGIN FOR i IN 1 .. 150 LOOP INSERT INTO t VALUES (i); COMMIT; PERFORM pg_sleep(0.02); END LOOP; END \$\$;\n");
refused('{"lab": "x", "reference": "slow", "participants": ["a"]}', qr/"slow" changed while it was read/, 'a reference that changes');
$writer->quit;

# odd names are names
create_lab($node, { lab => 'Odd "lab\'', reference => 'reference', participants => [ 'UPPER', "quo'te", 'spa ce', "\x{f5}un" ] });
is(lab_sql($node, 'SELECT count(*) FROM lab_progress() WHERE state = \'not started\''), '4', 'quotes, spaces, upper case and unicode make databases');
like(lab_error($node, 'SELECT lab_create(\'{"lab": "Odd \"lab\'\'", "reference": "reference", "participants": ["a"]}\')'), qr/exists already/, 'a lab that exists');
lab_sql($node, 'SELECT lab_drop(\'Odd "lab\'\'\')');
lab_sql($node, 'CALL lab_wait(\'Odd "lab\'\'\')');

# a database that cannot be made: said, and tried again
my $blocker = $node->background_psql('lab');
$blocker->query_safe('BEGIN');
$blocker->query_safe('SELECT lab_create(\'{"lab": "late", "reference": "reference", "participants": ["l1"]}\')');
$node->safe_psql('postgres', 'CREATE DATABASE late_l1');
$blocker->query_safe('COMMIT');
$blocker->quit;
ok(poll($node, "SELECT state = 'failed' AND detail LIKE '%late_l1%exists and was not made by labcreator%' FROM lab_status() WHERE part = 'provisioning late'"), 'a database that cannot be made: lab_status says why');
$node->safe_psql('postgres', 'DROP DATABASE late_l1');
ok(poll($node, "SELECT state = 'ok' FROM lab_status() WHERE part = 'provisioning late'"), 'and it is tried again');
$node->stop;

# no background worker to be had
my $small = lab_node('small', 'max_worker_processes' => 2, 'max_parallel_workers' => 0);
make_reference($small, 'reference', 'CREATE TABLE t (a int)');
my $waiting = $small->background_psql('lab', extra_params => [ '-U', 'teacher' ], on_error_stop => 0);
$waiting->query_until(qr/go/, "\\echo go\nSELECT count(*) FROM lab_create('{\"lab\": \"x\", \"reference\": \"reference\", \"participants\": [\"a\"]}');\n");
ok(poll($small, "SELECT state = 'waiting' AND detail LIKE '%max_worker_processes%' FROM lab_status() WHERE part = 'evaluators'"), 'lab_status says that a background worker is missing');
$small->safe_psql('lab', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%lab_create%' AND pid <> pg_backend_pid()");
eval { $waiting->quit };
$small->stop;

# a server that does not load the library
my $plain = PostgreSQL::Test::Cluster->new('plain');
$plain->init;
$plain->start;
$plain->safe_psql('postgres', 'CREATE DATABASE lab');
$plain->safe_psql('lab', 'CREATE EXTENSION labcreator');
my (undef, undef, $err) = $plain->psql('lab', "SELECT lab_create('{}')");
like($err, qr/labcreator is not loaded by this server.*shared_preload_libraries/s, 'without shared_preload_libraries it says what to do');
$plain->stop;

done_testing();
