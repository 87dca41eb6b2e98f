# How long 500 accounts take from lab_create()'s commit until the directory has all of them and their group, beside
# ldapadd with the same entries: a real slapd over StartTLS that syncs as it does by default.
package Bench::Ldap;

use strict;
use warnings;
use FindBin;
use Bench;
use Bench::Server;

my $accounts = 500;
my $rounds = 3;

# The entries as ldapadd wants them: accounts first, for their group names them.
sub ldif
{
	my ($slapd) = @_;
	my @options = ('-LLL', '-o', 'ldif-wrap=no');
	my @people = ("ou=people,$slapd->{suffix}", '(description=labcreator*)', qw(objectClass uid cn sn description userPassword pwdReset));
	my @groups = ("ou=groups,$slapd->{suffix}", '(cn=bench)', qw(objectClass cn description member));
	my $entries = '';

	for my $wanted (\@people, \@groups)
	{
		my ($status, $found, $error) = $slapd->client('ldapsearch', undef, undef, @options, '-b', @$wanted);
		die $error if $status;
		$entries .= $found;
	}
	return $entries;
}

# t/Slapd.pm wants the server's test modules, which send all that is printed to a log of theirs.
sub slapd
{
	chomp(my $modules = `pg_config --pkglibdir`);
	local @ENV{qw(TESTDIR PG_REGRESS)} = ($ENV{LAB_WORK}, "$modules/pgxs/src/test/regress/pg_regress");
	unshift @INC, "$modules/pgxs/src/test/perl", "$FindBin::RealBin/../t";
	open my $out, '>&', \*STDOUT or die $!;
	open my $err, '>&', \*STDERR or die $!;
	require Slapd;
	open STDOUT, '>&', $out or die $!;
	open STDERR, '>&', $err or die $!;
	STDOUT->autoflush(1);
	return Slapd->new('bench', sync => 1);
}

measure 'ldap_500', ['ldap_500'], sub
{
	my $slapd = slapd();
	my $server = Bench::Server->new('ldap', $slapd->settings);
	my $logins = join ',', map { "\"u$_\"" } 1 .. $accounts;
	my $file = "$ENV{LAB_WORK}/entries.ldif";
	my (@ours, @peer);

	$server->database('reference');
	$server->sql('reference', 'CREATE TABLE t (a int)', 'teacher');
	local $ENV{LDAPTLS_CACERT} = $slapd->ca;
	my $as = "-x -ZZ -H '@{[ $slapd->uri ]}' -D '$slapd->{service}' -y '$slapd->{dir}/secret'";
	open my $secret, '>', "$slapd->{dir}/secret" or die $!;
	print $secret 'service secret';
	close $secret;
	for my $round (1 .. $rounds)
	{
		progress("$accounts accounts, round $round of $rounds");
		# the accounts only: the databases of the lab are put off
		push @ours, $server->sql('lab', qq(BEGIN;
			CREATE TEMPORARY TABLE made AS SELECT * FROM lab_create('{"lab": "bench", "reference": "reference", "auth": {"method": "ldap"}, "participants": [$logins]}');
			UPDATE lab.participants SET retry_at = 'infinity';
			COMMIT;
			SELECT clock_timestamp() AS committed \\gset
			DO \$\$BEGIN WHILE EXISTS (SELECT FROM lab.outbox) LOOP PERFORM pg_sleep(0.005); END LOOP; END\$\$;
			SELECT extract(epoch FROM clock_timestamp() - :'committed')));
		my $entries = ldif($slapd);
		my $present = () = $entries =~ /^dn: uid=/mg;
		die "$present accounts are there, and not $accounts" unless $present == $accounts;

		$server->drop('bench');
		open my $ldif, '>', $file or die $!;
		print $ldif $entries;
		close $ldif;
		push @peer, timed(sub { system("ldapadd $as -f '$file' >/dev/null") == 0 or die 'ldapadd failed'; });
		system("grep '^dn: ' '$file' | sed 's/^dn: //' | ldapdelete $as") == 0 or die 'ldapdelete failed';
	}
	row(name => 'ldap_500', unit => 's', ours => median(@ours), peer => median(@peer), peer_name => 'ldapadd');
	$server->end;
	$slapd->stop;
};

1;
