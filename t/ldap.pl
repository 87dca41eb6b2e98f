# Accounts in a directory that labcreator keeps: made, used, changed, compared and removed.
use strict;
use warnings;
use lib 't';
use Lab;
use Slapd;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $slapd = Slapd->new('ldap');

$ENV{LDAPTLS_CACERT} = $slapd->ca;
$ENV{LDAPNETWORK_TIMEOUT} = $ENV{LDAPTIMEOUT} = 3;
my $node = lab_node(
	'ldap',
	'shared_preload_libraries' => "'labcreator, pg_stat_statements'",
	'listen_addresses' => "'127.0.0.1'",
	'log_statement' => 'all',
	'log_min_duration_statement' => 0,
	'log_parameter_max_length_on_error' => -1,
	$slapd->settings);
$node->safe_psql('lab', 'CREATE EXTENSION pg_stat_statements');

# The lines of lab_hba() let participants in, over the network; the tests themselves come by the socket.
my @hba = split /\n/, $node->safe_psql('lab', 'SELECT lab_hba()');
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', join("\n", 'local all all trust', @hba, ''));
$node->reload;

# psql as a participant with a password; returns status, output, errors.
sub student
{
	my ($login, $database, $password, $sql) = @_;
	local $ENV{PGPASSWORD} = $password;

	return $node->psql(undef, $sql, connstr => "host=127.0.0.1 port=" . $node->port . " user=$login dbname=$database");
}

sub can_log_in { my ($login, $database, $password) = @_; return (student($login, $database, $password, 'SELECT 1'))[0] == 0 ? 1 : 0; }

# The error of lab_set_password(), '' when it worked.
sub change
{
	my ($login, $current, $old, $new) = @_;

	return (student($login, "class_$login", $current, "SELECT lab_set_password('$old', '$new')"))[2];
}

# lab_create(); returns the initial passwords by login.
sub create
{
	my ($lab, @participants) = @_;
	my $json = encode_json({ lab => $lab, reference => 'reference', auth => { method => 'ldap' }, participants => \@participants });

	return map { split /\|/ } split /\n/, lab_sql($node, "SELECT login, password FROM lab_create(convert_from('\\x" . unpack('H*', $json) . "', 'UTF8')::jsonb)");
}

# What lab_create() warns of, with these participants; nothing is left of it.
sub lab_warnings
{
	my ($participants) = @_;
	my ($status, $out, $err) = $node->psql('lab',
		qq(BEGIN; SELECT count(*) FROM lab_create('{"lab": "try", "reference": "reference", "auth": {"method": "ldap"}, "participants": $participants}'); ROLLBACK;),
		extra_params => [ '-U', 'teacher' ]);

	return ($err, $status);
}

sub account { my ($login, @attributes) = @_; return ($slapd->people("(uid=$login)", @attributes))[0]; }
sub members { my ($lab) = @_; return [ sort map { /^uid=([^,]*),/ } @{ ($slapd->groups("(cn=$lab)", 'member'))[0]{member} } ]; }

sub dn { my ($login) = @_; return "uid=$login,ou=people,$slapd->{suffix}"; }

make_reference($node, 'reference', 'CREATE TABLE t (a int)');

# --- made ---------------------------------------------------------------------------------------------------------
my @logins = map { "s$_" } 1 .. 30;
my %password = create('class', map { { login => $_, name => "Student Number \U$_", email => "$_\@uni.test" } } @logins);
is(scalar(grep { /^(\w{5}-){3}\w{5}$/ } values %password), 30, 'thirty initial passwords are shown');
lab_sql($node, "CALL lab_wait('class', '90 seconds')");
is(scalar($slapd->people('(uid=s*)', 'uid')), 31, 'thirty accounts are there, beside the stranger\'s');
my $one = account('s7', '*', 'pwdReset', 'memberOf');
is_deeply([ map { "@{ $one->{$_} }" } qw(objectClass cn sn givenName mail pwdReset memberOf) ],
	[ 'inetOrgPerson', 'Student Number S7', 'S7', 'Student Number', 's7@uni.test', 'TRUE', "cn=class,ou=groups,$slapd->{suffix}" ],
	'with the attributes of a person, a password to change first, and their lab');
like($one->{userPassword}[0], qr/^\{CRYPT\}\$y\$/, 'the password came hashed');
is_deeply(members('class'), [ sort @logins ], 'the group has all of them');
is($node->safe_psql('lab', "SELECT count(*) FROM pg_authid WHERE rolname ~ '^s[0-9]+\$' AND rolpassword IS NULL AND pg_has_role(oid, 'lab_ldap', 'MEMBER')"),
	'30', 'the roles have no password');
is(lab_sql($node, "SELECT state || ': ' || detail FROM lab_status() WHERE part = 'ldap'"), 'ok: nothing is waiting', 'lab_status says so');
is(lab_sql($node, "SELECT count(*) FROM lab_status() WHERE part = 'spec class'"), '0', 'the spec is active as a whole');

# --- used ---------------------------------------------------------------------------------------------------------
is(can_log_in($_, "class_$_", $password{$_}), 1, "$_ logs in with the initial password") for qw(s1 s2 s30);
is(can_log_in('s1', 'class_s1', 'wrong'), 0, 'a wrong password does not let in');
is(can_log_in('s1', 'class_s1', $password{s2}), 0, 'nor does another\'s');
is(can_log_in('s1', 'class_s2', $password{s1}), 0, 'the right one lets into one database');

# --- changed ------------------------------------------------------------------------------------------------------
like(change('s1', $password{s1}, 'not it', 'new secret one'), qr/the old password is wrong.*Invalid credentials/, 'a wrong old password changes nothing');
like(change('s1', $password{s1}, $password{s1}, 'short1'), qr/not changed: .*(quality|short)/i, 'the directory says what it has against a new one');
like(change('s1', $password{s1}, '', 'new secret one'), qr/cannot be empty/, 'an empty old password is no login');
like(change('s1', $password{s1}, $password{s1}, ''), qr/cannot be empty/, 'an empty new password is none');
is(change('s1', $password{s1}, $password{s1}, 'new secret one'), '', 'lab_set_password changes it');
is(can_log_in('s1', 'class_s1', $password{s1}), 0, 'the old one does not let in any more');
is(can_log_in('s1', 'class_s1', 'new secret one'), 1, 'the new one does');
ok(!account('s1', 'pwdReset')->{pwdReset}, 'and need not be changed again');
like(change('s1', 'new secret one', 'new secret one', 'new secret one'), qr/not changed: .*(history|unchanged|not being changed)/i, 'the history is the directory\'s to keep');
is(($slapd->client('ldappasswd', dn('s2'), $password{s2}, '-s', 'by another tool', '-a', $password{s2}))[0], 0, 'ldappasswd works as well');
is(can_log_in('s2', 'class_s2', 'by another tool'), 1, 'and counts');

my $again = lab_sql($node, "SELECT lab_reset_password('class', 's1')");
lab_sql($node, "CALL lab_wait('class')");
ok($node->poll_query_until('lab', "SELECT NOT reset FROM lab.directory WHERE login = 's1'"), 'the lab master gives a new one');
is(can_log_in('s1', 'class_s1', 'new secret one'), 0, 'the student\'s is gone');
is(can_log_in('s1', 'class_s1', $again), 1, 'the new one lets in');
is(account('s1', 'pwdReset')->{pwdReset}[0], 'TRUE', 'and is to be changed');
like(lab_error($node, "SELECT lab_reset_password('class', 'nobody')"), qr/no participant "nobody"/, 'not for somebody who is not there');
like(lab_error($node, "SELECT lab_set_password('a', 'b')", 'postgres'), qr/does not exist/, 'the control database has no lab_set_password');

# --- secret -------------------------------------------------------------------------------------------------------
# Each statement has a word that must not be found anywhere; the server logs all statements and all durations.
my @attempts = (
	"SELECT LAB_Set_Password('HIDDEN-wrong', 'HIDDEN-upper');",
	"SELECT lab_set_password('HIDDEN-syntax', 'x' 'HIDDEN-near;",
	"DO \$\$BEGIN PERFORM lab_set_password('HIDDEN-do', 'HIDDEN-do'); EXCEPTION WHEN others THEN NULL; END\$\$;",
	"PREPARE p AS SELECT lab_set_password(\$1, \$2); EXECUTE p('HIDDEN-prepared', 'HIDDEN-execute');",
	"PREPARE p AS SELECT lab_set_password(\$1, \$2);\nEXECUTE p('HIDDEN-prepared', 'HIDDEN-execute');",
	"CREATE TABLE kept AS SELECT lab_set_password('HIDDEN-table', 'HIDDEN-table')::text;",
	"EXPLAIN ANALYZE SELECT lab_set_password('HIDDEN-explain', 'HIDDEN-explain');",
	"SELECT 'HIDDEN-beside', lab_set_password('HIDDEN-two', 'HIDDEN-two');",
	"COPY (SELECT lab_set_password('HIDDEN-copy', 'HIDDEN-copy')) TO STDOUT;",
	"SELECT lab_set_password('HIDDEN-cast'::int, 'x');");
is(change('s1', $again, $again, 'HIDDEN-plain'), '', 'the plain form works');
my @errors = map { (student('s1', 'class_s1', 'HIDDEN-plain', $_))[2]; } @attempts;
like($errors[0], qr/the old password is wrong/, 'a wrong old password, in capitals');
like($errors[$_], qr/statement of its own/, "refused: $attempts[$_]") for 2, 5 .. 8;
my $log = slurp_file($node->logfile);
unlike($log, qr/HIDDEN/, 'no password is in the server\'s log');
like($log, qr/a statement with a password is not logged/, 'which says that something was left out');
unlike($log, qr/\Q$password{s1}\E|\Q$again\E/, 'nor is an initial one');
is($node->safe_psql('lab', "SELECT count(*) FROM pg_stat_statements WHERE query LIKE '%HID'||'DEN%' OR strpos(query, '$again') > 0"), '0', 'pg_stat_statements has none');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolname = 's1'"), '1', 'other statements are logged as ever');
like(slurp_file($node->logfile), qr/statement: SELECT count\(\*\) FROM pg_roles WHERE rolname = 's1'/, 'as this one');

# --- compared -----------------------------------------------------------------------------------------------------
my ($mark) = account('s3', 'description')->{description}[0];
$slapd->apply("dn: @{[dn('s3')]}\nchangetype: delete\n\n"
	  . "dn: @{[dn('s4')]}\nchangetype: modify\nreplace: cn\ncn: Somebody\n-\nreplace: mail\nmail: x\@y.test\n\n"
	  . "dn: cn=class,ou=groups,$slapd->{suffix}\nchangetype: modify\nadd: member\nmember: @{[dn('stranger')]}\n-\ndelete: member\nmember: @{[dn('s5')]}\n\n"
	  . "dn: @{[dn('left')]}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: left\ncn: Left\nsn: Left\ndescription: $mark\n\n"
	  . "dn: cn=old,ou=groups,$slapd->{suffix}\nchangetype: add\nobjectClass: groupOfNames\ncn: old\nmember: $slapd->{service}\ndescription: $mark\n");
is( lab_sql($node, "SELECT subject || ' ' || what FROM lab_reconcile('class') ORDER BY 1"),
	join("\n",
		'account left was there for no participant: removed',
		'account s3 was missing: made again, with its initial password',
		'account s4 cn, mail differed: set again',
		'group class 2 members were missing and 1 did not belong there: repaired',
		'group old was there for no lab: removed'),
	'lab_reconcile says what had drifted');
is(can_log_in('s3', 'class_s3', $password{s3}), 1, 'an account that had been deleted is back');
is(account('s3', 'memberOf')->{memberOf}[0], "cn=class,ou=groups,$slapd->{suffix}", 'in its group as well');
is("@{ account('s4', 'cn')->{cn} } @{ account('s4', 'mail')->{mail} }", 'Student Number S4 s4@uni.test', 'changed attributes are right again');
is_deeply(members('class'), [ sort @logins ], 'so are the members');
is(account('left'), undef, 'what nobody needs is gone');
is(scalar($slapd->groups('(cn=old)', 'cn')), 0, 'a group too');
is(lab_sql($node, "SELECT count(*) FROM lab_status() WHERE part = 'ldap account s3' AND state = 'repaired'"), '1', 'lab_status remembers');
is(lab_sql($node, "SELECT count(*) FROM lab_reconcile('class')"), '0', 'a second look finds nothing');
$slapd->apply("dn: @{[dn('s6')]}\nchangetype: delete\n");
$node->restart;
ok(poll($node, "SELECT count(*) = 1 FROM lab.drift WHERE subject = 'account s6'"), 'each start compares as well');
is(can_log_in('s6', 'class_s6', $password{s6}), 1, 'and repairs');

# --- not ours -----------------------------------------------------------------------------------------------------
my $before = account('stranger', '*', '+');
create('taken', 'stranger', 'friend', 'S1');
like(lab_error($node, "CALL lab_wait('taken', '90 seconds')"), qr/LDAP refuses 2 changes/, 'entries of others stop the lab');
is( lab_sql($node, "SELECT part || ': ' || detail FROM lab_status() WHERE part LIKE 'ldap account%' AND state = 'failing' ORDER BY 1"),
	"ldap account S1: the directory does not tell uid=S1 from another login\n"
	  . "ldap account stranger: uid=stranger exists and is not labcreator's: rename or remove that entry, or choose another login",
	'lab_status says why');
is(lab_sql($node, "SELECT string_agg(subject, ', ' ORDER BY subject) FROM lab_reconcile('taken') WHERE what LIKE 'not repaired: %'"), 'account S1, account stranger', 'so does lab_reconcile');
is_deeply(members('taken'), ['friend'], 'the others are there');
lab_sql($node, "SELECT lab_drop('taken')");
lab_sql($node, "CALL lab_wait('taken', '90 seconds')");
is_deeply(account('stranger', '*', '+'), $before, 'the stranger is as before');
ok(account('s1'), 's1 is still there');
is(account('friend'), undef, 'who was ours is gone');

# --- another lab master's ------------------------------------------------------------------------------------------
my $named = account('s1', 'cn', 'mail');
$node->safe_psql('postgres', 'CREATE ROLE other LOGIN IN ROLE lab_master');
$node->safe_psql('postgres', 'CREATE DATABASE other_reference OWNER other');
$node->safe_psql('other_reference', 'CREATE TABLE t (a int)', extra_params => [ '-U', 'other' ]);
$node->safe_psql('lab', $_, extra_params => [ '-U', 'other' ])
  for q(SELECT lab_create('{"lab": "theirs", "reference": "other_reference", "auth": {"method": "ldap"}, "participants": [{"login": "s1", "name": "Someone Else", "email": "else@uni.test"}]}')),
  q(CALL lab_wait('theirs', '90 seconds')), q(SELECT * FROM lab_reconcile('theirs'));
is_deeply(account('s1', 'cn', 'mail'), $named, 'a lab of somebody else\'s does not rename a person');
$node->safe_psql('lab', $_, extra_params => [ '-U', 'other' ]) for q(SELECT lab_drop('theirs')), q(CALL lab_wait('theirs', '90 seconds'));

# --- names --------------------------------------------------------------------------------------------------------
my @names = ('a,b', 'p+q', 'say "hi"', '#first', ' space', 'back\\slash', 'x=y', 'semi;colon', "apo'strophe", '<angle>', 'star*', '(round)', "\x{fc}nic\x{f6}de", "\x{65e5}\x{672c}");
my %special = create('names', map { { login => $_, name => "Ms. $_" } } @names);
lab_sql($node, "CALL lab_wait('names', '90 seconds')");
my @found = $slapd->people('(cn=Ms. *)', 'uid', 'cn', 'memberOf');
is_deeply([ sort map { $_->{uid}[0] } @found ], [ sort map { my $name = $_; utf8::encode($name); $name } @names ], 'logins and names of every kind are there as they are');
is(scalar(grep { $_->{cn}[0] eq "Ms. $_->{uid}[0]" && $_->{memberOf} } @found), scalar(@names), 'with their names and groups');
is(scalar(grep { $slapd->can_bind($_->{dn}[0], $special{ $_->{uid}[0] }) } @found), scalar(@names), 'each with their password');
is(lab_sql($node, "SELECT count(*) FROM lab_reconcile('names')"), '0', 'and they compare equal');
like((lab_warnings('["u,v"]'))[0], qr/"u,v" cannot log in by the first line of lab_hba\(\)/, 'lab_create warns of logins that a prefix and a suffix cannot name');
unlike((lab_warnings('["plain", "y=x", "\u00fc"]'))[0], qr/cannot log in/, 'of no others');
# The other line of lab_hba() searches: here as an account that may, for this directory lets nobody else.
my ($search) = map { /^#(.* ldapsearchattribute=.*)/ } @hba;
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all all trust\n$search ldapbinddn=\"cn=pgauth,ou=services,$slapd->{suffix}\" ldapbindpasswd=\"searcher secret\"\n");
$node->restart;
my @by_search = ('a,b', 'p+q', '#first', "\x{fc}nic\x{f6}de");
for my $name (@by_search)
{
	utf8::encode(my $bytes = $name);
	local $ENV{PGPASSWORD} = $special{$bytes};
	my ($status, $out, $err) = $node->psql(undef, 'SELECT session_user', connstr => "host=127.0.0.1 port=" . $node->port . " user='$bytes' dbname='names_$bytes'");
	is($out, $bytes, "$bytes logs in where the server searches") or diag($err);
}
lab_sql($node, "SELECT lab_drop('names')");
lab_sql($node, "CALL lab_wait('names', '90 seconds')");
is(scalar($slapd->people('(cn=Ms. *)', 'uid')), 0, 'all of them go');

# --- altered ------------------------------------------------------------------------------------------------------
sub alter
{
	my ($lab, @participants) = @_;
	my $json = encode_json({ lab => $lab, reference => 'reference', auth => { method => 'ldap' }, participants => \@participants });
	my %new = map { split /\|/ } split /\n/, lab_sql($node, "SELECT login, password FROM lab_alter('$json')");

	lab_sql($node, "CALL lab_wait('$lab', '90 seconds')");
	return %new;
}

create('second', 's1', 's2');
lab_sql($node, "CALL lab_wait('second', '90 seconds')");
my %new = alter('class', { login => 's1', name => 'Student Renamed', email => 'one@uni.test' }, (map { { login => $_, name => "Student Number \U$_", email => "$_\@uni.test" } } @logins[ 1 .. 28 ]), 'new');
is_deeply([ keys %new ], ['new'], 'one is new in a lab that is altered');
is(can_log_in('new', 'class_new', $new{new}), 1, 'and logs in');
is(account('s30'), undef, 'who was removed has no account');
is_deeply(members('class'), [ sort @logins[ 0 .. 28 ], 'new' ], 'the group is as the spec says');
is(can_log_in('s2', 'class_s2', 'by another tool'), 1, 'others are as before');
alter('second', { login => 's1', name => 'Student Renamed', email => 'one@uni.test' }, 's2');
is("@{ account('s1', 'cn')->{cn} } @{ account('s1', 'mail')->{mail} }", 'Student Renamed one@uni.test', 'another name is told');

# --- archived -----------------------------------------------------------------------------------------------------
lab_sql($node, "SELECT lab_archive('class')");
lab_sql($node, "CALL lab_wait('class', '90 seconds')");
is_deeply([ sort map { $_->{uid}[0] } $slapd->people('(uid=*)', 'uid') ], [ 's1', 's2', 'stranger' ], 'accounts in no other lab go with an archived one');
is_deeply([ map { $_->{cn}[0] } $slapd->groups('(cn=*)', 'cn') ], ['second'], 'and its group');
is(lab_sql($node, "SELECT count(*) FROM lab_reconcile('second')"), '0', 'a comparison finds nothing');
lab_sql($node, "SELECT lab_drop('second')");
lab_sql($node, "CALL lab_wait('second', '90 seconds')");

# --- removed ------------------------------------------------------------------------------------------------------
lab_sql($node, "SELECT lab_drop('class')");
lab_sql($node, "CALL lab_wait('class', '90 seconds')");
is_deeply([ map { $_->{uid}[0] } $slapd->people('(uid=*)', 'uid') ], ['stranger'], 'with the lab its accounts go, and nobody else\'s');
is(scalar($slapd->groups('(cn=*)', 'cn')), 0, 'and its group');
is(account('stranger', 'memberOf')->{memberOf}, undef, 'the stranger is in no group of ours');
is($node->safe_psql('lab', 'SELECT count(*) FROM lab.outbox'), '0', 'nothing is left to be done');

$node->stop;
done_testing();
