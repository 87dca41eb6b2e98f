/*
 * views.c
 *		What a view must be beside its result: kinds "view_order" and "view_hidden".
 *
 * Where the reference's view ends in ORDER BY, a participant's rows must come in
 * that order, and not by chance: something in the view must put them so.  Sorted
 * by columns that are to be seen, they are looked at as they come; sorted by
 * others, they are compared with the reference's, where ties are free.
 *
 * What a view gives on hidden data is not judged here: its query goes there
 * (hidden.c).
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/contents.h"
#include "worker/definition.h"
#include "worker/facts.h"
#include "worker/sandbox.h"
#include "worker/view_query.h"
#include "worker/views.h"

char *
lab_sort_keys_json(List *keys)
{
	StringInfoData json;
	ListCell *cell;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	foreach (cell, keys)
	{
		const LabSortKey *key = lfirst(cell);

		appendStringInfoString(&json, foreach_current_index(cell) > 0 ? ", " : "");
		appendStringInfo(&json, "{\"position\": %d, \"column\": ", key->column);
		escape_json(&json, key->name);
		appendStringInfo(&json, ", \"descending\": %s, \"nulls first\": %s}",
						 key->descending ? "true" : "false", key->nulls_first ? "true" : "false");
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

List *
lab_sort_keys_read(const char *definition)
{
	List *keys = NIL;
	ListCell *cell;

	foreach (cell, lab_definition_list(definition, "sorted by"))
	{
		LabSortKey *key = palloc0(sizeof(LabSortKey));

		key->name = lab_definition_get(lfirst(cell), "column");
		key->column = atoi(lab_definition_get(lfirst(cell), "position"));
		key->descending = lab_definition_is(lfirst(cell), "descending");
		key->nulls_first = lab_definition_is(lfirst(cell), "nulls first");
		keys = lappend(keys, key);
	}
	return keys;
}

static void
add_fact(LabEvaluation *evaluation, const LabFact *view, const char *kind, char *definition)
{
	LabFact *fact = palloc0(sizeof(LabFact));

	fact->kind = pstrdup(kind);
	fact->object = view->object;
	fact->owner = view->owner;
	fact->relation = view->relation;
	fact->definition = definition;
	if (!lab_fact_ignored(fact, evaluation->job->ignore))
		evaluation->facts = lappend(evaluation->facts, fact);
}

/* One row needs no order. */
static bool
is_one_row(const Query *query)
{
	const Const *limit = (const Const *) query->limitCount;

	return limit && IsA(limit, Const) && !limit->constisnull &&
		   DatumGetInt64(limit->constvalue) <= 1 && query->limitOption == LIMIT_OPTION_COUNT;
}

/* What is to be run on the hidden data; its answer becomes the definition of the check. */
static char *
hidden_request(const LabFact *view)
{
	LabViewQuery *about = lab_view_query(view->relation, LAB_CAUSE_ORDER);
	char *request = lab_definition_add_text("{}", "query", lab_view_text(view->relation));

	if (about->rows_vary || (about->varying && about->steady == NIL))
		return NULL;
	if (about->varying)
		request = lab_definition_add_list(request, "columns", about->steady);
	if (about->clock)
		request = lab_contents_add_clock(request);
	return request;
}

void
lab_views_add_facts(LabEvaluation *evaluation)
{
	List *views = NIL;
	ListCell *cell;

	foreach (cell, evaluation->facts)
		if (strcmp(((LabFact *) lfirst(cell))->kind, "view_result") == 0)
			views = lappend(views, lfirst(cell));
	foreach (cell, views)
	{
		const LabFact *view = lfirst(cell);
		Query *query = lab_view_tree(view->relation);

		if (query && query->sortClause && !is_one_row(query) &&
			get_rel_relkind(view->relation) == RELKIND_VIEW)
			add_fact(evaluation, view, "view_order", NULL);
		if (query && evaluation->job->hidden)
		{
			char *request = hidden_request(view);

			if (request)
				add_fact(evaluation, view, "view_hidden", request);
		}
	}
}

/* What one visit of the sandbox reads. */
typedef struct Order
{
	LabReading reading;
	LabResult *result;
	Oid relation;
	char *text;
	MemoryContext context;
} Order;

static bool
all_visible(List *keys)
{
	ListCell *cell;

	foreach (cell, keys)
		if (((LabSortKey *) lfirst(cell))->column == 0)
			return false;
	return true;
}

/*
 * Does the participant's own ORDER BY, as far as it can be seen, name the same columns first?
 * The rows that are there may agree by accident.  Where it cannot be seen they decide alone, and
 * so they do on NULLS FIRST, which means nothing where there is none.
 */
static bool
names_other_keys(Oid view, List *expected)
{
	Query *query = lab_view_tree(view);
	List *found = query ? lab_sort_keys(query) : NIL;
	ListCell *cell;

	if (found == NIL || !all_visible(found) || query->setOperations)
		return false;
	foreach (cell, expected)
	{
		const LabSortKey *wanted = lfirst(cell);
		const LabSortKey *key = foreach_current_index(cell) < list_length(found)
									? list_nth(found, foreach_current_index(cell))
									: NULL;

		if (key == NULL || strcmp(key->name, wanted->name) != 0 ||
			key->descending != wanted->descending)
			return true;
	}
	return false;
}

static void
read_order(void *arg)
{
	Order *work = arg;
	MemoryContext before = MemoryContextSwitchTo(work->context);

	work->result = lab_result_read(&work->reading);
	MemoryContextSwitchTo(before);
}

void
lab_views_derive_order(LabFact *fact, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	Query *query = lab_view_tree(fact->relation);
	List *keys = lab_sort_keys(query);
	LabViewQuery *about = lab_view_query(fact->relation, LAB_CAUSE_STORED | LAB_CAUSE_ORDER);
	Order work = {{0}};
	LabSandboxError error;
	bool read;

	if (all_visible(keys))
	{
		fact->definition = lab_definition_add("{}", "sorted by", lab_sort_keys_json(keys));
		return;
	}
	if (about->rows_vary || about->varying)
		return; /* rows that differ from call to call have no order to compare */
	fact->definition = about->clock ? lab_contents_add_clock("{}") : "{}";
	work.reading.query = lab_text_with_keys(query);
	work.reading.keys = list_length(keys);
	work.reading.make_groups = true;
	work.context = CurrentMemoryContext;
	lab_contents_stop_clock(fact->definition);
	read = lab_sandbox_run(lab_sandbox_identity(job->role, fact->relation), job->check_timeout,
						   read_order, &work, &error);
	lab_sandbox_start_clock();
	if (!read)
		ereport(ERROR, (errcode(error.sqlstate), errmsg("%s of the reference cannot be read: %s",
														fact->object, error.message)));
	fact->definition = lab_definition_add_text(fact->definition, "sequence", work.result->sequence);
	fact->definition =
		lab_definition_add_text(fact->definition, "groups", lab_groups_text(work.result->groups));
}

/* The participant's view, or NULL. */
static LabFact *
find_view(const LabComparison *comparison, const LabEvaluation *evaluation)
{
	ListCell *cell;

	foreach (cell, evaluation->facts)
	{
		LabFact *fact = lfirst(cell);

		if (strcmp(fact->kind, "view_result") == 0 &&
			strcmp(fact->object, comparison->check->fact.object) == 0)
			return fact;
	}
	return NULL;
}

void
lab_views_judge_order(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *expected = &comparison->check->fact;
	const LabJob *job = evaluation->job;
	const LabFact *view = find_view(comparison, evaluation);
	char *sequence = lab_definition_get(expected->definition, "sequence");
	Order work = {{0}};
	LabSandboxError error;
	bool read;

	comparison->status = LAB_FAIL;
	if (view == NULL || lab_contents_too_deep(comparison, view->relation))
		return;
	comparison->problem =
		psprintf("%s does not give its rows in the right order (ORDER BY)", expected->object);
	if (get_rel_relkind(view->relation) == RELKIND_VIEW && !lab_view_has_order(view->relation))
		return;
	work.reading.query = psprintf("SELECT * FROM %s", expected->object);
	if (sequence)
		work.reading.groups = lab_groups_read(lab_definition_get(expected->definition, "groups"));
	else
	{
		work.reading.sorted_by = lab_sort_keys_read(expected->definition);
		if (names_other_keys(view->relation, work.reading.sorted_by))
			return;
	}
	work.context = CurrentMemoryContext;
	lab_contents_stop_clock(expected->definition);
	read = lab_sandbox_run(lab_sandbox_identity(job->role, view->relation), job->check_timeout,
						   read_order, &work, &error);
	lab_sandbox_start_clock();
	if (!read)
	{
		lab_sandbox_explain(expected->object, job->check_timeout, &error, &comparison->status,
							&comparison->problem);
		return;
	}
	if (sequence ? strcmp(sequence, work.result->sequence) == 0 : work.result->sorted)
	{
		comparison->status = LAB_PASS;
		comparison->problem = NULL;
	}
}

static void
write_query(void *arg)
{
	Order *work = arg;

	work->text = MemoryContextStrdup(work->context, lab_view_text(work->relation));
}

/* The query itself becomes the "problem" of a check that is judged elsewhere. */
void
lab_views_judge_hidden(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	const LabFact *view = find_view(comparison, evaluation);
	Order work = {{0}};
	LabSandboxError error;

	comparison->status = LAB_FAIL;
	if (view == NULL || lab_contents_too_deep(comparison, view->relation))
		return;
	work.relation = view->relation;
	work.context = CurrentMemoryContext;
	if (lab_sandbox_run(lab_sandbox_identity(job->role, view->relation), job->check_timeout,
						write_query, &work, &error))
	{
		comparison->status = LAB_MOVED;
		comparison->problem = work.text;
	}
	else
		lab_sandbox_explain(comparison->check->fact.object, job->check_timeout, &error,
							&comparison->status, &comparison->problem);
}
