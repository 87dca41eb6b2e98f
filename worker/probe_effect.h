/*
 * probe_effect.h
 *		What a statement did to tables.
 */
#ifndef LAB_PROBE_EFFECT_H
#define LAB_PROBE_EFFECT_H

#include "worker/digest.h"
#include "worker/rows.h"
#include "worker/probe_run.h"

/* A table that is looked at before and after. */
typedef struct LabWatch
{
	char *name;    /* in SQL notation, as people know it */
	Oid relation;  /* InvalidOid: the database lacks it */
	List *columns; /* of char *: those that are compared; NIL: to be found out */
	bool level;    /* those too whose default differs from call to call: a probe has set them */

	/* Kept by probe_effect.c: */
	List *members;    /* of oids: where its rows are */
	uint64 activity;  /* of all members, when last looked at */
	bool known;       /* base is set */
	LabRowsSum base;  /* its rows when nothing had been done */
	LabRowsSum after; /* its rows once it has changed */
	bool changed;
} LabWatch;

/* Finds and locks what is watched; columns become all that the table has where they are NIL. */
extern void lab_effect_open(List *watched);

/* Before a statement; after it, in the same subtransaction; and after that was rolled back. */
extern void lab_effect_before(List *watched);
extern void lab_effect_after(List *watched);
extern List *lab_effect_take(List *watched);

/* Something was done that stays: what the tables had before is no longer known. */
extern void lab_effect_forget(List *watched);

#endif /* LAB_PROBE_EFFECT_H */
