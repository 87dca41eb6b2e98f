/*
 * pages.h
 *		What a heap's pages come to, kept while they stay as they are.
 */
#ifndef LAB_PAGES_H
#define LAB_PAGES_H

#include "executor/tuptable.h"
#include "utils/relcache.h"
#include "worker/digest.h"

/* A row of the heap; what it comes to is added to the totals of the scan. */
typedef void (*LabPagesRow)(void *state, TupleTableSlot *slot);

/* Sums over the rows of some pages. */
typedef struct LabTotals
{
	int64 rows;
	int nsums;
	LabDigest *sums;
} LabTotals;

typedef struct LabPagesScan
{
	Relation relation;
	uint64 meaning; /* of the sums: another one, where the same rows would come to other sums */
	LabPagesRow add_row;
	void *state;
	LabTotals *totals; /* add_row adds to these */
} LabPagesScan;

/* Can what this relation's pages come to be kept? */
extern bool lab_pages_can_keep(Relation relation);

/* Adds all visible rows to the totals; pages that are as they were are not read again. */
extern void lab_pages_scan(const LabPagesScan *scan);

/* The sums mean something else now: of the relation, or (InvalidOid) of any. */
extern void lab_pages_forget(Oid relation);

#endif /* LAB_PAGES_H */
