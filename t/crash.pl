# Processes die; nothing that was promised is lost.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $node = lab_node('crash');

# A view that takes a while keeps an evaluator alive long enough to be hit.
make_reference($node, 'reference', 'CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; INSERT INTO t VALUES (1)');
create_lab($node, { lab => 'l', reference => 'reference', participants => [ 'ann', 'bob' ] });
$node->safe_psql('l_ann', 'CREATE TABLE t (a int); INSERT INTO t VALUES (1)', extra_params => [ '-U', 'ann' ]);
ok(poll($node, "SELECT passed FROM lab_progress('l') WHERE login = 'ann'", '3'), 'there are results');
my $results = lab_sql($node, "SELECT string_agg(object || status, ',') FROM lab_results('l', 'ann')");

# kill -9 makes the postmaster restart everything
kill 'KILL', worker_pid($node, 'coordinator');
ok(comes_back($node), 'the server comes back');
ok(poll($node, "SELECT state FROM lab_status() WHERE part = 'coordinator'", 'running'), 'a killed coordinator comes back');
is(lab_sql($node, "SELECT string_agg(object || status, ',') FROM lab_results('l', 'ann')"), $results, 'results are what they were');

# a terminated one comes back as well, without a crash of the others
my $old = worker_pid($node, 'coordinator');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($old)");
ok(poll($node, "SELECT coordinator IS NOT NULL AND coordinator <> $old FROM lab.workers()"), 'a terminated coordinator comes back');

$node->safe_psql('l_ann', 'CREATE VIEW v AS SELECT a FROM t, pg_sleep(1)', extra_params => [ '-U', 'ann' ]);
my $busy = '';
for (1 .. 1000)
{
	last if ($busy = worker_pid($node, 'evaluator')) ne '';
	lab_sql($node, "SELECT 1");
}
isnt($busy, '', 'an evaluator is busy');
kill 'KILL', $busy;
ok(comes_back($node), 'the server comes back');
ok(poll($node, "SELECT score FROM lab_progress('l') WHERE login = 'ann'", '100.00'), 'a killed evaluator\'s work is done again');

# an immediate stop in the middle of provisioning
lab_sql($node, 'SELECT count(*) FROM lab_create(\'{"lab": "big", "reference": "reference", "participants": [' . join(',', map { "\"b$_\"" } 1 .. 20) . ']}\')');
ok(poll($node, "SELECT count(*) >= 3 FROM lab_progress('big') WHERE state = 'not started'"), 'some databases are made');
$node->stop('immediate');
$node->start;
lab_sql($node, "CALL lab_wait('big', '90 seconds')");
is(lab_sql($node, "SELECT count(*) FROM lab_progress('big') WHERE state = 'not started'"), '20', 'the rest is made after the restart');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'big\\_%'"), '20', 'each once');

# a killed provisioner, while it makes and while it drops
lab_sql($node, 'SELECT count(*) FROM lab_create(\'{"lab": "more", "reference": "reference", "participants": [' . join(',', map { "\"m$_\"" } 1 .. 10) . ']}\')');
for my $round (1 .. 3)
{
	my $pid;
	for (1 .. 200) { last if $pid = worker_pid($node, 'provisioner'); select(undef, undef, undef, 0.01); }
	kill 'KILL', $pid if $pid;
	comes_back($node);
}
lab_sql($node, "CALL lab_wait('more', '90 seconds')");
is(lab_sql($node, "SELECT count(*) FROM lab_progress('more') WHERE state = 'not started'"), '10', 'killed provisioners\' work is done again');
lab_sql($node, "SELECT lab_drop('more')");
my $pid;
for (1 .. 200) { last if $pid = worker_pid($node, 'provisioner'); select(undef, undef, undef, 0.01); }
kill 'KILL', $pid if $pid;
comes_back($node);
ok(poll($node, "SELECT count(*) = 0 FROM lab_progress('more')"), 'dropping goes on as well');
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_database WHERE datname LIKE 'more\\_%'"), 'and leaves no database');

$node->stop;
done_testing();
