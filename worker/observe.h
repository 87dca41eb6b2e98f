/*
 * observe.h
 *		What participants do: from shared memory into the tables.
 */
#ifndef LAB_OBSERVE_H
#define LAB_OBSERVE_H

#include "worker/watch.h"

/* The objects that a lab asks for, by their keys; in the current memory context. */
extern HTAB *lab_observe_objects(List *checks);

/*
 * Stores what has been noted since the last time, in a transaction of its own.
 * Cheap when nothing has.
 */
extern void lab_observe_drain(void);

/* Results of the participant have changed: what follows is counted anew. */
extern void lab_observe_moved(LabWatched *watched);

/* Frees what is known of a database that is watched no longer. */
extern void lab_observe_forget(LabWatched *watched);

/* After an error: what is known is read from the tables again. */
extern void lab_observe_reset(void);

/* The system's clock was put back to now: what is known of later is taken to be of now. */
extern void lab_observe_forget_future(TimestampTz now);

#endif /* LAB_OBSERVE_H */
