/*
 * probe_values.h
 *		Values to try, as SQL.
 */
#ifndef LAB_PROBE_VALUES_H
#define LAB_PROBE_VALUES_H

#include "worker/probe_source.h"

/* Values of a type, each an expression of that type; of char *. */
typedef struct LabValues
{
	List *ordinary; /* such as people use, best first */
	int mentioned;  /* so many of them come from the code */
	List *edges;    /* NULL, the least, the greatest, the empty ... */
} LabValues;

extern char *lab_type_any_length(Oid type);

/* As an expression of the type. */
extern char *lab_literal(const char *text, Oid type);

/* The same of a value from the data; the role's name is whoever's name it is elsewhere. */
extern char *lab_literal_found(const char *text, Oid type, Oid role);
extern bool lab_is_name_of(const char *text, Oid role);

/*
 * Values of the type (no pseudo-type), from what the code mentions, from columns
 * of the database that resemble the name, and from what the type is known for.
 * Runs SQL as the role; some expressions may turn out not to be valid.
 */
extern LabValues
lab_values_for(Oid type, const char *name, const LabMentions *mentions, Oid role, int timeout);

/* Parts of it that need no data (probe_literals.c). */
extern void lab_literals_known(LabValues *values, Oid type);
extern void lab_literals_mentioned(List **list, Oid type, const LabMentions *mentions);
extern void lab_literals_converted(List **list, Oid type, const LabMentions *mentions);

/* The first column of the query's rows, run as the role; NIL where it fails. */
extern List *lab_values_query(const char *query, Oid role, int timeout);

#endif /* LAB_PROBE_VALUES_H */
