/*
 * moved.h
 *		Checks that an evaluator hands on to the hidden data.
 */
#ifndef LAB_MOVED_H
#define LAB_MOVED_H

#include "worker/watch.h"

/* Takes a verdict that is none yet (LAB_MOVED); it is in the evaluation's context. */
extern void lab_moved_take(LabWatched *watched, LabVerdict *verdict);

/*
 * What has to be asked of the hidden data, as the request of an evaluator, in
 * the evaluation's context.  NULL: nothing.  Verdicts of the last time are added
 * to the evaluation's when the same was asked then: hidden data stands still.
 */
extern StringInfo lab_moved_request(LabWatched *watched);

/* The answer is complete: keep it for the next time. */
extern void lab_moved_keep(LabWatched *watched);

/* The database is let go. */
extern void lab_moved_forget(LabWatched *watched);

#endif /* LAB_MOVED_H */
