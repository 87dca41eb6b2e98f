/*
 * confine.c
 *		What of a participant's reaches beyond their database, and is held back.
 *
 * Up to PostgreSQL 15 every role may grant membership in itself.  A teacher who
 * was made a member of a participant would match the lines of pg_hba.conf for
 * participants: so no participant grants a role.  A prepared transaction
 * outlives its session, holds its locks through restarts, and keeps its database
 * from being dropped: so no participant leaves one.
 *
 * A range type's subtype_diff function is called by GiST while it holds the lock of
 * a page, and nothing can cancel or end a process then: one that loops would
 * stop checkpoints, and the server's shutdown.  So it must be the server's or an
 * extension's.
 *
 * Autovacuum evaluates functions in indexes.  It does so as their owner, without
 * any limit of time or memory; here it gets both, for a function that never ends
 * would take one of the server's few autovacuum workers from everybody.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "commands/defrem.h"
#include "extension/gate.h"
#include "extension/guc.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/latch.h"
#include "tcop/utility.h"
#include "utils/syscache.h"
#include "utils/timeout.h"

static ProcessUtility_hook_type previous_utility = NULL;
static object_access_hook_type previous_object_access = NULL;

static TimeoutId vacuum_timeout;
static bool vacuum_registered = false;

static void
refuse_granting(void)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					errmsg("a participant of a lab cannot grant or revoke roles"),
					errdetail("Roles belong to the server, not to your database."),
					errhint("Rights on your own objects can be granted to any role.")));
}

static void
refuse_preparing(void)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					errmsg("a participant of a lab cannot prepare transactions"),
					errdetail("They would keep their locks after your session has ended."),
					errhint("COMMIT or ROLLBACK.")));
}

/* Is there a function of this name that is written in a language of participants? */
static bool
is_own_code(List *name)
{
	FuncCandidateList candidate = FuncnameGetCandidates(name, 2, NIL, false, false, false, true);

	for (; candidate; candidate = candidate->next)
	{
		HeapTuple function = SearchSysCache1(PROCOID, ObjectIdGetDatum(candidate->oid));
		Oid language;

		if (!HeapTupleIsValid(function))
			continue;
		language = ((Form_pg_proc) GETSTRUCT(function))->prolang;
		ReleaseSysCache(function);
		if (language != INTERNALlanguageId && language != ClanguageId)
			return true;
	}
	return false;
}

static void
check_range_type(const CreateRangeStmt *statement)
{
	ListCell *cell;

	foreach (cell, statement->params)
	{
		DefElem *option = lfirst(cell);

		if (strcmp(option->defname, "subtype_diff") == 0 && option->arg &&
			is_own_code(defGetQualifiedName(option)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("a participant of a lab cannot create a range type with a "
							"subtype_diff function of their own"),
					 errdetail("Indexes call it where nothing can cancel it."),
					 errhint("Leave subtype_diff out, or take a function of the server's.")));
	}
}

static void
process_utility(PlannedStmt *plan, const char *text, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
				DestReceiver *receiver, QueryCompletion *completion)
{
	const Node *statement = plan->utilityStmt;

	if (IsA(statement, GrantRoleStmt) && lab_gate_mine())
		refuse_granting();
	if (IsA(statement, TransactionStmt) &&
		((const TransactionStmt *) statement)->kind == TRANS_STMT_PREPARE && lab_gate_mine())
		refuse_preparing();
	if (IsA(statement, CreateRangeStmt) && lab_gate_mine())
		check_range_type((const CreateRangeStmt *) statement);
	(previous_utility ? previous_utility : standard_ProcessUtility)(
		plan, text, read_only_tree, context, params, environment, receiver, completion);
}

/* In a signal handler: a cancellation could be caught by the function, this cannot. */
static void
end_vacuum(void)
{
	ProcDiePending = true;
	InterruptPending = true;
	SetLatch(MyLatch);
}

/* An autovacuum worker is about to call a function of a participant's. */
static void
confine_vacuum(void)
{
	LabSlot *slot = lab_slot_current();

	if (slot == NULL || !OidIsValid(pg_atomic_read_u32(&slot->gate.role)))
		return;
	if (!vacuum_registered)
	{
		vacuum_timeout = RegisterTimeout(USER_TIMEOUT, end_vacuum);
		vacuum_registered = true;
		lab_limit_memory(lab_session_memory);
	}
	if (!get_timeout_active(vacuum_timeout))
		enable_timeout_after(vacuum_timeout, lab_evaluation_timeout);
}

static void
object_access(ObjectAccessType access, Oid class, Oid object, int sub, void *arg)
{
	if (previous_object_access)
		previous_object_access(access, class, object, sub, arg);
	if (MyBackendType == B_AUTOVAC_WORKER && access == OAT_FUNCTION_EXECUTE &&
		class == ProcedureRelationId && object >= FirstNormalObjectId)
		confine_vacuum();
}

/* Each table is a transaction: the next one has its own time. */
static void
transaction_ends(XactEvent event, void *arg)
{
	if (vacuum_registered && (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT))
		disable_timeout(vacuum_timeout, false);
}

void
lab_confine_init(void)
{
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
	previous_object_access = object_access_hook;
	object_access_hook = object_access;
	RegisterXactCallback(transaction_ends, NULL);
}
