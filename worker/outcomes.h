/*
 * outcomes.h
 *		What an expression gives for candidate rows.
 */
#ifndef LAB_OUTCOMES_H
#define LAB_OUTCOMES_H

#include "worker/candidates.h"
#include "worker/digest.h"
#include "worker/equal.h"

/* Circumstances that an expression can depend on: the time and the time zone. */
typedef struct LabCircumstance
{
	const char *now;  /* NULL: as it is */
	const char *zone; /* as POSIX writes it: needs no time zone database */
} LabCircumstance;

/* The first one is as things are. */
extern const LabCircumstance lab_circumstances[];
extern const int lab_circumstance_count;

/*
 * One digest for each row from first on, in the current memory context: of the
 * value, of whether the row is accepted (mode), or of the SQLSTATE.
 */
extern LabDigest *
lab_outcomes(Node *expression, LabEqualMode mode, Relation relation,
			 const LabCandidates *candidates, int first, const LabCircumstance *circumstance);

/* Adds what an expression without columns gives in each circumstance to the constants. */
extern void lab_outcomes_collect(Node *expression, LabConstants *constants);

/* Is it the error of a number too large for its type? */
extern bool lab_outcome_is_overflow(LabDigest outcome);

/* Is the row accepted? */
extern bool lab_outcome_is_true(LabDigest outcome);

#endif /* LAB_OUTCOMES_H */
