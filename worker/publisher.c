/*
 * publisher.c
 *		The processes that drain the outbox, one a target.
 *
 * A batch goes through three steps: read what is due and what is wanted, in one
 * transaction; tell the target, with no transaction open; mark the batch as done,
 * in another one.  A crash between the last two repeats the telling, which
 * every target must bear.
 *
 * Two kinds of failure are told apart.  A notice that the target refuses waits
 * by itself, longer each time, and the others go on.  A target that cannot be
 * told anything stops the batch as a whole; all its notices wait until it
 * answers again, and nobody else notices, since each target has a process.
 * Nothing is ever given up.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "common/pg_prng.h"
#include "executor/spi.h"
#include "extension/clock.h"
#include "extension/compat.h"
#include "extension/guc.h"
#include "extension/shmem.h"
#include "extension/statement.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"
#include "worker/network.h"
#include "worker/publish_exporter.h"
#include "worker/publish_grafana.h"
#include "worker/publish_ldap.h"
#include "worker/publisher.h"
#include "worker/session.h"

#define BATCH 2000 /* notices that are told at one go, at most */
#define IDLE_MS 10000
#define NOT_INSTALLED_MS 1000
#define BACKOFF_MAX_S 300

/* In the order of lab_target_names. */
static const LabTarget *const targets[LAB_TARGETS] = {
	[LAB_TARGET_LDAP] = &lab_target_ldap,
	[LAB_TARGET_GRAFANA] = &lab_target_grafana,
	[LAB_TARGET_EXPORTER] = &lab_target_exporter,
};

PGDLLEXPORT void lab_publisher_main(Datum main_arg);

static const LabTarget *target;    /* of this process */
static LabPublisher *me;           /* in shared memory */
static int failures = 0;           /* of the target as a whole, in a row */
static LabTime retry_at = 0;       /* after one of them; 0: now */
static TimestampTz retry_told = 0; /* the same, for people */
static bool reconcile_due = true;  /* each start begins with it */
static uint64 asked = 0;           /* reconciliations, as of the last one begun */

/* The target as a whole is tried again in so many milliseconds. */
static void
retry_in(int64 milliseconds)
{
	retry_at = lab_clock_plus(lab_clock_now(), milliseconds);
	retry_told = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), milliseconds);
}

static void
retry_now(void)
{
	retry_at = 0;
	retry_told = 0;
}

static Datum
my_name(void)
{
	return CStringGetTextDatum(lab_target_names[target->id]);
}

/* Written only when it differs: lab_status() shows since when it is so. */
static void
note_state(const char *missing, const char *error)
{
	Oid types[] = {TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID};
	Datum values[] = {my_name(), missing ? CStringGetTextDatum(missing) : (Datum) 0,
					  error ? CStringGetTextDatum(error) : (Datum) 0,
					  TimestampTzGetDatum(retry_told)};
	char nulls[] = {' ', missing ? ' ' : 'n', error ? ' ' : 'n', retry_told ? ' ' : 'n', '\0'};

	/* clang-format off */
	lab_statement_run("INSERT INTO lab.targets AS t (target, missing, error, retry_at, since)\n"
		"SELECT $1, $2, $3, $4, pg_catalog.clock_timestamp()\n"
		"WHERE NOT EXISTS (\n"
		"	SELECT\n"
		"	FROM lab.targets\n"
		"	WHERE target = $1 AND (missing, error, retry_at) IS NOT DISTINCT FROM ($2, $3, $4))\n"
		"ON CONFLICT (target) DO UPDATE\n"
		"SET missing = EXCLUDED.missing,\n"
		"	error = EXCLUDED.error,\n"
		"	retry_at = EXCLUDED.retry_at,\n"
		"	since = CASE\n"
		"		WHEN (t.missing IS NULL, t.error IS NULL) = (EXCLUDED.missing IS NULL, EXCLUDED.error IS NULL)\n"
		"		THEN t.since\n"
		"		ELSE EXCLUDED.since\n"
		"	END",
		lengthof(types), types, values, nulls);
	/* clang-format on */
}

/* What is due, oldest subject first; the rows of one subject are one notice. */
static List *
read_due(void)
{
	Oid types[] = {TEXTOID, INT4OID};
	Datum values[] = {my_name(), Int32GetDatum(BATCH)};
	List *notices = NIL;

	/* clang-format off */
	lab_statement_run("SELECT subject, max(lab), (array_agg(payload ORDER BY id DESC))[1]::text,\n"
		"	array_agg(id), max(attempts)\n"
		"FROM lab.outbox\n"
		"WHERE target = $1\n"
		"GROUP BY subject\n"
		"HAVING min(coalesce(retry_at, '-infinity')) <= pg_catalog.clock_timestamp()\n"
		"ORDER BY min(id)\n"
		"LIMIT $2",
		lengthof(types), types, values, NULL);
	/* clang-format on */
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc columns = SPI_tuptable->tupdesc;
		LabNotice *notice = palloc0(sizeof(LabNotice));
		char *lab = SPI_getvalue(row, columns, 2);
		char *payload = SPI_getvalue(row, columns, 3);
		bool isnull;

		notice->subject = pstrdup(SPI_getvalue(row, columns, 1));
		notice->lab = lab ? pstrdup(lab) : NULL;
		notice->payload = payload ? pstrdup(payload) : NULL;
		notice->rows =
			PointerGetDatum(PG_DETOAST_DATUM_COPY(SPI_getbinval(row, columns, 4, &isnull)));
		notice->attempts = DatumGetInt32(SPI_getbinval(row, columns, 5, &isnull));
		notices = lappend(notices, notice);
	}
	return notices;
}

/* When the first of the waiting notices is due: 0 for never. */
static TimestampTz
next_due(void)
{
	Oid type = TEXTOID;
	Datum value = my_name();
	bool isnull;
	Datum at;

	lab_statement_run(
		"SELECT min(coalesce(retry_at, '-infinity')) FROM lab.outbox WHERE target = $1", 1, &type,
		&value, NULL);
	at = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? 0 : DatumGetTimestampTz(at);
}

/* Twice as long each time, and at random up to a half less: many never come back at once. */
static int64
backoff_ms(int attempts)
{
	double seconds = Min(pow(2, Min(attempts, 30)), BACKOFF_MAX_S);

	return (int64) (seconds * 1000 * (1 - pg_prng_double(&pg_global_prng_state) / 2));
}

static void
note_refusal(const LabNotice *notice)
{
	Oid types[] = {INT8ARRAYOID, TEXTOID, INT4OID, TIMESTAMPTZOID};
	Datum values[] = {notice->rows, CStringGetTextDatum(notice->error),
					  Int32GetDatum(notice->attempts + 1),
					  TimestampTzGetDatum(TimestampTzPlusMilliseconds(
						  GetCurrentTimestamp(), backoff_ms(notice->attempts)))};

	lab_statement_run("UPDATE lab.outbox\n"
					  "SET error = $2, attempts = $3, retry_at = $4\n"
					  "WHERE id = ANY ($1)",
					  lengthof(types), types, values, NULL);
}

/* The rows of all notices that were done go by one statement. */
static void
note_done(List *notices)
{
	ArrayBuildState *all = initArrayResult(INT8OID, CurrentMemoryContext, false);
	Oid type = INT8ARRAYOID;
	Datum value;
	ListCell *cell;

	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);
		Datum *ids;
		bool *nulls;
		int n;

		if (!notice->done)
			continue;
		deconstruct_array(DatumGetArrayTypeP(notice->rows), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
						  TYPALIGN_DOUBLE, &ids, &nulls, &n);
		for (int i = 0; i < n; i++)
			all = accumArrayResult(all, ids[i], false, INT8OID, CurrentMemoryContext);
	}
	value = makeArrayResult(all, CurrentMemoryContext);
	lab_statement_run("DELETE FROM lab.outbox WHERE id = ANY ($1)", 1, &type, &value, NULL);
}

/* Step 3. */
static void
settle(List *notices)
{
	int decided = 0;
	ListCell *cell;

	note_done(notices);
	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);

		if (notice->error)
			note_refusal(notice);
		decided += notice->done || notice->error;
	}
	if (decided == 0)
		elog(ERROR, "target %s said nothing", lab_target_names[target->id]);
	if (target->settle)
		target->settle(notices);
}

static void
forget_all(void)
{
	Oid type = TEXTOID;
	Datum value = my_name();

	lab_statement_run("DELETE FROM lab.outbox WHERE target = $1", 1, &type, &value, NULL);
}

/* Those who wait in lab_reconcile() may go on. */
static void
serve(void)
{
	pg_atomic_write_u64(&me->served, asked);
	ConditionVariableBroadcast(&lab_shared->served);
}

static void
begin_reconciliation(void)
{
	Oid type = TEXTOID;
	Datum value = my_name();

	asked = pg_atomic_read_u64(&me->asked);
	lab_statement_run(
		"UPDATE lab.outbox SET retry_at = NULL WHERE target = $1 AND retry_at IS NOT NULL", 1,
		&type, &value, NULL);
	target->reconcile();
}

/* One batch: read, tell, mark.  Returns how many there were, and sets *next when there were none.
 */
static int
publish(MemoryContext context, TimestampTz *next)
{
	List *notices;

	(void) lab_session_begin();
	if (reconcile_due)
		begin_reconciliation();
	MemoryContextSwitchTo(context);
	notices = read_due();
	if (notices)
		target->prepare(notices);
	else
		*next = next_due();
	lab_session_commit(context);
	reconcile_due = false;
	if (notices == NIL)
		return 0;
	target->send(notices);

	(void) lab_session_begin();
	MemoryContextSwitchTo(context);
	settle(notices);
	note_state(NULL, NULL);
	lab_session_commit(context);
	return list_length(notices);
}

/* True when there is an extension and the target's settings are complete. */
static bool
ready(MemoryContext context, long *pause)
{
	const char *missing = target->missing();
	bool installed;

	(void) lab_session_begin();
	installed = OidIsValid(get_extension_oid("labcreator", true));
	if (installed && missing)
	{
		note_state(missing, NULL);
		if (target->optional)
			forget_all();
	}
	else if (installed && failures == 0)
		note_state(NULL, NULL);
	lab_session_commit(context);
	*pause = installed ? IDLE_MS : NOT_INSTALLED_MS;
	return installed && missing == NULL;
}

/* One cycle; returns for how many milliseconds nothing is to be done. */
static long
cycle(MemoryContext context)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz next = 0;
	long pause;

	pg_atomic_write_u64(&me->heartbeat, (uint64) now);
	if (target->reconcile_at && target->reconcile_at() <= now)
		reconcile_due = true;
	if (pg_atomic_read_u64(&me->asked) != asked)
	{
		reconcile_due = true;
		retry_now(); /* somebody waits for it */
	}
	if (!ready(context, &pause))
	{
		asked = pg_atomic_read_u64(&me->asked);
		serve();
		return pause;
	}
	if (lab_clock_left(retry_at) > 0)
		return Min(lab_clock_left(retry_at), IDLE_MS);
	while (publish(context, &next) > 0)
	{
		failures = 0;
		retry_now();
		CHECK_FOR_INTERRUPTS();
	}
	if (target->rest)
		target->rest();
	serve();
	if (next == 0)
		return IDLE_MS;
	return Min(TimestampDifferenceMilliseconds(GetCurrentTimestamp(), next), IDLE_MS);
}

/* The target as a whole failed, or we did. */
static long
recover(MemoryContext context)
{
	ErrorData *error = lab_session_recover(context);
	StringInfoData words;

	if (target->rest)
		target->rest();

	initStringInfo(&words);
	appendStringInfoString(&words, error->message);
	if (error->detail)
		appendStringInfo(&words, ": %s", error->detail);
	if (error->hint)
		appendStringInfo(&words, " (%s)", error->hint);
	retry_in(backoff_ms(failures));
	failures++;

	(void) lab_session_begin();
	if (OidIsValid(get_extension_oid("labcreator", true)))
		note_state(NULL, words.data);
	lab_session_commit(context);
	serve();
	return Min(lab_clock_left(retry_at), IDLE_MS);
}

void
lab_publisher_add(LabTargetId id, const char *subject, const char *lab)
{
	Oid types[] = {TEXTOID, TEXTOID, TEXTOID};
	Datum values[] = {CStringGetTextDatum(lab_target_names[id]), CStringGetTextDatum(subject),
					  lab ? CStringGetTextDatum(lab) : (Datum) 0};

	/* clang-format off */
	lab_statement_run("INSERT INTO lab.outbox (target, subject, lab)\n"
		"SELECT $1, $2, $3\n"
		"WHERE NOT EXISTS (SELECT FROM lab.outbox WHERE target = $1 AND subject = $2)",
		lengthof(types), types, values, lab ? NULL : "  n");
	/* clang-format on */
}

void
lab_publisher_report(LabTargetId id, const LabNotice *notice, const char *what)
{
	Oid types[] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum values[] = {CStringGetTextDatum(lab_target_names[id]),
					  notice->lab ? CStringGetTextDatum(notice->lab) : (Datum) 0,
					  CStringGetTextDatum(notice->subject), CStringGetTextDatum(what)};

	lab_statement_run("INSERT INTO lab.drift (target, lab, subject, what) VALUES ($1, $2, $3, $4)",
					  lengthof(types), types, values, notice->lab ? NULL : " n  ");
}

static void
say_goodbye(int code, Datum arg)
{
	me->pid = 0;
}

void
lab_publisher_main(Datum main_arg)
{
	MemoryContext context;
	long pause = 0;

	target = targets[DatumGetInt32(main_arg)];
	me = &lab_shared->publishers[target->id];
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, lab_network_die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(lab_database, NULL, 0);
	lab_session_pin_settings();
	me->latch = &MyProc->procLatch;
	me->pid = MyProcPid;
	before_shmem_exit(say_goodbye, (Datum) 0);
	context = AllocSetContextCreate(TopMemoryContext, "publisher", ALLOCSET_DEFAULT_SIZES);

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
			reconcile_due = true; /* it may be another target now, */
			failures = 0;         /* or the same with the remedy */
			retry_now();
		}

		MemoryContextSwitchTo(context);
		PG_TRY();
		{
			pause = cycle(context);
		}
		PG_CATCH();
		{
			pause = recover(context);
		}
		PG_END_TRY();
		MemoryContextSwitchTo(context);
		MemoryContextReset(context);
	}
}
