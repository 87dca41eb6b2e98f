/*
 * watch.h
 *		What the coordinator watches: the active labs and the databases of their
 *		participants, as last read from the tables, with what it knows of each.
 */
#ifndef LAB_WATCH_H
#define LAB_WATCH_H

#include "datatype/timestamp.h"
#include "extension/channel.h"
#include "extension/clock.h"
#include "extension/fact.h"
#include "extension/shmem.h"
#include "utils/hsearch.h"

typedef struct LabWatchedLab
{
	int32 id;       /* hash key */
	int32 revision; /* grows when results can be others though nobody worked */
	LabFeedback feedback;
	LabExtras extras;
	Oid hidden;   /* the database with hidden data, or InvalidOid */
	List *ignore; /* of char * */
	List *checks; /* of LabCheck * */

	LabActivityLevel activity;
	bool notify;
	HTAB *objects;           /* see lab_observe_objects() */
	TimestampTz last_active; /* of anybody, as of the last look at signals */
} LabWatchedLab;

/* What a participant does (observe.c). */
typedef struct LabObserved LabObserved;

typedef struct LabWatched
{
	Oid database; /* hash key */
	bool listed;  /* still wanted, as of the last reading */
	int32 participant;
	LabWatchedLab *lab;
	Oid role;
	LabSlot *slot;
	LabObserved *observed; /* NULL: nothing was seen yet */

	/* the last evaluation that was started */
	bool evaluated; /* at least once since the coordinator started */
	uint64 commits; /* the slot's counters when it started */
	uint64 asked;
	int32 revision;   /* of the lab */
	bool unsettled;   /* some check could not be judged: see lab_look() */
	uint64 sessions;  /* of the server's statistics then (sweep.c) */
	bool connected;   /* a client was, then */
	LabTime started;  /* or, where the sweep found nothing to do, that time */
	int64 took;       /* microseconds, until its result was stored */
	LabTime retry_at; /* after a failure; 0: none */
	int failures;     /* in a row */

	/* its evaluator, and the evaluation that runs now */
	LabChannel *channel;           /* NULL: none */
	MemoryContext channel_context; /* of the channel */
	bool busy;                     /* false: it lingers, or there is none */
	bool outdated;                 /* it knows other checks than there are now */
	bool answered;                 /* all is heard: it is to be stored */
	uint64 job;                    /* hash of what it knows */
	LabTime idle_since;            /* when it lingers */
	const char *failure;           /* or why nothing more will be heard, in context; NULL: none */
	List *verdicts;                /* of LabVerdict *, in context */
	MemoryContext context;         /* of the evaluation; NULL: none runs */
	List *moved;                   /* of LabVerdict *, in context: for the hidden data */
	LabChannel *hidden_channel;    /* they are judged there now; in context */

	/* hidden data, as last asked (moved.c) */
	uint64 asked_hidden;         /* hash of the request */
	uint64 known_hidden;         /* hash of the one that is answered by */
	List *hidden_verdicts;       /* of LabVerdict *, */
	MemoryContext moved_context; /* in this; NULL: none are known */
} LabWatched;

typedef struct LabWatch
{
	HTAB *databases;         /* of LabWatched */
	bool provisioning_due;   /* there is something to make or to remove now */
	LabTime provisioning_at; /* or at this time; 0: never */
} LabWatch;

extern LabWatch lab_watch;

/* Makes the empty tables. */
extern void lab_watch_init(void);

/*
 * Reads the desired state anew, in a transaction of its own.  Returns false when
 * the extension is not installed (yet).  Databases that are no longer wanted
 * lose their evaluator and their slot.
 */
extern bool lab_watch_read(void);

/* The system's clock was put back: tables say nothing any more about a time that is still to come.
 */
extern void lab_watch_forget_future(void);

#endif /* LAB_WATCH_H */
