/*
 * merge.h
 *		The checks of a lab that is there already become others.
 */
#ifndef LAB_MERGE_H
#define LAB_MERGE_H

#include "extension/derivation.h"
#include "utils/jsonb.h"

/* The checks of a lab as they are recorded: a list of LabCheck *.  Needs SPI. */
extern List *lab_merge_present(int32 lab);

/* What the checks are before they change, for lab_merge_report(). */
extern Jsonb *lab_merge_before(int32 lab);

/*
 * Makes the checks of a lab these facts (LabFact *), in the tasks of the spec.  Who asks
 * for the same as before is the same check, with its results.  Points are shared out
 * anew.  Returns how many tasks are new or others.  Raises an error where a task has
 * nothing to check.  Nobody else may change the lab, nor may evaluations be stored
 * (lab_catalog_hold()).
 */
extern int lab_merge_checks(int32 lab, const LabSpec *spec, const LabSources *sources, List *facts);

/* How many checks became what. */
typedef struct LabMerged
{
	int added;
	int removed;
	int changed;
	int kept;
	int moved; /* of those kept: in another task, or for other points */
} LabMerged;

/*
 * Counts what became of the checks; with a result, puts a row into it for each that is not
 * as before.
 */
extern LabMerged lab_merge_report(int32 lab, Jsonb *before, ReturnSetInfo *rsinfo);

/* Is a check of the lab another one than before, or worth something else? */
extern bool lab_merge_any(const LabMerged *merged);

/* Results can be others, though nobody worked: all databases are evaluated again. */
extern void lab_merge_evaluate(int32 lab);

/* Scores and tasks done, by the results that there are. */
extern void lab_merge_restate(int32 lab);

#endif /* LAB_MERGE_H */
