/*
 * guc.c
 *		The settings labcreator.*
 */
#include "postgres.h"

#include <limits.h>

#include "extension/guc.h"
#include "utils/guc.h"

char *lab_database = NULL;
char *lab_host = NULL;
int lab_max_participants = 4096;
int lab_evaluators = 2;
int lab_provisioners = 2;
int lab_debounce = 100;
int lab_sweep_interval = 60;
int lab_check_timeout = 5000;
int lab_evaluation_timeout = 30000;
int lab_result_limit = 1000000;
int lab_probes = 32;
int lab_session_memory = 1024;
int lab_linger = 60000;
int lab_lingering = 32;
int lab_evaluator_memory = 512;

void
lab_guc_init(void)
{
	DefineCustomStringVariable("labcreator.database",
							   "Control database: where the extension and its tables live.", NULL,
							   &lab_database, "lab", PGC_POSTMASTER, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("labcreator.host",
							   "Name under which participants reach this server.",
							   "It appears in the connect column of lab_create().", &lab_host,
							   "localhost", PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("labcreator.max_participants",
							"Participants of all labs together that shared memory has room for.",
							NULL, &lab_max_participants, 4096, 1, 65536, PGC_POSTMASTER, 0, NULL,
							NULL, NULL);
	DefineCustomIntVariable("labcreator.evaluators",
							"Databases that are compared at the same time, at most.", NULL,
							&lab_evaluators, 2, 1, 64, PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("labcreator.provisioners",
							"Databases that are made at the same time, at most.", NULL,
							&lab_provisioners, 2, 1, 16, PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable(
		"labcreator.debounce", "Least time between two evaluations of one database.", NULL,
		&lab_debounce, 100, 0, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("labcreator.sweep_interval",
							"Time after which a database is evaluated without any event.",
							"It guards against a lost event; 0 turns it off.", &lab_sweep_interval,
							60, 0, INT_MAX / 1000, PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("labcreator.check_timeout",
							"Time that one statement over a participant's objects may take.", NULL,
							&lab_check_timeout, 5000, 10, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS, NULL,
							NULL, NULL);
	DefineCustomIntVariable("labcreator.evaluation_timeout",
							"Time after which an evaluator is ended, whatever it does.", NULL,
							&lab_evaluation_timeout, 30000, 100, INT_MAX, PGC_SIGHUP, GUC_UNIT_MS,
							NULL, NULL, NULL);
	DefineCustomIntVariable(
		"labcreator.result_limit", "Rows that a view or a query may give in a comparison.",
		"One that gives more is an error: nothing is cut short.", &lab_result_limit, 1000000, 1,
		INT_MAX, PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("labcreator.linger",
							"Time that an evaluator waits in a database for the next event there.",
							"It gives way when another database waits.", &lab_linger, 60000, 0,
							INT_MAX, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("labcreator.lingering",
							"Evaluators that may wait for the next event, at most.",
							"They count against max_worker_processes, as far as it has room.",
							&lab_lingering, 32, 0, 1024, PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("labcreator.evaluator_memory", "Memory that one evaluator may have.",
							"A participant's view or function that wants more fails; 0: no limit.",
							&lab_evaluator_memory, 512, 0, MAX_KILOBYTES / 1024, PGC_SIGHUP,
							GUC_UNIT_MB, NULL, NULL, NULL);
	DefineCustomIntVariable(
		"labcreator.session_memory", "Memory that one session of a participant may have.",
		"Beyond it, that session gets an error; 0: no limit.", &lab_session_memory, 1024, 0,
		MAX_KILOBYTES / 1024, PGC_SIGHUP, GUC_UNIT_MB, NULL, NULL, NULL);
	DefineCustomIntVariable("labcreator.probes", "Probes of the behaviour of one object, at most.",
							"They are chosen when a lab is created or refreshed.", &lab_probes, 32,
							1, 1000, PGC_SIGHUP, 0, NULL, NULL, NULL);
	lab_guc_signals_init();
	MarkGUCPrefixReserved("labcreator");
}
