/*
 * moved.c
 *		Checks that an evaluator hands on to the hidden data.
 *
 * A process has one database for its life: what must be judged in the hidden
 * one comes back from the participant's database as a query, and goes on from
 * here to a second evaluator.  Nothing is asked twice in a row: queries change
 * seldom, other commits are many.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "extension/guc.h"
#include "utils/memutils.h"
#include "worker/moved.h"

void
lab_moved_take(LabWatched *watched, LabVerdict *verdict)
{
	watched->moved = lappend(watched->moved, verdict);
}

static LabVerdict *
copy_verdict(const LabVerdict *verdict)
{
	LabVerdict *copy = palloc(sizeof(LabVerdict));

	*copy = *verdict;
	copy->detail = verdict->detail ? pstrdup(verdict->detail) : NULL;
	return copy;
}

/* Is it one of those that were handed on? */
static bool
is_moved(const LabWatched *watched, int32 check)
{
	ListCell *cell;

	foreach (cell, watched->moved)
		if (((LabVerdict *) lfirst(cell))->check == check)
			return true;
	return false;
}

static LabJob
job_of(const LabWatched *watched)
{
	LabJob job = {0};
	ListCell *cell;
	ListCell *moved;

	job.kind = LAB_JOB_HIDDEN;
	job.database = watched->lab->hidden;
	job.role = watched->role;
	job.feedback = watched->lab->feedback;
	job.check_timeout = lab_check_timeout;
	foreach (moved, watched->moved)
	{
		LabVerdict *verdict = lfirst(moved);

		foreach (cell, watched->lab->checks)
		{
			LabCheck *check = lfirst(cell);

			if (check->id != verdict->check)
				continue;
			job.checks = lappend(job.checks, check);
			job.queries = lappend(job.queries, verdict->detail);
		}
	}
	return job;
}

StringInfo
lab_moved_request(LabWatched *watched)
{
	MemoryContext before = MemoryContextSwitchTo(watched->context);
	StringInfo request = NULL;
	ListCell *cell;

	if (watched->moved && OidIsValid(watched->lab->hidden))
	{
		LabJob job = job_of(watched);

		request = makeStringInfo();
		lab_job_write(request, &job);
		watched->asked_hidden =
			DatumGetUInt64(hash_any_extended((unsigned char *) request->data, request->len, 0));
		if (watched->moved_context && watched->asked_hidden == watched->known_hidden)
		{
			request = NULL;
			foreach (cell, watched->hidden_verdicts)
				watched->verdicts = lappend(watched->verdicts, copy_verdict(lfirst(cell)));
		}
	}
	MemoryContextSwitchTo(before);
	return request;
}

void
lab_moved_forget(LabWatched *watched)
{
	if (watched->moved_context)
		MemoryContextDelete(watched->moved_context);
	watched->moved_context = NULL;
	watched->hidden_verdicts = NIL;
}

void
lab_moved_keep(LabWatched *watched)
{
	MemoryContext before = CurrentMemoryContext;
	ListCell *cell;

	lab_moved_forget(watched);
	/* An error may be over the next time. */
	foreach (cell, watched->verdicts)
	{
		const LabVerdict *verdict = lfirst(cell);

		if (verdict->status == LAB_ERROR && is_moved(watched, verdict->check))
			return;
	}
	watched->moved_context =
		AllocSetContextCreate(TopMemoryContext, "verdicts on hidden data", ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(watched->moved_context);
	foreach (cell, watched->verdicts)
	{
		const LabVerdict *verdict = lfirst(cell);

		if (is_moved(watched, verdict->check))
			watched->hidden_verdicts = lappend(watched->hidden_verdicts, copy_verdict(verdict));
	}
	watched->known_hidden = watched->asked_hidden;
	MemoryContextSwitchTo(before);
}
