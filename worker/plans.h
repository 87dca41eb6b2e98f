/*
 * plans.h
 *		Queries over the catalogs: about all that people made, or about little of it.
 */
#ifndef LAB_PLANS_H
#define LAB_PLANS_H

#include "executor/spi.h"
#include "nodes/pg_list.h"

/* One query, with its plan about few objects as soon as there is one. */
typedef struct LabCatalogQuery
{
	const char *text;
	int nargs;
	Oid types[2];
	SPIPlanPtr few;
} LabCatalogQuery;

/*
 * Runs it in time that grows with what it finds (few), or with the database.  The
 * rows are in SPI_tuptable; the memory context is the caller's.
 */
extern void lab_plans_run(LabCatalogQuery *plan, Datum *values, bool few);

/* A list of oids as an argument. */
extern Datum lab_plans_oids(List *oids);

#endif /* LAB_PLANS_H */
