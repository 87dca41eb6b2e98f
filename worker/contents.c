/*
 * contents.c
 *		What is in a table, and what a view gives.
 *
 * The definition is a digest of the rows with one of each column, computed as
 * the owner of the object: a view may run any function.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/contents.h"
#include "worker/facts.h"
#include "worker/rows.h"
#include "worker/sandbox.h"

typedef struct Contents
{
	const LabFact *fact;
	List *columns;
	MemoryContext context;
	char *definition;
} Contents;

static void
read_contents(void *arg)
{
	Contents *work = arg;
	char *definition;

	if (strcmp(work->fact->kind, "view_result") == 0 &&
		get_rel_relkind(work->fact->relation) == RELKIND_VIEW)
		definition = lab_rows_of_query(psprintf("SELECT * FROM %s", work->fact->object));
	else
		definition = lab_rows_of_table(work->fact->relation, work->columns);
	work->definition = MemoryContextStrdup(work->context, lab_fact_canonical(definition));
}

/* NULL, with the reason, where they cannot be read. */
static char *
contents_of(const LabFact *fact, const LabJob *job, List *columns, LabSandboxError *error)
{
	Contents work = {fact, columns, CurrentMemoryContext, NULL};

	if (!lab_sandbox_run(lab_sandbox_identity(job->role, fact->relation), job->check_timeout,
						 read_contents, &work, error))
		return NULL;
	return work.definition;
}

void
lab_contents_derive(LabFact *fact, const LabEvaluation *evaluation)
{
	LabSandboxError error;

	fact->definition = contents_of(fact, evaluation->job, NIL, &error);
	if (fact->definition == NULL)
		ereport(ERROR, (errcode(error.sqlstate), errmsg("%s of the reference cannot be read: %s",
														fact->object, error.message)));
}

/* The names of the columns that a definition of contents compares. */
static List *
compared_columns(const char *definition)
{
	Jsonb *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(definition)));
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	List *columns = NIL;
	JsonbValue value;
	JsonbIteratorToken token;
	int depth = 0;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		if (token == WJB_BEGIN_OBJECT)
			depth++;
		else if (token == WJB_END_OBJECT)
			depth--;
		else if (token == WJB_KEY && depth == 2)
			columns = lappend(columns, pnstrdup(value.val.string.val, value.val.string.len));
	}
	return columns;
}

/* Does the definition of the view itself say that it reads tables? */
static bool
reads_tables(const char *definition)
{
	return strstr(definition, "\"reads tables\": true") != NULL;
}

/* A view that reads no table where the reference's does: its answer is written into it. */
static bool
is_hard_coded(const LabComparison *result, const LabEvaluation *evaluation)
{
	ListCell *cell;

	foreach (cell, evaluation->comparisons)
	{
		const LabComparison *view = lfirst(cell);

		if (view->found == NULL || view->found->definition == NULL ||
			strcmp(view->check->fact.object, result->check->fact.object) != 0 ||
			!reads_tables(view->check->fact.definition))
			continue;
		if (!reads_tables(view->found->definition))
			return true;
	}
	return false;
}

void
lab_contents_judge(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *expected = &comparison->check->fact;
	const LabJob *job = evaluation->job;
	LabSandboxError error;
	bool table = strcmp(expected->kind, "rows") == 0;

	if (!table && is_hard_coded(comparison, evaluation))
	{
		comparison->problem =
			psprintf("%s reads no table: its answer is hard-coded", expected->object);
		return;
	}
	comparison->found->definition = contents_of(
		comparison->found, job, table ? compared_columns(expected->definition) : NIL, &error);
	if (comparison->found->definition)
		lab_compare_settle(comparison);
	else
		lab_sandbox_explain(comparison->found->object, job->check_timeout, &error,
							&comparison->status, &comparison->problem);
}
