# lab_refresh: the reference changed, and so do the checks; what did not change keeps its results and its history.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $node = lab_node('refresh', 'labcreator.sweep_interval' => 0);

sub reference
{
	$node->safe_psql('reference', $_[0], extra_params => [ '-U', 'teacher' ]);
	return;
}

sub as
{
	my ($login, $sql) = @_;

	return $node->safe_psql("l_$login", $sql, extra_params => [ '-U', $login ]);
}

# Rows and messages of lab_refresh.
sub refresh
{
	my ($arguments) = @_;
	my ($status, $out, $err) = $node->psql('lab', "SELECT change, kind, object, points_before, points_after FROM lab_refresh($arguments)",
		extra_params => [ '-U', 'teacher' ]);

	return ($out, $err);
}

sub everything
{
	return $node->safe_psql('lab', join ' UNION ALL ', map { "SELECT '$_', count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM lab.$_ t" }
		  qw(labs tasks checks results progress passes done_tasks task_scores events));
}

sub score
{
	my ($login) = @_;

	return lab_sql($node, "SELECT passed || '/' || total || ' ' || score FROM lab_progress('l') WHERE login = '$login'");
}

make_reference($node, 'reference', join ';',
	'CREATE TABLE a (x int PRIMARY KEY, y int DEFAULT 3)', 'INSERT INTO a VALUES (1), (2)', 'CREATE TABLE b (z int)',
	'CREATE VIEW v AS SELECT x, now() > \'2001-01-01\' AS late FROM a',
	'CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS \'SELECT i + 1\'');
make_reference($node, 'starter', 'CREATE TABLE s (x int)');
create_lab($node, { lab => 'l', reference => 'reference', starter => 'starter', participants => [ 'ann', 'bob' ],
		tasks => [ { name => 'a', objects => ['public.a'], points => 10 }, { name => 'q', query => 'SELECT sum(x) FROM a', points => 2 } ] });
as('ann', "CREATE TABLE a (x int PRIMARY KEY, y int DEFAULT 3); INSERT INTO a VALUES (1), (2); CREATE TABLE b (z int);
	CREATE VIEW v AS SELECT x, now() > '2001-01-01' AS late FROM a; CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i + 1'");
as('bob', 'CREATE TABLE b (z int)');
lab_sql($node, "SELECT lab_evaluate('l')");
like(score('ann'), qr/ 100\.00$/, 'ann is done');

# nothing has changed
my $before = everything();
my ($out, $err) = refresh("'l'");
is($out, '', 'an unchanged reference');
like($err, qr/NOTICE:  lab "l": nothing changes/, 'changes nothing, and it says so');
is(everything(), $before, 'in no table');

# a dry run shows what would be done, and does nothing
my $ids = lab_sql($node, "SELECT string_agg(c.id || c.kind || c.object, ',' ORDER BY c.id) FROM lab.checks c WHERE object NOT IN ('public.b', 'public.b.z')");
my $since = lab_sql($node, "SELECT string_agg(kind || object || status || since, ',') FROM lab_results('l', 'ann') WHERE object NOT IN ('public.b', 'public.b.z', 'public.a.y')");
my $timeline = lab_sql($node, "SELECT string_agg(t::text, ',') FROM lab_timeline('l', 'ann') t");
my $progress = lab_sql($node, "SELECT last_progress FROM lab_progress('l') WHERE login = 'ann'");
reference('DROP TABLE b; ALTER TABLE a ALTER y SET DEFAULT 4; ALTER TABLE a ADD w text; CREATE TABLE s (x int)');
my ($shown, $told) = refresh("'l', dry_run => true");
like($shown, qr/^removed\|table\|public\.b\|1\|$/m, 'removed');
like($shown, qr/^changed\|default\|public\.a\.y\|/m, 'changed');
like($shown, qr/^added\|column\|public\.a\.w\|\|/m, 'added');
like($shown, qr/^added\|table\|public\.s\|\|0$/m, 'what the starter has earns nothing');
like($shown, qr/^kept\|primary_key\|public\.a \(x\)\|([\d.]+)\|(?!\1$)[\d.]+$/m, 'kept, with other points');
unlike($shown, qr/^kept\|view/m, 'what stays as it is, is not shown');
like($told, qr/checks added: 4, removed: 3, changed: 4, kept: \d+ \(with other points or in other tasks: \d+\); nothing was done/, 'and counted');
is(everything(), $before, 'and nothing has changed');

# done
($out, $err) = refresh("'l'");
is($out, $shown, 'what was shown is done');
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is(lab_sql($node, "SELECT string_agg(c.id || c.kind || c.object, ',' ORDER BY c.id) FROM lab.checks c WHERE object NOT IN ('public.a.w', 'public.s', 'public.s.x')"), $ids, 'checks that were there are the same');
is(lab_sql($node, "SELECT string_agg(kind || object || status || since, ',') FROM lab_results('l', 'ann') WHERE object NOT IN ('public.a.w', 'public.s', 'public.s.x', 'public.a.y') AND kind <> 'rows'")
	, $since =~ s/rows[^,]*,//r, 'with their results, and since when') or diag($since);
like(lab_sql($node, "SELECT string_agg(t::text, ',') FROM lab_timeline('l', 'ann') t"), qr/^\Q$timeline\E/, 'history has not changed, it goes on');
is(lab_sql($node, "SELECT last_progress FROM lab_progress('l') WHERE login = 'ann'"), $progress, 'it is nobody\'s progress');
is(lab_sql($node, "SELECT string_agg(object || ' ' || status, ',' ORDER BY object, kind) FROM lab_results('l', 'ann') WHERE object IN ('public.a.w', 'public.a.y', 'public.s') AND kind IN ('default', 'column', 'table')"),
	'public.a.w fail,public.a.y pass,public.a.y fail,public.s kept', 'everybody is evaluated by the new checks');
is(lab_sql($node, "SELECT count(*) FROM lab.done_tasks d JOIN lab.tasks t ON t.id = d.task_id WHERE t.name = 'a'"), '0', 'a task that asks for more is not done any more');
as('ann', 'ALTER TABLE a ALTER y SET DEFAULT 4; ALTER TABLE a ADD w text');
ok(poll($node, "SELECT score = 100 FROM lab_progress('l') WHERE login = 'ann'"), 'who follows is done') or diag(lab_sql($node, "SELECT * FROM lab_results('l', 'ann') WHERE status <> 'pass'"));
is(lab_sql($node, "SELECT min(task) FROM lab_checks('l') WHERE object = 'public.a.w'"), 'a', 'new checks are in the tasks of the spec');

# answers of queries and functions are read anew
reference('INSERT INTO a VALUES (3); CREATE OR REPLACE FUNCTION f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS \'SELECT i + 2\'');
($out, $err) = refresh("'l'");
like($out, qr/^changed\|query\|q\|2\|2$/m, 'a query has another answer');
like($out, qr/^changed\|function_behaviour\|public\.f\(integer\)/m, 'a function does something else');
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is(lab_sql($node, "SELECT string_agg(kind, ',' ORDER BY kind) FROM lab_results('l', 'ann') WHERE status = 'fail' AND kind IN ('query', 'function_behaviour')"), 'function_behaviour,query', 'and ann has not yet');

# a database of the same name in its place
$node->safe_psql('postgres', 'DROP DATABASE reference');
make_reference($node, 'reference', 'CREATE TABLE alone (x int); CREATE TABLE b (z int)');
my $bob = score('bob');
($out, $err) = refresh("'l'");
like($err, qr/ERROR:  the query of task "q" fails in the reference: relation "a" does not exist/, 'a query that fails there is an error');
is(score('bob'), $bob, 'and nothing is done');
reference('CREATE TABLE a (x int)');
($out, $err) = refresh("'l'");
unlike($err, qr/ERROR/, 'a whole new reference');
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is(lab_sql($node, "SELECT string_agg(object || status, ',' ORDER BY object) FROM lab_results('l', 'ann') WHERE kind = 'table'"), 'public.afail,public.alonefail,public.bpass', 'is the reference now');
is($node->safe_psql('postgres', "SELECT has_database_privilege('ann', 'reference', 'CONNECT')"), 'f', 'and closed to participants');

# errors
like(lab_error($node, "SELECT lab_refresh('nothing')"), qr/lab "nothing" does not exist/, 'no such lab');
$node->safe_psql('lab', 'CREATE ROLE other LOGIN IN ROLE lab_master');
like(lab_error($node, "SELECT lab_refresh('l')", 'other'), qr/lab "l" (is not yours|does not exist)/, 'another lab master');
$node->safe_psql('postgres', 'DROP DATABASE reference');
like(lab_error($node, "SELECT lab_refresh('l')"), qr/reference database "reference" does not exist/, 'a reference that is gone');

# refreshed by two at once, while everybody works
make_reference($node, 'reference', 'CREATE TABLE a (x int); CREATE TABLE c (x int)');
my @busy = map { $node->background_psql("l_$_", extra_params => [ '-U', $_ ]) } 'ann', 'bob';
my @masters = map { $node->background_psql('lab', extra_params => [ '-U', 'teacher' ]) } 1, 2;
$_->query_safe('SET client_min_messages = warning') for @masters, @busy;
for my $round (1 .. 5)
{
	$_->query_safe("CREATE TABLE t$round (x int)") for @busy;
	reference("ALTER TABLE c ADD c$round int");
	$_->query_until(qr/asked/, "\\echo asked\nSELECT count(*) FROM lab_refresh('l');\n") for @masters;
	$_->query_safe("CREATE TABLE IF NOT EXISTS c (x int); ALTER TABLE c ADD c$round int") for @busy;
	$_->query_safe('SELECT 1') for @masters;
}
$_->quit for @masters, @busy;
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
lab_sql($node, "SELECT lab_evaluate('l')");
is(lab_sql($node, "SELECT string_agg(object, ',' ORDER BY object) FROM lab_checks('l') WHERE kind = 'column' AND object LIKE 'public.c.%'"),
	'public.c.c1,public.c.c2,public.c.c3,public.c.c4,public.c.c5,public.c.x', 'each check once');
is(lab_sql($node, "SELECT string_agg(DISTINCT status, ',') FROM lab_results('l', 'ann') WHERE object LIKE 'public.c%'"), 'pass', 'all results are those of now');
is(lab_sql($node, "SELECT count(*) FROM lab_status() WHERE part LIKE 'evaluation %'"), '0', 'no evaluation failed');

# a transaction that stays open holds up its own lab only
create_lab($node, { lab => 'quick', reference => 'reference', participants => ['cay'] });
reference('ALTER TABLE c DROP c1');
like(lab_error($node, "BEGIN; SELECT count(*) FROM lab_refresh('l'); SAVEPOINT s; SELECT lab_evaluate('l')"),
	qr/ERROR:  lab "l" was changed in this transaction/, 'lab_evaluate does not wait for itself');
my $open = $node->background_psql('lab', extra_params => [ '-U', 'teacher' ]);
$open->query_safe("SET client_min_messages = warning; BEGIN; SELECT count(*) FROM lab_refresh('l')");
my $heartbeat = lab_sql($node, 'SELECT heartbeat FROM lab.workers()');
as('ann', 'ALTER TABLE c DROP c1');
$node->safe_psql('quick_cay', 'CREATE TABLE a (x int)', extra_params => [ '-U', 'cay' ]);
ok(poll($node, "SELECT passed > 0 FROM lab_progress('quick') WHERE login = 'cay'"), 'another lab is evaluated');
ok(poll($node, "SELECT heartbeat > '$heartbeat'::timestamptz + interval '2 s' FROM lab.workers()"), 'and everything goes on');
is(lab_sql($node, "SELECT count(*) FROM lab_checks('l') WHERE object = 'public.c.c1'"), '1', 'while nothing is done yet');
$open->query_safe('COMMIT');
$open->quit;
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is(lab_sql($node, "SELECT string_agg(DISTINCT status, ',') FROM lab_results('l', 'ann') WHERE object LIKE 'public.c%'"), 'pass', 'then it is, and what was done meanwhile counts');

$node->stop;
done_testing();
