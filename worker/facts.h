/*
 * facts.h
 *		The facts of the current database.
 */
#ifndef LAB_FACTS_H
#define LAB_FACTS_H

#include "extension/fact.h"

/* Which facts are read, and how. */
typedef struct LabFactScope
{
	Oid role; /* whose identity expressions are simplified with; InvalidOid: their table's owner */
	int timeout;  /* of that, in milliseconds */
	List *ignore; /* of char *: patterns of facts that are left out */
} LabFactScope;

/*
 * The facts that the catalogs show, in the current memory context: those of the
 * objects (a sorted list of oids; InvalidOid among them: everything) are read,
 * the others are copies of the known ones.  Definitions of lazy kinds (kinds.h)
 * are NULL.
 */
extern List *lab_facts_read(const LabFactScope *scope, List *objects, List *known);

/* The text of a definition as jsonb writes it: equal definitions are equal texts. */
extern char *lab_fact_canonical(const char *definition);

#endif /* LAB_FACTS_H */
