/*
 * ldap_session.h
 *		A connection to the directory, and requests that run on it side by side.
 */
#ifndef LAB_LDAP_SESSION_H
#define LAB_LDAP_SESSION_H

#include <ldap.h>

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

typedef struct LabLdap
{
	LDAP *handle;
	pgsocket sock;
	const char *uri; /* which of labcreator.ldap_uri it is */
	bool policy;     /* the directory may have password policies, as far as we know */
} LabLdap;

/*
 * Connects to the first address of labcreator.ldap_uri that answers, with TLS as
 * the settings say.  Raises ERRCODE_CONNECTION_FAILURE with what the last one
 * said.  End it with lab_ldap_close(), after errors too.
 */
extern LabLdap *lab_ldap_connect(void);

extern void lab_ldap_close(LabLdap *session);

/* What a request came to. */
typedef struct LabLdapAnswer
{
	int code;          /* LDAP_SUCCESS, ... */
	const char *words; /* of the code, with what the directory adds; in the current context */
} LabLdapAnswer;

/* Binds; does not raise an error when the directory refuses. */
extern LabLdapAnswer lab_ldap_bind(LabLdap *session, const char *dn, const char *password);

/* Changes the password of who is bound, by the extended operation of RFC 3062. */
extern LabLdapAnswer lab_ldap_change(LabLdap *session, const char *old, const char *new);

/*
 * A job is a sequence of requests, each depending on the answer to the one before.
 * Jobs embed this as their first field.
 */
typedef struct LabLdapJob
{
	/* Sends the next request and returns what the library said; sets *message. */
	int (*ask)(LabLdap *session, struct LabLdapJob *job, int *message);

	/*
	 * Takes the answer: result is the whole chain, freed afterwards.  Sets over
	 * when there is nothing more to ask.
	 */
	void (*hear)(LabLdap *session, struct LabLdapJob *job, LDAPMessage *result,
				 const LabLdapAnswer *answer);
	bool over;
	int message; /* of the request that is on its way */
} LabLdapJob;

/*
 * Runs the jobs, several at a time, until all are over.  Raises
 * ERRCODE_CONNECTION_FAILURE when the directory goes away, is busy, or is silent for
 * longer than labcreator.ldap_timeout.
 */
extern void lab_ldap_run(LabLdap *session, List *jobs);

/* The entry's name: attribute=value,base with the value escaped by the library. */
extern char *lab_ldap_dn(const char *attribute, const char *value, const char *base);

#endif /* LAB_LDAP_SESSION_H */
