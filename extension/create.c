/*
 * create.c
 *		lab_create() and lab_preview(): a spec becomes a lab, or shows what it would be.
 *
 * They run with the caller's identity up to the point where the whole request
 * is known to be right, and with a superuser's rights for what follows: a lab
 * master needs none of the rights that making roles and databases takes.
 * Whatever takes long is only recorded here; the coordinator is woken when the
 * transaction commits.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/account.h"
#include "extension/admission.h"
#include "extension/catalog.h"
#include "extension/create.h"
#include "extension/derivation.h"
#include "extension/functions.h"
#include "extension/guc.h"
#include "extension/hooks.h"
#include "extension/masters.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "postmaster/postmaster.h"
#include "utils/builtins.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(lab_create);
PG_FUNCTION_INFO_V1(lab_preview);
PG_FUNCTION_INFO_V1(lab_connect_command);

void
lab_close_database(const char *name)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "REVOKE CONNECT ON DATABASE %s FROM PUBLIC", quote_identifier(name));
	if (SPI_execute(sql.data, false, 0) < 0)
		elog(ERROR, "could not execute \"%s\"", sql.data);
}

/* One word of a command, quoted for a shell where it has to be. */
static void
append_word(StringInfo command, const char *word)
{
	if (strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-") ==
		strlen(word))
	{
		appendStringInfoString(command, word);
		return;
	}
	appendStringInfoChar(command, '\'');
	for (const char *c = word; *c; c++)
		if (*c == '\'')
			appendStringInfoString(command, "'\\''");
		else
			appendStringInfoChar(command, *c);
	appendStringInfoChar(command, '\'');
}

/* As psql -d takes it: a name that looks like a connection string has to be in one. */
static char *
database_word(const char *database)
{
	StringInfoData word;

	if (strchr(database, '=') == NULL && strstr(database, "://") == NULL)
		return pstrdup(database);
	initStringInfo(&word);
	appendStringInfoString(&word, "dbname='");
	for (const char *c = database; *c; c++)
	{
		if (*c == '\'' || *c == '\\')
			appendStringInfoChar(&word, '\\');
		appendStringInfoChar(&word, *c);
	}
	appendStringInfoChar(&word, '\'');
	return word.data;
}

/* What a person types to get into their database. */
static char *
connect_command(const LabSpecParticipant *participant)
{
	StringInfoData command;

	initStringInfo(&command);
	appendStringInfoString(&command, "psql -h ");
	append_word(&command, lab_host);
	appendStringInfo(&command, " -p %d -U ", PostPortNumber);
	append_word(&command, participant->login);
	appendStringInfoString(&command, " -d ");
	append_word(&command, database_word(participant->database));
	return command.data;
}

/* lab.connect_command(login name, database name) */
Datum
lab_connect_command(PG_FUNCTION_ARGS)
{
	LabSpecParticipant participant = {.login = NameStr(*PG_GETARG_NAME(0)),
									  .database = NameStr(*PG_GETARG_NAME(1))};

	PG_RETURN_TEXT_P(cstring_to_text(connect_command(&participant)));
}

void
lab_add_participants(int32 lab, const LabSpec *spec, List *participants, ReturnSetInfo *rsinfo)
{
	ListCell *cell;

	lab_account_lock(participants);
	foreach (cell, participants)
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
	lab_account_limit(participants);
}

/* Whatever can be known to be wrong is said before anything is recorded. */
static LabSources
admit(const LabSpec *spec, bool with_participants)
{
	LabSources sources = lab_callers_databases(spec, GetUserId());

	sources.clock = GetCurrentTimestamp();
	if (spec->starter)
		lab_require_no_sessions(sources.starter, spec->starter);
	lab_masters_require(spec);
	if (with_participants)
	{
		lab_require_new_databases(spec->participants);
		lab_require_directory(spec);
	}
	return sources;
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
	LabSources sources;
	LabSpec *spec;
	int32 lab;

	lab_require_control_database();
	InitMaterializedSRF(fcinfo, 0);
	spec = lab_spec_read(source, true);
	sources = admit(spec, true);

	lab_privilege_begin(&privilege);
	lab_catalog_require_room(list_length(spec->participants));
	lab = lab_catalog_add(spec, source, privilege.caller, sources.reference);
	lab_masters_set(lab, spec);
	(void) lab_derive_checks(lab, spec, &sources);
	lab_close_database(spec->reference);
	if (spec->hidden)
		lab_close_database(spec->hidden);
	if (spec->starter)
		lab_close_database(spec->starter);
	lab_add_participants(lab, spec, spec->participants, (ReturnSetInfo *) fcinfo->resultinfo);
	lab_privilege_end(&privilege);

	lab_announce_wanted();
	return (Datum) 0;
}

/* What the reference says to itself: that it passes, or which checks nobody could pass. */
static void
try_reference(const LabSpec *spec, const LabSources *sources, List *checks)
{
	List *verdicts = lab_derive_try(spec, sources, checks);
	int passed = 0;
	ListCell *cell;

	foreach (cell, verdicts)
	{
		const LabVerdict *verdict = lfirst(cell);

		if (verdict->status == LAB_PASS)
			passed++;
		else if (verdict->status != LAB_MOVED)
			ereport(WARNING, (errmsg("the reference itself does not pass: %s",
									 verdict->detail ? verdict->detail : "a check"),
							  errhint("What differs from one look to the next cannot be graded: "
									  "leave it out by \"ignore\".")));
	}
	ereport(NOTICE,
			(errmsg("the reference passes %d of its %d checks", passed, list_length(checks))));
}

/* What would be graded, as lab.preview() shows the recorded lab. */
static void
put_preview(int32 lab, ReturnSetInfo *rsinfo)
{
	MemoryContext before = CurrentMemoryContext;
	Oid type = INT4OID;
	Datum value = Int32GetDatum(lab);

	if (SPI_execute_with_args("SELECT task, kind, object, points, surprise FROM lab.preview($1)", 1,
							  &type, &value, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the preview");
	MemoryContextSwitchTo(before);
	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(rsinfo->setResult, SPI_tuptable->vals[i]);
}

/*
 * lab_preview(spec jsonb)
 *
 * Records the lab as lab_create() does, under a name that no lab can have, looks
 * at it, and takes it all back.
 */
Datum
lab_preview(PG_FUNCTION_ARGS)
{
	Jsonb *source = PG_GETARG_JSONB_P(0);
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	LabPrivilege privilege;
	LabSources sources;
	LabSpec *spec;
	List *checks = NIL;
	int32 lab;

	lab_require_control_database();
	InitMaterializedSRF(fcinfo, 0);
	spec = lab_spec_read(source, false);
	sources = admit(spec, false);
	spec->lab = psprintf("\001preview %d", MyProcPid);

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		lab_privilege_begin(&privilege);
		lab = lab_catalog_add(spec, source, privilege.caller, sources.reference);
		checks = lab_derive_checks(lab, spec, &sources);
		put_preview(lab, (ReturnSetInfo *) fcinfo->resultinfo);
		lab_privilege_end(&privilege);
	}
	PG_FINALLY();
	{
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();

	try_reference(spec, &sources, checks);
	return (Datum) 0;
}
