/*
 * ldap_hba.c
 *		lab_hba(): the lines of pg_hba.conf that let participants in.
 *
 * Prefix and suffix are preferred to a search: the server logs the line of a
 * failed login, and a line that searches may hold a password.
 */
#include "postgres.h"

#include <ldap.h>

#include "extension/ldap_hba.h"
#include "extension/ldap_settings.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_FUNCTION_INFO_V1(lab_hba);

bool
lab_hba_can_name(const char *login)
{
	Size length = strlen(login);

	return length > 0 && strpbrk(login, ",+\"\\<>;") == NULL && *login != '#' && *login != ' ' &&
		   login[length - 1] != ' ';
}

static void pg_attribute_printf(2, 3) put(ReturnSetInfo *rsinfo, const char *format, ...)
{
	StringInfoData line;
	Datum value;
	bool isnull = false;

	initStringInfo(&line);
	for (;;)
	{
		va_list args;
		int needed;

		va_start(args, format);
		needed = appendStringInfoVA(&line, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&line, needed);
	}
	value = CStringGetTextDatum(line.data);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
}

/* As pg_hba.conf wants a value: quotes within are doubled. */
static char *
quoted(const char *value)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '"');
	for (; *value; value++)
	{
		if (*value == '"')
			appendStringInfoChar(&text, '"');
		appendStringInfoChar(&text, *value);
	}
	appendStringInfoChar(&text, '"');
	return text.data;
}

/*
 * The options that name the directory.  The server takes several hosts, but one
 * scheme and port: addresses that have others than the first are left out, and
 * said to be.
 */
static char *
server_options(ReturnSetInfo *rsinfo)
{
	StringInfoData hosts;
	char *rest = pstrdup(lab_ldap_uri);
	char *uri;
	char *scheme = NULL;
	int port = 0;

	initStringInfo(&hosts);
	while ((uri = strtok_r(NULL, " ", &rest)) != NULL)
	{
		LDAPURLDesc *url;

		if (ldap_url_parse(uri, &url) != LDAP_URL_SUCCESS || url->lud_host == NULL)
			continue;
		if (scheme == NULL)
		{
			scheme = pstrdup(url->lud_scheme);
			port = url->lud_port;
		}
		if (strcmp(scheme, url->lud_scheme) == 0 && port == url->lud_port)
			appendStringInfo(&hosts, "%s%s", hosts.len ? " " : "", url->lud_host);
		else
			put(rsinfo, "# left out, for its scheme or port is not the first address's: %s", uri);
		ldap_free_urldesc(url);
	}
	if (scheme == NULL)
		return NULL;
	return psprintf("ldapserver=%s ldapport=%d%s", quoted(hosts.data), port,
					strcmp(scheme, "ldaps") == 0 ? " ldapscheme=ldaps"
					: lab_ldap_tls               ? " ldaptls=1"
												 : "");
}

static void
put_ldap(ReturnSetInfo *rsinfo, const char *kind)
{
	char *server;

	if (*lab_ldap_people_dn == '\0' || (server = server_options(rsinfo)) == NULL)
	{
		put(rsinfo,
			"# no line for LDAP: labcreator.ldap_uri or labcreator.ldap_people_dn is not set");
		return;
	}
	put(rsinfo,
		"# passwords in LDAP; the server's environment should have LDAPNETWORK_TIMEOUT=3 "
		"LDAPTIMEOUT=3%s%s",
		*lab_ldap_ca_file ? " LDAPTLS_CACERT=" : "", lab_ldap_ca_file);
	put(rsinfo, "%s all +lab_ldap all ldap %s ldapprefix=\"uid=\" ldapsuffix=%s", kind, server,
		quoted(psprintf(",%s", lab_ldap_people_dn)));
	put(rsinfo, "# instead, for logins with a comma or the like, where the directory lets "
				"everybody search:");
	put(rsinfo, "#%s all +lab_ldap all ldap %s ldapbasedn=%s ldapsearchattribute=\"uid\"", kind,
		server, quoted(lab_ldap_people_dn));
}

/* lab_hba(): setof text */
Datum
lab_hba(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool ssl = strcmp(GetConfigOption("ssl", false, false), "on") == 0;
	const char *kind = ssl ? "hostssl" : "host   ";

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	put(rsinfo, "# participants of labs: above other lines that they would match; put your network "
				"for the second \"all\"");
	if (!ssl)
		put(rsinfo, "# ssl is off: an LDAP password crosses the network to this server in clear");
	put_ldap(rsinfo, kind);
	put(rsinfo, "# passwords in Postgres");
	put(rsinfo, "%s all +lab_student all scram-sha-256", kind);
	return (Datum) 0;
}
