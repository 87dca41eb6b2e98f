/*
 * definition.c
 *		Reading and writing definitions: texts of jsonb objects.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "worker/definition.h"
#include "worker/facts.h"

static Jsonb *
jsonb_of(const char *definition)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(definition)));
}

static JsonbValue *
value_of(const char *definition, const char *key)
{
	return getKeyJsonValueFromContainer(&jsonb_of(definition)->root, key, strlen(key), NULL);
}

static char *
text_of(JsonbValue *value)
{
	Jsonb *json;

	if (value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	json = JsonbValueToJsonb(value);
	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

char *
lab_definition_get(const char *definition, const char *key)
{
	JsonbValue *value = value_of(definition, key);

	return value && value->type != jbvNull ? text_of(value) : NULL;
}

bool
lab_definition_is(const char *definition, const char *key)
{
	JsonbValue *value = value_of(definition, key);

	return value && value->type == jbvBool && value->val.boolean;
}

List *
lab_definition_list(const char *definition, const char *key)
{
	JsonbValue *value = value_of(definition, key);
	List *strings = NIL;

	if (value == NULL || value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		return NIL;
	for (uint32 i = 0; i < JsonContainerSize(value->val.binary.data); i++)
		strings =
			lappend(strings, text_of(getIthJsonbValueFromContainer(value->val.binary.data, i)));
	return strings;
}

List *
lab_definition_keys(const char *definition, const char *key)
{
	JsonbValue *object = value_of(definition, key);
	List *keys = NIL;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue value;

	if (object == NULL || object->type != jbvBinary)
		return NIL;
	iterator = JsonbIteratorInit(object->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_KEY)
			keys = lappend(keys, text_of(&value));
	return keys;
}

char *
lab_definition_add(const char *definition, const char *key, const char *json)
{
	StringInfoData text;
	int length = strlen(definition);

	initStringInfo(&text);
	Assert(definition[length - 1] == '}');
	appendBinaryStringInfo(&text, definition, length - 1);
	if (strcmp(definition, "{}") != 0)
		appendStringInfoString(&text, ", ");
	escape_json(&text, key);
	appendStringInfo(&text, ": %s}", json);
	return lab_fact_canonical(text.data);
}

char *
lab_definition_add_text(const char *definition, const char *key, const char *text)
{
	StringInfoData json;

	initStringInfo(&json);
	escape_json(&json, text);
	return lab_definition_add(definition, key, json.data);
}

char *
lab_definition_add_list(const char *definition, const char *key, List *strings)
{
	StringInfoData json;
	ListCell *cell;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	foreach (cell, strings)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoString(&json, ", ");
		escape_json(&json, lfirst(cell));
	}
	appendStringInfoChar(&json, ']');
	return lab_definition_add(definition, key, json.data);
}

char *
lab_definition_remove(const char *definition, const char *key)
{
	return DatumGetCString(DirectFunctionCall1(
		jsonb_out, DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(jsonb_of(definition)),
									   CStringGetTextDatum(key))));
}

bool
lab_definition_agree(const char *one, const char *other, const char *const *keys)
{
	for (; *keys; keys++)
	{
		char *a = lab_definition_get(one, *keys);
		char *b = lab_definition_get(other, *keys);

		if ((a == NULL) != (b == NULL) || (a && strcmp(a, b) != 0))
			return false;
	}
	return true;
}
