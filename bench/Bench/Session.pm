# A psql that stays connected: statements go in, their rows come out, and the time at which they came is the client's.
package Bench::Session;

use strict;
use warnings;
use IO::Handle;
use IO::Select;
use IPC::Open3;
use Bench;

my $mark = '--answered--';

# new(host =>, port =>, user =>, database =>)
sub new
{
	my ($class, %at) = @_;
	my $self = bless { %at, buffer => '' }, $class;

	open my $errors, '+>', undef or die $!;
	$self->{errors} = $errors;
	$self->{pid} = open3(my $in, my $out, '>&' . fileno($errors), 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', $at{host}, '-p', $at{port},
		'-U', $at{user}, '-d', $at{database});
	$in->autoflush(1);
	@$self{qw(in out)} = ($in, $out);
	$self->sql('SELECT 1');
	return $self;
}

# Sends statements without waiting for them.
sub post
{
	my ($self, $sql) = @_;

	print { $self->{in} } "$sql;\n\\echo $mark\n" or die "psql has ended: " . $self->error;
	return;
}

sub error
{
	my ($self) = @_;

	seek $self->{errors}, 0, 0;
	local $/;
	return readline($self->{errors}) // '';
}

# Reads what is there; the rows, once the answer is complete, else undef.
sub answer
{
	my ($self) = @_;

	sysread($self->{out}, $self->{buffer}, 65536, length $self->{buffer}) or die "psql has ended: " . $self->error;
	return unless $self->{buffer} =~ s/^((?:.*\n)*?)\Q$mark\E\n//;
	chomp(my $rows = $1);
	return $rows;
}

# Sends statements and waits for them; their rows.
sub sql
{
	my ($self, $sql) = @_;

	$self->post($sql);
	for (;;)
	{
		my $rows = $self->answer;
		return $rows if defined $rows;
	}
}

# Waits until at least one of the sessions has something to read, or for so many seconds; those that have.
sub ready
{
	my ($seconds, @sessions) = @_;
	my %by_handle = map { fileno($_->{out}) => $_ } @sessions;
	my $select = IO::Select->new(map { $_->{out} } @sessions);

	return map { $by_handle{ fileno $_ } } $select->can_read($seconds);
}

sub leave
{
	my ($self) = @_;

	return unless $self->{pid};
	close $self->{in};
	close $self->{out};
	waitpid $self->{pid}, 0;
	$self->{pid} = 0;
	return;
}

sub DESTROY
{
	my ($self) = @_;

	local ($?, $!);
	$self->leave;
	return;
}

1;
