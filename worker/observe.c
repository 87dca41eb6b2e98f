/*
 * observe.c
 *		What participants do: from shared memory into the tables.
 *
 * The state of a participant (LabObserved) is kept in memory while the
 * coordinator lives and written to lab.activity whenever it moves: each outcome
 * of a statement is looked at once.  Outcomes leave shared memory only when the
 * transaction that stores them has committed.
 *
 * The error quotient is Jadud's ("Methods and tools for exploring novice
 * compilation behaviour", 2006): each pair of consecutive statements scores 8
 * when both fail, and 3 more when with the same error.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/compat.h"
#include "extension/guc.h"
#include "extension/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "worker/observe.h"
#include "worker/session.h"

#define PAIRS 20 /* that the error quotient looks back */
#define BOTH_FAIL 8
#define SAME_ERROR 3
#define EVENTS_PER_MINUTE 60 /* logins and errors of one participant that are kept one by one */

/* An object of the lab. */
typedef struct ObjectName
{
	uint64 key; /* hash key, see lab_object_key() */
	const char *owner;
} ObjectName;

struct LabObserved
{
	bool loaded;
	TimestampTz first_seen; /* 0 in each of these: never */
	TimestampTz first_login;
	TimestampTz last_login;
	TimestampTz last_statement;
	TimestampTz active_since;

	int previous; /* SQLSTATE that the last statement ended with; -1: there was none */
	int run_sqlstate;
	int run_length;
	TimestampTz run_since;
	int pairs;
	uint8 scores[PAIRS]; /* the oldest first */

	char *object; /* owner of checks; NULL: not known */
	TimestampTz object_since;
	int object_successes;
	TimestampTz moved_at; /* when results last changed */

	int events_left; /* in this minute */
	TimestampTz minute;
};

/* One part of a qualified name in SQL notation, unquoted; moves *at behind it.  NULL: none is
 * there. */
static char *
name_part(const char **at)
{
	StringInfoData part;
	const char *c = *at;

	initStringInfo(&part);
	if (*c == '"')
	{
		for (c++; *c && (*c != '"' || c[1] == '"'); c++)
		{
			if (*c == '"')
				c++;
			appendStringInfoChar(&part, *c);
		}
		if (*c == '"')
			c++;
	}
	else
		while (*c && strchr(".( \"", *c) == NULL)
			appendStringInfoChar(&part, *c++);
	*at = c;
	return part.len > 0 ? part.data : NULL;
}

static void
add_object(HTAB *objects, uint64 key, const char *owner)
{
	bool found;
	ObjectName *object = hash_search(objects, &key, HASH_ENTER, &found);

	if (!found)
		object->owner = owner;
}

/*
 * An owner is schema.name, or schema.name(argument types).  It is also found
 * without its schema; the first wins where two schemas have the same name.
 */
HTAB *
lab_observe_objects(List *checks)
{
	HASHCTL info = {0};
	HTAB *objects;
	ListCell *cell;

	info.keysize = sizeof(uint64);
	info.entrysize = sizeof(ObjectName);
	info.hcxt = CurrentMemoryContext;
	objects = hash_create("objects of a lab", 64, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach (cell, checks)
	{
		const char *owner = ((LabCheck *) lfirst(cell))->fact.owner;
		const char *at = owner;
		char *schema = name_part(&at);
		char *name;

		if (schema == NULL || *at != '.')
			continue;
		at++;
		name = name_part(&at);
		if (name == NULL)
			continue;
		add_object(objects, lab_object_key(schema, name), owner);
		add_object(objects, lab_object_key(NULL, name), owner);
	}
	return objects;
}

static const char *
object_name(const LabWatched *watched, uint64 key)
{
	ObjectName *object = key ? hash_search(watched->lab->objects, &key, HASH_FIND, NULL) : NULL;

	return object ? object->owner : NULL;
}

static TimestampTz
time_value(int column)
{
	bool isnull;
	Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? 0 : DatumGetTimestampTz(value);
}

static int
int_value(int column)
{
	bool isnull;

	return DatumGetInt32(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull));
}

static int
sqlstate_value(int column, int absent)
{
	char *code = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);

	if (code == NULL || strlen(code) != 5)
		return absent;
	return MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]);
}

static void
set_object(LabObserved *observed, const char *object, TimestampTz since)
{
	if (observed->object)
		pfree(observed->object);
	observed->object = object ? MemoryContextStrdup(TopMemoryContext, object) : NULL;
	observed->object_since = since;
	observed->object_successes = 0;
}

static void
load_scores(LabObserved *observed, int column)
{
	bool isnull;
	Datum array = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);
	Datum *values;
	int n;

	deconstruct_array(DatumGetArrayTypeP(array), INT2OID, sizeof(int16), true, TYPALIGN_SHORT,
					  &values, NULL, &n);
	observed->pairs = Min(n, PAIRS);
	for (int i = 0; i < observed->pairs; i++)
		observed->scores[i] = (uint8) DatumGetInt16(values[n - observed->pairs + i]);
}

/* What the tables know, when the coordinator is new. */
static LabObserved *
load(LabWatched *watched)
{
	Oid type = INT4OID;
	Datum value = Int32GetDatum(watched->participant);
	LabObserved *observed = watched->observed;

	if (observed == NULL)
		observed = watched->observed =
			MemoryContextAllocZero(TopMemoryContext, sizeof(LabObserved));
	if (observed->loaded)
		return observed;
	/* clang-format off */
	lab_statement_run_kept("SELECT first_seen, first_login, last_login, last_statement, active_since, run_since,\n"
			"	object_since, run_length, object_successes, previous, run_sqlstate, pair_scores, object\n"
			"FROM lab.activity\n"
			"WHERE participant_id = $1",
			1, &type, &value, NULL);
	/* clang-format on */
	observed->previous = -1;
	if (SPI_processed == 1)
	{
		observed->first_seen = time_value(1);
		observed->first_login = time_value(2);
		observed->last_login = time_value(3);
		observed->last_statement = time_value(4);
		observed->active_since = time_value(5);
		observed->run_since = time_value(6);
		observed->run_length = int_value(8);
		observed->previous = sqlstate_value(10, -1);
		observed->run_sqlstate = sqlstate_value(11, 0);
		load_scores(observed, 12);
		set_object(observed, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 13),
				   time_value(7));
		observed->object_successes = int_value(9);
	}
	observed->loaded = true;
	return observed;
}

/* May one more event of this participant be kept? */
static bool
spend_event(LabObserved *observed, TimestampTz at)
{
	if (at < observed->minute || at - observed->minute >= USECS_PER_MINUTE)
	{
		observed->minute = at;
		observed->events_left = EVENTS_PER_MINUTE;
	}
	if (observed->events_left == 0)
		return false;
	observed->events_left--;
	return true;
}

static void
add_event(const LabWatched *watched, const LabDoing *outcome, const char *kind, const char *object)
{
	Oid types[] = {INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID};
	Datum values[] = {Int32GetDatum(watched->participant), TimestampTzGetDatum(outcome->at),
					  CStringGetTextDatum(kind), object ? CStringGetTextDatum(object) : (Datum) 0,
					  outcome->sqlstate ? CStringGetTextDatum(unpack_sql_state(outcome->sqlstate))
										: (Datum) 0};
	char nulls[] = {' ', ' ', ' ', object ? ' ' : 'n', outcome->sqlstate ? ' ' : 'n', '\0'};

	/* They can be gone: the lab was dropped since it was read. */
	lab_statement_run_kept("INSERT INTO lab.events (participant_id, at, kind, object, detail)\n"
						   "SELECT id, $2, $3, $4, $5\n"
						   "FROM lab.participants\n"
						   "WHERE id = $1",
						   lengthof(types), types, values, nulls);
}

static void
count_error(const LabWatched *watched, int sqlstate, const char *object)
{
	Oid types[] = {INT4OID, TEXTOID, TEXTOID};
	Datum values[] = {Int32GetDatum(watched->participant),
					  CStringGetTextDatum(unpack_sql_state(sqlstate)),
					  CStringGetTextDatum(object ? object : "")};

	lab_statement_run_kept("SELECT lab.count_error($1, $2, $3)", lengthof(types), types, values,
						   NULL);
}

static void
score_pair(LabObserved *observed, int sqlstate)
{
	uint8 score = 0;

	if (observed->previous > 0 && sqlstate != 0)
		score = BOTH_FAIL + (observed->previous == sqlstate ? SAME_ERROR : 0);
	if (observed->pairs == PAIRS)
		memmove(observed->scores, observed->scores + 1, --observed->pairs);
	observed->scores[observed->pairs++] = score;
}

static void
count_run(LabObserved *observed, const LabDoing *outcome)
{
	if (outcome->sqlstate != 0 && outcome->sqlstate == observed->run_sqlstate)
		observed->run_length++;
	else
	{
		observed->run_sqlstate = outcome->sqlstate;
		observed->run_length = outcome->sqlstate != 0 ? 1 : 0;
		observed->run_since = outcome->at;
	}
}

/*
 * Statements that succeed on an object while its results stay as they are.  Who
 * reads a table works on something else, most of the time.
 */
static void
count_successes(LabObserved *observed, const LabDoing *outcome, const char *object)
{
	bool same = object && observed->object && strcmp(observed->object, object) == 0;

	if (object && !same && (outcome->aimed || observed->object == NULL))
		set_object(observed, object, outcome->at);
	if (outcome->sqlstate != 0)
		observed->object_successes = 0;
	else if (object && outcome->aimed && outcome->at > observed->moved_at &&
			 observed->object_successes++ == 0)
		observed->object_since = outcome->at;
}

static void
see_outcome(LabWatched *watched, LabObserved *observed, const LabDoing *outcome)
{
	const char *object = object_name(watched, outcome->object);
	bool full = watched->lab->activity == LAB_ACTIVITY_FULL;

	if (observed->first_seen == 0)
		observed->first_seen = outcome->at;
	if (outcome->kind == LAB_DID_LOGIN)
	{
		if (observed->first_login == 0)
			observed->first_login = outcome->at;
		observed->last_login = outcome->at;
		if (full && spend_event(observed, outcome->at))
			add_event(watched, outcome, "login", NULL);
		return;
	}
	if (observed->previous >= 0)
		score_pair(observed, outcome->sqlstate);
	observed->previous = outcome->sqlstate;
	count_run(observed, outcome);
	count_successes(observed, outcome, object);
	if (outcome->sqlstate != 0 && spend_event(observed, outcome->at))
	{
		/* What the parser refuses names nothing: it is taken to be about what they were at. */
		count_error(watched, outcome->sqlstate, observed->object);
		if (full)
			add_event(watched, outcome, "error", observed->object);
	}
}

/* A break that is long enough to be idle ends a spell of work. */
static void
see_statement(LabObserved *observed, TimestampTz at)
{
	if (at == 0 || at <= observed->last_statement)
		return;
	if (observed->active_since == 0 ||
		TimestampDifferenceExceeds(observed->last_statement, at, lab_idle_after))
		observed->active_since = at;
	if (observed->first_seen == 0)
		observed->first_seen = at;
	observed->last_statement = at;
}

static Datum
scores_array(const LabObserved *observed)
{
	Datum values[PAIRS];

	for (int i = 0; i < observed->pairs; i++)
		values[i] = Int16GetDatum(observed->scores[i]);
	return PointerGetDatum(
		construct_array(values, observed->pairs, INT2OID, sizeof(int16), true, TYPALIGN_SHORT));
}

static void
save(const LabWatched *watched, const LabObserved *observed, const LabActivity *activity)
{
	TimestampTz times[] = {observed->first_seen,     observed->first_login,  observed->last_login,
						   observed->last_statement, observed->active_since, observed->run_since,
						   observed->object_since};
	Oid types[18] = {INT4OID};
	Datum values[18] = {Int32GetDatum(watched->participant)};
	char nulls[19] = "                  ";
	const char *texts[] = {observed->previous >= 0 ? unpack_sql_state(observed->previous) : NULL,
						   NULL, observed->object};
	int64 counts[] = {activity->logins, activity->statements, activity->errors, activity->commits};
	int n = 1;

	/* unpack_sql_state() has one buffer */
	texts[0] = texts[0] ? pstrdup(texts[0]) : NULL;
	texts[1] = observed->run_sqlstate ? unpack_sql_state(observed->run_sqlstate) : NULL;
	for (int i = 0; i < lengthof(times); i++, n++)
	{
		types[n] = TIMESTAMPTZOID;
		values[n] = TimestampTzGetDatum(times[i]);
		nulls[n] = times[i] == 0 ? 'n' : ' ';
	}
	for (int i = 0; i < lengthof(texts); i++, n++)
	{
		types[n] = TEXTOID;
		values[n] = texts[i] ? CStringGetTextDatum(texts[i]) : (Datum) 0;
		nulls[n] = texts[i] ? ' ' : 'n';
	}
	for (int i = 0; i < lengthof(counts); i++, n++)
	{
		types[n] = INT8OID;
		values[n] = Int64GetDatum(counts[i]);
	}
	types[n] = INT4OID;
	values[n++] = Int32GetDatum(observed->run_length);
	types[n] = INT4OID;
	values[n++] = Int32GetDatum(observed->object_successes);
	types[n] = INT2ARRAYOID;
	values[n++] = scores_array(observed);
	/* clang-format off */
	lab_statement_run_kept("UPDATE lab.activity\n"
			"SET first_seen = $2, first_login = $3, last_login = $4, last_statement = $5,\n"
			"	active_since = $6, run_since = $7, object_since = $8,\n"
			"	previous = $9, run_sqlstate = $10, object = $11,\n"
			"	logins = logins + $12, statements = statements + $13, errors = errors + $14,\n"
			"	commits = commits + $15,\n"
			"	run_length = $16, object_successes = $17, pair_scores = $18\n"
			"WHERE participant_id = $1",
			n, types, values, nulls);
	/* clang-format on */
}

/* Something new about the participant?  A look without the lock: what is missed now is seen soon.
 */
static bool
is_stirred(const LabWatched *watched)
{
	const LabActivity *activity = &watched->slot->activity;
	TimestampTz known = watched->observed ? watched->observed->last_statement : 0;

	return activity->noted != activity->drained || activity->statements > 0 ||
		   activity->commits > 0 || activity->last > known;
}

static void
drain(LabWatched *watched, LabActivity *copy)
{
	LabObserved *observed = load(watched);
	uint64 first;

	lab_activity_copy(&watched->slot->activity, copy);
	first = copy->drained;
	if (copy->noted - first > LAB_RING)
		first = copy->noted - LAB_RING; /* the counters have them all */
	for (uint64 i = first; i < copy->noted; i++)
	{
		const LabDoing *outcome = &copy->ring[i % LAB_RING];

		if (outcome->kind == LAB_DID_STATEMENT)
			see_statement(observed, outcome->at);
		see_outcome(watched, observed, outcome);
	}
	see_statement(observed, copy->last);
	save(watched, observed, copy);
}

/* A list, for no transaction may end within a hash scan. */
static List *
stirred_entries(void)
{
	HASH_SEQ_STATUS scan;
	LabWatched *watched;
	List *entries = NIL;

	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
		if (watched->lab->activity != LAB_ACTIVITY_NONE && is_stirred(watched))
			entries = lappend(entries, watched);
	return entries;
}

void
lab_observe_drain(void)
{
	MemoryContext before;
	LabActivity *copies;
	List *entries;
	ListCell *cell;

	pg_atomic_write_u32(&lab_shared->stirred, 0);
	pg_atomic_write_u32(&lab_shared->urgent, 0);
	pg_memory_barrier();
	entries = stirred_entries();
	if (entries == NIL)
		return;
	copies = palloc(sizeof(LabActivity) * list_length(entries));

	before = lab_session_begin_early();
	foreach (cell, entries)
		drain(lfirst(cell), &copies[foreach_current_index(cell)]);
	lab_session_commit(before);

	foreach (cell, entries)
	{
		LabWatched *watched = lfirst(cell);

		lab_activity_take(&watched->slot->activity, &copies[foreach_current_index(cell)]);
	}
}

void
lab_observe_moved(LabWatched *watched)
{
	if (watched->observed == NULL)
		return;
	watched->observed->moved_at = GetCurrentTimestamp();
	watched->observed->object_successes = 0;
}

void
lab_observe_forget(LabWatched *watched)
{
	if (watched->observed == NULL)
		return;
	set_object(watched->observed, NULL, 0);
	pfree(watched->observed);
	watched->observed = NULL;
}

/* The slot of the participant says nothing about a time that is still to come. */
static void
forget_future_in_slot(LabSlot *slot, TimestampTz now)
{
	LabActivity *activity = &slot->activity;

	if ((TimestampTz) pg_atomic_read_u64(&slot->seen) > now)
		pg_atomic_write_u64(&slot->seen, (uint64) now);
	SpinLockAcquire(&activity->lock);
	activity->last = Min(activity->last, now);
	for (int i = 0; i < LAB_RING; i++)
		activity->ring[i].at = Min(activity->ring[i].at, now);
	SpinLockRelease(&activity->lock);
}

void
lab_observe_forget_future(TimestampTz now)
{
	HASH_SEQ_STATUS scan;
	LabWatched *watched;

	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
	{
		forget_future_in_slot(watched->slot, now);
		watched->lab->last_active = Min(watched->lab->last_active, now);
		if (watched->observed)
			watched->observed->moved_at = Min(watched->observed->moved_at, now);
	}
	lab_observe_reset();
}

void
lab_observe_reset(void)
{
	HASH_SEQ_STATUS scan;
	LabWatched *watched;

	hash_seq_init(&scan, lab_watch.databases);
	while ((watched = hash_seq_search(&scan)) != NULL)
		if (watched->observed)
			watched->observed->loaded = false;
}
