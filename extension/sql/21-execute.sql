-- ---------------------------------------------------------------------------
-- Who may call what: lab masters the functions lab_*, nobody else anything.
-- What they may call in schema lab is granted where it is defined.
-- ---------------------------------------------------------------------------
DO $$
DECLARE
	routine record;
BEGIN
	FOR routine IN
		SELECT p.oid::pg_catalog.regprocedure AS name, p.proname LIKE 'lab\_%' AS for_masters
		FROM pg_catalog.pg_proc p
		JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
		JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
		WHERE d.deptype = 'e' AND e.extname = 'labcreator'
	LOOP
		EXECUTE pg_catalog.format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', routine.name);
		IF routine.for_masters THEN
			EXECUTE pg_catalog.format('GRANT EXECUTE ON ROUTINE %s TO lab_master', routine.name);
		END IF;
	END LOOP;
END
$$;

