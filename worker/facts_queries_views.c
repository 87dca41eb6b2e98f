/*
 * facts_queries_views.c
 *		Facts of views, materialized views and sequences.
 */
#include "postgres.h"

#include "worker/facts_queries.h"
#include "worker/facts_sql.h"

/* clang-format off */

/*
 * "reads": whether the view gets to any table.  One that calls a function of
 * somebody's making may read inside it.  The order of a view's columns does not
 * count; what is lost with the typmod of a column weighs little (lab.weight).
 */
const char lab_facts_views[] =
	"WITH RECURSIVE used AS NOT MATERIALIZED (\n"
	"	SELECT r.ev_class AS view, d.refclassid, d.refobjid\n"
	"	FROM pg_rewrite r\n"
	"	JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid\n"
	"	WHERE d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass) AND d.refobjid <> r.ev_class\n"
	"		AND r.ev_type = '1'\n"
	"), reached AS (\n"
	"	SELECT * FROM used WHERE " WANTED("view") "\n"
	"	UNION\n"
	"	SELECT reached.view, used.refclassid, used.refobjid\n"
	"	FROM reached\n"
	"	JOIN used ON reached.refclassid = 'pg_class'::regclass AND used.view = reached.refobjid\n"
	"), rel AS MATERIALIZED (\n"
	"	SELECT c.oid, c.relkind, c.relispopulated, format('%I.%I', n.nspname, c.relname) AS name,\n"
	"		coalesce(" OPTIONS("c.reloptions") ", '{}') AS options,\n"
	"		EXISTS (\n"
	"			SELECT\n"
	"			FROM reached\n"
	"			LEFT JOIN pg_class t ON reached.refclassid = 'pg_class'::regclass AND t.oid = reached.refobjid\n"
	"			WHERE reached.view = c.oid AND (t.oid IS NULL OR t.relkind IN ('r', 'p', 'f'))) AS reads\n"
	"	FROM pg_class c\n"
	"	JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"	WHERE " WANTED("c.oid") " AND c.relkind IN ('v', 'm') AND " PEOPLES_SCHEMA "\n"
	"		AND " NO_MEMBER("pg_class", "c.oid") "\n"
	")\n"
	"SELECT 'view', name, name, jsonb_build_object(\n"
	"		'reads tables', reads,\n"
	"		'check option', coalesce(options ->> 'check_option', 'none'),\n"
	"		'security barrier', coalesce(options ->> 'security_barrier', 'false')::boolean,\n"
	"		'security invoker', coalesce(options ->> 'security_invoker', 'false')::boolean),\n"
	"	NULL::text, oid, NULL::oid, oid\n"
	"FROM rel\n"
	"WHERE relkind = 'v'\n"
	"UNION ALL\n"
	"SELECT 'materialized_view', name, name,\n"
	"	jsonb_build_object('reads tables', reads, 'populated', relispopulated), NULL, oid, NULL, oid\n"
	"FROM rel\n"
	"WHERE relkind = 'm'\n"
	"UNION ALL\n"
	"SELECT kind, name, name, definition, NULL, oid, NULL, oid\n"
	"FROM rel\n"
	"CROSS JOIN LATERAL (\n"
	"	SELECT coalesce(jsonb_object_agg(attname, format_type(atttypid, NULL)), '{}') AS types,\n"
	"		coalesce(jsonb_object_agg(attname, format_type(atttypid, atttypmod)), '{}') AS full_types\n"
	"	FROM pg_attribute\n"
	"	WHERE attrelid = rel.oid AND attnum > 0 AND NOT attisdropped\n"
	") c\n"
	"CROSS JOIN LATERAL (\n"
	"	VALUES ('view_columns', types), ('view_typmods', full_types)\n"
	") f (kind, definition)\n"
	"UNION ALL\n"
	"SELECT 'view_result', name, name, NULL, NULL, oid, NULL, oid\n"
	"FROM rel";

/*
 * A sequence's start counts where the reference sets it: so it is a fact of its
 * own, which nobody misses where it is the usual one.
 */
const char lab_facts_sequences[] =
	RELATIONS SEQUENCES "\n"
	"SELECT 'sequence', seq.object, seq.owner, jsonb_build_object(\n"
	"		'type', format_type(s.seqtypid, NULL),\n"
	"		'increment', s.seqincrement,\n"
	"		'minimum', s.seqmin,\n"
	"		'maximum', s.seqmax,\n"
	"		'cycle', s.seqcycle,\n"
	"		'unlogged', rel.relpersistence = 'u' AND NOT seq.feeds,\n"
	"		'owned by', seq.owned_by), NULL::text, rel.oid, NULL::oid, rel.oid\n"
	"FROM seq\n"
	"JOIN rel ON rel.oid = seq.oid\n"
	"JOIN pg_sequence s ON s.seqrelid = rel.oid\n"
	"UNION ALL\n"
	"SELECT 'sequence_start', seq.object, seq.owner, jsonb_build_object('start', s.seqstart),\n"
	"	NULL, seq.oid, NULL, seq.oid\n"
	"FROM seq\n"
	"JOIN pg_sequence s ON s.seqrelid = seq.oid\n"
	"WHERE s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END";

/* clang-format on */
