/*
 * activity.h
 *		What a participant's own sessions do, as their backends note it.
 *
 * Each watched database has a LabActivity in shared memory: counters and a
 * small ring of the latest outcomes.  Backends write, the coordinator drains.
 * Names of objects are not kept there: an outcome carries a key (a hash), which
 * the coordinator can only resolve to objects that the lab asks for.
 */
#ifndef LAB_ACTIVITY_H
#define LAB_ACTIVITY_H

#include "datatype/timestamp.h"
#include "extension/clock.h"
#include "storage/spin.h"

#define LAB_RING 32          /* outcomes that wait for the coordinator */
#define LAB_NOTICE_BYTES 240 /* of a message to the participant's sessions, with its zero */

/* How much is noted about the participants of a lab ("activity" of its spec). */
typedef enum LabActivityLevel
{
	LAB_ACTIVITY_NONE,
	LAB_ACTIVITY_COUNTS, /* numbers, not when what happened */
	LAB_ACTIVITY_FULL
} LabActivityLevel;

typedef enum LabDoingKind
{
	LAB_DID_LOGIN,
	LAB_DID_STATEMENT
} LabDoingKind;

typedef struct LabDoing
{
	TimestampTz at;
	uint64 object; /* lab_object_key() of what the statement was about; 0: not known */
	int sqlstate;  /* 0: it succeeded */
	uint8 kind;    /* LabDoingKind */
	bool aimed;    /* the object was defined, changed or, for a view, asked; not only read */
} LabDoing;

typedef struct LabActivity
{
	slock_t lock; /* guards the rest; held for a copy of these bytes at most */

	/* since the coordinator last took them away */
	uint64 statements;
	uint64 errors;
	uint64 commits;
	uint64 logins;
	TimestampTz last; /* statement of any kind; 0: none since the server's start */

	uint64 noted;   /* outcomes written into the ring, ever */
	uint64 drained; /* and taken out of it */
	LabDoing ring[LAB_RING];

	/* towards the participant: the latest message */
	uint32 notices; /* messages so far */
	char notice[LAB_NOTICE_BYTES];

	/* questions to the coordinator (request.c) */
	int waiting;
	double allowance; /* how many more may be asked now */
	LabTime allowed_at;
} LabActivity;

extern void lab_activity_init(void);

/* The bytes of a new or reused slot. */
extern void lab_activity_reset(LabActivity *activity);

/*
 * The key of an object by its names as the catalogs hold them; with a NULL
 * schema, that of an object whose statement named no schema.
 */
extern uint64 lab_object_key(const char *schema, const char *name);

/* The statement that runs now is a question to labcreator: it says nothing about the work. */
extern void lab_activity_not_work(void);

/* Leaves a message that the participant's sessions show before their next statement. */
extern void lab_activity_tell(LabActivity *activity, const char *message);

/* A consistent copy, for the coordinator, and what to take away when that is stored. */
extern void lab_activity_copy(LabActivity *activity, LabActivity *copy);
extern void lab_activity_take(LabActivity *activity, const LabActivity *copy);

#endif /* LAB_ACTIVITY_H */
