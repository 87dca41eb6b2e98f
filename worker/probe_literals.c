/*
 * probe_literals.c
 *		Values to try that need no data: what types are known for, what code mentions.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "extension/strings.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "worker/probe_values.h"
#include "worker/samples.h"

#define LONGEST_LENGTH 64 /* numbers up to this one may be lengths of texts */
#define LONGEST_DAYS 4000 /* and up to this one, numbers of days */
#define PATTERN_SAMPLES 5

/* What a type is known for: ordinary values, then edges after a NULL. */
static const struct
{
	Oid type;
	const char *values[24];
} known[] = {
	{INT2OID, {"1", "2", "3", "7", "10", "100", NULL, "0", "-1", "32767", "-32768"}},
	{INT4OID,
	 {"1", "2", "3", "4", "5", "7", "10", "100", NULL, "0", "-1", "-7", "2147483647",
	  "-2147483648"}},
	{INT8OID,
	 {"1", "2", "3", "7", "10", "100", NULL, "0", "-1", "5000000000", "9223372036854775807",
	  "-9223372036854775808"}},
	{NUMERICOID,
	 {"1", "2", "10", "0.5", "7.2", "99.99", "100", "1234.567", NULL, "0", "-1", "-2.5", "0.001",
	  "1000000", "NaN", "Infinity"}},
	{FLOAT4OID, {"1", "2", "10", "0.5", "2.5", "100", NULL, "0", "-1", "NaN", "Infinity"}},
	{FLOAT8OID,
	 {"1", "2", "10", "0.5", "2.5", "99.99", "100", NULL, "0", "-1", "-2.5", "1e10", "NaN",
	  "Infinity"}},
	{BOOLOID, {"true", "false", NULL}},
	{TEXTOID,
	 {"Level",
	  "a",
	  "abc",
	  "Ab Cd",
	  "ABC",
	  "two words",
	  "a,b,c",
	  "Ann@Example.org",
	  "42",
	  "level",
	  NULL,
	  "",
	  " ",
	  "  padded  ",
	  "\303\244\303\226\303\237\342\202\254",
	  "%",
	  "a_b",
	  "it's",
	  "-1.5",
	  "line\nbreak"}},
	{BPCHAROID, {"a", "abc", "A", "42", NULL, "", " a"}},
	{NAMEOID, {"a", "abc", NULL, ""}},
	{CHAROID, {"a", "A", "1", NULL, ""}},
	{DATEOID,
	 {"2024-02-29", "2025-03-15", "2025-12-31", "2026-01-01", "2000-06-10", "2026-08-02", NULL,
	  "9999-12-31", "1970-01-01", "0001-01-01", "infinity", "-infinity"}},
	{TIMESTAMPOID,
	 {"2024-02-29 12:00", "2025-03-15 08:30:15.5", "2025-12-31 23:59:59", "2026-01-01",
	  "2026-08-02 17:45", NULL, "9999-12-31", "1970-01-01", "infinity", "-infinity"}},
	{TIMESTAMPTZOID,
	 {"2024-02-29 12:00+00", "2025-03-15 08:30:15.5+00", "2025-12-31 23:59:59+00", "2026-01-01+00",
	  "2026-08-02 17:45+00", NULL, "9999-12-31+00", "1970-01-01+00", "infinity", "-infinity"}},
	{TIMEOID, {"08:30", "12:00", "17:45:10", NULL, "00:00", "23:59:59.999999", "24:00"}},
	{TIMETZOID, {"08:30+00", "12:00+02", NULL, "00:00+00"}},
	{INTERVALOID,
	 {"1 day", "1 hour", "30 days", "1 month", "1 year", "90 minutes", NULL, "0", "-1 day",
	  "1 year 2 months 3 days 04:05:06"}},
	{UUIDOID,
	 {"6f2c1d8e-0a4b-4c3d-8e5f-0123456789ab", "11111111-1111-4111-8111-111111111111", NULL,
	  "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"}},
	{JSONBOID,
	 {"{\"a\": 1}", "[1, 2, 3]", "{\"a\": {\"b\": [true, null]}, \"c\": \"x\"}", "\"text\"", "5",
	  NULL, "{}", "[]", "null"}},
	{JSONOID,
	 {"{\"a\": 1}", "[1, 2, 3]", "{\"a\": {\"b\": [true, null]}, \"c\": \"x\"}", "\"text\"", "5",
	  NULL, "{}", "[]", "null"}},
	{BYTEAOID, {"\\x616263", "\\x00ff10", NULL, "\\x"}},
	{INETOID, {"10.0.0.1", "192.168.1.5/24", "::1", NULL, "0.0.0.0"}},
	{CIDROID, {"10.0.0.0/8", "192.168.1.0/24", NULL, "0.0.0.0/0"}},
	{CASHOID, {"1", "12.50", "100", NULL, "0", "-1"}},
	{BITOID, {"1", "0", NULL, ""}},
	{VARBITOID, {"101", "1111", NULL, ""}},
	{POINTOID, {"(1,2)", "(3,4)", NULL, "(0,0)"}},
	{XMLOID, {"<a>1</a>", "<a b=\"c\"/>", NULL, ""}},
	{OIDOID, {"1", "26", NULL, "0"}},
	{TSVECTOROID, {"'cat' 'dog':2", NULL, ""}},
	{TSQUERYOID, {"cat", "cat & !dog", NULL, ""}},
};

/* For types that nobody here has heard of: what is valid will be found out. */
static const char *const guesses[] = {"a",
									  "1",
									  "abc",
									  "0",
									  "(1,1)",
									  "1,2,3",
									  "a=>b",
									  "2026-01-01",
									  "",
									  "{}",
									  "a.b",
									  "<a></a>",
									  "08:00:2b:01:02:03"};

/* The name of the type in a cast: character and bit by themselves would mean one of them. */
char *
lab_type_any_length(Oid type)
{
	return format_type_with_typemod(type, -1);
}

char *
lab_literal(const char *text, Oid type)
{
	bool bare = type == BOOLOID;

	if (type == INT4OID)
		bare = strspn(text, "0123456789") == strlen(text) || strcmp(text, "-1") == 0;
	if (bare)
		return pstrdup(text);
	return psprintf("%s::%s", quote_literal_cstr(text), lab_type_any_length(type));
}

bool
lab_is_name_of(const char *text, Oid role)
{
	char *name = GetUserNameFromId(role, true);

	return name && strcmp(text, name) == 0;
}

char *
lab_literal_found(const char *text, Oid type, Oid role)
{
	if (lab_is_name_of(text, role))
		return psprintf("CURRENT_USER::text::%s", lab_type_any_length(type));
	return lab_literal(text, type);
}

/* Without doubles. */
static void
add(List **list, const char *text, Oid type)
{
	char *literal = lab_literal(text, type);

	if (!lab_strings_have(*list, literal))
		*list = lappend(*list, literal);
}

/* Does the code deal with lengths, or with the clock?  Else its numbers are neither. */
static bool
mentions_any(const LabMentions *mentions, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (lab_source_mentions_word(mentions, words[i]))
			return true;
	return false;
}

static void
add_expression(List **list, char *expression)
{
	*list = lappend(*list, expression);
}

/* The number in the code, and those right beside it. */
static void
add_numbers(List **list, Oid type, const LabMentions *mentions)
{
	ListCell *cell;

	foreach (cell, mentions->numbers)
	{
		const char *number = lfirst(cell);
		const char *point = strchr(number, '.');
		Oid base = getBaseType(type);
		bool whole = base == INT2OID || base == INT4OID || base == INT8OID;
		int64 value;

		if (strlen(number) > 15 || (whole && point))
			continue;
		if (point)
		{
			int digits = strlen(point + 1);

			add(list, number, type);
			add(list, psprintf("%.*f", digits, strtod(number, NULL) + pow(10, -digits)), type);
			add(list, psprintf("%.*f", digits, strtod(number, NULL) - pow(10, -digits)), type);
			continue;
		}
		value = strtoll(number, NULL, 10);
		add(list, number, type);
		add(list, psprintf(INT64_FORMAT, value + 1), type);
		add(list, psprintf(INT64_FORMAT, value - 1), type);
		if (!whole && value < 1000)
			add(list, psprintf(INT64_FORMAT ".01", value), type);
	}
}

static char *
other_case(const char *string)
{
	char *copy = pstrdup(string);

	for (char *at = copy; *at; at++)
		*at = islower((unsigned char) *at) ? pg_toupper(*at) : pg_tolower(*at);
	return copy;
}

/* Strings at the boundary of a regular expression: a few, all along the list. */
static void
add_pattern(List **list, Oid type, const char *pattern)
{
	List *samples = lab_samples_of_regex(pattern, 1);
	int step = Max(list_length(samples) / PATTERN_SAMPLES, 1);

	for (int i = 0; i < list_length(samples); i += step)
		if (strlen(list_nth(samples, i)) <= 40)
			add(list, list_nth(samples, i), type);
}

/* Different digits, as many as code or the pattern asks for, and one more or less. */
static void
add_digits(List **list, Oid type, const LabMentions *mentions, const char *pattern)
{
	static const char digits[] = "31415926535897932384626433832795028841971";
	List *lengths = list_copy(mentions->numbers);
	ListCell *cell;

	for (const char *at = strpbrk(pattern, "{,"); at; at = strpbrk(at + 1, "{,"))
		lengths = lappend(lengths, psprintf("%d", atoi(at + 1)));
	foreach (cell, lengths)
	{
		int length = strchr(lfirst(cell), '.') ? 0 : atoi(lfirst(cell));

		for (int i = length - 1; length > 1 && length < lengthof(digits) - 1 && i <= length + 1;
			 i++)
			add(list, pnstrdup(digits, i), type);
	}
}

/* Words in the code, and texts of a length that it mentions. */
static void
add_texts(List **list, Oid type, const LabMentions *mentions)
{
	static const char *const measures[] = {
		"length", "char_length", "character_length", "left", "right",
		"substr", "substring",   "octet_length",     "lpad", "rpad"};
	ListCell *cell;

	foreach (cell, mentions->strings)
	{
		const char *string = lfirst(cell);
		char *plain = pstrdup(string);
		char *to = plain;

		if (strlen(string) > 40)
			continue;
		if (strpbrk(string, "[\\^"))
		{
			add_pattern(list, type, string);
			if (strstr(string, "0-9") || strstr(string, "\\d"))
				add_digits(list, type, mentions, string);
			continue;
		}
		add(list, string, type);
		add(list, other_case(string), type);
		for (const char *from = string; *from; from++) /* a pattern: something that it matches */
			if (*from != '%')
				*to++ = *from == '_' ? 'x' : *from;
		*to = '\0';
		if (strcmp(plain, string) != 0)
			add(list, plain, type);
		if (strchr(string, '%'))
			add(list, psprintf("x%sy", plain), type);
	}
	if (!mentions_any(mentions, measures, lengthof(measures)))
		return;
	foreach (cell, mentions->numbers)
	{
		int length = atoi(lfirst(cell));

		if (!strchr(lfirst(cell), '.') && length > 1 && length <= LONGEST_LENGTH)
			for (int i = Max(length - 1, 1); i <= length + 1; i++)
				add_expression(list, psprintf("repeat('x', %d)::%s", i, lab_type_any_length(type)));
	}
}

/* Times in the code, and times that long ago. */
static void
add_times(List **list, Oid type, const LabMentions *mentions)
{
	const char *name = lab_type_any_length(type);
	static const char *const times[] = {
		"now",          "current_date", "current_timestamp", "localtimestamp",
		"age",          "interval",     "clock_timestamp",   "days",
		"make_interval"};
	const char *unit = type == DATEOID ? "1 day" : "1 second";
	ListCell *cell;

	add_expression(list, psprintf("now()::%s", name));
	foreach (cell, mentions->strings)
	{
		const char *string = lfirst(cell);
		const char *base = NULL;

		if (strlen(string) > 40 || !isdigit((unsigned char) *string))
			continue;
		if (strchr(string, '-'))
			base = psprintf("%s::timestamptz", quote_literal_cstr(string));
		else if (strchr(string, ' '))
			base = psprintf("(now() - %s::interval)", quote_literal_cstr(string));
		if (base == NULL)
			continue;
		add_expression(list, psprintf("%s::%s", base, name));
		add_expression(list, psprintf("(%s - interval '%s')::%s", base, unit, name));
		add_expression(list, psprintf("(%s + interval '%s')::%s", base, unit, name));
	}
	foreach (cell, mentions->numbers)
	{
		int year = atoi(lfirst(cell));

		if (strchr(lfirst(cell), '.') || year < 1900 || year > 2100)
			continue;
		add_expression(list, psprintf("'%d-01-01'::%s", year, name));
		add_expression(list, psprintf("'%d-12-31'::%s", year, name));
		add_expression(list, psprintf("'%d-12-31'::%s", year - 1, name));
		add_expression(list, psprintf("'%d-01-01'::%s", year + 1, name));
	}
	if (!mentions_any(mentions, times, lengthof(times)))
		return;
	foreach (cell, mentions->numbers)
	{
		int days = atoi(lfirst(cell));

		if (strchr(lfirst(cell), '.') || days < 1 || days > LONGEST_DAYS)
			continue;
		for (int i = days - 1; i <= days + 1; i++)
			add_expression(list, psprintf("(now() - interval '%d days')::%s", i, name));
	}
}

static void
add_json(List **list, Oid type, const LabMentions *mentions)
{
	ListCell *cell;

	foreach (cell, mentions->strings)
	{
		const char *string = lfirst(cell);

		if (strlen(string) > 40 || strpbrk(string, "\"\\{}%"))
			continue;
		add(list, psprintf("{\"%s\": 1}", string), type);
		add(list, psprintf("{\"%s\": \"x\"}", string), type);
	}
}

void
lab_literals_mentioned(List **list, Oid type, const LabMentions *mentions)
{
	Oid base = getBaseType(type);
	char category;
	bool preferred;

	get_type_category_preferred(base, &category, &preferred);
	if (base == OIDOID)
		return;
	if (category == TYPCATEGORY_NUMERIC)
		add_numbers(list, type, mentions);
	else if (category == TYPCATEGORY_STRING)
		add_texts(list, type, mentions);
	else if (base == DATEOID || base == TIMESTAMPOID || base == TIMESTAMPTZOID)
		add_times(list, type, mentions);
	else if (base == JSONOID || base == JSONBOID)
		add_json(list, type, mentions);
	else if (category != TYPCATEGORY_BOOLEAN)
	{
		ListCell *cell;

		foreach (cell, mentions->strings)
			if (strlen(lfirst(cell)) <= 40)
				add(list, lfirst(cell), type);
	}
}

/* Where the code has a word, texts that may become such a value, and texts that look like it. */
static const struct
{
	const char *words;
	const char *texts[6];
} conversions[] = {
	{" int int4 int8 integer bigint smallint numeric decimal real float float8 double to_number ",
	 {"12", " 42 ", "3.5", "1e3", "99999999999", "1e200000"}},
	{" date timestamp timestamptz to_date to_timestamp time ",
	 {"2024-02-29", "2026-02-30", "12.03.2026", "2026-01-01 25:00"}},
	{" bool boolean ", {"yes", "off"}},
	{" json jsonb ", {"{\"a\": 1}", "[1, 2]", "[1"}},
	{" uuid ", {"6f2c1d8e-0a4b-4c3d-8e5f-0123456789ab"}},
};

void
lab_literals_converted(List **list, Oid type, const LabMentions *mentions)
{
	char category;
	bool preferred;
	ListCell *cell;

	get_type_category_preferred(getBaseType(type), &category, &preferred);
	if (category != TYPCATEGORY_STRING)
		return;
	for (int i = 0; i < lengthof(conversions); i++)
		foreach (cell, mentions->words)
		{
			if (!strstr(conversions[i].words, psprintf(" %s ", (char *) lfirst(cell))))
				continue;
			for (int j = 0; j < lengthof(conversions[i].texts) && conversions[i].texts[j]; j++)
				add(list, conversions[i].texts[j], type);
			break;
		}
}

void
lab_literals_known(LabValues *values, Oid type)
{
	Oid base = getBaseType(type);

	if (base == VARCHAROID)
		base = TEXTOID;
	for (int i = 0; i < lengthof(known); i++)
	{
		List **list = &values->ordinary;

		if (known[i].type != base)
			continue;
		for (int j = 0; j < lengthof(known[i].values); j++)
		{
			const char *value = known[i].values[j];

			if (value)
				add(list, value, type);
			else if (list == &values->edges)
				break;
			else
				list = &values->edges;
		}
		return;
	}
	for (int i = 0; i < lengthof(guesses); i++)
		add(&values->ordinary, guesses[i], type);
}
