/*
 * compare.h
 *		Checks against facts: what belongs together, and what is too much.
 */
#ifndef LAB_COMPARE_H
#define LAB_COMPARE_H

#include "extension/fact.h"

/* A check with what the database has in its place. */
typedef struct LabComparison
{
	const LabCheck *check;
	const struct LabKind *kind; /* kinds.h; NULL: equal definitions are all there is to it */
	LabFact *found;             /* NULL: nothing of this kind and identity */
	LabStatus status;           /* LAB_FAIL until somebody knows better */
	char *problem; /* what is wrong, where the two definitions do not show it; else NULL */
	char *
		expected_text; /* with a problem: what should have come of it, for LAB_FEEDBACK_DIFF only */
	char *found_text;
	uint64 stamp; /* of what the outcome depends on (depend.h) */
	bool settled; /* that has not changed: the verdict of the last look stands */
} LabComparison;

/* Pairs each check with a fact, the equal ones first; a list of LabComparison *. */
extern List *lab_compare_pair(List *checks, List *facts);

/*
 * Fails each object that has what changes its behaviour and the reference lacks:
 * facts that neither a check nor a judge has taken.
 */
extern void lab_compare_extras(List *comparisons, List *facts, LabExtras extras);

/* Equal definitions pass. */
extern void lab_compare_settle(LabComparison *comparison);

#endif /* LAB_COMPARE_H */
