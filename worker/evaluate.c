/*
 * evaluate.c
 *		The evaluator: a short-lived process in one database.
 *
 * It reads the facts of the database and either answers with them (of a
 * reference) or compares them with the checks that it was given: first
 * read-only, then what has to write to find out; nothing is ever committed.  It
 * connects as lab_evaluator to a participant's database, and everything there
 * that may run the participant's code runs as the participant, in the sandbox.
 */
#include "postgres.h"

#include "access/xact.h"
#include "extension/channel.h"
#include "extension/fact.h"
#include "extension/gate.h"
#include "extension/guc.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "worker/disk.h"
#include "worker/explain.h"
#include "worker/facts.h"
#include "worker/hidden.h"
#include "worker/kinds.h"
#include "worker/probe.h"
#include "worker/sandbox.h"
#include "worker/views.h"

PGDLLEXPORT void lab_evaluator_main(Datum main_arg);

static MemoryContext context; /* of the whole evaluation */

static void
send_done(void)
{
	StringInfoData answer;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_DONE);
	lab_channel_send(&answer);
}

static void
send_error(const ErrorData *error)
{
	StringInfoData answer;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_ERROR);
	lab_string_write(&answer, unpack_sql_state(error->sqlerrcode));
	lab_string_write(&answer, error->message);
	lab_string_write(&answer, error->detail ? error->detail : "");
	lab_string_write(&answer, error->hint ? error->hint : "");
	lab_channel_send(&answer);
}

/* What is known so far outlives the read-only transaction. */
static void
begin_writing(void)
{
	lab_sandbox_end();
	lab_sandbox_begin(true);
	MemoryContextSwitchTo(context);
}

/* One pass of a derivation: in a transaction that may write, or may not. */
static void
derive_pass(const LabEvaluation *evaluation, bool writing)
{
	ListCell *cell;

	foreach (cell, evaluation->facts)
	{
		LabFact *fact = lfirst(cell);
		const LabKind *kind = lab_kind_find(fact->kind);
		LabDerive derive = kind == NULL ? NULL : writing ? kind->derive_writing : kind->derive;

		if (derive)
			derive(fact, evaluation);
	}
}

/* One pass of an evaluation. */
static void
judge_pass(const LabEvaluation *evaluation, bool writing)
{
	ListCell *cell;

	foreach (cell, evaluation->comparisons)
	{
		LabComparison *comparison = lfirst(cell);
		const LabKind *kind = lab_kind_find(comparison->check->fact.kind);
		LabJudge judge = kind == NULL ? NULL : writing ? kind->judge_writing : kind->judge;

		if (judge == NULL || comparison->problem || (comparison->found == NULL && !kind->unmatched))
			continue;
		if (writing && kind->judge && comparison->status != LAB_PASS)
			continue;
		judge(comparison, evaluation);
	}
}

/* The facts of a reference, lazy ones included. */
static void
derive(LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	ListCell *cell;

	evaluation->facts = lab_facts_read(job->role, job->check_timeout, job->ignore);
	lab_views_add_facts(evaluation);
	foreach (cell, job->checks)
		evaluation->facts = lappend(evaluation->facts, &((LabCheck *) lfirst(cell))->fact);
	derive_pass(evaluation, false);
	begin_writing();
	derive_pass(evaluation, true);
	foreach (cell, evaluation->facts)
	{
		LabFact *fact = lfirst(cell);
		StringInfoData answer;

		if (fact->definition == NULL)
			continue;
		initStringInfo(&answer);
		pq_sendbyte(&answer, LAB_ANSWER_FACT);
		lab_fact_write(&answer, fact);
		lab_channel_send(&answer);
	}
}

static void
evaluate(LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	LabMistakes *mistakes;
	ListCell *cell;

	lab_disk_measure();
	evaluation->facts = lab_facts_read(job->role, job->check_timeout, job->ignore);
	evaluation->comparisons = lab_compare_pair(job->checks, evaluation->facts);
	foreach (cell, evaluation->comparisons)
		lab_compare_settle(lfirst(cell));
	judge_pass(evaluation, false);
	lab_compare_extras(evaluation->comparisons, evaluation->facts, job->extras);
	begin_writing();
	judge_pass(evaluation, true);
	mistakes = lab_mistakes_collect(evaluation);
	foreach (cell, evaluation->comparisons)
	{
		const LabComparison *comparison = lfirst(cell);
		LabVerdict verdict = {comparison->check->id, comparison->status, NULL};
		StringInfoData answer;

		if (verdict.status == LAB_MOVED)
			verdict.detail = comparison->problem;
		else if (verdict.status != LAB_PASS)
			verdict.detail = lab_explain(comparison, mistakes, job->feedback);
		initStringInfo(&answer);
		pq_sendbyte(&answer, LAB_ANSWER_VERDICT);
		lab_verdict_write(&answer, &verdict);
		lab_channel_send(&answer);
	}
}

void
lab_evaluator_main(Datum main_arg)
{
	LabEvaluation evaluation = {0};
	LabJob *job;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	context = AllocSetContextCreate(TopMemoryContext, "evaluator", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	job = lab_job_read(lab_channel_attach(main_arg));
	BackgroundWorkerInitializeConnectionByOid(job->database, job->evaluator, 0);
	lab_sandbox_pin_settings();
	lab_limit_memory(lab_evaluator_memory);

	lab_sandbox_set_clock(lab_probe_clock(job->checks));
	lab_probe_limit(job->kind == LAB_JOB_EVALUATE ? lab_evaluation_timeout : 0);
	PG_TRY();
	{
		lab_sandbox_begin(false);
		MemoryContextSwitchTo(context);
		evaluation.job = job;
		if (job->kind == LAB_JOB_DERIVE)
			derive(&evaluation);
		else if (job->kind == LAB_JOB_HIDDEN)
			lab_hidden_run(job, context);
		else
			evaluate(&evaluation);
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
		send_error(error);
	}
	PG_END_TRY();
	proc_exit(0);
}
