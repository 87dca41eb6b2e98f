/*
 * masters.h
 *		Whose a lab is: its owner's, and theirs whom its spec names as masters.
 */
#ifndef LAB_MASTERS_H
#define LAB_MASTERS_H

#include "extension/spec.h"
#include "utils/array.h"

/* Is a lab of this owner and these masters (oid[], by role) the caller's? */
extern bool lab_masters_include(Oid caller, Oid owner, ArrayType *masters);

/*
 * Every role that the spec names as master must be there and a member of
 * lab_master: ERRCODE_UNDEFINED_OBJECT, ERRCODE_INVALID_PARAMETER_VALUE.
 */
extern void lab_masters_require(const LabSpec *spec);

/* Records the spec's masters for the lab.  Needs SPI and a superuser's rights. */
extern void lab_masters_set(int32 lab, const LabSpec *spec);

/*
 * A login is one for all labs that it is in, and so is its password: it is the
 * caller's to set when the first of these labs is.  Raises
 * ERRCODE_INSUFFICIENT_PRIVILEGE.  Needs SPI and a superuser's rights.
 */
extern void lab_masters_require_login(const char *login, Oid caller);

#endif /* LAB_MASTERS_H */
