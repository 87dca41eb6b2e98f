/*
 * objects.h
 *		Which relations and functions of the database are others than before.
 */
#ifndef LAB_OBJECTS_H
#define LAB_OBJECTS_H

#include "nodes/pg_list.h"

/*
 * The relations and functions whose rows in the catalogs have changed since the
 * last call, and those that are gone.  InvalidOid stands for whatever belongs to
 * neither.  At the first call: all of them.  Those of which somebody who reads from
 * them can see the change are added to *shown, if that is not NULL: not so where it
 * is of an index, a constraint, a default.
 */
extern List *lab_objects_changed(List **shown);

/* All that there were at the last call, with InvalidOid; sorted. */
extern List *lab_objects_all(void);

extern bool lab_objects_has(Oid object);

/* Is it in the sorted list? */
extern bool lab_objects_among(List *sorted, Oid object);

/* Those that changed, with all whose facts can be others for that; sorted. */
extern List *lab_objects_affected(List *changed);

#endif /* LAB_OBJECTS_H */
