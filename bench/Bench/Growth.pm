# How the cost of one change grows: with the tables of the lab, and with the people of the server.
package Bench::Growth;

use strict;
use warnings;
use Bench;
use Bench::Changes;
use Bench::Classroom;
use Bench::Compare;

# Changes of each kind, fewer than compare_warm makes.
my @ddl = @Bench::Changes::ddl[ 0 .. 3 ];
my @dml = @Bench::Changes::dml[ 0, 6, 13, 15, 22, 23, 24 ];

sub medians
{
	my ($solo) = @_;

	Bench::Compare::warm_up($solo);
	return (ddl => median(Bench::Compare::warm($solo, \@ddl)), dml => median(Bench::Compare::warm($solo, \@dml)));
}

my @tables = (25, 100, 400);

measure 'growth_tables', [ map { my $n = $_; map { "$_\_${n}_tables" } qw(warm_ddl warm_dml latency_p50) } @tables ], sub
{
	for my $n (@tables)
	{
		my $solo = Bench::Classroom::solo($n);
		my $peers = Bench::Compare::peers($solo, $n == 25 ? 'library' : "library_$n");
		progress("changes to $n tables");
		my %ours = medians($solo);
		$peers->forget;
		$peers->take('pg_dump -s | diff') for 1 .. 5;
		my ($name, $seconds) = $peers->fastest;
		row(name => "warm_${_}_${n}_tables", unit => 'ms', ours => $ours{$_}, peer => 1000 * $seconds, peer_name => $name, over => 'peer') for qw(ddl dml);
		my @mixed = Bench::Compare::warm($solo, [ (@Bench::Changes::work) x 3 ]);
		row(name => "latency_p50_${n}_tables", unit => 'ms', ours => median(@mixed));
	}
};

my @people = (10, 100, 500);

# A server that fills with participants, and is left alone.
measure 'growth_people', [ (map { my $n = $_; map { "$_\_${n}_people" } qw(warm_ddl warm_dml latency_p50) } @people), 'idle_500_class', 'idle_500' ], sub
{
	my $server = Bench::Server->new('school');
	my $there = 0;

	Bench::Classroom::prepare($server);
	for my $n (@people)
	{
		my $more = $n - $there;
		progress("$more more participants");
		$server->create({ lab => "class_$n", reference => 'library', participants => [ map { "p${n}_$_" } 1 .. $more ] });
		$server->wait_for("class_$n");
		Bench::Classroom::do_all($server, "class_10", 'p10_1', 25) if $there == 0;
		$there = $n;
		my $solo = { server => $server, lab => 'class_10', login => 'p10_1', database => 'class_10_p10_1' };
		my %ours = medians($solo);
		row(name => "warm_${_}_${n}_people", unit => 'ms', ours => $ours{$_}) for qw(ddl dml);
		row(name => "latency_p50_${n}_people", unit => 'ms', ours => median(Bench::Compare::warm($solo, [ (@Bench::Changes::work) x 3 ])));
	}
	idle($server);
	$server->end;
};

# Nanoseconds that a process has been on a processor.
sub processor_time
{
	my ($pid) = @_;

	open my $file, '<', "/proc/$pid/schedstat" or return;
	return (split ' ', <$file> // '')[0];
}

# Seconds of processor a minute, of all processes of labcreator.  Short-lived evaluators are seen by looking often.
sub processor_seconds
{
	my ($server, $seconds) = @_;
	my (%first, %last, %kind);
	my $until = now() + $seconds;

	$first{$_} = processor_time($_) for keys %{ { $server->processes } };
	while (now() < $until)
	{
		my %now = %{ { $server->processes } };
		for my $pid (keys %now)
		{
			$kind{$pid} = $now{$pid};
			my $time = processor_time($pid) // next;
			$first{$pid} //= 0;
			$last{$pid} = $time;
		}
		select undef, undef, undef, 0.25;
	}
	my $total = 0;
	for my $pid (sort { $kind{$a} cmp $kind{$b} } grep { defined $first{$_} } keys %last)
	{
		my $time = $last{$pid} - $first{$pid};
		progress(sprintf '%s: %.1f ms', $kind{$pid}, $time / 1e6) if $time > 0;
		$total += $time;
	}
	return $total / 1e9 * 60 / $seconds;
}

# Nobody does anything: shortly after somebody did, while signals are still looked at every second, and when the class is
# over.  That is half an hour later, when the sweep has been in all databases that somebody was in: shorter settings stand for
# it.
sub idle
{
	my ($server) = @_;

	progress('nobody does anything any more');
	sleep 3;
	row(name => 'idle_500_class', unit => 's/min', ours => processor_seconds($server, 10));
	progress('and the class is over');
	$server->set('labcreator.idle_after' => '1s', 'labcreator.linger' => '1s', 'labcreator.sweep_interval' => '5s');
	sleep 18;
	$server->unset('labcreator.sweep_interval');
	sleep 2;
	row(name => 'idle_500', unit => 's/min', ours => processor_seconds($server, 30), goal => '<= 0.1');
	return;
}

1;
