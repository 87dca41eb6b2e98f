/*
 * own.c
 *		What the lab master's own checks have in common.
 */
#include "postgres.h"

#include "parser/analyze.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/ruleutils.h"
#include "worker/definition.h"
#include "worker/own.h"

void
lab_own_set_path(const char *path)
{
	/* A source up to PGC_S_OVERRIDE would make it the default for good. */
	(void) set_config_option("search_path", path, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true,
							 0, false);
}

char *
lab_own_qualified(const char *text, Query **tree)
{
	List *statements;
	Query *query;
	char *qualified;

	lab_own_set_path(LAB_OWN_PATH);
	statements = pg_parse_query(text);
	if (list_length(statements) != 1 || !IsA(linitial_node(RawStmt, statements)->stmt, SelectStmt))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("it is not one SELECT")));
	query = parse_analyze_fixedparams(linitial(statements), text, NULL, 0, NULL);
	if (query->commandType != CMD_SELECT || query->hasModifyingCTE || query->rowMarks)
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("it does more than to read")));
	if (tree)
		*tree = copyObject(query);
	lab_own_set_path("pg_catalog, pg_temp");
	qualified = pg_get_querydef(query, false);
	return qualified;
}

void
lab_own_raise(const LabFact *fact, int sqlstate, const char *message, const char *hint)
{
	ereport(ERROR, (errcode(sqlstate),
					errmsg("the %s of task \"%s\" %s", fact->kind, fact->object, message),
					errdetail("At %s.", lab_definition_get(fact->definition, "path")),
					errhint("%s", hint ? hint : "Correct it, or the reference.")));
}

void
lab_own_explain(LabComparison *comparison, const LabJob *job, const LabSandboxError *error)
{
	const LabFact *check = &comparison->check->fact;
	char *what = psprintf("%s: the %s", check->object, check->kind);

	switch (error->sqlstate)
	{
		case ERRCODE_QUERY_CANCELED:
		case ERRCODE_LOCK_NOT_AVAILABLE:
		case ERRCODE_PROGRAM_LIMIT_EXCEEDED:
			lab_sandbox_explain(what, job->check_timeout, error, &comparison->status,
								&comparison->problem);
			break;
		default:
			comparison->status = LAB_FAIL;
			comparison->problem = psprintf("%s fails: %s", what, error->message);
	}
}
