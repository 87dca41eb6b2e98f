/*
 * explain.h
 *		What to tell a person of a check that does not pass.
 */
#ifndef LAB_EXPLAIN_H
#define LAB_EXPLAIN_H

#include "worker/kinds.h"
#include "worker/mistakes.h"

/*
 * What differs, at the feedback level of the lab, or NULL for nothing.  Only
 * LAB_FEEDBACK_DIFF gives the expected value.
 */
extern char *
lab_explain(const LabComparison *comparison, const LabMistakes *mistakes, LabFeedback feedback);

#endif /* LAB_EXPLAIN_H */
