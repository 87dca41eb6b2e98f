/*
 * contents.c
 *		What is in a table, and what a view gives.
 *
 * The definition is a digest of the rows with one of each column, computed as
 * the owner of the object: a view may run any function.
 *
 * A view is compared by its result as far as that depends on the tables alone.
 * One that depends on the time is run at one instant in all databases; columns
 * that differ from call to call (random(), the current user) or that tables fill
 * so are left out; where even the rows differ, the texts of the queries stand for
 * them.  Where rows depend on what tables fill in, or values on the order in
 * which rows lie, the text may stand for what differs.  The definition says what
 * of this is the case.
 *
 * A materialized view has two results: of its query, and what it has stored.
 * The query must be right, and what is stored must be what it gives: a teacher
 * expects it refreshed.  Where the reference's own is stale, that passes too.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "extension/strings.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "worker/contents.h"
#include "worker/definition.h"
#include "worker/facts.h"
#include "worker/rows.h"
#include "worker/sandbox.h"
#include "worker/view_query.h"

#define DIFFERS "not compared"
#define QUERY "compared by query"
#define OR_QUERY "or by query" /* it may stand for a result that differs ... */
#define REST "and the rest"    /* ... if what does not depend on the order of rows is equal */

static const char *const bag_keys[] = {"rows", "digest", "columns", NULL};

/* What one visit of the sandbox reads. */
typedef struct Contents
{
	const LabFact *fact;
	List *columns;   /* of a table or view: those that count; NIL: all */
	List *rest;      /* of a view: columns that do not depend on the order of rows */
	bool no_columns; /* only the number of rows counts */
	bool rows;       /* of a view: run its query */
	bool text;       /* of a view: give its query as text */
	bool stored;     /* of a materialized view: what it has stored */
	MemoryContext context;

	/* found: */
	char *definition;
	char *rest_definition;
	char *stored_definition;
	char *query;
} Contents;

bool
lab_contents_equal(const char *expected, const char *found)
{
	return lab_definition_agree(expected, found, bag_keys);
}

void
lab_contents_stop_clock(const char *definition)
{
	char *at = lab_definition_get(definition, "at");

	if (at)
		lab_sandbox_stop_clock(DatumGetTimestampTz(DirectFunctionCall3(
			timestamptz_in, CStringGetDatum(at), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
}

char *
lab_contents_add_clock(const char *definition)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();

	now -= now % USECS_PER_SEC;
	return lab_definition_add_text(definition, "at", timestamptz_to_str(now));
}

static bool
is_populated(Oid oid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(oid));
	bool populated;

	if (!HeapTupleIsValid(tuple))
		return false;
	populated = ((Form_pg_class) GETSTRUCT(tuple))->relispopulated;
	ReleaseSysCache(tuple);
	return populated;
}

static bool
is_materialized(const LabFact *fact)
{
	return get_rel_relkind(fact->relation) == RELKIND_MATVIEW;
}

/* In the sandbox, for at most one timeout together. */
static void
read_table(void *arg)
{
	Contents *work = arg;
	char *definition = lab_rows_of_table(work->fact->relation, work->columns);

	work->definition = MemoryContextStrdup(work->context, lab_fact_canonical(definition));
}

static char *
result_of(const Contents *work, const char *source, List *columns)
{
	LabReading reading = {0};

	reading.query = psprintf(work->no_columns ? "SELECT FROM %s" : "SELECT * FROM %s", source);
	reading.columns = columns;
	return MemoryContextStrdup(work->context,
							   lab_fact_canonical(lab_result_read(&reading)->definition));
}

static void
read_view(void *arg)
{
	Contents *work = arg;
	bool materialized = is_materialized(work->fact);
	const char *source = work->fact->object;

	if (materialized)
		source =
			psprintf("(%s) AS result", pg_get_querydef(lab_view_tree(work->fact->relation), false));
	if (work->rows)
		work->definition = result_of(work, source, work->columns);
	if (work->rest)
		work->rest_definition = result_of(work, source, work->rest);
	if (materialized && work->stored)
		work->stored_definition = result_of(work, work->fact->object, work->columns);
	if (work->text)
		work->query = MemoryContextStrdup(work->context, lab_view_text(work->fact->relation));
}

static bool
in_sandbox(void (*body)(void *), Contents *work, const LabJob *job, LabSandboxError *error)
{
	work->context = CurrentMemoryContext;
	return lab_sandbox_run(lab_sandbox_identity(job->role, work->fact->relation),
						   job->check_timeout, body, work, error);
}

static void
raise_unreadable(const LabFact *fact, const LabSandboxError *error)
{
	ereport(ERROR, (errcode(error->sqlstate), errmsg("%s of the reference cannot be read: %s",
													 fact->object, error->message)));
}

void
lab_contents_derive_rows(LabFact *fact, const LabEvaluation *evaluation)
{
	Contents work = {fact};
	LabSandboxError error;

	if (!in_sandbox(read_table, &work, evaluation->job, &error))
		raise_unreadable(fact, &error);
	fact->definition = work.definition;
}

void
lab_contents_judge_rows(LabComparison *comparison, const LabEvaluation *evaluation)
{
	Contents work = {comparison->found};
	LabSandboxError error;

	work.columns = lab_definition_keys(comparison->check->fact.definition, "columns");
	if (in_sandbox(read_table, &work, evaluation->job, &error))
	{
		comparison->found->definition = work.definition;
		lab_compare_settle(comparison);
	}
	else
		lab_sandbox_explain(comparison->found->object, evaluation->job->check_timeout, &error,
							&comparison->status, &comparison->problem);
}

/* What there is to say of a view's result beside the result. */
static char *
add_remarks(char *definition, const Contents *work, const LabViewQuery *view, bool alternative)
{
	if (view->tables)
		definition = lab_definition_add_list(definition, "reads", view->tables);
	if (!work->rows)
		definition =
			lab_definition_add_text(definition, DIFFERS, "its rows differ from call to call");
	else if (view->varying)
		definition = lab_definition_add_list(definition, DIFFERS, view->varying);
	if (view->clock)
		definition = lab_contents_add_clock(definition);
	if (work->query)
		definition =
			lab_definition_add_text(definition, alternative ? OR_QUERY : QUERY, work->query);
	if (work->rest)
		definition = lab_definition_add(definition, REST, work->rest_definition);
	if (work->stored_definition && !lab_contents_equal(work->definition, work->stored_definition))
		definition = lab_definition_add(definition, "stale", work->stored_definition);
	if (work->stored_definition)
		definition = lab_definition_add(definition, "stored", "true");
	return definition;
}

void
lab_contents_derive_view(LabFact *fact, const LabEvaluation *evaluation)
{
	Contents work = {fact};
	LabViewQuery *view = lab_view_query(fact->relation, LAB_CAUSE_STORED);
	LabViewQuery *calls = lab_view_query(fact->relation, 0);
	LabViewQuery *order = lab_view_query(fact->relation, LAB_CAUSE_STORED | LAB_CAUSE_ORDER);
	char *clock = view->clock ? lab_contents_add_clock("{}") : "{}";
	bool by_order = order->rows_vary != view->rows_vary ||
					list_length(order->varying) != list_length(view->varying);
	bool alternative = !calls->rows_vary && !calls->varying;
	LabSandboxError error;
	bool read;

	work.rows = !calls->rows_vary;
	work.columns = view->varying ? view->steady : NIL;
	work.no_columns = view->varying && view->steady == NIL;
	work.rest = alternative && by_order && !order->rows_vary ? order->steady : NIL;
	work.text = !alternative || view->rows_vary || by_order;
	work.stored =
		work.rows && !view->clock && is_materialized(fact) && is_populated(fact->relation);
	lab_contents_stop_clock(clock);
	read = in_sandbox(read_view, &work, evaluation->job, &error);
	lab_sandbox_start_clock();
	if (!read)
		raise_unreadable(fact, &error);
	fact->definition = add_remarks(work.rows ? work.definition : "{}", &work, view, alternative);
}

/* Is one of the tables among those that the reference's view reads, or has at all? */
static bool
reads_expected(const LabComparison *comparison, const LabViewQuery *view,
			   const LabEvaluation *evaluation)
{
	List *expected = lab_definition_list(comparison->check->fact.definition, "reads");
	ListCell *cell;
	ListCell *other;

	if (expected == NIL || view->functions)
		return true;
	foreach (cell, view->tables)
	{
		if (lab_strings_have(expected, lfirst(cell)))
			return true;
		foreach (other, evaluation->comparisons)
		{
			const LabFact *fact = &((LabComparison *) lfirst(other))->check->fact;

			if (strcmp(fact->kind, "table") == 0 && strcmp(fact->object, lfirst(cell)) == 0)
				return true;
		}
	}
	return false;
}

/* Will it give the same at any other time? */
static bool
is_timeless(const LabViewQuery *view)
{
	return !view->clock && !view->functions && !view->rows_vary && view->varying == NIL;
}

/* Of a materialized view: is what it has stored right, too? */
static void
judge_stored(LabComparison *comparison, const Contents *work)
{
	char *stale = lab_definition_get(comparison->check->fact.definition, "stale");

	/* The query is right: what it gives is what should be there. */
	if (work->stored_definition == NULL ||
		lab_contents_equal(work->definition, work->stored_definition) ||
		(stale && lab_contents_equal(stale, work->stored_definition)))
		return;
	comparison->status = LAB_FAIL;
	comparison->problem = psprintf(
		"%s has stored other rows than its query gives: it wants REFRESH MATERIALIZED VIEW",
		comparison->found->object);
}

/* May the same query stand for a result that differs? */
static bool
passes_by_query(const char *expected, const Contents *work)
{
	char *query = lab_definition_get(expected, OR_QUERY);
	char *rest = lab_definition_get(expected, REST);

	return query && strcmp(query, work->query) == 0 &&
		   (rest == NULL || lab_contents_equal(rest, work->rest_definition));
}

static void
settle_view(LabComparison *comparison, const Contents *work)
{
	const char *expected = comparison->check->fact.definition;
	char *query = lab_definition_get(expected, QUERY);

	comparison->status = LAB_PASS;
	if (work->definition)
	{
		comparison->found->definition = work->definition;
		if (!lab_contents_equal(expected, work->definition) && !passes_by_query(expected, work))
			comparison->status = LAB_FAIL;
	}
	if (query && comparison->status == LAB_PASS && strcmp(query, work->query) != 0)
	{
		comparison->status = LAB_FAIL;
		comparison->problem = psprintf("%s computes what differs from call to call in another way",
									   comparison->found->object);
	}
	if (comparison->status == LAB_PASS)
		judge_stored(comparison, work);
}

bool
lab_contents_too_deep(LabComparison *comparison, Oid view)
{
	if (!lab_view_too_deep(view))
		return false;
	comparison->status = LAB_ERROR;
	comparison->problem = psprintf("%s reads more than %d views, one within another",
								   comparison->check->fact.object, LAB_VIEWS_MAX);
	return true;
}

void
lab_contents_judge_view(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *expected = &comparison->check->fact;
	Contents work = {comparison->found};
	LabViewQuery *view = lab_view_query(comparison->found->relation, 0);
	LabSandboxError error;
	bool read;

	if (lab_contents_too_deep(comparison, comparison->found->relation))
		return;
	if (!reads_expected(comparison, view, evaluation))
	{
		comparison->status = LAB_FAIL;
		comparison->problem =
			psprintf(view->tables ? "%s reads none of the lab's tables: its answer is hard-coded"
								  : "%s reads no table: its answer is hard-coded",
					 expected->object);
		return;
	}
	work.rows = lab_definition_get(expected->definition, "rows") != NULL;
	work.columns = lab_definition_keys(expected->definition, "columns");
	work.no_columns = work.columns == NIL;
	work.text = lab_definition_get(expected->definition, QUERY) != NULL ||
				lab_definition_get(expected->definition, OR_QUERY) != NULL;
	if (lab_definition_get(expected->definition, REST))
		work.rest = lab_definition_keys(lab_definition_get(expected->definition, REST), "columns");
	if (is_materialized(comparison->found) && work.rows)
	{
		work.stored = is_populated(comparison->found->relation);
		if (!work.stored && lab_definition_is(expected->definition, "stored"))
		{
			comparison->status = LAB_FAIL;
			comparison->problem = psprintf("%s is not populated", expected->object);
			return;
		}
		work.stored &= lab_definition_get(expected->definition, "at") == NULL;
	}
	lab_contents_stop_clock(expected->definition);
	read = in_sandbox(read_view, &work, evaluation->job, &error);
	lab_sandbox_start_clock();
	if (read)
		settle_view(comparison, &work);
	else
		lab_sandbox_explain(expected->object, evaluation->job->check_timeout, &error,
							&comparison->status, &comparison->problem);
	if (comparison->status == LAB_PASS && is_timeless(view) &&
		lab_definition_get(expected->definition, "at"))
	{
		comparison->status = LAB_FAIL;
		comparison->problem =
			psprintf("%s is right today only: it does not depend on the time", expected->object);
	}
}
