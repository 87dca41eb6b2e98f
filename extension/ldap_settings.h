/*
 * ldap_settings.h
 *		The settings labcreator.ldap_*
 */
#ifndef LAB_LDAP_SETTINGS_H
#define LAB_LDAP_SETTINGS_H

typedef enum LabHash
{
	LAB_HASH_YESCRYPT, /* {CRYPT}$y$ */
	LAB_HASH_SHA512,   /* {CRYPT}$6$ */
	LAB_HASH_SSHA,     /* {SSHA} */
} LabHash;

extern char *lab_ldap_uri; /* one or several, separated by spaces */
extern bool lab_ldap_tls;
extern char *lab_ldap_ca_file;
extern char *lab_ldap_bind_dn;
extern char *lab_ldap_password_file;
extern char *lab_ldap_people_dn;
extern char *lab_ldap_groups_dn;
extern int lab_ldap_password_hash; /* LabHash */
extern bool lab_ldap_must_change;
extern int lab_ldap_timeout; /* milliseconds */

extern void lab_ldap_settings_init(void);

/* What is missing before labcreator can keep accounts in a directory, in words; NULL: nothing. */
extern const char *lab_ldap_missing(void);

#endif /* LAB_LDAP_SETTINGS_H */
