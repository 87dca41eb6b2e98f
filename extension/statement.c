/*
 * statement.c
 *		One SQL statement with parameters, through SPI.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "extension/statement.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

typedef struct Kept
{
	const char *sql; /* hash key: the address */
	SPIPlanPtr plan;
} Kept;

static HTAB *statements = NULL;

static void
require_success(const char *sql, int result)
{
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
}

void
lab_statement_run(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	MemoryContext before = CurrentMemoryContext;

	require_success(sql, SPI_execute_with_args(sql, nargs, types, values, nulls, false, 0));
	MemoryContextSwitchTo(before);
}

static SPIPlanPtr
plan_of(const char *sql, int nargs, Oid *types)
{
	Kept *kept;
	SPIPlanPtr plan;

	if (statements == NULL)
	{
		HASHCTL info = {0};

		info.keysize = sizeof(const char *);
		info.entrysize = sizeof(Kept);
		info.hcxt = TopMemoryContext;
		statements =
			hash_create("kept statements", 32, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	kept = hash_search(statements, &sql, HASH_FIND, NULL);
	if (kept)
		return kept->plan;
	plan = SPI_prepare(sql, nargs, types);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not plan \"%s\"", sql);
	kept = hash_search(statements, &sql, HASH_ENTER, NULL);
	kept->plan = plan;
	return plan;
}

void
lab_statement_run_kept(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	MemoryContext before = CurrentMemoryContext;

	require_success(sql, SPI_execute_plan(plan_of(sql, nargs, types), values, nulls, false, 0));
	MemoryContextSwitchTo(before);
}
