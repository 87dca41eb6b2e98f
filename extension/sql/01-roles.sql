/* labcreator 1.0: tables of schema lab, and the lab master's functions; made of the files of extension/sql. */
\echo Use "CREATE EXTENSION labcreator" to load this file. \quit

-- ---------------------------------------------------------------------------
-- Roles.  They belong to the server, not to this database, and may be there already.
-- ---------------------------------------------------------------------------
DO $$
DECLARE
	wanted record;
BEGIN
	FOR wanted IN
		SELECT *
		FROM (VALUES
			('lab_master', 'NOLOGIN', 'may create labs'),
			('lab_student', 'NOLOGIN', 'every participant of a lab is a member'),
			('lab_ldap', 'NOLOGIN', 'participants whose passwords are in LDAP'),
			('lab_monitor', 'LOGIN', 'reads the metrics of labs, and nothing else'),
			('lab_evaluator', 'LOGIN CONNECTION LIMIT 0', 'background workers that compare databases; nobody logs in as it')
		) AS v (role, options, comment)
	LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.role) THEN
			EXECUTE pg_catalog.format('CREATE ROLE %I %s', wanted.role, wanted.options);
			EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', wanted.role, 'labcreator: ' || wanted.comment);
		END IF;
	END LOOP;

	-- The control database is for lab masters and the exporter.
	EXECUTE pg_catalog.format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
	EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO lab_master, lab_monitor', pg_catalog.current_database());
END
$$;

CREATE SCHEMA lab;
COMMENT ON SCHEMA lab IS 'labcreator: labs, checks and results';
GRANT USAGE ON SCHEMA lab TO lab_master;

