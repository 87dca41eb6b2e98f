/*
 * probe_sequences.c
 *		Sequences whose values nobody misses.
 *
 * nextval() and setval() are not rolled back: a probe would eat a participant's
 * values, and could leave a message in them.  So each sequence gets a new file
 * before anything runs, as TRUNCATE ... RESTART IDENTITY would give it; when the
 * transaction ends without a commit, that file is dropped and the old one is
 * there as it was.  The values start far above what people reach, at a number
 * that follows from the bounds alone: so they agree in reference and participant's database.
 *
 * The lock conflicts with nextval(), in both directions: whoever holds it waits
 * for the other.  Ours ends with the run of one object; theirs is waited for
 * no longer than lock_timeout.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_sequence.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"
#include "worker/probe_sequences.h"


typedef struct Shielded
{
	Oid relation;
	Oid owner;
	int64 value; /* to start again from */
	bool used;   /* the value was given out already */
} Shielded;

static int64
start_of(const FormData_pg_sequence *sequence)
{
	int64 start = sequence->seqincrement > 0 ? LAB_SEQUENCE_START : -LAB_SEQUENCE_START;

	if (start >= sequence->seqmin && start <= sequence->seqmax)
		return start;
	return sequence->seqmin + (sequence->seqmax / 4 - sequence->seqmin / 4) * 3;
}

/* clang-format off */
static const char sequences[] =
	"SELECT c.oid, c.relowner\n"
	"FROM pg_class c\n"
	"WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND c.oid >= 16384\n"
	"ORDER BY c.oid";
/* clang-format on */

static List *
find_sequences(Oid owner)
{
	MemoryContext context = CurrentMemoryContext;
	List *found = NIL;

	SPI_connect();
	if (SPI_execute(sequences, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not list the sequences");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext before = MemoryContextSwitchTo(context);
		Shielded *sequence = palloc0(sizeof(Shielded));
		bool isnull;

		sequence->relation = DatumGetObjectId(
			SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		sequence->owner = DatumGetObjectId(
			SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
		if (!OidIsValid(owner) || sequence->owner == owner)
			found = lappend(found, sequence);
		MemoryContextSwitchTo(before);
	}
	SPI_finish();
	return found;
}

List *
lab_sequences_shield(Oid owner)
{
	List *shielded = NIL;
	ListCell *cell;

	foreach (cell, find_sequences(owner))
	{
		Shielded *sequence = lfirst(cell);
		HeapTuple tuple;

		LockRelationOid(sequence->relation, ShareRowExclusiveLock);
		tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(sequence->relation));
		if (!HeapTupleIsValid(tuple))
			continue; /* dropped since */
		sequence->value = start_of((Form_pg_sequence) GETSTRUCT(tuple));
		ReleaseSysCache(tuple);
		ResetSequence(sequence->relation);
		shielded = lappend(shielded, sequence);
	}
	return shielded;
}

/* As the owner, who always may; the server's own functions run nobody's code. */
static void
as_owner(const Shielded *sequence)
{
	Oid user;
	int security;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(sequence->owner, security);
}

void
lab_sequences_mark(List *shielded)
{
	Oid user;
	int security;
	ListCell *cell;

	GetUserIdAndSecContext(&user, &security);
	foreach (cell, shielded)
	{
		Shielded *sequence = lfirst(cell);
		LOCAL_FCINFO(call, 1);
		FmgrInfo function;
		Datum value;

		as_owner(sequence);
		fmgr_info(F_PG_SEQUENCE_LAST_VALUE, &function);
		InitFunctionCallInfoData(*call, &function, 1, InvalidOid, NULL, NULL);
		call->args[0].value = ObjectIdGetDatum(sequence->relation);
		call->args[0].isnull = false;
		value = FunctionCallInvoke(call);
		if (!call->isnull)
		{
			sequence->value = DatumGetInt64(value);
			sequence->used = true;
		}
	}
	SetUserIdAndSecContext(user, security);
}

void
lab_sequences_restart(List *shielded)
{
	Oid user;
	int security;
	ListCell *cell;

	GetUserIdAndSecContext(&user, &security);
	foreach (cell, shielded)
	{
		const Shielded *sequence = lfirst(cell);

		as_owner(sequence);
		OidFunctionCall3(F_SETVAL_REGCLASS_INT8_BOOL, ObjectIdGetDatum(sequence->relation),
						 Int64GetDatum(sequence->value), BoolGetDatum(sequence->used));
	}
	SetUserIdAndSecContext(user, security);
	ResetSequenceCaches();
}
