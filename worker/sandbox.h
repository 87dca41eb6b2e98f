/*
 * sandbox.h
 *		Running what may be a participant's code.
 */
#ifndef LAB_SANDBOX_H
#define LAB_SANDBOX_H

/*
 * Pins every setting that deparsing and output depend on, whatever ALTER
 * DATABASE ... SET says.  Once, right after connecting.
 */
extern void lab_sandbox_pin_settings(void);

/* Starts the transaction in which everything is read, and ends it: always by an abort. */
extern void lab_sandbox_begin(void);
extern void lab_sandbox_end(void);

typedef struct LabSandboxError
{
	int sqlstate;
	char *message; /* in the caller's memory context */
} LabSandboxError;

/*
 * Calls body(arg) as the role, in a security-restricted, read-only
 * subtransaction that is always rolled back, for at most timeout milliseconds.
 * Returns true when it came to its end; otherwise *error says why.  What body
 * allocates in the context that was current at the call survives.
 */
extern bool
lab_sandbox_run(Oid role, int timeout, void (*body)(void *arg), void *arg, LabSandboxError *error);

#endif /* LAB_SANDBOX_H */
