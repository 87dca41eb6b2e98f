/*
 * session.h
 *		Settings and transactions of a background worker that works on a database
 *		through SPI.
 */
#ifndef LAB_SESSION_H
#define LAB_SESSION_H

extern void lab_session_pin_settings(void);

/* Begins a transaction with a snapshot and SPI; returns the memory context that was current. */
extern MemoryContext lab_session_begin(void);

/* The same, but its commit does not wait for the disk: the coordinator sees to that. */
extern MemoryContext lab_session_begin_early(void);

/* Commits it; context is current then. */
extern void lab_session_commit(MemoryContext context);

/*
 * In PG_CATCH(): reports the error to the log, ends the transaction, and returns a
 * copy of the error in context, which is current then.
 */
extern ErrorData *lab_session_recover(MemoryContext context);

/* From now on commits do not wait for the disk, but for those that ask for it (ForceSyncCommit). */
extern void lab_session_commit_early(void);

#endif /* LAB_SESSION_H */
