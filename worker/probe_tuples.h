/*
 * probe_tuples.h
 *		Arguments that belong together: from one row of a table.
 */
#ifndef LAB_PROBE_TUPLES_H
#define LAB_PROBE_TUPLES_H

#include "worker/probe_routine.h"

/*
 * Rows for the routine's arguments, whose types (no pseudo-types) are given: of
 * char **, an expression for each argument, NULL for those that the row says nothing of.
 * Runs SQL as the routine's owner.
 */
extern List *lab_routine_rows(const LabRoutine *routine, const Oid *types,
							  const LabMentions *mentions, int timeout);

#endif /* LAB_PROBE_TUPLES_H */
