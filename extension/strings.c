/*
 * strings.c
 *		Strings, and lists of them (char *).
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "catalog/pg_type.h"
#include "extension/strings.h"
#include "utils/array.h"
#include "utils/builtins.h"

bool
lab_strings_have(const List *strings, const char *string)
{
	ListCell *cell;

	foreach (cell, strings)
		if (strcmp(lfirst(cell), string) == 0)
			return true;
	return false;
}

Datum
lab_strings_array(const List *strings)
{
	int n = list_length(strings);
	int lower = 1;
	Datum *values = palloc0(sizeof(Datum) * Max(n, 1));
	bool *nulls = palloc0(sizeof(bool) * Max(n, 1));
	ListCell *cell;

	foreach (cell, strings)
	{
		int i = foreach_current_index(cell);

		nulls[i] = lfirst(cell) == NULL;
		if (!nulls[i])
			values[i] = CStringGetTextDatum(lfirst(cell));
	}
	return PointerGetDatum(
		construct_md_array(values, nulls, 1, &n, &lower, TEXTOID, -1, false, TYPALIGN_INT));
}

uint64
lab_strings_hash(const char *one, const char *other)
{
	uint64 seed = DatumGetUInt64(hash_any_extended((const unsigned char *) one, strlen(one), 0));

	return DatumGetUInt64(hash_any_extended((const unsigned char *) other, strlen(other), seed));
}
