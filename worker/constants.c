/*
 * constants.c
 *		The constants of expressions, sorted by what they are good for.
 *
 * What is inside a constant counts as well: elements of arrays, bounds of
 * ranges, numbers written as strings.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "extension/strings.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "worker/constants.h"

static void add_constant(LabConstants *constants, Const *constant);

static bool
is_number(const char *text)
{
	char *end;

	if (*text == '\0' || strspn(text, "+-0123456789.eE") != strlen(text) || strlen(text) > 40)
		return false;
	(void) strtod(text, &end);
	return *end == '\0';
}

static void
add_number(LabConstants *constants, char *text)
{
	if (is_number(text) && !lab_strings_have(constants->numbers, text))
		constants->numbers = lappend(constants->numbers, text);
}

void
lab_constants_add_string(LabConstants *constants, const char *string)
{
	if (!lab_strings_have(constants->strings, string))
		constants->strings = lappend(constants->strings, pstrdup(string));
	add_number(constants, pstrdup(string));
}

static void
add_moment(LabConstants *constants, Datum timestamp)
{
	Timestamp *moment = palloc(sizeof(Timestamp));

	*moment = DatumGetTimestamp(timestamp);
	constants->moments = lappend(constants->moments, moment);
}

void
lab_constants_add_value(LabConstants *constants, Datum value, Oid type, Oid collation)
{
	int16 length;
	bool by_value;

	get_typlenbyval(type, &length, &by_value);
	add_constant(constants, makeConst(type, -1, collation, length,
									  datumCopy(value, by_value, length), false, by_value));
}

static void
add_elements(LabConstants *constants, const Const *constant)
{
	ArrayType *array = DatumGetArrayTypeP(constant->constvalue);
	Oid type = ARR_ELEMTYPE(array);
	int16 length;
	bool by_value;
	char align;
	Datum *values;
	bool *nulls;
	int n;

	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(array, type, length, by_value, align, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			lab_constants_add_value(constants, values[i], type, constant->constcollid);
}

static void
add_bounds(LabConstants *constants, const Const *constant)
{
	TypeCacheEntry *type = lookup_type_cache(constant->consttype, TYPECACHE_RANGE_INFO);
	RangeBound bounds[2];
	bool empty;

	range_deserialize(type, DatumGetRangeTypeP(constant->constvalue), &bounds[0], &bounds[1],
					  &empty);
	for (int i = 0; i < 2 && !empty; i++)
		if (!bounds[i].infinite)
			lab_constants_add_value(constants, bounds[i].val, type->rngelemtype->type_id,
									type->rng_collation);
}

/* Keys and values of a document. */
static void
add_document(LabConstants *constants, Jsonb *document)
{
	JsonbIterator *iterator = JsonbIteratorInit(&document->root);
	JsonbValue value;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		if (token != WJB_KEY && token != WJB_VALUE && token != WJB_ELEM)
			continue;
		if (value.type == jbvString)
			lab_constants_add_string(constants,
									 pnstrdup(value.val.string.val, value.val.string.len));
		else if (value.type == jbvNumeric)
			add_number(constants, DatumGetCString(DirectFunctionCall1(
									  numeric_out, NumericGetDatum(value.val.numeric))));
	}
}

static char *
text_of(const Const *constant)
{
	Oid output;
	bool varlena;

	getTypeOutputInfo(constant->consttype, &output, &varlena);
	return OidOutputFunctionCall(output, constant->constvalue);
}

/* The numbers that a shape is written with. */
static void
add_coordinates(LabConstants *constants, char *text)
{
	for (char *number = strtok(text, "<>()[]{}, "); number; number = strtok(NULL, "<>()[]{}, "))
		add_number(constants, number);
}

static void
add_by_category(LabConstants *constants, const Const *constant)
{
	char category;
	bool preferred;

	get_type_category_preferred(constant->consttype, &category, &preferred);
	switch (category)
	{
		case TYPCATEGORY_NUMERIC:
			add_number(constants, text_of(constant));
			break;
		case TYPCATEGORY_STRING:
		case TYPCATEGORY_ENUM:
		case TYPCATEGORY_UNKNOWN:
			lab_constants_add_string(constants, text_of(constant));
			break;
		case TYPCATEGORY_GEOMETRIC:
			add_coordinates(constants, text_of(constant));
			break;
		case TYPCATEGORY_ARRAY:
			add_elements(constants, constant);
			break;
		case TYPCATEGORY_RANGE:
			if (type_is_range(constant->consttype))
				add_bounds(constants, constant);
			break;
		default:
			break;
	}
}

static void
add_constant(LabConstants *constants, Const *constant)
{
	Datum value = constant->constvalue;

	if (constant->constisnull)
		return;
	constants->values = lappend(constants->values, constant);
	switch (constant->consttype)
	{
		case DATEOID:
			add_moment(constants, DirectFunctionCall1(date_timestamp, value));
			break;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			add_moment(constants, value);
			break;
		case TIMEOID:
		case TIMETZOID:
			constants->times = lappend(constants->times, text_of(constant));
			break;
		case INTERVALOID:
			constants->intervals = lappend(constants->intervals, DatumGetIntervalP(value));
			break;
		case JSONBOID:
			add_document(constants, DatumGetJsonbP(value));
			break;
		case JSONPATHOID:
			lab_constants_add_string(constants, text_of(constant));
			break;
		default:
			add_by_category(constants, constant);
	}
}

static bool
collect(Node *node, void *context)
{
	LabConstants *constants = context;

	if (node == NULL)
		return false;
	if (IsA(node, Const))
		add_constant(constants, (Const *) node);
	else if (IsA(node, SQLValueFunction))
		constants->now |= ((SQLValueFunction *) node)->op <= SVFOP_LOCALTIMESTAMP_N;
	else if (IsA(node, FuncExpr))
		constants->now |= ((FuncExpr *) node)->funcid == F_NOW;
	else if (IsA(node, Query))
		return query_tree_walker((Query *) node, collect, context, 0);
	return expression_tree_walker(node, collect, context);
}

void
lab_constants_collect(LabConstants *constants, Node *expression)
{
	(void) collect(expression, constants);
}
