/*
 * publish_ldap.c
 *		The directory as a target of the publisher.
 */
#include "postgres.h"

#include "worker/publish_ldap.h"

static const char *
missing(void)
{
	return "this version cannot tell a directory anything yet";
}

static void
reconcile(void)
{
}

static void
ignore(List *notices)
{
}

const LabTarget lab_target_ldap = {LAB_TARGET_LDAP, true, missing, reconcile, ignore, ignore, NULL};
