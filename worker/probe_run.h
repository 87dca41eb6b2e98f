/*
 * probe_run.h
 *		Statements run one after another as somebody, looked at, and rolled back.
 */
#ifndef LAB_PROBE_RUN_H
#define LAB_PROBE_RUN_H

#include "nodes/pg_list.h"
#include "worker/sandbox.h"

/* One statement, and what is to be seen of it. */
typedef struct LabStep
{
	const char *sql;
	bool keep;    /* the next steps see what it did, unless it failed */
	bool ordered; /* its rows count in the order in which they come */
	bool effects; /* what it does to the watched tables counts; not together with keep */
	bool quiet;   /* no trigger, rule or foreign key notices */
} LabStep;

/* What a step did to one watched table: rows that came less rows that went. */
typedef struct LabEffect
{
	const char *table;
	int64 rows;
	char *digest;  /* of whole rows */
	List *columns; /* of char *: a digest for each of the table's compared columns */
} LabEffect;

/* What came of a step.  Digests are 32 hexadecimal digits. */
typedef struct LabOutcome
{
	bool ran;      /* false: the time was up before its turn */
	int sqlstate;  /* 0: it came to its end */
	char *message; /* of the error */
	uint64 rows;   /* returned, or inserted, updated, deleted */
	char *digest;  /* of the rows that it returned; NULL: none to return */
	char *text;    /* the first of them, shortened, for people */
	List *effects; /* of LabEffect *: the watched tables that changed, by name */
} LabOutcome;

/* How steps run. */
typedef struct LabStage
{
	Oid role;         /* as whom */
	Oid owner;        /* whose sequences are shielded; InvalidOid: everybody's */
	int timeout;      /* milliseconds for one step */
	const char *path; /* search_path; NULL: pg_catalog alone */
	List *watched;    /* of LabWatch * (probe_effect.h) */
} LabStage;

/*
 * Runs the steps (of LabStep *) in a subtransaction that is always rolled back,
 * each in one of its own.  *outcomes gets a LabOutcome * for each of them, in
 * the current memory context.  One that takes too long is the last to run.
 *
 * Needs a transaction that may write.  Sequences are shielded: they give the
 * same values in every database, and keep their own (probe_sequences.h).
 * Returns false, with the reason, where that cannot be done.
 */
extern bool
lab_probe_run(const LabStage *stage, List *steps, List **outcomes, LabSandboxError *error);

/* How long the probes of this evaluation may take, in milliseconds; 0: no limit. */
extern void lab_probe_limit(int limit);

#endif /* LAB_PROBE_RUN_H */
