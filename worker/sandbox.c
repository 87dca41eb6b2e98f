/*
 * sandbox.c
 *		Running what may be a participant's code.
 *
 * statement_timeout is armed by the traffic cop, which a background worker does
 * not have: the sandbox arms the same timeout itself.  A function can swallow
 * the cancellation; then the coordinator's deadline ends the process.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "executor/spi.h"
#include "extension/compat.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"
#include "worker/sandbox.h"

static TimestampTz frozen = 0; /* 0: the system's clock */

void
lab_sandbox_pin_settings(void)
{
	static const struct
	{
		const char *name;
		const char *value;
	} pinned[] = {
		{"search_path", "pg_catalog, pg_temp"},
		{"quote_all_identifiers", "off"},
		{"DateStyle", "ISO, MDY"},
		{"IntervalStyle", "postgres"},
		{"TimeZone", "UTC"},
		{"extra_float_digits", "1"},
		{"bytea_output", "hex"},
		{"xmlbinary", "base64"},
		{"xmloption", "content"},
		{"standard_conforming_strings", "on"},
		{"array_nulls", "on"},
		{"row_security", "on"},
		{"session_replication_role", "origin"},
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_deferrable", "off"},
		{"jit", "off"},
		{"max_parallel_workers_per_gather", "0"},
		{"work_mem", "16MB"},
		{"temp_file_limit", "200MB"},
		{"lock_timeout", "1s"},
		{"idle_in_transaction_session_timeout", "0"},
		{"statement_timeout", "0"},
		LAB_COMPAT_TIMEOUTS
		/* what a participant's code says does not fill the server's log */
		{"log_min_messages", "fatal"},
		{"log_min_error_statement", "panic"},
		{"log_temp_files", "-1"},
		{"log_lock_waits", "off"},
	};

	for (int i = 0; i < lengthof(pinned); i++)
		(void) set_config_option(pinned[i].name, pinned[i].value, PGC_SUSET, PGC_S_OVERRIDE,
								 GUC_ACTION_SET, true, 0, false);
}

void
lab_sandbox_set_clock(TimestampTz time)
{
	frozen = time;
}

TimestampTz
lab_sandbox_clock(void)
{
	return frozen;
}

/*
 * A transaction takes its time from its first statement, which takes the system's.  Parallel
 * workers are told it by their leader: that is the way in, and has to be called as one of them.
 */
static void
set_time(void)
{
	int number = ParallelWorkerNumber;

	if (frozen == 0)
	{
		SetCurrentStatementStartTimestamp();
		return;
	}
	ParallelWorkerNumber = 0;
	SetParallelStartTimestamps(frozen, frozen);
	ParallelWorkerNumber = number;
}

void
lab_sandbox_begin(bool writing)
{
	set_time();
	StartTransactionCommand();
	/* What the participant commits meanwhile is for the next evaluation. */
	if (writing)
		XactIsoLevel = XACT_REPEATABLE_READ;
	/* Before the first snapshot: from then on it cannot be taken back. */
	XactReadOnly = !writing;
	PushActiveSnapshot(GetTransactionSnapshot());
	SPI_connect();
}

/* Never committed: deferred triggers and large objects end here. */
void
lab_sandbox_end(void)
{
	AbortOutOfAnyTransaction();
}

/* The owner that a row of a catalog names; InvalidOid where there is no such row. */
#define OWNER_IN(tuple, form, field)                                                               \
	(HeapTupleIsValid(tuple) ? ((form) GETSTRUCT(tuple))->field : InvalidOid)

Oid
lab_sandbox_identity(Oid role, Oid relation)
{
	HeapTuple tuple;
	Oid owner;

	if (OidIsValid(role))
		return role;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	owner = OWNER_IN(tuple, Form_pg_class, relowner);
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (OidIsValid(owner))
		return owner;
	/* Never the worker itself, which is a superuser in a reference. */
	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	owner = OWNER_IN(tuple, Form_pg_database, datdba);
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return owner;
}

bool
lab_sandbox_run(Oid role, int timeout, void (*body)(void *arg), void *arg, LabSandboxError *error)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool finished = false;
	Oid user;
	int security;

	GetUserIdAndSecContext(&user, &security);
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		SetUserIdAndSecContext(role, security | SECURITY_LOCAL_USERID_CHANGE |
										 SECURITY_RESTRICTED_OPERATION);
		enable_timeout_after(STATEMENT_TIMEOUT, timeout);
		body(arg);
		disable_timeout(STATEMENT_TIMEOUT, false);
		finished = true;
	}
	PG_CATCH();
	{
		ErrorData *data;

		disable_timeout(STATEMENT_TIMEOUT, false);
		MemoryContextSwitchTo(context);
		data = CopyErrorData();
		FlushErrorState();
		error->sqlstate = data->sqlerrcode;
		error->message = pstrdup(data->message ? data->message : "unknown error");
		FreeErrorData(data);
	}
	PG_END_TRY();
	/* A timeout that fired on the last instruction must not hit the next statement. */
	QueryCancelPending = false;
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	SetUserIdAndSecContext(user, security);
	return finished;
}

int
lab_sandbox_forgive(MemoryContext context)
{
	int sqlstate = geterrcode();

	if (sqlstate == ERRCODE_QUERY_CANCELED || sqlstate == ERRCODE_ADMIN_SHUTDOWN ||
		sqlstate == ERRCODE_OUT_OF_MEMORY)
		PG_RE_THROW();
	MemoryContextSwitchTo(context);
	FlushErrorState();
	RollbackAndReleaseCurrentSubTransaction();
	return sqlstate;
}

/*
 * The server has this for parallel workers, whose now() is their leader's; it
 * asserts to be in one.
 */
static void
set_clock(TimestampTz transaction, TimestampTz statement)
{
	int number = ParallelWorkerNumber;

	ParallelWorkerNumber = 0;
	SetParallelStartTimestamps(transaction, statement);
	ParallelWorkerNumber = number;
}

static TimestampTz real_transaction_start = 0; /* 0: the clock runs */
static TimestampTz real_statement_start;

void
lab_sandbox_stop_clock(TimestampTz at)
{
	if (real_transaction_start == 0)
	{
		real_transaction_start = GetCurrentTransactionStartTimestamp();
		real_statement_start = GetCurrentStatementStartTimestamp();
	}
	set_clock(at, at);
}

void
lab_sandbox_start_clock(void)
{
	if (real_transaction_start != 0)
		set_clock(real_transaction_start, real_statement_start);
	real_transaction_start = 0;
}

void
lab_sandbox_explain(const char *object, int timeout, const LabSandboxError *error,
					LabStatus *status, char **problem)
{
	switch (error->sqlstate)
	{
		case ERRCODE_QUERY_CANCELED:
			*problem =
				psprintf("%s takes longer than labcreator.check_timeout (%d ms)", object, timeout);
			*status = LAB_ERROR;
			break;
		case ERRCODE_LOCK_NOT_AVAILABLE:
			*problem = psprintf("%s is locked by its owner", object);
			*status = LAB_ERROR;
			break;
		case ERRCODE_PROGRAM_LIMIT_EXCEEDED:
			*problem = psprintf("%s: %s", object, error->message);
			*status = LAB_ERROR;
			break;
		default:
			*problem = psprintf("%s cannot be read: %s", object, error->message);
			*status = LAB_FAIL;
	}
}
