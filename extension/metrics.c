/*
 * metrics.c
 *		What only shared memory knows of labcreator's own work: when its processes
 *		were at work last, and how long the last evaluations took.
 *
 * The times are a ring that the coordinator alone writes.  One entry is one
 * atomic word, the lab's id above and microseconds below, so that readers need
 * no lock: while they read, an entry is an old or a new one.
 */
#include "postgres.h"

#include "extension/functions.h"
#include "extension/metrics.h"
#include "extension/shmem.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(lab_heartbeats);
PG_FUNCTION_INFO_V1(lab_recent_evaluations);
PG_FUNCTION_INFO_V1(lab_evaluation_count);

void
lab_metrics_note(int32 lab, LabTime started)
{
	uint64 number = pg_atomic_fetch_add_u64(&lab_shared->evaluations, 1);
	int64 took = lab_clock_now() - started;

	pg_atomic_write_u64(&lab_shared->timings[number % LAB_TIMINGS],
						(uint64) lab << 32 | (uint64) Min(took, PG_UINT32_MAX));
}

static void
put_heartbeat(ReturnSetInfo *rsinfo, const char *worker, pg_atomic_uint64 *at)
{
	uint64 time = pg_atomic_read_u64(at);
	Datum values[] = {CStringGetTextDatum(worker), TimestampTzGetDatum((TimestampTz) time)};
	bool nulls[] = {false, time == 0};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* lab.heartbeats(): the static background workers; at is null for one that never ran. */
Datum
lab_heartbeats(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	lab_require_control_database();
	InitMaterializedSRF(fcinfo, 0);
	put_heartbeat(rsinfo, "coordinator", &lab_shared->heartbeat);
	for (int i = 0; i < LAB_TARGETS; i++)
		put_heartbeat(rsinfo, psprintf("publisher %s", lab_target_names[i]),
					  &lab_shared->publishers[i].heartbeat);
	return (Datum) 0;
}

/* lab.recent_evaluations(): lab and seconds of each, in no order. */
Datum
lab_recent_evaluations(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	lab_require_control_database();
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < LAB_TIMINGS; i++)
	{
		uint64 timing = pg_atomic_read_u64(&lab_shared->timings[i]);
		Datum values[] = {Int32GetDatum((int32) (timing >> 32)),
						  Float8GetDatum((double) (uint32) timing / USECS_PER_SEC)};
		bool nulls[] = {false, false};

		if (timing != 0)
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* lab.evaluation_count() */
Datum
lab_evaluation_count(PG_FUNCTION_ARGS)
{
	lab_require_control_database();
	PG_RETURN_INT64((int64) pg_atomic_read_u64(&lab_shared->evaluations));
}
