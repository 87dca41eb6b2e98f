/*
 * catalog.c
 *		Writing what is wanted into the tables of schema lab.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/catalog.h"
#include "extension/guc.h"
#include "extension/masters.h"
#include "extension/statement.h"
#include "extension/strings.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#define TEXT_OR_NULL(s) ((s) ? CStringGetTextDatum(s) : (Datum) 0)
#define MAX_COLUMNS 32 /* of a row that is put together here */
#define NULL_IF(cond) ((cond) ? 'n' : ' ')

void
lab_privilege_begin(LabPrivilege *privilege)
{
	MemoryContext context;

	GetUserIdAndSecContext(&privilege->caller, &privilege->security);
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID,
						   privilege->security | SECURITY_LOCAL_USERID_CHANGE);
	privilege->nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_SUSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	context = CurrentMemoryContext;
	SPI_connect();
	MemoryContextSwitchTo(context); /* what the caller builds outlives SPI */
}

/* An error needs no end: the (sub)transaction's abort restores all of it. */
void
lab_privilege_end(LabPrivilege *privilege)
{
	SPI_finish();
	AtEOXact_GUC(false, privilege->nest_level);
	SetUserIdAndSecContext(privilege->caller, privilege->security);
}

static int32
returned_id(void)
{
	bool isnull;

	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Is the lab of this row (id, owner, masters) the caller's? */
static bool
is_callers(HeapTuple row, TupleDesc columns, Oid caller)
{
	bool isnull;
	Oid owner = DatumGetObjectId(SPI_getbinval(row, columns, 2, &isnull));

	return lab_masters_include(caller, owner,
							   DatumGetArrayTypeP(SPI_getbinval(row, columns, 3, &isnull)));
}

static int32
find_lab(const char *lab, Oid caller, bool archived)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(lab);

	lab_statement_run("SELECT id, owner::oid, masters::oid[], state\n"
					  "FROM lab.labs\n"
					  "WHERE name = $1 AND state <> 'dropping'",
					  1, &type, &value, NULL);
	/* Whether somebody else has a lab of this name is nobody's business. */
	if (SPI_processed == 0 || !is_callers(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, caller))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("lab \"%s\" does not exist", lab),
						errhint("SELECT DISTINCT lab FROM lab_progress() shows the labs.")));
	if (!archived &&
		strcmp(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4), "archived") == 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("lab \"%s\" is archived", lab),
						errdetail("It has results and history, and no databases."),
						errhint("lab_drop() removes the rest.")));
	return returned_id();
}

int32
lab_catalog_find(const char *lab, Oid caller)
{
	return find_lab(lab, caller, false);
}

int32
lab_catalog_lock(const char *lab, Oid caller, bool archived)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(lab);

	/* Who may not change the lab does not lock it; then again, for others may have changed it. */
	(void) find_lab(lab, caller, archived);
	lab_statement_run("SELECT FROM lab.labs WHERE name = $1 FOR NO KEY UPDATE", 1, &type, &value,
					  NULL);
	return find_lab(lab, caller, archived);
}

void
lab_catalog_hold(int32 lab)
{
	Oid type = INT4OID;
	Datum value = Int32GetDatum(lab);

	lab_statement_run("SELECT FROM lab.labs WHERE id = $1 FOR UPDATE", 1, &type, &value, NULL);
}

void
lab_catalog_require_committed(int32 lab, const char *name)
{
	Oid type = INT4OID;
	Datum value = Int32GetDatum(lab);
	bool isnull;

	lab_statement_run("SELECT xmin FROM lab.labs WHERE id = $1", 1, &type, &value, NULL);
	if (TransactionIdIsCurrentTransactionId(DatumGetTransactionId(
			SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull))))
		ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
						errmsg("lab \"%s\" was changed in this transaction", name),
						errdetail("Databases are compared with what is committed."),
						errhint("Commit, then try again.")));
}

LabRecord
lab_catalog_read(int32 lab)
{
	Oid type = INT4OID;
	Datum value = Int32GetDatum(lab);
	LabRecord record = {lab};
	TupleDesc descriptor;
	HeapTuple row;
	bool isnull;

	lab_statement_run("SELECT state, owner::oid, spec, clock FROM lab.labs WHERE id = $1", 1, &type,
					  &value, NULL);
	if (SPI_processed != 1)
		elog(ERROR, "lab %d is not recorded", lab);
	row = SPI_tuptable->vals[0];
	descriptor = SPI_tuptable->tupdesc;
	record.archived = strcmp(SPI_getvalue(row, descriptor, 1), "archived") == 0;
	record.owner = DatumGetObjectId(SPI_getbinval(row, descriptor, 2, &isnull));
	record.spec = DatumGetJsonbPCopy(SPI_getbinval(row, descriptor, 3, &isnull));
	record.clock = DatumGetTimestampTz(SPI_getbinval(row, descriptor, 4, &isnull));
	if (isnull)
		record.clock = 0;
	return record;
}

void
lab_catalog_require_room(int participants)
{
	bool isnull;
	int64 present;

	lab_statement_run("SELECT count(*) FROM lab.participants WHERE state <> 'archived'", 0, NULL,
					  NULL, NULL);
	present =
		DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	if (present + participants > lab_max_participants)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("too many participants"),
				 errdetail("There are " INT64_FORMAT " in other labs and %d in this one; "
						   "labcreator.max_participants is %d.",
						   present, participants, lab_max_participants),
				 errhint("Drop labs that are over, or raise labcreator.max_participants and "
						 "restart the server.")));
}

List *
lab_catalog_databases(int32 lab, const char *login)
{
	Oid types[] = {INT4OID, TEXTOID};
	Datum values[] = {Int32GetDatum(lab), TEXT_OR_NULL(login)};
	List *databases = NIL;

	lab_statement_run("SELECT database_oid, state\n"
					  "FROM lab.participants\n"
					  "WHERE lab_id = $1 AND ($2 IS NULL OR login = $2::name)\n"
					  "ORDER BY id",
					  lengthof(types), types, values, login ? "  " : " n");
	if (login && SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("lab has no participant \"%s\"", login),
				 errhint("lab_progress() shows the participants.")));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		bool isnull;
		Datum database = SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull);

		if (isnull || strcmp(SPI_getvalue(row, SPI_tuptable->tupdesc, 2), "ready") != 0)
			continue;
		databases = lappend_oid(databases, DatumGetObjectId(database));
	}
	return databases;
}

void
lab_catalog_drop(int32 lab, bool keep_databases)
{
	Oid types[] = {INT4OID, BOOLOID};
	Datum values[] = {Int32GetDatum(lab), BoolGetDatum(keep_databases)};

	lab_statement_run("UPDATE lab.labs SET state = 'dropping', keep_databases = $2 WHERE id = $1",
					  lengthof(types), types, values, NULL);
	lab_statement_run("UPDATE lab.participants\n"
					  "SET state = 'dropping', attempts = 0, retry_at = NULL, error = NULL\n"
					  "WHERE lab_id = $1 AND $2 IS NOT NULL",
					  lengthof(types), types, values, NULL);
}

/* A row to be inserted: columns with their values, in any number. */
typedef struct Row
{
	StringInfoData columns;
	StringInfoData places;
	Oid types[MAX_COLUMNS];
	Datum values[MAX_COLUMNS];
	char nulls[MAX_COLUMNS + 1];
	int n;
} Row;

static void
start_row(Row *row)
{
	initStringInfo(&row->columns);
	initStringInfo(&row->places);
	row->n = 0;
}

static void
put(Row *row, const char *column, Oid type, bool given, Datum value)
{
	int i = row->n++;

	Assert(i < MAX_COLUMNS);
	appendStringInfo(&row->columns, "%s%s", i > 0 ? ", " : "", column);
	appendStringInfo(&row->places, "%s$%d", i > 0 ? ", " : "", i + 1);
	row->types[i] = type;
	row->values[i] = value;
	row->nulls[i] = NULL_IF(!given);
	row->nulls[i + 1] = '\0';
}

static void
put_text(Row *row, const char *column, const char *text)
{
	put(row, column, TEXTOID, text != NULL, TEXT_OR_NULL(text));
}

static void
put_name(Row *row, const char *column, const char *name)
{
	put(row, column, NAMEOID, name != NULL,
		name ? DirectFunctionCall1(namein, CStringGetDatum(name)) : (Datum) 0);
}

/* Limits of a spec are -1 where it says nothing. */
static void
put_limit(Row *row, const char *column, Oid type, int64 limit)
{
	put(row, column, type, limit >= 0,
		type == INT8OID ? Int64GetDatum(limit) : Int32GetDatum((int32) limit));
}

/* What a spec can change while its lab runs. */
static void
put_settings(Row *row, const LabSpec *spec, Jsonb *source)
{
	static const char *const feedback[] = {"none", "object", "hint", "diff"};
	static const char *const extras[] = {"ignore", "count", "strict"};

	put_text(row, "title", spec->title);
	put(row, "spec", JSONBOID, true, JsonbPGetDatum(source));
	put_text(row, "feedback", feedback[spec->feedback]);
	put_text(row, "extras", extras[spec->extras]);
	put(row, "ignore", TEXTARRAYOID, true, lab_strings_array(spec->ignore));
	put_limit(row, "disk", INT8OID, spec->disk);
	put_limit(row, "temp_disk", INT8OID, spec->temp_disk);
	put_limit(row, "statement_timeout", INT4OID, spec->statement_timeout);
	put_limit(row, "idle_timeout", INT4OID, spec->idle_timeout);
	put(row, "inactive", TEXTARRAYOID, true, lab_strings_array(spec->inactive));
}

int32
lab_catalog_add(const LabSpec *spec, Jsonb *source, Oid owner, Oid reference)
{
	Row row;

	start_row(&row);
	put_text(&row, "name", spec->lab);
	put_settings(&row, spec, source);
	put(&row, "owner", REGROLEOID, true, ObjectIdGetDatum(owner));
	put_name(&row, "reference", spec->reference);
	put(&row, "reference_oid", OIDOID, true, ObjectIdGetDatum(reference));
	put_name(&row, "starter", spec->starter);
	put(&row, "opens", TIMESTAMPTZOID, spec->has_opens, TimestampTzGetDatum(spec->opens));
	put(&row, "closes", TIMESTAMPTZOID, spec->has_closes, TimestampTzGetDatum(spec->closes));
	put_text(&row, "auth", lab_auth_words[spec->auth]);

	lab_statement_run(psprintf("INSERT INTO lab.labs (%s)\n"
							   "VALUES (%s)\n"
							   "ON CONFLICT (name) DO NOTHING\n"
							   "RETURNING id",
							   row.columns.data, row.places.data),
					  row.n, row.types, row.values, row.nulls);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("lab \"%s\" exists already", spec->lab),
				 errhint("Choose another name, or remove it with lab_drop() first.")));
	return returned_id();
}

static void
move_window(int32 lab, const LabSpec *before, const LabSpec *spec)
{
	bool opens = before->has_opens != spec->has_opens || before->opens != spec->opens;
	bool closes = before->has_closes != spec->has_closes || before->closes != spec->closes;
	Oid types[] = {INT4OID, BOOLOID, TIMESTAMPTZOID, BOOLOID, TIMESTAMPTZOID};
	Datum values[] = {Int32GetDatum(lab), BoolGetDatum(opens), TimestampTzGetDatum(spec->opens),
					  BoolGetDatum(closes), TimestampTzGetDatum(spec->closes)};
	char nulls[] = "     ";

	nulls[2] = NULL_IF(!spec->has_opens);
	nulls[4] = NULL_IF(!spec->has_closes);
	if (opens || closes)
		lab_statement_run("SELECT lab.move_window($1, $2, $3, $4, $5)", lengthof(types), types,
						  values, nulls);
}

void
lab_catalog_change(int32 lab, const LabSpec *before, const LabSpec *spec, Jsonb *source)
{
	Row row;

	start_row(&row);
	put_settings(&row, spec, source);
	put(&row, "id", INT4OID, true, Int32GetDatum(lab));
	lab_statement_run(
		psprintf("UPDATE lab.labs l\n"
				 "SET (title, spec, feedback, extras, ignore, disk, temp_disk, statement_timeout,\n"
				 "		idle_timeout, inactive)\n"
				 "	= (n.title, n.spec, n.feedback, n.extras, n.ignore, n.disk, n.temp_disk,\n"
				 "		n.statement_timeout, n.idle_timeout, n.inactive)\n"
				 "FROM (VALUES (%s)) AS n (%s)\n"
				 "WHERE l.id = n.id",
				 row.places.data, row.columns.data),
		row.n, row.types, row.values, row.nulls);
	move_window(lab, before, spec);
}

void
lab_catalog_set_sources(int32 lab, Oid reference, Oid hidden, TimestampTz clock)
{
	Oid types[] = {INT4OID, OIDOID, OIDOID, TIMESTAMPTZOID};
	Datum values[] = {Int32GetDatum(lab), ObjectIdGetDatum(reference), ObjectIdGetDatum(hidden),
					  TimestampTzGetDatum(clock)};
	char nulls[] = "    ";

	nulls[2] = NULL_IF(!OidIsValid(hidden));
	lab_statement_run(
		"UPDATE lab.labs SET reference_oid = $2, hidden_oid = $3, clock = $4 WHERE id = $1",
		lengthof(types), types, values, nulls);
}

bool
lab_catalog_covers(const LabSpecTask *task, const LabFact *fact)
{
	ListCell *cell;

	if (lab_fact_own(fact))
		return strcmp(task->name, fact->object) == 0;
	foreach (cell, task->objects)
		if (lab_object_matches(fact, lfirst(cell)))
			return true;
	return false;
}

static int32
add_task(int32 lab, int position, const char *name, const char *title, const char *points,
		 const char *hint)
{
	Oid types[] = {INT4OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum values[] = {Int32GetDatum(lab),        Int32GetDatum(position),
					  CStringGetTextDatum(name), CStringGetTextDatum(title),
					  TEXT_OR_NULL(points),      TEXT_OR_NULL(hint)};
	char nulls[] = "      ";

	nulls[4] = NULL_IF(points == NULL);
	nulls[5] = NULL_IF(hint == NULL);

	/* Points that the spec leaves open are known when the checks are. */
	lab_statement_run("INSERT INTO lab.tasks (lab_id, position, name, title, given_points, hint)\n"
					  "VALUES ($1, $2, $3, $4, $5::numeric, $6)\n"
					  "ON CONFLICT (lab_id, name) DO UPDATE SET name = EXCLUDED.name\n"
					  "RETURNING id",
					  lengthof(types), types, values, nulls);
	return returned_id();
}

/* The task of a fact: the spec's first that covers it, else one of its top-level object's. */
static int32
task_of_fact(int32 lab, const LabSpec *spec, const LabFact *fact, int32 *spec_tasks, int *position,
			 List **defaults, List **default_ids)
{
	ListCell *cell;
	ListCell *id;

	foreach (cell, spec->tasks)
		if (lab_catalog_covers(lfirst(cell), fact))
			return spec_tasks[foreach_current_index(cell)];

	forboth (cell, *defaults, id, *default_ids)
	{
		if (strcmp(lfirst(cell), fact->owner) == 0)
			return lfirst_int(id);
	}
	*defaults = lappend(*defaults, fact->owner);
	*default_ids =
		lappend_int(*default_ids, add_task(lab, ++*position, fact->owner, fact->owner, NULL, NULL));
	return llast_int(*default_ids);
}

static LabCheck *
add_check(int32 lab, int32 task, const LabFact *fact)
{
	Oid types[] = {INT4OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum values[] = {Int32GetDatum(lab),
					  Int32GetDatum(task),
					  CStringGetTextDatum(fact->kind),
					  CStringGetTextDatum(fact->object),
					  CStringGetTextDatum(fact->owner),
					  CStringGetTextDatum(fact->definition)};
	LabCheck *check = palloc(sizeof(LabCheck));

	lab_statement_run("INSERT INTO lab.checks (lab_id, task_id, kind, object, owner, definition)\n"
					  "VALUES ($1, $2, $3, $4, $5, $6::jsonb)\n"
					  "RETURNING id",
					  lengthof(types), types, values, NULL);
	check->id = returned_id();
	check->fact = *fact;
	return check;
}

void
lab_catalog_require_used(const LabSpec *spec, const bool *used)
{
	ListCell *cell;

	foreach (cell, spec->tasks)
	{
		LabSpecTask *task = lfirst(cell);

		if (task->objects && !used[foreach_current_index(cell)])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("task \"%s\" has nothing to check", task->name),
					 errdetail("At $.tasks[%d].objects: no object of the reference that an earlier "
							   "task does not have already matches.",
							   foreach_current_index(cell)),
					 errhint("Patterns are globs over qualified names, such as shop.orders or "
							 "shop.*.")));
	}
}

List *
lab_catalog_add_checks(int32 lab, const LabSpec *spec, List *facts)
{
	int32 *spec_tasks = palloc(sizeof(int32) * Max(list_length(spec->tasks), 1));
	bool *used = palloc0(sizeof(bool) * Max(list_length(spec->tasks), 1));
	List *checks = NIL;
	List *defaults = NIL;
	List *default_ids = NIL;
	int position = 0;
	ListCell *cell;

	foreach (cell, spec->tasks)
	{
		LabSpecTask *task = lfirst(cell);

		spec_tasks[foreach_current_index(cell)] =
			add_task(lab, ++position, task->name, task->title, task->points, task->hint);
	}
	foreach (cell, facts)
	{
		LabFact *fact = lfirst(cell);
		int32 task = task_of_fact(lab, spec, fact, spec_tasks, &position, &defaults, &default_ids);

		for (int i = 0; i < list_length(spec->tasks); i++)
			used[i] |= spec_tasks[i] == task;
		checks = lappend(checks, add_check(lab, task, fact));
		SPI_freetuptable(SPI_tuptable);
	}
	lab_catalog_require_used(spec, used);
	return checks;
}

void
lab_catalog_share_points(int32 lab, List *kept)
{
	Oid types[] = {INT4OID, INT4ARRAYOID};
	Datum *ids = palloc(sizeof(Datum) * Max(list_length(kept), 1));
	Datum values[2];
	int n = 0;
	ListCell *cell;

	foreach (cell, kept)
		ids[n++] = Int32GetDatum(lfirst_int(cell));
	values[0] = Int32GetDatum(lab);
	values[1] =
		PointerGetDatum(construct_array(ids, n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	lab_statement_run("UPDATE lab.checks SET kept = true WHERE lab_id = $1 AND id = ANY ($2)", 2,
					  types, values, NULL);
	lab_statement_run("SELECT lab.share_points($1)", 1, types, values, NULL);
}

void
lab_catalog_add_participant(int32 lab, const LabSpecParticipant *participant)
{
	Oid types[] = {INT4OID, NAMEOID, TEXTOID, TEXTOID, TEXTOID, NAMEOID};
	Datum values[] = {Int32GetDatum(lab),
					  DirectFunctionCall1(namein, CStringGetDatum(participant->login)),
					  CStringGetTextDatum(participant->name),
					  TEXT_OR_NULL(participant->team),
					  TEXT_OR_NULL(participant->email),
					  DirectFunctionCall1(namein, CStringGetDatum(participant->database))};
	char nulls[] = "      ";

	nulls[3] = NULL_IF(participant->team == NULL);
	nulls[4] = NULL_IF(participant->email == NULL);
	lab_statement_run(
		"INSERT INTO lab.participants (lab_id, login, name, team, email, database, total)\n"
		"SELECT $1, $2, $3, $4, $5, $6, count(*)\n"
		"FROM lab.checks\n"
		"WHERE lab_id = $1 AND points > 0",
		lengthof(types), types, values, nulls);
}
