/*
 * kinds.c
 *		The kinds of facts that need more than equal definitions.
 */
#include "postgres.h"

#include "worker/contents.h"
#include "worker/kinds.h"
#include "worker/probe_function.h"
#include "worker/probe_perturb.h"
#include "worker/probe_trigger.h"

static const LabKind kinds[] = {
	{"rows", false, lab_contents_derive, NULL, lab_contents_judge, NULL},
	{"view_result", false, lab_contents_derive, NULL, lab_contents_judge, NULL},
	{"function_behaviour", false, NULL, lab_function_derive, NULL, lab_function_judge},
	{"trigger_behaviour", true, NULL, lab_trigger_derive, NULL, lab_trigger_judge},
	{"rule_behaviour", true, NULL, lab_trigger_derive, NULL, lab_trigger_judge},
	{"view_behaviour", false, NULL, lab_view_derive, NULL, lab_view_judge},
};

const LabKind *
lab_kind_find(const char *name)
{
	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
