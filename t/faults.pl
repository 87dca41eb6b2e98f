# Every process of labcreator is killed at random points of a class of 30 in which four are committing: results are
# neither lost nor doubled.  LAB_FAULTS is how often each kind is killed; ./lab test --faults takes 20.  LAB_SEED
# chooses other points.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use Lab;
use POSIX qw(_exit);
use Time::HiRes qw(sleep);

my $times = $ENV{LAB_FAULTS} // 2;
my $seed = $ENV{LAB_SEED} // 20261125;
my $node = lab_node('faults');
my @everybody = map { sprintf 'p%02d', $_ } 1 .. 30;
my @busy = @everybody[ 0 .. 3 ];
my @done = (
	'CREATE TABLE t (a int PRIMARY KEY, b text)',
	"INSERT INTO t VALUES (1, 'one'), (2, 'two')",
	'CREATE VIEW v AS SELECT b FROM t WHERE a > 1',
	'CREATE INDEX ON t (b)');
my $stop = $node->basedir . '/stop';

srand $seed;
note "LAB_SEED=$seed";
make_reference($node, 'reference', join ';', @done);
create_lab($node, { lab => 'class', reference => 'reference', participants => \@everybody });

# Half of the idle ones have something to lose.
for my $login (@everybody[ 4 .. 16 ])
{
	$node->safe_psql("class_$login", "$done[0]; $done[1]", extra_params => [ '-U', $login ]);
}
my $total = lab_sql($node, "SELECT max(total) FROM lab_progress('class')");
ok(poll($node, "SELECT count(*) FROM lab_progress('class') WHERE passed BETWEEN 1 AND total - 1", '13'), 'thirteen have begun');

# What is known of those who do nothing: each result with its time.
sub known_of_idle
{
	return [ split /\n/, lab_sql($node, "SELECT concat_ws(' ', login, check_id, status, since) FROM lab.results r
		JOIN lab.participants p ON p.id = r.participant_id WHERE login BETWEEN 'p05' AND 'p30' ORDER BY login, check_id") ];
}

lab_sql($node, "SELECT lab_evaluate('class')");
my $before = known_of_idle();
is(@$before, 26 * $total, 'everybody has a result for every check');

# Somebody who works: forth and back, each statement a commit, whatever happens to the server.
sub works
{
	my ($login) = @_;
	my $parent = $$;
	my $pid = fork;

	die "fork: $!" if !defined $pid;
	return $pid if $pid;
	open STDOUT, '>', '/dev/null';
	open STDERR, '>', '/dev/null';
	for (my $turn = 0; !-e $stop && getppid == $parent; $turn++)
	{
		my $sql = $turn % 5 == 4 ? 'DROP TABLE IF EXISTS t CASCADE' : $done[ $turn % 5 ];

		system 'psql', '-Xq', '-h', $node->host, '-p', $node->port, '-U', $login, '-d', "class_$login", '-c', $sql;
		sleep 0.05;
	}
	_exit(0);
}

my @extra; # labs that are made beside

# The pid of a process of this kind, one at random, some time after the call; waits until there is one.
$node->safe_psql('lab', q{
	CREATE FUNCTION public.at_work(kind text, delay float8) RETURNS int
	LANGUAGE plpgsql SECURITY DEFINER AS $$
	DECLARE
		found int;
	BEGIN
		PERFORM pg_sleep(delay * random());
		FOR turn IN 1 .. 1000 LOOP
			PERFORM pg_stat_clear_snapshot();
			SELECT pid INTO found
			FROM pg_stat_activity
			WHERE backend_type LIKE 'labcreator ' || kind || '%'
			ORDER BY random()
			LIMIT 1;
			EXIT WHEN found IS NOT NULL;
			PERFORM pg_sleep(0.005);
		END LOOP;
		RETURN found;
	END
	$$});

# Kills a process of this kind at a random moment; a provisioner needs something to make first.  True if one was hit.
sub killed
{
	my ($kind) = @_;

	for (1 .. 5)
	{
		my $before = '';
		my $pid;

		if ($kind eq 'provisioner')
		{
			push @extra, sprintf 'extra%03d', @extra + 1;
			$before = qq(SELECT count(*) FROM lab_create('{"lab": "$extra[-1]", "reference": "reference", "participants": ["$extra[-1]x", "$extra[-1]y"]}'););
		}
		($pid) = lab_sql($node, $before . sprintf "SELECT 'pid ' || public.at_work('%s', %g)", $kind, $kind eq 'provisioner' ? 0.1 : 1) =~ /^pid (\d+)$/m;
		return 1 if $pid && kill 'KILL', $pid;
	}
	return 0;
}

my @workers = map { works($_) } @busy;
my ($hit, $back, $round) = (0, 0, 0);
for my $kind (('coordinator', 'provisioner', 'evaluator', 'publisher') x $times)
{
	$round++;
	$hit++ if killed($kind);
	$back++ if comes_back($node);
	ok(poll($node, "SELECT state FROM lab_status() WHERE part = 'coordinator'", 'running'), "round $round: the coordinator is back after the $kind")
	  or last;
}
is($hit, 4 * $times, 'each process was hit every time');
is($back, 4 * $times, 'the server came back every time');

# an immediate stop in the middle of it
$node->stop('immediate');
sleep 0.5;
$node->start;
ok(poll($node, "SELECT state FROM lab_status() WHERE part = 'coordinator'", 'running'), 'and after an immediate stop');
append_to_file($stop, '');
waitpid $_, 0 for @workers;
for my $login (@busy)
{
	$node->safe_psql("class_$login", join(';', 'DROP TABLE IF EXISTS t CASCADE', @done), extra_params => [ '-U', $login ]);
}
ok(poll($node, "SELECT string_agg(login, ',' ORDER BY login) FROM lab_progress('class') WHERE passed = total", join ',', @busy), 'the four are done');
is_deeply(known_of_idle(), $before, 'nothing of the idle ones has moved: not a status, not a time');

# The labs that were made beside are all there.
lab_sql($node, "CALL lab_wait('$_', '90 seconds')") for @extra;
is(lab_sql($node, "SELECT count(*) FROM lab_progress() WHERE lab LIKE 'extra%' AND state = 'not started'"), 2 * @extra, 'every lab that was made beside is ready');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'class\\_%' OR datname LIKE 'extra%'"), 30 + 2 * @extra, 'each database once');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datconnlimit = -2"), '0', 'and none is half made');

# Neither lost nor doubled.
is(lab_sql($node, "SELECT count(*) FROM (SELECT FROM lab.results r JOIN lab.participants p ON p.id = r.participant_id JOIN lab.labs l ON l.id = p.lab_id
		WHERE l.name = 'class' GROUP BY r.participant_id HAVING count(*) = $total) x"), '30', 'everybody has a result for every check');
is(lab_sql($node, "SELECT count(*) FROM (SELECT passed, lag(passed) OVER w AS before, score, lag(score) OVER w AS score_before
		FROM lab.progress WINDOW w AS (PARTITION BY participant_id ORDER BY id)) x WHERE passed = before AND score = score_before"), '0', 'no step of the history is told twice');
is(lab_sql($node, "SELECT count(*) FROM lab_progress('class') p WHERE (passed, score) IS DISTINCT FROM
		(SELECT (h.passed, h.score) FROM lab.progress h JOIN lab.participants q ON q.id = h.participant_id JOIN lab.labs l ON l.id = q.lab_id
		WHERE l.name = p.lab AND q.login = p.login ORDER BY h.id DESC LIMIT 1)"), '0', 'its last step is what the board shows');
is(lab_sql($node, "SELECT count(*) FROM (SELECT detail, lag(detail) OVER w AS before FROM lab.events
		WHERE kind IN ('result', 'progress', 'regress') WINDOW w AS (PARTITION BY participant_id, object ORDER BY id)) x WHERE detail = before"), '0', 'no event is there twice');
is(lab_sql($node, "SELECT count(*) FROM lab.results r WHERE status = 'pass' AND NOT EXISTS
		(SELECT FROM lab.passes x WHERE x.participant_id = r.participant_id AND x.check_id = r.check_id)
		AND NOT EXISTS (SELECT FROM lab.checks c WHERE c.id = r.check_id AND c.kept)"), '0', 'every pass has its time');

$node->stop;
done_testing();
