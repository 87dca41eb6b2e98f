# The mutation suite's machinery: a server with a wide reference, participants whose databases are finished copies of
# it, and cases that change such a copy, have it evaluated, and look at the results.
#
# A case is a block of a file in grading/mutants or grading/roads:
#     -- name | what must fail; or this
#     SQL, run as the participant in a finished copy
# What must fail is looked for in "kind object" of the failing checks; * stands for anything.  Roads have the name
# only.  A first line "-- needs: server 17, extension hstore" leaves a file out where the server lacks that.
package Suite;

use strict;
use warnings;
use Lab;
use IPC::Run;
use JSON::PP;
use Test::More;
use Time::HiRes 'time';

use constant LANES => 2;    # copies that are worked on at the same time

my @leftovers;

# The server, the reference, the lab and, beside each participant's database, a template of it with the finished copy.
# A set is a folder of grading/ with a reference, mutants and roads of its own.
sub new
{
	my ($class, $name, $set) = @_;
	my $self = bless { folder => join '/', 't/grading', $set // () }, $class;
	my $node = lab_node(
		$name,
		'wal_level' => 'logical',
		'log_statement' => 'none',
		'labcreator.sweep_interval' => 0,
		'labcreator.debounce' => "'1h'");    # each case asks for its evaluation

	$self->{node} = $node;
	$node->safe_psql('postgres', 'CREATE ROLE clerk; CREATE ROLE auditor');
	$self->{version} = int($node->safe_psql('postgres', 'SHOW server_version_num') / 10000);
	$self->{extensions} = { map { $_ => 1 } split /\n/,
		$node->safe_psql('postgres', 'SELECT name FROM pg_available_extensions') };

	$self->{place} = memory($node);
	$self->{script} = join "\n", map { $_->{text} } $self->files('reference');
	make_reference($node, 'reference', $self->{script});
	$self->{files} = $node->basedir;
	PostgreSQL::Test::Utils::append_to_file("$self->{files}/script.sql", encoded($self->{script}));
	create_lab($node, { lab => 'wide', reference => 'reference', participants => [ map { "p$_" } 1 .. LANES ] });
	for my $lane (1 .. LANES)
	{
		$node->safe_psql("wide_p$lane", $self->{script}, extra_params => [ '-U', "p$lane" ]);
		$self->{oid}[$lane] = $node->safe_psql('postgres', "SELECT oid FROM pg_database WHERE datname = 'wide_p$lane'");
		lab_sql($node, "SELECT lab_evaluate('wide', 'p$lane')");

		my ($dump) = PostgreSQL::Test::Utils::run_command([ 'pg_dump', '--no-owner', '-d', $node->connstr('reference') ]);
		PostgreSQL::Test::Utils::append_to_file("$self->{files}/dump$lane.sql", $dump =~ s/\bteacher\b/p$lane/gr);
	}
	return $self;
}

sub encoded
{
	my ($text) = @_;

	utf8::encode($text);
	return $text;
}

# Where copies are made: in memory if the system has room there for files, which is several times faster.
sub memory
{
	my ($node) = @_;
	my $path = "/dev/shm/labcreator.$$";

	return '' unless -w '/dev/shm' && mkdir $path;
	push @leftovers, $path;
	$node->safe_psql('postgres', "CREATE TABLESPACE memory LOCATION '$path'");
	return 'TABLESPACE memory STRATEGY file_copy';
}

$SIG{TERM} = $SIG{INT} = sub { exit 1 };

END
{
	my $status = $?;
	PostgreSQL::Test::Utils::system_log('rm', '-rf', @leftovers) if @leftovers;
	$? = $status;
}

# What the lab has for a participant whose copy was not touched since new().
sub untouched
{
	my ($self, $lane) = @_;

	return decode_json(lab_sql($self->{node}, $self->outcome_query($lane)));
}

# Does lab_preview() promise that the reference passes itself, and that a participant can make all of it?
sub preview
{
	my ($self) = @_;
	my ($status, $out, $err) = $self->{node}->psql(
		'lab',
		q(SELECT count(*) FILTER (WHERE surprise ~ 'superuser') FROM lab_preview('{"lab": "preview", "reference": "reference"}')),
		extra_params => [ '-U', 'teacher' ]);

	like($err, qr/the reference passes (\d+) of its \1 checks/, 'lab_preview() promises that the reference passes itself');
	is($out, '0', 'and that nothing in it takes a superuser');
	return;
}

# Keeps the finished copies, as they are now, to make others from.
sub keep
{
	my ($self) = @_;

	for my $lane (1 .. LANES)
	{
		($self->{dump}[$lane]) = PostgreSQL::Test::Utils::run_command([ 'sh', '-c', $self->dump_command($lane) ]);
		# a template may have no sessions: the evaluator lingers for some seconds
		$self->{node}->safe_psql('postgres',
			"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'wide_p$lane'");
		$self->{node}->safe_psql('postgres', "CREATE DATABASE finished_p$lane TEMPLATE wide_p$lane $self->{place}");
	}
	return;
}

# The files of a folder of grading/ that this server can run: name, text.
sub files
{
	my ($self, $folder) = @_;
	my @files;

	for my $path (sort glob "$self->{folder}/$folder/*.sql")
	{
		my $text = PostgreSQL::Test::Utils::slurp_file($path);
		my ($name) = $path =~ m{([^/]+)\.sql$};

		next if $ENV{LAB_ONLY} && $folder ne 'reference' && $ENV{LAB_ONLY} !~ /(?:^|,)\Q$name\E(?:,|$)/;

		utf8::decode($text);
		push @files, { name => $name, path => $path, text => $text } if $self->has($text =~ /^-- needs: (.*)/ ? $1 : '');
	}
	return @files;
}

# Does the server have what a file needs?
sub has
{
	my ($self, $needs) = @_;

	for my $need (split /, /, $needs)
	{
		return 0 if $need =~ /^server (\d+)$/ && $self->{version} < $1;
		return 0 if $need =~ /^extension (\w+)$/ && !$self->{extensions}{$1};
	}
	return 1;
}

# The cases of a file.
sub cases
{
	my ($file) = @_;
	my @cases;

	for my $line (split /\n/, $file->{text})
	{
		my ($name, $expected) = $line =~ /^-- (?!needs: )(.+?)(?: \| (.+))?$/;

		if (defined $expected || (defined $name && $file->{path} =~ /roads/))
		{
			push @cases, { name => $name, expected => [ split /; /, $expected // '' ], sql => '' };
		}
		elsif (@cases)
		{
			$cases[-1]{sql} .= "$line\n";
		}
	}
	# the comment that opens the file is no case
	@cases = grep { $_->{sql} =~ /\S/ } @cases;

	my %seen;
	$seen{ $_->{name} }++ && die "$file->{path} has two cases named \"$_->{name}\"\n" for @cases;
	return @cases;
}

# Runs the cases, LANES at a time, and gives each its outcome: passed, total, score, failing, or error.
sub run
{
	my ($self, @cases) = @_;

	while (my @batch = splice @cases, 0, LANES)
	{
		my @running;

		for my $lane (1 .. @batch)
		{
			my $case = $batch[ $lane - 1 ];
			my ($out, $err) = ('', '');
			my $path = "$self->{files}/case$lane.sql";

			unlink $path;
			PostgreSQL::Test::Utils::append_to_file($path, encoded($self->script($lane, $case->{sql})));
			push @running, { case => $case, lane => $lane, out => \$out, err => \$err, begun => time,
				process => IPC::Run::start([ 'psql', '-XAtq', '-f', $path, '-v', 'ON_ERROR_STOP=1', '-v', "script=$self->{files}/script.sql",
					'-v', "dump=$self->{files}/dump$lane.sql", '-d', $self->{node}->connstr('postgres') ],
					'<', \undef, '>', \$out, '2>', \$err) };
		}
		for (@running)
		{
			my ($same, $json) = do { IPC::Run::finish($_->{process}); split /\n/, ${ $_->{out} }, 2 };

			$_->{case}{outcome} = eval { decode_json($json // '') } // { failing => [], error => ${ $_->{err} } || 'no results' };
			$_->{case}{outcome}{error} //= $_->{case}{outcome}{evaluation};
			$_->{case}{dump_differs} = ($same // '') ne $self->{dump}[ $_->{lane} ];
			$_->{case}{seconds} = time - $_->{begun};
		}
	}
	return;
}

# The script of a case: the lane's database anew under its old oid, the change, pg_dump's word, an evaluation, the results.
sub script
{
	my ($self, $lane, $sql) = @_;
	my ($database, $login) = ("wide_p$lane", "p$lane");
	return <<"END";
DROP DATABASE IF EXISTS $database WITH (FORCE);
CREATE DATABASE $database OWNER teacher TEMPLATE finished_p$lane $self->{place} OID $self->{oid}[$lane];
REVOKE ALL ON DATABASE $database FROM PUBLIC;
ALTER ROLE $login RESET ALL;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE $database TO $login;
GRANT CONNECT ON DATABASE $database TO lab_evaluator;
\\c $database $login
SET client_min_messages = error;
\\o /dev/null
$sql
\\! @{[ $self->dump_command($lane) ]}
\\c lab teacher
SELECT lab_evaluate('wide', '$login');
\\o
@{[ $self->outcome_query($lane) ]};
END
}

# What "pg_dump -s | diff" would see of a lane's database, as a hash: without owners, and with the participant's name
# and the dump's random key taken out.
sub dump_command
{
	my ($self, $lane) = @_;

	return join ' ', 'pg_dump -s --no-owner', '-h', $self->{node}->host, '-p', $self->{node}->port, "wide_p$lane",
	  "| sed -e 's/\\<p$lane\\>/OWNER/g' -e '/^.restrict /d' -e '/^.unrestrict /d' | md5sum";
}

# One row of json: the standing, and the checks that do not pass.
sub outcome_query
{
	my ($self, $lane) = @_;

	return <<"END";
SELECT json_build_object('passed', p.passed, 'total', p.total, 'score', p.score::text,
	'evaluation', (SELECT s.detail FROM lab_status() s WHERE s.part = 'evaluation wide p$lane'),
	'failing', coalesce((
		SELECT json_agg(json_build_object('what', r.kind || ' ' || r.object, 'status', r.status, 'detail', r.detail))
		FROM lab_results('wide', 'p$lane') r
		WHERE r.status NOT IN ('pass', 'kept')), '[]'))
FROM lab_progress('wide') p
WHERE p.login = 'p$lane'
END
}

# Is one of the expected failures among those that were seen?
sub caught
{
	my ($case) = @_;

	for my $expected (@{ $case->{expected} })
	{
		return 1 if grep { $_->{status} eq 'fail' && matches($_->{what}, $expected) } @{ $case->{outcome}{failing} };
	}
	return 0;
}

# The failing checks that the case did not ask for.
sub unrelated
{
	my ($case) = @_;

	return grep { my $seen = $_; !grep { matches($seen->{what}, $_) } @{ $case->{expected} } } @{ $case->{outcome}{failing} };
}

sub matches
{
	my ($what, $pattern) = @_;
	my $regex = join '.*', map { quotemeta } split /\*/, $pattern;

	return $what =~ /$regex/s;
}

# What was seen, for a person.
sub seen
{
	my ($case) = @_;
	my $outcome = $case->{outcome};

	return "error: $outcome->{error}" if $outcome->{error};
	return join "\n", "passed $outcome->{passed} of $outcome->{total}, score $outcome->{score}",
	  map { "  $_->{status}: $_->{what}: " . ($_->{detail} // '') } @{ $outcome->{failing} };
}

1;
