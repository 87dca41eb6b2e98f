/*
 * publish_settings.c
 *		The settings labcreator.exporter*, labcreator.grafana_* and
 *		labcreator.prometheus_url
 */
#include "postgres.h"

#include <limits.h>

#include "extension/publish_settings.h"
#include "utils/guc.h"

#define SECRET GUC_SUPERUSER_ONLY

int lab_exporter = LAB_EXPORTER_JUSTWATCH;
char *lab_exporter_file = NULL;
char *lab_exporter_connection = NULL;
char *lab_grafana_url = NULL;
char *lab_grafana_token_file = NULL;
char *lab_grafana_user = NULL;
char *lab_grafana_password_file = NULL;
char *lab_grafana_ca_file = NULL;
char *lab_grafana_folder = NULL;
char *lab_grafana_datasource = NULL;
int lab_grafana_timeout = 10000;
char *lab_prometheus_url = NULL;

static const struct config_enum_entry exporters[] = {
	{"justwatch", LAB_EXPORTER_JUSTWATCH, false},
	{"burningalchemist", LAB_EXPORTER_BURNINGALCHEMIST, false},
	{NULL, 0, false},
};

/* Empty, or an address without a password in it: everybody can see the setting. */
static bool
check_url(char **value, void **extra, GucSource source)
{
	const char *rest = *value;

	if (*rest == '\0')
		return true;
	if (strncmp(rest, "http://", 7) == 0)
		rest += 7;
	else if (strncmp(rest, "https://", 8) == 0)
		rest += 8;
	else
	{
		GUC_check_errdetail("It begins with http:// or https://.");
		return false;
	}
	if (memchr(rest, '@', strcspn(rest, "/?#")))
	{
		GUC_check_errdetail("Names and passwords do not belong into an address.");
		return false;
	}
	return true;
}

/* The file that it goes to can be read by the exporter's user, and the setting by everybody. */
static bool
check_connection(char **value, void **extra, GucSource source)
{
	const char *host = strstr(*value, "://");
	const char *at = host ? memchr(host + 3, '@', strcspn(host + 3, "/?#")) : NULL;
	const char *colon = at ? memchr(host + 3, ':', at - host - 3) : NULL;

	if ((colon && strncmp(colon, ":{{", 3) != 0) || strstr(*value, "password="))
	{
		GUC_check_errdetail("It has a password.");
		GUC_check_errhint("Give the exporter PGPASSFILE or PGPASSWORD in its environment.");
		return false;
	}
	return true;
}

/* The server's own directory is no place for it. */
static bool
check_path(char **value, void **extra, GucSource source)
{
	if (**value == '\0' || is_absolute_path(*value))
		return true;
	GUC_check_errdetail("The path must be absolute.");
	return false;
}

/* A uid of Grafana's, or nothing. */
static bool
check_uid(char **value, void **extra, GucSource source)
{
	size_t length = strlen(*value);

	if (length <= 40 &&
		strspn(*value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
			length)
		return true;
	GUC_check_errdetail("A uid has at most 40 letters, digits, - and _.");
	return false;
}

static void
define_text(const char *name, const char *purpose, const char *more, char **variable,
			const char *boot, int flags, GucStringCheckHook check)
{
	DefineCustomStringVariable(name, purpose, more, variable, boot, PGC_SIGHUP, flags, check, NULL,
							   NULL);
}

void
lab_publish_settings_init(void)
{
	DefineCustomEnumVariable("labcreator.exporter", "The SQL exporter that reads the metrics.",
							 NULL, &lab_exporter, LAB_EXPORTER_JUSTWATCH, exporters, PGC_SIGHUP, 0,
							 NULL, NULL, NULL);
	define_text("labcreator.exporter_file",
				"File that the SQL exporter's configuration is written to.",
				"Empty: none is written.", &lab_exporter_file, "", 0, check_path);
	define_text("labcreator.exporter_connection", "How the SQL exporter connects, as a URL.",
				"Empty: as lab_monitor by this server's socket.", &lab_exporter_connection, "", 0,
				check_connection);
	define_text("labcreator.grafana_url", "Address of Grafana: http[s]://host[:port][/path].",
				"Empty: no dashboards are published.", &lab_grafana_url, "", 0, check_url);
	define_text("labcreator.grafana_token_file",
				"File with a service account's token, readable by the server's user only.", NULL,
				&lab_grafana_token_file, "", SECRET, NULL);
	define_text("labcreator.grafana_user", "User of Grafana, where there is no token.", NULL,
				&lab_grafana_user, "", SECRET, NULL);
	define_text("labcreator.grafana_password_file",
				"File with that user's password, readable by the server's user only.", NULL,
				&lab_grafana_password_file, "", SECRET, NULL);
	define_text("labcreator.grafana_ca_file",
				"Certificates of the authorities that Grafana's must come from.",
				"Empty: those that the system trusts.", &lab_grafana_ca_file, "", 0, NULL);
	define_text("labcreator.grafana_folder", "Title of the folder of the dashboards.", NULL,
				&lab_grafana_folder, "labcreator", 0, NULL);
	define_text("labcreator.grafana_datasource",
				"Uid of a Prometheus data source that exists in Grafana.",
				"Empty: one is made for labcreator.prometheus_url.", &lab_grafana_datasource, "", 0,
				check_uid);
	define_text("labcreator.prometheus_url", "Address of Prometheus, as Grafana reaches it.", NULL,
				&lab_prometheus_url, "http://localhost:9090", 0, check_url);
	DefineCustomIntVariable(
		"labcreator.grafana_timeout", "Time that Grafana has to answer a request.", NULL,
		&lab_grafana_timeout, 10000, 100, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
}

const char *
lab_exporter_name(void)
{
	for (int i = 0; exporters[i].name; i++)
		if (exporters[i].val == lab_exporter)
			return exporters[i].name;
	return NULL;
}

const char *
lab_grafana_missing(void)
{
	if (*lab_grafana_url == '\0')
		return "labcreator.grafana_url is not set";
	if (*lab_grafana_token_file == '\0' && *lab_grafana_user == '\0')
		return "neither labcreator.grafana_token_file nor labcreator.grafana_user is set";
	if (*lab_grafana_token_file == '\0' && *lab_grafana_password_file == '\0')
		return "labcreator.grafana_password_file is not set";
	if (*lab_grafana_datasource == '\0' && *lab_prometheus_url == '\0')
		return "neither labcreator.grafana_datasource nor labcreator.prometheus_url is set";
	return NULL;
}
