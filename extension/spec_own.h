/*
 * spec_own.h
 *		The lab master's own checks, as a task of the spec has them.
 */
#ifndef LAB_SPEC_OWN_H
#define LAB_SPEC_OWN_H

#include "extension/spec_values.h"

/*
 * The checks of a task: a list of LabFact * whose kind is query, script, plan or
 * pgtap, whose object is the task's name, and whose definition is what is asked
 * for, with the "path" at which it stands.  Errors as lab_spec_read().
 */
extern List *lab_spec_own_checks(const LabSpecObject *task, const char *name);

#endif /* LAB_SPEC_OWN_H */
