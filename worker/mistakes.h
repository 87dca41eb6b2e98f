/*
 * mistakes.h
 *		Common mistakes: what a person made instead of what is missing.
 */
#ifndef LAB_MISTAKES_H
#define LAB_MISTAKES_H

#include "worker/kinds.h"

/* What the database has and the reference lacks, and the other way round. */
typedef struct LabMistakes LabMistakes;

/* Sorts what the database has and the reference lacks; in the current memory context. */
extern LabMistakes *lab_mistakes_collect(const LabEvaluation *evaluation);

/*
 * Is the top-level object that the check belongs to missing altogether?  Then
 * there is no more to say of its parts.
 */
extern bool lab_mistakes_owner_missing(const LabMistakes *mistakes, const LabFact *expected);

/*
 * A clause about what is there instead of the missing object, in terms of the
 * participant's own names: "public.orders is in another schema".  NULL for none.
 */
extern char *lab_mistakes_instead(const LabMistakes *mistakes, const LabFact *expected);

#endif /* LAB_MISTAKES_H */
