/*
 * provision.h
 *		Making actual what is desired: participants' databases.
 */
#ifndef LAB_PROVISION_H
#define LAB_PROVISION_H

#include "extension/clock.h"

/*
 * In the coordinator: starts provisioners while there is work for them and
 * notices when they end.  Returns when there will be work again, or 0.
 */
extern LabTime lab_provision_oversee(void);

/* Why the last provisioner ended before its work was done, or NULL. */
extern const char *lab_provision_trouble(void);

#endif /* LAB_PROVISION_H */
