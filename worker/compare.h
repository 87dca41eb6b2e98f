/*
 * compare.h
 *		Checks against facts: who passes, and what to say of the others.
 */
#ifndef LAB_COMPARE_H
#define LAB_COMPARE_H

#include "extension/fact.h"

/* A check with what the database has in its place. */
typedef struct LabComparison
{
	const LabCheck *check;
	LabFact *found; /* NULL: nothing of this kind and identity */
	char *problem;  /* set by who found one that no definition shows; else NULL */
	LabStatus problem_status;
} LabComparison;

/* Pairs each check with a fact, the equal ones first; a list of LabComparison *. */
extern List *lab_compare_pair(List *checks, List *facts);

/* Sets the problem of each table that has what changes its behaviour and the reference lacks. */
extern void lab_compare_extras(List *comparisons, List *facts, LabExtras extras);

extern LabVerdict *lab_compare_verdict(const LabComparison *comparison, LabFeedback feedback);

#endif /* LAB_COMPARE_H */
