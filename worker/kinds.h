/*
 * kinds.h
 *		What a kind of fact needs beyond its definition in the catalogs.
 *
 * Most kinds are read by a query (facts_queries.c) and pass where the two
 * definitions are equal.  A kind in this table has more to it: a definition
 * that is computed only when it is asked for (rows, results of views, probes),
 * or definitions that differ and yet mean the same.
 */
#ifndef LAB_KINDS_H
#define LAB_KINDS_H

#include "utils/hsearch.h"
#include "worker/compare.h"
#include "worker/depend.h"

/* One evaluation of one database, as every kind sees it. */
typedef struct LabEvaluation
{
	const LabJob *job;
	List *facts;       /* of LabFact *: all of the database */
	List *comparisons; /* of LabComparison *; NIL in the reference */
	HTAB *promises;    /* of each owner of checks, by lab_equations_survey(); else NULL */
} LabEvaluation;

/*
 * In the reference: completes the definition of the fact.  One that is still
 * NULL after both passes leaves the fact out.
 */
typedef void (*LabDerive)(LabFact *fact, const LabEvaluation *evaluation);

/*
 * In a participant's database: sets the status, and the problem where the
 * definitions do not show what is wrong.
 */
typedef void (*LabJudge)(LabComparison *comparison, const LabEvaluation *evaluation);

/*
 * Functions can be NULL.  The first of each pair runs in a read-only
 * transaction; the second one afterwards, for what must write to find out, in a
 * transaction that may write.  Both are always rolled back.  The second judge
 * is called only where the first one passed, or where there is none.
 */
typedef struct LabKind
{
	const char *name;
	LabReach reach; /* what its outcome depends on */
	bool unmatched; /* judged even where the database has nothing of this identity */
	LabDerive derive;
	LabDerive derive_writing;
	LabJudge judge;
	LabJudge judge_writing;
} LabKind;

/* NULL: equal definitions are all there is to it. */
extern const LabKind *lab_kind_find(const char *name);

#endif /* LAB_KINDS_H */
