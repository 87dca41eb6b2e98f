/*
 * own_plan.c
 *		How a query must be planned: kind "plan".
 *
 * The server never scans an index of a table that fits into a page or two.
 * Where the reference itself is that small, both plans are made with
 * enable_seqscan off, which shows what the planner could use; the definition
 * says so.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "extension/strings.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/definition.h"
#include "worker/own.h"

/* What a plan does, as far as anybody asks. */
typedef struct OwnPlan
{
	List *indexes; /* of char *: names of the indexes that it uses */
	List *scanned; /* of oids: tables that it scans as a whole */
	double cost;
} OwnPlan;

/* What one visit of the sandbox works on. */
typedef struct Explanation
{
	const char *text; /* the lab master's query; NULL: it is qualified already */
	char *query;
	bool no_seqscan;
	OwnPlan plan;
	MemoryContext context;
} Explanation;

static JsonbValue *
member(JsonbContainer *object, const char *key)
{
	return getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
}

static char *
text_member(JsonbContainer *object, const char *key)
{
	JsonbValue *value = member(object, key);

	return value && value->type == jbvString
			   ? pnstrdup(value->val.string.val, value->val.string.len)
			   : NULL;
}

static void
read_node(OwnPlan *plan, JsonbContainer *node)
{
	char *type = text_member(node, "Node Type");
	char *index = text_member(node, "Index Name");
	JsonbValue *children = member(node, "Plans");

	if (index)
		plan->indexes = lappend(plan->indexes, index);
	if (type && strcmp(type, "Seq Scan") == 0)
		plan->scanned = lappend_oid(
			plan->scanned, get_relname_relid(text_member(node, "Relation Name"),
											 get_namespace_oid(text_member(node, "Schema"), true)));
	for (uint32 i = 0; children && i < JsonContainerSize(children->val.binary.data); i++)
		read_node(plan,
				  getIthJsonbValueFromContainer(children->val.binary.data, i)->val.binary.data);
}

static void
read_plan(OwnPlan *plan, const char *json)
{
	Jsonb *explained = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
	JsonbContainer *top = getIthJsonbValueFromContainer(&explained->root, 0)->val.binary.data;
	JsonbContainer *node = member(top, "Plan")->val.binary.data;

	plan->cost = DatumGetFloat8(DirectFunctionCall1(
		numeric_float8, NumericGetDatum(member(node, "Total Cost")->val.numeric)));
	read_node(plan, node);
}

static void
explain(void *arg)
{
	Explanation *work = arg;
	MemoryContext before = MemoryContextSwitchTo(work->context);
	char *json;

	if (work->text)
		work->query = lab_own_qualified(work->text, NULL);
	if (work->no_seqscan)
		(void) set_config_option("enable_seqscan", "off", PGC_SUSET, PGC_S_SESSION,
								 GUC_ACTION_LOCAL, true, 0, false);
	SPI_connect();
	if (SPI_execute(psprintf("EXPLAIN (FORMAT JSON, VERBOSE) %s", work->query), false, 0) !=
			SPI_OK_UTILITY ||
		SPI_processed != 1)
		elog(ERROR, "could not explain the query");
	json = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	MemoryContextSwitchTo(work->context);
	work->plan = (OwnPlan){0};
	read_plan(&work->plan, json);
	SPI_finish();
	MemoryContextSwitchTo(before);
}

static char *
qualified_name(Oid relation)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
									  get_rel_name(relation));
}

/* Does the name of a table, qualified or not, mean this one, or one that it is a partition of? */
static bool
means(const char *name, Oid scanned)
{
	List *oids = list_make1_oid(scanned);
	ListCell *cell;

	if (get_rel_relispartition(scanned))
		oids = list_concat(oids, get_partition_ancestors(scanned));
	foreach (cell, oids)
	{
		char *bare = get_rel_name(lfirst_oid(cell));
		char *schema = get_namespace_name(get_rel_namespace(lfirst_oid(cell)));

		if (bare == NULL || schema == NULL)
			continue;
		if (strcmp(name, bare) == 0 || strcmp(name, psprintf("%s.%s", schema, bare)) == 0 ||
			strcmp(name, quote_qualified_identifier(schema, bare)) == 0)
			return true;
	}
	return false;
}

/* The table that is scanned as a whole and should not be, or NULL. */
static char *
scanned_wrongly(const char *definition, const OwnPlan *plan)
{
	List *tables = lab_definition_list(definition, "no_seq_scan");
	bool any = lab_definition_is(definition, "no_seq_scan");
	ListCell *scan;
	ListCell *table;

	foreach (scan, plan->scanned)
	{
		if (!OidIsValid(lfirst_oid(scan)))
			continue;
		if (any)
			return qualified_name(lfirst_oid(scan));
		foreach (table, tables)
			if (means(lfirst(table), lfirst_oid(scan)))
				return qualified_name(lfirst_oid(scan));
	}
	return NULL;
}

static bool
uses_index(const char *definition, const OwnPlan *plan)
{
	char *wanted = lab_definition_get(definition, "uses_index");

	if (wanted == NULL)
		return true;
	if (lab_definition_is(definition, "uses_index"))
		return plan->indexes != NIL;
	return lab_strings_have(plan->indexes, wanted);
}

/* What is wrong with the plan, apart from its cost, or NULL. */
static char *
fault(const char *definition, const OwnPlan *plan)
{
	char *table = scanned_wrongly(definition, plan);

	if (!uses_index(definition, plan))
		return pstrdup(lab_definition_is(definition, "uses_index")
						   ? "uses no index"
						   : "does not use the index that it should");
	if (table)
		return psprintf("scans %s as a whole", table);
	return NULL;
}

static bool
run(Explanation *work, const LabJob *job, LabSandboxError *error)
{
	work->context = CurrentMemoryContext;
	return lab_sandbox_run(lab_sandbox_identity(job->role, InvalidOid), job->check_timeout, explain,
						   work, error);
}

void
lab_own_derive_plan(LabFact *fact, const LabEvaluation *evaluation)
{
	Explanation work = {0};
	LabSandboxError error;
	char *wrong;

	work.text = lab_definition_get(fact->definition, "query");
	if (!run(&work, evaluation->job, &error))
		lab_own_raise(fact, error.sqlstate, psprintf("fails in the reference: %s", error.message),
					  NULL);
	wrong = fault(fact->definition, &work.plan);
	if (wrong)
	{
		work.no_seqscan = true;
		if (!run(&work, evaluation->job, &error))
			lab_own_raise(fact, error.sqlstate,
						  psprintf("fails in the reference: %s", error.message), NULL);
		if (fault(fact->definition, &work.plan))
			lab_own_raise(fact, ERRCODE_INVALID_PARAMETER_VALUE,
						  psprintf("is not met by the reference: its own plan %s", wrong),
						  "Create the index there, fill the table and ANALYZE it, or ask for "
						  "something else.");
		fact->definition = lab_definition_add_text(fact->definition, "enable_seqscan", "off");
	}
	fact->definition = lab_definition_remove(fact->definition, "path");
	fact->definition = lab_definition_add_text(fact->definition, "runs", work.query);
	fact->definition =
		lab_definition_add(fact->definition, "cost", psprintf("%.2f", work.plan.cost));
}

void
lab_own_judge_plan(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *check = &comparison->check->fact;
	const LabJob *job = evaluation->job;
	char *ratio = lab_definition_get(check->definition, "max_cost_ratio");
	double most;
	Explanation work = {0};
	LabSandboxError error;
	char *wrong;

	work.query = lab_definition_get(check->definition, "runs");
	work.no_seqscan = lab_definition_get(check->definition, "enable_seqscan") != NULL;
	if (!run(&work, job, &error))
	{
		lab_own_explain(comparison, job, &error);
		return;
	}
	wrong = fault(check->definition, &work.plan);
	most = ratio ? strtod(ratio, NULL) * strtod(lab_definition_get(check->definition, "cost"), NULL)
				 : 0;
	if (wrong == NULL && ratio && work.plan.cost > most)
		wrong = job->feedback == LAB_FEEDBACK_DIFF
					? psprintf("costs %.2f, should cost at most %.2f", work.plan.cost, most)
					: pstrdup("costs too much");
	comparison->status = wrong ? LAB_FAIL : LAB_PASS;
	if (wrong)
		comparison->problem = psprintf("%s: the plan of the query %s", check->object, wrong);
}
