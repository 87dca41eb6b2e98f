/*
 * probe_rows.c
 *		Arguments that are a row of the data.
 *
 * What a routine does to a row that is there shows only in calls that name one: a
 * depot and a product that it has.  Values of each argument by itself seldom meet
 * in a row, so here they are taken from one: columns stand for the arguments of
 * their name, and then, in their order, for those of their type.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "worker/probe_rows.h"

#define ROWS "3" /* of each table */
#define TABLES 3

/* clang-format off */
static const char columns[] =
	"SELECT c.oid, format('%I.%I', n.nspname, c.relname), a.attname, a.atttypid\n"
	"FROM pg_class c\n"
	"JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped\n"
	"WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname = ANY ($1)\n"
	"	AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"ORDER BY n.nspname, c.relname, a.attnum";
/* clang-format on */

typedef struct Column
{
	Oid table;
	char *table_name; /* in SQL notation */
	char *name;
	Oid type;
	bool taken;
} Column;

static List *
read_columns(const LabMentions *mentions)
{
	MemoryContext context = CurrentMemoryContext;
	Oid type = TEXTARRAYOID;
	Datum value = lab_values_words(mentions);
	List *list = NIL;

	SPI_connect();
	if (SPI_execute_with_args(columns, 1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the tables that code mentions");
	MemoryContextSwitchTo(context); /* SPI leaves its own behind */
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc descriptor = SPI_tuptable->tupdesc;
		Column *column = palloc0(sizeof(Column));
		bool isnull;

		column->table = DatumGetObjectId(SPI_getbinval(row, descriptor, 1, &isnull));
		column->table_name = SPI_getvalue(row, descriptor, 2);
		column->name = SPI_getvalue(row, descriptor, 3);
		column->type = DatumGetObjectId(SPI_getbinval(row, descriptor, 4, &isnull));
		list = lappend(list, column);
	}
	SPI_finish();
	MemoryContextSwitchTo(context);
	return list;
}

/* The column of the table that stands for the argument, or NULL. */
static Column *
column_for(List *list, Oid table, const LabArgument *argument, bool by_name)
{
	ListCell *cell;

	foreach (cell, list)
	{
		Column *column = lfirst(cell);

		if (column->table != table || column->taken || column->type != argument->type ||
			(by_name && (argument->name == NULL ||
						 strcmp(argument->name + strspn(argument->name, "_"), column->name) != 0)))
			continue;
		column->taken = true;
		return column;
	}
	return NULL;
}

/* How many arguments have a column in the table. */
static int
choose_columns(const LabRoutine *routine, List *list, Oid table, Column **chosen)
{
	int n = 0;

	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < routine->narguments; i++)
		{
			if (chosen[i] || routine->arguments[i].out)
				continue;
			chosen[i] = column_for(list, table, &routine->arguments[i], pass == 0);
			n += chosen[i] != NULL;
		}
	return n;
}

/* Calls with rows of a table, in which the chosen columns have values. */
static List *
calls_with(const LabRoutine *routine, Column **chosen, const char *table, int timeout)
{
	StringInfoData condition;
	List **values = palloc0(sizeof(List *) * routine->narguments);
	List *calls = NIL;
	int rows = -1;

	initStringInfo(&condition);
	for (int i = 0; i < routine->narguments; i++)
		if (chosen[i])
			appendStringInfo(&condition, "%st.%s IS NOT NULL", condition.len ? " AND " : "",
							 quote_identifier(chosen[i]->name));
	for (int i = 0; i < routine->narguments; i++)
	{
		if (chosen[i] == NULL)
			continue;
		values[i] = lab_values_query(
			psprintf("SELECT t.%s::text FROM %s AS t WHERE %s ORDER BY md5(t::text) LIMIT " ROWS,
					 quote_identifier(chosen[i]->name), table, condition.data),
			routine->owner, timeout);
		if (rows < 0 || list_length(values[i]) < rows)
			rows = list_length(values[i]);
	}
	for (int row = 0; row < rows; row++)
	{
		char **call = palloc0(sizeof(char *) * routine->narguments);

		for (int i = 0; i < routine->narguments; i++)
			if (chosen[i])
				call[i] = lab_literal(list_nth(values[i], row), routine->arguments[i].type);
		calls = lappend(calls, call);
	}
	return calls;
}

List *
lab_rows_for(const LabRoutine *routine, const LabMentions *mentions, int timeout)
{
	List *list = routine->narguments > 1 ? read_columns(mentions) : NIL;
	List *calls = NIL;
	Oid table = InvalidOid;
	int tables = 0;
	ListCell *cell;

	foreach (cell, list)
	{
		const Column *column = lfirst(cell);
		Column **chosen;

		if (column->table == table || tables == TABLES)
			continue;
		table = column->table;
		chosen = palloc0(sizeof(Column *) * routine->narguments);
		if (choose_columns(routine, list, table, chosen) < 2)
			continue;
		tables++;
		calls = list_concat(calls, calls_with(routine, chosen, column->table_name, timeout));
	}
	return calls;
}
