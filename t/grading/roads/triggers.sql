-- Triggers and rules, written otherwise.
-- triggers renamed
ALTER TRIGGER keep_price ON shop.products RENAME TO a;
ALTER TRIGGER count_lines ON shop.order_lines RENAME TO b;
ALTER TRIGGER fair_pay ON hr.employees RENAME TO c;
-- trigger made anew by its old words
DROP TRIGGER keep_sent ON shop.orders;
CREATE TRIGGER guard BEFORE DELETE ON shop.orders FOR ROW EXECUTE PROCEDURE lib.keep_sent();
-- events in another order
DROP TRIGGER fair_pay ON hr.employees;
CREATE CONSTRAINT TRIGGER pay AFTER UPDATE OF boss, salary OR INSERT ON hr.employees DEFERRABLE FOR EACH ROW EXECUTE FUNCTION lib.fair_pay();
-- WHEN turned round
DROP TRIGGER keep_price ON shop.products;
CREATE TRIGGER keep_price AFTER UPDATE OF price ON shop.products FOR EACH ROW WHEN (NEW.price IS DISTINCT FROM OLD.price) EXECUTE FUNCTION lib.keep_price();
-- transition table of another name
DROP TRIGGER count_lines ON shop.order_lines;
CREATE OR REPLACE FUNCTION lib.count_lines() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO shop.audit (what, n) VALUES (TG_OP || ' ' || TG_ARGV[0], (SELECT sum(a.quantity) FROM added a)); RETURN NULL; END $$;
CREATE TRIGGER count_lines AFTER INSERT ON shop.order_lines REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lib.count_lines('lines');
-- trigger disabled and enabled
ALTER TABLE shop.orders DISABLE TRIGGER USER;
ALTER TABLE shop.orders ENABLE TRIGGER USER;
-- trigger function in another order
CREATE OR REPLACE FUNCTION lib.tidy_customer() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN SELECT trim(NEW.name), lower(NEW.email) INTO NEW.name, NEW.email; RETURN NEW; END $$;
-- trigger function that returns another row where it does not count
CREATE OR REPLACE FUNCTION lib.keep_price() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO shop.price_history (new_price, old_price, product) VALUES (NEW.price, OLD.price, NEW.id); RETURN NEW; END $$;
-- trigger function with another message
CREATE OR REPLACE FUNCTION lib.keep_sent() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF OLD.status <> 'sent' THEN RETURN OLD; END IF; RAISE SQLSTATE '23001' USING MESSAGE = 'no'; END $$;
-- trigger function by a query
CREATE OR REPLACE FUNCTION lib.fair_pay() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM 1 FROM hr.employees b WHERE b.id = NEW.boss AND b.salary < NEW.salary;
	IF FOUND THEN RAISE check_violation; END IF;
	RETURN NULL;
END
$$;
-- trigger function with its cases apart
CREATE OR REPLACE FUNCTION lib.stamp_note() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	CASE TG_OP
		WHEN 'INSERT' THEN
			NEW.body := CASE WHEN NEW.secret THEN '[secret] ' || NEW.body ELSE NEW.body END;
		WHEN 'UPDATE' THEN
			IF OLD.secret AND NOT NEW.secret THEN RETURN NULL; END IF;
	END CASE;
	RETURN NEW;
END
$$;
-- instead-of trigger made anew
DROP TRIGGER add_person ON shop.people;
CREATE OR REPLACE FUNCTION lib.add_person() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO shop.customers (name) SELECT NEW.name; RETURN NEW; END $$;
CREATE TRIGGER insert_person INSTEAD OF INSERT ON shop.people FOR EACH ROW EXECUTE FUNCTION lib.add_person();
-- rules renamed
ALTER RULE no_update ON shop.price_history RENAME TO frozen;
ALTER RULE remember ON hr.rooms RENAME TO large;
-- rule with its condition turned round
CREATE OR REPLACE RULE remember AS ON INSERT TO hr.rooms WHERE 8 < NEW.seats DO ALSO INSERT INTO shop.audit (n, what) VALUES (NEW.no, 'large room');
-- rule with another form of its action
CREATE OR REPLACE RULE fire AS ON DELETE TO hr.chain DO INSTEAD DELETE FROM hr.employees e WHERE OLD.id = e.id;
-- a trigger on a table of their own
CREATE TABLE shop.mine (n integer);
CREATE TRIGGER mine BEFORE INSERT ON shop.mine FOR EACH ROW EXECUTE FUNCTION lib.refuse();
