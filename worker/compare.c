/*
 * compare.c
 *		Checks against facts: what belongs together, and what is too much.
 *
 * Facts are found by kind and object.  Several can share both (two checks over
 * the same columns): a check takes the one whose definition is equal, else any
 * that no other check has taken.  What nobody has taken is an extra, and fails
 * the object that it changes.  All of it takes time in proportion to the number
 * of facts.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "extension/strings.h"
#include "worker/compare.h"

/* Facts with one kind and object. */
typedef struct Bucket
{
	uint64 key; /* hash of both: the strings are compared as well */
	List *facts;
} Bucket;

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
		LabFact *fact = lfirst(cell);
		uint64 key = lab_strings_hash(fact->kind, fact->object);
		bool found;
		Bucket *bucket = hash_search(buckets, &key, HASH_ENTER, &found);

		if (!found)
			bucket->facts = NIL;
		bucket->facts = lappend(bucket->facts, fact);
	}
	return buckets;
}

/* Takes the fact that the check is about out of its bucket. */
static LabFact *
take(HTAB *buckets, const LabFact *wanted, bool only_equal)
{
	uint64 key = lab_strings_hash(wanted->kind, wanted->object);
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
		fact->taken = true;
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

static bool
is_one_of(const char *kind, const char *const *kinds, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

/* Does the database behave differently where this is too much? */
static bool
changes_behaviour(const LabFact *fact, LabExtras extras)
{
	static const char *const always[] = {"column",
										 "not_null",
										 "default",
										 "identity",
										 "generated",
										 "column_collation",
										 "column_options",
										 "primary_key",
										 "unique",
										 "foreign_key",
										 "check",
										 "exclusion",
										 "trigger",
										 "rule",
										 "policy",
										 "grant",
										 "default_privilege",
										 "domain_default",
										 "domain_check",
										 "sequence_start"};
	/* said about an object, and none itself */
	static const char *const never[] = {"comment", "parameter"};

	if (is_one_of(fact->kind, always, lengthof(always)))
		return true;
	if (strcmp(fact->kind, "index") == 0 && strstr(fact->definition, "\"unique\": true") != NULL)
		return true;
	return extras == LAB_EXTRAS_STRICT && strcmp(fact->object, fact->owner) != 0 &&
		   !is_one_of(fact->kind, never, lengthof(never));
}

/* What a column has: too much of it is the column's fault. */
static bool
belongs_to_column(const LabFact *fact)
{
	static const char *const kinds[] = {"not_null",  "default",          "identity",
										"generated", "column_collation", "column_options"};

	return is_one_of(fact->kind, kinds, lengthof(kinds));
}

/* A sequence may start anywhere: that is no thing to have, and the sequence's own fault. */
static bool
is_start(const LabFact *fact)
{
	return strcmp(fact->kind, "sequence_start") == 0;
}

/* An object of the reference that extras can fail. */
typedef struct Home
{
	uint64 key; /* hash of its name: the strings are compared as well */
	LabComparison *comparison;
} Home;

static uint64
home_key(const char *name)
{
	return DatumGetUInt64(hash_any_extended((const unsigned char *) name, strlen(name), 0));
}

static HTAB *
index_homes(List *comparisons)
{
	static const char *const kinds[] = {"table",
										"view",
										"materialized_view",
										"sequence",
										"function",
										"procedure",
										"aggregate",
										"type",
										"domain",
										"schema",
										"server",
										"language",
										"foreign_data_wrapper",
										"column"};
	HASHCTL info = {0};
	HTAB *homes;
	ListCell *cell;

	info.keysize = sizeof(uint64);
	info.entrysize = sizeof(Home);
	info.hcxt = CurrentMemoryContext;
	homes =
		hash_create("objects of the reference", 256, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach (cell, comparisons)
	{
		LabComparison *comparison = lfirst(cell);
		const LabFact *fact = &comparison->check->fact;
		uint64 key = home_key(fact->object);
		bool found;
		Home *home;

		if (!is_one_of(fact->kind, kinds, lengthof(kinds)))
			continue;
		home = hash_search(homes, &key, HASH_ENTER, &found);
		if (!found)
			home->comparison = comparison;
	}
	return homes;
}

static LabComparison *
find_home(HTAB *homes, const char *name)
{
	uint64 key = home_key(name);
	Home *home = hash_search(homes, &key, HASH_FIND, NULL);

	if (home == NULL || strcmp(home->comparison->check->fact.object, name) != 0)
		return NULL;
	return home->comparison;
}

/* "a not null", "a unique index": the kind as a person says it. */
static char *
kind_in_words(const LabFact *fact)
{
	char *words = strcmp(fact->kind, "index") == 0 && strstr(fact->definition, "\"unique\": true")
					  ? pstrdup("unique index")
					  : pstrdup(fact->kind);

	for (char *c = words; *c; c++)
		if (*c == '_')
			*c = ' ';
	return words;
}

void
lab_compare_extras(List *comparisons, List *facts, LabExtras extras)
{
	HTAB *homes;
	ListCell *cell;

	if (extras == LAB_EXTRAS_IGNORE)
		return;
	homes = index_homes(comparisons);
	foreach (cell, facts)
	{
		LabFact *fact = lfirst(cell);
		LabComparison *home = NULL;

		if (fact->taken || !changes_behaviour(fact, extras))
			continue;
		if (belongs_to_column(fact) || is_start(fact))
			home = find_home(homes, fact->object);
		if (home == NULL)
			home = find_home(homes, fact->owner);
		if (home == NULL || home->problem)
			continue;
		home->status = LAB_FAIL;
		home->problem = is_start(fact)
							? psprintf("%s starts at another value", home->check->fact.object)
							: psprintf("%s should not have this %s: %s", home->check->fact.object,
									   kind_in_words(fact), fact->object);
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
