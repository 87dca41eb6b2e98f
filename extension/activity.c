/*
 * activity.c
 *		Notice what participants do: logins, statements and how they end.
 *
 * Only the participant's own sessions count, told by the session's user, which
 * no SET changes for them.  A statement is what a client sent: what functions,
 * triggers and rules run inside of it is part of it (nest_level).  What it was
 * about is noted when it starts, how it ended when the executor or the utility
 * ends, or, for an error, in emit_log_hook.  That one runs in a failed
 * transaction: nothing there allocates, waits or reads a catalog.  The names of
 * a plan's objects are read at its start from the caches that the executor's
 * own permission check has just filled.
 *
 * The spinlock is held for a few assignments by backends, and for one copy by
 * the coordinator; nobody reports an error while holding it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "extension/activity.h"
#include "extension/compat.h"
#include "extension/shmem.h"
#include "extension/target.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/elog.h"
#include "utils/timestamp.h"

/* The client's statement that runs now. */
typedef struct Statement
{
	uint64 object;      /* what it is about; 0: not known */
	bool aimed;         /* as in LabDoing */
	bool catalogs_only; /* it only looks around */
	bool not_work;      /* it asks labcreator */
} Statement;

static Statement current;
static int nest_level = 0;
static bool logged_in = false;        /* this backend's login is noted */
static uint32 notices_shown = 0;      /* of the slot's messages */
static bool in_emit_log_hook = false; /* it must not see errors of its own */

static emit_log_hook_type previous_emit_log = NULL;
static ExecutorStart_hook_type previous_start = NULL;
static ExecutorRun_hook_type previous_run = NULL;
static ExecutorFinish_hook_type previous_finish = NULL;
static ExecutorEnd_hook_type previous_end = NULL;
static ProcessUtility_hook_type previous_utility = NULL;

void
lab_activity_reset(LabActivity *activity)
{
	memset(activity, 0, sizeof(LabActivity));
	SpinLockInit(&activity->lock);
}

uint64
lab_object_key(const char *schema, const char *name)
{
	uint64 key = hash_bytes_extended((const unsigned char *) name, strlen(name), 0);

	if (schema)
		key = hash_combine64(
			key, hash_bytes_extended((const unsigned char *) schema, strlen(schema), 1));
	return key == 0 ? 1 : key;
}

/* The slot of this session, when it is the participant's own; else NULL. */
static LabSlot *
own_slot(void)
{
	LabSlot *slot;

	if (lab_shared == NULL || MyBackendType != B_BACKEND || !OidIsValid(MyDatabaseId))
		return NULL;
	slot = lab_slot_current();
	if (slot == NULL || pg_atomic_read_u32(&slot->gate.role) != GetSessionUserId())
		return NULL;
	return slot;
}

/* The same, when something may be noted about the participant. */
static LabSlot *
noted_slot(void)
{
	LabSlot *slot = own_slot();

	return slot && pg_atomic_read_u32(&slot->level) != LAB_ACTIVITY_NONE ? slot : NULL;
}

static void
write_outcome(LabActivity *activity, LabDoingKind kind, TimestampTz at, int sqlstate)
{
	LabDoing *outcome = &activity->ring[activity->noted % LAB_RING];

	outcome->kind = kind;
	outcome->at = at;
	outcome->object = current.object;
	outcome->aimed = current.aimed;
	outcome->sqlstate = sqlstate;
	activity->noted++;
}

/* The coordinator is woken once for all that happens until it looks, or before a ring runs over. */
static void
stir(bool urgent)
{
	if (urgent)
		pg_atomic_write_u32(&lab_shared->urgent, 1);
	if (urgent || (pg_atomic_read_u32(&lab_shared->stirred) == 0 &&
				   pg_atomic_exchange_u32(&lab_shared->stirred, 1) == 0))
		lab_wake_coordinator();
}

/* The statement ended: well (0) or with an error. */
static void
note_end(LabSlot *slot, int sqlstate)
{
	LabActivity *activity = &slot->activity;
	TimestampTz now = GetCurrentTimestamp();
	bool counts = sqlstate != 0 || !(current.catalogs_only || current.not_work);
	uint64 pending;

	SpinLockAcquire(&activity->lock);
	activity->last = now;
	if (counts)
	{
		activity->statements++;
		if (sqlstate != 0)
			activity->errors++;
		write_outcome(activity, LAB_DID_STATEMENT, now, sqlstate);
	}
	pending = activity->noted - activity->drained;
	SpinLockRelease(&activity->lock);
	stir(pending == LAB_RING / 2);
}

static void
note_transaction(XactEvent event, void *arg)
{
	LabSlot *slot;
	bool login = !logged_in;
	bool wrote;

	if (event != XACT_EVENT_COMMIT)
		return;
	wrote = TransactionIdIsValid(GetTopTransactionIdIfAny());
	if (!login && !wrote)
		return;
	slot = own_slot();
	if (slot == NULL)
		return;
	/* A backend's first transaction is the one that opens the session. */
	logged_in = true;
	SpinLockAcquire(&slot->activity.lock);
	if (login)
		notices_shown = slot->activity.notices;
	if (pg_atomic_read_u32(&slot->level) != LAB_ACTIVITY_NONE)
	{
		if (wrote)
			slot->activity.commits++;
		if (login)
		{
			slot->activity.logins++;
			write_outcome(&slot->activity, LAB_DID_LOGIN, GetCurrentTransactionStopTimestamp(), 0);
		}
	}
	SpinLockRelease(&slot->activity.lock);
	stir(false);
}

/* Errors that say nothing about what the person knows. */
static bool
left_out(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_CONNECTION_EXCEPTION:  /* a client that left */
		case ERRCODE_OPERATOR_INTERVENTION: /* 57014 and the server's shutdown */
			return true;
		default:
			return sqlstate == ERRCODE_IN_FAILED_SQL_TRANSACTION;
	}
}

static void
note_error(ErrorData *edata)
{
	if (edata->elevel >= ERROR && !in_emit_log_hook)
	{
		LabSlot *slot;

		in_emit_log_hook = true;
		slot = noted_slot();
		if (slot && !current.not_work && !left_out(edata->sqlerrcode))
			note_end(slot, edata->sqlerrcode);
		memset(&current, 0, sizeof(current));
		in_emit_log_hook = false;
	}
	if (previous_emit_log)
		previous_emit_log(edata);
}

/* A message for the participant is shown before the next statement starts to answer. */
static void
show_notice(void)
{
	LabSlot *slot = own_slot();
	char notice[LAB_NOTICE_BYTES];

	if (slot == NULL || slot->activity.notices == notices_shown)
		return;
	SpinLockAcquire(&slot->activity.lock);
	notices_shown = slot->activity.notices;
	memcpy(notice, slot->activity.notice, sizeof(notice));
	SpinLockRelease(&slot->activity.lock);
	/* It comes in UTF-8.  A conversion could fail, and that would be the statement's failure. */
	if (GetDatabaseEncoding() != PG_UTF8)
		for (char *c = notice; *c; c++)
			if (IS_HIGHBIT_SET(*c))
				*c = '?';
	if (*notice)
		ereport(NOTICE, (errmsg("%s", notice)));
}

static void
remember(LabTarget target)
{
	if (target.name && current.object == 0)
	{
		current.object = lab_object_key(target.schema, target.name);
		current.aimed = target.aimed;
	}
}

static void
note_start(QueryDesc *query, int flags)
{
	if (nest_level == 0)
	{
		show_notice();
		memset(&current, 0, sizeof(current));
	}
	if (previous_start)
		previous_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
	if (current.object == 0 && noted_slot())
	{
		bool catalogs_only;

		remember(lab_target_of_plan(query->plannedstmt, &catalogs_only));
		if (nest_level == 0)
			current.catalogs_only = catalogs_only;
	}
}

static void
count_run(LAB_EXECUTOR_RUN_PARAMETERS)
{
	nest_level++;
	PG_TRY();
	{
		if (previous_run)
			previous_run(LAB_EXECUTOR_RUN_ARGUMENTS);
		else
			standard_ExecutorRun(LAB_EXECUTOR_RUN_ARGUMENTS);
	}
	PG_FINALLY();
	{
		nest_level--;
	}
	PG_END_TRY();
}

static void
count_finish(QueryDesc *query)
{
	nest_level++;
	PG_TRY();
	{
		if (previous_finish)
			previous_finish(query);
		else
			standard_ExecutorFinish(query);
	}
	PG_FINALLY();
	{
		nest_level--;
	}
	PG_END_TRY();
}

static void
note_executor_end(QueryDesc *query)
{
	LabSlot *slot;

	if (previous_end)
		previous_end(query);
	else
		standard_ExecutorEnd(query);
	if (nest_level > 0 || (slot = noted_slot()) == NULL)
		return;
	note_end(slot, 0);
	memset(&current, 0, sizeof(current));
}

static void
note_utility(PlannedStmt *pstmt, const char *source, bool read_only_tree,
			 ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
			 DestReceiver *receiver, QueryCompletion *completion)
{
	/* The tree is gone when a COMMIT inside has ended. */
	bool work = lab_target_is_work(pstmt->utilityStmt);
	LabSlot *slot;

	if (nest_level == 0)
	{
		show_notice();
		memset(&current, 0, sizeof(current));
	}
	if (current.object == 0 && noted_slot())
		remember(lab_target_of_utility(pstmt->utilityStmt));
	nest_level++;
	PG_TRY();
	{
		if (previous_utility)
			previous_utility(pstmt, source, read_only_tree, context, params, environment, receiver,
							 completion);
		else
			standard_ProcessUtility(pstmt, source, read_only_tree, context, params, environment,
									receiver, completion);
	}
	PG_FINALLY();
	{
		nest_level--;
	}
	PG_END_TRY();
	if (nest_level > 0 || (slot = noted_slot()) == NULL)
		return;
	current.not_work |= !work;
	note_end(slot, 0);
	memset(&current, 0, sizeof(current));
}

void
lab_activity_not_work(void)
{
	current.not_work = true;
}

void
lab_activity_tell(LabActivity *activity, const char *message)
{
	char notice[LAB_NOTICE_BYTES] = "";
	int length = pg_encoding_mbcliplen(PG_UTF8, message, strlen(message), LAB_NOTICE_BYTES - 1);

	strlcpy(notice, message, length + 1);
	SpinLockAcquire(&activity->lock);
	memcpy(activity->notice, notice, LAB_NOTICE_BYTES);
	activity->notices++;
	SpinLockRelease(&activity->lock);
}

void
lab_activity_copy(LabActivity *activity, LabActivity *copy)
{
	SpinLockAcquire(&activity->lock);
	memcpy(copy, activity, sizeof(LabActivity));
	SpinLockRelease(&activity->lock);
}

void
lab_activity_take(LabActivity *activity, const LabActivity *copy)
{
	SpinLockAcquire(&activity->lock);
	activity->statements -= copy->statements;
	activity->errors -= copy->errors;
	activity->commits -= copy->commits;
	activity->logins -= copy->logins;
	activity->drained = copy->noted;
	SpinLockRelease(&activity->lock);
}

void
lab_activity_init(void)
{
	RegisterXactCallback(note_transaction, NULL);
	previous_emit_log = emit_log_hook;
	emit_log_hook = note_error;
	previous_start = ExecutorStart_hook;
	ExecutorStart_hook = note_start;
	previous_run = ExecutorRun_hook;
	ExecutorRun_hook = count_run;
	previous_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = count_finish;
	previous_end = ExecutorEnd_hook;
	ExecutorEnd_hook = note_executor_end;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = note_utility;
}
