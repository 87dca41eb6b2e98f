# Lab masters are separate: what one has made, another one neither sees nor can act on, unless the spec names them.
use strict;
use warnings;
use lib 't';
use JSON::PP;
use Lab;
use Test::More;

my $node = lab_node('masters', 'labcreator.sweep_interval' => 0, 'track_functions' => 'all');

# SQL as a lab master in the control database: output and messages.
sub as
{
	my ($role, $sql) = @_;
	my ($status, $out, $err) = $node->psql('lab', $sql, extra_params => [ '-U', $role ]);

	return wantarray ? ($out, $err, $status) : $out;
}

# What a participant does.
sub student
{
	my ($login, $lab, $sql) = @_;

	return $node->safe_psql("${lab}_$login", $sql, extra_params => [ '-U', $login ]);
}

sub made
{
	my ($role, %spec) = @_;
	my $json = JSON::PP->new->canonical->encode({ reference => "${role}_reference", %spec });

	$node->safe_psql('lab', "SELECT lab_create('$json')", extra_params => [ '-U', $role ]);
	$node->safe_psql('lab', "CALL lab_wait('$spec{lab}', '90 seconds')", extra_params => [ '-U', $role ]);
	return;
}

$node->safe_psql('lab', 'CREATE ROLE colleague LOGIN IN ROLE lab_master; CREATE ROLE other LOGIN IN ROLE lab_master; CREATE ROLE "Nobody" LOGIN');
for my $role ('teacher', 'other')
{
	$node->safe_psql('postgres', "CREATE DATABASE ${role}_reference OWNER $role");
	$node->safe_psql("${role}_reference", 'CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (b int CHECK (b > 0))', extra_params => [ '-U', $role ]);
}

# --- the spec ---
my $spec = '{"lab": "x", "reference": "teacher_reference", "participants": ["p"], "masters": %s}';
like(lab_error($node, sprintf "SELECT lab_create('$spec')", '["colleague", "nosuch"]'), qr/ERROR:  role "nosuch" does not exist\nDETAIL:  At \$\.masters\[1\]\./, 'a master who does not exist');
like(lab_error($node, sprintf "SELECT lab_preview('$spec')", '["Nobody"]'), qr/ERROR:  role "Nobody" is no lab master\nDETAIL:  At \$\.masters\[0\]\.\nHINT:.*GRANT lab_master TO "Nobody"/, 'and one who is no lab master');
like(lab_error($node, sprintf "SELECT lab_create('$spec')", '["other", "other"]'), qr/master "other" appears twice\nDETAIL:  At \$\.masters\[1\]/, 'one twice');
like(lab_error($node, sprintf "SELECT lab_create('$spec')", '[1]'), qr/expected a string that is not empty\nDETAIL:  At \$\.masters\[0\]/, 'a number');

# --- a lab of teacher's, granted to colleague; a row in every table ---
made('teacher', lab => 'l', participants => [ { login => 'ann', name => 'Ann Kask' }, 'bob' ], masters => ['colleague'], notify => \1,
	tasks => [ { name => 'one', points => 5, objects => ['public.t'] } ]);
is(lab_sql($node, "SELECT count(*) FROM lab_status() WHERE part ~ '^spec'"), '0', 'masters are active');
student('ann', 'l', 'CREATE TABLE t (a int PRIMARY KEY)');
student('bob', 'l', "CREATE TABLE u (b int); SELECT lab_raise_hand('why?')");
lab_sql($node, "SELECT lab_answer('l', 'ann', 'Well done.')");
ok(poll($node, "SELECT count(*) > 0 FROM lab.done_tasks"), 'a task is done');
$node->safe_psql('lab', q(
	INSERT INTO lab.error_counts SELECT id, '42601', '', 1 FROM lab.participants;
	INSERT INTO lab.kept SELECT id, 'gone', 1, 'l_gone', 1 FROM lab.labs;
	INSERT INTO lab.drift (target, lab, subject, what) VALUES ('grafana', 'l', 'lab l', 'gone'), ('ldap', NULL, 'group l', 'gone'), ('ldap', NULL, 'account bob', 'gone');
	INSERT INTO lab.outbox (target, lab, subject, error) VALUES ('nowhere', 'l', 'lab l', 'refused'), ('nowhere', NULL, 'account bob', 'refused');
	INSERT INTO lab.dashboards (uid, kind, lab, state) VALUES ('x', 'class', 'l', 'changed')));

my @tables = split /\n/, $node->safe_psql('lab', "SELECT relname FROM pg_class WHERE relnamespace = 'lab'::regnamespace AND relkind = 'r' AND relname NOT IN ('targets', 'instance') ORDER BY 1");
my $granted = "SELECT has_table_privilege('lab_master', 'lab.' || '%s', 'SELECT')";

is($node->safe_psql('lab', "SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'lab'::regnamespace AND relkind = 'r' AND NOT relrowsecurity AND relname NOT IN ('targets', 'instance')"),
	'', 'every table with data of labs has row-level security');
is($node->safe_psql('lab', "SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'lab'::regnamespace AND relkind IN ('v', 'm') AND has_table_privilege('lab_master', oid, 'SELECT')"),
	'', 'no view goes round it');
for my $table (@tables)
{
	if ($node->safe_psql('lab', sprintf $granted, $table) eq 't')
	{
		isnt($node->safe_psql('lab', "SELECT count(*) FROM lab.$table"), '0', "lab.$table has something to hide");
		is(as('other', "SELECT count(*) FROM lab.$table"), '0', 'of which another lab master sees nothing');
		is(as('colleague', "SELECT count(*) FROM lab.$table"), lab_sql($node, "SELECT count(*) FROM lab.$table"), 'and who is granted it all that its owner sees');
		isnt(as('colleague', "SELECT count(*) FROM lab.$table"), '0', 'which is something');
	}
	else
	{
		like((as('other', "TABLE lab.$table"))[1], qr/permission denied for table $table/, "lab.$table is nobody's");
	}
	my $column = $node->safe_psql('lab', "SELECT attname FROM pg_attribute WHERE attrelid = 'lab.$table'::regclass AND attnum > 0 AND attidentity = '' ORDER BY attnum LIMIT 1");
	for my $write ("DELETE FROM lab.$table", "TRUNCATE lab.$table", "INSERT INTO lab.$table DEFAULT VALUES", "UPDATE lab.$table SET $column = $column",
		"ALTER TABLE lab.$table DISABLE ROW LEVEL SECURITY", "CREATE POLICY all_of_it ON lab.$table USING (true)", "DROP TABLE lab.$table",
		"BEGIN; LOCK TABLE lab.$table IN ACCESS EXCLUSIVE MODE")
	{
		like((as('colleague', $write))[1], qr/ERROR:  (?:permission denied|must be owner)/, "nobody can: $write");
	}
}

# --- every function: for somebody else's lab as for one that does not exist ---
my %call = (
	lab_aliases => "SELECT * FROM lab_aliases('%s')",
	lab_alter => q(SELECT * FROM lab_alter('{"lab": "%s", "reference": "teacher_reference", "masters": ["colleague"], "notify": true,
		"participants": [{"login": "ann", "name": "Ann Kask"}, "bob"], "tasks": [{"name": "one", "points": 5, "objects": ["public.t"]}]}')),
	lab_answer => "SELECT lab_answer('%s', 'ann', 'x')",
	lab_archive => "SELECT lab_archive('%s')",
	lab_attention => "SELECT * FROM lab_attention('%s')",
	lab_checks => "SELECT * FROM lab_checks('%s')",
	lab_close => "SELECT lab_close('%s')",
	lab_difficulty => "SELECT * FROM lab_difficulty('%s')",
	lab_drop => "SELECT lab_drop('%s')",
	lab_evaluate => "SELECT lab_evaluate('%s', 'ann')",
	lab_extend => "SELECT lab_extend('%s', 'ann', '1 hour')",
	lab_grades => "SELECT * FROM lab_grades('%s')",
	lab_handout => "SELECT * FROM lab_handout('%s')",
	lab_open => "SELECT lab_open('%s')",
	lab_progress => "SELECT * FROM lab_progress('%s')",
	lab_publish => "SELECT lab_publish('%s', true)",
	lab_reconcile => "SELECT * FROM lab_reconcile('%s')",
	lab_refresh => "SELECT * FROM lab_refresh('%s', dry_run => true)",
	lab_replay => "SELECT * FROM lab_replay('%s', now())",
	lab_reset => "SELECT lab_reset('%s', 'bob')",
	lab_reset_password => "SELECT lab_reset_password('%s', 'ann')",
	lab_results => "SELECT * FROM lab_results('%s', 'ann')",
	lab_timeline => "SELECT * FROM lab_timeline('%s')",
	lab_wait => "CALL lab_wait('%s', '1 second')",
	'lab.set_window' => "SELECT lab.set_window('%s', NULL, NULL, now())");
# those that are about no lab, or of whose labs is asked elsewhere in this test
my @others = qw(lab_create lab_preview lab_participants lab_hba lab_status lab_exporter_config lab_prometheus_config
  lab_prometheus_rules lab.age lab.columns_of lab.connect_command lab.error_name lab.exporter_config lab.exporter_connection
  lab.metric_list lab.mine lab.nap lab.publishers lab.signal_rank lab.span lab.target_status lab.workers);
my $callable = $node->safe_psql('lab', q(
	SELECT string_agg(DISTINCT CASE WHEN p.pronamespace = 'lab'::regnamespace THEN 'lab.' ELSE '' END || p.proname, ' ')
	FROM pg_proc p
	JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'labcreator'
	WHERE has_function_privilege('lab_master', p.oid, 'EXECUTE')));
is(join(' ', sort split / /, $callable), join(' ', sort keys %call, @others), 'every function that a lab master may call is in this test');

my $before = $node->safe_psql('lab', "SELECT l, p FROM lab.labs l, lab.participants p ORDER BY p.id");
for my $function (sort keys %call)
{
	my ($out, $err) = as('other', sprintf $call{$function}, 'l');
	my ($none, $unknown) = as('other', sprintf $call{$function}, 'm');

	is("$out$err" =~ s/"l"/"m"/gr, "$none$unknown", "$function: another's lab is one that does not exist");
	unlike("$out$err", qr/teacher|ann|yours/, 'and nothing is told of it');
}
is($node->safe_psql('lab', "SELECT l, p FROM lab.labs l, lab.participants p ORDER BY p.id"), $before, 'and nothing was done to it');
is(as('other', 'SELECT count(*) FROM lab_progress()'), '0', 'the board of all labs has none');
is(as('other', 'SELECT count(*) FROM lab_attention()'), '0', 'nor has the list of who needs help');
unlike(as('other', 'SELECT * FROM lab_status()'), qr/\bl\b|ann|bob/, 'health is told without it');
like(as('colleague', 'SELECT * FROM lab_status()'), qr/provisioning l\b/, 'which a master sees');

# --- ways round it ---
my ($out, $err) = as('other', q(
	CREATE FUNCTION pg_temp.leak(x anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'leaked %', x; RETURN true; END $$;
	SELECT * FROM lab.labs WHERE pg_temp.leak(name);
	SELECT * FROM lab.participants WHERE pg_temp.leak(name) AND pg_temp.leak(email);
	SELECT * FROM lab.results WHERE pg_temp.leak(detail);
	SELECT * FROM lab.hands WHERE pg_temp.leak(message)));
unlike("$out$err", qr/leaked/, 'a function in a condition sees no row');
like((as('other', 'SET row_security = off; TABLE lab.labs'))[1], qr/query would be affected by row-level security/, 'it cannot be switched off');
like((as('other', "SET ROLE $_; TABLE lab.labs"))[1], qr/permission denied/, "nobody becomes $_") for 'teacher', 'colleague', 'lab_evaluator', 'lab_monitor';
is(as('other', 'SET ROLE lab_master; SELECT count(*) FROM lab.labs'), '0', 'lab_master itself has no labs');
is(as('other', 'COPY (SELECT * FROM lab.checks) TO STDOUT'), '', 'COPY of a query sees none');
is(as('other', "SELECT count(*) FROM pg_stats WHERE schemaname = 'lab' AND tablename <> 'targets'"), '0', 'nor do the planner\'s statistics');
like((as('other', 'TABLE lab.metrics'))[1], qr/permission denied for view metrics/, 'the metrics have all labs, and are not for lab masters');
like((as('other', 'SELECT * FROM lab.monitored'))[1], qr/permission denied/, 'nor is what they are made of');
like((as('other', "SELECT $_"))[1], qr/permission denied for function/, "$_ is not for lab masters")
  for "lab.store(1, '{1}', '{pass}', '{}')", 'lab.raise_signals(1)', 'lab.student_tasks(1)', "lab.answer(1, 'x', 'y')", 'lab.preview(1)', 'lab.recent_evaluations()',
  "lab.dashboards_of('lab l', '{}')", 'lab.share_points(1)', "lab.raise_hand(1, 'x')", 'lab.publish(1, true)', 'lab.next_check(1, NULL)';
like((as('other', "SELECT lab_create('{\"lab\": \"l\", \"reference\": \"other_reference\", \"participants\": [\"eve\"]}')"))[1], qr/ERROR:  lab "l" exists already/, 'a name that is taken is taken');
like((as('other', "SELECT lab_create('{\"lab\": \"o\", \"reference\": \"teacher_reference\", \"participants\": [\"eve\"]}')"))[1], qr/reference database "teacher_reference" is not yours/, 'another\'s reference');

# --- side by side ---
made('other', lab => 'o', participants => [ 'eve', 'ann' ]);
is(as('other', "SELECT string_agg(DISTINCT lab, ' ') FROM lab_progress()"), 'o', 'each sees their own');
is(lab_sql($node, "SELECT string_agg(DISTINCT lab, ' ') FROM lab_progress()"), 'l', 'and not the other\'s');
is($node->safe_psql('lab', "SELECT string_agg(DISTINCT lab, ' ') FROM lab_progress()"), 'l o', 'superusers see all');
student('ann', 'o', "CREATE TABLE t (a int PRIMARY KEY); SELECT lab_raise_hand('in o')");
ok(poll($node, "SELECT count(*) > 0 FROM lab.hands WHERE message = 'in o'"), 'one person in labs of both');
for my $table (@tables)
{
	next if $node->safe_psql('lab', sprintf $granted, $table) ne 't';
	my ($mine, $theirs, $total) = map { $node->safe_psql('lab', "SELECT count(*) FROM lab.$table", extra_params => [ '-U', $_ ]) } 'teacher', 'other', $node->safe_psql('postgres', 'SELECT current_user');
	ok($mine + $theirs <= $total, "lab.$table: no row is both's");
}
my ($answer) = as('other', "SELECT lab_reset_password('o', 'eve')");
like($answer, qr/^\w{5}(-\w{5}){3}$/, 'who made a login sets its password');
like((as('other', "SELECT lab_reset_password('o', 'ann')"))[1], qr/ERROR:  the password of "ann" is another lab master's to set/, 'another cannot, by a lab of theirs with the same person');
like(as('colleague', "SELECT lab_reset_password('l', 'ann')"), qr/^\w{5}(-\w{5}){3}$/, 'masters of the first lab can');

# --- what masters do ---
for my $function (grep { !/^(?:lab_publish|lab_drop|lab_archive|lab_reset|lab_close|lab\.set_window)$/ } sort keys %call)
{
	my ($out, $err, $status) = as('colleague', sprintf $call{$function}, 'l');

	is($status, 0, "a master can: $function") or diag($err);
}
is((as('colleague', "SELECT lab_reset('l', 'bob')"))[2], 0, 'a master can: lab_reset');
$node->safe_psql('lab', 'REVOKE lab_master FROM colleague');
like(($node->psql('lab', 'SET ROLE colleague; TABLE lab.labs'))[2], qr/permission denied/, 'who is no lab master any more sees nothing');
$node->safe_psql('lab', 'DROP ROLE colleague; CREATE ROLE colleague LOGIN IN ROLE lab_master');
is(as('colleague', 'SELECT count(*) FROM lab_progress()'), '0', 'a new role of an old name is somebody else');
made('teacher', lab => 'everybodys', participants => ['joe'], masters => ['lab_master']);
is(as('colleague', 'SELECT DISTINCT lab FROM lab_progress()'), 'everybodys', 'lab_master as a master: all of them');
$node->safe_psql('lab', 'CREATE ROLE course NOLOGIN IN ROLE lab_master; GRANT course TO colleague; GRANT ALL ON DATABASE teacher_reference TO course');
made('teacher', lab => 'courses', participants => ['kim'], masters => ['course']);
is(as('colleague', "SELECT lab_evaluate('courses')"), '1', 'a role that stands for several people');

# --- a lab that goes ---
is((as('colleague', "SELECT lab_drop('everybodys')"))[2], 0, 'a master drops the lab');
is((as('colleague', "CALL lab_wait('everybodys', '60 seconds')"))[2], 0, 'and waits for it');
lab_sql($node, "SELECT lab_drop('l')");
lab_sql($node, "CALL lab_wait('l', '60 seconds')");
is(as('other', "SELECT count(*) FROM lab.drift"), '0', 'what is left of it is still its owner\'s');
made('other', lab => 'l', participants => ['zoe']);
is(as('other', "SELECT count(*) FROM lab.drift WHERE lab = 'l'"), '0', 'the name\'s next owner gets nothing of it');
is(as('teacher', "SELECT count(*) FROM lab_progress('l')"), '0', 'nor the last one of theirs');
like(as('other', "SELECT lab_reset_password('o', 'ann')"), qr/^\w{5}(-\w{5}){3}$/, 'a login goes over with the last lab of the first');

# --- policies are asked by the statement, not by the row ---
$node->safe_psql('lab', q(
	INSERT INTO lab.labs (name, title, owner, reference, reference_oid, spec, feedback, extras, ignore, inactive)
	VALUES ('large', 'L', 'teacher'::regrole, 'reference', 1, '{}', 'hint', 'count', '{}', '{}');
	INSERT INTO lab.participants (lab_id, login, name, database, state, retry_at)
	SELECT l.id, 'participant' || n, 'Name', 'd' || n, 'failed', 'infinity' FROM lab.labs l, generate_series(1, 500) AS n WHERE l.name = 'large';
	INSERT INTO lab.tasks (lab_id, position, name, title) SELECT id, 1, 'x', 'x' FROM lab.labs WHERE name = 'large';
	INSERT INTO lab.checks (lab_id, task_id, kind, object, owner, definition, points)
	SELECT t.lab_id, t.id, 'column', 'public.t.c' || n, 'public.t', '{}', 1 FROM lab.tasks t, generate_series(1, 100) AS n WHERE t.name = 'x';
	ANALYZE));
$node->safe_psql('lab', "SELECT pg_stat_reset()");
is(lab_sql($node, "SELECT count(*) FROM lab_progress('large'); SELECT count(*) FROM lab_results('large', 'participant7')"), "500\n100", 'a large lab');
cmp_ok($node->safe_psql('lab', "SELECT sum(calls) FROM pg_stat_user_functions WHERE schemaname = 'lab' AND funcname = 'mine'"), '<', 150, 'few questions whose the lab is');

$node->stop;
done_testing();
