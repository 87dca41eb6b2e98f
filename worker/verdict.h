/*
 * verdict.h
 *		Storing what an evaluation found.
 */
#ifndef LAB_VERDICT_H
#define LAB_VERDICT_H

#include "worker/watch.h"

/*
 * Stores the verdicts of an evaluation, in a transaction of its own, where they
 * differ from what is stored.  With failure (the evaluation was cut short) the
 * checks without a verdict become errors, if there is any verdict at all.  What was
 * said of other checks than there are now is left out.  Returns false, and stores
 * nothing, while a lab master's transaction changes the lab.
 */
extern bool lab_verdict_store(LabWatched *watched, const char *failure);

/* The oid of role lab_evaluator. */
extern Oid lab_verdict_evaluator(void);

#endif /* LAB_VERDICT_H */
