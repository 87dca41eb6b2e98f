/*
 * own_run.c
 *		Statements of the lab master's, run as the participant and rolled back.
 *
 * Unlike everything else that runs as a participant this is no security-
 * restricted operation: it may make temporary tables and defer constraints, as
 * the lab master would in psql.  Changing the role stays forbidden, and nothing
 * that is left for the commit ever happens, for there is none.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timeout.h"
#include "worker/own.h"
#include "worker/own_run.h"
#include "worker/probe_sequences.h"

List *
lab_own_split(const char *text, bool skip_transactions, MemoryContext context)
{
	List *statements = NIL;
	ListCell *cell;

	foreach (cell, pg_parse_query(text))
	{
		RawStmt *raw = lfirst(cell);
		const char *start = text + Max(raw->stmt_location, 0);
		LabOwnStatement *statement;
		MemoryContext before;

		if (IsA(raw->stmt, TransactionStmt) && skip_transactions)
			continue;
		if (IsA(raw->stmt, TransactionStmt))
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("it is one transaction, which is always rolled back")));
		if (IsA(raw->stmt, CopyStmt) && ((CopyStmt *) raw->stmt)->filename == NULL)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("there is no client to COPY from or to")));
		while (*start == ' ' || *start == '\n' || *start == '\t' || *start == '\r')
			start++;
		before = MemoryContextSwitchTo(context);
		statement = palloc0(sizeof(LabOwnStatement));
		statement->sql = raw->stmt_len > 0
							 ? pnstrdup(start, text + raw->stmt_location + raw->stmt_len - start)
							 : pstrdup(start);
		statement->sets = IsA(raw->stmt, VariableSetStmt);
		statements = lappend(statements, statement);
		MemoryContextSwitchTo(before);
	}
	return statements;
}

/* The error that is being handled, in the given context. */
static void
take_error(int *sqlstate, char **message, MemoryContext context)
{
	ErrorData *error;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	*sqlstate = error->sqlerrcode;
	*message = pstrdup(error->message ? error->message : "unknown error");
	FreeErrorData(error);
}

static void
run_statement(LabOwnRun *run, LabOwnStatement *statement)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	statement->ran = true;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		lab_own_set_path(run->path);
		enable_timeout_after(STATEMENT_TIMEOUT, run->timeout);
		run->execute(statement, context);
		disable_timeout(STATEMENT_TIMEOUT, false);
		QueryCancelPending = false;
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		disable_timeout(STATEMENT_TIMEOUT, false);
		QueryCancelPending = false;
		take_error(&statement->sqlstate, &statement->message, context);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

/* Our own look, with our own identity and a name space that nobody can change. */
static bool
look(LabOwnRun *run, LabOwnStatement *statement, Oid user, int security)
{
	Oid role;
	int role_security;
	bool go_on;

	if (run->look == NULL)
		return true;
	GetUserIdAndSecContext(&role, &role_security);
	SetUserIdAndSecContext(user, security);
	go_on = run->look(run, statement);
	SetUserIdAndSecContext(role, role_security);
	return go_on;
}

static void
run_all(LabOwnRun *run, List *statements)
{
	List *shielded = lab_sequences_shield(InvalidOid);
	Oid user;
	int security;
	ListCell *cell;

	GetUserIdAndSecContext(&user, &security);
	if (!look(run, NULL, user, security))
		return;
	SetUserIdAndSecContext(run->role, security | SECURITY_LOCAL_USERID_CHANGE);
	lab_sequences_restart(shielded);
	foreach (cell, statements)
	{
		LabOwnStatement *statement = lfirst(cell);

		run_statement(run, statement);
		if (!look(run, statement, user, security) || statement->sqlstate == ERRCODE_QUERY_CANCELED)
			break;
	}
}

bool
lab_own_run(LabOwnRun *run, List *statements, LabSandboxError *error)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool finished = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		run_all(run, statements);
		finished = true;
	}
	PG_CATCH();
	{
		take_error(&error->sqlstate, &error->message, context);
	}
	PG_END_TRY();
	/* This brings back the role and the settings as well. */
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return finished;
}
