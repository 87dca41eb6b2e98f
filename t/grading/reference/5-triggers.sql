-- Triggers and rules.
CREATE FUNCTION lib.tidy_customer() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	NEW.email := lower(NEW.email);
	NEW.name := btrim(NEW.name);
	RETURN NEW;
END
$$;
CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON shop.customers
	FOR EACH ROW EXECUTE FUNCTION lib.tidy_customer();

CREATE FUNCTION lib.keep_price() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	INSERT INTO shop.price_history VALUES (OLD.id, OLD.price, NEW.price);
	RETURN NULL;
END
$$;
CREATE TRIGGER keep_price AFTER UPDATE OF price ON shop.products
	FOR EACH ROW WHEN (OLD.price IS DISTINCT FROM NEW.price) EXECUTE FUNCTION lib.keep_price();

CREATE FUNCTION lib.count_lines() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	INSERT INTO shop.audit (what, n) SELECT TG_OP || ' ' || TG_ARGV[0], sum(quantity) FROM fresh;
	RETURN NULL;
END
$$;
CREATE TRIGGER count_lines AFTER INSERT ON shop.order_lines
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION lib.count_lines('lines');

CREATE FUNCTION lib.keep_sent() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	IF OLD.status = 'sent' THEN
		RAISE EXCEPTION 'order % is on its way', OLD.id USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN OLD;
END
$$;
CREATE TRIGGER keep_sent BEFORE DELETE ON shop.orders
	FOR EACH ROW EXECUTE FUNCTION lib.keep_sent();

CREATE FUNCTION lib.refuse() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '% of % is refused', TG_OP, TG_TABLE_NAME; END $$;
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON shop.audit
	FOR EACH STATEMENT EXECUTE FUNCTION lib.refuse();
CREATE TRIGGER off_duty BEFORE UPDATE ON shop.audit
	FOR EACH ROW EXECUTE FUNCTION lib.refuse();
ALTER TABLE shop.audit DISABLE TRIGGER off_duty;

CREATE FUNCTION lib.fair_pay() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	IF NEW.salary > (SELECT salary FROM hr.employees WHERE id = NEW.boss) THEN
		RAISE EXCEPTION 'more than the boss' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER fair_pay AFTER INSERT OR UPDATE OF salary, boss ON hr.employees
	DEFERRABLE INITIALLY IMMEDIATE
	FOR EACH ROW EXECUTE FUNCTION lib.fair_pay();

CREATE FUNCTION lib.add_person() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	INSERT INTO shop.customers (name) VALUES (NEW.name);
	RETURN NEW;
END
$$;
CREATE TRIGGER add_person INSTEAD OF INSERT ON shop.people
	FOR EACH ROW EXECUTE FUNCTION lib.add_person();

CREATE FUNCTION lib.stamp_note() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
	IF TG_OP = 'INSERT' AND NEW.secret THEN
		NEW.body := '[secret] ' || NEW.body;
	ELSIF TG_OP = 'UPDATE' AND OLD.secret AND NOT NEW.secret THEN
		RETURN NULL;
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER stamp_note BEFORE INSERT OR UPDATE OF secret ON hr.notes
	FOR EACH ROW EXECUTE FUNCTION lib.stamp_note();

CREATE RULE no_update AS ON UPDATE TO shop.price_history DO INSTEAD NOTHING;
CREATE RULE remember AS ON INSERT TO hr.rooms WHERE NEW.seats > 8
	DO ALSO INSERT INTO shop.audit (what, n) VALUES ('large room', NEW.no);
CREATE RULE fire AS ON DELETE TO hr.chain
	DO INSTEAD DELETE FROM hr.employees WHERE id = OLD.id;

COMMENT ON TRIGGER tidy ON shop.customers IS 'addresses in small letters';
COMMENT ON CONSTRAINT no_loss ON shop.products IS 'nothing is sold below its cost';
