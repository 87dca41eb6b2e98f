/*
 * depend.h
 *		What the outcome of a check can depend on, in the current database.
 */
#ifndef LAB_DEPEND_H
#define LAB_DEPEND_H

#include "nodes/pg_list.h"

typedef struct LabDependencies LabDependencies;

/* How far a kind of check looks around itself. */
typedef enum LabReach
{
	LAB_REACH_CATALOGS, /* definitions only */
	LAB_REACH_READS,    /* whatever the table, view or function reads */
	LAB_REACH_WRITES    /* and whatever is touched by writing to that */
} LabReach;

/*
 * Who refers to whom, in the current memory context: of the objects (a sorted list
 * of oids; InvalidOid among them: all of them) it is read from the catalogs, the
 * rest is as it was known, or NULL.
 */
extern LabDependencies *lab_depend_read(List *objects, const LabDependencies *known);

/*
 * A number that differs when something in reach of the relation or function was
 * noted as changed (lab_depend_note) since; InvalidOid: anything at all.
 */
extern uint64 lab_depend_stamp(const LabDependencies *dependencies, Oid object, LabReach reach);

/*
 * Notes of changes outlive what was read.  One that is not shown cannot be seen by
 * who only reads from the object: an index, a constraint, a default.
 */
extern void lab_depend_note(Oid object, bool shown);
extern void lab_depend_note_everything(void);

/* Forgets the notes of what is gone (objects.h). */
extern void lab_depend_forget_others(void);

#endif /* LAB_DEPEND_H */
