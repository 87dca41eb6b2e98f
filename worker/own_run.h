/*
 * own_run.h
 *		Statements of the lab master's, run as the participant and rolled back.
 */
#ifndef LAB_OWN_RUN_H
#define LAB_OWN_RUN_H

#include "worker/result.h"
#include "worker/sandbox.h"

/* A statement, with what came of it. */
typedef struct LabOwnStatement
{
	char *sql;
	bool ran;
	int sqlstate; /* 0: it came to its end */
	char *message;
	LabResult *result; /* of a script */
	List *tests;       /* of pgTAP */
	bool sets;         /* it is SET or RESET */
} LabOwnStatement;

typedef struct LabOwnRun
{
	Oid role;
	int timeout; /* milliseconds for one statement */
	const char *path;

	/* In a subtransaction, as the role: what the statement gives goes into the given context. */
	void (*execute)(LabOwnStatement *statement, MemoryContext context);
	/* NULL, or before the first statement and after each, as ourselves: false ends the run. */
	bool (*look)(struct LabOwnRun *run, LabOwnStatement *statement);
	void *arg;
} LabOwnRun;

/*
 * The statements of a text: a list of LabOwnStatement *.  BEGIN, COMMIT and the
 * like are left out, or are an error; so is what needs a client.
 */
extern List *lab_own_split(const char *text, bool skip_transactions, MemoryContext context);

/*
 * Runs the statements in one subtransaction that is always rolled back.  Each
 * sees what those before it did, unless they failed.  Sequences are shielded
 * (probe_sequences.h).  One that takes too long is the last.  Needs a transaction
 * that may write; false, with the reason, where nothing could be run.
 */
extern bool lab_own_run(LabOwnRun *run, List *statements, LabSandboxError *error);

#endif /* LAB_OWN_RUN_H */
