# lab_drop removes what labcreator made, and nothing else.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $node = lab_node('drop');

make_reference($node, 'reference', 'CREATE TABLE t (a int)');
create_lab($node, { lab => 'one', reference => 'reference', participants => [ 'ann', 'bob' ] });
create_lab($node, { lab => 'two', reference => 'reference', participants => [ 'ann', 'eve' ] });
is(lab_sql($node, "SELECT count(*) FROM lab_progress()"), '4', 'one login can be in two labs');

# somebody else's things with names like ours
$node->safe_psql('postgres', 'CREATE DATABASE one_zoe; CREATE ROLE zoe');
my $session = $node->background_psql('one_bob', extra_params => [ '-U', 'bob' ]);
$session->query_safe('SELECT 1');
lab_sql($node, "SELECT lab_drop('one')");
lab_sql($node, "CALL lab_wait('one', '60 seconds')");
is($node->safe_psql('postgres', "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database WHERE datname ~ '^(one|two)_'"), 'one_zoe,two_ann,two_eve', 'the databases are gone, though one was in use');
is($node->safe_psql('postgres', "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolname IN ('ann', 'bob', 'eve', 'zoe')"), 'ann,eve,zoe', 'so is the login that is in no other lab');
eval { $session->quit };

lab_sql($node, "SELECT lab_drop('two', keep_databases => true)");
lab_sql($node, "CALL lab_wait('two', '60 seconds')");
is(reachable($node, 'ann', 'two_ann'), 1, 'keep_databases keeps databases and their logins');
is(lab_sql($node, 'SELECT count(*) FROM lab_progress()'), '0', 'and forgets the lab');
is($node->safe_psql('lab', 'SELECT count(*) FROM lab.labs, lab.checks, lab.results'), '0', 'with all that was known of it');

# a role or database that was replaced behind our back is not ours any more
create_lab($node, { lab => 'three', reference => 'reference', participants => [ 'joe' ] });
$node->safe_psql('postgres', 'DROP DATABASE three_joe WITH (FORCE)');
$node->safe_psql('postgres', 'DROP ROLE joe');
$node->safe_psql('postgres', 'CREATE DATABASE three_joe');
$node->safe_psql('postgres', 'CREATE ROLE joe');
lab_sql($node, "SELECT lab_drop('three')");
lab_sql($node, "CALL lab_wait('three', '60 seconds')");
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'three_joe'"), '1', 'a foreign database of the same name stays');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolname = 'joe'"), '1', 'a foreign role of the same name stays');

like(lab_error($node, "SELECT lab_drop('nothing')"), qr/lab "nothing" does not exist/, 'a lab that is not there');
$node->safe_psql('lab', 'CREATE ROLE other LOGIN IN ROLE lab_master');
create_lab($node, { lab => 'mine', reference => 'reference', participants => [ 'kim' ] });
like(lab_error($node, "SELECT lab_drop('mine')", 'other'), qr/lab "mine" does not exist/, 'another lab master\'s lab');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type ~ '^labcreator (evaluator|provisioner)'"), '0', 'no process is left')
  if $node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type ~ '^labcreator (evaluator|provisioner)'");

$node->stop;
done_testing();
