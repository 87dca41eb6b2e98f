/*
 * probe_plan.h
 *		What the definition of a behaviour holds: statements and what comes of them.
 */
#ifndef LAB_PROBE_PLAN_H
#define LAB_PROBE_PLAN_H

#include "datatype/timestamp.h"
#include "worker/probe_run.h"

/* One statement of a plan. */
typedef struct LabProbe
{
	LabStep step;        /* one that is kept changes the data for those after it */
	LabOutcome expected; /* in the reference */
	int group;           /* of candidates: each group gets its share of those that are kept */
	int variety;         /* in a group: the same outcome of another one is something new */
} LabProbe;

typedef struct LabPlan
{
	const char *by;     /* "probes", "source", "definition" */
	const char *source; /* digest of the text: an object with the same one behaves the same */
	const char *path;   /* search_path of the probes */
	TimestampTz clock;  /* when it is, for them */
	bool names;         /* the name of who runs it is in what comes of it */
	bool uncommitted;   /* COMMIT is taken out of the procedure before it is called */
	const char *before; /* not stored: a statement that runs before all probes, or NULL */
	List *watched;      /* of LabWatch *: the tables whose changes count */
	List *probes;       /* of LabProbe *, in the order in which they run */
	List *read;         /* of LabTable *, in the reference: the tables that they are about */
} LabPlan;

/* A statement that changes the data for those after it, or one that is looked at. */
extern LabProbe *lab_probe_change(const char *sql);
extern LabProbe *lab_probe_look(const char *sql, int group);

/* The steps of the plan, and for each of them its probe; NULL for plan->before. */
extern List *lab_plan_steps(const LabPlan *plan, List **probes);

/* As jsonb writes it; and back, except for the oids of the watched tables. */
extern char *lab_plan_write(const LabPlan *plan);
extern LabPlan *lab_plan_read(const char *definition);

#endif /* LAB_PROBE_PLAN_H */
