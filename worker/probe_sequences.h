/*
 * probe_sequences.h
 *		Sequences whose values nobody misses.
 */
#ifndef LAB_PROBE_SEQUENCES_H
#define LAB_PROBE_SEQUENCES_H

#include "nodes/pg_list.h"

/* Where they start: far above what people reach; as near to it as the bounds allow. */
#define LAB_SEQUENCE_START INT64CONST(100000007)

/*
 * Within a subtransaction that will be rolled back: gives each sequence of the
 * owner (InvalidOid: each sequence) a file of its own.  Returns what
 * lab_sequences_restart() takes.  Raises an error where one is locked.
 */
extern List *lab_sequences_shield(Oid owner);

/* Something is kept: from now on they start again where they are. */
extern void lab_sequences_mark(List *shielded);

/* All of them start again: first at a value that is the same in every database. */
extern void lab_sequences_restart(List *shielded);

#endif /* LAB_PROBE_SEQUENCES_H */
