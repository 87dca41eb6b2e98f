/*
 * probe_judge.c
 *		Behaviour compared by probes: in a participant's database.
 *
 * The first probe that comes out in another way decides, and is what the
 * participant is told.
 */
#include "postgres.h"

#include "access/xact.h"
#include "extension/guc.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "worker/probe.h"
#include "worker/probe_effect.h"

#define LABEL_LENGTH 200

/* The statement as a person would name it. */
static char *
label_of(const char *sql)
{
	static const char *const prefixes[] = {"SELECT * FROM ", "SELECT "};

	if (strncmp(sql, "REFRESH ", 8) == 0 && strchr(sql, ';'))
		sql = strchr(sql, ';') + 2; /* the view itself */
	for (int i = 0; i < lengthof(prefixes); i++)
		if (strncmp(sql, prefixes[i], strlen(prefixes[i])) == 0)
		{
			sql += strlen(prefixes[i]);
			break;
		}
	if (strlen(sql) <= LABEL_LENGTH)
		return pstrdup(sql);
	return psprintf("%.*s ...", pg_mbcliplen(sql, strlen(sql), LABEL_LENGTH), sql);
}

/* What came of it, for the level that tells it. */
static char *
outcome_text(const LabOutcome *outcome)
{
	if (outcome->sqlstate)
		return psprintf("error %s", unpack_sql_state(outcome->sqlstate));
	if (outcome->text)
		return pstrdup(outcome->text);
	return psprintf(UINT64_FORMAT " rows", outcome->rows);
}

static const LabEffect *
effect_on(List *effects, const char *table)
{
	ListCell *cell;

	foreach (cell, effects)
		if (strcmp(((LabEffect *) lfirst(cell))->table, table) == 0)
			return lfirst(cell);
	return NULL;
}

/* How the changes of tables differ. */
static char *
effect_problem(const char *label, const LabOutcome *expected, const LabOutcome *found)
{
	ListCell *cell;

	foreach (cell, expected->effects)
	{
		const LabEffect *effect = lfirst(cell);
		const LabEffect *other = effect_on(found->effects, effect->table);

		if (other == NULL)
			return psprintf("%s does not change %s", label, effect->table);
		if (effect->rows != other->rows || strcmp(effect->digest, other->digest) != 0)
			return psprintf("%s changes %s in another way", label, effect->table);
	}
	foreach (cell, found->effects)
	{
		const LabEffect *effect = lfirst(cell);

		if (effect_on(expected->effects, effect->table) == NULL)
			return psprintf("%s changes %s, and should not", label, effect->table);
	}
	return NULL;
}

static char *
difference(const char *label, const LabOutcome *expected, const LabOutcome *found)
{
	char *effect;

	if (expected->sqlstate && !found->sqlstate)
		return psprintf("%s succeeds, and should raise an error", label);
	if (found->sqlstate)
		return psprintf("%s raises %s: %s", label,
						expected->sqlstate ? "another error" : "an error", found->message);
	effect = effect_problem(label, expected, found);
	if (effect)
		return effect;
	if (expected->digest || found->digest)
		return psprintf("%s gives another result", label);
	return psprintf("%s affects another number of rows", label);
}

/* The problem of a probe that could not be compared, or NULL. */
static char *
obstacle(const char *label, const LabOutcome *found, int timeout)
{
	if (!found->ran)
		return psprintf("the probes take longer than labcreator.evaluation_timeout (%d ms) allows",
						lab_evaluation_timeout);
	switch (found->sqlstate)
	{
		case ERRCODE_QUERY_CANCELED:
			return psprintf("%s takes longer than labcreator.check_timeout (%d ms)", label,
							timeout);
		case ERRCODE_LOCK_NOT_AVAILABLE:
			return psprintf("%s needs what is locked by its owner", label);
		case ERRCODE_T_R_SERIALIZATION_FAILURE:
		case ERRCODE_T_R_DEADLOCK_DETECTED:
			return psprintf("%s needs what its owner is changing", label);
	}
	if (found->sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE &&
		strstr(found->message, "security-restricted"))
		return psprintf("%s cannot be tried: %s", label, found->message);
	return NULL;
}

/* The table that a statement which changes the data is about: INSERT INTO table, UPDATE table ...
 */
static char *
table_of(const char *sql)
{
	const char *start = strchr(sql, ' ') + 1;
	const char *end;
	bool quoted = false;

	if (strncmp(start, "INTO ", 5) == 0 || strncmp(start, "FROM ", 5) == 0)
		start += 5;
	for (end = start; *end && (quoted || *end != ' '); end++)
		if (*end == '"')
			quoted = !quoted;
	return pnstrdup(start, end - start);
}

/*
 * Compares one probe; false: the comparison is over.  *other says which table's
 * rows were changed before, *blocked which could not be.
 */
static bool
judge_probe(LabComparison *comparison, const LabProbe *probe, const LabOutcome *found,
			const char *other, const char *blocked, int timeout)
{
	char *label = label_of(probe->step.sql);
	char *problem = obstacle(label, found, timeout);

	if (problem)
	{
		comparison->status = LAB_ERROR;
		comparison->problem = problem;
		return false;
	}
	if (lab_outcome_equal(&probe->expected, found))
		return true;
	comparison->status = LAB_FAIL;
	if (blocked)
		comparison->problem =
			psprintf("%s cannot be tried with other rows before %s is right", label, blocked);
	else
	{
		comparison->problem = difference(label, &probe->expected, found);
		if (other)
			comparison->problem = psprintf("%s with other rows in %s", comparison->problem, other);
		comparison->expected_text = outcome_text(&probe->expected);
		comparison->found_text = outcome_text(found);
	}
	return false;
}

static void
judge_outcomes(LabComparison *comparison, List *probes, List *outcomes, int timeout)
{
	char *other = NULL;
	char *blocked = NULL;
	ListCell *probe;
	ListCell *outcome;

	comparison->status = LAB_PASS;
	forboth (probe, probes, outcome, outcomes)
	{
		const LabProbe *wanted = lfirst(probe);
		const LabOutcome *found = lfirst(outcome);

		if (wanted == NULL)
			continue;
		if (!wanted->step.keep)
		{
			if (!judge_probe(comparison, wanted, found, other, blocked, timeout))
				return;
			continue;
		}
		other = table_of(wanted->step.sql);
		if (blocked == NULL && (found->sqlstate || found->rows != wanted->expected.rows))
			blocked = other;
	}
}

void
lab_probe_judge(LabComparison *comparison, LabPlan *plan, const LabProbeScope *scope)
{
	const LabJob *job = scope->job;
	LabStage stage = {scope->owner, job->role, job->check_timeout, plan->path, plan->watched};
	List *tables = lab_probe_tables();
	List *probes;
	List *steps = lab_plan_steps(plan, &probes);
	LabSandboxError error;
	List *outcomes;
	ListCell *cell;
	ListCell *table;
	bool done;

	foreach (cell, plan->watched)
	{
		LabWatch *watch = lfirst(cell);

		foreach (table, tables)
			if (strcmp(((LabWatch *) lfirst(table))->name, watch->name) == 0)
				watch->relation = ((LabWatch *) lfirst(table))->relation;
	}
	if (plan->names)
		lab_digest_set_names(lab_probe_names(scope->owner));
	done = lab_probe_run(&stage, steps, &outcomes, &error);
	lab_digest_set_names(NIL);
	if (done)
		judge_outcomes(comparison, probes, outcomes, job->check_timeout);
	else
		lab_sandbox_explain(scope->object, job->check_timeout, &error, &comparison->status,
							&comparison->problem);
}
