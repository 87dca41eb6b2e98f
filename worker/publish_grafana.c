/*
 * publish_grafana.c
 *		Grafana as a target of the publisher.
 *
 * Subjects are "lab NAME", for the two dashboards of a lab, and "operations", for
 * the one of all labs.  The dashboards are made by lab.dashboards_of() from
 * templates, files that were installed beside the extension's script.
 */
#include "postgres.h"

#include <sys/stat.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/publish_settings.h"
#include "extension/statement.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "worker/grafana.h"
#include "worker/json.h"
#include "worker/publish_grafana.h"
#include "worker/secret.h"

static LabHttp *http = NULL; /* from one batch to the next */
static TimestampTz next_turn =
	DT_NOEND;               /* when a lab opens or closes: its dashboards' time changes */
static char *folder = NULL; /* its uid, of the batch */

static char *
read_template(const char *kind)
{
	char share[MAXPGPATH];
	char path[MAXPGPATH];
	struct stat status;
	FILE *file;
	char *text;

	get_share_path(my_exec_path, share);
	snprintf(path, sizeof(path), "%s/extension/labcreator-%s.json", share, kind);
	file = AllocateFile(path, PG_BINARY_R);
	if (file == NULL || fstat(fileno(file), &status) < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open file \"%s\": %m", path),
						errhint("It comes with the extension: install it again.")));
	text = palloc0(status.st_size + 1);
	if (fread(text, 1, status.st_size, file) != status.st_size)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not read file \"%s\": %m", path)));
	FreeFile(file);
	return text;
}

static Jsonb *
read_templates(void)
{
	static const char *const kinds[] = {"class", "participant", "operations"};
	Jsonb *templates = lab_json_read("{}");

	for (int i = 0; i < lengthof(kinds); i++)
		templates = lab_json_with(templates, kinds[i], lab_json_read(read_template(kinds[i])));
	return templates;
}

static Datum
column(uint64 row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, isnull);
}

static void
note_next_turn(void)
{
	bool isnull;
	Datum at;

	/* clang-format off */
	lab_statement_run("SELECT min(t.at)\n"
		"FROM lab.labs l, unnest(ARRAY[l.opens, l.closes]) AS t (at)\n"
		"WHERE t.at > pg_catalog.clock_timestamp() AND isfinite(t.at)",
		0, NULL, NULL, NULL);
	/* clang-format on */
	at = column(0, 1, &isnull);
	next_turn = isnull ? DT_NOEND : DatumGetTimestampTz(at);
}

static TimestampTz
reconcile_at(void)
{
	return next_turn;
}

static void
reconcile(void)
{
	Oid type = TEXTOID;
	Datum target = CStringGetTextDatum(lab_target_names[LAB_TARGET_GRAFANA]);

	/* clang-format off */
	lab_statement_run("INSERT INTO lab.outbox (target, subject, lab)\n"
		"SELECT $1, 'lab ' || s.lab, s.lab\n"
		"FROM (\n"
		"	SELECT name FROM lab.labs WHERE state = 'active'\n"
		"	UNION\n"
		"	SELECT lab FROM lab.dashboards WHERE lab IS NOT NULL) AS s (lab)\n"
		"WHERE NOT EXISTS (SELECT FROM lab.outbox WHERE target = $1 AND subject = 'lab ' || s.lab)",
		1, &type, &target, NULL);
	/* clang-format on */
	lab_publisher_add(LAB_TARGET_GRAFANA, "operations", NULL);
	note_next_turn();
}

static char *
copy_column(uint64 row, int number)
{
	char *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number);

	return value ? pstrdup(value) : NULL;
}

/* The dashboards of one subject: a list of LabBoard *. */
static List *
read_boards(const char *subject, Jsonb *templates)
{
	Oid types[] = {TEXTOID, JSONBOID};
	Datum values[] = {CStringGetTextDatum(subject), JsonbPGetDatum(templates)};
	List *boards = NIL;

	/* clang-format off */
	lab_statement_run("SELECT kind, lab, uid, coalesce(version, -1), force, dashboard\n"
		"FROM lab.dashboards_of($1, $2)",
		lengthof(types), types, values, NULL);
	/* clang-format on */
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		LabBoard *board = palloc0(sizeof(LabBoard));
		bool isnull;
		Datum dashboard;

		board->kind = copy_column(i, 1);
		board->lab = copy_column(i, 2);
		board->uid = copy_column(i, 3);
		board->version = DatumGetInt32(column(i, 4, &isnull));
		board->force = DatumGetBool(column(i, 5, &isnull));
		dashboard = column(i, 6, &isnull);
		if (!isnull)
			board->dashboard = DatumGetJsonbPCopy(dashboard);
		boards = lappend(boards, board);
	}
	return boards;
}

static void
prepare(List *notices)
{
	Jsonb *templates = read_templates();
	ListCell *cell;

	lab_statement_run("SELECT lab.grafana_uid()", 0, NULL, NULL, NULL);
	folder = copy_column(0, 1);
	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);

		notice->wanted = read_boards(notice->subject, templates);
	}
}

static void
connect_to_grafana(void)
{
	LabHttpServer server = {
		.url = pstrdup(lab_grafana_url),
		.ca_file = lab_grafana_ca_file,
		.user = lab_grafana_user,
		.timeout = lab_grafana_timeout,
	};
	char *secret;

	if (*lab_grafana_token_file)
		server.token = secret =
			lab_secret_read(lab_grafana_token_file, "labcreator.grafana_token_file");
	else
		server.password = secret =
			lab_secret_read(lab_grafana_password_file, "labcreator.grafana_password_file");
	for (char *end = unconstify(char *, server.url) + strlen(server.url); end[-1] == '/';)
		*--end = '\0';
	http = lab_http_open(&server);
	explicit_bzero(secret, strlen(secret));
	lab_grafana_prepare(http, folder);
}

static void
send(List *notices)
{
	ListCell *cell;

	if (http == NULL)
		connect_to_grafana();
	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);
		ListCell *of_notice;

		foreach (of_notice, (List *) notice->wanted)
		{
			LabBoard *board = lfirst(of_notice);

			lab_grafana_tell(http, folder, board);
			if (board->state == LAB_BOARD_UNTOLD)
				notice->error = psprintf("dashboard %s: %s", board->kind, board->words);
		}
		notice->done = notice->error == NULL;
	}
}

static void
rest(void)
{
	if (http)
		lab_http_close(http);
	http = NULL;
}

static void
settle_board(const LabNotice *notice, const LabBoard *board)
{
	static const char *const names[] = {
		[LAB_BOARD_PUBLISHED] = "published",
		[LAB_BOARD_CHANGED] = "changed",
		[LAB_BOARD_TAKEN] = "taken",
	};
	bool gone = board->state == LAB_BOARD_GONE;
	bool published = board->state == LAB_BOARD_PUBLISHED;
	Oid types[] = {TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID, TEXTOID};
	Datum values[6] = {CStringGetTextDatum(board->uid)};
	char nulls[] = " nnnnn";

	if (!gone)
	{
		values[1] = CStringGetTextDatum(board->kind);
		values[4] = CStringGetTextDatum(names[board->state]);
		nulls[1] = nulls[4] = ' ';
	}
	if (board->lab)
	{
		values[2] = CStringGetTextDatum(board->lab);
		nulls[2] = ' ';
	}
	if (published)
	{
		values[3] = Int32GetDatum(board->new_version);
		nulls[3] = ' ';
	}
	if (board->words)
	{
		values[5] = CStringGetTextDatum(board->words);
		nulls[5] = ' ';
	}
	lab_statement_run("SELECT lab.note_dashboard($1, $2, $3, $4, $5, $6)", lengthof(types), types,
					  values, nulls);
	if (published && board->restored)
		lab_publisher_report(LAB_TARGET_GRAFANA, notice,
							 psprintf("dashboard %s was gone", board->kind));
}

static void
settle(List *notices)
{
	ListCell *cell;

	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);
		ListCell *of_notice;

		foreach (of_notice, (List *) notice->wanted)
		{
			LabBoard *board = lfirst(of_notice);

			if (board->state != LAB_BOARD_UNTOLD)
				settle_board(notice, board);
		}
	}
	note_next_turn();
}

const LabTarget lab_target_grafana = {
	.id = LAB_TARGET_GRAFANA,
	.optional = true,
	.missing = lab_grafana_missing,
	.reconcile = reconcile,
	.reconcile_at = reconcile_at,
	.prepare = prepare,
	.send = send,
	.settle = settle,
	.rest = rest,
};
