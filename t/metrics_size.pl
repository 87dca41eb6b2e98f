# 200 participants and 40 tasks: what is read for the exporter does not grow with the history, and a scrape is short.
use strict;
use warnings;
use lib 't';
use JSON::PP;
use Lab;
use Monitoring;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $dir = PostgreSQL::Test::Utils::tempdir();
my $node = lab_node('size', 'labcreator.exporter_file' => "'$dir/exporter.yml'");

# As the coordinator would have written it in a class of three hours; the databases are not needed for this.
$node->safe_psql('lab', q(
	INSERT INTO lab.labs (name, title, owner, reference, reference_oid, spec, feedback, extras, ignore, inactive)
	VALUES ('l', 'L', 'teacher'::regrole, 'reference', 1, '{}', 'hint', 'count', '{}', '{}');
	INSERT INTO lab.participants (lab_id, login, name, team, database, state, retry_at, passed, total, score, last_progress, last_seen, evaluated)
	SELECT 1, 'participant' || n, 'Name ' || n, 'team ' || n % 10, 'd' || n, 'failed', 'infinity', 200, 400, 50, now(), now(), now()
	FROM generate_series(1, 200) AS n;
	INSERT INTO lab.tasks (lab_id, position, name, title, points)
	SELECT 1, n, 'task ' || n, 'Task ' || n, 10
	FROM generate_series(1, 40) AS n;
	INSERT INTO lab.checks (lab_id, task_id, kind, object, owner, definition, points)
	SELECT 1, t.id, 'column', format('public.t%s.c%s', t.position, n), 'public.t' || t.position, '{}', 1
	FROM lab.tasks t, generate_series(1, 10) AS n;
	INSERT INTO lab.task_scores (participant_id, task_id, ratio)
	SELECT p.id, t.id, 0.5
	FROM lab.participants p, lab.tasks t;
	INSERT INTO lab.signals (participant_id, signal, since, reason)
	SELECT p.id, s, now(), 'x'
	FROM lab.participants p, unnest(ARRAY['behind', 'stuck']) AS s
	WHERE p.id % 4 = 0;
	ANALYZE));

sub time_of_all
{
	my $best;

	for (1 .. 5)
	{
		my $start = time;
		$node->safe_psql('lab', 'SELECT count(*) FROM lab.metrics', extra_params => [ '-U', 'lab_monitor' ]);
		my $took = time - $start;
		$best = $took if !defined $best || $took < $best;
	}
	return $best;
}

# The tables that a plan reads, with how often.
sub tables
{
	my ($plan, $found) = @_;

	$found->{ $plan->{'Relation Name'} } += $plan->{'Actual Loops'} if $plan->{'Relation Name'};
	tables($_, $found) for @{ $plan->{Plans} // [] };
	return $found;
}

my $plan = decode_json($node->safe_psql('lab', 'EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM lab.metrics'))->[0]{Plan};
my $read = tables($plan, {});
is(join(' ', grep { /^(results|progress|events|passes|done_tasks|pace|error_counts)$/ } sort keys %$read), '', 'neither results nor history are read');
is($plan->{'Actual Rows'} > 8000 + 200 * 6 ? 1 : 0, 1, 'there are ten thousand values');
my $before = time_of_all();

$node->safe_psql('lab', q(
	INSERT INTO lab.results (participant_id, check_id, status, since)
	SELECT p.id, c.id, 'fail', now()
	FROM lab.participants p, lab.checks c;
	INSERT INTO lab.progress (participant_id, at, passed, total, score)
	SELECT p.id, now() - n * interval '1 minute', 1, 400, 1
	FROM lab.participants p, generate_series(1, 300) AS n;
	INSERT INTO lab.events (participant_id, at, kind)
	SELECT p.id, now() - n * interval '1 minute', 'error'
	FROM lab.participants p, generate_series(1, 500) AS n;
	ANALYZE));
my $after = time_of_all();
diag(sprintf 'all metrics: %.0f ms; with 80,000 results and 160,000 rows of history %.0f ms', 1000 * $before, 1000 * $after);
cmp_ok($after, '<', 2 * $before + 0.2, 'the cost is the same with a history');

poll($node, "SELECT (pg_stat_file('$dir/exporter.yml', true)).size > 0");
my $monitoring = Monitoring->new($node, "$dir/exporter.yml");
ok($monitoring->start_exporter, 'the exporter runs');
ok($monitoring->wait_for(sub { () = ($monitoring->scrape // '') =~ /^sql_lab_task_score_ratio\{/mg; }), 'and has all tasks');
my $page = $monitoring->scrape;
is(scalar(() = $page =~ /^sql_lab_task_score_ratio\{/mg), 8000, 'of everybody');
is(scalar(() = $page =~ /^sql_lab_participant_attention_timestamp_seconds\{/mg), 50, 'and who needs help, once each');
my @times;
for (1 .. 20)
{
	my $start = time;
	$monitoring->scrape;
	push @times, time - $start;
}
@times = sort { $a <=> $b } @times;
diag(sprintf 'a scrape of %d series: %.0f ms at best, median %.0f ms', scalar(() = $page =~ /^sql_lab_/mg), 1000 * $times[0], 1000 * $times[10]);
cmp_ok($times[0], '<', 0.1, 'a scrape takes less than 100 ms');
$monitoring->stop;
$node->stop;
done_testing();
