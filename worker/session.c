/*
 * session.c
 *		Settings and transactions of a background worker that works on a database
 *		through SPI.
 *
 * What an administrator sets for the sessions of people, in postgresql.conf or
 * for the database, does not fit one that waits for other processes and whose
 * queries were written for the defaults: autovacuum pins the same (see
 * AutoVacWorkerMain in postmaster/autovacuum.c).
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "extension/compat.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "worker/session.h"

void
lab_session_pin_settings(void)
{
	static const struct
	{
		const char *name;
		const char *value;
	} pinned[] = {{"search_path", "pg_catalog, pg_temp"},
				  {"default_transaction_isolation", "read committed"},
				  {"default_transaction_read_only", "off"},
				  {"default_transaction_deferrable", "off"},
				  {"session_replication_role", "origin"},
				  {"statement_timeout", "0"},
				  {"lock_timeout", "0"},
				  {"idle_in_transaction_session_timeout", "0"},
				  LAB_COMPAT_TIMEOUTS};

	for (int i = 0; i < lengthof(pinned); i++)
		(void) set_config_option(pinned[i].name, pinned[i].value, PGC_SUSET, PGC_S_OVERRIDE,
								 GUC_ACTION_SET, true, 0, false);
}

MemoryContext
lab_session_begin(void)
{
	MemoryContext before = CurrentMemoryContext;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	SPI_connect();
	return before;
}

void
lab_session_commit(MemoryContext context)
{
	SPI_finish();
	PopActiveSnapshot();
	CommitTransactionCommand();
	MemoryContextSwitchTo(context);
}

MemoryContext
lab_session_begin_early(void)
{
	MemoryContext before = lab_session_begin();

	(void) set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_LOCAL, true, 0, false);
	return before;
}

void
lab_session_commit_early(void)
{
	(void) set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SET, true, 0, false);
}

ErrorData *
lab_session_recover(MemoryContext context)
{
	ErrorData *error;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	EmitErrorReport();
	AbortOutOfAnyTransaction();
	FlushErrorState();
	MemoryContextSwitchTo(context);
	return error;
}
