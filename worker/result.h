/*
 * result.h
 *		What a query gives, in a form that can be compared with another database's.
 */
#ifndef LAB_RESULT_H
#define LAB_RESULT_H

#include "executor/tuptable.h"
#include "nodes/pg_list.h"
#include "worker/digest.h"

/* How to look at a result. */
typedef struct LabReading
{
	const char *query; /* one statement, run as whoever is current */
	bool writing;      /* it need not be a SELECT */
	List *columns;     /* of char *: only these count, one that is missing as null; NIL: all */
	bool by_position;  /* columns are known as "1", "2", ... and not by their names */
	List *sorted_by;   /* of LabSortKey *: are the rows in this order? */
	int keys;          /* so many columns at the end say which rows may change places */
	bool make_groups;  /* note the order: which rows follow which, as far as keys tell */
	List *groups;      /* of integers: sizes of such groups, to be followed */
	bool tolerant;     /* values of types with fractions are kept, for lab_result_near() */
} LabReading;

/* A row whose values with fractions are kept apart from the others. */
typedef struct LabTolerantRow
{
	LabDigest exact; /* of all other values */
	double *values;
	bool *nulls;
	bool used;
} LabTolerantRow;

typedef struct LabResult
{
	int64 rows;       /* that came */
	int64 changed;    /* that were inserted, updated or deleted; or that came */
	char *definition; /* {"rows": n, "digest": ..., "columns": {name: digest}} */
	bool sorted;      /* in the order that was asked about */
	List *groups;     /* of integers: sizes of groups of rows that may change places */
	char *sequence;   /* digest of the groups, in order */
	List *tolerant;   /* of LabTolerantRow * */
	int nvalues;      /* in each of them */
} LabResult;

/*
 * Runs the query; everything is in the current memory context.  Raises
 * ERRCODE_PROGRAM_LIMIT_EXCEEDED for more than labcreator.result_limit rows.
 */
extern LabResult *lab_result_read(const LabReading *reading);

/* Are both lists of LabTolerantRow * the same rows, give or take? */
extern bool
lab_result_near(List *expected, List *found, int nvalues, double tolerance, bool ordered);

/* Group sizes as text ("1x20,3"), and back. */
extern char *lab_groups_text(List *groups);
extern List *lab_groups_read(const char *text);

#endif /* LAB_RESULT_H */
