/*
 * launch.c
 *		Running evaluators: starting them, hearing them, ending them in time.
 *
 * A database is due when something was committed there since its last
 * evaluation started, when somebody asked, or when the sweep reaches it; after
 * a commit not before labcreator.debounce has passed since the last start, and
 * longer where evaluations are slow and commits are many.  The one that waits
 * longest goes first, so a storm in one database delays that one only.
 *
 * An evaluator that has answered lingers: it knows the database, and is asked
 * again when something happens there.  labcreator.evaluators are at work at a
 * time; up to labcreator.lingering more wait, as far as max_worker_processes has
 * room for them.  Beyond that, the one that waits longest gives way.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "common/hashfn.h"
#include "extension/clock.h"
#include "extension/guc.h"
#include "extension/workers.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "worker/launch.h"
#include "worker/moved.h"
#include "worker/sweep.h"
#include "worker/verdict.h"

#define STARVED_RETRY_MS 200
#define LOCKED_RETRY_MS 200
#define FAILURE_RETRY_MS 1000      /* doubled with each failure, */
#define FAILURE_RETRY_MAX_MS 60000 /* up to this */

#define SWEEPS_SHARE 100    /* of the interval, the part by which a sweep can be late */
#define STORM_COMMITS 10    /* since the last evaluation started: then evaluations of the */
#define STORM_SHARE 8       /* database take one part in so many of the time, */
#define STORM_PAUSE_MS 1000 /* but wait no longer than this */
#define CROWDED_RETRY_MS 5  /* one that gives way needs about this long to be gone */

static int running = 0;     /* evaluators, */
static int working = 0;     /* and those of them that do not linger */
static uint64 settings = 0; /* grows whenever settings were read anew */
static Oid evaluator_role = InvalidOid;

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

/* Was the last one by other checks than there are now? */
static bool
is_outdated(const LabWatched *watched)
{
	return watched->evaluated && watched->revision != watched->lab->revision;
}

/* Does a program commit there, and nobody who types? */
static bool
is_storm(const LabWatched *watched)
{
	return pg_atomic_read_u64(&watched->slot->commits) - watched->commits >= STORM_COMMITS;
}

/* When the database is to be evaluated next: 0 for never. */
static LabTime
due_at(const LabWatched *watched)
{
	LabTime earliest = Max(lab_clock_plus(watched->started, lab_debounce), 1);

	if (is_storm(watched))
		earliest = Max(earliest,
					   watched->started + Min(STORM_SHARE * watched->took,
											  watched->took + STORM_PAUSE_MS * INT64CONST(1000)));

	if (is_asked(watched))
		return Max(watched->started, 1); /* somebody waits for it */
	if (has_event(watched) || is_outdated(watched))
		return earliest;
	/* While others still wait for a database, one that nobody has worked in can wait, too. */
	if (!watched->evaluated && watched->retry_at == 0)
		return pg_atomic_read_u32(&lab_shared->provisioners) > 0 ? 0 : earliest;
	if (watched->retry_at != 0)
		return watched->retry_at;
	if (lab_sweep_interval > 0)
		return lab_clock_plus(watched->started, (int64) lab_sweep_interval * 1000);
	return 0;
}

/* Is it due without an event? */
static bool
is_sweep(const LabWatched *watched)
{
	return watched->evaluated && watched->retry_at == 0 && !has_event(watched) &&
		   !is_asked(watched) && !is_outdated(watched);
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
	if (watched->busy)
		working--;
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

/* What an evaluator of the database has to know; in the current memory context. */
static StringInfo
make_request(const LabWatched *watched)
{
	StringInfo request = makeStringInfo();
	LabJob job = {0};

	job.kind = LAB_JOB_EVALUATE;
	job.database = watched->database;
	job.role = watched->role;
	job.evaluator = evaluator_role;
	job.feedback = watched->lab->feedback;
	job.extras = watched->lab->extras;
	job.check_timeout = lab_check_timeout;
	job.ignore = watched->lab->ignore;
	job.checks = watched->lab->checks;
	lab_job_write(request, &job);
	return request;
}

static uint64
hash_of(const StringInfoData *request)
{
	return hash_bytes_extended((const unsigned char *) request->data, request->len, settings);
}

/* Starts an evaluator; false when the server has no room for it now. */
static bool
hire(LabWatched *watched)
{
	MemoryContext before = CurrentMemoryContext;
	StringInfo request;

	watched->channel_context =
		AllocSetContextCreate(TopMemoryContext, "evaluator", ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(watched->channel_context);
	request = make_request(watched);
	watched->job = hash_of(request);
	watched->channel = lab_channel_start("lab_evaluator_main", "labcreator evaluator", request);
	pfree(request->data);
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
start(LabWatched *watched)
{
	bool whole = !has_event(watched) || is_asked(watched); /* the sweep trusts no note */

	/* The counters first: a commit from now on makes it due again. */
	watched->revision = watched->lab->revision;
	watched->commits = pg_atomic_read_u64(&watched->slot->commits);
	watched->asked = pg_atomic_read_u64(&watched->slot->asked);
	lab_sweep_note(watched);
	watched->unsettled = false;
	if (whole)
		pg_atomic_write_u32(&watched->slot->touched.everything, 1);
	pg_memory_barrier();
	if (watched->channel)
		lab_channel_again(watched->channel);
	else if (!hire(watched))
	{
		watched->commits--; /* it is still due */
		return false;
	}
	watched->context =
		AllocSetContextCreate(TopMemoryContext, "evaluation", ALLOCSET_DEFAULT_SIZES);
	watched->started = lab_clock_now();
	watched->busy = true;
	working++;
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
	StringInfo request;

	if (watched->channel == NULL || watched->outdated)
		return;
	request = make_request(watched);
	/* even the same job: a new evaluator says everything again */
	watched->outdated =
		hash_of(request) != watched->job || watched->revision != watched->lab->revision;
	pfree(request->data);
	pfree(request);
	if (watched->outdated && !watched->busy)
		dismiss(watched);
}

bool
lab_launch_working(void)
{
	return working > 0;
}

void
lab_launch_reload(void)
{
	settings++;
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
	if (!lab_verdict_store(watched, failure))
	{
		/* A lab master is changing the lab.  A new evaluator tells all of it again. */
		watched->evaluated = false;
		watched->retry_at = lab_clock_plus(lab_clock_now(), LOCKED_RETRY_MS);
		dismiss(watched);
		return;
	}
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
	watched->took = lab_clock_now() - watched->started;
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

	watched->unsettled |= verdict->status == LAB_ERROR;
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
				watched->unsettled |= pq_getmsgbyte(answer) != 0;
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
		if (at != 0 && at <= now && is_sweep(watched) && !lab_sweep_worthwhile(watched))
		{
			watched->started = now;
			at = due_at(watched);
		}
		if (at != 0 && at <= now && (best == NULL || at < best_at))
		{
			best = watched;
			best_at = at;
		}
		else if (at > now)
		{
			/* Nobody waits for a sweep: those that come soon after each other take one cycle. */
			if (is_sweep(watched))
				at = lab_clock_plus(at, (int64) lab_sweep_interval * 1000 / SWEEPS_SHARE);
			if (*next == 0 || at < *next)
				*next = at;
		}
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

/* The one that lingers longest gives way; false when none does. */
static bool
dismiss_one(void)
{
	LabWatched *idle = longest_idle();

	if (idle)
		dismiss(idle);
	return idle != NULL;
}

/* May one more database be evaluated now? */
static bool
make_room(const LabWatched *watched)
{
	if (working >= lab_evaluators)
		return false;
	return watched->channel || running < lab_evaluators + lab_workers_that_linger() ||
		   dismiss_one();
}

LabTime
lab_launch_due(void)
{
	LabTime now = lab_clock_now();
	LabTime next = 0;
	LabWatched *watched;

	while ((watched = most_due(now, &next)) != NULL && make_room(watched))
	{
		if (!OidIsValid(evaluator_role))
			evaluator_role = lab_verdict_evaluator();
		if (!start(watched))
		{
			if (dismiss_one())
				return lab_clock_plus(now, CROWDED_RETRY_MS);
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
