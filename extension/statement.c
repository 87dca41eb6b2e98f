/*
 * statement.c
 *		One SQL statement with parameters, through SPI.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "extension/statement.h"

void
lab_statement_run(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	MemoryContext before = CurrentMemoryContext;
	int result = SPI_execute_with_args(sql, nargs, types, values, nulls, false, 0);

	MemoryContextSwitchTo(before);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
}
