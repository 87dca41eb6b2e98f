/*
 * session.h
 *		The settings of a background worker that works on the control database.
 */
#ifndef LAB_SESSION_H
#define LAB_SESSION_H

extern void lab_session_pin_settings(void);

/* From now on commits do not wait for the disk, but for those that ask for it (ForceSyncCommit). */
extern void lab_session_commit_early(void);

#endif /* LAB_SESSION_H */
