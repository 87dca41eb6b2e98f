/*
 * provision.c
 *		Making actual what is desired: participants' databases.
 *
 * A provisioner takes one participant after the other, each claimed by a
 * session-level advisory lock, which a crash gives back.  Every step is a
 * transaction of its own that finds out by itself whether it is done already:
 * after a crash anywhere the next provisioner goes over the same steps.  So only
 * the last step waits for the disk, and with it those before (CREATE and DROP
 * DATABASE see to that themselves).
 *
 * A database's oid is chosen and committed before the database is made.  So
 * what a crash left behind is told from a foreign database of the same name,
 * and only what carries our oid is ever dropped.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/indexing.h"
#include "catalog/pg_database.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "extension/channel.h"
#include "extension/compat.h"
#include "extension/fact.h"
#include "extension/guc.h"
#include "extension/hooks.h"
#include "extension/shmem.h"
#include "extension/statement.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_node.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"
#include "worker/provision.h"
#include "worker/session.h"
#include "worker/setup.h"

#define CLAIM_CLASS 0x6c6162 /* first key of the advisory locks: "lab" */
#define RETRY_SECONDS_MAX 300
#define LARGE_BYTES ((int64) 256 * 1024 * 1024)

PGDLLEXPORT void lab_provisioner_main(Datum main_arg);

/* One participant's database, as desired. */
typedef struct Work
{
	int32 participant;
	int32 lab;
	bool drop;
	bool keep; /* dropping leaves the database and the login */
	char *login;
	char *database;
	Oid oid;       /* InvalidOid: not chosen yet */
	Oid discarded; /* of the database before a reset; InvalidOid: there is none */
	char *owner;
	char *template;
} Work;

/* A statement about the participant alone. */
static void
run_for(const Work *work, const char *sql)
{
	Oid type = INT4OID;
	Datum value = Int32GetDatum(work->participant);

	lab_statement_run(sql, 1, &type, &value, NULL);
}

static char *
copied_value(int column, MemoryContext context)
{
	char *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);

	return value ? MemoryContextStrdup(context, value) : NULL;
}

static bool
claim(int32 participant)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, CLAIM_CLASS, participant, 2);
	return LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL;
}

static void
unclaim(int32 participant)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, CLAIM_CLASS, participant, 2);
	(void) LockRelease(&tag, ExclusiveLock, true);
}

/* The next participant that nobody else works on, claimed; NULL when there is none. */
static Work *
next_work(MemoryContext context)
{
	Work *work = NULL;
	uint64 n;
	int32 *ids;
	MemoryContext before = lab_session_begin();

	lab_statement_run("SELECT id\n"
					  "FROM lab.participants\n"
					  "WHERE state IN ('waiting', 'failed', 'dropping')\n"
					  "	AND (retry_at IS NULL OR retry_at <= pg_catalog.clock_timestamp())\n"
					  "ORDER BY state = 'dropping' DESC, attempts, id",
					  0, NULL, NULL, NULL);
	n = SPI_processed;
	ids = palloc(sizeof(int32) * Max(n, 1));
	for (uint64 i = 0; i < n; i++)
	{
		bool isnull;

		ids[i] =
			DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
	}
	for (uint64 i = 0; i < n && work == NULL; i++)
	{
		Oid type = INT4OID;
		Datum value = Int32GetDatum(ids[i]);

		if (!claim(ids[i]))
			continue;
		/* Somebody may have finished it between our reading and our claim. */
		lab_statement_run(
			"SELECT p.lab_id, p.state = 'dropping', l.keep_databases OR p.keep, p.login,\n"
			"	p.database, coalesce(p.database_oid, 0), r.rolname,\n"
			"	coalesce(l.starter, 'template0'), coalesce(p.discarded_oid, 0)\n"
			"FROM lab.participants p\n"
			"JOIN lab.labs l ON l.id = p.lab_id\n"
			"LEFT JOIN pg_catalog.pg_roles r ON r.oid = l.owner::pg_catalog.oid\n"
			"WHERE p.id = $1 AND p.state IN ('waiting', 'failed', 'dropping')\n"
			"	AND (p.retry_at IS NULL OR p.retry_at <= pg_catalog.clock_timestamp())",
			1, &type, &value, NULL);
		if (SPI_processed == 0)
		{
			unclaim(ids[i]);
			continue;
		}
		work = MemoryContextAllocZero(context, sizeof(Work));
		work->participant = ids[i];
		work->lab = atoi(copied_value(1, context));
		work->drop = *copied_value(2, context) == 't';
		work->keep = *copied_value(3, context) == 't';
		work->login = copied_value(4, context);
		work->database = copied_value(5, context);
		work->oid = atooid(copied_value(6, context));
		work->owner = copied_value(7, context);
		work->template = copied_value(8, context);
		work->discarded = atooid(copied_value(9, context));
	}
	lab_session_commit(before);
	return work;
}

/* The database with this oid, under whatever name, with whoever is connected to it. */
static void
drop_database(Oid oid)
{
	char *name;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	name = OidIsValid(oid) ? get_database_name(oid) : NULL;
	if (name)
		dropdb(name, true, true);
	CommitTransactionCommand();
}

/* Step 0, of a reset: the old database goes.  Its oid is forgotten when it is gone. */
static void
discard(const Work *work)
{
	MemoryContext before;

	if (!OidIsValid(work->discarded))
		return;
	drop_database(work->discarded);
	before = lab_session_begin();
	run_for(work, "UPDATE lab.participants SET discarded_oid = NULL WHERE id = $1");
	lab_session_commit(before);
}

/*
 * Step 1: the oid under which the database is ours.  An oid under which there is
 * no database is given up: a crash can have left files that stand in its way.
 */
static void
choose_oid(Work *work)
{
	Oid types[] = {INT4OID, OIDOID};
	Datum values[2];
	Relation databases;
	MemoryContext before = lab_session_begin();

	if (OidIsValid(work->oid) && get_database_name(work->oid))
	{
		lab_session_commit(before);
		return;
	}
	databases = table_open(DatabaseRelationId, AccessShareLock);
	work->oid = GetNewOidWithIndex(databases, DatabaseOidIndexId, Anum_pg_database_oid);
	table_close(databases, AccessShareLock);
	values[0] = Int32GetDatum(work->participant);
	values[1] = ObjectIdGetDatum(work->oid);
	lab_statement_run("UPDATE lab.participants SET database_oid = $2 WHERE id = $1", 2, types,
					  values, NULL);
	lab_session_commit(before);
}

/* An integer option as the grammar would make it: oids go beyond an int. */
static DefElem *
oid_option(const char *name, Oid oid)
{
	Node *value = oid <= PG_INT32_MAX ? (Node *) makeInteger((int) oid)
									  : (Node *) makeFloat(psprintf("%u", oid));

	return makeDefElem(pstrdup(name), value, -1);
}

/*
 * A large template is copied as files, which takes two checkpoints; a small one
 * through the write-ahead log.
 */
static bool
is_large(const char *template)
{
	Oid database = get_database_oid(template, true);

	return OidIsValid(database) &&
		   DatumGetInt64(DirectFunctionCall1(pg_database_size_oid, ObjectIdGetDatum(database))) >
			   LARGE_BYTES;
}

/* Step 2: the database.  CREATE DATABASE wants a transaction of its own, without SPI. */
static void
make_database(const Work *work)
{
	Oid present;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	present = get_database_oid(work->database, true);
	if (present == work->oid && database_is_invalid_oid(present))
	{
		dropdb(work->database, false, true); /* an interrupted DROP: it holds nothing any more */
		present = InvalidOid;
	}
	if (OidIsValid(present) && present != work->oid)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_DATABASE),
				 errmsg("database \"%s\" exists and was not made by labcreator", work->database),
				 errhint("Rename or drop it.")));
	if (!OidIsValid(present))
	{
		CreatedbStmt *statement = makeNode(CreatedbStmt);
		const char *strategy = is_large(work->template) ? "file_copy" : "wal_log";

		statement->dbname = work->database;
		statement->options =
			list_make4(makeDefElem("strategy", (Node *) makeString(pstrdup(strategy)), -1),
					   makeDefElem("template", (Node *) makeString(work->template), -1),
					   makeDefElem("owner", (Node *) makeString(work->owner), -1),
					   oid_option("oid", work->oid));
		(void) createdb(make_parsestate(NULL), statement);
	}
	CommitTransactionCommand();
}

/* Step 3: who may do what with the database. */
static void
grant_database(const Work *work)
{
	const char *database = quote_identifier(work->database);
	MemoryContext before = lab_session_begin();

	lab_statement_run(psprintf("REVOKE ALL ON DATABASE %s FROM PUBLIC", database), 0, NULL, NULL,
					  NULL);
	lab_statement_run(psprintf("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %s TO %s", database,
							   quote_identifier(work->login)),
					  0, NULL, NULL, NULL);
	lab_statement_run(psprintf("GRANT CONNECT ON DATABASE %s TO lab_evaluator", database), 0, NULL,
					  NULL, NULL);
	lab_session_commit(before);
}

static void
mark_ready(const Work *work)
{
	MemoryContext before = lab_session_begin();

	run_for(work, "UPDATE lab.participants\n"
				  "SET state = 'ready', attempts = 0, retry_at = NULL, error = NULL\n"
				  "WHERE id = $1 AND state IN ('waiting', 'failed')");
	lab_announce_wanted();
	ForceSyncCommit();
	lab_session_commit(before);
}

static void
provide(Work *work)
{
	if (work->owner == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("the role that created the lab does not exist any more")));
	discard(work);
	choose_oid(work);
	make_database(work);
	grant_database(work);
	lab_setup_run(work->oid, work->login);
	mark_ready(work);
}

/* Is it still the role that we made, and does no other lab have it? */
static bool
is_spare(const char *login)
{
	Oid type = NAMEOID;
	Datum value = DirectFunctionCall1(namein, CStringGetDatum(login));

	lab_statement_run("SELECT\n"
					  "FROM lab.accounts a\n"
					  "JOIN pg_catalog.pg_roles r ON r.rolname = a.login AND r.oid = a.role\n"
					  "WHERE a.login = $1\n"
					  "	AND NOT EXISTS (\n"
					  "		SELECT\n"
					  "		FROM lab.participants p\n"
					  "		WHERE p.login = a.login AND p.state <> 'archived')",
					  1, &type, &value, NULL);
	return SPI_processed > 0;
}

/* The last lab of the login is gone.  One that is kept is no participant's any more. */
static void
let_go_of_login(const Work *work)
{
	Oid type = NAMEOID;
	Datum value = DirectFunctionCall1(namein, CStringGetDatum(work->login));
	const char *login = quote_identifier(work->login);

	/* A lab that takes the login in now waits, and finds it gone, or we find it taken. */
	lab_statement_run("SELECT FROM lab.accounts WHERE login = $1 FOR UPDATE", 1, &type, &value,
					  NULL);
	if (!is_spare(work->login))
	{
		lab_statement_run("SELECT lab.limit_connections(ARRAY[$1])", 1, &type, &value, NULL);
		return;
	}
	if (work->keep)
	{
		lab_statement_run(psprintf("REVOKE lab_student FROM %s", login), 0, NULL, NULL, NULL);
		return;
	}
	lab_statement_run(psprintf("DROP ROLE %s", login), 0, NULL, NULL, NULL);
	lab_statement_run("DELETE FROM lab.accounts WHERE login = $1", 1, &type, &value, NULL);
}

static void
dismantle(const Work *work)
{
	MemoryContext before;

	if (!work->keep)
	{
		drop_database(work->discarded);
		drop_database(work->oid);
	}
	before = lab_session_begin();
	run_for(work, "SELECT lab.dismantled($1)");
	let_go_of_login(work);
	lab_announce_wanted();
	ForceSyncCommit();
	lab_session_commit(before);
}

/* A lab that is dropped ends with its last participant. */
static void
remove_empty_labs(void)
{
	MemoryContext before = lab_session_begin();

	lab_statement_run("DELETE FROM lab.labs l\n"
					  "WHERE l.state = 'dropping'\n"
					  "	AND NOT EXISTS (SELECT FROM lab.participants p WHERE p.lab_id = l.id)",
					  0, NULL, NULL, NULL);
	lab_session_commit(before);
}

/* After an error: the transaction is gone; note why, and when to try again. */
static void
note_failure(const Work *work, const ErrorData *error)
{
	Oid types[] = {INT4OID, TEXTOID, INT4OID};
	Datum values[3];
	StringInfoData reason;
	MemoryContext before;

	initStringInfo(&reason);
	appendStringInfoString(&reason, error->message);
	if (error->detail)
		appendStringInfo(&reason, " (%s)", error->detail);

	before = lab_session_begin();
	values[0] = Int32GetDatum(work->participant);
	values[1] = CStringGetTextDatum(reason.data);
	values[2] = Int32GetDatum(RETRY_SECONDS_MAX);
	lab_statement_run("UPDATE lab.participants\n"
					  "SET state = CASE WHEN state = 'dropping' THEN state ELSE 'failed' END,\n"
					  "	error = $2,\n"
					  "	attempts = attempts + 1,\n"
					  "	retry_at = pg_catalog.clock_timestamp()\n"
					  "		+ least(2 ^ least(attempts, 10), $3) * interval '1 second'\n"
					  "WHERE id = $1",
					  lengthof(types), types, values, NULL);
	lab_announce_wanted();
	lab_session_commit(before);
}

static void
do_work(Work *work)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		if (work->drop)
			dismantle(work);
		else
			provide(work);
	}
	PG_CATCH();
	{
		note_failure(work, lab_session_recover(context));
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	unclaim(work->participant);
}

static void
do_all_work(MemoryContext context)
{
	Work *work;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(context);
		work = next_work(context);
		if (work == NULL)
			break;
		MemoryContextSwitchTo(context);
		do_work(work);
	}
	remove_empty_labs();
}

/* Not even a failure can be noted, as when the disk is full: the coordinator waits, and tells why.
 */
static void
give_up(MemoryContext context)
{
	ErrorData *error = lab_session_recover(context);
	StringInfoData answer;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_ERROR);
	lab_string_write(&answer, error->message);
	lab_channel_send(&answer);
}

void
lab_provisioner_main(Datum main_arg)
{
	MemoryContext context;
	StringInfoData answer;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	(void) lab_channel_attach(main_arg);
	BackgroundWorkerInitializeConnection(lab_database, NULL, 0);
	lab_session_pin_settings();
	lab_session_commit_early();

	context = AllocSetContextCreate(TopMemoryContext, "provisioner", ALLOCSET_DEFAULT_SIZES);
	PG_TRY();
	{
		do_all_work(context);
	}
	PG_CATCH();
	{
		give_up(context);
		proc_exit(0);
	}
	PG_END_TRY();
	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_DONE);
	lab_channel_send(&answer);
	proc_exit(0);
}
