/*
 * contents.h
 *		What is in a table, and what a view gives: kinds "rows" and "view_result".
 */
#ifndef LAB_CONTENTS_H
#define LAB_CONTENTS_H

#include "worker/kinds.h"

extern void lab_contents_derive(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_contents_judge(LabComparison *comparison, const LabEvaluation *evaluation);

#endif /* LAB_CONTENTS_H */
