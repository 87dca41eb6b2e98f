/*
 * help.c
 *		The lab master's answer to a participant.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/catalog.h"
#include "extension/shmem.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(lab_answer);

/* A participant of the lab; *database is theirs when the lab sends notices, else InvalidOid. */
static int32
find_participant(int32 lab, const char *login, Oid *database)
{
	Oid types[] = {INT4OID, TEXTOID};
	Datum values[] = {Int32GetDatum(lab), CStringGetTextDatum(login)};
	bool isnull;
	HeapTuple row;

	/* clang-format off */
	if (SPI_execute_with_args("SELECT p.id,\n"
							  "	CASE WHEN l.spec->>'notify' = 'true' THEN p.database_oid END\n"
							  "FROM lab.participants p\n"
							  "JOIN lab.labs l ON l.id = p.lab_id\n"
							  "WHERE p.lab_id = $1 AND p.login = $2::name",
							  lengthof(types), types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read lab.participants");
	/* clang-format on */
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("lab has no participant \"%s\"", login),
				 errhint("lab_progress() shows the participants.")));
	row = SPI_tuptable->vals[0];
	*database = DatumGetObjectId(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull));
	if (isnull)
		*database = InvalidOid;
	return DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
}

static void
record(int32 participant, text *answer, Oid master)
{
	Oid types[] = {INT4OID, TEXTOID, NAMEOID};
	Datum values[] = {
		Int32GetDatum(participant), PointerGetDatum(answer),
		DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(master, false)))};

	if (SPI_execute_with_args("SELECT lab.answer($1, $2, $3)", lengthof(types), types, values, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not record an answer");
}

/*
 * lab_answer(lab text, login text, answer text)
 */
Datum
lab_answer(PG_FUNCTION_ARGS)
{
	char *lab = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *login = text_to_cstring(PG_GETARG_TEXT_PP(1));
	text *answer = PG_GETARG_TEXT_PP(2);
	LabPrivilege privilege;
	LabSlot *slot;
	Oid database;

	lab_privilege_begin(&privilege);
	record(find_participant(lab_catalog_find(lab, privilege.caller), login, &database), answer,
		   privilege.caller);
	lab_privilege_end(&privilege);

	slot = lab_shared && OidIsValid(database) ? lab_slot_find(database) : NULL;
	if (slot)
	{
		char *notice = psprintf("your teacher answers: %s", text_to_cstring(answer));

		lab_activity_tell(&slot->activity, pg_server_to_any(notice, strlen(notice), PG_UTF8));
	}
	PG_RETURN_VOID();
}
