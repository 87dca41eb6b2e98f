# Dashboards are published, kept, repaired and removed, whatever Grafana and people do.  Grafana is a stand-in (t/Grafana.pm).
use strict;
use warnings;
use lib 't';
use Grafana;
use Lab;
use PostgreSQL::Test::Utils;
use Test::More;

my $token = 'glsa_' . 'x' x 32;
my $dir = PostgreSQL::Test::Utils::tempdir();
my $grafana = Grafana->start(token => $token, user => 'admin', password => 'pass: word');
my $port = $grafana->{port};

sub secret { my ($name, $text, $mode) = @_; open my $f, '>', "$dir/$name" or die $!; print $f "$text\n"; close $f; chmod $mode, "$dir/$name"; return "$dir/$name"; }
my $token_file = secret('token', $token, 0600);

my $node = lab_node('grafana', 'labcreator.grafana_url' => "'http://127.0.0.1:$port/'", 'labcreator.grafana_timeout' => "'1s'",
	'labcreator.grafana_token_file' => "'$token_file'", 'labcreator.prometheus_url' => "'http://prometheus:9090'");
my $seen = "SELECT state FROM lab_status() WHERE part = 'grafana'";

sub set
{
	my ($setting, $value) = @_;

	$node->safe_psql('postgres', "ALTER SYSTEM SET $setting = '$value'");
	$node->safe_psql('postgres', 'SELECT pg_reload_conf()');
	$node->poll_query_until('postgres', "SELECT current_setting('$setting') = '$value'");
	return;
}

# Compares everything; what lab_reconcile() says, or its error.
sub reconcile { my ($lab) = @_; my ($status, $out, $err) = $node->psql('lab', "SELECT subject, what FROM lab_reconcile('$lab')", extra_params => [ '-U', 'teacher' ]); return $status ? $err : $out; }
sub uid { my ($kind, $lab) = @_; return $node->safe_psql('lab', 'SELECT lab.dashboard_uid(' . "'$kind', " . (defined $lab ? "'$lab'" : 'NULL') . ')'); }
sub board { my ($uid) = @_; return $grafana->state->{boards}{$uid}; }
sub titles { return join ' | ', sort map { $_->{dashboard}{title} } values %{ $grafana->state->{boards} }; }
sub variable { my ($board, $name) = @_; return (grep { $_->{name} eq $name } @{ $board->{dashboard}{templating}{list} })[0]; }

# Somebody changes a dashboard in Grafana.
sub change
{
	my ($uid, $title) = @_;
	my $board = board($uid);

	$grafana->tell('merge', { boards => { $uid => { by => 'jane', dashboard => { %{ $board->{dashboard} }, title => $title, version => $board->{dashboard}{version} + 1 } } } });
	return;
}

# What is published.
ok(poll($node, "SELECT state = 'published' FROM lab.dashboards"), 'Grafana is told of what there is');
is(titles(), 'labcreator: operations', 'without labs that is one dashboard');
make_reference($node, 'reference', 'CREATE TABLE a (x int)');
create_lab($node, { lab => 'l "1"', title => 'First "lab" ${x} \\', reference => 'reference', participants => ['ann'], database => 'first_{login}', opens => '2026-01-01 10:00+00', closes => '2099-01-01 00:00+00' });
ok(poll($node, "SELECT count(*) = 3 FROM lab.dashboards WHERE state = 'published'"), 'a new lab has two more');
my ($class, $person) = (uid('class', 'l "1"'), uid('participant', 'l "1"'));
my $board = board($class);
is($board->{dashboard}{title}, 'First "lab" ${x} \\ (l "1")', 'whatever the title is');
is_deeply(variable($board, 'lab')->{current}, { selected => JSON::PP::true, text => "l \"1\"", value => "l \"1\"" }, 'the lab is chosen');
is(variable($board, 'participant_board')->{query}, $person, 'and its participants\' dashboard linked');
is_deeply($board->{dashboard}{time}, { from => '2026-01-01T10:00:00Z', to => 'now' }, 'the time is the lab\'s window');
my $state = $grafana->state;
my ($folder) = values %{ $state->{folders} };
is($folder->{title}, 'labcreator', 'the folder is made');
is($board->{folder}, $folder->{uid}, 'and holds the dashboards');
my ($source) = values %{ $state->{sources} };
is($source->{url}, 'http://prometheus:9090', 'the data source is made');
is(variable($board, 'datasource')->{current}{value}, $source->{uid}, 'and used');
is(scalar(grep { length $_ > 40 } keys %{ $state->{boards} }), 0, 'uids are short enough');

# Nothing to do is nothing done.
my $version = $board->{dashboard}{version};
is(reconcile('l "1"'), '', 'nothing has drifted');
is(board($class)->{dashboard}{version}, $version, 'and no version is added');

# A lab that is altered.
lab_sql($node, q(SELECT lab_close('l "1"')));
ok(poll($node, "SELECT version > $version FROM lab.dashboards WHERE uid = '$class'"), 'a lab that closes is published again');
like(board($class)->{dashboard}{time}{to}, qr/^20\d\d-.*Z$/, 'with the end of its window');
is(board($class)->{dashboard}{refresh}, '', 'and not refreshed any more');
lab_sql($node, q(SELECT lab_open('l "1"')));
ok(poll($node, "SELECT version > $version + 1 FROM lab.dashboards WHERE uid = '$class'"), 'one that opens as well');
$node->safe_psql('lab', "UPDATE lab.labs SET closes = clock_timestamp() + interval '3 seconds'");
ok(poll($node, "SELECT version > $version + 2 FROM lab.dashboards WHERE uid = '$class'"), 'the end comes without anybody calling');
is(board($class)->{dashboard}{refresh}, '', 'as the dashboard says');
lab_sql($node, q(SELECT lab_open('l "1"')));
ok(poll($node, "SELECT version > $version + 3 FROM lab.dashboards WHERE uid = '$class'"), 'open again');

# A person's changes stay.
change($class, 'Mine');
lab_sql($node, q(SELECT lab_publish('l "1"')));
ok(poll($node, "SELECT state = 'changed' AND detail LIKE 'jane changed it in Grafana (version %, ours was %); lab_publish(lab, force => true) replaces it' FROM lab_status() WHERE part = 'grafana dashboard class l \"1\"'"), 'lab_status names who changed a dashboard');
is(board($class)->{dashboard}{title}, 'Mine', 'and it is as they want it');
like(reconcile('l "1"'), qr/^dashboard class\|not repaired: jane changed it/, 'lab_reconcile says so too');
lab_sql($node, q(SELECT lab_publish('l "1"', force => true)));
ok(poll($node, "SELECT state = 'published' FROM lab.dashboards WHERE uid = '$class'"), 'unless they are to be replaced');
isnt(board($class)->{dashboard}{title}, 'Mine', 'they are');
is(lab_sql($node, "SELECT count(*) FROM lab_status() WHERE part LIKE 'grafana dashboard%'"), '0', 'and lab_status has nothing to say');
change($class, 'Mine again');
is(reconcile('l "1"') =~ /jane/, 1, 'force is for once');
lab_sql($node, q(SELECT lab_publish('l "1"', true)));
poll($node, "SELECT state = 'published' FROM lab.dashboards WHERE uid = '$class'");
like(lab_error($node, q(SELECT lab_publish('nothing'))), qr/lab "nothing" does not exist|there is no lab "nothing"/, 'a lab must be there');

# A dashboard that was moved is left where it is.
$grafana->tell('merge', { folders => { theirs => { uid => 'theirs', title => 'Theirs' } }, boards => { $class => { folder => 'theirs' } } });
$version = board($class)->{dashboard}{version};
$node->safe_psql('lab', "UPDATE lab.labs SET title = U&'Renamed \\00fc'");
ok(poll($node, "SELECT version > $version FROM lab.dashboards WHERE uid = '$class'"), 'a new title is published');
is(board($class)->{folder}, 'theirs', 'in the folder that somebody moved the dashboard to');

# What somebody deleted comes back.
$grafana->tell('remove', { boards => [ $class, $person ], folders => [ $folder->{uid} ], sources => [ $source->{uid} ] });
is(reconcile('l "1"'), "lab l \"1\"|dashboard class was gone\nlab l \"1\"|dashboard participant was gone", 'dashboards, folder and data source that were deleted are made again');
is(titles(), "Renamed \x{fc} (l \"1\") | Renamed \x{fc} (l \"1\"): participant | labcreator: operations", 'all of them');
ok($grafana->state->{sources}{ $source->{uid} }, 'the data source as well');

# A server that was killed between telling Grafana and remembering it.
$node->safe_psql('lab', "UPDATE lab.dashboards SET version = version - 1 WHERE uid = '$class'");
is(reconcile('l "1"'), '', 'a dashboard that is as wanted is ours');

# Grafana fails.
for my $case ([ '429', qr/Grafana cannot do .* now: busy \(status 429\)/ ], [ '500', qr/status 500/ ], [ 'silent', qr/got no answer: .*timed out/i ],
	[ 'half', qr/got no answer/ ], [ 'html', qr/status 502/ ], [ 'broken', qr/invalid input syntax for type json/ ], [ 'redirect', qr/leads elsewhere/ ])
{
	my ($kind, $words) = @$case;

	$grafana->tell('fail', { next => $kind, times => 2 });
	like(reconcile('l "1"'), $words, "$kind: what Grafana does is said");
	ok(poll($node, $seen, 'ok'), 'and it is done when Grafana can');
}
is(lab_sql($node, "SELECT count(*) FROM lab.outbox WHERE target = 'grafana'"), '0', 'nothing is lost, nothing is left');

# It is down while labs come and go.
my $kept = $grafana->stop;
delete $kept->{$_} for qw(requests fail);
create_lab($node, { lab => 'second', reference => 'reference', participants => ['bob'] });
ok(poll($node, "SELECT state = 'failing' AND detail LIKE '%Failed to connect%tried again in%' FROM lab_status() WHERE part = 'grafana'"), 'a Grafana that is down stops nothing, and lab_status says it');
lab_sql($node, q(SELECT lab_drop('l "1"')));
lab_sql($node, q(CALL lab_wait('l "1"')));
$node->stop('immediate');
$grafana = Grafana->start(token => $token, user => 'admin', password => 'pass: word', port => $port, state => $kept);
$node->start;
ok(poll($node, "SELECT string_agg(lab, ' ') = 'second second' FROM lab.dashboards WHERE state = 'published'"), 'after a crash and with Grafana back');
ok(poll($node, $seen, 'ok'), 'it is told everything');
is(titles(), 'labcreator: operations | second (second) | second (second): participant', 'a lab that is gone has no dashboards');

# Somebody else's.
my $taken = uid('class', 'third');
$grafana->tell('merge', { boards => { $taken => { folder => '', by => 'jane', dashboard => { uid => $taken, title => 'Not ours', version => 3 } } } });
create_lab($node, { lab => 'third', reference => 'reference', participants => ['cat'] });
ok(poll($node, "SELECT state = 'taken' FROM lab_status() WHERE part = 'grafana dashboard class third'"), 'a uid that is taken is reported');
is(board($taken)->{dashboard}{title}, 'Not ours', 'and not touched');
lab_sql($node, "SELECT lab_drop('third')");
lab_sql($node, "CALL lab_wait('third')");
ok(poll($node, "SELECT count(*) = 0 FROM lab.dashboards WHERE lab = 'third'"), 'not even when the lab goes');
is(board($taken)->{dashboard}{title}, 'Not ours', 'it is still there');
$grafana->tell('merge', { boards => { other => { folder => $folder->{uid}, dashboard => { uid => 'other', title => 'fourth (fourth)', version => 1 } } } });
create_lab($node, { lab => 'fourth', reference => 'reference', participants => ['dan'] });
ok(poll($node, "SELECT state = 'failing' AND detail LIKE 'dashboard class: A dashboard with the same name%' FROM lab_status() WHERE part = 'grafana lab fourth'"), 'so is a title that is taken');
ok(poll($node, "SELECT state = 'published' FROM lab.dashboards WHERE lab = 'fourth' AND kind = 'participant'"), 'the other dashboard is there');
$grafana->tell('remove', { boards => ['other'] });
is(reconcile('fourth'), '', 'when the title is free');
ok(board(uid('class', 'fourth')), 'it is used');

# Who we are.
sub says { my ($words, $what) = @_; ok(poll($node, "SELECT detail LIKE '$words' FROM lab_status() WHERE part = 'grafana'"), $what) or diag(lab_sql($node, "SELECT * FROM lab_status() WHERE part = 'grafana'")); return; }
secret('token', 'wrong', 0600);
$node->reload;
says('%does not accept labcreator\'\'s login: Invalid API key%', 'a wrong token');
secret('token', $token, 0644);
$node->reload;
says('%others can read or write file%', 'a token that others can read is not used');
chmod 0600, $token_file;
$node->reload;
ok(poll($node, $seen, 'ok'), 'and one that is right and private is');
set('labcreator.grafana_token_file', '');
says('neither labcreator.grafana_token_file nor labcreator.grafana_user is set%', 'what is missing is said');
is(lab_sql($node, "SELECT count(*) FROM lab_status() WHERE part = 'grafana' AND state = 'off'"), '1', 'Grafana is off then');
like(lab_error($node, "SELECT lab_publish('second')"), qr/there is no Grafana to publish to/, 'and lab_publish an error');
set('labcreator.grafana_user', 'admin');
set('labcreator.grafana_password_file', secret('password', 'pass: word', 0600));
ok(poll($node, $seen, 'ok'), 'a user and a password do as well');
unlike(slurp_file($node->logfile), qr/\Q$token\E|pass: word/, 'the log has no secret');
is(lab_sql($node, "SELECT count(*) FROM pg_settings WHERE name IN ('labcreator.grafana_token_file', 'labcreator.grafana_password_file', 'labcreator.grafana_user')"), '0', 'nor do others see where they are');
for ([ 'labcreator.grafana_url', 'ftp://x' ], [ 'labcreator.grafana_url', 'http://me:secret@x' ], [ 'labcreator.grafana_datasource', 'a b' ], [ 'labcreator.exporter_file', 'relative' ])
{
	my ($status) = $node->psql('postgres', "ALTER SYSTEM SET $_->[0] = '$_->[1]'");
	isnt($status, 0, "$_->[0] is not '$_->[1]'");
}

# Another data source.
set('labcreator.prometheus_url', 'http://elsewhere:9090');
is(reconcile('second'), '', 'a new address of Prometheus');
is($grafana->state->{sources}{ $source->{uid} }{url}, 'http://elsewhere:9090', 'is told');
set('labcreator.grafana_datasource', 'theirs');
says('Grafana refused the data source: Data source not found%', 'a data source that is to exist must');
$grafana->tell('merge', { sources => { theirs => { uid => 'theirs', name => 'Theirs', type => 'prometheus', url => 'http://x', readOnly => JSON::PP::true } } });
is(reconcile('second'), '', 'one that does');
is(variable(board(uid('class', 'second')), 'datasource')->{current}{value}, 'theirs', 'is used');
is($grafana->state->{sources}{theirs}{url}, 'http://x', 'and left as it is');

# A publisher that waits for a silent Grafana does not hold up the server's end.
set('labcreator.grafana_timeout', '1min');
$grafana->tell('fail', { next => 'silent', times => 1000 });
lab_sql($node, "SELECT lab_publish('second')");
my $pid = worker_pid($node, 'publisher grafana');
ok($pid, 'the publisher waits');
my $start = time;
$node->stop('fast');
cmp_ok(time - $start, '<', 30, 'and the server stops all the same');
$grafana->stop;
done_testing();
