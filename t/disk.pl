# The disk is full while a class is at work: what cannot be stored is told, tried again, and stored when there is room.
# First the data alone, then write-ahead log, where PostgreSQL itself stops.  LAB_SMALL_DISK is a small file system of
# its own, which ./lab mounts.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use Errno qw(ENOSPC);
use Lab;
use Time::HiRes qw(sleep);

my $small = $ENV{LAB_SMALL_DISK} or die 'LAB_SMALL_DISK is not set';
my $filler = "$small/filler";
my $views = 150; # each has a result that one changed row changes
my $done = 'CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t VALUES (1, 1);'
  . join ';', map { "CREATE VIEW v$_ AS SELECT b + $_ AS b FROM t" } 1 .. $views;

# Takes all that is left.
sub fill
{
	open my $file, '>>', $filler or die "$filler: $!";
	for my $size (1 << 20, 1 << 12, 1)
	{
		my $bytes = 'x' x $size;

		1 while syswrite $file, $bytes;
		die "$filler: $!" if $! != ENOSPC;
	}
	close $file;
	return;
}

# What is known of somebody, each result with its time.
sub results
{
	my ($node, $login) = @_;

	return lab_sql($node, "SELECT string_agg(concat_ws(' ', check_id, status, since), ',' ORDER BY check_id) FROM lab.results r
		JOIN lab.participants p ON p.id = r.participant_id WHERE login = '$login'");
}

# As a participant, whose session PostgreSQL itself refuses when it needs a buffer that cannot be written: then once more.
sub patiently
{
	my ($node, $login, $sql) = @_;
	my $answer;

	for (1 .. 100)
	{
		return $answer if $node->psql("class_$login", $sql, stdout => \$answer, extra_params => [ '-U', $login ]) == 0;
		sleep 0.1;
	}
	return;
}

sub score_is
{
	my ($node, $login, $condition) = @_;

	return poll($node, "SELECT score $condition FROM lab_progress('class') WHERE login = '$login'");
}

# Nothing is told twice, and what the board shows is what was told last.
sub is_sound
{
	my ($node, $where) = @_;

	is(lab_sql($node, "SELECT count(*) FROM (SELECT passed, lag(passed) OVER w AS before, score, lag(score) OVER w AS score_before
		FROM lab.progress WINDOW w AS (PARTITION BY participant_id ORDER BY id)) x WHERE passed = before AND score = score_before"), '0', "$where: no step is told twice");
	is(lab_sql($node, "SELECT count(*) FROM (SELECT detail, lag(detail) OVER w AS before FROM lab.events
		WHERE kind IN ('result', 'progress', 'regress') WINDOW w AS (PARTITION BY participant_id, object ORDER BY id)) x WHERE detail = before"), '0', "$where: no event is there twice");
	is(lab_sql($node, "SELECT count(*) FROM lab_progress('class') p WHERE (passed, score) IS DISTINCT FROM
		(SELECT (h.passed, h.score) FROM lab.progress h JOIN lab.participants q ON q.id = h.participant_id JOIN lab.labs l ON l.id = q.lab_id
		WHERE l.name = p.lab AND q.login = p.login ORDER BY h.id DESC LIMIT 1)"), '0', "$where: the last step is what the board shows");
	is(lab_sql($node, "SELECT count(*) FROM lab.results r JOIN lab.participants p ON p.id = r.participant_id JOIN lab.labs l ON l.id = p.lab_id
		WHERE l.name = 'class' GROUP BY p.id HAVING count(*) <> (SELECT count(*) FROM lab.checks c JOIN lab.labs k ON k.id = c.lab_id WHERE k.name = 'class')"), '', "$where: each has each result once");
	return;
}

sub class
{
	my ($name, @settings) = @_;
	my $node = lab_node($name, place => "$small/data", 'shared_buffers' => '32MB', 'autovacuum' => 'off', @settings);

	make_reference($node, 'reference', $done);
	create_lab($node, { lab => 'class', reference => 'reference', participants => [ 'ann', 'bob' ] });
	$node->safe_psql("class_$_", $done, extra_params => [ '-U', $_ ]) for qw(ann bob);
	lab_sql($node, "SELECT lab_evaluate('class')");
	return $node;
}

# 1. Write-ahead log is elsewhere.
my $node = class('disk', initdb => [ '--waldir=' . PostgreSQL::Test::Utils::tempdir() . '/wal' ]);
my $bobs = results($node, 'bob');
is(lab_sql($node, "SELECT min(score) FROM lab_progress('class')"), '100.00', 'the class is at work');

# Databases that are to be made: nobody can note that they are until the disk is full.
lab_sql($node, 'SELECT count(*) FROM lab_create(\'{"lab": "second", "reference": "reference", "participants": [' . join(',', map { "\"s$_\"" } 1 .. 5) . ']}\')');
my $blocker = $node->background_psql('lab');
$blocker->query_safe('BEGIN; LOCK TABLE lab.participants IN SHARE MODE');
my $made = lab_sql($node, "SELECT count(*) FROM lab.participants WHERE login LIKE 's%' AND state = 'ready'");
cmp_ok($made, '<', 5, 'databases are to be made');
$node->safe_psql('postgres', 'CHECKPOINT');
fill();
$blocker->query_safe('COMMIT');
$blocker->quit;
ok(poll($node, "SELECT count(*) > 0 FROM lab_status() WHERE part IN ('provisioning second', 'coordinator') AND state IN ('failed', 'failing') AND detail ~ 'No space left|could not'"),
	'why a database cannot be made is told');
fill(); # what a failed attempt has left
patiently($node, 'ann', 'UPDATE t SET b = 2');
ok(poll($node, "SELECT state = 'failing' AND detail LIKE '%No space left%' FROM lab_status() WHERE part = 'coordinator'"),
	'why results cannot be stored is told');
is(patiently($node, 'bob', 'SELECT b FROM v150'), '151', 'participants can read');
is(lab_sql($node, "SELECT score FROM lab_progress('class') WHERE login = 'ann'"), '100.00', 'the board stands as it was');
unlink $filler;
ok(poll($node, "SELECT state = 'running' FROM lab_status() WHERE part = 'coordinator'"), 'with room again it goes on');
ok(score_is($node, 'ann', '< 60'), 'what was found then is stored');
is(lab_sql($node, "SELECT count(*) FROM lab_status() WHERE part LIKE 'evaluation class%'"), '0', 'and is no failure of theirs');
ok(poll($node, "SELECT count(*) FROM lab_progress('second') WHERE state = 'not started'", '5'), 'the databases are made');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'second\\_%'"), '5', 'each once');
$node->safe_psql('class_ann', 'UPDATE t SET b = 1', extra_params => [ '-U', 'ann' ]);
ok(score_is($node, 'ann', '= 100'), 'the participant goes on');
is(results($node, 'bob'), $bobs, 'who did nothing has the same results');
is_sound($node, 'after a full disk');
is(scalar(grep { /PANIC/ } split /\n/, slurp_file($node->logfile)), 0, 'no process has crashed');
$node->stop;
system_or_bail('rm', '-rf', "$small/data");

# 2. Write-ahead log as well: PostgreSQL cannot commit, and stops.
$node = class('disk_wal', initdb => ['--wal-segsize=1'], 'min_wal_size' => '2MB', 'max_wal_size' => '4MB', 'wal_init_zero' => 'on');
$bobs = results($node, 'bob');
fill();
system_log('psql', '-Xq', '-h', $node->host, '-p', $node->port, '-d', 'lab', '-c',
	"SELECT pg_logical_emit_message(true, 'x', repeat('x', 1000000)) FROM generate_series(1, 100)");
ok(slurp_file($node->logfile) =~ /PANIC/, 'without room for its log the server stops');
unlink $filler;
# It may have started again by itself, or have given up.
if (!comes_back_soon($node))
{
	$node->{_pid} = undef;
	$node->start;
}
ok(poll($node, "SELECT state = 'running' FROM lab_status() WHERE part = 'coordinator'"), 'with room again it goes on');
is(results($node, 'bob'), $bobs, 'and has all results');
$node->safe_psql('class_ann', 'UPDATE t SET b = 2', extra_params => [ '-U', 'ann' ]);
ok(score_is($node, 'ann', '< 60'), 'the participant goes on');
is_sound($node, 'after a stop');
$node->stop;
done_testing();

# Does the server take connections within ten seconds?
sub comes_back_soon
{
	my ($server) = @_;
	my $ready = 0;

	for (1 .. 100)
	{
		$ready = system('pg_isready', '-q', '-h', $server->host, '-p', $server->port) == 0 ? $ready + 1 : 0;
		return 1 if $ready == 10;
		sleep 0.1;
	}
	return 0;
}
