/*
 * rows.h
 *		Bags of rows, compared by their digests.
 */
#ifndef LAB_ROWS_H
#define LAB_ROWS_H

#include "nodes/pg_list.h"
#include "utils/relcache.h"
#include "worker/digest.h"

/*
 * The digest of a table's rows as the text of a jsonb object: {"rows": n,
 * "digest": ..., "columns": {name: digest, ...}}.  Reads the heap in C, without
 * running anything of the owner's; partitions are read through their root.
 *
 * With columns (of char *) only these count, and one that is missing has a null
 * digest; without, all of them do but those whose default differs from call to
 * call, such as now().
 */
extern char *lab_rows_of_table(Oid relation, List *columns);

/* The rows of a table as numbers: sums, so that they can be subtracted from each other. */
typedef struct LabRowsSum
{
	int64 rows;
	LabDigest sum;
	LabDigest *columns; /* one for each of the given columns */
} LabRowsSum;

/* Like lab_rows_of_table, with these columns only. */
extern LabRowsSum lab_rows_sum(Oid relation, List *columns);

/*
 * Does the column's default differ from call to call?  A sequence's next value
 * does not count.
 */
extern bool lab_rows_default_varies(Relation relation, AttrNumber attribute);

#endif /* LAB_ROWS_H */
