/*
 * probe_view.c
 *		What a view gives for other rows.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "extension/guc.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "worker/probe.h"
#include "worker/probe_perturb.h"
#include "worker/probe_view.h"

/* The server's way to write them does not depend on the participant's. */
static const char view_text[] = "SELECT pg_get_viewdef($1)";

/* Does it give something else each time? */
static bool
varies(Oid view)
{
	Relation relation = table_open(view, AccessShareLock);
	bool varies = contain_volatile_functions((Node *) get_view_query(relation));

	table_close(relation, AccessShareLock);
	return varies;
}

void
lab_view_derive(LabFact *fact, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	LabProbeScope scope = {job, fact->object, lab_sandbox_identity(InvalidOid, fact->relation)};
	LabPlan plan = {"probes"};
	LabMentions mentions = {NIL, NIL, NIL};
	char *text;
	LabSandboxError error;
	char *probe = psprintf("SELECT * FROM %s", fact->object);

	if (varies(fact->relation))
		return; /* the comparison of its text, with its result, is all there can be */
	if (get_rel_relkind(fact->relation) == RELKIND_MATVIEW)
		probe = psprintf("REFRESH MATERIALIZED VIEW %s; %s", fact->object, probe);
	if (!lab_probe_text(view_text, fact->relation, job, &text, &error))
		ereport(ERROR, (errcode(error.sqlstate), errmsg("%s of the reference cannot be read: %s",
														fact->object, error.message)));
	plan.source = lab_source_digest(text);
	plan.path = lab_probe_path(get_namespace_name(get_rel_namespace(fact->relation)));
	lab_source_mentions(text, &mentions);
	lab_perturb_follow(&mentions);
	scope.by_chance = lab_source_by_chance(&mentions);
	scope.results_only = true;
	plan.read = lab_perturb_tables(&mentions, plan.path, job->check_timeout);
	lab_perturb_level(&plan, plan.read, job->check_timeout);
	lab_perturb_plan(&plan, plan.read, list_make1(lab_probe_look(probe, 0)));
	if (plan.probes && lab_probe_settle(&plan, &scope, lab_probes))
		fact->definition = lab_plan_write(&plan);
}

void
lab_view_judge(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *expected = &comparison->check->fact;
	LabPlan *plan = lab_plan_read(expected->definition);
	char *text;
	LabSandboxError error;
	LabProbeScope scope = {evaluation->job, expected->object, InvalidOid};

	if (!lab_probe_text(view_text, comparison->found->relation, evaluation->job, &text, &error))
	{
		lab_sandbox_explain(expected->object, evaluation->job->check_timeout, &error,
							&comparison->status, &comparison->problem);
		return;
	}
	if (strcmp(plan->source, lab_source_digest(text)) == 0)
	{
		comparison->status = LAB_PASS;
		return;
	}
	scope.owner = lab_sandbox_identity(evaluation->job->role, comparison->found->relation);
	lab_probe_judge(comparison, plan, &scope);
}
