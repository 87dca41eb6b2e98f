/*
 * sweep.c
 *		Is there anything for the sweep to find in a database?
 *
 * The sweep guards against an event that was lost.  Where no client was
 * connected since the last evaluation, or where those who were have written no
 * row (of a catalog neither), there was none to lose: most databases of a large
 * class are such, most of the time, and cost a look at the server's statistics.
 *
 * Statistics arrive late, some seconds at most: then the sweep looks in vain once
 * more.  They never count too little in the end.
 */
#include "postgres.h"

#include "extension/compat.h"
#include "pgstat.h"
#include "storage/procarray.h"
#include "worker/sweep.h"

typedef struct Counted
{
	uint64 sessions;
	uint64 written;
} Counted;

static Counted
count(Oid database)
{
	Counted counted = {0, 0};
	PgStat_StatDBEntry *statistics;

	pgstat_clear_snapshot();
	statistics = pgstat_fetch_stat_dbentry(database);
	if (statistics)
	{
		counted.sessions = (uint64) LAB_STAT(statistics, sessions);
		counted.written = (uint64) LAB_STAT(statistics, tuples_inserted) +
						  (uint64) LAB_STAT(statistics, tuples_updated) +
						  (uint64) LAB_STAT(statistics, tuples_deleted);
	}
	pgstat_clear_snapshot();
	return counted;
}

void
lab_sweep_note(LabWatched *watched)
{
	Counted counted = count(watched->database);

	watched->sessions = counted.sessions;
	watched->written = counted.written;
}

bool
lab_sweep_worthwhile(const LabWatched *watched)
{
	Counted counted;

	if (!pgstat_track_counts)
		return true;
	counted = count(watched->database);
	return counted.written != watched->written &&
		   (counted.sessions != watched->sessions || CountDBConnections(watched->database) > 0);
}
