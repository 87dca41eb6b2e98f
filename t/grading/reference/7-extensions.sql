-- needs: extension btree_gist, extension hstore
-- What trusted extensions of contrib add.
CREATE EXTENSION btree_gist;
CREATE EXTENSION hstore;
CREATE TABLE hr.desks (
	desk integer NOT NULL,
	during daterange NOT NULL,
	employee integer,
	properties hstore,
	EXCLUDE USING gist (desk WITH =, during WITH &&)
);
CREATE INDEX desks_properties ON hr.desks USING gin (properties);
INSERT INTO hr.desks VALUES (1, '[2026-01-01,2026-02-01)', 2, 'window=>yes'), (1, '[2026-02-01,)', 3, NULL), (2, '[2026-01-01,)', 3, 'a=>NULL, b=>""');
CREATE VIEW hr.window_desks AS SELECT desk, properties -> 'window' AS window FROM hr.desks WHERE properties ? 'window';
