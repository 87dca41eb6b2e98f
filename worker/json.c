/*
 * json.c
 *		Reading and changing JSON by the server's own functions, outside of SQL.
 *
 * None of them looks into a catalog, so no transaction need be open.
 */
#include "postgres.h"

#include <errno.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "worker/json.h"

Jsonb *
lab_json_read(const char *text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

char *
lab_json_write(Jsonb *json)
{
	return DatumGetCString(DirectFunctionCall1(jsonb_out, JsonbPGetDatum(json)));
}

Jsonb *
lab_json_field(Jsonb *json, const char *name)
{
	JsonbValue *value;

	if (json == NULL || !JB_ROOT_IS_OBJECT(json))
		return NULL;
	value = getKeyJsonValueFromContainer(&json->root, name, strlen(name), NULL);
	return value ? JsonbValueToJsonb(value) : NULL;
}

char *
lab_json_text(Jsonb *json, const char *name)
{
	JsonbValue *value;

	if (json == NULL || !JB_ROOT_IS_OBJECT(json))
		return NULL;
	value = getKeyJsonValueFromContainer(&json->root, name, strlen(name), NULL);
	if (value == NULL || value->type == jbvNull)
		return NULL;
	if (value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	return lab_json_write(JsonbValueToJsonb(value));
}

int
lab_json_integer(Jsonb *json, const char *name, int absent)
{
	char *text = lab_json_text(json, name);
	char *end;
	long value;

	if (text == NULL)
		return absent;
	errno = 0;
	value = strtol(text, &end, 10);
	return errno == 0 && *end == '\0' && end != text && value == (int) value ? (int) value : absent;
}

Jsonb *
lab_json_with(Jsonb *json, const char *name, Jsonb *value)
{
	Datum key = CStringGetTextDatum(name);
	ArrayType *path = construct_array(&key, 1, TEXTOID, -1, false, TYPALIGN_INT);

	return DatumGetJsonbP(DirectFunctionCall4(jsonb_set, JsonbPGetDatum(json),
											  PointerGetDatum(path), JsonbPGetDatum(value),
											  BoolGetDatum(true)));
}

Jsonb *
lab_json_without(Jsonb *json, const char *name)
{
	return DatumGetJsonbP(
		DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(json), CStringGetTextDatum(name)));
}

Jsonb *
lab_json_string(const char *text)
{
	StringInfoData quoted;

	initStringInfo(&quoted);
	escape_json(&quoted, text);
	return lab_json_read(quoted.data);
}

bool
lab_json_equal(Jsonb *one, Jsonb *other)
{
	return DatumGetBool(DirectFunctionCall2(jsonb_eq, JsonbPGetDatum(one), JsonbPGetDatum(other)));
}
