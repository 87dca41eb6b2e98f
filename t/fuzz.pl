# The reader of specs takes anything: mutations of valid specs give a lab or one clear error, never a crash, a leak or
# half a lab. LAB_FUZZ is how many; ./lab test --fuzz takes 100,000. LAB_SEED chooses others.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use Lab;
use JSON::PP;

my $many = $ENV{LAB_FUZZ} // 2000;
srand($ENV{LAB_SEED} // 20261125);
my $node = lab_node('fuzz');
make_reference($node, 'reference', 'CREATE TABLE t (a int); CREATE TABLE "O""dd" (b text); CREATE VIEW v AS SELECT a FROM t');

my $json = JSON::PP->new->canonical->ascii->allow_nonref;
my @valid = (
	{ lab => 'x', reference => 'nowhere', participants => ['a'] },
	{ lab => 'bikeshop', title => 'Bike shop', reference => 'nowhere', starter => 'nothing', hidden => 'dark',
		participants => [ { login => 'alice', name => 'Alice Kask', team => 'A', email => 'alice@uni.test' }, 'bob' ],
		database => '{lab}_{login}', auth => { method => 'scram' }, opens => '2026-11-24 10:00+02', closes => '2026-11-24 12:00+02',
		limits => { connections => 5, disk => '200MB', temp_disk => '500MB', statement_timeout => '60s', idle_in_transaction => '5min' },
		feedback => 'hint', peers => 'aliased', extras => 'count', activity => 'full', notify => JSON::PP::true, masters => ['other'],
		ignore => [ 'comment', 'index:shop.legacy_*' ],
		tasks => [ { name => 'orders', title => 'T', points => 10, objects => ['public.*'], hint => 'h' },
			{ name => 'q', query => 'SELECT 1', ordered => JSON::PP::true, tolerance => 0.5 },
			{ name => 's', script => [ 'SELECT 1', 'SELECT 2' ] }, { name => 'p', plan => { query => 'SELECT 1', max_cost_ratio => 2 } } ] },
	{ lab => 'l', reference => 'nowhere', participants => [ map { "p$_" } 1 .. 30 ], auth => { method => 'ldap', accounts => 'external' } });
my @odd = (undef, '', ' ', 'a' x 63, 'a' x 64, "\x{f5}un", "'", '"', '\\', '$$', "\n", "\t", '{lab}', '{login}', '{}', '%s%n', '../x', "\x{1F600}" x 16,
	0, -1, 1e308, 1e-300, 99999999999999999999, 0.1, JSON::PP::true, JSON::PP::false, [], {}, [ [] ], [ undef ], { '' => 1 }, 'infinity', 'NaN',
	'2026-13-45', 'now', 'public', 'none', 'pg_x', 'postgres', 'template1', 'lab', '200XB', '-1MB', '9' x 40, 'scram', 'SELECT', '*', 'index:', ':', 'a:b:c');

# A copy of the value with one place of it changed.
sub mutated
{
	my ($value, $depth) = @_;
	my $dice = int rand 10;

	return $odd[ int rand @odd ] if $dice == 0 && $depth > 0;
	if (ref $value eq 'HASH')
	{
		my %copy = %$value;
		my @keys = keys %copy;

		if ($dice == 1 && @keys) { delete $copy{ $keys[ int rand @keys ] }; return \%copy; }
		if ($dice == 2) { my $key = $odd[ int rand @odd ]; $copy{ defined $key && !ref $key ? $key : 'extra' } = $odd[ int rand @odd ]; return \%copy; }
		return $odd[ int rand @odd ] if !@keys;
		my $key = $keys[ int rand @keys ];
		$copy{$key} = mutated($copy{$key}, $depth + 1);
		return \%copy;
	}
	if (ref $value eq 'ARRAY')
	{
		my @copy = @$value;

		if ($dice == 1) { push @copy, $odd[ int rand @odd ]; return \@copy; }
		if ($dice == 2 && @copy) { push @copy, $copy[ int rand @copy ]; return \@copy; }
		return [ $odd[ int rand @odd ] ] if !@copy;
		my $i = int rand @copy;
		$copy[$i] = mutated($copy[$i], $depth + 1);
		return \@copy;
	}
	if (defined $value && !ref $value && $dice == 3 && length $value)
	{
		my $copy = $value;
		substr($copy, int(rand length $copy), 1) = chr(1 + int rand 0x2FF);
		return $copy;
	}
	return $odd[ int rand @odd ];
}

my $file = $node->basedir . '/specs';
open my $out, '>:encoding(UTF-8)', $file or die $!;
for my $n (1 .. $many)
{
	my $spec = $valid[ int rand @valid ];

	$spec = mutated($spec, 0) for 1 .. 1 + int rand 3;
	my $text = $json->encode($spec);
	$text =~ s/\\/\\\\/g;
	print $out "$text\n";
}
close $out;

# Every spec is read; those that are right fail at the missing reference. In one session, so that a leak would show.
my $run = <<"SQL";
CREATE TEMP TABLE specs (spec text);
\\copy specs FROM '$file'
CREATE TEMP TABLE seen (sqlstate text, told boolean);
CREATE FUNCTION pg_temp.used() RETURNS bigint LANGUAGE sql AS
	\$\$ SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts WHERE name IN ('TopMemoryContext', 'CacheMemoryContext', 'TopTransactionContext', 'SPI Proc') \$\$;
CREATE FUNCTION pg_temp.try(reference text, many int) RETURNS void LANGUAGE plpgsql AS \$f\$
DECLARE
	one record;
	detail text;
	hint text;
BEGIN
	FOR one IN SELECT spec FROM specs LIMIT many LOOP
		BEGIN
			PERFORM lab_create(jsonb(replace(one.spec, 'nowhere', reference)));
			RAISE EXCEPTION USING ERRCODE = 'YY000', MESSAGE = 'a lab', HINT = 'taken back';
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
			INSERT INTO seen VALUES (SQLSTATE, hint <> '' OR SQLSTATE IN ('22P02', '22P05', '22021', '22003', '22030'));
			IF SQLSTATE LIKE 'XX%' OR SQLSTATE LIKE '57%' THEN RAISE WARNING '%: % for %', SQLSTATE, SQLERRM, one.spec; END IF;
		END;
	END LOOP;
END \$f\$;
SELECT pg_temp.try('nowhere', least($many, 1000));
SELECT pg_temp.used() AS before \\gset
SELECT pg_temp.try('nowhere', $many);
SELECT 'leak ' || (pg_temp.used() - :before < 4000000);
SELECT 'read ' || count(*) FROM seen;
SELECT 'internal ' || count(*) FROM seen WHERE sqlstate LIKE 'XX%' OR sqlstate LIKE '57%';
SELECT 'without a hint ' || coalesce(string_agg(DISTINCT sqlstate, ' '), 'none') FROM seen WHERE NOT told;
SELECT 'right ' || (count(*) > 0) FROM seen WHERE sqlstate = '3D000';
SELECT 'wrong ' || (count(DISTINCT sqlstate) > 2) FROM seen;
TRUNCATE seen;
SELECT pg_temp.try('reference', least($many / 10, 2000));
SELECT 'labs ' || (count(*) > 0) FROM seen WHERE sqlstate = 'YY000';
SELECT 'internal ' || count(*) FROM seen WHERE sqlstate LIKE 'XX%';
SQL
$node->safe_psql('lab', 'GRANT TEMPORARY ON DATABASE lab TO teacher; GRANT pg_read_all_stats TO teacher');
my ($status, $said, $err) = $node->psql('lab', $run, extra_params => [ '-U', 'teacher' ], timeout => 3600);

is($status, 0, "$many specs are read") or diag($err);
is(scalar(grep { $_ eq 'internal 0' } split /\n/, $said), 2, 'none fails inside') or diag($err);
like($said, qr/^read @{[ $many + ($many < 1000 ? $many : 1000) ]}$/m, 'all of them');
like($said, qr/^leak true$/m, 'none leaves memory behind');
like($said, qr/^right true$/m, 'some are right');
like($said, qr/^wrong true$/m, 'others are wrong in several ways');
like($said, qr/^without a hint none$/m, 'each error says what to do next') or diag($said);
like($said, qr/^labs true$/m, 'some make a lab');
is($node->safe_psql('lab', 'SELECT count(*) FROM lab.labs, lab.tasks'), '0', 'no half of one is recorded');
is($node->safe_psql('lab', "SELECT count(*) FROM pg_roles r JOIN pg_auth_members m ON m.member = r.oid JOIN pg_roles g ON g.oid = m.roleid WHERE g.rolname = 'lab_student'"), '0', 'and no login is left');
unlike(slurp_file($node->logfile), qr/was terminated by signal/, 'no process crashed');

$node->stop;
done_testing();
