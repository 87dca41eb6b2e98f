# From every version that was ever released to the present one, with a lab that goes on; and what DROP EXTENSION leaves.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $node = lab_node('update');

# Every version that a script names has a path to the default one.
for my $extension ('labcreator', 'labcreator_student')
{
	is( $node->safe_psql('lab', qq(
			SELECT version
			FROM (
				SELECT source FROM pg_extension_update_paths('$extension')
				UNION
				SELECT version FROM pg_available_extension_versions WHERE name = '$extension'
			) AS named (version)
			JOIN pg_available_extensions e ON e.name = '$extension'
			WHERE version <> e.default_version
				AND NOT EXISTS (
					SELECT
					FROM pg_extension_update_paths('$extension') p
					WHERE p.source = named.version AND p.target = e.default_version AND p.path IS NOT NULL))),
		'', "$extension: there is a way from every version to the default one");
}

# Each version that can be installed: a lab is made with it, the extension is updated, the lab goes on.
my @installable =
  split /\n/,
  $node->safe_psql('lab', "SELECT version FROM pg_available_extension_versions WHERE name = 'labcreator' ORDER BY 1");
my ($default) = $node->safe_psql('lab', "SELECT default_version FROM pg_available_extensions WHERE name = 'labcreator'");

make_reference($node, 'reference', 'CREATE TABLE t (id int PRIMARY KEY)');
for my $version (@installable)
{
	$node->safe_psql('lab', "DROP EXTENSION labcreator; CREATE EXTENSION labcreator VERSION '$version'");
	create_lab($node, { lab => 'one', reference => 'reference', participants => [ 'ann', 'bob' ] });
	$node->safe_psql('one_ann', 'CREATE TABLE t (id int PRIMARY KEY)', extra_params => [ '-U', 'ann' ]);
	lab_sql($node, "SELECT lab_evaluate('one')");
	my $before = lab_sql($node, "SELECT login, passed, total, score FROM lab_progress('one')");
	like($before, qr/^ann\|(\d+)\|\1\|100\.00$/m, "$version: a participant is done");

	$node->safe_psql('lab', 'ALTER EXTENSION labcreator UPDATE');
	$node->safe_psql($_, 'ALTER EXTENSION labcreator_student UPDATE') for 'one_ann', 'one_bob';
	is($node->safe_psql('lab', "SELECT extversion FROM pg_extension WHERE extname = 'labcreator'"), $default, "$version: updated to $default");
	lab_sql($node, "SELECT lab_evaluate('one')");
	is(lab_sql($node, "SELECT login, passed, total, score FROM lab_progress('one')"), $before, "$version: results are what they were");
	$node->safe_psql('one_bob', 'CREATE TABLE t (id int PRIMARY KEY)', extra_params => [ '-U', 'bob' ]);
	ok(poll($node, "SELECT score = 100 FROM lab_progress('one') WHERE login = 'bob'"), "$version: and the lab goes on");
	lab_sql($node, "SELECT lab_drop('one')");
	lab_sql($node, "CALL lab_wait('one', '60 seconds')");
}

# DROP EXTENSION, while there are labs
create_lab($node, { lab => 'last', reference => 'reference', participants => [ 'eve', 'Zoe' ] });
my (undef, undef, $error) = $node->psql('lab', 'DROP EXTENSION labcreator');
like($error, qr/ERROR:  cannot drop extension labcreator because it has made databases and logins/, 'labs keep the extension');
like($error, qr/DETAIL:  They would stay: databases "last_Zoe", last_eve; logins "Zoe", eve\./, 'it says what would stay');
like($error, qr/HINT:  Remove them first with SELECT lab_drop\(lab\)/, 'and how to remove it first');
like(lab_error($node, 'DROP EXTENSION labcreator CASCADE'), qr/must be owner of extension labcreator/, 'a lab master is told nothing');
(undef, undef, $error) = $node->psql('lab', 'DROP EXTENSION labcreator CASCADE');
like($error, qr/NOTICE:  extension labcreator leaves databases and logins that it made\nDETAIL:  These stay: databases "last_Zoe", last_eve; logins "Zoe", eve\./, 'CASCADE leaves them, and says so');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname ~ '^last_'"), '2', 'they are there');

# and with none
$node->safe_psql('lab', 'CREATE EXTENSION labcreator');
(undef, undef, $error) = $node->psql('lab', 'DROP EXTENSION IF EXISTS labcreator');
like($error, qr/NOTICE:  extension labcreator leaves its roles\nDETAIL:  These stay: lab_evaluator,.* lab_student\./, 'without labs, only its roles stay');
($error) = reverse $node->psql('lab', 'DROP EXTENSION labcreator');
like($error, qr/extension "labcreator" does not exist/, 'an extension that is not there');
is($node->safe_psql('lab', "SELECT count(*) FROM pg_namespace WHERE nspname = 'lab'"), '0', 'no schema is left');

$node->stop;
done_testing();
