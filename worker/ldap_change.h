/*
 * ldap_change.h
 *		Makes one entry of the directory what it should be.
 */
#ifndef LAB_LDAP_CHANGE_H
#define LAB_LDAP_CHANGE_H

#include "worker/ldap_entry.h"

typedef enum LabLdapStep
{
	LAB_LDAP_LOOK,
	LAB_LDAP_ADD,
	LAB_LDAP_MODIFY,
	LAB_LDAP_DELETE,
} LabLdapStep;

struct LabLdapChange;

/* What accounts and groups have of their own. */
typedef struct LabLdapChangeKind
{
	const char *attribute; /* names the entry: uid, cn */
	const char *alike;     /* what the directory may take it for: another ... */
	const char *remedy;    /* where somebody else's entry has the name */
	const char *missing;   /* drift: it was not there */
	const char *stray;     /* drift: it was there and is not wanted */
	char **attributes;     /* to read */

	LDAPMod **(*new_entry)(LabLdap *session, struct LabLdapChange *change);

	/* Sets mods to what makes the entry right, NIL when it is, and drift. */
	void (*compare)(LabLdap *session, struct LabLdapChange *change, LDAPMessage *entry);

	/* May what was refused for this reason pass now? */
	bool (*again)(LabLdap *session, struct LabLdapChange *change, int code);
} LabLdapChangeKind;

/* Embedded as the first field by accounts and groups. */
typedef struct LabLdapChange
{
	LabLdapJob job;
	const LabLdapChangeKind *kind;
	LabNotice *notice;

	/* as wanted */
	const char *name;  /* in this database's encoding */
	const char *value; /* the same in UTF-8 */
	const char *dn;
	bool wanted; /* else: must not be there */
	bool known;  /* it was there when we looked last */

	/* as found */
	LabLdapStep step;
	int rounds;
	List *mods;        /* of LDAPMod * */
	bool made;         /* anew */
	const char *drift; /* what was not as it had been left */
} LabLdapChange;

/*
 * Fills in a change, of which wanted and known are set.  The subject of the notice is
 * prefix and name; the entry is under base.
 */
extern void lab_ldap_change_init(LabLdapChange *change, const LabLdapChangeKind *kind,
								 LabNotice *notice, const char *prefix, const char *base);

/* When the notice was no change of ours: tells the lab master what had drifted. */
extern void lab_ldap_change_report(const LabLdapChange *change);

#endif /* LAB_LDAP_CHANGE_H */
