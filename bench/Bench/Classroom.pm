# The servers and labs that several measures share; each is made when it is first wanted.
package Bench::Classroom;

use strict;
use warnings;
use FindBin;
use Bench;
use Bench::Server;
use Bench::Session;

my $reference = "$FindBin::RealBin/reference.sql";
my ($server, %labs);

# The library reference with so many tables.
sub library
{
	my ($server, $name, $tables) = @_;

	$server->database($name);
	$server->file($name, $reference, 'teacher', '-v', "tables=$tables");
	return;
}

sub server
{
	return $server if $server;
	progress('a scratch server, and the reference: 25 tables, 8 views, 10 functions, 50,000 rows');
	$server = Bench::Server->new('main');
	prepare($server);
	return $server;
}

# The reference, and what the measures ask a server with.
sub prepare
{
	my ($server) = @_;

	# when is a result there?
	$server->sql('lab', q{
		CREATE SCHEMA bench;
		GRANT USAGE ON SCHEMA bench TO lab_master;
		CREATE FUNCTION bench.moved(lab text, login name, old int)
		RETURNS float8
		LANGUAGE plpgsql SECURITY DEFINER
		AS $$
		DECLARE
			started CONSTANT timestamptz := clock_timestamp();
			person CONSTANT int := (SELECT p.id FROM lab.participants p JOIN lab.labs l ON l.id = p.lab_id WHERE l.name = $1 AND p.login = $2);
		BEGIN
			-- lab_progress() shows this row; asking it without a pause keeps one of the two cores, so not for long
			WHILE EXISTS (SELECT FROM lab.participants p WHERE p.id = person AND p.passed = $3) LOOP
				IF clock_timestamp() > started + interval '30 ms' THEN
					PERFORM pg_sleep(0.001);
				END IF;
				IF clock_timestamp() > started + interval '60 s' THEN
					RAISE 'the result of % did not move', $2;
				END IF;
			END LOOP;
			RETURN extract(epoch FROM clock_timestamp());
		END
		$$;
		CREATE FUNCTION bench.watch(lab text, seconds float8)
		RETURNS TABLE (login name, at float8)
		LANGUAGE plpgsql SECURITY DEFINER
		AS $$
		DECLARE
			ends CONSTANT timestamptz := clock_timestamp() + seconds * interval '1 s';
			known int[] := '{}';
			person record;
		BEGIN
			WHILE clock_timestamp() < ends LOOP
				FOR person IN
					SELECT row_number() OVER (ORDER BY p.id)::int AS n, p.login, p.passed
					FROM lab.participants p
					JOIN lab.labs l ON l.id = p.lab_id
					WHERE l.name = $1
					ORDER BY p.id
				LOOP
					IF known[person.n] <> person.passed THEN
						login := person.login;
						at := extract(epoch FROM clock_timestamp());
						RETURN NEXT;
					END IF;
					known[person.n] := person.passed;
				END LOOP;
				PERFORM pg_sleep(0.001);
			END LOOP;
		END
		$$});
	library($server, 'library', 25);
	return;
}

# Somebody does all of a lab.
sub do_all
{
	my ($server, $lab, $login, $tables) = @_;

	$server->file("${lab}_$login", $reference, $login, '-v', "tables=$tables");
	$server->sql('lab', "SELECT lab_evaluate('$lab', '$login')", 'teacher');
	my $left = $server->sql('lab', "SELECT total - passed FROM lab_progress('$lab') WHERE login = '$login'");
	die "$left checks of $lab do not pass" if $left ne '0';
	return;
}

# One person who has done all of a lab of so many tables: { server, lab, login, database }.
sub solo
{
	my ($tables) = @_;
	my $server = server();

	return $labs{"solo_$tables"} //= do
	{
		my $reference_name = $tables == 25 ? 'library' : "library_$tables";
		my $lab = "solo_$tables";
		progress("a lab of $tables tables, and somebody who has done all of it");
		library($server, $reference_name, $tables) if $tables != 25;
		$server->create({ lab => $lab, reference => $reference_name, participants => ['ada'] });
		$server->wait_for($lab);
		do_all($server, $lab, 'ada', $tables);
		{ server => $server, lab => $lab, login => 'ada', database => "${lab}_ada" };
	};
}

# A class of so many, each with a database that lacks little of the reference: settings, log and reviews.
sub class
{
	my ($people) = @_;
	my $server = server();

	return $labs{"class_$people"} //= do
	{
		my $lab = "class_$people";
		progress("a class of $people");
		if (!$labs{starter})
		{
			$server->database('starter', 'library');
			$server->sql('starter', 'DROP TABLE lib.settings, lib.log, lib.reviews CASCADE', 'teacher');
			$labs{starter} = 1;
		}
		open my $file, '<', $reference or die $!;
		my @missing = grep { /^(?:CREATE TABLE|CREATE INDEX ON|INSERT INTO|CREATE VIEW) (?:settings|log|reviews|stars)\b/ } <$file>;
		my @people = map { "s$_" } 1 .. $people;
		$server->create({ lab => $lab, reference => 'library', starter => 'starter', participants => \@people });
		$server->wait_for($lab);
		for my $person (@people)
		{
			$server->sql("${lab}_$person", join("\n", 'SET search_path = lib;', @missing), $person);
		}
		$server->sql('lab', "SELECT lab_evaluate('$lab')", 'teacher');
		my $left = $server->sql('lab', "SELECT sum(total - passed) FROM lab_progress('$lab')");
		die "$left checks of $lab do not pass" if $left ne '0';
		{ server => $server, lab => $lab, logins => \@people };
	};
}

# Commits as somebody, and waits for the result that it makes; seconds from the COMMIT's return.  The sessions are given.
sub latency
{
	my ($work, $board, $lab, $login, $sql) = @_;
	my $old = $board->sql("SELECT passed FROM lab_progress('$lab') WHERE login = '$login'");

	$work->sql($sql);
	my $committed = now();
	my $seen = eval { $board->sql("SELECT bench.moved('$lab', '$login', $old)") } // die "after $sql: $@";
	return $seen - $committed;
}

# Longer than labcreator.debounce: the next commit finds nothing under way.
sub pause { select undef, undef, undef, 0.12; return; }

1;
