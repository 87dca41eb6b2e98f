/*
 * account.h
 *		Logins of participants: roles that labcreator makes and owns.
 */
#ifndef LAB_ACCOUNT_H
#define LAB_ACCOUNT_H

#include "extension/spec.h"

/* A new password from the server's strong random source: 64 bits, readable aloud. */
extern char *lab_new_password(void);

/*
 * Makes sure that the login exists and is labcreator's, with its password where
 * auth says.  Returns its initial password, or NULL when the login was made before
 * (for another lab) or the password is none of our business.  Raises
 * ERRCODE_DUPLICATE_OBJECT for a role that somebody else made, or one that has its
 * password elsewhere.  Needs a superuser's rights and SPI.
 */
extern char *lab_account_make(const char *login, int connections, LabAuth auth);

/*
 * Locks the logins of these participants (LabSpecParticipant *), as far as they are
 * recorded: until the transaction ends no other lab takes them in or lets go of them.
 */
extern void lab_account_lock(List *participants);

/* Sets how many sessions these participants may have, by the labs that they are in now. */
extern void lab_account_limit(List *participants);

/*
 * Gives the login a new initial password and returns it.  Raises
 * ERRCODE_FEATURE_NOT_SUPPORTED when somebody else keeps the account.  Needs a
 * superuser's rights and SPI.
 */
extern char *lab_account_reset(const char *login);

/* Sets the password of the role, without a statement that a log could keep. */
extern void lab_account_set(const char *login, const char *password);

/* Has the role its password in a directory? */
extern bool lab_account_in_directory(Oid role);

#endif /* LAB_ACCOUNT_H */
