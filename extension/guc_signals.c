/*
 * guc_signals.c
 *		The settings that say when somebody needs help.
 *
 * lab.raise_signals() reads most thresholds by their names: the variables behind
 * them only hold the values.
 */
#include "postgres.h"

#include <float.h>
#include <limits.h>

#include "extension/guc.h"
#include "utils/guc.h"

int lab_signal_interval = 1000;
int lab_student_requests = 60;
int lab_idle_after = 300000;
int lab_signal_hold = 5000;

static int not_started_after = 600000;
static int stuck_after = 180000;
static int blocked_after = 10000;
static int stuck_peers = 3;
static int error_run = 3;
static int silent_statements = 4;
static double error_quotient = 0.4;
static double behind_deviations = 1.5;
static double behind_points = 5;

static void
define_time(const char *name, const char *what, const char *more, int *variable)
{
	DefineCustomIntVariable(name, what, more, variable, *variable, 0, INT_MAX, PGC_SIGHUP,
							GUC_UNIT_MS, NULL, NULL, NULL);
}

static void
define_number(const char *name, const char *what, const char *more, int *variable, int least)
{
	DefineCustomIntVariable(name, what, more, variable, *variable, least, INT_MAX, PGC_SIGHUP, 0,
							NULL, NULL, NULL);
}

static void
define_share(const char *name, const char *what, const char *more, double *variable, double most)
{
	DefineCustomRealVariable(name, what, more, variable, *variable, 0, most, PGC_SIGHUP, 0, NULL,
							 NULL, NULL);
}

void
lab_guc_signals_init(void)
{
	DefineCustomIntVariable("labcreator.signal_interval",
							"Time between two looks at who needs help.", NULL, &lab_signal_interval,
							1000, 50, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	define_number("labcreator.student_requests",
				  "Questions to labcreator that a participant may ask in a minute.",
				  "A third of them may come at once; 0: no limit.", &lab_student_requests, 0);
	define_time("labcreator.idle_after", "Time without a statement after which a person is idle.",
				"It also ends a class: without anybody at work there are no signals.",
				&lab_idle_after);
	define_time("labcreator.not_started_after",
				"Time after the class began when who is not there has not started.", NULL,
				&not_started_after);
	define_time("labcreator.stuck_after",
				"Least time without a new pass before a person can be stuck.", NULL, &stuck_after);
	define_time("labcreator.blocked_after", "Time of waiting for a lock that counts as blocked.",
				NULL, &blocked_after);
	define_time("labcreator.signal_hold", "Time for which a signal stays when its reason has gone.",
				"It keeps the list from flickering.", &lab_signal_hold);
	define_number("labcreator.stuck_peers",
				  "Peers who passed a check before its pace can say that somebody is stuck.", NULL,
				  &stuck_peers, 1);
	define_number("labcreator.error_run", "The same error so many times running is a signal.", NULL,
				  &error_run, 2);
	define_number("labcreator.silent_statements",
				  "Statements on a failing object that all succeed, and change nothing.", NULL,
				  &silent_statements, 2);
	define_share("labcreator.error_quotient",
				 "Error quotient that is a signal when it is also above the class's third "
				 "quartile.",
				 NULL, &error_quotient, 1);
	define_share("labcreator.behind_deviations",
				 "Median absolute deviations below the median that are behind.", NULL,
				 &behind_deviations, DBL_MAX);
	define_share("labcreator.behind_points",
				 "Least deviation, in percent of the score, that a class is taken to have.", NULL,
				 &behind_points, 100);
}
