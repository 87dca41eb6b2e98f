/*
 * boundaries.c
 *		Where the answer of an expression changes.
 *
 * A condition such as a * a < 400 has a boundary that is none of its constants.
 * Along one column, with the others as they are, the values of the pool show
 * between which two of them the answer changes; halving what is in between, for
 * all such places at once, ends at two neighbours.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "worker/boundaries.h"

#define MAX_BRACKETS 16 /* along one column */
#define MAX_ROUNDS 64
#define MAX_SCALE 6
#define MAX_NUMBER 1e12 /* beyond, steps are too many to count */

/* A value of the pool, as a number of steps from zero. */
typedef struct Mark
{
	int64 position;
	int value; /* position in the pool */
} Mark;

/* Two values with different answers. */
typedef struct Bracket
{
	int64 low;
	int64 high;
	LabDigest low_outcome;
} Bracket;

/* Decimals that count as steps. */
static int
scale_of(const LabPool *pool)
{
	int scale;

	if (pool->type != NUMERICOID && pool->type != FLOAT4OID && pool->type != FLOAT8OID)
		return 0;
	if (pool->type != NUMERICOID || pool->typmod < (int32) VARHDRSZ)
		return MAX_SCALE;
	scale = (((pool->typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
	return Max(0, Min(scale, MAX_SCALE));
}

static bool
position_of_number(double number, int scale, int64 *position)
{
	if (isnan(number) || fabs(number) > MAX_NUMBER)
		return false;
	*position = (int64) rint(number * pow(10, scale));
	return true;
}

/* Times count in microseconds; those that are cut to whole seconds, in these. */
static int64
step_of(const LabPool *pool)
{
	int64 step = 1;

	for (int digits = pool->typmod; digits >= 0 && digits < MAX_TIMESTAMP_PRECISION; digits++)
		step *= 10;
	return step;
}

/* False where the type has no steps, or the value lies beyond them. */
static bool
position_of(const LabPool *pool, Datum value, int64 *position)
{
	switch (pool->type)
	{
		case INT2OID:
			*position = DatumGetInt16(value);
			return true;
		case INT4OID:
			*position = DatumGetInt32(value);
			return true;
		case INT8OID:
			*position = DatumGetInt64(value);
			return *position > PG_INT64_MIN / 4 && *position < PG_INT64_MAX / 4;
		case DATEOID:
			*position = DatumGetDateADT(value);
			return !DATE_NOT_FINITE(DatumGetDateADT(value));
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			*position = DatumGetTimestamp(value) / step_of(pool);
			return !TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value));
		case TIMEOID:
			*position = DatumGetTimeADT(value) / step_of(pool);
			return true;
		case FLOAT4OID:
			return position_of_number(DatumGetFloat4(value), scale_of(pool), position);
		case FLOAT8OID:
			return position_of_number(DatumGetFloat8(value), scale_of(pool), position);
		case NUMERICOID:
			return position_of_number(
				DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value)),
				scale_of(pool), position);
		default:
			return false;
	}
}

static Datum
value_at(const LabPool *pool, int64 position)
{
	switch (pool->type)
	{
		case INT2OID:
			return Int16GetDatum((int16) position);
		case INT4OID:
			return Int32GetDatum((int32) position);
		case DATEOID:
			return DateADTGetDatum((DateADT) position);
		case FLOAT4OID:
			return Float4GetDatum((float4) (position / pow(10, scale_of(pool))));
		case FLOAT8OID:
			return Float8GetDatum(position / pow(10, scale_of(pool)));
		case NUMERICOID:
			return DirectFunctionCall3(
				numeric_in,
				CStringGetDatum(psprintf(INT64_FORMAT "e-%d", position, scale_of(pool))),
				ObjectIdGetDatum(InvalidOid), Int32GetDatum(pool->typmod));
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case TIMEOID:
			return Int64GetDatum(position * step_of(pool));
		default:
			return Int64GetDatum(position);
	}
}

static int
compare_marks(const void *a, const void *b)
{
	const Mark *one = a;
	const Mark *other = b;

	return one->position < other->position ? -1 : one->position > other->position;
}

/* The values of the pool in order. */
static int
collect_marks(const LabPool *pool, Mark **marks)
{
	int n = 0;

	*marks = palloc(sizeof(Mark) * Max(pool->n, 1));
	for (int i = 0; i < pool->n; i++)
		if (!pool->nulls[i] && position_of(pool, pool->values[i], &(*marks)[n].position))
			(*marks)[n++].value = i;
	qsort(*marks, n, sizeof(Mark), compare_marks);
	return n;
}

/* Adds the row with the value at the position; false where there is no more room. */
static bool
add_at(LabCandidates *candidates, const int *origin, int column, int64 position)
{
	LabPool *pool = candidates->columns[column].pool;
	int before = pool->n;

	lab_pool_add(pool, value_at(pool, position), false);
	return pool->n > before && lab_candidates_add(candidates, origin, column, before);
}

static bool
same(LabDigest a, LabDigest b)
{
	return a.high == b.high && a.low == b.low;
}

/* One expression along one column of one row. */
typedef struct Search
{
	Node *expression;
	LabEqualMode mode;
	Relation relation;
	LabCandidates *candidates;
	const int *origin;
	int column;
} Search;

static LabDigest *
outcomes_since(const Search *search, int first)
{
	return lab_outcomes(search->expression, search->mode, search->relation, search->candidates,
						first, &lab_circumstances[0]);
}

/* Where the answer changes from one value of the pool to the next. */
static int
find_brackets(const Search *search, Bracket *brackets)
{
	int first = search->candidates->nrows;
	LabDigest *outcomes;
	Mark *marks;
	int n = collect_marks(search->candidates->columns[search->column].pool, &marks);
	int found = 0;

	for (int i = 0; i < n; i++)
		if (!lab_candidates_add(search->candidates, search->origin, search->column, marks[i].value))
			return 0;
	outcomes = outcomes_since(search, first);
	for (int i = 1; i < n && found < MAX_BRACKETS; i++)
		if (!same(outcomes[i - 1], outcomes[i]))
			brackets[found++] =
				(Bracket){marks[i - 1].position, marks[i].position, outcomes[i - 1]};
	return found;
}

/* Halves all brackets until each is one step wide. */
static void
narrow(const Search *search, Bracket *brackets, int n)
{
	for (int round = 0; round < MAX_ROUNDS; round++)
	{
		int first = search->candidates->nrows;
		LabDigest *outcomes;
		int asked = 0;

		for (int i = 0; i < n; i++)
			if (brackets[i].high - brackets[i].low > 1)
			{
				if (!add_at(search->candidates, search->origin, search->column,
							brackets[i].low + (brackets[i].high - brackets[i].low) / 2))
					return;
				asked++;
			}
		if (asked == 0)
			return;
		outcomes = outcomes_since(search, first);
		for (int i = 0, answer = 0; i < n; i++)
		{
			int64 middle = brackets[i].low + (brackets[i].high - brackets[i].low) / 2;

			if (brackets[i].high - brackets[i].low <= 1)
				continue;
			if (same(outcomes[answer++], brackets[i].low_outcome))
				brackets[i].low = middle;
			else
				brackets[i].high = middle;
		}
	}
}

void
lab_boundaries_find(Node *expression, LabEqualMode mode, Relation relation,
					LabCandidates *candidates, const int *bases, int n)
{
	for (int base = 0; base < n; base++)
	{
		int *origin = palloc(sizeof(int) * candidates->ncolumns);

		memcpy(origin, lab_candidates_row(candidates, bases[base]),
			   sizeof(int) * candidates->ncolumns);
		for (int column = 0; column < candidates->ncolumns; column++)
		{
			Search search = {expression, mode, relation, candidates, origin, column};
			Bracket brackets[MAX_BRACKETS];

			narrow(&search, brackets, find_brackets(&search, brackets));
		}
	}
}
