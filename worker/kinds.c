/*
 * kinds.c
 *		The kinds of facts that need more than equal definitions.
 */
#include "postgres.h"

#include "worker/contents.h"
#include "worker/equations.h"
#include "worker/kinds.h"
#include "worker/own.h"
#include "worker/probe_function.h"
#include "worker/probe_trigger.h"
#include "worker/probe_view.h"
#include "worker/views.h"

static const LabKind kinds[] = {
	{"check", LAB_REACH_CATALOGS, true, NULL, NULL, lab_equations_judge_check, NULL},
	{"domain_check", LAB_REACH_CATALOGS, true, NULL, NULL, lab_equations_judge_check, NULL},
	{"default", LAB_REACH_CATALOGS, false, NULL, NULL, lab_equations_judge_value, NULL},
	{"domain_default", LAB_REACH_CATALOGS, false, NULL, NULL, lab_equations_judge_value, NULL},
	{"argument_defaults", LAB_REACH_CATALOGS, false, NULL, NULL, lab_equations_judge_value, NULL},
	{"generated", LAB_REACH_CATALOGS, false, NULL, NULL, lab_equations_judge_value, NULL},
	{"index", LAB_REACH_CATALOGS, false, NULL, NULL, lab_equations_judge_filter, NULL},
	{"exclusion", LAB_REACH_CATALOGS, false, NULL, NULL, lab_equations_judge_filter, NULL},
	{"publication_table", LAB_REACH_CATALOGS, false, NULL, NULL, lab_equations_judge_filter, NULL},
	{"policy", LAB_REACH_CATALOGS, true, NULL, NULL, lab_equations_judge_policy, NULL},
	{"policy_using", LAB_REACH_CATALOGS, true, NULL, NULL, lab_equations_judge_policy, NULL},
	{"policy_check", LAB_REACH_CATALOGS, true, NULL, NULL, lab_equations_judge_policy, NULL},
	{"rows", LAB_REACH_READS, false, lab_contents_derive_rows, NULL, lab_contents_judge_rows, NULL},
	{"view_result", LAB_REACH_READS, false, lab_contents_derive_view, NULL, lab_contents_judge_view,
	 NULL},
	{"view_order", LAB_REACH_READS, true, lab_views_derive_order, NULL, lab_views_judge_order,
	 NULL},
	{"view_hidden", LAB_REACH_READS, true, NULL, NULL, lab_views_judge_hidden, NULL},
	{"query", LAB_REACH_WRITES, true, lab_own_derive_query, NULL, lab_own_judge_query, NULL},
	{"plan", LAB_REACH_WRITES, true, lab_own_derive_plan, NULL, lab_own_judge_plan, NULL},
	{"script", LAB_REACH_WRITES, true, NULL, lab_own_derive_script, NULL, lab_own_judge_script},
	{"pgtap", LAB_REACH_WRITES, true, NULL, lab_own_derive_pgtap, NULL, lab_own_judge_pgtap},
	{"function_behaviour", LAB_REACH_WRITES, false, NULL, lab_function_derive, NULL,
	 lab_function_judge},
	{"trigger_behaviour", LAB_REACH_WRITES, true, NULL, lab_trigger_derive, NULL,
	 lab_trigger_judge},
	{"rule_behaviour", LAB_REACH_WRITES, true, NULL, lab_trigger_derive, NULL, lab_trigger_judge},
	{"view_behaviour", LAB_REACH_WRITES, false, NULL, lab_view_derive, NULL, lab_view_judge},
};

const LabKind *
lab_kind_find(const char *name)
{
	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
