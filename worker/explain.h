/*
 * explain.h
 *		What to tell a person of a check that does not pass.
 */
#ifndef LAB_EXPLAIN_H
#define LAB_EXPLAIN_H

#include "worker/compare.h"

/*
 * What differs, at the lab's feedback level, or NULL for nothing.  Only
 * LAB_FEEDBACK_DIFF gives the expected value.
 */
extern char *lab_explain(const LabComparison *comparison, LabFeedback feedback);

#endif /* LAB_EXPLAIN_H */
