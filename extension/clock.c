/*
 * clock.c
 *		A clock that only goes forward: the kernel's monotonic one, as the server
 *		itself takes it to measure.
 */
#include "postgres.h"

#include <limits.h>

#include "extension/clock.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "portability/instr_time.h"
#include "storage/latch.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(lab_nap);

LabTime
lab_clock_now(void)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	return (LabTime) INSTR_TIME_GET_MICROSEC(now);
}

int64
lab_clock_offset(void)
{
	return GetCurrentTimestamp() - lab_clock_now();
}

LabTime
lab_clock_at(TimestampTz time)
{
	if (TIMESTAMP_IS_NOBEGIN(time))
		return 1;
	return TIMESTAMP_IS_NOEND(time) ? LAB_TIME_NEVER : Max(time - lab_clock_offset(), 1);
}

long
lab_clock_left(LabTime until)
{
	int64 left = until - lab_clock_now();

	return left <= 0 ? 0 : (long) Min((left + 999) / 1000, INT_MAX);
}

void
lab_clock_sleep(int64 milliseconds)
{
	LabTime until = lab_clock_plus(lab_clock_now(), milliseconds);
	long left;

	while ((left = lab_clock_left(until)) > 0)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

/*
 * lab.nap(double precision): sleeps so many seconds and returns the clock, in seconds.  pg_sleep()
 * goes by the system's clock, and would sleep as long as that is put back.
 */
Datum
lab_nap(PG_FUNCTION_ARGS)
{
	lab_clock_sleep((int64) (PG_GETARG_FLOAT8(0) * 1000));
	PG_RETURN_FLOAT8(lab_clock_now() / 1e6);
}
