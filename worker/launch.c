/*
 * launch.c
 *		Running evaluators: starting them, hearing them, ending them in time.
 *
 * A database is due when something was committed there since its last
 * evaluation started, when somebody asked, or when the sweep reaches it; after
 * a commit not before labcreator.debounce has passed since the last start.  The
 * one that waits longest goes first, so a storm in one database delays that one only.
 *
 * An evaluator that has answered lingers: it knows the database, and is asked
 * again when something happens there.  It gives way when another database waits.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "extension/clock.h"
#include "extension/guc.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "worker/launch.h"
#include "worker/moved.h"
#include "worker/verdict.h"

#define STARVED_RETRY_MS 200
#define FAILURE_RETRY_MS 1000      /* doubled with each failure, */
#define FAILURE_RETRY_MAX_MS 60000 /* up to this */

static int running = 0;

/* Is there a commit that no evaluation knows of, or a question? */
static bool
has_event(const LabWatched *watched)
{
	return pg_atomic_read_u64(&watched->slot->commits) != watched->commits;
}

static bool
is_asked(const LabWatched *watched)
{
	return pg_atomic_read_u64(&watched->slot->asked) != watched->asked;
}

/* When the database is to be evaluated next: 0 for never. */
static LabTime
due_at(const LabWatched *watched)
{
	LabTime earliest = Max(lab_clock_plus(watched->started, lab_debounce), 1);

	if (is_asked(watched))
		return Max(watched->started, 1); /* somebody waits for it */
	if ((!watched->evaluated && watched->retry_at == 0) || has_event(watched))
		return earliest;
	if (watched->retry_at != 0)
		return watched->retry_at;
	if (lab_sweep_interval > 0)
		return lab_clock_plus(watched->started, (int64) lab_sweep_interval * 1000);
	return 0;
}

/* The evaluation is over; its evaluator is still there. */
static void
end_evaluation(LabWatched *watched)
{
	if (watched->hidden_channel)
		lab_channel_end(watched->hidden_channel);
	watched->hidden_channel = NULL;
	watched->verdicts = NIL;
	watched->moved = NIL;
	if (watched->context)
		MemoryContextDelete(watched->context);
	watched->context = NULL;
	watched->busy = false;
	watched->answered = false;
	watched->failure = NULL;
	watched->idle_since = lab_clock_now();
}

/* The evaluator goes. */
static void
dismiss(LabWatched *watched)
{
	end_evaluation(watched);
	if (watched->channel == NULL)
		return;
	lab_channel_end(watched->channel);
	watched->channel = NULL;
	MemoryContextDelete(watched->channel_context);
	watched->channel_context = NULL;
	watched->outdated = false;
	running--;
	pg_atomic_write_u32(&lab_shared->evaluators, running);
}

/* Starts an evaluator; false when the server has no room for it now. */
static bool
hire(LabWatched *watched, Oid evaluator)
{
	MemoryContext before = CurrentMemoryContext;
	StringInfoData request;
	LabJob job = {0};

	watched->channel_context =
		AllocSetContextCreate(TopMemoryContext, "evaluator", ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(watched->channel_context);
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
	watched->channel = lab_channel_start("lab_evaluator_main", "labcreator evaluator", &request);
	pfree(request.data);
	MemoryContextSwitchTo(before);
	if (watched->channel == NULL)
	{
		MemoryContextDelete(watched->channel_context);
		watched->channel_context = NULL;
		return false;
	}
	watched->outdated = false;
	running++;
	pg_atomic_write_u32(&lab_shared->evaluators, running);
	return true;
}

/* Starts one evaluation, by the evaluator that lingers there or by a new one. */
static bool
start(LabWatched *watched, Oid evaluator)
{
	bool whole = !has_event(watched) || is_asked(watched); /* the sweep trusts no note */

	/* The counters first: a commit from now on makes it due again. */
	watched->commits = pg_atomic_read_u64(&watched->slot->commits);
	watched->asked = pg_atomic_read_u64(&watched->slot->asked);
	if (whole)
		pg_atomic_write_u32(&watched->slot->touched.everything, 1);
	pg_memory_barrier();
	if (watched->channel)
		lab_channel_again(watched->channel);
	else if (!hire(watched, evaluator))
	{
		watched->commits--; /* it is still due */
		return false;
	}
	watched->context =
		AllocSetContextCreate(TopMemoryContext, "evaluation", ALLOCSET_DEFAULT_SIZES);
	watched->started = lab_clock_now();
	watched->busy = true;
	return true;
}

void
lab_launch_stop(LabWatched *watched)
{
	dismiss(watched);
	ConditionVariableBroadcast(&lab_shared->served);
}

void
lab_launch_outdate(LabWatched *watched)
{
	if (watched->channel && !watched->busy)
		dismiss(watched);
	else
		watched->outdated = watched->channel != NULL;
}

/* The evaluation ended: store what it said, or why it said nothing.  Until that is done it is not
 * over. */
static void
conclude(LabWatched *watched, const char *failure)
{
	uint64 asked = watched->asked;

	if (failure && failure != watched->failure)
		watched->failure = MemoryContextStrdup(watched->context, failure);
	watched->answered = true;
	lab_verdict_store(watched, failure);
	watched->evaluated = true;
	if (failure)
	{
		int64 pause = (int64) FAILURE_RETRY_MS << Min(watched->failures, 6);

		watched->failures++;
		watched->retry_at = lab_clock_plus(lab_clock_now(), Min(pause, FAILURE_RETRY_MAX_MS));
	}
	else
	{
		watched->failures = 0;
		watched->retry_at = 0;
	}
	if (failure || watched->outdated)
		dismiss(watched);
	else
		end_evaluation(watched);
	lab_metrics_note(watched->lab->id, watched->started);
	pg_atomic_write_u64(&watched->slot->served, asked);
	ConditionVariableBroadcast(&lab_shared->served);
}

/* Goes on to the hidden data, where something is to be judged there; true when it is over. */
static bool
go_on(LabWatched *watched)
{
	StringInfo request = watched->hidden_channel ? NULL : lab_moved_request(watched);
	MemoryContext before;

	if (watched->hidden_channel)
		lab_moved_keep(watched);
	if (request == NULL)
	{
		conclude(watched, NULL);
		return true;
	}
	before = MemoryContextSwitchTo(watched->context);
	watched->hidden_channel =
		lab_channel_start("lab_evaluator_main", "labcreator evaluator", request);
	MemoryContextSwitchTo(before);
	if (watched->hidden_channel)
		return false;
	conclude(watched, "no background worker was free for the hidden data");
	return true;
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
		LabChannel *from = watched->hidden_channel ? watched->hidden_channel : watched->channel;
		shm_mq_result result = lab_channel_receive(from, answer, true);

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

/* The entries with an evaluator: a list, for no transaction may end within a hash scan. */
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

		if (!watched->busy)
		{
			/* It has waited long enough, and left. */
			if (lab_channel_receive(watched->channel, &answer, true) == SHM_MQ_DETACHED)
				dismiss(watched);
			continue;
		}
		if (watched->answered) /* it could not be stored, when the disk was full */
		{
			conclude(watched, watched->failure);
			continue;
		}
		if (hear(watched, &answer))
			continue;
		if (lab_clock_passed(watched->started, lab_evaluation_timeout))
			conclude(watched, psprintf("stopped after labcreator.evaluation_timeout (%d ms)",
									   lab_evaluation_timeout));
	}
}

/* The database that has been due longest; sets *next to when the first of the others will be. */
static LabWatched *
most_due(LabTime now, LabTime *next)
{
	HASH_SEQ_STATUS scan;
	LabWatched *watched;
	LabWatched *best = NULL;
	LabTime best_at = 0;

	*next = 0;
	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
	{
		LabTime at;

		if (watched->busy)
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

/* The evaluator that lingers longest, or NULL. */
static LabWatched *
longest_idle(void)
{
	HASH_SEQ_STATUS scan;
	LabWatched *watched;
	LabWatched *longest = NULL;

	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
		if (watched->channel && !watched->busy &&
			(longest == NULL || watched->idle_since < longest->idle_since))
			longest = watched;
	return longest;
}

/* Is there an evaluator for the database, or room for one?  One that lingers elsewhere gives way.
 */
static bool
make_room(const LabWatched *watched)
{
	LabWatched *idle;

	if (watched->channel || running < lab_evaluators)
		return true;
	idle = longest_idle();
	if (idle == NULL)
		return false;
	dismiss(idle);
	return true;
}

LabTime
lab_launch_due(void)
{
	static Oid evaluator = InvalidOid;
	LabTime now = lab_clock_now();
	LabTime next = 0;
	LabWatched *watched;

	while ((watched = most_due(now, &next)) != NULL && make_room(watched))
	{
		if (!OidIsValid(evaluator))
			evaluator = lab_verdict_evaluator();
		if (!start(watched, evaluator))
		{
			lab_note_starved();
			return lab_clock_plus(now, STARVED_RETRY_MS);
		}
		pg_atomic_write_u64(&lab_shared->starved, 0);
	}
	/* A running evaluator wakes us when it ends; its deadline must not be missed. */
	if (running > 0)
	{
		LabTime deadline = lab_clock_plus(now, Min(lab_evaluation_timeout, 1000));

		if (next == 0 || deadline < next)
			next = deadline;
	}
	return next;
}
