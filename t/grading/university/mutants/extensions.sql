-- needs: extension pgcrypto, extension citext, extension btree_gist, extension pg_trgm
-- What extensions add.
-- extension missing | extension pgcrypto
DROP EXTENSION pgcrypto;
-- citext became text | reg.account.login
ALTER TABLE reg.account ALTER login TYPE text;
-- trigram index without trigrams | reg.account
DROP INDEX reg.account_login;
CREATE INDEX account_login ON reg.account ((login::text));
-- any word will do | reg.log_in
CREATE OR REPLACE FUNCTION reg.log_in(who text, secret_word text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = reg, public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM account a WHERE a.login = who::citext) $$;
-- exclusion by overlap of the day | reg.account
ALTER TABLE reg.account DROP CONSTRAINT account_login_valid_excl;
ALTER TABLE reg.account ADD EXCLUDE USING gist (valid WITH &&) WHERE (login::text = 'x');
-- a default that begins later | reg.account.valid
ALTER TABLE reg.account ALTER valid SET DEFAULT '[2020-01-01 00:00+01,)';
