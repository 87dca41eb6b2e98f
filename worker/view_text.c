/*
 * view_text.c
 *		The query of a view as text, and the order that it gives its rows.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "extension/compat.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/typcache.h"
#include "worker/view_query.h"

typedef struct Writing
{
	int views; /* written out so far */
	int names; /* chosen so far */
} Writing;

static bool write_out(Node *node, void *context);

/* Is it a view of somebody's making? */
static bool
is_own_view(const RangeTblEntry *entry)
{
	char kind;

	if (entry->rtekind != RTE_RELATION || !entry->inFromCl || entry->relid < FirstNormalObjectId)
		return false;
	kind = get_rel_relkind(entry->relid);
	return kind == RELKIND_VIEW || kind == RELKIND_MATVIEW;
}

static void
write_out_entry(RangeTblEntry *entry, Writing *writing)
{
	if (is_own_view(entry))
	{
		Query *query = lab_view_tree(entry->relid);

		if (++writing->views > LAB_VIEWS_MAX)
			ereport(ERROR, (errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
							errmsg("it reads more than %d views", LAB_VIEWS_MAX)));
		if (query == NULL)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("a view has no query")));
		entry->rtekind = RTE_SUBQUERY;
		entry->subquery = query;
		entry->relid = InvalidOid;
		entry->relkind = 0;
		entry->rellockmode = 0;
		LAB_FORGET_PERMISSIONS(entry);
	}
	/* An unnamed join has no name of its own: its columns go by their tables'. */
	if (!entry->inFromCl || (entry->rtekind == RTE_JOIN && entry->alias == NULL))
		return;
	if (entry->alias)
		entry->alias->aliasname = psprintf("t%d", ++writing->names);
	else
		entry->alias = makeAlias(psprintf("t%d", ++writing->names), NIL);
}

static bool
write_out(Node *node, void *context)
{
	if (node == NULL)
		return false;
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, RangeTblEntry))
	{
		write_out_entry((RangeTblEntry *) node, context);
		return false; /* query_tree_walker goes on with what is inside */
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, write_out, context, QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, write_out, context);
}

static int
compare_entries(const ListCell *a, const ListCell *b)
{
	const TargetEntry *one = lfirst(a);
	const TargetEntry *other = lfirst(b);

	if (one->resname == NULL || other->resname == NULL)
		return (one->resname == NULL) - (other->resname == NULL);
	return strcmp(one->resname, other->resname);
}

char *
lab_view_text(Oid relation)
{
	Query *query = lab_view_tree(relation);
	Writing writing = {0, 0};

	if (query == NULL)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("it is not a view")));
	(void) write_out((Node *) query, &writing);
	if (query->setOperations == NULL)
		list_sort(query->targetList, compare_entries);
	return pg_get_querydef(query, false);
}

List *
lab_sort_keys(const Query *query)
{
	List *keys = NIL;
	ListCell *cell;

	foreach (cell, query->sortClause)
	{
		SortGroupClause *clause = lfirst(cell);
		TargetEntry *entry = get_sortgroupclause_tle(clause, query->targetList);
		LabSortKey *key = palloc0(sizeof(LabSortKey));
		TypeCacheEntry *type =
			lookup_type_cache(exprType((Node *) entry->expr), TYPECACHE_LT_OPR | TYPECACHE_GT_OPR);

		/* DISTINCT ON leaves one row for these: what follows chooses it, and orders nothing */
		if (query->hasDistinctOn && list_length(keys) == list_length(query->distinctClause))
			break;
		key->descending = clause->sortop == type->gt_opr;
		key->nulls_first = clause->nulls_first;
		if (!entry->resjunk && (key->descending || clause->sortop == type->lt_opr))
		{
			key->name = entry->resname;
			key->column = entry->resno;
		}
		keys = lappend(keys, key);
	}
	return keys;
}

char *
lab_text_with_keys(const Query *query)
{
	Query *copy = copyObject(unconstify(Query *, query));
	List *entries = NIL;
	List *keys = NIL;
	ListCell *cell;
	int n = 0;

	foreach (cell, copy->targetList)
		if (!((TargetEntry *) lfirst(cell))->resjunk)
			entries = lappend(entries, lfirst(cell));
	foreach (cell, copy->sortClause)
	{
		TargetEntry *entry = get_sortgroupclause_tle(lfirst(cell), copy->targetList);

		if (entry->resjunk)
		{
			entry->resjunk = false;
			entry->resname = psprintf("sort_key_%d", ++n);
			keys = lappend(keys, entry);
		}
		else
			keys = lappend(keys, makeTargetEntry(copyObject(entry->expr), 0,
												 psprintf("sort_key_%d", ++n), false));
	}
	copy->targetList = list_concat(entries, keys);
	foreach (cell, copy->targetList)
		((TargetEntry *) lfirst(cell))->resno = foreach_current_index(cell) + 1;
	return pg_get_querydef(copy, false);
}

/* Does a query's own FROM, or the query itself, put rows in order? */
static bool
orders(const Query *query, int *budget)
{
	ListCell *cell;

	check_stack_depth();
	if (--*budget < 0 || query->sortClause || query->setOperations)
		return query->sortClause != NIL || *budget < 0;
	foreach (cell, query->windowClause)
		if (((WindowClause *) lfirst(cell))->orderClause)
			return true;
	foreach (cell, query->cteList)
		if (orders((Query *) ((CommonTableExpr *) lfirst(cell))->ctequery, budget))
			return true;
	foreach (cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);

		if (entry->rtekind == RTE_FUNCTION || entry->rtekind == RTE_VALUES)
			return true;
		if (entry->rtekind == RTE_SUBQUERY && orders(entry->subquery, budget))
			return true;
		if (is_own_view(entry))
		{
			Query *view = lab_view_tree(entry->relid);

			if (view && orders(view, budget))
				return true;
		}
	}
	return false;
}

bool
lab_view_has_order(Oid relation)
{
	Query *query = lab_view_tree(relation);
	int budget = LAB_VIEWS_MAX;

	return query && orders(query, &budget);
}
