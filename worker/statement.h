/*
 * statement.h
 *		The coordinator's statements, planned once.
 */
#ifndef LAB_STATEMENT_H
#define LAB_STATEMENT_H

/*
 * As SPI_execute_with_args(), but that the statement is parsed and planned the
 * first time only.  It is known by its address: pass a constant.
 */
extern int
lab_statement_execute(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

#endif /* LAB_STATEMENT_H */
