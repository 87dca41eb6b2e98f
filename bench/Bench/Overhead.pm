# What participants' own work loses: pgbench in a participant's database, beside the same in a copy of the server that does
# not have the library.  Short runs that take turns.
package Bench::Overhead;

use strict;
use warnings;
use Bench;
use Bench::Server;

my ($with, $without);

# A server with an open lab that asks for the tables of pgbench, and its copy without the library.
sub servers
{
	return if $with;
	progress('a server with a lab of the tables of pgbench, and a copy of it without the library');
	$with = Bench::Server->new('with');
	$with->database('bank');
	Bench::Server::quietly('pgbench', $with->at, '-i', '-q', '-U', 'teacher', 'bank');
	$with->create({ lab => 'bank', reference => 'bank', participants => ['ada'] });
	$with->wait_for('bank');
	Bench::Server::quietly('pgbench', $with->at, '-i', '-q', '-U', 'ada', 'bank_ada');
	$with->sql('lab', "SELECT lab_evaluate('bank')", 'teacher');
	$with->stop;
	$without = Bench::Server->new('without', like => $with, preload => 0);
	$with->start;
	return;
}

# Transactions a second of a run.
sub tps
{
	my ($server, $seconds, @options) = @_;
	my $command = join ' ', 'pgbench', $server->at, '-U', 'ada', '-n', '-T', $seconds, @options, 'bank_ada';
	my $report = `$command 2>&1`;

	return $report =~ /^tps = ([0-9.]+)/m ? $1 : die $report;
}

# The median of the ratios of neighbouring runs, so that what disturbs the machine for longer disturbs both.
sub compare
{
	my ($name, $goal, $rounds, $seconds, @options) = @_;
	my (@with, @without, @ratios);

	for my $round (0 .. $rounds)
	{
		my ($ours, $theirs);
		for my $side ($round % 2 ? (0, 1) : (1, 0))
		{
			$ours = tps($with, $seconds, @options) if $side == 0;
			$theirs = tps($without, $seconds, @options) if $side == 1;
		}
		next if $round == 0;
		push @with, $ours;
		push @without, $theirs;
		push @ratios, $ours / $theirs;
	}
	row(name => $name, unit => 'tps', ours => median(@with), peer => median(@without), ratio => median(@ratios), peer_name => 'without the library',
		goal => $goal);
	return;
}

measure 'overhead', [qw(overhead_write overhead_read overhead_watched)], sub
{
	servers();
	$with->set('labcreator.debounce' => '1d', 'labcreator.sweep_interval' => 0);
	progress('pgbench -N');
	compare('overhead_write', '>= 0.99', 9, 2, '-N', '-c', 2);
	progress('pgbench -S');
	compare('overhead_read', '>= 0.99', 9, 1, '-S', '-c', 2);
	$with->unset(qw(labcreator.debounce labcreator.sweep_interval));
	progress('pgbench -N, while the results are kept');
	my $before = $with->sql('lab', 'SELECT evaluations FROM lab.workers()');
	compare('overhead_watched', '>= 0.90', 9, 2, '-N', '-c', 2);
	die 'nothing was evaluated meanwhile' if $with->sql('lab', 'SELECT evaluations FROM lab.workers()') <= $before;
	$_->end for $with, $without;
};

1;
