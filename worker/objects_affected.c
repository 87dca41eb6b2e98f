/*
 * objects_affected.c
 *		Whose facts can be others, where some relations and functions have changed.
 *
 * A fact is read from the rows of its relation or function, and from what these
 * refer to: names of types and other tables, the columns of a foreign key's
 * parent, functions in expressions.  What else a relation refers to cannot have
 * changed without its own rows; so those that refer to a changed one are all.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "worker/objects.h"
#include "worker/plans.h"

/* clang-format off */

/*
 * $1 are those that changed.  A view refers to all that the views do which it
 * reads.  A function's text can call any other one, and whether an expression can
 * be simplified depends on that: where a function has changed, or something is
 * gone that may have been one, all that refer to a function are affected.
 */
static const char affected_query[] =
	"WITH RECURSIVE target (class, object) AS (\n"
	"	SELECT c.class::oid, o\n"
	"	FROM unnest($1::oid[]) AS o\n"
	"	CROSS JOIN (VALUES ('pg_class'::regclass), ('pg_proc'::regclass)) AS c (class)\n"
	"	UNION ALL\n"
	"	SELECT 'pg_type'::regclass, t.type\n"
	"	FROM pg_class c\n"
	"	JOIN pg_type r ON r.oid = c.reltype\n"
	"	CROSS JOIN LATERAL (VALUES (r.oid), (r.typarray)) AS t (type)\n"
	"	WHERE c.oid = ANY ($1)\n"
	"	UNION ALL\n"
	"	SELECT 'pg_proc'::regclass, p.oid\n"
	"	FROM pg_proc p\n"
	"	WHERE p.oid >= 16384 AND EXISTS (\n"
	"		SELECT\n"
	"		FROM unnest($1) AS o\n"
	"		WHERE o <> 0 AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = o))\n"
	"), reached (class, object) AS (\n"
	"	SELECT * FROM target\n"
	"	UNION\n"
	"	SELECT 'pg_class'::regclass, r.ev_class\n"
	"	FROM reached\n"
	"	JOIN pg_depend d ON d.refclassid = reached.class AND d.refobjid = reached.object AND d.classid = 'pg_rewrite'::regclass\n"
	"	JOIN pg_rewrite r ON r.oid = d.objid\n"
	")\n"
	"SELECT DISTINCT CASE d.classid\n"
	"		WHEN 'pg_class'::regclass THEN coalesce(\n"
	"			(SELECT indrelid FROM pg_index WHERE indexrelid = d.objid),\n"
	"			(SELECT CASE relkind WHEN 'c' THEN 0 ELSE oid END FROM pg_class WHERE oid = d.objid))\n"
	"		WHEN 'pg_proc'::regclass THEN d.objid\n"
	"		WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_attrdef WHERE oid = d.objid)\n"
	"		WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_constraint WHERE oid = d.objid)\n"
	"		WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = d.objid)\n"
	"		WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid)\n"
	"		WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = d.objid)\n"
	"		WHEN 'pg_statistic_ext'::regclass THEN (SELECT stxrelid FROM pg_statistic_ext WHERE oid = d.objid)\n"
	"		ELSE 0\n"
	"	END\n"
	"FROM reached\n"
	"JOIN pg_depend d ON d.refclassid = reached.class AND d.refobjid = reached.object\n"
	"WHERE d.classid <> 'pg_type'::regclass OR d.deptype <> 'i'"; /* the types of rows and arrays are their relation's */

/* clang-format on */

/* Adds to the list whatever refers to what is in it. */
static List *
add_referring(List *objects)
{
	static LabCatalogQuery plan = {affected_query, 1, {OIDARRAYOID}, NULL};
	Datum argument = lab_plans_oids(objects);

	lab_plans_run(&plan, &argument, true);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool isnull;
		Datum object = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		if (!isnull)
			objects = lappend_oid(objects, DatumGetObjectId(object));
	}
	SPI_freetuptable(SPI_tuptable);
	return objects;
}

List *
lab_objects_affected(List *changed)
{
	List *affected = list_copy(changed);

	if (affected && !list_member_oid(affected, InvalidOid))
		affected = add_referring(affected);
	if (list_member_oid(affected, InvalidOid))
		affected = list_concat(affected, lab_objects_all());
	list_sort(affected, list_oid_cmp);
	list_deduplicate_oid(affected);
	return affected;
}
