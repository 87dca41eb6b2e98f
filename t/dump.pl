# A dump of the control database holds the labs, and what is restored from it goes on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use Lab;

my $node = lab_node('dump');
my $tries = 0;
my $file = $node->basedir . '/lab.sql';
make_reference($node, 'reference', 'CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE VIEW v AS SELECT a FROM t');
create_lab($node, { lab => 'l', reference => 'reference', participants => [ 'ann', 'bob' ] });
$node->safe_psql('l_ann', 'CREATE TABLE t (a int)', extra_params => [ '-U', 'ann' ]);
lab_sql($node, "SELECT lab_evaluate('l')");

my @tables = split /\n/, $node->safe_psql('lab', "SELECT oid::regclass FROM pg_class WHERE relnamespace = 'lab'::regnamespace AND relkind = 'r' ORDER BY 1");

# What is in each table that the coordinator does not write to meanwhile.
sub contents
{
	return join "\n", map { "$_: " . $node->safe_psql('lab', "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM $_ t") }
	  grep { /^lab\.(labs|accounts|tasks|checks|results)$/ } @tables;
}

is($node->safe_psql('lab', "SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'lab'::regnamespace AND c.relkind IN ('r', 'S')
	AND NOT EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig))"), '0', 'every table and sequence is dumped');
my $results = lab_sql($node, "SELECT string_agg(r::text, E'\n') FROM lab_results('l', 'ann') r");
my $mark = $node->safe_psql('lab', 'SELECT id FROM lab.instance ORDER BY made LIMIT 1');
my $before = contents();
$node->command_ok([ 'pg_dump', '-f', $file, '-d', $node->connstr('lab') ], 'the control database is dumped');

# The extension goes with everything, as in a new database; what it made elsewhere stays.
$node->safe_psql('lab', 'DROP EXTENSION labcreator CASCADE');
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	# slowly: the coordinator reads the tables when they are there, and has to read them again when they are filled
	my ($tables, $rows) = split /^(?=-- Data for Name)/m, slurp_file($file) =~ s/^\\(?:un)?restrict .*\n//mgr, 2;
	$node->safe_psql('lab', $tables);
	ok(poll($node, "SELECT count(*) = 0 FROM lab.labs"), 'the tables are there');
	$tries = 0;
	select undef, undef, undef, 0.1 while reachable($node, 'ann', 'l_ann') && $tries++ < 600;
	ok(!reachable($node, 'ann', 'l_ann'), 'nobody gets in before the labs are there');
	$node->safe_psql('lab', $rows);
}
is(contents(), $before, 'all is there, once');
is($node->safe_psql('lab', 'SELECT id FROM lab.instance ORDER BY made LIMIT 1'), $mark, 'with the mark of what was made elsewhere');
ok(poll($node, "SELECT count(*) = 2 FROM lab_progress('l') WHERE state IN ('working', 'not started')"), 'the lab is there');
is(lab_sql($node, "SELECT string_agg(r::text, E'\n') FROM lab_results('l', 'ann') r"), $results, 'with its results');
# the gates are set from the tables when the coordinator has read them
select undef, undef, undef, 0.1 until reachable($node, 'ann', 'l_ann') || $tries++ > 600;
$node->safe_psql('l_ann', 'INSERT INTO t VALUES (1); ALTER TABLE t ADD PRIMARY KEY (a); CREATE VIEW v AS SELECT a FROM t', extra_params => [ '-U', 'ann' ]);
ok(poll($node, "SELECT score FROM lab_progress('l') WHERE login = 'ann'", '100.00'), 'and goes on');
create_lab($node, { lab => 'second', reference => 'reference', participants => ['cay'] });
is(lab_sql($node, "SELECT count(DISTINCT lab) FROM lab_progress()"), '2', 'another one can be made: sequences are where they were');
lab_sql($node, "SELECT lab_drop('l')");
lab_sql($node, "CALL lab_wait('l')");
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'l\\_%'"), '0', 'and it can be dropped');

$node->stop;
done_testing();
