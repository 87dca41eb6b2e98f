/*
 * probe_statements.c
 *		Statements on a table that its triggers, rules and constraints may do
 *		something about.
 *
 * What the code of the triggers mentions comes first in each column's values, so
 * that conditions are met, just missed, and violated.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "worker/probe_table.h"

#define VALUES_OF_COLUMN 14
#define EDGES_OF_COLUMN 3
#define ROWS 3
#define FEW_ROWS 200
#define STATES 7

typedef struct Statements
{
	List *probes; /* of LabProbe * */
	int group;
} Statements;

static void
add(Statements *statements, const char *sql)
{
	statements->probes = lappend(statements->probes, lab_probe_look(sql, statements->group));
}

static char *
set_clause(const LabTable *table, int column, const char *value)
{
	return psprintf("UPDATE %s SET %s = %s", table->name, table->columns[column].name, value);
}

/* Text as people type it: what tidies it up shows here only. */
static List *
untidy(const LabColumn *column)
{
	List *known = column->values.ordinary;
	const char *type = lab_type_any_length(column->type);
	const char *value;

	if (known == NIL || column->parents || TypeCategory(column->type) != TYPCATEGORY_STRING)
		return NIL;
	value = list_nth(known, column->values.mentioned < list_length(known) ? column->values.mentioned
																		  : list_length(known) - 1);
	return list_make3(psprintf("(' ' || upper(%s) || '  ')::%s", value, type),
					  psprintf("upper(%s)::%s", value, type),
					  psprintf("(initcap(%s) || ' ')::%s", value, type));
}

/* The values to try in a column, nothing first; those of its parents where it has any. */
static List *
values_of(const LabColumn *column)
{
	List *edges = list_copy_head(column->values.edges, EDGES_OF_COLUMN);
	List *values = list_concat(list_copy_head(edges, 1), untidy(column));

	values = list_concat(values,
						 list_copy_head(column->parents ? column->parents : column->values.ordinary,
										VALUES_OF_COLUMN));
	return list_concat(values, list_copy_tail(edges, 1));
}

/* A row that is there already. */
static char *
insert_again(const LabTable *table)
{
	char **row = palloc(sizeof(char *) * table->ncolumns);

	memcpy(row, linitial(table->samples), sizeof(char *) * table->ncolumns);
	for (int i = 0; i < table->ncolumns; i++)
		if (table->columns[i].fixed)
			row[i] = NULL;
	return lab_table_insert(table, row);
}

/* INSERT: as it should be, twice at once, and with each value in each column. */
static void
inserts(const LabTable *table, Statements *statements)
{
	for (int n = 0; n < ROWS; n++)
		for (int modelled = 0; modelled < 2; modelled++)
			add(statements, lab_table_insert(table, lab_table_new_row(table, n, modelled)));
	add(statements,
		psprintf("%s; %s", lab_table_insert(table, lab_table_new_row(table, 0, table->modelled)),
				 lab_table_insert(table, lab_table_new_row(table, 1, table->modelled))));
	if (table->samples)
		add(statements, insert_again(table));
	add(statements, psprintf("INSERT INTO %s DEFAULT VALUES", table->name));
}

/* INSERT ... SELECT of several rows, for statement-level triggers and transition tables. */
static char *
insert_several(const LabTable *table, bool modelled)
{
	StringInfoData sql;
	char *first = lab_table_insert(table, lab_table_new_row(table, 0, modelled));

	initStringInfo(&sql);
	appendStringInfoString(&sql, first);
	if (strstr(first, " VALUES (") == NULL)
		return sql.data;
	for (int n = 1; n < ROWS; n++)
		appendStringInfo(
			&sql, ", %s",
			strstr(lab_table_insert(table, lab_table_new_row(table, n, modelled)), " VALUES (") +
				strlen(" VALUES "));
	return sql.data;
}

static void
inserts_with(const LabTable *table, Statements *statements, int column)
{
	ListCell *cell;

	foreach (cell, values_of(&table->columns[column]))
	{
		int n = foreach_current_index(cell) % ROWS;
		char **row = lab_table_new_row(table, n, table->modelled);

		row[column] = lfirst(cell);
		add(statements, lab_table_insert(table, row));
		row = lab_table_new_row(table, n, !table->modelled);
		row[column] = lfirst(cell);
		if (foreach_current_index(cell) < ROWS)
			add(statements, lab_table_insert(table, row));
	}
	if (table->columns[column].has_default)
	{
		char **row = lab_table_new_row(table, 0, table->modelled);

		row[column] = NULL;
		add(statements, lab_table_insert(table, row));
	}
}

/* UPDATE of one row that is there, or has just been added. */
static void
updates_of(const LabTable *table, Statements *statements, int column)
{
	char **row = lab_table_new_row(table, 0, table->modelled);
	char *insert = lab_table_insert(table, row);
	ListCell *cell;

	foreach (cell, values_of(&table->columns[column]))
	{
		int n = foreach_current_index(cell);
		char *set = set_clause(table, column, lfirst(cell));

		if (table->samples)
			add(statements,
				psprintf("%s%s", set,
						 lab_table_where(
							 table, list_nth(table->samples, n % list_length(table->samples)))));
		if (table->samples == NIL || n < 2)
			add(statements, psprintf("%s; %s%s", insert, set, lab_table_where(table, row)));
	}
}

/* Statements about all rows, and about none. */
static void
wholesale(const LabTable *table, Statements *statements)
{
	bool few = table->rows <= FEW_ROWS;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const LabColumn *column = &table->columns[i];

		if (column->fixed)
			continue;
		add(statements, psprintf("%s WHERE false", set_clause(table, i, column->name)));
		if (few)
			add(statements, set_clause(table, i, column->name));
		if (few && TypeCategory(column->type) == TYPCATEGORY_NUMERIC && !column->key)
		{
			add(statements, set_clause(table, i, psprintf("%s + 1", column->name)));
			add(statements, set_clause(table, i, psprintf("%s - 1", column->name)));
			add(statements, set_clause(table, i, psprintf("%s * 2", column->name)));
			add(statements,
				set_clause(table, i,
						   psprintf("(SELECT max(%s) FROM %s)", column->name, table->name)));
		}
	}
	add(statements, psprintf("DELETE FROM %s WHERE false", table->name));
	if (!table->large)
		add(statements, psprintf("DELETE FROM %s", table->name));
	if (!table->view)
	{
		add(statements, psprintf("TRUNCATE %s", table->name));
		add(statements, psprintf("TRUNCATE %s CASCADE", table->name));
	}
}

/* Rows that become like each other, or the contrary of what they were. */
static void
alike(const LabTable *table, Statements *statements)
{
	if (table->large)
		return;
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LabColumn *column = &table->columns[i];
		char category = TypeCategory(column->type);
		ListCell *cell;

		if (column->fixed || column->key)
			continue;
		if (category == TYPCATEGORY_NUMERIC || category == TYPCATEGORY_DATETIME)
			add(statements,
				set_clause(table, i,
						   psprintf("(SELECT max(%s) FROM %s)", column->name, table->name)));
		if (category != TYPCATEGORY_BOOLEAN)
			continue;
		foreach (cell, table->samples)
			add(statements, psprintf("%s%s", set_clause(table, i, psprintf("NOT %s", column->name)),
									 lab_table_where(table, lfirst(cell))));
	}
}

/* The values of a column that is a state: labels, or words of which the code mentions one in use.
 */
static List *
states_of(const LabTable *table, int column)
{
	const LabColumn *state = &table->columns[column];
	List *mentioned = list_copy_head(state->values.ordinary, state->values.mentioned);
	ListCell *cell;
	ListCell *sample;

	if (!state->mentioned || state->key || state->fixed || state->parents || table->large)
		return NIL;
	switch (TypeCategory(state->type))
	{
		case TYPCATEGORY_ENUM:
			return list_copy_head(state->values.ordinary, STATES);
		case TYPCATEGORY_STRING:
			foreach (cell, mentioned)
				foreach (sample, table->samples)
					if (strcmp(lfirst(cell), ((char **) lfirst(sample))[column]) == 0)
						return list_copy_head(mentioned, STATES);
			return NIL;
		default:
			return NIL;
	}
}

/* From each state to each other: one group for each that is gone to. */
static void
transitions(const LabTable *table, Statements *statements, int column)
{
	const char *name = table->columns[column].name;
	List *states = states_of(table, column);
	ListCell *from;
	ListCell *to;

	foreach (to, states)
	{
		statements->group++;
		foreach (from, states)
		{
			char *update = psprintf("UPDATE %s SET %s = %s WHERE %s::text = %s::text", table->name,
									name, (char *) lfirst(to), name, (char *) lfirst(from));
			char **row = lab_table_new_row(table, 0, table->modelled);

			if (from == to)
				continue;
			row[column] = lfirst(from);
			add(statements, psprintf("%s; %s", lab_table_insert(table, row), update));
			add(statements, update);
		}
	}
}

static void
deletes(const LabTable *table, Statements *statements)
{
	char **row = lab_table_new_row(table, 0, table->modelled);
	ListCell *cell;

	foreach (cell, table->samples)
		add(statements,
			psprintf("DELETE FROM %s%s", table->name, lab_table_where(table, lfirst(cell))));
	add(statements, psprintf("%s; DELETE FROM %s%s", lab_table_insert(table, row), table->name,
							 lab_table_where(table, row)));
}

List *
lab_table_statements(const LabTable *table)
{
	Statements statements = {NIL, 0};

	inserts(table, &statements);
	statements.group++;
	add(&statements, insert_several(table, false));
	add(&statements, insert_several(table, true));
	statements.group++;
	deletes(table, &statements);
	statements.group++;
	wholesale(table, &statements);
	statements.group++;
	alike(table, &statements);
	for (int i = 0; i < table->ncolumns; i++)
		transitions(table, &statements, i);
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].fixed)
			continue;
		statements.group++;
		inserts_with(table, &statements, i);
		statements.group++;
		updates_of(table, &statements, i);
	}
	return statements.probes;
}
