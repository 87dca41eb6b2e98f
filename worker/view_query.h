/*
 * view_query.h
 *		What the definition of a view says of its result.
 */
#ifndef LAB_VIEW_QUERY_H
#define LAB_VIEW_QUERY_H

#include "nodes/parsenodes.h"

typedef struct LabViewQuery
{
	List *tables;   /* of char *: the tables that it gets to, by itself or through views */
	bool functions; /* it calls functions of somebody's making, which may read more */
	double views;   /* so many views take part when all are written out */
	bool clock;     /* it depends on the time at which it runs */
	bool rows_vary; /* which rows there are differs from call to call */
	List *varying;  /* of char *: columns whose values do */
	List *steady;   /* of char *: all other columns */
} LabViewQuery;

/* What makes a result vary beside functions that differ from call to call. */
#define LAB_CAUSE_STORED 1 /* columns of tables with such a default */
#define LAB_CAUSE_ORDER 2  /* aggregates of rows in the order in which these lie */

/* Views in views that are run or written out: more than this is a bomb, not a lab. */
#define LAB_VIEWS_MAX 500

/* A column by which a query's result is sorted. */
typedef struct LabSortKey
{
	char *name;
	int column; /* position among the visible ones, from 1; 0: it is not visible */
	bool descending;
	bool nulls_first;
} LabSortKey;

/* A copy of the query of a view or materialized view; NULL where the relation is none. */
extern Query *lab_view_tree(Oid relation);

/*
 * Looks through the query and the views that it reads.  The time alone makes
 * nothing vary: the clock can be stopped (sandbox.h).
 */
extern LabViewQuery *lab_view_query(Oid relation, int causes);

/*
 * Is the view one of too many within another to be run?  The server would not
 * even notice a timeout while it takes them apart.
 */
extern bool lab_view_too_deep(Oid relation);

/* The same of any query, whose columns are named as it names them. */
extern LabViewQuery *lab_query_look(const Query *query, int causes);

/* The columns that the query is sorted by at its top level: a list of LabSortKey *. */
extern List *lab_sort_keys(const Query *query);

/* The query with its sort keys as further columns at the end, one for each. */
extern char *lab_text_with_keys(const Query *query);

/* Might something in the query put its rows into an order: any but the order of the tables? */
extern bool lab_view_has_order(Oid relation);

/*
 * The query of a view as a text that depends on tables, types and functions
 * only: views are written out where they are read, and names that do not count
 * are chosen anew.  Raises an error where views are nested beyond reason.
 */
extern char *lab_view_text(Oid relation);

#endif /* LAB_VIEW_QUERY_H */
