# A scratch server with its default settings, labcreator preloaded unless said otherwise, and labs in it.
package Bench::Server;

use strict;
use warnings;
use IO::Socket::INET;
use JSON::PP ();
use Bench;
use Bench::Session;

my $work = $ENV{LAB_WORK} // die 'LAB_WORK is not set: ./lab bench does';
my @running;

sub quietly
{
	my @command = @_;
	my $output = "$work/command.log";

	# a server that is started keeps these files open: no pipe
	defined(my $pid = fork) or die $!;
	if ($pid == 0)
	{
		open STDOUT, '>', $output or die $!;
		open STDERR, '>&', \*STDOUT or die $!;
		exec @command or die "$command[0]: $!";
	}
	waitpid $pid, 0;
	return if $? == 0;
	open my $log, '<', $output or die $!;
	die "@command:\n" . do { local $/; <$log> };
}

sub free_port
{
	my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die $!;

	return $socket->sockport;
}

# new(NAME, preload => 0, like => another server, stopped, SETTING => VALUE ...)
sub new
{
	my ($class, $name, %settings) = @_;
	my $preload = delete $settings{preload} // 1;
	my $like = delete $settings{like};
	my $self = bless { name => $name, data => "$work/$name", host => $work, port => free_port() }, $class;

	if ($like) { quietly('cp', '-a', $like->{data}, $self->{data}); }
	else { quietly('initdb', '-D', $self->{data}, '--auth=trust', '--no-locale', '-E', 'UTF8', '-U', 'postgres'); }
	open my $file, '>>', "$self->{data}/postgresql.conf" or die $!;
	print $file "listen_addresses = ''\nunix_socket_directories = '$work'\nport = $self->{port}\n";
	# as the README says to install it
	print $file $preload ? "shared_preload_libraries = 'labcreator'\nmax_worker_processes = 64\n" : "shared_preload_libraries = ''\n";
	print $file "$_ = $settings{$_}\n" for sort keys %settings;
	close $file;
	push @running, $self;
	$self->start;
	if ($preload && !$like)
	{
		$self->sql('postgres', 'CREATE DATABASE lab');
		$self->sql('lab', 'CREATE EXTENSION labcreator');
		$self->sql('lab', "CREATE ROLE teacher LOGIN IN ROLE lab_master");
	}
	return $self;
}

sub start { my ($self) = @_; quietly('pg_ctl', '-D', $self->{data}, '-l', "$self->{data}.log", '-w', '-t', 120, 'start'); return; }
sub stop { my ($self, $mode) = @_; quietly('pg_ctl', '-D', $self->{data}, '-m', $mode // 'fast', '-w', '-t', 120, 'stop'); return; }

# Ends the server.  Its files go with the scratch directory: to remove some hundred databases takes a while.
sub end
{
	my ($self) = @_;

	$self->stop('immediate') if -e "$self->{data}/postmaster.pid";
	@running = grep { $_ != $self } @running;
	return;
}

sub end_all { $_->end for @running; return; }

# A session that stays: the same one each time for a user and a database, unless a new one is asked for.
sub session
{
	my ($self, $database, $user) = @_;

	return Bench::Session->new(host => $self->{host}, port => $self->{port}, user => $user // 'postgres', database => $database);
}

# Statements in a session that is kept for the database; the rows.
sub sql
{
	my ($self, $database, $sql, $user) = @_;
	my $session = $self->session($database, $user);
	my $rows = $session->sql($sql);

	$session->leave;
	return $rows;
}

sub at { my ($self) = @_; return ('-h', $self->{host}, '-p', $self->{port}, '-U', 'postgres'); }

sub file
{
	my ($self, $database, $file, $user, @options) = @_;

	quietly('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', $self->at, '-U', $user // 'postgres', '-d', $database, @options, '-f', $file);
	return;
}

# Changes settings that need no restart.
sub set
{
	my ($self, %settings) = @_;

	$self->sql('postgres', "ALTER SYSTEM SET $_ = '$settings{$_}'") for sort keys %settings;
	$self->sql('postgres', 'SELECT pg_reload_conf()');
	return;
}

sub unset
{
	my ($self, @settings) = @_;

	$self->sql('postgres', "ALTER SYSTEM RESET $_") for @settings;
	$self->sql('postgres', 'SELECT pg_reload_conf()');
	return;
}

# A database of teacher's.
sub database
{
	my ($self, $name, $template) = @_;

	$self->sql('postgres', qq(CREATE DATABASE "$name" OWNER teacher) . ($template ? qq( TEMPLATE "$template") : ''));
	return;
}

# lab_create() with this spec, without waiting.
sub create
{
	my ($self, $spec) = @_;
	my $json = JSON::PP->new->canonical->ascii->encode($spec);

	$self->sql('lab', "SELECT count(*) FROM lab_create(\$json\$$json\$json\$)", 'teacher');
	return;
}

sub wait_for { my ($self, $lab) = @_; $self->sql('lab', "CALL lab_wait('$lab', '10 minutes')"); return; }

sub drop
{
	my ($self, $lab) = @_;

	$self->sql('lab', "SELECT lab_drop('$lab')");
	$self->wait_for($lab);
	return;
}

# Waits until the query gives the value.
sub poll
{
	my ($self, $database, $query, $value) = @_;
	my $session = $self->session($database);
	my $until = now() + 120;

	while ($session->sql($query) ne $value)
	{
		die "never became $value: $query" if now() > $until;
		select undef, undef, undef, 0.01;
	}
	$session->leave;
	return;
}

sub postmaster
{
	my ($self) = @_;

	open my $file, '<', "$self->{data}/postmaster.pid" or die $!;
	chomp(my $pid = <$file>);
	return $pid;
}

# Processes of labcreator: pid => kind.
sub processes
{
	my ($self) = @_;
	my $postmaster = $self->postmaster;
	my %processes;

	for my $line (`ps -o pid=,args= --ppid $postmaster`)
	{
		$processes{$1} = $2 if $line =~ /^\s*(\d+) postgres: (?:\S+: )?labcreator (.+?)\s*$/;
	}
	return %processes;
}

END { local $?; end_all(); }

1;
