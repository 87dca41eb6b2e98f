/*
 * setup.h
 *		What is done inside a participant's new database.
 */
#ifndef LAB_SETUP_H
#define LAB_SETUP_H

/*
 * Hands schema public and everything that came from the starter to the login,
 * in a worker of its own, and returns when that is committed.  Can be repeated.
 * Raises the worker's error.
 */
extern void lab_setup_run(Oid database, const char *login);

#endif /* LAB_SETUP_H */
