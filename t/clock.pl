# The system's clock is put forward and back under a server at work: windows go by it, and nothing else waits for it.
# A library that is preloaded (clock.c) gives the server's processes another time of day; the monotonic clock stays the
# kernel's.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use Lab;
use IPC::Run;
use Time::HiRes qw(sleep);

my $directory = PostgreSQL::Test::Utils::tempdir();
my $library = "$directory/clock.so";
my $offset = "$directory/offset";
my $target = "$directory/later";

# The server's clock, in seconds from ours; every process reads it at once.
sub set_clock
{
	my ($seconds) = @_;

	open my $file, -e $offset ? '+<' : '>', $offset or die "$offset: $!";
	syswrite $file, pack('q', $seconds) or die "$offset: $!";
	close $file;
	return;
}

sub with_other_clock(&)
{
	my ($code) = @_;
	local $ENV{LD_PRELOAD} = join ' ', grep { defined } $ENV{LD_PRELOAD}, $library;
	local $ENV{LAB_CLOCK} = $offset;

	return $code->();
}

system_or_bail('gcc', '-shared', '-fPIC', '-o', $library, "$FindBin::RealBin/clock.c");
set_clock(0);
my $node = with_other_clock
{
	lab_node('clock', 'labcreator.signal_interval' => "'100ms'", 'labcreator.signal_hold' => 0, 'labcreator.idle_after' => "'3s'",
		'labcreator.evaluation_timeout' => "'20s'", 'labcreator.check_timeout' => "'15s'", 'labcreator.exporter_file' => "'$target/exporter.yml'");
};
my @done = ('CREATE TABLE t (a int PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2)', 'CREATE VIEW v AS SELECT a FROM t');

sub as
{
	my ($login, $sql) = @_;
	my ($status, $out, $err) = $node->psql("class_$login", $sql, extra_params => [ '-U', $login ]);

	return $status == 0 ? $out : $err;
}

sub passed
{
	my ($login, $number) = @_;

	return poll($node, "SELECT passed = $number FROM lab_progress('class') WHERE login = '$login'");
}

sub clock { return $node->safe_psql('postgres', 'SELECT floor(extract(epoch FROM clock_timestamp()))'); }

make_reference($node, 'reference', join ';', @done);
create_lab($node, { lab => 'class', reference => 'reference', participants => [ 'ann', 'bob', 'cay' ],
		closes => $node->safe_psql('postgres', "SELECT now() + interval '2 hours'"), limits => { statement_timeout => '2s' } });
my $total = lab_sql($node, "SELECT max(total) FROM lab_progress('class')");
as('ann', $done[0]);
ok(poll($node, "SELECT passed > 0 FROM lab_progress('class') WHERE login = 'ann'"), 'what is done is seen');

# forward
my $before = clock();
set_clock(3600);
cmp_ok(clock() - $before, '>=', 3600, 'the server\'s clock is put an hour forward');
as('ann', "$done[1]; $done[2]");
ok(passed('ann', $total), 'what is done then is seen');
is(as('ann', 'SELECT pg_sleep(0.5)'), '', 'a statement is not taken to have lasted an hour');
set_clock(3 * 3600);
like(as('ann', 'DELETE FROM t'), qr/read-only/, 'and the lab closes when its time is over,');
is(as('ann', 'SELECT count(*) FROM t'), '2', 'to writing,');
set_clock(3600);
is(as('ann', 'DELETE FROM t WHERE a = 2'), '', 'and is open where it is not');
ok(poll($node, "SELECT passed < total FROM lab_progress('class') WHERE login = 'ann'"), 'which is seen after two hours back');
is(as('ann', 'INSERT INTO t VALUES (2)'), '', 'the participant goes on');
ok(passed('ann', $total), 'and is graded');

# back, while everything has something to wait for
my $teacher = $node->background_psql('lab', extra_params => [ '-U', 'teacher' ]);
$teacher->query_safe(q(BEGIN; SELECT count(*) FROM lab_create('{"lab": "second", "reference": "reference", "participants": ["dan"]}')));
$node->safe_psql('postgres', 'CREATE DATABASE second_dan');
$teacher->query_safe('COMMIT');
$teacher->quit;
ok(poll($node, "SELECT state = 'failed' FROM lab_status() WHERE part = 'provisioning second'"), 'a database cannot be made,');
ok(poll($node, "SELECT state = 'failing' FROM lab_status() WHERE part = 'exporter'"), 'a file cannot be written,');
as('cay', "$done[0]; $done[1]; CREATE VIEW v AS SELECT a FROM t, pg_sleep(3600)");
ok(poll($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = 'class_cay' AND wait_event = 'PgSleep'"),
	'a view that does not end is being read,');
my @many = map { "\"e$_\"" } 1 .. 12;
lab_sql($node, 'SELECT count(*) FROM lab_create(\'{"lab": "third", "reference": "reference", "participants": [' . join(',', @many) . ']}\')');
my $blocker = $node->background_psql('lab');
$blocker->query_safe('BEGIN; LOCK TABLE lab.participants IN SHARE MODE');
cmp_ok($node->safe_psql('lab', "SELECT count(*) FROM lab.participants WHERE state = 'waiting'"), '>', 0, 'databases are not made yet,');
my ($out, $err) = ('', '');
my $waiting = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('lab') . ' user=teacher', '-c', "CALL lab_wait('third', '30 minutes')" ],
	'>', \$out, '2>', \$err, IPC::Run::timeout(300));
ok($node->poll_query_until('lab', "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'CALL lab_wait%'"), 'and somebody waits for them');


$before = clock();
set_clock(-3600);
cmp_ok($before - clock(), '>=', 7000, 'now the clock is put back by two hours');
$blocker->query_safe('COMMIT');
$blocker->quit;
$node->safe_psql('postgres', 'DROP DATABASE second_dan');
mkdir $target or die "$target: $!";
$waiting->finish;
unlike($err, qr/ERROR/, 'who waits for a lab comes back');
ok(poll($node, "SELECT count(*) = 1 FROM lab_progress('second') WHERE state = 'not started'"), 'the database is tried again and made');
ok(poll($node, "SELECT state = 'ok' FROM lab_status() WHERE part = 'exporter'"), 'the file is tried again and written');
# by the coordinator, for the check's timeout waits for the clock; or by that, where it took long until here
ok(poll($node, "SELECT count(*) > 0 FROM (SELECT detail FROM lab_status() WHERE part = 'evaluation class cay' UNION ALL
	SELECT detail FROM lab_results('class', 'cay') WHERE status = 'error') x WHERE detail LIKE '%_timeout%'"),
	'the evaluation that does not end is ended');
as('ann', 'DELETE FROM t');
ok(poll($node, "SELECT passed < total FROM lab_progress('class') WHERE login = 'ann'"), 'what is done is seen');
as('cay', 'DROP VIEW v');
ok(poll($node, "SELECT count(*) FILTER (WHERE object = 'public.v' AND status = 'fail') > 0 AND count(*) FILTER (WHERE status = 'error') = 0
	FROM lab_results('class', 'cay')"), 'for her whose evaluation was ended as well');
like(as('ann', 'SELECT pg_sleep(60)'), qr/longer than the lab allows/, 'a new statement that takes too long is cancelled');
as('cay', "SELECT lab_raise_hand('help')");
ok(poll($node, "SELECT signal = 'hand' FROM lab_attention('class') WHERE login = 'cay'"), 'a hand is seen');

# She worked before the clock was put back; he works now.
my $idle = 0;
for (1 .. 200)
{
	as('bob', 'SELECT count(*) FROM pg_class');
	$idle = lab_sql($node, "SELECT count(*) FROM lab_attention('class') WHERE login = 'ann' AND signal = 'idle'");
	last if $idle;
	sleep 0.2;
}
is($idle, '1', 'who has stopped working is idle soon');

# back while no server runs
$node->stop;
set_clock(-3 * 3600);
with_other_clock { $node->start };
as('ann', 'INSERT INTO t VALUES (1), (2)');
ok(passed('ann', $total), 'a server that starts in its past goes on');
is(lab_sql($node, "SELECT count(*) FROM lab_progress('class') WHERE greatest(last_seen, last_progress) > clock_timestamp()"), '0', 'nobody was seen in the future');
is(lab_sql($node, "SELECT count(*) FROM lab_progress('class') p WHERE (passed, score) IS DISTINCT FROM
		(SELECT (h.passed, h.score) FROM lab.progress h JOIN lab.participants q ON q.id = h.participant_id JOIN lab.labs l ON l.id = q.lab_id
		WHERE l.name = p.lab AND q.login = p.login ORDER BY h.id DESC LIMIT 1)"), '0', 'history is in order');

$node->stop;
done_testing();
