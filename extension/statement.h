/*
 * statement.h
 *		One SQL statement with parameters, through SPI.
 *
 * It must not fail.  Its rows are in SPI_tuptable.  SPI leaves its own memory
 * context behind: here the current one stays.
 */
#ifndef LAB_STATEMENT_H
#define LAB_STATEMENT_H

extern void
lab_statement_run(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

/*
 * The same for what is run again and again: to plan a statement often takes longer
 * than to run it.  It is known by its address: pass a constant.
 */
extern void
lab_statement_run_kept(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

#endif /* LAB_STATEMENT_H */
