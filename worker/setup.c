/*
 * setup.c
 *		What is done inside a participant's new database.
 *
 * A process has one database for its life, so the provisioner lets a worker of
 * its own do this.  It runs before the participant is told the database's name;
 * should it be repeated later, it only alters owners and runs nothing of theirs.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/channel.h"
#include "extension/compat.h"
#include "extension/fact.h"
#include "extension/shmem.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/wait_event.h"
#include "worker/session.h"
#include "worker/setup.h"

#define RETRY_MS 200

PGDLLEXPORT void lab_setup_main(Datum main_arg);

/*
 * Every object of the starter's that is no part of an extension, and whose
 * owner is not decided by another object's.  The second column is the keyword
 * after ALTER.  Relations come as ALTER TABLE, which takes every kind of them.
 */
static const char owned_objects[] =
	"WITH candidate (classid, oid, keyword) AS (\n"
	"	SELECT 'pg_namespace'::regclass, oid, 'SCHEMA'\n"
	"	FROM pg_namespace\n"
	"	WHERE oid >= 16384 OR nspname = 'public'\n"
	"	UNION ALL\n"
	"	SELECT 'pg_class'::regclass, c.oid,\n"
	"		CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'\n"
	"			WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE'\n"
	"			ELSE 'TABLE' END\n"
	"	FROM pg_class c\n"
	"	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')\n"
	"		AND NOT EXISTS (\n" /* a sequence of a column goes with its table */
	"			SELECT\n"
	"			FROM pg_depend d\n"
	"			WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid\n"
	"				AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0\n"
	"				AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))\n"
	"	UNION ALL\n"
	"	SELECT 'pg_type'::regclass, oid, CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END\n"
	"	FROM pg_type\n"
	"	WHERE typtype IN ('b', 'd', 'e', 'r') AND typelem = 0\n"
	"	UNION ALL\n"
	"	SELECT 'pg_proc'::regclass, oid,\n"
	"		CASE prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END\n"
	"	FROM pg_proc\n"
	"	UNION ALL\n"
	"	SELECT 'pg_operator'::regclass, oid, 'OPERATOR' FROM pg_operator\n"
	"	UNION ALL\n"
	"	SELECT 'pg_collation'::regclass, oid, 'COLLATION' FROM pg_collation\n"
	"	UNION ALL\n"
	"	SELECT 'pg_conversion'::regclass, oid, 'CONVERSION' FROM pg_conversion\n"
	"	UNION ALL\n"
	"	SELECT 'pg_ts_dict'::regclass, oid, 'TEXT SEARCH DICTIONARY' FROM pg_ts_dict\n"
	"	UNION ALL\n"
	"	SELECT 'pg_ts_config'::regclass, oid, 'TEXT SEARCH CONFIGURATION' FROM pg_ts_config\n"
	"	UNION ALL\n"
	"	SELECT 'pg_statistic_ext'::regclass, oid, 'STATISTICS' FROM pg_statistic_ext\n"
	"	UNION ALL\n"
	"	SELECT 'pg_publication'::regclass, oid, 'PUBLICATION' FROM pg_publication\n"
	"	UNION ALL\n"
	"	SELECT 'pg_foreign_server'::regclass, oid, 'SERVER' FROM pg_foreign_server\n"
	"	UNION ALL\n"
	"	SELECT 'pg_largeobject_metadata'::regclass, oid, 'LARGE OBJECT'\n"
	"	FROM pg_largeobject_metadata\n"
	")\n"
	"SELECT format('ALTER %s %s OWNER TO %I', c.keyword, i.identity, $1)\n"
	"FROM candidate c,\n"
	"	pg_identify_object(c.classid, c.oid, 0) i\n"
	"WHERE (c.oid >= 16384 OR c.keyword = 'SCHEMA')\n"
	"	AND NOT EXISTS (\n"
	"		SELECT\n"
	"		FROM pg_depend d\n"
	"		WHERE d.classid = c.classid AND d.objid = c.oid AND d.deptype = 'e')\n"
	"ORDER BY c.keyword <> 'SCHEMA', c.classid, c.oid";

static void
hand_over(const char *login)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(login);
	SPITupleTable *statements;
	uint64 n;

	if (SPI_execute_with_args(owned_objects, 1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not list the objects of the starter");
	statements = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		char *sql = SPI_getvalue(statements->vals[i], statements->tupdesc, 1);

		if (SPI_execute(sql, false, 0) < 0)
			elog(ERROR, "could not execute \"%s\"", sql);
	}
}

/*
 * The participant's functions.  Before anything is handed over: no script of ours ever runs beside
 * a participant's objects.
 */
static void
add_student_functions(void)
{
	if (SPI_execute("CREATE SCHEMA IF NOT EXISTS public", false, 0) < 0 ||
		SPI_execute("CREATE EXTENSION IF NOT EXISTS labcreator_student SCHEMA public", false, 0) <
			0)
		elog(ERROR, "could not add the participant's functions");
}

static void
answer_error(const ErrorData *error)
{
	StringInfoData answer;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_ERROR);
	lab_string_write(&answer, unpack_sql_state(error->sqlerrcode));
	lab_string_write(&answer, error->message);
	lab_channel_send(&answer);
}

void
lab_setup_main(Datum main_arg)
{
	MemoryContext context = CurrentMemoryContext;
	StringInfo request;
	StringInfoData answer;
	Oid database;
	const char *login;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	request = lab_channel_attach(main_arg);
	database = pq_getmsgint(request, 4);
	login = pstrdup(pq_getmsgrawstring(request));
	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
	lab_session_pin_settings();
	lab_session_commit_early(); /* the provisioner's last step waits for it */

	initStringInfo(&answer);
	PG_TRY();
	{
		(void) lab_session_begin();
		add_student_functions();
		hand_over(login);
		lab_session_commit(context);
	}
	PG_CATCH();
	{
		answer_error(lab_session_recover(context));
		proc_exit(0);
	}
	PG_END_TRY();
	pq_sendbyte(&answer, LAB_ANSWER_DONE);
	lab_channel_send(&answer);
	proc_exit(0);
}

static LabChannel *
start_patiently(StringInfo request)
{
	for (;;)
	{
		LabChannel *channel =
			lab_channel_start("lab_setup_main", "labcreator provisioner", request);

		if (channel)
			return channel;
		lab_note_starved();
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, RETRY_MS,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

void
lab_setup_run(Oid database, const char *login)
{
	StringInfoData request;
	StringInfoData answer;
	LabChannel *channel;
	shm_mq_result result;

	initStringInfo(&request);
	pq_sendint32(&request, database);
	lab_string_write(&request, login);
	initStringInfo(&answer);
	channel = start_patiently(&request);
	result = lab_channel_receive(channel, &answer, false);
	lab_channel_end(channel);

	if (result != SHM_MQ_SUCCESS)
		ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
						errmsg("the worker that sets up the database ended early"),
						errhint("The server's log says why.")));
	if (pq_getmsgbyte(&answer) == LAB_ANSWER_ERROR)
	{
		(void) pq_getmsgrawstring(&answer); /* SQLSTATE */
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
						errmsg("could not set up the database: %s", pq_getmsgrawstring(&answer))));
	}
}
