-- ---------------------------------------------------------------------------
-- Accounts in a directory that labcreator keeps ("auth": {"method": "ldap"}).
-- ---------------------------------------------------------------------------
CREATE TABLE lab.instance (
	id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
	made timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
INSERT INTO lab.instance DEFAULT VALUES;
COMMENT ON TABLE lab.instance IS 'the oldest row is the mark of what this installation made elsewhere; a restored one has another one beside it';

CREATE TABLE lab.directory (
	login name PRIMARY KEY REFERENCES lab.accounts ON DELETE CASCADE,
	password text NOT NULL,			-- the initial one, hashed as the directory stores it
	reset boolean NOT NULL DEFAULT false,		-- it replaces the one that is there
	present boolean NOT NULL DEFAULT false		-- the directory has the account, when we looked last
);
COMMENT ON TABLE lab.directory IS 'the accounts that are to be in the directory';

REVOKE ALL ON lab.instance, lab.directory FROM PUBLIC;

-- Whatever changes these tables need not know of the directory.
CREATE FUNCTION lab.announce_account()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO lab.outbox (target, subject, payload)
	VALUES ('ldap', 'account ' || CASE TG_OP WHEN 'DELETE' THEN OLD.login ELSE NEW.login END, '{"changed": true}');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.announce_account() IS 'the directory must be told of an account';
CREATE TRIGGER announce AFTER INSERT OR DELETE OR UPDATE OF password ON lab.directory
	FOR EACH ROW EXECUTE FUNCTION lab.announce_account();

CREATE FUNCTION lab.announce_participant()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who CONSTANT lab.participants := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
	whose CONSTANT lab.labs := l FROM lab.labs l WHERE l.id = who.lab_id;
BEGIN
	IF EXISTS (SELECT FROM lab.directory d WHERE d.login = who.login) THEN
		INSERT INTO lab.outbox (target, subject, lab, payload)
		VALUES ('ldap', 'account ' || who.login, whose.name, '{"changed": true}');
	END IF;
	-- A new member is announced when the account is there; the group of a lab that goes is removed as a whole.
	IF TG_OP = 'DELETE' AND whose.auth = 'managed' AND whose.state = 'active' THEN
		INSERT INTO lab.outbox (target, subject, lab, payload)
		VALUES ('ldap', 'group ' || whose.name, whose.name, '{"changed": true}');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.announce_participant() IS 'the directory must be told of a participant';
CREATE TRIGGER announce AFTER INSERT OR DELETE OR UPDATE OF name, email ON lab.participants
	FOR EACH ROW EXECUTE FUNCTION lab.announce_participant();
CREATE TRIGGER announce_archived AFTER UPDATE OF state ON lab.participants
	FOR EACH ROW WHEN (NEW.state = 'archived')
	EXECUTE FUNCTION lab.announce_participant();

CREATE FUNCTION lab.announce_group()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lab CONSTANT lab.labs := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
	INSERT INTO lab.outbox (target, subject, lab, payload)
	VALUES ('ldap', 'group ' || lab.name, lab.name, '{"changed": true}');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION lab.announce_group() IS 'the directory must be told of a lab''s group';
CREATE TRIGGER announce_new AFTER INSERT ON lab.labs
	FOR EACH ROW WHEN (NEW.auth = 'managed') EXECUTE FUNCTION lab.announce_group();
CREATE TRIGGER announce_gone AFTER DELETE ON lab.labs
	FOR EACH ROW WHEN (OLD.auth = 'managed') EXECUTE FUNCTION lab.announce_group();
CREATE TRIGGER announce_archived AFTER UPDATE OF state ON lab.labs
	FOR EACH ROW WHEN (NEW.auth = 'managed' AND NEW.state = 'archived' AND OLD.state <> 'archived')
	EXECUTE FUNCTION lab.announce_group();

