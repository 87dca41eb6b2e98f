/*
 * disk.c
 *		How much room a participant's database takes.
 *
 * To measure is to look at every file.  Sessions say about how much they have
 * written since the last time (limits.c): a database far below its limit is
 * measured rarely, one near or over it after each commit, so that whoever makes
 * room is let in again at once.
 */
#include "postgres.h"

#include "extension/shmem.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "worker/disk.h"

#define WORTHWHILE 8         /* this part of the room that is left, written, is worth a look */
#define STALE_MS (60 * 1000) /* not everything that grows is written by a session of theirs */

static bool
is_due(LabGate *gate)
{
	uint64 limit = pg_atomic_read_u64(&gate->disk);
	uint64 used = pg_atomic_read_u64(&gate->disk_used);

	if (used == 0 || used >= limit)
		return true;
	if (pg_atomic_read_u64(&gate->written) > (limit - used) / WORTHWHILE)
		return true;
	return lab_clock_passed((LabTime) pg_atomic_read_u64(&gate->measured), STALE_MS);
}

void
lab_disk_measure(void)
{
	LabSlot *slot = lab_slot_find(MyDatabaseId);
	uint64 written;
	int64 used;

	if (slot == NULL || pg_atomic_read_u64(&slot->gate.disk) == 0 || !is_due(&slot->gate))
		return;
	written = pg_atomic_read_u64(&slot->gate.written);
	used = DatumGetInt64(DirectFunctionCall1(pg_database_size_oid, ObjectIdGetDatum(MyDatabaseId)));
	pg_atomic_write_u64(&slot->gate.disk_used, (uint64) Max(used, 1));
	pg_atomic_fetch_sub_u64(&slot->gate.written, (int64) written);
	pg_atomic_write_u64(&slot->gate.measured, (uint64) lab_clock_now());
}
