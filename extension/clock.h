/*
 * clock.h
 *		A clock that only goes forward, for everything that is planned or waited for.
 *
 * The system's clock can be put forward or back.  It says when a lab is open
 * and when something happened; how long something takes, and when it is tried
 * again, goes by this one, the same in all processes of the server.
 */
#ifndef LAB_CLOCK_H
#define LAB_CLOCK_H

#include "datatype/timestamp.h"

/* Microseconds since some moment; 0 is none. */
typedef int64 LabTime;

#define LAB_TIME_NEVER PG_INT64_MAX

extern LabTime lab_clock_now(void);

/* The system's time minus this clock's: it changes only when the system's clock is set. */
extern int64 lab_clock_offset(void);

/* As this clock will be when the system's clock, if nobody sets it, has this time. */
extern LabTime lab_clock_at(TimestampTz time);

/* Milliseconds until then, rounded up; 0 when it is over. */
extern long lab_clock_left(LabTime until);

/* Sleeps so long, whatever sets the latch; an interrupt ends it. */
extern void lab_clock_sleep(int64 milliseconds);

static inline LabTime
lab_clock_plus(LabTime time, int64 milliseconds)
{
	return time + milliseconds * 1000;
}

/* Have so many milliseconds passed since then?  Since 0: always. */
static inline bool
lab_clock_passed(LabTime since, int64 milliseconds)
{
	return since == 0 || lab_clock_now() >= lab_clock_plus(since, milliseconds);
}

#endif /* LAB_CLOCK_H */
