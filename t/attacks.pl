# A participant with a psql prompt: reach another database, read the answer, forge results, become somebody else.
use strict;
use warnings;
use lib 't';
use Attack;
use Lab;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = attack_lab('attacks', { connections => 5, statement_timeout => '5s' });
my $loot = PostgreSQL::Test::Utils::tempdir;
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $denied = qr/permission denied|must be superuser|must be (?:a )?member|must be owner|must have|superuser/i;

# Another database.
for my $database (qw(lab l_ann reference postgres template1))
{
	attack("connect to $database", as('SELECT 1', 'eve', $database), qr/FATAL:  "$database" is not a database of participant "eve"/);
}
$node->safe_psql('postgres', 'GRANT CONNECT ON DATABASE l_ann TO PUBLIC');
attack('connect to l_ann with rights on it', as('SELECT 1', 'eve', 'l_ann'), qr/FATAL:  "l_ann" is not a database of participant "eve"/);
my (undef, undef, $replication) = $node->psql('l_eve', 'IDENTIFY_SYSTEM', replication => 'database', extra_params => [ '-U', 'eve' ]);
attack('a replication connection', $replication, qr/FATAL/);
(undef, undef, $replication) = $node->psql('', 'IDENTIFY_SYSTEM', replication => '1', extra_params => [ '-U', 'eve' ]);
attack('a physical replication connection', $replication, qr/FATAL/);
attack_fails('dblink', 'CREATE EXTENSION dblink', qr/$denied|not available|could not open extension/);
attack_fails('postgres_fdw', 'CREATE EXTENSION postgres_fdw', qr/$denied|not available|could not open extension/);
attack_fails('a subscription', "CREATE SUBSCRIPTION s CONNECTION 'dbname=reference' PUBLICATION p", $denied);
attack_fails('CREATE DATABASE from the reference', 'CREATE DATABASE mine TEMPLATE reference', $denied);
attack_fails('ALTER DATABASE', 'ALTER DATABASE l_eve SET session_replication_role = replica', $denied);
attack_fails('rename the database', 'ALTER DATABASE l_ann RENAME TO x', $denied);
attack('let a peer in', as('GRANT CONNECT ON DATABASE l_eve TO ann') . as('SELECT 1', 'ann', 'l_eve'), qr/FATAL:  "l_eve" is not a database of participant "ann"/);
attack_fails('grant oneself to a peer', 'GRANT eve TO ann', qr/a participant of a lab cannot grant or revoke roles/);
attack_fails('grant oneself in a block', 'DO $$ BEGIN EXECUTE \'GRANT eve TO ann\'; END $$', qr/a participant of a lab cannot grant or revoke roles/);
attack("make the teacher a participant", as('GRANT eve TO teacher') . as('SELECT 7', 'teacher', 'lab'), qr/cannot grant or revoke roles.*^7|cannot grant or revoke roles.*7/ms);
$node->safe_psql('postgres', "GRANT eve TO teacher, \"$superuser\""); # as somebody else's mistake
attack('members of a participant are no participants', as('SELECT 7', 'teacher', 'lab') . as('SELECT 8', $superuser, 'postgres'), qr/^78$/);
$node->safe_psql('postgres', "REVOKE eve FROM teacher, \"$superuser\"");

# Another role, other attributes.
attack_fails('SET ROLE lab_master', 'SET ROLE lab_master', $denied);
attack_fails('SET ROLE lab_evaluator', 'SET ROLE lab_evaluator', $denied);
attack_fails('SET SESSION AUTHORIZATION', 'SET SESSION AUTHORIZATION ann', $denied);
attack_fails('CREATE ROLE', 'CREATE ROLE mine', $denied);
for my $attribute ('SUPERUSER', 'CREATEROLE', 'REPLICATION', 'BYPASSRLS', 'CONNECTION LIMIT -1', "VALID UNTIL 'infinity'")
{
	attack_fails("ALTER ROLE $attribute", "ALTER ROLE eve $attribute", $denied);
}
attack_fails('rename oneself', 'ALTER ROLE eve RENAME TO ann2', qr/permission denied|session user cannot be renamed/);
attack_fails('settings for a peer', "ALTER ROLE ann SET search_path = x", $denied);
attack_fails('settings for the evaluator', "ALTER ROLE lab_evaluator SET search_path = x", $denied);
attack_fails('settings for oneself that only superusers may set', 'ALTER ROLE eve SET session_preload_libraries = x', $denied);
attack_fails('a role as a setting', 'SET role = postgres; SELECT 1', qr/permission denied|does not exist/);

# The answer.
my $data = $node->data_dir;
attack_fails('pg_read_file', "SELECT pg_read_file('secret4711')", $denied);
attack_fails('pg_read_binary_file', "SELECT pg_read_binary_file('$data/secret4711')", $denied);
attack_fails('pg_ls_dir', "SELECT pg_ls_dir('base')", $denied);
attack_fails('pg_stat_file', "SELECT pg_stat_file('secret4711')", $denied);
attack_fails('COPY FROM a file', "CREATE TABLE f (t text); COPY f FROM '$data/secret4711'", $denied);
attack_fails('COPY FROM PROGRAM', "CREATE TABLE g (t text); COPY g FROM PROGRAM 'cat $data/secret4711'", $denied);
attack_fails('lo_import', "SELECT lo_import('$data/secret4711')", $denied);
attack_fails('pg_authid', 'SELECT rolpassword FROM pg_authid', $denied);
attack_fails('LOAD', "LOAD '$data/secret4711'", qr/$denied|access to library/);
attack_fails('a function in C', "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'labcreator', 'lab_create'", $denied);
attack_fails('an untrusted language', 'CREATE EXTENSION plpython3u', qr/$denied|not available|could not open extension/);
attack('the name of the password file', as("SELECT setting FROM pg_settings WHERE name = 'labcreator.ldap_password_file'; SHOW labcreator.ldap_password_file"), qr/^ERROR|must|permission/m);
attack('what others run', as("SELECT string_agg(query, ' ') FROM pg_stat_activity WHERE usename IS DISTINCT FROM 'eve' AND query <> '<insufficient privilege>'"), qr/^$/);
attack('memory of others', as("SELECT pg_log_backend_memory_contexts(pid) FROM pg_stat_activity WHERE usename IS DISTINCT FROM 'eve'"), $denied);
attack_fails('shared memory', 'SELECT * FROM pg_shmem_allocations', $denied);
attack_fails('pg_rules of file', 'SELECT * FROM pg_hba_file_rules', $denied);
attack_fails('the log', 'SELECT pg_current_logfile()', $denied);
attack_fails('write-ahead log', "SELECT pg_ls_waldir()", $denied);
attack_fails('statistics of the columns', 'SELECT * FROM pg_statistic', $denied);

# Forged results.
attack('tables of schema lab of their own', as('CREATE SCHEMA lab; CREATE TABLE lab.results AS SELECT 1 AS participant_id, \'pass\'::text AS status; CREATE TABLE lab.participants (login text, score numeric); INSERT INTO lab.participants VALUES (\'eve\', 100)') . result_of('shop.answers'), qr/table shop.answers fail/);
attack_fails('the extension of the control database', 'CREATE EXTENSION labcreator', $denied);
attack_fails('write what the server owns', 'UPDATE pg_catalog.pg_class SET relname = relname', $denied);
attack_fails('change the functions of the student', 'CREATE OR REPLACE FUNCTION public.lab_progress() RETURNS TABLE (place integer, who text, passed integer, total integer, score numeric, you boolean) LANGUAGE sql AS $$ SELECT 1, \'eve\', 1, 1, 100.0, true $$', $denied);
for my $setting (qw(labcreator.check_timeout labcreator.evaluation_timeout labcreator.session_memory labcreator.debounce))
{
	attack_fails("SET $setting", "SET $setting = 0", qr/cannot be changed now|permission denied/);
}
attack_fails('ALTER SYSTEM', 'ALTER SYSTEM SET labcreator.evaluators = 0', $denied);
attack_fails('pg_reload_conf', 'SELECT pg_reload_conf()', $denied);
attack_fails('reset the statistics', 'SELECT pg_stat_reset()', $denied);
attack_fails('an endless message with the hand', "SELECT lab_raise_hand(repeat('x', 1000000))", qr/ERROR/);
attack("raise the hand of a peer", as("SET application_name = 'ann'; SELECT lab_raise_hand('I am ann')") . "\n" . lab_sql($node, "SELECT login FROM lab_attention('l') WHERE signal = 'hand'"), qr/eve\z/);
as('SELECT lab_lower_hand()');
attack('a storm of hands', as("DO \$\$ BEGIN FOR i IN 1 .. 200 LOOP PERFORM lab_raise_hand('h' || i), lab_lower_hand(); END LOOP; END \$\$") . lab_sql($node, "SELECT count(*) FROM lab_attention('l') WHERE login = 'ann' AND signal = 'hand'"), qr/0$/);

# Code of theirs in everything that an evaluation touches.  The canary tries to become somebody, leaves a file where it
# can, and says whom it ran as.
my $canary = <<"SQL";
CREATE FUNCTION public.canary() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS \$\$
BEGIN
	BEGIN EXECUTE 'RESET SESSION AUTHORIZATION'; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN EXECUTE 'SET ROLE NONE'; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN EXECUTE 'SET ROLE $superuser'; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN EXECUTE 'COPY (SELECT current_user, session_user) TO ''$loot/file'''; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN EXECUTE 'COPY (SELECT current_user, session_user) TO PROGRAM ''cat > $loot/program'''; EXCEPTION WHEN OTHERS THEN NULL; END;
	BEGIN PERFORM lo_export(lo_from_bytea(0, 'x'), '$loot/object'); EXCEPTION WHEN OTHERS THEN NULL; END;
	IF current_user <> 'eve' OR (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
		RAISE EXCEPTION 'canary escaped as %/%', current_user, session_user;
	END IF;
	IF session_user <> 'eve' THEN
		RAISE EXCEPTION 'canary %/%', current_user, session_user;
	END IF;
	RETURN true;
END \$\$;
SQL
attack_fails('code that runs while a page of an index is locked, where nothing can cancel it',
	"CREATE FUNCTION public.apart(a int, b int) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS 'BEGIN LOOP NULL; END LOOP; END'; CREATE TYPE public.span AS RANGE (SUBTYPE = int, SUBTYPE_DIFF = public.apart)",
	qr/a participant of a lab cannot create a range type with a subtype_diff function of their own/);
attack('a range type with the server\'s function', as('CREATE TYPE public.floats AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi)'), qr/^$/);
my $sings = qr/canary eve\/lab_evaluator/; # it ran in an evaluation, as the participant
my $silent = qr/^(?!.*canary)/s;           # it was not run: what is there was read from the catalogs
my %plants = (
	'a view' => [ "CREATE OR REPLACE VIEW shop.names AS SELECT id, name FROM shop.people WHERE public.canary()", $sings ],
	'a view within a view' => [ "CREATE VIEW public.inner_one AS SELECT id, name FROM shop.people WHERE public.canary(); CREATE OR REPLACE VIEW shop.names AS SELECT * FROM public.inner_one", $sings ],
	'a view with a rule' => [ "CREATE OR REPLACE RULE \"_RETURN\" AS ON SELECT TO shop.names DO INSTEAD SELECT id, name FROM shop.people WHERE public.canary()", $sings ],
	'a materialized view' => [ "DROP MATERIALIZED VIEW shop.counted; CREATE MATERIALIZED VIEW shop.counted AS SELECT id FROM shop.people WHERE public.canary()", undef ],
	'a function that is probed' => [ "CREATE OR REPLACE FUNCTION shop.twice(a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM public.canary(); RETURN a * 2; END'", undef ],
	'a trigger that is probed' => [ "CREATE OR REPLACE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM public.canary(); NEW.owner := coalesce(NEW.owner, ''nobody''); RETURN NEW; END'", undef ],
	'an index on an expression' => [ "CREATE OR REPLACE FUNCTION shop.norm(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM public.canary(); RETURN lower(t); END'", undef ],
	'a partial index' => [ "CREATE INDEX ON shop.people (id) WHERE public.canary()", undef ],
	'a generated column' => [ "ALTER TABLE shop.people DROP low; ALTER TABLE shop.people ADD low text GENERATED ALWAYS AS (CASE WHEN public.canary() THEN lower(name) END) STORED", undef ],
	'a check of a domain' => [ "ALTER DOMAIN shop.email ADD CHECK (public.canary())", undef ],
	'a check of a table' => [ "ALTER TABLE shop.people ADD CHECK (public.canary())", undef ],
	'a default' => [ "CREATE FUNCTION public.word() RETURNS text LANGUAGE sql AS 'SELECT CASE WHEN public.canary() THEN ''new'' END'; ALTER TABLE shop.people ALTER name SET DEFAULT public.word()", undef ],
	'a policy' => [ "DROP POLICY own ON shop.notes; CREATE POLICY own ON shop.notes USING (owner = 'eve' AND public.canary()); ALTER TABLE shop.notes FORCE ROW LEVEL SECURITY", undef ],
	'an operator' => [ "CREATE OR REPLACE FUNCTION shop.same(a int, b int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM public.canary(); RETURN a = b; END'; CREATE OR REPLACE VIEW shop.names AS SELECT id, name FROM shop.people WHERE id OPERATOR(shop.===) id", $sings ],
	'a cast' => [ "CREATE OR REPLACE FUNCTION shop.pair_of(a int) RETURNS shop.pair LANGUAGE plpgsql AS 'BEGIN PERFORM public.canary(); RETURN ROW(a, a)::shop.pair; END'; CREATE OR REPLACE VIEW shop.names AS SELECT id, name FROM shop.people WHERE id::shop.pair IS NOT NULL", $sings ],
	'an aggregate' => [ "CREATE FUNCTION public.step(s int, a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM public.canary(); RETURN a; END'; CREATE AGGREGATE public.worst(int) (SFUNC = public.step, STYPE = int); CREATE OR REPLACE VIEW shop.names AS SELECT public.worst(id) AS id, name FROM shop.people GROUP BY name", $sings ],
	'a bound of a partition' => [ "DROP TABLE shop.parts_1; CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES FROM (0) TO (CASE WHEN public.canary() THEN 10 END)", undef ],
	'a partition key' => [ "DROP TABLE shop.parts CASCADE; CREATE FUNCTION public.key(a int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM public.canary(); RETURN a; END'; CREATE TABLE shop.parts (k int, v text) PARTITION BY RANGE (public.key(k)); CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES FROM (0) TO (10)", undef ],
	'statistics on expressions' => [ "CREATE STATISTICS public.st ON (public.canary()), name FROM shop.people; ANALYZE shop.people", undef ],
	'a security definer function' => [ "ALTER FUNCTION public.canary() SECURITY DEFINER; CREATE OR REPLACE VIEW shop.names AS SELECT id, name FROM shop.people WHERE public.canary()", $sings ],
	'a function with settings' => [ "ALTER FUNCTION public.canary() SET search_path = public; ALTER FUNCTION public.canary() SET statement_timeout = 0; CREATE OR REPLACE VIEW shop.names AS SELECT id, name FROM shop.people WHERE public.canary()", $sings ],
	'a view with the rights of its caller' => [ "CREATE OR REPLACE VIEW shop.names WITH (security_invoker) AS SELECT id, name FROM shop.people WHERE public.canary()", undef ],
	'a deferred trigger' => [ "CREATE FUNCTION public.later() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM public.canary(); RETURN NULL; END'; CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE OR DELETE ON shop.notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.later()", undef ],
	'a rule' => [ "CREATE RULE also AS ON INSERT TO shop.notes DO ALSO SELECT public.canary()", undef ],
	'functions that shadow the server\'s' => [ join(';', map { "CREATE FUNCTION public.$_ RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM public.canary(); RETURN NULL; END'" } 'format_type(oid, int)', 'pg_get_viewdef(oid)', 'pg_get_expr(pg_node_tree, oid)', 'quote_ident(text)', 'hashtextextended(text, int)') . "; ALTER ROLE eve SET search_path = public, pg_catalog", $silent ],
	'operators that shadow the server\'s' => [ "CREATE FUNCTION public.eq(oid, oid) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN public.canary(); END'; CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = public.eq); ALTER ROLE eve SET search_path = public, pg_catalog", $silent ],
	'a table that shadows the server\'s' => [ "CREATE VIEW public.pg_class AS SELECT * FROM pg_catalog.pg_class WHERE public.canary(); ALTER ROLE eve SET search_path = public, pg_catalog", $silent ],
	'settings of their role' => [ "ALTER ROLE eve SET quote_all_identifiers = on; ALTER ROLE eve SET \"DateStyle\" = 'German'; ALTER ROLE eve SET statement_timeout = 1; ALTER ROLE eve SET default_transaction_read_only = on", $silent ],
);
for my $plant (sort keys %plants)
{
	my ($sql, $expected) = @{ $plants{$plant} };
	my $out;

	$node->safe_psql('l_eve', "SET client_min_messages = error; DROP OWNED BY eve CASCADE; GRANT ALL ON DATABASE l_eve TO eve; DROP SCHEMA IF EXISTS shop, lab, public CASCADE; ALTER ROLE eve RESET ALL; CREATE SCHEMA IF NOT EXISTS public; GRANT ALL ON SCHEMA public TO eve");
	$out = as(base_schema() . $canary . $sql);
	subtest "code in $plant" => sub {
		my $results;

		isnt($out =~ /\(psql: /, 1, "it is planted") or diag $out;
		evaluate();
		$results = result_of();
		like($results, $expected, 'what ran it') if $expected;
		unlike($results, qr/escaped/, 'nobody else ran it');
		unlike($results, qr/canary (?!eve\/lab_evaluator)/, 'and if it ran, then as eve');
		is(join(' ', glob("$loot/*")), '', 'it left nothing');
		is(goes_on($plant), 'ok', 'the service goes on');
	};
}
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolsuper"), '1', 'one superuser, as at the start');
unlike(lab_sql($node, "SELECT coalesce(string_agg(detail, ' '), '') FROM lab.results"), qr/answer4711|secret4711/, 'no result quotes the answer or a secret');

$node->stop;
done_testing();
