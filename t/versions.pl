# What each supported version of PostgreSQL brought: graded on the versions that have it.
use strict;
use warnings;
use lib 't';
use Lab;
use Test::More;

# What the reference shows; the same by another road; what is not the same, and the checks that then fail.
my @news = (
	{
		since => 15,
		reference => q{
			CREATE TABLE seat (place int, nick text, UNIQUE NULLS NOT DISTINCT (nick));
			CREATE FUNCTION take(int, text) RETURNS void LANGUAGE sql AS $$
				MERGE INTO seat USING (VALUES ($1, $2)) v (place, nick) ON seat.place = v.place
				WHEN MATCHED THEN UPDATE SET nick = v.nick
				WHEN NOT MATCHED THEN INSERT VALUES (v.place, v.nick) $$;
			CREATE VIEW taken WITH (security_invoker) AS SELECT place FROM seat WHERE nick IS NOT NULL},
		right => q{
			CREATE TABLE seat (nick text, place int);
			CREATE UNIQUE INDEX mine ON seat (nick) NULLS NOT DISTINCT;
			CREATE FUNCTION take(int, text) RETURNS void LANGUAGE plpgsql AS $$
			BEGIN
				MERGE INTO seat USING (VALUES ($1, $2)) v (place, nick) ON seat.place = v.place
				WHEN MATCHED THEN UPDATE SET nick = v.nick
				WHEN NOT MATCHED THEN INSERT (place, nick) VALUES (v.place, v.nick);
			END $$;
			CREATE VIEW taken WITH (security_invoker = on) AS SELECT place FROM seat WHERE NOT nick IS NULL},
		wrong => q{
			CREATE TABLE seat (place int, nick text, UNIQUE (nick));
			CREATE FUNCTION take(int, text) RETURNS void LANGUAGE sql AS $$
				INSERT INTO seat VALUES ($1, $2) $$;
			CREATE VIEW taken AS SELECT place FROM seat WHERE nick IS NOT NULL},
		fails => [ 'unique public.seat (nick)', 'view public.taken' ],
	},
	{
		since => 17,
		reference => q{
			CREATE TABLE visit (id int GENERATED ALWAYS AS IDENTITY, day date NOT NULL) PARTITION BY RANGE (day);
			CREATE TABLE visit_26 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
			GRANT MAINTAIN ON visit TO PUBLIC;
			CREATE VIEW price AS SELECT * FROM JSON_TABLE('[{"n": "a", "p": 1}]', '$[*]' COLUMNS (n text, p int)), visit},
		right => q{
			CREATE TABLE visit (id int, day date) PARTITION BY RANGE (day);
			CREATE TABLE visit_26 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
			ALTER TABLE visit ALTER id SET NOT NULL, ALTER day SET NOT NULL;
			ALTER TABLE visit ALTER id ADD GENERATED ALWAYS AS IDENTITY;
			GRANT MAINTAIN ON visit TO PUBLIC;
			CREATE VIEW price AS SELECT 'a' AS n, 1 AS p, visit.* FROM visit},
		wrong => q{
			CREATE TABLE visit (id int NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
			CREATE TABLE visit_26 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
			GRANT SELECT ON visit TO PUBLIC;
			CREATE VIEW price AS SELECT 'a' AS n, 2 AS p, visit.* FROM visit},
		fails => [ 'grant ', 'identity public.visit.id' ],
	},
	{
		since => 18,
		reference => q{
			CREATE TABLE room (
				id int4range, during daterange, price int CONSTRAINT known NOT NULL,
				tax int GENERATED ALWAYS AS (price / 5) VIRTUAL,
				PRIMARY KEY (id, during WITHOUT OVERLAPS),
				CHECK (price > 0) NOT ENFORCED);
			CREATE TABLE stay (
				room int4range, during daterange,
				FOREIGN KEY (room, PERIOD during) REFERENCES room (id, PERIOD during));
			INSERT INTO room VALUES ('[1,2)', '[2026-01-01,2026-02-01)', 50), ('[2,3)', '[2026-01-01,2026-02-01)', 100);
			CREATE VIEW taxes AS SELECT sum(tax) FROM room},
		right => q{
			CREATE TABLE room (during daterange, id int4range, tax int GENERATED ALWAYS AS (price / 5), price int);
			ALTER TABLE room ADD CONSTRAINT other NOT NULL price;
			ALTER TABLE room ADD CONSTRAINT room_key PRIMARY KEY (id, during WITHOUT OVERLAPS);
			ALTER TABLE room ADD CONSTRAINT positive CHECK (price > 0) NOT ENFORCED;
			CREATE TABLE stay (room int4range, during daterange);
			ALTER TABLE stay ADD CONSTRAINT f FOREIGN KEY (room, PERIOD during) REFERENCES room;
			INSERT INTO room (id, during, price) VALUES ('[2,3)', '[2026-01-01,2026-02-01)', 100), ('[1,2)', '[2026-01-01,2026-02-01)', 50);
			CREATE VIEW taxes AS SELECT sum(price / 5) FROM room},
		wrong => q{
			CREATE TABLE room (
				id int4range, during daterange, price int NOT NULL,
				tax int GENERATED ALWAYS AS (price / 5) STORED,
				PRIMARY KEY (id, during),
				CHECK (price > 0));
			CREATE TABLE stay (room int4range, during daterange, FOREIGN KEY (room, during) REFERENCES room (id, during));
			INSERT INTO room VALUES ('[1,2)', '[2026-01-01,2026-02-01)', 50), ('[2,3)', '[2026-01-01,2026-02-01)', 100);
			CREATE VIEW taxes AS SELECT sum(tax) FROM room},
		fails => [
			'check public.room (price)',
			'foreign_key public.stay (during, room)',
			'generated public.room.tax',
			'primary_key public.room (during, id)',
		],
	});

my $node = lab_node('versions');

for my $news (grep { $node->pg_version >= $_->{since} } @news)
{
	my $lab = "v$news->{since}";

	make_reference($node, "${lab}_reference", $news->{reference});
	create_lab($node, { lab => $lab, reference => "${lab}_reference", participants => [ "right$lab", "wrong$lab" ] });
	for my $who ('right', 'wrong')
	{
		$node->safe_psql("${lab}_$who$lab", $news->{$who}, extra_params => [ '-U', "$who$lab" ]);
	}
	lab_sql($node, "SELECT lab_evaluate('$lab')");
	is(lab_sql($node, "SELECT kind, object, status, detail FROM lab_results('$lab', 'right$lab') WHERE status NOT IN ('pass', 'kept')"),
		'', "since $news->{since}: done right by another road");

	my @failed = split /\n/, lab_sql($node, "SELECT kind || ' ' || object FROM lab_results('$lab', 'wrong$lab') WHERE status = 'fail' ORDER BY 1");
	for my $expected (@{ $news->{fails} })
	{
		ok((grep { index($_, $expected) == 0 } @failed), "since $news->{since}: $expected fails where it differs")
		  or diag("failed: @failed");
	}
	is(lab_sql($node, "SELECT status FROM lab_results('$lab', 'wrong$lab') WHERE kind = 'rows' AND object IN ('public.room', 'public.seat')"),
		'pass', "since $news->{since}: rows are compared without what is computed from them")
	  if $news->{since} != 17;
}

$node->stop;
done_testing();
