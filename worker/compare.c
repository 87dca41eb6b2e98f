/*
 * compare.c
 *		Checks against facts: who passes, and what to say of the others.
 *
 * Facts are found by kind and object.  Several can share both (two checks over
 * the same columns): a check takes the one whose definition is equal, else any
 * that no other check has taken.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "common/hashfn.h"
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
		comparison->problem_status = LAB_FAIL;
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

		if (!changes_behaviour(fact, extras) || is_matched(comparisons, fact))
			continue;
		table = comparison_of_table(comparisons, fact->owner);
		if (table && table->problem == NULL)
			table->problem =
				psprintf("%s has a %s that it should not have", fact->object, fact->kind);
	}
}

static JsonbValue *
property(Jsonb *definition, const char *name, int length)
{
	JsonbValue key;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = length;
	return findJsonbValueFromContainer(&definition->root, JB_FOBJECT, &key);
}

static char *
value_text(JsonbValue *value)
{
	Jsonb *json;
	Datum text;

	if (value == NULL)
		return "nothing";
	if (value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	json = JsonbValueToJsonb(value);
	text = DirectFunctionCall1(jsonb_out, JsonbPGetDatum(json));
	return DatumGetCString(text);
}

/* One property of the two definitions, where they differ. */
static void
describe_property(StringInfo text, const char *name, char *expected, char *found, bool diff)
{
	if (strcmp(expected, found) == 0)
		return;
	if (text->len > 0)
		appendStringInfoString(text, ", ");
	appendStringInfoString(text, name);
	if (diff)
		appendStringInfo(text, " is %s, should be %s", found, expected);
}

/* The names of the properties in which the definitions differ. */
static char *
differing_properties(const char *expected, const char *found, bool diff)
{
	Jsonb *sides[2];
	StringInfoData text;

	sides[0] = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(expected)));
	sides[1] = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(found)));
	initStringInfo(&text);
	for (int side = 0; side < 2; side++)
	{
		JsonbIterator *iterator = JsonbIteratorInit(&sides[side]->root);
		JsonbValue key;
		JsonbIteratorToken token;

		while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
		{
			JsonbValue *values[2];

			if (token != WJB_KEY)
				continue;
			values[0] = property(sides[0], key.val.string.val, key.val.string.len);
			values[1] = property(sides[1], key.val.string.val, key.val.string.len);
			if (side == 1 && values[0])
				continue; /* told already */
			describe_property(&text, pnstrdup(key.val.string.val, key.val.string.len),
							  value_text(values[0]), value_text(values[1]), diff);
		}
	}
	return text.data;
}

/* What differs between two bags of rows: their number, or the columns. */
static char *
differing_rows(const char *expected, const char *found, bool diff)
{
	Jsonb *sides[2];
	int64 counts[2];
	StringInfoData columns;
	JsonbIterator *iterator;
	JsonbValue key;
	JsonbIteratorToken token;
	Datum expected_columns;
	Datum found_columns;

	sides[0] = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(expected)));
	sides[1] = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(found)));
	for (int i = 0; i < 2; i++)
		counts[i] = strtoll(value_text(property(sides[i], "rows", 4)), NULL, 10);
	if (counts[0] != counts[1])
		return diff ? psprintf("has " INT64_FORMAT " rows, should have " INT64_FORMAT, counts[1],
							   counts[0])
					: psprintf("has too %s rows", counts[1] < counts[0] ? "few" : "many");

	expected_columns = JsonbPGetDatum(JsonbValueToJsonb(property(sides[0], "columns", 7)));
	found_columns = JsonbPGetDatum(JsonbValueToJsonb(property(sides[1], "columns", 7)));
	initStringInfo(&columns);
	iterator = JsonbIteratorInit(&DatumGetJsonbP(expected_columns)->root);
	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		char *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(key.val.string.val, key.val.string.len);
		if (strcmp(value_text(property(DatumGetJsonbP(expected_columns), name, strlen(name))),
				   value_text(property(DatumGetJsonbP(found_columns), name, strlen(name)))) != 0)
			appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "", name);
	}
	if (columns.len == 0)
		return "has the right values, in the wrong rows";
	return psprintf("has other values in %s", columns.data);
}

static bool
holds_rows(const char *kind)
{
	return strcmp(kind, "rows") == 0 || strcmp(kind, "view_result") == 0;
}

static char *
describe(const LabComparison *comparison, LabFeedback feedback)
{
	const LabFact *expected = &comparison->check->fact;
	const char *what = expected->object;
	bool diff = feedback == LAB_FEEDBACK_DIFF;

	if (feedback == LAB_FEEDBACK_NONE)
		return NULL;
	if (comparison->problem)
		return feedback == LAB_FEEDBACK_OBJECT ? psprintf("%s: differs", what)
											   : pstrdup(comparison->problem);
	if (comparison->found == NULL)
		return psprintf("%s: %s is missing", what, expected->kind);
	if (feedback == LAB_FEEDBACK_OBJECT)
		return psprintf("%s: %s differs", what, expected->kind);
	if (holds_rows(expected->kind))
		return psprintf("%s %s", what,
						differing_rows(expected->definition, comparison->found->definition, diff));
	return psprintf(
		"%s: %s differs in %s", what, expected->kind,
		differing_properties(expected->definition, comparison->found->definition, diff));
}

LabVerdict *
lab_compare_verdict(const LabComparison *comparison, LabFeedback feedback)
{
	LabVerdict *verdict = palloc0(sizeof(LabVerdict));
	const LabFact *found = comparison->found;

	verdict->check = comparison->check->id;
	if (comparison->problem)
		verdict->status = comparison->problem_status;
	else if (found && found->definition &&
			 strcmp(found->definition, comparison->check->fact.definition) == 0)
		verdict->status = LAB_PASS;
	else
		verdict->status = LAB_FAIL;
	if (verdict->status != LAB_PASS)
		verdict->detail = describe(comparison, feedback);
	return verdict;
}
