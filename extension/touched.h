/*
 * touched.h
 *		What committed transactions changed in a database, for its evaluator.
 */
#ifndef LAB_TOUCHED_H
#define LAB_TOUCHED_H

#include "nodes/pg_list.h"
#include "port/atomics.h"

#define LAB_TOUCHED_TABLES 32 /* more than these at a time are everything */

/* In a slot: written by sessions when they have committed, taken by the evaluator. */
typedef struct LabTouched
{
	pg_atomic_uint32 tables[LAB_TOUCHED_TABLES]; /* oids; InvalidOid: free */
	pg_atomic_uint32 definitions;                /* 1: also what the catalogs say */
	pg_atomic_uint32 everything;                 /* 1: it is not known what */
} LabTouched;

/* What an evaluator takes out at the start of a look. */
typedef struct LabChanges
{
	List *tables; /* of oids whose rows can differ */
	bool definitions;
	bool everything;
} LabChanges;

extern void lab_touched_init(void); /* hooks */
extern void lab_touched_init_slot(LabTouched *touched);

/* Hands over what this transaction touched.  After the commit is visible; allocates nothing. */
extern void lab_touched_publish(LabTouched *touched);

/* The transaction is no more, or was not one that wrote. */
extern void lab_touched_forget(void);

/* Takes what was handed over; the list is in the current memory context. */
extern LabChanges lab_touched_take(LabTouched *touched);

#endif /* LAB_TOUCHED_H */
