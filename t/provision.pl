# Databases and logins of a class of thirty: who owns what, and who gets where.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $node = lab_node('provision');

make_reference($node, 'reference', 'CREATE TABLE t (a int); CREATE TABLE u (b int)');
make_reference($node, 'starter', 'CREATE SCHEMA s; CREATE TABLE t (a int); CREATE VIEW s.v AS SELECT 1 AS one; CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$; CREATE TYPE s.e AS ENUM (\'x\'); CREATE SEQUENCE s.q; CREATE TABLE s.k (id serial)');
create_lab(
	$node,
	{
		lab => 'class',
		reference => 'reference',
		starter => 'starter',
		limits => { connections => 2 },
		participants => [ map { "p$_" } 1 .. 30 ]
	});

is(lab_sql($node, "SELECT count(*) FROM lab_progress('class') WHERE state = 'not started'"), '30', 'thirty databases are ready');
is( $node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'class\\_p%' AND pg_get_userbyid(datdba) = 'teacher'"),
	'30', 'no participant owns their database');
is( $node->safe_psql('postgres', "SELECT count(*) FROM pg_roles r, pg_database d WHERE d.datname = 'class_' || r.rolname AND has_database_privilege(r.oid, d.oid, 'CONNECT') AND has_database_privilege(r.oid, d.oid, 'CREATE') AND has_database_privilege(r.oid, d.oid, 'TEMPORARY')"),
	'30', 'each may connect, create and use temporary tables in their own');
is( $node->safe_psql('postgres', "SELECT count(*) FROM pg_roles r, pg_database d WHERE r.rolname ~ '^p[0-9]+\$' AND d.datname <> 'class_' || r.rolname AND d.datname NOT IN ('postgres', 'template0', 'template1') AND has_database_privilege(r.oid, d.oid, 'CONNECT')"),
	'0', 'and nowhere else: not into a peer\'s, the reference, the starter or the control database');
is(reachable($node, 'p1', 'class_p1'), 1, 'p1 gets into their own database');
is(reachable($node, 'p1', $_), 0, "p1 does not get into $_") for qw(class_p2 reference starter lab);
is( $node->safe_psql('class_p1', "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname IN ('public', 's')"),
	"p1\np1", 'schemas belong to the participant');
is( $node->safe_psql('class_p1', "SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'v', 'S') AND pg_get_userbyid(relowner) <> 'p1'"),
	'0', 'so do the starter\'s relations');
$node->safe_psql('class_p1', 'CREATE TABLE mine (a int); ALTER TABLE t ADD b int; DROP FUNCTION s.f(); DROP TYPE s.e; DROP SCHEMA s CASCADE', extra_params => [ '-U', 'p1' ]);
pass('who can alter and drop them');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolname ~ '^p[0-9]+\$' AND rolconnlimit = 2 AND pg_has_role(oid, 'lab_student', 'MEMBER') AND NOT rolsuper AND NOT rolcreatedb AND NOT rolcreaterole"),
	'30', 'logins are plain members of lab_student, with the limit of the spec');
is(lab_sql($node, "SELECT string_agg(DISTINCT status, ',') FROM lab_results('class', 'p2') WHERE object LIKE 'public.t%'"), 'kept', 'what the starter has is kept, and earns nothing');
is(lab_sql($node, "SELECT passed || '/' || total || ' ' || score FROM lab_progress('class') WHERE login = 'p2'"), '0/3 0.00', 'only the rest counts');

$node->stop;
done_testing();
