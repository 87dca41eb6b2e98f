# Single changes to a finished copy of a wide reference: each must be caught, with the right object named.
use strict;
use warnings;
use lib 't';
use Suite;
use Test::More;

use constant MANY => 12;    # unrelated checks that one change may fail at most: what depends on what it changed

my $suite = Suite->new('mutants');
my $copy = $suite->untouched(1);
my ($changes, $missed, $dump) = (0, 0, 0);

is($copy->{score}, '100.00', 'the untouched copy is right') or diag(Suite::seen({ outcome => $copy }));
$suite->keep;

for my $file ($suite->files('mutants'))
{
	my @cases = Suite::cases($file);

	$suite->run(@cases);
	subtest $file->{name} => sub {
		for my $case (@cases)
		{
			my @others = Suite::unrelated($case);

			$changes++;
			$dump++ if $case->{dump_differs};
			ok(!$case->{outcome}{error} && Suite::caught($case) && $case->{outcome}{score} < 100 && @others <= MANY, $case->{name})
			  or $missed++, diag("expected: @{ $case->{expected} }; beside it ", scalar @others, "\n", Suite::seen($case));
		}
	};
}

cmp_ok($changes, '>=', 150, 'there are enough changes') unless $ENV{LAB_ONLY};
diag("$changes changes, ", $changes - $missed, " caught; pg_dump -s | diff sees $dump");
$suite->{node}->stop;
done_testing();
