/*
 * hooks.h
 *		What runs in every backend at the end of a transaction.
 */
#ifndef LAB_HOOKS_H
#define LAB_HOOKS_H

#include "extension/shmem.h"

extern void lab_hooks_init(void);

/* When this transaction commits, the coordinator reads the desired state anew. */
extern void lab_announce_wanted(void);

/* The slot of this backend's database, or NULL.  Takes no lock. */
extern LabSlot *lab_hooks_slot(void);

#endif /* LAB_HOOKS_H */
