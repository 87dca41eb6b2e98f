# What the board and the signals cost with 500 participants, some hundred checks each, and 200,000 stored events.
package Bench::Signals;

use strict;
use warnings;
use FindBin;
use Bench;
use Bench::Server;

my $people = 500;
my $events = 200000;

# Median milliseconds of a statement, of so many runs in one session.
sub statement
{
	my ($server, $database, $user, $sql, $runs) = @_;
	my $script = "$ENV{LAB_WORK}/statement.sql";
	my $log = "$ENV{LAB_WORK}/statement_log";

	open my $file, '>', $script or die $!;
	print $file "$sql;\n";
	close $file;
	Bench::Server::quietly('pgbench', $server->at, '-U', $user, '-n', '-t', $runs, '-f', $script, '-l', "--log-prefix=$log", $database);
	my @logs = glob "$log.*";
	local @ARGV = @logs;
	my @times = map { (split ' ')[2] / 1000 } <>;
	unlink @logs;
	return median(@times);
}

my @asked = (
	[ 'board_500', 'lab', 'postgres', "SELECT * FROM lab_progress('bench')", 60, '<= 20' ],
	[ 'attention_500', 'lab', 'postgres', "SELECT * FROM lab_attention('bench')", 60 ],
	[ 'signals_quiet_500', 'lab', 'postgres', 'SELECT lab.raise_signals(1)', 40 ],
	[
		'signals_busy_500', 'lab', 'postgres',
		'UPDATE lab.activity SET run_length = (random() * 4)::int WHERE participant_id % 10 = (random() * 10)::int; SELECT lab.raise_signals(1)', 40
	],
	[ 'sessions_500', 'lab', 'postgres', 'SELECT lab.note_sessions()', 40 ],
	[ 'replay_500', 'lab', 'postgres', "SELECT * FROM lab_replay('bench', now() - interval '10 minutes')", 40 ],
	[ 'difficulty_500', 'lab', 'postgres', "SELECT * FROM lab_difficulty('bench')", 40 ],
	[ 'student_tasks_500', 'bench_anna', 'anna', 'SELECT * FROM lab_tasks()', 60 ],
	[ 'student_progress_500', 'bench_anna', 'anna', 'SELECT * FROM lab_progress()', 60 ]);

measure 'signals', [ (map { $_->[0] } @asked), 'statement_noted' ], sub
{
	my $server = Bench::Server->new('signals', 'labcreator.student_requests' => 0);

	progress("$people participants, $events events");
	$server->database('reference');
	$server->file('reference', "$FindBin::RealBin/../demo/reference.sql", 'teacher');
	$server->create({ lab => 'bench', reference => 'reference', participants => ['anna'] });
	$server->wait_for('bench');
	$server->file('lab', "$FindBin::RealBin/signals.sql", 'postgres', '-v', "people=$people", '-v', "events=$events");
	progress($server->sql('lab', "SELECT 'each with ' || count(*) || ' checks' FROM lab_checks('bench')"));
	for (@asked)
	{
		my ($name, $database, $user, $sql, $runs, $goal) = @$_;
		row(name => $name, unit => 'ms', ours => statement($server, $database, $user, $sql, $runs), goal => $goal);
	}
	row(name => 'statement_noted', unit => 'ms', ours => statement($server, 'bench_anna', 'anna', 'SELECT 1', 10000),
		peer => statement($server, 'postgres', 'postgres', 'SELECT 1', 10000), peer_name => 'where nobody watches');
	$server->end;
};

1;
