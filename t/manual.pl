# The reference manual in docs/ and what there is: neither has what the other lacks, and its examples run.
# Where a list differs, the message names what is missing in it ("<") and what is left over (">").
use strict;
use warnings;
use lib 't';
use FindBin;
use JSON::PP;
use Lab;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/..";
my $node = lab_node('manual');
my %page = map { $_ => slurp_file("$top/docs/$_.md") } qw(manual functions settings tables errors course);

# The same elements, in any order.
sub same
{
	my ($manual, $real, $what) = @_;
	my %in_manual = map { $_ => 1 } @$manual;
	my %in_reality = map { $_ => 1 } @$real;
	my @difference = ((map { "< $_" } grep { !$in_manual{$_} } sort keys %in_reality), (map { "> $_" } grep { !$in_reality{$_} } sort keys %in_manual));

	return is(join("\n", @difference), '', $what);
}

sub sql { my ($query) = @_; return split /\n/, $node->safe_psql('lab', $query) }

# The rows of the table below a heading, as cells.
sub table
{
	my ($page, $heading) = @_;
	my ($text) = $page{$page} =~ /^#+ \Q$heading\E\n(.*?)(?=^#|\z)/ms;
	my @rows = map { [ map { s/^\s+|\s+$//gr } split /(?<!\\)\|/, $_ =~ s/^\||\|$//gr, -1 ] } $text =~ /^\|.*$/mg;

	return grep { $_->[0] !~ /^-+$/ } @rows[ 1 .. $#rows ];
}

sub code { my ($cell) = @_; return $cell =~ /`(.*?)`/ ? $1 : '' }

# The words in quotes that a function of SQL can give.
sub words
{
	my ($pattern, @functions) = @_;
	my $list = join ', ', map { "'$_'" } @functions;
	my $source = $node->safe_psql('lab', "SELECT prosrc FROM pg_proc WHERE oid::regproc::text IN ($list)");

	return grep { defined } $source =~ /$pattern/g;
}

# The words of a CHECK (column IN (...)).
sub allowed
{
	my ($table, $column) = @_;
	my $check = $node->safe_psql('lab', "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'lab.$table'::regclass AND contype = 'c' AND conkey = ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = 'lab.$table'::regclass AND attname = '$column')]");

	return $check =~ /'([^']*)'/g;
}

# --- functions -------------------------------------------------------------------------------------------------------
my $functions = q(
	SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ') → ' || coalesce(pg_get_function_result(p.oid), 'procedure')
	FROM pg_proc p
	JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid
	WHERE e.extname = '%s' AND p.proname LIKE 'lab\_%%' AND p.pronamespace <> 'lab'::regnamespace);
$node->safe_psql('lab', 'CREATE SCHEMA student; CREATE EXTENSION labcreator_student SCHEMA student');
my @functions = map { sql(sprintf $functions, $_) } 'labcreator', 'labcreator_student';
$node->safe_psql('lab', 'DROP SCHEMA student CASCADE');
my @signatures = $page{functions} =~ /^    (lab_\w+\(.*\) → .*)$/mg;
same(\@signatures, \@functions, 'functions.md: every function, with its arguments and what it returns');
for my $section (split /^(?=### )/m, $page{functions})
{
	my ($name) = $section =~ /^### (lab_\w+)/ or next;

	is(($section =~ /^    (lab_\w+)\(/m)[0], $name, "$name: the signature is the heading's");
	like($name eq 'lab_drop' ? $page{functions} : $section, qr/^```sql[^`]*\b$name\(/ms, "$name has an example");
}
my $readme = slurp_file("$top/README.md");
like($readme, qr/`\Q$_\E\(/, "README.md names $_") for map { /^(\w+)/ } @functions;

# --- settings --------------------------------------------------------------------------------------------------------
my %change = (postmaster => 'restart', sighup => 'reload');
my @visible = split /\n/, lab_sql($node, "SELECT name FROM pg_settings WHERE name LIKE 'labcreator.%'");
my %visible = map { $_ => 1 } @visible;
my @settings = map { my ($name, $default, $context) = split /\|/; join ' | ', $name, $default, $change{$context} . ($visible{$name} ? '' : ', hidden') }
  sql("SELECT name, current_setting(name), context FROM pg_settings WHERE name LIKE 'labcreator.%'");
my @rows = map { [ map { s/^\s+|\s+$//gr } split /\|/, $_, -1 ] } $page{settings} =~ /^\| (`labcreator\..*) \|$/mg;
my %others = no_limits();
same([ grep { !defined $others{ (split / /)[0] } } map { join ' | ', code($_->[0]), code($_->[1]), $_->[2] } @rows ], [ grep { !defined $others{ (split / /)[0] } } @settings ],
	'settings.md: every setting, its default, and what changes it');
for my $row (@rows)
{
	my ($name, $example) = (code($row->[0]), code($row->[3]));
	my ($status, undef, $error) = $node->psql('lab', "ALTER SYSTEM SET $name = $example");

	is($error, '', "$name: its example can be set");
	$node->safe_psql('lab', "ALTER SYSTEM RESET $name");
	isnt($row->[4], '', 'and its meaning is said');
}

# --- tables and views ------------------------------------------------------------------------------------------------
same([ $page{tables} =~ /^    (lab\.\w+ \(.*\))$/mg ], [ sql(q(
	SELECT format('lab.%s (%s)', c.relname, string_agg(a.attname, ', ' ORDER BY a.attnum))
	FROM pg_class c
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'lab'::regnamespace AND c.relkind IN ('r', 'v')
		AND (has_table_privilege('lab_master', c.oid, 'SELECT') OR has_table_privilege('lab_monitor', c.oid, 'SELECT'))
	GROUP BY c.oid)) ], 'tables.md: every table and view that people may read, with its columns');
for my $section (split /^(?=### )/m, $page{tables})
{
	my ($name) = $section =~ /^### (lab\.\w+)/ or next;

	like($section, qr/^    \Q$name\E \(.*^```sql[^`]*\b\Q$name\E\b/ms, "$name has an example");
}

# --- roles, keys of a spec -------------------------------------------------------------------------------------------
same([ map { code($_->[0]) } table('manual', 'Roles') ], [ sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'lab\\_%'") ], 'manual.md: every role');
my %example = ('auth' => '{"method": "scram", "x": 1}', 'limits' => '{"x": 1}', 'participants' => '[{"login": "a", "x": 1}]',
	'tasks' => '[{"name": "a", "x": 1}]', 'tasks.plan' => '[{"name": "a", "plan": {"query": "SELECT 1", "x": 1}}]');
my @keys;
for my $place ('', sort keys %example)
{
	my ($key) = $place =~ /^(\w+)/;
	my %fields = (lab => '"x"', reference => '"r"', participants => '["a"]', $key ? ($key => $example{$place}) : (x => 1));
	my $json = join ', ', map { "\"$_\": $fields{$_}" } sort keys %fields;
	my $error = lab_error($node, "SELECT lab_create('{$json}')");
	my ($known) = $error =~ /Known keys here: (.*)\./ or fail("keys of $place") && diag($error);
	push @keys, map { $place eq '' ? $_ : "$place.$_" } split /, /, $known;
}
my @spec = table('manual', 'The spec');
same([ map { code($_->[0]) } @spec ], \@keys, 'manual.md: every key of a spec');
isnt($_->[2], '', code($_->[0]) . ' has an example') for @spec;

# --- states, signals, events -----------------------------------------------------------------------------------------
my $gives = qr/(?:THEN|ELSE) '(\w+(?: \w+)?)'(?!')|\|\| [a-z.]+, '(\w+(?: \w+)?)',/;
my @statuses = (allowed('results', 'status'), words($gives, 'lab_results'));
my %states = (
	'Of a participant' => [ 'ready', allowed('participants', 'state'), words($gives, 'lab_progress') ],
	'Of a lab' => [ allowed('labs', 'state') ],
	'Of a check' => \@statuses,
	'Of a task' => [ words($gives, 'lab.student_tasks') ],
	'Of a part of the system' => [ words($gives, 'lab_status', 'lab.target_status'), grep { $_ ne 'published' } allowed('dashboards', 'state') ]);
for my $heading (sort keys %states)
{
	same([ map { code($_->[0]) } table('manual', $heading) ], $states{$heading}, "manual.md, states: \l$heading");
}
same([ map { code($_->[0]) } table('manual', 'Signals') ], [ 'hand', words(qr/SELECT p\.id, '([a-z ]+)'/, 'lab.raise_signals') ], 'manual.md: every signal');
same([ map { code($_->[0]) } table('manual', 'Events') ], [ allowed('events', 'kind') ], 'manual.md: every event');

# --- metrics ---------------------------------------------------------------------------------------------------------
my @metrics = table('manual', 'Metrics');
same([ map { join ' | ', code($_->[0]), $_->[1], $_->[2] } @metrics ],
	[ sql("SELECT concat_ws(' | ', metric, type, CASE WHEN labels = '{}' THEN '' ELSE array_to_string(labels, ', ') END) FROM lab.metric_list()") ], 'manual.md: every metric, its type and labels');
my $rules = PostgreSQL::Test::Utils::tempdir() . '/rules.yml';
append_to_file($rules, "groups:\n- name: manual\n  rules:\n" . join '', map { "  - record: example:$_\n    expr: " . JSON::PP->new->allow_nonref->encode(code($metrics[$_][3])) . "\n" } 0 .. $#metrics);
$node->command_ok([ 'promtool', 'check', 'rules', $rules ], 'their examples are PromQL');
like(code($_->[3]), qr/\b\Q@{[ code($_->[0]) ]}\E\b/, code($_->[0]) . ' is in its example') for @metrics;

# --- errors ----------------------------------------------------------------------------------------------------------
# Messages of the sources as patterns: those that pass on what another process said have nothing to compare.
my (@patterns, %found);
my $argument = qr/%(?:\d+\$)?[-\d]*(?:l|z|h)*[a-zA-Z]|%\{\w+\}/;
sub pattern { my ($message) = @_; return join '.+', map { quotemeta } split /$argument/, $message, -1 }
for my $file (glob "$top/extension/*.c $top/worker/*.c")
{
	my $source = slurp_file($file);

	while ($source =~ /ereport\(\s*(?:ERROR|FATAL)\s*,(.*?)\)\s*;/gs)
	{
		my $report = $1;
		my ($message) = $report =~ /errmsg\(\s*((?:"(?:[^"\\]|\\.)*"\s*|INT64_FORMAT\s*)+)/s or next;
		my ($code) = $report =~ /errcode\(ERRCODE_(\w+)\)/;

		$code = lc($code // ($report =~ /errcode_for_(file|socket)_access/)[0] // '');
		$message = join '', map { /^"(.*)"$/ ? $1 : '%d' } $message =~ /"(?:[^"\\]|\\.)*"|INT64_FORMAT/g;
		$message =~ s/\\(.)/$1/g;
		push @patterns, [ $code, pattern($message), $message ] if $message =~ s/$argument//gr =~ /\w/;
	}
}
my $script = join '', map { slurp_file($_) } glob "$top/extension/sql/*.sql";
while ($script =~ /RAISE EXCEPTION USING ERRCODE = '(\w+)',\s*MESSAGE = (?:format\()?'((?:[^']|'')*)'/g)
{
	push @patterns, [ $1, pattern($2), $2 ];
}
push @patterns, [ 'query_canceled', 'lab ".+": .+ of .+ databases are ready', 'lab_wait: the timeout' ];
cmp_ok(scalar @patterns, '>', 100, 'the sources raise errors');
my @messages = map { [ code($_->[0]), $_->[1] =~ /^`(.*)`$/ ] }
  map { [ map { s/^\s+|\s+$//gr } split /\|/ ] } $page{errors} =~ /^\| ((?:`\w+`|of the) .*) \|$/mg;
my @unknown;
for my $entry (@messages)
{
	my ($code, $message) = @$entry;
	my @matching = grep { ($code eq '' ? $_->[0] eq '' : $_->[0] eq $code) && $message =~ /^$_->[1]$/ } @patterns;

	push @unknown, "> $code: $message" if !@matching;
	$found{"$_->[0] $_->[1]"} = 1 for @matching;
}
is(join("\n", @unknown), '', 'errors.md: every example is of an error that there is');
is(join("\n", map { "< $_->[0]: $_->[2]" } grep { !$found{"$_->[0] $_->[1]"} } @patterns), '', 'and every error has one');

# --- the examples, in their order --------------------------------------------------------------------------------------
$node->append_conf('postgresql.conf', "labcreator.grafana_token_file = '" . $node->data_dir . "/token'");
$node->safe_psql('lab', 'CREATE ROLE other_teacher LOGIN IN ROLE lab_master');
make_reference($node, 'bikeshop_reference', 'CREATE SCHEMA shop; CREATE TABLE shop.customers (id int PRIMARY KEY); CREATE TABLE shop.orders (id int PRIMARY KEY, customer_id int REFERENCES shop.customers)');
make_reference($node, 'bikeshop_starter', 'CREATE SCHEMA shop; CREATE TABLE shop.customers (id int PRIMARY KEY)');

my (%run, $password);
for my $page ('functions', 'tables')
{
	# the tables are looked at while there is a lab: before it is dropped at the end of the functions
	my @blocks = $page{$page} =~ /^```sql ?(\w*)\n(.*?)^```$/gms;

	while (my ($who, $statement) = splice @blocks, 0, 2) { push @{ $run{$page} }, [ $who, $statement ] }
}
my $end = pop @{ $run{functions} };
for my $block (@{ $run{functions} }, @{ $run{tables} }, $end)
{
	my ($who, $statement) = @$block;
	my ($database, $role) = $who eq 'participant' ? ('bikeshop_alice', 'alice') : ('lab', $who eq 'monitor' ? 'lab_monitor' : 'teacher');
	my ($first) = $statement =~ /^(.*)$/m;

	if ($statement =~ /lab_publish/)
	{
		# it wants to know of a Grafana; whether that answers is another matter
		$node->append_conf('postgresql.conf', "labcreator.grafana_url = 'http://127.0.0.1:1'");
		$node->reload;
		poll($node, "SELECT current_setting('labcreator.grafana_url') <> ''");
	}
	$statement =~ s/'gotur-zuhap-fimij-tasot'/'$password'/;
	my ($status, $out, $error) = $node->psql($database, $statement, extra_params => [ '-U', $role, '-v', 'ON_ERROR_STOP=1' ]);
	is($status, 0, "it runs: $first") or diag($error);
	($password) = $out =~ /^alice\|[^|]*\|[^|]*\|([^|]+)\|/m if $statement =~ /lab_create/;
}

# --- links -------------------------------------------------------------------------------------------------------------
for my $name (sort keys %page)
{
	for my $link ($page{$name} =~ /\]\(([^)\s]+)\)/g)
	{
		my ($file, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
		my $target = $file eq '' ? $page{$name} : slurp_file("$top/docs/$file");
		my %anchors = map { lc($_) =~ s/[^\w\- ]//gr =~ s/ /-/gr => 1 } $target =~ /^#+ (.*)$/mg;

		ok(!defined $anchor || $anchors{$anchor}, "$name.md: the link $link leads somewhere");
	}
}

$node->stop;
done_testing();
