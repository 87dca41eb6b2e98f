/*
 * probe_rows.h
 *		Arguments that are a row of the data.
 */
#ifndef LAB_PROBE_ROWS_H
#define LAB_PROBE_ROWS_H

#include "worker/probe_routine.h"

/*
 * Arguments of calls (of char **, each an expression of the argument's type, NULL
 * where no column fits): several of a call are from one row of a table that the
 * code mentions.
 */
extern List *lab_rows_for(const LabRoutine *routine, const LabMentions *mentions, int timeout);

#endif /* LAB_PROBE_ROWS_H */
