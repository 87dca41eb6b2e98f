/*
 * facts.c
 *		The facts of the current database: what the catalogs say, with
 *		expressions brought to one form.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/expression.h"
#include "worker/facts.h"
#include "worker/facts_queries.h"

char *
lab_fact_canonical(const char *definition)
{
	return DatumGetCString(
		DirectFunctionCall1(jsonb_out, DirectFunctionCall1(jsonb_in, CStringGetDatum(definition))));
}

/* Adds a property to the text of a jsonb object and returns jsonb's own form of it. */
static char *
with_property(const char *definition, const char *name, const char *value)
{
	StringInfoData text;

	initStringInfo(&text);
	appendBinaryStringInfo(&text, definition, strlen(definition) - 1);
	if (text.len > 1)
		appendStringInfoString(&text, ", ");
	escape_json(&text, name);
	appendStringInfoString(&text, ": ");
	escape_json(&text, value);
	appendStringInfoChar(&text, '}');
	return lab_fact_canonical(text.data);
}

static char *
column_text(SPITupleTable *table, uint64 row, int column)
{
	return SPI_getvalue(table->vals[row], table->tupdesc, column);
}

static Oid
column_oid(SPITupleTable *table, uint64 row, int column)
{
	char *text = column_text(table, row, column);

	return text ? atooid(text) : InvalidOid;
}

/* One row of a query. */
static LabFact *
make_fact(SPITupleTable *table, uint64 row)
{
	LabFact *fact = palloc0(sizeof(LabFact));

	fact->kind = column_text(table, row, 1);
	fact->object = column_text(table, row, 2);
	fact->owner = column_text(table, row, 3);
	fact->definition = column_text(table, row, 4);
	fact->tree = column_text(table, row, 5);
	fact->relation = column_oid(table, row, 6);
	fact->role = column_oid(table, row, 7);
	return fact;
}

/* Plans last as long as the process: one that compares again has them already. */
static SPIPlanPtr
plan_of(int query)
{
	static SPIPlanPtr *plans = NULL;
	Oid type = OIDOID;

	if (plans == NULL)
		plans = MemoryContextAllocZero(TopMemoryContext, sizeof(SPIPlanPtr) * lab_fact_query_count);
	if (plans[query] == NULL)
	{
		SPIPlanPtr plan = SPI_prepare(lab_fact_queries[query], 1, &type);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not plan query %d over the catalogs", query);
		plans[query] = plan;
	}
	return plans[query];
}

/* DEFAULT NULL is no default, unless it takes the place of a domain's. */
static bool
is_no_default(const LabFact *fact, const char *expression)
{
	return strcmp(fact->kind, "default") == 0 && strncmp(expression, "NULL::", 6) == 0 &&
		   get_typtype(exprType(stringToNode(fact->tree))) != TYPTYPE_DOMAIN;
}

/* The rows of one query become facts, in the caller's memory context. */
static List *
read_query(int query, Oid role, int timeout, List *ignore)
{
	MemoryContext context = CurrentMemoryContext;
	Datum participant = ObjectIdGetDatum(role);
	List *facts = NIL;
	SPITupleTable *table;
	uint64 n;

	if (SPI_execute_plan(plan_of(query), &participant, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the catalogs");
	MemoryContextSwitchTo(context); /* SPI leaves its own behind */
	table = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		LabFact *fact = make_fact(table, i);

		if (lab_fact_ignored(fact, ignore))
			continue;
		if (fact->tree)
		{
			bool when = strcmp(fact->kind, "trigger") == 0;
			char *expression = (when ? lab_expression_when_text : lab_expression_text)(
				fact->tree, fact->relation, OidIsValid(role) ? role : fact->role, timeout);

			if (is_no_default(fact, expression))
				continue;
			fact->definition =
				with_property(fact->definition, when ? "when" : "expression", expression);
		}
		facts = lappend(facts, fact);
	}
	SPI_freetuptable(table);
	return facts;
}

/* By age of the relation, then by name: the same order on every server. */
static int
compare_facts(const ListCell *a, const ListCell *b)
{
	const LabFact *one = lfirst(a);
	const LabFact *other = lfirst(b);
	int order;

	if (one->relation != other->relation)
		return one->relation < other->relation ? -1 : 1;
	order = strcmp(one->kind, other->kind);
	return order != 0 ? order : strcmp(one->object, other->object);
}

/*
 * Nobody analyzes a young database's catalogs, and the planner takes them for
 * small: nested loops over them would take time by the square.
 */
static void
plan_without_statistics(void)
{
	static const char *const settings[][2] = {{"enable_nestloop", "off"},
											  {"plan_cache_mode", "force_generic_plan"}};

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i][0], settings[i][1], PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
}

List *
lab_facts_read(Oid role, int timeout, List *ignore)
{
	int level = NewGUCNestLevel();
	List *facts = NIL;

	plan_without_statistics();
	for (int i = 0; i < lab_fact_query_count; i++)
	{
		List *found = read_query(i, role, timeout, ignore);

		list_sort(found, compare_facts);
		facts = list_concat(facts, found);
	}
	AtEOXact_GUC(false, level);
	return facts;
}
