/*
 * boundaries.h
 *		Where the answer of an expression changes.
 */
#ifndef LAB_BOUNDARIES_H
#define LAB_BOUNDARIES_H

#include "worker/outcomes.h"

/*
 * Adds rows to the candidates: for each of the n rows (positions in bases), and
 * each column whose type has steps (numbers, dates, times), the values between
 * which the expression changes from accepting the row to not accepting it, down
 * to one step apart.
 */
extern void lab_boundaries_find(Node *expression, LabEqualMode mode, Relation relation,
								LabCandidates *candidates, const int *bases, int n);

#endif /* LAB_BOUNDARIES_H */
