/*
 * hidden.c
 *		Participants' views on the lab master's hidden data.
 *
 * A process has one database for its life, so a view's query arrives here as
 * text.  That text is an adversary's.  It runs as the participant, who may read
 * the tables only within this transaction, which is read-only from then on and
 * never committed; it may call what the database itself has and what of the
 * server's own functions does nothing but compute.  All that comes back is
 * whether the result is right: no row, and no message of an error, which would
 * quote one.  What differs and what fails while it runs is told in the same
 * words.  Nor do the statistics of the database count what it did.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "extension/channel.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "catalog/dependency.h"
#include "parser/analyze.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "worker/contents.h"
#include "worker/definition.h"
#include "worker/facts.h"
#include "worker/hidden.h"
#include "worker/sandbox.h"

#define LOCK_TIMEOUT_MS 1000
#define PATIENCE 2 /* times check_timeout */

/* One query, in the sandbox. */
typedef struct Trial
{
	const char *query;
	List *columns;
	bool checked;  /* it is a query that may run here */
	char *refused; /* a function that may not */
	char *definition;
	MemoryContext context;
} Trial;

/* clang-format off */
static const char grants[] =
	"SELECT format('GRANT USAGE ON SCHEMA %I TO %s', n.nspname, $1::regrole)\n"
	"FROM pg_namespace n\n"
	"WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"UNION ALL\n"
	"SELECT format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %s', n.nspname, $1::regrole)\n"
	"FROM pg_namespace n\n"
	"WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"UNION ALL\n" /* at home, they own the tables: policies do not hold them back */
	"SELECT format('ALTER ROLE %s BYPASSRLS', $1::regrole)\n"
	"WHERE EXISTS (SELECT FROM pg_class c WHERE c.relrowsecurity AND c.oid >= 16384)";
/* clang-format on */

/* Pinned by the sandbox for all else. */
static void
set_lock_timeout(int milliseconds)
{
	(void) set_config_option("lock_timeout", psprintf("%d", milliseconds), PGC_SUSET,
							 PGC_S_OVERRIDE, GUC_ACTION_SET, true, 0, false);
}

/*
 * In a transaction that will be aborted: the role may read everything, and nobody write.  Another
 * evaluator that is here has granted the same, and is waited for; it does not take longer than
 * one query may and a bit.
 */
static void
begin_reading(Oid role, int patience)
{
	Oid type = OIDOID;
	Datum value = ObjectIdGetDatum(role);
	SPITupleTable *statements;
	uint64 n;

	lab_sandbox_end();
	lab_sandbox_begin(true);
	if (SPI_execute_with_args(grants, 1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not list the schemas of the hidden data");
	statements = SPI_tuptable;
	n = SPI_processed;
	set_lock_timeout(patience);
	for (uint64 i = 0; i < n; i++)
	{
		char *sql = SPI_getvalue(statements->vals[i], statements->tupdesc, 1);

		if (SPI_execute(sql, false, 0) < 0)
			elog(ERROR, "could not execute \"%s\"", sql);
	}
	set_lock_timeout(LOCK_TIMEOUT_MS);
	XactReadOnly = true;
}

/* The server's functions must do nothing but compute; the lab master's are theirs to answer for. */
static bool
is_refused(Oid function, void *context)
{
	Trial *trial = context;
	bool own = function >= FirstNormalObjectId &&
			   !OidIsValid(getExtensionOfObject(ProcedureRelationId, function));

	if (trial->refused || own ||
		(func_volatile(function) != PROVOLATILE_VOLATILE &&
		 func_parallel(function) != PROPARALLEL_UNSAFE))
		return false;
	trial->refused = MemoryContextStrdup(trial->context, get_func_name(function));
	return false;
}

static bool
refuse(Node *node, void *context)
{
	if (node == NULL)
		return false;
	(void) check_functions_in_node(node, is_refused, context);
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, refuse, context, 0);
	return expression_tree_walker(node, refuse, context);
}

/* Raises an error unless the text is one query that may run here. */
static void
check(Trial *trial)
{
	List *statements = pg_parse_query(trial->query);
	RawStmt *statement = list_length(statements) == 1 ? linitial(statements) : NULL;
	Query *query;

	if (statement == NULL || !IsA(statement->stmt, SelectStmt))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("it is no query")));
	query = parse_analyze_fixedparams(statement, trial->query, NULL, 0, NULL);
	if (query->commandType != CMD_SELECT || query->hasModifyingCTE || query->rowMarks)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("it is no plain query")));
	(void) refuse((Node *) query, trial);
	if (trial->refused)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("it calls %s()", trial->refused)));
	trial->checked = true;
}

static void
run_trial(void *arg)
{
	Trial *trial = arg;
	LabReading reading = {0};

	check(trial);
	reading.query = psprintf("SELECT * FROM (%s) AS result", trial->query);
	reading.columns = trial->columns;
	trial->definition = MemoryContextStrdup(
		trial->context, lab_fact_canonical(lab_result_read(&reading)->definition));
}

static bool
try(Trial *trial, const char *definition, Oid role, int timeout, LabSandboxError *error)
{
	bool finished;

	trial->context = CurrentMemoryContext;
	lab_contents_stop_clock(definition);
	finished = lab_sandbox_run(role, timeout, run_trial, trial, error);
	lab_sandbox_start_clock();
	return finished;
}

/* What the reference's view gives here becomes the definition of the check. */
static void
complete(LabFact *fact, const LabJob *job, Oid owner)
{
	Trial trial = {0};
	LabSandboxError error;
	StringInfoData answer;
	char *at = lab_definition_get(fact->definition, "at");

	trial.query = lab_definition_get(fact->definition, "query");
	trial.columns = lab_definition_list(fact->definition, "columns");
	if (!try(&trial, fact->definition, owner, job->check_timeout, &error))
		ereport(
			ERROR,
			(errcode(error.sqlstate),
			 errmsg("view %s cannot be run on the hidden data: %s", fact->object, error.message),
			 errdetail("At $.hidden: it needs the tables and functions of the reference."),
			 errhint("Complete the hidden database, or leave the view out by \"ignore\": "
					 "[\"view_hidden:%s\"].",
					 fact->object)));
	fact->definition = trial.definition;
	if (at)
		fact->definition = lab_definition_add_text(fact->definition, "at", at);
	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_FACT);
	lab_fact_write(&answer, fact);
	lab_channel_send(&answer);
}

/* Says no more than whether it was right, and what can be known without the data. */
static void
settle(LabVerdict *verdict, const LabCheck *check, const Trial *trial, bool finished,
	   const LabSandboxError *error, int timeout)
{
	const char *object = check->fact.object;

	if (finished && lab_contents_equal(check->fact.definition, trial->definition))
	{
		verdict->status = LAB_PASS;
		return;
	}
	verdict->status = LAB_FAIL;
	verdict->detail = psprintf("%s does not give the right result on other data", object);
	if (finished)
		return;
	if (trial->refused)
		verdict->detail = psprintf("%s calls %s(), which is not allowed on the hidden data", object,
								   trial->refused);
	else if (error->sqlstate == ERRCODE_QUERY_CANCELED ||
			 error->sqlstate == ERRCODE_LOCK_NOT_AVAILABLE)
	{
		verdict->status = LAB_ERROR;
		verdict->detail = psprintf("%s takes longer than labcreator.check_timeout (%d ms) on "
								   "other data",
								   object, timeout);
	}
	else if (!trial->checked)
		verdict->detail = psprintf("%s reads or calls what the lab's data does not have", object);
}

/* Returns false when it took too long. */
static bool
judge(const LabCheck *check, const char *query, const LabJob *job, Oid role)
{
	Trial trial = {0};
	LabSandboxError error = {0};
	LabVerdict verdict = {check->id};
	StringInfoData answer;
	bool finished;

	trial.query = query;
	trial.columns = lab_definition_keys(check->fact.definition, "columns");
	finished = try(&trial, check->fact.definition, role, job->check_timeout, &error);
	settle(&verdict, check, &trial, finished, &error, job->check_timeout);
	if (job->feedback == LAB_FEEDBACK_NONE)
		verdict.detail = NULL;
	else if (verdict.detail && job->feedback == LAB_FEEDBACK_OBJECT)
		verdict.detail = psprintf("%s differs", check->fact.object);
	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_VERDICT);
	lab_verdict_write(&answer, &verdict);
	lab_channel_send(&answer);
	return finished || error.sqlstate != ERRCODE_QUERY_CANCELED;
}

/* Others wait for this database: who is slow once is not tried again. */
static void
give_up(const LabCheck *check, const LabJob *job)
{
	LabVerdict verdict = {check->id, LAB_ERROR};
	StringInfoData answer;

	if (job->feedback != LAB_FEEDBACK_NONE)
		verdict.detail = psprintf("%s was not tried on other data: another view takes longer "
								  "there than labcreator.check_timeout (%d ms)",
								  check->fact.object, job->check_timeout);
	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_VERDICT);
	lab_verdict_write(&answer, &verdict);
	lab_channel_send(&answer);
}

void
lab_hidden_run(const LabJob *job, MemoryContext context)
{
	Oid role = lab_sandbox_identity(job->role, InvalidOid);
	bool in_time = true;
	ListCell *check;
	ListCell *query;

	(void) set_config_option("track_counts", "off", PGC_SUSET, PGC_S_OVERRIDE, GUC_ACTION_SET, true,
							 0, false);
	begin_reading(role, job->check_timeout * PATIENCE);
	MemoryContextSwitchTo(context);
	if (job->queries == NIL)
	{
		foreach (check, job->checks)
			complete(&((LabCheck *) lfirst(check))->fact, job, role);
		return;
	}
	forboth (check, job->checks, query, job->queries)
	{
		if (in_time)
			in_time = judge(lfirst(check), lfirst(query), job, role);
		else
			give_up(lfirst(check), job);
	}
}
