/*
 * probe_tuples.c
 *		Arguments that belong together: from one row of a table.
 *
 * grade(person, course, mark) does something only for a person who takes that
 * course.  Where a table that the code mentions has columns named like several of
 * the arguments, its rows give calls.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/strings.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "worker/probe_tuples.h"

#define TABLES "3"
#define ROWS "12"

/* clang-format off */

/*
 * For each table that has columns for two arguments at least: a query for each
 * argument, NULL where it has none.  $1 names, $2 types, $3 words that the code mentions, $4 for each
 * argument what it is compared with, as a list with commas.  A value comes as v and its text, NULL as n.
 */
static const char queries[] =
	"WITH argument AS (\n"
	"	SELECT u.n, t.typcategory, u.type, string_to_array(u.equals, ',') AS equals,\n"
	"		regexp_replace(lower(u.name), '^(p|v|in|i|a|x|arg|par|param|the|new)?_+|_+(in|arg|par|param)?$', '', 'g') AS name\n"
	"	FROM unnest($1, $2, $4) WITH ORDINALITY AS u (name, type, equals, n)\n"
	"	JOIN pg_type t ON t.oid = u.type\n"
	"),\n"
	"fitting AS (\n"
	"	SELECT DISTINCT ON (c.oid, g.n) c.oid, g.n, a.attname, format('%I.%I', s.nspname, c.relname) AS name\n"
	"	FROM pg_class c\n"
	"	JOIN pg_namespace s ON s.oid = c.relnamespace\n"
	"	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped\n"
	"	JOIN pg_type t ON t.oid = a.atttypid\n"
	"	JOIN argument g ON g.type = t.oid OR g.typcategory = t.typcategory AND g.typcategory IN ('S', 'N', 'D')\n"
	"	WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname = ANY ($3)\n"
	"		AND s.nspname !~ '^pg_' AND s.nspname <> 'information_schema'\n"
	"		AND (a.attname = ANY (g.equals) OR length(g.name) > 1 AND length(a.attname) > 1\n"
	"			AND (strpos(a.attname, g.name) > 0 OR strpos(g.name, a.attname) > 0))\n"
	"	ORDER BY c.oid, g.n, a.attname <> ALL (g.equals), a.attname <> g.name, NOT starts_with(a.attname, g.name), a.attnum\n"
	")\n"
	"SELECT array_agg(CASE WHEN f.oid IS NOT NULL\n"
	"	THEN format('SELECT coalesce(''v'' || %1$I::text, ''n'') FROM (SELECT * FROM %2$s AS r ORDER BY md5(r::text) LIMIT " ROWS ") AS r',\n"
	"		f.attname, f.name) END ORDER BY g.n)\n"
	"FROM (SELECT DISTINCT oid FROM fitting) c\n"
	"CROSS JOIN argument g\n"
	"LEFT JOIN fitting f ON f.oid = c.oid AND f.n = g.n\n"
	"GROUP BY c.oid\n"
	"HAVING count(DISTINCT f.attname) > 1\n"
	"ORDER BY count(DISTINCT f.attname) DESC, c.oid\n"
	"LIMIT " TABLES;

/* clang-format on */

static Datum
type_array(const Oid *types, int n)
{
	Datum *values = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		values[i] = ObjectIdGetDatum(types[i]);
	return PointerGetDatum(construct_array(values, n, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
}

/* One table's queries, as an array, in the context: of n char *. */
static char **
queries_of(HeapTuple row, TupleDesc descriptor, int n, MemoryContext context)
{
	bool isnull;
	ArrayType *array = DatumGetArrayTypeP(SPI_getbinval(row, descriptor, 1, &isnull));
	char **found = MemoryContextAllocZero(context, sizeof(char *) * n);
	Datum *values;
	bool *nulls;
	int length;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &length);
	for (int i = 0; i < Min(length, n); i++)
		if (!nulls[i])
			found[i] = MemoryContextStrdup(context, TextDatumGetCString(values[i]));
	return found;
}

static char *
joined(List *names)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach (cell, names)
		appendStringInfo(&text, "%s%s", text.len > 0 ? "," : "", (char *) lfirst(cell));
	return text.data;
}

/* For each table, its queries: of char **. */
static List *
tables_for(const LabRoutine *routine, const Oid *types, const LabMentions *mentions)
{
	MemoryContext context = CurrentMemoryContext;
	Oid parameters[] = {TEXTARRAYOID, OIDARRAYOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum arguments[4];
	List *names = NIL;
	List *equals = NIL;
	List *tables = NIL;

	for (int i = 0; i < routine->narguments; i++)
	{
		names = lappend(names, pstrdup(routine->arguments[i].name));
		equals = lappend(equals, joined(lab_source_equals(mentions, llast(names))));
	}
	arguments[0] = lab_strings_array(names);
	arguments[1] = type_array(types, routine->narguments);
	arguments[2] = lab_strings_array(mentions->words);
	arguments[3] = lab_strings_array(equals);
	SPI_connect();
	if (SPI_execute_with_args(queries, 4, parameters, arguments, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for tables with columns for arguments");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext before = MemoryContextSwitchTo(context);

		tables = lappend(tables, queries_of(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
											routine->narguments, context));
		MemoryContextSwitchTo(before);
	}
	SPI_finish();
	MemoryContextSwitchTo(context);
	return tables;
}

/* The rows of one table, column by column: all queries give them in the same order. */
static List *
read_rows(const LabRoutine *routine, char **columns, const Oid *types, int timeout)
{
	List *rows = NIL;

	for (int i = 0; i < routine->narguments; i++)
	{
		ListCell *cell;

		if (columns[i] == NULL || routine->arguments[i].out)
			continue;
		foreach (cell, lab_values_query(columns[i], routine->owner, timeout))
		{
			const char *value = lfirst(cell);
			int n = foreach_current_index(cell);

			if (n >= list_length(rows))
				rows = lappend(rows, palloc0(sizeof(char *) * routine->narguments));
			if (lab_is_name_of(value + 1, routine->owner))
				continue;
			((char **) list_nth(rows, n))[i] =
				*value == 'v' ? lab_literal(value + 1, types[i])
							  : psprintf("NULL::%s", lab_type_any_length(types[i]));
		}
	}
	return rows;
}

List *
lab_routine_rows(const LabRoutine *routine, const Oid *types, const LabMentions *mentions,
				 int timeout)
{
	List *rows = NIL;
	ListCell *cell;

	if (routine->narguments < 2)
		return NIL;
	foreach (cell, tables_for(routine, types, mentions))
		rows = list_concat(rows, read_rows(routine, lfirst(cell), types, timeout));
	return rows;
}
