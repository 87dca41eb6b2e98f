/*
 * functions.c
 *		The lab master's functions that are written in C.
 *
 * They run with the caller's identity up to the point where the whole request
 * is known to be right, and with a superuser's rights for what follows: a lab
 * master needs none of the rights that making roles and databases takes.
 * Whatever takes long is only recorded here; the coordinator is woken when the
 * transaction commits.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "extension/account.h"
#include "extension/catalog.h"
#include "extension/functions.h"
#include "extension/guc.h"
#include "extension/hooks.h"
#include "extension/job.h"
#include "extension/ldap_hba.h"
#include "extension/ldap_settings.h"
#include "extension/shmem.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/postmaster.h"
#include "storage/procarray.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(lab_create);
PG_FUNCTION_INFO_V1(lab_drop);
PG_FUNCTION_INFO_V1(lab_evaluate);
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

/* Looks up the reference or starter at the given path of the spec, which must be the caller's. */
static Oid
callers_database(const char *name, const char *what, Oid caller)
{
	Oid database = get_database_oid(name, true);
	HeapTuple tuple;
	Oid owner;

	if (!OidIsValid(database))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_DATABASE),
				 errmsg("%s database \"%s\" does not exist", what, name),
				 errdetail("At $.%s.", what), errhint("Create and fill it before the lab.")));
	if (database == MyDatabaseId)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the control database cannot be the %s", what), errdetail("At $.%s.", what),
				 errhint("Prepare the example in a database of its own.")));

	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(database));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for database %u", database);
	owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
	ReleaseSysCache(tuple);
	if (!has_privs_of_role(caller, owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s database \"%s\" is not yours", what, name),
				 errdetail("At $.%s: it belongs to \"%s\".", what, GetUserNameFromId(owner, false)),
				 errhint("Its owner can create the lab, or give it to you by ALTER "
						 "DATABASE ... OWNER TO.")));
	return database;
}

/* Only a database without sessions can be copied. */
static void
require_no_sessions(Oid database, const char *name)
{
	int others;
	int prepared;

	if (CountOtherDBBackends(database, &others, &prepared))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE), errmsg("starter database \"%s\" is in use", name),
				 errdetail("At $.starter: %d sessions and %d prepared transactions; it can "
						   "be copied only while it has none.",
						   others, prepared),
				 errhint("End the sessions that are connected to it.")));
}

/* No participant's database may be there already: labcreator never touches what it did not make. */
static void
require_new_databases(List *participants)
{
	ListCell *cell;

	foreach (cell, participants)
	{
		LabSpecParticipant *participant = lfirst(cell);

		if (OidIsValid(get_database_oid(participant->database, true)))
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_DATABASE),
							errmsg("database \"%s\" exists already", participant->database),
							errdetail("At $.participants[%d]: it would be the database of \"%s\".",
									  foreach_current_index(cell), participant->login),
							errhint("Drop it, or choose another pattern for $.database.")));
	}
}

/* A lab whose accounts labcreator keeps in a directory needs to know of one. */
static void
require_directory(const LabSpec *spec)
{
	const char *missing = spec->auth == LAB_AUTH_MANAGED ? lab_ldap_missing() : NULL;
	ListCell *cell;

	if (missing)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("labcreator has no directory to keep accounts in"),
						errdetail("At $.auth: %s.", missing),
						errhint("A superuser can set it; or write \"accounts\": \"external\".")));
	if (spec->auth == LAB_AUTH_SCRAM)
		return;
	foreach (cell, spec->participants)
	{
		LabSpecParticipant *participant = lfirst(cell);

		if (!lab_hba_can_name(participant->login))
			ereport(
				WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("\"%s\" cannot log in by the first line of lab_hba()", participant->login),
				 errdetail("At $.participants[%d]: the server puts the login into a directory "
						   "name as it stands, and this one has a character with a meaning there.",
						   foreach_current_index(cell)),
				 errhint("Choose another login, or use the line of lab_hba() that searches.")));
	}
}

/* The lab master's own checks, for the reference to complete. */
static List *
own_checks(const LabSpec *spec)
{
	List *checks = NIL;
	ListCell *task;
	ListCell *own;

	foreach (task, spec->tasks)
	{
		foreach (own, ((LabSpecTask *) lfirst(task))->own)
		{
			LabCheck *check = palloc0(sizeof(LabCheck));

			check->fact = *(LabFact *) lfirst(own);
			checks = lappend(checks, check);
		}
	}
	return checks;
}

/* The facts of the reference, read while nobody committed in it. */
static List *
derive_facts(const LabSpec *spec, Oid reference)
{
	LabJob job = {0};
	LabSlot *slot = lab_slot_claim(reference);
	List *facts = NIL;
	uint64 before;

	if (slot == NULL)
		ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
						errmsg("too many databases are watched"),
						errhint("Raise labcreator.max_participants and restart the server.")));
	job.kind = LAB_JOB_DERIVE;
	job.database = reference;
	job.check_timeout = lab_check_timeout;
	job.ignore = spec->ignore;
	job.checks = own_checks(spec);
	job.hidden = spec->hidden != NULL;

	pg_atomic_fetch_add_u32(&slot->pins, 1);
	PG_TRY();
	{
		before = pg_atomic_read_u64(&slot->commits);
		facts = lab_run_job(&job);
		if (pg_atomic_read_u64(&slot->commits) != before)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_IN_USE),
					 errmsg("reference database \"%s\" changed while it was read", spec->reference),
					 errhint("End the other sessions that work in it and try again.")));
	}
	PG_FINALLY();
	{
		pg_atomic_fetch_sub_u32(&slot->pins, 1);
	}
	PG_END_TRY();

	if (facts == NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("reference database \"%s\" has nothing to check", spec->reference),
						errdetail("At $.reference: it is empty, or $.ignore leaves nothing."),
						errhint("Fill it with the finished example.")));
	return facts;
}

/* What the reference's views give on the hidden data becomes the definition of their checks. */
static void
complete_hidden(List *facts, Oid hidden)
{
	LabJob job = {0};
	List *answers;
	ListCell *cell;
	ListCell *answer;

	job.kind = LAB_JOB_HIDDEN;
	job.database = hidden;
	job.check_timeout = lab_check_timeout;
	foreach (cell, facts)
	{
		LabFact *fact = lfirst(cell);
		LabCheck *asked;

		if (strcmp(fact->kind, "view_hidden") != 0)
			continue;
		asked = palloc0(sizeof(LabCheck));
		asked->fact = *fact;
		job.checks = lappend(job.checks, asked);
	}
	if (job.checks == NIL)
		return;
	answers = lab_run_job(&job);
	answer = list_head(answers);
	foreach (cell, facts)
	{
		LabFact *fact = lfirst(cell);

		if (strcmp(fact->kind, "view_hidden") != 0)
			continue;
		fact->definition = ((LabFact *) lfirst(answer))->definition;
		answer = lnext(answers, answer);
	}
}

/* A check by pgTAP cannot pass before somebody with the right to do so has installed it. */
static void
warn_without_pgtap(const LabSpec *spec, List *checks, List *verdicts)
{
	ListCell *cell;

	foreach (cell, checks)
	{
		const LabCheck *check = lfirst(cell);
		const LabVerdict *verdict =
			verdicts ? list_nth(verdicts, foreach_current_index(cell)) : NULL;

		if (strcmp(check->fact.kind, "pgtap") != 0 || (verdict && verdict->status != LAB_ERROR))
			continue;
		ereport(WARNING,
				(errmsg("task \"%s\" needs pgTAP in the databases of the participants",
						check->fact.object),
				 spec->starter ? errdetail("Starter database \"%s\" does not have it from a "
										   "superuser.",
										   spec->starter)
							   : errdetail("The lab has no starter that could have it."),
				 errhint("Let a superuser CREATE EXTENSION pgtap in a starter database.")));
	}
}

/* What the starter's own views give on the hidden data. */
static List *
kept_hidden(const LabJob *asked, List *verdicts, Oid hidden)
{
	LabJob job = *asked;
	List *checks = NIL;
	ListCell *cell;
	ListCell *verdict;

	job.kind = LAB_JOB_HIDDEN;
	job.database = hidden;
	forboth (cell, asked->checks, verdict, verdicts)
	{
		const LabVerdict *moved = lfirst(verdict);

		if (moved->status != LAB_MOVED)
			continue;
		checks = lappend(checks, lfirst(cell));
		job.queries = lappend(job.queries, moved->detail);
	}
	job.checks = checks;
	return checks ? lab_run_job(&job) : NIL;
}

/* The ids of the checks that the starter satisfies already. */
static List *
kept_checks(const LabSpec *spec, Oid starter, Oid hidden, List *checks)
{
	LabJob job = {0};
	List *verdicts;
	List *kept = NIL;
	ListCell *cell;

	job.kind = LAB_JOB_EVALUATE;
	job.database = starter;
	job.feedback = LAB_FEEDBACK_NONE;
	job.extras = spec->extras;
	job.check_timeout = lab_check_timeout;
	job.ignore = spec->ignore;
	job.checks = checks;
	verdicts = lab_run_job(&job);
	warn_without_pgtap(spec, checks, verdicts);
	if (OidIsValid(hidden))
		verdicts = list_concat(verdicts, kept_hidden(&job, verdicts, hidden));
	foreach (cell, verdicts)
	{
		LabVerdict *verdict = lfirst(cell);

		if (verdict->status == LAB_PASS)
			kept = lappend_int(kept, verdict->check);
	}
	return kept;
}

/* Only labcreator, its owner and who the owner names get into the database. */
static void
close_database(const char *name)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "REVOKE CONNECT ON DATABASE %s FROM PUBLIC", quote_identifier(name));
	if (SPI_execute(sql.data, false, 0) < 0)
		elog(ERROR, "could not execute \"%s\"", sql.data);
}

/* What a person types to get into their database; quoted for a shell where it has to be. */
static char *
connect_command(const LabSpecParticipant *participant)
{
	char *words[] = {participant->login, participant->database};
	StringInfoData command;

	initStringInfo(&command);
	appendStringInfo(&command, "psql -h %s -p %d -U ", lab_host, PostPortNumber);
	for (int i = 0; i < lengthof(words); i++)
	{
		if (i > 0)
			appendStringInfoString(&command, " -d ");
		if (strspn(words[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
			strlen(words[i]))
			appendStringInfoString(&command, words[i]);
		else
		{
			appendStringInfoChar(&command, '\'');
			for (char *c = words[i]; *c; c++)
				appendStringInfoString(&command, *c == '\'' ? "'\\''" : (char[]){*c, '\0'});
			appendStringInfoChar(&command, '\'');
		}
	}
	return command.data;
}

/* Logins and rows of participants; returns one row of credentials each. */
static void
add_participants(int32 lab, const LabSpec *spec, ReturnSetInfo *rsinfo)
{
	ListCell *cell;

	foreach (cell, spec->participants)
	{
		LabSpecParticipant *participant = lfirst(cell);
		char *password = lab_account_make(participant->login, spec->connections, spec->auth);
		Datum values[5];
		bool nulls[5] = {false};

		lab_catalog_add_participant(lab, participant);
		values[0] = DirectFunctionCall1(namein, CStringGetDatum(participant->login));
		values[1] = CStringGetTextDatum(participant->name);
		values[2] = DirectFunctionCall1(namein, CStringGetDatum(participant->database));
		values[3] = password ? CStringGetTextDatum(password) : (Datum) 0;
		nulls[3] = password == NULL;
		values[4] = CStringGetTextDatum(connect_command(participant));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/*
 * lab_create(spec jsonb)
 *
 * Checks everything, then records the lab: an error anywhere leaves nothing.
 */
Datum
lab_create(PG_FUNCTION_ARGS)
{
	Jsonb *source = PG_GETARG_JSONB_P(0);
	LabPrivilege privilege;
	LabSpec *spec;
	Oid reference;
	Oid starter = InvalidOid;
	Oid hidden = InvalidOid;
	List *facts;
	List *checks;
	int32 lab;

	lab_require_control_database();
	InitMaterializedSRF(fcinfo, 0);
	spec = lab_spec_read(source);
	reference = callers_database(spec->reference, "reference", GetUserId());
	if (spec->starter)
	{
		starter = callers_database(spec->starter, "starter", GetUserId());
		require_no_sessions(starter, spec->starter);
	}
	if (spec->hidden)
		hidden = callers_database(spec->hidden, "hidden", GetUserId());
	require_new_databases(spec->participants);
	require_directory(spec);

	lab_privilege_begin(&privilege);
	lab_catalog_require_room(list_length(spec->participants));
	lab = lab_catalog_add(spec, source, privilege.caller, reference);
	facts = derive_facts(spec, reference);
	if (OidIsValid(hidden))
	{
		lab_catalog_set_hidden(lab, hidden);
		complete_hidden(facts, hidden);
	}
	checks = lab_catalog_add_checks(lab, spec, facts);
	if (spec->starter == NULL)
		warn_without_pgtap(spec, checks, NIL);
	lab_catalog_share_points(lab, OidIsValid(starter) ? kept_checks(spec, starter, hidden, checks)
													  : NIL);
	close_database(spec->reference);
	if (spec->hidden)
		close_database(spec->hidden);
	if (OidIsValid(starter))
		close_database(spec->starter);
	add_participants(lab, spec, (ReturnSetInfo *) fcinfo->resultinfo);
	lab_privilege_end(&privilege);

	lab_announce_wanted();
	return (Datum) 0;
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
	lab_catalog_drop(lab_catalog_find(name, privilege.caller), PG_GETARG_BOOL(1));
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
	List *databases;
	List *slots = NIL;
	uint64 *tickets;
	ListCell *cell;
	ListCell *database;

	lab_require_control_database();
	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("lab must not be null")));

	lab_privilege_begin(&privilege);
	databases = lab_catalog_databases(
		lab_catalog_find(text_to_cstring(PG_GETARG_TEXT_PP(0)), privilege.caller), login);
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
	Datum values[6] = {0};
	bool nulls[6] = {false};
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
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}
