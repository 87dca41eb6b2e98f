/*
 * evaluate.c
 *		The evaluator: a process in one database.
 *
 * It reads the facts of the database and either answers with them (of a
 * reference) or compares them with the checks that it was given (look.c): first
 * read-only, then what has to write to find out; nothing is ever committed.  In
 * a participant's database it then waits to be asked again.  It connects as lab_evaluator to a
 *participant's database, and everything there that may run the participant's code runs as the
 *participant, in the sandbox.
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
#include "worker/facts.h"
#include "worker/hidden.h"
#include "worker/kinds.h"
#include "worker/look.h"
#include "worker/objects.h"
#include "worker/probe.h"
#include "worker/sandbox.h"
#include "worker/views.h"

PGDLLEXPORT void lab_evaluator_main(Datum main_arg);

static MemoryContext context; /* of the whole evaluation */

static void
send_done(bool unsettled)
{
	StringInfoData answer;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_DONE);
	pq_sendbyte(&answer, unsettled);
	lab_channel_send(&answer);
	pfree(answer.data); /* an evaluator that lingers says this often */
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

/* The facts of a reference, lazy ones included. */
static void
derive(const LabJob *job)
{
	LabEvaluation derivation = {job, NIL, NIL};
	LabEvaluation *evaluation = &derivation;
	LabFactScope scope = {job->role, job->check_timeout, job->ignore};
	ListCell *cell;

	lab_probe_limit(0);
	evaluation->facts =
		lab_facts_read(&scope, lab_objects_affected(lab_objects_changed(NULL)), NIL);
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

/* Does what the job asks for, and says so, or why not; false after an error. */
static bool
work(const LabJob *job)
{
	volatile bool done = false;

	PG_TRY();
	{
		bool unsettled = false;

		if (job->kind == LAB_JOB_EVALUATE)
			unsettled = lab_look(job);
		else
		{
			lab_sandbox_begin(false);
			MemoryContextSwitchTo(context);
			if (job->kind == LAB_JOB_DERIVE)
				derive(job);
			else
				lab_hidden_run(job, context);
			lab_sandbox_end();
		}
		send_done(unsettled);
		done = true;
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
	return done;
}

void
lab_evaluator_main(Datum main_arg)
{
	LabJob *job;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	context = AllocSetContextCreate(TopMemoryContext, "evaluator", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	job = lab_job_read(lab_channel_attach(main_arg));
	BackgroundWorkerInitializeConnectionByOid(job->database, job->evaluator, 0);
	lab_sandbox_pin_settings();
	lab_limit_memory(lab_evaluator_memory);
	lab_sandbox_set_clock(job->clock != 0 ? job->clock : lab_probe_clock(job->checks));

	while (work(job) && job->kind == LAB_JOB_EVALUATE && OidIsValid(job->role) &&
		   lab_channel_wait(lab_linger))
		;
	proc_exit(0);
}
