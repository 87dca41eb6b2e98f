/*
 * launch.c
 *		Running evaluators: starting them, hearing them, ending them in time.
 *
 * A database is due when something was committed there since its last
 * evaluation started, when somebody asked, or when the sweep reaches it; not
 * before labcreator.debounce has passed since the last start.  The one that
 * waits longest goes first, so a storm in one database delays that one only.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "extension/guc.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "worker/launch.h"
#include "worker/moved.h"
#include "worker/verdict.h"

#define STARVED_RETRY_MS 200
#define FAILURE_RETRY_MS 1000      /* doubled with each failure, */
#define FAILURE_RETRY_MAX_MS 60000 /* up to this */

static int running = 0;

/* When the database is to be evaluated next: 0 for never. */
static TimestampTz
due_at(const LabWatched *watched)
{
	TimestampTz earliest = TimestampTzPlusMilliseconds(watched->started, lab_debounce);

	if (!watched->evaluated && watched->retry_at == 0)
		return earliest;
	if (pg_atomic_read_u64(&watched->slot->commits) != watched->commits ||
		pg_atomic_read_u64(&watched->slot->asked) != watched->asked)
		return earliest;
	if (watched->retry_at != 0)
		return watched->retry_at;
	if (lab_sweep_interval > 0)
		return TimestampTzPlusMilliseconds(watched->started, (int64) lab_sweep_interval * 1000);
	return 0;
}

/* Starts one evaluator; false when the server has no room for it now. */
static bool
start(LabWatched *watched, Oid evaluator)
{
	MemoryContext before = CurrentMemoryContext;
	StringInfoData request;
	LabJob job = {0};

	watched->context =
		AllocSetContextCreate(TopMemoryContext, "evaluation", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(watched->context);
	job.kind = LAB_JOB_EVALUATE;
	job.database = watched->database;
	job.role = watched->role;
	job.evaluator = evaluator;
	job.feedback = watched->lab->feedback;
	job.extras = watched->lab->extras;
	job.check_timeout = lab_check_timeout;
	job.ignore = watched->lab->ignore;
	job.checks = watched->lab->checks;
	initStringInfo(&request);
	lab_job_write(&request, &job);

	/* The counters first: a commit from now on makes it due again. */
	watched->commits = pg_atomic_read_u64(&watched->slot->commits);
	watched->asked = pg_atomic_read_u64(&watched->slot->asked);
	pg_memory_barrier();
	watched->channel = lab_channel_start("lab_evaluator_main", "labcreator evaluator", &request);
	pfree(request.data);
	MemoryContextSwitchTo(before);

	if (watched->channel == NULL)
	{
		MemoryContextDelete(watched->context);
		watched->context = NULL;
		watched->commits--; /* it is still due */
		return false;
	}
	watched->started = GetCurrentTimestamp();
	watched->verdicts = NIL;
	watched->moved = NIL;
	watched->on_hidden = false;
	running++;
	pg_atomic_write_u32(&lab_shared->evaluators, running);
	return true;
}

static void
finish(LabWatched *watched)
{
	if (watched->channel == NULL)
		return;
	lab_channel_end(watched->channel);
	watched->channel = NULL;
	watched->verdicts = NIL;
	watched->moved = NIL;
	MemoryContextDelete(watched->context);
	watched->context = NULL;
	running--;
	pg_atomic_write_u32(&lab_shared->evaluators, running);
}

void
lab_launch_stop(LabWatched *watched)
{
	finish(watched);
	ConditionVariableBroadcast(&lab_shared->served);
}

/* The evaluation ended: store what it said, or why it said nothing. */
static void
conclude(LabWatched *watched, const char *failure)
{
	uint64 asked = watched->asked;

	lab_metrics_note(watched->lab->id, watched->started);
	lab_verdict_store(watched, failure);
	watched->evaluated = true;
	if (failure)
	{
		int64 pause = (int64) FAILURE_RETRY_MS << Min(watched->failures, 6);

		watched->failures++;
		watched->retry_at =
			TimestampTzPlusMilliseconds(GetCurrentTimestamp(), Min(pause, FAILURE_RETRY_MAX_MS));
	}
	else
	{
		watched->failures = 0;
		watched->retry_at = 0;
	}
	finish(watched);
	pg_atomic_write_u64(&watched->slot->served, asked);
	ConditionVariableBroadcast(&lab_shared->served);
}

/* Goes on to the hidden data, where something is to be judged there; true when it is over. */
static bool
go_on(LabWatched *watched)
{
	StringInfo request = watched->on_hidden ? NULL : lab_moved_request(watched);
	MemoryContext before;
	LabChannel *channel;

	if (watched->on_hidden)
		lab_moved_keep(watched);
	if (request == NULL)
	{
		conclude(watched, NULL);
		return true;
	}
	before = MemoryContextSwitchTo(watched->context);
	channel = lab_channel_start("lab_evaluator_main", "labcreator evaluator", request);
	MemoryContextSwitchTo(before);
	if (channel == NULL)
	{
		conclude(watched, "no background worker was free for the hidden data");
		return true;
	}
	lab_channel_end(watched->channel);
	watched->channel = channel;
	watched->on_hidden = true;
	return false;
}

static void
take_verdict(LabWatched *watched, StringInfo answer)
{
	MemoryContext before = MemoryContextSwitchTo(watched->context);
	LabVerdict *verdict = lab_verdict_read(answer);

	if (verdict->status == LAB_MOVED)
		lab_moved_take(watched, verdict);
	else
		watched->verdicts = lappend(watched->verdicts, verdict);
	MemoryContextSwitchTo(before);
}

/* Reads what has arrived; true when the evaluation is over. */
static bool
hear(LabWatched *watched, StringInfo answer)
{
	for (;;)
	{
		shm_mq_result result = lab_channel_receive(watched->channel, answer, true);

		if (result == SHM_MQ_WOULD_BLOCK)
			return false;
		if (result == SHM_MQ_DETACHED)
		{
			conclude(watched, "the evaluator was ended before it had answered");
			return true;
		}
		switch (pq_getmsgbyte(answer))
		{
			case LAB_ANSWER_VERDICT:
				take_verdict(watched, answer);
				break;
			case LAB_ANSWER_ERROR:
				(void) pq_getmsgrawstring(answer); /* SQLSTATE */
				conclude(watched, pq_getmsgrawstring(answer));
				return true;
			case LAB_ANSWER_DONE:
				if (go_on(watched))
					return true;
				break;
			default:
				conclude(watched, "the evaluator sent an unknown answer");
				return true;
		}
	}
}

/* The entries with a running evaluator: a list, for no transaction may end within a hash scan. */
static List *
running_entries(void)
{
	HASH_SEQ_STATUS scan;
	LabWatched *watched;
	List *entries = NIL;

	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
		if (watched->channel)
			entries = lappend(entries, watched);
	return entries;
}

void
lab_launch_collect(void)
{
	StringInfoData answer;
	ListCell *cell;

	if (running == 0)
		return;
	initStringInfo(&answer);
	foreach (cell, running_entries())
	{
		LabWatched *watched = lfirst(cell);

		if (hear(watched, &answer))
			continue;
		if (TimestampDifferenceExceeds(watched->started, GetCurrentTimestamp(),
									   lab_evaluation_timeout))
			conclude(watched, psprintf("stopped after labcreator.evaluation_timeout (%d ms)",
									   lab_evaluation_timeout));
	}
}

/* The database that has been due longest; sets *next to when the first of the others will be. */
static LabWatched *
most_due(TimestampTz now, TimestampTz *next)
{
	HASH_SEQ_STATUS scan;
	LabWatched *watched;
	LabWatched *best = NULL;
	TimestampTz best_at = 0;

	*next = 0;
	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
	{
		TimestampTz at;

		if (watched->channel)
			continue;
		at = due_at(watched);
		if (at != 0 && at <= now && (best == NULL || at < best_at))
		{
			best = watched;
			best_at = at;
		}
		else if (at > now && (*next == 0 || at < *next))
			*next = at;
	}
	return best;
}

TimestampTz
lab_launch_due(void)
{
	static Oid evaluator = InvalidOid;
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz next = 0;
	LabWatched *watched;

	while (running < lab_evaluators && (watched = most_due(now, &next)) != NULL)
	{
		if (!OidIsValid(evaluator))
			evaluator = lab_verdict_evaluator();
		if (!start(watched, evaluator))
		{
			if (pg_atomic_read_u64(&lab_shared->starved) == 0)
				pg_atomic_write_u64(&lab_shared->starved, (uint64) now);
			return TimestampTzPlusMilliseconds(now, STARVED_RETRY_MS);
		}
		pg_atomic_write_u64(&lab_shared->starved, 0);
	}
	/* A running evaluator wakes us when it ends; its deadline must not be missed. */
	if (running > 0)
	{
		TimestampTz deadline = TimestampTzPlusMilliseconds(now, Min(lab_evaluation_timeout, 1000));

		if (next == 0 || deadline < next)
			next = deadline;
	}
	return next;
}
