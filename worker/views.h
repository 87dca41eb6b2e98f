/*
 * views.h
 *		What a view must be beside its result: kinds "view_order" and "view_hidden".
 */
#ifndef LAB_VIEWS_H
#define LAB_VIEWS_H

#include "nodes/parsenodes.h"
#include "worker/kinds.h"

/* In the reference: adds the facts of these kinds, for each view that has them. */
extern void lab_views_add_facts(LabEvaluation *evaluation);

extern void lab_views_derive_order(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_views_judge_order(LabComparison *comparison, const LabEvaluation *evaluation);
extern void lab_views_judge_hidden(LabComparison *comparison, const LabEvaluation *evaluation);

/* Sort keys as JSON, and back: a list of LabSortKey *; all of them must be visible. */
extern char *lab_sort_keys_json(List *keys);
extern List *lab_sort_keys_read(const char *definition);

#endif /* LAB_VIEWS_H */
