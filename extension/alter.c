/*
 * alter.c
 *		lab_alter(): a lab that runs becomes what its spec says now.
 *
 * A spec says what is wanted, not what to do.  What it says of participants and
 * checks is compared with what is recorded; of its settings only those are set
 * that are others than in the spec before: so what lab_open(), lab_close() and
 * lab_extend() did stays.
 *
 * First the reference is asked, where that is needed at all.  Then the lab is
 * held, and changed.  Databases are made and dropped after the commit.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "extension/account.h"
#include "extension/admission.h"
#include "extension/catalog.h"
#include "extension/create.h"
#include "extension/functions.h"
#include "extension/hooks.h"
#include "extension/masters.h"
#include "extension/merge.h"
#include "extension/spec_values.h"
#include "extension/statement.h"
#include "extension/strings.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(lab_alter);

/* The lab, its spec before and now, and what differs between them. */
typedef struct Alteration
{
	int32 lab;
	LabRecord record;
	LabSpec *before;
	LabSpec *after;
	bool settings;
	bool checks;
	bool connections;
	bool judged; /* how results come about */

	List *newcomers; /* of LabSpecParticipant * */
	int removed;
	int renamed;
	int tasks;
	LabMerged merged;
} Alteration;

static void
refuse_change(const char *key, const char *before, const char *after, const char *hint)
{
	if (before == after || (before && after && strcmp(before, after) == 0))
		return;
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("\"%s\" of a lab cannot be changed", key),
					before ? errdetail("At $.%s: it is %s.", key, lab_spec_quoted(before))
						   : errdetail("At $.%s: the lab has none.", key),
					errhint("%s", hint)));
}

static void
refuse_changes(const LabSpec *before, const LabSpec *after)
{
	refuse_change("reference", before->reference, after->reference,
				  "Change the database itself and call lab_refresh(), or create another lab.");
	refuse_change("starter", before->starter, after->starter,
				  "The participants' databases were made from it: create another lab.");
	refuse_change("hidden", before->hidden, after->hidden,
				  "Change the database itself and call lab_refresh(), or create another lab.");
	refuse_change("database", before->pattern, after->pattern,
				  "Databases keep their names: create another lab.");
	refuse_change("auth", lab_auth_words[before->auth], lab_auth_words[after->auth],
				  "Passwords stay where they are: create another lab.");
}

/* Runs a query that gives one row. */
static HeapTuple
row_of(const char *sql, int nargs, Oid *types, Datum *values)
{
	lab_statement_run(sql, nargs, types, values, NULL);
	if (SPI_processed != 1)
		elog(ERROR, "\"%s\" gave no row", sql);
	return SPI_tuptable->vals[0];
}

static bool
is_true(HeapTuple row, int column)
{
	bool isnull;

	return DatumGetBool(SPI_getbinval(row, SPI_tuptable->tupdesc, column, &isnull)) && !isnull;
}

static void
compare_specs(Alteration *alteration, Jsonb *after)
{
	Oid types[] = {JSONBOID, JSONBOID};
	Datum values[] = {JsonbPGetDatum(alteration->record.spec), JsonbPGetDatum(after)};
	HeapTuple row =
		row_of("SELECT settings, checks, connections, judged FROM lab.spec_changes($1, $2)",
			   lengthof(types), types, values);

	alteration->settings = is_true(row, 1);
	alteration->checks = is_true(row, 2);
	alteration->connections = is_true(row, 3);
	alteration->judged = is_true(row, 4);
}

/* Does a lab master's own check ask for the same?  Where it stands in the spec does not matter. */
static bool
same_request(const LabFact *one, const LabFact *other)
{
	Datum path = CStringGetTextDatum("path");
	Datum requests[2];
	const LabFact *facts[] = {one, other};

	if (strcmp(one->kind, other->kind) != 0 || strcmp(one->object, other->object) != 0)
		return false;
	for (int i = 0; i < lengthof(facts); i++)
		requests[i] = DirectFunctionCall2(
			jsonb_delete, DirectFunctionCall1(jsonb_in, CStringGetDatum(facts[i]->definition)),
			path);
	return compareJsonbContainers(&DatumGetJsonbP(requests[0])->root,
								  &DatumGetJsonbP(requests[1])->root) == 0;
}

static bool
has_request(const LabSpec *spec, const LabFact *request)
{
	ListCell *task;
	ListCell *own;

	foreach (task, spec->tasks)
		foreach (own, ((const LabSpecTask *) lfirst(task))->own)
			if (same_request(lfirst(own), request))
				return true;
	return false;
}

/* Of one spec's own checks, the one with this identity, where the other spec asks for the same. */
static bool
stays(const Alteration *alteration, const LabFact *fact)
{
	ListCell *task;
	ListCell *own;

	if (!lab_fact_own(fact))
		return !lab_fact_ignored(fact, alteration->after->ignore);
	foreach (task, alteration->before->tasks)
	{
		foreach (own, ((const LabSpecTask *) lfirst(task))->own)
		{
			const LabFact *request = lfirst(own);

			if (strcmp(request->kind, fact->kind) == 0 &&
				strcmp(request->object, fact->object) == 0)
				return has_request(alteration->after, request);
		}
	}
	return false;
}

/* Has the reference to be asked: for a check of the lab master's own, or what was ignored? */
static bool
needs_reference(const Alteration *alteration)
{
	ListCell *cell;
	ListCell *own;

	foreach (cell, alteration->before->ignore)
		if (!lab_strings_have(alteration->after->ignore, lfirst(cell)))
			return true;
	foreach (cell, alteration->after->tasks)
		foreach (own, ((const LabSpecTask *) lfirst(cell))->own)
			if (!has_request(alteration->before, lfirst(own)))
				return true;
	return false;
}

static bool
has_fact(List *facts, const LabFact *wanted)
{
	ListCell *cell;

	foreach (cell, facts)
	{
		const LabFact *fact = lfirst(cell);

		if (strcmp(fact->kind, wanted->kind) == 0 && strcmp(fact->object, wanted->object) == 0)
			return true;
	}
	return false;
}

/*
 * The facts of the altered lab.  Those that it has stay as they are, even where the
 * reference is another one by now: that is lab_refresh()'s.
 */
static List *
wanted_facts(const Alteration *alteration, LabSources *sources)
{
	List *facts = NIL;
	ListCell *cell;

	foreach (cell, lab_merge_present(alteration->lab))
	{
		LabFact *fact = &((LabCheck *) lfirst(cell))->fact;

		if (stays(alteration, fact))
			facts = lappend(facts, fact);
	}
	if (!needs_reference(alteration))
		return facts;

	*sources = lab_callers_databases(alteration->after, alteration->record.owner);
	sources->clock = alteration->record.clock;
	foreach (cell, lab_derive_facts(alteration->after, sources))
	{
		LabFact *fact = lfirst(cell);

		if (lab_fact_own(fact) ? !has_fact(facts, fact)
							   : lab_fact_ignored(fact, alteration->before->ignore))
			facts = lappend(facts, fact);
	}
	return facts;
}

static void
alter_checks(Alteration *alteration, const LabSources *sources, List *facts)
{
	Jsonb *before = lab_merge_before(alteration->lab);

	alteration->tasks = lab_merge_checks(alteration->lab, alteration->after, sources, facts);
	alteration->merged = lab_merge_report(alteration->lab, before, NULL);
	lab_merge_restate(alteration->lab);
	if (alteration->merged.added + alteration->merged.removed + alteration->merged.changed > 0)
		alteration->judged = true;
}

/* The spec's participants who are not recorded yet. */
static void
find_newcomers(Alteration *alteration)
{
	ListCell *cell;

	foreach (cell, alteration->after->participants)
	{
		LabSpecParticipant *participant = lfirst(cell);
		Oid types[] = {INT4OID, NAMEOID};
		Datum values[] = {Int32GetDatum(alteration->lab),
						  DirectFunctionCall1(namein, CStringGetDatum(participant->login))};

		if (!is_true(row_of("SELECT EXISTS (\n"
							"	SELECT FROM lab.participants WHERE lab_id = $1 AND login = $2)",
							lengthof(types), types, values),
					 1))
			alteration->newcomers = lappend(alteration->newcomers, participant);
	}
}

/* Who left with "removed": "keep" has a database that is theirs. */
static bool
has_kept(const Alteration *alteration, const LabSpecParticipant *participant)
{
	Oid types[] = {INT4OID, NAMEOID, NAMEOID};
	Datum values[] = {Int32GetDatum(alteration->lab),
					  DirectFunctionCall1(namein, CStringGetDatum(participant->login)),
					  DirectFunctionCall1(namein, CStringGetDatum(participant->database))};

	return is_true(
		row_of("SELECT lab.kept_database($1, $2, $3) IS NOT NULL", lengthof(types), types, values),
		1);
}

/* Can they come? */
static void
admit_newcomers(const Alteration *alteration)
{
	LabSpec spec = *alteration->after;
	List *without = NIL;
	ListCell *cell;

	foreach (cell, alteration->newcomers)
		if (!has_kept(alteration, lfirst(cell)))
			without = lappend(without, lfirst(cell));
	lab_catalog_require_room(list_length(alteration->newcomers));
	lab_require_new_databases(without);
	if (without && spec.starter)
		lab_require_no_sessions(
			lab_callers_database(spec.starter, "starter", alteration->record.owner), spec.starter);
	spec.participants = alteration->newcomers;
	lab_require_directory(&spec);
}

static void
adopt(const Alteration *alteration)
{
	ListCell *cell;

	foreach (cell, alteration->newcomers)
	{
		const LabSpecParticipant *participant = lfirst(cell);
		Oid types[] = {INT4OID, NAMEOID};
		Datum values[] = {Int32GetDatum(alteration->lab),
						  DirectFunctionCall1(namein, CStringGetDatum(participant->login))};

		(void) row_of("SELECT lab.adopt($1, $2)", lengthof(types), types, values);
	}
}

/* Those who are recorded: some go, some have other names. */
static void
alter_participants(Alteration *alteration)
{
	Oid types[] = {INT4OID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, BOOLOID};
	Datum values[6];
	List *logins = NIL;
	List *names = NIL;
	List *teams = NIL;
	List *emails = NIL;
	HeapTuple row;
	ListCell *cell;
	bool isnull;

	foreach (cell, alteration->after->participants)
	{
		LabSpecParticipant *participant = lfirst(cell);

		logins = lappend(logins, participant->login);
		names = lappend(names, participant->name);
		teams = lappend(teams, participant->team);
		emails = lappend(emails, participant->email);
	}
	values[0] = Int32GetDatum(alteration->lab);
	values[1] = lab_strings_array(logins);
	values[2] = lab_strings_array(names);
	values[3] = lab_strings_array(teams);
	values[4] = lab_strings_array(emails);
	values[5] = BoolGetDatum(alteration->after->keep_removed);
	row = row_of(
		"SELECT removed, changed FROM lab.alter_participants($1, $2::name[], $3, $4, $5, $6)",
		lengthof(types), types, values);
	alteration->removed = DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
	alteration->renamed = DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull));
}

/* Less is kept of what participants do: what there is goes. */
static void
forget_activity(const Alteration *alteration, Jsonb *source)
{
	Oid types[] = {INT4OID, JSONBOID, JSONBOID};
	Datum values[] = {Int32GetDatum(alteration->lab), JsonbPGetDatum(alteration->record.spec),
					  JsonbPGetDatum(source)};

	(void) row_of("SELECT CASE WHEN $2->>'activity' IS DISTINCT FROM $3->>'activity'\n"
				  "	THEN lab.forget_activity($1, $3->>'activity') END",
				  lengthof(types), types, values);
}

static void
add_part(StringInfo text, const char *what, int n)
{
	if (n > 0)
		appendStringInfo(text, "%s%s: %d", text->len > 0 ? ", " : "", what, n);
}

static void
say_what_changed(const Alteration *alteration)
{
	StringInfoData text;

	initStringInfo(&text);
	add_part(&text, "participants added", list_length(alteration->newcomers));
	add_part(&text,
			 alteration->after->keep_removed ? "participants removed (their databases stay)"
											 : "participants removed",
			 alteration->removed);
	add_part(&text, "participants described anew", alteration->renamed);
	add_part(&text, "checks added", alteration->merged.added);
	add_part(&text, "checks removed", alteration->merged.removed);
	add_part(&text, "checks changed", alteration->merged.changed);
	add_part(&text, "checks with other points or in other tasks", alteration->merged.moved);
	add_part(&text, "tasks changed", alteration->tasks);
	if (alteration->settings)
		appendStringInfo(&text, "%ssettings changed", text.len > 0 ? ", " : "");
	ereport(NOTICE, (errmsg("lab \"%s\": %s", alteration->after->lab,
							text.len > 0 ? text.data : "nothing changes")));
}

static void
apply(Alteration *alteration, Jsonb *source, ReturnSetInfo *rsinfo)
{
	LabSources sources = {InvalidOid, InvalidOid, InvalidOid, 0};
	List *facts = alteration->checks ? wanted_facts(alteration, &sources) : NIL;

	lab_masters_require(alteration->after);
	find_newcomers(alteration);
	if (alteration->newcomers)
		admit_newcomers(alteration);

	lab_catalog_hold(alteration->lab);
	alter_participants(alteration);
	lab_catalog_change(alteration->lab, alteration->before, alteration->after, source);
	lab_masters_set(alteration->lab, alteration->after);
	if (alteration->settings)
		forget_activity(alteration, source);
	if (alteration->checks)
		alter_checks(alteration, &sources, facts);
	if (alteration->judged)
		lab_merge_evaluate(alteration->lab);
	if (alteration->newcomers)
		lab_add_participants(alteration->lab, alteration->after, alteration->newcomers, rsinfo);
	adopt(alteration);
	if (alteration->connections)
		lab_account_limit(alteration->after->participants);
}

/*
 * lab_alter(spec jsonb)
 */
Datum
lab_alter(PG_FUNCTION_ARGS)
{
	Jsonb *source = PG_GETARG_JSONB_P(0);
	Alteration alteration = {0};
	LabPrivilege privilege;

	lab_require_control_database();
	InitMaterializedSRF(fcinfo, 0);
	alteration.after = lab_spec_read(source, true);

	lab_privilege_begin(&privilege);
	alteration.lab = lab_catalog_lock(alteration.after->lab, privilege.caller, false);
	alteration.record = lab_catalog_read(alteration.lab);
	alteration.before = lab_spec_read(alteration.record.spec, false);
	refuse_changes(alteration.before, alteration.after);
	if (compareJsonbContainers(&alteration.record.spec->root, &source->root) != 0)
	{
		compare_specs(&alteration, source);
		apply(&alteration, source, (ReturnSetInfo *) fcinfo->resultinfo);
		lab_announce_wanted();
	}
	lab_privilege_end(&privilege);

	say_what_changed(&alteration);
	return (Datum) 0;
}
