/*
 * oversee.c
 *		The coordinator's view of its provisioners: started while there is work,
 *		noticed when they end.
 */
#include "postgres.h"

#include "extension/channel.h"
#include "extension/guc.h"
#include "extension/shmem.h"
#include "utils/memutils.h"
#include "worker/provision.h"
#include "worker/watch.h"

#define STARVED_RETRY_MS 200

static List *provisioners = NIL; /* of LabChannel *, in TopMemoryContext */

/* Lets go of those that have ended.  Whatever they left is in the tables. */
static void
reap(void)
{
	StringInfoData answer;
	ListCell *cell;

	initStringInfo(&answer);
	foreach (cell, provisioners)
	{
		LabChannel *channel = lfirst(cell);

		if (lab_channel_receive(channel, &answer, true) != SHM_MQ_DETACHED)
			continue;
		lab_channel_end(channel);
		provisioners = foreach_delete_current(provisioners, cell);
		/* Killed ones leave work behind: look again. */
		pg_atomic_fetch_add_u64(&lab_shared->wanted, 1);
		lab_wake_coordinator();
	}
}

LabTime
lab_provision_oversee(void)
{
	LabTime now = lab_clock_now();
	LabTime next = lab_watch.provisioning_at;
	MemoryContext before;

	reap();
	if (next != 0 && next <= now)
	{
		lab_watch.provisioning_due = true;
		lab_watch.provisioning_at = next = 0;
	}

	before = MemoryContextSwitchTo(TopMemoryContext);
	while (lab_watch.provisioning_due && list_length(provisioners) < lab_provisioners)
	{
		StringInfo nothing = makeStringInfo();
		LabChannel *channel =
			lab_channel_start("lab_provisioner_main", "labcreator provisioner", nothing);

		pfree(nothing->data);
		pfree(nothing);
		if (channel == NULL)
		{
			lab_note_starved();
			next = lab_clock_plus(now, STARVED_RETRY_MS);
			break;
		}
		pg_atomic_write_u64(&lab_shared->starved, 0);
		provisioners = lappend(provisioners, channel);
	}
	MemoryContextSwitchTo(before);
	if (list_length(provisioners) >= lab_provisioners)
		lab_watch.provisioning_due = false;
	pg_atomic_write_u32(&lab_shared->provisioners, list_length(provisioners));
	return next;
}
