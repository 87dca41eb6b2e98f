# A server with labcreator, and what the process tests do with it again and again.
package Lab;

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Exporter 'import';
use JSON::PP;

our @EXPORT = qw(lab_node no_limits make_reference create_lab lab_sql lab_error reachable worker_pid poll comes_back);

# A psql that cannot connect may be gone before its input is written to it, and IPC::Run dies of that.  Nothing of the
# input was read then (it fits into the pipe), so psql is simply called again.
{
	my $psql = \&PostgreSQL::Test::Cluster::psql;

	no warnings 'redefine';
	*PostgreSQL::Test::Cluster::psql = sub {
		my ($node, $database, $sql, @rest) = @_;
		my @result;

		for my $attempt (1 .. 50)
		{
			return wantarray ? @result : $result[0] if eval { @result = $psql->($node, $database, $sql, @rest); 1 };
			die $@ if $@ !~ /Broken pipe/ || length($sql // '') > 32768;
		}
		die "psql has never read its input: $@";
	};
}

# Settings without which the sanitizers do not work (./lab test --sanitize): their own memory is beyond every limit.
sub no_limits
{
	return $ENV{LAB_SANITIZE} ? ('labcreator.evaluator_memory' => 0, 'labcreator.session_memory' => 0) : ();
}

# A running server whose control database has the extension, with role teacher as lab master.  Of settings, initdb is a
# list of options of initdb, place a directory that is to be the data directory, the others are the server's.
sub lab_node
{
	my ($name, %settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	my $initdb = delete $settings{initdb} // [];
	my $place = delete $settings{place};

	%settings = (
		'shared_preload_libraries' => "'labcreator'",
		'max_worker_processes' => 32,
		'max_connections' => 60,
		'fsync' => 'off',
		'wal_level' => 'replica',    # as it is by default, and unlike the test cluster's
		'restart_after_crash' => 'on',
		%settings, no_limits());
	$node->init(extra => [ "--encoding=UTF8", "--locale=C", @$initdb ]); # whatever the environment says
	if ($place)
	{
		system_or_bail('mv', $node->data_dir, $place);
		symlink $place, $node->data_dir or die "$place: $!";
	}
	$node->append_conf('postgresql.conf', "$_ = $settings{$_}\n") for sort keys %settings;
	$node->start;
	$node->safe_psql('postgres', 'CREATE DATABASE lab');
	$node->safe_psql('lab',
		'CREATE EXTENSION labcreator; CREATE ROLE teacher LOGIN IN ROLE lab_master');
	return $node;
}

# A database of teacher's, filled by the statements.
sub make_reference
{
	my ($node, $database, $sql) = @_;

	$node->safe_psql('postgres', qq(CREATE DATABASE "$database" OWNER teacher));
	$node->safe_psql($database, $sql, extra_params => [ '-U', 'teacher' ]) if $sql;
	return;
}

# SQL in the control database as teacher; dies when it fails.
sub lab_sql
{
	my ($node, $sql) = @_;

	return $node->safe_psql('lab', $sql, extra_params => [ '-U', 'teacher' ]);
}

# The error of SQL in the control database, as a role (teacher unless named).
sub lab_error
{
	my ($node, $sql, $role) = @_;
	my ($status, $out, $err) =
	  $node->psql('lab', $sql, extra_params => [ '-U', $role // 'teacher' ]);

	return $status == 0 ? "no error: $out" : $err;
}

# lab_create() with this spec, and lab_wait() for it.
sub create_lab
{
	my ($node, $spec) = @_;
	my $json = JSON::PP->new->canonical->ascii->encode($spec);

	lab_sql($node, "SELECT lab_create(\$json\$$json\$json\$)");
	lab_sql($node, "CALL lab_wait(\$name\$$spec->{lab}\$name\$, '90 seconds')");
	return;
}

# Can the role connect to the database?
sub reachable
{
	my ($node, $role, $database) = @_;
	my ($status) = $node->psql($database, 'SELECT 1', extra_params => [ '-U', $role ]);

	return $status == 0 ? 1 : 0;
}

# The pid of a worker, or ''.
sub worker_pid
{
	my ($node, $type) = @_;

	return $node->safe_psql('postgres',
		"SELECT pid FROM pg_stat_activity WHERE backend_type = 'labcreator $type' LIMIT 1");
}

# Waits until the server takes connections again after a crash.  A psql whose server goes away before it has read its
# input would end the test, so the server is asked without one first; several times, for it may not have noticed yet
# that somebody is dead.
sub comes_back
{
	my ($node) = @_;
	my $ready = 0;

	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my $answers = system_log('pg_isready', '-q', '-h', $node->host, '-p', $node->port) == 0;

		$ready = $answers ? $ready + 1 : 0;
		return 1 if $ready == 5;
		select undef, undef, undef, 0.1;
	}
	return 0;
}

# Waits until the query in the control database gives the value.
sub poll
{
	my ($node, $query, $value) = @_;

	return $node->poll_query_until('lab', $query, $value // 't');
}

1;
