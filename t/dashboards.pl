# Every expression of the dashboards and the rules gives data in a real Prometheus that watches a live class.
use strict;
use warnings;
use lib 't';
use JSON::PP;
use Lab;
use Monitoring;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $node = lab_node('dashboards', 'labcreator.exporter_file' => "'$dir/exporter.yml'", 'labcreator.signal_interval' => "'200ms'");

sub as { my ($login, $sql) = @_; $node->psql("l_$login", $sql, extra_params => [ '-U', $login ], on_error_stop => 0); return; }

make_reference($node, 'reference', 'CREATE TABLE a (x int NOT NULL, y int DEFAULT 3); CREATE TABLE b (x int PRIMARY KEY)');
poll($node, "SELECT (pg_stat_file('$dir/exporter.yml', true)).size > 0");
my $monitoring = Monitoring->new($node, "$dir/exporter.yml");
ok($monitoring->start_exporter && $monitoring->start_prometheus, 'the exporter and Prometheus run');
create_lab($node, { lab => 'l', reference => 'reference', closes => '2099-01-01 00:00+00', peers => 'named',
		participants => [ { login => 'ann', team => 'A' }, { login => 'bob', team => 'B' }, 'cat' ],
		tasks => [ { name => 'first', objects => ['public.a'] }, { name => 'second', objects => ['public.b'] } ] });
$monitoring->becomes('count(lab_participant_score_ratio)', 3);
as('ann', 'CREATE TABLE a (x int NOT NULL, y int DEFAULT 3)');
poll($node, "SELECT passed > 0 FROM lab_progress('l') WHERE login = 'ann'");
as('ann', "SELEC;\nSELEC;\nSELEC");
as('ann', "SELECT lab_raise_hand('help')");
$monitoring->becomes('lab_participant_signal{participant="ann",signal="hand"}', 1);
$monitoring->becomes('lab_participant_signal{participant="ann",signal="erroring"}', 1);
$monitoring->becomes('lab_task_done{task="first"}', 1);
$monitoring->becomes('lab_task_median_seconds > bool 0', 1);
$monitoring->becomes('count(rate(lab_evaluations_total[1m]))', 1);

# What Grafana puts in the place of a variable.
sub expand
{
	my ($text) = @_;
	my %values = (lab => 'l', team => '.*', participant => 'ann', datasource => 'ds');

	$text =~ s/\$\{?(\w+)(?::\w+)?\}?/$values{$1} \/\/ die "unknown variable $1"/ge;
	return $text;
}

my %metrics;

# Now for what shows the present, over the last minutes for what shows a history.
sub gives_data
{
	my ($expression, $instant, $where) = @_;
	my $result;

	$expression = expand($expression);
	$metrics{$_} = 1 for $expression =~ /(lab_\w+_\w+|lab_participants)/g;
	$result = eval { $instant ? $monitoring->query($expression) : $monitoring->query_range($expression, 600) };
	is($@, '', "$where: $expression") if $@;
	cmp_ok(scalar @{ $result // [] }, '>', 0, "$where: $expression");
	return;
}

my $sharedir = $node->config_data('--sharedir');
for my $kind (qw(class participant operations))
{
	my $lab = $kind eq 'operations' ? 'NULL' : "'l'";
	my $dashboard = decode_json($node->safe_psql('lab', "SELECT lab.dashboard('$kind', $lab, pg_read_file('$sharedir/extension/labcreator-$kind.json')::jsonb)"));
	my (%ids, %places);

	for my $panel (@{ $dashboard->{panels} })
	{
		my $grid = $panel->{gridPos};

		ok(!$ids{ $panel->{id} }++, "$kind, $panel->{title}: its id is its own");
		for my $x ($grid->{x} .. $grid->{x} + $grid->{w} - 1)
		{
			fail("$kind, $panel->{title} lies over another panel") if grep { $places{"$x $_"}++ } $grid->{y} .. $grid->{y} + $grid->{h} - 1;
		}
		ok(scalar @{ $panel->{targets} }, "$kind, $panel->{title}: it shows something");
		for my $target (@{ $panel->{targets} })
		{
			is($target->{datasource}{uid}, '${datasource}', "$kind, $panel->{title}: from the chosen data source");
			gives_data($target->{expr}, $target->{instant}, "$kind, $panel->{title}");
		}
	}
	for my $annotation (grep { !$_->{builtIn} } @{ $dashboard->{annotations}{list} })
	{
		is($annotation->{target}{expr}, $annotation->{expr}, "$kind, $annotation->{name}: older and newer Grafanas read the same");
		gives_data($annotation->{expr}, 0, "$kind, $annotation->{name}");
	}
	for my $variable (grep { $_->{type} eq 'query' } @{ $dashboard->{templating}{list} })
	{
		my ($series, $label) = $variable->{query}{query} =~ /^label_values\((.*), (\w+)\)$/;
		my %found = map { $_->{metric}{$label} => 1 } @{ $monitoring->query(expand($series)) };

		ok(scalar keys %found, "$kind, variable $variable->{name}: there is a choice");
	}
}

# Alerts are about trouble, so their expressions are empty; what they are about must be there.  The rules themselves have a
# test with made-up values (t/rules.test.yml).
my $rules = $monitoring->api('rules')->{groups};
is(scalar @{ $rules->[0]{rules} }, 7, 'Prometheus has the rules');
for my $rule (@{ $rules->[0]{rules} })
{
	is($rule->{lastError} // '', '', "$rule->{name}: Prometheus can compute it");
	while ($rule->{query} =~ /(lab_\w+)(\{[^}]*\})?/g)
	{
		my $selector = $1 . ($2 // '');

		$metrics{$1} = 1;
		next if $selector =~ /absent/;
		gives_data($selector, 0, $rule->{name});
	}
}
is(join(' ', grep { !$metrics{$_} } split /\n/, $node->safe_psql('lab', 'SELECT metric FROM lab.metric_list()')),
	'lab_opens_timestamp_seconds', 'every metric is on a dashboard, but for the start, which is the dashboards\' time');

$monitoring->stop;
$node->stop;
done_testing();
