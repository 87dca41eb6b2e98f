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

/*
 * As lab_catalog_find(), and nobody else changes the lab until the transaction ends:
 * who tries to waits, and sees what was changed.  Archived ones only where they are
 * asked for; else ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE.
 */
extern int32 lab_catalog_lock(const char *lab, Oid caller, bool archived);

/* From now on no evaluation of the (locked) lab is stored until the transaction ends. */
extern void lab_catalog_hold(int32 lab);

/*
 * Raises ERRCODE_ACTIVE_SQL_TRANSACTION when this transaction has changed the lab: it
 * would wait for what can only happen after its end.
 */
extern void lab_catalog_require_committed(int32 lab, const char *name);

/* A lab as it is recorded. */
typedef struct LabRecord
{
	int32 id;
	bool archived;
	Oid owner;
	Jsonb *spec;
	TimestampTz clock;
} LabRecord;

extern LabRecord lab_catalog_read(int32 lab);

/* Raises ERRCODE_CONFIGURATION_LIMIT_EXCEEDED when so many more participants are too many. */
extern void lab_catalog_require_room(int participants);

/* The oids of the participants' databases that are ready; of one login, or of all (NULL). */
extern List *lab_catalog_databases(int32 lab, const char *login);

/* Marks the lab for removal, which the provisioner does. */
extern void lab_catalog_drop(int32 lab, bool keep_databases);

/* Records the lab and returns its id; raises ERRCODE_DUPLICATE_OBJECT. */
extern int32 lab_catalog_add(const LabSpec *spec, Jsonb *source, Oid owner, Oid reference);

/*
 * Records a changed spec: settings, and the window where it is another one than in
 * the spec before.
 */
extern void
lab_catalog_change(int32 lab, const LabSpec *before, const LabSpec *spec, Jsonb *source);

/* Names the databases that the checks come from, and the time that now() was in them. */
extern void lab_catalog_set_sources(int32 lab, Oid reference, Oid hidden, TimestampTz clock);

/*
 * Records tasks and checks: facts grouped as the spec says, the others by
 * their top-level object.  Returns the checks with their ids.
 */
extern List *lab_catalog_add_checks(int32 lab, const LabSpec *spec, List *facts);

/* Does the fact belong to the task, as its own check or by one of its globs? */
extern bool lab_catalog_covers(const LabSpecTask *task, const LabFact *fact);

/* Raises an error where an entry of spec->tasks has objects and is not in use. */
extern void lab_catalog_require_used(const LabSpec *spec, const bool *used);

/* Marks the checks that the starter satisfies, and shares out the points. */
extern void lab_catalog_share_points(int32 lab, List *kept);

extern void lab_catalog_add_participant(int32 lab, const LabSpecParticipant *participant);

#endif /* LAB_CATALOG_H */
