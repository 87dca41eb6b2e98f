/*
 * crowd.c
 *		Keeping the server's table of locks from being filled by one participant.
 *
 * All sessions share one table of locks.  Advisory locks, or locks on some
 * thousand tables, of a single session fill it, and then everybody's statements
 * fail ("out of shared memory").  The server has no limit for one session: so the
 * coordinator looks at the table now and then, and ends who crowds it.
 */
#include "postgres.h"

#include "access/twophase.h"
#include "extension/clock.h"
#include "extension/shmem.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/hsearch.h"
#include "worker/crowd.h"

#define LOOK_EVERY_MS 1000

typedef struct Holder
{
	int pid; /* hash key */
	int locks;
} Holder;

/* As NLOCKENTS() of lock.c: what the server has planned for. */
static int64
capacity(void)
{
	return (int64) max_locks_per_xact * (MaxBackends + max_prepared_xacts);
}

/* Is the process a participant's session in their own database? */
static bool
is_participants(int pid)
{
	PGPROC *process = BackendPidGetProc(pid);
	LabSlot *slot = process ? lab_slot_find(process->databaseId) : NULL;

	return slot && OidIsValid(process->roleId) &&
		   pg_atomic_read_u32(&slot->gate.role) == process->roleId;
}

/* Who of the participants' sessions holds most; NULL when none holds any. */
static Holder *
largest_holder(const LockData *locks)
{
	HASHCTL info = {
		.keysize = sizeof(int), .entrysize = sizeof(Holder), .hcxt = CurrentMemoryContext};
	HTAB *holders =
		hash_create("holders of locks", 64, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	HASH_SEQ_STATUS scan;
	Holder *holder;
	Holder *largest = NULL;

	for (int i = 0; i < locks->nelements; i++)
	{
		bool found;

		holder = hash_search(holders, &locks->locks[i].pid, HASH_ENTER, &found);
		holder->locks = found ? holder->locks + 1 : 1;
	}
	hash_seq_init(&scan, holders);
	while ((holder = hash_seq_search(&scan)) != NULL)
		if ((largest == NULL || holder->locks > largest->locks) && is_participants(holder->pid))
			largest = holder;
	return largest;
}

void
lab_crowd_thin(void)
{
	static LabTime looked = 0;
	LockData *locks;
	Holder *holder;

	if (!lab_clock_passed(looked, LOOK_EVERY_MS))
		return;
	looked = lab_clock_now();
	locks = GetLockStatusData();
	if (locks->nelements < capacity() / 2)
		return;
	holder = largest_holder(locks);
	if (holder == NULL || holder->locks < max_locks_per_xact)
		return;
	ereport(LOG, (errmsg("ending a participant's session that holds %d locks", holder->locks),
				  errdetail("The server's table of locks has %d, and is made for %lld.",
							locks->nelements, (long long) capacity())));
	(void) kill(holder->pid, SIGTERM);
}
