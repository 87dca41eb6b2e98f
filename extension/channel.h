/*
 * channel.h
 *		A dynamic background worker and the shared memory that joins it to the
 *		process that started it: one request, read before the worker connects
 *		to a database, and a queue (shm_mq) of answers.
 */
#ifndef LAB_CHANNEL_H
#define LAB_CHANNEL_H

#include "lib/stringinfo.h"
#include "port/atomics.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/shm_mq.h"

typedef struct LabChannel
{
	BackgroundWorkerHandle *worker;
	dsm_segment *segment;
	shm_mq_handle *answers;
	pg_atomic_uint32 *turns; /* how often the worker was asked again */
} LabChannel;

/*
 * Start the worker whose main function is named function and hand it request.
 * Returns NULL when the server has no background worker or shared memory
 * segment to spare now.  Allocated in the current memory context, which must
 * live as long as the channel.
 */
extern LabChannel *lab_channel_start(const char *function, const char *title, StringInfo request);

/*
 * The next answer, in *answer (valid until the next call).  With nowait,
 * SHM_MQ_WOULD_BLOCK when none is there yet.  SHM_MQ_DETACHED: the worker ended.
 */
extern shm_mq_result lab_channel_receive(LabChannel *channel, StringInfo answer, bool nowait);

/* Asks a worker that has answered for the same once more, about what is there now. */
extern void lab_channel_again(LabChannel *channel);

/* Ends the worker when it still runs, and frees the channel. */
extern void lab_channel_end(LabChannel *channel);

/* In the worker: the request, allocated in the current memory context. */
extern StringInfo lab_channel_attach(Datum main_arg);

/* In the worker: overwrites the request in shared memory, which held a secret. */
extern void lab_channel_forget_request(void);

/* In the worker: waits to be asked again; false when that took too long. */
extern bool lab_channel_wait(int milliseconds);

/* In the worker: sends one answer; exits quietly when nobody listens any more. */
extern void lab_channel_send(StringInfo answer);

#endif /* LAB_CHANNEL_H */
