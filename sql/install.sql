-- The extension in the control database: roles, schema, and who may what.
SET client_min_messages = warning;
CREATE EXTENSION labcreator;
SELECT rolname, rolcanlogin, rolsuper, rolconnlimit FROM pg_roles WHERE rolname LIKE 'lab\_%' ORDER BY 1;
-- every function has a comment, and PUBLIC may call none
SELECT p.proname
FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'labcreator'
WHERE obj_description(p.oid, 'pg_proc') IS NULL
	OR has_function_privilege('lab_student', p.oid, 'EXECUTE');
SELECT has_database_privilege('lab_student', 'lab', 'CONNECT') AS student,
	has_database_privilege('lab_master', 'lab', 'CONNECT') AS master;
CREATE ROLE nobody_special;
SET ROLE nobody_special;
SELECT lab_create('{}');
SELECT * FROM lab_progress();
RESET ROLE;
DROP ROLE nobody_special;
SET ROLE lab_master;
SELECT part, state FROM lab_status() WHERE part = 'evaluators';
SELECT count(*) FROM lab_progress();
RESET ROLE;
