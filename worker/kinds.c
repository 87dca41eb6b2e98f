/*
 * kinds.c
 *		The kinds of facts that need more than equal definitions.
 */
#include "postgres.h"

#include "worker/contents.h"
#include "worker/kinds.h"
#include "worker/own.h"
#include "worker/views.h"

static const LabKind kinds[] = {
	{"rows", false, lab_contents_derive_rows, NULL, lab_contents_judge_rows, NULL},
	{"view_result", false, lab_contents_derive_view, NULL, lab_contents_judge_view, NULL},
	{"view_order", true, lab_views_derive_order, NULL, lab_views_judge_order, NULL},
	{"view_hidden", true, NULL, NULL, lab_views_judge_hidden, NULL},
	{"query", true, lab_own_derive_query, NULL, lab_own_judge_query, NULL},
	{"plan", true, lab_own_derive_plan, NULL, lab_own_judge_plan, NULL},
	{"script", true, NULL, lab_own_derive_script, NULL, lab_own_judge_script},
	{"pgtap", true, NULL, lab_own_derive_pgtap, NULL, lab_own_judge_pgtap},
};

const LabKind *
lab_kind_find(const char *name)
{
	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
