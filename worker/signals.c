/*
 * signals.c
 *		Who needs help: looked at again and again while a class is at work.
 *
 * What is a sign of trouble is said by lab.raise_signals(), from the tables
 * alone; this file says when it runs.  Every labcreator.signal_interval while
 * somebody of the lab has worked lately, and until the signals of a class that
 * is over have gone; not at all for a lab in which nothing happens.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/guc.h"
#include "extension/statement.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "worker/launch.h"
#include "worker/observe.h"
#include "worker/session.h"
#include "worker/signals.h"

#define BREAKS_OF_A_CLASS 6     /* as in lab.raise_signals(): idle times after which it is over */
#define DRAIN_PAUSE_MS 50       /* least time between two looks into shared memory */
#define QUIET_INTERVAL_MS 60000 /* people are connected and do nothing */
#define SHARE 10                /* a look may take one part in so many of the coordinator's time */

static LabTime first_look = 0;
static LabTime last_look = 0;
static LabTime last_drain = 0;
static LabTime stirred_at = 0; /* since when something waits to be drained; 0: nothing seen */
static int64 interval = 0;     /* milliseconds until the next one, at least */
static int online = 0;         /* participants' sessions, as of the last look */

/* For how long after its last activity a lab is looked at. */
static int64
window(void)
{
	return (int64) BREAKS_OF_A_CLASS * lab_idle_after + lab_signal_hold +
		   (int64) 2 * lab_signal_interval;
}

/* The labs with their latest activity; a list, for no transaction may end within a hash scan. */
static List *
lively_labs(void)
{
	TimestampTz now = GetCurrentTimestamp();
	HASH_SEQ_STATUS scan;
	LabWatched *watched;
	List *labs = NIL;
	List *lively = NIL;
	ListCell *cell;

	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
	{
		TimestampTz seen = (TimestampTz) pg_atomic_read_u64(&watched->slot->seen);

		labs = list_append_unique_ptr(labs, watched->lab);
		watched->lab->last_active =
			Max(watched->lab->last_active, Max(seen, watched->slot->activity.last));
	}
	foreach (cell, labs)
	{
		LabWatchedLab *lab = lfirst(cell);

		/* Even where nothing happens a new coordinator looks at what an old one has left. */
		if (now < TimestampTzPlusMilliseconds(lab->last_active, window()) ||
			!lab_clock_passed(first_look, lab_signal_hold + 2 * lab_signal_interval))
			lively = lappend(lively, lab);
	}
	return lively;
}

/*
 * One function call in a transaction of its own: no lab keeps the others waiting.  0 when
 * there is no row.
 */
static int32
call(const char *sql, int nargs, Datum value)
{
	MemoryContext before;
	Oid type = INT4OID;
	bool isnull;
	int32 result = 0;

	before = lab_session_begin_early();
	lab_statement_run_kept(sql, nargs, &type, &value, NULL);
	if (SPI_processed > 0)
		result =
			DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	lab_session_commit(before);
	return result;
}

static void
look(List *labs)
{
	ListCell *cell;

	online = call("SELECT lab.note_sessions()", 0, (Datum) 0);
	foreach (cell, labs)
		/* one that a lab master is changing is left out: its checks may be about to go */
		(void) call("SELECT lab.raise_signals(l.id)\n"
					"FROM (\n"
					"	SELECT id FROM lab.labs WHERE id = $1 FOR KEY SHARE SKIP LOCKED\n"
					") AS l",
					1, Int32GetDatum(((LabWatchedLab *) lfirst(cell))->id));
}

static void
drain(LabTime now)
{
	lab_observe_drain();
	last_drain = now;
	stirred_at = 0;
}

/*
 * What was done belongs before the results that an evaluator brings, and out of a full ring.  A
 * statement is seen before its commit, which is to find the coordinator free: until there is
 * something to evaluate, it can wait a little.
 */
static LabTime
drain_early(LabTime now, bool stirred)
{
	bool urgent = pg_atomic_read_u32(&lab_shared->urgent) != 0 || lab_launch_working();
	LabTime at;

	if (!urgent && !(stirred && pg_atomic_read_u32(&lab_shared->evaluators) > 0))
		return 0;
	if (stirred_at == 0)
		stirred_at = now;
	at = lab_clock_plus(urgent ? last_drain : Max(last_drain, stirred_at), DRAIN_PAUSE_MS);
	if (now < at)
		return at;
	drain(now);
	return 0;
}

LabTime
lab_signals_oversee(void)
{
	LabTime now = lab_clock_now();
	LabTime due = lab_clock_plus(last_look, Max(lab_signal_interval, interval));
	bool stirred = pg_atomic_read_u32(&lab_shared->stirred) != 0;
	LabTime drain_at;
	List *labs;

	if (first_look == 0)
		first_look = now;
	drain_at = drain_early(now, stirred);
	if (now < due)
		return drain_at != 0 && drain_at < due ? drain_at : due;

	labs = lively_labs();
	if (labs == NIL && !stirred && online == 0)
		return 0;
	if (labs == NIL && !stirred && now < lab_clock_plus(last_look, QUIET_INTERVAL_MS))
		return lab_clock_plus(last_look, QUIET_INTERVAL_MS);
	drain(now);
	last_look = now;
	look(lively_labs());
	interval = SHARE * (lab_clock_now() - now) / 1000;
	return lab_clock_plus(now, Max(lab_signal_interval, interval));
}

/* The tasks that became done in this transaction. */
static char *
tasks_done_now(const LabWatched *watched)
{
	Oid type = INT4OID;
	Datum value = Int32GetDatum(watched->participant);

	/* clang-format off */
	lab_statement_run_kept("SELECT string_agg(t.title, ', ' ORDER BY t.position)\n"
		"FROM lab.done_tasks d\n"
		"JOIN lab.tasks t ON t.id = d.task_id\n"
		"WHERE d.participant_id = $1 AND d.at = pg_catalog.now() AND t.points > 0",
		1, &type, &value, NULL);
	/* clang-format on */
	return SPI_processed == 1 ? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)
							  : NULL;
}

void
lab_signals_moved(LabWatched *watched)
{
	char *tasks;
	char *notice;

	lab_observe_moved(watched);
	if (!watched->lab->notify || (tasks = tasks_done_now(watched)) == NULL)
		return;
	notice = psprintf("done: %s", tasks);
	lab_activity_tell(&watched->slot->activity, pg_server_to_any(notice, strlen(notice), PG_UTF8));
}
