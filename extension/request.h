/*
 * request.h
 *		Questions of participants to the coordinator, in shared memory.
 *
 * A fixed set of places: a participant's backend takes a free one, writes its
 * question, wakes the coordinator and sleeps on its own latch until the answer
 * stands there.  An answer is rows of text; what does not fit into one place is
 * asked for again from the next row on.
 */
#ifndef LAB_REQUEST_H
#define LAB_REQUEST_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "port/atomics.h"
#include "storage/latch.h"

#define LAB_REQUESTS 16
#define LAB_REQUEST_TEXT 1000 /* bytes of a message to the lab master */
#define LAB_REQUEST_ANSWER (16 * 1024)

typedef enum LabRequestKind
{
	LAB_REQUEST_TASKS,
	LAB_REQUEST_PROGRESS,
	LAB_REQUEST_RAISE,
	LAB_REQUEST_LOWER
} LabRequestKind;

/* Who may change the state to what, see request.c. */
typedef enum LabRequestState
{
	LAB_REQUEST_FREE,
	LAB_REQUEST_CLAIMED, /* its backend writes the question */
	LAB_REQUEST_SENT,
	LAB_REQUEST_TAKEN,     /* the coordinator works on it */
	LAB_REQUEST_ABANDONED, /* and its backend has left */
	LAB_REQUEST_DONE
} LabRequestState;

typedef struct LabRequest
{
	pg_atomic_uint32 state; /* LabRequestState */

	/* the question */
	Latch *latch; /* of who asks */
	Oid database;
	LabRequestKind kind;
	uint32 from;                     /* first row of the answer that is wanted */
	char text[LAB_REQUEST_TEXT + 1]; /* in UTF-8 */

	/* the answer */
	int sqlstate; /* 0: answered; else refused, and the answer is the reason */
	bool more;    /* there are rows that did not fit */
	uint32 rows;
	uint32 length;
	char answer[LAB_REQUEST_ANSWER]; /* in UTF-8, see lab_request_put_row() */
} LabRequest;

extern void lab_request_init(LabRequest *requests);

/*
 * Asks the coordinator and returns the whole answer: a List of rows, each an
 * array of so many char * in the database's encoding, NULL for null.  Raises an
 * error when the caller is not the database's participant, asks too often, or
 * gets no answer.  text may be NULL.
 */
extern List *lab_request_ask(LabRequestKind kind, const char *text, int columns);

/* The coordinator's side: the next question that waits, taken; NULL when there is none. */
extern LabRequest *lab_request_take(void);

/* Adds a row to the answer; false when it does not fit any more. */
extern bool lab_request_put_row(LabRequest *request, char **values, int columns);

/* The answer is complete: tell who waits for it. */
extern void lab_request_finish(LabRequest *request);

/* Refuses with a reason. */
extern void lab_request_refuse(LabRequest *request, int sqlstate, const char *reason);

#endif /* LAB_REQUEST_H */
