# One participant commits 50,000 times as fast as it goes.
package Bench::Storm;

use strict;
use warnings;
use Bench;
use Bench::Classroom;
use Bench::Latency;

my $commits = 50000;

measure 'storm', [qw(storm_evaluations storm_p99_others)], sub
{
	my $class = Bench::Classroom::class(30);
	my $server = $class->{server};
	my $stormy = $class->{logins}[-1];
	my $script = "$ENV{LAB_WORK}/storm.sql";
	my $clients = 4;

	# labs that nobody works in, and the sweep, are not counted
	$server->set('labcreator.sweep_interval' => 0);
	open my $file, '>', $script or die $!;
	print $file "UPDATE lib.settings SET value = value || 'x' WHERE name = 'setting ' || 2 + :client_id;\n";
	close $file;
	progress('somebody else, before');
	Bench::Latency::one_person($class, 8);
	my @before = Bench::Latency::one_person($class, 100);
	progress("$commits commits");
	my $evaluations = sub { return $server->sql('lab', "SELECT evaluations FROM lab.workers()") };
	my $start_evaluations = $evaluations->();
	my $start = now();
	my @command = ('pgbench', $server->at, '-U', $stormy, '-n', '-c', $clients, '-t', $commits / $clients, '-f', $script, "$class->{lab}_$stormy");
	defined(my $pid = fork) or die $!;
	if ($pid == 0)
	{
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec @command;
	}
	my @during;
	until (waitpid($pid, 1) == $pid)
	{
		push @during, Bench::Latency::one_person($class, 2);
	}
	die 'pgbench failed' if $?;
	my $seconds = now() - $start;
	Bench::Classroom::pause() for 1 .. 3;
	my $done = $evaluations->() - $start_evaluations - @during;
	my $intervals = $seconds / 0.1;
	progress(sprintf '%d commits in %.1f s, %d evaluations; somebody else meanwhile: %d samples', $commits, $seconds, $done, scalar @during);
	row(name => 'storm_evaluations', unit => 'count', ours => $done, peer => $intervals, peer_name => 'intervals of labcreator.debounce', goal => '<= 1');
	row(name => 'storm_p99_others', unit => 'ms', ours => percentile(0.99, @during), peer => percentile(0.99, @before), peer_name => 'without the storm', goal => '<= 2');
	$server->unset('labcreator.sweep_interval');
};

1;
