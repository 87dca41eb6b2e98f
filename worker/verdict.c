/*
 * verdict.c
 *		Storing what an evaluation found: lab.store() writes what differs.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/statement.h"
#include "extension/strings.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "worker/session.h"
#include "worker/signals.h"
#include "worker/verdict.h"

/* Can an evaluation be stored? */
typedef enum Hold
{
	HOLD_CURRENT,
	HOLD_OUTDATED, /* it was of another database, or by other checks: it says nothing any more */
	HOLD_NOT_NOW   /* somebody changes the lab, or it is gone */
} Hold;

static const char *
status_word(LabStatus status)
{
	switch (status)
	{
		case LAB_PASS:
			return "pass";
		case LAB_FAIL:
			return "fail";
		case LAB_ERROR:
		case LAB_MOVED: /* its evaluation on the hidden data was cut short */
			break;
	}
	return "error";
}

static bool
has_verdict(List *verdicts, int32 check)
{
	ListCell *cell;

	foreach (cell, verdicts)
		if (((LabVerdict *) lfirst(cell))->check == check)
			return true;
	return false;
}

/* The verdicts, with an error for each check that a cut-short evaluation did not reach. */
static List *
complete_verdicts(const LabWatched *watched, const char *failure)
{
	List *verdicts = list_copy(watched->verdicts);
	ListCell *cell;

	if (failure == NULL || verdicts == NIL)
		return verdicts;
	foreach (cell, watched->lab->checks)
	{
		LabCheck *check = lfirst(cell);
		LabVerdict *verdict;

		if (has_verdict(watched->verdicts, check->id))
			continue;
		verdict = palloc(sizeof(LabVerdict));
		verdict->check = check->id;
		verdict->status = LAB_ERROR;
		verdict->detail = pstrdup(failure);
		verdicts = lappend(verdicts, verdict);
	}
	return verdicts;
}

/* Returns whether something is different now. */
static bool
store(const LabWatched *watched, List *verdicts)
{
	Oid types[] = {INT4OID, INT4ARRAYOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum values[4];
	int n = list_length(verdicts);
	Datum *checks = palloc(sizeof(Datum) * n);
	List *statuses = NIL;
	List *details = NIL;
	bool isnull;
	ListCell *cell;

	foreach (cell, verdicts)
	{
		LabVerdict *verdict = lfirst(cell);

		checks[foreach_current_index(cell)] = Int32GetDatum(verdict->check);
		statuses = lappend(statuses, unconstify(char *, status_word(verdict->status)));
		details = lappend(details, verdict->detail);
	}
	values[0] = Int32GetDatum(watched->participant);
	values[1] =
		PointerGetDatum(construct_array(checks, n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	values[2] = lab_strings_array(statuses);
	values[3] = lab_strings_array(details);
	lab_statement_run_kept("SELECT lab.store($1, $2, $3, $4)", lengthof(types), types, values,
						   NULL);
	return SPI_processed == 1 &&
		   DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

static void
store_failure(const LabWatched *watched, const char *failure)
{
	Oid types[] = {INT4OID, TEXTOID};
	Datum values[] = {Int32GetDatum(watched->participant), CStringGetTextDatum(failure)};

	lab_statement_run_kept(
		"UPDATE lab.participants p\n"
		"SET evaluation_error = $2,\n"
		"	evaluated = coalesce(p.evaluated, pg_catalog.clock_timestamp()),\n"
		"	revision = l.revision\n"
		"FROM lab.labs l\n"
		"WHERE p.id = $1 AND l.id = p.lab_id\n"
		"	AND (p.evaluation_error, p.revision) IS DISTINCT FROM ($2, l.revision)",
		lengthof(types), types, values, NULL);
}

/* The time of the participant's last commit, to a second: a storm is one write a second. */
static void
store_seen(const LabWatched *watched)
{
	Oid types[] = {INT4OID, TIMESTAMPTZOID};
	uint64 seen = pg_atomic_read_u64(&watched->slot->seen);
	Datum values[] = {Int32GetDatum(watched->participant), TimestampTzGetDatum((TimestampTz) seen)};

	if (seen == 0)
		return;
	lab_statement_run_kept(
		"UPDATE lab.participants\n"
		"SET last_seen = $2\n"
		"WHERE id = $1 AND (last_seen IS NULL OR last_seen < $2 - interval '1 second')",
		lengthof(types), types, values, NULL);
}

/*
 * The lab stays as it is until this transaction ends.  Whoever changes it holds its
 * row, for as long as their transaction takes: nobody else waits for that.
 */
static Hold
hold_lab(const LabWatched *watched)
{
	Oid types[] = {INT4OID, INT4OID, OIDOID, INT4OID};
	Datum values[] = {Int32GetDatum(watched->lab->id), Int32GetDatum(watched->participant),
					  ObjectIdGetDatum(watched->database), Int32GetDatum(watched->revision)};

	lab_statement_run_kept("SELECT FROM lab.labs WHERE id = $1 FOR KEY SHARE SKIP LOCKED", 1, types,
						   values, NULL);
	if (SPI_processed == 0)
		return HOLD_NOT_NOW;
	/* another statement: it sees what was done by whoever held the lab before us */
	lab_statement_run_kept("SELECT\n"
						   "FROM lab.participants p\n"
						   "JOIN lab.labs l ON l.id = p.lab_id\n"
						   "WHERE l.id = $1 AND p.id = $2 AND p.database_oid = $3\n"
						   "	AND p.state = 'ready' AND l.revision = $4",
						   lengthof(types), types, values, NULL);
	return SPI_processed > 0 ? HOLD_CURRENT : HOLD_OUTDATED;
}

static void
store_all(LabWatched *watched, const char *failure)
{
	List *verdicts = complete_verdicts(watched, failure);

	if (verdicts && store(watched, verdicts))
		lab_signals_moved(watched);
	if (failure)
		store_failure(watched, failure);
	store_seen(watched);
}

bool
lab_verdict_store(LabWatched *watched, const char *failure)
{
	MemoryContext before = lab_session_begin_early(); /* now() is the time of the history */
	Hold hold = hold_lab(watched);

	if (hold == HOLD_CURRENT)
		store_all(watched, failure);
	lab_session_commit(before);
	return hold != HOLD_NOT_NOW;
}

Oid
lab_verdict_evaluator(void)
{
	MemoryContext before = CurrentMemoryContext;
	Oid role;

	StartTransactionCommand();
	role = get_role_oid("lab_evaluator", false);
	CommitTransactionCommand();
	MemoryContextSwitchTo(before);
	return role;
}
