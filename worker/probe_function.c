/*
 * probe_function.c
 *		What functions, procedures and aggregates do.
 *
 * Calls that were made up in the reference are repeated in the participant's
 * database.  The same source is a pass at once: what it calls, and the tables
 * that it reads, are compared on their own.  What cannot be called is compared
 * by its source.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "extension/guc.h"
#include "miscadmin.h"
#include "worker/probe.h"
#include "worker/probe_function.h"
#include "worker/probe_perturb.h"
#include "worker/probe_routine.h"

#define CANDIDATES 8 /* times as many calls are tried as are kept */

static const char *
digest_of(const LabRoutine *routine)
{
	return lab_source_digest(psprintf("%s; %s", routine->language, routine->source));
}

/*
 * A probe cannot commit: it runs the procedure without its COMMITs.  One with a
 * ROLLBACK would do something else then.
 */
static bool
commits(const LabRoutine *routine)
{
	LabMentions mentions = {NIL, NIL, NIL};

	if (routine->kind != PROKIND_PROCEDURE)
		return false;
	lab_source_mentions(routine->source, &mentions);
	return lab_source_mentions_word(&mentions, "commit") &&
		   !lab_source_mentions_word(&mentions, "rollback");
}

/* The statement that makes the procedure one that does not commit; NULL if it does not anyway. */
static char *
without_commits(const LabRoutine *routine, const LabJob *job)
{
	char *text;
	LabSandboxError error;

	if (!commits(routine) ||
		!lab_probe_text("SELECT pg_get_functiondef($1)", routine->oid, job, &text, &error))
		return NULL;
	return lab_source_without(text, "commit");
}

void
lab_function_derive(LabFact *fact, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	LabRoutine *routine = lab_routine_read(fact->relation);
	LabProbeScope scope = {job, fact->object, InvalidOid};
	LabPlan plan = {"source"};

	if (routine == NULL)
		return;
	plan.source = digest_of(routine);
	if (lab_routine_callable(routine))
	{
		LabMentions mentions = {NIL, NIL, NIL};
		List *calls;

		scope.owner = routine->owner;
		plan.path = lab_probe_path(routine->schema);
		plan.before = without_commits(routine, job);
		plan.uncommitted = plan.before != NULL;
		plan.watched = lab_probe_tables();
		lab_source_mentions(routine->source, &mentions);
		lab_perturb_follow(&mentions);
		scope.by_chance = lab_source_by_chance(&mentions);
		plan.read = lab_perturb_tables(&mentions, plan.path, job->check_timeout);
		lab_perturb_level(&plan, plan.read, job->check_timeout);
		calls = lab_routine_calls(routine, &mentions, lab_probes * CANDIDATES, job->check_timeout);
		plan.probes = list_concat(plan.probes, calls);
		lab_perturb_plan(&plan, plan.read, list_copy_head(calls, lab_probes));
		/* where no table is read, calls cost next to nothing */
		if (lab_probe_settle(&plan, &scope, plan.read ? lab_probes : 2 * lab_probes))
			plan.by = "probes";
	}
	fact->definition = lab_plan_write(&plan);
}

/* A routine that is to be read: what it refers to may be locked. */
typedef struct Reading
{
	Oid oid;
	MemoryContext context;
	LabRoutine *routine;
} Reading;

static void
read_routine(void *arg)
{
	Reading *reading = arg;
	MemoryContext before = MemoryContextSwitchTo(reading->context);

	reading->routine = lab_routine_read(reading->oid);
	MemoryContextSwitchTo(before);
}

void
lab_function_judge(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	const LabFact *expected = &comparison->check->fact;
	LabPlan *plan = lab_plan_read(expected->definition);
	LabProbeScope scope = {job, expected->object, job->role};
	Reading reading = {comparison->found->relation, CurrentMemoryContext, NULL};
	LabSandboxError error;

	if (!lab_sandbox_run(OidIsValid(job->role) ? job->role : GetUserId(), job->check_timeout,
						 read_routine, &reading, &error))
	{
		lab_sandbox_explain(expected->object, job->check_timeout, &error, &comparison->status,
							&comparison->problem);
		return;
	}
	if (reading.routine == NULL)
		return; /* dropped since */
	if (strcmp(plan->source, digest_of(reading.routine)) == 0)
	{
		comparison->status = LAB_PASS;
		return;
	}
	if (plan->probes == NIL)
	{
		comparison->problem =
			psprintf("%s cannot be tried, and its source is another one", expected->object);
		return;
	}
	if (!OidIsValid(scope.owner))
		scope.owner = reading.routine->owner;
	if (plan->uncommitted)
		plan->before = without_commits(reading.routine, job);
	lab_probe_judge(comparison, plan, &scope);
}
