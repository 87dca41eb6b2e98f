# What else compares a database with a reference: pg_dump -s and diff, apgdiff, pgTAP by psql and by pg_prove.
package Bench::Peers;

use strict;
use warnings;
use FindBin;
use Bench;

my $work = $ENV{LAB_WORK};

# Peers for one participant's database: the reference is dumped, and its pgTAP test written, beforehand.  pgTAP gets a copy of
# the participant's database, so that its functions are in nobody's way.
sub new
{
	my ($class, $server, $reference, $database) = @_;
	my $self = bless { server => $server, database => $database, dir => "$work/peers_$reference" }, $class;
	my $dir = $self->{dir};

	mkdir $dir or die "$dir: $!";
	$self->{dump} = join ' ', 'pg_dump', $server->at, '-s', '-O', '-x';
	# since 15.14 no two dumps are equal, and apgdiff cannot read them, but for this
	my $plain = q{grep -vE '^\\\\(un)?restrict'};
	system("$self->{dump} $reference | $plain >$dir/reference.sql") == 0 or die 'pg_dump failed';
	$self->{psql} = join ' ', 'psql', '-XqAt', $server->at;
	system("$self->{psql} -d $reference -f $FindBin::RealBin/pgtap.sql >$dir/test.sql") == 0 or die 'psql failed';
	$server->database("pgtap_$reference", $reference);
	$server->sql("pgtap_$reference", 'CREATE SCHEMA tap; CREATE EXTENSION pgtap SCHEMA tap');
	$self->{tap} = "pgtap_$reference";
	open my $test, '<', "$dir/test.sql" or die $!;
	$self->{assertions} = grep { /^SELECT (?!plan|\*)/ } <$test>;
	$self->{ways} = {
		'pg_dump -s | diff' => "$self->{dump} $database | $plain >$dir/found.sql && { diff $dir/reference.sql $dir/found.sql >$dir/difference || [ \$? = 1 ]; }",
		'apgdiff' => "$self->{dump} $database | $plain >$dir/found.sql && apgdiff $dir/reference.sql $dir/found.sql >$dir/difference",
		'pgTAP, psql' => "$self->{psql} -d $self->{tap} -f $dir/test.sql >$dir/tap",
		'pgTAP, pg_prove' => "pg_prove -Q " . join(' ', $server->at) . " -d $self->{tap} $dir/test.sql >$dir/tap",
	};
	return $self;
}

# What the peers find is not judged, but that they ran is.
sub seconds
{
	my ($self, $way) = @_;

	return timed(sub { system($self->{ways}{$way}) == 0 or die "$way failed"; });
}

# Takes one time of each of them, or of those named.
sub take
{
	my ($self, @ways) = @_;

	push @{ $self->{times}{$_} }, $self->seconds($_) for @ways ? @ways : sort keys %{ $self->{ways} };
	return;
}

sub forget { my ($self) = @_; $self->{times} = {}; return; }

# The fastest one by its median: its name and seconds.
sub fastest
{
	my ($self) = @_;
	my %median = map { $_ => median(@{ $self->{times}{$_} }) } keys %{ $self->{times} };
	my ($best) = sort { $median{$a} <=> $median{$b} } keys %median;

	progress(join '; ', map { sprintf '%s %.0f ms', $_, 1000 * $median{$_} } sort keys %median);
	return ($best, $median{$best});
}

1;
