# A real slapd as a university would run it: TLS required, password policies, memberOf, and access rules that let
# labcreator's service account write below ou=people and ou=groups only.
package Slapd;

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use IO::Socket::INET;
use IPC::Run ();
use MIME::Base64 ();
use Time::HiRes qw(usleep);

our $suffix = 'dc=lab,dc=test';
my $service = "cn=labcreator,ou=services,$suffix";
my $searcher = "cn=pgauth,ou=services,$suffix";

my $modules = -d '/usr/lib/ldap' ? '/usr/lib/ldap' : '/usr/lib/openldap';

sub new
{
	my ($class, $name, %options) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $self = bless {
		name => $name,
		dir => $dir,
		port => PostgreSQL::Test::Cluster::get_free_port(),
		tls_port => PostgreSQL::Test::Cluster::get_free_port(),
		policy => $options{policy} // 1,
		sync => $options{sync} // 0,
		suffix => $suffix,
		service => $service,
	}, $class;

	$self->make_certificates;
	append_to_file("$dir/password", "service secret\n");
	chmod 0600, "$dir/password";
	$self->configure;
	$self->start;
	return $self;
}

sub quietly
{
	my @command = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run(\@command, '>', \$out, '2>', \$err) or die "@command: $err$out";
	return $out;
}

# An authority, a certificate from it for 127.0.0.1, and an authority that has nothing to do with it.
sub make_certificates
{
	my ($self) = @_;
	my $dir = $self->{dir};
	my @new = qw(openssl req -new -newkey rsa:2048 -nodes);

	for my $ca ('ca', 'other')
	{
		quietly(@new, '-x509', '-days', 2, '-subj', "/CN=labcreator test $ca", '-keyout', "$dir/$ca.key", '-out', "$dir/$ca.crt");
	}
	append_to_file("$dir/san", "subjectAltName=IP:127.0.0.1\n");
	quietly(@new, '-subj', '/CN=127.0.0.1', '-keyout', "$dir/server.key", '-out', "$dir/server.csr");
	quietly('openssl', 'x509', '-req', '-days', 2, '-in', "$dir/server.csr", '-CA', "$dir/ca.crt", '-CAkey', "$dir/ca.key",
		'-CAcreateserial', '-extfile', "$dir/san", '-out', "$dir/server.crt");
	return;
}

sub configure
{
	my ($self) = @_;
	my $dir = $self->{dir};
	my $schemas = join '', map { "include: file:///etc/ldap/schema/$_.ldif\n\n" } qw(core cosine nis inetorgperson);
	my $policy = $self->{policy} ? <<"END" : '';

dn: olcOverlay={2}ppolicy,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcPPolicyConfig
olcOverlay: {2}ppolicy
olcPPolicyDefault: cn=students,ou=policies,$suffix
olcPPolicyHashCleartext: TRUE
END
	my $policy_rule = $self->{policy} ? <<"END" : '';
olcAccess: {1}to dn.subtree="ou=people,$suffix" attrs=pwdReset,pwdPolicySubentry,pwdAccountLockedTime,pwdChangedTime,pwdEndTime
  by dn.exact="$service" write by self read by * none
END

	my $sync = $self->{sync} ? 'FALSE' : 'TRUE';

	mkdir "$dir/config";
	mkdir "$dir/data";
	append_to_file("$dir/config.ldif", <<"END");
dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: $dir/slapd.pid
olcArgsFile: $dir/slapd.args
olcTLSCACertificateFile: $dir/ca.crt
olcTLSCertificateFile: $dir/server.crt
olcTLSCertificateKeyFile: $dir/server.key
olcSecurity: simple_bind=128
olcLocalSSF: 128

dn: cn=module{0},cn=config
objectClass: olcModuleList
cn: module{0}
olcModulePath: $modules
olcModuleLoad: back_mdb
olcModuleLoad: memberof
olcModuleLoad: refint
olcModuleLoad: ppolicy

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

${schemas}dn: olcDatabase={-1}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {-1}frontend
olcPasswordHash: {SSHA}

dn: olcDatabase={1}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {1}mdb
olcSuffix: $suffix
olcDbDirectory: $dir/data
olcDbMaxSize: 268435456
olcDbNoSync: $sync
olcDbIndex: objectClass,uid,member eq
olcRootDN: cn=admin,$suffix
olcRootPW: admin secret
olcLimits: {0}dn.exact="$service" size=unlimited
olcAccess: {0}to attrs=userPassword by dn.exact="$service" =w by self =xw by anonymous auth by * none
${policy_rule}olcAccess: {2}to dn.subtree="ou=people,$suffix" by dn.exact="$service" write by dn.exact="$searcher" read by self read by * none
olcAccess: {3}to dn.subtree="ou=groups,$suffix" by dn.exact="$service" write by dn.exact="$searcher" read by users read by * none
olcAccess: {4}to dn.base="$suffix" by dn.children="ou=services,$suffix" search by * none
olcAccess: {5}to * by * none

dn: olcOverlay={0}memberof,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcMemberOfConfig
olcOverlay: {0}memberof

dn: olcOverlay={1}refint,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcRefintConfig
olcOverlay: {1}refint
olcRefintAttribute: member
$policy
END
	append_to_file("$dir/base.ldif", <<"END");
dn: $suffix
objectClass: domain
dc: lab

dn: ou=people,$suffix
objectClass: organizationalUnit
ou: people

dn: ou=groups,$suffix
objectClass: organizationalUnit
ou: groups

dn: ou=services,$suffix
objectClass: organizationalUnit
ou: services

dn: ou=policies,$suffix
objectClass: organizationalUnit
ou: policies

dn: cn=students,ou=policies,$suffix
objectClass: organizationalRole
objectClass: pwdPolicy
cn: students
pwdAttribute: userPassword
pwdCheckQuality: 1
pwdMinLength: 8
pwdInHistory: 3
pwdMustChange: TRUE
pwdLockout: TRUE
pwdMaxFailure: 5
pwdLockoutDuration: 600

dn: $service
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: labcreator
userPassword: service secret

dn: $searcher
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: pgauth
userPassword: searcher secret

dn: uid=stranger,ou=people,$suffix
objectClass: inetOrgPerson
uid: stranger
cn: Somebody Else
sn: Else
description: of the university
userPassword: stranger secret
END
	if (!$self->{policy})
	{
		my $base = slurp_file("$dir/base.ldif");
		$base =~ s/dn: cn=students.*?\n\n//s;
		unlink "$dir/base.ldif";
		append_to_file("$dir/base.ldif", $base);
	}
	quietly('/usr/sbin/slapadd', '-n0', '-F', "$dir/config", '-l', "$dir/config.ldif");
	quietly('/usr/sbin/slapadd', '-n1', '-F', "$dir/config", '-l', "$dir/base.ldif");
	return;
}

sub uri { my ($self) = @_; return "ldap://127.0.0.1:$self->{port}"; }
sub tls_uri { my ($self) = @_; return "ldaps://127.0.0.1:$self->{tls_port}"; }
sub ca { my ($self) = @_; return "$self->{dir}/ca.crt"; }

sub start
{
	my ($self) = @_;
	my $log = "$PostgreSQL::Test::Utils::log_path/slapd_$self->{name}.log";
	my $pid = fork() // die "fork: $!";

	if ($pid == 0)
	{
		open STDOUT, '>>', $log or die $!;
		open STDERR, '>&', \*STDOUT or die $!;
		exec '/usr/sbin/slapd', '-d', '256', '-F', "$self->{dir}/config", '-h', $self->uri . ' ' . $self->tls_uri;
		die "slapd: $!";
	}
	$self->{pid} = $pid;
	for (1 .. 300)
	{
		return if $self->alive;
		usleep(50_000);
	}
	die "slapd does not start: see $log";
}

sub alive
{
	my ($self) = @_;

	return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}, Timeout => 1)
	  && IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{tls_port}, Timeout => 1);
}

sub stop
{
	my ($self, $signal) = @_;

	return unless $self->{pid};
	kill $signal // 'TERM', $self->{pid};
	waitpid $self->{pid}, 0;
	delete $self->{pid};
	return;
}

# Held still: it accepts connections and answers nothing.
sub freeze { my ($self) = @_; kill 'STOP', $self->{pid}; return; }
sub thaw { my ($self) = @_; kill 'CONT', $self->{pid}; return; }

# The settings by which labcreator finds it.
sub settings
{
	my ($self) = @_;

	return (
		'labcreator.ldap_uri' => "'" . $self->uri . "'",
		'labcreator.ldap_ca_file' => "'" . $self->ca . "'",
		'labcreator.ldap_bind_dn' => "'$service'",
		'labcreator.ldap_password_file' => "'$self->{dir}/password'",
		'labcreator.ldap_people_dn' => "'ou=people,$suffix'",
		'labcreator.ldap_groups_dn' => "'ou=groups,$suffix'");
}

# An OpenLDAP command as a user (the administrator unless named); returns status, output, errors.
sub client
{
	my ($self, $command, $dn, $password, @arguments) = @_;
	my ($out, $err) = ('', '');
	local $ENV{LDAPTLS_CACERT} = $self->ca;
	local $ENV{LDAPNOINIT};

	IPC::Run::run([ $command, '-x', '-H', $self->tls_uri, '-D', $dn // "cn=admin,$suffix", '-w', $password // 'admin secret', @arguments ],
		'<', \($self->{input} // ''), '>', \$out, '2>', \$err);
	my $status = $? >> 8;
	delete $self->{input};
	return ($status, $out, $err);
}

# What a search finds: a list of hashes of attributes, each a list of values; dn is one of them.
sub search
{
	my ($self, $base, $filter, @attributes) = @_;
	my ($status, $out, $err) = $self->client('ldapsearch', undef, undef, '-LLL', '-o', 'ldif-wrap=no', '-b', $base, $filter, @attributes);
	my @entries;

	die "ldapsearch: $err" unless $status == 0 || $status == 32;
	for my $text (split /\n\n/, $out)
	{
		my %entry;
		for (split /\n/, $text)
		{
			my ($name, $coded, $value) = /^([^:]+):(:?) ?(.*)$/ or next;
			$value = MIME::Base64::decode_base64($value) if $coded;
			push @{ $entry{$name} }, $value;
		}
		push @entries, \%entry if %entry;
	}
	return @entries;
}

sub people { my ($self, $filter, @attributes) = @_; return $self->search("ou=people,$suffix", $filter, @attributes); }
sub groups { my ($self, $filter, @attributes) = @_; return $self->search("ou=groups,$suffix", $filter, @attributes); }

# LDIF by the administrator: dies unless it succeeds.
sub apply
{
	my ($self, $ldif) = @_;

	$self->{input} = $ldif;
	my ($status, $out, $err) = $self->client('ldapmodify', undef, undef);
	die "ldapmodify: $err" if $status;
	return;
}

# Does the password let the account in?
sub can_bind
{
	my ($self, $dn, $password) = @_;
	my ($status) = $self->client('ldapwhoami', $dn, $password);

	return $status == 0 ? 1 : 0;
}

sub DESTROY
{
	my ($self) = @_;
	local $?;

	$self->thaw if $self->{pid};
	$self->stop if $self->{pid};
	return;
}

1;
