/*
 * probe_perturb.c
 *		Other rows in the tables, to see what follows from them.
 *
 * The rows that are there can agree with a wrong view by accident.  So rows are
 * added (alike but for their keys; with every NULL that is allowed; with what the
 * view's text mentions, and right beside it; parents without children), then
 * changed, then half of them are removed, then all.  After each of these the
 * view is looked at.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/strings.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/probe_effect.h"
#include "worker/probe_perturb.h"
#include "worker/probe_table.h"

#define CHANGED_ROWS                                                                               \
	100             /* by one statement, about: what is rolled back takes up room until vacuum */
#define REPLACED 10 /* rows that take the place of those that were there */
#define LEVELS 3    /* of views over views */
#define MOST_VALUES 12
#define NEAR_MISSES 40
#define MOST_ALONE 6 /* values that one column is tried with on its own */

/* clang-format off */

/* Views, and functions, of the names in $1. */
static const char code_query[] =
	"SELECT pg_get_viewdef(c.oid)\n"
	"FROM pg_class c\n"
	"JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"WHERE c.relname = ANY ($1) AND c.relkind IN ('v', 'm')\n"
	"	AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"UNION ALL\n"
	"SELECT coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)\n"
	"FROM pg_proc p\n"
	"JOIN pg_namespace n ON n.oid = p.pronamespace\n"
	"WHERE p.proname = ANY ($1) AND p.prokind <> 'a'\n"
	"	AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"ORDER BY 1";

/* What the foreign keys of these tables refer to, but for themselves. */
static const char parents_query[] =
	"SELECT DISTINCT k.confrelid\n"
	"FROM pg_class c\n"
	"JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'\n"
	"JOIN pg_class p ON p.oid = k.confrelid\n"
	"WHERE c.relname = ANY ($1) AND p.relname <> ALL ($1)";

static const char tables_query[] =
	"SELECT c.oid\n"
	"FROM pg_class c\n"
	"JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"WHERE c.relname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition\n"
	"	AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"ORDER BY c.oid";
/* clang-format on */

/* The first column of the query's rows as texts; $1 are the words. */
static List *
about_words(const char *query, const LabMentions *mentions)
{
	MemoryContext context = CurrentMemoryContext;
	Oid type = TEXTARRAYOID;
	Datum array = lab_strings_array(mentions->words);
	List *found = NIL;

	SPI_connect();
	if (SPI_execute_with_args(query, 1, &type, &array, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for what code mentions");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
		found = lappend(found, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	MemoryContextSwitchTo(context);
	return found;
}

void
lab_perturb_follow(LabMentions *mentions)
{
	for (int level = 0; level < LEVELS; level++)
	{
		int before = list_length(mentions->words);
		ListCell *cell;

		foreach (cell, about_words(code_query, mentions))
			if (lfirst(cell))
				lab_source_mentions(lfirst(cell), mentions);
		if (list_length(mentions->words) == before)
			return;
	}
}

static int
compare_tables(const ListCell *a, const ListCell *b)
{
	const LabTable *one = lfirst(a);
	const LabTable *other = lfirst(b);

	return one->oid < other->oid ? -1 : one->oid > other->oid;
}

List *
lab_perturb_tables(const LabMentions *mentions, const char *path, int timeout)
{
	List *tables = NIL;

	for (int parents = 0; parents < 2; parents++)
	{
		ListCell *cell;

		foreach (cell, about_words(parents ? parents_query : tables_query, mentions))
		{
			LabTable *table = lab_table_read(atooid(lfirst(cell)), mentions, timeout);

			if (table == NULL)
				continue;
			table->only_parent = parents == 1;
			lab_table_try(table, path, timeout);
			tables = lappend(tables, table);
		}
	}
	list_sort(tables, compare_tables);
	return tables;
}

static void
add(LabPlan *plan, const char *sql)
{
	plan->probes = lappend(plan->probes, lab_probe_change(sql));
}

static void
add_probes(LabPlan *plan, List *probes)
{
	ListCell *cell;

	foreach (cell, probes)
	{
		const LabProbe *probe = lfirst(cell);

		plan->probes = lappend(plan->probes, lab_probe_look(probe->step.sql, probe->group));
	}
}

/* Values that may turn up in a column; NULL among them where it may be. */
static List *
pool_of(const LabColumn *column)
{
	List *pool =
		list_copy_head(column->parents ? column->parents : column->values.ordinary, MOST_VALUES);

	if (!column->not_null)
		pool = lappend(pool, psprintf("NULL::%s", lab_type_any_length(column->type)));
	return pool;
}

static void
add_row(LabPlan *plan, const LabTable *table, char **row)
{
	add(plan, lab_table_insert(table, row));
}

/*
 * Children for the parents that were added: one for each, so that what is added up
 * over them is just what the code mentions, or right beside it.
 */
static void
add_children(LabPlan *plan, const LabTable *table)
{
	int n = Max(list_length(table->samples), 1) + 20;
	ListCell *cell;

	for (int i = 0; i < table->ncolumns; i++)
		foreach (cell, table->columns[i].heirs)
		{
			char **row = lab_table_new_row(table, n++, table->modelled);

			for (int j = 0; j < table->ncolumns; j++)
			{
				const LabColumn *column = &table->columns[j];

				if (row[j] && !column->key && column->values.mentioned > 0)
					row[j] = list_nth(column->values.ordinary,
									  foreach_current_index(cell) / 2 % column->values.mentioned);
			}
			row[i] = lfirst(cell);
			add_row(plan, table, row);
		}
}

/* Where a key has several columns: rows that share all but one of them with a row that is there. */
static void
add_partners(LabPlan *plan, const LabTable *table)
{
	int samples = list_length(table->samples);
	int keys = 0;

	for (int i = 0; i < table->ncolumns; i++)
		keys += table->columns[i].primary;
	for (int n = 0; n < samples && keys > 1; n++)
		for (int key = 0; key < keys; key++) /* as many turns on as change that part of the key */
			add_row(plan, table, lab_table_new_row(table, n + samples * (keys * 10 + key), true));
}

/* Rows like those that are there, with one value that the code mentions. */
static void
add_near_misses(LabPlan *plan, const LabTable *table)
{
	int samples = list_length(table->samples);
	int n = 0;

	for (int sample = 0; sample < samples; sample++)
		for (int i = 0; i < table->ncolumns; i++)
			for (int value = 0; value < table->columns[i].values.mentioned; value++)
			{
				/* numbered so that it is like this sample, with a key that no other row has */
				char **row = lab_table_new_row(table, (n + 10) * samples + sample, table->modelled);

				if (row[i] == NULL || n++ >= NEAR_MISSES)
					continue;
				row[i] = list_nth(table->columns[i].values.ordinary, value);
				add_row(plan, table, row);
			}
}

/* Rows that are alike but for their keys, one with NULLs, and some with a bit of everything. */
static void
add_rows(LabPlan *plan, const LabTable *table)
{
	int samples = Max(list_length(table->samples), 1);
	int mixed = 0;
	char **row;

	for (int n = 0; n <= samples; n++) /* the first again */
		add_row(plan, table, lab_table_new_row(table, n, table->modelled));
	if (table->only_parent)
		return;
	row = lab_table_new_row(table, samples + 1, table->modelled);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LabColumn *column = &table->columns[i];

		if (row[i] && !column->not_null && !column->key)
			row[i] = psprintf("NULL::%s", lab_type_any_length(column->type));
		mixed = Max(mixed, list_length(pool_of(column)));
	}
	add_row(plan, table, row);
	for (int turn = 0; turn < mixed; turn++)
	{
		row = lab_table_new_row(table, samples + 2 + turn, table->modelled);
		for (int i = 0; i < table->ncolumns; i++)
		{
			List *pool = pool_of(&table->columns[i]);

			if (row[i] && !table->columns[i].key && pool)
				row[i] = list_nth(pool, (turn + i * 3) % list_length(pool));
		}
		add_row(plan, table, row);
	}
	add_children(plan, table);
	add_partners(plan, table);
	add_near_misses(plan, table);
}

/* A number for each row that does not depend on where it lies. */
static char *
row_hash(const LabTable *table)
{
	StringInfoData columns;
	bool primary = false;

	for (int i = 0; i < table->ncolumns; i++)
		primary |= table->columns[i].primary;
	initStringInfo(&columns);
	for (int i = 0; i < table->ncolumns; i++)
		if (primary ? table->columns[i].primary : true)
			appendStringInfo(&columns, ", %s", table->columns[i].name);
	return psprintf("abs(hashtext(concat_ws('-'%s)) %% 1000)", columns.data);
}

/* Each column gets other values, another one in each row. */
static void
change_rows(LabPlan *plan, const LabTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LabColumn *column = &table->columns[i];
		List *pool = pool_of(column);
		StringInfoData values;
		ListCell *cell;

		if (column->fixed || column->automatic || column->key || pool == NIL)
			continue;
		initStringInfo(&values);
		foreach (cell, pool)
			appendStringInfo(&values, "%s%s", values.len > 0 ? ", " : "", (char *) lfirst(cell));
		if (!table->large)
			add(plan,
				psprintf(
					"UPDATE %s SET %s = (ARRAY[%s])[1 + (%s / 7 + %d) %% %d] WHERE %s %% %d = 0",
					table->name, column->name, values.data, row_hash(table), i, list_length(pool),
					row_hash(table), 1 + table->rows / CHANGED_ROWS));
		/* Should that be too much at once: one row, one value; what the code mentions comes first.
		 */
		foreach (cell, table->samples)
		{
			int shift = column->values.mentioned > 0 && column->parents == NIL ? 0 : i;

			add(plan, psprintf("UPDATE %s SET %s = %s%s", table->name, column->name,
							   (char *) list_nth(pool, (foreach_current_index(cell) + shift) %
														   list_length(pool)),
							   lab_table_where(table, lfirst(cell))));
		}
		/* And one that is not there, in another row for each column, but not where that value is.
		 */
		if (!column->not_null && table->samples)
		{
			int rows = list_length(table->samples);

			add(plan,
				psprintf("UPDATE %s SET %s = NULL%s", table->name, column->name,
						 lab_table_where(
							 table, list_nth(table->samples, rows > 1 ? 1 + i % (rows - 1) : 0))));
		}
	}
}

static void
set_in(LabPlan *plan, const LabTable *table, int column, char **row, char *from, char *to)
{
	char **now = palloc(sizeof(char *) * table->ncolumns);

	memcpy(now, row, sizeof(char *) * table->ncolumns);
	now[column] = from;
	add(plan, psprintf("UPDATE %s SET %s = %s%s", table->name, table->columns[column].name, to,
					   lab_table_where(table, now)));
}

/*
 * One value in one column of the rows that were there, and back: what depends on
 * that value alone shows, whatever the other columns hold.
 */
static void
try_value(LabPlan *plan, const LabTable *table, int column, char *value, List *probes)
{
	ListCell *cell;

	foreach (cell, table->samples)
		set_in(plan, table, column, lfirst(cell), ((char **) lfirst(cell))[column], value);
	add_probes(plan, probes);
	foreach (cell, table->samples)
		set_in(plan, table, column, lfirst(cell), value, ((char **) lfirst(cell))[column]);
}

/* What the code mentions, or else something usual; nothing, and two edges. */
static List *
values_alone(const LabColumn *column)
{
	List *values = list_copy_head(column->values.ordinary,
								  Min(Max(column->values.mentioned, 1), MOST_ALONE / 2));

	if (!column->not_null)
		values = lappend(values, psprintf("NULL::%s", lab_type_any_length(column->type)));
	if (column->parents == NIL) /* the first edge is NULL */
		values = list_concat(values, list_copy_head(list_copy_tail(column->values.edges, 1), 2));
	return values;
}

/* The n-th value of each column. */
static void
try_values(LabPlan *plan, const LabTable *table, int n, List *probes, int *limit)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LabColumn *column = &table->columns[i];
		List *values;

		if (!column->mentioned || column->fixed || column->automatic || column->key)
			continue;
		values = values_alone(column);
		if (n < list_length(values) && (*limit)-- > 0)
			try_value(plan, table, i, list_nth(values, n), probes);
	}
}

void
lab_perturb_values(LabPlan *plan, List *tables, List *probes, int limit)
{
	ListCell *cell;

	for (int n = 0; n < MOST_ALONE; n++)
		foreach (cell, tables)
		{
			const LabTable *table = lfirst(cell);

			if (!table->only_parent && !table->view && !table->large)
				try_values(plan, table, n, probes, &limit);
		}
}

static void
each_table(LabPlan *plan, List *tables, void (*change)(LabPlan *, const LabTable *), List *probes)
{
	ListCell *cell;

	foreach (cell, tables)
		if (change == add_rows || !((LabTable *) lfirst(cell))->only_parent)
			change(plan, lfirst(cell));
	add_probes(plan, probes);
}

static void
remove_half(LabPlan *plan, const LabTable *table)
{
	ListCell *cell;

	if (!table->large)
		add(plan, psprintf("DELETE FROM %s WHERE %s %% 2 = 0", table->name, row_hash(table)));
	foreach (cell, table->samples)
		if (foreach_current_index(cell) < 2)
			add(plan,
				psprintf("DELETE FROM %s%s", table->name, lab_table_where(table, lfirst(cell))));
}

/* Of what is left, half again: among few rows, each one counts. */
static void
remove_more(LabPlan *plan, const LabTable *table)
{
	if (!table->large)
		add(plan, psprintf("DELETE FROM %s WHERE %s / 2 %% 2 = 0", table->name, row_hash(table)));
}

static void
remove_most(LabPlan *plan, const LabTable *table)
{
	if (!table->large)
		add(plan, psprintf("DELETE FROM %s WHERE %s / 4 %% 4 > 0", table->name, row_hash(table)));
}

/* Children anew, a handful: each of other parents than the rest, so that it cannot hide behind
 * them. */
static void
replace_children(LabPlan *plan, const LabTable *table)
{
	bool child = false;

	for (int i = 0; i < table->ncolumns; i++)
		child |= table->columns[i].parents != NIL;
	if (!child || table->large)
		return;
	add(plan, psprintf("DELETE FROM %s", table->name));
	for (int n = 0; n < REPLACED; n++)
	{
		char **row = lab_table_new_row(table, 400 + n, table->modelled);

		for (int i = 0; i < table->ncolumns; i++)
		{
			const LabColumn *column = &table->columns[i];
			List *values = column->parents ? column->parents : column->values.ordinary;

			if (row[i] && values && (column->parents || !column->key))
				row[i] = list_nth(values, n % list_length(values));
		}
		add_row(plan, table, row);
	}
}

static void
remove_all(LabPlan *plan, const LabTable *table)
{
	if (!table->large)
		add(plan, psprintf("DELETE FROM %s", table->name));
}

void
lab_perturb_level(LabPlan *plan, List *tables, int timeout)
{
	ListCell *cell;
	ListCell *watch;

	foreach (cell, tables)
	{
		const LabTable *table = lfirst(cell);
		char *sql = lab_table_level(table, plan->path, timeout);

		if (sql == NULL)
			continue;
		add(plan, sql);
		foreach (watch, plan->watched)
			if (strcmp(((LabWatch *) lfirst(watch))->name, table->name) == 0)
				((LabWatch *) lfirst(watch))->level = true;
	}
}

void
lab_perturb_plan(LabPlan *plan, List *tables, List *probes)
{
	List *children_first = NIL;
	ListCell *cell;

	if (tables == NIL)
		return;
	foreach (cell, tables)
		children_first = lcons(lfirst(cell), children_first);
	each_table(plan, tables, add_rows, probes);
	if (list_length(probes) == 1)
		lab_perturb_values(plan, tables, probes, 40);
	else
		lab_perturb_values(plan, tables, list_copy_head(probes, 16), 14);
	each_table(plan, tables, change_rows, probes);
	each_table(plan, children_first, remove_half, probes);
	each_table(plan, children_first, remove_more, probes);
	each_table(plan, children_first, remove_most, probes);
	each_table(plan, children_first, replace_children, probes);
	each_table(plan, children_first, remove_all, probes);
}
