# A lab in which eve attacks and ann works: every attack must fail, and the service go on.
package Attack;

use strict;
use warnings;
use Lab;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Exporter 'import';

our @EXPORT = qw(attack_lab attack attack_fails goes_on as result_of evaluate base_schema open_session);

my ($node, $coordinator, $logged, $ann, $teacher, $flagged);

# What the reference has and eve starts each attack with: something of every kind that an evaluation touches.
sub base_schema
{
	return <<'SQL';
CREATE SCHEMA shop;
CREATE FUNCTION shop.norm(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(t)';
CREATE DOMAIN shop.email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE shop.people (id int PRIMARY KEY, name text NOT NULL DEFAULT 'new', mail shop.email, low text GENERATED ALWAYS AS (lower(name)) STORED, CHECK (id > 0));
CREATE INDEX ON shop.people (shop.norm(name));
CREATE INDEX ON shop.people (id) WHERE name <> '';
CREATE VIEW shop.names AS SELECT id, name FROM shop.people WHERE id > 0;
CREATE MATERIALIZED VIEW shop.counted AS SELECT id FROM shop.people;
CREATE TABLE shop.notes (id int, owner text);
ALTER TABLE shop.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.notes USING (owner = 'eve');
CREATE TABLE shop.parts (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES FROM (0) TO (10);
CREATE FUNCTION shop.twice(a int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.owner := coalesce(NEW.owner, ''nobody''); RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT ON shop.notes FOR EACH ROW EXECUTE FUNCTION shop.stamp();
CREATE FUNCTION shop.same(a int, b int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 = $2';
CREATE OPERATOR shop.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = shop.same);
CREATE TYPE shop.pair AS (a int, b int);
CREATE FUNCTION shop.pair_of(a int) RETURNS shop.pair LANGUAGE sql AS 'SELECT ROW($1, $1)::shop.pair';
CREATE CAST (int AS shop.pair) WITH FUNCTION shop.pair_of(int);
INSERT INTO shop.people (id, name, mail) VALUES (1, 'Ann', 'ann@uni.test'), (2, 'Ben', NULL);
INSERT INTO shop.notes VALUES (1, 'eve');
INSERT INTO shop.parts VALUES (1, 'one');
SQL
}

# The server, with the lab; eve and ann have the schema already.
sub attack_lab
{
	my ($name, $limits, %settings) = @_;

	$node = lab_node($name, 'labcreator.sweep_interval' => 0, 'labcreator.check_timeout' => "'400ms'",
		'labcreator.evaluation_timeout' => "'5s'", 'labcreator.session_memory' => "'256MB'",
		'labcreator.student_requests' => 0, %settings);
	# a password file, a log and settings to look for
	append_to_file($node->data_dir . '/secret4711', "secret4711\n");
	chmod 0600, $node->data_dir . '/secret4711';
	$node->append_conf('postgresql.conf', "labcreator.ldap_password_file = '" . $node->data_dir . "/secret4711'");
	$node->reload;
	make_reference($node, 'reference', base_schema() . "CREATE TABLE public.flag (a int); CREATE TABLE shop.answers (answer text); INSERT INTO shop.answers VALUES ('answer4711');");
	create_lab($node, { lab => 'l', reference => 'reference', participants => [ 'eve', 'ann' ], limits => $limits });
	$node->safe_psql("l_$_", base_schema(), extra_params => [ '-U', $_ ]) for qw(eve ann);
	$coordinator = worker_pid($node, 'coordinator');
	$ann = $node->background_psql('l_ann', extra_params => [ '-U', 'ann' ]);
	$teacher = $node->background_psql('lab', extra_params => [ '-U', 'teacher' ]);
	$logged = -s $node->logfile;
	$flagged = 0;
	return $node;
}

# SQL as a role, eve in her own database unless named: output, or the error.
sub as
{
	my ($sql, $login, $database, %options) = @_;
	$login //= 'eve';
	my ($status, $out, $err) = $node->psql($database // "l_$login", $sql,
		on_error_stop => 1, %options, extra_params => [ '-U', $login ]);

	return $status == 0 ? "$out$err" : "$out$err (psql: $status)";
}

sub open_session
{
	my ($login) = @_;

	return $node->background_psql("l_$login", extra_params => [ '-U', $login ], on_error_stop => 0);
}

# Ann commits, and it is graded by the coordinator that was there at the start; no process of the server crashed.
sub goes_on
{
	my ($attack) = @_;
	my $log;
	my $graded;

	$ann->query_safe($flagged ? 'DROP TABLE public.flag' : 'CREATE TABLE public.flag (a int)');
	$flagged = !$flagged;
	for (1 .. 600)
	{
		$graded = $teacher->query_safe("SELECT status = 'pass' FROM lab_results('l', 'ann') WHERE kind = 'table' AND object = 'public.flag'");
		last if $graded eq ($flagged ? 't' : 'f');
		select undef, undef, undef, 0.05;
	}
	$log = slurp_file($node->logfile, $logged);
	$logged = -s $node->logfile;
	return 'ann is not graded' if $graded ne ($flagged ? 't' : 'f');
	return 'the coordinator is another one' if $teacher->query_safe('SELECT coordinator FROM lab.workers()') ne $coordinator;
	return "the server crashed: $1" if $log =~ /(.*(?:was terminated by signal|PANIC:|terminating any other active|TRAP:).*)/;
	return 'ok';
}

# What the attack gave is what is expected, and the service goes on.
sub attack
{
	my ($name, $got, $expected) = @_;

	subtest $name => sub {
		like($got, $expected, 'the attack fails');
		is(goes_on($name), 'ok', 'the service goes on');
	};
	return;
}

# The statements are refused with this error.
sub attack_fails
{
	my ($name, $sql, $expected) = @_;

	attack($name, as($sql), $expected);
	return;
}

# Evaluates eve now.
sub evaluate
{
	$teacher->query_safe("SELECT lab_evaluate('l', 'eve')");
	return;
}

# Every result of eve that does not pass, as lines.
sub result_of
{
	my ($object) = @_;
	my $only = $object ? "AND object LIKE '$object%'" : '';

	return $teacher->query_safe("SELECT kind || ' ' || object || ' ' || status || ': ' || coalesce(detail, '') FROM lab_results('l', 'eve') WHERE status NOT IN ('pass', 'kept') $only");
}

1;
