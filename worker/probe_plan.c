/*
 * probe_plan.c
 *		The definition of a behaviour as jsonb, and back.
 *
 *	{"compared by": "probes", "source": digest, "path": search_path, "clock": time,
 *	 "names": true, "without commits": true, "tables": {name: [column, ...]},
 *	 "probes": [{"sql": ..., "keep": true, "sqlstate": ..., "rows": n, "digest": ...,
 *	             "value": ..., "effects": {table: [rows, digest]}}]}
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "worker/facts.h"
#include "worker/probe_effect.h"
#include "worker/probe_plan.h"

LabProbe *
lab_probe_change(const char *sql)
{
	LabProbe *probe = palloc0(sizeof(LabProbe));

	probe->step.sql = sql;
	probe->step.keep = true;
	return probe;
}

LabProbe *
lab_probe_look(const char *sql, int group)
{
	LabProbe *probe = palloc0(sizeof(LabProbe));

	probe->step.sql = sql;
	probe->step.effects = true;
	probe->group = group;
	return probe;
}

List *
lab_plan_steps(const LabPlan *plan, List **probes)
{
	List *steps = NIL;
	ListCell *cell;

	*probes = NIL;
	if (plan->before)
	{
		steps = list_make1(&lab_probe_change(plan->before)->step);
		*probes = list_make1(NULL);
	}
	foreach (cell, plan->probes)
	{
		steps = lappend(steps, &((LabProbe *) lfirst(cell))->step);
		*probes = lappend(*probes, lfirst(cell));
	}
	return steps;
}

static void
add_name(StringInfo text, const char *name)
{
	if (text->len > 0 && text->data[text->len - 1] != '{')
		appendStringInfoString(text, ", ");
	escape_json(text, name);
	appendStringInfoString(text, ": ");
}

static void
add_string(StringInfo text, const char *name, const char *value)
{
	if (value == NULL)
		return;
	add_name(text, name);
	escape_json(text, value);
}

static void
write_tables(StringInfo text, List *watched)
{
	ListCell *cell;

	add_name(text, "tables");
	appendStringInfoChar(text, '{');
	foreach (cell, watched)
	{
		const LabWatch *watch = lfirst(cell);
		ListCell *column;

		add_name(text, watch->name);
		appendStringInfoChar(text, '[');
		foreach (column, watch->columns)
		{
			if (foreach_current_index(column) > 0)
				appendStringInfoString(text, ", ");
			escape_json(text, lfirst(column));
		}
		appendStringInfoChar(text, ']');
	}
	appendStringInfoChar(text, '}');
}

static void
write_probe(StringInfo text, const LabProbe *probe)
{
	const LabOutcome *expected = &probe->expected;
	ListCell *cell;

	appendStringInfoChar(text, '{');
	add_string(text, "sql", probe->step.sql);
	if (probe->step.keep)
	{
		add_name(text, "keep");
		appendStringInfoString(text, "true");
	}
	if (expected->sqlstate)
		add_string(text, "sqlstate", unpack_sql_state(expected->sqlstate));
	add_name(text, "rows");
	appendStringInfo(text, UINT64_FORMAT, expected->rows);
	add_string(text, "digest", expected->digest);
	add_string(text, "value", expected->text);
	if (expected->effects)
	{
		add_name(text, "effects");
		appendStringInfoChar(text, '{');
		foreach (cell, expected->effects)
		{
			const LabEffect *effect = lfirst(cell);

			add_name(text, effect->table);
			appendStringInfo(text, "[" INT64_FORMAT ", \"%s\"]", effect->rows, effect->digest);
		}
		appendStringInfoChar(text, '}');
	}
	appendStringInfoChar(text, '}');
}

char *
lab_plan_write(const LabPlan *plan)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	add_string(&text, "compared by", plan->by);
	add_string(&text, "source", plan->source);
	if (plan->probes)
	{
		add_string(&text, "path", plan->path);
		add_name(&text, "clock");
		appendStringInfo(&text, INT64_FORMAT, plan->clock);
		if (plan->names)
		{
			add_name(&text, "names");
			appendStringInfoString(&text, "true");
		}
		if (plan->uncommitted)
		{
			add_name(&text, "without commits");
			appendStringInfoString(&text, "true");
		}
		write_tables(&text, plan->watched);
		add_name(&text, "probes");
		appendStringInfoChar(&text, '[');
		foreach (cell, plan->probes)
		{
			if (foreach_current_index(cell) > 0)
				appendStringInfoString(&text, ", ");
			write_probe(&text, lfirst(cell));
		}
		appendStringInfoChar(&text, ']');
	}
	appendStringInfoChar(&text, '}');
	return lab_fact_canonical(text.data);
}

static JsonbValue *
property(JsonbContainer *object, const char *name)
{
	return getKeyJsonValueFromContainer(object, name, strlen(name), NULL);
}

static char *
string_of(const JsonbValue *value)
{
	if (value == NULL || value->type != jbvString)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static char *
string_property(JsonbContainer *object, const char *name)
{
	return string_of(property(object, name));
}

static int64
number_of(const JsonbValue *value)
{
	if (value == NULL || value->type != jbvNumeric)
		return 0;
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
}

/* Calls add for each property of the object. */
static void
each_property(const JsonbValue *object, void (*add)(List **, char *, JsonbContainer *), List **list)
{
	JsonbIterator *iterator;
	JsonbValue value;
	JsonbIteratorToken token;
	char *name = NULL;

	if (object == NULL || object->type != jbvBinary)
		return;
	iterator = JsonbIteratorInit(object->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &value, false); /* the object begins */
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			name = string_of(&value);
		else if (token == WJB_VALUE && value.type == jbvBinary)
			add(list, name, value.val.binary.data);
	}
}

static void
read_table(List **watched, char *name, JsonbContainer *columns)
{
	LabWatch *watch = palloc0(sizeof(LabWatch));

	watch->name = name;
	for (uint32 i = 0; i < JsonContainerSize(columns); i++)
		watch->columns =
			lappend(watch->columns, string_of(getIthJsonbValueFromContainer(columns, i)));
	*watched = lappend(*watched, watch);
}

static void
read_effect(List **effects, char *name, JsonbContainer *values)
{
	LabEffect *effect = palloc0(sizeof(LabEffect));

	effect->table = name;
	effect->rows = number_of(getIthJsonbValueFromContainer(values, 0));
	effect->digest = string_of(getIthJsonbValueFromContainer(values, 1));
	*effects = lappend(*effects, effect);
}

static LabProbe *
read_probe(JsonbContainer *object)
{
	LabProbe *probe = palloc0(sizeof(LabProbe));
	LabOutcome *expected = &probe->expected;
	const char *sqlstate = string_property(object, "sqlstate");

	probe->step.sql = string_property(object, "sql");
	probe->step.keep = property(object, "keep") != NULL;
	probe->step.effects = !probe->step.keep;
	expected->ran = true;
	if (sqlstate)
		expected->sqlstate =
			MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3], sqlstate[4]);
	expected->rows = number_of(property(object, "rows"));
	expected->digest = string_property(object, "digest");
	expected->text = string_property(object, "value");
	each_property(property(object, "effects"), read_effect, &expected->effects);
	return probe;
}

LabPlan *
lab_plan_read(const char *definition)
{
	Jsonb *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(definition)));
	LabPlan *plan = palloc0(sizeof(LabPlan));
	JsonbValue *probes = property(&json->root, "probes");

	plan->by = string_property(&json->root, "compared by");
	plan->source = string_property(&json->root, "source");
	plan->path = string_property(&json->root, "path");
	plan->clock = number_of(property(&json->root, "clock"));
	plan->uncommitted = property(&json->root, "without commits") != NULL;
	plan->names = property(&json->root, "names") != NULL;
	each_property(property(&json->root, "tables"), read_table, &plan->watched);
	if (probes && probes->type == jbvBinary)
		for (uint32 i = 0; i < JsonContainerSize(probes->val.binary.data); i++)
		{
			JsonbValue *probe = getIthJsonbValueFromContainer(probes->val.binary.data, i);

			plan->probes = lappend(plan->probes, read_probe(probe->val.binary.data));
		}
	return plan;
}
