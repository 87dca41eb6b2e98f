/*
 * kinds.c
 *		The kinds of facts that need more than equal definitions.
 */
#include "postgres.h"

#include "worker/contents.h"
#include "worker/kinds.h"

static const LabKind kinds[] = {
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
