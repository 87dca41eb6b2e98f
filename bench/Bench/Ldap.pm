# How long 500 accounts take from lab_create()'s commit until the directory has all of them and their group, beside
# ldapadd with the same entries: a real slapd over StartTLS that syncs as it does by default.
package Bench::Ldap;

use strict;
use warnings;
use FindBin;
use IO::Handle;
use IPC::Open2;
use JSON::PP ();
use Bench;
use Bench::Server;

my $accounts = 500;
my $rounds = 3;

# bench/slapd: what it says of itself, and the handles to talk to it.
sub slapd
{
	chomp(my $modules = `pg_config --pkglibdir`);
	local $ENV{TESTDIR} = $ENV{LAB_WORK};
	local $ENV{PG_REGRESS} = "$modules/pgxs/src/test/regress/pg_regress";
	local $ENV{PERL5LIB} = "$modules/pgxs/src/test/perl:$FindBin::RealBin/../t";
	my $pid = open2(my $answers, my $questions, "$FindBin::RealBin/slapd");

	$questions->autoflush(1);
	my $known = readline($answers) // die 'slapd did not start';
	return { %{ JSON::PP::decode_json($known) }, pid => $pid, questions => $questions, answers => $answers };
}

measure 'ldap_500', ['ldap_500'], sub
{
	my $slapd = slapd();
	my $server = Bench::Server->new('ldap', %{ $slapd->{settings} });
	my $logins = join ',', map { "\"u$_\"" } 1 .. $accounts;
	my $file = "$ENV{LAB_WORK}/entries.ldif";
	my $secret = "$ENV{LAB_WORK}/secret";
	my $as = "-x -ZZ -H '$slapd->{uri}' -D '$slapd->{service}' -y '$secret'";
	my (@ours, @peer);

	local $ENV{LDAPTLS_CACERT} = $slapd->{ca};
	open my $handle, '>', $secret or die $!;
	print $handle 'service secret';
	close $handle;
	chmod 0600, $secret or die $!;
	$server->database('reference');
	$server->sql('reference', 'CREATE TABLE t (a int)', 'teacher');
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
		print { $slapd->{questions} } "$file\n";
		chomp(my $present = readline $slapd->{answers});
		die "$present accounts are there, and not $accounts" unless $present == $accounts;
		$server->drop('bench');
		push @peer, timed(sub { system("ldapadd $as -f '$file' >/dev/null") == 0 or die 'ldapadd failed'; });
		system("grep '^dn: ' '$file' | sed 's/^dn: //' | ldapdelete $as") == 0 or die 'ldapdelete failed';
	}
	row(name => 'ldap_500', unit => 's', ours => median(@ours), peer => median(@peer), peer_name => 'ldapadd');
	close $slapd->{questions};
	waitpid $slapd->{pid}, 0;
	$server->end;
};

1;
