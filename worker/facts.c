/*
 * facts.c
 *		The facts of the current database: what the catalogs say, with
 *		expressions brought to one form.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/expression.h"
#include "worker/facts.h"
#include "worker/facts_queries.h"
#include "worker/objects.h"
#include "worker/plans.h"

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
	fact->read_from = column_oid(table, row, 8);
	return fact;
}

/* DEFAULT NULL is no default, unless it takes the place of a domain's. */
static bool
is_no_default(const LabFact *fact, const char *expression)
{
	return strcmp(fact->kind, "default") == 0 && strncmp(expression, "NULL::", 6) == 0 &&
		   get_typtype(exprType(stringToNode(fact->tree))) != TYPTYPE_DOMAIN;
}

/* Completes a fact of the catalogs by its expression; false where it is none after all. */
static bool
add_expression(LabFact *fact, Oid role, int timeout)
{
	bool when = strcmp(fact->kind, "trigger") == 0;
	char *expression = (when ? lab_expression_when_text : lab_expression_text)(
		fact->tree, fact->relation, OidIsValid(role) ? role : fact->role, timeout, &fact->doubtful);

	if (is_no_default(fact, expression))
		return false;
	fact->definition = with_property(fact->definition, when ? "when" : "expression", expression);
	return true;
}

/* The rows of one query become facts, in the caller's memory context. */
static List *
read_query(int query, const LabFactScope *scope, Datum *values, bool few)
{
	static LabCatalogQuery *plans = NULL;
	List *facts = NIL;
	SPITupleTable *table;
	uint64 n;

	if (plans == NULL)
		plans = MemoryContextAllocZero(TopMemoryContext,
									   sizeof(LabCatalogQuery) * lab_fact_query_count);
	plans[query].text = lab_fact_queries[query].text;
	plans[query].nargs = 2;
	plans[query].types[0] = OIDOID;
	plans[query].types[1] = OIDARRAYOID;
	lab_plans_run(&plans[query], values, few);
	table = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		LabFact *fact = make_fact(table, i);

		fact->query = query;
		if (!lab_fact_ignored(fact, scope->ignore) &&
			(fact->tree == NULL || add_expression(fact, scope->role, scope->timeout)))
			facts = lappend(facts, fact);
	}
	SPI_freetuptable(table);
	return facts;
}

/* As the queries come, then by age of the relation, then by name and text: always the same order.
 */
static int
compare_facts(const ListCell *a, const ListCell *b)
{
	const LabFact *one = lfirst(a);
	const LabFact *other = lfirst(b);
	int order;

	if (one->query != other->query)
		return one->query < other->query ? -1 : 1;
	if (one->relation != other->relation)
		return one->relation < other->relation ? -1 : 1;
	order = strcmp(one->kind, other->kind);
	if (order == 0)
		order = strcmp(one->object, other->object);
	if (order == 0 && one->definition && other->definition)
		order = strcmp(one->definition, other->definition);
	return order;
}

static char *
copy_text(const char *text)
{
	return text ? pstrdup(text) : NULL;
}

/* A fact that was read before, as if it were read now. */
static LabFact *
copy_fact(const LabFact *fact)
{
	LabFact *copy = palloc(sizeof(LabFact));

	*copy = *fact;
	copy->kind = copy_text(fact->kind);
	copy->object = copy_text(fact->object);
	copy->owner = copy_text(fact->owner);
	copy->definition = copy_text(fact->definition);
	copy->tree = copy_text(fact->tree);
	copy->taken = false;
	return copy;
}

/* The facts that others read before and that none of these objects has. */
static List *
kept_facts(List *known, List *objects)
{
	List *kept = NIL;
	ListCell *cell;

	foreach (cell, known)
	{
		const LabFact *fact = lfirst(cell);

		if (!lab_objects_among(objects, fact->read_from))
			kept = lappend(kept, copy_fact(fact));
	}
	return kept;
}

List *
lab_facts_read(const LabFactScope *scope, List *objects, List *known)
{
	bool few = !list_member_oid(objects, InvalidOid);
	Datum values[2] = {ObjectIdGetDatum(scope->role), lab_plans_oids(objects)};
	List *facts = few ? kept_facts(known, objects) : NIL;

	for (int i = 0; i < lab_fact_query_count && objects; i++)
		if (!few || lab_fact_queries[i].of_objects)
			facts = list_concat(facts, read_query(i, scope, values, few));
	list_sort(facts, compare_facts);
	return facts;
}
