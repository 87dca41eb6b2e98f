/*
 * secret.c
 *		Passwords and tokens in files, which nobody else may read: the rules are
 *		those of the server's own private key (check_ssl_key_file_permissions).
 */
#include "postgres.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/string.h"
#include "lib/stringinfo.h"
#include "storage/fd.h"
#include "worker/secret.h"

static void
require_private(const char *path, const char *setting, FILE *file)
{
	struct stat status;

	if (fstat(fileno(file), &status) < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not stat file \"%s\": %m", path)));
	if (!S_ISREG(status.st_mode))
		ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR),
						errmsg("%s: \"%s\" is not a regular file", setting, path)));
	if (status.st_uid != geteuid() && status.st_uid != 0)
		ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR),
						errmsg("%s: file \"%s\" must belong to the server's user or root", setting,
							   path)));
	if ((status.st_uid == geteuid() && status.st_mode & (S_IRWXG | S_IRWXO)) ||
		(status.st_uid == 0 && status.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)))
		ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR),
						errmsg("%s: others can read or write file \"%s\"", setting, path),
						errhint("chmod 600, or 640 when it belongs to root.")));
}

char *
lab_secret_read(const char *path, const char *setting)
{
	FILE *file = AllocateFile(path, "r");
	StringInfoData line;

	if (file == NULL)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("%s: could not open file \"%s\": %m", setting, path)));
	require_private(path, setting, file);
	initStringInfo(&line);
	(void) pg_get_line_append(file, &line, NULL);
	FreeFile(file);
	(void) pg_strip_crlf(line.data);
	if (*line.data == '\0')
		ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR),
						errmsg("%s: the first line of file \"%s\" is empty", setting, path)));
	return line.data;
}
