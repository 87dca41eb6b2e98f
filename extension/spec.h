/*
 * spec.h
 *		A lab's specification, read from jsonb.
 */
#ifndef LAB_SPEC_H
#define LAB_SPEC_H

#include "datatype/timestamp.h"
#include "extension/fact.h"
#include "utils/jsonb.h"

/* Where participants' passwords are. */
typedef enum LabAuth
{
	LAB_AUTH_SCRAM,    /* in Postgres */
	LAB_AUTH_MANAGED,  /* in a directory, in accounts that labcreator keeps */
	LAB_AUTH_EXTERNAL, /* in a directory that is somebody else's */
} LabAuth;

/* As in lab.labs.auth and lab.accounts.auth. */
extern const char *const lab_auth_words[];

typedef struct LabSpecParticipant
{
	char *login;
	char *name;     /* the login when the spec names none */
	char *team;     /* NULL: none */
	char *email;    /* NULL: none */
	char *database; /* from the spec's pattern */
	int place;      /* in $.participants */
} LabSpecParticipant;

typedef struct LabSpecTask
{
	char *name;
	char *title;   /* the name when the spec has none */
	char *points;  /* decimal text of a number above or equal to 0; NULL: by the weights of its
					  checks */
	char *hint;    /* NULL: none */
	List *objects; /* of char *: globs */
	List *own;     /* of LabFact *: the lab master's own checks (spec_own.h) */
} LabSpecTask;

typedef struct LabSpec
{
	char *lab;
	char *title; /* the lab's name when the spec has none */
	char *reference;
	char *starter;      /* NULL: an empty database */
	char *hidden;       /* NULL: no hidden data */
	List *participants; /* of LabSpecParticipant * */
	char *pattern;      /* of the names of their databases */
	bool keep_removed;  /* whoever is no participant any more keeps the database and the login */
	List *masters;      /* of char *: roles who may see and do what the owner may */

	LabAuth auth;

	bool has_opens;
	TimestampTz opens;
	bool has_closes;
	TimestampTz closes;

	int connections;       /* limits; -1: not limited */
	int64 disk;            /* bytes; -1 */
	int64 temp_disk;       /* bytes; -1 */
	int statement_timeout; /* milliseconds; -1 */
	int idle_timeout;      /* milliseconds, idle in a transaction; -1 */

	LabFeedback feedback;
	char *peers; /* named, aliased, hidden */
	LabExtras extras;
	List *tasks;    /* of LabSpecTask * */
	List *ignore;   /* of char *: "kind" or "kind:glob" */
	List *inactive; /* of char *: JSON paths that are stored but do nothing in this version */
} LabSpec;

/*
 * Reads and validates a whole spec without looking at the catalogs.  Every
 * error is ERRCODE_INVALID_PARAMETER_VALUE (or a more specific one) whose
 * detail gives the JSON path.  A spec may lack participants where they are not
 * asked for.  Allocated in the current memory context.
 */
extern LabSpec *lab_spec_read(Jsonb *spec, bool participants);

#endif /* LAB_SPEC_H */
