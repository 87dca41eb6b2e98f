# Probes leave nothing behind in a participant's database, whatever their code tries, and keep to their limits.
use strict;
use warnings;
use lib 't';
use Lab;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = lab_node('untouched', 'labcreator.check_timeout' => '400ms', 'labcreator.evaluation_timeout' => '6s', 'labcreator.sweep_interval' => '0');
my $tables = q{
CREATE SCHEMA shop;
CREATE TABLE shop.items (id serial PRIMARY KEY, name text NOT NULL, n bigint GENERATED ALWAYS AS IDENTITY);
CREATE SEQUENCE shop.down INCREMENT -1 MINVALUE -50 MAXVALUE -1;
INSERT INTO shop.items (name) VALUES ('bolt'), ('nut'), ('wheel');
SELECT nextval('shop.down');
CREATE TABLE shop.later (id int PRIMARY KEY, item int REFERENCES shop.items DEFERRABLE INITIALLY DEFERRED);
CREATE VIEW shop.names AS SELECT name FROM shop.items;
};

# name => [in the reference, what a participant makes of it]
my %functions = (
	'number()' => [ q{RETURNS bigint LANGUAGE sql AS 'SELECT nextval(''shop.down'') + nextval(''shop.items_id_seq'')'},
		q{RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN nextval('shop.down') + nextval('shop.items_id_seq'); END $$} ],
	'add(text)' => [ q{RETURNS int LANGUAGE sql AS 'INSERT INTO shop.items (name) VALUES ($1) RETURNING id'},
		q{RETURNS int LANGUAGE plpgsql AS $$ DECLARE i int; BEGIN INSERT INTO shop.items (name) VALUES ($1) RETURNING id INTO i; RETURN i; END $$} ],
	'later(integer)' => [ q{RETURNS void LANGUAGE sql AS 'INSERT INTO shop.later VALUES ($1, $1)'},
		q{RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO shop.later (item, id) VALUES ($1, $1); END $$} ],
	'sneak(integer)' => [ q{RETURNS int LANGUAGE sql AS 'SELECT $1'},
		q{RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM setval('shop.items_id_seq', 4711), setval('shop.down', -42), lo_create(4711), pg_advisory_lock(4711), pg_notify('answer', $1::text), set_config('search_path', 'shop', false), set_config('my.answer', $1::text, false); DELETE FROM shop.later; TRUNCATE shop.items CASCADE; RETURN $1; END $$} ],
	'endless(integer)' => [ q{RETURNS int LANGUAGE sql AS 'SELECT $1'},
		q{RETURNS int LANGUAGE plpgsql AS $$ BEGIN LOOP NULL; END LOOP; END $$} ],
	'deep(integer)' => [ q{RETURNS int LANGUAGE sql AS 'SELECT $1'},
		q{RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN shop.deep($1); END $$} ],
	'loud(integer)' => [ q{RETURNS int LANGUAGE sql AS 'SELECT $1'},
		q{RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', repeat('x', 1000000); END $$} ],
	'spy(integer)' => [ q{RETURNS text LANGUAGE sql AS 'SELECT ''the answer is '' || $1'},
		q{RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT string_agg(query, ' ') FROM pg_stat_activity) || current_query() || session_user; END $$} ],
	'climb(integer)' => [ q{RETURNS text LANGUAGE sql AS 'SELECT ''x'' || $1'},
		q{RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'RESET ROLE'; EXECUTE 'CREATE ROLE climber SUPERUSER'; RETURN 'x' || $1; END $$} ],
	'quiet(integer)' => [ q{RETURNS int LANGUAGE sql AS 'SELECT $1'},
		q{RETURNS int LANGUAGE plpgsql AS $$ BEGIN BEGIN EXECUTE 'SET session_replication_role = replica'; EXCEPTION WHEN OTHERS THEN NULL; END; RETURN $1; END $$} ],
);

sub database
{
	my ($side) = @_;

	return $tables . join('', map { my ($name, $arguments) = /^(\w+)(.*)/; "CREATE FUNCTION shop.$name$arguments $functions{$_}[$side];\n" } sort keys %functions);
}

my $reference = database(0);
make_reference($node, 'reference', $reference);
create_lab($node, { lab => 'x', reference => 'reference', participants => [ 'eve' ], feedback => 'hint' });
$node->safe_psql('x_eve', database(1), extra_params => [ '-U', 'eve' ]);

# Operators and functions that would be found before the server's own, if the path were theirs.
$node->safe_psql('x_eve', q{
CREATE TABLE shop.caught (who text);
CREATE FUNCTION shop.trap(oid, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'caught %', current_user; END $$;
CREATE OPERATOR shop.>= (LEFTARG = oid, RIGHTARG = int, FUNCTION = shop.trap);
CREATE OPERATOR shop.= (LEFTARG = oid, RIGHTARG = int, FUNCTION = shop.trap);
CREATE FUNCTION shop.quote_ident(name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'caught %', current_user; END $$;
}, extra_params => [ '-U', 'eve' ]);

sub state
{
	return $node->safe_psql('x_eve', q{
		SELECT last_value, is_called FROM shop.items_id_seq;
		SELECT last_value, is_called FROM shop.items_n_seq;
		SELECT last_value, is_called FROM shop.down;
		SELECT relname, relfilenode FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'S') ORDER BY relname;
		SELECT * FROM shop.items ORDER BY id;
		SELECT count(*) FROM shop.later;
		SELECT count(*) FROM pg_largeobject_metadata;
		SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';
		SELECT count(*) FROM pg_roles WHERE rolname = 'climber';
	});
}

sub result
{
	my ($function) = @_;

	return lab_sql($node, "SELECT status, detail FROM lab_results('x', 'eve') WHERE kind = 'function_behaviour' AND object = 'shop.$function'");
}

my $before = state();
my $listener = $node->background_psql('x_eve', extra_params => [ '-U', 'eve' ]);
$listener->query_safe('LISTEN answer');
lab_sql($node, 'SELECT lab_evaluate(\'x\')');
is(state(), $before, 'sequences, rows, files, large objects and locks are as they were');
unlike($listener->query('SELECT 1'), qr/Asynchronous notification/, 'nothing was notified');
$listener->quit;

like(result('number()'), qr/^pass\|/, 'values of sequences agree, ascending and descending');
like(result('add(text)'), qr/^pass\|/, 'serial and identity values agree');
like(result('later(integer)'), qr/^pass\|/, 'deferred constraints are checked');
like(result('endless(integer)'), qr/^error\|.*labcreator.check_timeout \(400 ms\)/, 'an endless loop is an error that names its limit');
like(result('deep(integer)'), qr/^(fail|error)\|/, 'an endless recursion does not pass');
like(result('loud(integer)'), qr/^fail\|.{1,400}$/, 'a loud error is told in short');
like(result('climb(integer)'), qr/^fail\|.*(cannot set parameter|permission denied)/, 'a function gets no other role');
like(result('quiet(integer)'), qr/^pass\|/, 'what is denied can be caught');
unlike(result('spy(integer)'), qr/the answer is|postgres/, 'a function sees no answer');
like(result('spy(integer)'), qr/^fail\|/, 'and does not pass');
is(lab_sql($node, 'SELECT count(*) FROM lab_results(\'x\', \'eve\') WHERE detail LIKE \'%caught%\''), '0', 'nobody steps into a trap');
like(lab_sql($node, 'SELECT status FROM lab_results(\'x\', \'eve\') WHERE kind = \'view_behaviour\''), qr/^pass$/, 'the view is looked at all the same');

# what the participant holds is no mistake of theirs, and nobody waits for the other for long
my $holder = $node->background_psql('x_eve', extra_params => [ '-U', 'eve' ]);
$holder->query_safe('BEGIN');
$holder->query_safe('SELECT nextval(\'shop.down\')');
lab_sql($node, 'SELECT lab_evaluate(\'x\')');
like(result('number()'), qr/^error\|.*locked by its owner/, 'a sequence in use is said to be locked');
$holder->query_safe('ROLLBACK');
$holder->query_safe('BEGIN');
$holder->query_safe('LOCK shop.items IN SHARE ROW EXCLUSIVE MODE');
lab_sql($node, 'SELECT lab_evaluate(\'x\')');
like(result('add(text)'), qr/^error\|.*locked by its owner/, 'a table in use is said to be locked');
$holder->query_safe('COMMIT');
$holder->quit;
lab_sql($node, 'SELECT lab_evaluate(\'x\')');
like(result('add(text)'), qr/^pass\|/, 'and is looked at when it is free');

# a function that swallows its timeout delays nobody but its owner
$node->safe_psql('x_eve', q{CREATE OR REPLACE FUNCTION shop.endless(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN LOOP BEGIN LOOP NULL; END LOOP; EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$}, extra_params => [ '-U', 'eve' ]);
ok(poll($node, "SELECT EXISTS (SELECT FROM lab_status() WHERE part = 'evaluation x eve' AND detail LIKE '%labcreator.evaluation_timeout%')"), 'the whole evaluation has a limit as well');
is(state(), $before =~ s/^(.*\n.*\n)-1\|t/$1-2|t/r, 'and everything is still there, but for the value that the participant took');

done_testing();
