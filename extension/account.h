/*
 * account.h
 *		Logins of participants: roles that labcreator makes and owns.
 */
#ifndef LAB_ACCOUNT_H
#define LAB_ACCOUNT_H

/* A new password from the server's strong random source: 64 bits, readable aloud. */
extern char *lab_new_password(void);

/*
 * Makes sure that the login exists and is labcreator's.  Returns its initial
 * password, or NULL when the login was made before (for another lab).  Raises
 * ERRCODE_DUPLICATE_OBJECT for a role that somebody else made.  Needs a
 * superuser's rights and SPI.
 */
extern char *lab_account_make(const char *login, int connections);

#endif /* LAB_ACCOUNT_H */
