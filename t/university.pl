# The mutation suite once more, over a second reference of another flavour: single changes to a finished copy of it must be
# caught with the right object named, other roads to the same database must be right, at exactly 100.00.
use strict;
use warnings;
use lib 't';
use Suite;
use Test::More;

use constant MANY => 30;    # unrelated checks that one change may fail at most: what depends on what it changed

my $suite = Suite->new('university', 'university');

for my $lane (1 .. Suite::LANES)
{
	my $copy = $suite->untouched($lane);

	ok($copy->{score} eq '100.00' && !@{ $copy->{failing} }, "untouched copy $lane is right") or diag(Suite::seen({ outcome => $copy }));
}
$suite->preview;
$suite->keep;

for my $file ($suite->files('mutants'), $suite->files('roads'))
{
	my @cases = Suite::cases($file);
	my $road = $file->{path} =~ /roads/;

	$suite->run(@cases);
	subtest(($road ? 'roads: ' : 'mutants: ') . $file->{name} => sub {
		for my $case (@cases)
		{
			my $outcome = $case->{outcome};

			if ($road)
			{
				ok(!$outcome->{error} && $outcome->{score} eq '100.00' && !@{ $outcome->{failing} }, $case->{name})
				  or diag(Suite::seen($case));
				next;
			}
			ok(!$outcome->{error} && Suite::caught($case) && $outcome->{score} < 100 && Suite::unrelated($case) <= MANY, $case->{name})
			  or diag("expected: @{ $case->{expected} }; beside it ", scalar Suite::unrelated($case), "\n", Suite::seen($case));
		}
	});
}
$suite->{node}->stop;
done_testing();
