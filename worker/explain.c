/*
 * explain.c
 *		What to tell a person of a check that does not pass.
 *
 * Four levels: nothing; which object; what differs, in words; the difference
 * itself.  Only the last one says what was expected.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "worker/explain.h"

/* What to say, without the answer, where a property of a definition differs. */
typedef struct Wording
{
	const char *kind; /* NULL: any */
	const char *property;
	const char *clause;
} Wording;

/* clang-format off */
static const Wording wordings[] = {
	{"foreign_key", "references", "references another table"},
	{"foreign_key", "columns", "references another column"},
	{"foreign_key", "on delete", "does something else ON DELETE"},
	{"foreign_key", "on update", "does something else ON UPDATE"},
	{"foreign_key", "match", "matches partial keys in another way (MATCH)"},
	{"foreign_key", "sets", "sets other columns ON DELETE"},
	{"check", "expression", "accepts other values"},
	{"default", "expression", "has another default"},
	{"default", "default", "has another default"},
	{"generated", "expression", "is computed in another way"},
	{"identity", "identity", "lets INSERT give values in another way (ALWAYS, BY DEFAULT)"},
	{"publication_table", "expression", "publishes other rows (WHERE)"},
	{"publication_table", "columns", "publishes other columns"},
	{"index", "keys", "has other keys, or their order or direction differs"},
	{"index", "expression", "covers other rows (WHERE)"},
	{"index", "partial", "covers other rows (WHERE)"},
	{"table", "partition by", "is partitioned in another way"},
	{"table", "bounds", "has other bounds"},
	{"table", "parents", "belongs to another table"},
	{"table", "row security", "has row-level security switched the other way"},
	{"view_columns", NULL, "has other columns"},
	{"sequence", "increment", "goes on by another step (INCREMENT)"},
	{"sequence", "minimum", "has another lowest value (MINVALUE)"},
	{"sequence", "maximum", "has another highest value (MAXVALUE)"},
	{"sequence", "cycle", "begins anew at its end where it should not, or does not (CYCLE)"},
	{"sequence", "owned by", "belongs to another column, or to none (OWNED BY)"},
	{"domain_check", "expression", "accepts other values"},
	{"policy_using", "expression", "lets other rows through (USING)"},
	{"policy_check", "expression", "accepts other rows (WITH CHECK)"},
	{"view", "check option", "has another check option (WITH CHECK OPTION)"},
	{"view", "security barrier", "has security_barrier switched the other way"},
	{"view", "security invoker", "has security_invoker switched the other way"},
	{"materialized_view", "populated", "holds rows where it should not, or none where it should"},
	{"table", "unlogged", "is unlogged where it should not be, or the other way round"},
	{"function", "returns", "returns another type"},
	{"function", "strict", "treats NULL arguments in another way (STRICT)"},
	{"function", "volatility", "has another volatility (IMMUTABLE, STABLE, VOLATILE)"},
	{"aggregate", "returns", "returns another type"},
	{"type", "labels", "has other labels, or has them in another order"},
	{"type", "attributes", "has other attributes"},
	{"comment", NULL, "has another comment"},
	{"grant", NULL, "gives other privileges"},
	{"policy", "roles", "is for other roles"},
	{"policy", "command", "is for another command"},
	{"policy", "permissive", "is permissive where it should restrict, or the other way round"},
	{"domain", "type", "is over another type"},
	{"domain", "not null", "accepts NULL where it should not, or the other way round"},
	{"table", "of type", "is made of another type, or of none (OF)"},
	{NULL, "include", "includes other columns (INCLUDE)"},
	{NULL, "validated", "is not validated"},
	{NULL, "valid", "is not valid"},
	{NULL, "deferrable", "is deferrable where it should not be, or the other way round"},
	{NULL, "initially deferred", "is checked at another time (INITIALLY)"},
	{NULL, "nulls not distinct", "treats NULLs in another way (NULLS NOT DISTINCT)"},
};

/* Where "X: not null is missing" is not what a person would say. */
static const Wording absences[] = {
	{"not_null", NULL, "accepts NULL"},
	{"default", NULL, "has no default"},
	{"identity", NULL, "is no identity column"},
	{"generated", NULL, "is not computed"},
};
/* clang-format on */

static Jsonb *
jsonb_of(const char *text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

static JsonbValue *
property(Jsonb *definition, const char *name)
{
	JsonbValue key;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	return findJsonbValueFromContainer(&definition->root, JB_FOBJECT, &key);
}

static char *
value_text(JsonbValue *value)
{
	if (value == NULL || value->type == jbvNull)
		return "nothing";
	if (value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	return DatumGetCString(
		DirectFunctionCall1(jsonb_out, JsonbPGetDatum(JsonbValueToJsonb(value))));
}

/* The names of the properties of either definition: a list of char *. */
static List *
properties(Jsonb **sides)
{
	List *names = NIL;

	for (int side = 0; side < 2; side++)
	{
		JsonbIterator *iterator = JsonbIteratorInit(&sides[side]->root);
		JsonbValue key;
		JsonbIteratorToken token;

		while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
		{
			char *name;

			if (token != WJB_KEY)
				continue;
			name = pnstrdup(key.val.string.val, key.val.string.len);
			if (side == 0 || property(sides[0], name) == NULL)
				names = lappend(names, name);
		}
	}
	return names;
}

/* varchar(20) for varchar(50) is a smaller mistake than text for integer. */
static char *
type_clause(const char *expected, const char *found)
{
	Size length = strcspn(expected, "(");

	if (length == strcspn(found, "(") && strncmp(expected, found, length) == 0)
		return "has another length or precision";
	return "has another type";
}

static char *
clause_for(const char *kind, const char *name, const char *expected, const char *found)
{
	if (strcmp(kind, "column") == 0 && strcmp(name, "type") == 0)
		return type_clause(expected, found);
	if (strcmp(kind, "view_typmods") == 0)
		return psprintf("has another length or precision in %s", name);
	for (int i = 0; i < lengthof(wordings); i++)
	{
		const Wording *wording = &wordings[i];

		if ((wording->kind == NULL || strcmp(wording->kind, kind) == 0) &&
			(wording->property == NULL || strcmp(wording->property, name) == 0))
			return pstrdup(wording->clause);
	}
	return psprintf("differs in %s", name);
}

/* What differs between the definitions: clauses without the answer, or both values. */
static char *
differing_properties(const LabFact *expected, const LabFact *found, bool diff)
{
	Jsonb *sides[2] = {jsonb_of(expected->definition), jsonb_of(found->definition)};
	List *told = NIL;
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach (cell, properties(sides))
	{
		const char *name = lfirst(cell);
		char *values[2] = {value_text(property(sides[0], name)),
						   value_text(property(sides[1], name))};
		char *clause;
		ListCell *before;

		if (strcmp(values[0], values[1]) == 0)
			continue;
		clause = diff ? psprintf("%s is %s, should be %s", name, values[1], values[0])
					  : clause_for(expected->kind, name, values[0], values[1]);
		foreach (before, told)
			if (strcmp(lfirst(before), clause) == 0)
				break;
		if (before)
			continue; /* two properties with one clause */
		told = lappend(told, clause);
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", clause);
	}
	return text.data;
}

/* What differs between two bags of rows: their number, or the columns. */
static char *
differing_rows(const char *expected, const char *found, bool diff)
{
	Jsonb *sides[2] = {jsonb_of(expected), jsonb_of(found)};
	int64 counts[2];
	StringInfoData columns;
	JsonbIterator *iterator;
	JsonbValue key;
	JsonbIteratorToken token;
	Datum expected_columns;
	Datum found_columns;

	for (int i = 0; i < 2; i++)
		counts[i] = strtoll(value_text(property(sides[i], "rows")), NULL, 10);
	if (counts[0] != counts[1])
		return diff ? psprintf("has " INT64_FORMAT " rows, should have " INT64_FORMAT, counts[1],
							   counts[0])
					: psprintf("has too %s rows", counts[1] < counts[0] ? "few" : "many");

	expected_columns = JsonbPGetDatum(JsonbValueToJsonb(property(sides[0], "columns")));
	found_columns = JsonbPGetDatum(JsonbValueToJsonb(property(sides[1], "columns")));
	initStringInfo(&columns);
	iterator = JsonbIteratorInit(&DatumGetJsonbP(expected_columns)->root);
	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		char *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(key.val.string.val, key.val.string.len);
		if (strcmp(value_text(property(DatumGetJsonbP(expected_columns), name)),
				   value_text(property(DatumGetJsonbP(found_columns), name))) != 0)
			appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "", name);
	}
	if (columns.len == 0)
		return "has the right values, in the wrong rows";
	return psprintf("has other values in %s", columns.data);
}

static bool
holds_rows(const char *kind)
{
	return strcmp(kind, "rows") == 0 || strcmp(kind, "view_result") == 0;
}

static char *
kind_in_words(const char *kind)
{
	char *words = pstrdup(kind);

	for (char *c = words; *c; c++)
		if (*c == '_')
			*c = ' ';
	return words;
}

static char *
absence(const LabFact *expected, const LabMistakes *mistakes, LabFeedback feedback)
{
	char *kind = kind_in_words(expected->kind);
	char *instead;

	if (lab_mistakes_owner_missing(mistakes, expected))
		return psprintf("%s is missing", expected->owner);
	for (int i = 0; i < lengthof(absences); i++)
		if (strcmp(absences[i].kind, expected->kind) == 0)
			return psprintf("%s %s", expected->object, absences[i].clause);
	instead = feedback >= LAB_FEEDBACK_HINT ? lab_mistakes_instead(mistakes, expected) : NULL;
	if (instead)
		return psprintf("%s: %s is missing; %s", expected->object, kind, instead);
	return psprintf("%s: %s is missing", expected->object, kind);
}

char *
lab_explain(const LabComparison *comparison, const LabMistakes *mistakes, LabFeedback feedback)
{
	const LabFact *expected = &comparison->check->fact;
	const LabFact *found = comparison->found;
	bool diff = feedback == LAB_FEEDBACK_DIFF;

	if (feedback == LAB_FEEDBACK_NONE)
		return NULL;
	if (comparison->problem && diff && comparison->expected_text)
		return psprintf("%s (gives %s, should give %s)", comparison->problem,
						comparison->found_text, comparison->expected_text);
	if (comparison->problem)
		return feedback == LAB_FEEDBACK_OBJECT ? psprintf("%s differs", expected->object)
											   : pstrdup(comparison->problem);
	if (found == NULL || found->definition == NULL)
		return absence(expected, mistakes, feedback);
	if (feedback == LAB_FEEDBACK_OBJECT)
		return psprintf("%s differs", expected->object);
	if (strstr(expected->definition, "\"reads tables\": true") &&
		strstr(found->definition, "\"reads tables\": false"))
		return psprintf("%s reads no table: its answer is hard-coded", expected->object);
	if (holds_rows(expected->kind))
		return psprintf("%s %s", expected->object,
						differing_rows(expected->definition, found->definition, diff));
	if (diff || strchr(expected->object, '(') == NULL)
		return psprintf(diff ? "%s: %s" : "%s %s", expected->object,
						differing_properties(expected, found, diff));
	return psprintf("%s: its %s %s", expected->object, kind_in_words(expected->kind),
					differing_properties(expected, found, diff));
}
