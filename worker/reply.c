/*
 * reply.c
 *		Answers to what participants ask (extension/request.h).
 *
 * The database that a question comes from says whose it is.  Everything in a
 * question is a participant's text: it goes to SQL as a parameter only, and
 * loses what could disturb the screen on which a lab master reads it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/request.h"
#include "extension/shmem.h"
#include "extension/statement.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "worker/observe.h"
#include "worker/reply.h"
#include "worker/session.h"

/* The statement behind each kind of question: $1 the participant, $2 the first row or the message.
 */
static const char *const statements[] = {
	[LAB_REQUEST_TASKS] = "SELECT * FROM lab.student_tasks($1) OFFSET $2::bigint",
	[LAB_REQUEST_PROGRESS] = "SELECT * FROM lab.student_progress($1) OFFSET $2::bigint",
	[LAB_REQUEST_RAISE] = "SELECT lab.raise_hand($1, $2)",
	[LAB_REQUEST_LOWER] =
		"SELECT CASE WHEN lab.lower_hand($1, 'participant') THEN 'your hand is down'\n"
		"	ELSE 'your hand was not up' END\n"
		"WHERE $2 IS NOT NULL",
};

/* Is it a character that is not seen, or that moves others about?  UTF-8, of so many bytes. */
static bool
is_unwanted(const unsigned char *c, int length)
{
	if (length == 1)
		return *c < 0x20 || *c == 0x7F;
	if (length == 2)
		return c[0] == 0xC2 && c[1] < 0xA0; /* control characters, second set */
	if (length == 3 && c[0] == 0xE2)
		return (c[1] == 0x80 &&
				((c[2] >= 0x8B && c[2] <= 0x8F) || (c[2] >= 0xA8 && c[2] <= 0xAE))) ||
			   (c[1] == 0x81 && c[2] >= 0xA0 && c[2] <= 0xAF); /* direction, and width nil */
	return false;
}

/* The message as a lab master may see it; NULL when nothing is left. */
static char *
cleaned(const char *text)
{
	StringInfoData clean;
	bool visible = false;

	initStringInfo(&clean);
	while (*text)
	{
		int length = pg_encoding_mblen(PG_UTF8, text);

		if (is_unwanted((const unsigned char *) text, length))
			appendStringInfoChar(&clean, ' ');
		else
		{
			visible |= *text != ' ';
			appendBinaryStringInfo(&clean, text, length);
		}
		text += length;
	}
	return visible ? pg_any_to_server(clean.data, clean.len, PG_UTF8) : NULL;
}

/* The parameter beside the participant. */
static char *
parameter(const LabRequest *request)
{
	if (request->kind == LAB_REQUEST_RAISE)
		return cleaned(request->text);
	return psprintf("%u", request->from);
}

static void
put_rows(LabRequest *request)
{
	TupleDesc descriptor = SPI_tuptable->tupdesc;
	char **values = palloc(sizeof(char *) * descriptor->natts);

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		for (int j = 0; j < descriptor->natts; j++)
		{
			char *value = SPI_getvalue(SPI_tuptable->vals[i], descriptor, j + 1);

			values[j] = value ? pg_server_to_any(value, strlen(value), PG_UTF8) : NULL;
		}
		if (!lab_request_put_row(request, values, descriptor->natts))
			break;
	}
}

static void
reply(LabRequest *request, const LabWatched *watched)
{
	MemoryContext before = lab_session_begin();
	Oid types[] = {INT4OID, TEXTOID};
	Datum values[2] = {Int32GetDatum(watched->participant)};
	char *text = parameter(request);

	values[1] = text ? CStringGetTextDatum(text) : (Datum) 0;
	lab_statement_run_kept(statements[request->kind], lengthof(types), types, values,
						   text ? "  " : " n");
	put_rows(request);
	lab_session_commit(before);
	lab_request_finish(request);
}

void
lab_reply_to_students(void)
{
	LabRequest *request;

	while ((request = lab_request_take()) != NULL)
	{
		Oid database = request->database;
		LabWatched *watched = hash_search(lab_watch.databases, &database, HASH_FIND, NULL);

		if (watched == NULL)
		{
			lab_request_refuse(request, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
							   "this database is no participant's");
			continue;
		}
		/* What a hand is about is what was done just before. */
		if (request->kind == LAB_REQUEST_RAISE)
			lab_observe_drain();
		reply(request, watched);
	}
}
