/*
 * writes.c
 *		The write gate: a closed lab is read-only, a full database only shrinks.
 *
 * Where the lab is closed, every statement of a participant finds its
 * transaction read-only, so that the server's own checks refuse whatever
 * writes.  The setting is made anew before each statement and each call of a
 * function, wherever it comes from: SET TRANSACTION READ WRITE is undone
 * before the next one.  What the server lets through in a read-only transaction
 * and yet lasts (large objects before PostgreSQL 16) is refused here; prepared
 * transactions are refused always (confine.c).
 *
 * Over the disk limit, statements that remove are let through and the others
 * refused by their kind.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "extension/gate.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"
#include "utils/elog.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"

static ExecutorStart_hook_type previous_executor_start = NULL;
static ProcessUtility_hook_type previous_utility = NULL;
static object_access_hook_type previous_object_access = NULL;
static emit_log_hook_type previous_log_hook = NULL;

static void
refuse(LabGate *gate, LabGateMode mode, const char *what)
{
	char *reason = lab_gate_reason(gate, mode);

	if (mode == LAB_GATE_FULL)
		ereport(ERROR,
				(errcode(ERRCODE_DISK_FULL),
				 errmsg("cannot execute %s: the disk limit of the lab is reached", what),
				 errdetail("%s", reason),
				 errhint("DELETE, TRUNCATE, DROP and VACUUM make room; after a DELETE, VACUUM.")));
	ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
					errmsg("cannot execute %s: the lab is closed", what), errdetail("%s", reason)));
}

/* What this session may do; a closed lab makes the transaction read-only on the way. */
static LabGateMode
enter(LabGate **gate)
{
	LabGateMode mode;

	*gate = lab_gate_mine();
	if (*gate == NULL)
		return LAB_GATE_OPEN;
	mode = lab_gate_mode(*gate);
	if (mode == LAB_GATE_CLOSED && IsTransactionState())
		XactReadOnly = true;
	return mode;
}

/* Does the plan add rows, in itself or in a WITH clause? */
static bool
adds_rows(const PlannedStmt *plan)
{
	if (plan->commandType != CMD_SELECT && plan->commandType != CMD_DELETE)
		return true;
	if (plan->hasModifyingCTE)
	{
		ListCell *cell;

		/* Each WITH clause is a subplan, and one that modifies has the node for it on top. */
		foreach (cell, plan->subplans)
			if (lfirst(cell) && IsA(lfirst(cell), ModifyTable) &&
				((ModifyTable *) lfirst(cell))->operation != CMD_DELETE)
				return true;
	}
	return false;
}

static void
start_executor(QueryDesc *query, int flags)
{
	LabGate *gate;

	if (enter(&gate) == LAB_GATE_FULL && !(flags & EXEC_FLAG_EXPLAIN_ONLY) &&
		adds_rows(query->plannedstmt))
		refuse(gate, LAB_GATE_FULL,
			   GetCommandTagName(CreateCommandTag((Node *) query->plannedstmt)));
	if (previous_executor_start)
		previous_executor_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

/* Utility statements that do not add to the database, or whose parts are looked at one by one. */
static bool
is_harmless_when_full(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CopyStmt:
			return !((const CopyStmt *) statement)->is_from;
		case T_CallStmt:
		case T_CheckPointStmt:
		case T_ClosePortalStmt:
		case T_ConstraintsSetStmt:
		case T_DeallocateStmt:
		case T_DeclareCursorStmt:
		case T_DiscardStmt:
		case T_DoStmt:
		case T_DropOwnedStmt:
		case T_DropStmt:
		case T_ExecuteStmt:
		case T_ExplainStmt:
		case T_FetchStmt:
		case T_ListenStmt:
		case T_LockStmt:
		case T_NotifyStmt:
		case T_PrepareStmt:
		case T_TransactionStmt:
		case T_TruncateStmt:
		case T_UnlistenStmt:
		case T_VacuumStmt:
		case T_VariableSetStmt:
		case T_VariableShowStmt:
			return true;
		default:
			return false;
	}
}

static void
process_utility(PlannedStmt *plan, const char *text, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
				DestReceiver *receiver, QueryCompletion *completion)
{
	LabGate *gate;
	LabGateMode mode = enter(&gate);
	Node *statement = plan->utilityStmt;

	if (mode == LAB_GATE_FULL && !is_harmless_when_full(statement))
		refuse(gate, mode, GetCommandTagName(CreateCommandTag(statement)));
	if (previous_utility)
		previous_utility(plan, text, read_only_tree, context, params, environment, receiver,
						 completion);
	else
		standard_ProcessUtility(plan, text, read_only_tree, context, params, environment, receiver,
								completion);
}

static bool
writes_large_object(Oid function)
{
	static const Oid functions[] = {
		F_LO_CREAT, F_LO_CREATE,          F_LO_FROM_BYTEA, F_LO_IMPORT_TEXT, F_LO_PUT,
		F_LOWRITE,  F_LO_IMPORT_TEXT_OID, F_LO_TRUNCATE,   F_LO_TRUNCATE64,
	};

	for (int i = 0; i < lengthof(functions); i++)
		if (functions[i] == function)
			return true;
	return false;
}

/* Every call of a function, also from the fast path, which is no statement. */
static void
object_access(ObjectAccessType access, Oid class, Oid object, int sub, void *arg)
{
	LabGate *gate;
	LabGateMode mode;

	if (previous_object_access)
		previous_object_access(access, class, object, sub, arg);
	if (access != OAT_FUNCTION_EXECUTE || class != ProcedureRelationId)
		return;
	mode = enter(&gate);
	if (mode != LAB_GATE_OPEN &&
		(writes_large_object(object) || (object == F_LO_UNLINK && mode == LAB_GATE_CLOSED)))
		refuse(gate, mode, "a large object function");
}

/* The server's own refusal does not know the reason: tell it. */
static void
explain_refusal(ErrorData *error)
{
	static bool busy = false;
	LabGate *gate;

	if (previous_log_hook)
		previous_log_hook(error);
	if (busy || error->sqlerrcode != ERRCODE_READ_ONLY_SQL_TRANSACTION || error->detail)
		return;
	busy = true;
	gate = lab_gate_mine();
	if (gate && lab_gate_mode(gate) == LAB_GATE_CLOSED)
	{
		MemoryContext before = MemoryContextSwitchTo(ErrorContext);

		error->detail = lab_gate_reason(gate, LAB_GATE_CLOSED);
		error->hint = pstrdup("What is there can be read.");
		MemoryContextSwitchTo(before);
	}
	busy = false;
}

void
lab_writes_init(void)
{
	previous_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = start_executor;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
	previous_object_access = object_access_hook;
	object_access_hook = object_access;
	previous_log_hook = emit_log_hook;
	emit_log_hook = explain_refusal;
}
