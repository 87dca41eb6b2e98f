/*
 * workers.c
 *		Registration of the static background workers, by the names of their
 *		main functions in worker/, and who may have how many of the server's.
 */
#include "postgres.h"

#include "extension/guc.h"
#include "extension/outbox.h"
#include "extension/workers.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"

/* A control database that is not there yet should not fill the log. */
#define RESTART_SECONDS 5

static void
register_worker(const char *function, const char *title, int argument)
{
	BackgroundWorker worker = {0};

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = RESTART_SECONDS;
	worker.bgw_main_arg = Int32GetDatum(argument);
	strlcpy(worker.bgw_library_name, "labcreator", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, function, sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_name, title, sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, title, sizeof(worker.bgw_type));
	RegisterBackgroundWorker(&worker);
}

void
lab_workers_init(void)
{
	/* pg_upgrade wants to be alone in its servers. */
	if (IsBinaryUpgrade)
		return;

	register_worker("lab_coordinator_main", "labcreator coordinator", 0);

	/* One publisher a target: however long one is silent, it holds up no other. */
	for (int i = 0; i < LAB_TARGETS; i++)
	{
		char title[BGW_MAXLEN];

		snprintf(title, sizeof(title), "labcreator publisher %s", lab_target_names[i]);
		register_worker("lab_publisher_main", title, i);
	}
}

/* Of max_worker_processes, what labcreator does not need to get its work done. */
static int
spare_workers(void)
{
	int ours = 2 * lab_evaluators + lab_provisioners + LAB_TARGETS + 4;

	return Max(max_worker_processes - ours, 0);
}

int
lab_workers_that_linger(void)
{
	return Min(lab_lingering, spare_workers() * 2 / 3);
}

int
lab_workers_for_parallel(void)
{
	return spare_workers() - lab_workers_that_linger();
}
