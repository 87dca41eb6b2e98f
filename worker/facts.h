/*
 * facts.h
 *		The facts of the current database.
 */
#ifndef LAB_FACTS_H
#define LAB_FACTS_H

#include "extension/fact.h"
#include "worker/sandbox.h"

/*
 * All facts that the catalogs show, without those that the patterns ignore; in
 * the current memory context.  role is whose identity expressions are simplified
 * with (InvalidOid: the owner of their table).
 */
extern List *lab_facts_read(Oid role, int timeout, List *ignore);

/*
 * The definition of a "rows" or "view_result" fact, which is computed only
 * where it is asked for: the contents of the object.  columns (of char *) as in
 * lab_rows_of_table().  On failure NULL, and *error says why.
 */
extern char *lab_facts_contents(const LabFact *fact, Oid role, int timeout, List *columns,
								LabSandboxError *error);

#endif /* LAB_FACTS_H */
