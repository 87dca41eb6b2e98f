/*
 * sweep.c
 *		Is there anything for the sweep to find in a database?
 *
 * The sweep guards against an event that was lost, and tries again what could not
 * be judged: because of a lock that somebody held, or of a timeout.  Where no
 * client was connected at the last evaluation, nor since, there is neither: most
 * databases of a large class are such, most of the time, and cost a look at the
 * server's statistics.
 */
#include "postgres.h"

#include "extension/compat.h"
#include "pgstat.h"
#include "storage/procarray.h"
#include "worker/sweep.h"

/* Sessions that there were so far; one that has just begun may not be counted yet. */
static uint64
sessions(Oid database)
{
	PgStat_StatDBEntry *statistics;
	uint64 counted;

	pgstat_clear_snapshot();
	statistics = pgstat_fetch_stat_dbentry(database);
	counted = statistics ? (uint64) LAB_STAT(statistics, sessions) : 0;
	pgstat_clear_snapshot();
	return counted;
}

void
lab_sweep_note(LabWatched *watched)
{
	watched->sessions = sessions(watched->database);
	watched->connected = CountDBConnections(watched->database) > 0;
}

bool
lab_sweep_worthwhile(const LabWatched *watched)
{
	return watched->unsettled || watched->connected || !pgstat_track_counts ||
		   CountDBConnections(watched->database) > 0 ||
		   sessions(watched->database) != watched->sessions;
}
