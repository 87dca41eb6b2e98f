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

static HTAB *kept = NULL;

void
lab_statement_run(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	MemoryContext before = CurrentMemoryContext;
	int result = SPI_execute_with_args(sql, nargs, types, values, nulls, false, 0);

	MemoryContextSwitchTo(before);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
}

static SPIPlanPtr
kept_plan(const char *sql, int nargs, Oid *types)
{
	Kept *known;
	SPIPlanPtr plan;

	if (kept == NULL)
	{
		HASHCTL info = {0};

		info.keysize = sizeof(const char *);
		info.entrysize = sizeof(Kept);
		info.hcxt = TopMemoryContext;
		kept = hash_create("statements", 32, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	known = hash_search(kept, &sql, HASH_FIND, NULL);
	if (known)
		return known->plan;
	plan = SPI_prepare(sql, nargs, types);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not plan \"%s\"", sql);
	known = hash_search(kept, &sql, HASH_ENTER, NULL);
	known->plan = plan;
	return plan;
}

void
lab_statement_run_again(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	MemoryContext before = CurrentMemoryContext;
	int result = SPI_execute_plan(kept_plan(sql, nargs, types), values, nulls, false, 0);

	MemoryContextSwitchTo(before);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
}
