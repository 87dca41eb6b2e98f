# The board moves by itself: by a commit, not by a rollback, and by the sweep when an event was lost.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

my $node = lab_node('trigger', 'labcreator.sweep_interval' => "'2s'");
my $passed = "SELECT passed FROM lab_progress('l') WHERE login = 'ann'";

make_reference($node, 'reference', 'CREATE TABLE t (a int NOT NULL); INSERT INTO t VALUES (1)');
create_lab($node, { lab => 'l', reference => 'reference', participants => [ 'ann', 'bob' ] });

$node->safe_psql('l_ann', 'CREATE TABLE t (a int)', extra_params => [ '-U', 'ann' ]);
ok(poll($node, $passed, '2'), 'a commit shows');
is(lab_sql($node, "SELECT state FROM lab_progress('l') WHERE login = 'ann'"), 'working', 'who commits is working');
is(lab_sql($node, "SELECT last_seen IS NOT NULL AND last_progress IS NOT NULL FROM lab_progress('l') WHERE login = 'ann'"), 't', 'and was seen');
is(lab_sql($node, "SELECT last_seen IS NULL FROM lab_progress('l') WHERE login = 'bob'"), 't', 'nobody else was');

$node->safe_psql('l_ann', 'BEGIN; ALTER TABLE t ALTER a SET NOT NULL; INSERT INTO t VALUES (1); ROLLBACK', extra_params => [ '-U', 'ann' ]);
lab_sql($node, "SELECT lab_evaluate('l', 'ann')");
is(lab_sql($node, $passed), '2', 'a rollback does not');

# COMMIT PREPARED gives no event of its own; participants cannot prepare, others can
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 2');
$node->restart;
$node->safe_psql('l_ann', "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'x'");
$node->safe_psql('l_ann', "COMMIT PREPARED 'x'");
ok(poll($node, $passed, '3'), 'what was prepared shows');

$node->safe_psql('l_ann', 'ALTER TABLE t ALTER a SET NOT NULL', extra_params => [ '-U', 'ann' ]);
ok(poll($node, "SELECT score FROM lab_progress('l') WHERE login = 'ann'", '100.00'), 'all done');
is($node->safe_psql('l_ann', 'SELECT passed, total, score FROM lab_progress() WHERE you', extra_params => [ '-U', 'ann' ]), '4|4|100.00', 'the participant sees it from their own database');
is($node->safe_psql('l_bob', 'SELECT passed, score FROM lab_progress() WHERE you', extra_params => [ '-U', 'bob' ]), '0|0.00', 'and nobody else\'s');
is(lab_sql($node, "SELECT state FROM lab_progress('l') WHERE login = 'ann'"), 'done', 'and said to be');
$node->safe_psql('l_ann', 'DELETE FROM t', extra_params => [ '-U', 'ann' ]);
ok(poll($node, $passed, '3'), 'what is undone is taken back');

# a storm: at most one evaluation per debounce interval
my $before = lab_sql($node, 'SELECT count(*) FROM lab.progress');
$node->safe_psql('l_ann', join('', map { "INSERT INTO t VALUES ($_);\n" } 1 .. 2000), extra_params => [ '-U', 'ann' ]);
lab_sql($node, "SELECT lab_evaluate('l', 'ann')");
is(lab_sql($node, "SELECT detail FROM lab_results('l', 'ann') WHERE kind = 'rows'"), 'public.t has too many rows', 'a storm of commits ends with the last state');
cmp_ok(lab_sql($node, 'SELECT count(*) FROM lab.progress') - $before, '<=', 2, 'and does not fill the history');

# who asks does not wait for the interval
$node->append_conf('postgresql.conf', "labcreator.debounce = '1h'");
$node->reload;
$node->safe_psql('l_ann', 'DELETE FROM t; INSERT INTO t VALUES (1)', extra_params => [ '-U', 'ann' ]);
lab_sql($node, "SET statement_timeout = '60s'; SELECT lab_evaluate('l', 'ann')");
is(lab_sql($node, "SELECT score FROM lab_progress('l') WHERE login = 'ann'"), '100.00', 'lab_evaluate() does not wait for labcreator.debounce');

# no interval at all
$node->append_conf('postgresql.conf', 'labcreator.debounce = 0');
$node->reload;
$node->safe_psql('l_bob', 'CREATE TABLE t (a int NOT NULL)', extra_params => [ '-U', 'bob' ]);
ok(poll($node, "SELECT passed > 0 FROM lab_progress('l') WHERE login = 'bob'"), 'without an interval every commit counts');

# what comes and goes while it is compared
$node->append_conf('postgresql.conf', "labcreator.debounce = '1ms'");
$node->reload;
$node->safe_psql('l_ann', "CREATE TABLE u (a int DEFAULT 1 + 1, b text DEFAULT lower('X') CHECK (b <> ''));\nDROP TABLE u;\n" x 300, extra_params => [ '-U', 'ann' ]);
lab_sql($node, "SELECT lab_evaluate('l', 'ann')");
is(lab_sql($node, "SELECT score FROM lab_progress('l') WHERE login = 'ann'"), '100.00', 'a table that comes and goes costs nothing');
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/terminated by signal/, 'and no process');

$node->stop;
done_testing();
