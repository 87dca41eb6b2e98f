/*
 * probe_perturb.h
 *		Other rows in the tables, to see what follows from them.
 */
#ifndef LAB_PROBE_PERTURB_H
#define LAB_PROBE_PERTURB_H

#include "worker/probe_plan.h"
#include "worker/probe_source.h"

/* Adds what is mentioned by the functions and views that are mentioned. */
extern void lab_perturb_follow(LabMentions *mentions);

/*
 * The tables among the words (of LabTable *), by age, with values that they take
 * as things are.  In a transaction that may write.
 */
extern List *lab_perturb_tables(const LabMentions *mentions, const char *path, int timeout);

/* Appends to the plan what makes columns agree whose defaults differ from call to call. */
extern void lab_perturb_level(LabPlan *plan, List *tables, int timeout);

/*
 * Appends to the plan statements that change the tables' rows (added, changed,
 * fewer, none), each time followed by the probes (of LabProbe *).  Which of
 * them work is for lab_probe_settle() to find out.
 */
extern void lab_perturb_plan(LabPlan *plan, List *tables, List *probes);

/*
 * The same for single values of single columns, at most limit of them; the rows are
 * put back after each.
 */
extern void lab_perturb_values(LabPlan *plan, List *tables, List *probes, int limit);

#endif /* LAB_PROBE_PERTURB_H */
