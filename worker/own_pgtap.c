/*
 * own_pgtap.c
 *		The lab master's pgTAP tests: kind "pgtap".
 *
 * The tests run as the participant, statement by statement, in a transaction that
 * is rolled back (own_run.h); what counts is the line that pgTAP gives for each
 * test.
 *
 * Nobody forges an "ok": pgTAP must be a superuser's extension, whose functions a
 * participant cannot change, and its schema comes first.  Nothing of theirs may
 * have the name of one of its functions, nor be an operator on the server's own
 * types, nor stand where it keeps its notes, in whatever schema: pgTAP's
 * functions look these up under a search_path that a tested function could set.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "worker/contents.h"
#include "worker/definition.h"
#include "worker/own.h"
#include "worker/own_run.h"

#define NAMED_MAX 5 /* failing tests that are told by name */

/* One test, as the line of its result says. */
typedef struct Test
{
	bool passed;
	char *name;
} Test;

typedef struct Run
{
	const char *text;
	bool strict;      /* pgTAP must be a superuser's */
	List *statements; /* of LabOwnStatement * */
	char *schema;     /* pgTAP's, quoted */
	bool absent;      /* there is no pgTAP that can be trusted */
	char *shadow;     /* what of the participant's stands in its way */
	MemoryContext context;
} Run;

/* clang-format off */
static const char installed[] =
	"SELECT quote_ident(n.nspname), r.rolsuper AND NOT EXISTS (\n"
	"	SELECT\n"
	"	FROM pg_depend d\n"
	"	JOIN pg_proc p ON p.oid = d.objid\n"
	"	JOIN pg_roles o ON o.oid = p.proowner\n"
	"	WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid\n"
	"		AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND NOT o.rolsuper)\n"
	"FROM pg_extension e\n"
	"JOIN pg_namespace n ON n.oid = e.extnamespace\n"
	"JOIN pg_roles r ON r.oid = e.extowner\n"
	"WHERE e.extname = 'pgtap'";

static const char shadows[] =
	"WITH member AS (\n"
	"	SELECT d.objid AS oid, p.proname\n"
	"	FROM pg_extension e\n"
	"	JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid\n"
	"		AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'\n"
	"	JOIN pg_proc p ON p.oid = d.objid\n"
	"	WHERE e.extname = 'pgtap'\n"
	"), theirs AS (\n"
	"	SELECT oid FROM pg_roles WHERE NOT rolsuper\n"
	")\n"
	"SELECT 'function ' || p.oid::regprocedure\n"
	"FROM pg_proc p\n"
	"WHERE p.oid >= 16384 AND p.proowner IN (SELECT oid FROM theirs)\n"
	"	AND p.proname IN (SELECT proname FROM member) AND p.oid NOT IN (SELECT oid FROM member)\n"
	"UNION ALL\n"
	"SELECT 'operator ' || o.oid::regoperator\n"
	"FROM pg_operator o\n"
	"WHERE o.oid >= 16384 AND o.oprowner IN (SELECT oid FROM theirs)\n"
	"	AND o.oprleft < 16384 AND o.oprright < 16384\n"
	"UNION ALL\n"
	"SELECT 'relation ' || c.oid::regclass\n"
	"FROM pg_class c\n"
	"WHERE c.relname IN ('__tcache__', '__tcache___id_seq', '__tresults___numb_seq')\n"
	"	AND c.relpersistence <> 't'\n"
	"LIMIT 1";
/* clang-format on */

/*
 * A column of the only row of a catalog query, in the given context; or NULL.  With a new
 * snapshot: what a test has just done is to be seen.
 */
static char *
catalog_value(const char *query, int column, MemoryContext context)
{
	char *value = NULL;

	SPI_connect();
	if (SPI_execute(query, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for pgTAP");
	if (SPI_processed == 1)
	{
		value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);
		value = value ? MemoryContextStrdup(context, value) : NULL;
	}
	SPI_finish();
	return value;
}

/* Nothing of the participant's may stand in pgTAP's way, before a test or after. */
static bool
look_for_shadows(LabOwnRun *own, LabOwnStatement *statement)
{
	Run *run = own->arg;
	int level;

	/* The tests' own SET search_path counts, behind pgTAP. */
	if (statement && statement->sets && statement->sqlstate == 0)
		own->path = psprintf("pg_catalog, %s, %s", run->schema,
							 GetConfigOption("search_path", false, false));
	level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_SUSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	run->shadow = catalog_value(shadows, 1, run->context);
	AtEOXact_GUC(true, level);
	return run->shadow == NULL;
}

/* BEGIN, COMMIT and ROLLBACK around the tests are ours to do. */
static void
split(void *arg)
{
	Run *run = arg;

	run->statements = lab_own_split(run->text, true, run->context);
}

/* A line of TAP, where it is the result of a test at the top level. */
static Test *
test_of(const char *line)
{
	Test *test;
	bool passed = strncmp(line, "ok ", 3) == 0;
	const char *rest = line + (passed ? 3 : 7);
	Size digits;
	Size length;

	if (!passed && strncmp(line, "not ok ", 7) != 0)
		return NULL;
	digits = strspn(rest, "0123456789");
	if (digits == 0)
		return NULL;
	length = strcspn(rest, "\r\n");
	test = palloc0(sizeof(Test));
	test->passed = passed || strstr(pnstrdup(rest, length), "# TODO") != NULL;
	if (strncmp(rest + digits, " - ", 3) == 0)
		test->name = pnstrdup(rest + digits + 3, length - digits - 3);
	else
		test->name = psprintf("test %.*s", (int) digits, rest);
	return test;
}

/* As the participant, in a subtransaction. */
static void
execute(LabOwnStatement *statement, MemoryContext context)
{
	SPI_connect();
	if (SPI_execute(statement->sql, false, 0) < 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("this statement cannot be part of a test")));
	for (uint64 i = 0; SPI_tuptable && i < SPI_processed; i++)
	{
		char *line = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		MemoryContext before = MemoryContextSwitchTo(context);
		Test *test = line ? test_of(line) : NULL;

		if (test)
			statement->tests = lappend(statement->tests, test);
		MemoryContextSwitchTo(before);
	}
	SPI_finish();
}

/* False, with the reason, if the tests cannot be run. */
static bool
run_tests(Run *run, const LabJob *job, LabSandboxError *error)
{
	LabOwnRun own = {0};
	char *trusted = catalog_value(installed, 2, CurrentMemoryContext);

	run->context = CurrentMemoryContext;
	run->absent = trusted == NULL || (run->strict && strcmp(trusted, "t") != 0);
	if (run->absent)
		return true;
	own.role = lab_sandbox_identity(job->role, InvalidOid);
	own.timeout = job->check_timeout;
	if (!lab_sandbox_run(own.role, own.timeout, split, run, error))
		return false;
	run->schema = catalog_value(installed, 1, run->context);
	own.path = psprintf("pg_catalog, %s, public, pg_temp", run->schema);
	own.execute = execute;
	own.look = look_for_shadows;
	own.arg = run;
	return lab_own_run(&own, run->statements, error);
}

/* What must be right of the reference, which passes all of its tests. */
static char *
tests_json(const LabFact *fact, const Run *run)
{
	StringInfoData json;
	int total = 0;
	ListCell *cell;
	ListCell *test;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	foreach (cell, run->statements)
	{
		const LabOwnStatement *statement = lfirst(cell);

		if (statement->sqlstate)
			lab_own_raise(fact, statement->sqlstate,
						  psprintf("fails in the reference, at statement %d: %s",
								   foreach_current_index(cell) + 1, statement->message),
						  NULL);
		appendStringInfoString(&json, foreach_current_index(cell) > 0 ? ", [" : "[");
		foreach (test, statement->tests)
		{
			const Test *found = lfirst(test);

			if (!found->passed)
				lab_own_raise(fact, ERRCODE_INVALID_PARAMETER_VALUE,
							  psprintf("fails in the reference: %s", found->name), NULL);
			appendStringInfoString(&json, foreach_current_index(test) > 0 ? ", " : "");
			escape_json(&json, found->name);
			total++;
		}
		appendStringInfoChar(&json, ']');
	}
	appendStringInfoChar(&json, ']');
	if (total == 0)
		lab_own_raise(fact, ERRCODE_INVALID_PARAMETER_VALUE, "has no test",
					  "Call functions of pgTAP, as in SELECT has_table('shop', 'orders').");
	return json.data;
}

void
lab_own_derive_pgtap(LabFact *fact, const LabEvaluation *evaluation)
{
	Run run = {0};
	LabSandboxError error;
	char *clock = lab_contents_add_clock("{}");
	bool finished;

	run.text = lab_definition_get(fact->definition, "pgtap");
	lab_contents_stop_clock(clock);
	finished = run_tests(&run, evaluation->job, &error);
	lab_sandbox_start_clock();
	if (!finished)
		lab_own_raise(fact, error.sqlstate, psprintf("cannot run: %s", error.message),
					  "Correct it; commands of psql have no meaning here.");
	if (run.absent)
		lab_own_raise(fact, ERRCODE_UNDEFINED_OBJECT,
					  "needs pgTAP, which the reference does not have",
					  "CREATE EXTENSION pgtap there, and let a superuser do so in a starter.");
	if (run.shadow)
		lab_own_raise(fact, ERRCODE_DUPLICATE_OBJECT,
					  psprintf("cannot be trusted beside %s", run.shadow),
					  "Give it another name than those that pgTAP uses.");
	fact->definition = lab_definition_add(lab_definition_remove(fact->definition, "path"), "tests",
										  tests_json(fact, &run));
	fact->definition =
		lab_definition_add_text(fact->definition, "at", lab_definition_get(clock, "at"));
}

/* What of the expected tests of a statement did not pass: names, with the error if there is one. */
static List *
failures_of(List *failures, const char *expected, const LabOwnStatement *statement)
{
	List *names = lab_definition_list(lab_definition_add("{}", "tests", expected), "tests");
	ListCell *cell;

	foreach (cell, names)
	{
		int i = foreach_current_index(cell);
		const Test *test = i < list_length(statement->tests) ? list_nth(statement->tests, i) : NULL;

		if (test && test->passed)
			continue;
		if (statement->sqlstate)
			failures =
				lappend(failures, psprintf("%s (%s)", (char *) lfirst(cell), statement->message));
		else
			failures = lappend(failures, lfirst(cell));
	}
	return failures;
}

/* "2 of its 5 tests fail: orders has a primary key; ..." */
static char *
failures_text(List *failures, int total)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	appendStringInfo(&text, "%d of %d tests fail: ", list_length(failures), total);
	foreach (cell, failures)
	{
		if (foreach_current_index(cell) == NAMED_MAX)
		{
			appendStringInfo(&text, "; and %d more", list_length(failures) - NAMED_MAX);
			break;
		}
		appendStringInfo(&text, "%s%s", foreach_current_index(cell) > 0 ? "; " : "",
						 (char *) lfirst(cell));
	}
	return text.data;
}

static void
settle(LabComparison *comparison, const Run *run, const LabJob *job)
{
	const LabFact *check = &comparison->check->fact;
	List *expected = lab_definition_list(check->definition, "tests");
	List *failures = NIL;
	int total = 0;
	ListCell *cell;
	ListCell *statement;

	forboth (cell, expected, statement, run->statements)
	{
		const LabOwnStatement *found = lfirst(statement);

		if (found->sqlstate == ERRCODE_QUERY_CANCELED)
		{
			comparison->status = LAB_ERROR;
			comparison->problem =
				psprintf("%s: statement %d of the tests takes longer than "
						 "labcreator.check_timeout (%d ms)",
						 check->object, foreach_current_index(cell) + 1, job->check_timeout);
			return;
		}
		total += list_length(
			lab_definition_list(lab_definition_add("{}", "tests", lfirst(cell)), "tests"));
		failures = failures_of(failures, lfirst(cell), found);
	}
	comparison->status = failures ? LAB_FAIL : LAB_PASS;
	if (failures)
		comparison->problem = psprintf("%s: %s", check->object, failures_text(failures, total));
}

void
lab_own_judge_pgtap(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *check = &comparison->check->fact;
	Run run = {0};
	LabSandboxError error;
	bool finished;

	run.text = lab_definition_get(check->definition, "pgtap");
	run.strict = true;
	lab_contents_stop_clock(check->definition);
	finished = run_tests(&run, evaluation->job, &error);
	lab_sandbox_start_clock();
	if (!finished)
		lab_own_explain(comparison, evaluation->job, &error);
	else if (run.absent)
	{
		comparison->status = LAB_ERROR;
		comparison->problem =
			psprintf("%s: this database has no pgTAP of a superuser's", check->object);
	}
	else if (run.shadow)
	{
		comparison->status = LAB_FAIL;
		comparison->problem = psprintf("%s: %s stands in pgTAP's way", check->object, run.shadow);
	}
	else
		settle(comparison, &run, evaluation->job);
}
