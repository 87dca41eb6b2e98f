/*
 * expression.c
 *		Expressions of the catalogs as texts in their one form.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/plannodes.h"
#include "storage/lockdefs.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "worker/expression.h"
#include "worker/normal.h"
#include "worker/sandbox.h"

/* What one sandboxed simplification works on. */
typedef struct Simplification
{
	char *tree;
	List *names;
	MemoryContext context;
	char *text;
} Simplification;

/* This is where functions of the participant's may run. */
static void
simplify(void *arg)
{
	Simplification *work = arg;
	Node *expression = lab_normal_form(stringToNode(work->tree), work->names);

	work->text = MemoryContextStrdup(work->context, lab_normal_text(expression, work->names));
}

static char *
text_of(char *tree, Oid relation, List *names, Oid role, int timeout, bool *failed)
{
	Simplification work = {tree, names, CurrentMemoryContext, NULL};
	LabSandboxError error;

	*failed =
		!lab_sandbox_run(lab_sandbox_identity(role, relation), timeout, simplify, &work, &error);
	if (!*failed)
		return work.text;
	return lab_normal_text(lab_normal_plain(stringToNode(tree)), names);
}

char *
lab_expression_text(char *tree, Oid relation, Oid role, int timeout, bool *failed)
{
	List *names = NIL;

	if (OidIsValid(relation))
	{
		/* A participant may have dropped it since the catalogs were read: that commit makes the
		 * database due again. */
		char *name = get_rel_name(relation);

		if (name == NULL)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
							errmsg("a table was dropped while its database was compared")));
		names = deparse_context_for(name, relation);
	}
	return text_of(tree, relation, names, role, timeout, failed);
}

static RangeTblEntry *
named_row(char *name, Oid relation)
{
	RangeTblEntry *entry = makeNode(RangeTblEntry);

	entry->rtekind = RTE_RELATION;
	entry->relid = relation;
	entry->relkind = get_rel_relkind(relation);
	entry->rellockmode = AccessShareLock;
	entry->alias = makeAlias(name, NIL);
	entry->eref = entry->alias;
	return entry;
}

char *
lab_expression_when_text(char *tree, Oid relation, Oid role, int timeout, bool *failed)
{
	/* In the catalogs the old row is the first relation of the condition, and the new one the
	 * second. */
	PlannedStmt *rows = makeNode(PlannedStmt);

	rows->rtable = list_make2(named_row("old", relation), named_row("new", relation));
	return text_of(tree, relation, deparse_context_for_plan_tree(rows, list_make2("old", "new")),
				   role, timeout, failed);
}
