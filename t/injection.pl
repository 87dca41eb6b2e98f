# Names and texts are data, whatever they look like: in SQL, in a shell, in JSON, to the teacher and to the participant.
use strict;
use warnings;
use utf8;
use lib 't';
use Lab;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Encode;
use JSON::PP;

my $node = lab_node('injection', 'labcreator.sweep_interval' => 0);
my $loot = PostgreSQL::Test::Utils::tempdir;
$node->append_conf('postgresql.conf', "labcreator.host = '" . $node->host . "'");
$node->reload;

# Logins, each also inside of a name, a team and an address, with line ends and tabs where those may be.
my @logins = (
	'plain', "o'hara", 'quo"te', "back\\slash", '$(touch ' . $loot . '/a)', "`touch $loot/b`", 'semi;colon', "'; DROP TABLE lab.labs; --",
	'$$dollar$$', '%s%n%1$s', '{login}{lab}', '[0]', 'comma,dot.', '*)(uid=*', "uid=a,ou=b", 'a+b<c>#d', '-U', '--help', 'per%20cent', ' space ',
	'раvel', "e\x{301}te\x{301}", "\x{202e}live", '😀', 'UPPER', 'select', 'x' x 58, 'Ω' x 29, '|pipe&and', '!bang', '~home', 'a=b', 'postgresql://x',
	'{"json": 1}', '\\N', 'NULL', 'a b\'c"d');
my $lab = 'l\'$"\\';
my $text = sub { my ($login) = @_; return "$login\t'\"\\\r\n\$1 {name} %s <b>&amp; \x{2028}\x{1F600}" };
my @participants = map { { login => $_, name => $text->($_), team => "T'\"\\,{}\n$_", email => "\"$_\"\@uni.test" } } @logins;
my @objects = ("o'hara", 'quo"te', "back\\slash", 'semi;--', '$1$$', '%s', '{a,b}', 'a.b', "line\nend", 'раvel', 'y' x 63, 'star*', 'qu?estion');
my $ident = sub { my ($name) = @_; return '"' . ($name =~ s/"/""/gr) . '"' };
make_reference($node, 'reference', encode('UTF-8', join '', map { 'CREATE SCHEMA ' . $ident->($_) . '; CREATE TABLE ' . $ident->($_) . '.' . $ident->($_) . ' (' . $ident->($_) . ' int PRIMARY KEY, note text DEFAULT $x$' . "it's" . '$x$); COMMENT ON TABLE ' . $ident->($_) . '.' . $ident->($_) . ' IS $c$' . $_ . '$c$;' } @objects));
my $spec = { lab => $lab, title => $text->('title'), reference => 'reference', database => '{login}', feedback => 'diff', peers => 'named',
	participants => \@participants,
	tasks => [ { name => $text->('task'), title => $text->('t'), hint => $text->('hint'), objects => [ '*' ] } ] };
my $json = JSON::PP->new->canonical->utf8;  # of bytes, as the server gives them
my $plain = JSON::PP->new->canonical;       # of characters

# SQL as teacher whose parameters are bound by psql, and its one column as decoded JSON.
sub rows
{
	my ($query, %variables) = @_;
	my $set = join '', map { "\\set $_ `cat $loot/$_`\n" } sort keys %variables;

	for my $name (keys %variables)
	{
		open my $file, '>:utf8', "$loot/$name" or die $!;
		print $file $variables{$name};
		close $file;
	}
	return $json->decode(lab_sql($node, "${set}SELECT coalesce(json_agg(x), '[]') FROM ($query) x"));
}

my $before = $node->safe_psql('lab', 'SELECT count(*) FROM pg_class');
my $credentials = rows('SELECT * FROM lab_create(:\'spec\'::jsonb)', spec => $plain->encode($spec));
is(scalar @$credentials, scalar @logins, 'every participant is recorded');
is_deeply([ map { $_->{login} } @$credentials ], \@logins, 'logins are what they were') ;
is_deeply([ map { $_->{name} } @$credentials ], [ map { $text->($_) } @logins ], 'names are what they were');
rows("SELECT 1 AS one");
my $call = encode('UTF-8', $lab =~ s/'/''/gr);
lab_sql($node, "CALL lab_wait('$call', '90 seconds')");
is($node->safe_psql('lab', 'SELECT count(*) FROM lab.labs'), '1', 'the tables are there');

# Every connect command is one for a shell: it leads to the database, and does nothing else.
my %seen;
for my $row (@$credentials)
{
	my ($out, $err);

	open my $script, '>:utf8', "$loot/connect" or die $!;
	print $script "$row->{connect} -XAtc \"SELECT json_build_object('login', session_user, 'database', current_database())\"\n";
	close $script;
	IPC::Run::run([ 'sh', "$loot/connect" ], '>', \$out, '2>', \$err);
	$seen{ $row->{login} } = eval { $json->decode($out) } // $err;
	is_deeply($seen{ $row->{login} }, { login => $row->{login}, database => $row->{database} }, encode('UTF-8', "connect of <$row->{login}>"));
}
is(join(' ', grep { /\/[ab]$/ } glob("$loot/*")), '', 'no command in a name was run');

# What the teacher sees.
my %progress = map { $_->{login} => $_ } @{ rows('SELECT * FROM lab_progress(:\'lab\')', lab => $lab) };
is_deeply([ sort keys %progress ], [ sort @logins ], 'lab_progress has every login');
is_deeply([ map { $progress{$_}{name} } @logins ], [ map { $text->($_) } @logins ], 'with its name');
is_deeply([ map { $progress{$_}{team} } @logins ], [ map { "T'\"\\,{}\n$_" } @logins ], 'and its team');
is_deeply([ map { $_->{email} } @{ rows('SELECT email FROM lab.participants ORDER BY id') } ], [ map { "\"$_\"\@uni.test" } @logins ], 'and its address');
my $checks = rows('SELECT * FROM lab_checks(:\'lab\')', lab => $lab);
my %tables = map { $_->{object} => 1 } grep { $_->{kind} eq 'table' } @$checks;
is(scalar(keys %tables), scalar @objects, 'every table of the reference has a check');
is_deeply([ grep { $_->{task} ne $text->('task') } @$checks ], [], 'a glob covers them all');

# A participant with a login of quotes works, asks, and is graded and answered.
for my $login ("'; DROP TABLE lab.labs; --", '*)(uid=*', '{"json": 1}', "back\\slash", '%s%n%1$s')
{
	my $database = encode('UTF-8', $login);
	my $hand = $text->("hand of $login");
	my $object = $objects[4];
	my $quoted = sub { my ($value) = @_; return encode('UTF-8', "'" . ($value =~ s/'/''/gr) . "'") };
	my $dbname = "dbname='" . ($database =~ s/([\\'])/\\$1/gr) . "'";
	my $run = sub { my ($sql) = @_; return $node->safe_psql('postgres', $sql, connstr => $node->connstr . " $dbname", extra_params => [ '-U', $database ]) };

	$run->(encode('UTF-8', join '', map { 'CREATE SCHEMA ' . $ident->($_) . '; CREATE TABLE ' . $ident->($_) . '.' . $ident->($_) . ' (' . $ident->($_) . ' int PRIMARY KEY, note text DEFAULT $x$' . "it's" . '$x$); COMMENT ON TABLE ' . $ident->($_) . '.' . $ident->($_) . ' IS $c$' . $_ . '$c$;' } @objects));
	lab_sql($node, "SELECT lab_evaluate('$call', " . $quoted->($login) . ')');
	is_deeply([ map { "$_->{kind} $_->{object} $_->{detail}" } grep { $_->{status} ne 'pass' } @{ rows('SELECT * FROM lab_results(:\'lab\', :\'login\')', lab => $lab, login => $login) } ], [], encode('UTF-8', "<$login> has everything"));
	$run->(encode('UTF-8', 'DROP TABLE ' . $ident->($object) . '.' . $ident->($object)));
	lab_sql($node, "SELECT lab_evaluate('$call', " . $quoted->($login) . ')');
	my @failing = grep { $_->{status} ne 'pass' } @{ rows('SELECT * FROM lab_results(:\'lab\', :\'login\')', lab => $lab, login => $login) };
	ok(@failing > 0 && !(grep { index($_->{object}, $object) < 0 } @failing), 'what is missing is named');
	$run->('SELECT lab_raise_hand(' . $quoted->($hand) . ')');
	my ($asked) = grep { $_->{login} eq $login && $_->{signal} eq 'hand' } @{ rows('SELECT * FROM lab_attention(:\'lab\')', lab => $lab) };
	like($asked->{reason}, qr/\Q$login\E waits .*\Q@{[ $hand =~ s{[\t\r\n\x{2028}]}{ }gr ]}\E/s, 'the message of a hand comes as it is, on one line');
	lab_sql($node, "SELECT lab_answer('$call', " . $quoted->($login) . ', ' . $quoted->($text->('answer')) . ')');
	my $told = $json->decode($run->('SELECT json_agg(t) FROM lab_tasks() t'));
	is($told->[0]{title}, $text->('t'), 'the participant reads the title of the task');
	is($told->[0]{hint}, $text->('hint'), 'and its hint');
	my $peers = $json->decode($run->('SELECT json_agg(t) FROM lab_progress() t'));
	is_deeply([ sort map { $_->{who} } @$peers ], [ sort map { $text->($_) } @logins ], 'and the names of the peers');
	is(scalar(@{ rows("SELECT * FROM lab_timeline(:'lab', :'login') WHERE event IN ('hand up', 'answer')", lab => $lab, login => $login) }), 2, 'the timeline has hand and answer');
}

# Names that no server can hold are refused, and nothing is recorded.
for my $bad ("a\nb", "a\x{7f}", 'z' x 64, 'Ω' x 32, '', "tab\t")
{
	my $refused = $plain->encode({ lab => 'bad', reference => 'reference', participants => [$bad] });

	open my $file, '>:utf8', "$loot/spec" or die $!;
	print $file $refused;
	close $file;
	like(lab_error($node, "\\set spec `cat $loot/spec`\nSELECT lab_create(:'spec'::jsonb)"), qr/ERROR:.*(?:\$\.participants|name)/s, 'a login that cannot be is refused');
}
is($node->safe_psql('lab', 'SELECT count(*) FROM lab.labs'), '1', 'and leaves no lab');

lab_sql($node, "SELECT lab_drop('$call')");
lab_sql($node, "CALL lab_wait('$call', '90 seconds')");
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1', 'lab', 'reference')"), '0', 'every database goes');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE pg_has_role(oid, 'lab_student', 'MEMBER') AND NOT rolsuper AND rolname <> 'lab_student'"), '0', 'and every login');

$node->stop;
done_testing();
