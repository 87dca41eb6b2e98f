-- needs: extension pgcrypto, extension citext, extension btree_gist, extension pg_trgm
-- What extensions add.
-- rows in other letters of a citext key, put back
UPDATE reg.account SET login = upper(login::text);
UPDATE reg.account SET login = initcap(login::text);
-- defaults and checks written otherwise
ALTER TABLE reg.account ALTER valid SET DEFAULT tstzrange('2020-01-01 02:00+02', NULL);
ALTER TABLE reg.account DROP CONSTRAINT account_secret_check;
ALTER TABLE reg.account ADD CHECK (char_length(secret) = 60);
-- log in with a join
CREATE OR REPLACE FUNCTION reg.log_in(who text, secret_word text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = reg, public, pg_temp
AS $$ BEGIN RETURN (SELECT count(*) > 0 FROM account a WHERE who = a.login AND crypt(secret_word, a.secret) = a.secret); END $$;
