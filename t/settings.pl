# What an administrator sets for people's sessions, server-wide, does not stop the workers.
use strict;
use warnings;
use lib 't';
use Lab;
use PostgreSQL::Test::Utils;
use Test::More;

my $node;
my %hard = (
	'default_transaction_isolation' => 'serializable',
	'default_transaction_read_only' => 'on',
	'statement_timeout' => '1ms',
	'lock_timeout' => '1ms',
	'idle_in_transaction_session_timeout' => '1ms',
	'search_path' => 'nowhere');

# The tests themselves work with the defaults.
$ENV{PGOPTIONS} = '-c default_transaction_isolation=read\ committed -c default_transaction_read_only=off -c statement_timeout=0'
  . ' -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c search_path=public';
$node = lab_node('settings', 'labcreator.check_timeout' => "'30s'");
if ($node->pg_version >= 17)
{
	# a connection's own start has to fit in; a transaction with the slow view does not
	$hard{transaction_timeout} = '2s';
	$ENV{PGOPTIONS} .= ' -c transaction_timeout=0';
}
$node->append_conf('postgresql.conf', "$_ = '$hard{$_}'") for keys %hard;
$node->restart;
my $start = -s $node->logfile;

my $slow = 'CREATE VIEW slow AS SELECT 1 AS one FROM pg_sleep(2.5)';
make_reference($node, 'reference', "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT count(*) FROM t; $slow");
create_lab($node, { lab => 'l', reference => 'reference', participants => ['ann'] });
$node->safe_psql('l_ann', "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT count(id) FROM t; $slow", extra_params => [ '-U', 'ann' ]);
ok(poll($node, "SELECT score = 100 FROM lab_progress('l')"), 'a lab is made, and a commit compared');
lab_sql($node, "SELECT lab_drop('l')");
lab_sql($node, "CALL lab_wait('l', '60 seconds')");
is(lab_sql($node, 'SELECT count(*) FROM lab_progress()'), '0', 'and dropped');
unlike(slurp_file($node->logfile, $start), qr/ ERROR: |timeout|read-only/, 'no worker failed');

$node->stop;
done_testing();
