/*
 * spec_values.c
 *		Typed access to the values of a spec, with errors that name the path.
 */
#include "postgres.h"

#include "extension/spec_values.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* Longer text is cut in messages. */
#define QUOTED_BYTES 80

char *
lab_spec_quoted(const char *text)
{
	int length = strlen(text);
	StringInfoData quoted;

	initStringInfo(&quoted);
	if (length <= QUOTED_BYTES)
		escape_json(&quoted, text);
	else
	{
		escape_json(&quoted, pnstrdup(text, pg_mbcliplen(text, length, QUOTED_BYTES)));
		appendStringInfoString(&quoted, "...");
	}
	return quoted.data;
}

/* The type of a value, as people call it. */
static const char *
type_word(enum jbvType type)
{
	switch (type)
	{
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "true or false";
		case jbvArray:
			return "an array";
		case jbvObject:
			return "an object";
		default:
			return "null";
	}
}

/* Containers come as binary values: arrays and objects are told apart inside. */
static enum jbvType
type_of(const JsonbValue *value)
{
	if (value->type != jbvBinary)
		return value->type;
	if (JsonContainerIsScalar(value->val.binary.data))
		return getIthJsonbValueFromContainer(value->val.binary.data, 0)->type;
	return JsonContainerIsArray(value->val.binary.data) ? jbvArray : jbvObject;
}

static void
require_type(const JsonbValue *value, enum jbvType type, const char *path)
{
	if (type_of(value) != type)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("expected %s, found %s", type_word(type), type_word(type_of(value))),
				 errdetail("At %s.", path), errhint("The README shows a whole spec by example.")));
}

static const LabSpecKey *
known_key(const LabSpecKey *keys, const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static char *
key_list(const LabSpecKey *keys)
{
	StringInfoData list;

	initStringInfo(&list);
	for (; keys->name; keys++)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", keys->name);
	return list.data;
}

/* A key that is no plain word is quoted, so that the path stays on one line. */
static char *
key_path(const char *path, const char *key)
{
	Size plain = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (plain == 0 || plain > QUOTED_BYTES || key[plain] != '\0')
		key = lab_spec_quoted(key);
	return psprintf("%s.%s", path, key);
}

static void
check_keys(LabSpecObject *object, const LabSpecKey *keys, List **inactive)
{
	JsonbIterator *iterator = JsonbIteratorInit(object->container);
	JsonbValue value;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		char *name;
		const LabSpecKey *key;

		if (token != WJB_KEY)
			continue;
		name = lab_spec_text(&value);
		key = known_key(keys, name);
		if (key == NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("unknown key %s", lab_spec_quoted(name)),
							errdetail("At %s.", key_path(object->path, name)),
							errhint("Known keys here: %s.", key_list(keys))));
		if (key->also == jbvNull || type_of(lab_spec_get(object, name)) != key->also)
			require_type(lab_spec_get(object, name), key->type, key_path(object->path, name));
		if (!key->active && inactive)
			*inactive = lappend(*inactive, key_path(object->path, name));
	}
}

LabSpecObject *
lab_spec_object(JsonbValue *value, const char *path, const LabSpecKey *keys, List **inactive)
{
	LabSpecObject *object = palloc(sizeof(LabSpecObject));

	require_type(value, jbvObject, path);
	object->path = path;
	object->container = value->val.binary.data;
	check_keys(object, keys, inactive);
	for (; keys->name; keys++)
		if (keys->required && lab_spec_get(object, keys->name) == NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("key \"%s\" is missing", keys->name),
							errdetail("At %s.", key_path(path, keys->name)),
							errhint("It must be %s.", type_word(keys->type))));
	return object;
}

JsonbValue *
lab_spec_get(const LabSpecObject *object, const char *key)
{
	return getKeyJsonValueFromContainer(object->container, key, strlen(key), NULL);
}

char *
lab_spec_text(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

char *
lab_spec_get_text(const LabSpecObject *object, const char *key)
{
	JsonbValue *value = lab_spec_get(object, key);

	return value ? lab_spec_text(value) : NULL;
}

char *
lab_spec_get_filled(const LabSpecObject *object, const char *key)
{
	JsonbValue *value = lab_spec_get(object, key);
	char *text;

	if (value == NULL || value->type != jbvString)
		return NULL;
	text = lab_spec_text(value);
	if (text[strspn(text, " \t\r\n\f\v")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" cannot be empty", key),
				 errdetail("At %s.", key_path(object->path, key)),
				 errhint("Fill it in, or leave the key out.")));
	return text;
}

List *
lab_spec_get_list(const LabSpecObject *object, const char *key)
{
	JsonbValue *array = lab_spec_get(object, key);
	List *values = NIL;

	if (array == NULL)
		return NIL;
	for (uint32 i = 0; i < JsonContainerSize(array->val.binary.data); i++)
		values = lappend(values, getIthJsonbValueFromContainer(array->val.binary.data, i));
	return values;
}

bool
lab_spec_get_time(const LabSpecObject *object, const char *key, TimestampTz *time)
{
	char *text = lab_spec_get_text(object, key);
	volatile bool valid = true;
	MemoryContext context = CurrentMemoryContext;

	if (text == NULL)
		return false;
	/* Only the input function parses: nothing to roll back when it refuses. */
	PG_TRY();
	{
		*time = DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(text),
														ObjectIdGetDatum(InvalidOid),
														Int32GetDatum(-1)));
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
		valid = false;
	}
	PG_END_TRY();
	if (!valid || TIMESTAMP_NOT_FINITE(*time))
		ereport(ERROR, (errcode(ERRCODE_INVALID_DATETIME_FORMAT),
						errmsg("%s is no time", lab_spec_quoted(text)),
						errdetail("At %s.", key_path(object->path, key)),
						errhint("Write a date, a time and a zone, as in 2026-11-24 10:00+02.")));
	return true;
}

/* A number with a unit, as in postgresql.conf. */
static int
get_quantity(const LabSpecObject *object, const char *key, int flags, const char *example)
{
	char *text = lab_spec_get_text(object, key);
	const char *hint = NULL;
	int quantity;

	if (text == NULL)
		return -1;
	/* Without a unit, 60 would be milliseconds and 200 kilobytes: hardly anybody means that. */
	if (text[strspn(text, "0123456789. ")] == '\0' || !parse_int(text, &quantity, flags, &hint) ||
		quantity <= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is no valid value of \"%s\"", lab_spec_quoted(text), key),
						errdetail("At %s.", key_path(object->path, key)),
						errhint("Write a number and a unit, as in %s.", example)));
	return quantity;
}

int64
lab_spec_get_size(const LabSpecObject *object, const char *key)
{
	int kilobytes = get_quantity(object, key, GUC_UNIT_KB, "\"200MB\"");

	return kilobytes < 0 ? -1 : (int64) kilobytes * 1024;
}

int
lab_spec_get_duration(const LabSpecObject *object, const char *key)
{
	return get_quantity(object, key, GUC_UNIT_MS, "\"60s\"");
}

int
lab_spec_integer(JsonbValue *value, const char *path, int least, int most)
{
	char *text =
		DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	int number;

	if (!parse_int(text, &number, 0, NULL) || strspn(text, "0123456789") != strlen(text) ||
		number < least || number > most)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s is out of range", text), errdetail("At %s.", path),
						errhint("Write a whole number from %d to %d.", least, most)));
	return number;
}

char *
lab_spec_name(char *name, const char *path)
{
	if (*name == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_NAME), errmsg("a name cannot be empty"),
						errdetail("At %s.", path), errhint("Write at least one character.")));
	if (strlen(name) >= NAMEDATALEN)
		ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG),
						errmsg("name %s is too long", lab_spec_quoted(name)),
						errdetail("At %s: it has %zu bytes; PostgreSQL holds %d.", path,
								  strlen(name), NAMEDATALEN - 1),
						errhint("Choose a shorter name.")));
	for (const unsigned char *c = (const unsigned char *) name; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_NAME), errmsg("a name cannot have control characters"),
					 errdetail("At %s: byte 0x%02x.", path, *c),
					 errhint("Remove line breaks, tabs and the like.")));
	return name;
}

/* The position of the second element that is the name. */
static int
second_position(List *names, const char *name)
{
	ListCell *cell;
	int seen = 0;

	foreach (cell, names)
		if (strcmp(lfirst(cell), name) == 0 && ++seen == 2)
			return foreach_current_index(cell);
	return -1;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

void
lab_spec_no_duplicates(List *names, const char *what, const char *path)
{
	List *sorted = list_copy(names);
	ListCell *cell;
	char *previous = NULL;

	list_sort(sorted, compare_names);
	foreach (cell, sorted)
	{
		if (previous && strcmp(previous, lfirst(cell)) == 0)
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
							errmsg("%s %s appears twice", what, lab_spec_quoted(previous)),
							errdetail("At %s[%d].", path, second_position(names, previous)),
							errhint("Remove one of them.")));
		previous = lfirst(cell);
	}
}
