/*
 * explain.c
 *		What to tell a person of a check that does not pass.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "worker/explain.h"

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

char *
lab_explain(const LabComparison *comparison, LabFeedback feedback)
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
	if (strstr(expected->definition, "\"reads tables\": true") &&
		strstr(comparison->found->definition, "\"reads tables\": false"))
		return psprintf("%s reads no table: its answer is hard-coded", what);
	return psprintf(
		"%s: %s differs in %s", what, expected->kind,
		differing_properties(expected->definition, comparison->found->definition, diff));
}
