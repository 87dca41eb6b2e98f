-- needs: extension btree_gist, extension hstore
-- What trusted extensions of contrib add.
-- exclusion constraint made anew
ALTER TABLE hr.desks DROP CONSTRAINT desks_desk_during_excl;
ALTER TABLE hr.desks ADD CONSTRAINT one EXCLUDE USING gist (during WITH &&, desk WITH =);
-- hstore in another order
UPDATE hr.desks SET properties = 'b=>"", a=>null' WHERE desk = 2;
-- an extension of their own
CREATE SCHEMA mine;
CREATE EXTENSION citext SCHEMA mine;
-- a view over an extension's functions
CREATE OR REPLACE VIEW hr.window_desks AS SELECT d.desk, fetchval(d.properties, 'window') AS "window" FROM hr.desks d WHERE exist(d.properties, 'window');
