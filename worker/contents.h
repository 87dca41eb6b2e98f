/*
 * contents.h
 *		What is in a table, and what a view gives: kinds "rows" and "view_result".
 */
#ifndef LAB_CONTENTS_H
#define LAB_CONTENTS_H

#include "worker/kinds.h"
#include "worker/result.h"

extern void lab_contents_derive_rows(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_contents_judge_rows(LabComparison *comparison, const LabEvaluation *evaluation);

extern void lab_contents_derive_view(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_contents_judge_view(LabComparison *comparison, const LabEvaluation *evaluation);

/* Do two definitions say that the same rows came? */
extern bool lab_contents_equal(const char *expected, const char *found);

/* Says so of a view that cannot be run for it (lab_view_too_deep()). */
extern bool lab_contents_too_deep(LabComparison *comparison, Oid view);

/* Where a definition names an instant ("at"), the clock stands there until it is started again. */
extern void lab_contents_stop_clock(const char *definition);

/* The definition with the present instant, to the second. */
extern char *lab_contents_add_clock(const char *definition);

#endif /* LAB_CONTENTS_H */
