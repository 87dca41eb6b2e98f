# From COMMIT's return to the new row in lab_progress(): one person at work, and thirty.
package Bench::Latency;

use strict;
use warnings;
use Bench;
use Bench::Changes;
use Bench::Classroom;
use Bench::Session;

# One person of a class commits so many times, one commit after the other; milliseconds.
sub one_person
{
	my ($class, $commits) = @_;
	my $person = $class->{logins}[0];
	my $work = $class->{server}->session("$class->{lab}_$person", $person);
	my $board = $class->{server}->session('lab');
	my @times;

	for my $turn (0 .. $commits - 1)
	{
		my $change = $Bench::Changes::work[ int($turn / 2) % @Bench::Changes::work ];
		Bench::Classroom::pause();
		push @times, 1000 * Bench::Classroom::latency($work, $board, $class->{lab}, $person, $change->[ $turn % 2 ]);
	}
	$work->leave;
	$board->leave;
	return @times;
}

# Everybody commits once a second, each at a time of their own; milliseconds.  A result that is not there before the same person
# commits again counts as the second in between.
sub everybody
{
	my ($class, $seconds) = @_;
	my $server = $class->{server};
	my @people = map {
		my $login = $class->{logins}[$_];
		{ login => $login, session => $server->session("$class->{lab}_$login", $login), turn => 0, commits => [] }
	} 0 .. $#{ $class->{logins} };
	my %by_session = map { $_->{session} => $_ } @people;
	my $board = $server->session('lab');
	my $start = now() + 0.5;

	$people[$_]{due} = $start + $_ / @people for 0 .. $#people;
	$board->post("SELECT * FROM bench.watch('$class->{lab}', " . ($seconds + 2) . ')');
	while (now() < $start + $seconds)
	{
		my ($next) = sort { $a->{due} <=> $b->{due} } @people;
		my $wait = $next->{due} - now();
		for my $session (Bench::Session::ready($wait > 0 ? $wait : 0, map { $_->{session} } @people))
		{
			push @{ $by_session{$session}{commits} }, now() if defined $session->answer;
		}
		next if now() < $next->{due};
		my $change = $Bench::Changes::work[ int($next->{turn} / 2) % @Bench::Changes::work ];
		$next->{session}->post($change->[ $next->{turn}++ % 2 ]);
		$next->{due} += 1;
	}
	my $rows;
	until (defined($rows = $board->answer)) { }
	my %seen;
	for (split /\n/, $rows) { my ($login, $at) = split /\|/; push @{ $seen{$login} }, $at; }
	$board->leave;
	my @times;
	for my $person (@people)
	{
		$person->{session}->leave;
		# as it was, wherever they were when the time was over
		$server->sql("$class->{lab}_$person->{login}", join('; ', map { $_->[1] } @Bench::Changes::work), $person->{login});
		for my $committed (@{ $person->{commits} })
		{
			my ($at) = grep { $_ > $committed - 0.001 } @{ $seen{ $person->{login} } // [] };
			push @times, !defined $at || $at - $committed > 1 ? 1000 : 1000 * ($at - $committed);
		}
	}
	return @times;
}

measure 'latency', [qw(latency_p50_idle latency_p99_idle latency_p50_busy latency_p99_busy)], sub
{
	my $class = Bench::Classroom::class(30);

	progress('one person at work');
	one_person($class, 8);
	my @idle = one_person($class, 120);
	row(name => 'latency_p50_idle', unit => 'ms', ours => median(@idle), goal => '<= 15');
	row(name => 'latency_p99_idle', unit => 'ms', ours => percentile(0.99, @idle), goal => '<= 60');
	progress('thirty people, each commits once a second');
	everybody($class, 4);
	my @busy = everybody($class, 16);
	row(name => 'latency_p50_busy', unit => 'ms', ours => median(@busy), goal => '<= 30');
	row(name => 'latency_p99_busy', unit => 'ms', ours => percentile(0.99, @busy), goal => '<= 150');
};

1;
