/*
 * facts_sql.h
 *		Pieces of SQL that the queries over the catalogs share.
 *
 * Used by facts_queries_*.c only.  A query that is made of RELATIONS starts with
 * it and can go on with further common table expressions after a comma.
 */
#ifndef LAB_FACTS_SQL_H
#define LAB_FACTS_SQL_H

/* clang-format off */

/* Schemas that people made; n is the alias of pg_namespace. */
#define PEOPLES_SCHEMA \
	"n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

/* No part of an extension. */
#define NO_MEMBER(catalog, oid) \
	"NOT EXISTS (" \
	"SELECT FROM pg_depend e" \
	" WHERE e.classid = '" catalog "'::regclass AND e.objid = " oid " AND e.deptype = 'e')"

/* Neither part of an extension nor made by the server for another object. */
#define NO_PART(catalog, oid) \
	"NOT EXISTS (" \
	"SELECT FROM pg_depend e" \
	" WHERE e.classid = '" catalog "'::regclass AND e.objid = " oid " AND e.deptype IN ('e', 'i'))"

/*
 * $2 are the objects whose facts are asked for: relations and functions.  0 among
 * them stands for whatever belongs to neither.
 */
#define WANTED(object) \
	object " = ANY ($2)"

#define OTHERS_WANTED \
	"0::oid = ANY ($2)"

/* rel: relations that are asked for, with the name that people know them by. */
#define RELATIONS \
	"WITH rel AS MATERIALIZED (\n" \
	"	SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name\n" \
	"	FROM pg_class c\n" \
	"	JOIN pg_namespace n ON n.oid = c.relnamespace\n" \
	"	WHERE " WANTED("c.oid") " AND " PEOPLES_SCHEMA "\n" \
	"		AND " NO_MEMBER("pg_class", "c.oid") "\n" \
	")"

/*
 * seq, after RELATIONS: sequences.  One that feeds its column has no name of its
 * own that counts: it is the sequence of the column.
 */
#define SEQUENCES \
	", own AS MATERIALIZED (\n" \
	"	SELECT d.objid AS sequence, format('%I.%I', n.nspname, t.relname) AS relation,\n" \
	"		format('%I.%I.%I', n.nspname, t.relname, a.attname) AS name,\n" \
	"		bool_or(d.deptype = 'i' OR f.adrelid IS NOT NULL) AS feeds\n" \
	"	FROM rel\n" \
	"	JOIN pg_depend d ON d.objid = rel.oid\n" \
	"	JOIN pg_class t ON t.oid = d.refobjid\n" \
	"	JOIN pg_namespace n ON n.oid = t.relnamespace\n" \
	"	JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid\n" \
	"	LEFT JOIN (\n" \
	"		SELECT f.adrelid, f.adnum, u.refobjid\n" \
	"		FROM pg_attrdef f\n" \
	"		JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid\n" \
	"			AND u.refclassid = 'pg_class'::regclass\n" \
	"	) f ON f.adrelid = a.attrelid AND f.adnum = a.attnum AND f.refobjid = d.objid\n" \
	"	WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass\n" \
	"		AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 AND rel.relkind = 'S'\n" \
	"	GROUP BY d.objid, n.nspname, t.relname, a.attname\n" \
	"), seq AS MATERIALIZED (\n" \
	"	SELECT rel.oid,\n" \
	"		CASE WHEN own.feeds THEN 'sequence of ' || own.name ELSE rel.name END AS object,\n" \
	"		CASE WHEN own.feeds THEN own.relation ELSE rel.name END AS owner,\n" \
	"		own.name AS owned_by,\n" \
	"		coalesce(own.feeds, false) AS feeds\n" \
	"	FROM rel\n" \
	"	LEFT JOIN own ON own.sequence = rel.oid\n" \
	"	WHERE rel.relkind = 'S'\n" \
	")"

/* The columns of an array of attribute numbers, by name. */
#define COLUMN_NAMES(relation, numbers) \
	"(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)" \
	" FROM pg_attribute a" \
	" WHERE a.attrelid = " relation " AND a.attnum = ANY (" numbers "))"

/* An array of name=value as a jsonb object. */
#define OPTIONS(options) \
	"(SELECT jsonb_object_agg(option_name, coalesce(option_value, ''))" \
	" FROM pg_options_to_table(" options "))"

/*
 * A column that only newer versions have: read from the row as jsonb, so that
 * one text serves them all.
 */
#define NEWER(row, column) \
	"(to_jsonb(" row ") ->> '" column "')"

/* How a trigger fires. */
#define FIRES(column) \
	"CASE " column " WHEN 'O' THEN 'yes' WHEN 'D' THEN 'no'" \
	" WHEN 'R' THEN 'on replicas' ELSE 'always' END"

/*
 * Whose place the participant takes: whoever owns the reference.  $1 is the
 * participant, or 0 in the reference and the starter.
 */
#define PARTICIPANT \
	"(SELECT CASE WHEN $1 <> 0 THEN $1 ELSE datdba END" \
	" FROM pg_database WHERE datname = current_database())"

/*
 * The operator class o, where it is not what the type has by default; NULL otherwise.  Classes of
 * one family for one type do the same: varchar_ops is text_ops.
 */
#define OPERATOR_CLASS(o)                                                                          \
	"(SELECT CASE WHEN NOT bool_or(alike.opcdefault) THEN min(alike.opcname) END\n"                \
	"	FROM pg_opclass alike\n"                                                                     \
	"	WHERE alike.opcfamily = " o ".opcfamily AND alike.opcintype = " o ".opcintype)"

/* clang-format on */

#endif /* LAB_FACTS_SQL_H */
