# What a class does arrives in a real Prometheus by way of the real SQL exporter.
use strict;
use warnings;
use lib 't';
use Lab;
use Monitoring;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $file = "$dir/exporter.yml";
my $node = lab_node('metrics', 'labcreator.exporter_file' => "'$file'", 'labcreator.signal_interval' => "'200ms'", 'labcreator.signal_hold' => 0);

sub as { my ($login, $sql) = @_; return ($node->psql("l_$login", $sql, extra_params => [ '-U', $login ], on_error_stop => 0))[1]; }
sub mode { return sprintf '%o', (stat $file)[2] & 0777; }

# The file.
ok(poll($node, "SELECT (pg_stat_file('$file', true)).size > 0"), 'the publisher has written the file');
ok(poll($node, "SELECT state = 'ok' FROM lab_status() WHERE part = 'exporter'"), 'and lab_status says so');
is(slurp_file($file), $node->safe_psql('lab', 'SELECT lab_exporter_config()') , 'it is what lab_exporter_config() says');
is(mode(), '644', 'and the exporter can read it');
make_reference($node, 'reference', 'CREATE TABLE a (x int NOT NULL, y int DEFAULT 3); CREATE TABLE b (x int PRIMARY KEY)');
create_lab($node, { lab => 'l', reference => 'reference', title => 'One', peers => 'named', closes => '2099-01-01 00:00+00',
		participants => [ { login => 'ann', team => 'A "quoted" \\ team' }, { login => 'bob', team => 'B' }, 'cat' ],
		tasks => [ { name => 'first', objects => ['public.a'] }, { name => 'second', objects => ['public.b'] } ] });
unlink $file;
lab_sql($node, "SELECT lab_reconcile('l')");
is(mode(), '644', 'one that was removed comes back');
my $inode = (stat $file)[1];
$node->reload;
lab_sql($node, "SELECT lab_reconcile('l')");
is((stat $file)[1], $inode, 'one that is right is left alone');
append_to_file($file, '# changed');
$node->reload;
ok(poll($node, "SELECT pg_read_file('$file') = lab_exporter_config() FROM pg_sleep(0.1)"), 'one that was changed is repaired');

my ($status, undef, $error) = $node->psql('lab', "ALTER SYSTEM SET labcreator.exporter_connection = 'postgres://lab_monitor:secret\@h/lab'");
ok($status != 0, 'a connection with a password is refused');
like($error, qr/PGPASSFILE/, 'and the hint says what to do');
unlike($node->safe_psql('lab', "SELECT lab_exporter_config('burningalchemist')"), qr/^jobs:/m, 'the other exporter has another file');
like(lab_error($node, "SELECT lab_exporter_config('x')"), qr/unknown exporter "x"/, 'and there is no third');

# Who may read what.
is($node->safe_psql('lab', "SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname = 'lab' AND c.relkind IN ('r', 'v', 'm', 'S') AND has_table_privilege('lab_monitor', c.oid, 'SELECT,INSERT,UPDATE,DELETE')"),
	'lab.metrics', 'lab_monitor reads lab.metrics, and nothing else');
is($node->safe_psql('lab', "SELECT count(*) FROM pg_proc p WHERE p.proname LIKE 'lab\\_%' AND has_function_privilege('lab_monitor', p.oid, 'EXECUTE')"), '0',
	'and calls no function of a lab master');
for my $database (qw(postgres l_ann reference))
{
	is($node->safe_psql('lab', "SELECT has_database_privilege('lab_monitor', '$database', 'CONNECT')"), $database eq 'postgres' ? 't' : 'f', "and may " . ($database eq 'postgres' ? '' : 'not ') . "connect to $database");
}

my $monitoring = Monitoring->new($node, $file);
ok($monitoring->start_exporter, 'the exporter takes the file');
ok($monitoring->start_prometheus, 'Prometheus takes its configuration');
is($monitoring->becomes('lab_participant_score_ratio{lab="l",participant="ann"}', 0), 0, 'nobody has done anything');

# A commit, errors, a hand: what becomes of them.
as('ann', 'CREATE TABLE a (x int NOT NULL, y int DEFAULT 3)');
as('bob', "SELEC;\nSELEC;\nSELEC");
as('bob', "SELECT lab_raise_hand('help')");
poll($node, "SELECT score > 0 FROM lab_progress('l') WHERE login = 'ann'");
poll($node, "SELECT count(*) = 2 FROM lab.signals");
my %truth = map { my ($k, $v) = split /\|/; $k => $v } split /\n/, $node->safe_psql('lab', "
	SELECT 'score', p.score / 100 FROM lab_progress('l') p WHERE login = 'ann'
	UNION ALL SELECT 'passed', p.passed FROM lab_progress('l') p WHERE login = 'ann'
	UNION ALL SELECT 'total', p.total FROM lab_progress('l') p WHERE login = 'ann'
	UNION ALL SELECT 'moved', extract(epoch FROM p.last_progress) FROM lab_progress('l') p WHERE login = 'ann'
	UNION ALL SELECT 'seen', extract(epoch FROM p.last_seen) FROM lab_progress('l') p WHERE login = 'ann'
	UNION ALL SELECT 'since', extract(epoch FROM s.since) FROM lab.signals s WHERE signal = 'hand'
	UNION ALL SELECT 'median', extract(epoch FROM median) FROM lab.task_pace
	UNION ALL SELECT 'opens', extract(epoch FROM created) FROM lab.labs");
my $ann = 'lab="l",participant="ann",team="A \"quoted\" \\\\ team"';
my $of_bob = 'lab="l",participant="bob",team="B"';
my @expected = (
	[ "lab_participant_score_ratio{$ann}", $truth{score} ],
	[ "lab_participant_checks_passed{$ann}", $truth{passed} ],
	[ "lab_participant_checks{$ann}", $truth{total} ],
	[ "lab_participant_last_progress_timestamp_seconds{$ann}", $truth{moved} ],
	[ "lab_participant_last_seen_timestamp_seconds{$ann}", $truth{seen} ],
	[ "lab_participant_online{$ann}", 0 ],
	[ "lab_participant_errors_total{$of_bob}", 3 ],
	[ "lab_participant_errors_total{$ann}", 0 ],
	[ "lab_participant_evaluation_failed{$ann}", 0 ],
	[ "lab_participant_signal{$of_bob,signal=\"hand\"}", 1 ],
	[ "lab_participant_signal{$of_bob,signal=\"erroring\"}", 1 ],
	[ "count(lab_participant_signal)", 2 ],
	[ "lab_participant_attention_timestamp_seconds{$of_bob,signal=\"hand\",rank=\"1\",task=\"first\",reason=\"asks for help\"}", $truth{since} ],
	[ "lab_task_score_ratio{$ann,task=\"first\",position=\"001\"}", 1 ],
	[ "lab_task_score_ratio{$ann,task=\"second\",position=\"002\"}", 0 ],
	[ "count(lab_task_score_ratio)", 6 ],
	[ 'lab_task_done{lab="l",task="first",position="001"}', 1 ],
	[ 'lab_task_done{lab="l",task="second"}', 0 ],
	[ 'lab_task_median_seconds{lab="l",task="first"}', $truth{median} ],
	[ 'lab_participants{lab="l",state="working"}', 2 ],
	[ 'lab_participants{lab="l",state="not started"}', 1 ],
	[ 'lab_participants{lab="l",state="done"}', 0 ],
	[ 'lab_opens_timestamp_seconds{lab="l"}', $truth{opens} ],
	[ 'lab_closes_timestamp_seconds{lab="l"}', 4070908800 ],
	[ 'lab_outbox_pending{target="ldap"}', 0 ],
	[ 'lab_target_failing{target="exporter"}', 0 ],
	[ 'sum(lab_evaluation_seconds{lab="l",quantile=~"0.5|0.95|1"} > bool 0)', 3 ],
	[ 'count(lab_evaluations_total > 3)', 1 ],
	[ 'count(time() - lab_worker_heartbeat_timestamp_seconds{worker="coordinator"} < 60)', 1 ],
	[ 'count(lab_worker_heartbeat_timestamp_seconds{worker=~"publisher (ldap|grafana|exporter)"})', 3 ],
	[ 'count(time() - lab_metrics_timestamp_seconds < 60)', 1 ],
	[ 'max(sql_exporter_last_scrape_failed)', 0 ]);
for (@expected)
{
	my ($expression, $value) = @$_;
	my $seen = $monitoring->becomes($expression, $value);

	cmp_ok($seen // 'nothing', '==', $value, $expression) if defined $seen;
	fail("$expression is not there") unless defined $seen;
}
my @tested = map { $_->[0] =~ /(lab_\w+)/ } @expected;
is(join(' ', grep { my $m = $_; !grep { $_ eq $m } @tested } split /\n/, $node->safe_psql('lab', 'SELECT metric FROM lab.metric_list()')), '', 'no metric is left out here');
is($node->safe_psql('lab', "SELECT string_agg(DISTINCT metric, ' ') FROM lab.metrics WHERE metric NOT IN (SELECT metric FROM lab.metric_list())"), '', 'all of lab.metrics is exported');
is($node->safe_psql('lab', "SELECT count(*) FROM lab.metrics m WHERE num_nulls(VARIADIC ARRAY[metric, lab, participant, team, task, position, signal, state, rank, reason, at, quantile, worker, target, value::text]) > 0"), '0', 'nothing is null');
is($node->safe_psql('lab', "SELECT count(*) FROM (SELECT FROM lab.metrics GROUP BY metric, lab, participant, team, task, signal, state, rank, reason, at, quantile, worker, target HAVING count(*) > 1) d"), '0', 'no two have the same labels');
ok($monitoring->wait_for(sub { grep { $_->{state} eq 'pending' && $_->{labels}{alertname} eq 'LabHandRaised' } @{ $monitoring->api('alerts')->{alerts} } }), 'the raised hand makes an alert');

# Participants by other names.
create_lab($node, { lab => 'hidden', reference => 'reference', participants => [ 'dora', 'emil' ] });
is($monitoring->becomes('count(lab_participant_score_ratio{lab="hidden",participant=~"peer [0-9]+"})', 2), 2, 'peers have aliases, unless the lab says otherwise');
unlike($monitoring->scrape, qr/dora|emil/, 'and no name is on the page');
is(lab_sql($node, "SELECT string_agg(login, ' ' ORDER BY login) FROM lab_aliases('hidden') WHERE alias LIKE 'peer %'"), 'dora emil', 'the lab master knows them');
lab_sql($node, "SELECT lab_drop('hidden')");
lab_sql($node, "CALL lab_wait('hidden')");
ok($monitoring->wait_for(sub { !@{ $monitoring->query('{lab="hidden"}') } }), 'a lab that is gone is gone there too');

# What starts again.
$monitoring->stop('exporter');
ok($monitoring->wait_for(sub { ($monitoring->value('up{job="labcreator"}') // 1) == 0 }), 'the exporter is down');
ok($monitoring->start_exporter, 'and up again');
$node->stop;
ok($monitoring->wait_for(sub { ($monitoring->value('time() - lab_metrics_timestamp_seconds') // 0) > 8 }), 'without the server the heartbeat stops');
$node->start;
as('cat', 'CREATE TABLE a (x int NOT NULL, y int DEFAULT 3); CREATE TABLE b (x int PRIMARY KEY)');
is($monitoring->becomes('lab_participant_score_ratio{participant="cat"}', 1), 1, 'and the exporter comes back by itself');
is($monitoring->becomes('lab_task_done{task="first"}', 2), 2, 'with what happened since');
is($monitoring->value("lab_task_score_ratio{$ann,task=\"first\"}"), 1, 'and before');
as('cat', 'DROP TABLE a');
is($monitoring->becomes('lab_task_done{task="first"}', 1), 1, 'what is undone is not done');
$monitoring->stop;

# The file cannot be written.
$node->append_conf('postgresql.conf', "labcreator.exporter_file = '/nowhere/file'");
$node->reload;
ok(poll($node, "SELECT state = 'failing' AND detail LIKE '%could not create file \"/nowhere/file.new\": No such file%' FROM lab_status() WHERE part = 'exporter'"), 'lab_status says what is wrong with the file');

# What Prometheus' own tool says.
$monitoring->write('rules.test.yml', slurp_file('t/rules.test.yml'));
for ([ 'check', 'config', 'prometheus.yml' ], [ 'check', 'rules', 'labcreator.rules.yml' ], [ 'test', 'rules', 'rules.test.yml' ])
{
	my ($out, $err) = ('', '');
	ok(IPC::Run::run([ 'promtool', @$_[0, 1], "$monitoring->{dir}/$_->[2]" ], '>', \$out, '2>', \$err), "promtool @$_[0, 1]") or diag($out . $err);
}

$node->stop;
done_testing();
