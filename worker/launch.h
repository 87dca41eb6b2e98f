/*
 * launch.h
 *		Running evaluators: starting them, hearing them, ending them in time.
 */
#ifndef LAB_LAUNCH_H
#define LAB_LAUNCH_H

#include "worker/watch.h"

/* Starts evaluators for the databases that are due.  Returns when the next one is, or 0 for never.
 */
extern LabTime lab_launch_due(void);

/* Reads what running evaluators have sent, stores what is complete, ends what is overdue. */
extern void lab_launch_collect(void);

/* Is there an evaluation whose end will wake us? */
extern bool lab_launch_working(void);

/* Ends the evaluator of a database, if one runs; nothing of it is stored. */
extern void lab_launch_stop(LabWatched *watched);

/* The checks can be others than its evaluator knows: then it goes. */
extern void lab_launch_outdate(LabWatched *watched);

/* The settings can be others than any evaluator knows. */
extern void lab_launch_reload(void);

#endif /* LAB_LAUNCH_H */
