-- Triggers and rules.
-- trigger missing | shop.customers
DROP TRIGGER tidy ON shop.customers;
-- trigger disabled | shop.customers
ALTER TABLE shop.customers DISABLE TRIGGER tidy;
-- trigger split, one half after instead of before | shop.customers
DROP TRIGGER tidy ON shop.customers;
CREATE TRIGGER tidy BEFORE INSERT ON shop.customers FOR EACH ROW EXECUTE FUNCTION lib.tidy_customer();
CREATE TRIGGER tidy_2 AFTER UPDATE ON shop.customers FOR EACH ROW EXECUTE FUNCTION lib.tidy_customer();
-- trigger on insert only | shop.customers
DROP TRIGGER tidy ON shop.customers;
CREATE TRIGGER tidy BEFORE INSERT ON shop.customers FOR EACH ROW EXECUTE FUNCTION lib.tidy_customer();
-- trigger after instead of before | shop.customers
DROP TRIGGER tidy ON shop.customers;
CREATE TRIGGER tidy AFTER INSERT OR UPDATE ON shop.customers FOR EACH ROW EXECUTE FUNCTION lib.tidy_customer();
-- trigger with one event more | shop.orders
DROP TRIGGER keep_sent ON shop.orders;
CREATE TRIGGER keep_sent BEFORE DELETE OR UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION lib.keep_sent();
-- trigger of another function | shop.orders
DROP TRIGGER keep_sent ON shop.orders;
CREATE TRIGGER keep_sent BEFORE DELETE ON shop.orders FOR EACH ROW EXECUTE FUNCTION lib.refuse();
-- trigger per statement | shop.orders
DROP TRIGGER keep_sent ON shop.orders;
CREATE TRIGGER keep_sent BEFORE DELETE ON shop.orders FOR EACH STATEMENT EXECUTE FUNCTION lib.keep_sent();
-- trigger without WHEN | shop.products
DROP TRIGGER keep_price ON shop.products;
CREATE TRIGGER keep_price AFTER UPDATE OF price ON shop.products FOR EACH ROW EXECUTE FUNCTION lib.keep_price();
-- trigger with another WHEN | shop.products
DROP TRIGGER keep_price ON shop.products;
CREATE TRIGGER keep_price AFTER UPDATE OF price ON shop.products FOR EACH ROW WHEN (OLD.price < NEW.price) EXECUTE FUNCTION lib.keep_price();
-- trigger of another column | shop.products
DROP TRIGGER keep_price ON shop.products;
CREATE TRIGGER keep_price AFTER UPDATE OF cost ON shop.products FOR EACH ROW WHEN (OLD.price IS DISTINCT FROM NEW.price) EXECUTE FUNCTION lib.keep_price();
-- trigger of all columns | shop.products
DROP TRIGGER keep_price ON shop.products;
CREATE TRIGGER keep_price AFTER UPDATE ON shop.products FOR EACH ROW WHEN (OLD.price IS DISTINCT FROM NEW.price) EXECUTE FUNCTION lib.keep_price();
-- trigger with another argument | shop.order_lines
DROP TRIGGER count_lines ON shop.order_lines;
CREATE TRIGGER count_lines AFTER INSERT ON shop.order_lines REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION lib.count_lines('line');
-- trigger without its argument | shop.order_lines
DROP TRIGGER count_lines ON shop.order_lines;
CREATE TRIGGER count_lines AFTER INSERT ON shop.order_lines REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION lib.count_lines();
-- trigger with a transition table of another event | shop.order_lines
DROP TRIGGER count_lines ON shop.order_lines;
CREATE TRIGGER count_lines AFTER UPDATE ON shop.order_lines REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION lib.count_lines('lines');
-- trigger that counts rows per row | shop.order_lines
DROP TRIGGER count_lines ON shop.order_lines;
CREATE TRIGGER count_lines AFTER INSERT ON shop.order_lines REFERENCING NEW TABLE AS fresh FOR EACH ROW EXECUTE FUNCTION lib.count_lines('lines');
-- trigger on truncate missing | shop.audit
DROP TRIGGER no_truncate ON shop.audit;
-- trigger enabled that the reference disables | shop.audit
ALTER TABLE shop.audit ENABLE TRIGGER off_duty;
-- trigger for replicas only | shop.orders
ALTER TABLE shop.orders ENABLE REPLICA TRIGGER keep_sent;
-- trigger enabled always | shop.orders
ALTER TABLE shop.orders ENABLE ALWAYS TRIGGER keep_sent;
-- constraint trigger is an ordinary one | hr.employees
DROP TRIGGER fair_pay ON hr.employees;
CREATE TRIGGER fair_pay AFTER INSERT OR UPDATE OF salary, boss ON hr.employees FOR EACH ROW EXECUTE FUNCTION lib.fair_pay();
-- constraint trigger initially deferred | hr.employees
DROP TRIGGER fair_pay ON hr.employees;
CREATE CONSTRAINT TRIGGER fair_pay AFTER INSERT OR UPDATE OF salary, boss ON hr.employees DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lib.fair_pay();
-- constraint trigger of one column less | hr.employees
DROP TRIGGER fair_pay ON hr.employees;
CREATE CONSTRAINT TRIGGER fair_pay AFTER INSERT OR UPDATE OF salary ON hr.employees DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION lib.fair_pay();
-- instead-of trigger missing | shop.people
DROP TRIGGER add_person ON shop.people;
-- instead-of trigger of another event | shop.people
DROP TRIGGER add_person ON shop.people;
CREATE TRIGGER add_person INSTEAD OF UPDATE ON shop.people FOR EACH ROW EXECUTE FUNCTION lib.add_person();
-- trigger function that does nothing | tidy_customer; shop.customers
CREATE OR REPLACE FUNCTION lib.tidy_customer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- trigger function that swallows the row | tidy_customer; shop.customers
CREATE OR REPLACE FUNCTION lib.tidy_customer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- trigger function with one step less | tidy_customer; shop.customers
CREATE OR REPLACE FUNCTION lib.tidy_customer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.email := lower(NEW.email); RETURN NEW; END $$;
-- trigger function with upper instead of lower | tidy_customer; shop.customers
CREATE OR REPLACE FUNCTION lib.tidy_customer() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN NEW.email := upper(NEW.email); NEW.name := btrim(NEW.name); RETURN NEW; END $$;
-- trigger function that writes old and new swapped | keep_price; shop.products
CREATE OR REPLACE FUNCTION lib.keep_price() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO shop.price_history VALUES (OLD.id, NEW.price, OLD.price); RETURN NULL; END $$;
-- trigger function that writes nothing | keep_price; shop.products
CREATE OR REPLACE FUNCTION lib.keep_price() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- trigger function that counts rows, not pieces | count_lines; shop.order_lines
CREATE OR REPLACE FUNCTION lib.count_lines() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO shop.audit (what, n) SELECT TG_OP || ' ' || TG_ARGV[0], count(*) FROM fresh; RETURN NULL; END $$;
-- trigger function that raises another code | keep_sent; shop.orders
CREATE OR REPLACE FUNCTION lib.keep_sent() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF OLD.status = 'sent' THEN RAISE EXCEPTION 'order % is on its way', OLD.id; END IF; RETURN OLD; END $$;
-- trigger function that guards another status | keep_sent; shop.orders
CREATE OR REPLACE FUNCTION lib.keep_sent() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF OLD.status = 'paid' THEN RAISE EXCEPTION 'order % is on its way', OLD.id USING ERRCODE = 'restrict_violation'; END IF; RETURN OLD; END $$;
-- trigger function that keeps silently | keep_sent; shop.orders
CREATE OR REPLACE FUNCTION lib.keep_sent() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF OLD.status = 'sent' THEN RETURN NULL; END IF; RETURN OLD; END $$;
-- trigger function that allows | fair_pay; hr.employees
CREATE OR REPLACE FUNCTION lib.fair_pay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
-- trigger function that refuses equal pay | fair_pay; hr.employees
CREATE OR REPLACE FUNCTION lib.fair_pay() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	IF NEW.salary >= (SELECT salary FROM hr.employees WHERE id = NEW.boss) THEN RAISE EXCEPTION 'more than the boss' USING ERRCODE = 'check_violation'; END IF;
	RETURN NULL;
END
$$;
-- trigger function that is right for inserts only | stamp_note; hr.notes
CREATE OR REPLACE FUNCTION lib.stamp_note() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF TG_OP = 'INSERT' AND NEW.secret THEN NEW.body := '[secret] ' || NEW.body; END IF; RETURN NEW; END $$;
-- trigger function of a view that inserts elsewhere | add_person; shop.people
CREATE OR REPLACE FUNCTION lib.add_person() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO shop.audit (what) VALUES (NEW.name); RETURN NEW; END $$;
-- rule missing | shop.price_history
DROP RULE no_update ON shop.price_history;
-- rule of another event | shop.price_history
DROP RULE no_update ON shop.price_history;
CREATE RULE no_update AS ON DELETE TO shop.price_history DO INSTEAD NOTHING;
-- rule also instead of instead | shop.price_history
DROP RULE no_update ON shop.price_history;
CREATE RULE no_update AS ON UPDATE TO shop.price_history DO ALSO NOTHING;
-- rule with another condition | hr.rooms
CREATE OR REPLACE RULE remember AS ON INSERT TO hr.rooms WHERE NEW.seats >= 8 DO ALSO INSERT INTO shop.audit (what, n) VALUES ('large room', NEW.no);
-- rule without condition | hr.rooms
CREATE OR REPLACE RULE remember AS ON INSERT TO hr.rooms DO ALSO INSERT INTO shop.audit (what, n) VALUES ('large room', NEW.no);
-- rule with another action | hr.rooms
CREATE OR REPLACE RULE remember AS ON INSERT TO hr.rooms WHERE NEW.seats > 8 DO ALSO INSERT INTO shop.audit (what, n) VALUES ('large room', NEW.seats);
-- rule disabled | hr.rooms
ALTER TABLE hr.rooms DISABLE RULE remember;
-- rule of a view missing | hr.chain
DROP RULE fire ON hr.chain;
-- rule of a view that does nothing | hr.chain
CREATE OR REPLACE RULE fire AS ON DELETE TO hr.chain DO INSTEAD NOTHING;
