/*
 * view_query.c
 *		What the definition of a view says of its result.
 *
 * Two databases can be compared by what a view gives only as far as that does
 * not differ from call to call: random() and the current user do, and so do
 * columns that tables fill by such a default.  Everything here looks at stored
 * trees and runs nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "extension/compat.h"
#include "extension/strings.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "rewrite/prs2lock.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "worker/rows.h"
#include "worker/view_query.h"

/* In the text of a function: what it must call to differ from call to call, or with the time. */
#define VARYING_WORDS                                                                              \
	"(?i)\\m(random|gen_random_uuid|uuid_generate_v[0-9a-z]+|clock_timestamp|timeofday|nextval|"   \
	"session_user|current_user|current_role|pg_backend_pid|txid_current|pg_current_xact_id)\\M"
#define CLOCK_WORDS                                                                                \
	"(?i)\\m(now|age|current_date|current_time|current_timestamp|localtime|localtimestamp|"        \
	"statement_timestamp|transaction_timestamp)\\M"

/* What is the same in no two calls: which rows there are, and columns by number (0: all). */
typedef struct Taint
{
	bool rows;
	Bitmapset *columns;
} Taint;

typedef struct SeenView
{
	Oid relation;
	Taint taint;
	double views; /* it and those within it */
} SeenView;

typedef struct Look
{
	LabViewQuery *result;
	int causes;
	List *views; /* of SeenView * */
} Look;

/* A query within which expressions are looked at. */
typedef struct Scope
{
	const Query *query;
	struct Scope *parent;
	Taint *relations; /* by index in the range table, from 0 */
	List *names;      /* of char *: common table expressions */
	List *taints;     /* of Taint *: theirs */
} Scope;

typedef struct Search
{
	Look *look;
	Scope *scope;
	bool varies;
} Search;

static Taint look_at_query(const Query *query, Scope *parent, Look *look);

Query *
lab_view_tree(Oid oid)
{
	Relation relation = try_relation_open(oid, AccessShareLock);
	Query *query = NULL;

	if (relation == NULL)
		return NULL;
	if (relation->rd_rules &&
		(relation->rd_rel->relkind == RELKIND_VIEW || relation->rd_rel->relkind == RELKIND_MATVIEW))
		for (int i = 0; i < relation->rd_rules->numLocks; i++)
			if (relation->rd_rules->rules[i]->event == CMD_SELECT)
				query = copyObject(linitial_node(Query, relation->rd_rules->rules[i]->actions));
	if (query)
	{
		TupleDesc descriptor = RelationGetDescr(relation);
		ListCell *cell;

		/* RENAME COLUMN does not reach into the stored query. */
		foreach (cell, query->targetList)
		{
			TargetEntry *entry = lfirst(cell);

			if (!entry->resjunk && entry->resno <= descriptor->natts)
				entry->resname =
					pstrdup(NameStr(TupleDescAttr(descriptor, entry->resno - 1)->attname));
		}
	}
	relation_close(relation, AccessShareLock);
	return query;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Does a stable function of the server's depend on the session, and not only on its input? */
static bool
depends_on_session(const char *name)
{
	static const char *const prefixes[] = {"pg_", "inet_", "txid_", "has_", "current_", "to_reg"};

	if (strcmp(name, "pg_typeof") == 0)
		return false;
	for (int i = 0; i < lengthof(prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return strcmp(name, "session_user") == 0 || strcmp(name, "getpgusername") == 0;
}

static bool
text_has(const char *text, const char *pattern)
{
	return DatumGetBool(DirectFunctionCall2Coll(
		textregexeq, C_COLLATION_OID, CStringGetTextDatum(text), CStringGetTextDatum(pattern)));
}

/* A function of somebody's making: its text tells more than what it was declared to be. */
static void
look_into_function(Oid function, Search *search)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	char *source;

	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	search->look->result->functions = true;
	if (form->prokind == PROKIND_FUNCTION)
	{
		if (form->prolang == ClanguageId || form->prolang == INTERNALlanguageId)
			search->varies |= form->provolatile == PROVOLATILE_VOLATILE;
		else
		{
			source = TextDatumGetCString(
				DirectFunctionCall1(pg_get_functiondef, ObjectIdGetDatum(function)));
			search->varies |= text_has(source, VARYING_WORDS);
			search->look->result->clock |= text_has(source, CLOCK_WORDS);
		}
	}
	ReleaseSysCache(tuple);
}

static bool
look_at_function(Oid function, void *context)
{
	static const char *const clock[] = {"now", "statement_timestamp", "transaction_timestamp",
										"age", NULL};
	Search *search = context;
	char *name;

	if (function >= FirstNormalObjectId)
	{
		look_into_function(function, search);
		return false;
	}
	switch (func_volatile(function))
	{
		case PROVOLATILE_VOLATILE:
			search->varies = true;
			break;
		case PROVOLATILE_STABLE:
			name = get_func_name(function);
			if (is_one_of(name, clock))
				search->look->result->clock = true;
			else
				search->varies |= depends_on_session(name);
			break;
	}
	return false;
}

static void
look_at_value_function(const SQLValueFunction *function, Search *search)
{
	switch (function->op)
	{
		case SVFOP_CURRENT_ROLE:
		case SVFOP_CURRENT_USER:
		case SVFOP_USER:
		case SVFOP_SESSION_USER:
		case SVFOP_CURRENT_CATALOG:
		case SVFOP_CURRENT_SCHEMA:
			search->varies = true;
			break;
		default:
			search->look->result->clock = true;
	}
}

/*
 * Does the aggregate depend on the order in which rows come?  A list does, and so
 * do the last digits of a sum of floats.
 */
static bool
depends_on_order(const Aggref *aggregate)
{
	static const char *const lists[] = {"string_agg", "array_agg",       "json_agg",
										"jsonb_agg",  "json_agg_strict", "jsonb_agg_strict",
										"xmlagg",     "json_object_agg", NULL};
	static const char *const sums[] = {"sum", "avg", NULL};
	char *name = get_func_name(aggregate->aggfnoid);
	Oid input = aggregate->aggargtypes ? linitial_oid(aggregate->aggargtypes) : InvalidOid;

	if (aggregate->aggfnoid >= FirstNormalObjectId || aggregate->aggorder ||
		aggregate->aggdistinct || name == NULL)
		return false;
	return is_one_of(name, lists) || ((input == FLOAT4OID || input == FLOAT8OID) &&
									  (is_one_of(name, sums) || strncmp(name, "std", 3) == 0 ||
									   strncmp(name, "var", 3) == 0));
}

static bool look_at_node(Node *node, void *context);

static void
look_at_variable(const Var *variable, Search *search)
{
	Scope *scope = search->scope;
	RangeTblEntry *entry;
	const Taint *taint;

	for (Index i = 0; i < variable->varlevelsup && scope; i++)
		scope = scope->parent;
	if (scope == NULL || variable->varno < 1 || variable->varno > list_length(scope->query->rtable))
		return;
	entry = rt_fetch(variable->varno, scope->query->rtable);
	if (entry->rtekind == RTE_JOIN || LAB_IS_GROUP_RTE(entry))
	{
		List *members =
			entry->rtekind == RTE_JOIN ? entry->joinaliasvars : LAB_GROUP_EXPRESSIONS(entry);
		Search inner = {search->look, scope, false};

		if (variable->varattno > 0)
			(void) look_at_node(list_nth(members, variable->varattno - 1), &inner);
		else
			(void) look_at_node((Node *) members, &inner);
		search->varies |= inner.varies;
		return;
	}
	taint = &scope->relations[variable->varno - 1];
	if (variable->varattno == 0)
		search->varies |= !bms_is_empty(taint->columns);
	else if (variable->varattno < 0)
		search->varies |= variable->varattno != TableOidAttributeNumber;
	else
		search->varies |=
			bms_is_member(variable->varattno, taint->columns) || bms_is_member(0, taint->columns);
}

/* Never ends early: all tables are to be found. */
static bool
look_at_node(Node *node, void *context)
{
	Search *search = context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
		look_at_variable((Var *) node, search);
	else if (IsA(node, SQLValueFunction))
		look_at_value_function((SQLValueFunction *) node, search);
	else if (IsA(node, NextValueExpr))
		search->varies = true;
	else if (IsA(node, Aggref) && (search->look->causes & LAB_CAUSE_ORDER))
		search->varies |= depends_on_order((Aggref *) node);
	else if (IsA(node, Query))
	{
		Taint taint = look_at_query((Query *) node, search->scope, search->look);

		search->varies |= taint.rows || !bms_is_empty(taint.columns);
		return false;
	}
	(void) check_functions_in_node(node, look_at_function, context);
	return expression_tree_walker(node, look_at_node, context);
}

static bool
node_varies(Node *node, Scope *scope, Look *look)
{
	Search search = {look, scope, false};

	(void) look_at_node(node, &search);
	return search.varies;
}

static Taint
look_at_view(Oid oid, Look *look)
{
	ListCell *cell;
	SeenView *seen;
	Query *query;
	double before;

	foreach (cell, look->views)
	{
		seen = lfirst(cell);
		if (seen->relation == oid)
		{
			look->result->views += seen->views;
			return seen->taint;
		}
	}
	query = lab_view_tree(oid);
	seen = palloc0(sizeof(SeenView));
	seen->relation = oid;
	look->views = lappend(look->views, seen);
	before = look->result->views++;
	if (query)
		seen->taint = look_at_query(query, NULL, look);
	seen->views = look->result->views - before;
	return seen->taint;
}

static Taint
look_at_relation(Oid oid, Look *look)
{
	Taint taint = {false, NULL};
	Relation relation = try_relation_open(oid, AccessShareLock);
	char kind;
	char *name;

	if (relation == NULL)
		return taint;
	kind = relation->rd_rel->relkind;
	if (kind == RELKIND_VIEW || kind == RELKIND_MATVIEW)
	{
		relation_close(relation, AccessShareLock);
		return look_at_view(oid, look);
	}
	name = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
									  RelationGetRelationName(relation));
	if (!lab_strings_have(look->result->tables, name))
		look->result->tables = lappend(look->result->tables, name);
	if (look->causes & LAB_CAUSE_STORED)
		for (int i = 1; i <= RelationGetNumberOfAttributes(relation); i++)
			if (lab_rows_default_varies(relation, i))
				taint.columns = bms_add_member(taint.columns, i);
	relation_close(relation, AccessShareLock);
	return taint;
}

static Taint
look_at_common_table(const RangeTblEntry *entry, Scope *scope)
{
	Taint none = {false, NULL};
	ListCell *name;
	ListCell *taint;

	for (Index i = 0; i < entry->ctelevelsup && scope; i++)
		scope = scope->parent;
	if (scope == NULL)
		return none;
	forboth (name, scope->names, taint, scope->taints)
	{
		if (strcmp(lfirst(name), entry->ctename) == 0)
			return *(Taint *) lfirst(taint);
	}
	return none; /* a recursive one, within itself */
}

static Taint
look_at_entry(RangeTblEntry *entry, Scope *scope, Look *look)
{
	Taint taint = {false, NULL};
	Node *expressions = NULL;

	switch (entry->rtekind)
	{
		case RTE_RELATION:
			taint = look_at_relation(entry->relid, look);
			taint.rows |= entry->tablesample != NULL;
			return taint;
		case RTE_SUBQUERY:
			return look_at_query(entry->subquery, scope, look);
		case RTE_CTE:
			return look_at_common_table(entry, scope);
		case RTE_FUNCTION:
			expressions = (Node *) entry->functions;
			break;
		case RTE_VALUES:
			expressions = (Node *) entry->values_lists;
			break;
		case RTE_TABLEFUNC:
			expressions = (Node *) entry->tablefunc;
			break;
		default:
			break;
	}
	if (expressions && node_varies(expressions, scope, look))
	{
		taint.rows = entry->rtekind != RTE_VALUES;
		taint.columns = bms_make_singleton(0);
	}
	return taint;
}

/* The parts of a query that say which rows there are. */
static bool
rows_vary(const Query *query, Scope *scope, Look *look)
{
	bool varies = false;

	varies |= node_varies((Node *) query->jointree, scope, look);
	varies |= node_varies(query->havingQual, scope, look);
	varies |= node_varies(query->limitOffset, scope, look);
	varies |= node_varies(query->limitCount, scope, look);
	for (int i = 0; i < list_length(query->rtable); i++)
		varies |= scope->relations[i].rows ||
				  (query->setOperations && !bms_is_empty(scope->relations[i].columns));
	return varies;
}

static Taint
look_at_query(const Query *query, Scope *parent, Look *look)
{
	Scope scope = {query, parent, NULL, NIL, NIL};
	Taint taint = {false, NULL};
	bool rows_by_columns;
	ListCell *cell;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	scope.relations = palloc0(sizeof(Taint) * Max(list_length(query->rtable), 1));
	foreach (cell, query->cteList)
	{
		CommonTableExpr *expression = lfirst(cell);
		Taint *found = palloc(sizeof(Taint));

		*found = look_at_query((Query *) expression->ctequery, &scope, look);
		scope.names = lappend(scope.names, expression->ctename);
		scope.taints = lappend(scope.taints, found);
	}
	foreach (cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);

		/* OLD and NEW of a rule are not read, and are the view itself. */
		if (entry->rtekind != RTE_RELATION || entry->inFromCl)
			scope.relations[foreach_current_index(cell)] = look_at_entry(entry, &scope, look);
	}
	taint.rows = rows_vary(query, &scope, look);
	rows_by_columns = query->groupClause || query->distinctClause || query->windowClause ||
					  (query->sortClause && query->limitCount);
	foreach (cell, query->targetList)
	{
		TargetEntry *entry = lfirst(cell);

		if (!node_varies((Node *) entry->expr, &scope, look))
			continue;
		if (!entry->resjunk)
			taint.columns = bms_add_member(taint.columns, entry->resno);
		taint.rows |= rows_by_columns && (entry->ressortgroupref != 0 || query->distinctClause);
	}
	return taint;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

LabViewQuery *
lab_query_look(const Query *query, int causes)
{
	Look look = {palloc0(sizeof(LabViewQuery)), causes, NIL};
	Taint taint;
	ListCell *cell;

	taint = look_at_query(query, NULL, &look);
	look.result->rows_vary = taint.rows;
	list_sort(look.result->tables, compare_names);
	foreach (cell, query->targetList)
	{
		TargetEntry *entry = lfirst(cell);

		if (entry->resjunk)
			continue;
		if (bms_is_member(entry->resno, taint.columns) || bms_is_member(0, taint.columns))
			look.result->varying = lappend(look.result->varying, entry->resname);
		else
			look.result->steady = lappend(look.result->steady, entry->resname);
	}
	return look.result;
}

LabViewQuery *
lab_view_query(Oid relation, int causes)
{
	Query *query = lab_view_tree(relation);

	return query ? lab_query_look(query, causes) : palloc0(sizeof(LabViewQuery));
}

bool
lab_view_too_deep(Oid relation)
{
	return lab_view_query(relation, 0)->views > LAB_VIEWS_MAX;
}
