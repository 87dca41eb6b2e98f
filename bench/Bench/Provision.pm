# A hundred databases with their roles and grants, from lab_create() until they are ready, beside a shell loop.
package Bench::Provision;

use strict;
use warnings;
use Bench;
use Bench::Server;

my $count = 100;

sub shell_loop
{
	my ($server, $prefix) = @_;
	my $at = join ' ', map { "'$_'" } $server->at;

	return <<"END";
set -e
for i in \$(seq $count); do
	createuser $at ${prefix}_\$i
	createdb $at -O teacher ${prefix}_db_\$i
	psql -XqAt $at -d postgres -c "REVOKE ALL ON DATABASE ${prefix}_db_\$i FROM PUBLIC; GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${prefix}_db_\$i TO ${prefix}_\$i"
	psql -XqAt $at -d ${prefix}_db_\$i -c "ALTER SCHEMA public OWNER TO ${prefix}_\$i"
done
END
}

measure 'provision_100', ['provision_100'], sub
{
	my $server = Bench::Server->new('provision');
	my (@ours, @peer);

	$server->database('reference');
	$server->sql('reference', 'CREATE TABLE t (a int)', 'teacher');
	for my $round (1 .. 2)
	{
		progress("$count databases by labcreator");
		my $lab = "round_$round";
		push @ours, timed(sub {
			$server->create({ lab => $lab, reference => 'reference', participants => [ map { "p${round}_$_" } 1 .. $count ] });
			$server->poll('lab', "SELECT count(*) FROM lab.participants WHERE state = 'ready'", $round * $count);
		});
		progress("$count databases by createuser, createdb and psql");
		push @peer, timed(sub { Bench::Server::quietly('sh', '-c', shell_loop($server, "peer$round")) });
	}
	row(name => 'provision_100', unit => 's', ours => median(@ours), peer => median(@peer), peer_name => 'createuser + createdb + psql', goal => '<= 0.5');
	$server->end;
};

1;
