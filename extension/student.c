/*
 * student.c
 *		What a participant can ask labcreator from their own database.
 *
 * The database of the session decides whose question it is: there is nothing to
 * pass and nobody else's to see.  The coordinator answers (request.h).
 */
#include "postgres.h"

#include "extension/request.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(lab_student_tasks);
PG_FUNCTION_INFO_V1(lab_student_progress);
PG_FUNCTION_INFO_V1(lab_student_raise_hand);
PG_FUNCTION_INFO_V1(lab_student_lower_hand);

/* The rows of the answer as the function's result. */
static Datum
return_rows(FunctionCallInfo fcinfo, LabRequestKind kind)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AttInMetadata *types;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	types = TupleDescGetAttInMetadata(rsinfo->setDesc);
	foreach (cell, lab_request_ask(kind, NULL, rsinfo->setDesc->natts))
		tuplestore_puttuple(rsinfo->setResult, BuildTupleFromCStrings(types, lfirst(cell)));
	return (Datum) 0;
}

/* The first value of the first row: what was done. */
static Datum
return_text(LabRequestKind kind, const char *text)
{
	List *rows = lab_request_ask(kind, text, 1);

	return CStringGetTextDatum(((char **) linitial(rows))[0]);
}

/* lab_tasks() */
Datum
lab_student_tasks(PG_FUNCTION_ARGS)
{
	return return_rows(fcinfo, LAB_REQUEST_TASKS);
}

/* lab_progress() */
Datum
lab_student_progress(PG_FUNCTION_ARGS)
{
	return return_rows(fcinfo, LAB_REQUEST_PROGRESS);
}

/* lab_raise_hand(message text) */
Datum
lab_student_raise_hand(PG_FUNCTION_ARGS)
{
	return return_text(LAB_REQUEST_RAISE,
					   PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0)));
}

/* lab_lower_hand() */
Datum
lab_student_lower_hand(PG_FUNCTION_ARGS)
{
	return return_text(LAB_REQUEST_LOWER, NULL);
}
