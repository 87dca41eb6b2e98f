# How long one change takes until its result is there, beside what else compares a database with a reference.
package Bench::Compare;

use strict;
use warnings;
use Bench;
use Bench::Changes;
use Bench::Classroom;
use Bench::Peers;

my %peers;

sub peers
{
	my ($solo, $reference) = @_;

	return $peers{$reference} //= Bench::Peers->new($solo->{server}, $reference, $solo->{database});
}

# Milliseconds of one person's changes, each undone before the next; something may be done between them.
sub warm
{
	my ($solo, $changes, $between) = @_;
	my $work = $solo->{server}->session($solo->{database}, $solo->{login});
	my $board = $solo->{server}->session('lab');
	my @times;

	for my $change (@$changes)
	{
		for my $sql (@$change)
		{
			Bench::Classroom::pause();
			push @times, 1000 * Bench::Classroom::latency($work, $board, $solo->{lab}, $solo->{login}, $sql);
		}
		$between->() if $between;
	}
	$work->leave;
	$board->leave;
	return @times;
}

# The evaluator is there and has seen the database.
sub warm_up { my ($solo) = @_; warm($solo, [ $Bench::Changes::dml[23], $Bench::Changes::ddl[0] ]); return; }

measure 'compare_warm', [qw(compare_warm_ddl compare_warm_dml)], sub
{
	my $solo = Bench::Classroom::solo(25);
	my $peers = peers($solo, 'library');

	progress("peers; pgTAP has $peers->{assertions} assertions");
	warm_up($solo);
	$peers->take;
	$peers->forget;
	progress('definitions change');
	my @ddl = warm($solo, \@Bench::Changes::ddl, sub { $peers->take });
	my ($name, $seconds) = $peers->fastest;
	row(name => 'compare_warm_ddl', unit => 'ms', ours => median(@ddl), peer => 1000 * $seconds, peer_name => $name, over => 'peer', goal => '>= 15');
	progress('rows change, in each of the tables');
	$peers->forget;
	my $count = 0;
	my @dml = warm($solo, \@Bench::Changes::dml, sub { $peers->take if ++$count % 5 == 0 });
	($name, $seconds) = $peers->fastest;
	row(name => 'compare_warm_dml', unit => 'ms', ours => median(@dml), peer => 1000 * $seconds, peer_name => $name, over => 'peer', goal => '>= 80');
};

# Nothing of the databases is in memory: shared buffers hold another relation, and the kernel has dropped the files.
sub chill
{
	my ($server, @databases) = @_;
	my $directories = join ' ', map { "$server->{data}/$_" } 'global',
	  map { 'base/' . $server->sql('postgres', "SELECT oid FROM pg_database WHERE datname = '$_'") } @databases;

	$server->sql('postgres', "SELECT pg_prewarm('ballast')");
	system("find $directories -type f -size +0 -print0 | xargs -0 -P 2 -I{} dd of={} oflag=nocache conv=notrunc,fdatasync count=0 status=none") == 0
	  or die 'dd failed';
	return;
}

measure 'compare_cold', ['compare_cold'], sub
{
	my $solo = Bench::Classroom::solo(25);
	my $server = $solo->{server};
	my $peers = peers($solo, 'library');
	my @databases = ('lab', 'library', $solo->{database});
	my @times;

	progress('relations that fill shared buffers');
	$server->sql('postgres', 'CREATE EXTENSION pg_prewarm; CREATE TABLE ballast AS SELECT g, repeat(chr(65 + g % 26), 1000) AS filler FROM generate_series(1, 160000) AS g; CHECKPOINT');
	$server->set('labcreator.linger' => 0, 'labcreator.sweep_interval' => 0);
	$peers->forget;

	# pgTAP by pg_prove and apgdiff never were the fastest
	for my $sql (map { @$_ } @Bench::Changes::ddl[ 0 .. 2 ])
	{
		my $work = $server->session($solo->{database}, $solo->{login});
		my $board = $server->session('lab');

		$board->sql("SELECT bench.moved('$solo->{lab}', 'ada', -1)");
		for (1 .. 100) { last unless grep { /evaluator/ } values %{ { $server->processes } }; select undef, undef, undef, 0.05; }
		chill($server, @databases);
		push @times, 1000 * Bench::Classroom::latency($work, $board, $solo->{lab}, $solo->{login}, $sql);
		for my $way (grep { !/apgdiff|pg_prove/ } sort keys %{ $peers->{ways} })
		{
			chill($server, @databases);
			$peers->take($way);
		}
		$work->leave;
		$board->leave;
	}
	$server->unset(qw(labcreator.linger labcreator.sweep_interval));
	$server->sql('postgres', 'DROP TABLE ballast; DROP EXTENSION pg_prewarm');
	my ($name, $seconds) = $peers->fastest;
	row(name => 'compare_cold', unit => 'ms', ours => median(@times), peer => 1000 * $seconds, peer_name => $name, over => 'peer', goal => '>= 5');
};

# A lab that asks for rows only; each commit writes to all of its tables.
measure 'compare_rows', ['compare_rows'], sub
{
	my $server = Bench::Classroom::solo(25)->{server};
	my $kinds = $server->sql('lab', "SELECT string_agg(DISTINCT kind, ' ') FROM lab_checks('solo_25') WHERE kind <> 'rows'");
	my (@ours, @peer);

	progress('a lab of rows only');
	$server->create({ lab => 'rows', reference => 'library', participants => ['ada'], ignore => [ split ' ', $kinds ] });
	$server->wait_for('rows');
	$server->file('rows_ada', "$FindBin::RealBin/reference.sql", 'ada', '-v', 'tables=25');
	$server->sql('lab', "SELECT lab_evaluate('rows')", 'teacher');
	my $work = $server->session('rows_ada', 'ada');
	my $board = $server->session('lab');
	my $digests = join '; ', map { /UPDATE (\S+)/; "SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM $1 AS t" } map { $_->[0] } @Bench::Changes::dml;
	progress('all rows of all tables');
	for my $round (1 .. 8)
	{
		for my $side (0, 1)
		{
			Bench::Classroom::pause();
			my $seconds = Bench::Classroom::latency($work, $board, 'rows', 'ada', 'BEGIN; ' . join('; ', map { $_->[$side] } @Bench::Changes::dml) . '; COMMIT');
			push @ours, 1000 * $seconds if $round > 1;
		}
		push @peer, 1000 * timed(sub { $work->sql($digests) });
	}
	$work->leave;
	$board->leave;
	row(name => 'compare_rows', unit => 'ms', ours => median(@ours), peer => median(@peer), peer_name => 'md5(string_agg())', over => 'peer', goal => '>= 15');
};

1;
