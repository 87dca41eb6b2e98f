/*
 * equation_policies.c
 *		Policies of a table: expressions one by one, and what all allow together.
 *
 * A policy FOR ALL and four for one command each are the same rights.  So where
 * a table's policies are others than the reference's, what counts is, for each
 * command and role, which rows they let through together.  A policy that has
 * merely another name is not found: its name is what it is known by.
 */
#include "postgres.h"

#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "worker/equations.h"

/* A policy of one of the two sides, from its three facts. */
typedef struct Policy
{
	const char *object;
	const char *definition;
	char *using;
	char *check;
} Policy;

static const char *const kinds[] = {"policy", "policy_using", "policy_check"};

static bool
is_of_policies(const LabFact *fact, const char *owner)
{
	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(fact->kind, kinds[i]) == 0)
			return strcmp(fact->owner, owner) == 0;
	return false;
}

/* Adds what the fact says to the policy that it is of. */
static List *
add_fact(List *policies, const LabFact *fact)
{
	Policy *policy = NULL;
	ListCell *cell;

	foreach (cell, policies)
		if (strcmp(((Policy *) lfirst(cell))->object, fact->object) == 0)
			policy = lfirst(cell);
	if (policy == NULL)
	{
		policy = palloc0(sizeof(Policy));
		policy->object = fact->object;
		policies = lappend(policies, policy);
	}
	if (strcmp(fact->kind, "policy") == 0)
		policy->definition = fact->definition;
	else if (strcmp(fact->kind, "policy_using") == 0)
		policy->using = lab_equations_property(fact->definition, "expression");
	else
		policy->check = lab_equations_property(fact->definition, "expression");
	return policies;
}

static bool
is_permissive(const Policy *policy)
{
	return strstr(policy->definition, "\"permissive\": true") != NULL;
}

static List *
roles_of(const Policy *policy)
{
	Datum json = DirectFunctionCall2(
		jsonb_object_field, DirectFunctionCall1(jsonb_in, CStringGetDatum(policy->definition)),
		CStringGetTextDatum("roles"));
	JsonbIterator *iterator = JsonbIteratorInit(&DatumGetJsonbP(json)->root);
	JsonbValue value;
	JsonbIteratorToken token;
	List *roles = NIL;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_ELEM && value.type == jbvString)
			roles =
				lappend(roles, makeString(pnstrdup(value.val.string.val, value.val.string.len)));
	return roles;
}

static bool
applies(const Policy *policy, const char *command, String *role)
{
	char *own = lab_equations_property(policy->definition, "command");
	List *roles = roles_of(policy);

	return own && (strcmp(own, "ALL") == 0 || strcmp(own, command) == 0) &&
		   (list_member(roles, role) || list_member(roles, makeString("PUBLIC")));
}

static void
append_condition(StringInfo text, const char *conjunction, const char *condition)
{
	appendStringInfo(text, "%s(%s)", text->len > 0 ? conjunction : "", condition);
}

/* The rows that a command may see (or write) as one condition. */
static char *
condition_of(List *policies, const char *command, String *role, bool writes)
{
	StringInfoData permitted;
	StringInfoData all;
	ListCell *cell;

	initStringInfo(&permitted);
	initStringInfo(&all);
	foreach (cell, policies)
	{
		const Policy *policy = lfirst(cell);
		const char *condition = writes ? policy->check : policy->using;

		if (!applies(policy, command, role))
			continue;
		if (is_permissive(policy))
			append_condition(&permitted, " OR ", condition ? condition : "true");
		else if (condition)
			append_condition(&all, " AND ", condition);
	}
	append_condition(&all, " AND ", permitted.len > 0 ? permitted.data : "false");
	return all.data;
}

static List *
all_roles(List *expected, List *found)
{
	List *policies = list_concat_copy(expected, found);
	List *roles = list_make1(makeString("PUBLIC"));
	ListCell *cell;

	foreach (cell, policies)
		roles = list_union(roles, roles_of(lfirst(cell)));
	return roles;
}

/* The same policies by name, or as many of them under other names: then each counts for itself. */
static bool
are_other_policies(List *expected, List *found)
{
	ListCell *cell;
	ListCell *other;

	if (list_length(expected) != list_length(found))
		return true;
	foreach (cell, expected)
	{
		bool known = false;

		foreach (other, found)
			known |=
				strcmp(((Policy *) lfirst(cell))->object, ((Policy *) lfirst(other))->object) == 0;
		if (!known)
			return false;
	}
	return true;
}

/* Do they let the same rows through, for every command and role? */
static bool
allow_the_same(List *expected, List *found, const LabFact *scope, LabComparison *comparison,
			   const LabEvaluation *evaluation)
{
	static const struct
	{
		const char *command;
		bool writes;
	} uses[] = {{"SELECT", false},
				{"INSERT", true},
				{"UPDATE", false},
				{"UPDATE", true},
				{"DELETE", false}};
	ListCell *cell;

	foreach (cell, all_roles(expected, found))
		for (int i = 0; i < lengthof(uses); i++)
		{
			String *role = lfirst(cell);
			char *wanted = condition_of(expected, uses[i].command, role, uses[i].writes);
			char *own = condition_of(found, uses[i].command, role, uses[i].writes);

			if (strcmp(wanted, own) != 0 &&
				!lab_equations_hold(LAB_EQUAL_FILTER, wanted, own, scope, comparison, evaluation))
				return false;
		}
	return true;
}

static void
pass_all(const char *owner, const LabEvaluation *evaluation)
{
	ListCell *cell;

	foreach (cell, evaluation->comparisons)
	{
		LabComparison *comparison = lfirst(cell);

		if (!is_of_policies(&comparison->check->fact, owner))
			continue;
		comparison->status = LAB_PASS;
		comparison->problem = NULL;
	}
	foreach (cell, evaluation->facts)
	{
		LabFact *fact = lfirst(cell);

		if (is_of_policies(fact, owner))
			fact->taken = true;
	}
}

/* The first fact of the table's policies that fails asks for all of them. */
static bool
is_first_failure(const LabComparison *comparison, const LabEvaluation *evaluation)
{
	ListCell *cell;

	foreach (cell, evaluation->comparisons)
	{
		const LabComparison *other = lfirst(cell);

		if (other->status != LAB_PASS &&
			is_of_policies(&other->check->fact, comparison->check->fact.owner))
			return other == comparison;
	}
	return false;
}

void
lab_equations_judge_policy(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const char *owner = comparison->check->fact.owner;
	const LabFact *scope = NULL;
	List *expected = NIL;
	List *found = NIL;
	ListCell *cell;

	if (comparison->found && strcmp(comparison->check->fact.kind, "policy") != 0)
		lab_equations_judge_filter(comparison, evaluation);
	if (comparison->status == LAB_PASS || !is_first_failure(comparison, evaluation))
		return;
	foreach (cell, evaluation->comparisons)
	{
		const LabFact *fact = &((LabComparison *) lfirst(cell))->check->fact;

		if (is_of_policies(fact, owner))
			expected = add_fact(expected, fact);
	}
	foreach (cell, evaluation->facts)
	{
		const LabFact *fact = lfirst(cell);

		if (!is_of_policies(fact, owner))
			continue;
		found = add_fact(found, fact);
		scope = fact;
	}
	foreach (cell, list_concat_copy(expected, found))
		if (((Policy *) lfirst(cell))->definition == NULL) /* ignored, it seems */
			return;
	if (scope && are_other_policies(expected, found) &&
		allow_the_same(expected, found, scope, comparison, evaluation))
		pass_all(owner, evaluation);
}
