/*
 * facts_queries_types.c
 *		Facts of schemas, extensions, types and domains.
 */
#include "postgres.h"

#include "worker/facts_queries.h"
#include "worker/facts_sql.h"

/* clang-format off */

const char lab_facts_schemas[] =
	"SELECT 'schema', quote_ident(nspname), quote_ident(nspname), '{\"exists\": true}'::jsonb,\n"
	"	NULL::text, NULL::oid, NULL::oid, 0::oid\n"
	"FROM pg_namespace n\n"
	"WHERE nspname <> 'public' AND " PEOPLES_SCHEMA "\n"
	"	AND " NO_MEMBER("pg_namespace", "n.oid") "\n"
	"UNION ALL\n"
	"SELECT 'extension', quote_ident(extname), quote_ident(extname), '{\"exists\": true}', NULL, NULL, NULL, 0\n"
	"FROM pg_extension\n"
	"WHERE extname NOT IN ('plpgsql', 'labcreator_student')";

/*
 * Not the types that come with something else: of a table's rows, of arrays, the
 * multirange of a range.
 */
const char lab_facts_types[] =
	"SELECT 'type', format('%I.%I', n.nspname, t.typname), format('%I.%I', n.nspname, t.typname),\n"
	"	CASE t.typtype\n"
	"		WHEN 'e' THEN jsonb_build_object('labels', (\n"
	"			SELECT jsonb_agg(enumlabel ORDER BY enumsortorder)\n"
	"			FROM pg_enum\n"
	"			WHERE enumtypid = t.oid))\n"
	"		WHEN 'c' THEN jsonb_build_object('attributes', (\n"
	"			SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(\n"
	"				'name', a.attname,\n"
	"				'type', format_type(a.atttypid, a.atttypmod),\n"
	"				'collation', CASE WHEN a.attcollation <> at.typcollation\n"
	"					THEN a.attcollation::regcollation::text END)) ORDER BY a.attnum)\n"
	"			FROM pg_attribute a\n"
	"			JOIN pg_type at ON at.oid = a.atttypid\n"
	"			WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))\n"
	"		WHEN 'r' THEN (\n"
	"			SELECT jsonb_build_object(\n"
	"				'subtype', format_type(r.rngsubtype, NULL),\n"
	"				'operator class', " OPERATOR_CLASS("o") ",\n"
	"				'collation', CASE WHEN r.rngcollation <> st.typcollation\n"
	"					THEN r.rngcollation::regcollation::text END,\n"
	"				'canonical', r.rngcanonical::text,\n"
	"				'difference', r.rngsubdiff::text,\n"
	"				'multirange', format_type(r.rngmultitypid, NULL))\n"
	"			FROM pg_range r\n"
	"			JOIN pg_type st ON st.oid = r.rngsubtype\n"
	"			JOIN pg_opclass o ON o.oid = r.rngsubopc\n"
	"			WHERE r.rngtypid = t.oid)\n"
	"		ELSE jsonb_build_object(\n"
	"			'defined', t.typisdefined,\n"
	"			'input', t.typinput::text,\n"
	"			'output', t.typoutput::text,\n"
	"			'length', t.typlen,\n"
	"			'category', t.typcategory,\n"
	"			'preferred', t.typispreferred,\n"
	"			'element', CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END,\n"
	"			'default', t.typdefault)\n"
	"	END, NULL::text, NULL::oid, NULL::oid, 0::oid\n"
	"FROM pg_type t\n"
	"JOIN pg_namespace n ON n.oid = t.typnamespace\n"
	"LEFT JOIN pg_class c ON c.oid = t.typrelid\n"
	"WHERE t.typtype IN ('b', 'c', 'e', 'p', 'r') AND " PEOPLES_SCHEMA "\n"
	"	AND (t.typrelid = 0 OR c.relkind = 'c')\n"
	"	AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)\n"
	"	AND " NO_MEMBER("pg_type", "t.oid");

const char lab_facts_domains[] =
	"WITH dom AS MATERIALIZED (\n"
	"	SELECT t.*, format('%I.%I', n.nspname, t.typname) AS name\n"
	"	FROM pg_type t\n"
	"	JOIN pg_namespace n ON n.oid = t.typnamespace\n"
	"	WHERE t.typtype = 'd' AND " PEOPLES_SCHEMA "\n"
	"		AND " NO_MEMBER("pg_type", "t.oid") "\n"
	")\n"
	"SELECT 'domain', name, name, jsonb_build_object(\n"
	"		'type', format_type(dom.typbasetype, dom.typtypmod),\n"
	"		'not null', dom.typnotnull,\n"
	"		'collation', CASE WHEN dom.typcollation <> b.typcollation\n"
	"			THEN dom.typcollation::regcollation::text END), NULL::text, NULL::oid, NULL::oid, 0::oid\n"
	"FROM dom\n"
	"JOIN pg_type b ON b.oid = dom.typbasetype\n"
	"UNION ALL\n"
	"SELECT 'domain_default', name, name, '{}', dom.typdefaultbin::text, NULL, dom.typowner, 0\n"
	"FROM dom\n"
	"WHERE dom.typdefaultbin IS NOT NULL\n"
	"UNION ALL\n"
	"SELECT 'domain_check', name, name, jsonb_build_object('validated', con.convalidated),\n"
	"	con.conbin::text, NULL, dom.typowner, 0\n"
	"FROM dom\n"
	"JOIN pg_constraint con ON con.contypid = dom.oid AND con.contype = 'c'";

/* clang-format on */
