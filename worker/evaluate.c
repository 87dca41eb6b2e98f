/*
 * evaluate.c
 *		The evaluator: a short-lived process in one database.
 *
 * It reads the facts of the database and either answers with them (of a
 * reference) or compares them with the checks that it was given.  It connects
 * as lab_evaluator to a participant's database, and everything there that may
 * run the participant's code runs as the participant, in the sandbox.
 */
#include "postgres.h"

#include "access/xact.h"
#include "extension/channel.h"
#include "extension/fact.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "worker/compare.h"
#include "worker/facts.h"
#include "worker/sandbox.h"

PGDLLEXPORT void lab_evaluator_main(Datum main_arg);

static bool
is_contents(const LabFact *fact)
{
	return strcmp(fact->kind, "rows") == 0 || strcmp(fact->kind, "view_result") == 0;
}

static void
send_done(void)
{
	StringInfoData answer;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_DONE);
	lab_channel_send(&answer);
}

static void
send_error(int sqlstate, const char *message)
{
	StringInfoData answer;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_ERROR);
	lab_string_write(&answer, unpack_sql_state(sqlstate));
	lab_string_write(&answer, message);
	lab_channel_send(&answer);
}

/* The facts of a reference, contents included. */
static void
derive(const LabJob *job)
{
	List *facts = lab_facts_read(job->role, job->check_timeout, job->ignore);
	ListCell *cell;

	foreach (cell, facts)
	{
		LabFact *fact = lfirst(cell);
		LabSandboxError error;
		StringInfoData answer;

		if (is_contents(fact))
			fact->definition = lab_facts_contents(fact, job->role, job->check_timeout, NIL, &error);
		if (fact->definition == NULL)
			ereport(ERROR,
					(errcode(error.sqlstate), errmsg("%s of the reference cannot be read: %s",
													 fact->object, error.message)));
		initStringInfo(&answer);
		pq_sendbyte(&answer, LAB_ANSWER_FACT);
		lab_fact_write(&answer, fact);
		lab_channel_send(&answer);
	}
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

/* Reads what the check compares, or notes why it cannot be read. */
static void
fetch_contents(LabComparison *comparison, const LabJob *job)
{
	const LabFact *expected = &comparison->check->fact;
	LabSandboxError error;
	bool table = strcmp(expected->kind, "rows") == 0;

	comparison->found->definition =
		lab_facts_contents(comparison->found, job->role, job->check_timeout,
						   table ? compared_columns(expected->definition) : NIL, &error);
	if (comparison->found->definition)
		return;
	switch (error.sqlstate)
	{
		case ERRCODE_QUERY_CANCELED:
			comparison->problem = psprintf("%s takes longer than labcreator.check_timeout (%d ms)",
										   expected->object, job->check_timeout);
			comparison->problem_status = LAB_ERROR;
			break;
		case ERRCODE_LOCK_NOT_AVAILABLE:
			comparison->problem = psprintf("%s is locked by its owner", expected->object);
			comparison->problem_status = LAB_ERROR;
			break;
		default:
			comparison->problem =
				psprintf("%s cannot be read: %s", expected->object, error.message);
	}
}

/* A view that reads no table where the reference's does: its answer is written into it. */
static void
mark_hard_coded(List *comparisons)
{
	ListCell *cell;
	ListCell *other;

	foreach (cell, comparisons)
	{
		LabComparison *view = lfirst(cell);

		if (view->found == NULL || view->found->definition == NULL ||
			strstr(view->check->fact.definition, "\"reads tables\": true") == NULL ||
			strstr(view->found->definition, "\"reads tables\": false") == NULL)
			continue;
		foreach (other, comparisons)
		{
			LabComparison *part = lfirst(other);

			if (part != view && strcmp(part->check->fact.kind, "view_result") != 0)
				continue;
			if (strcmp(part->check->fact.object, view->check->fact.object) == 0)
				part->problem = psprintf("%s reads no table: its answer is hard-coded",
										 view->check->fact.object);
		}
	}
}

static void
evaluate(const LabJob *job)
{
	List *facts = lab_facts_read(job->role, job->check_timeout, job->ignore);
	List *comparisons = lab_compare_pair(job->checks, facts);
	ListCell *cell;

	lab_compare_extras(comparisons, facts, job->extras);
	mark_hard_coded(comparisons);
	foreach (cell, comparisons)
	{
		LabComparison *comparison = lfirst(cell);
		StringInfoData answer;

		if (is_contents(&comparison->check->fact) && comparison->found && !comparison->problem)
			fetch_contents(comparison, job);
		initStringInfo(&answer);
		pq_sendbyte(&answer, LAB_ANSWER_VERDICT);
		lab_verdict_write(&answer, lab_compare_verdict(comparison, job->feedback));
		lab_channel_send(&answer);
	}
}

void
lab_evaluator_main(Datum main_arg)
{
	MemoryContext context;
	LabJob *job;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	context = AllocSetContextCreate(TopMemoryContext, "evaluator", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	job = lab_job_read(lab_channel_attach(main_arg));
	BackgroundWorkerInitializeConnectionByOid(job->database, job->evaluator, 0);
	lab_sandbox_pin_settings();

	PG_TRY();
	{
		lab_sandbox_begin();
		MemoryContextSwitchTo(context);
		if (job->kind == LAB_JOB_DERIVE)
			derive(job);
		else
			evaluate(job);
		lab_sandbox_end();
		send_done();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		AbortOutOfAnyTransaction();
		MemoryContextSwitchTo(context);
		send_error(error->sqlerrcode, error->message);
	}
	PG_END_TRY();
	proc_exit(0);
}
