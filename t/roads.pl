# Different roads to the database of a wide reference: each must be right, at exactly 100.00.
use strict;
use warnings;
use lib 't';
use Suite;
use Test::More;

my $suite = Suite->new('roads');
my ($roads, $marked_down, $dump) = (0, 0, 0);

for my $lane (1 .. Suite::LANES)
{
	my $copy = $suite->untouched($lane);

	ok($copy->{score} eq '100.00' && $copy->{passed} == $copy->{total} && !@{ $copy->{failing} }, "untouched copy $lane is right")
	  or diag(Suite::seen({ outcome => $copy }));
}
$suite->preview;
$suite->keep;

for my $file ($suite->files('roads'))
{
	my @cases = Suite::cases($file);

	$suite->run(@cases);
	subtest $file->{name} => sub {
		for my $case (@cases)
		{
			my $outcome = $case->{outcome};

			$roads++;
			$dump++ if $case->{dump_differs};
			ok(!$outcome->{error} && $outcome->{score} eq '100.00' && $outcome->{passed} == $outcome->{total} && !@{ $outcome->{failing} },
				$case->{name})
			  or $marked_down++, diag(Suite::seen($case));
		}
	};
}

cmp_ok($roads, '>=', 60, 'there are enough roads') unless $ENV{LAB_ONLY};
# The shortest road: a reference that did not change has the same checks when it is read again.
is(Lab::lab_sql($suite->{node}, "SELECT * FROM lab_refresh('wide')"), '', 'lab_refresh changes nothing');
diag("$roads roads, $marked_down marked down; pg_dump -s | diff marks down $dump");
$suite->{node}->stop;
done_testing();
