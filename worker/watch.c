/*
 * watch.c
 *		What the coordinator watches, as last read from the tables.
 *
 * Labs with their checks live in a memory context that is made anew at each
 * reading; the entries of databases outlive it, since they hold counters and a
 * running evaluator.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "extension/compat.h"
#include "extension/hooks.h"
#include "extension/statement.h"
#include "miscadmin.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "worker/watch.h"
#include "worker/launch.h"
#include "worker/moved.h"
#include "worker/observe.h"

LabWatch lab_watch;

static MemoryContext labs_context = NULL;
static HTAB *labs_by_id = NULL;

void
lab_watch_init(void)
{
	HASHCTL info = {0};

	info.keysize = sizeof(Oid);
	info.entrysize = sizeof(LabWatched);
	info.hcxt = TopMemoryContext;
	lab_watch.databases =
		hash_create("watched databases", 128, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static int32
int_value(uint64 row, int column)
{
	bool isnull;

	return DatumGetInt32(
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull));
}

static Oid
oid_value(uint64 row, int column)
{
	bool isnull;

	return DatumGetObjectId(
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull));
}

/* Copied into the current memory context. */
static char *
text_value(uint64 row, int column)
{
	return pstrdup(SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column));
}

static LabFeedback
feedback_of(const char *word)
{
	if (strcmp(word, "none") == 0)
		return LAB_FEEDBACK_NONE;
	if (strcmp(word, "object") == 0)
		return LAB_FEEDBACK_OBJECT;
	if (strcmp(word, "diff") == 0)
		return LAB_FEEDBACK_DIFF;
	return LAB_FEEDBACK_HINT;
}

static LabExtras
extras_of(const char *word)
{
	if (strcmp(word, "ignore") == 0)
		return LAB_EXTRAS_IGNORE;
	return strcmp(word, "strict") == 0 ? LAB_EXTRAS_STRICT : LAB_EXTRAS_COUNT;
}

static LabActivityLevel
activity_of(const char *word)
{
	if (strcmp(word, "none") == 0)
		return LAB_ACTIVITY_NONE;
	return strcmp(word, "counts") == 0 ? LAB_ACTIVITY_COUNTS : LAB_ACTIVITY_FULL;
}

static List *
words_of(Datum array)
{
	List *words = NIL;
	Datum *values;
	bool *nulls;
	int n;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
					  &n);
	for (int i = 0; i < n; i++)
		words = lappend(words, TextDatumGetCString(values[i]));
	return words;
}

static void
read_labs(void)
{
	HASHCTL info = {0};
	HASH_SEQ_STATUS scan;
	LabWatchedLab *watched_lab;

	labs_context = AllocSetContextCreate(TopMemoryContext, "watched labs", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(labs_context);
	info.keysize = sizeof(int32);
	info.entrysize = sizeof(LabWatchedLab);
	info.hcxt = labs_context;
	labs_by_id = hash_create("watched labs", 16, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);

	lab_statement_run("SELECT id, feedback, extras, ignore, coalesce(hidden_oid, 0),\n"
					  "	coalesce(spec->>'activity', 'full'), coalesce(spec->>'notify', 'false'),\n"
					  "	revision\n"
					  "FROM lab.labs\n"
					  "WHERE state = 'active'",
					  0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int32 id = int_value(i, 1);
		LabWatchedLab *lab = hash_search(labs_by_id, &id, HASH_ENTER, NULL);
		bool isnull;

		lab->feedback = feedback_of(text_value(i, 2));
		lab->extras = extras_of(text_value(i, 3));
		lab->ignore =
			words_of(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 4, &isnull));
		lab->hidden = oid_value(i, 5);
		lab->checks = NIL;
		lab->activity = activity_of(text_value(i, 6));
		lab->notify = strcmp(text_value(i, 7), "true") == 0;
		lab->last_active = 0;
		lab->revision = int_value(i, 8);
	}

	lab_statement_run("SELECT lab_id, id, kind, object, owner, definition::text\n"
					  "FROM lab.checks\n"
					  "ORDER BY id",
					  0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int32 id = int_value(i, 1);
		LabWatchedLab *lab = hash_search(labs_by_id, &id, HASH_FIND, NULL);
		LabCheck *check;

		if (lab == NULL)
			continue;
		check = palloc(sizeof(LabCheck));
		check->id = int_value(i, 2);
		check->fact.kind = text_value(i, 3);
		check->fact.object = text_value(i, 4);
		check->fact.owner = text_value(i, 5);
		check->fact.definition = text_value(i, 6);
		lab->checks = lappend(lab->checks, check);
	}

	hash_seq_init(&scan, labs_by_id);
	while ((watched_lab = hash_seq_search(&scan)) != NULL)
		watched_lab->objects = lab_observe_objects(watched_lab->checks);
}

static int64
int64_value(uint64 row, int column, int64 otherwise)
{
	bool isnull;
	Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? otherwise : DatumGetInt64(value);
}

/* What the participant's sessions may do, from column 5 on; the role last, for it is what counts.
 */
static void
set_gate(LabGate *gate, uint64 row, Oid role)
{
	const char *lab = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 5);

	if (pg_atomic_read_u32(&gate->role) != role || strcmp(gate->lab, lab) != 0)
	{
		pg_atomic_write_u32(&gate->role, InvalidOid);
		pg_write_barrier();
		strlcpy(gate->lab, lab, NAMEDATALEN);
	}
	pg_atomic_write_u64(&gate->opens, (uint64) int64_value(row, 6, DT_NOBEGIN));
	pg_atomic_write_u64(&gate->closes, (uint64) int64_value(row, 7, DT_NOEND));
	pg_atomic_write_u64(&gate->disk, (uint64) int64_value(row, 8, 0));
	pg_atomic_write_u32(&gate->temp_disk, (uint32) int64_value(row, 9, 0));
	pg_atomic_write_u32(&gate->statement_timeout, (uint32) int64_value(row, 10, 0));
	pg_atomic_write_u32(&gate->idle_timeout, (uint32) int64_value(row, 11, 0));
	pg_write_barrier();
	pg_atomic_write_u32(&gate->role, role);
}

static void
read_databases(void)
{
	lab_statement_run("SELECT p.database_oid, p.id, p.lab_id, r.oid, l.name, l.opens,\n"
					  "	coalesce(p.closes, l.closes), l.disk, l.temp_disk / 1024,\n"
					  "	l.statement_timeout::bigint, l.idle_timeout::bigint\n"
					  "FROM lab.participants p\n"
					  "JOIN lab.labs l ON l.id = p.lab_id\n"
					  "JOIN pg_catalog.pg_database d ON d.oid = p.database_oid\n"
					  "JOIN pg_catalog.pg_roles r ON r.rolname = p.login\n"
					  "WHERE p.state = 'ready' AND l.state = 'active'",
					  0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Oid database = oid_value(i, 1);
		int32 lab = int_value(i, 3);
		bool found;
		LabWatched *watched = hash_search(lab_watch.databases, &database, HASH_ENTER, &found);

		if (!found)
		{
			memset(watched, 0, sizeof(LabWatched));
			watched->database = database;
		}
		watched->listed = true;
		watched->participant = int_value(i, 2);
		watched->lab = hash_search(labs_by_id, &lab, HASH_FIND, NULL);
		watched->role = oid_value(i, 4);
		watched->slot = lab_slot_claim(database);
		if (watched->slot == NULL || watched->lab == NULL)
			continue;
		set_gate(&watched->slot->gate, i, watched->role);
		pg_atomic_write_u32(&watched->slot->level, watched->lab->activity);
	}
}

static void
read_provisioning(void)
{
	bool isnull;
	Datum at;

	lab_statement_run("SELECT min(coalesce(retry_at, '-infinity'::pg_catalog.timestamptz))\n"
					  "FROM (\n"
					  "	SELECT retry_at\n"
					  "	FROM lab.participants\n"
					  "	WHERE state IN ('waiting', 'failed', 'dropping')\n"
					  "	UNION ALL\n"
					  "	SELECT NULL\n"
					  "	FROM lab.labs l\n"
					  "	WHERE l.state = 'dropping'\n"
					  "		AND NOT EXISTS (SELECT FROM lab.participants p WHERE p.lab_id = l.id)\n"
					  ") AS todo",
					  0, NULL, NULL, NULL);
	at = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	lab_watch.provisioning_at = isnull ? 0 : lab_clock_at(DatumGetTimestampTz(at));
	lab_watch.provisioning_due = !isnull && lab_clock_left(lab_watch.provisioning_at) == 0;
	if (lab_watch.provisioning_due)
		lab_watch.provisioning_at = 0;
}

/* What is no longer wanted is let go. */
static void
forget_unlisted(void)
{
	HASH_SEQ_STATUS scan;
	LabWatched *watched;

	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
	{
		Oid database = watched->database;

		if (watched->listed && watched->slot && watched->lab)
		{
			lab_launch_outdate(watched);
			continue;
		}
		lab_launch_stop(watched);
		lab_moved_forget(watched);
		lab_observe_forget(watched);
		lab_slot_release(database);
		hash_search(lab_watch.databases, &database, HASH_REMOVE, NULL);
	}
}

bool
lab_watch_read(void)
{
	MemoryContext before = CurrentMemoryContext;
	MemoryContext old_labs = labs_context;
	HASH_SEQ_STATUS scan;
	LabWatched *watched;
	bool installed;

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	installed = OidIsValid(get_extension_oid("labcreator", true));

	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
		watched->listed = false;
	lab_watch.provisioning_due = false;
	lab_watch.provisioning_at = 0;
	if (installed)
	{
		SPI_connect();
		read_labs();
		read_databases();
		read_provisioning();
		SPI_finish();
	}
	PopActiveSnapshot();
	CommitTransactionCommand();
	MemoryContextSwitchTo(before);

	forget_unlisted();
	if (installed && old_labs)
		MemoryContextDelete(old_labs);
	return installed;
}

void
lab_watch_forget_future(void)
{
	MemoryContext before = CurrentMemoryContext;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	SPI_connect();
	lab_statement_run("SELECT lab.forget_future()", 0, NULL, NULL, NULL);
	lab_announce_wanted(); /* something may be due now: if anything was written */
	SPI_finish();
	PopActiveSnapshot();
	CommitTransactionCommand();
	MemoryContextSwitchTo(before);
}
