# The student's side: what a participant can ask from their own database, and what they cannot.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $node = lab_node('student', 'labcreator.signal_interval' => "'100ms'", 'labcreator.student_requests' => 0);
my @as;    # psql options of each participant

# SQL as the participant in their own database: output and messages.
sub as
{
	my ($login, $sql, $lab) = @_;
	my ($status, $out, $err) = $node->psql(($lab // 'l') . "_$login", $sql, extra_params => [ '-U', $login ]);

	return wantarray ? ($out, $err) : $out;
}

make_reference($node, 'starter', 'CREATE TABLE given (a int)');
make_reference($node, 'reference', 'CREATE TABLE given (a int); CREATE TABLE t (a int NOT NULL); CREATE TABLE u (b int CHECK (b > 0))');
my $spec = {
	lab => 'l', reference => 'reference', starter => 'starter', notify => \1, peers => 'aliased',
	participants => [ { login => 'ann', name => 'Ann Kask' }, { login => 'bob', name => 'Bob Tamm' }, 'eve' ],
	tasks => [ { name => 'one', title => 'The first', points => 6, objects => ['public.t'], hint => 'Think of NULL.' },
		{ name => 'two', objects => ['public.u'] } ]
};
create_lab($node, $spec);

# tasks
is(as('ann', 'SELECT task, title, state, points, earned, hint FROM lab_tasks()'),
	"one|The first|open|6|0|Think of NULL.\ntwo|two|open|6|0|\npublic.given|public.given|kept|0|0|", 'lab_tasks shows the tasks');
as('ann', 'CREATE TABLE t (a int)');
ok(poll($node, "SELECT passed FROM lab_progress('l') WHERE login = 'ann'", '3'), 'three checks pass');
is(as('ann', "SELECT state, earned, detail FROM lab_tasks() WHERE task = 'one'"), 'started|4.8|public.t.a accepts NULL',
	'a task that is begun, with what is missing')
  or diag(as('ann', 'SELECT * FROM lab_tasks()'));

# progress
is(as('ann', 'SELECT place, who, passed, total, score, you FROM lab_progress() WHERE you'), '1|Ann Kask|3|8|40.00|t', 'lab_progress shows the own place');
my $peers = as('ann', 'SELECT place, who, passed, score FROM lab_progress() WHERE NOT you');
like($peers, qr/^2\|peer \d+\|0\|0\.00\n2\|peer \d+\|0\|0\.00$/, 'and peers under aliases');
is(as('ann', 'SELECT string_agg(who, \',\') FROM lab_progress() WHERE NOT you'), join(',', $peers =~ /(peer \d+)/g), 'which stay the same');
for ([ 'named', "2|Bob Tamm\n2|eve" ], [ 'hidden', '' ])
{
	$node->safe_psql('lab', "UPDATE lab.labs SET spec = spec || '{\"peers\": \"$_->[0]\"}'");
	is(as('ann', 'SELECT place, who FROM lab_progress() WHERE NOT you'), $_->[1], "peers: $_->[0]");
}
is(as('ann', 'SELECT place FROM lab_progress()'), '1', 'the own place is always there');

# feedback
for ([ 'none', '|' ], [ 'object', '|public.t.a accepts NULL' ])
{
	$node->safe_psql('lab', "UPDATE lab.labs SET feedback = '$_->[0]'");
	is(as('ann', "SELECT hint, detail FROM lab_tasks() WHERE task = 'one'"), $_->[1], "feedback: $_->[0]");
}
$node->safe_psql('lab', "UPDATE lab.labs SET feedback = 'hint'");

# hands
is(as('ann', "SELECT lab_raise_hand('why NOT?')"), 'your hand is up, and you are next', 'a hand is raised');
is(as('bob', 'SELECT lab_raise_hand()'), 'your hand is up; one other is before you', 'and another');
like(lab_sql($node, "SELECT rank, login, signal, reason FROM lab_attention('l') WHERE login = 'ann'"), qr/^1\|ann\|hand\|ann waits \d+ s, at public\.t: why NOT\?$/, 'the lab master sees it, with what it is about');
is(lab_sql($node, "SELECT string_agg(login || ' ' || signal, ',' ORDER BY rank) FROM lab_attention('l')"), 'ann hand,bob hand', 'in the order of waiting');
is(lab_sql($node, "SELECT signal FROM lab_progress('l') WHERE login = 'bob'"), 'hand', 'and on the board');
as('ann', "SELECT lab_raise_hand('still: why?')");
is(lab_sql($node, "SELECT count(*) || max(message) FROM lab.hands WHERE participant_id = (SELECT id FROM lab.participants WHERE login = 'ann')"), '1still: why?', 'a second call changes the message, not the place');
is(as('bob', 'SELECT lab_lower_hand()'), 'your hand is down', 'it is taken back');
is(as('bob', 'SELECT lab_lower_hand()'), 'your hand was not up', 'once');

# it is heard at once, whatever becomes of the transaction
as('eve', 'BEGIN; SELECT lab_raise_hand(); ROLLBACK');
is(lab_sql($node, "SELECT count(*) FROM lab_attention('l') WHERE login = 'eve'"), '1', 'a rollback does not lower a hand');

# answers
lab_sql($node, "SELECT lab_answer('l', 'eve', 'Read about types.')");
is(as('eve', 'SELECT task, answer FROM lab_tasks() WHERE answer IS NOT NULL'), 'one|Read about types.', 'the answer is in lab_tasks');
is(lab_sql($node, "SELECT lowered_by FROM lab.hands h JOIN lab.participants p ON p.id = h.participant_id WHERE login = 'eve'"), 'answer', 'and lowers the hand');
is(as('ann', 'SELECT count(answer) FROM lab_tasks()'), '0', 'nobody else sees it');
like(lab_error($node, "SELECT lab_answer('l', 'zoe', 'x')"), qr/lab has no participant "zoe"/, 'an answer to nobody');
$node->safe_psql('lab', 'CREATE ROLE other LOGIN IN ROLE lab_master');
like(lab_error($node, "SELECT lab_answer('l', 'ann', 'x')", 'other'), qr/lab "l" does not exist/, 'an answer in another\'s lab');

# a solved hand lowers itself, and a task that is done is said in the session, before the next statement
my $session = $node->background_psql('l_ann', extra_params => [ '-U', 'ann' ], on_error_stop => 0);
$session->query_safe('SELECT 1');
$session->query('ALTER TABLE t ALTER a SET NOT NULL');
ok(poll($node, "SELECT count(*) = 0 FROM lab_attention('l') WHERE login = 'ann'"), 'a hand lowers itself when its checks pass');
is(lab_sql($node, "SELECT h.lowered_by || ' ' || (h.solved IS NOT NULL) FROM lab.hands h JOIN lab.participants p ON p.id = h.participant_id WHERE login = 'ann'"), 'solved true', 'and that is recorded');
$session->{stderr} = '';
is($session->query('SELECT 42'), '42', 'the next statement\'s result is as ever');
like($session->{stderr}, qr/NOTICE:  done: The first/, 'with a notice of the task that turned green');
$session->{stderr} = '';
$session->query('SELECT 42');
is($session->{stderr}, '', 'once');
$session->quit;
like(lab_sql($node, "SELECT string_agg(event || coalesce(' ' || object, ''), ', ') FROM lab_timeline('l', 'ann') WHERE event NOT IN ('login', 'logout')"),
	qr/^progress table public\.t, progress column public\.t\.a, progress rows public\.t, hand up public\.t, signal on hand, progress not null public\.t\.a, task done one, hand down public\.t, signal off hand$/,
	'the timeline has it all, in order')
  or diag(lab_sql($node, "SELECT * FROM lab_timeline('l', 'ann')"));

# a participant is an adversary
my ($out, $err) = as('bob', "SELECT lab_raise_hand(E'\\x1b[2J\\n\\u202Egnp.exe\\t '';DROP TABLE lab.labs;-- {age} {\"a\": 1}')");
is(lab_sql($node, "SELECT message FROM lab.hands WHERE lowered IS NULL"), " [2J  gnp.exe  ';DROP TABLE lab.labs;-- {age} {\"a\": 1}", 'control and direction characters do not reach a terminal; the rest is data');
like(lab_sql($node, "SELECT reason FROM lab_attention('l')"), qr/waits \d+ s.*-- \{age\}/, 'and no template');
($out, $err) = as('bob', "SELECT lab_raise_hand(repeat('x', 1001))");
like($err, qr/ERROR:  the message is too long\nDETAIL:  It has 1001 bytes, and 1000 is the most/, 'a message has a bound');
($out, $err) = as('bob', "SELECT lab_raise_hand(E' \\n ')");
is(lab_sql($node, "SELECT count(*) FROM lab.hands WHERE lowered IS NULL AND message LIKE '%DROP%'"), '1', 'an empty message leaves the old one');
for ('lab.labs', 'lab.results', 'lab.events')
{
	(undef, $err) = as('bob', "SELECT * FROM $_");
	like($err, qr/relation "\Q$_\E" does not exist/, "no $_ in a participant's database");
}
for ("lab_answer('l', 'bob', 'x')", "lab_attention('l')", "lab_progress('l')")
{
	(undef, $err) = as('bob', "SELECT $_");
	like($err, qr/function lab_\w+\(.*\) does not exist/, "no $_ either");
}
(undef, undef, $err) = $node->psql('l_bob', 'SELECT lab_raise_hand()');
like($err, qr/only the participant themself can ask this/, 'nobody speaks for a participant: not even a superuser');
(undef, $err) = as('bob', 'CREATE FUNCTION f(cstring) RETURNS text LANGUAGE c AS \'$libdir/labcreator\', \'lab_student_raise_hand\'');
like($err, qr/permission denied for language c/, 'nor by functions of their own');
$node->safe_psql('postgres', 'CREATE EXTENSION labcreator_student');
(undef, undef, $err) = $node->psql('postgres', 'SELECT * FROM lab_tasks()');
like($err, qr/this database is no participant's/, 'outside of a lab there is nothing to ask');

# a view that asks while it is evaluated gets nothing, and is only that participant's trouble
as('bob', 'CREATE TABLE given2 (a int); CREATE VIEW nosy AS SELECT * FROM lab_progress()');
$node->safe_psql('lab', "SELECT lab_evaluate('l', 'bob')");
ok(1, 'an evaluation does not hang on it');

# who leaves while waiting takes nothing along: the coordinator stands still, the places stay usable
my $coordinator = worker_pid($node, 'coordinator');
kill 'STOP', $coordinator;
my @waiting = map { my $s = $node->background_psql("l_$_", extra_params => [ '-U', $_ ]); $s->query_until(qr/go/, "\\echo go\nSELECT lab_raise_hand();\n"); $s } qw(ann bob);
ok($node->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_stat_activity WHERE query LIKE 'SELECT lab_raise_hand%' AND wait_event_type = 'Extension'"), 'two wait');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT lab_raise_hand%'");
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE 'SELECT lab_raise_hand%'"), 'and are ended');
(undef, $err) = as('eve', 'SELECT lab_raise_hand()');
like($err, qr/labcreator does not answer at the moment/, 'a coordinator that is away is said to be');
kill 'CONT', $coordinator;
is(as('eve', 'SELECT lab_raise_hand()'), 'your hand is up; one other is before you', 'and answers when it is back')
  if poll($node, "SELECT count(*) >= 0 FROM lab.hands");
eval { $_->quit } for @waiting;

# a flood is refused politely, and delays nobody else
$node->append_conf('postgresql.conf', 'labcreator.student_requests = 30');
$node->reload;
ok($node->poll_query_until('l_bob', "SELECT current_setting('labcreator.student_requests') = '30'"), 'the limit is set');
(undef, $err) = as('bob', join(';', ('SELECT 1 FROM lab_tasks()') x 100));
my $refused = () = $err =~ /ERROR:  too many questions in a short time\nHINT:  Try again in \d+ s\./g;
cmp_ok($refused, '>=', 1, 'a flood is refused');
(undef, undef, $err) = $node->psql('l_bob', join("\n", ('SELECT count(*) FROM lab_tasks();') x 100), extra_params => [ '-U', 'bob' ], on_error_stop => 0);
$refused = () = $err =~ /too many questions/g;
cmp_ok($refused, '>=', 85, 'nearly all of a hundred');
is(as('ann', 'SELECT count(*) FROM lab_tasks()'), '3', 'and nobody else is');
is(lab_sql($node, "SELECT count(*) FROM lab.error_counts WHERE sqlstate = '53400'"), '0', 'a refusal is no error of the person');

# an answer that does not fit into one place comes whole
create_lab($node, { lab => 'big', reference => 'reference', peers => 'named',
		participants => [ map { { login => "p$_", name => "Participant $_ " . 'x' x 900 } } 1 .. 30 ] });
is(as('p7', 'SELECT count(*), count(DISTINCT who), min(length(who)) FROM lab_progress()', 'big'), '30|30|914', 'thirty long rows');

# encodings
$node->safe_psql('postgres', "CREATE DATABASE latin_starter OWNER teacher TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
create_lab($node, { lab => 'latin', reference => 'reference', starter => 'latin_starter', participants => [ { login => 'olo', name => "\x{d5}lo" } ], peers => 'named' });
is($node->safe_psql('latin_olo', "SET client_encoding = 'UTF8'; SELECT ascii(who) FROM lab_progress()", extra_params => [ '-U', 'olo' ]), '213', 'names arrive in the database\'s encoding');
$node->safe_psql('latin_olo', "SELECT lab_raise_hand(chr(213) || 'lo')", extra_params => [ '-U', 'olo' ]);
is(lab_sql($node, "SELECT ascii(message) FROM lab.hands WHERE message LIKE '%lo'"), '213', 'and messages in the control database\'s');

$node->stop;
done_testing();
