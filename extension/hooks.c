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
static bool outbox_changed = false; /* or there is something to tell outside */

static void
note_commit(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT)
		wrote = MyBackendType != B_AUTOVAC_WORKER && /* it changes no definition and no row */
				TransactionIdIsValid(GetTopTransactionIdIfAny());
	else if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		wrote = wanted_changed = outbox_changed = false;
	else
		return;
	if (!wrote)
		lab_touched_forget();
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

	if ((slot = lab_slot_current()) != NULL)
	{
		pg_atomic_write_u64(&slot->seen, (uint64) GetCurrentTransactionStopTimestamp());
		lab_touched_publish(
			&slot->touched); /* before the event: who sees it sees what it is about */
		pg_atomic_fetch_add_u64(&slot->commits, 1);
		wake = true;
	}
	else
		lab_touched_forget();
	if (wanted_changed)
	{
		wanted_changed = false;
		pg_atomic_fetch_add_u64(&lab_shared->wanted, 1);
		wake = true;
	}
	if (wake)
		lab_wake_coordinator();
	if (outbox_changed)
	{
		outbox_changed = false;
		lab_wake_publishers();
	}
}

void
lab_announce_wanted(void)
{
	wanted_changed = true;
}

void
lab_announce_outbox(void)
{
	outbox_changed = true;
}

void
lab_hooks_init(void)
{
	RegisterXactCallback(note_commit, NULL);
	RegisterResourceReleaseCallback(announce_commit, NULL);
}
