# A standby follows the server with the labs, and does nothing of its own until it is promoted: then it takes over.  And
# pg_upgrade takes the labs to a new cluster.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use Lab;
use Time::HiRes qw(sleep);

my $primary = lab_node('primary', 'wal_level' => 'replica', 'max_wal_senders' => 5);
my @done = ('CREATE TABLE t (a int PRIMARY KEY)', 'INSERT INTO t VALUES (1)', 'CREATE VIEW v AS SELECT a FROM t');
my $board = "SELECT string_agg(concat_ws(' ', login, state, passed, total, score, last_progress), ',' ORDER BY login) FROM lab_progress('class')";

sub workers
{
	my ($node) = @_;

	return $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'labcreator%'");
}

sub as
{
	my ($node, $login, $sql) = @_;
	my ($status, $out, $err) = $node->psql("class_$login", $sql, extra_params => [ '-U', $login ]);

	return $status == 0 ? "ok$out" : $err;
}

sub score_is
{
	my ($node, $login, $score) = @_;

	return poll($node, "SELECT score = $score FROM lab_progress('class') WHERE login = '$login'");
}

# Lines of the log since an offset that are about labcreator, or an error.
sub complaints
{
	my ($node, $from) = @_;

	return join "\n", grep { /labcreator|\blab[_.]|ERROR|PANIC|WARNING/ && !/LOG:  statement:/ } split /\n/,
	  substr(slurp_file($node->logfile), $from);
}

make_reference($primary, 'reference', join ';', @done);
create_lab($primary, { lab => 'class', reference => 'reference', participants => [ 'ann', 'bob' ] });
like(as($primary, 'ann', $done[0]), qr/^ok/, 'a participant works');
ok(poll($primary, "SELECT passed > 0 FROM lab_progress('class') WHERE login = 'ann'"), 'and is graded');
my $first = lab_sql($primary, "SELECT lab_evaluate('class'); SELECT 'first ' || passed FROM lab_progress('class') WHERE login = 'ann'") =~ s/.*first //sr;
$primary->backup('base');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "log_statement = none\nwal_receiver_status_interval = '1s'\n");
my $start = -e $standby->logfile ? -s $standby->logfile : 0;
$standby->start;

# Work goes on, and arrives on the standby.
like(as($primary, 'ann', $done[1]), qr/^ok/, 'the participant goes on');
ok(poll($primary, "SELECT passed > $first FROM lab_progress('class') WHERE login = 'ann'"), 'and is graded by the primary');
$primary->wait_for_catchup($standby);
is(lab_sql($standby, $board), lab_sql($primary, $board), 'the board can be read on the standby, and is the same');
is(lab_sql($standby, "SELECT state FROM lab_status() WHERE part = 'coordinator'"), 'not running', 'which says that nothing runs there');
is(workers($standby), '0', 'no process of labcreator runs there');
is(complaints($standby, $start), '', 'and its log has no word of it');

for my $login ('ann', 'bob')
{
	like(as($standby, $login, 'SELECT 1'), qr/FATAL:  participants of a lab cannot log in to a standby server/, "$login is told to go to the primary");
}
like(($standby->psql('reference', 'SELECT 1', extra_params => [ '-U', 'ann' ]))[2], qr/standby server/, 'for any database');
like(lab_error($standby, "SELECT lab_evaluate('class')"), qr/not running|read-only|recovery/, 'an evaluation is refused there');
like(lab_error($standby, q(SELECT lab_create('{"lab": "other", "reference": "reference", "participants": ["cay"]}'))), qr/read-only|recovery/, 'and so is a new lab');
$start = -s $standby->logfile;
$standby->restart;
sleep 6; # workers that end are started again after five seconds
is(workers($standby), '0', 'nor does one start later');
is(complaints($standby, $start), '', 'and the log stays silent');

# Promotion.
like(as($primary, 'bob', $done[0]), qr/^ok/, 'a last change');
ok(poll($primary, "SELECT passed > 0 FROM lab_progress('class') WHERE login = 'bob'"), 'is graded');
my $last = lab_sql($primary, $board);
$primary->stop;
is($standby->safe_psql('postgres', 'SELECT pg_promote()'), 't', 'the standby is promoted');
ok(poll($standby, "SELECT state = 'running' FROM lab_status() WHERE part = 'coordinator'"), 'the coordinator starts by itself');
ok(poll($standby, 'SELECT count(*) = 3 FROM lab.publishers() WHERE process IS NOT NULL'), 'and the publishers do');
is(lab_sql($standby, $board), $last, 'nothing is lost');
like(as($standby, 'ann', $done[2]), qr/^ok/, 'the participant can log in and work');
ok(score_is($standby, 'ann', 100), 'and is graded');
create_lab($standby, { lab => 'other', reference => 'reference', participants => ['cay'] });
ok(reachable($standby, 'cay', 'other_cay'), 'new labs can be made');

# pg_upgrade, to a cluster of the same version.
my $old_board = lab_sql($standby, $board);
my $bin = $standby->config_data('--bindir');
my $new = PostgreSQL::Test::Cluster->new('upgraded');
$new->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
my %settings = ('shared_preload_libraries' => "'labcreator'", 'max_worker_processes' => 32, 'fsync' => 'off', no_limits());
$new->append_conf('postgresql.conf', join '', map { "$_ = $settings{$_}\n" } sort keys %settings);
$standby->stop;
my @upgrade = ('pg_upgrade', '--no-sync', '-b', $bin, '-B', $bin, '-d', $standby->data_dir, '-D', $new->data_dir,
	'-p', $standby->port, '-P', $new->port, '-s', $new->host);
chdir $new->basedir;
command_ok([ @upgrade, '--check' ], 'pg_upgrade has nothing against it');
command_ok(\@upgrade, 'and does it');
$new->start;
ok(poll($new, "SELECT state = 'running' FROM lab_status() WHERE part = 'coordinator'"), 'the coordinator runs in the new cluster');
is(lab_sql($new, $board), $old_board, 'the labs are there');
like(as($new, 'bob', join ';', @done[ 1, 2 ]), qr/^ok/, 'participants can log in and work');
ok(score_is($new, 'bob', 100), 'and are graded');
$new->stop;
done_testing();
