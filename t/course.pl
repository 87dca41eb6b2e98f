# A class list in, handouts and grades out: the recipes of docs/course.md as they stand there, and what goes wrong.
use strict;
use warnings;
use lib 't';
use Cwd;
use FindBin;
use IPC::Run;
use JSON::PP;
use Lab;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = lab_node('course', 'labcreator.sweep_interval' => 0);
my $manual = slurp_file("$FindBin::RealBin/../docs/course.md");
my @blocks = $manual =~ /^```(\w*)\n(.*?)^```$/gms;
my (@sql, @plain);
my $dir = PostgreSQL::Test::Utils::tempdir();

while (my ($kind, $text) = splice @blocks, 0, 2) { push @{ $kind eq 'sql' ? \@sql : \@plain }, $text }

# A psql session in the control database as teacher, in a directory of its own; output and messages.
sub psql
{
	my ($script) = @_;
	my ($out, $err);
	my $here = Cwd::getcwd();

	chdir $dir;
	IPC::Run::run([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('lab') . ' user=teacher', '-f', '-' ], '<', \$script, '>', \$out, '2>', \$err);
	my $status = $?;
	chdir $here;
	is($status, 0, 'the script runs') or diag($err);
	return ($out, $err);
}

sub file { my ($name) = @_; return slurp_file("$dir/$name"); }

# A file of CSV as rows, by psql's own reader.
sub rows
{
	my ($name, $columns) = @_;
	my $list = join ', ', map { "c$_ text" } 1 .. $columns;
	my ($out) = psql("\\set QUIET on\n\\pset format unaligned\n\\pset tuples_only on\nCREATE TEMP TABLE f ($list);\n\\copy f FROM '$name' WITH (FORMAT csv)\nSELECT json_agg(r) FROM (SELECT * FROM f) r;\n");

	return [ map { my $row = $_; [ map { $row->{"c$_"} } 1 .. $columns ] } @{ decode_json($out) } ];
}

make_reference($node, 'bikeshop_reference', 'CREATE SCHEMA shop; CREATE TABLE shop.orders (id int PRIMARY KEY, total numeric NOT NULL, note text); CREATE TABLE shop.items (id int)');
append_to_file("$dir/class.csv", $plain[0]);

# --- the recipes, in two sessions: some work comes before the grades ---
my ($grades) = grep { $sql[$_] =~ /lab_grades/ } 0 .. $#sql;
my ($out, $err) = psql(join '', "SET TimeZone = 'UTC-02';\n", @sql[ 0 .. $grades - 1 ]);
like($err, qr/NOTICE:  roster: columns that are not used: seminar/, 'columns that are not used are named');
unlike($err, qr/NOTICE:  tuesday/, 'a view without them has none');
is(lab_sql($node, "SELECT string_agg(concat_ws('|', login, name, team, email), ' ' ORDER BY login) FROM lab.participants"),
	'alice|Alice Kask|A|alice@uni.test bob|Bob Tamm|A|bob@uni.test carol|Carol "Caz" Lepik|carol@uni.test', 'the participants are those of the list');

my $handouts = file('handouts.txt');
my ($alice) = split /\f\n/, $handouts;
my $example = $plain[1] =~ s/-p 5432/'-p ' . $node->port/er;
is($alice =~ s/^(Password   )\w{5}(-\w{5}){3}$/$1gotur-zuhap-fimij-tasot/mr, $example =~ s/\n\z//r, 'a handout is as the manual shows it');
like($out, qr/For        Alice Kask \(alice\), team A/, 'and can be had one by one');
is(() = $handouts =~ /\f/g, 2, 'a page each');
my @mails = map { decode_json($_) } split /\n/, file('handouts.jsonl');
is(join(' ', map { $_->{to} } @mails), 'alice@uni.test bob@uni.test carol@uni.test', 'mails go to their addresses');

# What is on a handout works: it is the only thing that a participant has.
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all teacher trust\nlocal all +lab_student scram-sha-256\nlocal all all trust\n");
$node->reload;
for my $mail (@mails)
{
	my ($command) = $mail->{text} =~ /^Log in     (psql .*)$/m;
	my ($password) = $mail->{text} =~ /^Password   (.*)$/m;
	my ($answer, $error);
	local $ENV{PGPASSWORD} = $password;
	my $host = $node->host;

	$command =~ s/-h localhost/-h $host/;
	IPC::Run::run([ 'sh', '-c', "$command -XAtc 'SELECT count(*) FROM lab_tasks()'" ], '>', \$answer, '2>', \$error);
	is($answer, "3\n", "$mail->{to} logs in by the handout") or diag($error);
	if ($mail->{to} =~ /^alice/)
	{
		my ($change) = $mail->{text} =~ /(SELECT lab_set_password.*)$/m;
		my ($help) = $mail->{text} =~ /(SELECT lab_raise_hand\(.*?\);)/;
		$change =~ s/this one/$password/;
		IPC::Run::run([ 'sh', '-c', "$command -XAt -f -" ], '<', \"$help $change", '>', \$answer, '2>', \$error);
		is($answer . $error, "your hand is up, and you are next\n\n", 'and what it says to type works');
	}
}
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all all trust\n");
$node->reload;

$node->safe_psql('bikeshop_alice', 'CREATE SCHEMA shop; CREATE TABLE shop.orders (id int PRIMARY KEY, total numeric NOT NULL, note text); CREATE TABLE shop.items (id int)', extra_params => [ '-U', 'alice' ]);
$node->safe_psql('bikeshop_bob', 'CREATE SCHEMA shop; CREATE TABLE shop.orders (id int PRIMARY KEY, note text)', extra_params => [ '-U', 'bob' ]);
ok(poll($node, "SELECT count(*) = 2 FROM lab_progress('bikeshop') WHERE (login, score = 100) IN (('alice', true), ('bob', false)) AND passed > 0"), 'some work is done');
$node->safe_psql('lab', "UPDATE lab.participants SET last_seen = NULL WHERE login = 'carol'; UPDATE lab.activity SET last_statement = NULL WHERE participant_id = (SELECT id FROM lab.participants WHERE login = 'carol')");
psql(join '', @sql[ $grades .. $#sql ]);

# --- the files ---
my $board = { map { my ($login, @rest) = split /\|/; $login => \@rest } split /\n/, lab_sql($node, "SELECT login, score, earned, points, tasks ->> 'orders' FROM lab_grades('bikeshop')") };
is_deeply(rows('grades.csv', 6), [ [qw(login name score earned points orders)],
		map { my ($login, $name) = @$_; [ $login, $name, @{ $board->{$login} } ] } [ 'alice', 'Alice Kask' ], [ 'bob', 'Bob Tamm' ], [ 'carol', 'Carol "Caz" Lepik' ] ], 'grades');
my $moodle = rows('moodle.csv', 2);
is_deeply($moodle->[0], [ 'Email address', 'Bike shop' ], 'Moodle: whom, and the grade item');
is_deeply([ @$moodle[ 1 .. 3 ] ], [ [ 'alice@uni.test', '100.00' ], [ 'bob@uni.test', $board->{bob}[0] ], [ 'carol@uni.test', '-' ] ], 'grades of at most 100, - for none');
my $canvas = rows('canvas.csv', 6);
is_deeply($canvas->[0], [ 'Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section', 'Bike shop' ], 'Canvas: its five columns, then the assignment');
is_deeply($canvas->[1], [ '    Points Possible', undef, undef, undef, undef, $board->{alice}[2] ], 'points possible first');
is_deeply([ map { [ @$_[ 0, 3, 5 ] ] } @$canvas[ 2 .. 4 ] ], [ [ 'Alice Kask', 'alice', $board->{alice}[2] ], [ 'Bob Tamm', 'bob', $board->{bob}[1] ], [ 'Carol "Caz" Lepik', 'carol', undef ] ], 'then people by their logins');

# --- grades agree with the board ---
is(lab_sql($node, "SELECT count(*) FROM lab_grades('bikeshop') g JOIN lab_progress('bikeshop') p USING (login) WHERE abs(100 * g.earned / g.points - p.score) > 0.06 OR g.score <> p.score OR g.passed <> p.passed"), '0', 'points are the score');
is(lab_sql($node, "SELECT count(*) FROM lab_grades('bikeshop') g WHERE g.earned <> (SELECT sum(v::numeric) FROM jsonb_each_text(g.tasks) AS t (k, v))"), '0', 'and those of the tasks together');
is(lab_sql($node, "SELECT sum(points) FROM lab_results('bikeshop', 'bob')"), $board->{bob}[1], 'and of the checks');
is(lab_sql($node, "SELECT count(*) FROM lab_grades('nothing')"), '0', 'no lab, no grades');

# --- lists ---
my $lists = sub { my ($sql) = @_; return (psql("\\set QUIET on\n\\pset format unaligned\n\\pset tuples_only on\n$sql"))[0] =~ s/\n\z//r };
is($lists->(q(CREATE TEMP TABLE "a ""list" ("LOGIN" varchar(20), "Name" text, "E-mail" int); INSERT INTO "a ""list" VALUES (E' o''hara\r', '', 7); SELECT lab_participants('"a ""list"');)), q([{"login": "o'hara"}]), 'capital letters, quotes, blanks, empty values');
is($lists->(q(CREATE TEMP TABLE pg_class (login name); INSERT INTO pg_class VALUES ('x'); SELECT lab_participants('pg_temp.pg_class');)), '[{"login": "x"}]', 'a name that the server has, too');
is($lists->('CREATE TEMP TABLE none (login text); SELECT lab_participants(\'none\');'), '[]', 'an empty list');
append_to_file("$dir/spreadsheet.csv", "\xEF\xBB\xBFlogin;name\r\nann;Ann Kask\r\n");
is($lists->("CREATE TEMP TABLE s (login text, name text);\n\\copy s FROM 'spreadsheet.csv' WITH (FORMAT csv, HEADER, DELIMITER ';')\nSELECT lab_participants('s');"), '[{"name": "Ann Kask", "login": "ann"}]', 'a file of a spreadsheet');
like(lab_error($node, 'CREATE TEMP TABLE r (logins text, "login " text); SELECT lab_participants(\'r\')'), qr/ERROR:  r has no column "login"\nDETAIL:  Its columns are logins, "login "\.\nHINT:.*view/, 'no login');
like(lab_error($node, 'CREATE TEMP TABLE r (login text, "Login" text); SELECT lab_participants(\'r\')'), qr/ERROR:  r has several columns "login"/, 'two of them');
like(lab_error($node, "CREATE TEMP TABLE r (login text); INSERT INTO r VALUES ('a'), (NULL), (' '); SELECT lab_participants('r')"), qr/ERROR:  r has 2 rows without a login/, 'rows without one');
like(lab_error($node, "CREATE TEMP SEQUENCE s; SELECT lab_participants('s')"), qr/ERROR:  s is no table or view/, 'no table');
$node->safe_psql('lab', 'CREATE TABLE public.secret (login text); INSERT INTO public.secret VALUES (1)');
like(lab_error($node, "SELECT lab_participants('public.secret')"), qr/permission denied for table secret/, 'it reads with the caller\'s rights');
like(lab_error($node, "SELECT lab_handout('bikeshop', 'public.secret')"), qr/has no column "password"/, 'so does a handout');
like(lab_error($node, "SELECT lab_handout('bikeshop', 'pg_authid')"), qr/has no column "login", "password"/, 'of a table that has what it needs');

# --- handouts ---
like(lab_sql($node, "SELECT handout FROM lab_handout('bikeshop') WHERE login = 'bob'"), qr/^Password   the one that your teacher gives you$/m, 'without credentials no password');
like(lab_sql($node, "CREATE TEMP TABLE c (login text, password text); INSERT INTO c VALUES ('bob', NULL); SELECT handout FROM lab_handout('bikeshop', 'c') WHERE login = 'bob'"), qr/^Password   the one that you have already$/m, 'who was in another lab keeps theirs');
lab_sql($node, "SELECT lab_extend('bikeshop', 'bob', '1 hour')");
like(lab_sql($node, "SET TimeZone = 'UTC'; SELECT handout FROM lab_handout('bikeshop') WHERE login = 'bob'"), qr/^Open       2026-11-24 08:00 to 2036-11-24 11:00 \(UTC\+00:00\)$/m, 'more time is on it');
create_lab($node, { lab => 'outside', reference => 'bikeshop_reference', auth => { method => 'ldap', accounts => 'external' },
		title => "A\nB", database => '{login}=x', participants => [ { login => 'zed', name => "Zed\nPassword   forged" } ] });
my $zed = lab_sql($node, "SELECT handout FROM lab_handout('outside')");
like($zed, qr/^A B\n\nFor        Zed Password   forged \(zed\)\nLog in     psql -h localhost -p \d+ -U zed -d 'dbname='\\''zed=x'\\'''\nPassword   that of your account in the directory\nTo do/, 'names are data, and accounts of others have their passwords elsewhere');

$node->stop;
done_testing();
