/*
 * probe_function.h
 *		What functions, procedures and aggregates do: kind "function_behaviour".
 */
#ifndef LAB_PROBE_FUNCTION_H
#define LAB_PROBE_FUNCTION_H

#include "worker/kinds.h"

extern void lab_function_derive(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_function_judge(LabComparison *comparison, const LabEvaluation *evaluation);

#endif /* LAB_PROBE_FUNCTION_H */
