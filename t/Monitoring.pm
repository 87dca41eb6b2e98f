# The real SQL exporter and the real Prometheus, in a directory of their own, for a server with labs.
package Monitoring;

use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;
use POSIX qw(WNOHANG);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(sleep time);

# Everything is started for the node; its setting labcreator.exporter_file must name the file that is given here.
sub new
{
	my ($class, $node, $config) = @_;
	my $self = bless {
		node => $node,
		config => $config,
		dir => PostgreSQL::Test::Utils::tempdir(),
		exporter_port => PostgreSQL::Test::Cluster::get_free_port(),
		prometheus_port => PostgreSQL::Test::Cluster::get_free_port(),
		http => HTTP::Tiny->new(timeout => 20),
	}, $class;

	$self->write('labcreator.rules.yml', $node->safe_psql('lab', 'SELECT lab_prometheus_rules()'));
	$self->write('prometheus.yml', $node->safe_psql('lab', "SELECT lab_prometheus_config('127.0.0.1:$self->{exporter_port}')"));
	return $self;
}

sub write
{
	my ($self, $name, $text) = @_;

	open my $file, '>', "$self->{dir}/$name" or die "$name: $!";
	print $file "$text\n";
	close $file or die "$name: $!";
	return "$self->{dir}/$name";
}

sub start
{
	my ($self, $name, @command) = @_;
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		chdir $self->{dir};
		open STDOUT, '>>', "$PostgreSQL::Test::Utils::log_path/$name.log";
		open STDERR, '>&', \*STDOUT;
		exec @command or POSIX::_exit(127);
	}
	$self->{$name} = $pid;
	return;
}

sub stop
{
	my ($self, @names) = @_;

	for my $name (@names ? @names : qw(exporter prometheus))
	{
		my $pid = delete $self->{$name} or next;
		kill 'TERM', $pid;
		for (1 .. 100) { last if waitpid($pid, WNOHANG); sleep 0.1; kill 'KILL', $pid if $_ == 99; }
	}
	return;
}

sub start_exporter
{
	my ($self) = @_;

	$self->start('exporter', 'prometheus-sql-exporter', '-config.file', $self->{config}, '-web.listen-address', "127.0.0.1:$self->{exporter_port}");
	return $self->wait_for(sub { ($self->scrape // '') =~ /^sql_lab_metrics_timestamp_seconds/m });
}

sub start_prometheus
{
	my ($self) = @_;

	$self->start('prometheus', 'prometheus', "--config.file=$self->{dir}/prometheus.yml", "--storage.tsdb.path=$self->{dir}/data",
		"--web.listen-address=127.0.0.1:$self->{prometheus_port}");
	return $self->wait_for(sub { $self->get("http://127.0.0.1:$self->{prometheus_port}/-/ready") });
}

# Waits until the code gives something true, and returns it.
sub wait_for
{
	my ($self, $code) = @_;
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;

	while (time < $end)
	{
		my $result = $code->();

		return $result if $result;
		sleep 0.3;
	}
	return;
}

sub get
{
	my ($self, $url) = @_;
	my $answer = $self->{http}->get($url);

	return $answer->{success} ? $answer->{content} : undef;
}

# The exporter's page.
sub scrape { my ($self) = @_; return $self->get("http://127.0.0.1:$self->{exporter_port}/metrics"); }

sub api
{
	my ($self, $path, %parameters) = @_;
	my $query = $self->{http}->www_form_urlencode(\%parameters);
	my $answer = $self->{http}->get("http://127.0.0.1:$self->{prometheus_port}/api/v1/$path?$query");
	my $content = eval { decode_json($answer->{content}) } // { error => "$answer->{status} $answer->{content}" };

	return $content->{data} // die "$path $parameters{query}: $content->{error}\n";
}

# The result of an expression now: a list of {metric, value}.
sub query
{
	my ($self, $expression) = @_;

	return $self->api('query', query => $expression)->{result};
}

# The same over the last minutes: a list of {metric, values}.
sub query_range
{
	my ($self, $expression, $seconds) = @_;

	return $self->api('query_range', query => $expression, start => time - $seconds, end => time, step => 5)->{result};
}

# The only value of an expression, or undef.
sub value
{
	my ($self, $expression) = @_;
	my $result = $self->query($expression);

	return @$result == 1 ? $result->[0]{value}[1] : undef;
}

# Waits until an expression has the value; what it has in the end.
sub becomes
{
	my ($self, $expression, $value) = @_;
	my $seen;

	$self->wait_for(sub { $seen = $self->value($expression); defined $seen && $seen == $value });
	return $seen;
}

sub DESTROY { my ($self) = @_; local $?; $self->stop; return; }

1;
