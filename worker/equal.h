/*
 * equal.h
 *		Do two expressions mean the same?
 */
#ifndef LAB_EQUAL_H
#define LAB_EQUAL_H

#include "nodes/bitmapset.h"
#include "worker/sandbox.h"

typedef enum LabEqualMode
{
	LAB_EQUAL_CHECK,  /* they accept the same rows: neither is false */
	LAB_EQUAL_FILTER, /* they choose the same rows: both are true */
	LAB_EQUAL_VALUE   /* they have the same value */
} LabEqualMode;

/* Two expressions as the texts of one scope. */
typedef struct LabEquation
{
	LabEqualMode mode;
	const char *expected; /* of the reference */
	const char *found;    /* of the participant */
	Oid relation;         /* in this database; InvalidOid: no columns */
	Oid domain;           /* whose VALUE it is about, or InvalidOid */
	Oid type;             /* what the value is assigned to; InvalidOid: as it is */
	int32 typmod;
	Bitmapset *never_null; /* numbers of columns that hold no NULL on either side */
} LabEquation;

/*
 * Shown by evaluating both over candidate rows, as role (InvalidOid: the
 * relation's owner), for at most timeout milliseconds.  False where the rows
 * tell them apart, and also where no candidates could show that they are equal.
 * error->sqlstate is 0, or says why it came to no end; then it is false.
 */
extern bool lab_equal(const LabEquation *equation, Oid role, int timeout, LabSandboxError *error);

#endif /* LAB_EQUAL_H */
