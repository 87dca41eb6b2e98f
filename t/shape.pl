# How much is done, in counts: of evaluations in a storm of commits, of checks for one change, of processes, and of nothing where
# nothing happens.
use strict;
use warnings;
use lib 't';
use Lab;
use IPC::Run ();
use Test::More;
use Time::HiRes qw(time sleep);

my $node = lab_node('shape', 'labcreator.sweep_interval' => 0, 'labcreator.debounce' => "'500ms'", 'labcreator.linger' => "'10min'");
my @people = qw(ann bob cid dee);
my $schema = <<'SQL';
CREATE TABLE lands (id int PRIMARY KEY, name text);
CREATE TABLE towns (id int PRIMARY KEY, land int REFERENCES lands, name text);
CREATE TABLE streets (id int PRIMARY KEY, town int REFERENCES towns, name text);
CREATE TABLE houses (id int PRIMARY KEY, street int REFERENCES streets ON DELETE CASCADE, number int);
CREATE TABLE doors (id int PRIMARY KEY, house int REFERENCES houses ON DELETE CASCADE);
INSERT INTO lands VALUES (1, 'x'); INSERT INTO towns VALUES (1, 1, 'x'); INSERT INTO streets VALUES (1, 1, 'x');
INSERT INTO houses VALUES (1, 1, 7); INSERT INTO doors VALUES (1, 1);
CREATE VIEW numbers AS SELECT h.number, count(d.id) AS doors FROM houses h LEFT JOIN doors d ON d.house = h.id GROUP BY h.id, h.number;
CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * a';
SQL

sub workers { my ($column) = @_; return lab_sql($node, "SELECT $column FROM lab.workers()"); }
sub as { my ($login, $sql) = @_; return $node->safe_psql("l_$login", $sql, extra_params => [ '-U', $login ]); }

# Until no evaluation is on its way: three times the interval without one.
sub quiet
{
	my $before = -1;

	while ((my $now = workers('evaluations')) != $before) { $before = $now; sleep 1.5; }
	return $before;
}

make_reference($node, 'reference', $schema);
create_lab($node, { lab => 'l', reference => 'reference', participants => \@people });
as($_, $schema) for @people;
ok(poll($node, "SELECT count(*) = 4 FROM lab_progress('l') WHERE score = 100"), 'everybody has done it all');

# Evaluators stay where somebody works.
quiet();
my $processes = "SELECT string_agg(pid::text, ' ' ORDER BY pid) FROM pg_stat_activity WHERE backend_type = 'labcreator evaluator'";
my $there = $node->safe_psql('postgres', $processes);
is(scalar split(' ', $there), 4, 'an evaluator lingers in each of four databases, two at work at a time');
as($_, 'UPDATE lands SET name = name') for @people, @people;
quiet();
is($node->safe_psql('postgres', $processes), $there, 'and is the one that is asked again');
create_lab($node, { lab => 'other', reference => 'reference', participants => ['eve'] });
quiet();
my $still = $node->safe_psql('postgres', $processes);
is(scalar(grep { my $pid = $_; grep { $_ == $pid } split ' ', $still } split ' ', $there), 4, 'also when another lab is made');

# One change: what can have been affected by it is judged, and no more.
sub judged
{
	my ($sql) = @_;
	quiet();
	my $before = workers('judged');
	as('ann', $sql);
	quiet();
	return workers('judged') - $before;
}
is(judged("UPDATE lands SET name = 'y'"), 1, 'a row of a table far away from the view: its own rows');
my $near = judged("UPDATE houses SET number = 8");
cmp_ok($near, '>=', 3, 'a row of a table that the view reads: the view, too');
cmp_ok(judged("UPDATE towns SET name = 'y'"), '<=', $near, 'a row of a table in between');
cmp_ok(judged("CREATE OR REPLACE FUNCTION twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + a'"), '<=', 2, 'a function that nothing calls: the function');
is(judged("SELECT pg_current_xact_id()"), 0, 'a commit of nothing: nothing');
as('ann', "UPDATE lands SET name = 'x'; UPDATE towns SET name = 'x'; UPDATE houses SET number = 7");

# A storm: one evaluation an interval, and whoever else works is not kept waiting by it.
my $before = quiet();
my $start = time;
as('ann', join '', map { "UPDATE lands SET name = 'storm $_';\n" } 1 .. 3000);
my $intervals = (time - $start) / 0.5;
quiet();
my $done = workers('evaluations') - $before;
cmp_ok($done, '>=', 1, 'a storm of 3,000 commits is evaluated');
cmp_ok($done, '<=', $intervals + 2, sprintf '%d times: no more than once in each of %.1f intervals, and after the last commit', $done, $intervals);
is(lab_sql($node, "SELECT status FROM lab_results('l', 'ann') WHERE object = 'public.lands' AND kind = 'rows'"), 'fail', 'the last state is what counts');

# Nothing happens: nothing is done, sweep or not.  Somebody who is connected and has written is looked at once more.
$node->append_conf('postgresql.conf', "labcreator.sweep_interval = '1s'\nlabcreator.debounce = '10ms'");
$node->reload;
quiet();
my $idle = workers('evaluations');
sleep 4;
is(workers('evaluations'), $idle, 'four sweeps over databases that nobody was in: no evaluation');

# but what could not be judged is tried again
as('bob', 'CREATE OR REPLACE VIEW numbers AS SELECT h.number, count(d.house) AS doors FROM doors d RIGHT JOIN houses h ON h.id = d.house GROUP BY h.number, h.id');
quiet();
my $lock = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('l_bob'), '-U', 'bob' ], '<', \(my $held = "BEGIN; LOCK TABLE houses IN SHARE MODE; SELECT 'locked';\n"), '>', \(my $said = ''));
$lock->pump until $said =~ /locked/;
as('bob', "INSERT INTO lands VALUES (2, 'x')");
as('bob', 'DELETE FROM lands WHERE id = 2');
lab_sql($node, "SELECT lab_evaluate('l', 'bob')");
isnt(lab_sql($node, "SELECT score FROM lab_progress('l') WHERE login = 'bob'"), '100.00', 'behaviour cannot be judged where the table is locked');
$held = "ROLLBACK;\n\\q\n";
$lock->finish;
ok(poll($node, "SELECT score = 100 FROM lab_progress('l') WHERE login = 'bob'"), 'the sweep comes back to it when the lock is gone');

$node->stop;
done_testing();
