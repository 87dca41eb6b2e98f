-- needs: extension btree_gist, extension hstore
-- What trusted extensions of contrib add.
-- extension missing | btree_gist
ALTER TABLE hr.desks DROP CONSTRAINT desks_desk_during_excl;
DROP EXTENSION btree_gist;
-- exclusion constraint over a scalar missing | hr.desks
ALTER TABLE hr.desks DROP CONSTRAINT desks_desk_during_excl;
-- exclusion constraint over a scalar with another operator | hr.desks
ALTER TABLE hr.desks DROP CONSTRAINT desks_desk_during_excl, ADD EXCLUDE USING gist (desk WITH =, during WITH =);
-- hstore value changed | hr.desks
UPDATE hr.desks SET properties = 'window=>no' WHERE desk = 1 AND employee = 2;
-- hstore key with NULL missing | hr.desks
UPDATE hr.desks SET properties = 'b=>""' WHERE desk = 2;
-- hstore is text | hr.desks.properties
DROP VIEW hr.window_desks;
DROP INDEX hr.desks_properties;
ALTER TABLE hr.desks ALTER properties TYPE text;
-- hstore index missing | hr.desks*properties
DROP INDEX hr.desks_properties;
-- view over an extension's operator | hr.window_desks
CREATE OR REPLACE VIEW hr.window_desks AS SELECT desk, properties -> 'window' AS window FROM hr.desks;
