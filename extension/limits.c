/*
 * limits.c
 *		Limits of a participant's session that they cannot undo.
 *
 * statement_timeout and idle_in_transaction_session_timeout are settings that
 * everybody may change: here they are held below the lab's limits.  A statement
 * is watched by a timeout of our own, which looks every second at its time and
 * at what it has written.  Its handler runs in a signal: it reads and writes
 * memory only.  A statement that swallows its cancellation is ended with its
 * session some seconds later.
 *
 * Temporary files and memory are limited by the server's temp_file_limit and by
 * the kernel (RLIMIT_DATA), which turns a
 * memory bomb into an error of its session.  Parallel workers of their queries leave
 * enough of the server's background workers to labcreator.
 */
#include "postgres.h"

#include <sys/resource.h>

#include "access/xact.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "extension/clock.h"
#include "extension/gate.h"
#include "extension/guc.h"
#include "extension/workers.h"
#include "miscadmin.h"
#include "parser/analyze.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/utility.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#define STEP_MS 1000
#define STEP_MIN_MS 20
#define PATIENCE_MS 5000          /* from the cancellation to the session's end */
#define WORTH_MEASURING (1 << 20) /* bytes */

typedef enum Verdict
{
	FINE,
	TOO_LONG,
	TOO_LARGE
} Verdict;

static post_parse_analyze_hook_type previous_analyze = NULL;
static ExecutorStart_hook_type previous_executor_start = NULL;
static ExecutorEnd_hook_type previous_executor_end = NULL;
static ProcessUtility_hook_type previous_utility = NULL;
static emit_log_hook_type previous_log_hook = NULL;

static TimeoutId watch_timeout;
static bool watch_registered = false;
static bool session_prepared = false;

/* Of the statement that is watched now. */
static volatile TimestampTz watched = 0; /* the time it began with; 0: none */
static volatile LabTime watched_since = 0;
static volatile Verdict verdict = FINE;
static volatile uint64 counted = 0; /* bytes written that the slot knows of */

/*
 * What this process has written so far, about: pages that it touched and the
 * log that it wrote.  Only its growth matters.
 */
static uint64
bytes_written(void)
{
	return pgWalUsage.wal_bytes +
		   (uint64) BLCKSZ * (pgBufferUsage.shared_blks_dirtied + pgBufferUsage.local_blks_dirtied);
}

/* Tells the slot what was written; past the limit, as far as known, it wants to be measured. */
static void
count_written(LabSlot *slot)
{
	LabGate *gate = &slot->gate;
	uint64 written = bytes_written();
	uint64 limit = pg_atomic_read_u64(&gate->disk);

	if (limit == 0 || written < counted + WORTH_MEASURING)
		return;
	pg_atomic_fetch_add_u64(&gate->written, written - counted);
	counted = written;
	if (pg_atomic_read_u64(&gate->disk_used) + pg_atomic_read_u64(&gate->written) > limit)
	{
		pg_atomic_fetch_add_u64(&slot->commits, 1);
		lab_wake_coordinator();
	}
}

/* Does the session wait for its client within a transaction?  Its last statement has ended. */
static bool
is_idle(void)
{
	return MyBEEntry && (MyBEEntry->st_state == STATE_IDLEINTRANSACTION ||
						 MyBEEntry->st_state == STATE_IDLEINTRANSACTION_ABORTED);
}

/* In a signal handler. */
static void
look(void)
{
	LabSlot *slot = lab_slot_current();
	LabTime since = watched_since;
	int64 elapsed;
	int64 ceiling;
	uint64 limit;

	if (slot == NULL || watched == 0)
		return;
	count_written(slot);
	if (is_idle())
		return;
	elapsed = (lab_clock_now() - since) / 1000;
	ceiling = pg_atomic_read_u32(&slot->gate.statement_timeout);
	limit = pg_atomic_read_u64(&slot->gate.disk);
	if (ceiling > 0 && elapsed >= ceiling)
	{
		verdict = TOO_LONG;
		if (elapsed >= ceiling + PATIENCE_MS)
			ProcDiePending = true;
	}
	else if (limit > 0 && verdict == FINE && pg_atomic_read_u64(&slot->gate.disk_used) > limit &&
			 bytes_written() > counted)
		verdict = TOO_LARGE;
	else
		return;
	QueryCancelPending = true;
	InterruptPending = true;
	SetLatch(MyLatch);
}

void
lab_limit_memory(int megabytes)
{
	struct rlimit memory;

	if (megabytes <= 0 || getrlimit(RLIMIT_DATA, &memory) != 0)
		return;
	memory.rlim_cur = Min((rlim_t) megabytes * 1024 * 1024, memory.rlim_max);
	if (setrlimit(RLIMIT_DATA, &memory) != 0)
		ereport(LOG, (errmsg("could not limit the memory of this process: %m")));
}

/* Held below the lab's limit, whatever the participant has set. */
static void
hold_settings(LabGate *gate)
{
	int limit = (int) pg_atomic_read_u32(&gate->idle_timeout);
	int temp_disk = (int) pg_atomic_read_u32(&gate->temp_disk);

	if (limit > 0 &&
		(IdleInTransactionSessionTimeout == 0 || IdleInTransactionSessionTimeout > limit))
		IdleInTransactionSessionTimeout = limit;
	if (temp_disk > 0 && (temp_file_limit < 0 || temp_file_limit > temp_disk))
		temp_file_limit = temp_disk;
	max_parallel_workers = Min(max_parallel_workers, lab_workers_for_parallel());
}

/* A statement of the client's starts, or goes on. */
static void
watch(void)
{
	LabGate *gate = lab_gate_mine();
	TimestampTz statement = GetCurrentStatementStartTimestamp();
	int ceiling;
	int step;

	if (gate == NULL)
		return;
	if (!session_prepared)
		lab_limit_memory(lab_session_memory);
	session_prepared = true;
	hold_settings(gate);
	if (watched == statement)
		return;
	ceiling = (int) pg_atomic_read_u32(&gate->statement_timeout);
	if (ceiling == 0 && pg_atomic_read_u64(&gate->disk) == 0)
		return;
	if (!watch_registered)
	{
		watch_timeout = RegisterTimeout(USER_TIMEOUT, look);
		watch_registered = true;
		counted = bytes_written();
	}
	verdict = FINE;
	watched_since = lab_clock_now();
	watched = statement;
	step = ceiling == 0 ? STEP_MS : Min(Max(ceiling / 10, STEP_MIN_MS), STEP_MS);
	enable_timeout_every(watch_timeout, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), step),
						 step);
}

static void
unwatch(void)
{
	if (watched == 0)
		return;
	watched = 0;
	disable_timeout(watch_timeout, false);
}

static void
analyzed(ParseState *state, Query *query, JumbleState *jumble)
{
	watch(); /* planning can run functions */
	if (previous_analyze)
		previous_analyze(state, query, jumble);
}

static void
start_executor(QueryDesc *query, int flags)
{
	watch();
	if (previous_executor_start)
		previous_executor_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

static void
end_executor(QueryDesc *query)
{
	LabGate *gate = lab_gate_mine();

	if (previous_executor_end)
		previous_executor_end(query);
	else
		standard_ExecutorEnd(query);
	if (gate)
		hold_settings(gate); /* it may have called set_config() */
}

static void
process_utility(PlannedStmt *plan, const char *text, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
				DestReceiver *receiver, QueryCompletion *completion)
{
	LabGate *gate;

	watch();
	if (previous_utility)
		previous_utility(plan, text, read_only_tree, context, params, environment, receiver,
						 completion);
	else
		standard_ProcessUtility(plan, text, read_only_tree, context, params, environment, receiver,
								completion);
	gate = lab_gate_mine();
	if (gate)
		hold_settings(gate);
}

/* The end of a transaction is the end of its last statement; only what it wrote is left to count.
 */
static void
transaction_ends(XactEvent event, void *arg)
{
	LabSlot *slot;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	if (!watch_registered)
		return;
	unwatch();
	slot = lab_slot_current();
	if (slot)
		count_written(slot);
}

/* A cancellation of ours says why. */
static void
explain_cancellation(ErrorData *error)
{
	MemoryContext before;

	if (previous_log_hook)
		previous_log_hook(error);
	if (verdict == FINE || (error->sqlerrcode != ERRCODE_QUERY_CANCELED &&
							error->sqlerrcode != ERRCODE_ADMIN_SHUTDOWN))
		return;
	before = MemoryContextSwitchTo(ErrorContext);
	if (verdict == TOO_LONG)
	{
		error->message = pstrdup("canceling statement: it takes longer than the lab allows");
		error->hint = pstrdup("The lab master sets limits.statement_timeout.");
	}
	else
	{
		error->sqlerrcode = ERRCODE_DISK_FULL;
		error->message = pstrdup("canceling statement: the disk limit of the lab is reached");
		error->hint = pstrdup("VACUUM makes room after a statement that was canceled.");
	}
	MemoryContextSwitchTo(before);
	verdict = FINE;
}

void
lab_limits_init(void)
{
	previous_analyze = post_parse_analyze_hook;
	post_parse_analyze_hook = analyzed;
	previous_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = start_executor;
	previous_executor_end = ExecutorEnd_hook;
	ExecutorEnd_hook = end_executor;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
	previous_log_hook = emit_log_hook;
	emit_log_hook = explain_cancellation;
	RegisterXactCallback(transaction_ends, NULL);
}
