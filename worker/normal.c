/*
 * normal.c
 *		The one form of an expression.
 *
 * Two steps, taken twice because each makes work for the other.  The first one
 * replaces words that mean the same (CURRENT_DATE is now()::date) and has the
 * server compute what is constant, push NOT down and flatten AND and OR
 * (eval_const_expressions).  The second one puts operands that have no order of
 * their own in order: by their texts, which are the same on every server, where
 * oids and the order in memory are not.
 *
 * Guards stay in front: x <> 0 AND 10 / x > 1 must not come out the other way
 * round, because the text is parsed and evaluated again (equal.c).
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "rewrite/rewriteManip.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "worker/normal.h"

/* Longer lists are compared as they are written. */
#define MAX_LIST 1000

/* Functions under another name that are the same function. */
static Oid
plain_function(Oid function)
{
	switch (function)
	{
		case F_TRANSACTION_TIMESTAMP:
			return F_NOW;
		case F_GETPGUSERNAME:
			return F_CURRENT_USER;
		case F_CHAR_LENGTH_TEXT:
		case F_CHARACTER_LENGTH_TEXT:
			return F_LENGTH_TEXT;
		case F_CHAR_LENGTH_BPCHAR:
		case F_CHARACTER_LENGTH_BPCHAR:
			return F_LENGTH_BPCHAR;
		case F_CEILING_NUMERIC:
			return F_CEIL_NUMERIC;
		case F_CEILING_FLOAT8:
			return F_CEIL_FLOAT8;
		case F_POW_NUMERIC_NUMERIC:
			return F_POWER_NUMERIC_NUMERIC;
		case F_POW_FLOAT8_FLOAT8:
			return F_POWER_FLOAT8_FLOAT8;
		case F_SUBSTR_TEXT_INT4:
			return F_SUBSTRING_TEXT_INT4;
		case F_SUBSTR_TEXT_INT4_INT4:
			return F_SUBSTRING_TEXT_INT4_INT4;
		case F_POSITION_TEXT_TEXT:
			return F_STRPOS;
		default:
			return function;
	}
}

static Node *
call(Oid function, Oid type, List *args, CoercionForm form)
{
	return (Node *) makeFuncExpr(function, type, args, InvalidOid, InvalidOid, form);
}

/* now(), converted by a cast, and with the precision that was asked for. */
static Node *
time_call(Oid cast, Oid precision_cast, Oid type, int32 typmod)
{
	Node *node = call(F_NOW, TIMESTAMPTZOID, NIL, COERCE_EXPLICIT_CALL);

	if (OidIsValid(cast))
		node = call(cast, type, list_make1(node), COERCE_EXPLICIT_CAST);
	if (typmod >= 0)
	{
		Const *precision =
			makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(typmod), false, true);

		node = call(precision_cast, type, list_make2(node, precision), COERCE_EXPLICIT_CAST);
	}
	return node;
}

static Node *
name_call(Oid function)
{
	return (Node *) makeFuncExpr(function, NAMEOID, NIL, C_COLLATION_OID, InvalidOid,
								 COERCE_EXPLICIT_CALL);
}

static Node *
plain_value_function(SQLValueFunction *value)
{
	switch (value->op)
	{
		case SVFOP_CURRENT_DATE:
			return time_call(F_DATE_TIMESTAMPTZ, InvalidOid, DATEOID, -1);
		case SVFOP_CURRENT_TIME:
		case SVFOP_CURRENT_TIME_N:
			return time_call(F_TIMETZ_TIMESTAMPTZ, F_TIMETZ_TIMETZ_INT4, TIMETZOID, value->typmod);
		case SVFOP_CURRENT_TIMESTAMP:
		case SVFOP_CURRENT_TIMESTAMP_N:
			return time_call(InvalidOid, F_TIMESTAMPTZ_TIMESTAMPTZ_INT4, TIMESTAMPTZOID,
							 value->typmod);
		case SVFOP_LOCALTIME:
		case SVFOP_LOCALTIME_N:
			return time_call(F_TIME_TIMESTAMPTZ, F_TIME_TIME_INT4, TIMEOID, value->typmod);
		case SVFOP_LOCALTIMESTAMP:
		case SVFOP_LOCALTIMESTAMP_N:
			return time_call(F_TIMESTAMP_TIMESTAMPTZ, F_TIMESTAMP_TIMESTAMP_INT4, TIMESTAMPOID,
							 value->typmod);
		case SVFOP_CURRENT_ROLE:
		case SVFOP_CURRENT_USER:
		case SVFOP_USER:
			return name_call(F_CURRENT_USER);
		case SVFOP_SESSION_USER:
			return name_call(F_SESSION_USER);
		case SVFOP_CURRENT_CATALOG:
			return name_call(F_CURRENT_DATABASE);
		case SVFOP_CURRENT_SCHEMA:
			return name_call(F_CURRENT_SCHEMA);
	}
	return (Node *) value;
}

/* 0.0 is 0, and a constant has no length of its own. */
static Node *
plain_constant(Const *constant)
{
	constant = copyObject(constant);
	constant->consttypmod = -1;
	constant->location = -1;
	if (constant->constisnull)
		return (Node *) constant;
	if (constant->consttype == NUMERICOID)
		constant->constvalue = DirectFunctionCall1(numeric_trim_scale, constant->constvalue);
	else if (constant->consttype == BPCHAROID)
	{
		text *padded = DatumGetTextPP(constant->constvalue);
		int length = VARSIZE_ANY_EXHDR(padded);

		while (length > 0 && VARDATA_ANY(padded)[length - 1] == ' ')
			length--;
		constant->constvalue =
			PointerGetDatum(cstring_to_text_with_len(VARDATA_ANY(padded), length));
	}
	return (Node *) constant;
}

/* Is it only a value: a subquery that reads nothing and returns one row? */
static bool
is_bare_select(const Query *query)
{
	return query->commandType == CMD_SELECT && query->rtable == NIL && query->cteList == NIL &&
		   query->jointree->fromlist == NIL && query->jointree->quals == NULL && !query->hasAggs &&
		   !query->hasWindowFuncs && !query->hasTargetSRFs && query->groupClause == NIL &&
		   query->groupingSets == NIL && query->havingQual == NULL &&
		   query->setOperations == NULL && query->limitCount == NULL &&
		   query->limitOffset == NULL && list_length(query->targetList) == 1;
}

/* What EXISTS (SELECT ...) selects is of no consequence. */
static void
plain_exists(Query *query)
{
	if (query->hasAggs || query->hasWindowFuncs || query->hasTargetSRFs || query->groupClause ||
		query->groupingSets || query->havingQual || query->setOperations || query->distinctClause ||
		query->sortClause || query->limitCount || query->limitOffset)
		return;
	query->targetList = list_make1(makeTargetEntry(
		(Expr *) makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(1), false, true),
		1, NULL, false));
}

static Node *plain(Node *node, void *context);

/* Tables go by their own names. */
static Node *
plain_query(Query *query)
{
	ListCell *cell;

	query = query_tree_mutator(query, plain, NULL, 0);
	foreach (cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);

		if (entry->rtekind == RTE_RELATION && entry->alias && entry->alias->colnames == NIL)
			entry->alias = NULL;
	}
	return (Node *) query;
}

static Node *
plain_subquery(SubLink *link)
{
	Query *query = (Query *) link->subselect;

	if (link->subLinkType == EXPR_SUBLINK && is_bare_select(query))
	{
		Node *value = (Node *) ((TargetEntry *) linitial(query->targetList))->expr;

		value = copyObject(value);
		IncrementVarSublevelsUp(value, -1, 1);
		return value;
	}
	if (link->subLinkType == EXISTS_SUBLINK)
		plain_exists(query);
	return (Node *) link;
}

/* A cast is a cast, whether somebody wrote it or not; lengths are cut by written ones only. */
static CoercionForm
plain_form(CoercionForm form, const FuncExpr *function)
{
	if (form == COERCE_SQL_SYNTAX)
		return COERCE_EXPLICIT_CALL;
	if (form == COERCE_IMPLICIT_CAST && list_length(function->args) == 1)
		return COERCE_EXPLICIT_CAST;
	return form;
}

/* A text that is cast to an enum is the value; the server waits, as labels can get other names. */
static Node *
plain_coercion(CoerceViaIO *coercion)
{
	Const *text = (Const *) coercion->arg;
	Oid input;
	Oid parameter;
	Datum value;

	coercion->coerceformat = COERCE_EXPLICIT_CAST;
	if (!IsA(text, Const) || text->consttype != CSTRINGOID || text->constisnull ||
		!type_is_enum(coercion->resulttype))
		return (Node *) coercion;
	getTypeInputInfo(coercion->resulttype, &input, &parameter);
	value = OidInputFunctionCall(input, DatumGetCString(text->constvalue), parameter, -1);
	return (Node *) makeConst(coercion->resulttype, -1, InvalidOid, sizeof(Oid), value, false,
							  true);
}

/* What a CASE compares, in the places that stand for it; an array's cast has such places, too. */
static Node *
put_in_place(Node *node, void *value)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, CaseTestExpr))
		return copyObject(value);
	if (IsA(node, ArrayCoerceExpr))
	{
		ArrayCoerceExpr *coercion = (ArrayCoerceExpr *) node;

		coercion->arg = (Expr *) put_in_place((Node *) coercion->arg, value);
		return node;
	}
	if (IsA(node, CaseExpr) && ((CaseExpr *) node)->arg)
		return node;
	return expression_tree_mutator(node, put_in_place, value);
}

/* CASE x WHEN 1 is CASE WHEN x = 1. */
static void
plain_case(CaseExpr *choice)
{
	ListCell *cell;

	if (choice->arg == NULL || contain_volatile_functions((Node *) choice->arg))
		return;
	foreach (cell, choice->args)
	{
		CaseWhen *when = lfirst(cell);

		when->expr = (Expr *) put_in_place((Node *) when->expr, choice->arg);
	}
	choice->arg = NULL;
}

/* One word for what has several. */
static Node *
plain(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Query))
		return plain_query((Query *) node);
	node = expression_tree_mutator(node, plain, context);
	switch (nodeTag(node))
	{
		case T_SQLValueFunction:
			return plain_value_function((SQLValueFunction *) node);
		case T_Const:
			return plain_constant((Const *) node);
		case T_SubLink:
			return plain_subquery((SubLink *) node);
		case T_FuncExpr:
		{
			FuncExpr *function = (FuncExpr *) node;

			function->funcid = plain_function(function->funcid);
			function->funcformat = plain_form(function->funcformat, function);
			break;
		}
		case T_RelabelType:
			((RelabelType *) node)->relabelformat = COERCE_EXPLICIT_CAST;
			break;
		case T_CoerceViaIO:
			return plain_coercion((CoerceViaIO *) node);
		case T_CaseExpr:
			plain_case((CaseExpr *) node);
			break;
		case T_ArrayCoerceExpr:
			((ArrayCoerceExpr *) node)->coerceformat = COERCE_EXPLICIT_CAST;
			break;
		default:
			break;
	}
	return node;
}

Node *
lab_normal_plain(Node *expression)
{
	return plain(expression, NULL);
}

char *
lab_normal_text(Node *expression, List *names)
{
	return deparse_expression(expression, names, false, false);
}

/* An operand with what orders it. */
typedef struct Operand
{
	Node *node;
	int rank;
	char *text;
} Operand;

/* Anything that computes more than a comparison may fail, and wants its guards in front. */
static bool
computes(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubLink) || IsA(node, FuncExpr) || IsA(node, CoerceViaIO) ||
		IsA(node, ArrayCoerceExpr) || IsA(node, SubscriptingRef) ||
		(IsA(node, OpExpr) && ((OpExpr *) node)->opresulttype != BOOLOID))
		return true;
	return expression_tree_walker(node, computes, context);
}

static bool
has_columns(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var) || IsA(node, CoerceToDomainValue) || IsA(node, SubLink))
		return true;
	return expression_tree_walker(node, has_columns, context);
}

static int
compare_operands(const void *a, const void *b)
{
	const Operand *one = a;
	const Operand *other = b;

	if (one->rank != other->rank)
		return one->rank - other->rank;
	return strcmp(one->text, other->text);
}

/* Operands without an order of their own, each once. */
static List *
in_order(List *nodes, List *names)
{
	int n = list_length(nodes);
	Operand *operands = palloc(sizeof(Operand) * n);
	List *result = NIL;

	for (int i = 0; i < n; i++)
	{
		operands[i].node = list_nth(nodes, i);
		operands[i].rank = computes(operands[i].node, NULL);
		operands[i].text = lab_normal_text(operands[i].node, names);
	}
	qsort(operands, n, sizeof(Operand), compare_operands);
	for (int i = 0; i < n; i++)
		if (i == 0 || strcmp(operands[i].text, operands[i - 1].text) != 0)
			result = lappend(result, operands[i].node);
	return result;
}

/* x >= 0 rather than 0 <= x; of two columns the first by name comes first. */
static bool
is_reversed(List *args, List *names)
{
	bool columns[2] = {has_columns(linitial(args), NULL), has_columns(lsecond(args), NULL)};

	if (columns[0] != columns[1])
		return columns[1];
	return strcmp(lab_normal_text(linitial(args), names), lab_normal_text(lsecond(args), names)) >
		   0;
}

static Node *
order_operator(OpExpr *operator, List * names)
{
	if (list_length(operator->args) != 2 || !OidIsValid(get_commutator(operator->opno)) ||
		!is_reversed(operator->args, names))
		return (Node *) operator;
	CommuteOpExpr(operator);
	set_opfuncid(operator);
	return (Node *) operator;
}

/* The elements of a list of constants or expressions; false where it is neither. */
static bool
list_elements(Node *array, List **elements)
{
	*elements = NIL;
	if (IsA(array, ArrayExpr) && !((ArrayExpr *) array)->multidims)
		*elements = ((ArrayExpr *) array)->elements;
	else if (IsA(array, Const) && !((Const *) array)->constisnull)
	{
		Const *constant = (Const *) array;
		ArrayType *values = DatumGetArrayTypeP(constant->constvalue);
		Oid type = ARR_ELEMTYPE(values);
		int16 length;
		bool by_value;
		char align;
		Datum *datums;
		bool *nulls;
		int n;

		if (ARR_NDIM(values) > 1)
			return false;
		get_typlenbyvalalign(type, &length, &by_value, &align);
		deconstruct_array(values, type, length, by_value, align, &datums, &nulls, &n);
		for (int i = 0; i < n; i++)
			*elements =
				lappend(*elements, makeConst(type, -1, constant->constcollid, length,
											 nulls[i] ? (Datum) 0 : datums[i], nulls[i], by_value));
	}
	else
		return false;
	return list_length(*elements) <= MAX_LIST;
}

/* x IN (1, 2) is x = 1 OR x = 2, and x NOT IN (1, 2) is x <> 1 AND x <> 2. */
static Node *
spread_list(ScalarArrayOpExpr *in)
{
	List *elements;
	List *comparisons = NIL;
	ListCell *cell;

	if (!list_elements(lsecond(in->args), &elements))
		return (Node *) in;
	foreach (cell, elements)
	{
		OpExpr *comparison =
			(OpExpr *) make_opclause(in->opno, BOOLOID, false, copyObject(linitial(in->args)),
									 copyObject(lfirst(cell)), InvalidOid, in->inputcollid);

		set_opfuncid(comparison);
		comparisons = lappend(comparisons, comparison);
	}
	if (comparisons == NIL)
		return makeBoolConst(!in->useOr, false);
	if (list_length(comparisons) == 1)
		return linitial(comparisons);
	return (Node *) (in->useOr ? make_orclause(comparisons) : make_andclause(comparisons));
}

/* COALESCE (a, COALESCE (b, c)) is COALESCE (a, b, c). */
static Node *
flatten_coalesce(CoalesceExpr *coalesce)
{
	List *args = NIL;
	ListCell *cell;

	foreach (cell, coalesce->args)
		args = IsA(lfirst(cell), CoalesceExpr)
				   ? list_concat(args, ((CoalesceExpr *) lfirst(cell))->args)
				   : lappend(args, lfirst(cell));
	coalesce->args = args;
	return (Node *) coalesce;
}

/* IS DISTINCT FROM NULL is IS NOT NULL. */
static Node *
order_distinct(DistinctExpr *distinct, List *names)
{
	Node *other;

	if (is_reversed(distinct->args, names))
		distinct->args = list_make2(lsecond(distinct->args), linitial(distinct->args));
	other = lsecond(distinct->args);
	if (IsA(other, Const) && ((Const *) other)->constisnull &&
		!type_is_rowtype(exprType(linitial(distinct->args))))
	{
		NullTest *test = makeNode(NullTest);

		test->arg = linitial(distinct->args);
		test->nulltesttype = IS_NOT_NULL;
		test->location = -1;
		return (Node *) test;
	}
	return (Node *) distinct;
}

/* Operands in order.  Subqueries have names of their own and stay as they are. */
static Node *
ordered(Node *node, void *context)
{
	List *names = context;

	if (node == NULL)
		return NULL;
	if (IsA(node, SubLink))
		return copyObject(node);
	node = expression_tree_mutator(node, ordered, context);
	switch (nodeTag(node))
	{
		case T_OpExpr:
			return order_operator((OpExpr *) node, names);
		case T_DistinctExpr:
			return order_distinct((DistinctExpr *) node, names);
		case T_ScalarArrayOpExpr:
			return spread_list((ScalarArrayOpExpr *) node);
		case T_CoalesceExpr:
			return flatten_coalesce((CoalesceExpr *) node);
		case T_MinMaxExpr:
			((MinMaxExpr *) node)->args = in_order(((MinMaxExpr *) node)->args, names);
			return node;
		case T_BoolExpr:
		{
			BoolExpr *boolean = (BoolExpr *) node;

			if (boolean->boolop == NOT_EXPR)
				return node;
			boolean->args = in_order(boolean->args, names);
			return list_length(boolean->args) == 1 ? linitial(boolean->args) : node;
		}
		default:
			return node;
	}
}

Node *
lab_normal_form(Node *expression, List *names)
{
	for (int round = 0; round < 2; round++)
	{
		expression = eval_const_expressions(NULL, plain(expression, NULL));
		expression = ordered(plain(expression, NULL), names);
	}
	return expression;
}
