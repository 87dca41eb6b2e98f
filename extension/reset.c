/*
 * reset.c
 *		lab_reset() and lab_archive(): databases go, and one of them comes back new.
 *
 * Both only say what is wanted: the provisioner drops and makes databases when
 * the transaction has committed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/admission.h"
#include "extension/catalog.h"
#include "extension/functions.h"
#include "extension/hooks.h"
#include "extension/statement.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(lab_reset);
PG_FUNCTION_INFO_V1(lab_archive);

/* The new database will be a copy of the starter: can it be copied? */
static void
require_starter(int32 lab)
{
	LabRecord record = lab_catalog_read(lab);
	LabSpec *spec = lab_spec_read(record.spec, false);

	if (spec->starter)
		lab_require_no_sessions(lab_callers_database(spec->starter, "starter", record.owner),
								spec->starter);
}

/* Marks the participant's database; the state that it was in, or NULL. */
static char *
mark(int32 lab, const char *login)
{
	Oid types[] = {INT4OID, TEXTOID};
	Datum values[] = {Int32GetDatum(lab), CStringGetTextDatum(login)};

	lab_statement_run("SELECT lab.reset($1, $2::name)", lengthof(types), types, values, NULL);
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/*
 * lab_reset(lab text, login text)
 */
Datum
lab_reset(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *login = text_to_cstring(PG_GETARG_TEXT_PP(1));
	LabPrivilege privilege;
	const char *was;
	int32 lab;

	lab_require_control_database();
	lab_privilege_begin(&privilege);
	lab = lab_catalog_lock(name, privilege.caller, false);
	require_starter(lab);
	lab_catalog_hold(lab);
	was = mark(lab, login);
	if (was == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("lab has no participant \"%s\"", login),
				 errhint("lab_progress() shows the participants.")));
	if (strcmp(was, "dropping") == 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
						errmsg("participant \"%s\" is being removed", login),
						errhint("CALL lab_wait(lab), then lab_alter() can add them again.")));
	if (strcmp(was, "ready") != 0)
		ereport(NOTICE, (errmsg("the database of \"%s\" is being made already", login)));
	lab_privilege_end(&privilege);

	lab_announce_wanted();
	PG_RETURN_VOID();
}

/*
 * lab_archive(lab text)
 */
Datum
lab_archive(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid type = INT4OID;
	Datum value;
	LabPrivilege privilege;
	int32 lab;

	lab_require_control_database();
	lab_privilege_begin(&privilege);
	lab = lab_catalog_lock(name, privilege.caller, true);
	if (lab_catalog_read(lab).archived)
		ereport(NOTICE, (errmsg("lab \"%s\" is archived already", name)));
	else
	{
		lab_catalog_hold(lab);
		value = Int32GetDatum(lab);
		lab_statement_run("SELECT lab.archive($1)", 1, &type, &value, NULL);
		lab_announce_wanted();
	}
	lab_privilege_end(&privilege);
	PG_RETURN_VOID();
}
