/*
 * ldap_settings.c
 *		The settings labcreator.ldap_*
 */
#include "postgres.h"

#include <limits.h>

#include "extension/ldap_settings.h"
#include "utils/guc.h"

#define SECRET GUC_SUPERUSER_ONLY

char *lab_ldap_uri = NULL;
bool lab_ldap_tls = true;
char *lab_ldap_ca_file = NULL;
char *lab_ldap_bind_dn = NULL;
char *lab_ldap_password_file = NULL;
char *lab_ldap_people_dn = NULL;
char *lab_ldap_groups_dn = NULL;
int lab_ldap_password_hash = LAB_HASH_YESCRYPT;
bool lab_ldap_must_change = true;
int lab_ldap_timeout = 5000;

static const struct config_enum_entry hashes[] = {
	{"yescrypt", LAB_HASH_YESCRYPT, false},
	{"sha512", LAB_HASH_SHA512, false},
	{"ssha", LAB_HASH_SSHA, false},
	{NULL, 0, false},
};

/* Every URI must be one that labcreator can connect to by itself. */
static bool
check_uri(char **value, void **extra, GucSource source)
{
	for (const char *uri = *value + strspn(*value, " "); *uri;)
	{
		if (strncmp(uri, "ldap://", 7) != 0 && strncmp(uri, "ldaps://", 8) != 0)
		{
			GUC_check_errdetail("Each address begins with ldap:// or ldaps://.");
			return false;
		}
		uri += strcspn(uri, " ");
		uri += strspn(uri, " ");
	}
	return true;
}

static void
define_text(const char *name, const char *purpose, const char *more, char **variable, int flags)
{
	DefineCustomStringVariable(name, purpose, more, variable, "", PGC_SIGHUP, flags, NULL, NULL,
							   NULL);
}

void
lab_ldap_settings_init(void)
{
	DefineCustomStringVariable(
		"labcreator.ldap_uri",
		"Address of the directory: ldap://host[:port] or ldaps://host[:port].",
		"Several, separated by spaces, are tried in turn.", &lab_ldap_uri, "", PGC_SIGHUP, 0,
		check_uri, NULL, NULL);
	DefineCustomBoolVariable("labcreator.ldap_tls",
							 "Use StartTLS on ldap:// addresses, and refuse to go on without it.",
							 NULL, &lab_ldap_tls, true, PGC_SIGHUP, 0, NULL, NULL, NULL);
	define_text("labcreator.ldap_ca_file",
				"Certificates of the authorities that the directory's must come from.",
				"Empty: those that the system's LDAP library trusts.", &lab_ldap_ca_file, 0);
	define_text("labcreator.ldap_bind_dn", "Name of labcreator's service account in the directory.",
				NULL, &lab_ldap_bind_dn, SECRET);
	define_text("labcreator.ldap_password_file",
				"File with the service account's password, readable by the server's user only.",
				NULL, &lab_ldap_password_file, SECRET);
	define_text("labcreator.ldap_people_dn", "Entry below which participants' accounts are.", NULL,
				&lab_ldap_people_dn, 0);
	define_text("labcreator.ldap_groups_dn", "Entry below which labs' groups are.", NULL,
				&lab_ldap_groups_dn, 0);
	DefineCustomEnumVariable(
		"labcreator.ldap_password_hash", "How passwords are hashed before they leave this server.",
		NULL, &lab_ldap_password_hash, LAB_HASH_YESCRYPT, hashes, PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable(
		"labcreator.ldap_must_change",
		"Ask a directory with password policies to let initial passwords be changed first.", NULL,
		&lab_ldap_must_change, true, PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable(
		"labcreator.ldap_timeout", "Time that the directory has to answer a request.", NULL,
		&lab_ldap_timeout, 5000, 100, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
}

const char *
lab_ldap_missing(void)
{
	const struct
	{
		const char *value;
		const char *words;
	} needed[] = {
		{lab_ldap_uri, "labcreator.ldap_uri is not set"},
		{lab_ldap_bind_dn, "labcreator.ldap_bind_dn is not set"},
		{lab_ldap_password_file, "labcreator.ldap_password_file is not set"},
		{lab_ldap_people_dn, "labcreator.ldap_people_dn is not set"},
		{lab_ldap_groups_dn, "labcreator.ldap_groups_dn is not set"},
	};

	for (int i = 0; i < lengthof(needed); i++)
		if (needed[i].value[strspn(needed[i].value, " ")] == '\0')
			return needed[i].words;
	return NULL;
}
