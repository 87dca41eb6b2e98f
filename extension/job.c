/*
 * job.c
 *		One job of an evaluator, run while the caller waits.
 */
#include "postgres.h"

#include "extension/channel.h"
#include "extension/clock.h"
#include "extension/job.h"
#include "extension/shmem.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "utils/wait_event.h"

#define RETRY_MS 200
#define PATIENCE_MS 2000 /* then say what it waits for */

static LabChannel *
start_patiently(StringInfo request)
{
	LabTime since = lab_clock_now();
	bool told = false;

	for (;;)
	{
		LabChannel *channel =
			lab_channel_start("lab_evaluator_main", "labcreator evaluator", request);

		if (channel)
		{
			if (told)
				pg_atomic_write_u64(&lab_shared->starved, 0);
			return channel;
		}
		if (!told && lab_clock_passed(since, PATIENCE_MS))
		{
			told = true;
			lab_note_starved();
			ereport(NOTICE, (errmsg("waiting for a free background worker"),
							 errhint("Raise max_worker_processes.")));
		}
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, RETRY_MS,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

/* Raises what the worker reported. */
static void
rethrow(StringInfo answer)
{
	const char *sqlstate = pq_getmsgrawstring(answer);
	const char *message = pq_getmsgrawstring(answer);
	const char *detail = pq_getmsgrawstring(answer);
	const char *hint = pq_getmsgrawstring(answer);

	ereport(ERROR, (errcode(MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3],
										  sqlstate[4])),
					errmsg("%s", message), *detail ? errdetail("%s", detail) : 0,
					*hint ? errhint("%s", hint) : 0));
}

static List *
collect(LabChannel *channel)
{
	List *answers = NIL;
	StringInfo answer = makeStringInfo();

	while (lab_channel_receive(channel, answer, false) == SHM_MQ_SUCCESS)
	{
		switch (pq_getmsgbyte(answer))
		{
			case LAB_ANSWER_FACT:
				answers = lappend(answers, lab_fact_read(answer));
				break;
			case LAB_ANSWER_VERDICT:
				answers = lappend(answers, lab_verdict_read(answer));
				break;
			case LAB_ANSWER_ERROR:
				rethrow(answer);
				break;
			case LAB_ANSWER_DONE:
				return answers;
		}
	}
	ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
					errmsg("the evaluator ended before it had answered"),
					errhint("The server's log says why.")));
}

List *
lab_run_job(const LabJob *job)
{
	StringInfo request = makeStringInfo();
	LabChannel *channel;
	List *answers = NIL;

	lab_job_write(request, job);
	channel = start_patiently(request);
	PG_TRY();
	{
		answers = collect(channel);
	}
	PG_FINALLY();
	{
		lab_channel_end(channel);
	}
	PG_END_TRY();
	return answers;
}
