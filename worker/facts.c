/*
 * facts.c
 *		The facts of the current database: what the catalogs say, with
 *		expressions brought to one form.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "worker/facts.h"
#include "worker/facts_queries.h"
#include "worker/rows.h"
#include "worker/sandbox.h"

/* What one sandboxed simplification works on. */
typedef struct Simplification
{
	char *tree;
	Oid relation;
	MemoryContext context;
	char *text;
} Simplification;

/* One way to write what can be written in two: CURRENT_TIMESTAMP is now(), 0.0 is 0. */
static Node *
plain_calls(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, SQLValueFunction) && ((SQLValueFunction *) node)->op == SVFOP_CURRENT_TIMESTAMP)
		return (Node *) makeFuncExpr(F_NOW, TIMESTAMPTZOID, NIL, InvalidOid, InvalidOid,
									 COERCE_EXPLICIT_CALL);
	if (IsA(node, Const) && ((Const *) node)->consttype == NUMERICOID &&
		!((Const *) node)->constisnull)
	{
		Const *constant = copyObject((Const *) node);

		constant->constvalue = DirectFunctionCall1(numeric_trim_scale, constant->constvalue);
		return (Node *) constant;
	}
	return expression_tree_mutator(node, plain_calls, context);
}

static char *
deparse(Node *expression, Oid relation)
{
	List *context =
		OidIsValid(relation) ? deparse_context_for(get_rel_name(relation), relation) : NIL;

	return deparse_expression(expression, context, false, false);
}

/* Constant parts are computed: this is where functions of the participant's may run. */
static void
simplify(void *arg)
{
	Simplification *work = arg;
	Node *expression = plain_calls(stringToNode(work->tree), NULL);

	expression = plain_calls(eval_const_expressions(NULL, expression), NULL);
	work->text = MemoryContextStrdup(work->context, deparse(expression, work->relation));
}

static Oid
relation_owner(Oid relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		return GetUserId();
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* The expression in its one form; as written, where simplifying it fails. */
static char *
expression_text(char *tree, Oid relation, Oid role, int timeout)
{
	Simplification work = {tree, relation, CurrentMemoryContext, NULL};
	LabSandboxError error;

	if (!OidIsValid(role))
		role = relation_owner(relation);
	if (lab_sandbox_run(role, timeout, simplify, &work, &error))
		return work.text;
	return deparse(plain_calls(stringToNode(tree), NULL), relation);
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
	return DatumGetCString(
		DirectFunctionCall1(jsonb_out, DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data))));
}

static char *
column_text(SPITupleTable *table, uint64 row, int column)
{
	return SPI_getvalue(table->vals[row], table->tupdesc, column);
}

/* The rows of one query become facts, in the caller's memory context. */
static List *
read_query(List *facts, const char *query, Oid role, int timeout, List *ignore)
{
	SPITupleTable *table;
	uint64 n;

	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the catalogs");
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
		fact->relation = relation ? atooid(relation) : InvalidOid;
		if (lab_fact_ignored(fact, ignore))
			continue;
		if (tree)
			fact->definition = with_property(fact->definition, "expression",
											 expression_text(tree, fact->relation, role, timeout));
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

typedef struct Contents
{
	const LabFact *fact;
	List *columns;
	MemoryContext context;
	char *definition;
} Contents;

static void
read_contents(void *arg)
{
	Contents *work = arg;
	char *definition;

	if (strcmp(work->fact->kind, "view_result") == 0 &&
		get_rel_relkind(work->fact->relation) == RELKIND_VIEW)
		definition = lab_rows_of_query(psprintf("SELECT * FROM %s", work->fact->object));
	else
		definition = lab_rows_of_table(work->fact->relation, work->columns);
	work->definition = MemoryContextStrdup(
		work->context, DatumGetCString(DirectFunctionCall1(
						   jsonb_out, DirectFunctionCall1(jsonb_in, CStringGetDatum(definition)))));
}

char *
lab_facts_contents(const LabFact *fact, Oid role, int timeout, List *columns,
				   LabSandboxError *error)
{
	Contents work = {fact, columns, CurrentMemoryContext, NULL};

	if (!OidIsValid(role))
		role = relation_owner(fact->relation);
	if (!lab_sandbox_run(role, timeout, read_contents, &work, error))
		return NULL;
	return work.definition;
}
