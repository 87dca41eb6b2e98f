/*
 * ldap_hash.h
 *		Passwords as a directory stores them.
 */
#ifndef LAB_LDAP_HASH_H
#define LAB_LDAP_HASH_H

/*
 * A value for userPassword that lets the new password of lab_new_password() in,
 * by labcreator.ldap_password_hash.  Not for passwords that people choose: the
 * hashes are cheap, which 64 random bits allow.
 */
extern char *lab_ldap_hash(const char *password);

#endif /* LAB_LDAP_HASH_H */
