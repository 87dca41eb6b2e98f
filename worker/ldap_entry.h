/*
 * ldap_entry.h
 *		What labcreator keeps in the directory: accounts, groups, and the mark by
 *		which it knows them again.
 *
 * Whatever is not marked is left alone, and never adopted.
 */
#ifndef LAB_LDAP_ENTRY_H
#define LAB_LDAP_ENTRY_H

#include "worker/ldap_session.h"
#include "worker/publisher.h"

/* The value of attribute description of all that is ours: "labcreator" and the id of this
 * installation. */
extern const char *lab_ldap_mark;

/* A string of this database as the directory wants it, and back. */
extern char *lab_ldap_to_utf8(const char *text);
extern char *lab_ldap_from_utf8(const char *text);

/* The first entry of a result, or NULL. */
extern LDAPMessage *lab_ldap_entry(LabLdap *session, LDAPMessage *result);

/* The values of the attribute, of char *; in the current memory context. */
extern List *lab_ldap_values(LabLdap *session, LDAPMessage *entry, const char *attribute);

/* Does the attribute have this value, and with alone no other?  NULL: no value at all. */
extern bool lab_ldap_has(LabLdap *session, LDAPMessage *entry, const char *attribute,
						 const char *value, bool alone);

/* A list of LDAPMod *, grown by one; values is of char *.  NIL with LDAP_MOD_REPLACE: no value. */
extern List *lab_ldap_mod(List *mods, int operation, const char *attribute, List *values);

/* The list as the library wants it. */
extern LDAPMod **lab_ldap_mods(List *mods);

/* What can be done with a notice: see the files of the same names. */
typedef struct LabLdapKind
{
	const char *prefix; /* of the subject; "" for the whole of it */

	/* In a transaction: sets notice->wanted, whose first field is a LabLdapJob. */
	void (*prepare)(List *notices);

	/* In the transaction that marks them as done. */
	void (*settle)(List *notices);
} LabLdapKind;

extern const LabLdapKind lab_ldap_account; /* "account LOGIN" */
extern const LabLdapKind lab_ldap_group;   /* "group LAB" */
extern const LabLdapKind lab_ldap_sweep;   /* "directory" */

#endif /* LAB_LDAP_ENTRY_H */
