/*
 * hidden.h
 *		Participants' views on the lab master's hidden data.
 */
#ifndef LAB_HIDDEN_H
#define LAB_HIDDEN_H

#include "extension/fact.h"

/*
 * Does a LAB_JOB_HIDDEN: sends a verdict for each query of the job, or, where it
 * has none, each check with its definition completed.  In the given context.
 */
extern void lab_hidden_run(const LabJob *job, MemoryContext context);

#endif /* LAB_HIDDEN_H */
