/*
 * look.c
 *		One look at a participant's database: what passes now.
 *
 * The first look judges everything.  A later one is told by the sessions which
 * tables they wrote to and whether a definition can be another one
 * (touched.c).  Definitions are read again only in the latter case.  A check
 * that looks at rows or runs code is judged again when something in its reach
 * changed (depend.c); else its verdict stands.
 *
 * Two memory contexts: what was read of the definitions lives until they are
 * read again; what one look needs beside goes with it.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "extension/channel.h"
#include "extension/guc.h"
#include "extension/shmem.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "worker/depend.h"
#include "worker/disk.h"
#include "worker/explain.h"
#include "worker/facts.h"
#include "worker/kinds.h"
#include "worker/look.h"
#include "worker/probe.h"
#include "worker/sandbox.h"

/* The verdict of a check, as it was sent. */
typedef struct Remembered
{
	int32 check; /* hash key */
	uint64 stamp;
	LabStatus status;
	char *detail;
} Remembered;

/* What was read of the definitions. */
typedef struct Definitions
{
	MemoryContext context;
	LabEvaluation evaluation;
	LabDependencies *dependencies;
	LabDependencies *before; /* of the last look, where this one read them anew; else NULL */
	List *sampled;           /* of oids: tables whose rows were tried on an expression */
} Definitions;

/* A sum over the catalog rows of each object: another one, once the object changed. */
typedef struct Print
{
	Oid object; /* hash key; InvalidOid: what belongs to no relation or function */
	int64 sum;
	bool seen;
} Print;

static MemoryContext memory = NULL; /* of what is remembered */
static HTAB *verdicts = NULL;       /* of Remembered */
static HTAB *prints = NULL;         /* of Print */
static Definitions known;           /* context NULL: nothing yet */

/* clang-format off */
static const char prints_query[] =
	"SELECT object, bit_xor(hashtextextended(concat(source, ' ', version, ' ', place), 0))\n"
	"FROM (\n"
	"	SELECT oid, 1, xmin, ctid FROM pg_class WHERE oid >= 16384 AND relkind <> 'i' AND relkind <> 'I' AND relkind <> 't'\n"
	"	UNION ALL\n"
	"	SELECT attrelid, 2, xmin, ctid FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0\n"
	"	UNION ALL\n"
	"	SELECT adrelid, 3, xmin, ctid FROM pg_attrdef\n"
	"	UNION ALL\n"
	"	SELECT CASE WHEN conrelid >= 16384 THEN conrelid ELSE 0 END, 4, xmin, ctid FROM pg_constraint WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT indrelid, 5, xmin, ctid FROM pg_index WHERE indexrelid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT inhrelid, 6, xmin, ctid FROM pg_inherits\n"
	"	UNION ALL\n"
	"	SELECT tgrelid, 7, xmin, ctid FROM pg_trigger\n"
	"	UNION ALL\n"
	"	SELECT ev_class, 8, xmin, ctid FROM pg_rewrite WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT polrelid, 9, xmin, ctid FROM pg_policy\n"
	"	UNION ALL\n"
	"	SELECT seqrelid, 10, xmin, ctid FROM pg_sequence\n"
	"	UNION ALL\n"
	"	SELECT oid, 11, xmin, ctid FROM pg_proc WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT aggfnoid, 12, xmin, ctid FROM pg_aggregate WHERE aggfnoid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT 0, 13, xmin, ctid FROM pg_type WHERE oid >= 16384 AND typrelid = 0 AND typelem = 0\n"
	"	UNION ALL\n"
	"	SELECT 0, 14, xmin, ctid FROM pg_enum\n"
	"	UNION ALL\n"
	"	SELECT 0, 15, xmin, ctid FROM pg_range WHERE rngtypid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT 0, 16, xmin, ctid FROM pg_namespace\n"
	"	UNION ALL\n"
	"	SELECT 0, 17, xmin, ctid FROM pg_extension\n"
	"	UNION ALL\n"
	"	SELECT 0, 18, xmin, ctid FROM pg_cast WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT 0, 19, xmin, ctid FROM pg_operator WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT 0, 20, xmin, ctid FROM pg_opclass WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT 0, 21, xmin, ctid FROM pg_collation WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT 0, 22, xmin, ctid FROM pg_ts_config WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT 0, 23, xmin, ctid FROM pg_ts_dict WHERE oid >= 16384\n"
	"	UNION ALL\n"
	"	SELECT 0, 24, xmin, ctid FROM pg_foreign_server\n"
	") AS rows (object, source, version, place)\n"
	"GROUP BY object";
/* clang-format on */

/* Notes which objects are others than at the last look. */
static void
note_changed_objects(void)
{
	static SPIPlanPtr plan = NULL;
	MemoryContext before = CurrentMemoryContext;
	HASH_SEQ_STATUS scan;
	Print *print;

	if (plan == NULL)
	{
		plan = SPI_prepare(prints_query, 0, NULL);
		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not plan the query of what changed");
	}
	if (SPI_execute_plan(plan, NULL, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read what changed");
	MemoryContextSwitchTo(before);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		bool found;
		bool isnull;
		Oid object = DatumGetObjectId(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
		int64 sum = DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull));

		print = hash_search(prints, &object, HASH_ENTER, &found);
		if (!found || print->sum != sum)
		{
			if (OidIsValid(object))
				lab_depend_note(object);
			else
				lab_depend_note_everything();
		}
		print->sum = sum;
		print->seen = true;
	}
	SPI_freetuptable(SPI_tuptable);

	hash_seq_init(&scan, prints);
	while ((print = hash_seq_search(&scan)) != NULL)
	{
		Oid object = print->object;

		if (!print->seen)
		{
			lab_depend_note(object); /* it is gone */
			hash_search(prints, &object, HASH_REMOVE, NULL);
		}
		else
			print->seen = false;
	}
}

static HTAB *
new_table(const char *name, Size key, Size entry)
{
	HASHCTL info = {0};

	info.keysize = key;
	info.entrysize = entry;
	info.hcxt = memory;
	return hash_create(name, 256, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
start_memory(void)
{
	memory = AllocSetContextCreate(TopMemoryContext, "what is remembered", ALLOCSET_DEFAULT_SIZES);
	verdicts = new_table("verdicts", sizeof(int32), sizeof(Remembered));
	prints = new_table("catalog rows", sizeof(Oid), sizeof(Print));
}

static uint64
stamp_of(const LabComparison *comparison, const LabKind *kind, const LabDependencies *dependencies)
{
	Oid object = comparison->found ? comparison->found->relation : InvalidOid;

	return lab_depend_stamp(dependencies, object, kind->reach);
}

/*
 * Does the verdict of the last look still stand?  What it could reach then has not
 * changed, nor what it can reach now: a change can lead away from what changed.
 */
static bool
stands(const LabComparison *comparison, const LabKind *kind)
{
	Remembered *last = hash_search(verdicts, &comparison->check->id, HASH_FIND, NULL);

	if (kind->reach == LAB_REACH_CATALOGS || last == NULL || last->status == LAB_ERROR)
		return false;
	if (known.before && stamp_of(comparison, kind, known.before) != last->stamp)
		return false;
	if (known.before ? comparison->stamp > last->stamp : comparison->stamp != last->stamp)
		return false;
	last->stamp = comparison->stamp;
	return true;
}

/* Tables whose rows an expression was tried on: when they change, it is tried again. */
static void
note_sample(const LabComparison *comparison)
{
	if (comparison->found && OidIsValid(comparison->found->relation))
		known.sampled = list_append_unique_oid(known.sampled, comparison->found->relation);
}

/* The read-only pass; returns whether something is left for one that writes. */
static bool
judge_reading(const LabEvaluation *evaluation)
{
	bool left = false;
	ListCell *cell;

	foreach (cell, evaluation->comparisons)
	{
		LabComparison *comparison = lfirst(cell);
		const LabKind *kind = lab_kind_find(comparison->check->fact.kind);

		comparison->settled = false;
		if (kind == NULL || comparison->problem || (comparison->found == NULL && !kind->unmatched))
			continue;
		comparison->stamp = stamp_of(comparison, kind, known.dependencies);
		comparison->settled = stands(comparison, kind);
		if (comparison->settled)
			continue;
		if (kind->reach != LAB_REACH_CATALOGS)
			pg_atomic_fetch_add_u64(&lab_shared->judged, 1);
		else if (comparison->status != LAB_PASS)
			note_sample(comparison);
		if (kind->judge)
			kind->judge(comparison, evaluation);
		left |=
			kind->judge_writing != NULL && (kind->judge == NULL || comparison->status == LAB_PASS);
	}
	return left;
}

static void
judge_writing(const LabEvaluation *evaluation)
{
	ListCell *cell;

	foreach (cell, evaluation->comparisons)
	{
		LabComparison *comparison = lfirst(cell);
		const LabKind *kind = lab_kind_find(comparison->check->fact.kind);

		if (kind == NULL || kind->judge_writing == NULL || comparison->settled ||
			comparison->problem || (comparison->found == NULL && !kind->unmatched) ||
			(kind->judge && comparison->status != LAB_PASS))
			continue;
		kind->judge_writing(comparison, evaluation);
	}
}

/* Sends the verdict where it is another one than the last. */
static void
tell(const LabComparison *comparison, const LabMistakes *mistakes, LabFeedback feedback)
{
	LabVerdict verdict = {comparison->check->id, comparison->status, NULL};
	StringInfoData answer;
	Remembered *last;
	bool found;

	if (verdict.status == LAB_MOVED)
		verdict.detail = comparison->problem;
	else if (verdict.status != LAB_PASS)
		verdict.detail = lab_explain(comparison, mistakes, feedback);

	last = hash_search(verdicts, &verdict.check, HASH_ENTER, &found);
	if (found && last->status == verdict.status && verdict.status != LAB_MOVED &&
		strcmp(last->detail ? last->detail : "", verdict.detail ? verdict.detail : "") == 0)
	{
		last->stamp = comparison->stamp;
		return;
	}
	if (found && last->detail)
		pfree(last->detail);
	last->stamp = comparison->stamp;
	last->status = verdict.status;
	last->detail = verdict.detail ? MemoryContextStrdup(memory, verdict.detail) : NULL;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_VERDICT);
	lab_verdict_write(&answer, &verdict);
	lab_channel_send(&answer);
}

/* Reads the definitions anew, and compares what is to be compared of them; returns the old ones. */
static MemoryContext
read_definitions(const LabJob *job)
{
	MemoryContext old = known.context;
	ListCell *cell;

	known.before = known.dependencies;
	known.context =
		AllocSetContextCreate(memory, "what was read of the definitions", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(known.context);
	known.evaluation.job = job;
	known.evaluation.facts = lab_facts_read(job->role, job->check_timeout, job->ignore);
	known.evaluation.comparisons = lab_compare_pair(job->checks, known.evaluation.facts);
	known.dependencies = lab_depend_read();
	known.sampled = NIL;
	foreach (cell, known.evaluation.comparisons)
		lab_compare_settle(lfirst(cell));
	return old;
}

/* What the last look left in the comparisons that it judged by rows or by running code. */
static void
clear_judged(void)
{
	ListCell *cell;

	foreach (cell, known.evaluation.comparisons)
	{
		LabComparison *comparison = lfirst(cell);
		const LabKind *kind = lab_kind_find(comparison->check->fact.kind);

		if (kind == NULL || kind->reach == LAB_REACH_CATALOGS)
			continue;
		comparison->status = LAB_FAIL;
		comparison->problem = comparison->expected_text = comparison->found_text = NULL;
		if (comparison->found)
			comparison->found->definition = NULL;
	}
}

/* Notes the changes; returns whether the definitions are to be read again. */
static bool
note_changes(const LabChanges *changes)
{
	bool anew = known.context == NULL || changes->everything || changes->definitions;
	ListCell *cell;

	foreach (cell, changes->tables)
	{
		lab_depend_note(lfirst_oid(cell));
		anew |= list_member_oid(known.sampled, lfirst_oid(cell));
	}
	if (changes->definitions || known.context == NULL)
		note_changed_objects();
	if (changes->everything)
		lab_depend_note_everything();
	return anew;
}

static void
judge(const LabJob *job, MemoryContext context, bool anew)
{
	LabMistakes *mistakes;
	bool left;
	ListCell *cell;

	left = judge_reading(&known.evaluation);
	if (anew)
		lab_compare_extras(known.evaluation.comparisons, known.evaluation.facts, job->extras);
	lab_sandbox_end();
	if (left)
	{
		lab_sandbox_begin(true);
		MemoryContextSwitchTo(context);
		judge_writing(&known.evaluation);
		lab_sandbox_end();
	}
	MemoryContextSwitchTo(context);
	mistakes = lab_mistakes_collect(&known.evaluation);
	foreach (cell, known.evaluation.comparisons)
	{
		const LabComparison *comparison = lfirst(cell);

		if (!comparison->settled)
			tell(comparison, mistakes, job->feedback);
	}
}

/* Could some check not be judged? */
static bool
is_unsettled(void)
{
	ListCell *cell;

	foreach (cell, known.evaluation.comparisons)
	{
		const LabComparison *comparison = lfirst(cell);
		Remembered *last = hash_search(verdicts, &comparison->check->id, HASH_FIND, NULL);

		if (last && last->status == LAB_ERROR)
			return true;
	}
	return false;
}

bool
lab_look(const LabJob *job)
{
	LabSlot *slot = lab_slot_find(MyDatabaseId);
	MemoryContext context;
	MemoryContext old = NULL;
	LabChanges changes;
	bool anew;
	bool unsettled;

	if (memory == NULL)
		start_memory();
	context = AllocSetContextCreate(memory, "one look", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	/* Before the snapshot: what is noted from now on is for the next look. */
	changes = slot ? lab_touched_take(&slot->touched) : (LabChanges){NIL, true, true};
	lab_probe_limit(lab_evaluation_timeout);

	lab_sandbox_begin(false);
	MemoryContextSwitchTo(context);
	lab_disk_measure();
	anew = note_changes(&changes);
	if (anew)
		old = read_definitions(job);
	else
		clear_judged();
	/* What is judged with the definitions lives with them. */
	MemoryContextSwitchTo(anew ? known.context : context);
	judge(job, anew ? known.context : context, anew);
	unsettled = is_unsettled();
	if (!anew)
		clear_judged();
	known.before = NULL;
	if (anew)
		lab_depend_forget_others(prints);
	if (old)
		MemoryContextDelete(old);
	MemoryContextSwitchTo(memory);
	MemoryContextDelete(context);
	return unsettled;
}
