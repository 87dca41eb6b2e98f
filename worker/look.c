/*
 * look.c
 *		One look at a participant's database: what passes now.
 *
 * The first look judges everything.  A later one is told by the sessions which
 * tables they wrote to and whether a definition can be another one
 * (touched.c).  Only in the latter case definitions are read again, of what changed
 * and of what refers to it (objects.c).  A check that looks at rows or runs code
 * is judged again when something in its reach changed (depend.c); else its
 * verdict stands.
 *
 * Two memory contexts: what was read of the definitions lives until some of them
 * are read again; what one look needs beside goes with it.
 */
#include "postgres.h"

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
#include "worker/equations.h"
#include "worker/explain.h"
#include "worker/facts.h"
#include "worker/kinds.h"
#include "worker/look.h"
#include "worker/objects.h"
#include "worker/pages.h"
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
	LabMistakes *mistakes;
	LabDependencies *before; /* of the last look, where this one read them anew; else NULL */
	List *sampled;           /* of oids: tables whose rows were tried on an expression */
	List *changed;           /* of oids, in memory: what changed since it was read (objects.h) */
} Definitions;

static MemoryContext memory = NULL; /* of what is remembered */
static HTAB *verdicts = NULL;       /* of Remembered */
static Definitions known;           /* context NULL: nothing yet */

/* Something is another one than when it was read; InvalidOid: whatever there is. */
static void
note_changed(Oid object)
{
	MemoryContext before = MemoryContextSwitchTo(memory);

	known.changed = lappend_oid(known.changed, object);
	MemoryContextSwitchTo(before);
}

/* Notes which objects are others than at the last look. */
static void
note_changed_objects(void)
{
	List *shown = NIL;
	List *changed = lab_objects_changed(&shown);
	ListCell *cell;

	list_sort(shown, list_oid_cmp);
	foreach (cell, changed)
	{
		Oid object = lfirst_oid(cell);

		note_changed(object);
		lab_pages_forget(object);
		if (!OidIsValid(object))
			lab_depend_note_everything();
		else
			lab_depend_note(object, lab_objects_among(shown, object));
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
judge_reading(const LabEvaluation *evaluation, bool anew)
{
	bool left = false;
	ListCell *cell;

	foreach (cell, evaluation->comparisons)
	{
		LabComparison *comparison = lfirst(cell);
		const LabKind *kind = comparison->kind;

		/* What is said of definitions only is as it was, where they have not been read again. */
		comparison->settled = !anew && (kind == NULL || kind->reach == LAB_REACH_CATALOGS);
		if (comparison->settled || kind == NULL || comparison->problem ||
			(comparison->found == NULL && !kind->unmatched))
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
		const LabKind *kind = comparison->kind;

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

/*
 * Reads the definitions of what changed anew, and compares what is to be compared
 * of all; returns the memory of the old ones.
 */
static MemoryContext
read_definitions(const LabJob *job)
{
	LabFactScope scope = {job->role, job->check_timeout, job->ignore};
	MemoryContext old = known.context;
	List *objects;
	ListCell *cell;

	known.before = known.dependencies;
	known.context =
		AllocSetContextCreate(memory, "what was read of the definitions", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(known.context);
	known.evaluation.job = job;
	objects = lab_objects_affected(known.changed);
	known.evaluation.facts = lab_facts_read(&scope, objects, known.evaluation.facts);
	known.evaluation.comparisons = lab_compare_pair(job->checks, known.evaluation.facts);
	known.dependencies = lab_depend_read(objects, known.before);
	list_free(known.changed);
	known.changed = NIL;
	foreach (cell, known.evaluation.facts)
		if (((LabFact *) lfirst(cell))->doubtful)
			note_changed(((LabFact *) lfirst(cell))->read_from);
	known.sampled = NIL;
	foreach (cell, known.evaluation.comparisons)
	{
		LabComparison *comparison = lfirst(cell);

		comparison->kind = lab_kind_find(comparison->check->fact.kind);
		lab_compare_settle(comparison);
	}
	known.evaluation.promises = lab_equations_survey(&known.evaluation);
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
		const LabKind *kind = comparison->kind;

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
		lab_depend_note(lfirst_oid(cell), true);
		anew |= list_member_oid(known.sampled, lfirst_oid(cell));
	}
	if (changes->definitions || changes->everything || known.context == NULL)
		note_changed_objects();
	if (changes->everything || known.context == NULL)
	{
		note_changed(InvalidOid);
		lab_pages_forget(InvalidOid);
		lab_depend_note_everything();
	}
	return anew;
}

static void
judge(const LabJob *job, MemoryContext context, bool anew)
{
	bool left;
	ListCell *cell;

	left = judge_reading(&known.evaluation, anew);
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
	if (anew)
		known.mistakes = lab_mistakes_collect(&known.evaluation);
	foreach (cell, known.evaluation.comparisons)
	{
		const LabComparison *comparison = lfirst(cell);

		if (!comparison->settled)
			tell(comparison, known.mistakes, job->feedback);
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
	clear_judged();
	if (anew)
		old = read_definitions(job);
	/* What is judged with the definitions lives with them. */
	MemoryContextSwitchTo(anew ? known.context : context);
	judge(job, anew ? known.context : context, anew);
	unsettled = is_unsettled();
	if (!anew)
		clear_judged();
	known.before = NULL;
	if (anew)
		lab_depend_forget_others();
	if (old)
		MemoryContextDelete(old);
	MemoryContextSwitchTo(memory);
	MemoryContextDelete(context);
	return unsettled;
}
