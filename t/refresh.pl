# lab_refresh: the reference changed, and so do the checks.
use strict;
use warnings;
use lib 't';
use Lab;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = lab_node('refresh');

# An unchanged reference has the same checks, whatever it is full of.
my $wide = join '', map { slurp_file($_) } grep { !/extension|server/ } sort glob 't/grading/reference/*.sql';
$node->safe_psql('postgres', 'CREATE ROLE clerk; CREATE ROLE auditor');
$wide =~ s/PLACE/\/tmp/g;
make_reference($node, 'wide', $wide);
create_lab($node, { lab => 'w', reference => 'wide', participants => [ 'zoe' ] });
my (undef, $out, $err) = $node->psql('lab', "SELECT * FROM lab_refresh('w')", extra_params => [ '-U', 'teacher' ]);
is($out, '', 'nothing');
like($err, qr/nothing changes/, 'NOTICE');
diag("$out\n$err");
done_testing();
