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
CREATE FUNCTION s.once(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + 1';
CREATE FUNCTION s.nested(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT s.once(a)';
CREATE FUNCTION s.of(p s.people) RETURNS text LANGUAGE sql STABLE AS 'SELECT p.name';
CREATE DOMAIN s.small AS int CHECK (VALUE < 1000);
CREATE TYPE s.pair AS (a int, b text);
CREATE SEQUENCE s.numbers INCREMENT 2;
CREATE TABLE s.things (id serial PRIMARY KEY, a s.small DEFAULT s.nested(4), b int GENERATED ALWAYS AS (s.once(2) + 1) STORED, p s.pair,
	number bigint DEFAULT nextval('s.numbers'), CHECK (s.nested(a) > 0));
CREATE TABLE s.parts (thing int, at int, PRIMARY KEY (thing, at), FOREIGN KEY (thing) REFERENCES s.things ON DELETE CASCADE, EXCLUDE (at WITH =) WHERE (s.once(thing) = 0));
CREATE INDEX ON s.parts (s.nested(at), thing DESC) WHERE thing > 3;
CREATE STATISTICS s.both ON a, number FROM s.things;
CREATE INDEX people_name ON s.people (name);
CREATE TABLE s.elders (since date) INHERITS (s.notes);
ALTER TABLE s.parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON s.parts USING (EXISTS (SELECT FROM s.things t WHERE t.id = thing AND s.once(t.a) > 0));
CREATE RULE quiet AS ON DELETE TO s.elders DO INSTEAD NOTHING;
CREATE VIEW s.constant AS SELECT 1 AS one;
CREATE VIEW s.over AS SELECT one FROM s.constant;
ALTER SEQUENCE s.numbers OWNED BY s.things.number;
COMMENT ON TABLE s.things IS 'all of them';
COMMENT ON COLUMN s.things.number IS 'counted';
COMMENT ON INDEX s.parts_pkey IS 'the key';
COMMENT ON FUNCTION s.once(int) IS 'one more';
COMMENT ON CONSTRAINT parts_thing_fkey ON s.parts IS 'what it is of';
CREATE TABLE s.many AS SELECT g AS id, 'row ' || g AS text, g % 7 AS part FROM generate_series(1, 5000) AS g;
GRANT SELECT ON s.things TO PUBLIC;
GRANT SELECT (at) ON s.parts TO PUBLIC;
GRANT USAGE ON SEQUENCE s.numbers TO PUBLIC;
REVOKE EXECUTE ON FUNCTION s.once(int) FROM PUBLIC;
ALTER TABLE s.things SET (fillfactor = 70);
ALTER TABLE s.things ALTER number SET STATISTICS 7;
SQL
make_reference($node, 'reference', $schema);
create_lab($node, { lab => 'l', reference => 'reference', participants => [ 'ann' ], feedback => 'diff',
	tasks => [ { name => 'q', query => 'SELECT count(*) FROM s.pets' } ] });

my $results = "SELECT string_agg(concat_ws(' ', kind, object, status, detail), E'\n' ORDER BY kind, object) FROM lab_results('l', 'ann')";

# Runs a change as ann; returns the results that its commit led to, and how many checks were judged for them.
sub change
{
	my ($sql) = @_;
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
(undef, my $index) = change('CREATE INDEX people_age ON s.people (age)');
cmp_ok($index, '<', $some, "an index of a table that views read: $index checks are judged, and $some after a change of its rows");
change('DROP INDEX s.people_age');
change('DELETE FROM s.notes WHERE id = 2');
change('UPDATE s.people SET age = 30 WHERE id = 1');
is(worker_pid($node, 'evaluator'), $evaluator, 'one evaluator has done it all');

# Statements of several transactions: what the last one of them changes is seen, too, and what the pattern waits for.
for (
	[ 'DROP INDEX CONCURRENTLY s.people_name', qr/^index s\.people btree \(name\) fail .* missing/m ],
	[ 'CREATE INDEX CONCURRENTLY people_name ON s.people (name)', qr/^index s\.people btree \(name\) pass/m ],
	[ 'REINDEX INDEX CONCURRENTLY s.people_name', qr/^index s\.people btree \(name\) pass/m ],
	[ 'ALTER TABLE s.visits DETACH PARTITION s.visits_25 CONCURRENTLY', qr/^table s\.visits_25 fail .* column/m ],
	# PostgreSQL has left a constraint there
	[ "ALTER TABLE s.visits_25 DROP CONSTRAINT visits_25_day_check; ALTER TABLE s.visits ATTACH PARTITION s.visits_25 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')", qr/^table s\.visits_25 pass/m ])
{
	my ($sql, $wanted) = @$_;
	my $is;

	$node->safe_psql('l_ann', $sql, extra_params => [ '-U', 'ann' ]);
	for (1 .. 100)
	{
		$is = lab_sql($node, $results);
		last if $is =~ $wanted;
		select undef, undef, undef, 0.1;
	}
	like($is, $wanted, $sql);
	is($is, whole(), 'as an evaluation that trusts nothing says');
}

# A row that was written before another commit's evaluation, and committed after it.
my $other = $node->background_psql('l_ann', extra_params => [ '-U', 'ann' ]);
for my $end ('ROLLBACK', 'COMMIT')
{
	$other->query_safe("BEGIN; UPDATE s.many SET part = 9 WHERE id = 2500; DELETE FROM s.many WHERE id = 10; SELECT FROM s.many WHERE id = 2501 FOR UPDATE");
	my ($during) = change("UPDATE s.many SET text = 'x' WHERE id = 2502");
	like($during, qr/^rows s\.many fail/m, 'what is committed beside it is seen');
	change("UPDATE s.many SET text = 'row 2502' WHERE id = 2502");
	my ($evaluations) = lab_sql($node, 'SELECT evaluations FROM lab.workers()');
	$other->query_safe($end);
	poll($node, "SELECT evaluations > $evaluations FROM lab.workers()") if $end eq 'COMMIT';
	($after) = change('SELECT');
	like($after, $end eq 'COMMIT' ? qr/^rows s\.many fail/m : qr/^rows s\.many pass/m, "and what is not yet, at its $end");
	is($after, whole(), 'as an evaluation that trusts nothing says');
}
$other->quit;
change("UPDATE s.many SET part = 1 WHERE id = 2500; INSERT INTO s.many VALUES (10, 'row 10', 3)");

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
	# few pages of many
	'UPDATE s.many SET part = 9 WHERE id = 2500', 'UPDATE s.many SET part = id % 7 WHERE part = 9', 'DELETE FROM s.many WHERE id = 77', "INSERT INTO s.many VALUES (77, 'row 77', 0)",
	'SAVEPOINT a; UPDATE s.many SET part = 8; ROLLBACK TO a', 'SAVEPOINT a; DELETE FROM s.many WHERE id < 50; ROLLBACK TO a; UPDATE s.many SET part = 9 WHERE id = 3', 'SELECT count(*) FROM (SELECT FROM s.many WHERE id > 4000 FOR UPDATE) x',
	'UPDATE s.many SET text = text WHERE id IN (1, 5000)', 'TRUNCATE s.many', "INSERT INTO s.many SELECT g, 'row ' || g, g % 7 FROM generate_series(1, 5000) AS g WHERE NOT EXISTS (SELECT FROM s.many WHERE id = g)",
	'ALTER TABLE s.many SET UNLOGGED', 'ALTER TABLE s.many SET LOGGED', 'ALTER TABLE s.many ALTER part TYPE bigint', 'ALTER TABLE s.many ALTER part TYPE int', 'ALTER TABLE s.many RENAME part TO piece', 'ALTER TABLE s.many RENAME piece TO part',
	# what other objects' facts are read from as well
	"CREATE OR REPLACE FUNCTION s.once(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + 2'", "CREATE OR REPLACE FUNCTION s.once(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1 + a'",
	"CREATE OR REPLACE FUNCTION s.once(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN a + 1; END'",
	'ALTER FUNCTION s.once(int) RENAME TO another', 'ALTER FUNCTION s.another(int) RENAME TO once', 'ALTER TABLE s.people RENAME TO persons', 'ALTER TABLE s.persons RENAME TO people',
	'ALTER TABLE s.things RENAME id TO key', 'ALTER TABLE s.things RENAME key TO id', 'ALTER TABLE s.things RENAME TO items', 'ALTER TABLE s.items RENAME TO things',
	'ALTER SEQUENCE s.numbers OWNED BY NONE', 'ALTER SEQUENCE s.numbers OWNED BY s.things.number', 'ALTER SEQUENCE s.things_id_seq OWNED BY NONE', 'ALTER SEQUENCE s.things_id_seq OWNED BY s.things.id',
	'ALTER SEQUENCE s.numbers INCREMENT 3', 'ALTER SEQUENCE s.numbers INCREMENT 2', 'ALTER SEQUENCE s.numbers RENAME TO counts', 'ALTER SEQUENCE s.counts RENAME TO numbers',
	'ALTER DOMAIN s.small ADD CHECK (VALUE > -5)', 'ALTER DOMAIN s.small DROP CONSTRAINT small_check1', 'ALTER DOMAIN s.small RENAME TO little', 'ALTER DOMAIN s.little RENAME TO small',
	'ALTER TYPE s.pair ADD ATTRIBUTE c int', 'ALTER TYPE s.pair DROP ATTRIBUTE c', 'ALTER TYPE s.pair RENAME TO couple', 'ALTER TYPE s.couple RENAME TO pair', 'ALTER SCHEMA s RENAME TO t', 'ALTER SCHEMA t RENAME TO s',
	'DROP STATISTICS s.both', 'CREATE STATISTICS s.both ON a, number FROM s.things', 'ALTER TABLE s.elders NO INHERIT s.notes', 'ALTER TABLE s.elders INHERIT s.notes', 'ALTER TABLE s.notes ALTER note SET NOT NULL',
	'ALTER TABLE s.notes ALTER note DROP NOT NULL', 'ALTER TABLE s.parts DISABLE ROW LEVEL SECURITY', 'ALTER TABLE s.parts ENABLE ROW LEVEL SECURITY', 'DROP POLICY mine ON s.parts',
	'CREATE POLICY mine ON s.parts USING (EXISTS (SELECT FROM s.things WHERE id = thing AND s.once(a) > 0))', 'DROP RULE quiet ON s.elders', 'CREATE RULE quiet AS ON DELETE TO s.elders DO INSTEAD NOTHING',
	'CREATE OR REPLACE VIEW s.constant AS SELECT count(*)::int AS one FROM s.notes WHERE false', 'CREATE OR REPLACE VIEW s.constant AS SELECT 1 AS one', "COMMENT ON INDEX s.parts_pkey IS 'no key'",
	"COMMENT ON INDEX s.parts_pkey IS 'the key'", "COMMENT ON CONSTRAINT parts_thing_fkey ON s.parts IS 'none'", "COMMENT ON CONSTRAINT parts_thing_fkey ON s.parts IS 'what it is of'", 'COMMENT ON FUNCTION s.once(int) IS NULL',
	"COMMENT ON FUNCTION s.once(int) IS 'one more'", 'COMMENT ON COLUMN s.things.number IS NULL', "COMMENT ON COLUMN s.things.number IS 'counted'", 'REVOKE SELECT ON s.things FROM PUBLIC', 'GRANT SELECT ON s.things TO PUBLIC',
	'GRANT EXECUTE ON FUNCTION s.once(int) TO PUBLIC', 'REVOKE EXECUTE ON FUNCTION s.once(int) FROM PUBLIC', 'REVOKE SELECT (at) ON s.parts FROM PUBLIC', 'GRANT SELECT (at) ON s.parts TO PUBLIC',
	'ALTER TABLE s.things RESET (fillfactor)', 'ALTER TABLE s.things SET (fillfactor = 70)', 'ALTER INDEX s.parts_pkey SET (fillfactor = 50)', 'ALTER INDEX s.parts_pkey RESET (fillfactor)', 'ALTER INDEX s.parts_pkey RENAME TO parts_key',
	'ALTER INDEX s.parts_key RENAME TO parts_pkey', 'CLUSTER s.parts USING parts_pkey', 'ALTER TABLE s.parts SET WITHOUT CLUSTER', 'CREATE TRIGGER tidier BEFORE INSERT ON s.persons FOR EACH ROW EXECUTE FUNCTION s.tidy()',
	'DROP TRIGGER tidy ON s.people', 'CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON s.people FOR EACH ROW EXECUTE FUNCTION s.tidy()', 'ALTER TABLE s.things DISABLE TRIGGER ALL', 'ALTER TABLE s.things ENABLE TRIGGER ALL',
	'CREATE UNIQUE INDEX one ON s.notes (id)', 'DROP INDEX s.one', 'CREATE TEMP TABLE x (a int); INSERT INTO x VALUES (1)', 'ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO PUBLIC',
	'ALTER DEFAULT PRIVILEGES IN SCHEMA s REVOKE SELECT ON TABLES FROM PUBLIC', 'CREATE TABLE s.extra (people int, once int)', 'DROP TABLE s.extra', 'CREATE CAST (s.pair AS text) WITH INOUT', 'DROP CAST (s.pair AS text)',
	'CREATE FUNCTION s.notes(a int) RETURNS int LANGUAGE sql AS $$ SELECT a $$', 'DROP FUNCTION s.notes(int)', 'ALTER TABLE s.things REPLICA IDENTITY FULL', 'ALTER TABLE s.things REPLICA IDENTITY DEFAULT',
	'ALTER TABLE s.things ALTER number SET STATISTICS 9', 'ALTER TABLE s.things ALTER number SET STATISTICS 7', 'ALTER TABLE s.parts DROP CONSTRAINT parts_thing_fkey', 'ALTER TABLE s.parts ADD FOREIGN KEY (thing) REFERENCES s.things ON DELETE CASCADE',
);
my $done = 0;
my $wrong = 0;
my @since;    # the last evaluation that trusted nothing
for my $turn (1 .. ($ENV{LAB_TURNS} // 150))
{
	my $sql = $changes[ int rand @changes ];
	my ($got) = change($sql);

	next if !defined $got;
	$done++;
	push @since, $sql;
	next if rand > 0.4;
	my $wanted = whole();
	my @changed = splice @since;
	next if $got eq $wanted;
	$wrong++;
	my ($seen, $right) = map { my %lines = map { $_ => 1 } split /\n/; \%lines } $got, $wanted;
	diag(join "\n", "turn $turn, seed $seed: " . join(";\n", @changed), (map { "  was:       $_" } grep { !$right->{$_} } sort keys %$seen),
		map { "  should be: $_" } grep { !$seen->{$_} } sort keys %$right);
}
cmp_ok($done, '>=', 50, "$done changes were made");
is($wrong, 0, 'the results were right after each of them');

$node->stop;
done_testing();
