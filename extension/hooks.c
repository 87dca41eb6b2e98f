/*
 * hooks.c
 *		Notice commits.
 *
 * A commit with a transaction id in a watched database counts one event and
 * sets the coordinator's latch.  It is noted in the transaction callback, where
 * the id can still be asked for, and announced after the locks are released:
 * earlier, the invalidations of the commit are not sent yet, and an evaluator
 * could read stale definitions.  An error there would be a PANIC: nothing here
 * allocates, waits or reads a catalog.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "extension/hooks.h"
#include "extension/shmem.h"
#include "miscadmin.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

static bool wrote = false;          /* this transaction had an id */
static bool wanted_changed = false; /* and it changed the desired state */
static LabSlot *my_slot = NULL;     /* of MyDatabaseId, as of my_layout */
static uint32 my_layout = PG_UINT32_MAX;

/* Slots can come and go while the backend lives. */
LabSlot *
lab_hooks_slot(void)
{
	uint32 layout = pg_atomic_read_u32(&lab_shared->layout);

	if (my_slot && pg_atomic_read_u32(&my_slot->database) == MyDatabaseId)
		return my_slot;
	if (my_slot == NULL && my_layout == layout)
		return NULL;
	my_slot = lab_slot_find(MyDatabaseId);
	my_layout = layout;
	return my_slot;
}

static void
note_commit(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT)
		wrote = MyBackendType != B_AUTOVAC_WORKER && /* it changes no definition and no row */
				TransactionIdIsValid(GetTopTransactionIdIfAny());
	else if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		wrote = wanted_changed = false;
}

static void
announce_commit(ResourceReleasePhase phase, bool isCommit, bool isTopLevel, void *arg)
{
	LabSlot *slot;
	bool wake = false;

	if (phase != RESOURCE_RELEASE_AFTER_LOCKS || !isCommit || !isTopLevel)
		return;
	if (!wrote || lab_shared == NULL)
		return;
	wrote = false;

	if (OidIsValid(MyDatabaseId) && (slot = lab_hooks_slot()) != NULL)
	{
		pg_atomic_write_u64(&slot->seen, (uint64) GetCurrentTransactionStopTimestamp());
		pg_atomic_fetch_add_u64(&slot->commits, 1);
		wake = true;
	}
	if (wanted_changed)
	{
		wanted_changed = false;
		pg_atomic_fetch_add_u64(&lab_shared->wanted, 1);
		wake = true;
	}
	if (wake)
		lab_wake_coordinator();
}

void
lab_announce_wanted(void)
{
	wanted_changed = true;
}

void
lab_hooks_init(void)
{
	RegisterXactCallback(note_commit, NULL);
	RegisterResourceReleaseCallback(announce_commit, NULL);
}
