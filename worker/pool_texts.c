/*
 * pool_texts.c
 *		Values to try an expression with, as texts for a type's input function:
 *		numbers, times, and the edges of types that are neither these nor strings.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "access/xact.h"
#include "worker/pool_texts.h"


static Datum
number(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/* A number as the type can hold it: whole types get the whole numbers around it. */
static List *
add_number(List *texts, Datum value, bool whole)
{
	Datum around[2] = {value, value};

	if (whole)
	{
		around[0] = DirectFunctionCall1(numeric_floor, value);
		around[1] = DirectFunctionCall1(numeric_ceil, value);
	}
	for (int i = 0; i < (whole ? 2 : 1); i++)
		texts = lappend(texts, DatumGetCString(DirectFunctionCall1(numeric_out, around[i])));
	return texts;
}

/* Sums, differences, products and quotients of constants. */
static List *
add_combined_numbers(List *texts, List *numbers, bool whole)
{
	static const PGFunction operators[] = {numeric_add, numeric_sub, numeric_mul, numeric_div};
	int n = Min(list_length(numbers), LAB_TEXTS_COMBINED);

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			for (int k = 0; k < lengthof(operators); k++)
			{
				Datum right = number(list_nth(numbers, j));

				if (operators[k] == numeric_div &&
					DatumGetBool(DirectFunctionCall2(numeric_eq, right, number("0"))))
					continue;
				texts = add_number(
					texts, DirectFunctionCall2(operators[k], number(list_nth(numbers, i)), right),
					whole);
			}
	return texts;
}

/*
 * The smallest and largest values of a type.  Not NaN and infinity, unless an
 * expression names them: few conditions have a meaning for them.
 */
static List *
add_number_edges(List *texts, Oid type, int32 typmod)
{
	static const char *const int2[] = {"32767", "-32768"};
	static const char *const int4[] = {"2147483647", "-2147483648"};
	static const char *const int8[] = {"9223372036854775807", "-9223372036854775808"};
	static const char *const floats[] = {"1e30", "-1e30", "1e-30"};
	static const char *const numerics[] = {"1e30", "0.0000001", "99999999.99"};

	switch (type)
	{
		case INT2OID:
			return LAB_TEXTS_ADD(texts, int2);
		case INT4OID:
			return LAB_TEXTS_ADD(texts, int4);
		case INT8OID:
			return LAB_TEXTS_ADD(texts, int8);
		case FLOAT4OID:
		case FLOAT8OID:
			return LAB_TEXTS_ADD(texts, floats);
		case NUMERICOID:
			if (typmod >= (int32) VARHDRSZ)
			{
				int precision = ((typmod - VARHDRSZ) >> 16) & 0xffff;
				int scale = (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;

				texts = lappend(texts, psprintf("1e%d", precision - scale - 1));
				texts = lappend(texts, psprintf("-1e%d", precision - scale - 1));
				texts = lappend(texts, psprintf("1e%d", -scale));
				texts = lappend(texts, psprintf("-1e%d", -scale));
			}
			return LAB_TEXTS_ADD(texts, numerics);
		default:
			return texts;
	}
}

List *
lab_texts_of_numbers(const LabConstants *constants, Oid type, int32 typmod)
{
	static const char *const usual[] = {"0", "1", "-1", "2", "10", "100", "0.5"};
	static const char *const steps[] = {"1",    "-1",    "0.5",      "-0.5",
										"0.01", "-0.01", "0.000001", "-0.000001"};
	bool whole = type == INT2OID || type == INT4OID || type == INT8OID || type == OIDOID;
	List *texts = NIL;
	ListCell *cell;

	foreach (cell, constants->numbers)
		texts = add_number(texts, number(lfirst(cell)), whole);
	texts = LAB_TEXTS_ADD(texts, usual);
	foreach (cell, constants->numbers)
	{
		Datum value = number(lfirst(cell));

		texts = add_number(texts, DirectFunctionCall1(numeric_uminus, value), whole);
		for (int i = 0; i < (whole ? 2 : lengthof(steps)); i++)
			texts =
				add_number(texts, DirectFunctionCall2(numeric_add, value, number(steps[i])), whole);
	}
	for (int i = -3; i < 20; i++)
		texts = lappend(texts, psprintf("%d", i));
	texts = add_combined_numbers(texts, constants->numbers, whole);
	return add_number_edges(texts, type, typmod);
}

static List *
add_moment(List *moments, Timestamp moment)
{
	Timestamp *copy = palloc(sizeof(Timestamp));

	*copy = moment;
	return lappend(moments, copy);
}

/* The moment plus and minus an interval. */
static List *
add_shifted(List *moments, Timestamp moment, Interval *interval)
{
	static const PGFunction operators[] = {timestamp_pl_interval, timestamp_mi_interval};

	if (TIMESTAMP_NOT_FINITE(moment))
		return moments;
	for (int i = 0; i < lengthof(operators); i++)
		moments = add_moment(
			moments, DatumGetTimestamp(DirectFunctionCall2(operators[i], TimestampGetDatum(moment),
														   IntervalPGetDatum(interval))));
	return moments;
}

static Interval *
interval_of(int months, int days, int64 microseconds)
{
	Interval *interval = palloc0(sizeof(Interval));

	interval->month = months;
	interval->day = days;
	interval->time = microseconds;
	return interval;
}

/* Intervals that an expression may add to a moment: its own, and numbers as days or years. */
static List *
shifts_of(const LabConstants *constants)
{
	List *shifts = list_copy(constants->intervals);
	ListCell *cell;

	foreach (cell, constants->numbers)
	{
		double n = strtod(lfirst(cell), NULL);

		if (n < 1 || n > 40000 || list_length(shifts) > 2 * LAB_TEXTS_COMBINED)
			continue;
		shifts = lappend(shifts, interval_of(0, (int) n, 0));
		if (n <= 200)
			shifts = lappend(shifts, interval_of(12 * (int) n, 0, 0));
	}
	return shifts;
}

static Timestamp
moment_of(const char *text)
{
	return DatumGetTimestamp(DirectFunctionCall3(timestamp_in, CStringGetDatum(text),
												 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/* Days of every month and weekday, hours of a day, years that are named. */
static List *
add_calendar(List *moments, const LabConstants *constants)
{
	ListCell *cell;

	for (int month = 1; month <= 12; month++)
		moments =
			add_moment(moments, moment_of(psprintf("2023-%02d-15 %02d:30", month, 2 * month - 1)));
	for (int day = 1; day <= 31; day++)
		moments =
			add_moment(moments, moment_of(psprintf("2024-01-%02d %02d:00:01", day, day % 24)));
	foreach (cell, constants->numbers)
	{
		double n = strtod(lfirst(cell), NULL);

		if (n < 1000 || n > 9998)
			continue;
		for (int year = (int) n - 1; year <= (int) n + 1; year++)
		{
			moments = add_moment(moments, moment_of(psprintf("%d-01-01", year)));
			moments = add_moment(moments, moment_of(psprintf("%d-12-31 23:59:59", year)));
		}
	}
	return moments;
}

/* The moments that matter: constants, now, and what is a shift away from them. */
static List *
key_moments(const LabConstants *constants)
{
	List *moments = list_copy(constants->moments);
	List *shifts = shifts_of(constants);
	ListCell *cell;
	int n;

	if (constants->now)
	{
		Timestamp now = GetCurrentTransactionStartTimestamp();

		moments = add_moment(moments, now);
		moments = add_moment(moments, now - now % USECS_PER_DAY);
	}
	moments = add_moment(moments, moment_of("2000-01-01"));
	moments = add_moment(moments, moment_of("2024-02-29 12:34:56.789"));
	n = Min(list_length(moments), 2 * LAB_TEXTS_COMBINED);
	for (int i = 0; i < n; i++)
		foreach (cell, shifts)
			moments = add_shifted(moments, *(Timestamp *) list_nth(moments, i), lfirst(cell));
	return moments;
}

List *
lab_texts_of_moments(const LabConstants *constants)
{
	List *moments = key_moments(constants);
	List *texts = NIL;
	int n = list_length(moments);
	ListCell *cell;

	for (int i = 0; i < n; i++)
	{
		Timestamp moment = *(Timestamp *) list_nth(moments, i);

		moments = add_shifted(moments, moment, interval_of(0, 1, 0));
		moments = add_shifted(moments, moment, interval_of(0, 0, USECS_PER_SEC));
		moments = add_shifted(moments, moment, interval_of(0, 0, 1));
	}
	moments = add_calendar(moments, constants);
	foreach (cell, moments)
		texts = lappend(texts, DatumGetCString(DirectFunctionCall1(
								   timestamp_out, TimestampGetDatum(*(Timestamp *) lfirst(cell)))));
	texts = lappend(texts, "1900-01-01");
	return lappend(texts, "2999-12-31");
}

List *
lab_texts_of_times(const LabConstants *constants)
{
	List *texts = list_copy(constants->times);
	ListCell *cell;

	foreach (cell, constants->times)
	{
		Datum time = DirectFunctionCall3(time_in, CStringGetDatum(lfirst(cell)),
										 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
		Interval *steps[] = {interval_of(0, 0, USECS_PER_SEC), interval_of(0, 0, 1),
							 interval_of(0, 0, USECS_PER_HOUR)};

		for (int i = 0; i < lengthof(steps); i++)
		{
			texts =
				lappend(texts, DatumGetCString(DirectFunctionCall1(
								   time_out, DirectFunctionCall2(time_pl_interval, time,
																 IntervalPGetDatum(steps[i])))));
			texts =
				lappend(texts, DatumGetCString(DirectFunctionCall1(
								   time_out, DirectFunctionCall2(time_mi_interval, time,
																 IntervalPGetDatum(steps[i])))));
		}
	}
	for (int hour = 0; hour < 24; hour++)
		texts = lappend(texts, psprintf("%02d:%02d:00", hour, hour % 2 * 30));
	texts = lappend(texts, "24:00:00");
	return lappend(texts, "23:59:59.999999");
}

List *
lab_texts_of_intervals(const LabConstants *constants)
{
	static const char *const usual[] = {
		"0",      "1 day",    "24 hours", "1 month",  "30 days",    "1 year",   "-1 days",
		"1 hour", "1 minute", "1 second", "-1 hours", "90 minutes", "100 years"};
	List *texts = NIL;
	ListCell *cell;

	foreach (cell, constants->intervals)
		texts = lappend(texts, DatumGetCString(DirectFunctionCall1(
								   interval_out, IntervalPGetDatum(lfirst(cell)))));
	texts = LAB_TEXTS_ADD(texts, usual);
	foreach (cell, constants->intervals)
	{
		Interval *steps[] = {interval_of(0, 0, 1), interval_of(0, 0, USECS_PER_SEC),
							 interval_of(0, 1, 0), interval_of(1, 0, 0)};

		for (int i = 0; i < lengthof(steps); i++)
		{
			texts = lappend(
				texts,
				DatumGetCString(DirectFunctionCall1(
					interval_out, DirectFunctionCall2(interval_pl, IntervalPGetDatum(lfirst(cell)),
													  IntervalPGetDatum(steps[i])))));
			texts = lappend(
				texts,
				DatumGetCString(DirectFunctionCall1(
					interval_out, DirectFunctionCall2(interval_mi, IntervalPGetDatum(lfirst(cell)),
													  IntervalPGetDatum(steps[i])))));
		}
	}
	foreach (cell, constants->numbers)
		for (int n = (int) strtod(lfirst(cell), NULL) - 1, i = 0; i < 3 && abs(n) < 100000;
			 i++, n++)
		{
			texts = lappend(texts, psprintf("%d days", n));
			texts = lappend(texts, psprintf("%d hours", n));
			texts = lappend(texts, psprintf("%d seconds", n));
		}
	return texts;
}

/* Points at and around the numbers of an expression. */
static List *
points_of(const LabConstants *constants)
{
	List *texts = NIL;
	ListCell *x;
	ListCell *y;

	foreach (x, constants->numbers)
		foreach (y, constants->numbers)
			for (int step = -1; step <= 1; step++)
			{
				double at[] = {strtod(lfirst(x), NULL) + 0.5 * step, strtod(lfirst(y), NULL)};

				texts = lappend(texts, psprintf("(%g,%g)", at[0], at[1]));
				texts = lappend(texts, psprintf("(%g,%g)", at[1], at[0]));
				texts = lappend(texts, psprintf("(%g,%g)", at[0], at[1] + 0.5 * step));
			}
	return texts;
}

List *
lab_texts_of_type(const LabConstants *constants, Oid type)
{
	static const char *const bools[] = {"true", "false"};
	static const char *const uuids[] = {"00000000-0000-0000-0000-000000000000",
										"ffffffff-ffff-ffff-ffff-ffffffffffff",
										"123e4567-e89b-12d3-a456-426614174000"};
	static const char *const bytes[] = {"\\x", "\\x00", "\\x61", "\\x6162", "\\xff", "\\xffd8ff"};
	static const char *const networks[] = {
		"0.0.0.0/0", "10.0.0.0/8", "10.1.2.3", "192.168.0.0/16", "192.168.1.1", "172.16.0.0/12",
		"127.0.0.1", "8.8.8.8",    "::1",      "fe80::/10",      "::/0"};
	static const char *const addresses[] = {"08:00:2b:01:02:03", "00:00:00:00:00:00",
											"ff:ff:ff:ff:ff:ff"};
	static const char *const bits[] = {"",    "0",    "1",    "10",       "11",
									   "101", "0000", "1111", "00000001", "10000000"};
	static const char *const points[] = {"(0,0)", "(1,1)",      "(-1,2)",
										 "(0,1)", "(100,-100)", "(0.5,0.5)"};
	static const char *const circles[] = {"<(0,0),0>", "<(0,0),1>", "<(1,1),2>", "<(5,5),10>"};
	static const char *const boxes[] = {"(1,1),(0,0)", "(0,0),(0,0)", "(2,3),(-1,-1)",
										"(10,10),(5,5)"};
	static const char *const documents[] = {"<a/>", "<a>1</a>", "text", "<b x=\"1\"/>"};
	static const char *const vectors[] = {"", "'a':1", "'a':1 'b':2", "'cat':3 'dog':4"};

	switch (type)
	{
		case BOOLOID:
			return LAB_TEXTS_ADD(NIL, bools);
		case UUIDOID:
			return LAB_TEXTS_ADD(NIL, uuids);
		case BYTEAOID:
			return LAB_TEXTS_ADD(NIL, bytes);
		case INETOID:
		case CIDROID:
			return LAB_TEXTS_ADD(NIL, networks);
		case MACADDROID:
			return LAB_TEXTS_ADD(NIL, addresses);
		case BITOID:
		case VARBITOID:
			return LAB_TEXTS_ADD(NIL, bits);
		case POINTOID:
			return LAB_TEXTS_ADD(points_of(constants), points);
		case CIRCLEOID:
			return LAB_TEXTS_ADD(NIL, circles);
		case BOXOID:
			return LAB_TEXTS_ADD(NIL, boxes);
		case XMLOID:
			return LAB_TEXTS_ADD(NIL, documents);
		case TSVECTOROID:
			return LAB_TEXTS_ADD(NIL, vectors);
		default:
			return NIL;
	}
}
