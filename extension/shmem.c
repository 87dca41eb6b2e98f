/*
 * shmem.c
 *		Shared memory: requested once at the server's start, never grown.
 *
 * Slots form a hash table with linear probing.  Readers take no lock: a slot's
 * counters are never moved, and a slot that was released keeps its place in
 * the probe sequence (SLOT_GONE) until it is claimed again.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "extension/guc.h"
#include "extension/shmem.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#define SLOT_FREE ((uint32) 0)          /* never used: ends a probe */
#define SLOT_GONE ((uint32) 0xFFFFFFFF) /* released: a probe goes on */

LabShared *lab_shared = NULL;

static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

/* Twice as many as there can be participants: probes stay short, references fit too. */
static uint32
slot_count(void)
{
	return pg_nextpower2_32((uint32) lab_max_participants * 2);
}

static Size
shared_size(void)
{
	return add_size(offsetof(LabShared, slots), mul_size(sizeof(LabSlot), slot_count()));
}

static void
request_shmem(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(shared_size());
	RequestNamedLWLockTranche("labcreator", 1);
}

/* Nobody's, and open. */
static void
reset_gate(LabGate *gate)
{
	pg_atomic_write_u32(&gate->role, InvalidOid);
	pg_atomic_write_u64(&gate->opens, (uint64) DT_NOBEGIN);
	pg_atomic_write_u64(&gate->closes, (uint64) DT_NOEND);
	pg_atomic_write_u32(&gate->statement_timeout, 0);
	pg_atomic_write_u32(&gate->idle_timeout, 0);
	pg_atomic_write_u32(&gate->temp_disk, 0);
	pg_atomic_write_u64(&gate->disk, 0);
	pg_atomic_write_u64(&gate->disk_used, 0);
	pg_atomic_write_u64(&gate->measured, 0);
	pg_atomic_write_u64(&gate->written, 0);
}

static void
reset_slot(LabSlot *slot)
{
	pg_atomic_write_u32(&slot->pins, 0);
	pg_atomic_write_u64(&slot->commits, 0);
	pg_atomic_write_u64(&slot->seen, 0);
	pg_atomic_write_u64(&slot->asked, 0);
	pg_atomic_write_u64(&slot->served, 0);
	pg_atomic_write_u32(&slot->level, LAB_ACTIVITY_NONE);
	lab_activity_reset(&slot->activity);
	pg_atomic_write_u32(&slot->touched.everything, 1); /* nobody has looked yet */
	reset_gate(&slot->gate);
}

static void
init_slot(LabSlot *slot)
{
	pg_atomic_init_u32(&slot->database, SLOT_FREE);
	pg_atomic_init_u32(&slot->pins, 0);
	pg_atomic_init_u64(&slot->commits, 0);
	pg_atomic_init_u64(&slot->seen, 0);
	pg_atomic_init_u64(&slot->asked, 0);
	pg_atomic_init_u64(&slot->served, 0);
	pg_atomic_init_u32(&slot->level, LAB_ACTIVITY_NONE);
	lab_activity_reset(&slot->activity);
	pg_atomic_init_u32(&slot->gate.role, InvalidOid);
	pg_atomic_init_u64(&slot->gate.opens, 0);
	pg_atomic_init_u64(&slot->gate.closes, 0);
	pg_atomic_init_u32(&slot->gate.statement_timeout, 0);
	pg_atomic_init_u32(&slot->gate.idle_timeout, 0);
	pg_atomic_init_u32(&slot->gate.temp_disk, 0);
	pg_atomic_init_u64(&slot->gate.disk, 0);
	pg_atomic_init_u64(&slot->gate.disk_used, 0);
	pg_atomic_init_u64(&slot->gate.measured, 0);
	pg_atomic_init_u64(&slot->gate.written, 0);
	memset(slot->gate.lab, 0, NAMEDATALEN);
	lab_touched_init_slot(&slot->touched);
	reset_gate(&slot->gate);
}

static void
startup_shmem(void)
{
	bool found;

	if (previous_startup_hook)
		previous_startup_hook();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	lab_shared = ShmemInitStruct("labcreator", shared_size(), &found);
	if (!found)
	{
		memset(lab_shared, 0, offsetof(LabShared, slots));
		lab_shared->lock = &GetNamedLWLockTranche("labcreator")->lock;
		lab_shared->mask = slot_count() - 1;
		pg_atomic_init_u32(&lab_shared->layout, 0);
		pg_atomic_init_u64(&lab_shared->wanted, 1);
		pg_atomic_init_u64(&lab_shared->wanted_read, 0);
		ConditionVariableInit(&lab_shared->served);
		pg_atomic_init_u64(&lab_shared->started, 0);
		pg_atomic_init_u64(&lab_shared->heartbeat, 0);
		pg_atomic_init_u64(&lab_shared->starved, 0);
		pg_atomic_init_u32(&lab_shared->evaluators, 0);
		pg_atomic_init_u32(&lab_shared->provisioners, 0);
		pg_atomic_init_u64(&lab_shared->evaluations, 0);
		for (int i = 0; i < LAB_TIMINGS; i++)
			pg_atomic_init_u64(&lab_shared->timings[i], 0);
		pg_atomic_init_u64(&lab_shared->judged, 0);
		pg_atomic_init_u32(&lab_shared->stirred, 0);
		pg_atomic_init_u32(&lab_shared->urgent, 0);
		lab_request_init(lab_shared->requests);
		pg_atomic_init_u32(&lab_shared->password_workers, 0);
		for (int i = 0; i < LAB_TARGETS; i++)
		{
			pg_atomic_init_u64(&lab_shared->publishers[i].asked, 0);
			pg_atomic_init_u64(&lab_shared->publishers[i].served, 0);
			pg_atomic_init_u64(&lab_shared->publishers[i].heartbeat, 0);
		}
		for (uint32 i = 0; i <= lab_shared->mask; i++)
			init_slot(&lab_shared->slots[i]);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
lab_shmem_init(void)
{
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = request_shmem;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = startup_shmem;
}

LabSlot *
lab_slot_find(Oid database)
{
	uint32 start = murmurhash32(database);

	for (uint32 i = 0; i <= lab_shared->mask; i++)
	{
		LabSlot *slot = &lab_shared->slots[(start + i) & lab_shared->mask];
		uint32 holder = pg_atomic_read_u32(&slot->database);

		if (holder == database)
			return slot;
		if (holder == SLOT_FREE)
			return NULL;
	}
	return NULL;
}

/* Slots can come and go while the session lives. */
LabSlot *
lab_slot_current(void)
{
	static LabSlot *mine = NULL;
	static uint32 mine_as_of = PG_UINT32_MAX; /* layout */
	uint32 layout;

	if (lab_shared == NULL || !OidIsValid(MyDatabaseId))
		return NULL;
	layout = pg_atomic_read_u32(&lab_shared->layout);
	if (mine && pg_atomic_read_u32(&mine->database) == MyDatabaseId)
		return mine;
	if (mine == NULL && mine_as_of == layout)
		return NULL;
	mine = lab_slot_find(MyDatabaseId);
	mine_as_of = layout;
	return mine;
}

LabSlot *
lab_slot_claim(Oid database)
{
	LabSlot *slot;

	LWLockAcquire(lab_shared->lock, LW_EXCLUSIVE);
	slot = lab_slot_find(database);
	if (slot == NULL)
	{
		uint32 start = murmurhash32(database);

		for (uint32 i = 0; i <= lab_shared->mask; i++)
		{
			LabSlot *candidate = &lab_shared->slots[(start + i) & lab_shared->mask];
			uint32 holder = pg_atomic_read_u32(&candidate->database);

			if (holder == SLOT_FREE || holder == SLOT_GONE)
			{
				slot = candidate;
				reset_slot(slot);
				pg_write_barrier();
				pg_atomic_write_u32(&slot->database, database);
				pg_atomic_fetch_add_u32(&lab_shared->layout, 1);
				break;
			}
		}
	}
	LWLockRelease(lab_shared->lock);
	return slot;
}

void
lab_slot_release(Oid database)
{
	LabSlot *slot;

	LWLockAcquire(lab_shared->lock, LW_EXCLUSIVE);
	slot = lab_slot_find(database);
	if (slot && pg_atomic_read_u32(&slot->pins) == 0)
		pg_atomic_write_u32(&slot->database, SLOT_GONE);
	LWLockRelease(lab_shared->lock);
}

void
lab_note_starved(void)
{
	if (pg_atomic_read_u64(&lab_shared->starved) == 0)
		pg_atomic_write_u64(&lab_shared->starved, (uint64) GetCurrentTimestamp());
}

void
lab_note_error(const char *words)
{
	if (words == NULL && lab_shared->error[0] == '\0')
		return; /* only the coordinator writes it */
	LWLockAcquire(lab_shared->lock, LW_EXCLUSIVE);
	lab_shared->error[0] = '\0';
	if (words)
	{
		int length = pg_mbcliplen(words, strlen(words), LAB_ERROR_BYTES - 1);

		memcpy(lab_shared->error, words, length);
		lab_shared->error[length] = '\0';
	}
	LWLockRelease(lab_shared->lock);
}

char *
lab_noted_error(void)
{
	char copy[LAB_ERROR_BYTES];

	LWLockAcquire(lab_shared->lock, LW_SHARED);
	strlcpy(copy, lab_shared->error, sizeof(copy));
	LWLockRelease(lab_shared->lock);
	return *copy ? pstrdup(copy) : NULL;
}

void
lab_wake_coordinator(void)
{
	Latch *latch = lab_shared ? lab_shared->coordinator : NULL;

	if (latch)
		SetLatch(latch);
}
