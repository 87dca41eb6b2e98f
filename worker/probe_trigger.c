/*
 * probe_trigger.c
 *		What the triggers and rules of a table or view do.
 *
 * Statements of all kinds run against the table, meeting and missing what the
 * triggers ask for; their results, their errors, and what becomes of every table
 * are compared.  The same triggers with the same functions are a pass at once.
 */
#include "postgres.h"

#include "extension/guc.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "worker/probe.h"
#include "worker/probe_perturb.h"
#include "worker/probe_table.h"
#include "worker/probe_trigger.h"

#define STATEMENTS 4 /* times as many as of calls: there is more to vary */

#define AGAIN 16 /* statements that run again after other tables were changed */
#define TIMES 12 /* such changes */

/* clang-format off */

/* The code that reacts to statements on a relation: $1. */
static const char code[] =
	"SELECT string_agg(c.text, E';\\n' ORDER BY c.text)\n"
	"FROM (\n"
	"	SELECT concat(t.tgenabled, ' ', pg_get_triggerdef(t.oid), ' ',\n"
	"		coalesce(pg_get_function_sqlbody(p.oid), p.prosrc))\n"
	"	FROM pg_trigger t\n"
	"	JOIN pg_proc p ON p.oid = t.tgfoid\n"
	"	WHERE t.tgrelid = $1 AND NOT t.tgisinternal\n"
	"	UNION ALL\n"
	"	SELECT concat(ev_enabled, ' ', pg_get_ruledef(oid))\n"
	"	FROM pg_rewrite\n"
	"	WHERE ev_class = $1 AND rulename <> '_RETURN'\n"
	") AS c (text)";

/* What statements on it have to keep to. */
static const char limits[] =
	"SELECT string_agg(pg_get_constraintdef(oid), E';\\n' ORDER BY oid)\n"
	"FROM pg_constraint\n"
	"WHERE conrelid = $1 AND contype IN ('c', 'x')\n"
	"	OR contypid IN (SELECT atttypid FROM pg_attribute WHERE attrelid = $1)";

/* clang-format on */

/* One statement of each group, then a second one of each, and so on. */
static List *
in_turn(List *statements)
{
	List *result = NIL;
	List *counts = NIL; /* how many of the group came before: one for each statement */
	ListCell *cell;
	ListCell *count;
	int n = 0;
	int group = -1;

	foreach (cell, statements)
	{
		const LabProbe *probe = lfirst(cell);

		n = probe->group == group ? n + 1 : 0;
		group = probe->group;
		counts = lappend_int(counts, n);
	}
	for (int round = 0; list_length(result) < list_length(statements); round++)
		forboth (cell, statements, count, counts)
			if (lfirst_int(count) == round)
				result = lappend(result, lfirst(cell));
	return result;
}

/* The other tables that the code mentions: what it does may depend on them. */
static List *
others_of(const LabTable *table, const LabMentions *mentions, LabPlan *plan, int timeout)
{
	List *others = NIL;
	ListCell *cell;

	foreach (cell, lab_perturb_tables(mentions, plan->path, timeout))
		if (((LabTable *) lfirst(cell))->oid != table->oid)
			others = lappend(others, lfirst(cell));
	return others;
}

void
lab_trigger_derive(LabFact *fact, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	LabProbeScope scope = {job, fact->object, InvalidOid};
	LabPlan plan = {"definition"};
	LabMentions mentions = {NIL, NIL, NIL};
	char *text;
	char *rest;
	LabSandboxError error;
	LabTable *table;
	List *statements;

	if (!lab_probe_text(code, fact->relation, job, &text, &error) ||
		!lab_probe_text(limits, fact->relation, job, &rest, &error))
		ereport(ERROR, (errcode(error.sqlstate), errmsg("%s of the reference cannot be read: %s",
														fact->object, error.message)));
	plan.source = lab_source_digest(text);
	lab_source_mentions(text, &mentions);
	lab_source_mentions(rest, &mentions);
	lab_perturb_follow(&mentions);
	scope.by_chance = lab_source_by_chance(&mentions);
	table = lab_table_read(fact->relation, &mentions, job->check_timeout);
	if (table == NULL)
		return;
	scope.owner = table->owner;
	plan.path = lab_probe_path(get_namespace_name(get_rel_namespace(fact->relation)));
	plan.watched = lab_probe_tables();
	plan.read = list_make1(table);
	lab_table_style(table, plan.path, job->check_timeout);
	if (!table->view)
		lab_perturb_level(&plan, plan.read, job->check_timeout);
	statements = lab_table_statements(table);
	plan.probes = list_concat(plan.probes, statements);
	if (!table->view)
		lab_perturb_values(&plan, others_of(table, &mentions, &plan, job->check_timeout),
						   list_copy_head(in_turn(statements), AGAIN), TIMES);
	if (lab_probe_settle(&plan, &scope, lab_probes * STATEMENTS))
		plan.by = "probes";
	fact->definition = lab_plan_write(&plan);
}

void
lab_trigger_judge(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *expected = &comparison->check->fact;
	LabPlan *plan;
	char *text;
	LabSandboxError error;
	LabProbeScope scope = {evaluation->job, expected->object, InvalidOid};

	if (comparison->found == NULL)
	{
		comparison->problem =
			psprintf("%s has no %s", expected->object,
					 strcmp(expected->kind, "rule_behaviour") == 0 ? "rule" : "trigger");
		return;
	}
	if (!lab_probe_text(code, comparison->found->relation, evaluation->job, &text, &error))
	{
		lab_sandbox_explain(expected->object, evaluation->job->check_timeout, &error,
							&comparison->status, &comparison->problem);
		return;
	}
	plan = lab_plan_read(expected->definition);
	if (strcmp(plan->source, lab_source_digest(text)) == 0)
	{
		comparison->status = LAB_PASS;
		return;
	}
	if (plan->probes == NIL)
	{
		comparison->problem =
			psprintf("%s cannot be tried, and its code is another one", expected->object);
		return;
	}
	scope.owner = lab_sandbox_identity(evaluation->job->role, comparison->found->relation);
	lab_probe_judge(comparison, plan, &scope);
}
