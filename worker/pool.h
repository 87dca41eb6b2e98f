/*
 * pool.h
 *		Values of a type to try an expression with.
 */
#ifndef LAB_POOL_H
#define LAB_POOL_H

#include "worker/constants.h"

typedef struct LabPool
{
	Oid type;
	int32 typmod;
	Datum *values;
	bool *nulls;
	int n;
	int size;
	int core;       /* the first so many are the constants themselves */
	bool cut_short; /* there would be more */
} LabPool;

/*
 * A pool of the type (of a domain's base type), in the current memory context:
 * the constants that it can hold, values next to them, edge values of the type,
 * and NULL last, unless it is not wanted.  Input functions run; what they refuse
 * is left out.
 */
extern LabPool *
lab_pool_make(Oid type, int32 typmod, const LabConstants *constants, bool with_null);

/* Adds a value; it is copied. */
extern void lab_pool_add(LabPool *pool, Datum value, bool isnull);

#endif /* LAB_POOL_H */
