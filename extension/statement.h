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

/*
 * The same for a statement that a process runs after every evaluation: to plan it
 * takes longer than to run it, so it is planned once.  It is known by its address:
 * pass a constant.
 */
extern void
lab_statement_run_again(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

#endif /* LAB_STATEMENT_H */
