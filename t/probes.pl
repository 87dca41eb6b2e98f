# Behaviour is compared by probes: code that is written differently and does the same passes,
# code that does nearly the same does not.
use strict;
use warnings;
use lib 't';
use Lab;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = lab_node('probes');

my $tables = q{
CREATE SCHEMA shop;
CREATE TYPE shop.size AS ENUM ('small', 'medium', 'large');
CREATE DOMAIN shop.percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE shop.address AS (street text, city text);
CREATE TABLE shop.customers (id serial PRIMARY KEY, name text NOT NULL, city text, vip boolean NOT NULL DEFAULT false);
CREATE TABLE shop.orders (id serial PRIMARY KEY, customer_id int NOT NULL REFERENCES shop.customers ON DELETE CASCADE,
	total numeric(10,2) NOT NULL CHECK (total >= 0), status text NOT NULL DEFAULT 'new', placed date, touched timestamptz);
CREATE TABLE shop.log (id serial PRIMARY KEY, who text, what text, at timestamptz DEFAULT now());
CREATE TABLE shop.stock (item text PRIMARY KEY, amount int NOT NULL CHECK (amount >= 0));
INSERT INTO shop.customers (name, city, vip) VALUES ('Ann', 'Tartu', true), ('Ben', 'Tallinn', false), ('Cat', NULL, false), ('Dan', 'Tartu', false);
INSERT INTO shop.orders (customer_id, total, status, placed) VALUES (1, 10.5, 'paid', '2026-01-03'), (1, 99, 'new', '2026-02-01'), (2, 50, 'paid', NULL), (2, 50, 'paid', '2026-03-08');
INSERT INTO shop.stock VALUES ('bolt', 10), ('nut', 0);
CREATE TABLE public.notes (id serial PRIMARY KEY, body text);
};

# object => [kind, in the reference, written differently, wrong]
my %code = (
	'shop.total(integer)' => [ 'function',
		q{CREATE FUNCTION shop.total(p_customer_id int) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT coalesce(sum(total), 0) FROM shop.orders WHERE customer_id = p_customer_id'},
		q{CREATE FUNCTION shop.total(p_customer_id int) RETURNS numeric LANGUAGE plpgsql STABLE AS $$ DECLARE s numeric := 0; r record; BEGIN FOR r IN SELECT * FROM shop.orders o WHERE o.customer_id = $1 LOOP s := s + r.total; END LOOP; RETURN s; END $$},
		q{CREATE FUNCTION shop.total(p_customer_id int) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT sum(total) FROM shop.orders WHERE customer_id = p_customer_id'} ],
	'shop.discount(integer)' => [ 'function',
		q{CREATE FUNCTION shop.discount(quantity int) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF quantity >= 137 THEN RETURN 0.2; ELSIF quantity >= 10 THEN RETURN 0.1; END IF; RETURN 0; END $$},
		q{CREATE FUNCTION shop.discount(quantity int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT CASE WHEN quantity > 136 THEN 0.20 WHEN quantity > 9 THEN .1 ELSE 0.0 END'},
		q{CREATE FUNCTION shop.discount(quantity int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT CASE WHEN quantity > 137 THEN 0.2 WHEN quantity > 9 THEN .1 ELSE 0.0 END'} ],
	'shop.initials(text)' => [ 'function',
		q{CREATE FUNCTION shop.initials(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(upper(left(w, 1)), '' ORDER BY n) FROM unnest(string_to_array(name, ' ')) WITH ORDINALITY AS u (w, n) $$},
		q{CREATE FUNCTION shop.initials(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ DECLARE r text; w text; BEGIN FOREACH w IN ARRAY coalesce(string_to_array(name, ' '), '{}') LOOP r := coalesce(r, '') || upper(substr(w, 1, 1)); END LOOP; RETURN r; END $$},
		q{CREATE FUNCTION shop.initials(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(left(w, 1), '' ORDER BY n) FROM unnest(string_to_array(name, ' ')) WITH ORDINALITY AS u (w, n) $$} ],
	'shop.orders_of(integer)' => [ 'function',
		q{CREATE FUNCTION shop.orders_of(c int) RETURNS TABLE (id int, total numeric) LANGUAGE sql STABLE AS 'SELECT o.id, o.total FROM shop.orders o WHERE customer_id = c ORDER BY o.id'},
		q{CREATE FUNCTION shop.orders_of(c int, OUT id int, OUT total numeric) RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY SELECT o.id, o.total FROM shop.orders o WHERE o.customer_id = c ORDER BY o.id DESC; END $$},
		q{CREATE FUNCTION shop.orders_of(c int) RETURNS TABLE (id int, total numeric) LANGUAGE sql STABLE AS $$SELECT o.id, o.total FROM shop.orders o WHERE customer_id = c AND status = 'paid'$$} ],
	'shop.divide(numeric,numeric)' => [ 'function',
		q{CREATE FUNCTION shop.divide(a numeric, b numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN IF b = 0 AND a IS NOT NULL THEN RAISE EXCEPTION 'no' USING ERRCODE = '22012'; END IF; RETURN a / b; END $$},
		q{CREATE FUNCTION shop.divide(a numeric, b numeric) RETURNS numeric LANGUAGE sql AS 'SELECT a / b'},
		q{CREATE FUNCTION shop.divide(a numeric, b numeric) RETURNS numeric LANGUAGE sql AS 'SELECT a / nullif(b, 0)'} ],
	'shop.greet(text,text)' => [ 'function',
		q{CREATE FUNCTION shop.greet(name text, word text DEFAULT 'Hello') RETURNS text LANGUAGE sql AS $$SELECT word || ', ' || name$$},
		q{CREATE FUNCTION shop.greet(name text, word text DEFAULT 'Hello') RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN word || ', ' || name; END$$},
		q{CREATE FUNCTION shop.greet(name text, word text DEFAULT 'Hello') RETURNS text LANGUAGE sql AS $$SELECT concat(word, ', ', name)$$} ],
	'shop.largest(numeric[])' => [ 'function',
		q{CREATE FUNCTION shop.largest(VARIADIC n numeric[]) RETURNS numeric LANGUAGE sql AS 'SELECT max(x) FROM unnest(n) x'},
		q{CREATE FUNCTION shop.largest(VARIADIC n numeric[]) RETURNS numeric LANGUAGE plpgsql AS $$DECLARE m numeric; BEGIN FOR i IN 1..coalesce(array_length(n, 1), 0) LOOP m := greatest(m, n[i]); END LOOP; RETURN m; END$$},
		q{CREATE FUNCTION shop.largest(VARIADIC n numeric[]) RETURNS numeric LANGUAGE sql AS 'SELECT n[array_upper(n, 1)]'} ],
	'shop.first(anyarray)' => [ 'function',
		q{CREATE FUNCTION shop.first(a anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT a[1]'},
		q{CREATE FUNCTION shop.first(a anyarray) RETURNS anyelement LANGUAGE plpgsql AS 'BEGIN RETURN a[1]; END'},
		q{CREATE FUNCTION shop.first(a anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT x FROM unnest(a) x WHERE x IS NOT NULL LIMIT 1'} ],
	'shop.price(shop.size,shop.percent)' => [ 'function',
		q{CREATE FUNCTION shop.price(s shop.size, off shop.percent) RETURNS int LANGUAGE sql AS $$SELECT (CASE s WHEN 'small' THEN 100 WHEN 'medium' THEN 200 ELSE 300 END) * (100 - off) / 100$$},
		q{CREATE FUNCTION shop.price(s shop.size, off shop.percent) RETURNS int LANGUAGE plpgsql AS $$DECLARE p int := 300; BEGIN IF s = 'small' THEN p := 100; END IF; IF s = 'medium' THEN p := 200; END IF; RETURN p * (100 - off) / 100; END$$},
		q{CREATE FUNCTION shop.price(s shop.size, off shop.percent) RETURNS int LANGUAGE sql AS $$SELECT (CASE s WHEN 'small' THEN 100 WHEN 'medium' THEN 200 WHEN 'large' THEN 300 END) * (100 - off) / 100$$} ],
	'shop.label(shop.address)' => [ 'function',
		q{CREATE FUNCTION shop.label(a shop.address) RETURNS text LANGUAGE sql AS $$SELECT (a).street || ', ' || (a).city$$},
		q{CREATE FUNCTION shop.label(a shop.address) RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN a.street || ', ' || a.city; END$$},
		q{CREATE FUNCTION shop.label(a shop.address) RETURNS text LANGUAGE sql AS $$SELECT concat_ws(', ', (a).street, (a).city)$$} ],
	'shop.is_old(shop.orders)' => [ 'function',
		q{CREATE FUNCTION shop.is_old(o shop.orders) RETURNS boolean LANGUAGE sql AS $$SELECT o.placed < DATE '2026-02-15'$$},
		q{CREATE FUNCTION shop.is_old(o shop.orders) RETURNS boolean LANGUAGE sql AS $$SELECT o.placed <= DATE '2026-02-14'$$},
		q{CREATE FUNCTION shop.is_old(o shop.orders) RETURNS boolean LANGUAGE sql AS $$SELECT coalesce(o.placed < DATE '2026-02-15', false)$$} ],
	'shop.age_in_days(date)' => [ 'function',
		q{CREATE FUNCTION shop.age_in_days(d date) RETURNS int LANGUAGE sql AS $$SELECT current_date - d$$},
		q{CREATE FUNCTION shop.age_in_days(d date) RETURNS int LANGUAGE sql AS $$SELECT now()::date - d$$},
		q{CREATE FUNCTION shop.age_in_days(d date) RETURNS int LANGUAGE sql AS $$SELECT current_date - d + 1$$} ],
	'shop.me()' => [ 'function',
		q{CREATE FUNCTION shop.me() RETURNS text LANGUAGE sql AS $$SELECT 'I am ' || current_user$$},
		q{CREATE FUNCTION shop.me() RETURNS text LANGUAGE sql AS $$SELECT format('I am %s', current_user)$$},
		q{CREATE FUNCTION shop.me() RETURNS text LANGUAGE sql AS $$SELECT 'I am ' || upper(current_user)$$} ],
	'shop.busiest()' => [ 'function',
		q{CREATE FUNCTION shop.busiest() RETURNS int LANGUAGE sql AS $$SELECT customer_id FROM shop.orders GROUP BY 1 ORDER BY count(*) DESC, customer_id LIMIT 1$$},
		q{CREATE FUNCTION shop.busiest() RETURNS int LANGUAGE sql AS $$SELECT customer_id FROM shop.orders GROUP BY 1 HAVING count(*) >= ALL (SELECT count(*) FROM shop.orders GROUP BY customer_id) ORDER BY 1 LIMIT 1$$},
		q{CREATE FUNCTION shop.busiest() RETURNS int LANGUAGE sql AS $$SELECT 1$$} ],
	'shop.add_note(text)' => [ 'function',
		q{CREATE FUNCTION shop.add_note(t text) RETURNS int LANGUAGE sql AS $$INSERT INTO notes (body) VALUES (t) RETURNING id$$},
		q{CREATE FUNCTION shop.add_note(t text) RETURNS int LANGUAGE plpgsql AS $$DECLARE i int; BEGIN INSERT INTO public.notes AS n (body) SELECT t RETURNING n.id INTO i; RETURN i; END$$},
		q{CREATE FUNCTION shop.add_note(t text) RETURNS int LANGUAGE sql AS $$INSERT INTO notes (body) VALUES (trim(t)) RETURNING id$$} ],
	'shop.add_item(text,integer)' => [ 'procedure',
		q{CREATE PROCEDURE shop.add_item(p_item text, n int) LANGUAGE plpgsql AS $$BEGIN UPDATE shop.stock SET amount = amount + n WHERE item = p_item; IF NOT FOUND THEN INSERT INTO shop.stock VALUES (p_item, n); END IF; END$$},
		q{CREATE PROCEDURE shop.add_item(p_item text, n int) LANGUAGE plpgsql AS $$DECLARE old int; BEGIN SELECT amount INTO old FROM shop.stock WHERE item = p_item; IF old IS NULL THEN INSERT INTO shop.stock (amount, item) VALUES (n, p_item); ELSE UPDATE shop.stock SET amount = old + n WHERE item = p_item; END IF; END$$},
		q{CREATE PROCEDURE shop.add_item(p_item text, n int) LANGUAGE plpgsql AS $$BEGIN UPDATE shop.stock SET amount = n WHERE item = p_item; IF NOT FOUND THEN INSERT INTO shop.stock VALUES (p_item, n); END IF; END$$} ],
	'shop.split(text)' => [ 'procedure',
		q{CREATE PROCEDURE shop.split(t text, OUT a text, OUT b text) LANGUAGE sql AS $$SELECT split_part(t, ' ', 1), split_part(t, ' ', 2)$$},
		q{CREATE PROCEDURE shop.split(t text, OUT a text, OUT b text) LANGUAGE plpgsql AS $$BEGIN a := split_part(t, ' ', 1); b := split_part(t, ' ', 2); END$$},
		q{CREATE PROCEDURE shop.split(t text, OUT a text, OUT b text) LANGUAGE sql AS $$SELECT split_part(t, ' ', 1), substr(t, strpos(t, ' ') + 1)$$} ],
	'shop.restock(integer)' => [ 'procedure',
		q{CREATE PROCEDURE shop.restock(low int) LANGUAGE plpgsql AS $$DECLARE r record; BEGIN FOR r IN SELECT item FROM shop.stock WHERE amount < low ORDER BY item LOOP UPDATE shop.stock SET amount = low WHERE item = r.item; COMMIT; END LOOP; END$$},
		q{CREATE PROCEDURE shop.restock(low int) LANGUAGE plpgsql AS $$BEGIN UPDATE shop.stock SET amount = greatest(amount, low) WHERE low > amount; COMMIT AND CHAIN; END$$},
		q{CREATE PROCEDURE shop.restock(low int) LANGUAGE plpgsql AS $$BEGIN UPDATE shop.stock SET amount = low + 1 WHERE amount < low; COMMIT; END$$} ],
	'shop.product(numeric)' => [ 'aggregate',
		q{CREATE FUNCTION shop.mul(a numeric, b numeric) RETURNS numeric LANGUAGE sql AS 'SELECT a * coalesce(b, 1)'; CREATE AGGREGATE shop.product(numeric) (SFUNC = shop.mul, STYPE = numeric, INITCOND = '1')},
		q{CREATE FUNCTION shop.mul(a numeric, b numeric) RETURNS numeric LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(b, 1) * a; END'; CREATE AGGREGATE shop.product(numeric) (SFUNC = shop.mul, STYPE = numeric, INITCOND = '1')},
		q{CREATE FUNCTION shop.mul(a numeric, b numeric) RETURNS numeric LANGUAGE sql AS 'SELECT a * b'; CREATE AGGREGATE shop.product(numeric) (SFUNC = shop.mul, STYPE = numeric, INITCOND = '1')} ],
	'shop.orders' => [ 'trigger',
		q{CREATE FUNCTION shop.check_order() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.total > 5000 THEN RAISE EXCEPTION 'too much'; END IF; NEW.touched := now(); NEW.status := lower(NEW.status); RETURN NEW; END$$;
		  CREATE TRIGGER orders_check BEFORE INSERT OR UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.check_order();
		  CREATE FUNCTION shop.log_order() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO shop.log (who, what) SELECT current_user, format('%s %s', TG_OP, count(*)) FROM gone; RETURN NULL; END$$;
		  CREATE TRIGGER orders_log AFTER DELETE ON shop.orders REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION shop.log_order()},
		q{CREATE FUNCTION shop.check_order() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW := jsonb_populate_record(NEW, jsonb_build_object('status', lower(NEW.status), 'touched', current_timestamp)); IF NOT NEW.total <= 5000 THEN RAISE 'no' USING ERRCODE = 'P0001'; END IF; RETURN NEW; END$$;
		  CREATE TRIGGER orders_check BEFORE INSERT OR UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.check_order();
		  CREATE FUNCTION shop.log_order() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE n int; BEGIN SELECT count(*) INTO n FROM old_rows; INSERT INTO shop.log (what, who) VALUES (TG_OP || ' ' || n, session_user); RETURN NULL; END$$;
		  CREATE TRIGGER orders_log AFTER DELETE ON shop.orders REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION shop.log_order()},
		q{CREATE FUNCTION shop.check_order() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.total >= 5000 THEN RAISE EXCEPTION 'too much'; END IF; NEW.touched := now(); NEW.status := lower(NEW.status); RETURN NEW; END$$;
		  CREATE TRIGGER orders_check BEFORE INSERT OR UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.check_order();
		  CREATE FUNCTION shop.log_order() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO shop.log (who, what) SELECT current_user, format('%s %s', TG_OP, count(*)) FROM gone; RETURN NULL; END$$;
		  CREATE TRIGGER orders_log AFTER DELETE ON shop.orders REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION shop.log_order()} ],
	'shop.vips' => [ 'trigger',
		q{CREATE VIEW shop.vips AS SELECT id, name FROM shop.customers WHERE vip; CREATE FUNCTION shop.vip() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF TG_OP = 'INSERT' THEN INSERT INTO shop.customers (name, vip) VALUES (NEW.name, true) RETURNING id INTO NEW.id; ELSE UPDATE shop.customers SET vip = false WHERE id = OLD.id; END IF; RETURN NEW; END$$; CREATE TRIGGER vip INSTEAD OF INSERT OR DELETE ON shop.vips FOR EACH ROW EXECUTE FUNCTION shop.vip()},
		q{CREATE VIEW shop.vips AS SELECT id, name FROM shop.customers c WHERE vip = true; CREATE FUNCTION shop.vip() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF TG_OP = 'DELETE' THEN UPDATE shop.customers c SET vip = NOT vip WHERE c.id = OLD.id; RETURN NULL; END IF; INSERT INTO shop.customers (vip, name) SELECT true, NEW.name; RETURN NEW; END$$; CREATE TRIGGER v INSTEAD OF INSERT OR DELETE ON shop.vips FOR EACH ROW EXECUTE FUNCTION shop.vip()},
		q{CREATE VIEW shop.vips AS SELECT id, name FROM shop.customers WHERE vip; CREATE FUNCTION shop.vip() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF TG_OP = 'INSERT' THEN INSERT INTO shop.customers (name) VALUES (NEW.name) RETURNING id INTO NEW.id; ELSE UPDATE shop.customers SET vip = false WHERE id = OLD.id; END IF; RETURN NEW; END$$; CREATE TRIGGER vip INSTEAD OF INSERT OR DELETE ON shop.vips FOR EACH ROW EXECUTE FUNCTION shop.vip()} ],
	'shop.stock' => [ 'rule',
		q{CREATE RULE keep AS ON DELETE TO shop.stock WHERE OLD.amount > 3 DO INSTEAD INSERT INTO shop.log (what) VALUES ('kept ' || OLD.item)},
		q{CREATE RULE stays AS ON DELETE TO shop.stock WHERE OLD.amount >= 4 DO INSTEAD INSERT INTO shop.log (what) SELECT 'kept ' || OLD.item},
		q{CREATE RULE keep AS ON DELETE TO shop.stock WHERE OLD.amount > 3 DO INSTEAD INSERT INTO shop.log (what) VALUES ('Kept ' || OLD.item)} ],
);

my %views = (
	'shop.sums' => [
		q{SELECT c.name, coalesce(sum(o.total), 0) AS total FROM shop.customers c JOIN shop.orders o ON o.customer_id = c.id GROUP BY c.id, c.name},
		q{SELECT name, (SELECT sum(total) FROM shop.orders WHERE customer_id = c.id) AS total FROM shop.customers c WHERE EXISTS (SELECT FROM shop.orders o WHERE o.customer_id = c.id)},
		q{SELECT c.name, coalesce(sum(o.total), 0) AS total FROM shop.customers c JOIN shop.orders o ON o.customer_id = c.id GROUP BY c.name} ],
	'shop.cities' => [
		q{SELECT DISTINCT city FROM shop.customers WHERE vip},
		q{SELECT city FROM shop.customers WHERE vip GROUP BY city},
		q{SELECT city FROM shop.customers WHERE vip} ],
	'shop.good' => [
		q{SELECT customer_id, sum(total) AS total FROM shop.orders GROUP BY customer_id HAVING sum(total) >= 321},
		q{SELECT customer_id, total FROM (SELECT customer_id, sum(total) AS total FROM shop.orders GROUP BY 1) AS x WHERE total >= 321},
		q{SELECT customer_id, sum(total) AS total FROM shop.orders GROUP BY customer_id HAVING sum(total) > 321} ],
	'shop.paid' => [
		q{SELECT id FROM shop.orders WHERE status = 'paid' AND total >= 75 AND extract(year FROM placed) = 2026},
		q{SELECT id FROM shop.orders WHERE status = 'paid' AND NOT total < 75 AND placed BETWEEN '2026-01-01' AND '2026-12-31'},
		q{SELECT id FROM shop.orders WHERE status = 'paid' AND total > 75 AND extract(year FROM placed) = 2026} ],
	'shop.this_year' => [
		q{SELECT id FROM shop.orders WHERE extract(year FROM placed) = 2026},
		q{SELECT id FROM shop.orders WHERE placed >= '2026-01-01' AND placed < '2027-01-01'},
		q{SELECT id FROM shop.orders WHERE placed >= '2026-01-01' AND placed < '2026-12-31'} ],
	'shop.named' => [
		q{SELECT name FROM shop.customers WHERE name LIKE 'A%'},
		q{SELECT name FROM shop.customers WHERE left(name, 1) = 'A'},
		q{SELECT name FROM shop.customers WHERE name ILIKE 'a%'} ],
	'shop.ranks' => [
		q{SELECT id, rank() OVER (ORDER BY total DESC) AS place FROM shop.orders},
		q{SELECT id, (SELECT count(*) + 1 FROM shop.orders b WHERE b.total > a.total) AS place FROM shop.orders a},
		q{SELECT id, dense_rank() OVER (ORDER BY total DESC) AS place FROM shop.orders} ],
	'shop.kinds' => [
		q{SELECT name AS word FROM shop.customers UNION SELECT status FROM shop.orders},
		q{SELECT DISTINCT word FROM (SELECT name AS word FROM shop.customers UNION ALL SELECT status FROM shop.orders) AS x},
		q{SELECT DISTINCT name AS word FROM shop.customers UNION ALL SELECT DISTINCT status FROM shop.orders} ],
	'shop.newest_three' => [
		q{SELECT id FROM shop.orders ORDER BY id DESC LIMIT 3},
		q{SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS n FROM shop.orders) AS x WHERE n <= 3},
		q{SELECT id FROM shop.orders WHERE id > 1} ],
	'shop.means' => [
		q{SELECT customer_id, round(avg(total), 2) AS mean FROM shop.orders GROUP BY customer_id},
		q{SELECT customer_id, round(sum(total) / count(*), 2) AS mean FROM shop.orders GROUP BY customer_id},
		q{SELECT customer_id, trunc(avg(total), 2) AS mean FROM shop.orders GROUP BY customer_id} ],
	'shop.cheap' => [
		q{SELECT id FROM shop.orders WHERE total < 60},
		q{SELECT id FROM shop.orders WHERE NOT total >= 60},
		q{SELECT id FROM shop.orders WHERE total <= 60} ],
	'shop.without_order' => [
		q{SELECT name FROM shop.customers c LEFT JOIN shop.orders o ON o.customer_id = c.id WHERE o.id IS NULL},
		q{SELECT name FROM shop.customers WHERE id NOT IN (SELECT customer_id FROM shop.orders)},
		q{SELECT name FROM shop.customers WHERE id > 2} ],
	'shop.counted' => [
		q{SELECT status, count(*) AS n FROM shop.orders GROUP BY status},
		q{SELECT DISTINCT status, count(id) OVER (PARTITION BY status) AS n FROM shop.orders},
		q{SELECT status, count(placed) + CASE status WHEN 'paid' THEN 1 ELSE 0 END AS n FROM shop.orders GROUP BY status} ],
	'shop.elsewhere' => [
		q{SELECT name FROM shop.customers WHERE city <> 'Tartu'},
		q{SELECT name FROM shop.customers WHERE city NOT IN ('Tartu')},
		q{SELECT name FROM shop.customers WHERE city = 'Tallinn'} ],
	'shop.best' => [
		q{SELECT id FROM shop.orders WHERE total = (SELECT max(total) FROM shop.orders)},
		q{SELECT id FROM (SELECT id, rank() OVER (ORDER BY total DESC) AS r FROM shop.orders) AS x WHERE r = 1},
		q{SELECT id FROM shop.orders ORDER BY total DESC LIMIT 1} ],
	'shop.recent' => [
		q{SELECT id FROM shop.orders WHERE placed > now() - interval '30 days'},
		q{SELECT id FROM shop.orders WHERE placed + interval '30 days' > current_timestamp},
		q{SELECT id FROM shop.orders WHERE placed > now() - interval '31 days'} ],
);

sub solution
{
	my ($i) = @_;
	my $sql = $tables;

	$sql .= join(";\n", map { $code{$_}[ $i + 1 ] } sort keys %code) . ";\n";
	$sql .= "CREATE VIEW $_ AS $views{$_}[$i];\n" for sort keys %views;
	return $sql;
}

make_reference($node, 'reference', solution(0));
create_lab($node, { lab => 'probes', reference => 'reference', participants => [ 'same', 'differs', 'wrong' ], feedback => 'diff' });
for my $i (0 .. 2)
{
	my $login = ('same', 'differs', 'wrong')[$i];

	$node->safe_psql("probes_$login", solution($i), extra_params => [ '-U', $login ]);
}
lab_sql($node, 'SELECT lab_evaluate(\'probes\')');

sub result
{
	my ($login, $kind, $object) = @_;

	return lab_sql($node, "SELECT status, detail FROM lab_results('probes', \$\$$login\$\$) WHERE kind = '${kind}_behaviour' AND object = \$\$$object\$\$");
}

for my $login ('same', 'differs')
{
	is(lab_sql($node, "SELECT kind, object, status, detail FROM lab_results('probes', '$login') WHERE status <> 'pass'"), '', "$login: nothing fails");
	is(lab_sql($node, "SELECT score FROM lab_progress('probes') WHERE login = '$login'"), '100.00', "$login: 100.00");
}
for my $object (sort keys %code)
{
	my $kind = $code{$object}[0] =~ /trigger|rule/ ? $code{$object}[0] : 'function';

	like(result('wrong', $kind, $object), qr/^fail\|/, "wrong $code{$object}[0] $object");
}
like(lab_sql($node, "SELECT string_agg(status, ' ') FROM lab_results('probes', 'wrong') WHERE kind IN ('view_result', 'view_behaviour') AND object = '$_'"), qr/fail/, "wrong view $_")
  for sort keys %views;
is(lab_sql($node, "SELECT count(*) FROM lab_checks('probes') WHERE kind LIKE '%behaviour' AND definition::jsonb ->> 'compared by' <> 'probes'"), '0', 'all of it is compared by probes');

done_testing();
