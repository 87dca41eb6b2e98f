/*
 * expression.c
 *		Expressions of the catalogs, brought to one form.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "worker/expression.h"
#include "worker/sandbox.h"

/* What one sandboxed simplification works on. */
typedef struct Simplification
{
	char *tree;
	Oid relation;
	MemoryContext context;
	char *text;
} Simplification;

/* One way to write what can be written in two: CURRENT_TIMESTAMP is now(), 0.0 is 0. */
static Node *
plain_calls(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, SQLValueFunction) && ((SQLValueFunction *) node)->op == SVFOP_CURRENT_TIMESTAMP)
		return (Node *) makeFuncExpr(F_NOW, TIMESTAMPTZOID, NIL, InvalidOid, InvalidOid,
									 COERCE_EXPLICIT_CALL);
	if (IsA(node, Const) && ((Const *) node)->consttype == NUMERICOID &&
		!((Const *) node)->constisnull)
	{
		Const *constant = copyObject((Const *) node);

		constant->constvalue = DirectFunctionCall1(numeric_trim_scale, constant->constvalue);
		return (Node *) constant;
	}
	return expression_tree_mutator(node, plain_calls, context);
}

static char *
deparse(Node *expression, Oid relation)
{
	List *context =
		OidIsValid(relation) ? deparse_context_for(get_rel_name(relation), relation) : NIL;

	return deparse_expression(expression, context, false, false);
}

/* Constant parts are computed: this is where functions of the participant's may run. */
static void
simplify(void *arg)
{
	Simplification *work = arg;
	Node *expression = plain_calls(stringToNode(work->tree), NULL);

	expression = plain_calls(eval_const_expressions(NULL, expression), NULL);
	work->text = MemoryContextStrdup(work->context, deparse(expression, work->relation));
}

char *
lab_expression_text(char *tree, Oid relation, Oid role, int timeout)
{
	Simplification work = {tree, relation, CurrentMemoryContext, NULL};
	LabSandboxError error;

	if (lab_sandbox_run(lab_sandbox_identity(role, relation), timeout, simplify, &work, &error))
		return work.text;
	return deparse(plain_calls(stringToNode(tree), NULL), relation);
}
