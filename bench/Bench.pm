# What all measures share: how they are registered, how a row of the table is made, and the statistics.
package Bench;

use strict;
use warnings;
use Exporter 'import';
use Time::HiRes ();

our @EXPORT = qw(measure row note_row progress median percentile timed now);

our @measures;    # in the order in which they run: { name, rows, run }
our $emit = sub { };    # takes each row as soon as it is known
my $current = '';

# A measure: its name, the names of its rows, and what makes them.
sub measure
{
	my ($name, $rows, $run) = @_;

	push @measures, { name => $name, rows => $rows, run => $run };
	return;
}

# Those that the names choose: a measure by its own name or by a row's.
sub chosen
{
	my @names = @_;
	my @chosen;

	return @measures unless @names;
	for my $name (@names)
	{
		my @found = grep { my $m = $_; grep { $_ eq $name } $m->{name}, @{ $m->{rows} } } @measures;
		die "bench: no measure is named $name; there are " . join(', ', map { $_->{name} } @measures) . "\n" unless @found;
		push @chosen, @found;
	}
	my %seen;
	return grep { !$seen{ $_->{name} }++ } @chosen;
}

sub run
{
	my ($measure) = @_;

	$current = $measure->{name};
	progress('');
	$measure->{run}->();
	return;
}

# Says on stderr where we are.
sub progress
{
	my ($what) = @_;

	printf STDERR "bench: %4.0f s  %s%s\n", time - $^T, $current, $what eq '' ? '' : ": $what";
	return;
}

# One row: name, unit, ours, peer, peer_name, and how it is judged.  A row with a peer has a ratio: of the peer's value to
# ours where the goal says how much longer a peer may take (over => 'peer'), else of ours to the peer's.  goal: a number
# with <= or >= before it, which is about the ratio where there is one and else about our value.
sub row
{
	my (%row) = @_;

	$row{ratio} //= ($row{over} // '') eq 'peer' ? $row{peer} / $row{ours} : $row{ours} / $row{peer} if defined $row{peer};
	if (defined $row{goal})
	{
		my ($operator, $limit) = $row{goal} =~ /^(<=|>=) ([0-9.]+)$/ or die "goal of $row{name}: $row{goal}";
		my $value = $row{ratio} // $row{ours};
		$row{met} = $operator eq '<=' ? $value <= $limit : $value >= $limit;
	}
	$emit->(\%row);
	return;
}

sub now { return Time::HiRes::time(); }

# Seconds that it takes.
sub timed
{
	my ($code) = @_;
	my $start = now();

	$code->();
	return now() - $start;
}

sub percentile
{
	my ($share, @values) = @_;
	my @sorted = sort { $a <=> $b } @values;

	die 'nothing was measured' unless @sorted;
	my $at = int($share * @sorted);
	return $sorted[ $at > $#sorted ? $#sorted : $at ];
}

sub median { return percentile(0.5, @_); }

1;
