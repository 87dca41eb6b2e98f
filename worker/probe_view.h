/*
 * probe_view.h
 *		What a view gives for other rows.
 */
#ifndef LAB_PROBE_VIEW_H
#define LAB_PROBE_VIEW_H

#include "worker/kinds.h"

/* Kind "view_behaviour": a view over other rows. */
extern void lab_view_derive(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_view_judge(LabComparison *comparison, const LabEvaluation *evaluation);

#endif /* LAB_PROBE_VIEW_H */
