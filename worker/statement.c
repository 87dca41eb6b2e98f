/*
 * statement.c
 *		The coordinator's statements, planned once.
 *
 * It runs the same few statements after every evaluation.  To plan one takes
 * longer than to run it.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "worker/statement.h"

typedef struct Statement
{
	const char *sql; /* hash key: the address */
	SPIPlanPtr plan;
} Statement;

static HTAB *statements = NULL;

static SPIPlanPtr
plan_of(const char *sql, int nargs, Oid *types)
{
	Statement *statement;
	SPIPlanPtr plan;

	if (statements == NULL)
	{
		HASHCTL info = {0};

		info.keysize = sizeof(const char *);
		info.entrysize = sizeof(Statement);
		info.hcxt = TopMemoryContext;
		statements = hash_create("statements", 32, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	statement = hash_search(statements, &sql, HASH_FIND, NULL);
	if (statement)
		return statement->plan;
	plan = SPI_prepare(sql, nargs, types);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not plan \"%s\"", sql);
	statement = hash_search(statements, &sql, HASH_ENTER, NULL);
	statement->plan = plan;
	return plan;
}

int
lab_statement_execute(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	return SPI_execute_plan(plan_of(sql, nargs, types), values, nulls, false, 0);
}
