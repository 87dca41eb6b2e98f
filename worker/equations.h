/*
 * equations.h
 *		Facts with expressions that are written differently: the judges of their kinds.
 */
#ifndef LAB_EQUATIONS_H
#define LAB_EQUATIONS_H

#include "worker/equal.h"
#include "worker/kinds.h"

/* One fact against one: conditions, values. */
extern void lab_equations_judge_filter(LabComparison *comparison, const LabEvaluation *evaluation);
extern void lab_equations_judge_value(LabComparison *comparison, const LabEvaluation *evaluation);

/*
 * One by one, then all that are left of a table or a domain against all; takes
 * what the participant has of them, also what adds nothing (equation_sets.c).
 */
extern void lab_equations_judge_check(LabComparison *comparison, const LabEvaluation *evaluation);

/* For that, once before all of them are judged: who judges for the checks of which owner. */
extern HTAB *lab_equations_survey(const LabEvaluation *evaluation);

/* What the policies of a table allow together (equation_policies.c). */
extern void lab_equations_judge_policy(LabComparison *comparison, const LabEvaluation *evaluation);

/* For the judges: */

/* The value of a string property of a definition; NULL where there is none. */
extern char *lab_equations_property(const char *definition, const char *name);

/* Do the definitions agree in all but their expressions? */
extern bool lab_equations_same_rest(const char *expected, const char *found);

/*
 * Compares two expressions about what the fact of this database is about, and
 * notes in the comparison why that came to no end.
 */
extern bool
lab_equations_hold(LabEqualMode mode, const char *expected, const char *found, const LabFact *fact,
				   LabComparison *comparison, const LabEvaluation *evaluation);

#endif /* LAB_EQUATIONS_H */
