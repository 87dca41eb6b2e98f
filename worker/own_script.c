/*
 * own_script.c
 *		Statements that the lab master lets run in both databases: kind "script".
 *
 * Step by step the same must come of them: the same rows, or an error with the
 * same SQLSTATE.  Each step sees what those before it did; afterwards all of it is
 * rolled back, and sequences are where they were (own_run.h).
 *
 * Queries, INSERT, UPDATE and DELETE are kept as the server understands them in
 * the reference, so that neither the order of a participant's columns nor what
 * they add to a schema changes what is asked.  Other statements run as written.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "parser/analyze.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "worker/contents.h"
#include "worker/definition.h"
#include "worker/own.h"
#include "worker/own_run.h"
#include "worker/result.h"

/* A script is a demonstration, not a load. */
#define STEPS_MAX 200

#define STATEMENT_LENGTH 60

typedef struct Script
{
	const LabFact *fact;
	List *steps; /* of char *: as written */
	char *step;  /* one of them, to be qualified */
	MemoryContext context;
} Script;

/* In the sandbox of the reference: takes the script apart. */
static void
split(void *arg)
{
	Script *work = arg;
	List *texts = lab_definition_list(work->fact->definition, "script");
	ListCell *cell;

	if (texts == NIL)
		texts = list_make1(lab_definition_get(work->fact->definition, "script"));
	foreach (cell, texts)
	{
		List *statements = lab_own_split(lfirst(cell), false, work->context);
		MemoryContext before = MemoryContextSwitchTo(work->context);
		ListCell *statement;

		foreach (statement, statements)
			work->steps = lappend(work->steps, ((LabOwnStatement *) lfirst(statement))->sql);
		MemoryContextSwitchTo(before);
	}
	if (work->steps == NIL || list_length(work->steps) > STEPS_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("it has %d statements, and can have from 1 to %d",
							   list_length(work->steps), STEPS_MAX)));
}

/* The statement as the server understands it here, or as it is written where that has no text. */
static void
qualify(void *arg)
{
	Script *work = arg;
	RawStmt *statement = linitial_node(RawStmt, pg_parse_query(work->step));
	MemoryContext before;
	Query *query;

	if (!IsA(statement->stmt, SelectStmt) && !IsA(statement->stmt, InsertStmt) &&
		!IsA(statement->stmt, UpdateStmt) && !IsA(statement->stmt, DeleteStmt))
		return;
	lab_own_set_path(LAB_OWN_PATH);
	query = parse_analyze_fixedparams(statement, work->step, NULL, 0, NULL);
	if (query->commandType == CMD_UTILITY) /* SELECT ... INTO */
		return;
	lab_own_set_path("pg_catalog, pg_temp");
	before = MemoryContextSwitchTo(work->context);
	work->step = pg_get_querydef(query, false);
	MemoryContextSwitchTo(before);
}

/* What runs, in the order of the steps: a list of char *. */
static List *
qualify_all(Script *work, const LabJob *job, Oid role)
{
	List *texts = NIL;
	ListCell *cell;

	foreach (cell, work->steps)
	{
		LabSandboxError ignored; /* it needs what an earlier step makes, or is meant to fail */

		work->step = lfirst(cell);
		(void) lab_sandbox_run(role, job->check_timeout, qualify, work, &ignored);
		texts = lappend(texts, work->step);
	}
	return texts;
}

/* There is no commit: what is deferred is checked by a last step. */
static const char end_of_script[] = "SET CONSTRAINTS ALL IMMEDIATE";

static void
execute(LabOwnStatement *statement, MemoryContext context)
{
	LabReading reading = {0};
	MemoryContext before = MemoryContextSwitchTo(context);

	reading.query = statement->sql;
	reading.writing = true;
	statement->result = lab_result_read(&reading);
	MemoryContextSwitchTo(before);
}

static bool
run(List *texts, const char *definition, const LabJob *job, List **statements,
	LabSandboxError *error)
{
	LabOwnRun run = {0};
	bool prepared;
	ListCell *cell;

	*statements = NIL;
	foreach (cell, lappend(list_copy(texts), pstrdup(end_of_script)))
	{
		LabOwnStatement *statement = palloc0(sizeof(LabOwnStatement));

		statement->sql = lfirst(cell);
		*statements = lappend(*statements, statement);
	}
	run.role = lab_sandbox_identity(job->role, InvalidOid);
	run.timeout = job->check_timeout;
	run.path = LAB_OWN_PATH;
	run.execute = execute;
	lab_contents_stop_clock(definition);
	prepared = lab_own_run(&run, *statements, error);
	lab_sandbox_start_clock();
	return prepared;
}

/* What came of a step, as the text of a jsonb object. */
static char *
outcome_json(const char *written, const LabOwnStatement *outcome)
{
	char *json = lab_definition_add_text("{}", "statement", written);

	json = lab_definition_add_text(json, "runs", outcome->sql);
	if (outcome->sqlstate)
		return lab_definition_add_text(json, "sqlstate", unpack_sql_state(outcome->sqlstate));
	json = lab_definition_add(json, "changed", psprintf(INT64_FORMAT, outcome->result->changed));
	return lab_definition_add(json, "result", outcome->result->definition);
}

/* What the reference's outcomes are, or an error of lab_create(). */
static char *
outcomes_json(const LabFact *fact, const Script *work, List *outcomes)
{
	StringInfoData json;
	ListCell *cell;

	initStringInfo(&json);
	foreach (cell, outcomes)
	{
		const LabOwnStatement *outcome = lfirst(cell);
		int i = foreach_current_index(cell);

		if (!outcome->ran || outcome->sqlstate == ERRCODE_QUERY_CANCELED)
			lab_own_raise(fact, ERRCODE_QUERY_CANCELED,
						  psprintf("takes too long in the reference, at statement %d", i + 1),
						  "Let it do less, or raise labcreator.check_timeout.");
		appendStringInfo(&json, "%s%s", i > 0 ? ", " : "[",
						 outcome_json(i < list_length(work->steps) ? list_nth(work->steps, i)
																   : "the end of the script",
									  outcome));
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

void
lab_own_derive_script(LabFact *fact, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	Oid role = lab_sandbox_identity(job->role, InvalidOid);
	Script work = {fact};
	LabSandboxError error;
	char *clock = lab_contents_add_clock("{}");
	char *json[2];
	List *texts;
	List *outcomes;

	work.context = CurrentMemoryContext;
	if (!lab_sandbox_run(role, job->check_timeout, split, &work, &error))
		lab_own_raise(fact, error.sqlstate, psprintf("cannot run: %s", error.message), NULL);
	texts = qualify_all(&work, job, role);
	for (int i = 0; i < 2; i++)
	{
		if (!run(texts, clock, job, &outcomes, &error))
			lab_own_raise(fact, error.sqlstate,
						  psprintf("cannot run in the reference: %s", error.message), NULL);
		json[i] = outcomes_json(fact, &work, outcomes);
	}
	if (strcmp(json[0], json[1]) != 0)
		lab_own_raise(fact, ERRCODE_INVALID_PARAMETER_VALUE, "gives another result at each call",
					  "Leave out what differs from call to call, such as random().");
	fact->definition = lab_definition_remove(fact->definition, "path");
	fact->definition = lab_definition_remove(fact->definition, "script");
	fact->definition = lab_definition_add(fact->definition, "steps", json[0]);
	fact->definition =
		lab_definition_add_text(fact->definition, "at", lab_definition_get(clock, "at"));
}

/* What is wrong with a step, or NULL; *status is for what cannot be said. */
static char *
difference(const char *expected, const LabOwnStatement *found, const LabJob *job, LabStatus *status)
{
	char *sqlstate = lab_definition_get(expected, "sqlstate");
	bool diff = job->feedback == LAB_FEEDBACK_DIFF;
	int64 changed;

	if (!found->ran || found->sqlstate == ERRCODE_QUERY_CANCELED)
	{
		*status = LAB_ERROR;
		return psprintf("takes longer than labcreator.check_timeout (%d ms)", job->check_timeout);
	}
	if (found->sqlstate == ERRCODE_LOCK_NOT_AVAILABLE)
	{
		*status = LAB_ERROR;
		return pstrdup("waits for a lock of its owner");
	}
	if (sqlstate && found->sqlstate == 0)
		return diff ? psprintf("should fail with SQLSTATE %s", sqlstate) : pstrdup("should fail");
	if (sqlstate)
		return strcmp(sqlstate, unpack_sql_state(found->sqlstate)) == 0
				   ? NULL
				   : psprintf("fails in another way: %s", found->message);
	if (found->sqlstate != 0)
		return psprintf("fails: %s", found->message);
	changed = strtoll(lab_definition_get(expected, "changed"), NULL, 10);
	if (found->result->changed != changed)
		return diff ? psprintf("gives or changes " INT64_FORMAT " rows, should be " INT64_FORMAT,
							   found->result->changed, changed)
					: psprintf("gives or changes too %s rows",
							   found->result->changed < changed ? "few" : "many");
	if (!lab_contents_equal(lab_definition_get(expected, "result"), found->result->definition))
		return pstrdup("gives other values");
	return NULL;
}

/* The statement for people: on one line, and not too long. */
static char *
shortened(const char *statement)
{
	char *text = pnstrdup(statement, pg_mbcliplen(statement, strlen(statement), STATEMENT_LENGTH));

	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\t' || *c == '\r')
			*c = ' ';
	while (*text == ' ')
		text++;
	return strlen(statement) > STATEMENT_LENGTH ? psprintf("%s...", text) : text;
}

void
lab_own_judge_script(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *check = &comparison->check->fact;
	const LabJob *job = evaluation->job;
	List *expected = lab_definition_list(check->definition, "steps");
	List *texts = NIL;
	List *outcomes;
	LabSandboxError error;
	ListCell *cell;
	ListCell *outcome;

	/* The last one is ours: the end. */
	foreach (cell, list_copy_head(expected, list_length(expected) - 1))
		texts = lappend(texts, lab_definition_get(lfirst(cell), "runs"));
	if (!run(texts, check->definition, job, &outcomes, &error))
	{
		lab_own_explain(comparison, job, &error);
		return;
	}
	comparison->status = LAB_PASS;
	forboth (cell, expected, outcome, outcomes)
	{
		LabStatus status = LAB_FAIL;
		char *problem = difference(lfirst(cell), lfirst(outcome), job, &status);

		if (problem == NULL)
			continue;
		comparison->status = status;
		comparison->problem =
			psprintf("%s: statement %d of the script (%s) %s", check->object,
					 foreach_current_index(cell) + 1,
					 shortened(lab_definition_get(lfirst(cell), "statement")), problem);
		return;
	}
}
