# lab_reset: a participant's database as at the start, whatever dies meanwhile.
use strict;
use warnings;
use lib 't';
use Lab;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = lab_node('reset');
my @class = map { "p$_" } 1 .. 6;

sub as
{
	my ($login, $sql) = @_;

	return $node->safe_psql("l_$login", $sql, extra_params => [ '-U', $login ]);
}

# What is there of everybody's work: theirs, and what the starter gave.
sub works
{
	return join ' ', map { as($_, "SELECT '$_' || coalesce(to_regclass('mine')::text, '-') || (SELECT count(*) FROM given)") } @_;
}

make_reference($node, 'reference', 'CREATE TABLE given (x int); INSERT INTO given VALUES (1); CREATE TABLE mine (x int)');
make_reference($node, 'starter', 'CREATE TABLE given (x int); INSERT INTO given VALUES (1)');
create_lab($node, { lab => 'l', reference => 'reference', starter => 'starter', participants => \@class });
as($_, 'CREATE TABLE mine (x int); TRUNCATE given') for @class;
lab_sql($node, "SELECT lab_evaluate('l')");
my $password = $node->safe_psql('postgres', "SELECT rolpassword FROM pg_authid WHERE rolname = 'p1'");
my $oid = $node->safe_psql('postgres', "SELECT oid FROM pg_database WHERE datname = 'l_p1'");
my $score = lab_sql($node, "SELECT score > 0 FROM lab_progress('l') WHERE login = 'p1'");
is($score, 't', 'there is work');

# with a session in it that is in the middle of something
my $session = $node->background_psql('l_p1', extra_params => [ '-U', 'p1' ], on_error_die => 0);
$session->query_safe('BEGIN; INSERT INTO mine VALUES (1)');
lab_sql($node, "SELECT lab_reset('l', 'p1')");
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is(works('p1'), 'p1-1', 'the database is as at the start');
is(works('p2'), 'p2mine0', 'others are as they were');
is(lab_sql($node, "SELECT score, state FROM lab_progress('l') WHERE login = 'p1'"), '0.00|working', 'it is evaluated anew');
is(lab_sql($node, "SELECT string_agg(DISTINCT status, ',' ORDER BY status) FROM lab_results('l', 'p1')"), 'fail,kept', 'check by check');
is(lab_sql($node, "SELECT count(*) FROM lab_timeline('l', 'p1') WHERE event = 'reset'"), '1', 'history says so');
is(lab_sql($node, "SELECT count(*) > 0 FROM lab_timeline('l', 'p1') WHERE event = 'progress'"), 't', 'and has what was before');
is($node->safe_psql('postgres', "SELECT rolpassword FROM pg_authid WHERE rolname = 'p1'"), $password, 'the password stays');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE oid = $oid"), '0', 'the old database is gone');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE usename = 'p1'"), '0', 'and the session with it');
eval { $session->quit };
as('p1', 'CREATE TABLE mine (x int)');
ok(poll($node, "SELECT score > 0 FROM lab_progress('l') WHERE login = 'p1'"), 'work goes on');

# errors
like(lab_error($node, "SELECT lab_reset('l', 'nobody')"), qr/lab has no participant "nobody"/, 'no such participant');
like(lab_error($node, "SELECT lab_reset('nothing', 'p1')"), qr/lab "nothing" does not exist/, 'no such lab');
$node->safe_psql('lab', 'CREATE ROLE other LOGIN IN ROLE lab_master');
like(lab_error($node, "SELECT lab_reset('l', 'p1')", 'other'), qr/lab "l" (is not yours|does not exist)/, 'another lab master');
my $copy = $node->background_psql('starter', extra_params => [ '-U', 'teacher' ]);
$copy->query_safe('SELECT 1');
like(lab_error($node, "SELECT lab_reset('l', 'p1')"), qr/starter database "starter" is in use/, 'a starter that cannot be copied');
$copy->quit;
is(works('p1'), 'p1mine1', 'leaves the database alone');
$node->safe_psql('lab', "BEGIN; SELECT lab_reset('l', 'p1'); ROLLBACK", extra_params => [ '-U', 'teacher' ]);
is(works('p1'), 'p1mine1', 'so does ROLLBACK');
like(lab_error($node, "BEGIN; SELECT lab_reset('l', 'p1'); CALL lab_wait('l')"), qr/was changed in this transaction/, 'lab_wait does not wait for itself');

# twice at once is once
$node->safe_psql('lab', "SELECT lab_reset('l', 'p1'), lab_reset('l', 'p1')", extra_params => [ '-U', 'teacher' ]);
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is(works('p1'), 'p1-1', 'reset twice');

# A provisioner is killed in the middle, again and again, each time a little later; then the server is.
my $hits = 0;
for my $round (1 .. 5)
{
	my $pid;

	as($_, 'CREATE TABLE IF NOT EXISTS mine (x int)') for @class[ 0 .. 2 ];
	lab_sql($node, "SELECT lab_reset('l', p) FROM unnest('{p1,p2,p3}'::text[]) p");
	for (1 .. 500) { last if $pid = worker_pid($node, 'provisioner'); select(undef, undef, undef, 0.005); }
	select(undef, undef, undef, 0.05 * ($round - 1));
	$hits += kill 'KILL', $pid if $pid;
	comes_back($node);
	lab_sql($node, "CALL lab_wait('l', '90 seconds')");
	is(works(@class), 'p1-1 p2-1 p3-1 p4mine0 p5mine0 p6mine0', "killed after " . 50 * ($round - 1) . " ms: three are as at the start, three as they were");
}
cmp_ok($hits, '>=', 3, "$hits of them were hit");
lab_sql($node, "SELECT lab_reset('l', login) FROM lab_progress('l')");
select(undef, undef, undef, 0.2);
$node->stop('immediate');
$node->start;
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is(works(@class), 'p1-1 p2-1 p3-1 p4-1 p5-1 p6-1', 'an immediate stop');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'l\\_%'"), '6', 'no database is left over');
is(lab_sql($node, "SELECT count(*) FROM lab.participants WHERE discarded_oid IS NOT NULL OR state <> 'ready'"), '0', 'and nothing is left to do');

# a lab that is dropped while a database is made anew
lab_sql($node, "SELECT lab_reset('l', login) FROM lab_progress('l')");
lab_sql($node, "SELECT lab_drop('l')");
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'l\\_%'"), '0', 'a drop takes old and new ones');

$node->stop;
done_testing();
