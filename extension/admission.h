/*
 * admission.h
 *		Can this server do what a spec asks for?  Each raises an error with the JSON path.
 */
#ifndef LAB_ADMISSION_H
#define LAB_ADMISSION_H

#include "extension/derivation.h"
#include "extension/spec.h"

/*
 * Looks up the reference, starter or hidden database (what: the key of the
 * spec), which must be the caller's.
 */
extern Oid lab_callers_database(const char *name, const char *what, Oid caller);

/* All of them. */
extern LabSources lab_callers_databases(const LabSpec *spec, Oid caller);

/* Only a database without sessions can be copied. */
extern void lab_require_no_sessions(Oid database, const char *name);

/* No participant's database may be there already: labcreator never touches what it did not make. */
extern void lab_require_new_databases(List *participants);

/* A lab whose accounts labcreator keeps in a directory needs to know of one. */
extern void lab_require_directory(const LabSpec *spec);

#endif /* LAB_ADMISSION_H */
