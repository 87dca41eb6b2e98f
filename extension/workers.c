/*
 * workers.c
 *		Registration of the static background workers, by the names of their
 *		main functions in worker/.
 */
#include "postgres.h"

#include "extension/workers.h"
#include "postmaster/bgworker.h"

/* A control database that is not there yet should not fill the log. */
#define RESTART_SECONDS 5

void
lab_workers_init(void)
{
	BackgroundWorker worker = {0};

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = RESTART_SECONDS;
	strlcpy(worker.bgw_library_name, "labcreator", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "lab_coordinator_main", sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_name, "labcreator coordinator", sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, "labcreator coordinator", sizeof(worker.bgw_type));
	RegisterBackgroundWorker(&worker);
}
