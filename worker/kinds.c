/*
 * kinds.c
 *		The kinds of facts that need more than equal definitions.
 */
#include "postgres.h"

#include "worker/contents.h"
#include "worker/equations.h"
#include "worker/kinds.h"

static const LabKind kinds[] = {
	{"check", true, NULL, NULL, lab_equations_judge_check, NULL},
	{"domain_check", true, NULL, NULL, lab_equations_judge_check, NULL},
	{"default", false, NULL, NULL, lab_equations_judge_value, NULL},
	{"domain_default", false, NULL, NULL, lab_equations_judge_value, NULL},
	{"argument_defaults", false, NULL, NULL, lab_equations_judge_value, NULL},
	{"generated", false, NULL, NULL, lab_equations_judge_value, NULL},
	{"index", false, NULL, NULL, lab_equations_judge_filter, NULL},
	{"exclusion", false, NULL, NULL, lab_equations_judge_filter, NULL},
	{"policy", true, NULL, NULL, lab_equations_judge_policy, NULL},
	{"policy_using", true, NULL, NULL, lab_equations_judge_policy, NULL},
	{"policy_check", true, NULL, NULL, lab_equations_judge_policy, NULL},
	{"rows", false, lab_contents_derive, NULL, lab_contents_judge, NULL},
	{"view_result", false, lab_contents_derive, NULL, lab_contents_judge, NULL},
};

const LabKind *
lab_kind_find(const char *name)
{
	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
