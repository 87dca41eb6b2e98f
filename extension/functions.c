/*
 * functions.c
 *		The lab master's functions that are written in C.
 *
 * lab_create() and lab_preview() have a file of their own (create.c).
 */
#include "postgres.h"

#include "commands/dbcommands.h"
#include "commands/trigger.h"
#include "extension/catalog.h"
#include "extension/functions.h"
#include "extension/guc.h"
#include "extension/hooks.h"
#include "extension/shmem.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(lab_drop);
PG_FUNCTION_INFO_V1(lab_evaluate);
PG_FUNCTION_INFO_V1(lab_wanted_changed);
PG_FUNCTION_INFO_V1(lab_workers);

void
lab_require_control_database(void)
{
	char *here;

	if (lab_shared == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("labcreator is not loaded by this server"),
				 errdetail("Its background processes start with the server."),
				 errhint("Add labcreator to shared_preload_libraries and restart the server.")));
	here = get_database_name(MyDatabaseId);
	if (strcmp(here, lab_database) != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("database \"%s\" is not the control database", here),
						errdetail("labcreator.database is \"%s\".", lab_database),
						errhint("Connect to \"%s\", or change labcreator.database and restart "
								"the server.",
								lab_database)));
}

/*
 * The trigger on the tables that the coordinator reads, once a statement.  Functions announce what
 * they change by themselves; this is for rows that come from a dump.
 */
Datum
lab_wanted_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("lab.wanted_changed() is a trigger")));
	lab_announce_wanted();
	return PointerGetDatum(NULL);
}

/*
 * lab_drop(lab text, keep_databases boolean)
 */
Datum
lab_drop(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	LabPrivilege privilege;

	lab_require_control_database();
	lab_privilege_begin(&privilege);
	lab_catalog_drop(lab_catalog_lock(name, privilege.caller, true), PG_GETARG_BOOL(1));
	lab_privilege_end(&privilege);

	lab_announce_wanted();
	PG_RETURN_VOID();
}

/* Waits until the coordinator has stored the evaluation that was asked for as ticket. */
static void
wait_served(LabSlot *slot, Oid database, uint64 ticket)
{
	ConditionVariablePrepareToSleep(&lab_shared->served);
	while (pg_atomic_read_u64(&slot->served) < ticket &&
		   pg_atomic_read_u32(&slot->database) == database)
		(void) ConditionVariableTimedSleep(&lab_shared->served, 1000, PG_WAIT_EXTENSION);
	ConditionVariableCancelSleep();
}

/*
 * lab_evaluate(lab text, login text)
 */
Datum
lab_evaluate(PG_FUNCTION_ARGS)
{
	LabPrivilege privilege;
	char *login = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *name;
	int32 lab;
	List *databases;
	List *slots = NIL;
	uint64 *tickets;
	ListCell *cell;
	ListCell *database;

	lab_require_control_database();
	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("lab must not be null")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PreventCommandDuringRecovery("lab_evaluate()");

	lab_privilege_begin(&privilege);
	lab = lab_catalog_find(name, privilege.caller);
	lab_catalog_require_committed(lab, name);
	databases = lab_catalog_databases(lab, login);
	lab_privilege_end(&privilege);

	/* Ask for all before waiting for the first. */
	tickets = palloc0(sizeof(uint64) * Max(list_length(databases), 1));
	foreach (cell, databases)
	{
		LabSlot *slot = lab_slot_find(lfirst_oid(cell));

		if (slot)
			tickets[foreach_current_index(cell)] = pg_atomic_add_fetch_u64(&slot->asked, 1);
		slots = lappend(slots, slot);
	}
	lab_wake_coordinator();
	forboth (cell, slots, database, databases)
	{
		if (lfirst(cell))
			wait_served(lfirst(cell), lfirst_oid(database), tickets[foreach_current_index(cell)]);
	}
	PG_RETURN_INT32(list_length(databases));
}

/*
 * lab.workers(): the processes, as shared memory knows them, for lab_status().
 */
Datum
lab_workers(PG_FUNCTION_ARGS)
{
	TupleDesc tupdesc;
	Datum values[9] = {0};
	bool nulls[9] = {false};
	char *error;
	uint64 started;
	uint64 heartbeat;
	uint64 starved;

	lab_require_control_database();
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	started = pg_atomic_read_u64(&lab_shared->started);
	heartbeat = pg_atomic_read_u64(&lab_shared->heartbeat);
	starved = pg_atomic_read_u64(&lab_shared->starved);
	values[0] = Int32GetDatum(lab_shared->coordinator_pid);
	nulls[0] = lab_shared->coordinator_pid == 0;
	values[1] = TimestampTzGetDatum((TimestampTz) started);
	nulls[1] = started == 0;
	values[2] = TimestampTzGetDatum((TimestampTz) heartbeat);
	nulls[2] = heartbeat == 0;
	values[3] = TimestampTzGetDatum((TimestampTz) starved);
	nulls[3] = starved == 0;
	values[4] = Int32GetDatum(pg_atomic_read_u32(&lab_shared->evaluators));
	values[5] = Int32GetDatum(pg_atomic_read_u32(&lab_shared->provisioners));
	values[6] = Int64GetDatum((int64) pg_atomic_read_u64(&lab_shared->evaluations));
	values[7] = Int64GetDatum((int64) pg_atomic_read_u64(&lab_shared->judged));
	error = lab_noted_error();
	values[8] = error ? CStringGetTextDatum(error) : (Datum) 0;
	nulls[8] = error == NULL;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}
