/*
 * outbox.c
 *		What is to be told to systems outside, seen from any backend.
 *
 * Rows of lab.outbox are written by triggers and functions in the transaction
 * of the change that they announce.  A trigger on the table itself notes that
 * there are new ones, and the commit wakes the publishers.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "extension/catalog.h"
#include "extension/compat.h"
#include "extension/hooks.h"
#include "extension/outbox.h"
#include "extension/shmem.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/wait_event.h"

/* A publisher that does not run is waited for this long: it may just be starting. */
#define ROUND_MS 500
#define ABSENT_ROUNDS 20

PG_FUNCTION_INFO_V1(lab_outbox_changed);
PG_FUNCTION_INFO_V1(lab_publishers);
PG_FUNCTION_INFO_V1(lab_ask_reconcile);

const char *const lab_target_names[LAB_TARGETS] = {
	[LAB_TARGET_LDAP] = "ldap",
};

void
lab_wake_publishers(void)
{
	if (lab_shared == NULL)
		return;
	for (int i = 0; i < LAB_TARGETS; i++)
	{
		Latch *latch = lab_shared->publishers[i].latch;

		if (latch)
			SetLatch(latch);
	}
}

/* The trigger on lab.outbox, once a statement. */
Datum
lab_outbox_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("lab.outbox_changed() is a trigger")));
	lab_announce_outbox();
	return PointerGetDatum(NULL);
}

/* lab.publishers(): target and process of each, for lab_status(). */
Datum
lab_publishers(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < LAB_TARGETS; i++)
	{
		pid_t pid = lab_shared ? lab_shared->publishers[i].pid : 0;
		Datum values[2] = {CStringGetTextDatum(lab_target_names[i]), Int32GetDatum(pid)};
		bool nulls[2] = {false, pid == 0};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * lab.ask_reconcile()
 *
 * Lets every publisher compare its target with what is wanted, and returns when
 * all have done so or have failed to.
 */
Datum
lab_ask_reconcile(PG_FUNCTION_ARGS)
{
	uint64 tickets[LAB_TARGETS];
	int absent = 0;

	if (lab_shared == NULL)
		PG_RETURN_VOID();
	for (int i = 0; i < LAB_TARGETS; i++)
		tickets[i] = pg_atomic_add_fetch_u64(&lab_shared->publishers[i].asked, 1);
	lab_wake_publishers();

	ConditionVariablePrepareToSleep(&lab_shared->served);
	for (int i = 0; i < LAB_TARGETS; i++)
	{
		LabPublisher *publisher = &lab_shared->publishers[i];

		while (pg_atomic_read_u64(&publisher->served) < tickets[i])
		{
			if (publisher->pid == 0 && absent++ > ABSENT_ROUNDS)
				break; /* lab_status() says so */
			(void) ConditionVariableTimedSleep(&lab_shared->served, ROUND_MS, PG_WAIT_EXTENSION);
		}
	}
	ConditionVariableCancelSleep();
	PG_RETURN_VOID();
}
