/*
 * shmem.h
 *		What backends and labcreator's processes share.
 *
 * A slot stands for one watched database: a participant's, or a reference
 * while it is being read.  Slots are found without a lock (open addressing
 * over the database's oid) and are claimed and released under LabShared.lock.
 * All counters only grow.
 */
#ifndef LAB_SHMEM_H
#define LAB_SHMEM_H

#include "extension/activity.h"
#include "extension/clock.h"
#include "extension/metrics.h"
#include "extension/outbox.h"
#include "extension/request.h"
#include "extension/touched.h"
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/latch.h"
#include "storage/lwlock.h"

#define LAB_ERROR_BYTES 512

/*
 * What the participant of a slot may do: written by the coordinator, read by
 * their sessions without a lock.  The name is set before the role, and stays
 * while the role does.
 */
typedef struct LabGate
{
	pg_atomic_uint32 role; /* the participant's; InvalidOid: not known yet */
	char lab[NAMEDATALEN];
	pg_atomic_uint64 opens;  /* TimestampTz: the lab's window, from */
	pg_atomic_uint64 closes; /* and to, DT_NOBEGIN and DT_NOEND where it is open */

	pg_atomic_uint32 statement_timeout; /* milliseconds for one statement; 0: no limit */
	pg_atomic_uint32 idle_timeout;      /* milliseconds idle in a transaction; 0: no limit */
	pg_atomic_uint32 temp_disk;         /* kB of temporary files of a session; 0: no limit */

	pg_atomic_uint64 disk;      /* bytes that the database may have; 0: no limit */
	pg_atomic_uint64 disk_used; /* bytes when it was measured last; 0: never */
	pg_atomic_uint64 measured;  /* LabTime of that */
	pg_atomic_uint64 written;   /* bytes that its sessions wrote since, about */
} LabGate;

typedef struct LabSlot
{
	pg_atomic_uint32 database; /* oid; see shmem.c for the two other values */
	pg_atomic_uint32 pins;     /* backends that read the counters now: do not release */
	pg_atomic_uint64 commits;  /* writing transactions that committed there */
	pg_atomic_uint64 seen;     /* TimestampTz of the last one */
	pg_atomic_uint64 asked;    /* evaluations asked for by lab_evaluate() */
	pg_atomic_uint64 served;   /* of these, how many are stored */
	LabTouched touched;        /* by commits that no evaluation has looked at */
	LabGate gate;
	pg_atomic_uint32 level; /* LabActivityLevel of the lab */
	LabActivity activity;   /* what the participant does */
} LabSlot;

typedef struct LabShared
{
	LWLock *lock;            /* guards claiming and releasing of slots */
	uint32 mask;             /* number of slots - 1 */
	pg_atomic_uint32 layout; /* grows whenever a slot is claimed */

	pg_atomic_uint64 wanted;        /* grows whenever the desired state changed */
	pg_atomic_uint64 wanted_read;   /* as of the coordinator's last reading; 0: none yet */
	ConditionVariable served;       /* somebody's evaluation is stored */
	Latch *volatile coordinator;    /* NULL until it has run once */
	volatile pid_t coordinator_pid; /* 0: not running */
	pg_atomic_uint64 started;       /* TimestampTz of the coordinator's start */
	pg_atomic_uint64 heartbeat;     /* TimestampTz of its last cycle */
	char error[LAB_ERROR_BYTES];    /* of its last cycle, "" where that went well; under lock */
	pg_atomic_uint64 starved;    /* TimestampTz since when no background worker is to be had; 0 */
	pg_atomic_uint32 evaluators; /* running now */
	pg_atomic_uint32 provisioners;
	pg_atomic_uint64 evaluations; /* done since the server's start */
	pg_atomic_uint64 judged;      /* checks in them that rows were read or code was run for */
	pg_atomic_uint64 timings[LAB_TIMINGS]; /* of the last evaluations: see metrics.c */
	LabPublisher publishers[LAB_TARGETS];
	pg_atomic_uint32 password_workers; /* running now */

	pg_atomic_uint32 stirred; /* some activity is not drained yet */
	pg_atomic_uint32 urgent;  /* and a ring is half full */
	LabRequest requests[LAB_REQUESTS];

	LabSlot slots[FLEXIBLE_ARRAY_MEMBER];
} LabShared;

/* NULL where the library is not in shared_preload_libraries. */
extern LabShared *lab_shared;

extern void lab_shmem_init(void);

/* The slot of a database, or NULL.  Takes no lock. */
extern LabSlot *lab_slot_find(Oid database);

/* The slot of this session's database, or NULL: as lab_slot_find(), remembered. */
extern LabSlot *lab_slot_current(void);

/* The slot of a database, made when absent; NULL when all are taken. */
extern LabSlot *lab_slot_claim(Oid database);

/* Frees the slot of a database, unless a backend holds a pin. */
extern void lab_slot_release(Oid database);

/* No background worker is to be had now, which lab_status() tells. */
extern void lab_note_starved(void);

/* How the coordinator's cycle ended, for lab_status(): words, or NULL for well. */
extern void lab_note_error(const char *words);

/* The same, as noted last; NULL: well.  In the current memory context. */
extern char *lab_noted_error(void);

/* Wakes the coordinator.  Safe anywhere, even after a commit. */
extern void lab_wake_coordinator(void);

#endif /* LAB_SHMEM_H */
