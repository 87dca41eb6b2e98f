/*
 * probe_try.c
 *		Which values a table takes.
 *
 * A statement that sets many rows at once fails where one value is refused: so
 * each value is tried on its own before it gets into one.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/digest.h"
#include "worker/probe_run.h"
#include "worker/probe_table.h"

#define MOST_VALUES 16
#define NEW_ROWS 3
#define ATTEMPTS 3 /* rows that a value may fit into */

/* What is known of one statement: objects that read the same tables ask the same. */
typedef struct Tried
{
	LabDigest statement;
	bool works;
} Tried;

static HTAB *tried = NULL; /* for the life of the process, which does one job */

static Tried *
find(const char *sql, bool *found)
{
	LabDigest key = lab_digest_bytes(sql, strlen(sql));

	if (tried == NULL)
	{
		HASHCTL info = {0};

		info.keysize = sizeof(LabDigest);
		info.entrysize = sizeof(Tried);
		info.hcxt = TopMemoryContext;
		tried = hash_create("tried statements", 1024, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	return hash_search(tried, &key, HASH_ENTER, found);
}

/* Runs those of the statements (of char *) that have not run yet, each for itself. */
static void
try(const LabTable *table, List *statements, const char *path, int timeout)
{
	LabStage stage = {table->owner, InvalidOid, timeout, path, NIL};
	LabSandboxError error;
	List *entries = NIL;
	List *steps = NIL;
	List *outcomes;
	ListCell *cell;
	ListCell *outcome;

	foreach (cell, statements)
	{
		bool found;
		Tried *entry = find(lfirst(cell), &found);
		LabStep *step;

		if (found)
			continue;
		entry->works = false;
		step = palloc0(sizeof(LabStep));
		step->sql = lfirst(cell);
		steps = lappend(steps, step);
		entries = lappend(entries, entry);
	}
	if (steps == NIL)
		return;
	if (!lab_probe_run(&stage, steps, &outcomes, &error))
		ereport(ERROR, (errcode(error.sqlstate), errmsg("%s of the reference cannot be tried: %s",
														table->name, error.message)));
	forboth (cell, entries, outcome, outcomes)
	{
		const LabOutcome *seen = lfirst(outcome);

		((Tried *) lfirst(cell))->works = seen->ran && seen->sqlstate == 0 && seen->rows > 0;
	}
}

static bool
works(const char *sql)
{
	bool found;

	return find(sql, &found)->works;
}

/* Statements, some of which show whether the column takes the value. */
static int
attempts(const LabTable *table)
{
	return Min(Max(list_length(table->samples), 1), ATTEMPTS);
}

static char *
statement_for(const LabTable *table, int column, char *value, int attempt)
{
	char **row;

	if (table->samples)
		return psprintf("UPDATE %s SET %s = %s%s", table->name, table->columns[column].name, value,
						lab_table_where(table, list_nth(table->samples, attempt)));
	row = lab_table_new_row(table, 0, table->modelled);
	row[column] = value;
	return lab_table_insert(table, row);
}

void
lab_table_style(LabTable *table, const char *path, int timeout)
{
	List *statements = NIL;
	int styles[2] = {0, 0};
	ListCell *cell;

	for (int modelled = 0; modelled < 2; modelled++)
		for (int n = 0; n < NEW_ROWS; n++)
			statements =
				lappend(statements, lab_table_insert(table, lab_table_new_row(table, n, modelled)));
	try(table, statements, path, timeout);
	foreach (cell, statements)
		styles[foreach_current_index(cell) / NEW_ROWS] += works(lfirst(cell));
	table->modelled = styles[1] > styles[0];
}

static List *
add_attempts(List *statements, const LabTable *table, int column, List *values)
{
	ListCell *cell;

	foreach (cell, values)
		for (int attempt = 0; attempt < attempts(table); attempt++)
			statements = lappend(statements, statement_for(table, column, lfirst(cell), attempt));
	return statements;
}

/* The values of the list that the column takes. */
static List *
taken(const LabTable *table, int column, List *values)
{
	List *left = NIL;
	ListCell *cell;

	foreach (cell, values)
	{
		bool fits = false;

		for (int attempt = 0; attempt < attempts(table); attempt++)
			fits |= works(statement_for(table, column, lfirst(cell), attempt));
		if (fits)
			left = lappend(left, lfirst(cell));
	}
	return left;
}

char *
lab_table_level(const LabTable *table, const char *path, int timeout)
{
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LabColumn *column = &table->columns[i];
		Oid base = getBaseType(column->type);
		bool time = base == DATEOID || base == TIMESTAMPOID || base == TIMESTAMPTZOID;

		if (!column->varies || column->key || column->fixed)
			continue;
		if (!time && column->values.ordinary == NIL)
			continue;
		appendStringInfo(&sql, "%s%s = %s", sql.len > 0 ? ", " : "", column->name,
						 time ? lab_literal("2020-01-01", column->type)
							  : (char *) linitial(column->values.ordinary));
	}
	if (sql.len == 0 || table->large || table->samples == NIL)
		return NULL;
	sql.data = psprintf("UPDATE %s SET %s", table->name, sql.data);
	try(table, list_make1(sql.data), path, timeout);
	return works(sql.data) ? sql.data : NULL;
}

void
lab_table_try(LabTable *table, const char *path, int timeout)
{
	List *statements = NIL;

	lab_table_style(table, path, timeout);
	for (int i = 0; i < table->ncolumns; i++)
	{
		LabColumn *column = &table->columns[i];

		if (column->fixed || column->automatic)
			column->parents = NIL;
		if (column->fixed || column->automatic || column->key)
			column->values.ordinary = NIL;
		column->values.ordinary = list_copy_head(column->values.ordinary, MOST_VALUES);
		/* A key may be there already, which says nothing of its parents. */
		if (!column->key)
			statements = add_attempts(statements, table, i, column->parents);
		statements = add_attempts(statements, table, i, column->values.ordinary);
	}
	try(table, statements, path, timeout);
	for (int i = 0; i < table->ncolumns; i++)
	{
		LabColumn *column = &table->columns[i];

		List *mentioned = list_copy_head(column->values.ordinary, column->values.mentioned);
		List *others = list_copy_tail(column->values.ordinary, list_length(mentioned));

		if (!column->key)
			column->parents = taken(table, i, column->parents);
		mentioned = taken(table, i, mentioned);
		column->values.mentioned = list_length(mentioned);
		column->values.ordinary = list_concat(mentioned, taken(table, i, others));
	}
}
