/*
 * own_query.c
 *		The lab master's queries: kind "query".
 *
 * Both results are compared as bags.  A query that ends in ORDER BY comes in
 * that order on both sides, so its bag says all, and ties are free.  Where the
 * order is asked for ("ordered") and the query has none of its own, it is that
 * of the view that it reads, ties free again; failing that, row by row.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "extension/guc.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/contents.h"
#include "worker/definition.h"
#include "worker/facts.h"
#include "worker/own.h"
#include "worker/result.h"
#include "worker/view_query.h"
#include "worker/views.h"

/* Rows that are compared with a tolerance are kept in the definition. */
#define TOLERANT_ROWS_MAX 10000

/* What one visit of the sandbox works on. */
typedef struct OwnQuery
{
	const char *text;
	LabReading reading;
	bool ordered;
	MemoryContext context;

	/* found in the reference: */
	LabViewQuery *about;
	List *columns; /* of char *: as the result names them */
	/* found: */
	LabResult *result;
} OwnQuery;

static bool
keeps_order(const Query *query)
{
	return query->sortClause == NIL && query->groupClause == NIL && query->groupingSets == NIL &&
		   query->distinctClause == NIL && !query->hasAggs && !query->hasWindowFuncs &&
		   !query->hasTargetSRFs && query->setOperations == NULL &&
		   list_length(query->jointree->fromlist) == 1 &&
		   IsA(linitial(query->jointree->fromlist), RangeTblRef);
}

/* The position at which the query shows the column of what it reads, or 0. */
static int
shown_at(const Query *query, int entry, int column)
{
	ListCell *cell;

	foreach (cell, query->targetList)
	{
		const TargetEntry *target = lfirst(cell);
		const Var *variable = (const Var *) target->expr;

		if (!target->resjunk && IsA(variable, Var) && variable->varno == entry &&
			variable->varattno == column && variable->varlevelsup == 0)
			return target->resno;
	}
	return 0;
}

/* The order that a query takes over from the one view or subquery that it reads; NIL: none. */
static List *
order_of_source(const Query *query)
{
	int entry;
	RangeTblEntry *source;
	Query *inner = NULL;
	List *keys;
	ListCell *cell;

	if (!keeps_order(query))
		return NIL;
	entry = linitial_node(RangeTblRef, query->jointree->fromlist)->rtindex;
	source = rt_fetch(entry, query->rtable);
	if (source->rtekind == RTE_SUBQUERY)
		inner = source->subquery;
	else if (source->rtekind == RTE_RELATION && get_rel_relkind(source->relid) == RELKIND_VIEW)
		inner = lab_view_tree(source->relid);
	if (inner == NULL)
		return NIL;
	keys = lab_sort_keys(inner);
	foreach (cell, keys)
	{
		LabSortKey *key = lfirst(cell);

		key->column = key->column ? shown_at(query, entry, key->column) : 0;
		if (key->column == 0)
			return NIL;
		key->name = ((TargetEntry *) list_nth(query->targetList, key->column - 1))->resname;
	}
	return keys;
}

/* In the reference: how the query is to be read. */
static void
prepare(OwnQuery *work)
{
	Query *query;
	ListCell *cell;

	work->reading.query = lab_own_qualified(work->text, &query);
	work->about = lab_query_look(query, 0);
	foreach (cell, query->targetList)
		if (!((TargetEntry *) lfirst(cell))->resjunk)
			work->columns =
				lappend(work->columns, pstrdup(((TargetEntry *) lfirst(cell))->resname));
	if (work->ordered && query->sortClause == NIL)
	{
		work->reading.sorted_by = order_of_source(query);
		work->reading.make_groups = work->reading.sorted_by == NIL;
	}
}

static void
run_query(void *arg)
{
	OwnQuery *work = arg;
	MemoryContext before = MemoryContextSwitchTo(work->context);

	if (work->text)
		prepare(work);
	work->result = lab_result_read(&work->reading);
	MemoryContextSwitchTo(before);
}

/* Rows with their values, as JSON: [[digest, value or null, ...], ...]. */
static char *
values_json(const LabResult *result)
{
	StringInfoData json;
	ListCell *cell;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	foreach (cell, result->tolerant)
	{
		const LabTolerantRow *row = lfirst(cell);

		appendStringInfo(&json, "%s[\"%016lx%016lx\"", foreach_current_index(cell) > 0 ? ", " : "",
						 (unsigned long) row->exact.high, (unsigned long) row->exact.low);
		for (int i = 0; i < result->nvalues; i++)
		{
			if (row->nulls[i])
				appendStringInfoString(&json, ", null");
			else
				appendStringInfo(&json, ", \"%s\"",
								 DatumGetCString(DirectFunctionCall1(
									 float8out, Float8GetDatum(row->values[i]))));
		}
		appendStringInfoChar(&json, ']');
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

static List *
values_read(const char *definition, int nvalues)
{
	Jsonb *json = DatumGetJsonbP(
		DirectFunctionCall1(jsonb_in, CStringGetDatum(lab_definition_get(definition, "values"))));
	List *rows = NIL;

	for (uint32 i = 0; i < JsonContainerSize(&json->root); i++)
	{
		JsonbContainer *values = getIthJsonbValueFromContainer(&json->root, i)->val.binary.data;
		LabTolerantRow *row = palloc0(sizeof(LabTolerantRow));
		JsonbValue *digest = getIthJsonbValueFromContainer(values, 0);
		unsigned long high;
		unsigned long low;

		(void) sscanf(pnstrdup(digest->val.string.val, digest->val.string.len), "%16lx%16lx", &high,
					  &low);
		row->exact = (LabDigest){high, low};
		row->values = palloc0(sizeof(double) * Max(nvalues, 1));
		row->nulls = palloc0(sizeof(bool) * Max(nvalues, 1));
		for (uint32 j = 1; j < JsonContainerSize(values) && j <= nvalues; j++)
		{
			JsonbValue *value = getIthJsonbValueFromContainer(values, j);

			row->nulls[j - 1] = value->type == jbvNull;
			if (value->type == jbvString)
				row->values[j - 1] = DatumGetFloat8(DirectFunctionCall1(
					float8in,
					CStringGetDatum(pnstrdup(value->val.string.val, value->val.string.len))));
		}
		rows = lappend(rows, row);
	}
	return rows;
}

/* The properties that a result has. */
static char *
add_result(char *definition, const char *result)
{
	static const char *const keys[] = {"rows", "digest", "columns"};

	for (int i = 0; i < lengthof(keys); i++)
	{
		char *value = lab_definition_get(result, keys[i]);

		definition = strcmp(keys[i], "digest") == 0
						 ? lab_definition_add_text(definition, keys[i], value)
						 : lab_definition_add(definition, keys[i], value);
	}
	return definition;
}

void
lab_own_derive_query(LabFact *fact, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	OwnQuery work = {0};
	LabSandboxError error;
	char *clock = lab_contents_add_clock("{}");
	bool finished;

	work.text = lab_definition_get(fact->definition, "query");
	work.ordered = lab_definition_is(fact->definition, "ordered");
	work.reading.by_position = !lab_definition_is(fact->definition, "names");
	work.reading.tolerant = lab_definition_get(fact->definition, "tolerance") != NULL;
	work.context = CurrentMemoryContext;
	lab_contents_stop_clock(clock);
	finished = lab_sandbox_run(lab_sandbox_identity(job->role, InvalidOid), job->check_timeout,
							   run_query, &work, &error);
	lab_sandbox_start_clock();
	if (!finished)
		lab_own_raise(fact, error.sqlstate, psprintf("fails in the reference: %s", error.message),
					  NULL);
	if (work.about->rows_vary || work.about->varying)
		lab_own_raise(fact, ERRCODE_INVALID_PARAMETER_VALUE, "gives another result at each call",
					  "Leave out what differs from call to call, such as random() or the "
					  "current user.");
	if (work.reading.tolerant && work.result->rows > TOLERANT_ROWS_MAX)
		lab_own_raise(fact, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
					  psprintf("gives more than %d rows", TOLERANT_ROWS_MAX),
					  "With a tolerance a result is kept as a whole: let the query give less.");
	fact->definition = lab_definition_remove(fact->definition, "path");
	fact->definition = lab_definition_add_text(fact->definition, "runs", work.reading.query);
	fact->definition = add_result(fact->definition, work.result->definition);
	fact->definition = lab_definition_add_list(fact->definition, "names of columns", work.columns);
	if (work.about->clock)
		fact->definition = lab_contents_add_clock(fact->definition);
	if (work.reading.sorted_by)
		fact->definition = lab_definition_add(fact->definition, "sorted by",
											  lab_sort_keys_json(work.reading.sorted_by));
	if (work.reading.make_groups)
	{
		fact->definition =
			lab_definition_add_text(fact->definition, "sequence", work.result->sequence);
		fact->definition = lab_definition_add_text(fact->definition, "groups",
												   lab_groups_text(work.result->groups));
	}
	if (work.reading.tolerant)
		fact->definition = lab_definition_add(fact->definition, "values", values_json(work.result));
}

/* The columns in which the results differ, in words: "id, total". */
static char *
differing_columns(const char *expected, const char *found)
{
	char *columns[2] = {lab_definition_get(expected, "columns"),
						lab_definition_get(found, "columns")};
	List *names = lab_definition_list(expected, "names of columns");
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach (cell, names)
	{
		char *key = lab_definition_is(expected, "names")
						? lfirst(cell)
						: psprintf("%d", foreach_current_index(cell) + 1);
		char *one = lab_definition_get(columns[0], key);
		char *other = lab_definition_get(columns[1], key);

		if (one && (other == NULL || strcmp(one, other) != 0))
			appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", (char *) lfirst(cell));
	}
	return text.data;
}

/* What is wrong with a result, or NULL. */
static char *
difference(const char *expected, const LabResult *result, const LabJob *job)
{
	int64 wanted = strtoll(lab_definition_get(expected, "rows"), NULL, 10);
	char *tolerance = lab_definition_get(expected, "tolerance");
	char *sequence = lab_definition_get(expected, "sequence");
	char *columns;

	if (result->rows != wanted)
		return job->feedback == LAB_FEEDBACK_DIFF
				   ? psprintf("gives " INT64_FORMAT " rows, should give " INT64_FORMAT,
							  result->rows, wanted)
				   : psprintf("gives too %s rows", result->rows < wanted ? "few" : "many");
	if (list_length(lab_definition_list(expected, "names of columns")) !=
		list_length(lab_definition_keys(result->definition, "columns")))
		return pstrdup("gives another number of columns");
	columns = differing_columns(expected, result->definition);
	if (*columns)
		return psprintf("gives other values in %s", columns);
	if (tolerance)
	{
		if (!lab_result_near(values_read(expected, result->nvalues), result->tolerant,
							 result->nvalues, strtod(tolerance, NULL), sequence != NULL))
			return pstrdup("gives other values");
	}
	else if (!lab_contents_equal(expected, result->definition))
		return pstrdup("gives the right values, in the wrong rows");
	if (!result->sorted || (sequence && !tolerance && strcmp(sequence, result->sequence) != 0))
		return pstrdup("gives its rows in another order");
	return NULL;
}

void
lab_own_judge_query(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *check = &comparison->check->fact;
	const LabJob *job = evaluation->job;
	OwnQuery work = {0};
	LabSandboxError error;
	char *problem;
	bool finished;

	work.reading.query = lab_definition_get(check->definition, "runs");
	work.reading.by_position = !lab_definition_is(check->definition, "names");
	work.reading.tolerant = lab_definition_get(check->definition, "tolerance") != NULL;
	work.reading.sorted_by = lab_sort_keys_read(check->definition);
	if (lab_definition_get(check->definition, "groups"))
		work.reading.groups = lab_groups_read(lab_definition_get(check->definition, "groups"));
	work.context = CurrentMemoryContext;
	lab_contents_stop_clock(check->definition);
	finished = lab_sandbox_run(lab_sandbox_identity(job->role, InvalidOid), job->check_timeout,
							   run_query, &work, &error);
	lab_sandbox_start_clock();
	if (!finished)
	{
		lab_own_explain(comparison, job, &error);
		return;
	}
	problem = difference(check->definition, work.result, job);
	comparison->status = problem ? LAB_FAIL : LAB_PASS;
	if (problem)
		comparison->problem = psprintf("%s: the query %s", check->object, problem);
}
