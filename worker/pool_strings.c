/*
 * pool_strings.c
 *		Values to try an expression with, as texts: strings and documents.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "worker/pool_texts.h"
#include "worker/samples.h"

/* Lengths that are tried, and lengths that patterns are filled up to. */
#define MAX_LENGTH 2000
#define MAX_RUN 100
#define MAX_RUNS 4

/* Variants of one pattern that are tried together with the others. */
#define MAX_JOINED 200

/* Of a document's array. */
#define MAX_ELEMENTS 20

/* Strings of the lengths that an expression may ask for. */
static List *
add_lengths(List *texts, const LabConstants *constants, int32 typmod)
{
	ListCell *cell;

	foreach (cell, constants->numbers)
	{
		double n = strtod(lfirst(cell), NULL);

		for (int length = (int) n - 1; n >= 0 && n <= MAX_LENGTH && length <= (int) n + 1; length++)
		{
			char *text;

			if (length < 0)
				continue;
			text = palloc(length + 1);
			memset(text, 'a', length);
			text[length] = '\0';
			texts = lappend(texts, text);
			if (length > 0 && GetDatabaseEncoding() == PG_UTF8)
				texts = lappend(texts, psprintf("%sé", text + 1));
			texts = lappend(texts, psprintf("%s ", text));
		}
	}
	if (typmod > (int32) VARHDRSZ && typmod < MAX_LENGTH)
		texts =
			lappend(texts, DatumGetCString(DirectFunctionCall1(
							   textout, DirectFunctionCall2(repeat, CStringGetTextDatum("b"),
															Int32GetDatum(typmod - VARHDRSZ)))));
	return texts;
}

/*
 * A string may be a pattern as well.  What repeats without an end in it does so
 * once, and as often as a length that is asked for.
 */
static List *
add_patterns(List *texts, const char *string, const LabConstants *constants)
{
	List *runs = list_make1_int(1);
	ListCell *cell;

	foreach (cell, constants->numbers)
	{
		double n = strtod(lfirst(cell), NULL);

		if (n > 1 && n <= MAX_RUN && list_length(runs) < MAX_RUNS)
			runs = list_append_unique_int(runs, (int) n);
	}
	foreach (cell, runs)
	{
		if (strpbrk(string, "%_"))
			texts = list_concat(texts, lab_samples_of_like(string, lfirst_int(cell)));
		if (strpbrk(string, "\\^$.|?*+([{"))
			texts = list_concat(texts, lab_samples_of_regex(string, lfirst_int(cell)));
	}
	return texts;
}

/* Two strings, filled up to a length with what few patterns ask for. */
static char *
joined(const char *one, const char *other, int length)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "%s%s", one, other);
	while (text.len < length)
		appendStringInfoChar(&text, '!');
	return text.data;
}

/* The longest string that an expression may ask for, within reason. */
static int
longest_run(const LabConstants *constants)
{
	int longest = 0;
	ListCell *cell;

	foreach (cell, constants->numbers)
	{
		double n = strtod(lfirst(cell), NULL);

		if (n > longest && n <= MAX_RUN)
			longest = (int) n;
	}
	return longest;
}

/* Each variant of one pattern, before a string that satisfies others. */
static List *
add_before(List *texts, List *variants, int most, const char *others, int longest)
{
	ListCell *cell;

	texts = lappend(texts, joined("", others, longest + 1));
	foreach (cell, variants)
	{
		if (foreach_current_index(cell) > most)
			break;
		texts = lappend(texts, joined(lfirst(cell), others, 0));
		if (longest > 0)
			texts = lappend(texts, joined(lfirst(cell), others, longest + 1));
	}
	return texts;
}

/*
 * Several patterns of one string: strings that satisfy all of them, or two, or
 * one, with one of them at its boundary, in the lengths that are asked for.
 */
static List *
add_joined(List *texts, const LabConstants *constants)
{
	List *samples = NIL; /* of lists: the first of each satisfies the pattern */
	StringInfoData all;
	int longest = longest_run(constants);
	int most;
	ListCell *cell;
	ListCell *other;

	initStringInfo(&all);
	foreach (cell, constants->strings)
		if (list_length(samples) < LAB_TEXTS_COMBINED && strpbrk(lfirst(cell), "%_\\^$.|?*+([{"))
		{
			samples = lappend(samples, strpbrk(lfirst(cell), "%_")
										   ? lab_samples_of_like(lfirst(cell), 1)
										   : lab_samples_of_regex(lfirst(cell), 1));
			appendStringInfoString(&all, linitial((List *) llast(samples)));
		}
	most = MAX_JOINED / Max(list_length(samples), 1);
	foreach (cell, samples)
	{
		StringInfoData others;

		initStringInfo(&others);
		foreach (other, samples)
			if (other != cell)
			{
				appendStringInfoString(&others, linitial((List *) lfirst(other)));
				texts = add_before(texts, lfirst(cell), most, linitial((List *) lfirst(other)),
								   longest);
			}
		texts = add_before(texts, lfirst(cell), most, others.data, longest);
		texts = add_before(texts, lfirst(cell), most, "", longest);
	}
	foreach (cell, constants->numbers)
	{
		double n = strtod(lfirst(cell), NULL);

		for (int length = (int) n - 1; n > 0 && n <= MAX_RUN && length <= (int) n + 1; length++)
			texts = lappend(texts, joined(all.data, "", length));
	}
	return texts;
}

List *
lab_texts_of_strings(const LabConstants *constants, int32 typmod)
{
	static const char *const usual[] = {"",    " ",      "a",   "A",   "0", "5",
										"12",  "abc",    "ABC", "Abc", "é", "\t",
										"a b", "a@b.cc", "-1",  "1.5", "t", "2024-02-29"};
	List *texts = NIL;
	ListCell *cell;

	foreach (cell, constants->strings)
		texts = lappend(texts, lfirst(cell));
	texts = LAB_TEXTS_ADD(texts, usual);
	foreach (cell, constants->strings)
		texts = list_concat(texts, lab_samples_near(lfirst(cell)));
	foreach (cell, constants->strings)
		texts = add_patterns(texts, lfirst(cell), constants);
	foreach (cell, constants->numbers)
		texts = lappend(texts, lfirst(cell));
	texts = add_joined(texts, constants);
	return add_lengths(texts, constants, typmod);
}

static char *
json_string(const char *string)
{
	StringInfoData text;

	initStringInfo(&text);
	escape_json(&text, string);
	return text.data;
}

static char *
json_array(int length)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < length; i++)
		appendStringInfo(&text, "%c%d", i == 0 ? '[' : ',', i);
	appendStringInfoChar(&text, ']');
	return text.data;
}

/* One key inside of another, and both side by side. */
static List *
add_nested(List *texts, const char *key, const char *other, List *values)
{
	ListCell *cell;

	foreach (cell, values)
	{
		const char *value = lfirst(cell);

		texts = lappend(texts, psprintf("{%s: {%s: %s}}", key, other, value));
		if (foreach_current_index(cell) % 4 == 0)
			texts = lappend(texts, psprintf("{%s: %s, %s: %s}", key, value, other, value));
	}
	return texts;
}

/* Objects with the keys that an expression may ask for, and values that it may compare with. */
List *
lab_texts_of_documents(const LabConstants *constants)
{
	static const char *const usual[] = {"{}",   "[]",     "null",    "1",         "\"a\"",
										"true", "[1, 2]", "[\"a\"]", "{\"a\": 1}"};
	static const char *const fixed[] = {"null",   "true",  "false", "0",  "1",
										"-1",     "\"\"",  "\"a\"", "[]", "{}",
										"[1, 2]", "\"A\"", "\"12\""};
	List *texts = NIL;
	List *values = NIL;
	int keys = Min(list_length(constants->strings), 2 * LAB_TEXTS_COMBINED);
	ListCell *cell;

	foreach (cell, constants->values)
	{
		const Const *constant = lfirst(cell);

		if (constant->consttype == JSONBOID)
			texts = lappend(texts,
							JsonbToCString(NULL, &DatumGetJsonbP(constant->constvalue)->root, 0));
	}
	values = LAB_TEXTS_ADD(values, fixed);
	foreach (cell, constants->numbers)
	{
		double n = strtod(lfirst(cell), NULL);

		for (int length = (int) n - 1; n >= 0 && n <= MAX_ELEMENTS && length <= (int) n + 1;
			 length++)
			if (length > 0)
				values = lappend(values, json_array(length));
	}
	foreach (cell, constants->numbers)
		for (int step = -1; step <= 1; step++)
			values = lappend(values, psprintf("%.15g", strtod(lfirst(cell), NULL) + step));
	for (int i = 0; i < keys; i++)
		values = lappend(values, json_string(list_nth(constants->strings, i)));
	foreach (cell, constants->numbers)
		values = lappend(values, psprintf("\"%s\"", (char *) lfirst(cell)));
	for (int i = 0; i < keys; i++)
	{
		char *key = json_string(list_nth(constants->strings, i));

		foreach (cell, values)
			texts = lappend(texts, psprintf("{%s: %s}", key, (char *) lfirst(cell)));
		texts = lappend(texts, psprintf("[%s]", key));
		for (int j = 0; i < LAB_TEXTS_COMBINED && j < Min(keys, LAB_TEXTS_COMBINED); j++)
			if (j != i)
				texts =
					add_nested(texts, key, json_string(list_nth(constants->strings, j)), values);
	}
	return LAB_TEXTS_ADD(texts, usual);
}
