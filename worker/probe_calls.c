/*
 * probe_calls.c
 *		Calls of a routine with all sorts of values.
 *
 * Half of the calls take ordinary values in every place, combined so that each
 * value has its turn with different partners; before them come the values that
 * the code mentions, each with each, and arguments from one row of a table; the rest
 * have an edge in one place, and then some leave out arguments that have defaults.  The seed is the
 * routine's name: the same calls come out every time.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "executor/spi.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "worker/probe_routine.h"
#include "worker/probe_tuples.h"

#define GROUP_ROWS 6 /* rows that an aggregate gets at most */
#define COMBINED 40  /* calls with what the code mentions */
#define TUPLES_VARIED 12
#define FIRST_EDGES 8 /* rounds of other calls that come before an edge */
#define NAMES "16"    /* tables that dynamic SQL is tried with */

/* What polymorphic arguments stand for, in turns. */
static const Oid stand_ins[] = {INT4OID, TEXTOID, NUMERICOID};

/* Groups of calls: each gets its share. */
enum
{
	ORDINARY,
	COMBINATIONS,
	TUPLES,
	EDGES,
	LEFT_OUT,
	WINDOWS,
	NOTHING /* no row at all */
};

typedef struct Calls
{
	const LabRoutine *routine;
	LabValues *values; /* of each argument */
	pg_prng_state random;
	List *calls; /* of LabProbe * */
	int limit;
	int group;   /* of the calls that are being added */
	int variety; /* within the group */
} Calls;

static Oid
some_enum(void)
{
	Oid found = InvalidOid;
	bool isnull;

	SPI_connect();
	if (SPI_execute("SELECT oid FROM pg_type WHERE typtype = 'e' ORDER BY oid LIMIT 1", true, 1) ==
			SPI_OK_SELECT &&
		SPI_processed == 1)
		found = DatumGetObjectId(
			SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	return found;
}

/* A type that can be written down, in the place of the declared one; InvalidOid: there is none. */
static Oid
concrete_type(Oid type, Oid stand_in)
{
	switch (type)
	{
		case ANYOID:
		case ANYELEMENTOID:
		case ANYNONARRAYOID:
		case ANYCOMPATIBLEOID:
		case ANYCOMPATIBLENONARRAYOID:
			return stand_in;
		case ANYARRAYOID:
		case ANYCOMPATIBLEARRAYOID:
			return get_array_type(stand_in);
		case ANYENUMOID:
			return some_enum();
		case ANYRANGEOID:
		case ANYCOMPATIBLERANGEOID:
			return stand_in == INT4OID ? INT4RANGEOID : NUMRANGEOID;
		case ANYMULTIRANGEOID:
		case ANYCOMPATIBLEMULTIRANGEOID:
			return stand_in == INT4OID ? INT4MULTIRANGEOID : NUMMULTIRANGEOID;
	}
	return get_typtype(type) == TYPTYPE_PSEUDO ? InvalidOid : type;
}

static bool
is_polymorphic(const LabRoutine *routine)
{
	for (int i = 0; i < routine->narguments; i++)
		if (IsPolymorphicType(routine->arguments[i].type) || routine->arguments[i].type == ANYOID)
			return true;
	return false;
}

bool
lab_routine_callable(const LabRoutine *routine)
{
	if (routine->kind == PROKIND_WINDOW || strcmp(routine->language, "c") == 0)
		return false;
	if (strcmp(routine->language, "internal") == 0 && routine->kind != PROKIND_AGGREGATE)
		return false;
	for (int i = 0; i < routine->narguments; i++)
		if (!OidIsValid(concrete_type(routine->arguments[i].type, INT4OID)) &&
			routine->arguments[i].type != RECORDOID)
			return false;
	return true;
}

static char *
pick(Calls *calls, List *values, int i)
{
	return list_length(values) == 0 ? NULL : list_nth(values, i % list_length(values));
}

/* An ordinary value, at random; an edge where there is none. */
static char *
pick_any(Calls *calls, const LabValues *values)
{
	char *value = pick(calls, values->ordinary, pg_prng_uint32(&calls->random) >> 1);

	return value ? value : linitial(values->edges);
}

static bool
is_full(const Calls *calls)
{
	return list_length(calls->calls) >= calls->limit;
}

static void
add_call(Calls *calls, char *sql)
{
	LabProbe *probe;
	ListCell *cell;

	foreach (cell, calls->calls)
		if (strcmp(((LabProbe *) lfirst(cell))->step.sql, sql) == 0)
			return;
	if (is_full(calls))
		return;
	probe = lab_probe_look(sql, calls->group);
	probe->variety = calls->variety;
	calls->calls = lappend(calls->calls, probe);
}

/* A call with the first n arguments. */
static void
add_plain_call(Calls *calls, char **arguments, int n)
{
	const LabRoutine *routine = calls->routine;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s %s(",
					 routine->kind == PROKIND_PROCEDURE ? "CALL"
					 : routine->anonymous               ? "SELECT"
														: "SELECT * FROM",
					 routine->name);
	for (int i = 0; i < n; i++)
		appendStringInfo(&sql, "%s%s%s", i > 0 ? ", " : "",
						 routine->arguments[i].variadic ? "VARIADIC " : "", arguments[i]);
	appendStringInfoChar(&sql, ')');
	add_call(calls, sql.data);
}

static void
add_plain_calls(Calls *calls)
{
	const LabRoutine *routine = calls->routine;
	int n = routine->narguments;
	char **arguments = palloc0(sizeof(char *) * Max(n, 1));
	int most = 1;

	calls->group = ORDINARY;
	for (int i = 0; i < n; i++)
		most = Max(most, list_length(calls->values[i].ordinary));
	/* Each ordinary value of each argument, with partners that change from round to round. */
	for (int turn = 0; turn < most * (n > 1 ? 3 : 1); turn++)
	{
		for (int i = 0; i < n; i++)
		{
			int shift = (turn / most) * (i + 1) * 7;
			char *value = pick(calls, calls->values[i].ordinary, turn + shift);

			arguments[i] = value ? value : linitial(calls->values[i].edges);
		}
		add_plain_call(calls, arguments, n);
	}
	calls->group = LEFT_OUT;
	/* Without what has a default, here and there. */
	for (int left_out = 1; left_out <= routine->defaults && left_out <= n; left_out++)
		for (int turn = 0; turn < 3; turn++)
		{
			for (int i = 0; i < n; i++)
				arguments[i] = pick_any(calls, &calls->values[i]);
			add_plain_call(calls, arguments, n - left_out);
		}
}

/* What the code mentions for one argument, with all that it mentions for the others. */
static void
add_combinations(Calls *calls)
{
	int n = calls->routine->narguments;
	char **arguments = palloc0(sizeof(char *) * Max(n, 1));
	int combinations = 1;

	for (int i = 0; i < n; i++)
		if (combinations < COMBINED)
			combinations *= Max(calls->values[i].mentioned, 1);
	if (n < 2 || combinations == 1)
		return;
	calls->group = COMBINATIONS;
	for (int turn = 0; turn < Min(combinations, COMBINED); turn++)
	{
		int rest = turn;

		for (int i = n - 1; i >= 0; i--)
		{
			int choices = calls->values[i].mentioned;

			arguments[i] = choices > 0 ? pick(calls, calls->values[i].ordinary, rest % choices)
									   : pick_any(calls, &calls->values[i]);
			rest /= Max(choices, 1);
		}
		add_plain_call(calls, arguments, n);
	}
}

/* Arguments that are columns of one row; then, what is in the row's place but for one. */
static void
add_tuples(Calls *calls, List *rows)
{
	int n = calls->routine->narguments;
	ListCell *cell;

	calls->group = TUPLES;
	for (int other = -1; other < n; other++)
		foreach (cell, rows)
		{
			char **arguments = palloc(sizeof(char *) * n);

			memcpy(arguments, lfirst(cell), sizeof(char *) * n);
			if (other >= 0 &&
				(arguments[other] == NULL || foreach_current_index(cell) >= TUPLES_VARIED))
				continue;
			for (int i = 0; i < n; i++)
				if (arguments[i] == NULL || i == other)
					arguments[i] = pick_any(calls, &calls->values[i]);
			add_plain_call(calls, arguments, n);
		}
}

/*
 * One edge, and ordinary values around it; each argument has its turn.  That it is
 * NULL, and each other edge, tells something else in each place, even if the same
 * comes of it.
 */
static void
add_edge_calls(Calls *calls)
{
	int n = calls->routine->narguments;
	char **arguments = palloc0(sizeof(char *) * Max(n, 1));
	int most = 0;

	calls->group = EDGES;
	for (int i = 0; i < n; i++)
		most = Max(most, list_length(calls->values[i].edges));
	for (int turn = 0; turn < most; turn++)
		for (int i = 0; i < n; i++)
		{
			if (turn >= list_length(calls->values[i].edges))
				continue;
			for (int j = 0; j < n; j++)
				arguments[j] = i == j ? list_nth(calls->values[i].edges, turn)
									  : pick_any(calls, &calls->values[j]);
			calls->variety = turn == 0 ? -1 - i : 1 + i;
			add_plain_call(calls, arguments, n);
		}
	calls->variety = 0;
}

/* A few rows as a table v (n, c1, c2 ...). */
static char *
group_of(Calls *calls, int rows, bool edges)
{
	int n = calls->routine->narguments;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "(VALUES ");
	for (int row = 0; row < Max(rows, 1); row++)
	{
		appendStringInfo(&sql, "%s(%d", row > 0 ? ", " : "", row);
		for (int i = 0; i < n; i++)
		{
			bool edge = edges && pg_prng_uint32(&calls->random) % 3 == 0;
			char *value =
				edge ? pick(calls, calls->values[i].edges, pg_prng_uint32(&calls->random) % 3)
					 : pick_any(calls, &calls->values[i]);

			appendStringInfo(&sql, ", %s", value);
		}
		appendStringInfoChar(&sql, ')');
	}
	appendStringInfoString(&sql, ") AS v (n");
	for (int i = 0; i < n; i++)
		appendStringInfo(&sql, ", c%d", i + 1);
	appendStringInfo(&sql, ")%s", rows == 0 ? " WHERE false" : "");
	return sql.data;
}

static void
append_columns(StringInfo sql, int from, int to)
{
	for (int i = from; i < to; i++)
		appendStringInfo(sql, "%sv.c%d", i > from ? ", " : "", i + 1);
}

static void
add_group(Calls *calls, int rows, bool edges, bool window)
{
	const LabRoutine *routine = calls->routine;
	StringInfoData sql;

	calls->group = rows == 0 ? NOTHING : window ? WINDOWS : edges ? EDGES : ORDINARY;
	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT %s(", routine->name);
	if (routine->ordered_set)
	{
		for (int i = 0; i < routine->direct; i++)
			appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "", pick_any(calls, &calls->values[i]));
		appendStringInfoString(&sql, ") WITHIN GROUP (ORDER BY ");
		append_columns(&sql, routine->direct, routine->narguments);
	}
	else if (routine->narguments == 0)
		appendStringInfoChar(&sql, '*');
	else
	{
		if (routine->arguments[routine->narguments - 1].variadic)
		{
			append_columns(&sql, 0, routine->narguments - 1);
			appendStringInfo(&sql, "%sVARIADIC v.c%d", routine->narguments > 1 ? ", " : "",
							 routine->narguments);
		}
		else
			append_columns(&sql, 0, routine->narguments);
	}
	appendStringInfo(&sql, ")%s AS result FROM %s",
					 window ? " OVER (ORDER BY v.n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)" : "",
					 group_of(calls, rows, edges));
	add_call(calls, sql.data);
}

static void
add_groups(Calls *calls)
{
	add_group(calls, 0, false, false);
	for (int turn = 0; turn < 8; turn++)
		for (int rows = 1; rows <= GROUP_ROWS; rows += turn % 2 + 1)
			add_group(calls, rows, turn % 2 == 1,
					  turn % 4 == 2 && rows > 2 && !calls->routine->ordered_set);
}

/* Code that puts statements together may want the name of a table. */
static void
add_names(LabValues *values, const LabArgument *argument, const LabMentions *mentions, Oid role,
		  int timeout)
{
	static const char query[] =
		"SELECT relname FROM pg_class\n"
		"WHERE relkind IN ('r', 'p') AND NOT relispartition AND oid >= 16384\n"
		"	AND relnamespace <> 'pg_toast'::regnamespace\n"
		"ORDER BY oid LIMIT " NAMES;
	ListCell *cell;

	if (!lab_source_mentions_word(mentions, "execute") ||
		TypeCategory(argument->type) != TYPCATEGORY_STRING)
		return;
	foreach (cell, lab_values_query(query, role, timeout))
		values->ordinary = list_insert_nth(values->ordinary, foreach_current_index(cell),
										   lab_literal(lfirst(cell), argument->type));
}

/*
 * The same list with calls of several groups at its head: what is looked at again
 * after data were changed.  Edges show little of the data.
 */
static List *
mixed(List *calls)
{
	List *result = NIL;

	for (int round = 0; list_length(result) < list_length(calls); round++)
		for (int group = ORDINARY; group <= NOTHING; group++)
		{
			int skipped = group <= TUPLES ? 0 : FIRST_EDGES;
			int n = 0;
			ListCell *cell;

			foreach (cell, calls)
				if (((LabProbe *) lfirst(cell))->group == group && n++ == round - skipped)
					result = lappend(result, lfirst(cell));
		}
	return result;
}

List *
lab_routine_calls(const LabRoutine *routine, const LabMentions *mentions, int limit, int timeout)
{
	Calls calls = {.routine = routine, .limit = limit};
	int turns = is_polymorphic(routine) ? lengthof(stand_ins) : 1;
	Oid *types = palloc0(sizeof(Oid) * Max(routine->narguments, 1));

	calls.values = palloc0(sizeof(LabValues) * Max(routine->narguments, 1));
	pg_prng_seed(&calls.random,
				 DatumGetUInt64(hash_any_extended((const unsigned char *) routine->name,
												  strlen(routine->name), 0)));
	for (int turn = 0; turn < turns; turn++)
	{
		for (int i = 0; i < routine->narguments; i++)
		{
			const LabArgument *argument = &routine->arguments[i];

			types[i] = argument->type == RECORDOID ? RECORDOID
												   : concrete_type(argument->type, stand_ins[turn]);
			if (argument->type == RECORDOID)
				calls.values[i] = (LabValues){list_make2("ROW(1, 'a'::text)", "ROW(2, 'b'::text)"),
											  0, list_make1("NULL::record")};
			else if (argument->out)
				calls.values[i] = (LabValues){NIL, 0, list_make1("NULL")};
			else
			{
				calls.values[i] =
					lab_values_for(types[i], argument->name, mentions, routine->owner, timeout);
				add_names(&calls.values[i], argument, mentions, routine->owner, timeout);
			}
		}
		calls.limit = limit * (turn + 1) / turns;
		if (routine->kind == PROKIND_AGGREGATE)
			add_groups(&calls);
		else
		{
			calls.limit -= limit / turns / 3; /* room for edges */
			add_combinations(&calls);
			add_tuples(&calls, lab_routine_rows(routine, types, mentions, timeout));
			add_plain_calls(&calls);
			calls.limit += limit / turns / 3;
			add_edge_calls(&calls);
			if (routine->narguments > 0)
				add_plain_calls(&calls);
		}
	}
	return mixed(calls.calls);
}
