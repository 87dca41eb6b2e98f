/*
 * catalog.h
 *		Writing what is wanted into the tables of schema lab.
 *
 * All functions need SPI and a superuser's rights.
 */
#ifndef LAB_CATALOG_H
#define LAB_CATALOG_H

#include "extension/spec.h"

/*
 * SPI, a fixed search_path and a superuser's rights for a lab master's
 * function; remembers who called.
 */
typedef struct LabPrivilege
{
	Oid caller;
	int security;
	int nest_level;
} LabPrivilege;

extern void lab_privilege_begin(LabPrivilege *privilege);
extern void lab_privilege_end(LabPrivilege *privilege);

/*
 * The id of the active lab.  Raises ERRCODE_UNDEFINED_OBJECT when there is none
 * that the caller may act on.
 */
extern int32 lab_catalog_find(const char *lab, Oid caller);

/* Raises ERRCODE_CONFIGURATION_LIMIT_EXCEEDED when so many more participants are too many. */
extern void lab_catalog_require_room(int participants);

/* The oids of the participants' databases that are ready; of one login, or of all (NULL). */
extern List *lab_catalog_databases(int32 lab, const char *login);

/* Marks the lab for removal, which the provisioner does. */
extern void lab_catalog_drop(int32 lab, bool keep_databases);

/* Records the lab and returns its id; raises ERRCODE_DUPLICATE_OBJECT. */
extern int32 lab_catalog_add(const LabSpec *spec, Jsonb *source, Oid owner, Oid reference);

/* Names the database with hidden data. */
extern void lab_catalog_set_hidden(int32 lab, Oid hidden);

/*
 * Records tasks and checks: facts grouped as the spec says, the others by
 * their top-level object.  Returns the checks with their ids.
 */
extern List *lab_catalog_add_checks(int32 lab, const LabSpec *spec, List *facts);

/* Marks the checks that the starter satisfies, and shares out the points. */
extern void lab_catalog_share_points(int32 lab, List *kept);

extern void lab_catalog_add_participant(int32 lab, const LabSpecParticipant *participant);

#endif /* LAB_CATALOG_H */
