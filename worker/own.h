/*
 * own.h
 *		The lab master's own checks: kinds "query", "plan", "script" and "pgtap".
 *
 * Their definition is what the spec asks for (extension/spec_own.c), with what
 * the reference gave.  They run as the participant, read-only or rolled back.
 */
#ifndef LAB_OWN_H
#define LAB_OWN_H

#include "extension/compat.h"
#include "nodes/parsenodes.h"
#include "worker/kinds.h"
#include "worker/sandbox.h"

extern void lab_own_derive_query(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_own_judge_query(LabComparison *comparison, const LabEvaluation *evaluation);

extern void lab_own_derive_plan(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_own_judge_plan(LabComparison *comparison, const LabEvaluation *evaluation);

extern void lab_own_derive_script(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_own_judge_script(LabComparison *comparison, const LabEvaluation *evaluation);

extern void lab_own_derive_pgtap(LabFact *fact, const LabEvaluation *evaluation);
extern void lab_own_judge_pgtap(LabComparison *comparison, const LabEvaluation *evaluation);

/* Shared by the files own_*.c: */

/* Where a lab master's unqualified names are looked up, and nothing of a participant's first. */
#define LAB_OWN_PATH "pg_catalog, public, pg_temp"

/* Until the end of the (sub)transaction. */
extern void lab_own_set_path(const char *path);

/*
 * The query as the server understands it in the reference: its names no longer
 * depend on a search_path, nor on what a participant adds.  *tree, where not
 * NULL, gets the analysed query.  Raises an error unless it is one SELECT.
 */
extern char *lab_own_qualified(const char *query, Query **tree);

/* Raises an error of lab_create() about a check of the lab master's. */
pg_noreturn extern void
lab_own_raise(const LabFact *fact, int sqlstate, const char *message, const char *hint);

/* What the error of a participant's database means for the check. */
extern void
lab_own_explain(LabComparison *comparison, const LabJob *job, const LabSandboxError *error);

#endif /* LAB_OWN_H */
