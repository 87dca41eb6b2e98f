-- needs: extension pgcrypto, extension citext, extension btree_gist, extension pg_trgm
-- What trusted extensions of contrib add.
CREATE EXTENSION pgcrypto;
CREATE EXTENSION citext;
CREATE EXTENSION btree_gist;
CREATE EXTENSION pg_trgm WITH SCHEMA calc;
CREATE TABLE reg.account (
	login citext PRIMARY KEY,
	secret text NOT NULL CHECK (length(secret) = 60),
	valid tstzrange NOT NULL DEFAULT '[2020-01-01 00:00+00,)',
	EXCLUDE USING gist ((login::text) WITH =, valid WITH &&)
);
CREATE INDEX account_login ON reg.account USING gin ((login::text) calc.gin_trgm_ops);
INSERT INTO reg.account VALUES ('Mart', '$2a$04$' || repeat('a', 53), DEFAULT), ('Kadri', crypt('sesam', '$2a$04$abcdefghijklmnopqrstuu'), '[2021-01-01 00:00+00,2022-01-01 00:00+00)');
CREATE FUNCTION reg.log_in(who text, secret_word text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = reg, public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM account a WHERE a.login = who::citext AND a.secret = crypt(secret_word, a.secret)) $$;
CREATE FUNCTION reg.change_secret(who text, new_word text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = reg, public, pg_temp
AS $$ UPDATE account SET secret = crypt(new_word, gen_salt('bf', 4)) WHERE login = who::citext $$;
