/*
 * statement.h
 *		One SQL statement with parameters, through SPI.
 */
#ifndef LAB_STATEMENT_H
#define LAB_STATEMENT_H

/*
 * Runs a statement that must not fail.  Its rows are in SPI_tuptable.  SPI leaves
 * its own memory context behind: here the current one stays.
 */
extern void
lab_statement_run(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

#endif /* LAB_STATEMENT_H */
