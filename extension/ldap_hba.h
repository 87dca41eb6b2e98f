/*
 * ldap_hba.h
 *		The lines of pg_hba.conf that let participants in.
 */
#ifndef LAB_LDAP_HBA_H
#define LAB_LDAP_HBA_H

/*
 * Can the server name this login's entry by a prefix and a suffix?  It puts the
 * login between them as it stands.
 */
extern bool lab_hba_can_name(const char *login);

#endif /* LAB_LDAP_HBA_H */
