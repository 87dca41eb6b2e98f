/*
 * channel.c
 *		A dynamic background worker and the shared memory that joins it to the
 *		process that started it.
 *
 * The segment holds the request and a queue of answers.  Its mapping is pinned
 * in both processes: it lives until lab_channel_end() or the process's end,
 * whatever becomes of a transaction.
 */
#include "postgres.h"

#include "extension/channel.h"
#include "extension/clock.h"
#include "extension/shmem.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/shm_toc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/wait_event.h"

#define CHANNEL_MAGIC 0x6c616263
#define KEY_LENGTH 0
#define KEY_REQUEST 1
#define KEY_ANSWERS 2
#define KEY_TURNS 3
#define ANSWERS_SIZE (64 * 1024)

static shm_mq_handle *my_answers = NULL; /* in a worker: towards whom started it */
static pg_atomic_uint32 *my_turns = NULL;
static char *my_request = NULL; /* in its segment */
static Size my_request_length = 0;

static dsm_segment *
make_segment(StringInfo request, shm_mq **answers, pg_atomic_uint32 **turns)
{
	shm_toc_estimator estimator;
	Size size;
	dsm_segment *segment;
	shm_toc *toc;
	Size *length;
	char *bytes;

	shm_toc_initialize_estimator(&estimator);
	shm_toc_estimate_chunk(&estimator, sizeof(Size));
	shm_toc_estimate_chunk(&estimator, request->len + 1);
	shm_toc_estimate_chunk(&estimator, ANSWERS_SIZE);
	shm_toc_estimate_chunk(&estimator, sizeof(pg_atomic_uint32));
	shm_toc_estimate_keys(&estimator, 4);
	size = shm_toc_estimate(&estimator);

	segment = dsm_create(size, DSM_CREATE_NULL_IF_MAXSEGMENTS);
	if (segment == NULL)
		return NULL;
	dsm_pin_mapping(segment);
	toc = shm_toc_create(CHANNEL_MAGIC, dsm_segment_address(segment), size);

	length = shm_toc_allocate(toc, sizeof(Size));
	*length = request->len;
	shm_toc_insert(toc, KEY_LENGTH, length);
	bytes = shm_toc_allocate(toc, request->len + 1);
	memcpy(bytes, request->data, request->len);
	shm_toc_insert(toc, KEY_REQUEST, bytes);
	*answers = shm_mq_create(shm_toc_allocate(toc, ANSWERS_SIZE), ANSWERS_SIZE);
	shm_toc_insert(toc, KEY_ANSWERS, *answers);
	shm_mq_set_receiver(*answers, MyProc);
	*turns = shm_toc_allocate(toc, sizeof(pg_atomic_uint32));
	pg_atomic_init_u32(*turns, 0);
	shm_toc_insert(toc, KEY_TURNS, *turns);
	return segment;
}

LabChannel *
lab_channel_start(const char *function, const char *title, StringInfo request)
{
	LabChannel *channel = palloc0(sizeof(LabChannel));
	BackgroundWorker worker = {0};
	shm_mq *answers;

	channel->segment = make_segment(request, &answers, &channel->turns);
	if (channel->segment == NULL)
	{
		pfree(channel);
		return NULL;
	}

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	strlcpy(worker.bgw_library_name, "labcreator", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, function, sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_name, title, sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, title, sizeof(worker.bgw_type));
	worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(channel->segment));
	worker.bgw_notify_pid = MyProcPid;

	if (!RegisterDynamicBackgroundWorker(&worker, &channel->worker))
	{
		dsm_detach(channel->segment);
		pfree(channel);
		return NULL;
	}
	channel->answers = shm_mq_attach(answers, channel->segment, channel->worker);
	return channel;
}

shm_mq_result
lab_channel_receive(LabChannel *channel, StringInfo answer, bool nowait)
{
	Size length;
	void *bytes;
	shm_mq_result result = shm_mq_receive(channel->answers, &length, &bytes, nowait);

	if (result == SHM_MQ_SUCCESS)
	{
		resetStringInfo(answer);
		appendBinaryStringInfo(answer, bytes, length);
	}
	return result;
}

void
lab_channel_again(LabChannel *channel)
{
	PGPROC *worker = shm_mq_get_sender(shm_mq_get_queue(channel->answers));

	pg_atomic_fetch_add_u32(channel->turns, 1);
	if (worker)
		SetLatch(&worker->procLatch);
}

void
lab_channel_end(LabChannel *channel)
{
	/* Harmless when it has ended by itself: the handle knows its generation. */
	TerminateBackgroundWorker(channel->worker);
	shm_mq_detach(channel->answers);
	dsm_detach(channel->segment);
	pfree(channel->worker);
	pfree(channel);
}

StringInfo
lab_channel_attach(Datum main_arg)
{
	ResourceOwner previous = CurrentResourceOwner;
	dsm_segment *segment;
	shm_toc *toc;
	shm_mq *answers;
	StringInfo request;
	Size length;

	/* No transaction yet, but mapping a segment wants an owner. */
	if (CurrentResourceOwner == NULL)
		CurrentResourceOwner = ResourceOwnerCreate(NULL, "lab channel");
	segment = dsm_attach(DatumGetUInt32(main_arg));
	if (segment == NULL)
		proc_exit(0); /* whom it was for has left */
	dsm_pin_mapping(segment);
	toc = shm_toc_attach(CHANNEL_MAGIC, dsm_segment_address(segment));
	if (toc == NULL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("bad magic number in the shared memory of a lab worker")));

	length = *(Size *) shm_toc_lookup(toc, KEY_LENGTH, false);
	request = makeStringInfo();
	my_request = shm_toc_lookup(toc, KEY_REQUEST, false);
	my_request_length = length;
	appendBinaryStringInfo(request, my_request, length);

	my_turns = shm_toc_lookup(toc, KEY_TURNS, false);
	answers = shm_toc_lookup(toc, KEY_ANSWERS, false);
	shm_mq_set_sender(answers, MyProc);
	my_answers = shm_mq_attach(answers, segment, NULL);

	CurrentResourceOwner = previous;
	return request;
}

void
lab_channel_forget_request(void)
{
	explicit_bzero(my_request, my_request_length);
}

bool
lab_channel_wait(int milliseconds)
{
	static uint32 turns_taken = 0;
	LabTime until = lab_clock_plus(lab_clock_now(), milliseconds);

	while (pg_atomic_read_u32(my_turns) == turns_taken)
	{
		long left = lab_clock_left(until);

		if (left <= 0)
			return false;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	turns_taken = pg_atomic_read_u32(my_turns);
	return true;
}

void
lab_channel_send(StringInfo answer)
{
	if (shm_mq_send(my_answers, answer->len, answer->data, false, true) != SHM_MQ_SUCCESS)
		proc_exit(0); /* nobody listens any more */
}
