/*
 * touched.c
 *		What committed transactions changed in a database, for its evaluator.
 *
 * Each statement notes the tables that it writes to, and whether it can change a
 * definition; a commit hands the notes over.  They are notes of what can have
 * changed, never too few: what is not understood counts as everything.  The
 * evaluator takes them before it takes its snapshot, and sessions write them
 * after their commit is visible, so that a change is seen with its note, or the
 * note is there for the next look.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/namespace.h"
#include "executor/executor.h"
#include "extension/shmem.h"
#include "extension/touched.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "parser/parsetree.h"
#include "tcop/utility.h"

static ExecutorStart_hook_type previous_executor_start = NULL;
static ProcessUtility_hook_type previous_utility = NULL;

/* Of this transaction.  What a subtransaction that failed noted stays: it can only be too much. */
static Oid tables[LAB_TOUCHED_TABLES];
static int ntables = 0;
static bool definitions = false;
static bool everything = false;

/* Statements that run and can change a definition: some commit meanwhile, and go on. */
static int defining = 0;

static void
note_table(Oid table)
{
	if (table < FirstNormalObjectId)
	{
		definitions = true; /* somebody writes to a catalog */
		return;
	}
	for (int i = 0; i < ntables; i++)
		if (tables[i] == table)
			return;
	if (ntables < LAB_TOUCHED_TABLES)
		tables[ntables++] = table;
	else
		everything = true;
}

static void
start_executor(QueryDesc *query, int flags)
{
	ListCell *cell;

	foreach (cell, query->plannedstmt->resultRelations)
		note_table(rt_fetch(lfirst_int(cell), query->plannedstmt->rtable)->relid);
	if (previous_executor_start)
		previous_executor_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

/* Statements that change neither a row nor a definition by themselves. */
static bool
changes_nothing(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CallStmt:
		case T_CheckPointStmt:
		case T_ClosePortalStmt:
		case T_ConstraintsSetStmt:
		case T_DeallocateStmt:
		case T_DeclareCursorStmt:
		case T_DiscardStmt:
		case T_DoStmt:
		case T_ExecuteStmt:
		case T_ExplainStmt:
		case T_FetchStmt:
		case T_ListenStmt:
		case T_LoadStmt:
		case T_LockStmt:
		case T_NotifyStmt:
		case T_PrepareStmt:
		case T_UnlistenStmt:
		case T_VacuumStmt:
		case T_VariableSetStmt:
		case T_VariableShowStmt:
			return true;
		default:
			return false;
	}
}

static bool
changes_definitions(const Node *statement)
{
	return !IsA(statement, CopyStmt) && !IsA(statement, TransactionStmt) &&
		   !changes_nothing(statement);
}

static void
note_utility(const Node *statement)
{
	if (IsA(statement, CopyStmt))
	{
		const CopyStmt *copy = (const CopyStmt *) statement;

		if (copy->is_from)
			note_table(RangeVarGetRelid(copy->relation, NoLock, true));
	}
	else if (IsA(statement, TransactionStmt))
	{
		if (((const TransactionStmt *) statement)->kind == TRANS_STMT_COMMIT_PREPARED)
			everything = true;
	}
	else
		definitions |= changes_definitions(statement);
}

/* Another transaction, which was prepared, is what the statement commits: there is no other event.
 */
static void
announce_prepared(void)
{
	LabSlot *slot = lab_slot_current();

	if (slot == NULL)
		return;
	lab_touched_publish(&slot->touched);
	pg_atomic_fetch_add_u64(&slot->commits, 1);
	lab_wake_coordinator();
}

static void
process_utility(PlannedStmt *plan, const char *text, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
				DestReceiver *receiver, QueryCompletion *completion)
{
	const Node *statement = plan->utilityStmt;
	volatile bool prepared =
		IsA(statement, TransactionStmt) &&
		((const TransactionStmt *) statement)->kind == TRANS_STMT_COMMIT_PREPARED;
	volatile int outer = defining;

	note_utility(statement);
	defining += changes_definitions(statement);
	PG_TRY();
	{
		if (previous_utility)
			previous_utility(plan, text, read_only_tree, context, params, environment, receiver,
							 completion);
		else
			standard_ProcessUtility(plan, text, read_only_tree, context, params, environment,
									receiver, completion);
	}
	PG_FINALLY();
	{
		definitions |= defining > outer; /* what it has done since it committed last */
		defining = outer;
	}
	PG_END_TRY();
	if (prepared)
		announce_prepared();
}

void
lab_touched_init_slot(LabTouched *touched)
{
	for (int i = 0; i < LAB_TOUCHED_TABLES; i++)
		pg_atomic_init_u32(&touched->tables[i], InvalidOid);
	pg_atomic_init_u32(&touched->definitions, 0);
	pg_atomic_init_u32(&touched->everything, 0);
}

static bool
put(LabTouched *touched, Oid table)
{
	for (int i = 0; i < LAB_TOUCHED_TABLES; i++)
	{
		uint32 there = pg_atomic_read_u32(&touched->tables[i]);

		if (there == InvalidOid &&
			pg_atomic_compare_exchange_u32(&touched->tables[i], &there, table))
			return true;
		if (there == table)
			return true;
	}
	return false;
}

void
lab_touched_publish(LabTouched *touched)
{
	for (int i = 0; i < ntables; i++)
		if (!put(touched, tables[i]))
			everything = true;
	if (definitions || defining > 0)
		pg_atomic_write_u32(&touched->definitions, 1);
	if (everything)
		pg_atomic_write_u32(&touched->everything, 1);
	lab_touched_forget();
}

void
lab_touched_forget(void)
{
	ntables = 0;
	definitions = everything = false;
}

LabChanges
lab_touched_take(LabTouched *touched)
{
	LabChanges changes = {NIL, false, false};

	changes.everything = pg_atomic_exchange_u32(&touched->everything, 0) != 0;
	changes.definitions = pg_atomic_exchange_u32(&touched->definitions, 0) != 0;
	for (int i = 0; i < LAB_TOUCHED_TABLES; i++)
	{
		Oid table = pg_atomic_exchange_u32(&touched->tables[i], InvalidOid);

		if (OidIsValid(table))
			changes.tables = lappend_oid(changes.tables, table);
	}
	return changes;
}

void
lab_touched_init(void)
{
	previous_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = start_executor;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
}
