/*
 * candidates.h
 *		Rows to try an expression with.
 */
#ifndef LAB_CANDIDATES_H
#define LAB_CANDIDATES_H

#include "common/pg_prng.h"
#include "utils/relcache.h"
#include "worker/pool.h"

typedef struct LabCandidateColumn
{
	AttrNumber attribute; /* 0: the value of a domain */
	LabPool *pool;
} LabCandidateColumn;

/* Rows as positions in the pools of their columns. */
typedef struct LabCandidates
{
	LabCandidateColumn *columns;
	int ncolumns;
	int *rows; /* ncolumns each */
	int nrows;
	int size;
	bool complete;        /* the rows are every combination of the pools */
	pg_prng_state random; /* seeded: the same rows every time */
} LabCandidates;

/* Without columns and rows, in the current memory context. */
extern LabCandidates *lab_candidates_make(void);

extern void
lab_candidates_add_column(LabCandidates *candidates, AttrNumber attribute, LabPool *pool);

/* Rows that the table holds (NULL: none), then combinations of the pools. */
extern void lab_candidates_fill(LabCandidates *candidates, Relation relation);

/* Rows that differ from these (positions of rows) in one column or in two. */
extern void lab_candidates_vary(LabCandidates *candidates, const int *bases, int n);

/* A copy of the row with another value in one column; false where there are rows enough. */
extern bool lab_candidates_add(LabCandidates *candidates, const int *origin, int column, int value);

static inline const int *
lab_candidates_row(const LabCandidates *candidates, int row)
{
	return &candidates->rows[row * candidates->ncolumns];
}

#endif /* LAB_CANDIDATES_H */
