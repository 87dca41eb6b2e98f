/*
 * publish_ldap.h
 *		The directory as a target of the publisher.
 */
#ifndef LAB_PUBLISH_LDAP_H
#define LAB_PUBLISH_LDAP_H

#include "worker/publisher.h"

extern const LabTarget lab_target_ldap;

#endif /* LAB_PUBLISH_LDAP_H */
