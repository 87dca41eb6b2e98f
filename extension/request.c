/*
 * request.c
 *		Questions of participants to the coordinator, in shared memory.
 *
 * The states of a place and who moves it on, always by compare-and-exchange:
 *
 *		FREE -> CLAIMED -> SENT			the backend that asks
 *		SENT -> TAKEN -> DONE			the coordinator
 *		DONE -> FREE, SENT -> FREE		the backend; it may leave before it was heard
 *		TAKEN -> ABANDONED				the backend, when it leaves while it is being answered
 *		ABANDONED -> FREE				the coordinator
 *
 * Only one side may touch the other fields in each state, so these need no lock.
 * A flood is stopped before it reaches the coordinator: each database has an
 * allowance that refills with time, and two questions at once at most.
 */
#include "postgres.h"

#include "extension/activity.h"
#include "extension/clock.h"
#include "extension/guc.h"
#include "extension/request.h"
#include "extension/shmem.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#define AT_ONCE 2        /* questions of one database */
#define PATIENCE_MS 5000 /* then the coordinator is taken to be away */
#define NULL_MARK '\1'   /* first byte of a value that is null */
#define VALUE_MARK '\2'

/* A question, and what its backend must give back, however it leaves. */
typedef struct Asking
{
	LabRequestKind kind;
	const char *text; /* NULL: none */
	int columns;      /* of the answer */
	List *rows;       /* of the answer, so far */
	LabSlot *slot;
	LabRequest *request; /* NULL: none is claimed now */
} Asking;

void
lab_request_init(LabRequest *requests)
{
	for (int i = 0; i < LAB_REQUESTS; i++)
		pg_atomic_init_u32(&requests[i].state, LAB_REQUEST_FREE);
}

static bool
move(LabRequest *request, LabRequestState from, LabRequestState to)
{
	uint32 expected = from;

	return pg_atomic_compare_exchange_u32(&request->state, &expected, to);
}

/* The slot of this session, which must be the participant's own. */
static LabSlot *
require_participant(void)
{
	LabSlot *slot = lab_shared ? lab_slot_current() : NULL;
	Oid role = slot ? pg_atomic_read_u32(&slot->gate.role) : InvalidOid;

	if (!OidIsValid(role))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("this database is no participant's"),
						errhint("Connect to the database that the lab gave you.")));
	if (MyBackendType != B_BACKEND || GetSessionUserId() != role)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("only the participant themself can ask this"),
						errhint("Log in as the participant of this database.")));
	return slot;
}

/* Takes one from the allowance, or says when there will be one. */
static void
spend_allowance(LabActivity *activity)
{
	LabTime now = lab_clock_now();
	double burst = Max(lab_student_requests / 3.0, 1);
	double wait = 0;
	bool busy;

	SpinLockAcquire(&activity->lock);
	busy = activity->waiting >= AT_ONCE;
	if (!busy && lab_student_requests > 0)
	{
		double minutes = (now - activity->allowed_at) / (60.0 * USECS_PER_SEC);

		activity->allowance =
			Min(burst, activity->allowed_at == 0
						   ? burst
						   : activity->allowance + minutes * lab_student_requests);
		activity->allowed_at = now;
		if (activity->allowance < 1)
			wait = (1 - activity->allowance) * 60 / lab_student_requests;
		else
			activity->allowance--;
	}
	if (!busy && wait == 0)
		activity->waiting++;
	SpinLockRelease(&activity->lock);

	if (busy)
		ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
						errmsg("another session of yours is asking at the moment"),
						errhint("Try again when it has its answer.")));
	if (wait > 0)
		ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
						errmsg("too many questions in a short time"),
						errhint("Try again in %d s.", (int) wait + 1)));
}

/* Also runs when the backend is ended while it waits. */
static void
leave(int code, Datum arg)
{
	Asking *asking = (Asking *) DatumGetPointer(arg);
	LabRequest *request = asking->request;

	if (request && !move(request, LAB_REQUEST_CLAIMED, LAB_REQUEST_FREE) &&
		!move(request, LAB_REQUEST_SENT, LAB_REQUEST_FREE) &&
		!move(request, LAB_REQUEST_TAKEN, LAB_REQUEST_ABANDONED))
		(void) move(request, LAB_REQUEST_DONE, LAB_REQUEST_FREE);
	asking->request = NULL;

	SpinLockAcquire(&asking->slot->activity.lock);
	if (asking->slot->activity.waiting > 0)
		asking->slot->activity.waiting--;
	SpinLockRelease(&asking->slot->activity.lock);
}

static LabRequest *
claim(void)
{
	for (int i = 0; i < LAB_REQUESTS; i++)
		if (move(&lab_shared->requests[i], LAB_REQUEST_FREE, LAB_REQUEST_CLAIMED))
			return &lab_shared->requests[i];
	return NULL;
}

static void
no_answer(void)
{
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("labcreator does not answer at the moment"),
					errdetail("Your work is not affected by this."),
					errhint("Try again in a few seconds.")));
}

/* Sleeps until time has passed or the latch was set; false when the patience is used up. */
static bool
pause_since(LabTime since, long milliseconds)
{
	if (lab_clock_passed(since, PATIENCE_MS))
		return false;
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds,
					 PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	return true;
}

/* One question and its answer, in asking->request. */
static void
exchange(Asking *asking)
{
	LabTime since = lab_clock_now();
	LabRequest *request;

	/* All places taken: many ask at the same time, and each is answered in milliseconds. */
	while ((request = claim()) == NULL)
		if (!pause_since(since, 10))
			no_answer();
	asking->request = request;
	request->latch = MyLatch;
	request->database = MyDatabaseId;
	request->kind = asking->kind;
	request->from = list_length(asking->rows);
	strlcpy(request->text, asking->text ? asking->text : "", sizeof(request->text));
	request->sqlstate = 0;
	request->more = false;
	request->rows = request->length = 0;
	pg_write_barrier();
	(void) move(request, LAB_REQUEST_CLAIMED, LAB_REQUEST_SENT);
	lab_wake_coordinator();

	while (pg_atomic_read_u32(&request->state) != LAB_REQUEST_DONE)
		if (!pause_since(since, 1000))
			no_answer();
	pg_read_barrier();
}

/* A value of the answer in this database's encoding. */
static char *
received(const char *value)
{
	char *converted = pg_any_to_server(value + 1, strlen(value + 1), PG_UTF8);

	return *value == NULL_MARK ? NULL : pstrdup(converted);
}

/* Adds the rows that stand in the place. */
static void
read_rows(Asking *asking)
{
	const LabRequest *request = asking->request;
	const char *at = request->answer;

	if (request->sqlstate != 0)
		ereport(ERROR, (errcode(request->sqlstate), errmsg("%s", received(at))));
	for (uint32 i = 0; i < request->rows; i++)
	{
		char **row = palloc(sizeof(char *) * asking->columns);

		for (int j = 0; j < asking->columns; j++)
		{
			row[j] = received(at);
			at += strlen(at) + 1;
		}
		asking->rows = lappend(asking->rows, row);
	}
}

/* The whole answer, a place full of rows at a time. */
static void
ask_for_all(Asking *asking)
{
	bool more = true;

	while (more)
	{
		exchange(asking);
		read_rows(asking);
		more = asking->request->more;
		(void) move(asking->request, LAB_REQUEST_DONE, LAB_REQUEST_FREE);
		asking->request = NULL;
	}
}

/* As it travels: in UTF-8, and not longer than a place has room for. */
static const char *
sent(const char *text)
{
	const char *converted = pg_server_to_any(text, strlen(text), PG_UTF8);

	if (strlen(converted) > LAB_REQUEST_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION), errmsg("the message is too long"),
				 errdetail("It has %zu bytes, and %d is the most.", strlen(converted),
						   LAB_REQUEST_TEXT),
				 errhint("Say it shorter.")));
	return converted;
}

/* Apart from its caller, whose variables would not survive a long jump. */
static pg_noinline void
ask_guarded(Asking *asking)
{
	PG_ENSURE_ERROR_CLEANUP(leave, PointerGetDatum(asking));
	{
		ask_for_all(asking);
	}
	PG_END_ENSURE_ERROR_CLEANUP(leave, PointerGetDatum(asking));
	leave(0, PointerGetDatum(asking));
}

List *
lab_request_ask(LabRequestKind kind, const char *text, int columns)
{
	Asking asking = {kind};

	asking.columns = columns;
	asking.slot = require_participant();
	lab_activity_not_work();
	asking.text = text ? sent(text) : NULL;
	if (lab_shared->coordinator_pid == 0)
		no_answer();
	spend_allowance(&asking.slot->activity);
	ask_guarded(&asking);
	return asking.rows;
}

LabRequest *
lab_request_take(void)
{
	for (int i = 0; i < LAB_REQUESTS; i++)
	{
		LabRequest *request = &lab_shared->requests[i];

		if (move(request, LAB_REQUEST_SENT, LAB_REQUEST_TAKEN))
			return request;
		/* Taken by a coordinator that did not finish it: an error came between. */
		if (pg_atomic_read_u32(&request->state) == LAB_REQUEST_TAKEN)
			lab_request_refuse(request, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
							   "labcreator could not answer; try again");
		(void) move(request, LAB_REQUEST_ABANDONED, LAB_REQUEST_FREE);
	}
	return NULL;
}

static void
put(LabRequest *request, char mark, const char *value, Size length)
{
	request->answer[request->length++] = mark;
	memcpy(request->answer + request->length, value, length);
	request->length += length;
	request->answer[request->length++] = '\0';
}

bool
lab_request_put_row(LabRequest *request, char **values, int columns)
{
	Size needed = 0;

	for (int i = 0; i < columns; i++)
		needed += 2 + (values[i] ? strlen(values[i]) : 0);
	if (request->length + needed > LAB_REQUEST_ANSWER)
	{
		request->more = true;
		return false;
	}
	for (int i = 0; i < columns; i++)
		put(request, values[i] ? VALUE_MARK : NULL_MARK, values[i] ? values[i] : "",
			values[i] ? strlen(values[i]) : 0);
	request->rows++;
	return true;
}

void
lab_request_finish(LabRequest *request)
{
	Latch *latch = request->latch;

	pg_write_barrier();
	if (move(request, LAB_REQUEST_TAKEN, LAB_REQUEST_DONE))
		SetLatch(latch);
	else
		(void) move(request, LAB_REQUEST_ABANDONED, LAB_REQUEST_FREE);
}

void
lab_request_refuse(LabRequest *request, int sqlstate, const char *reason)
{
	request->sqlstate = sqlstate;
	request->more = false;
	request->rows = request->length = 0;
	put(request, VALUE_MARK, reason, Min(strlen(reason), LAB_REQUEST_TEXT));
	lab_request_finish(request);
}
