/*
 * facts_queries.c
 *		The queries that read facts from the catalogs.
 *
 * They touch pg_catalog only, so planning and running them runs nothing of a
 * participant's.  What does not count (names of constraints and indexes, owners,
 * positions, storage) is not read at all.
 */
#include "postgres.h"

#include "worker/facts_queries.h"

/* Schemas that people made. */
#define PEOPLES_SCHEMA "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"

/* No part of an extension. */
#define NO_MEMBER(class, oid)                                                                      \
	"NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '" class "'::regclass AND e.objid "     \
																	"= " oid                       \
																	" AND e.deptype = 'e')\n"

/* Relations with the name that people know them by. */
#define RELATIONS                                                                                  \
	"WITH rel AS MATERIALIZED (\n"                                                                 \
	"	SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name\n"                                 \
	"	FROM pg_class c\n"                                                                           \
	"	JOIN pg_namespace n ON n.oid = c.relnamespace\n"                                             \
	"	WHERE " PEOPLES_SCHEMA "		AND " NO_MEMBER("pg_class", "c.oid") ")\n"

/* The columns of an int2 array of attribute numbers, by name. */
#define COLUMN_NAMES(rel, numbers)                                                                 \
	"(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)\n"                        \
	"	FROM pg_attribute a WHERE a.attrelid = " rel " AND a.attnum = ANY (" numbers "))\n"

static const char schemas[] =
	"SELECT 'schema', quote_ident(nspname), quote_ident(nspname), '{\"exists\": true}'::jsonb,\n"
	"	NULL::text, NULL::oid\n"
	"FROM pg_namespace n\n"
	"WHERE nspname <> 'public' AND " PEOPLES_SCHEMA "	AND " NO_MEMBER(
		"pg_namespace", "n.oid") "UNION ALL\n"
								 "SELECT 'extension', quote_ident(extname), quote_ident(extname), "
								 "'{\"exists\": true}', NULL, NULL\n"
								 "FROM pg_extension\n"
								 "WHERE extname NOT IN ('plpgsql', 'labcreator_student')";

static const char tables[] =
	RELATIONS "SELECT 'table', name, name, jsonb_strip_nulls(jsonb_build_object(\n"
			  "		'kind', CASE relkind WHEN 'r' THEN 'ordinary' WHEN 'p' THEN 'partitioned' ELSE "
			  "'foreign' END,\n"
			  "		'partition by', pg_get_partkeydef(oid),\n"
			  "		'bounds', pg_get_expr(relpartbound, oid),\n"
			  "		'parents', (SELECT jsonb_agg(inhparent::regclass::text ORDER BY "
			  "inhparent::regclass::text)\n"
			  "			FROM pg_inherits WHERE inhrelid = rel.oid),\n"
			  "		'row security', relrowsecurity,\n"
			  "		'force row security', relforcerowsecurity,\n"
			  "		'unlogged', relpersistence = 'u')), NULL, oid\n"
			  "FROM rel\n"
			  "WHERE relkind IN ('r', 'p', 'f')";

static const char columns[] = RELATIONS
	", col AS MATERIALIZED (\n"
	"	SELECT a.*, rel.name AS owner, format('%s.%I', rel.name, a.attname) AS object,\n"
	"		rel.oid AS relation\n"
	"	FROM rel\n"
	"	JOIN pg_attribute a ON a.attrelid = rel.oid\n"
	"	WHERE rel.relkind IN ('r', 'p', 'f') AND NOT rel.relispartition\n"
	"		AND a.attnum > 0 AND NOT a.attisdropped\n"
	")\n"
	"SELECT 'column', object, owner,\n"
	"	jsonb_build_object('type', format_type(atttypid, atttypmod)), NULL, relation\n"
	"FROM col\n"
	"UNION ALL\n"
	"SELECT 'not_null', object, owner, '{\"not null\": true}', NULL, relation\n"
	"FROM col WHERE attnotnull\n"
	"UNION ALL\n"
	"SELECT 'identity', object, owner, jsonb_build_object('identity',\n"
	"		CASE attidentity WHEN 'a' THEN 'always' ELSE 'by default' END), NULL, relation\n"
	"FROM col WHERE attidentity <> ''\n"
	"UNION ALL\n"
	"SELECT 'collation', object, owner, jsonb_build_object('collation', "
	"attcollation::regcollation::text),\n"
	"	NULL, relation\n"
	"FROM col\n"
	"JOIN pg_type t ON t.oid = col.atttypid\n"
	"WHERE attcollation <> 0 AND attcollation <> t.typcollation\n"
	"UNION ALL\n"
	"SELECT CASE attgenerated WHEN '' THEN 'default' ELSE 'generated' END, object, owner,\n"
	"	CASE WHEN own_sequence THEN '{\"default\": \"next value of its own sequence\"}'\n"
	"		ELSE '{}' END::jsonb,\n"
	"	CASE WHEN NOT own_sequence THEN d.adbin::text END, relation\n"
	"FROM col\n"
	"JOIN pg_attrdef d ON d.adrelid = col.attrelid AND d.adnum = col.attnum\n"
	"CROSS JOIN LATERAL (\n"
	"	SELECT EXISTS (\n" /* the default uses a sequence that is owned by the column */
	"		SELECT\n"
	"		FROM pg_depend u\n"
	"		JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = u.refobjid\n"
	"			AND o.refclassid = 'pg_class'::regclass AND o.deptype = 'a'\n"
	"		JOIN pg_class s ON s.oid = u.refobjid AND s.relkind = 'S'\n"
	"		WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid\n"
	"			AND u.refclassid = 'pg_class'::regclass\n"
	"			AND o.refobjid = col.attrelid AND o.refobjsubid = col.attnum)\n"
	"		AND pg_get_expr(d.adbin, d.adrelid) ~ '^nextval\\(''[^'']*''::regclass\\)$' AS "
	"own_sequence\n"
	") s";

/*
 * A unique constraint and a unique index over whole columns of all rows are the
 * same promise; the order of a key's columns is none of it.
 */
static const char keys[] = RELATIONS
	"SELECT CASE WHEN i.indisprimary THEN 'primary_key' ELSE 'unique' END,\n"
	"	format('%s (%s)', rel.name, " COLUMN_NAMES(
		"i.indrelid",
		"k.key") "),\n"
				 "	rel.name, jsonb_build_object(\n"
				 "		'include', " COLUMN_NAMES(
					 "i.indrelid",
					 "k.included") ",\n"
								   "		'nulls not distinct', i.indnullsnotdistinct,\n"
								   "		'deferrable', coalesce(con.condeferrable, false),\n"
								   "		'initially deferred', coalesce(con.condeferred, "
								   "false),\n"
								   "		'valid', i.indisvalid), NULL, rel.oid\n"
								   "FROM rel\n"
								   "JOIN pg_index i ON i.indrelid = rel.oid\n"
								   "JOIN pg_class ic ON ic.oid = i.indexrelid\n"
								   "CROSS JOIN LATERAL (\n"
								   "	SELECT (i.indkey::int2[])[0:i.indnkeyatts - 1] AS key,\n"
								   "		(i.indkey::int2[])[i.indnkeyatts:] AS included\n"
								   ") k\n"
								   "LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND "
								   "con.contype IN ('p', 'u')\n"
								   "	AND con.conrelid = rel.oid\n"
								   "WHERE i.indisunique AND i.indpred IS NULL AND i.indexprs IS "
								   "NULL AND NOT ic.relispartition\n"
								   "	AND NOT i.indisexclusion\n"
								   "	AND NOT EXISTS (SELECT FROM pg_opclass o WHERE o.oid = ANY "
								   "(i.indclass) AND NOT o.opcdefault)";

static const char constraints[] =
	RELATIONS "SELECT 'foreign_key', format('%s (%s)', rel.name, " COLUMN_NAMES(
		"con.conrelid",
		"con.conkey") "),\n"
					  "	rel.name, jsonb_build_object(\n"
					  "		'references', con.confrelid::regclass::text,\n"
					  "		'columns', (\n"
					  "			SELECT jsonb_object_agg(a.attname, f.attname)\n"
					  "			FROM unnest(con.conkey, con.confkey) AS k (own, other)\n"
					  "			JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = "
					  "k.own\n"
					  "			JOIN pg_attribute f ON f.attrelid = con.confrelid AND f.attnum = "
					  "k.other),\n"
					  "		'on delete', con.confdeltype,\n"
					  "		'on update', con.confupdtype,\n"
					  "		'match', con.confmatchtype,\n"
					  "		'sets', " COLUMN_NAMES(
						  "con.conrelid",
						  "con.confdelsetcols") ",\n"
												"		'deferrable', con.condeferrable,\n"
												"		'initially deferred', con.condeferred,\n"
												"		'validated', con.convalidated), NULL, "
												"rel.oid\n"
												"FROM rel\n"
												"JOIN pg_constraint con ON con.conrelid = rel.oid\n"
												"WHERE con.contype = 'f' AND con.conparentid = 0\n"
												"UNION ALL\n"
												"SELECT 'check', format('%s (%s)', rel.name,\n"
												"		coalesce(" COLUMN_NAMES(
													"con.conrelid",
													"con.conkey") ", '')),\n"
																  "	rel.name, jsonb_build_object(\n"
																  "		'validated', "
																  "con.convalidated,\n"
																  "		'no inherit', "
																  "con.connoinherit), "
																  "con.conbin::text, rel.oid\n"
																  "FROM rel\n"
																  "JOIN pg_constraint con ON "
																  "con.conrelid = rel.oid\n"
																  "WHERE con.contype = 'c' AND "
																  "con.conislocal AND "
																  "con.conparentid = 0\n"
																  "	AND NOT (rel.relispartition "
																  "AND con.coninhcount > 0)\n"
																  "UNION ALL\n"
																  "SELECT 'exclusion', format('%s "
																  "(%s)', rel.name,\n"
																  "		coalesce(" COLUMN_NAMES(
																	  "con.conrelid",
																	  "con.conkey") ", '')),\n"
																					"	rel.name, "
																					"jsonb_build_"
																					"object('"
																					"definition', "
																					"pg_get_"
																					"constraintdef("
																					"con.oid)), "
																					"NULL, "
																					"rel.oid\n"
																					"FROM rel\n"
																					"JOIN "
																					"pg_constraint "
																					"con ON "
																					"con.conrelid "
																					"= rel.oid\n"
																					"WHERE "
																					"con.contype = "
																					"'x' AND "
																					"con."
																					"conparentid = "
																					"0";

static const char indexes[] = RELATIONS
	"SELECT 'index', format('%s %s (%s)', rel.name, am.amname, k.keys), rel.name,\n"
	"	jsonb_build_object(\n"
	"		'keys', k.details,\n"
	"		'include', " COLUMN_NAMES(
		"i.indrelid",
		"(i.indkey::int2[])[i.indnkeyatts:]") ",\n"
											  "		'unique', i.indisunique,\n"
											  "		'nulls not distinct', i.indnullsnotdistinct,\n"
											  "		'valid', i.indisvalid,\n"
											  "		'partial', i.indpred IS NOT NULL), "
											  "i.indpred::text, rel.oid\n"
											  "FROM rel\n"
											  "JOIN pg_index i ON i.indrelid = rel.oid\n"
											  "JOIN pg_class ic ON ic.oid = i.indexrelid\n"
											  "JOIN pg_am am ON am.oid = ic.relam\n"
											  "CROSS JOIN LATERAL (\n"
											  "	SELECT string_agg(pg_get_indexdef(i.indexrelid, n, "
											  "false), ', ' ORDER BY n) AS keys,\n"
											  "		"
											  "jsonb_agg(jsonb_strip_nulls(jsonb_build_object(\n"
											  "			'key', pg_get_indexdef(i.indexrelid, n, "
											  "false),\n"
											  "			'descending', "
											  "nullif(coalesce(pg_index_column_has_property(i."
											  "indexrelid, n, 'desc'), false), false),\n"
											  "			'nulls first', "
											  "nullif(coalesce(pg_index_column_has_property(i."
											  "indexrelid, n, 'nulls_first'), false), false),\n"
											  "			'operator class', CASE WHEN NOT "
											  "o.opcdefault THEN o.opcname END,\n"
											  "			'collation', "
											  "nullif(nullif((i.indcollation::oid[])[n - 1], 0), "
											  "100)::regcollation::text\n"
											  "			)) ORDER BY n) AS details\n"
											  "	FROM generate_series(1, i.indnkeyatts) AS n\n"
											  "	JOIN pg_opclass o ON o.oid = (i.indclass::oid[])[n "
											  "- 1]\n"
											  ") k\n"
											  "WHERE rel.relkind IN ('r', 'p', 'm') AND NOT "
											  "ic.relispartition\n"
											  "	AND NOT EXISTS (SELECT FROM pg_constraint c WHERE "
											  "c.conindid = i.indexrelid AND c.contype IN ('p', "
											  "'u', 'x'))\n"
											  "	AND NOT (i.indisunique AND i.indpred IS NULL AND "
											  "i.indexprs IS NULL AND NOT EXISTS (\n"
											  "		SELECT FROM pg_opclass o WHERE o.oid = ANY "
											  "(i.indclass) AND NOT o.opcdefault))";

/*
 * "reads": whether the view gets to any table.  One that calls a function of
 * somebody's making may read inside it.
 */
static const char views[] =
	"WITH RECURSIVE used AS (\n"
	"	SELECT r.ev_class AS view, d.refclassid, d.refobjid\n"
	"	FROM pg_rewrite r\n"
	"	JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid\n"
	"	WHERE d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass) AND d.refobjid <> "
	"r.ev_class\n"
	"		AND r.ev_type = '1'\n"
	"), reached AS (\n"
	"	SELECT * FROM used\n"
	"	UNION\n"
	"	SELECT reached.view, used.refclassid, used.refobjid\n"
	"	FROM reached\n"
	"	JOIN used ON reached.refclassid = 'pg_class'::regclass AND used.view = reached.refobjid\n"
	"), rel AS MATERIALIZED (\n"
	"	SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name, EXISTS (\n"
	"		SELECT\n"
	"		FROM reached\n"
	"		LEFT JOIN pg_class t ON reached.refclassid = 'pg_class'::regclass AND t.oid = "
	"reached.refobjid\n"
	"		WHERE reached.view = c.oid AND (t.oid IS NULL OR t.relkind IN ('r', 'p', 'f'))) AS "
	"reads\n"
	"	FROM pg_class c\n"
	"	JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"	WHERE c.relkind IN ('v', 'm') AND " PEOPLES_SCHEMA "		AND " NO_MEMBER(
		"pg_class",
		"c.oid") ")\n"
				 "SELECT 'view', name, name, jsonb_build_object(\n"
				 "		'reads tables', reads,\n"
				 "		'check option', coalesce((SELECT option_value FROM "
				 "pg_options_to_table(reloptions)\n"
				 "			WHERE option_name = 'check_option'), 'none'),\n"
				 "		'security barrier', coalesce((SELECT option_value::boolean FROM "
				 "pg_options_to_table(reloptions)\n"
				 "			WHERE option_name = 'security_barrier'), false),\n"
				 "		'security invoker', coalesce((SELECT option_value::boolean FROM "
				 "pg_options_to_table(reloptions)\n"
				 "			WHERE option_name = 'security_invoker'), false)), NULL, oid\n"
				 "FROM rel\n"
				 "WHERE relkind = 'v'\n"
				 "UNION ALL\n"
				 "SELECT 'materialized_view', name, name,\n"
				 "	jsonb_build_object('reads tables', reads, 'populated', relispopulated), NULL, "
				 "oid\n"
				 "FROM rel\n"
				 "WHERE relkind = 'm'\n"
				 "UNION ALL\n"
				 "SELECT 'view_columns', name, name, (\n"
				 "		SELECT jsonb_object_agg(attname, format_type(atttypid, atttypmod))\n"
				 "		FROM pg_attribute\n"
				 "		WHERE attrelid = rel.oid AND attnum > 0 AND NOT attisdropped), NULL, oid\n"
				 "FROM rel\n"
				 "UNION ALL\n"
				 "SELECT 'view_result', name, name, NULL, NULL, oid\n"
				 "FROM rel\n"
				 "WHERE relkind = 'v' OR relispopulated";

static const char sequences[] =
	RELATIONS "SELECT 'sequence', coalesce('sequence of ' || o.object, rel.name), "
			  "coalesce(o.owner, rel.name),\n"
			  "	jsonb_build_object(\n"
			  "		'type', format_type(s.seqtypid, NULL),\n"
			  "		'increment', s.seqincrement,\n"
			  "		'minimum', s.seqmin,\n"
			  "		'maximum', s.seqmax,\n"
			  "		'cycle', s.seqcycle,\n"
			  "		'owned by', o.object), NULL, rel.oid\n"
			  "FROM rel\n"
			  "JOIN pg_sequence s ON s.seqrelid = rel.oid\n"
			  "LEFT JOIN LATERAL (\n"
			  "	SELECT t.name AS owner, format('%s.%I', t.name, a.attname) AS object\n"
			  "	FROM pg_depend d\n"
			  "	JOIN rel t ON t.oid = d.refobjid\n"
			  "	JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid\n"
			  "	WHERE d.classid = 'pg_class'::regclass AND d.objid = rel.oid\n"
			  "		AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')\n"
			  ") o ON true";

/* The rows of partitions are their root's. */
static const char rows[] = RELATIONS "SELECT 'rows', name, name, NULL::jsonb, NULL, oid\n"
									 "FROM rel\n"
									 "WHERE relkind IN ('r', 'p') AND NOT relispartition";

const char *const lab_fact_queries[] = {schemas, tables, columns,   keys, constraints,
										indexes, views,  sequences, rows};
const int lab_fact_query_count = lengthof(lab_fact_queries);
