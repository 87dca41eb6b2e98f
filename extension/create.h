/*
 * create.h
 *		What lab_create() and the functions that change a lab have in common.
 */
#ifndef LAB_CREATE_H
#define LAB_CREATE_H

#include "extension/spec.h"
#include "nodes/execnodes.h"

/*
 * Makes the logins of these participants and records them; puts a row of
 * credentials for each into the result.  Needs SPI and a superuser's rights.
 */
extern void
lab_add_participants(int32 lab, const LabSpec *spec, List *participants, ReturnSetInfo *rsinfo);

/* From now on only labcreator, its owner and who the owner names get into the database. */
extern void lab_close_database(const char *name);

#endif /* LAB_CREATE_H */
