/*
 * hooks.h
 *		What runs in every backend at the end of a transaction.
 */
#ifndef LAB_HOOKS_H
#define LAB_HOOKS_H

extern void lab_hooks_init(void);

/* When this transaction commits, the coordinator reads the desired state anew. */
extern void lab_announce_wanted(void);

/* When this transaction commits, the publishers look into the outbox. */
extern void lab_announce_outbox(void);

#endif /* LAB_HOOKS_H */
