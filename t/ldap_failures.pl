# The directory fails in every way it can: nothing is lost, nobody else is held up, and lab_status() says what it is.
use strict;
use warnings;
use lib 't';
use Lab;
use Slapd;
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use PostgreSQL::Test::Utils;
use Test::More;

my $slapd = Slapd->new('failures');

$ENV{LDAPTLS_CACERT} = $slapd->ca;
$ENV{LDAPNETWORK_TIMEOUT} = $ENV{LDAPTIMEOUT} = 3;
my $node = lab_node('ldap_failures', 'listen_addresses' => "'127.0.0.1'", $slapd->settings, 'labcreator.ldap_timeout' => '2s');

make_reference($node, 'reference', 'CREATE TABLE t (a int)');

# Changes settings of the running server.
sub set
{
	my (%settings) = @_;

	$node->append_conf('postgresql.conf', "$_ = $settings{$_}\n") for sort keys %settings;
	$node->reload;
	return;
}

sub create
{
	my ($lab, $auth, @logins) = @_;
	my $logins = join ',', map { "\"$_\"" } @logins;

	return lab_sql($node, qq(SELECT login, password FROM lab_create('{"lab": "$lab", "reference": "reference", "auth": $auth, "participants": [$logins]}')));
}

my $managed = '{"method": "ldap"}';

# Waits until lab_status() says this of the directory.
sub says
{
	my ($pattern, $what) = @_;

	my $ok = poll($node, "SELECT state = 'failing' AND detail ~ \$re\$$pattern\$re\$ FROM lab_status() WHERE part = 'ldap'");
	ok($ok, "lab_status: $what") or diag(lab_sql($node, "SELECT state, detail FROM lab_status() WHERE part = 'ldap'"));
	return;
}

sub is_well
{
	my ($what) = @_;

	ok(poll($node, "SELECT state = 'ok' FROM lab_status() WHERE part = 'ldap'"), $what)
	  or diag(lab_sql($node, "SELECT state, detail FROM lab_status() WHERE part = 'ldap'"));
	return;
}

# --- each failure in words, and the remedy --------------------------------------------------------------------------
is_well('at first all is well');
my %right = $slapd->settings;
my $dir = $slapd->{dir};
append_to_file("$dir/wrong", "not the password\n");
append_to_file("$dir/open", "service secret\n");
append_to_file("$dir/empty", "\n");
chmod 0600, "$dir/wrong", "$dir/empty";
chmod 0644, "$dir/open";
my $closed = PostgreSQL::Test::Cluster::get_free_port();
my @failures = (
	[ 'a wrong password', 'labcreator.ldap_password_file', "'$dir/wrong'", 'service account cannot log in: Invalid credentials \(LDAP 49\).*labcreator.ldap_password_file' ],
	[ 'a password that everybody can read', 'labcreator.ldap_password_file', "'$dir/open'", 'others can read or write file .*/open".*chmod 600' ],
	[ 'a password file that is empty', 'labcreator.ldap_password_file', "'$dir/empty'", 'first line of file .*/empty" is empty' ],
	[ 'no password file', 'labcreator.ldap_password_file', "'$dir/none'", 'could not open file .*/none": No such file' ],
	[ 'the wrong authority', 'labcreator.ldap_ca_file', "'$dir/other.crt'", 'TLS: .*from an authority in .*/other.crt' ],
	[ 'no file of authorities', 'labcreator.ldap_ca_file', "'$dir/none.crt'", 'none.crt' ],
	[ 'a name that the certificate does not have', 'labcreator.ldap_uri', "'ldap://localhost:$slapd->{port}'", 'TLS: .*made out for "localhost"' ],
	[ 'a plain connection', 'labcreator.ldap_tls', 'off', 'confidentiality required|Confidentiality required' ],
	[ 'nobody listening', 'labcreator.ldap_uri', "'ldap://127.0.0.1:$closed'", "could not connect to 127.0.0.1:$closed: Connection refused.*tried again in" ],
	[ 'a host that does not exist', 'labcreator.ldap_uri', "'ldap://no-such-host.invalid'", 'host "no-such-host.invalid" has no address|not resolved in time' ],
	[ 'a subtree that it may not write', 'labcreator.ldap_people_dn', "'ou=services,$slapd->{suffix}'", 'refused, see below' ],
	[ 'a subtree that is not there', 'labcreator.ldap_people_dn', "'ou=nowhere,ou=people,$slapd->{suffix}'", 'refused, see below' ]);
my $n = 0;
for (@failures)
{
	my ($what, $setting, $value, $pattern) = @$_;

	set($setting => $value);
	$n++;
	create("l$n", $managed, "p$n");
	says($pattern, $what);
	set($setting => $right{$setting} // 'on');
	is_well('and the remedy is noticed at once');
}
lab_sql($node, "CALL lab_wait('l$_', '90 seconds')") for 1 .. $n;
is(scalar($slapd->people('(uid=p*)', 'uid')), $n, 'all accounts are there in the end');
is(lab_sql($node, "SELECT detail FROM lab_status() WHERE part = 'ldap'"), 'nothing is waiting', 'and no error is left');

# --- several addresses ----------------------------------------------------------------------------------------------
set('labcreator.ldap_uri' => "'ldap://127.0.0.1:$closed " . $slapd->tls_uri . "'");
create('second', $managed, 'second');
lab_sql($node, "CALL lab_wait('second', '90 seconds')");
is(scalar($slapd->people('(uid=second)', 'uid')), 1, 'the second address is tried, by ldaps');
set('labcreator.ldap_uri' => $right{'labcreator.ldap_uri'});

# --- silence --------------------------------------------------------------------------------------------------------
$slapd->freeze;
create('silent', $managed, 'silent');
says('no answer within 2000 ms \(labcreator.ldap_timeout\)', 'it accepts connections and never answers');
create('scram', '{"method": "scram"}', 'ann');
lab_sql($node, "CALL lab_wait('scram', '90 seconds')");
$node->safe_psql('scram_ann', 'CREATE TABLE t (a int)', extra_params => [ '-U', 'ann' ]);
ok(poll($node, "SELECT score = 100 FROM lab_progress('scram')"), 'other labs are made and compared meanwhile');
like(lab_error($node, "CALL lab_wait('silent', '3 seconds')"), qr/1 changes for LDAP|2 changes for LDAP/, 'lab_wait says what it waits for');
like(lab_error($node, "SELECT lab_reconcile('silent')"), qr/ldap could not be compared.*no answer within/s, 'so does lab_reconcile');
my ($status, $out, $err) = $node->psql('silent_silent', "SELECT lab_set_password('old password', 'new password')", extra_params => [ '-U', 'silent' ]);
like($err, qr/not changed: .*no answer within/, 'and lab_set_password');

for (1 .. 3)
{
	($status, $out, $err) = $node->psql('silent_silent', "SET statement_timeout = '300ms';\nSELECT lab_set_password('old password', 'new password')", extra_params => [ '-U', 'silent' ]);
	like($err, qr/canceling statement due to statement timeout/, 'which can be cancelled');
}

# SIGTERM ends a publisher within a second wherever it is: its own timeout would be a minute.
sub ends_at_once
{
	my ($scheme, $what) = @_;
	my $deaf = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', Timeout => 60) or die $!;

	set('labcreator.ldap_timeout' => '60s', 'labcreator.ldap_uri' => "'$scheme://127.0.0.1:" . $deaf->sockport . "'");
	my $connection = $deaf->accept;
	ok($connection && sysread($connection, my $data, 10), "$what: a publisher waits for an answer");
	my $pid = worker_pid($node, 'publisher ldap');
	my $before = time;
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid");
	cmp_ok(time - $before, '<', 20, "$what: SIGTERM ends it");
	set('labcreator.ldap_timeout' => '2s');
	return;
}
ends_at_once('ldap', 'before TLS');
ends_at_once('ldaps', 'in a TLS handshake');
my $deaf = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1') or die $!;
set('labcreator.ldap_uri' => "'ldaps://127.0.0.1:" . $deaf->sockport . "'");
says('TLS: no answer within 2000 ms', 'silence in the middle of a handshake');
set('labcreator.ldap_uri' => $right{'labcreator.ldap_uri'});
$slapd->thaw;
lab_sql($node, "CALL lab_wait('silent', '90 seconds')");
is(scalar($slapd->people('(uid=silent)', 'uid')), 1, 'when it answers again, the account is made');
my $initial = lab_sql($node, "SELECT lab_reset_password('silent', 'silent')");
ok(poll($node, "SELECT NOT reset FROM lab.directory WHERE login = 'silent'"), 'it has a new password');
is(($node->psql('silent_silent', "SELECT lab_set_password('$initial', 'new password')", extra_params => [ '-U', 'silent' ]))[2], '', 'and lab_set_password works again');

# --- killed in the middle -------------------------------------------------------------------------------------------
# Forwards connections to slapd, and kills it when it has been sent so many bytes.
sub start_cutter
{
	my ($bytes) = @_;
	my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1') or die $!;
	my $port = $listener->sockport;
	my $pid = fork() // die $!;

	return ($pid, $port) if $pid;
	while (my $client = $listener->accept)
	{
		my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $slapd->{port});
		my $both = $server && IO::Select->new($client, $server);

	  FORWARD: while ($both)
		{
			for my $from ($both->can_read)
			{
				my $n = sysread $from, my $data, 4096;
				last FORWARD unless $n;
				$bytes -= $n if $from == $client;
				if ($bytes <= 0)
				{
					kill 'KILL', $slapd->{pid};
					POSIX::_exit(0);
				}
				last FORWARD unless syswrite $from == $client ? $server : $client, $data;
			}
		}
	}
	POSIX::_exit(0);
}

my @class = map { "c$_" } 1 .. 500;
my ($cutter, $port) = start_cutter(120_000);
set('labcreator.ldap_uri' => "'ldap://127.0.0.1:$port'");
ok(poll($node, "SELECT count(*) = 0 FROM lab.outbox"), 'the cutter lets the first comparison through');
# The accounts only: databases for five hundred are another test's business.
my $logins = join ',', map { "\"$_\"" } @class;
$node->safe_psql('lab', qq(BEGIN;
	SELECT count(*) FROM lab_create('{"lab": "class", "reference": "reference", "auth": $managed, "participants": [$logins]}');
	UPDATE lab.participants p SET retry_at = 'infinity' FROM lab.labs l WHERE l.id = p.lab_id AND l.name = 'class';
	COMMIT));
waitpid $cutter, 0;
waitpid $slapd->{pid}, 0;
says('could not connect to 127\.0\.0\.1:|Can.t contact LDAP server', 'it was killed');
$slapd->start;
my $made = $slapd->people('(uid=c*)', 'uid');
cmp_ok($made, '>', 0, 'some accounts had been made');
cmp_ok($made, '<', 500, 'and some not');
set('labcreator.ldap_uri' => $right{'labcreator.ldap_uri'});
ok(poll($node, "SELECT count(*) = 0 FROM lab.outbox"), 'it goes on when it can');
my %seen;
$seen{ $_->{uid}[0] }++ for $slapd->people('(uid=c*)', 'uid');
is_deeply(\%seen, { map { $_ => 1 } @class }, 'all five hundred are there, each once');
is(scalar(@{ ($slapd->groups('(cn=class)', 'member'))[0]{member} }), 501, 'and in their group');

# The publisher itself is killed, and the server with it.
$slapd->freeze;
$node->safe_psql('lab', "SELECT lab_drop('class')");
create('last', $managed, 'last');
kill 'KILL', worker_pid($node, 'publisher ldap');
$slapd->thaw;
ok(comes_back($node), 'the server comes back');
lab_sql($node, "CALL lab_wait('last', '90 seconds')");
lab_sql($node, "CALL lab_wait('class', '90 seconds')");
is(scalar($slapd->people('(uid=last)', 'uid')), 1, 'with what it had promised');
is(scalar($slapd->people('(uid=c*)', 'uid')), 0, 'and the lab that was dropped is gone');

$node->stop;
done_testing();
