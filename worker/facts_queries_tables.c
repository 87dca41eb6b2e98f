/*
 * facts_queries_tables.c
 *		Facts of tables: themselves, their columns, their rows.
 *
 * The columns of a partition are its root's, so only what a partition adds to
 * them is read.
 */
#include "postgres.h"

#include "worker/facts_queries.h"
#include "worker/facts_sql.h"

/* clang-format off */

/* The values of a list partition come in any order. */
const char lab_facts_tables[] =
	RELATIONS "\n"
	"SELECT 'table', name, name, jsonb_strip_nulls(jsonb_build_object(\n"
	"		'kind', CASE relkind WHEN 'r' THEN 'ordinary' WHEN 'p' THEN 'partitioned' ELSE 'foreign' END,\n"
	"		'partition by', CASE WHEN relkind = 'p' THEN pg_get_partkeydef(rel.oid) END,\n"
	"		'bounds', CASE\n"
	"			WHEN b.bounds LIKE 'FOR VALUES IN (%' THEN (\n"
	"				SELECT 'FOR VALUES IN (' || string_agg(v[1], ', ' ORDER BY v[1]) || ')'\n"
	"				FROM regexp_matches(substr(b.bounds, 16, length(b.bounds) - 16), '''(?:[^'']|'''')*''|[^, '']+', 'g') AS v)\n"
	"			ELSE b.bounds\n"
	"		END,\n"
	"		'parents', (\n"
	"			SELECT jsonb_agg(inhparent::regclass::text ORDER BY inhparent::regclass::text)\n"
	"			FROM pg_inherits\n"
	"			WHERE inhrelid = rel.oid),\n"
	"		'of type', CASE WHEN reloftype <> 0 THEN format_type(reloftype, NULL) END,\n"
	"		'row security', relrowsecurity,\n"
	"		'force row security', relforcerowsecurity,\n"
	"		'unlogged', relpersistence = 'u',\n"
	"		'server', s.srvname,\n"
	"		'options', " OPTIONS("f.ftoptions") ")),\n"
	"	NULL::text, rel.oid, NULL::oid, rel.oid\n"
	"FROM rel\n"
	"LEFT JOIN pg_foreign_table f ON f.ftrelid = rel.oid\n"
	"LEFT JOIN pg_foreign_server s ON s.oid = f.ftserver\n"
	"CROSS JOIN LATERAL (\n"
	"	SELECT CASE WHEN relispartition THEN pg_get_expr(relpartbound, rel.oid) END AS bounds\n"
	") b\n"
	"WHERE relkind IN ('r', 'p', 'f')";

/* Since 18, NOT NULL is a constraint that can be unvalidated or not inherited. */
const char lab_facts_columns[] =
	RELATIONS ", col AS MATERIALIZED (\n"
	"	SELECT a.*, rel.name AS owner, format('%s.%I', rel.name, a.attname) AS object,\n"
	"		rel.oid AS relation, rel.relispartition AS in_partition\n"
	"	FROM rel\n"
	"	JOIN pg_attribute a ON a.attrelid = rel.oid\n"
	"	WHERE rel.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped\n"
	")\n"
	"SELECT 'column', object, owner,\n"
	"	jsonb_build_object('type', format_type(atttypid, atttypmod)), NULL::text, relation, NULL::oid, relation\n"
	"FROM col\n"
	"WHERE NOT in_partition\n"
	"UNION ALL\n"
	"SELECT 'not_null', object, owner, jsonb_build_object(\n"
	"		'not null', true,\n"
	"		'validated', coalesce(con.convalidated, true),\n"
	"		'no inherit', coalesce(con.connoinherit, false)), NULL, relation, NULL, relation\n"
	"FROM col\n"
	"LEFT JOIN pg_constraint con ON con.conrelid = col.relation AND con.contype = 'n'\n"
	"	AND con.conkey[1] = col.attnum\n"
	"WHERE attnotnull\n"
	"	AND (NOT in_partition OR NOT EXISTS (\n"
	"		SELECT\n"
	"		FROM pg_inherits i\n"
	"		JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = col.attname\n"
	"		WHERE i.inhrelid = col.relation AND p.attnotnull))\n"
	"UNION ALL\n"
	"SELECT 'identity', object, owner, jsonb_build_object('identity',\n"
	"		CASE attidentity WHEN 'a' THEN 'always' ELSE 'by default' END), NULL, relation, NULL, relation\n"
	"FROM col\n"
	"WHERE attidentity <> '' AND NOT in_partition\n"
	"UNION ALL\n"
	"SELECT 'column_collation', object, owner, jsonb_build_object('collation', attcollation::regcollation::text),\n"
	"	NULL, relation, NULL, relation\n"
	"FROM col\n"
	"JOIN pg_type t ON t.oid = col.atttypid\n"
	"WHERE attcollation <> 0 AND attcollation <> t.typcollation AND NOT in_partition\n"
	"UNION ALL\n"
	"SELECT 'column_options', object, owner, " OPTIONS("attfdwoptions") ", NULL, relation, NULL, relation\n"
	"FROM col\n"
	"WHERE attfdwoptions IS NOT NULL";

/*
 * Defaults and generated values.  A serial column's default is told by what it
 * does: the name of its sequence does not count.  DEFAULT NULL is none, unless it
 * replaces that of a domain.  A view's columns can have defaults, too.  Rows
 * reach a partition through its root, with the root's defaults: its own count
 * where it has others.
 */
const char lab_facts_column_values[] =
	RELATIONS "\n"
	"SELECT CASE a.attgenerated WHEN '' THEN 'default' ELSE 'generated' END,\n"
	"	format('%s.%I', rel.name, a.attname), rel.name,\n"
	"	CASE\n"
	"		WHEN own_sequence THEN '{\"default\": \"next value of its own sequence\"}'\n"
	"		WHEN a.attgenerated = 's' THEN '{\"kind\": \"stored\"}'\n"
	"		WHEN a.attgenerated = 'v' THEN '{\"kind\": \"virtual\"}'\n"
	"		ELSE '{}'\n"
	"	END::jsonb,\n"
	"	CASE WHEN NOT own_sequence THEN d.adbin::text END, rel.oid, NULL::oid, rel.oid\n"
	"FROM rel\n"
	"JOIN pg_attrdef d ON d.adrelid = rel.oid\n"
	"JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum\n"
	"JOIN pg_type t ON t.oid = a.atttypid\n"
	"CROSS JOIN LATERAL (\n"
	"	SELECT EXISTS (\n" /* the default uses a sequence that is owned by the column */
	"		SELECT\n"
	"		FROM pg_depend u\n"
	"		JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = u.refobjid\n"
	"			AND o.refclassid = 'pg_class'::regclass AND o.deptype = 'a'\n"
	"		JOIN pg_class s ON s.oid = u.refobjid AND s.relkind = 'S'\n"
	"		WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid\n"
	"			AND u.refclassid = 'pg_class'::regclass\n"
	"			AND o.refobjid = d.adrelid AND o.refobjsubid = d.adnum)\n"
	"		AND pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\\(''([^'']|'''')*''::regclass\\)$' AS own_sequence\n"
	") s\n"
	"WHERE rel.relkind IN ('r', 'p', 'f', 'v')\n"
	"	AND (t.typtype = 'd' OR pg_get_expr(d.adbin, d.adrelid) !~ '^NULL::[a-z ]+(\\([0-9,]+\\))?$')\n"
	"	AND (NOT rel.relispartition OR a.attgenerated = '' AND NOT EXISTS (\n"
	"		SELECT\n"
	"		FROM pg_inherits i\n"
	"		JOIN pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname\n"
	"		JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum\n"
	"		WHERE i.inhrelid = rel.oid\n"
	"			AND pg_get_expr(pd.adbin, pd.adrelid) = pg_get_expr(d.adbin, d.adrelid)))";

/* The rows of partitions are their root's. */
const char lab_facts_rows[] =
	RELATIONS "\n"
	"SELECT 'rows', name, name, NULL::jsonb, NULL::text, oid, NULL::oid, oid\n"
	"FROM rel\n"
	"WHERE relkind IN ('r', 'p') AND NOT relispartition";

/* clang-format on */
