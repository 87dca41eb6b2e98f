# Accounts that somebody else's directory keeps, a directory without password policies, and passwords in Postgres.
use strict;
use warnings;
use lib 't';
use Lab;
use Slapd;
use Test::More;

my $slapd = Slapd->new('external', policy => 0);

$ENV{LDAPTLS_CACERT} = $slapd->ca;
$ENV{LDAPNETWORK_TIMEOUT} = $ENV{LDAPTIMEOUT} = 3;
my %settings = $slapd->settings;
my $node = lab_node('ldap_external', 'listen_addresses' => "'127.0.0.1'");

sub configure
{
	my (%some) = @_;

	$node->append_conf('postgresql.conf', "$_ = $some{$_}\n") for sort keys %some;
	$node->reload;
	return;
}

sub create
{
	my ($lab, $auth, @logins) = @_;
	my $logins = join ',', map { "\"$_\"" } @logins;
	my %password = map { split /\|/, $_, 2 } split /\n/,
	  lab_sql($node, qq(SELECT login, password FROM lab_create('{"lab": "$lab", "reference": "reference", "auth": $auth, "participants": [$logins]}')));

	lab_sql($node, "CALL lab_wait('$lab', '90 seconds')");
	return %password;
}

sub student
{
	my ($login, $database, $password, $sql) = @_;
	local $ENV{PGPASSWORD} = $password;

	return $node->psql(undef, $sql, connstr => "host=127.0.0.1 port=" . $node->port . " user=$login dbname=$database");
}

sub can_log_in { my ($login, $database, $password) = @_; return (student($login, $database, $password, 'SELECT 1'))[0] == 0 ? 1 : 0; }

make_reference($node, 'reference', 'CREATE TABLE t (a int)');

# --- without a directory --------------------------------------------------------------------------------------------
ok(poll($node, "SELECT state || ': ' || detail FROM lab_status() WHERE part = 'ldap'", 'off: labcreator.ldap_uri is not set; nothing is waiting'), 'without settings LDAP is off');
like(lab_error($node, q(SELECT lab_create('{"lab": "x", "reference": "reference", "auth": {"method": "ldap"}, "participants": ["a"]}'))),
	qr/no directory to keep accounts in.*At \$\.auth: labcreator\.ldap_uri is not set/s, 'and no lab can have its accounts there');
is(lab_sql($node, 'SELECT count(*) FROM lab_hba() l WHERE l LIKE \'%ldap %\''), '0', 'lab_hba has no line for it');
like(lab_error($node, 'SHOW labcreator.ldap_password_file'), qr/permission denied|must be superuser/, 'lab masters do not see where the secret is');

# --- somebody else's ------------------------------------------------------------------------------------------------
configure(map { $_ => $settings{$_} } qw(labcreator.ldap_uri labcreator.ldap_ca_file labcreator.ldap_people_dn));
ok(poll($node, "SELECT count(*) = 1 FROM lab_hba() l WHERE l LIKE 'host % all +lab_ldap all ldap ldapserver=\"127.0.0.1\" ldapport=$slapd->{port} ldaptls=1 ldapprefix=\"uid=\" ldapsuffix=\",ou=people,$slapd->{suffix}\"'"),
	'lab_hba has the line for a directory');
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', join("\n", 'local all all trust', $node->safe_psql('lab', 'SELECT lab_hba()'), ''));
$node->reload;
$slapd->apply("dn: uid=eve,ou=people,$slapd->{suffix}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: eve\ncn: Eve\nsn: Eve\nuserPassword: from the university\n");
my ($before) = $slapd->people('(uid=eve)', '*');
my %none = create('elsewhere', '{"method": "ldap", "accounts": "external"}', 'eve');
is($none{eve}, '', 'no password is made for an account that is somebody else\'s');
is(can_log_in('eve', 'elsewhere_eve', 'from the university'), 1, 'its owner logs in');
is(can_log_in('eve', 'elsewhere_eve', 'guessed'), 0, 'by the right password only');
is((student('eve', 'elsewhere_eve', 'from the university', "SELECT lab_set_password('from the university', 'chosen here')"))[2], '', 'and can change it');
is(can_log_in('eve', 'elsewhere_eve', 'chosen here'), 1, 'as the directory allows');
like(lab_error($node, "SELECT lab_reset_password('elsewhere', 'eve')"), qr/not labcreator's to set/, 'the lab master cannot');
like(lab_error($node, q(SELECT lab_create('{"lab": "other", "reference": "reference", "participants": ["eve"]}'))), qr/has its password elsewhere/, 'one login has one password');
lab_sql($node, "SELECT lab_drop('elsewhere')");
lab_sql($node, "CALL lab_wait('elsewhere', '90 seconds')");
my ($after) = $slapd->people('(uid=eve)', '*');
delete $_->{userPassword} for $before, $after;
is_deeply($after, $before, 'labcreator changed nothing of it');
is(scalar($slapd->groups('(cn=*)', 'cn')), 0, 'and made no group');

# --- no policies, other hashes --------------------------------------------------------------------------------------
configure(%settings);
my %hash = (yescrypt => qr/^\{CRYPT\}\$y\$/, sha512 => qr/^\{CRYPT\}\$6\$/, ssha => qr/^\{SSHA\}/);
for my $method (sort keys %hash)
{
	configure('labcreator.ldap_password_hash' => $method);
	my $login = "h$method";
	ok(poll($node, "SELECT current_setting('labcreator.ldap_password_hash') = '$method'"), "passwords by $method");
	my %password = create("lab_$method", '{"method": "ldap"}', $login);
	my ($entry) = $slapd->people("(uid=$login)", 'userPassword');
	like($entry->{userPassword}[0], $hash{$method}, 'leave this server hashed');
	is(can_log_in($login, "lab_${method}_$login", $password{$login}), 1, 'and let in');
}

# --- in Postgres ----------------------------------------------------------------------------------------------------
my %here = create('here', '{"method": "scram"}', 'ann', 'bob');
is(can_log_in('ann', 'here_ann', $here{ann}), 1, 'passwords in Postgres beside it');
like((student('ann', 'here_ann', $here{ann}, "SELECT lab_set_password('wrong', 'anything')"))[2], qr/old password is wrong/, 'lab_set_password wants the old one');
is((student('ann', 'here_ann', $here{ann}, "SET password_encryption = md5; SELECT lab_set_password('$here{ann}', 'chosen by ann')"))[2], '', 'and changes it');
is(can_log_in('ann', 'here_ann', 'chosen by ann'), 1, 'the new one lets in');
is(can_log_in('ann', 'here_ann', $here{ann}), 0, 'the old one does not');
like($node->safe_psql('postgres', "SELECT rolpassword FROM pg_authid WHERE rolname = 'ann'"), qr/^SCRAM-SHA-256/, 'whatever the session wants, it is stored as ever');
my $again = lab_sql($node, "SELECT lab_reset_password('here', 'ann')");
is(can_log_in('ann', 'here_ann', $again), 1, 'the lab master can set it again');
$node->safe_psql('lab', 'CREATE ROLE other_teacher LOGIN IN ROLE lab_master');
like(lab_error($node, "SELECT lab_reset_password('here', 'ann')", 'other_teacher'), qr/lab "here" does not exist/, 'another lab master cannot');
like(lab_error($node, "SELECT * FROM lab_reconcile('here')", 'other_teacher'), qr/lab "here" does not exist/, 'nor compare');
my ($status, $out, $err) = $node->psql('here_ann', "SELECT lab_set_password('a', 'b')");
like($err, qr/no participant/, 'a superuser in a participant\'s database is nobody to it');

$node->stop;
done_testing();
