# A strict stand-in for Grafana's HTTP API, as labcreator uses it: it refuses what Grafana refuses, counts versions as it
# does, and fails on demand.  It runs as a process of its own; the test reads and changes its state through paths below /test,
# which take any JSON:
#   GET  /test/state                  everything it holds, and the requests it got
#   POST /test/merge                  merges objects of one level into the state: {"boards": {uid: {...}}}
#   POST /test/remove                 {"boards": [uid], ...}
#   POST /test/fail                   {"next": "429" | "500" | "silent" | "half" | "html" | "401" | "redirect", "times": n}
package Grafana;

use strict;
use warnings;
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64;
use POSIX ();

my $json = JSON::PP->new->canonical->utf8->allow_nonref;
my %state;

# Fields of a dashboard and of the request, as Grafana's own model has them.
my %dashboard_fields = map { $_ => 1 } qw(id uid title description tags timezone editable graphTooltip time timepicker templating annotations
  refresh schemaVersion version panels links fiscalYearStartMonth liveNow weekStart style gnetId snapshot revision preload);
my %panel_fields = map { $_ => 1 } qw(id type title description gridPos datasource targets fieldConfig options transformations links repeat
  repeatDirection maxDataPoints interval timeFrom timeShift hideTimeOverride transparent pluginVersion libraryPanel cacheTimeout queryCachingTTL);
my %save_fields = map { $_ => 1 } qw(dashboard folderUid folderId overwrite message isFolder);
my %folder_fields = map { $_ => 1 } qw(uid title parentUid);
my %source_fields = map { $_ => 1 } qw(uid name type url access jsonData secureJsonData basicAuth basicAuthUser user database isDefault withCredentials orgId version id readOnly);

sub start
{
	my ($class, %who) = @_;
	my $socket = IO::Socket::INET->new(Listen => 20, LocalAddr => $who{host} // '127.0.0.1', Proto => 'tcp', ReuseAddr => 1, LocalPort => $who{port} // 0) or die "socket: $!";
	my $self = bless { port => $socket->sockport, http => HTTP::Tiny->new(timeout => 10), %who }, $class;

	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0)
	{
		$SIG{TERM} = sub { POSIX::_exit(0) };
		%state = (boards => {}, folders => {}, sources => {}, requests => [], fail => undef, next_id => 1,
			%{ $who{state} // {} }, $self->{file} && -s $self->{file} ? %{ $json->decode(slurp($self->{file})) } : ());
		serve($self, $socket);
		POSIX::_exit(0);
	}
	close $socket;
	return $self;
}

sub stop
{
	my ($self) = @_;
	my $state = $self->state;
	my $pid = delete $self->{pid} or return;

	kill 'TERM', $pid;
	waitpid $pid, 0;
	return $state;
}

sub DESTROY { my ($self) = @_; local $?; if (my $pid = $self->{pid}) { kill 'KILL', $pid; waitpid $pid, 0; } return; }

sub url { my ($self) = @_; return "http://127.0.0.1:$self->{port}"; }

# For the test: what it holds.
sub state { my ($self) = @_; return decode_json($self->{http}->get($self->url . '/test/state')->{content}); }

sub tell
{
	my ($self, $what, $body) = @_;
	my $answer = $self->{http}->post($self->url . "/test/$what", { content => $json->encode($body) });

	die "$what: $answer->{content}" unless $answer->{success};
	return;
}

sub serve
{
	my ($self, $socket) = @_;

	while (1)
	{
		my $client = $socket->accept or next;
		eval { local $SIG{ALRM} = sub { die "slow client\n" }; alarm 10; converse($self, $client); };
		alarm 0;
		close $client;
		keep($self->{file}) if $self->{file};
	}
	return;
}

sub slurp { my ($file) = @_; local $/; open my $in, '<', $file or die "$file: $!"; return <$in>; }

# With a file, what it holds outlives it, as with Grafana.
sub keep
{
	my ($file) = @_;

	open my $out, '>', "$file.new" or die "$file: $!";
	print $out $json->encode({ map { $_ => $state{$_} } qw(boards folders sources next_id) });
	close $out or die "$file: $!";
	rename "$file.new", $file or die "$file: $!";
	return;
}

sub converse
{
	my ($self, $client) = @_;
	my ($line, %headers, $body);

	chomp($line = <$client> // return);
	while (my $header = <$client>)
	{
		$header =~ s/\r?\n$//;
		last if $header eq '';
		$headers{ lc $1 } = $2 if $header =~ /^([^:]+):\s*(.*)$/;
	}
	read $client, $body, $headers{'content-length'} if $headers{'content-length'};
	my ($method, $path) = $line =~ m{^(\S+) (\S+)} or return;
	my ($status, $answer) = $path =~ m{^/test/(\w+)$} ? control($1, $body) : (undef, undef);

	if (!defined $status)
	{
		push @{ $state{requests} }, "$method $path";
		return if fail($client);
		($status, $answer) = eval { $path eq '/api/health' || authorized($self, \%headers) ? handle($method, $path, $body) : (401, { message => 'Invalid API key' }) };
		($status, $answer) = (500, { message => "stand-in: $@" }) if $@;
	}
	$answer = $json->encode($answer);
	print $client "HTTP/1.1 $status X\r\nContent-Type: application/json\r\nContent-Length: " . length($answer) . "\r\nConnection: close\r\n\r\n$answer";
	return;
}

# What was asked for by /test/fail; true when the request is over.
sub fail
{
	my ($client) = @_;
	my $fail = $state{fail} or return 0;
	my $kind = $fail->{next};

	$state{fail} = undef if --$fail->{times} <= 0;
	if ($kind eq 'silent') { sleep 3; }
	elsif ($kind eq 'half') { print $client "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"uid\": \"x"; }
	elsif ($kind eq 'html') { print $client "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 15\r\n\r\n<html>no</html>"; }
	elsif ($kind eq 'broken') { print $client "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>no</html>"; }
	elsif ($kind eq 'redirect') { print $client "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"; }
	else { print $client "HTTP/1.1 $kind X\r\nContent-Length: 19\r\n\r\n{\"message\": \"busy\"}"; }
	return 1;
}

sub authorized
{
	my ($self, $headers) = @_;
	my $given = $headers->{authorization} // '';

	return 1 if defined $self->{token} && $given eq "Bearer $self->{token}";
	return defined $self->{user} && $given eq 'Basic ' . encode_base64("$self->{user}:$self->{password}", '');
}

sub control
{
	my ($what, $body) = @_;
	my $given = $body ? $json->decode($body) : undef;

	return (200, \%state) if $what eq 'state';
	if ($what eq 'merge')
	{
		for my $part (keys %$given)
		{
			for my $key (keys %{ $given->{$part} })
			{
				my $old = $state{$part}{$key} // {};
				$state{$part}{$key} = { %$old, %{ $given->{$part}{$key} } };
			}
		}
	}
	elsif ($what eq 'remove')
	{
		for my $part (keys %$given) { delete $state{$part}{$_} for @{ $given->{$part} }; }
	}
	elsif ($what eq 'fail') { $state{fail} = $given; }
	else { return (404, {}); }
	return (200, {});
}

sub unknown { my ($given, $known) = @_; return join ', ', grep { !$known->{$_} } sort keys %$given; }

sub handle
{
	my ($method, $path, $body) = @_;
	my $given;

	return (200, { database => 'ok' }) if "$method $path" eq 'GET /api/health';
	if ($method =~ /^(POST|PUT)$/)
	{
		$given = eval { $json->decode($body) };
		return (400, { message => 'bad request data' }) unless ref $given eq 'HASH';
	}
	return folders($method, $1, $given) if $path =~ m{^/api/folders(?:/([^/]+))?$};
	return sources($method, $1, $given) if $path =~ m{^/api/datasources(?:/uid/([^/]+))?$};
	return board($method, $1) if $path =~ m{^/api/dashboards/uid/([^/]+)$} && $method ne 'POST';
	return save($given) if "$method $path" eq 'POST /api/dashboards/db';
	return (404, { message => 'Not found' });
}

sub bad_uid { my ($uid) = @_; return length($uid) > 40 || $uid !~ /^[A-Za-z0-9_-]+$/; }

sub folders
{
	my ($method, $uid, $given) = @_;

	if ($method eq 'GET' && defined $uid)
	{
		return $state{folders}{$uid} ? (200, $state{folders}{$uid}) : (404, { message => 'folder not found', status => 'not-found' });
	}
	return (404, { message => 'Not found' }) unless $method eq 'POST' && !defined $uid;
	if (my $fields = unknown($given, \%folder_fields)) { return (400, { message => "unknown fields: $fields" }); }
	return (400, { message => 'folder title cannot be empty' }) unless length($given->{title} // '');
	return (400, { message => 'uid contains illegal characters or is too long' }) if bad_uid($given->{uid} // 'x');
	return (412, { message => 'The folder has been changed by someone else', status => 'version-mismatch' }) if $state{folders}{ $given->{uid} };
	return (409, { message => 'a folder or dashboard in the general folder with the same name already exists' })
	  if grep { $_->{title} eq $given->{title} } values %{ $state{folders} };
	$state{folders}{ $given->{uid} } = { id => $state{next_id}++, uid => $given->{uid}, title => $given->{title}, version => 1 };
	return (200, $state{folders}{ $given->{uid} });
}

sub sources
{
	my ($method, $uid, $given) = @_;
	my $old = defined $uid ? $state{sources}{$uid} : undef;

	return (404, { message => 'Data source not found' }) if defined $uid && !$old;
	return (200, $old) if $method eq 'GET' && $old;
	return (404, { message => 'Not found' }) unless $given;
	if (my $fields = unknown($given, \%source_fields)) { return (400, { message => "unknown fields: $fields" }); }
	for (qw(name type access)) { return (400, { message => "bad request data: $_ is required" }) unless length($given->{$_} // ''); }
	return (403, { message => 'Data source is read-only' }) if $old && $old->{readOnly};
	return (409, { message => 'data source with the same name already exists' })
	  if grep { $_->{name} eq $given->{name} && $_->{uid} ne ($uid // '') } values %{ $state{sources} };
	return (400, { message => 'uid contains illegal characters or is too long' }) if bad_uid($given->{uid} // 'x');
	return (409, { message => 'data source with the same uid already exists' }) if !$old && $state{sources}{ $given->{uid} };
	$state{sources}{ $given->{uid} } = { %$given, id => $old ? $old->{id} : $state{next_id}++, readOnly => JSON::PP::false };
	return (200, { datasource => $state{sources}{ $given->{uid} }, message => $old ? 'Datasource updated' : 'Datasource added' });
}

sub board
{
	my ($method, $uid) = @_;
	my $board = $state{boards}{$uid} or return (404, { message => 'Dashboard not found' });

	if ($method eq 'DELETE')
	{
		delete $state{boards}{$uid};
		return (200, { title => $board->{dashboard}{title}, message => 'Dashboard deleted' });
	}
	return (200, { meta => { version => $board->{dashboard}{version}, folderUid => $board->{folder}, updatedBy => $board->{by} // 'sa-labcreator', slug => 'x', provisioned => JSON::PP::false },
			dashboard => $board->{dashboard} });
}

sub save
{
	my ($given) = @_;
	my $board = $given->{dashboard};

	if (my $fields = unknown($given, \%save_fields)) { return (400, { message => "unknown fields: $fields" }); }
	return (400, { message => 'bad request data' }) unless ref $board eq 'HASH';
	if (my $fields = unknown($board, \%dashboard_fields)) { return (400, { message => "unknown fields: $fields" }); }
	return (400, { message => 'Dashboard title cannot be empty', status => 'empty-name' }) unless length($board->{title} // '');
	return (400, { message => 'uid contains illegal characters' }) if bad_uid($board->{uid} // 'x');
	return (400, { message => 'schemaVersion is newer than this Grafana' }) if ($board->{schemaVersion} // 0) > 39;
	return (400, { message => 'refresh is below the minimum of 5s' }) if ($board->{refresh} // '') =~ /^[1-4]s$/;
	for my $panel (@{ $board->{panels} })
	{
		if (my $fields = unknown($panel, \%panel_fields)) { return (400, { message => "unknown fields of a panel: $fields" }); }
		return (400, { message => "panel without place" }) if grep { !defined $panel->{gridPos}{$_} } qw(x y w h);
		return (400, { message => 'a panel is wider than the grid' }) if $panel->{gridPos}{x} + $panel->{gridPos}{w} > 24;
	}
	return (404, { message => 'folder not found' }) if length($given->{folderUid} // '') && !$state{folders}{ $given->{folderUid} };
	my $old = $state{boards}{ $board->{uid} };
	return (412, { message => 'A dashboard with the same name in the folder already exists', status => 'name-exists' })
	  if grep { $_->{dashboard}{title} eq $board->{title} && $_->{folder} eq $given->{folderUid} && $_->{dashboard}{uid} ne $board->{uid} } values %{ $state{boards} };
	return (412, { message => 'The dashboard has been changed by someone else', status => 'version-mismatch' })
	  if $old && !$given->{overwrite} && ($board->{version} // 0) != $old->{dashboard}{version};
	my $version = $old ? $old->{dashboard}{version} + 1 : 1;
	$state{boards}{ $board->{uid} } = { folder => $given->{folderUid} // '', dashboard => { %$board, id => $old ? $old->{dashboard}{id} : $state{next_id}++, version => $version } };
	return (200, { id => $state{boards}{ $board->{uid} }{dashboard}{id}, uid => $board->{uid}, status => 'success', version => $version, slug => 'x', url => "/d/$board->{uid}/x" });
}

1;
