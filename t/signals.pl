# Scripted classes with known outcomes: each signal appears for the one who has it and for nobody else, and disappears.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

# Thresholds that no slow machine crosses by itself; each test lowers its own.
my $node = lab_node('signals', 'labcreator.signal_interval' => "'100ms'", 'labcreator.signal_hold' => 0,
	'labcreator.idle_after' => "'1h'", 'labcreator.not_started_after' => "'1h'", 'labcreator.stuck_after' => "'1h'",
	'labcreator.blocked_after' => "'1h'", 'labcreator.behind_points' => 100);
my $signals = "SELECT coalesce(string_agg(p.login || ' ' || s.signal, ', ' ORDER BY p.login, s.signal), '')
	FROM lab.signals s JOIN lab.participants p ON p.id = s.participant_id";

sub as
{
	my ($login, $sql, $lab) = @_;
	my ($status, $out, $err) = $node->psql(($lab // 'l') . "_$login", $sql, extra_params => [ '-U', $login ], on_error_stop => 0);

	return $out;
}

sub set
{
	my ($setting, $value) = @_;

	$node->safe_psql('postgres', "ALTER SYSTEM SET $setting = '$value'; SELECT pg_reload_conf()");
	return $node->poll_query_until('postgres', "SELECT current_setting('$setting') = '$value'");
}

# The signals of the whole class become, and stay for some looks, exactly these.
sub becomes
{
	my ($expected, $what) = @_;
	my $seen = poll($node, $signals, $expected);
	my $looks = lab_sql($node, 'SELECT max(heartbeat) FROM lab.workers()');

	poll($node, "SELECT max(heartbeat) > '$looks'::timestamptz + interval '300 ms' FROM lab.workers()") if $seen;
	is(lab_sql($node, $signals), $expected, $what) or diag(lab_sql($node, "SELECT * FROM lab_attention()"));
	return;
}

sub reason
{
	my ($login, $like, $what) = @_;

	like(lab_sql($node, "SELECT reason FROM lab_attention('l') WHERE login = '$login'"), $like, $what);
	return;
}

my @good = map { "CREATE TABLE $_ (x int NOT NULL, y int DEFAULT 3);" } qw(a b c);
make_reference($node, 'reference', "@good");
my @class = qw(ann bob cat dan eve fay guy);
create_lab($node, { lab => 'l', reference => 'reference', participants => [ @class, 'zoe' ],
		tasks => [ map { { name => "task $_", objects => ["public.$_"] } } qw(a b c) ] });
becomes('', 'a class that has not begun has no signal');

# errors of the right kind, in the right number
as('ann', "CREATE TABEL a (x int);\nCREATE TABEL a (x int)");
as('bob', "BEGIN;\nSELECT 1/0;\nSELECT 1;\nSELECT 1;\nSELECT 1;\nROLLBACK");
as('cat', "SELECT 1/0;\nSELEC;\nSELECT 1/0;\nSELEC;");
as('dan', "SET statement_timeout = '10ms';\nSELECT pg_sleep(1);\nSELECT pg_sleep(1);\nSELECT pg_sleep(1);");
$node->psql('l_eve', "SELEC;\nSELEC;\nSELEC;\nSELEC;", on_error_stop => 0);
as('fay', "DO \$\$ BEGIN FOR i IN 1 .. 9 LOOP BEGIN PERFORM 1/0; EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END \$\$");
as('guy', "SELEC;\nSELEC;\nSELECT 1 FROM pg_class;\n\\! true\nSELEC;");
becomes('guy erroring', 'the same error three times running is a signal; two, others between, 25P02, 57014, caught ones and other people\'s are none');
reason('guy', qr/^guy: the same error 3 times running, 42601 \(syntax error\)$/, 'with a reason');
as('guy', 'SELECT 1');
becomes('', 'a statement that succeeds takes it away');
is(lab_sql($node, "SELECT string_agg(p.login || a.statements || '/' || a.errors, ' ' ORDER BY p.login) FROM lab.activity a JOIN lab.participants p ON p.id = a.participant_id WHERE p.lab_id = 1 AND login NOT IN ('bob', 'dan')"),
	'ann2/2 cat4/4 eve0/0 fay1/0 guy4/3 zoe0/0', 'a statement is what a client sent');

# what is known outlives the coordinator
as('guy', "SELEC;\nSELEC");
ok(poll($node, "SELECT run_length = 2 FROM lab.activity a JOIN lab.participants p ON p.id = a.participant_id WHERE login = 'guy'"), 'two errors');
my $old = worker_pid($node, 'coordinator');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($old)");
ok(poll($node, "SELECT coordinator IS NOT NULL AND coordinator <> $old FROM lab.workers()"), 'the coordinator is replaced');
as('guy', 'SELEC');
becomes('guy erroring', 'the third is the third');
as('guy', 'SELECT 1');
becomes('', 'again it goes');

# error quotient: errors of different kinds, one after the other
as($_, join("\n", ('SELECT 1;') x 25)) for @class;
as('cat', join("\n", ("SELECT 1/0;\nSELEC;\nSELECT y;") x 8));
becomes('cat erroring', 'many different errors are a signal when the class has few');
reason('cat', qr/^cat: errors follow errors in 20 of the last 20 pairs of statements \(error quotient 0\.73, three quarters of the class have at most 0\.\d+\)$/, 'with the quotient');
as('cat', join("\n", ('SELECT 1;') x 25));
becomes('', 'and goes with success');

# silent failure
as('dan', "CREATE TABLE a (x int, y int DEFAULT 3)");
as('eve', "CREATE TABLE a (x int NOT NULL, y int DEFAULT 3)");
ok(poll($node, "SELECT count(*) = 2 FROM lab_progress('l') WHERE passed > 0"), 'two have begun');
as('eve', "SELECT * FROM a;") for 1 .. 5;
as('fay', "SELECT * FROM pg_class;") for 1 .. 5;
as('dan', "ALTER TABLE a ALTER x SET STATISTICS 10;\nUPDATE public.a SET x = 1;\nDELETE FROM a;");
becomes('', 'three statements are no silent failure, nor are any on what is right');
as('dan', "SELECT * FROM a;") for 1 .. 5;
becomes('', 'reading a table is no attempt');
as('dan', "COMMENT ON TABLE a IS 'mine';");
becomes('dan silent failure', 'four are');
reason('dan', qr/^dan: 4 statements on public\.a succeeded, its not null x still fails; \d+ s/, 'with what fails');
as('dan', 'ALTER TABLE a ALTER x SET NOT NULL');
becomes('', 'and goes when it passes');

# blocked
my $holder = $node->background_psql('l_fay', extra_params => [ '-U', 'fay' ]);
my $waiter = $node->background_psql('l_fay', extra_params => [ '-U', 'fay' ]);
$holder->query_safe($good[0]);
$holder->query_safe('BEGIN; LOCK TABLE a');
$waiter->query_until(qr/go/, "\\echo go\nSELECT count(*) FROM a;\n");
ok(poll($node, 'SELECT count(*) = 1 FROM lab.activity WHERE blocked_since IS NOT NULL'), 'one waits');
becomes('', 'for a short time, which is no signal');
set('labcreator.blocked_after', '10ms');
becomes('fay blocked', 'for longer, which is one');
reason('fay', qr/^fay: waits \d+ s for a lock that their own session \d+ holds \(idle in transaction\): COMMIT or ROLLBACK there, or end it$/, 'with who holds it');
$holder->query_safe('COMMIT');
becomes('', 'and goes with the lock');
$_->quit for $holder, $waiter;

# stuck: active, without a pass for longer than three quarters of those who passed needed
for my $login (qw(ann bob cat dan))
{
	as($login, $good[0]) unless $login eq 'dan';
	as($login, $good[1]);
}
ok(poll($node, "SELECT count(*) = 4 FROM lab.done_tasks d JOIN lab.tasks t ON t.id = d.task_id WHERE t.name = 'task b'"), 'four have passed the second table');
as('guy', "$good[0]\nCREATE TABLE b (x int)");
as($_, "$good[1]$good[2]") for qw(ann bob cat dan eve fay);
ok(poll($node, "SELECT count(*) = 6 FROM lab_progress('l') WHERE score = 100 OR login = 'eve' AND passed > 3"), 'others go on') or diag(lab_sql($node, "SELECT * FROM lab_progress('l')"));
becomes('', 'nobody is stuck as long as little time has passed');
set('labcreator.stuck_after', '10ms');
for (1 .. 600)
{
	as('guy', 'SELECT 1');
	last if lab_sql($node, "SELECT count(*) FROM lab.signals WHERE signal = 'stuck'") > 0;
	select(undef, undef, undef, 0.1);
}
is(lab_sql($node, $signals), 'guy stuck', 'who tries for longer than the others needed is stuck');
reason('guy', qr/^guy: no new pass for \d+ s at the (column|default|not null) \w of public\.b; three quarters of the class needed at most \d+ s$/, 'with the check and the class\'s pace');
as('guy', 'DROP TABLE b; CREATE TABLE b (x int NOT NULL, y int DEFAULT 3)');
becomes('', 'and goes with the next pass') if set('labcreator.stuck_after', '1h');

# behind: the class is done but for one
set('labcreator.behind_points', '5');
becomes('guy behind', 'who is far below the class is behind');
reason('guy', qr/^guy: 66\.67 % where half of the class has 100\.00 % or more; next is the \w+.* of public\.c$/, 'with what is next');
is(lab_sql($node, "SELECT signal FROM lab_progress('l') WHERE login = 'guy'"), 'behind', 'the board has it as well');
my $then = lab_sql($node, 'SELECT clock_timestamp()');
my $board = lab_sql($node, "SELECT login, name, team, state, passed, total, score, signal FROM lab_progress('l')");

# not started, and idle: seen while somebody works
set('labcreator.not_started_after', '10ms');
becomes('guy behind, zoe not started', 'who never came has not started');
reason('zoe', qr/^zoe: has not started; the class began \d+ (s|min) ago$/, 'with since when');
is(lab_sql($node, "SELECT string_agg(login, ' ' ORDER BY rank) FROM lab_attention('l')"), 'guy zoe', 'the one behind is before the one who is not there');
as('zoe', 'SELECT 1');
set('labcreator.behind_points', '100');
becomes('', 'who comes has started');
set('labcreator.idle_after', '2s');
for (1 .. 600)
{
	as('zoe', 'SELECT 1');
	last if lab_sql($node, "SELECT count(*) FROM lab.signals WHERE signal = 'idle'") > 0;
	select(undef, undef, undef, 0.1);
}
is(lab_sql($node, $signals), 'guy idle', 'who does nothing while another works is idle; who is done is not');
reason('guy', qr/^guy: no statement for \d+ s, and logged out; was at public\.b$/, 'with where they were');
is(lab_sql($node, "SELECT login FROM lab_attention('l')"), 'guy', 'and on the list');
as('guy', 'SELECT 1');
set('labcreator.idle_after', '1h');
becomes('', 'and goes with the next statement');

# the order of the list
set('labcreator.behind_points', '5');
becomes('guy behind, zoe behind', 'two are behind');
as('zoe', "SELEC;\nSELEC;\nSELEC");
becomes('guy behind, zoe behind, zoe erroring', 'one of them errs');
as('guy', "SELECT lab_raise_hand('help')");
is(lab_sql($node, "SELECT string_agg(rank || login || ' ' || signal, ', ' ORDER BY rank) FROM lab_attention('l')"), '1guy hand, 2zoe erroring', 'hands first, then the rest by the use of help');
set('labcreator.signal_hold', '1h');
as('zoe', 'SELECT 1');
ok(poll($node, "SELECT gone IS NOT NULL FROM lab.signals WHERE signal = 'erroring'"), 'a reason that has gone');
is(lab_sql($node, "SELECT string_agg(rank || login || ' ' || signal, ', ' ORDER BY rank) FROM lab_attention('l')"), '1guy hand, 2zoe erroring', 'leaves the list only after a while');
set('labcreator.signal_hold', '0');
becomes('guy behind, guy hand, zoe behind', 'which is over now');

# history
is(lab_sql($node, "SELECT login, name, team, state, passed, total, score, signal FROM lab_replay('l', '$then')"), $board, 'lab_replay shows the board as it stood');
is(lab_sql($node, "SELECT count(*) FROM lab_replay('l', '2000-01-01') WHERE state = 'not started' AND passed = 0 AND total > 0"), '8', 'also before it began');
is(lab_sql($node, "SELECT string_agg(event || ' ' || object, ', ') FROM lab_timeline('l', 'dan') WHERE event ~ 'signal|task'"),
	'signal on silent failure, task done task a, signal off silent failure, task done task b, task done task c', 'lab_timeline has signals and tasks');
is(lab_sql($node, "SELECT count(*) > 20, bool_and(at >= before) FROM (SELECT at, coalesce(lag(at) OVER (), at) AS before FROM lab_timeline('l')) t"), 't|t', 'of all, in order');
as('zoe', "INSERT INTO c VALUES ('x');\nCREATE TABLE c (x int);\nINSERT INTO c VALUES ('x');\nINSERT INTO c VALUES (1, 2, 3)");
ok(poll($node, "SELECT errors LIKE '%22P02 (text is no value of the type) x 1%' FROM lab_difficulty('l') WHERE task = 'task c'"), 'lab_difficulty has the commonest errors of a task')
  or diag(lab_sql($node, "SELECT * FROM lab_difficulty('l'); TABLE lab.error_counts"));
is(lab_sql($node, "SELECT task, done, started, share, median_time > interval '0' FROM lab_difficulty('l')"),
	"task a|7|8|87.50|t\ntask b|7|8|87.50|t\ntask c|6|8|75.00|t", 'how many have done it, and how long it took');

# what is kept is what the lab says
set('labcreator.not_started_after', '1h');
create_lab($node, { lab => 'none', reference => 'reference', activity => 'none', participants => [ 'nan', 'ned' ] });
create_lab($node, { lab => 'counts', reference => 'reference', activity => 'counts', participants => ['con'] });
as('nan', "$good[0]\nSELEC;\nSELEC;\nSELEC", 'none');
as('con', "$good[0]\nSELEC;\nSELEC;\nSELEC", 'counts');
ok(poll($node, "SELECT count(*) = 1 FROM lab.signals s JOIN lab.participants p ON p.id = s.participant_id WHERE login = 'con' AND signal = 'erroring'"), 'counts are enough for signals');
ok(poll($node, "SELECT count(*) = 2 FROM lab_progress() WHERE login IN ('nan', 'con') AND passed > 0"), 'and results are there');
is(lab_sql($node, "SELECT string_agg(DISTINCT event, ' ') FROM lab_timeline('counts')"), 'progress signal on task done', 'but no login and no error is kept by its time');
is(lab_sql($node, "SELECT statements, errors, logins, commits FROM lab.activity a JOIN lab.participants p ON p.id = a.participant_id WHERE login = 'con'"), '4|3|1|1', 'they are counted');
is(lab_sql($node, "SELECT string_agg(DISTINCT event, ' ') FROM lab_timeline('none')"), 'progress task done', 'with none, only results are kept');
is(lab_sql($node, "SELECT count(*) FROM lab.activity a JOIN lab.participants p ON p.id = a.participant_id WHERE login IN ('nan', 'ned') AND (first_seen, last_statement, previous, object) IS NULL AND online + statements + errors + logins = 0"), '2', 'and nothing is counted');
is(lab_sql($node, "SELECT count(*) FROM lab.error_counts e JOIN lab.participants p ON p.id = e.participant_id WHERE login = 'nan'"), '0', 'no error either');

# a storm of errors fills neither tables nor the log of events
$node->psql('l_zoe', join("\n", map { "DO \$\$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'X" . sprintf('%04d', $_) . "'; END \$\$;" } 1 .. 400), extra_params => [ '-U', 'zoe' ], on_error_stop => 0);
ok(poll($node, "SELECT errors > 400 FROM lab.activity a JOIN lab.participants p ON p.id = a.participant_id WHERE login = 'zoe'"), 'all errors are counted');
cmp_ok(lab_sql($node, "SELECT count(*) FROM lab_timeline('l', 'zoe') WHERE event = 'error'"), '<', 200, 'not all are kept one by one');

lab_sql($node, "SELECT lab_drop('$_')") for qw(l none counts);
lab_sql($node, "CALL lab_wait('$_', '60 seconds')") for qw(l none counts);
is($node->safe_psql('lab', 'SELECT (SELECT count(*) FROM lab.activity) + (SELECT count(*) FROM lab.events) + (SELECT count(*) FROM lab.signals) + (SELECT count(*) FROM lab.error_counts) + (SELECT count(*) FROM lab.hands) + (SELECT count(*) FROM lab.passes) + (SELECT count(*) FROM lab.pace) + (SELECT count(*) FROM lab.done_tasks)'),
	'0', 'lab_drop takes all of it along');

$node->stop;
done_testing();
