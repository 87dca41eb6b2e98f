/*
 * facts.h
 *		The facts of the current database.
 */
#ifndef LAB_FACTS_H
#define LAB_FACTS_H

#include "extension/fact.h"

/*
 * All facts that the catalogs show, without those that the patterns ignore; in
 * the current memory context.  role is whose identity expressions are simplified
 * with (InvalidOid: the owner of their table).  Definitions of lazy kinds
 * (kinds.h) are NULL.
 */
extern List *lab_facts_read(Oid role, int timeout, List *ignore);

/* The text of a definition as jsonb writes it: equal definitions are equal texts. */
extern char *lab_fact_canonical(const char *definition);

#endif /* LAB_FACTS_H */
