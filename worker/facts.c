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
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
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

/* DEFAULT NULL is no default, unless it takes the place of a domain's. */
static bool
is_no_default(const LabFact *fact, const char *expression)
{
	return strcmp(fact->kind, "default") == 0 && strncmp(expression, "NULL::", 6) == 0 &&
		   get_typtype(exprType(stringToNode(fact->tree))) != TYPTYPE_DOMAIN;
}

/* The rows of one query become facts, in the caller's memory context. */
static List *
read_query(List *facts, const char *query, Oid role, int timeout, List *ignore)
{
	MemoryContext context = CurrentMemoryContext;
	SPITupleTable *table;
	uint64 n;

	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the catalogs");
	MemoryContextSwitchTo(context); /* SPI leaves its own behind */
	table = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		LabFact *fact = palloc0(sizeof(LabFact));
		char *tree = column_text(table, i, 5);
		char *relation = column_text(table, i, 6);

		fact->kind = column_text(table, i, 1);
		fact->object = column_text(table, i, 2);
		fact->owner = column_text(table, i, 3);
		fact->definition = column_text(table, i, 4);
		fact->tree = tree;
		fact->relation = relation ? atooid(relation) : InvalidOid;
		if (lab_fact_ignored(fact, ignore))
			continue;
		if (tree)
		{
			char *expression = lab_expression_text(tree, fact->relation, role, timeout);

			if (is_no_default(fact, expression))
				continue;
			fact->definition = with_property(fact->definition, "expression", expression);
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

List *
lab_facts_read(Oid role, int timeout, List *ignore)
{
	List *facts = NIL;

	for (int i = 0; i < lab_fact_query_count; i++)
	{
		List *found = read_query(NIL, lab_fact_queries[i], role, timeout, ignore);

		list_sort(found, compare_facts);
		facts = list_concat(facts, found);
	}
	return facts;
}
