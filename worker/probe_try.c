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
#include "utils/lsyscache.h"
#include "worker/probe_run.h"
#include "worker/probe_table.h"

#define MOST_VALUES 16
#define NEW_ROWS 3

/* Runs the statements (of char *), each for itself; returns the outcomes. */
static List *
try(const LabTable *table, List *statements, const char *path, int timeout)
{
	LabStage stage = {table->owner, InvalidOid, timeout, path, NIL};
	LabSandboxError error;
	List *steps = NIL;
	List *outcomes;
	ListCell *cell;

	foreach (cell, statements)
	{
		LabStep *step = palloc0(sizeof(LabStep));

		step->sql = lfirst(cell);
		steps = lappend(steps, step);
	}
	if (!lab_probe_run(&stage, steps, &outcomes, &error))
		ereport(ERROR, (errcode(error.sqlstate), errmsg("%s of the reference cannot be tried: %s",
														table->name, error.message)));
	return outcomes;
}

static bool
worked(const LabOutcome *outcome)
{
	return outcome->ran && outcome->sqlstate == 0 && outcome->rows > 0;
}

/* The statement that shows whether the column takes the value. */
static char *
statement_for(const LabTable *table, int column, char *value)
{
	char **row;

	if (table->samples)
		return psprintf("UPDATE %s SET %s = %s%s", table->name, table->columns[column].name, value,
						lab_table_where(table, linitial(table->samples)));
	row = lab_table_new_row(table, 0, table->modelled);
	row[column] = value;
	return lab_table_insert(table, row);
}

static void
find_style(LabTable *table, const char *path, int timeout)
{
	List *statements = NIL;
	List *outcomes;
	int works[2] = {0, 0};
	ListCell *cell;

	for (int modelled = 0; modelled < 2; modelled++)
		for (int n = 0; n < NEW_ROWS; n++)
			statements =
				lappend(statements, lab_table_insert(table, lab_table_new_row(table, n, modelled)));
	outcomes = try(table, statements, path, timeout);
	foreach (cell, outcomes)
		works[foreach_current_index(cell) / NEW_ROWS] += worked(lfirst(cell));
	table->modelled = works[1] > works[0];
}

/* The values of the list that the outcomes, from *next on, say are taken. */
static List *
taken(List *values, List *outcomes, int *next)
{
	List *left = NIL;
	ListCell *cell;

	foreach (cell, values)
		if (worked(list_nth(outcomes, (*next)++)))
			left = lappend(left, lfirst(cell));
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
	return worked(linitial(try(table, list_make1(sql.data), path, timeout))) ? sql.data : NULL;
}

void
lab_table_try(LabTable *table, const char *path, int timeout)
{
	List *statements = NIL;
	List *outcomes;
	int next = 0;
	ListCell *cell;

	find_style(table, path, timeout);
	for (int i = 0; i < table->ncolumns; i++)
	{
		LabColumn *column = &table->columns[i];

		if (column->fixed || column->automatic || column->key)
			column->parents = column->values.ordinary = NIL;
		column->values.ordinary = list_copy_head(column->values.ordinary, MOST_VALUES);
		foreach (cell, column->parents)
			statements = lappend(statements, statement_for(table, i, lfirst(cell)));
		foreach (cell, column->values.ordinary)
			statements = lappend(statements, statement_for(table, i, lfirst(cell)));
	}
	outcomes = try(table, statements, path, timeout);
	for (int i = 0; i < table->ncolumns; i++)
	{
		LabColumn *column = &table->columns[i];

		List *mentioned = list_copy_head(column->values.ordinary, column->values.mentioned);
		List *others = list_copy_tail(column->values.ordinary, list_length(mentioned));

		column->parents = taken(column->parents, outcomes, &next);
		mentioned = taken(mentioned, outcomes, &next);
		column->values.mentioned = list_length(mentioned);
		column->values.ordinary = list_concat(mentioned, taken(others, outcomes, &next));
	}
}
