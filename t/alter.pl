# lab_alter: a lab that runs becomes what its spec says now, and nobody's work is touched.
use strict;
use warnings;
use lib 't';
use Lab;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = lab_node('alter', 'labcreator.sweep_interval' => 0);
my $json = JSON::PP->new->canonical->ascii;

# Out and messages of lab_alter with this spec, as a role.
sub alter
{
	my ($spec, $role) = @_;
	my $text = $json->encode($spec);
	my ($status, $out, $err) = $node->psql('lab',
		"SELECT login, database, password IS NOT NULL FROM lab_alter(\$json\$$text\$json\$)",
		extra_params => [ '-U', $role // 'teacher' ]);

	lab_sql($node, "CALL lab_wait('$spec->{lab}', '90 seconds')") if $status == 0;
	return ($out, $err);
}

# As alter(), which must succeed with this in its NOTICE, and these rows.
sub alters
{
	my ($spec, $notice, $rows, $what) = @_;
	my ($out, $err) = alter($spec);

	like($err, $notice, "$what: it says so");
	is($out, $rows, "$what: who is new");
	return;
}

sub refuses
{
	my ($spec, $error, $what) = @_;
	my ($out, $err) = alter($spec);

	like($err, $error, $what);
	return;
}

sub as
{
	my ($login, $sql, $lab) = @_;

	return $node->safe_psql(($lab // 'l') . "_$login", $sql, extra_params => [ '-U', $login ]);
}

# What targets would be told of this spec.
sub outbox
{
	my ($altered) = @_;

	return $node->safe_psql('lab', "BEGIN; SELECT count(*) FROM lab_alter('" . $json->encode($altered) . "');
		SELECT string_agg(DISTINCT target || ' ' || subject, ',') FROM lab.outbox WHERE xmin = pg_current_xact_id()::xid; ROLLBACK",
		extra_params => [ '-U', 'teacher' ]) =~ s/^\d+\n//r;
}

sub score
{
	my ($login, $lab) = @_;

	return lab_sql($node, "SELECT passed || '/' || total || ' ' || score FROM lab_progress('" . ($lab // 'l') . "') WHERE login = '$login'");
}

make_reference($node, 'reference', join ';',
	'CREATE TABLE a (x int NOT NULL, y int DEFAULT 3)', 'CREATE TABLE b (x int)', 'CREATE VIEW v AS SELECT x FROM b', 'COMMENT ON TABLE a IS \'first\'',
	'INSERT INTO b VALUES (1), (2)');
my $spec = { lab => 'l', reference => 'reference', participants => [ 'ann', { login => 'bob', name => 'Bob', team => 'A' } ],
	ignore => ['comment'], limits => { connections => 2 },
	tasks => [ { name => 'first', points => 10, objects => ['public.a'], hint => 'see a' } ] };
create_lab($node, $spec);
as('ann', 'CREATE TABLE a (x int NOT NULL, y int); CREATE TABLE mine (z int)');
lab_sql($node, "SELECT lab_evaluate('l')");
my $everything = join ' UNION ALL ', map { "SELECT '$_', count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM lab.$_ t" }
  qw(labs accounts tasks checks results progress passes done_tasks task_scores events);

# the same again
my $before = $node->safe_psql('lab', $everything);
alters($spec, qr/NOTICE:  lab "l": nothing changes/, '', 'the same spec');
is($node->safe_psql('lab', $everything), $before, 'nothing has changed');

# what was meant before, said in words
$spec->{feedback} = 'hint';
alters($spec, qr/NOTICE:  lab "l": settings changed$/, '', 'a default in words');
is(score('bob'), '0/14 0.00', 'is evaluated again, and nothing is different');

# points
my $ids = lab_sql($node, "SELECT string_agg(c.id || c.object, ',' ORDER BY c.id) FROM lab.checks c");
my $history = lab_sql($node, "SELECT string_agg(at || object || event, ',') FROM lab_timeline('l')");
my $since = lab_sql($node, "SELECT string_agg(object || kind || since || status, ',') FROM lab_results('l', 'ann')");
my $old = score('ann');
$spec->{tasks}[0]{points} = 100;
alters($spec, qr/NOTICE:  lab "l": checks with other points or in other tasks: \d+, tasks changed: 1$/, '', 'another weight');
isnt(score('ann'), $old, "scores follow: from $old to " . score('ann'));
is(lab_sql($node, "SELECT round(sum(points)) FROM lab_checks('l') WHERE task = 'first'"), '100', 'the points of the task are shared out');
is(lab_sql($node, "SELECT string_agg(c.id || c.object, ',' ORDER BY c.id) FROM lab.checks c"), $ids, 'checks are the same');
is(lab_sql($node, "SELECT string_agg(at || object || event, ',') FROM lab_timeline('l')"), $history, 'history stays');
is(lab_sql($node, "SELECT string_agg(object || kind || since || status, ',') FROM lab_results('l', 'ann')"), $since, 'results stay');
is(lab_sql($node, "SELECT last_progress IS NOT NULL AND last_progress < (SELECT max(at) FROM lab.progress) FROM lab_progress('l') WHERE login = 'ann'"), 't', 'it is nobody\'s progress');

# grouping: checks move, tasks come and go
$spec->{tasks} = [ { name => 'rest', title => 'The rest', objects => ['public.b'], points => 5 }, { name => 'first', points => 1, objects => [ 'public.a' ], hint => 'look at a' } ];
alters($spec, qr/checks with other points or in other tasks/, '', 'other tasks');
is(lab_sql($node, "SELECT string_agg(DISTINCT position || name || coalesce(hint, ''), ',') FROM lab.tasks"), '1rest,2firstlook at a,3public.v', 'tasks are as the spec says');
$spec->{tasks} = [ { name => 'all', objects => ['public.*'], points => 8 } ];
alters($spec, qr/other tasks/, '', 'one task');
is(lab_sql($node, "SELECT string_agg(name, ',') FROM lab.tasks"), 'all', 'tasks without checks are gone');
is(lab_sql($node, "SELECT string_agg(c.id || c.object, ',' ORDER BY c.id) FROM lab.checks c"), $ids, 'with the same checks still');
as('bob', 'CREATE TABLE a (x int NOT NULL, y int DEFAULT 3); CREATE TABLE b (x int); INSERT INTO b VALUES (1), (2); CREATE VIEW v AS SELECT x FROM b');
ok(poll($node, "SELECT score FROM lab_progress('l') WHERE login = 'bob'", '100.00'), 'work goes on');
is(lab_sql($node, 'SELECT count(*) FROM lab.done_tasks'), '1', 'a task is done');
$spec->{tasks} = [ { name => 'a', objects => ['public.a'] }, { name => 'b', objects => [ 'public.b', 'public.v' ] } ];
alters($spec, qr/other tasks/, '', 'two tasks');
is(lab_sql($node, "SELECT string_agg(p.login || t.name, ',' ORDER BY t.name) FROM lab.done_tasks d JOIN lab.tasks t ON t.id = d.task_id JOIN lab.participants p ON p.id = d.participant_id"), 'boba,bobb', 'what was done is done in the new tasks');
is($node->safe_psql('lab', "SELECT count(*), max(value) FROM lab.metrics WHERE metric = 'lab_task_done'"), '2|1', 'metrics have them');

# checks of one's own, and what is ignored; the reference has changed meanwhile, which is lab_refresh's
$node->safe_psql('reference', 'CREATE TABLE later (x int)', extra_params => [ '-U', 'teacher' ]);
push @{ $spec->{tasks} }, { name => 'q', query => 'SELECT count(*) FROM b', points => 3 };
alters($spec, qr/NOTICE:  lab "l": checks added: 1, tasks changed: 1$/, '', 'a query');
is(lab_sql($node, "SELECT status FROM lab_results('l', 'bob') WHERE task = 'q'"), 'pass', 'is evaluated');
is(lab_sql($node, "SELECT status FROM lab_results('l', 'ann') WHERE task = 'q'"), 'fail', 'for everybody');
my $query = lab_sql($node, "SELECT id FROM lab.checks WHERE kind = 'query'");
unshift @{ $spec->{tasks} }, pop @{ $spec->{tasks} };
alters($spec, qr/NOTICE:  lab "l": tasks changed: 3$/, '', 'another order');
is(lab_sql($node, "SELECT c.id || ' ' || position FROM lab.checks c JOIN lab.tasks t ON t.id = c.task_id WHERE kind = 'query'") =~ s/^\d+ //r, '1', 'is taken');
is(lab_sql($node, "SELECT id FROM lab.checks WHERE kind = 'query'"), $query, 'and the check is the same');
$spec->{tasks}[0]{query} = 'SELECT count(*) + 1 FROM b';
alters($spec, qr/NOTICE:  lab "l": checks changed: 1$/, '', 'another query');
is(lab_sql($node, "SELECT status FROM lab_results('l', 'bob') WHERE task = 'q'"), 'pass', 'is evaluated anew');
delete $spec->{ignore};
alters($spec, qr/NOTICE:  lab "l": checks added: 1$/, '', 'comments count');
is(lab_sql($node, "SELECT string_agg(object, ',') FROM lab_checks('l') WHERE kind = 'comment'"), 'public.a', 'there is one');
is(score('bob'), '15/16 98.89', 'which bob lacks');
$spec->{ignore} = [ 'comment', 'query' ];
$spec->{tasks} = [ grep { $_->{name} ne 'q' } @{ $spec->{tasks} } ];
alters($spec, qr/NOTICE:  lab "l": checks removed: 2/, '', 'both go');
is(score('bob'), '14/14 100.00', 'and bob is done');
is(lab_sql($node, "SELECT count(*) FROM lab_checks('l') WHERE object = 'public.later'"), '0', 'the reference was not read anew');
refuses({ %$spec, tasks => [ { name => 'n', objects => ['public.nothing'] } ] }, qr/task "n" has nothing to check/, 'a task without checks');
refuses({ %$spec, tasks => [ { name => 'q', query => 'SELECT 1/0' } ] }, qr/division by zero/, 'a query that fails');
is(score('bob'), '14/14 100.00', 'and nothing has changed');

# settings
$spec->{feedback} = 'none';
$spec->{title} = 'New title';
$spec->{limits} = { connections => 4, statement_timeout => '30s' };
alters($spec, qr/NOTICE:  lab "l": settings changed$/, '', 'settings');
is(lab_sql($node, "SELECT count(detail) FROM lab_results('l', 'ann')"), '0', 'feedback is at the new level');
is(lab_sql($node, "SELECT title, statement_timeout FROM lab.labs"), 'New title|30000', 'title and limits are recorded');
is($node->safe_psql('postgres', "SELECT string_agg(rolconnlimit::text, ',') FROM pg_roles WHERE rolname IN ('ann', 'bob')"), '4,4', 'and set');
is(outbox({ %$spec, title => 'Newest title' }), 'grafana lab l', 'Grafana will be told of a title');
is(outbox({ %$spec, peers => 'hidden' }), '', 'and of nothing that dashboards do not show');
$spec->{activity} = 'none';
as('ann', 'SELECT 1');
ok(poll($node, "SELECT count(*) > 0 FROM lab.events WHERE kind = 'login'"), 'logins are noted');
alters($spec, qr/settings/, '', 'activity: none');
is(lab_sql($node, "SELECT (SELECT count(*) FROM lab.events WHERE kind IN ('login', 'logout', 'error')) + (SELECT count(*) FROM lab.activity WHERE first_seen IS NOT NULL OR statements > 0)"), '0', 'and are forgotten');

# the window moves with the spec, and stays as the lab master set it by hand
lab_sql($node, "SELECT lab_close('l')");
$spec->{peers} = 'named';
alters($spec, qr/settings/, '', 'something else');
is(lab_sql($node, "SELECT closes <= now() FROM lab.labs"), 't', 'the lab stays closed');
$spec->{closes} = '2099-01-01 12:00+00';
alters($spec, qr/settings/, '', 'a new end');
is(lab_sql($node, "SELECT closes = '2099-01-01 12:00+00' FROM lab.labs"), 't', 'it is open again');
as('ann', 'CREATE TABLE again (x int)');
lab_sql($node, "SELECT lab_extend('l', 'ann', '1 hour')");
$spec->{closes} = '2099-01-01 12:30+00';
alters($spec, qr/settings/, '', 'half an hour more');
is(lab_sql($node, "SELECT closes = '2099-01-01 13:00+00' FROM lab.participants WHERE login = 'ann'"), 't', 'who has more time keeps it');

# participants
my $password = $node->safe_psql('postgres', "SELECT string_agg(rolpassword, ',' ORDER BY rolname) FROM pg_authid WHERE rolname IN ('ann', 'bob')");
$spec->{participants} = [ { login => 'ann', name => 'Ann Kask', email => 'ann@lab.test' }, 'cay', 'bob', 'dan' ];
alters($spec, qr/NOTICE:  lab "l": participants added: 2, participants described anew: 2$/, "cay|l_cay|t\ndan|l_dan|t", 'two more');
is(lab_sql($node, "SELECT string_agg(login || name || coalesce(team, '-') || coalesce(email, '-'), ',' ORDER BY login) FROM lab.participants"),
	'annAnn Kask-ann@lab.test,bobbob--,caycay--,dandan--', 'all are as the spec says');
is($node->safe_psql('postgres', "SELECT string_agg(rolpassword, ',' ORDER BY rolname) FROM pg_authid WHERE rolname IN ('ann', 'bob')"), $password, 'passwords stay');
is(reachable($node, 'cay', 'l_cay'), 1, 'a new one gets in');
is(as('ann', "SELECT to_regclass('mine') IS NOT NULL"), 't', 'and work is where it was');
as('cay', 'CREATE TABLE treasure (x int)');
create_lab($node, { lab => 'other', reference => 'reference', participants => ['dan'], limits => { connections => 9 } });
is($node->safe_psql('postgres', "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'dan'"), '9', 'one person in two labs has the larger limit');

$spec->{participants} = [ 'ann', 'bob' ];
$spec->{removed} = 'keep';
alters($spec, qr/participants removed \(their databases stay\): 2, participants described anew: 1/, '', 'two leave, and keep what they have');
is(lab_sql($node, "SELECT string_agg(login, ',' ORDER BY login) FROM lab_progress('l')"), 'ann,bob', 'they are out of the lab');
is(reachable($node, 'cay', 'l_cay'), 1, 'who was in this lab only keeps login and database');
is(reachable($node, 'dan', 'other_dan'), 1, 'who is in another lab is still there');
$spec->{participants} = [ 'ann', 'bob', 'cay' ];
alters($spec, qr/participants added: 1$/, 'cay|l_cay|f', 'one comes back');
is(as('cay', "SELECT to_regclass('treasure') IS NOT NULL"), 't', 'to what they had left');
as('cay', 'CREATE TABLE a (x int)');
ok(poll($node, "SELECT passed > 0 FROM lab_progress('l') WHERE login = 'cay'"), 'and is evaluated');
delete $spec->{removed};
$spec->{participants} = [ 'ann' ];
alters($spec, qr/participants removed: 2$/, '', 'two are dropped');
is($node->safe_psql('postgres', "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database WHERE datname LIKE 'l\\_%'"), 'l_ann,l_dan', 'with their databases; what was kept before stays');
is($node->safe_psql('postgres', "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolname IN ('ann', 'bob', 'cay', 'dan')"), 'ann,dan', 'and their logins');

# what cannot be changed
refuses({ %$spec, reference => 'other' }, qr/ERROR:  "reference" of a lab cannot be changed\nDETAIL:  At \$\.reference: it is "reference"\.\nHINT:  .*lab_refresh\(\)/, 'another reference');
refuses({ %$spec, starter => 'reference' }, qr/ERROR:  "starter" of a lab cannot be changed\nDETAIL:  At \$\.starter: the lab has none\./, 'a starter');
refuses({ %$spec, hidden => 'reference' }, qr/ERROR:  "hidden" of a lab cannot be changed/, 'hidden data');
refuses({ %$spec, database => '{login}' }, qr/ERROR:  "database" of a lab cannot be changed/, 'other names of databases');
refuses({ %$spec, auth => { method => 'ldap' } }, qr/ERROR:  "auth" of a lab cannot be changed/, 'passwords elsewhere');
refuses({ %$spec, lab => 'nothing' }, qr/ERROR:  lab "nothing" does not exist/, 'no such lab');
refuses({ %$spec, removed => 'maybe' }, qr/ERROR:  "maybe" is no value of "removed"\nDETAIL:  At \$\.removed\.\nHINT:  Choose one of: drop, keep\./, 'an unknown word');
$node->safe_psql('lab', 'CREATE ROLE other_teacher LOGIN IN ROLE lab_master');
like((alter($spec, 'other_teacher'))[1], qr/lab "l" (is not yours|does not exist)/, 'another lab master');
$node->safe_psql('postgres', 'CREATE DATABASE l_eve');
refuses({ %$spec, participants => [ 'ann', 'eve' ] }, qr/database "l_eve" exists already\nDETAIL:  At \$\.participants\[1\]/, 'a database that is there');
is(lab_sql($node, "SELECT string_agg(login, ',') FROM lab_progress('l')"), 'ann', 'an error leaves everything as it was');

# two lab masters at once
my $one = $node->background_psql('lab', extra_params => [ '-U', 'teacher' ]);
$one->query_safe("SET client_min_messages = warning; BEGIN; SELECT count(*) FROM lab_alter('" . $json->encode({ %$spec, participants => [ 'ann', 'fay' ] }) . "')");
my $two = $node->background_psql('lab', extra_params => [ '-U', 'teacher' ]);
$two->query_until(qr/waiting/, "\\echo waiting\nSET client_min_messages = warning;\nSELECT count(*) FROM lab_alter('" . $json->encode({ %$spec, participants => [ 'ann', 'guy' ] }) . "');\n\\echo done\n");
ok(poll($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'teacher' AND wait_event_type = 'Lock'"), 'the second waits for the first');
$node->safe_psql('other_dan', 'CREATE TABLE a (x int)', extra_params => [ '-U', 'dan' ]);
ok(poll($node, "SELECT passed > 0 FROM lab_progress('other') WHERE login = 'dan'"), 'other labs do not');
as('ann', 'CREATE TABLE b (x int); INSERT INTO b VALUES (1), (2)');
$one->query_safe('COMMIT');
$two->query_until(qr/done/, "\\echo\n");
$one->quit;
$two->quit;
lab_sql($node, "CALL lab_wait('l', '90 seconds')");
is(lab_sql($node, "SELECT string_agg(login, ',' ORDER BY login) FROM lab_progress('l')"), 'ann,guy', 'and has the last word');
ok(poll($node, "SELECT count(*) > 0 FROM lab_results('l', 'ann') WHERE object = 'public.b' AND status = 'pass'"), 'what was done meanwhile counts');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'l_fay'"), '0', 'nobody is left over');

# a rolled back one
$node->safe_psql('lab', "BEGIN; SELECT count(*) FROM lab_alter('" . $json->encode({ %$spec, participants => ['hal'] }) . "'); ROLLBACK", extra_params => [ '-U', 'teacher' ]);
is(lab_sql($node, "SELECT string_agg(login, ',' ORDER BY login) FROM lab_progress('l')"), 'ann,guy', 'ROLLBACK takes it back');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolname = 'hal'"), '0', 'logins too');

$node->stop;
done_testing();
