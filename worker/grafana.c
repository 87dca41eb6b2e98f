/*
 * grafana.c
 *		What Grafana is told: a folder, a data source, dashboards.
 *
 * Grafana counts the versions of a dashboard.  One whose version is not the one
 * that we gave it was changed by somebody, and stays as they want it.  One that
 * is just as we want it is ours, whatever its version: then a crash came between
 * telling Grafana and remembering its answer.
 */
#include "postgres.h"

#include "extension/publish_settings.h"
#include "worker/grafana.h"
#include "worker/json.h"

/* What Grafana says about a request that it did not do. */
static char *
reason(LabHttpAnswer answer)
{
	char *message = NULL;

	/* Errors are JSON, those of a proxy before it are not. */
	if (*answer.body == '{')
		message = lab_json_text(lab_json_read(answer.body), "message");
	return message ? psprintf("%s (status %d)", message, answer.status)
				   : psprintf("status %d", answer.status);
}

/* Statuses that say nothing about what was asked, only about us and about Grafana. */
static LabHttpAnswer
ask(LabHttp *http, const char *method, const char *path, Jsonb *body)
{
	LabHttpAnswer answer = lab_http_ask(http, method, path, body ? lab_json_write(body) : NULL);

	if (answer.status == 401)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PASSWORD),
						errmsg("Grafana does not accept labcreator's login: %s", reason(answer)),
						errhint("Check the file of labcreator.grafana_token_file or "
								"labcreator.grafana_password_file.")));
	if (answer.status == 403)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("Grafana does not allow %s %s: %s", method, path, reason(answer)),
						errhint("The service account needs the role Admin, or Editor with the "
								"right to create data sources.")));
	if (answer.status == 429 || answer.status >= 500)
		ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
						errmsg("Grafana cannot do %s %s now: %s", method, path, reason(answer))));
	if (answer.status >= 300 && answer.status < 400)
		ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
						errmsg("labcreator.grafana_url leads elsewhere: %s", reason(answer)),
						errhint("Set the address that Grafana itself has (root_url).")));
	return answer;
}

static void
refuse(const char *what, LabHttpAnswer answer, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("Grafana refused the %s: %s", what, reason(answer)), errhint("%s", hint)));
}

static void
prepare_folder(LabHttp *http, const char *uid)
{
	Jsonb *folder;
	LabHttpAnswer answer = ask(http, "GET", psprintf("/api/folders/%s", uid), NULL);

	if (answer.status == 200)
		return;
	folder = lab_json_with(lab_json_read("{}"), "uid", lab_json_string(uid));
	folder = lab_json_with(folder, "title", lab_json_string(lab_grafana_folder));
	answer = ask(http, "POST", "/api/folders", folder);
	if (answer.status != 200)
		refuse("folder", answer,
			   "Is there another one of this title?  labcreator.grafana_folder names ours.");
}

static Jsonb *
datasource(const char *uid)
{
	Jsonb *source = lab_json_read("{\"type\": \"prometheus\", \"access\": \"proxy\","
								  " \"jsonData\": {\"httpMethod\": \"POST\"}}");

	source = lab_json_with(source, "uid", lab_json_string(uid));
	source = lab_json_with(source, "name", lab_json_string(psprintf("Prometheus (%s)", uid)));
	return lab_json_with(source, "url", lab_json_string(lab_prometheus_url));
}

static void
prepare_datasource(LabHttp *http, const char *uid)
{
	bool named = *lab_grafana_datasource != '\0';
	char *path = psprintf("/api/datasources/uid/%s", named ? lab_grafana_datasource : uid);
	LabHttpAnswer answer = ask(http, "GET", path, NULL);
	char *url;

	if (named && answer.status != 200)
		refuse("data source", answer,
			   "labcreator.grafana_datasource is the uid of one that is there.");
	if (named)
		return;
	if (answer.status == 200)
	{
		url = lab_json_text(lab_json_read(answer.body), "url");
		if (url && strcmp(url, lab_prometheus_url) == 0)
			return;
		answer = ask(http, "PUT", path, datasource(uid));
	}
	else
		answer = ask(http, "POST", "/api/datasources", datasource(uid));
	if (answer.status != 200)
		refuse("data source", answer, "labcreator.grafana_datasource names one that is there.");
}

void
lab_grafana_prepare(LabHttp *http, const char *uid)
{
	prepare_folder(http, uid);
	prepare_datasource(http, uid);
}

static void
remove_board(LabHttp *http, LabBoard *board)
{
	LabHttpAnswer answer = {404, ""};

	if (board->version >= 0)
		answer = ask(http, "DELETE", psprintf("/api/dashboards/uid/%s", board->uid), NULL);
	if (answer.status == 200 || answer.status == 404)
		board->state = LAB_BOARD_GONE;
	else
		board->words = reason(answer);
}

/* Is it as we want it, whoever made it so? */
static bool
is_as_wanted(Jsonb *found, Jsonb *wanted)
{
	return lab_json_equal(lab_json_without(lab_json_without(found, "id"), "version"),
						  lab_json_without(lab_json_without(wanted, "id"), "version"));
}

/* Writes it, over this version of what is there (-1: nothing). */
static void
write_board(LabHttp *http, const char *folder, int version, LabBoard *board)
{
	Jsonb *dashboard = board->dashboard;
	Jsonb *body = lab_json_read("{\"message\": \"by labcreator\"}");
	LabHttpAnswer answer;

	if (version >= 0)
		dashboard = lab_json_with(dashboard, "version", lab_json_read(psprintf("%d", version)));
	body = lab_json_with(body, "dashboard", dashboard);
	body = lab_json_with(body, "folderUid", lab_json_string(folder));
	body = lab_json_with(body, "overwrite", lab_json_read(board->force ? "true" : "false"));
	answer = ask(http, "POST", "/api/dashboards/db", body);
	if (answer.status == 200)
	{
		board->new_version = lab_json_integer(lab_json_read(answer.body), "version", 0);
		board->state = LAB_BOARD_PUBLISHED;
	}
	else if (answer.status == 404)
		refuse("dashboard", answer, "Its folder is made anew when it is tried again.");
	else
		board->words = reason(answer);
}

void
lab_grafana_tell(LabHttp *http, const char *folder, LabBoard *board)
{
	LabHttpAnswer answer;
	Jsonb *found;
	Jsonb *meta;
	char *folder_found;
	int version;

	if (board->dashboard == NULL)
	{
		remove_board(http, board);
		return;
	}
	answer = ask(http, "GET", psprintf("/api/dashboards/uid/%s", board->uid), NULL);
	if (answer.status == 404)
	{
		board->restored = board->version >= 0;
		write_board(http, folder, -1, board);
		return;
	}
	found = answer.status == 200 ? lab_json_field(lab_json_read(answer.body), "dashboard") : NULL;
	if (found == NULL)
	{
		board->words = reason(answer);
		return;
	}
	meta = lab_json_field(lab_json_read(answer.body), "meta");
	version = lab_json_integer(found, "version", 0);
	folder_found = lab_json_text(meta, "folderUid");
	if (is_as_wanted(found, board->dashboard))
	{
		board->new_version = version;
		board->state = LAB_BOARD_PUBLISHED;
	}
	else if (board->force || version == board->version)
		write_board(http, folder_found ? folder_found : folder, version,
					board); /* where they moved it */
	else if (board->version < 0)
	{
		board->state = LAB_BOARD_TAKEN;
		board->words = psprintf("there is another dashboard with uid %s; lab_publish(lab, force => "
								"true) replaces it",
								board->uid);
	}
	else
	{
		char *who = lab_json_text(meta, "updatedBy");

		board->state = LAB_BOARD_CHANGED;
		board->words = psprintf("%s changed it in Grafana (version %d, ours was %d); "
								"lab_publish(lab, force => true) replaces it",
								who ? who : "somebody", version, board->version);
	}
}
