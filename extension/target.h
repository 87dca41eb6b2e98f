/*
 * target.h
 *		Which object a statement is about, from what the server knows of it.
 */
#ifndef LAB_TARGET_H
#define LAB_TARGET_H

#include "nodes/plannodes.h"

/* Names as the catalogs hold them. */
typedef struct LabTarget
{
	const char *schema; /* NULL: the statement named none */
	const char *name;   /* NULL: no object is known */
	bool aimed;         /* it is defined, changed or, for a view, asked; not only read */
} LabTarget;

/*
 * The object of a utility statement, by the names in its parse tree.  Nothing
 * is looked up or allocated that outlives the statement.
 */
extern LabTarget lab_target_of_utility(Node *statement);

/* Does the utility statement say anything about the work?  BEGIN and SET do not. */
extern bool lab_target_is_work(Node *statement);

/*
 * The table or view that a plan writes to, else the first one of the user's that
 * it reads.  To be called when the executor has checked the permissions: the
 * names are in the caches then.  *catalogs_only is set when all that the plan
 * reads are system catalogs.
 */
extern LabTarget lab_target_of_plan(PlannedStmt *plan, bool *catalogs_only);

#endif /* LAB_TARGET_H */
