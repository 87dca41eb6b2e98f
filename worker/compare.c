/*
 * compare.c
 *		Checks against facts: what belongs together, and what is too much.
 *
 * Facts are found by kind and object.  Several can share both (two checks over
 * the same columns): a check takes the one whose definition is equal, else any
 * that no other check has taken.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "worker/compare.h"

/* Facts with one kind and object. */
typedef struct Bucket
{
	uint64 key; /* hash of both: the strings are compared as well */
	List *facts;
} Bucket;

static uint64
key_of(const LabFact *fact)
{
	uint64 kind = DatumGetUInt64(
		hash_any_extended((const unsigned char *) fact->kind, strlen(fact->kind), 0));

	return DatumGetUInt64(
		hash_any_extended((const unsigned char *) fact->object, strlen(fact->object), kind));
}

static HTAB *
index_facts(List *facts)
{
	HASHCTL info = {0};
	HTAB *buckets;
	ListCell *cell;

	info.keysize = sizeof(uint64);
	info.entrysize = sizeof(Bucket);
	info.hcxt = CurrentMemoryContext;
	buckets = hash_create("facts", Max(list_length(facts), 16), &info,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach (cell, facts)
	{
		uint64 key = key_of(lfirst(cell));
		bool found;
		Bucket *bucket = hash_search(buckets, &key, HASH_ENTER, &found);

		if (!found)
			bucket->facts = NIL;
		bucket->facts = lappend(bucket->facts, lfirst(cell));
	}
	return buckets;
}

/* Takes the fact that the check is about out of its bucket. */
static LabFact *
take(HTAB *buckets, const LabFact *wanted, bool only_equal)
{
	uint64 key = key_of(wanted);
	Bucket *bucket = hash_search(buckets, &key, HASH_FIND, NULL);
	ListCell *cell;

	if (bucket == NULL)
		return NULL;
	foreach (cell, bucket->facts)
	{
		LabFact *fact = lfirst(cell);

		if (strcmp(fact->kind, wanted->kind) != 0 || strcmp(fact->object, wanted->object) != 0)
			continue;
		if (only_equal && fact->definition && strcmp(fact->definition, wanted->definition) != 0)
			continue;
		bucket->facts = foreach_delete_current(bucket->facts, cell);
		return fact;
	}
	return NULL;
}

List *
lab_compare_pair(List *checks, List *facts)
{
	HTAB *buckets = index_facts(facts);
	List *comparisons = NIL;
	ListCell *cell;

	foreach (cell, checks)
	{
		LabComparison *comparison = palloc0(sizeof(LabComparison));

		comparison->check = lfirst(cell);
		comparison->status = LAB_FAIL;
		comparison->found = take(buckets, &comparison->check->fact, true);
		comparisons = lappend(comparisons, comparison);
	}
	foreach (cell, comparisons)
	{
		LabComparison *comparison = lfirst(cell);

		if (comparison->found == NULL)
			comparison->found = take(buckets, &comparison->check->fact, false);
	}
	return comparisons;
}

/* Kinds that change what a table accepts or does. */
static bool
changes_behaviour(const LabFact *fact, LabExtras extras)
{
	static const char *const kinds[] = {"column",      "primary_key", "unique",
										"foreign_key", "check",       "exclusion",
										"trigger",     "rule",        "policy"};

	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(fact->kind, kinds[i]) == 0)
			return true;
	if (strcmp(fact->kind, "index") == 0)
		return extras == LAB_EXTRAS_STRICT || strstr(fact->definition, "\"unique\": true") != NULL;
	return false;
}

static bool
is_matched(List *comparisons, const LabFact *fact)
{
	ListCell *cell;

	foreach (cell, comparisons)
		if (((LabComparison *) lfirst(cell))->found == fact)
			return true;
	return false;
}

static LabComparison *
comparison_of_table(List *comparisons, const char *table)
{
	ListCell *cell;

	foreach (cell, comparisons)
	{
		LabComparison *comparison = lfirst(cell);

		if (strcmp(comparison->check->fact.kind, "table") == 0 &&
			strcmp(comparison->check->fact.object, table) == 0)
			return comparison;
	}
	return NULL;
}

void
lab_compare_extras(List *comparisons, List *facts, LabExtras extras)
{
	ListCell *cell;

	if (extras == LAB_EXTRAS_IGNORE)
		return;
	foreach (cell, facts)
	{
		LabFact *fact = lfirst(cell);
		LabComparison *table;

		if (!changes_behaviour(fact, extras) || fact->accounted || is_matched(comparisons, fact))
			continue;
		table = comparison_of_table(comparisons, fact->owner);
		if (table == NULL || table->problem)
			continue;
		table->status = LAB_FAIL;
		table->problem = psprintf("%s has a %s that it should not have", fact->object, fact->kind);
	}
}

void
lab_compare_settle(LabComparison *comparison)
{
	const LabFact *found = comparison->found;

	comparison->status = found && found->definition &&
								 strcmp(found->definition, comparison->check->fact.definition) == 0
							 ? LAB_PASS
							 : LAB_FAIL;
}
