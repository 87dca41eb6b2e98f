/*
 * equations.c
 *		Facts with expressions that are written differently, one against one.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "nodes/bitmapset.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"
#include "worker/equations.h"

static Jsonb *
read_definition(const char *definition)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(definition)));
}

char *
lab_equations_property(const char *definition, const char *name)
{
	JsonbValue key;
	JsonbValue *value;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	value = findJsonbValueFromContainer(&read_definition(definition)->root, JB_FOBJECT, &key);
	if (value == NULL || value->type != jbvString)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

bool
lab_equations_same_rest(const char *expected, const char *found)
{
	const char *sides[] = {expected, found};
	char *rests[2];

	for (int i = 0; i < 2; i++)
		rests[i] = DatumGetCString(DirectFunctionCall1(
			jsonb_out, DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(read_definition(sides[i])),
										   CStringGetTextDatum("expression"))));
	return strcmp(rests[0], rests[1]) == 0;
}

/* Does the reference ask for NOT NULL of the column? */
static bool
is_not_null_expected(const char *object, const LabEvaluation *evaluation)
{
	ListCell *cell;

	foreach (cell, evaluation->job->checks)
	{
		const LabFact *fact = &((LabCheck *) lfirst(cell))->fact;

		if (strcmp(fact->kind, "not_null") == 0 && strcmp(fact->object, object) == 0)
			return true;
	}
	return false;
}

/* The type of that name; the evaluator need not have USAGE of its schema. */
static Oid
type_named(const char *name)
{
	List *names = textToQualifiedNameList(cstring_to_text(name));
	Oid schema = get_namespace_oid(strVal(linitial(names)), true);

	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(strVal(llast(names))),
						   ObjectIdGetDatum(schema));
}

/* What the equation is about: a table's columns, or the value of a domain. */
static void
choose_scope(LabEquation *equation, const LabFact *fact, const LabEvaluation *evaluation)
{
	Relation relation;

	equation->relation = fact->relation;
	if (!OidIsValid(fact->relation))
	{
		if (strncmp(fact->kind, "domain", 6) == 0)
			equation->domain = type_named(fact->owner);
		if (equation->mode == LAB_EQUAL_VALUE && OidIsValid(equation->domain))
		{
			equation->typmod = -1;
			equation->type = getBaseTypeAndTypmod(equation->domain, &equation->typmod);
			equation->domain = InvalidOid;
		}
		return;
	}
	relation = table_open(fact->relation, AccessShareLock);
	for (int i = 0; i < RelationGetNumberOfAttributes(relation); i++)
	{
		Form_pg_attribute column = TupleDescAttr(RelationGetDescr(relation), i);
		char *object;

		if (column->attisdropped)
			continue;
		object = psprintf("%s.%s", fact->owner, quote_identifier(NameStr(column->attname)));
		if (strcmp(object, fact->object) == 0)
		{
			equation->type = column->atttypid;
			equation->typmod = column->atttypmod;
		}
		if (column->attnotnull && is_not_null_expected(object, evaluation))
			equation->never_null = bms_add_member(equation->never_null, i + 1);
	}
	table_close(relation, NoLock);
}

bool
lab_equations_hold(LabEqualMode mode, const char *expected, const char *found, const LabFact *fact,
				   LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabJob *job = evaluation->job;
	LabEquation equation = {mode, expected, found, .typmod = -1};
	LabSandboxError error;
	Oid role = OidIsValid(job->role) ? job->role : fact->role;

	choose_scope(&equation, fact, evaluation);
	if (lab_equal(&equation, role, job->check_timeout, &error))
		return true;
	if (error.sqlstate == ERRCODE_QUERY_CANCELED || error.sqlstate == ERRCODE_LOCK_NOT_AVAILABLE)
		lab_sandbox_explain(fact->object, job->check_timeout, &error, &comparison->status,
							&comparison->problem);
	return false;
}

static void
judge(LabEqualMode mode, LabComparison *comparison, const LabEvaluation *evaluation)
{
	const char *expected = comparison->check->fact.definition;
	const char *found = comparison->found->definition;
	char *expressions[2];

	if (comparison->status == LAB_PASS || !lab_equations_same_rest(expected, found))
		return;
	for (int i = 0; i < 2; i++)
	{
		expressions[i] = lab_equations_property(i == 0 ? expected : found, "expression");
		/* the defaults of several arguments */
		if (expressions[i] && strcmp(comparison->found->kind, "argument_defaults") == 0)
			expressions[i] = psprintf("ROW(%s)", expressions[i]);
	}
	if (expressions[0] && expressions[1] &&
		lab_equations_hold(mode, expressions[0], expressions[1], comparison->found, comparison,
						   evaluation))
		comparison->status = LAB_PASS;
}

void
lab_equations_judge_filter(LabComparison *comparison, const LabEvaluation *evaluation)
{
	judge(LAB_EQUAL_FILTER, comparison, evaluation);
}

void
lab_equations_judge_value(LabComparison *comparison, const LabEvaluation *evaluation)
{
	judge(LAB_EQUAL_VALUE, comparison, evaluation);
}
