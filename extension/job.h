/*
 * job.h
 *		One job of an evaluator, run while the caller waits.
 */
#ifndef LAB_JOB_H
#define LAB_JOB_H

#include "extension/fact.h"

/*
 * Runs the job in a background worker and returns its answers: LabFact * for a
 * derivation, LabVerdict * for an evaluation.  An error of the worker is raised
 * here, with its SQLSTATE.  Waits, interruptibly and with a NOTICE, while the
 * server has no background worker to spare.
 */
extern List *lab_run_job(const LabJob *job);

#endif /* LAB_JOB_H */
