# What an evaluator does not look at again could not have changed: after each of many random changes its results are
# those of an evaluation that trusts nothing. And it does little: counted, not timed.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use Lab;

# LAB_SEED and LAB_TURNS choose other changes, and more of them.
my $seed = $ENV{LAB_SEED} // 20261125;
srand $seed;
my $node = lab_node('incremental', 'labcreator.sweep_interval' => 0, 'labcreator.debounce' => 0,
	'labcreator.linger' => "'10min'", 'autovacuum' => 'off');
my $schema = <<'SQL';
CREATE SCHEMA s;
CREATE TYPE s.mood AS ENUM ('sad', 'ok');
CREATE TABLE s.people (id int PRIMARY KEY, name text NOT NULL, age int CHECK (age BETWEEN 0 AND 150), mood s.mood);
CREATE TABLE s.pets (id int PRIMARY KEY, owner int REFERENCES s.people ON DELETE CASCADE, weight numeric DEFAULT 1, CHECK (weight > 0));
CREATE TABLE s.visits (day date, pet int, cost int) PARTITION BY RANGE (day);
CREATE TABLE s.visits_25 PARTITION OF s.visits FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE s.visits_26 PARTITION OF s.visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE s.notes (id int, note text);
INSERT INTO s.people VALUES (1, 'Ann', 30, 'ok'), (2, 'Ben', 40, 'sad'), (3, 'Cay', 50, NULL);
INSERT INTO s.pets VALUES (1, 1, 3), (2, 1, 4.5), (3, 2, 10);
INSERT INTO s.visits VALUES ('2025-03-01', 1, 20), ('2026-03-01', 2, 30), ('2026-04-01', 3, 40);
INSERT INTO s.notes VALUES (1, 'x');
CREATE VIEW s.loads AS SELECT p.name, sum(a.weight) AS total FROM s.people p LEFT JOIN s.pets a ON a.owner = p.id GROUP BY p.name;
CREATE VIEW s.heavy AS SELECT name FROM s.loads WHERE total > 5;
CREATE MATERIALIZED VIEW s.costs AS SELECT pet, sum(cost) AS cost FROM s.visits GROUP BY pet;
CREATE FUNCTION s.spent(pet int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT coalesce(sum(cost), 0) FROM s.visits v WHERE v.pet = spent.pet';
CREATE FUNCTION s.twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * a';
CREATE FUNCTION s.tidy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := trim(NEW.name); RETURN NEW; END';
CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON s.people FOR EACH ROW EXECUTE FUNCTION s.tidy();
SQL
make_reference($node, 'reference', $schema);
create_lab($node, { lab => 'l', reference => 'reference', participants => [ 'ann' ], feedback => 'diff',
	tasks => [ { name => 'q', query => 'SELECT count(*) FROM s.pets' } ] });

my $results = "SELECT string_agg(concat_ws(' ', kind, object, status, detail), E'\n' ORDER BY kind, object) FROM lab_results('l', 'ann')";

# Runs a change as ann; returns the results that its commit led to, and how many checks were judged for them.
sub change
{
	my ($sql) = @_;
	lab_sql($node, "SELECT lab_evaluate('l', 'ann')");    # nothing is under way
	my ($before, $judged) = split /\|/, lab_sql($node, 'SELECT evaluations, judged FROM lab.workers()');
	# one commit, one evaluation; the last statement sees to it that there is an event, also after what changed nothing
	my ($status) = $node->psql('l_ann', "BEGIN;\n$sql;\nSELECT pg_current_xact_id();\nCOMMIT", extra_params => [ '-U', 'ann' ]);

	return if $status != 0;
	poll($node, "SELECT evaluations > $before FROM lab.workers()") or die "no evaluation after: $sql";
	return (lab_sql($node, $results), lab_sql($node, "SELECT judged - $judged FROM lab.workers()"));
}

# The same by an evaluation that trusts nothing.
sub whole
{
	lab_sql($node, "SELECT lab_evaluate('l', 'ann')");
	return lab_sql($node, $results);
}

my ($after) = change($schema);
is($after, whole(), 'the first look');
is(lab_sql($node, "SELECT score FROM lab_progress('l')"), '100.00', 'all is there');
my $evaluator = worker_pid($node, 'evaluator');

# How little it does.
my (undef, $few) = change("INSERT INTO s.notes VALUES (2, 'y')");
cmp_ok($few, '<=', 3, "a row in a table that nothing reads: $few checks are judged");
(undef, my $some) = change('UPDATE s.people SET age = 31 WHERE id = 1');
(undef, my $most) = change('ALTER TABLE s.notes ADD more int');
cmp_ok($most, '<=', 6, "a column there: $most checks are judged");
change('ALTER TABLE s.notes DROP more');
change('DELETE FROM s.notes WHERE id = 2');
change('UPDATE s.people SET age = 30 WHERE id = 1');
is(worker_pid($node, 'evaluator'), $evaluator, 'one evaluator has done it all');

my @changes = (
	"INSERT INTO s.people VALUES (9, ' Zoe ', 20, 'ok')", 'DELETE FROM s.people WHERE id = 9', 'UPDATE s.people SET age = age + 1', 'UPDATE s.people SET age = age - 1',
	'INSERT INTO s.pets VALUES (8, 2, 2)', 'DELETE FROM s.pets WHERE id = 8', 'UPDATE s.pets SET weight = weight * 2', 'UPDATE s.pets SET weight = weight / 2',
	"INSERT INTO s.visits VALUES ('2026-05-05', 1, 5)", "DELETE FROM s.visits WHERE day = '2026-05-05'", "INSERT INTO s.visits_25 VALUES ('2025-05-05', 1, 5)",
	"DELETE FROM s.visits_25 WHERE day = '2025-05-05'", 'TRUNCATE s.visits_26', "INSERT INTO s.visits VALUES ('2026-03-01', 2, 30), ('2026-04-01', 3, 40)",
	'REFRESH MATERIALIZED VIEW s.costs', "COPY s.notes FROM PROGRAM 'false'", "INSERT INTO s.notes VALUES (1, 'x')", 'DELETE FROM s.notes',
	'CREATE OR REPLACE VIEW s.loads AS SELECT p.name, sum(a.weight) AS total FROM s.people p JOIN s.pets a ON a.owner = p.id GROUP BY p.name',
	'CREATE OR REPLACE VIEW s.loads AS SELECT p.name, sum(a.weight) AS total FROM s.people p LEFT JOIN s.pets a ON a.owner = p.id GROUP BY p.name',
	'CREATE OR REPLACE VIEW s.heavy AS SELECT name FROM s.loads WHERE total >= 5', 'CREATE OR REPLACE VIEW s.heavy AS SELECT l.name FROM s.loads l WHERE 5 < l.total',
	"CREATE OR REPLACE FUNCTION s.spent(pet int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT sum(cost) FROM s.visits v WHERE v.pet = spent.pet'",
	"CREATE OR REPLACE FUNCTION s.spent(pet int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT coalesce(sum(cost), 0) FROM s.visits v WHERE v.pet = \$1'",
	"CREATE OR REPLACE FUNCTION s.twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + 1'", "CREATE OR REPLACE FUNCTION s.twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + a'",
	"CREATE OR REPLACE FUNCTION s.tidy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "CREATE OR REPLACE FUNCTION s.tidy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := btrim(NEW.name); RETURN NEW; END'",
	'ALTER TABLE s.people DISABLE TRIGGER tidy', 'ALTER TABLE s.people ENABLE TRIGGER tidy', 'ALTER TABLE s.people ALTER name DROP NOT NULL', 'ALTER TABLE s.people ALTER name SET NOT NULL',
	'ALTER TABLE s.people DROP CONSTRAINT people_age_check', 'ALTER TABLE s.people ADD CONSTRAINT people_age_check CHECK (age >= 0 AND age < 151)', 'ALTER TABLE s.people ADD CHECK (age <> 77)',
	'ALTER TABLE s.people DROP CONSTRAINT people_age_check1', 'ALTER TABLE s.pets ALTER weight SET DEFAULT 2', "ALTER TABLE s.pets ALTER weight SET DEFAULT '1.0'",
	"ALTER TYPE s.mood RENAME VALUE 'ok' TO 'fine'", "ALTER TYPE s.mood RENAME VALUE 'fine' TO 'ok'", 'ALTER TABLE s.pets RENAME TO animals', 'ALTER TABLE s.animals RENAME TO pets',
	'CREATE INDEX ON s.pets (owner)', 'COMMENT ON TABLE s.pets IS NULL', 'UPDATE s.pets SET weight = CASE id WHEN 1 THEN 3 WHEN 2 THEN 4.5 ELSE 10 END',
	'SAVEPOINT a; INSERT INTO s.notes VALUES (3); ROLLBACK TO a; UPDATE s.people SET age = 30 WHERE id = 1', 'DO $$ BEGIN UPDATE s.people SET age = 40 WHERE id = 2; DELETE FROM s.notes WHERE id = 3; END $$',
	'ALTER TABLE s.visits DETACH PARTITION s.visits_25', "ALTER TABLE s.visits ATTACH PARTITION s.visits_25 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
	'DROP VIEW s.heavy', 'CREATE VIEW s.heavy AS SELECT name FROM s.loads WHERE total > 5',
);
my $done = 0;
my $wrong = 0;
for my $turn (1 .. ($ENV{LAB_TURNS} // 60))
{
	my $sql = $changes[ int rand @changes ];
	my ($got) = change($sql);

	next if !defined $got;
	$done++;
	my $wanted = whole();
	next if $got eq $wanted;
	$wrong++;
	my %seen = map { $_ => 1 } split /\n/, $got;
	diag("turn $turn, seed $seed: $sql\n  " . join("\n  ", grep { !$seen{$_} } split /\n/, $wanted));
}
cmp_ok($done, '>=', 20, "$done changes were made");
is($wrong, 0, 'the results were right after each of them');

$node->stop;
done_testing();
