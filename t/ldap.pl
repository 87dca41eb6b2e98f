# Accounts in a directory that labcreator keeps: made, used, changed and removed.
use strict;
use warnings;
use lib 't';
use Lab;
use Slapd;
use Test::More;

my $slapd = Slapd->new('managed');

$ENV{LDAPTLS_CACERT} = $slapd->ca;
$ENV{LDAPNETWORK_TIMEOUT} = $ENV{LDAPTIMEOUT} = 3;
my $node = lab_node('ldap', 'listen_addresses' => "'127.0.0.1'", $slapd->settings);
my $people = "ou=people,$slapd->{suffix}";

# Only the lines of lab_hba() let participants in; the tests themselves come by the socket.
my $hba = $node->safe_psql('lab', 'SELECT lab_hba()');
$hba =~ s/^host   ( all \+lab)/host$1/mg;
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all all trust\n$hba\n");
$node->reload;

# psql as a participant with a password, over the network; returns status, output, errors.
sub student
{
	my ($login, $database, $password, $sql) = @_;
	local $ENV{PGPASSWORD} = $password;

	return $node->psql($database, $sql, connstr => undef, extra_params => [ '-U', $login, '-h', '127.0.0.1' ]);
}

make_reference($node, 'reference', 'CREATE TABLE t (a int)');
my @logins = map { "s$_" } 1 .. 30;
my $spec = JSON::PP->new->encode(
	{
		lab => 'class',
		reference => 'reference',
		auth => { method => 'ldap', accounts => 'managed' },
		participants => [ map { { login => $_, name => "Student Number \U$_", email => "$_\@uni.test" } } @logins ]
	});
my %password = map { split /\|/ } split /\n/, lab_sql($node, "SELECT login, password FROM lab_create(\$json\$$spec\$json\$)");
is(scalar(grep { /^(\w{5}-){3}\w{5}$/ } values %password), 30, 'thirty initial passwords are shown');
lab_sql($node, "CALL lab_wait('class', '90 seconds')");

my @entries = $slapd->people('(uid=s*)', '*', 'pwdReset', 'memberOf');
is(scalar(@entries), 31, 'and thirty accounts are there, beside the stranger\'s');
my ($one) = grep { $_->{uid}[0] eq 's7' } @entries;
is_deeply([ map { "@{ $one->{$_} }" } qw(objectClass cn sn givenName mail pwdReset memberOf) ],
	[ 'inetOrgPerson', 'Student Number S7', 'S7', 'Student Number', 's7@uni.test', 'TRUE', "cn=class,ou=groups,$slapd->{suffix}" ],
	'with the attributes of a person, a password to change first, and their lab');
like($one->{userPassword}[0], qr/^\{CRYPT\}\$y\$/, 'the password came hashed');
my ($group) = $slapd->groups('(cn=class)', 'member');
is(scalar(@{ $group->{member} }), 31, 'the group has them all, and the service account');
is($node->safe_psql('lab', "SELECT count(*) FROM pg_authid a JOIN lab.accounts USING (oid) WHERE false") || 0, 0, 'x') if 0;
is($node->safe_psql('lab', "SELECT count(*) FROM pg_authid WHERE rolname ~ '^s[0-9]+\$' AND rolpassword IS NULL AND pg_has_role(oid, 'lab_ldap', 'MEMBER')"), '30', 'the roles have no password');

$node->stop;
done_testing();
