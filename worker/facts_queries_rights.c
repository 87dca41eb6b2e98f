/*
 * facts_queries_rights.c
 *		Facts of who may do what: policies, grants, default privileges.
 *
 * A privilege is a fact where it differs from what the server gives by itself,
 * so a REVOKE FROM PUBLIC is one, and a GRANT to the owner is none.  Superusers
 * do not count, and the participant stands for whoever owns the reference.
 */
#include "postgres.h"

#include "worker/facts_queries.h"
#include "worker/facts_sql.h"

/* clang-format off */

/* What applies to new rows where there is no WITH CHECK is USING. */
const char lab_facts_policies[] =
	RELATIONS ", pol AS MATERIALIZED (\n"
	"	SELECT p.*, rel.name AS owner, format('%s policy %I', rel.name, p.polname) AS object, rel.relowner,\n"
	"		CASE WHEN p.polcmd IN ('*', 'w') THEN coalesce(p.polwithcheck, p.polqual) ELSE p.polwithcheck END AS added\n"
	"	FROM rel\n"
	"	JOIN pg_policy p ON p.polrelid = rel.oid\n"
	")\n"
	"SELECT 'policy', object, owner, jsonb_build_object(\n"
	"		'command', CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'\n"
	"			WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,\n"
	"		'permissive', polpermissive,\n"
	"		'roles', (\n"
	"			SELECT jsonb_agg(r.name ORDER BY r.name)\n"
	"			FROM (\n"
	"				SELECT CASE WHEN role = 0 THEN 'PUBLIC' WHEN role IN (pol.relowner, " PARTICIPANT ") THEN 'its owner'\n"
	"					ELSE role::regrole::text END AS name\n"
	"				FROM unnest(polroles) AS role\n"
	"			) r),\n"
	"		'using', polqual IS NOT NULL,\n"
	"		'with check', added IS NOT NULL), NULL::text, polrelid, NULL::oid, polrelid\n"
	"FROM pol\n"
	"UNION ALL\n"
	"SELECT 'policy_using', object, owner, '{}', polqual::text, polrelid, NULL, polrelid\n"
	"FROM pol\n"
	"WHERE polqual IS NOT NULL\n"
	"UNION ALL\n"
	"SELECT 'policy_check', object, owner, '{}', added::text, polrelid, NULL, polrelid\n"
	"FROM pol\n"
	"WHERE added IS NOT NULL";

/*
 * From "thing" (subject, object, owner, role, acl, initial): one row for each grantee
 * whose privileges differ from the initial ones.
 */
#define PRIVILEGES \
	", privilege AS (\n" \
	"	SELECT thing.subject, thing.object, thing.owner, thing.role, x.grantee, x.privilege_type,\n" \
	"		bool_or(x.is_grantable) AS grantable, side.now\n" \
	"	FROM thing\n" \
	"	CROSS JOIN LATERAL (VALUES (true, thing.acl), (false, thing.initial)) AS side (now, acl)\n" \
	"	CROSS JOIN LATERAL aclexplode(side.acl) AS x\n" \
	"	GROUP BY thing.subject, thing.object, thing.owner, thing.role, x.grantee, x.privilege_type, side.now\n" \
	"), held AS (\n" \
	"	SELECT subject, object, owner, role, grantee,\n" \
	"		coalesce(jsonb_object_agg(privilege_type, grantable) FILTER (WHERE now), '{}') AS now,\n" \
	"		coalesce(jsonb_object_agg(privilege_type, grantable) FILTER (WHERE NOT now), '{}') AS initial\n" \
	"	FROM privilege\n" \
	"	GROUP BY subject, object, owner, role, grantee\n" \
	"), changed AS (\n" \
	"	SELECT subject, object, owner, role,\n" \
	"		CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,\n" \
	"		jsonb_build_object('privileges, true with grant option', now) AS definition\n" \
	"	FROM held\n" \
	"	LEFT JOIN pg_roles r ON r.oid = grantee\n" \
	"	WHERE now <> initial AND grantee NOT IN (role, " PARTICIPANT ")\n" \
	"		AND r.rolsuper IS NOT TRUE AND r.rolname IS DISTINCT FROM 'pg_database_owner'\n" \
	")\n"

/* The schema public comes with USAGE for PUBLIC. */
const char lab_facts_grants[] =
	RELATIONS SEQUENCES ", thing (subject, object, owner, role, acl, initial) AS (\n"
	"	SELECT rel.oid, coalesce(seq.object, rel.name), coalesce(seq.owner, rel.name), rel.relowner, rel.relacl,\n"
	"		acldefault(CASE WHEN rel.relkind = 'S' THEN 's' ELSE 'r' END::\"char\", rel.relowner)\n"
	"	FROM rel\n"
	"	LEFT JOIN seq ON seq.oid = rel.oid\n"
	"	WHERE rel.relacl IS NOT NULL\n"
	"	UNION ALL\n"
	"	SELECT rel.oid, format('%s.%I', rel.name, a.attname), rel.name, rel.relowner, a.attacl, NULL\n"
	"	FROM rel\n"
	"	JOIN pg_attribute a ON a.attrelid = rel.oid\n"
	"	WHERE a.attacl IS NOT NULL AND NOT a.attisdropped\n"
	"	UNION ALL\n"
	"	SELECT 0::oid, format('schema %I', n.nspname), quote_ident(n.nspname), n.nspowner, n.nspacl,\n"
	"		acldefault('n', n.nspowner)\n"
	"			|| CASE WHEN n.nspname = 'public' THEN ARRAY[makeaclitem(0, n.nspowner, 'USAGE', false)] END\n"
	"	FROM pg_namespace n\n"
	"	WHERE " OTHERS_WANTED " AND n.nspacl IS NOT NULL AND " PEOPLES_SCHEMA "\n"
	"		AND " NO_MEMBER("pg_namespace", "n.oid") "\n"
	"	UNION ALL\n"
	"	SELECT p.oid, p.oid::regprocedure::text, p.oid::regprocedure::text, p.proowner, p.proacl,\n"
	"		acldefault('f', p.proowner)\n"
	"	FROM pg_proc p\n"
	"	JOIN pg_namespace n ON n.oid = p.pronamespace\n"
	"	WHERE " WANTED("p.oid") " AND p.proacl IS NOT NULL AND " PEOPLES_SCHEMA "\n"
	"		AND " NO_PART("pg_proc", "p.oid") "\n"
	"	UNION ALL\n"
	"	SELECT 0::oid, format('%I.%I', n.nspname, t.typname), format('%I.%I', n.nspname, t.typname), t.typowner,\n"
	"		t.typacl, acldefault('T', t.typowner)\n"
	"	FROM pg_type t\n"
	"	JOIN pg_namespace n ON n.oid = t.typnamespace\n"
	"	WHERE " OTHERS_WANTED " AND t.typacl IS NOT NULL AND " PEOPLES_SCHEMA "\n"
	"		AND " NO_PART("pg_type", "t.oid") "\n"
	"	UNION ALL\n"
	"	SELECT 0::oid, format('language %I', l.lanname), quote_ident(l.lanname), l.lanowner, l.lanacl,\n"
	"		acldefault('l', l.lanowner)\n"
	"	FROM pg_language l\n"
	"	WHERE " OTHERS_WANTED " AND l.lanacl IS NOT NULL\n"
	"	UNION ALL\n"
	"	SELECT 0::oid, format('foreign data wrapper %I', w.fdwname), quote_ident(w.fdwname), w.fdwowner, w.fdwacl,\n"
	"		acldefault('F', w.fdwowner)\n"
	"	FROM pg_foreign_data_wrapper w\n"
	"	WHERE " OTHERS_WANTED " AND w.fdwacl IS NOT NULL\n"
	"	UNION ALL\n"
	"	SELECT 0::oid, format('server %I', s.srvname), quote_ident(s.srvname), s.srvowner, s.srvacl,\n"
	"		acldefault('S', s.srvowner)\n"
	"	FROM pg_foreign_server s\n"
	"	WHERE " OTHERS_WANTED " AND s.srvacl IS NOT NULL\n"
	")" PRIVILEGES
	"SELECT 'grant', format('%s to %s', object, grantee), owner, definition, NULL::text, NULL::oid, NULL::oid, subject\n"
	"FROM changed";

/* In one schema they add to the global ones; globally they replace the server's own. */
const char lab_facts_default_privileges[] =
	"WITH thing (subject, object, owner, role, acl, initial) AS (\n"
	"	SELECT 0::oid, concat(\n"
	"			CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'\n"
	"				WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END,\n"
	"			' in ' || quote_ident(n.nspname),\n"
	"			CASE WHEN d.defaclrole <> " PARTICIPANT " THEN ' of ' || d.defaclrole::regrole::text END),\n"
	"		coalesce(quote_ident(n.nspname), 'default privileges'), d.defaclrole, d.defaclacl,\n"
	"		CASE WHEN d.defaclnamespace = 0\n"
	"			THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole) END\n"
	"	FROM pg_default_acl d\n"
	"	LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace\n"
	")" PRIVILEGES
	"SELECT 'default_privilege', format('%s to %s', object, grantee), owner, definition,\n"
	"	NULL::text, NULL::oid, NULL::oid, subject\n"
	"FROM changed";

/* clang-format on */
