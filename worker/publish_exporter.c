/*
 * publish_exporter.c
 *		The SQL exporter's configuration as a target of the publisher: one file.
 *
 * What it says depends on the settings and on this version of the extension, not
 * on the labs, since an exporter must be restarted to read it.  So there is one
 * subject, "file", which reconcile() adds at each start and reload.  A file that
 * is right already is left as it is, with its time.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/publish_settings.h"
#include "extension/statement.h"
#include "lib/stringinfo.h"
#include "storage/fd.h"
#include "utils/builtins.h"
#include "worker/publish_exporter.h"

#define MODE 0644 /* the exporter has a user of its own; there is no secret in it */

static const char *
missing(void)
{
	return *lab_exporter_file ? NULL : "labcreator.exporter_file is not set";
}

static void
reconcile(void)
{
	lab_publisher_add(LAB_TARGET_EXPORTER, "file", NULL);
}

static void
prepare(List *notices)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(lab_exporter_name());
	ListCell *cell;
	char *text;

	lab_statement_run("SELECT lab.exporter_config($1)", 1, &type, &value, NULL);
	text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	foreach (cell, notices)
		((LabNotice *) lfirst(cell))->wanted = text;
}

/* Is this in the file? */
static bool
is_written(const char *path, const char *text)
{
	struct stat status;
	size_t length = strlen(text);
	char *found;
	ssize_t got;
	int file;

	if (stat(path, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size != length ||
		(status.st_mode & 0777) != MODE)
		return false;
	file = OpenTransientFile(path, O_RDONLY | PG_BINARY);
	if (file < 0)
		return false;
	found = palloc(length + 1);
	got = read(file, found, length + 1);
	CloseTransientFile(file);
	return got == length && memcmp(found, text, length) == 0;
}

/* Beside it, and renamed: an exporter that starts now reads the old one or the new one. */
static void
write_file(const char *path, const char *text)
{
	char *beside = psprintf("%s.new", path);
	size_t length = strlen(text);
	int file;

	(void) unlink(beside); /* of a crash */
	file = OpenTransientFile(beside, O_WRONLY | O_CREAT | O_EXCL | PG_BINARY);
	if (file < 0)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not create file \"%s\": %m", beside),
				 errhint("The server's user must be able to write to the directory of "
						 "labcreator.exporter_file.")));
	errno = 0;
	if (write(file, text, length) != length || fchmod(file, MODE) < 0 || pg_fsync(file) < 0)
	{
		int problem = errno ? errno : ENOSPC;

		CloseTransientFile(file);
		(void) unlink(beside);
		errno = problem;
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not write file \"%s\": %m", beside)));
	}
	if (CloseTransientFile(file) != 0)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not close file \"%s\": %m", beside)));
	(void) durable_rename(beside, path, ERROR);
}

static void
send(List *notices)
{
	ListCell *cell;

	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);

		if (!is_written(lab_exporter_file, notice->wanted))
			write_file(lab_exporter_file, notice->wanted);
		notice->done = true;
	}
}

const LabTarget lab_target_exporter = {
	.id = LAB_TARGET_EXPORTER,
	.optional = true,
	.missing = missing,
	.reconcile = reconcile,
	.prepare = prepare,
	.send = send,
};
