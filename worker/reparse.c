/*
 * reparse.c
 *		An expression's text, read again in another database.
 *
 * Stored trees hold oids, which mean nothing elsewhere; the text that the server
 * deparses names everything.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "worker/reparse.h"

/* VALUE of a domain's check. */
static Node *
domain_value(ParseState *pstate, ColumnRef *reference)
{
	const LabScope *scope = pstate->p_ref_hook_state;
	CoerceToDomainValue *value;

	if (list_length(reference->fields) != 1 || !IsA(linitial(reference->fields), String) ||
		strcmp(strVal(linitial(reference->fields)), "value") != 0)
		return NULL;
	value = makeNode(CoerceToDomainValue);
	value->typeId = scope->domain;
	value->typeMod = scope->domain_typmod;
	value->collation = get_typcollation(scope->domain);
	value->location = -1;
	return (Node *) value;
}

/* SELECT with one expression and nothing else: that expression. */
static Node *
raw_expression(const char *text)
{
	List *statements = raw_parser(psprintf("SELECT %s", text), RAW_PARSE_DEFAULT);
	SelectStmt *select;

	if (list_length(statements) == 1)
	{
		select = (SelectStmt *) ((RawStmt *) linitial(statements))->stmt;
		if (IsA(select, SelectStmt) && list_length(select->targetList) == 1 &&
			select->op == SETOP_NONE && select->fromClause == NIL && select->whereClause == NULL)
			return ((ResTarget *) linitial(select->targetList))->val;
	}
	ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("\"%s\" is no expression", text)));
}

Node *
lab_reparse(const char *text, const LabScope *scope)
{
	ParseState *pstate = make_parsestate(NULL);
	Node *raw = raw_expression(text);
	Node *expression;

	pstate->p_sourcetext = text;
	if (scope->relation)
		addNSItemToQuery(pstate,
						 addRangeTableEntryForRelation(pstate, scope->relation, AccessShareLock,
													   NULL, false, true),
						 true, true, true);
	if (OidIsValid(scope->domain))
	{
		pstate->p_pre_columnref_hook = domain_value;
		pstate->p_ref_hook_state = unconstify(LabScope *, scope);
	}
	expression = transformExpr(pstate, raw, EXPR_KIND_OTHER);
	if (OidIsValid(scope->type))
	{
		expression =
			coerce_to_target_type(pstate, expression, exprType(expression), scope->type,
								  scope->typmod, COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
		if (expression == NULL)
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
							errmsg("the expression has another type")));
	}
	assign_expr_collations(pstate, expression);
	if (pstate->p_hasAggs || pstate->p_hasWindowFuncs || pstate->p_hasTargetSRFs)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("the expression is of no single row")));
	free_parsestate(pstate);
	return expression;
}
