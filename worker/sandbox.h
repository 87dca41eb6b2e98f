/*
 * sandbox.h
 *		Running what may be a participant's code.
 */
#ifndef LAB_SANDBOX_H
#define LAB_SANDBOX_H

#include "datatype/timestamp.h"
#include "extension/fact.h"

/*
 * Pins every setting that deparsing and output depend on, whatever ALTER
 * DATABASE ... SET says.  Once, right after connecting.
 */
extern void lab_sandbox_pin_settings(void);

/*
 * Starts a transaction of an evaluation, and ends it: always by an abort.  It is
 * read-only unless writing is asked for.
 */
extern void lab_sandbox_begin(bool writing);
extern void lab_sandbox_end(void);

/*
 * From the next transaction on it is always this time, for now() and all that follows from it: what
 * depends on the clock gives the same on the day of the class as it gave in the reference.
 */
extern void lab_sandbox_set_clock(TimestampTz time);
extern TimestampTz lab_sandbox_clock(void);

typedef struct LabSandboxError
{
	int sqlstate;
	char *message; /* in the caller's memory context */
} LabSandboxError;

/*
 * Whom to run as: the role, or where there is none (reference, starter) the
 * relation's owner, or the database's.
 */
extern Oid lab_sandbox_identity(Oid role, Oid relation);

/*
 * Calls body(arg) as the role, in a security-restricted
 * subtransaction that is always rolled back, for at most timeout milliseconds.
 * Returns true when it came to its end; otherwise *error says why.  What body
 * allocates in the context that was current at the call survives.
 */
extern bool
lab_sandbox_run(Oid role, int timeout, void (*body)(void *arg), void *arg, LabSandboxError *error);

/*
 * In a PG_CATCH inside of body, where a subtransaction of body's own failed: ends
 * it and returns the SQLSTATE.  What must end body as a whole (a timeout) is
 * raised again.
 */
extern int lab_sandbox_forgive(MemoryContext context);

/*
 * Between the two, now() and all that follows from it stand still at the given
 * instant, in this transaction.
 */
extern void lab_sandbox_stop_clock(TimestampTz at);
extern void lab_sandbox_start_clock(void);

/* What to say of an object that could not be looked at, and whether that is a fail or an error. */
extern void lab_sandbox_explain(const char *object, int timeout, const LabSandboxError *error,
								LabStatus *status, char **problem);

#endif /* LAB_SANDBOX_H */
