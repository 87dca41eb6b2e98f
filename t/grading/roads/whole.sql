-- The whole database on another road.  :script is the reference's script, :dump a pg_dump of the reference.
-- dropped, and the script run again
DROP SCHEMA shop, hr, lib, "Odd Names" CASCADE;
DROP EXTENSION IF EXISTS btree_gist, hstore;
DROP PUBLICATION sales, names;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO PUBLIC;
\i :script
-- restored from pg_dump
DROP SCHEMA shop, hr, lib, "Odd Names" CASCADE;
DROP EXTENSION IF EXISTS btree_gist, hstore;
DROP PUBLICATION sales, names;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO PUBLIC;
\i :dump
-- dropped and restored in one transaction
BEGIN;
DROP SCHEMA shop, hr, lib, "Odd Names" CASCADE;
DROP EXTENSION IF EXISTS btree_gist, hstore;
DROP PUBLICATION sales, names;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO PUBLIC;
\i :script
COMMIT;
