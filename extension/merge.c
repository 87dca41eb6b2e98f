/*
 * merge.c
 *		The checks of a lab that is there already become others.
 *
 * What belongs to which task is decided here, for globs are; what is the same
 * check as before is decided by lab.merge_checks(), for sets are what SQL is
 * good at.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/catalog.h"
#include "extension/merge.h"
#include "extension/statement.h"
#include "extension/strings.h"

/* Tasks in their order; those behind the spec's are of top-level objects that no task of it covers.
 */
typedef struct Tasks
{
	List *names;  /* of char * */
	List *titles; /* of char * */
	List *points; /* of char *, or NULL */
	List *hints;  /* of char *, or NULL */
	bool *used;   /* of the spec's */
} Tasks;

static void
run_for_lab(const char *sql, int32 lab)
{
	Oid type = INT4OID;
	Datum value = Int32GetDatum(lab);

	lab_statement_run(sql, 1, &type, &value, NULL);
}

/* Checks from rows of id, kind, object, owner, definition. */
static List *
checks_of_rows(void)
{
	List *checks = NIL;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc descriptor = SPI_tuptable->tupdesc;
		LabCheck *check = palloc0(sizeof(LabCheck));
		bool isnull;

		check->id = DatumGetInt32(SPI_getbinval(row, descriptor, 1, &isnull));
		check->fact.kind = SPI_getvalue(row, descriptor, 2);
		check->fact.object = SPI_getvalue(row, descriptor, 3);
		check->fact.owner = SPI_getvalue(row, descriptor, 4);
		check->fact.definition = SPI_getvalue(row, descriptor, 5);
		checks = lappend(checks, check);
	}
	return checks;
}

List *
lab_merge_present(int32 lab)
{
	run_for_lab("SELECT id, kind, object, owner, definition::text\n"
				"FROM lab.checks\n"
				"WHERE lab_id = $1\n"
				"ORDER BY id",
				lab);
	return checks_of_rows();
}

Jsonb *
lab_merge_before(int32 lab)
{
	bool isnull;

	run_for_lab("SELECT lab.list_checks($1)", lab);
	return DatumGetJsonbPCopy(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

static void
add_task(Tasks *tasks, const char *name, const char *title, const char *points, const char *hint)
{
	tasks->names = lappend(tasks->names, unconstify(char *, name));
	tasks->titles = lappend(tasks->titles, unconstify(char *, title));
	tasks->points = lappend(tasks->points, unconstify(char *, points));
	tasks->hints = lappend(tasks->hints, unconstify(char *, hint));
}

/* The name of the fact's task: the spec's first that covers it, else its top-level object. */
static const char *
task_of_fact(const LabSpec *spec, Tasks *tasks, const LabFact *fact)
{
	ListCell *cell;

	foreach (cell, spec->tasks)
	{
		const LabSpecTask *task = lfirst(cell);

		if (lab_catalog_covers(task, fact))
		{
			tasks->used[foreach_current_index(cell)] = true;
			return task->name;
		}
	}
	if (!lab_strings_have(tasks->names, fact->owner))
		add_task(tasks, fact->owner, fact->owner, NULL, NULL);
	return fact->owner;
}

static int
merge_tasks(int32 lab, const Tasks *tasks)
{
	Oid types[] = {INT4OID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum values[] = {Int32GetDatum(lab), lab_strings_array(tasks->names),
					  lab_strings_array(tasks->titles), lab_strings_array(tasks->points),
					  lab_strings_array(tasks->hints)};
	bool isnull;

	lab_statement_run("SELECT lab.merge_tasks($1, $2, $3, $4, $5)", lengthof(types), types, values,
					  NULL);
	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Returns the checks that are new or ask for something else. */
static List *
merge_facts(int32 lab, List *facts, List *tasks)
{
	Oid types[] = {INT4OID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum values[6];
	List *kinds = NIL;
	List *objects = NIL;
	List *owners = NIL;
	List *definitions = NIL;
	ListCell *cell;

	foreach (cell, facts)
	{
		const LabFact *fact = lfirst(cell);

		kinds = lappend(kinds, fact->kind);
		objects = lappend(objects, fact->object);
		owners = lappend(owners, fact->owner);
		definitions = lappend(definitions, fact->definition);
	}
	values[0] = Int32GetDatum(lab);
	values[1] = lab_strings_array(tasks);
	values[2] = lab_strings_array(kinds);
	values[3] = lab_strings_array(objects);
	values[4] = lab_strings_array(owners);
	values[5] = lab_strings_array(definitions);
	lab_statement_run("SELECT id, kind, object, owner, definition\n"
					  "FROM lab.merge_checks($1, $2, $3, $4, $5, $6)",
					  lengthof(types), types, values, NULL);
	return checks_of_rows();
}

int
lab_merge_checks(int32 lab, const LabSpec *spec, const LabSources *sources, List *facts)
{
	Tasks tasks = {NIL, NIL, NIL, NIL, NULL};
	List *task_names = NIL;
	List *new;
	int changed;
	ListCell *cell;

	tasks.used = palloc0(sizeof(bool) * Max(list_length(spec->tasks), 1));
	foreach (cell, spec->tasks)
	{
		const LabSpecTask *task = lfirst(cell);

		add_task(&tasks, task->name, task->title, task->points, task->hint);
	}
	foreach (cell, facts)
		task_names =
			lappend(task_names, unconstify(char *, task_of_fact(spec, &tasks, lfirst(cell))));
	lab_catalog_require_used(spec, tasks.used);

	changed = merge_tasks(lab, &tasks);
	new = merge_facts(lab, facts, task_names);
	lab_catalog_share_points(lab, lab_derive_kept(spec, sources, new));
	return changed;
}

static void
count(LabMerged *merged, const char *change, bool moved)
{
	if (strcmp(change, "added") == 0)
		merged->added++;
	else if (strcmp(change, "removed") == 0)
		merged->removed++;
	else if (strcmp(change, "changed") == 0)
		merged->changed++;
	else
	{
		merged->kept++;
		merged->moved += moved;
	}
}

LabMerged
lab_merge_report(int32 lab, Jsonb *before, ReturnSetInfo *rsinfo)
{
	Oid types[] = {INT4OID, JSONBOID};
	Datum values[] = {Int32GetDatum(lab), JsonbPGetDatum(before)};
	LabMerged merged = {0};

	/* clang-format off */
	lab_statement_run("SELECT change, task, kind, object, points_before, points_after,\n"
		"	change <> 'kept' OR points_before <> points_after OR other_task\n"
		"FROM lab.compare_checks($1, $2)",
		lengthof(types), types, values, NULL);
	/* clang-format on */
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc descriptor = SPI_tuptable->tupdesc;
		Datum columns[6];
		bool nulls[6];
		bool isnull;
		bool differs = DatumGetBool(SPI_getbinval(row, descriptor, 7, &isnull));

		count(&merged, SPI_getvalue(row, descriptor, 1), differs);
		if (rsinfo == NULL || !differs)
			continue;
		for (int column = 0; column < lengthof(columns); column++)
			columns[column] = SPI_getbinval(row, descriptor, column + 1, &nulls[column]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, columns, nulls);
	}
	return merged;
}

bool
lab_merge_any(const LabMerged *merged)
{
	return merged->added + merged->removed + merged->changed + merged->moved > 0;
}

void
lab_merge_evaluate(int32 lab)
{
	run_for_lab("UPDATE lab.labs SET revision = revision + 1 WHERE id = $1", lab);
}

void
lab_merge_restate(int32 lab)
{
	run_for_lab("SELECT lab.restate($1)", lab);
}
