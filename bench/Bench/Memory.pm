# Private memory of labcreator's processes, and whether it grows with the number of evaluations.
package Bench::Memory;

use strict;
use warnings;
use Bench;
use Bench::Changes;
use Bench::Classroom;

# Private kilobytes of a process: what it has written to of its own.  Pages of shared memory that only one process has
# touched so far are not.
sub private
{
	my ($pid) = @_;
	my $kilobytes = 0;
	my $shared = 0;

	open my $file, '<', "/proc/$pid/smaps" or die "/proc/$pid: $!";
	while (my $line = <$file>)
	{
		if ($line =~ /^[0-9a-f]+-[0-9a-f]+ ...(.)/) { $shared = $1 eq 's'; }
		elsif (!$shared && $line =~ /^Private_(?:Clean|Dirty):\s*(\d+)/) { $kilobytes += $1; }
	}
	return $kilobytes;
}

# The pid of a kind of process in the server; of an evaluator, the one in the database.
sub process
{
	my ($server, $kind, $database) = @_;

	return $server->sql('lab', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'labcreator $kind'"
		  . ($database ? " AND datname = '$database'" : '') . ' ORDER BY pid LIMIT 1');
}

sub processes
{
	my ($solo) = @_;
	my %kinds = reverse %{ { $solo->{server}->processes } };
	my ($publisher) = sort { $kinds{$a} <=> $kinds{$b} } grep { /publisher/ } keys %kinds;

	return (
		coordinator => process($solo->{server}, 'coordinator'),
		publisher => $kinds{$publisher},
		evaluator => process($solo->{server}, 'evaluator', $solo->{database}));
}

# So many commits, each of which is evaluated: rows mostly, definitions one time in ten.  Sixty a second are no storm.
sub evaluate
{
	my ($solo, $commits) = @_;
	my $rows = "$ENV{LAB_WORK}/rows.sql";
	my $definitions = "$ENV{LAB_WORK}/definitions.sql";
	my @files = ([ $rows, map { @$_ } @Bench::Changes::dml[ 23, 24, 0 ] ], [ $definitions, map { @$_ } @Bench::Changes::ddl[ 0, 5, 6 ] ]);

	for (@files)
	{
		my ($name, @statements) = @$_;
		open my $file, '>', $name or die $!;
		print $file map { "$_;\n" } @statements;
	}
	my $server = $solo->{server};
	my $done = sub { return $server->sql('lab', 'SELECT evaluations FROM lab.workers()') };
	my $before = $done->();
	while ($done->() - $before < $commits)
	{
		Bench::Server::quietly('pgbench', $server->at, '-U', $solo->{login}, '-n', '-c', 1, '-T', 2, '-R', 60, '-f', "$rows\@9", '-f', "$definitions\@1", $solo->{database});
	}
	return $done->() - $before;
}

measure 'memory', [qw(memory_coordinator memory_publisher memory_evaluator)], sub
{
	my $solo = Bench::Classroom::solo(25);

	progress('every change once');
	Bench::Compare::warm($solo, [ @Bench::Changes::ddl, @Bench::Changes::dml ]);
	my %processes = processes($solo);
	row(name => "memory_$_", unit => 'MiB', ours => private($processes{$_}) / 1024, goal => '<= 10') for qw(coordinator publisher evaluator);
};

# 100,000 evaluations take some minutes: LAB_BENCH_EVALUATIONS says how many, and growth is told for 100,000.
measure 'leak', [qw(leak_coordinator leak_evaluator)], sub
{
	my $solo = Bench::Classroom::solo(25);
	my $server = $solo->{server};
	my $wanted = $ENV{LAB_BENCH_EVALUATIONS} // 3000;

	$server->set('labcreator.debounce' => 0, 'labcreator.linger' => '10min', 'labcreator.sweep_interval' => 0);
	Bench::Compare::warm_up($solo);
	progress('evaluations, until caches are filled');
	evaluate($solo, $wanted);
	my %processes = processes($solo);
	my %before = map { $_ => private($processes{$_}) } keys %processes;
	progress("$wanted evaluations");
	my $done = evaluate($solo, $wanted);
	for my $kind (qw(coordinator evaluator))
	{
		my $after = private($processes{$kind});
		progress(sprintf '%s: %d kB after %d more evaluations, %d kB before', $kind, $after, $done, $before{$kind});
		row(name => "leak_$kind", unit => 'MiB', ours => ($after - $before{$kind}) / 1024 * 100000 / $done, goal => '<= 10');
	}
	$server->unset(qw(labcreator.debounce labcreator.linger labcreator.sweep_interval));
};

1;
