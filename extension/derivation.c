/*
 * derivation.c
 *		The checks of a lab, from its reference.
 */
#include "postgres.h"

#include "extension/catalog.h"
#include "extension/derivation.h"
#include "extension/guc.h"
#include "extension/job.h"
#include "extension/shmem.h"

/* The lab master's own checks, for the reference to complete. */
static List *
own_checks(const LabSpec *spec)
{
	List *checks = NIL;
	ListCell *task;
	ListCell *own;

	foreach (task, spec->tasks)
	{
		foreach (own, ((LabSpecTask *) lfirst(task))->own)
		{
			LabCheck *check = palloc0(sizeof(LabCheck));

			check->fact = *(LabFact *) lfirst(own);
			checks = lappend(checks, check);
		}
	}
	return checks;
}

/* The facts of the reference, read while nobody committed in it. */
static List *
read_reference(const LabSpec *spec, const LabSources *sources)
{
	LabJob job = {0};
	LabSlot *slot = lab_slot_claim(sources->reference);
	List *facts = NIL;
	uint64 before;

	if (slot == NULL)
		ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
						errmsg("too many databases are watched"),
						errhint("Raise labcreator.max_participants and restart the server.")));
	job.kind = LAB_JOB_DERIVE;
	job.database = sources->reference;
	job.clock = sources->clock;
	job.check_timeout = lab_check_timeout;
	job.ignore = spec->ignore;
	job.checks = own_checks(spec);
	job.hidden = spec->hidden != NULL;

	pg_atomic_fetch_add_u32(&slot->pins, 1);
	PG_TRY();
	{
		before = pg_atomic_read_u64(&slot->commits);
		facts = lab_run_job(&job);
		if (pg_atomic_read_u64(&slot->commits) != before)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_IN_USE),
					 errmsg("reference database \"%s\" changed while it was read", spec->reference),
					 errhint("End the other sessions that work in it and try again.")));
	}
	PG_FINALLY();
	{
		pg_atomic_fetch_sub_u32(&slot->pins, 1);
	}
	PG_END_TRY();

	if (facts == NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("reference database \"%s\" has nothing to check", spec->reference),
						errdetail("At $.reference: it is empty, or $.ignore leaves nothing."),
						errhint("Fill it with the finished example.")));
	return facts;
}

/* What the reference's views give on the hidden data becomes the definition of their checks. */
static void
complete_hidden(List *facts, Oid hidden)
{
	LabJob job = {0};
	List *answers;
	ListCell *cell;
	ListCell *answer;

	job.kind = LAB_JOB_HIDDEN;
	job.database = hidden;
	job.check_timeout = lab_check_timeout;
	foreach (cell, facts)
	{
		LabFact *fact = lfirst(cell);
		LabCheck *asked;

		if (strcmp(fact->kind, "view_hidden") != 0)
			continue;
		asked = palloc0(sizeof(LabCheck));
		asked->fact = *fact;
		job.checks = lappend(job.checks, asked);
	}
	if (job.checks == NIL)
		return;
	answers = lab_run_job(&job);
	answer = list_head(answers);
	foreach (cell, facts)
	{
		LabFact *fact = lfirst(cell);

		if (strcmp(fact->kind, "view_hidden") != 0)
			continue;
		fact->definition = ((LabFact *) lfirst(answer))->definition;
		answer = lnext(answers, answer);
	}
}

/* A check by pgTAP cannot pass before somebody with the right to do so has installed it. */
static void
warn_without_pgtap(const LabSpec *spec, List *checks, List *verdicts)
{
	ListCell *cell;

	foreach (cell, checks)
	{
		const LabCheck *check = lfirst(cell);
		const LabVerdict *verdict =
			verdicts ? list_nth(verdicts, foreach_current_index(cell)) : NULL;

		if (strcmp(check->fact.kind, "pgtap") != 0 || (verdict && verdict->status != LAB_ERROR))
			continue;
		ereport(WARNING,
				(errmsg("task \"%s\" needs pgTAP in the databases of the participants",
						check->fact.object),
				 spec->starter ? errdetail("Starter database \"%s\" does not have it from a "
										   "superuser.",
										   spec->starter)
							   : errdetail("The lab has no starter that could have it."),
				 errhint("Let a superuser CREATE EXTENSION pgtap in a starter database.")));
	}
}

/* What the database's own views give on the hidden data. */
static List *
on_hidden(const LabJob *asked, List *verdicts, Oid hidden)
{
	LabJob job = *asked;
	List *checks = NIL;
	ListCell *cell;
	ListCell *verdict;

	job.kind = LAB_JOB_HIDDEN;
	job.database = hidden;
	forboth (cell, asked->checks, verdict, verdicts)
	{
		const LabVerdict *moved = lfirst(verdict);

		if (moved->status != LAB_MOVED)
			continue;
		checks = lappend(checks, lfirst(cell));
		job.queries = lappend(job.queries, moved->detail);
	}
	job.checks = checks;
	return checks ? lab_run_job(&job) : NIL;
}

/* What a database of the lab master's says to the checks: a list of LabVerdict *. */
static List *
verdicts_of(const LabSpec *spec, Oid database, Oid hidden, List *checks, LabFeedback feedback)
{
	LabJob job = {0};
	List *verdicts;

	job.kind = LAB_JOB_EVALUATE;
	job.database = database;
	job.feedback = feedback;
	job.extras = spec->extras;
	job.check_timeout = lab_check_timeout;
	job.ignore = spec->ignore;
	job.checks = checks;
	verdicts = lab_run_job(&job);
	if (OidIsValid(hidden))
		verdicts = list_concat(verdicts, on_hidden(&job, verdicts, hidden));
	return verdicts;
}

List *
lab_derive_kept(const LabSpec *spec, const LabSources *sources, List *checks)
{
	List *verdicts;
	List *kept = NIL;
	ListCell *cell;

	if (checks == NIL)
		return NIL;
	if (!OidIsValid(sources->starter))
	{
		warn_without_pgtap(spec, checks, NIL);
		return NIL;
	}
	verdicts = verdicts_of(spec, sources->starter, sources->hidden, checks, LAB_FEEDBACK_NONE);
	warn_without_pgtap(spec, checks, verdicts);
	foreach (cell, verdicts)
	{
		LabVerdict *verdict = lfirst(cell);

		if (verdict->status == LAB_PASS)
			kept = lappend_int(kept, verdict->check);
	}
	return kept;
}

List *
lab_derive_facts(const LabSpec *spec, const LabSources *sources)
{
	List *facts = read_reference(spec, sources);

	if (OidIsValid(sources->hidden))
		complete_hidden(facts, sources->hidden);
	return facts;
}

List *
lab_derive_checks(int32 lab, const LabSpec *spec, const LabSources *sources)
{
	List *facts = lab_derive_facts(spec, sources);
	List *checks;

	lab_catalog_set_sources(lab, sources->reference, sources->hidden, sources->clock);
	checks = lab_catalog_add_checks(lab, spec, facts);
	lab_catalog_share_points(lab, lab_derive_kept(spec, sources, checks));
	return checks;
}

List *
lab_derive_try(const LabSpec *spec, const LabSources *sources, List *checks)
{
	return verdicts_of(spec, sources->reference, sources->hidden, checks, LAB_FEEDBACK_DIFF);
}
