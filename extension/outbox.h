/*
 * outbox.h
 *		What is to be told to systems outside: table lab.outbox, and the
 *		processes that drain it, one a target.
 */
#ifndef LAB_OUTBOX_H
#define LAB_OUTBOX_H

#include "port/atomics.h"
#include "storage/latch.h"

/* A target's place in lab_target_names, in shared memory and in worker/publisher.c. */
typedef enum LabTargetId
{
	LAB_TARGET_LDAP,
	LAB_TARGET_GRAFANA,
	LAB_TARGET_EXPORTER,
	LAB_TARGETS
} LabTargetId;

/* The names as they stand in lab.outbox.target. */
extern const char *const lab_target_names[LAB_TARGETS];

/* In shared memory: one publisher. */
typedef struct LabPublisher
{
	Latch *volatile latch;      /* NULL until it has run once */
	volatile pid_t pid;         /* 0: not running */
	pg_atomic_uint64 heartbeat; /* TimestampTz of its last cycle */
	pg_atomic_uint64 asked;     /* reconciliations asked for */
	pg_atomic_uint64 served;    /* of these, how many are over */
} LabPublisher;

/* Wakes all publishers.  Safe anywhere, even after a commit. */
extern void lab_wake_publishers(void);

#endif /* LAB_OUTBOX_H */
