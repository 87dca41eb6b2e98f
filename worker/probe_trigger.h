/*
 * probe_trigger.h
 *		What the triggers and rules of a table or view do: kinds
 *		"trigger_behaviour" and "rule_behaviour".
 */
#ifndef LAB_PROBE_TRIGGER_H
#define LAB_PROBE_TRIGGER_H

#include "worker/kinds.h"

extern void lab_trigger_derive(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_trigger_judge(LabComparison *comparison, const LabEvaluation *evaluation);

#endif /* LAB_PROBE_TRIGGER_H */
