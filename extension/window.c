/*
 * window.c
 *		When a lab can be worked in: lab_open(), lab_close(), lab_extend().
 *
 * The times are desired state as everything else: the coordinator reads them
 * and sets the gates, which sessions look at before each statement.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/catalog.h"
#include "extension/functions.h"
#include "extension/hooks.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(lab_set_window);

static void
update(const char *sql, Datum *values, const char *nulls)
{
	Oid types[] = {INT4OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID};

	if (SPI_execute_with_args(sql, lengthof(types), types, values, nulls, false, 0) !=
		SPI_OK_UPDATE)
		elog(ERROR, "could not execute \"%s\"", sql);
}

/* For everybody: who has more time by lab_extend() keeps it, unless the lab is closed now. */
static void
set_for_lab(Datum *values, const char *nulls)
{
	update("UPDATE lab.labs\n"
		   "SET opens = coalesce($3, opens), closes = coalesce($4, closes)\n"
		   "WHERE id = $1 AND $2 IS NULL",
		   values, nulls);
	update("UPDATE lab.participants\n"
		   "SET closes = NULL\n"
		   "WHERE lab_id = $1 AND $2 IS NULL AND $3 IS NOT DISTINCT FROM $3\n"
		   "	AND (closes <= $4 OR $4 <= pg_catalog.now())",
		   values, nulls);
}

static void
set_for_participant(int32 lab, const char *login, Datum *values, const char *nulls)
{
	update("UPDATE lab.participants\n"
		   "SET closes = $4\n"
		   "WHERE lab_id = $1 AND login = $2::name AND $3 IS NULL",
		   values, nulls);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("lab has no participant \"%s\"", login),
				 errhint("lab_progress() shows the participants.")));
}

/*
 * lab.set_window(lab text, login text, opens timestamptz, closes timestamptz)
 */
Datum
lab_set_window(PG_FUNCTION_ARGS)
{
	LabPrivilege privilege;
	char nulls[] = "    ";
	Datum values[4];
	char *name;

	lab_require_control_database();
	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("lab must not be null")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	for (int i = 1; i < lengthof(values); i++)
	{
		values[i] = PG_ARGISNULL(i) ? (Datum) 0 : PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}

	lab_privilege_begin(&privilege);
	values[0] = Int32GetDatum(lab_catalog_find(name, privilege.caller));
	if (PG_ARGISNULL(1))
		set_for_lab(values, nulls);
	else if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the interval must not be null"),
				 errhint("Write how much longer, as in '15 minutes'.")));
	else
		set_for_participant(DatumGetInt32(values[0]), text_to_cstring(DatumGetTextPP(values[1])),
							values, nulls);
	lab_privilege_end(&privilege);

	lab_announce_wanted();
	PG_RETURN_VOID();
}
