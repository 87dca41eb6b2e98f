/*
 * facts_queries_constraints.c
 *		Facts of tables: keys, constraints, indexes.
 *
 * Names do not count: a constraint is known by its table, its kind and its
 * columns, an index by its table, its method and its keys.  What a partition has
 * from its parent is the parent's.
 */
#include "postgres.h"

#include "worker/facts_queries.h"
#include "worker/facts_sql.h"

/* clang-format off */

/*
 * Unique indexes that promise just what a unique constraint does: whole columns
 * of all rows, compared as the column's type and collation do.
 */
#define IS_PLAIN_KEY \
	"(i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL\n" \
	"	AND NOT EXISTS (SELECT FROM pg_opclass o WHERE o.oid = ANY (i.indclass) AND " OPERATOR_CLASS("o") " IS NOT NULL)\n" \
	"	AND NOT EXISTS (\n" \
	"		SELECT\n" \
	"		FROM unnest(i.indkey::int2[], i.indcollation::oid[]) AS k (attnum, sorting)\n" \
	"		JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum\n" \
	"		WHERE k.sorting <> 0 AND k.sorting <> a.attcollation))"

/*
 * A unique constraint and a unique index over whole columns of all rows are the
 * same promise; the order of a key's columns is none of it.  A key WITHOUT
 * OVERLAPS (since 18) has its period last.
 */
const char lab_facts_keys[] =
	RELATIONS "\n"
	"SELECT CASE WHEN i.indisprimary THEN 'primary_key' ELSE 'unique' END,\n"
	"	format('%s (%s)', rel.name, " COLUMN_NAMES("i.indrelid", "k.key") "),\n"
	"	rel.name, jsonb_build_object(\n"
	"		'include', " COLUMN_NAMES("i.indrelid", "k.included") ",\n"
	"		'nulls not distinct', i.indnullsnotdistinct,\n"
	"		'deferrable', coalesce(con.condeferrable, false),\n"
	"		'initially deferred', coalesce(con.condeferred, false),\n"
	"		'without overlaps', (\n"
	"			SELECT a.attname\n"
	"			FROM pg_attribute a\n"
	"			WHERE a.attrelid = i.indrelid AND a.attnum = k.key[i.indnkeyatts]\n"
	"				AND i.indisexclusion),\n"
	"		'valid', i.indisvalid), NULL::text, rel.oid, NULL::oid, rel.oid\n"
	"FROM rel\n"
	"JOIN pg_index i ON i.indrelid = rel.oid\n"
	"JOIN pg_class ic ON ic.oid = i.indexrelid\n"
	"CROSS JOIN LATERAL (\n"
	"	SELECT (i.indkey::int2[])[0:i.indnkeyatts - 1] AS key,\n"
	"		(i.indkey::int2[])[i.indnkeyatts:] AS included\n"
	") k\n"
	"LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u')\n"
	"	AND con.conrelid = rel.oid\n"
	"WHERE NOT ic.relispartition\n"
	"	AND (con.oid IS NOT NULL OR NOT i.indisexclusion)\n"
	"	AND " IS_PLAIN_KEY;

/* A foreign key whose triggers are switched off is not kept. */
const char lab_facts_constraints[] =
	RELATIONS ", con AS (\n"
	"	SELECT c.*, rel.name, " COLUMN_NAMES("c.conrelid", "c.conkey") " AS columns,\n"
	"		coalesce(" NEWER("c", "conenforced") "::boolean, true) AS enforced,\n"
	"		coalesce(" NEWER("c", "conperiod") "::boolean, false) AS period\n"
	"	FROM rel\n"
	"	JOIN pg_constraint c ON c.conrelid = rel.oid\n"
	"	WHERE c.contype IN ('f', 'c', 'x') AND coalesce(c.conparentid, 0) = 0\n" /* not by that index */
	")\n"
	"SELECT 'foreign_key', format('%s (%s)', name, columns), name, jsonb_build_object(\n"
	"		'references', con.confrelid::regclass::text,\n"
	"		'columns', (\n"
	"			SELECT jsonb_object_agg(a.attname, f.attname)\n"
	"			FROM unnest(con.conkey, con.confkey) AS k (own, other)\n"
	"			JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.own\n"
	"			JOIN pg_attribute f ON f.attrelid = con.confrelid AND f.attnum = k.other),\n"
	"		'on delete', action.words -> con.confdeltype::text,\n"
	"		'on update', action.words -> con.confupdtype::text,\n"
	"		'match', CASE con.confmatchtype WHEN 'f' THEN 'FULL' WHEN 'p' THEN 'PARTIAL' ELSE 'SIMPLE' END,\n"
	/* all columns, or the words left out, are the same */
	"		'sets', CASE\n"
	"			WHEN NOT con.confdelsetcols @> con.conkey THEN " COLUMN_NAMES("con.conrelid", "con.confdelsetcols") "\n"
	"		END,\n"
	"		'period', (\n"
	"			SELECT a.attname\n"
	"			FROM pg_attribute a\n"
	"			WHERE a.attrelid = con.conrelid AND a.attnum = con.conkey[cardinality(con.conkey)] AND con.period),\n"
	"		'deferrable', con.condeferrable,\n"
	"		'initially deferred', con.condeferred,\n"
	"		'validated', con.convalidated,\n"
	"		'enforced', con.enforced AND NOT EXISTS (\n"
	"			SELECT FROM pg_trigger t WHERE t.tgconstraint = con.oid AND t.tgenabled IN ('D', 'R'))),\n"
	"	NULL::text, con.conrelid, NULL::oid, con.conrelid\n"
	"FROM con\n"
	"CROSS JOIN (\n"
	"	SELECT '{\"a\": \"NO ACTION\", \"r\": \"RESTRICT\", \"c\": \"CASCADE\", \"n\": \"SET NULL\", \"d\": \"SET DEFAULT\"}'::jsonb\n"
	") AS action (words)\n"
	"WHERE con.contype = 'f'\n"
	"UNION ALL\n"
	"SELECT 'check', format('%s (%s)', name, coalesce(columns, '')), name, jsonb_build_object(\n"
	"		'validated', con.convalidated,\n"
	"		'enforced', con.enforced,\n"
	"		'no inherit', con.connoinherit), con.conbin::text, con.conrelid, NULL, con.conrelid\n"
	"FROM con\n"
	"WHERE con.contype = 'c' AND con.coninhcount = 0\n"
	"UNION ALL\n"
	"SELECT 'exclusion', format('%s (%s)', name, coalesce(columns, '')), name, jsonb_build_object(\n"
	"		'method', am.amname,\n"
	"		'elements', (\n"
	"			SELECT jsonb_agg(e.element ORDER BY e.element)\n"
	"			FROM generate_series(1, i.indnkeyatts) AS k (n)\n"
	"			JOIN pg_opclass o ON o.oid = (i.indclass::oid[])[k.n - 1]\n"
	"			JOIN pg_operator p ON p.oid = con.conexclop[k.n]\n"
	"			CROSS JOIN LATERAL (\n"
	"				SELECT concat_ws(' ', pg_get_indexdef(i.indexrelid, k.n, false),\n"
	"					" OPERATOR_CLASS("o") ",\n"
	"					'WITH', p.oprname) AS element\n"
	"			) e),\n"
	"		'include', " COLUMN_NAMES("i.indrelid", "(i.indkey::int2[])[i.indnkeyatts:]") ",\n"
	"		'partial', i.indpred IS NOT NULL,\n"
	"		'deferrable', con.condeferrable,\n"
	"		'initially deferred', con.condeferred), i.indpred::text, con.conrelid, NULL, con.conrelid\n"
	"FROM con\n"
	"JOIN pg_index i ON i.indexrelid = con.conindid\n"
	"JOIN pg_class ic ON ic.oid = i.indexrelid\n"
	"JOIN pg_am am ON am.oid = ic.relam\n"
	"WHERE con.contype = 'x'";

/*
 * Every index that is not a key.  A key that was made by CREATE INDEX with a
 * direction is an index as well: then the direction is asked for.
 */
const char lab_facts_indexes[] =
	RELATIONS "\n"
	"SELECT 'index', format('%s %s (%s)', rel.name, am.amname, k.keys), rel.name,\n"
	"	jsonb_build_object(\n"
	"		'keys', k.details,\n"
	"		'include', " COLUMN_NAMES("i.indrelid", "(i.indkey::int2[])[i.indnkeyatts:]") ",\n"
	"		'unique', i.indisunique AND NOT k.is_key,\n"
	"		'nulls not distinct', i.indnullsnotdistinct AND NOT k.is_key,\n"
	"		'valid', i.indisvalid,\n"
	"		'partial', i.indpred IS NOT NULL), i.indpred::text, rel.oid, NULL::oid, rel.oid\n"
	"FROM rel\n"
	"JOIN pg_index i ON i.indrelid = rel.oid\n"
	"JOIN pg_class ic ON ic.oid = i.indexrelid\n"
	"JOIN pg_am am ON am.oid = ic.relam\n"
	"CROSS JOIN LATERAL (\n"
	"	SELECT string_agg(c.key, ', ' ORDER BY n) AS keys,\n"
	"		jsonb_agg(jsonb_strip_nulls(jsonb_build_object(\n"
	"			'key', c.key,\n"
	"			'descending', CASE WHEN ordered.yes AND c.option & 1 <> 0 THEN true END,\n"
	"			'nulls first', CASE WHEN ordered.yes AND c.option & 2 <> 0 THEN true END,\n"
	"			'operator class', " OPERATOR_CLASS("o") ",\n"
	"			'collation', CASE WHEN c.collation <> coalesce(a.attcollation, 100)\n"
	"				THEN nullif(c.collation, 0)::regcollation::text END)) ORDER BY n) AS details,\n"
	"		" IS_PLAIN_KEY " AS is_key\n"
	"	FROM generate_series(1, i.indnkeyatts) AS n\n"
	"	JOIN pg_opclass o ON o.oid = (i.indclass::oid[])[n - 1]\n"
	"	LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = (i.indkey::int2[])[n - 1]\n"
	"	CROSS JOIN (SELECT pg_indexam_has_property(am.oid, 'can_order')) AS ordered (yes)\n"
	"	CROSS JOIN LATERAL (\n"
	"		SELECT coalesce(quote_ident(a.attname), pg_get_indexdef(i.indexrelid, n, false)) AS key,\n"
	"			(i.indoption::int2[])[n - 1] AS option,\n"
	"			(i.indcollation::oid[])[n - 1] AS collation\n"
	"	) c\n"
	") k\n"
	"WHERE rel.relkind IN ('r', 'p', 'm') AND NOT ic.relispartition\n"
	"	AND NOT EXISTS (\n"
	"		SELECT FROM pg_constraint c\n"
	"		WHERE c.conrelid = rel.oid AND c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))\n"
	"	AND (NOT k.is_key OR 0 <> ANY (i.indoption::int2[]))";

/* clang-format on */
