/*
 * coordinator.c
 *		The one process that knows the whole classroom.
 *
 * It reads what is wanted, lets provisioners make it, starts evaluators where
 * something was committed and stores what they say.  It never waits for any of
 * them: everything it does in a cycle is short, and between cycles it sleeps on
 * its latch, which commits, answers and ended workers set.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "extension/clock.h"
#include "extension/compat.h"
#include "extension/guc.h"
#include "extension/shmem.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"
#include "worker/crowd.h"
#include "worker/launch.h"
#include "worker/observe.h"
#include "worker/provision.h"
#include "worker/reply.h"
#include "worker/session.h"
#include "worker/signals.h"
#include "worker/watch.h"

#define IDLE_MS 10000 /* without any event, look around this often */
#define NOT_INSTALLED_MS 1000
#define AFTER_ERROR_MS 1000
#define FLUSH_MS 50 /* while evaluators are at work, the disk can wait for so long */
#define CLOCK_STEP_US                                                                              \
	(2 * USECS_PER_SEC) /* what the system's clock is corrected by at once, as a rule */

PGDLLEXPORT void lab_coordinator_main(Datum main_arg);

static uint64 wanted_read = 0; /* the desired state that was read last */

static void
say_goodbye(int code, Datum arg)
{
	lab_shared->coordinator_pid = 0;
	pg_atomic_write_u32(&lab_shared->evaluators, 0);
	pg_atomic_write_u32(&lab_shared->provisioners, 0);
}

static void
introduce_myself(void)
{
	lab_shared->coordinator = &MyProc->procLatch;
	lab_shared->coordinator_pid = MyProcPid;
	pg_atomic_write_u64(&lab_shared->started, (uint64) GetCurrentTimestamp());
	pg_atomic_write_u32(&lab_shared->evaluators, 0);
	pg_atomic_write_u32(&lab_shared->provisioners, 0);
	pg_atomic_write_u64(&lab_shared->starved, 0);
	before_shmem_exit(say_goodbye, (Datum) 0);
}

/* The earlier of two times, of which 0 is never. */
static LabTime
earlier(LabTime one, LabTime other)
{
	return one == 0 || (other != 0 && other < one) ? other : one;
}

static long
sleep_until(LabTime time)
{
	if (time == 0)
		return IDLE_MS;
	return Min(lab_clock_left(time), IDLE_MS);
}

/*
 * The system's clock can be put back, also while no coordinator runs.  Then what has happened seems
 * to be still to come: nobody would be idle or stuck, and nothing be tried again, until the clock
 * gets there.
 */
static void
look_at_clock(void)
{
	static bool known = false;
	static int64 offset;
	int64 now = lab_clock_offset();

	if (known && now > offset - CLOCK_STEP_US)
	{
		offset = now;
		return;
	}
	lab_observe_forget_future(GetCurrentTimestamp());
	lab_watch_forget_future();
	offset = now;
	known = true;
}

/* One cycle; returns for how many milliseconds nothing is to be done. */
static long
cycle(void)
{
	uint64 wanted = pg_atomic_read_u64(&lab_shared->wanted);
	LabTime next;

	pg_atomic_write_u64(&lab_shared->heartbeat, (uint64) GetCurrentTimestamp());
	lab_crowd_thin(); /* first: what follows needs locks */
	if (wanted != wanted_read)
	{
		if (!lab_watch_read())
			return NOT_INSTALLED_MS;
		wanted_read = wanted;
		pg_atomic_write_u64(&lab_shared->wanted_read, wanted);
	}
	look_at_clock();
	/* Evaluators first: they work while the rest is done. */
	lab_launch_collect();
	next = lab_launch_due();
	lab_reply_to_students();
	next = earlier(next, lab_provision_oversee());
	next = earlier(next, lab_signals_oversee());
	return sleep_until(next);
}

/*
 * Results are shown before they are on disk (lab_session_begin_early): a disk is
 * slow, and what a crash takes away is evaluated again after it.  No longer than
 * until there is nothing more urgent to do.
 */
static void
flush(void)
{
	static XLogRecPtr flushed = 0;
	static LabTime waiting_since = 0;

	if (XactLastCommitEnd <= flushed)
		return;
	if (waiting_since == 0)
		waiting_since = lab_clock_now();
	if (lab_launch_working() && !lab_clock_passed(waiting_since, FLUSH_MS))
		return;
	XLogFlush(XactLastCommitEnd);
	flushed = XactLastCommitEnd;
	waiting_since = 0;
}

static void
recover(MemoryContext context)
{
	ErrorData *error = lab_session_recover(context);

	lab_observe_reset();
	lab_note_error(error->message);
	wanted_read = 0; /* whatever was half read is read again */
}

void
lab_coordinator_main(Datum main_arg)
{
	MemoryContext context;
	long pause = 0;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(lab_database, NULL, 0);
	lab_session_pin_settings();
	introduce_myself();
	lab_watch_init();
	context = AllocSetContextCreate(TopMemoryContext, "coordinator", ALLOCSET_DEFAULT_SIZES);

	for (;;)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, pause,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
			wanted_read = 0;
			lab_launch_reload(); /* evaluators that linger know the old settings */
		}

		MemoryContextSwitchTo(context);
		PG_TRY();
		{
			pause = cycle();
			flush();
			lab_note_error(lab_provision_trouble());
		}
		PG_CATCH();
		{
			recover(context);
			pause = AFTER_ERROR_MS;
		}
		PG_END_TRY();
		MemoryContextSwitchTo(context);
		MemoryContextReset(context);
	}
}
