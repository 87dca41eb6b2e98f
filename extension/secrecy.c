/*
 * secrecy.c
 *		Statements that carry a password stay out of the server's log.
 *
 * lab_set_password(old, new) is called with passwords in the text of a
 * statement, or as parameters of one.  Either can come to the log by many roads:
 * log_statement, log_min_duration_statement, the STATEMENT, CONTEXT and DETAIL of an
 * error, a syntax error that quotes what is near it, other libraries' reports.
 * All of them pass emit_log_hook.  So whatever is to be logged while the
 * current statement mentions the function, or mentions it itself, is held
 * back as a whole, and a line that only says so is logged instead.
 *
 * pg_stat_statements keeps the text of a SELECT with its constants replaced, but
 * that of CREATE TABLE AS and the like as it stands, unless it fails: so in these
 * the function refuses to work, before it has looked at its arguments.  A DO
 * block could catch that error and succeed; it is refused before it begins.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "extension/compat.h"
#include "extension/secrecy.h"
#include "nodes/plannodes.h"
#include "nodes/primnodes.h"
#include "pgstat.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/backend_status.h"
#include "utils/elog.h"
#include "utils/portal.h"

#define SECRET_WORD "lab_set_password"

static emit_log_hook_type previous_hook = NULL;
static ProcessUtility_hook_type previous_utility = NULL;

/*
 * The last statement that called the function, by its text's hash: EXECUTE of a
 * prepared one does not mention it.
 */
static uint32 called_by = 0;

static uint32
hash_of(const char *text)
{
	return text ? DatumGetUInt32(hash_any((const unsigned char *) text, strlen(text))) : 0;
}

/* Identifiers are folded: so is this. */
static bool
mentions(const char *text)
{
	Size length = strlen(SECRET_WORD);

	if (text == NULL)
		return false;
	for (; *text; text++)
		if ((*text == 'l' || *text == 'L') && pg_strncasecmp(text, SECRET_WORD, length) == 0)
			return true;
	return false;
}

static void
hold_back(ErrorData *edata)
{
	static bool speaking = false; /* our own line comes here too */

	if (previous_hook)
		previous_hook(edata);
	if (speaking || !edata->output_to_server)
		return;
	if ((called_by == 0 || called_by != hash_of(debug_query_string)) &&
		!mentions(debug_query_string) && !mentions(edata->message) && !mentions(edata->detail) &&
		!mentions(edata->detail_log) && !mentions(edata->context) &&
		!mentions(edata->internalquery))
		return;

	edata->output_to_server = false;
	speaking = true;
	ereport(LOG_SERVER_ONLY, (errcode(edata->sqlerrcode),
							  errmsg("a statement with a password is not logged (%s, SQLSTATE %s)",
									 edata->elevel >= ERROR ? "it failed" : "it did not fail",
									 unpack_sql_state(edata->sqlerrcode)),
							  errhidestmt(true), errhidecontext(true)));
	speaking = false;
}

pg_noreturn static void
refuse(void)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		 errmsg("call this function by a statement of its own"),
		 errdetail("In other statements the passwords would be kept where others can read them."),
		 errhint("SELECT " SECRET_WORD "('old', 'new');")));
}

static void
refuse_blocks(PlannedStmt *plan, const char *query, bool read_only, ProcessUtilityContext context,
			  ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
			  QueryCompletion *completion)
{
	if (IsA(plan->utilityStmt, DoStmt) && mentions(query))
		refuse();
	(previous_utility ? previous_utility : standard_ProcessUtility)(
		plan, query, read_only, context, parameters, environment, receiver, completion);
}

void
lab_secrecy_init(void)
{
	previous_hook = emit_log_hook;
	emit_log_hook = hold_back;
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = refuse_blocks;
}

/* Is this call the only column of a SELECT without anything else, sent by the client? */
static bool
is_whole_statement(FunctionCallInfo fcinfo)
{
	PlannedStmt *plan;
	TargetEntry *column;

	if (ActivePortal == NULL || list_length(ActivePortal->stmts) != 1)
		return false;
	plan = linitial_node(PlannedStmt, ActivePortal->stmts);
	if (plan->commandType != CMD_SELECT || plan->utilityStmt || plan->planTree == NULL ||
		!IsA(plan->planTree, Result) || list_length(plan->planTree->targetlist) != 1)
		return false;
	column = linitial_node(TargetEntry, plan->planTree->targetlist);
	return IsA(column->expr, FuncExpr) &&
		   ((FuncExpr *) column->expr)->funcid == fcinfo->flinfo->fn_oid &&
		   fcinfo->flinfo->fn_expr == (Node *) column->expr;
}

void
lab_secrecy_require(FunctionCallInfo fcinfo)
{
	called_by = hash_of(debug_query_string);
	pgstat_report_activity(STATE_RUNNING, "SELECT " SECRET_WORD "(...)");
	if (!is_whole_statement(fcinfo))
		refuse();
}
