/*
 * probe.h
 *		Behaviour compared by probes.
 *
 * A plan is made in the reference and stored as a check's definition; the same
 * statements then run in each participant's database.
 */
#ifndef LAB_PROBE_H
#define LAB_PROBE_H

#include "worker/kinds.h"
#include "worker/probe_plan.h"

/* What is known of the database that probes are made for. */
typedef struct LabProbeScope
{
	const LabJob *job;
	const char *object; /* for messages, and as the seed */
	Oid owner;          /* as whom the probes run */
	bool by_chance;     /* the code mentions what differs from call to call */
	bool results_only;  /* an error that changed data lead to is no promise */
} LabProbeScope;

/* The time that the checks were derived at; now, where none says so. */
extern TimestampTz lab_probe_clock(List *checks);

/* The tables of the database, to be watched: of LabWatch *. */
extern List *lab_probe_tables(void);

/* A search_path with the schema first, and all others that people made after it. */
extern char *lab_probe_path(const char *schema);

/*
 * Runs the candidates in the reference and keeps those that show something and
 * are the same each time, at most limit of them beside the ones that are kept.
 * Ends and begins transactions.  Returns false where nothing is left.
 */
extern bool lab_probe_settle(LabPlan *plan, const LabProbeScope *scope, int limit);

/* Runs the plan in a participant's database: sets status and problem. */
extern void lab_probe_judge(LabComparison *comparison, LabPlan *plan, const LabProbeScope *scope);

/* For both sides: */

/*
 * The text that the query gives for the object, $1.  It uses the server's own
 * functions over the catalogs, which lock what they deparse: false, with the
 * reason, where somebody else holds it.
 */
extern bool lab_probe_text(const char *query, Oid object, const LabJob *job, char **text,
						   LabSandboxError *error);
extern List *lab_probe_names(Oid role);
extern bool lab_outcome_equal(const LabOutcome *expected, const LabOutcome *found);

#endif /* LAB_PROBE_H */
