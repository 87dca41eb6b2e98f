# lab_archive: databases go, what is known of the lab stays; several labs with the same people.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $node = lab_node('archive');

make_reference($node, 'reference', 'CREATE TABLE t (x int); CREATE TABLE u (y int)');
create_lab($node, { lab => 'one', title => 'First', reference => 'reference', participants => [ 'ann', 'bob' ], database => '{login}' });
create_lab($node, { lab => 'two', reference => 'reference', participants => [ 'ann', 'cay' ] });
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolname = 'ann'"), '1', 'one person has one role in two labs');
$node->safe_psql('ann', 'CREATE TABLE t (x int)', extra_params => [ '-U', 'ann' ]);
$node->safe_psql('two_ann', 'CREATE TABLE u (x int)', extra_params => [ '-U', 'ann' ]);
lab_sql($node, "SELECT lab_evaluate('one'), lab_evaluate('two')");
$node->safe_psql('lab', "INSERT INTO lab.signals (participant_id, signal, since, reason) SELECT id, 'hand', now(), 'help' FROM lab.participants WHERE database = 'bob'");

my $results = lab_sql($node, "SELECT string_agg(r::text, ',') FROM lab_results('one', 'ann') r");
my $timeline = lab_sql($node, "SELECT string_agg(r::text, ',') FROM lab_timeline('one', 'ann') r");
my $scores = lab_sql($node, "SELECT string_agg(login || score || passed || total, ',' ORDER BY login) FROM lab_progress('one')");
is(lab_sql($node, "BEGIN; SELECT lab_archive('one'); SELECT string_agg(DISTINCT target || ' ' || subject, ',') FROM lab.outbox WHERE xmin = pg_current_xact_id()::xid; ROLLBACK") =~ s/^\n//r,
	'grafana lab one', 'its dashboards are to go');
lab_sql($node, "SELECT lab_archive('one')");
lab_sql($node, "CALL lab_wait('one', '90 seconds')");
is($node->safe_psql('postgres', "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database WHERE datname IN ('ann', 'bob', 'two_ann', 'two_cay')"), 'two_ann,two_cay', 'databases are gone');
is($node->safe_psql('postgres', "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolname IN ('ann', 'bob', 'cay')"), 'ann,cay', 'and the login that is in no other lab');
is(lab_sql($node, "SELECT string_agg(login || score || passed || total, ',' ORDER BY login) FROM lab_progress('one')"), $scores, 'scores stay');
is(lab_sql($node, "SELECT string_agg(DISTINCT state, ',') FROM lab_progress('one')"), 'archived', 'and say what they are');
is(lab_sql($node, "SELECT string_agg(r::text, ',') FROM lab_results('one', 'ann') r"), $results, 'results stay');
is(lab_sql($node, "SELECT string_agg(r::text, ',') FROM lab_timeline('one', 'ann') r"), $timeline, 'history stays');
is(lab_sql($node, "SELECT count(*) FROM lab_replay('one', now())"), '2', 'and can be replayed');
is(lab_sql($node, "SELECT count(*) FROM lab_attention()"), '0', 'nobody needs help any more');
is(lab_sql($node, "SELECT state FROM lab_status() WHERE part = 'provisioning one'"), 'archived', 'lab_status() says so');
is($node->safe_psql('lab', "SELECT count(*) FROM lab.metrics WHERE lab = 'one'"), '0', 'metrics have it no longer');

# archived is archived
my (undef, undef, $again) = $node->psql('lab', "SELECT lab_archive('one')", extra_params => [ '-U', 'teacher' ]);
like($again, qr/NOTICE:  lab "one" is archived already/, 'twice is once');
like(lab_error($node, "SELECT $_"), qr/ERROR:  lab "one" is archived\nDETAIL:  It has results and history, and no databases\.\nHINT:  lab_drop\(\)/, $_)
  for "lab_evaluate('one')", "lab_open('one')", "lab_extend('one', 'ann', '1 hour')", "lab_reset('one', 'ann')", "lab_reset_password('one', 'ann')",
  "lab_refresh('one')", q(lab_alter('{"lab": "one", "reference": "reference", "participants": ["ann"], "database": "{login}"}'));
like(lab_error($node, q(SELECT lab_create('{"lab": "one", "reference": "reference", "participants": ["ann"]}'))), qr/lab "one" exists already/, 'its name is taken');
$node->safe_psql('lab', 'CREATE ROLE other LOGIN IN ROLE lab_master');
like(lab_error($node, "SELECT lab_archive('two')", 'other'), qr/lab "two" (is not yours|does not exist)/, 'another lab master');

# the databases' names are free, and the login that is left works
create_lab($node, { lab => 'three', reference => 'reference', participants => [ 'ann', 'bob' ], database => '{login}' });
is(reachable($node, 'ann', $_), 1, "ann gets into $_") for 'ann', 'two_ann';
$node->safe_psql('ann', 'CREATE TABLE t (x int); CREATE TABLE u (y int)', extra_params => [ '-U', 'ann' ]);
ok(poll($node, "SELECT score = 100 FROM lab_progress('three') WHERE login = 'ann'"), 'and works in a new lab');

# a crash in the middle
lab_sql($node, "SELECT lab_archive('three')");
my $pid;
for (1 .. 500) { last if $pid = worker_pid($node, 'provisioner'); select(undef, undef, undef, 0.005); }
kill 'KILL', $pid if $pid;
comes_back($node);
lab_sql($node, "CALL lab_wait('three', '90 seconds')");
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname IN ('ann', 'bob')"), '0', 'archiving goes on after a crash');
is(lab_sql($node, "SELECT string_agg(login || score, ',' ORDER BY login) FROM lab_progress('three')"), 'ann100.00,bob0.00', 'and scores are there');

# a login that one lab lets go of while another takes it in
create_lab($node, { lab => 'base', reference => 'reference', participants => ['dan'] });
my $reached = 0;
for my $round (1 .. 5)
{
	create_lab($node, { lab => "x$round", reference => 'reference', participants => ['joe'] });
	lab_sql($node, "SELECT lab_drop('x$round')");
	select undef, undef, undef, 0.04 * ($round - 1);
	lab_sql($node, q(SELECT count(*) FROM lab_alter('{"lab": "base", "reference": "reference", "participants": ["dan", "joe"]}')));
	lab_sql($node, "CALL lab_wait('$_', '90 seconds')") for 'base', "x$round";
	$reached += reachable($node, 'joe', 'base_joe');
	lab_sql($node, q(SELECT count(*) FROM lab_alter('{"lab": "base", "reference": "reference", "participants": ["dan"]}')));
	lab_sql($node, "CALL lab_wait('base', '90 seconds')");
}
is($reached, 5, 'a login that is dropped and wanted at the same time is there');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolname = 'joe'"), '0', 'and goes with the last lab');

# lab_drop removes the rest, also of one that is still being archived
lab_sql($node, "SELECT lab_archive('two')");
lab_sql($node, "SELECT lab_drop('$_')") for qw(one two three base);
lab_sql($node, "CALL lab_wait('$_', '90 seconds')") for qw(one two three base);
is($node->safe_psql('lab', 'SELECT (SELECT count(*) FROM lab.labs) + (SELECT count(*) FROM lab.participants) + (SELECT count(*) FROM lab.results) + (SELECT count(*) FROM lab.accounts)'), '0', 'lab_drop leaves nothing');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolname IN ('ann', 'bob', 'cay')"), '0', 'no login either');

$node->stop;
done_testing();
