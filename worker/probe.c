/*
 * probe.c
 *		Behaviour compared by probes: in the reference.
 *
 * Candidates run once to see what they show.  Of those that show the same (the
 * same error, the same result, the same tables changed) a few are enough.  What
 * is left runs twice more, in transactions of their own: what differs then
 * depends on chance or on the system's clock, and is left out; where it is a
 * column of a changed table, only that column is.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "worker/probe.h"
#include "worker/probe_effect.h"
#include "worker/probe_table.h"

#define ROUNDS 4  /* of looking for columns that differ from run to run */
#define CHANCES 6 /* for what says that it depends on chance */

TimestampTz
lab_probe_clock(List *checks)
{
	ListCell *cell;

	foreach (cell, checks)
	{
		const LabFact *fact = &((LabCheck *) lfirst(cell))->fact;
		const char *clock = strstr(fact->kind, "_behaviour") == NULL
								? NULL
								: strstr(fact->definition, "\"clock\": ");

		if (clock)
			return strtoll(clock + strlen("\"clock\": "), NULL, 10);
	}
	return GetCurrentTimestamp();
}

/*
 * Statements that leave the rows as they are, and put them in another order: what
 * depends on that shows.
 */
static List *
shuffle(const LabPlan *plan)
{
	List *steps = NIL;
	ListCell *cell;

	foreach (cell, plan->read)
	{
		const LabTable *table = lfirst(cell);
		const char *column = NULL;

		for (int i = 0; i < table->ncolumns && column == NULL; i++)
			if (!table->columns[i].fixed)
				column = table->columns[i].name;
		if (table->view || table->large || column == NULL)
			continue;
		for (int bit = 1; bit <= 4; bit *= 2)
		{
			LabStep *step = palloc0(sizeof(LabStep));

			step->sql = psprintf("UPDATE %s AS t SET %s = t.%s WHERE hashtext(t::text) & %d <> 0",
								 table->name, column, column, bit);
			step->keep = step->quiet = true;
			steps = lappend(steps, step);
		}
	}
	return steps;
}

/* The rows are shuffled each time before they are looked at after a change. */
static void
shuffle_between(const LabPlan *plan, List **steps, List **probes)
{
	List *all_steps = NIL;
	List *all_probes = NIL;
	bool moved = true;
	ListCell *step;
	ListCell *probe;

	forboth (step, *steps, probe, *probes)
	{
		bool keep = ((LabStep *) lfirst(step))->keep;

		if (moved && !keep)
		{
			List *more = shuffle(plan);

			all_steps = list_concat(all_steps, more);
			for (int i = 0; i < list_length(more); i++)
				all_probes = lappend(all_probes, NULL);
		}
		moved = keep;
		all_steps = lappend(all_steps, lfirst(step));
		all_probes = lappend(all_probes, lfirst(probe));
	}
	*steps = all_steps;
	*probes = all_probes;
}

/*
 * Other plans, until the transaction ends: rows that come in the order of a hash
 * table come in another one where there are statistics, or none.
 */
static void
plan_otherwise(void)
{
	static const char *const settings[] = {"enable_hashagg", "enable_hashjoin", "enable_indexscan",
										   "enable_bitmapscan"};

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i], "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL,
								 true, 0, false);
}

/*
 * Runs all probes in a transaction of their own; what comes of them becomes what
 * is expected.
 */
static void
run(LabPlan *plan, const LabProbeScope *scope, bool shuffled)
{
	MemoryContext context = CurrentMemoryContext;
	LabStage stage = {scope->owner, InvalidOid, scope->job->check_timeout, plan->path,
					  plan->watched};
	List *probes;
	List *steps = lab_plan_steps(plan, &probes);
	LabSandboxError error;
	List *outcomes;
	ListCell *probe;
	ListCell *outcome;

	if (shuffled)
		shuffle_between(plan, &steps, &probes);
	lab_sandbox_end();
	lab_sandbox_begin(true);
	MemoryContextSwitchTo(context);
	if (shuffled)
		plan_otherwise();
	lab_digest_set_names(lab_probe_names(scope->owner));
	if (!lab_probe_run(&stage, steps, &outcomes, &error))
		ereport(ERROR, (errcode(error.sqlstate), errmsg("%s of the reference cannot be tried: %s",
														scope->object, error.message)));
	plan->names |= lab_digest_names_seen();
	lab_digest_set_names(NIL);
	forboth (probe, probes, outcome, outcomes)
		if (lfirst(probe))
			((LabProbe *) lfirst(probe))->expected = *(LabOutcome *) lfirst(outcome);
}

/*
 * Errors that say more about the sandbox, or about the reference, than about
 * what the object does.
 */
static bool
is_artefact(const LabOutcome *outcome)
{
	if (!outcome->ran || outcome->sqlstate == ERRCODE_QUERY_CANCELED ||
		outcome->sqlstate == ERRCODE_FEATURE_NOT_SUPPORTED ||
		outcome->sqlstate == ERRCODE_INVALID_TRANSACTION_TERMINATION ||
		outcome->sqlstate == ERRCODE_LOCK_NOT_AVAILABLE)
		return true;
	if (outcome->sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE)
		return strstr(outcome->message, "security-restricted") != NULL;
	switch (ERRCODE_TO_CATEGORY(outcome->sqlstate))
	{
		case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_PROGRAM_LIMIT_EXCEEDED: /* deep recursion: a loop has no such limit */
			return true;
		default:
			return false;
	}
}

/* What a probe shows, as far as others may show it as well. */
static char *
class_of(const LabProbe *probe)
{
	const LabOutcome *outcome = &probe->expected;
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	appendStringInfo(&text, "%d %d %s " UINT64_FORMAT, probe->variety, outcome->sqlstate,
					 outcome->digest ? outcome->digest : "", outcome->rows);
	foreach (cell, outcome->effects)
	{
		const LabEffect *effect = lfirst(cell);

		appendStringInfo(&text, " %s " INT64_FORMAT, effect->table, effect->rows);
	}
	return text.data;
}

/* A candidate that is no artefact. */
typedef struct Candidate
{
	LabProbe *probe;
	int phase; /* how many changes of the data came before it */
	int rank;  /* the how many-th of its class */
	int place; /* as they came */
	char *class;
} Candidate;

/* Phases apart; then those that show something new; then as they came. */
static int
compare_candidates(const ListCell *a, const ListCell *b)
{
	const Candidate *one = lfirst(a);
	const Candidate *other = lfirst(b);

	if (one->phase != other->phase)
		return one->phase < other->phase ? -1 : 1;
	if (one->rank != other->rank)
		return one->rank < other->rank ? -1 : 1;
	return one->place < other->place ? -1 : one->place > other->place;
}

static List *
candidates_of(List *probes, bool results_only)
{
	List *candidates = NIL;
	int phase = 0;
	ListCell *cell;
	ListCell *earlier;

	foreach (cell, probes)
	{
		LabProbe *probe = lfirst(cell);
		Candidate *candidate;

		/* What makes the databases alike at the start is no change of the data. */
		if (probe->step.keep && candidates != NIL)
			phase++;
		if (probe->step.keep || is_artefact(&probe->expected) ||
			(results_only && probe->expected.sqlstate))
			continue;
		candidate = palloc0(sizeof(Candidate));
		candidate->probe = probe;
		candidate->phase = phase;
		candidate->place = list_length(candidates);
		candidate->class = class_of(probe);
		foreach (earlier, candidates)
		{
			const Candidate *other = lfirst(earlier);

			if (other->phase == phase && other->probe->group == probe->group &&
				strcmp(other->class, candidate->class) == 0)
				candidate->rank++;
		}
		candidates = lappend(candidates, candidate);
	}
	list_sort(candidates, compare_candidates);
	return candidates;
}

/* How many more of the phase and group have been chosen so far. */
static int
chosen_of(List *chosen, const Candidate *candidate)
{
	int n = 0;
	ListCell *cell;

	foreach (cell, chosen)
	{
		const Candidate *other = lfirst(cell);

		if (other->phase == candidate->phase && other->probe->group == candidate->probe->group)
			n++;
	}
	return n;
}

static int
in_phase(List *chosen, int phase)
{
	int n = 0;
	ListCell *cell;

	foreach (cell, chosen)
		if (((Candidate *) lfirst(cell))->phase == phase)
			n++;
	return n;
}

/*
 * From each group in turn, until there are enough: limit before the data are
 * changed, and half of it after each change.
 */
static List *
choose(List *probes, int limit, bool results_only)
{
	List *candidates = candidates_of(probes, results_only);
	List *chosen = NIL;
	List *kept = NIL;
	ListCell *cell;

	/* Changed data show in what succeeds: errors fill up what is left. */
	for (int errors = 0; errors < 2; errors++)
	{
		bool more = true;

		for (int round = 0; more; round++)
		{
			more = false;
			foreach (cell, candidates)
			{
				Candidate *candidate = lfirst(cell);
				int most = candidate->phase == 0 ? limit : Max(limit / 2, 1);

				if (list_member_ptr(chosen, candidate) ||
					in_phase(chosen, candidate->phase) >= most ||
					(!errors && candidate->phase > 0 && candidate->probe->expected.sqlstate != 0))
					continue;
				if (chosen_of(chosen, candidate) > round)
				{
					more = true;
					continue;
				}
				chosen = lappend(chosen, candidate);
			}
		}
	}
	foreach (cell, probes)
	{
		LabProbe *probe = lfirst(cell);
		bool wanted = probe->step.keep && probe->expected.sqlstate == 0 && probe->expected.rows > 0;
		ListCell *other;

		foreach (other, chosen)
			wanted |= ((Candidate *) lfirst(other))->probe == probe;
		if (wanted)
			kept = lappend(kept, probe);
	}
	return kept;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static LabEffect *
effect_on(List *effects, const char *table)
{
	ListCell *cell;

	foreach (cell, effects)
		if (strcmp(((LabEffect *) lfirst(cell))->table, table) == 0)
			return lfirst(cell);
	return NULL;
}

/* Takes the columns out of the watched tables in which the two outcomes differ. */
static bool
drop_columns(LabPlan *plan, const LabOutcome *one, const LabOutcome *other)
{
	bool dropped = false;
	ListCell *cell;

	foreach (cell, plan->watched)
	{
		LabWatch *watch = lfirst(cell);
		const LabEffect *a = effect_on(one->effects, watch->name);
		const LabEffect *b = effect_on(other->effects, watch->name);
		List *columns = NIL;

		if (a == NULL || b == NULL || strcmp(a->digest, b->digest) == 0)
			continue;
		for (int i = 0; i < list_length(watch->columns); i++)
			if (strcmp(list_nth(a->columns, i), list_nth(b->columns, i)) == 0)
				columns = lappend(columns, list_nth(watch->columns, i));
		if (columns == NIL || list_length(columns) == list_length(watch->columns))
			continue;
		watch->columns = columns;
		dropped = true;
	}
	return dropped;
}

bool
lab_outcome_equal(const LabOutcome *expected, const LabOutcome *found)
{
	ListCell *cell;

	if (expected->sqlstate != found->sqlstate)
		return false;
	if (expected->sqlstate)
		return true;
	if (expected->rows != found->rows || !same_text(expected->digest, found->digest) ||
		list_length(expected->effects) != list_length(found->effects))
		return false;
	foreach (cell, expected->effects)
	{
		const LabEffect *effect = lfirst(cell);
		const LabEffect *other = effect_on(found->effects, effect->table);

		if (other == NULL || effect->rows != other->rows ||
			strcmp(effect->digest, other->digest) != 0)
			return false;
	}
	return true;
}

/* Outcomes before the run that has just been made, to compare with. */
static LabOutcome *
copy_outcomes(List *probes)
{
	LabOutcome *copy = palloc(sizeof(LabOutcome) * Max(list_length(probes), 1));
	ListCell *cell;

	foreach (cell, probes)
		copy[foreach_current_index(cell)] = ((LabProbe *) lfirst(cell))->expected;
	return copy;
}

/* Of a table that nothing changes it is enough to know that. */
static void
forget_columns(const LabPlan *plan)
{
	ListCell *cell;
	ListCell *probe;

	foreach (cell, plan->watched)
	{
		LabWatch *watch = lfirst(cell);
		bool changed = false;

		foreach (probe, plan->probes)
			changed |=
				effect_on(((LabProbe *) lfirst(probe))->expected.effects, watch->name) != NULL;
		if (!changed)
			watch->columns = NIL;
	}
}

/* Those that come out as they did before; *shows says whether any of them is looked at. */
static List *
stable(List *probes, const LabOutcome *before, bool *shows)
{
	List *stable = NIL;
	ListCell *cell;

	*shows = false;
	foreach (cell, probes)
	{
		LabProbe *probe = lfirst(cell);

		if (!probe->step.keep &&
			!lab_outcome_equal(&before[foreach_current_index(cell)], &probe->expected))
			continue;
		*shows |= !probe->step.keep;
		stable = lappend(stable, probe);
	}
	return stable;
}

bool
lab_probe_settle(LabPlan *plan, const LabProbeScope *scope, int limit)
{
	LabOutcome *before = NULL;
	bool shows = false;
	ListCell *cell;

	run(plan, scope, false);
	plan->probes = choose(plan->probes, limit, scope->results_only);
	for (int round = 0; round < ROUNDS; round++)
	{
		bool dropped = false;

		run(plan, scope, true);
		before = copy_outcomes(plan->probes);
		pg_usleep(2000); /* the system's clock moves on */
		run(plan, scope, false);
		foreach (cell, plan->probes)
			dropped |= drop_columns(plan, &before[foreach_current_index(cell)],
									&((LabProbe *) lfirst(cell))->expected);
		if (!dropped)
			break;
	}
	plan->probes = stable(plan->probes, before, &shows);
	/* With a few rows to choose from, chance may choose the same one twice. */
	for (int round = 0; round < CHANCES && scope->by_chance && shows; round++)
	{
		before = copy_outcomes(plan->probes);
		run(plan, scope, false);
		plan->probes = stable(plan->probes, before, &shows);
	}
	if (!shows)
		plan->probes = NIL;
	forget_columns(plan);
	plan->clock = lab_sandbox_clock();
	return shows;
}
