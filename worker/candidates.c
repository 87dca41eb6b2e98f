/*
 * candidates.c
 *		Rows to try an expression with.
 *
 * Where all combinations of the columns' values are few they are all tried.
 * Otherwise: rows of the table, then random combinations in which the constants
 * of the expressions come up often, and then, around rows that were accepted,
 * every value of each column, which is where another boundary shows.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "miscadmin.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "worker/candidates.h"

#define MAX_ROWS 60000
#define MAX_CROSS 4000
#define RANDOM_ROWS 3000
#define PAIRED_ROWS 1200 /* around each accepted row */
#define FULL_BASES 2     /* rows around which every value of each column is tried */
#define VARIED_ROWS 300  /* of each column around the others */
#define TABLE_ROWS 100
#define SEED UINT64CONST(20261125)

LabCandidates *
lab_candidates_make(void)
{
	LabCandidates *candidates = palloc0(sizeof(LabCandidates));

	pg_prng_seed(&candidates->random, SEED);
	return candidates;
}

void
lab_candidates_add_column(LabCandidates *candidates, AttrNumber attribute, LabPool *pool)
{
	int n = candidates->ncolumns++;

	candidates->columns = n == 0
							  ? palloc(sizeof(LabCandidateColumn))
							  : repalloc(candidates->columns, sizeof(LabCandidateColumn) * (n + 1));
	candidates->columns[n] = (LabCandidateColumn){attribute, pool};
}

/* A new row with nothing in it, or NULL where there are enough. */
static int *
new_row(LabCandidates *candidates)
{
	int columns = Max(candidates->ncolumns, 1);

	if (candidates->nrows >= MAX_ROWS)
		return NULL;
	if (candidates->nrows == candidates->size)
	{
		candidates->size = Max(candidates->size * 2, 1024);
		candidates->rows =
			candidates->rows == NULL
				? palloc(sizeof(int) * candidates->size * columns)
				: repalloc(candidates->rows, sizeof(int) * candidates->size * columns);
	}
	return &candidates->rows[candidates->nrows++ * candidates->ncolumns];
}

/* The first rows of the table, their values added to the pools. */
static void
add_table_rows(LabCandidates *candidates, Relation relation)
{
	TupleTableSlot *slot;
	TableScanDesc scan;

	if (relation->rd_rel->relkind != RELKIND_RELATION)
		return;
	slot = table_slot_create(relation, NULL);
	scan = table_beginscan(relation, GetActiveSnapshot(), 0, NULL);
	for (int n = 0; n < TABLE_ROWS && table_scan_getnextslot(scan, ForwardScanDirection, slot); n++)
	{
		int *row = new_row(candidates);

		for (int i = 0; row && i < candidates->ncolumns; i++)
		{
			LabCandidateColumn *column = &candidates->columns[i];
			bool isnull;
			Datum value = slot_getattr(slot, column->attribute, &isnull);

			lab_pool_add(column->pool, value, isnull);
			row[i] = column->pool->n - 1;
		}
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/* How many combinations there are, or one more than MAX_CROSS. */
static int
count_combinations(const LabCandidates *candidates)
{
	int64 product = 1;

	for (int i = 0; i < candidates->ncolumns && product <= MAX_CROSS; i++)
		product *= candidates->columns[i].pool->n;
	return (int) Min(product, MAX_CROSS + 1);
}

static void
add_combinations(LabCandidates *candidates, int n)
{
	for (int combination = 0; combination < n; combination++)
	{
		int *row = new_row(candidates);
		int rest = combination;

		for (int i = 0; row && i < candidates->ncolumns; i++)
		{
			int size = candidates->columns[i].pool->n;

			row[i] = rest % size;
			rest /= size;
		}
	}
}

/* One of the constants half the time. */
static int
choose(LabCandidates *candidates, const LabPool *pool)
{
	bool core = pg_prng_bool(&candidates->random);

	return (int) pg_prng_uint64_range(&candidates->random, 0, (core ? pool->core : pool->n) - 1);
}

static void
add_random_rows(LabCandidates *candidates)
{
	for (int n = 0; n < RANDOM_ROWS; n++)
	{
		int *row = new_row(candidates);

		for (int i = 0; row && i < candidates->ncolumns; i++)
			row[i] = choose(candidates, candidates->columns[i].pool);
	}
}

void
lab_candidates_fill(LabCandidates *candidates, Relation relation)
{
	int combinations;

	for (int i = 0; i < candidates->ncolumns; i++)
		if (candidates->columns[i].pool->n == 0)
			return;
	combinations = count_combinations(candidates);
	candidates->complete = combinations <= MAX_CROSS;
	if (candidates->complete)
		add_combinations(candidates, combinations);
	if (relation && candidates->ncolumns > 0)
		add_table_rows(candidates, relation);
	if (!candidates->complete)
		add_random_rows(candidates);
}

bool
lab_candidates_add(LabCandidates *candidates, const int *origin, int column, int value)
{
	int *row = new_row(candidates);

	if (row == NULL)
		return false;
	memcpy(row, origin, sizeof(int) * candidates->ncolumns);
	row[column] = value;
	return true;
}

/* The row with another value in one column: every value, or so many that are chosen. */
static void
vary_column(LabCandidates *candidates, const int *origin, int column, int chosen)
{
	const LabPool *pool = candidates->columns[column].pool;
	int n = chosen == 0 ? pool->n : Min(pool->n, chosen);

	for (int i = 0; i < n; i++)
		if (!lab_candidates_add(candidates, origin, column,
								n == pool->n ? i : choose(candidates, pool)))
			return;
}

/* The row with other values in two columns. */
static void
vary_pairs(LabCandidates *candidates, const int *origin)
{
	for (int pair = 0; pair < PAIRED_ROWS; pair++)
	{
		int *row = new_row(candidates);

		if (row == NULL)
			return;
		memcpy(row, origin, sizeof(int) * candidates->ncolumns);
		for (int k = 0; k < 2; k++)
		{
			int i = (int) pg_prng_uint64_range(&candidates->random, 0, candidates->ncolumns - 1);

			row[i] = choose(candidates, candidates->columns[i].pool);
		}
	}
}

void
lab_candidates_vary(LabCandidates *candidates, const int *bases, int n)
{
	int columns = candidates->ncolumns;

	for (int base = 0; base < n; base++)
	{
		int *origin = palloc(sizeof(int) * columns);

		memcpy(origin, lab_candidates_row(candidates, bases[base]), sizeof(int) * columns);
		for (int i = 0; i < columns; i++)
			vary_column(candidates, origin, i, base < FULL_BASES ? 0 : VARIED_ROWS);
		if (columns > 1)
			vary_pairs(candidates, origin);
	}
}
