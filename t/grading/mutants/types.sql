-- Schemas, types, domains, collations, casts, operators.
-- schema renamed | "Odd Names"; Odd Names
ALTER SCHEMA "Odd Names" RENAME TO "odd names";
-- enum has a label too many | shop.status
ALTER TYPE shop.status ADD VALUE 'lost';
-- enum has a label in the middle | shop.status
ALTER TYPE shop.status ADD VALUE 'packed' BEFORE 'sent';
-- enum label in another case | shop.status
ALTER TYPE shop.status RENAME VALUE 'returned' TO 'Returned';
-- enum labels in another order | shop.status
ALTER TYPE shop.status RENAME VALUE 'new' TO 'x';
ALTER TYPE shop.status RENAME VALUE 'paid' TO 'new';
ALTER TYPE shop.status RENAME VALUE 'x' TO 'paid';
UPDATE shop.orders SET status = CASE status WHEN 'new' THEN 'paid' WHEN 'paid' THEN 'new' ELSE status END::shop.status WHERE status IN ('new', 'paid');
-- composite with an attribute too many | shop.address
ALTER TYPE shop.address ADD ATTRIBUTE planet text;
-- composite attribute renamed | shop.address
ALTER TYPE shop.address RENAME ATTRIBUTE zip TO postcode;
-- domain without its check | shop.email
ALTER DOMAIN shop.email DROP CONSTRAINT email_check;
-- domain with a laxer check | shop.email
ALTER DOMAIN shop.email DROP CONSTRAINT email_check;
ALTER DOMAIN shop.email ADD CHECK (VALUE ~ '@');
-- domain with a stricter bound | hr.percent
ALTER DOMAIN hr.percent DROP CONSTRAINT percent_range;
ALTER DOMAIN hr.percent ADD CHECK (VALUE >= 0 AND VALUE < 101 AND VALUE <> 1);
-- domain with a second check | hr.percent
ALTER DOMAIN hr.percent ADD CHECK (VALUE <> 99);
-- domain check off by one | hr.percent
ALTER DOMAIN hr.percent DROP CONSTRAINT percent_range;
ALTER DOMAIN hr.percent ADD CHECK (VALUE BETWEEN 0 AND 101);
-- domain check not valid | shop.price
ALTER DOMAIN shop.price DROP CONSTRAINT price_check;
ALTER DOMAIN shop.price ADD CHECK (VALUE >= 0) NOT VALID;
-- domain without NOT NULL | shop.price
ALTER DOMAIN shop.price DROP NOT NULL;
-- domain with NOT NULL | lib.labels
UPDATE hr.employees SET skills = '{}' WHERE skills IS NULL;
ALTER DOMAIN lib.labels SET NOT NULL;
-- domain without default | shop.price
ALTER DOMAIN shop.price DROP DEFAULT;
-- domain with another default | shop.price
ALTER DOMAIN shop.price SET DEFAULT 1;
-- domain renamed | hr.percent
ALTER DOMAIN hr.percent RENAME TO percentage;
-- domain over another type | lib.labels
ALTER TABLE hr.employees ALTER skills TYPE varchar[];
DROP DOMAIN lib.labels;
CREATE DOMAIN lib.labels AS varchar[];
ALTER TABLE hr.employees ALTER skills TYPE lib.labels;
-- range over another type | hr.float_range
ALTER TABLE hr.rooms ALTER temperature TYPE text;
DROP TYPE hr.float_range;
CREATE TYPE hr.float_range AS RANGE (subtype = numeric);
ALTER TABLE hr.rooms ALTER temperature TYPE hr.float_range USING temperature::hr.float_range;
-- type in another schema | shop.address
ALTER TYPE shop.address SET SCHEMA hr;
-- collation of another locale | shop.phonebook
DROP INDEX shop.customers_phonebook;
DROP COLLATION shop.phonebook;
CREATE COLLATION shop.phonebook (provider = icu, locale = 'sv');
CREATE INDEX customers_phonebook ON shop.customers (name COLLATE shop.phonebook);
-- collation that is not deterministic | shop.phonebook
DROP INDEX shop.customers_phonebook;
DROP COLLATION shop.phonebook;
CREATE COLLATION shop.phonebook (provider = icu, locale = 'de-u-co-phonebk', deterministic = false);
CREATE INDEX customers_phonebook ON shop.customers (name COLLATE shop.phonebook);
-- cast missing | shop.status*integer
DROP CAST (shop.status AS integer);
-- cast explicit only | shop.status*integer
DROP CAST (shop.status AS integer);
CREATE CAST (shop.status AS integer) WITH FUNCTION lib.to_text(shop.status);
-- operator missing | lib*<->
DROP OPERATOR lib.<-> (shop.address, shop.address);
-- operator with another function | lib*<->
CREATE FUNCTION lib.distance_2(a shop.address, b shop.address) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 7';
DROP OPERATOR lib.<-> (shop.address, shop.address);
CREATE OPERATOR lib.<-> (FUNCTION = lib.distance_2, LEFTARG = shop.address, RIGHTARG = shop.address, COMMUTATOR = OPERATOR(lib.<->));
-- text search configuration missing | lib.plain_english
DROP TEXT SEARCH CONFIGURATION lib.plain_english;
-- text search configuration with another mapping | lib.plain_english
ALTER TEXT SEARCH CONFIGURATION lib.plain_english ALTER MAPPING FOR asciiword WITH english_stem;
-- text search configuration with dictionaries in another order | lib.plain_english
ALTER TEXT SEARCH CONFIGURATION lib.plain_english ALTER MAPPING FOR asciiword WITH english_stem, lib.plain;
-- text search configuration with a token type less | lib.plain_english
ALTER TEXT SEARCH CONFIGURATION lib.plain_english DROP MAPPING FOR email;
-- text search dictionary with another option | lib.plain
ALTER TEXT SEARCH DICTIONARY lib.plain (STOPWORDS);
-- text search dictionary with an option more | lib.plain
ALTER TEXT SEARCH DICTIONARY lib.plain (ACCEPT = false);
