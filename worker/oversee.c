/*
 * oversee.c
 *		The coordinator's view of its provisioners: started while there is work,
 *		noticed when they end.
 */
#include "postgres.h"

#include "extension/channel.h"
#include "extension/clock.h"
#include "extension/fact.h"
#include "extension/guc.h"
#include "extension/shmem.h"
#include "libpq/pqformat.h"
#include "utils/memutils.h"
#include "worker/provision.h"
#include "worker/watch.h"

#define STARVED_RETRY_MS 200
#define TROUBLE_RETRY_MS 1000 /* after one that could not even note why */

static List *provisioners = NIL; /* of LabChannel *, in TopMemoryContext */
static char *trouble =
	NULL; /* why the last one ended early, in TopMemoryContext; NULL: it did not */
static LabTime pause_until = 0; /* no other is started before */

/* What an ended or ending provisioner says; false while it still works. */
static bool
hear(LabChannel *channel, StringInfo answer)
{
	shm_mq_result result = lab_channel_receive(channel, answer, true);

	if (result == SHM_MQ_WOULD_BLOCK)
		return false;
	if (trouble)
		pfree(trouble);
	trouble = NULL;
	if (result == SHM_MQ_DETACHED)
		pause_until = lab_clock_plus(lab_clock_now(), TROUBLE_RETRY_MS); /* its log says why */
	else if (pq_getmsgbyte(answer) == LAB_ANSWER_ERROR)
	{
		trouble = MemoryContextStrdup(TopMemoryContext, pq_getmsgrawstring(answer));
		pause_until = lab_clock_plus(lab_clock_now(), TROUBLE_RETRY_MS);
	}
	return true;
}

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

		if (!hear(channel, &answer))
			continue;
		lab_channel_end(channel);
		provisioners = foreach_delete_current(provisioners, cell);
		/* Killed ones leave work behind: look again. */
		pg_atomic_fetch_add_u64(&lab_shared->wanted, 1);
		lab_wake_coordinator();
	}
}

const char *
lab_provision_trouble(void)
{
	return trouble;
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

	if (lab_watch.provisioning_due && lab_clock_left(pause_until) > 0)
		return pause_until;

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
