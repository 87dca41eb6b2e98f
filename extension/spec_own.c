/*
 * spec_own.c
 *		The lab master's own checks, as a task of the spec has them.
 *
 * What is asked for becomes the definition of a check, which the reference
 * completes with what it expects (worker/own_*.c).
 */
#include "postgres.h"

#include "extension/fact.h"
#include "extension/spec_own.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/numeric.h"

static const LabSpecKey plan_keys[] = {
	{"query", jbvString, true, true},
	{"uses_index", jbvString, false, true, jbvBool},
	{"no_seq_scan", jbvArray, false, true, jbvBool},
	{"max_cost_ratio", jbvNumeric, false, true},
	{NULL},
};

/* A definition in the making: the path comes first, so a comma before all others. */
static void
begin_request(StringInfo request, const LabSpecObject *task, const char *kind)
{
	initStringInfo(request);
	appendStringInfoString(request, "{\"path\": ");
	escape_json(request, psprintf("%s.%s", task->path, kind));
}

static void
add_text(StringInfo request, const char *key, const char *text)
{
	appendStringInfo(request, ", \"%s\": ", key);
	escape_json(request, text);
}

/* A value of the spec as it stands there. */
static void
add_value(StringInfo request, const char *key, JsonbValue *value)
{
	Jsonb *json = JsonbValueToJsonb(value);

	appendStringInfo(request, ", \"%s\": %s", key,
					 JsonbToCString(NULL, &json->root, VARSIZE(json)));
}

static LabFact *
end_request(StringInfo request, const char *kind, const char *name)
{
	LabFact *check = palloc0(sizeof(LabFact));

	appendStringInfoChar(request, '}');
	check->kind = pstrdup(kind);
	check->object = pstrdup(name);
	check->owner = pstrdup(name);
	check->definition = request->data;
	return check;
}

static void
require_positive(JsonbValue *value, const char *path)
{
	Datum number = NumericGetDatum(value->val.numeric);
	Datum zero = NumericGetDatum(int64_to_numeric(0));

	if (!DatumGetBool(DirectFunctionCall2(numeric_gt, number, zero)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("expected a number above 0"), errdetail("At %s.", path),
						errhint("Write a number such as 0.01, or leave the key out.")));
}

/* Keys that say how a query is compared make no sense without one. */
static void
require_query(const LabSpecObject *task)
{
	static const char *const keys[] = {"ordered", "tolerance", "names"};

	for (int i = 0; i < lengthof(keys); i++)
		if (lab_spec_get(task, keys[i]))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("\"%s\" needs a \"query\"", keys[i]),
							errdetail("At %s.%s.", task->path, keys[i]),
							errhint("Add \"query\", or leave \"%s\" out.", keys[i])));
}

static LabFact *
read_query(const LabSpecObject *task, const char *name)
{
	static const char *const options[] = {"ordered", "tolerance", "names"};
	char *query = lab_spec_get_filled(task, "query");
	StringInfoData request;

	if (query == NULL)
	{
		require_query(task);
		return NULL;
	}
	if (lab_spec_get(task, "tolerance"))
		require_positive(lab_spec_get(task, "tolerance"), psprintf("%s.tolerance", task->path));
	begin_request(&request, task, "query");
	add_text(&request, "query", query);
	for (int i = 0; i < lengthof(options); i++)
		if (lab_spec_get(task, options[i]))
			add_value(&request, options[i], lab_spec_get(task, options[i]));
	return end_request(&request, "query", name);
}

/* Elements of an array that must be strings with something in them. */
static void
require_strings(const LabSpecObject *object, const char *key, const char *hint)
{
	List *values = lab_spec_get_list(object, key);
	ListCell *cell;

	if (values == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" cannot be empty", key),
				 errdetail("At %s.%s.", object->path, key), errhint("%s", hint)));
	foreach (cell, values)
	{
		JsonbValue *value = lfirst(cell);

		if (value->type != jbvString || value->val.string.len == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("expected a string that is not empty"),
					 errdetail("At %s.%s[%d].", object->path, key, foreach_current_index(cell)),
					 errhint("%s", hint)));
	}
}

/* One text of statements, or an array of statements. */
static LabFact *
read_script(const LabSpecObject *task, const char *name)
{
	JsonbValue *script = lab_spec_get(task, "script");
	StringInfoData request;

	if (script == NULL)
		return NULL;
	if (script->type == jbvString)
		(void) lab_spec_get_filled(task, "script");
	else
		require_strings(task, "script", "Write SQL statements, one a string.");
	begin_request(&request, task, "script");
	add_value(&request, "script", script);
	return end_request(&request, "script", name);
}

static LabFact *
read_plan(const LabSpecObject *task, const char *name)
{
	JsonbValue *value = lab_spec_get(task, "plan");
	LabSpecObject *plan;
	StringInfoData request;
	bool any = false;

	if (value == NULL)
		return NULL;
	plan = lab_spec_object(value, psprintf("%s.plan", task->path), plan_keys, NULL);
	begin_request(&request, task, "plan");
	add_text(&request, "query", lab_spec_get_filled(plan, "query"));
	if (lab_spec_get(plan, "uses_index") && lab_spec_get(plan, "uses_index")->type == jbvString)
		(void) lab_spec_get_filled(plan, "uses_index");
	if (lab_spec_get(plan, "no_seq_scan") && lab_spec_get(plan, "no_seq_scan")->type != jbvBool)
		require_strings(plan, "no_seq_scan",
						"Name tables, as in [\"shop.orders\"], or write true.");
	if (lab_spec_get(plan, "max_cost_ratio"))
		require_positive(lab_spec_get(plan, "max_cost_ratio"),
						 psprintf("%s.max_cost_ratio", plan->path));
	for (int i = 1; plan_keys[i].name; i++)
	{
		JsonbValue *wish = lab_spec_get(plan, plan_keys[i].name);

		if (wish == NULL || (wish->type == jbvBool && !wish->val.boolean))
			continue;
		add_value(&request, plan_keys[i].name, wish);
		any = true;
	}
	if (!any)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a plan must be asked for something"), errdetail("At %s.", plan->path),
				 errhint("Add \"uses_index\", \"no_seq_scan\" or \"max_cost_ratio\".")));
	return end_request(&request, "plan", name);
}

static LabFact *
read_pgtap(const LabSpecObject *task, const char *name)
{
	char *tests = lab_spec_get_filled(task, "pgtap");
	StringInfoData request;

	if (tests == NULL)
		return NULL;
	begin_request(&request, task, "pgtap");
	add_text(&request, "pgtap", tests);
	return end_request(&request, "pgtap", name);
}

List *
lab_spec_own_checks(const LabSpecObject *task, const char *name)
{
	LabFact *found[] = {read_query(task, name), read_script(task, name), read_plan(task, name),
						read_pgtap(task, name)};
	List *checks = NIL;

	for (int i = 0; i < lengthof(found); i++)
		if (found[i])
			checks = lappend(checks, found[i]);
	return checks;
}
