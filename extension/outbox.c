/*
 * outbox.c
 *		What is to be told to systems outside, seen from any backend.
 *
 * Rows of lab.outbox are written by triggers and functions in the transaction
 * of the change that they announce.  A trigger on the table itself notes that
 * there are new ones, and the commit wakes the publishers.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "extension/catalog.h"
#include "extension/compat.h"
#include "extension/functions.h"
#include "extension/hooks.h"
#include "extension/outbox.h"
#include "extension/shmem.h"
#include "extension/statement.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

/* A publisher that does not run is waited for this long: it may just be starting. */
#define ROUND_MS 500
#define ABSENT_ROUNDS 20

PG_FUNCTION_INFO_V1(lab_outbox_changed);
PG_FUNCTION_INFO_V1(lab_publishers);
PG_FUNCTION_INFO_V1(lab_reconcile);

const char *const lab_target_names[LAB_TARGETS] = {
	[LAB_TARGET_LDAP] = "ldap",
	[LAB_TARGET_GRAFANA] = "grafana",
	[LAB_TARGET_EXPORTER] = "exporter",
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

/* Lets every publisher compare its target with what is wanted, and waits until they have tried. */
static void
ask_and_wait(void)
{
	uint64 tickets[LAB_TARGETS];
	int absent = 0;

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
}

/* A target that could not be compared is an error, not an empty list. */
static void
require_answers(void)
{
	HeapTuple row;

	lab_statement_run(
		"SELECT target, error FROM lab.targets WHERE error IS NOT NULL ORDER BY target", 0, NULL,
		NULL, NULL);
	if (SPI_processed == 0)
		return;
	row = SPI_tuptable->vals[0];
	ereport(ERROR,
			(errcode(ERRCODE_CONNECTION_FAILURE),
			 errmsg("%s could not be compared", SPI_getvalue(row, SPI_tuptable->tupdesc, 1)),
			 errdetail("%s", SPI_getvalue(row, SPI_tuptable->tupdesc, 2)),
			 errhint("It is compared when it answers again; lab_status() shows the state.")));
}

/*
 * lab_reconcile(lab text): what had drifted of the lab (or of none) and is
 * repaired, and what cannot be.
 */
Datum
lab_reconcile(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid types[] = {INT4OID, TIMESTAMPTZOID};
	Datum values[2];
	LabPrivilege privilege;

	lab_require_control_database();
	InitMaterializedSRF(fcinfo, 0);
	lab_privilege_begin(&privilege);
	values[0] =
		Int32GetDatum(lab_catalog_find(text_to_cstring(PG_GETARG_TEXT_PP(0)), privilege.caller));
	values[1] = TimestampTzGetDatum(GetCurrentTimestamp());
	ask_and_wait();
	require_answers();

	/* clang-format off */
	lab_statement_run("SELECT d.target, d.subject, d.what\n"
				"FROM lab.drift d\n"
				"WHERE d.at >= $2\n"
				"	AND (d.lab IS NULL OR d.target = 'ldap' OR d.lab = (SELECT name FROM lab.labs WHERE id = $1))\n"
				"	AND (d.subject = 'group ' || (SELECT name FROM lab.labs WHERE id = $1)\n"
				"		OR d.subject IN (SELECT 'account ' || login FROM lab.participants WHERE lab_id = $1)\n"
				"		OR NOT EXISTS (SELECT FROM lab.participants WHERE 'account ' || login = d.subject)\n"
				"			AND NOT EXISTS (SELECT FROM lab.labs WHERE 'group ' || name = d.subject))\n"
				"UNION ALL\n"
				"SELECT o.target, o.subject, 'not repaired: ' || max(o.error)\n"
				"FROM lab.outbox o\n"
				"WHERE o.error IS NOT NULL\n"
				"	AND (o.lab = (SELECT name FROM lab.labs WHERE id = $1)\n"
				"		OR o.subject IN (SELECT 'account ' || login FROM lab.participants WHERE lab_id = $1)\n"
				"		OR o.subject IN ('directory', 'operations', 'file'))\n"
				"GROUP BY o.target, o.subject\n"
				"UNION ALL\n"
				"SELECT 'grafana', 'dashboard ' || b.kind, 'not repaired: ' || b.detail\n"
				"FROM lab.dashboards b\n"
				"WHERE b.state <> 'published'\n"
				"	AND coalesce(b.lab = (SELECT name FROM lab.labs WHERE id = $1), true)\n"
				"ORDER BY 1, 2",
				lengthof(types), types, values, NULL);
	/* clang-format on */
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum row[3];
		bool nulls[3];

		for (int column = 0; column < lengthof(row); column++)
			row[column] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column + 1,
										&nulls[column]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row, nulls);
	}
	lab_privilege_end(&privilege);
	return (Datum) 0;
}
