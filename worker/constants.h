/*
 * constants.h
 *		The constants of expressions, sorted by what they are good for.
 */
#ifndef LAB_CONSTANTS_H
#define LAB_CONSTANTS_H

#include "nodes/pg_list.h"
#include "nodes/primnodes.h"

typedef struct LabConstants
{
	List *numbers;   /* of char *: what numeric_in() accepts */
	List *strings;   /* of char * */
	List *moments;   /* of Timestamp *: dates too; of timestamptz in UTC */
	List *times;     /* of char *: times of day */
	List *intervals; /* of Interval * */
	List *values;    /* of Const *: all of them */
	bool now;        /* does an expression ask for the time? */
} LabConstants;

/* Adds those of an expression, in the current memory context. */
extern void lab_constants_collect(LabConstants *constants, Node *expression);

/* Adds a value that is none of theirs, but is compared with. */
extern void lab_constants_add_value(LabConstants *constants, Datum value, Oid type, Oid collation);

/* Adds a string that stands for something else, such as the name of a role. */
extern void lab_constants_add_string(LabConstants *constants, const char *string);

#endif /* LAB_CONSTANTS_H */
