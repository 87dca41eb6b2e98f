/*
 * mistakes.c
 *		Common mistakes: what a person made instead of what is missing.
 *
 * Only the participant's own names are told, and only those that the reference
 * does not have: nothing of the answer is given away.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/formatting.h"
#include "utils/varlena.h"
#include "catalog/pg_collation.h"
#include "extension/strings.h"
#include "worker/mistakes.h"

#define MAX_PARTS 4
#define TYPO_DISTANCE 2
#define TYPO_LENGTH 4 /* a shorter name is just another one */

/* An identity in SQL notation, taken apart: "Odd".orders.total (x) has three parts and a rest. */
typedef struct Identity
{
	char *parts[MAX_PARTS];
	int nparts;
	const char *rest;
} Identity;

/* Facts under one key: see keys below. */
typedef struct Group
{
	uint64 key;
	List *facts; /* of const LabFact * */
} Group;

struct LabMistakes
{
	HTAB *missing; /* top-level objects that checks found nothing for */
	HTAB *columns; /* that the reference has, by table */
	HTAB *strange; /* what the reference lacks, by kind and owner; top-level ones by kind alone */
};

static bool
is_top_level(const LabFact *fact)
{
	return strcmp(fact->object, fact->owner) == 0;
}

/* Kinds that are the object itself, as opposed to a statement about it. */
static bool
is_existence(const char *kind)
{
	static const char *const kinds[] = {
		"schema",   "extension", "table", "view",  "materialized_view",
		"sequence", "function",  "type",  "domain"};

	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

static HTAB *
new_groups(const char *name)
{
	HASHCTL info = {0};

	info.keysize = sizeof(uint64);
	info.entrysize = sizeof(Group);
	info.hcxt = CurrentMemoryContext;
	return hash_create(name, 64, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
add(HTAB *groups, uint64 key, const LabFact *fact)
{
	bool found;
	Group *group = hash_search(groups, &key, HASH_ENTER, &found);

	if (!found)
		group->facts = NIL;
	group->facts = lappend(group->facts, unconstify(LabFact *, fact));
}

static List *
facts_under(HTAB *groups, uint64 key)
{
	Group *group = hash_search(groups, &key, HASH_FIND, NULL);

	return group ? group->facts : NIL;
}

LabMistakes *
lab_mistakes_collect(const LabEvaluation *evaluation)
{
	LabMistakes *mistakes = palloc(sizeof(LabMistakes));
	HTAB *wanted = new_groups("wanted objects");
	ListCell *cell;

	mistakes->missing = new_groups("missing objects");
	mistakes->columns = new_groups("wanted columns");
	mistakes->strange = new_groups("strange objects");
	foreach (cell, evaluation->comparisons)
	{
		const LabComparison *comparison = lfirst(cell);
		const LabFact *fact = &comparison->check->fact;

		add(wanted, lab_strings_hash(fact->kind, fact->object), fact);
		if (strcmp(fact->kind, "column") == 0)
			add(mistakes->columns, lab_strings_hash("", fact->owner), fact);
		if (comparison->found == NULL && is_top_level(fact) && is_existence(fact->kind))
			add(mistakes->missing, lab_strings_hash("", fact->object), fact);
	}
	foreach (cell, evaluation->facts)
	{
		const LabFact *fact = lfirst(cell);

		if (facts_under(wanted, lab_strings_hash(fact->kind, fact->object)) == NIL)
			add(mistakes->strange,
				lab_strings_hash(fact->kind, is_top_level(fact) ? "" : fact->owner), fact);
	}
	return mistakes;
}

bool
lab_mistakes_owner_missing(const LabMistakes *mistakes, const LabFact *expected)
{
	if (is_top_level(expected) && is_existence(expected->kind))
		return false;
	return facts_under(mistakes->missing, lab_strings_hash("", expected->owner)) != NIL;
}

/* Splits at the dots that are outside of quotes; what follows the name is left as it is. */
static Identity
split(const char *object)
{
	Identity name = {{NULL}, 0, NULL};
	StringInfoData part;
	bool quoted = false;
	const char *c;

	initStringInfo(&part);
	for (c = object; *c && (quoted || (*c != ' ' && *c != '(')); c++)
	{
		if (*c == '"')
		{
			if (quoted && c[1] == '"')
				appendStringInfoChar(&part, *c++);
			else
				quoted = !quoted;
		}
		else if (*c == '.' && !quoted && name.nparts < MAX_PARTS - 1)
		{
			name.parts[name.nparts++] = pstrdup(part.data);
			resetStringInfo(&part);
		}
		else
			appendStringInfoChar(&part, *c);
	}
	name.parts[name.nparts++] = part.data;
	name.rest = c;
	return name;
}

static char *
in_lower_case(const char *text)
{
	return str_tolower(text, strlen(text), DEFAULT_COLLATION_OID);
}

/* order and orders, category and categories, box and boxes */
static bool
is_plural_of(const char *one, const char *many)
{
	Size n = strlen(one);

	if (strncmp(one, many, n) == 0 && (strcmp(many + n, "s") == 0 || strcmp(many + n, "es") == 0))
		return true;
	return n > 1 && one[n - 1] == 'y' && strncmp(one, many, n - 1) == 0 &&
		   strcmp(many + n - 1, "ies") == 0;
}

static bool
is_typo_of(const char *one, const char *other)
{
	int lengths[2] = {strlen(one), strlen(other)};

	if (Min(lengths[0], lengths[1]) < TYPO_LENGTH || Max(lengths[0], lengths[1]) >= NAMEDATALEN)
		return false;
	return varstr_levenshtein_less_equal(one, lengths[0], other, lengths[1], 1, 1, 1, TYPO_DISTANCE,
										 true) <= TYPO_DISTANCE;
}

/* What a person can have meant by the one name who wrote the other; NULL: something else. */
static const char *
likeness(const char *wanted, const char *made)
{
	char *names[2] = {in_lower_case(wanted), in_lower_case(made)};

	if (strcmp(names[0], names[1]) == 0)
		return "differs in upper and lower case: names in double quotes keep theirs";
	if (is_plural_of(names[0], names[1]) || is_plural_of(names[1], names[0]))
		return "is there: singular or plural?";
	if (is_typo_of(names[0], names[1]))
		return "is there: a typing error?";
	return NULL;
}

/* The same name in another place, or another name in the same place? */
static const char *
resemblance(const Identity *wanted, const Identity *made)
{
	int last = wanted->nparts - 1;

	if (wanted->nparts != made->nparts || strcmp(wanted->rest, made->rest) != 0)
		return NULL;
	for (int i = 0; i < last; i++)
		if (strcmp(wanted->parts[i], made->parts[i]) != 0)
			return i == 0 && last == 1 && strcmp(wanted->parts[1], made->parts[1]) == 0
					   ? "is in another schema"
					   : NULL;
	return likeness(wanted->parts[last], made->parts[last]);
}

/* Has the strange table every column of the missing one? */
static bool
has_columns_of(const LabMistakes *mistakes, const LabFact *strange, const LabFact *expected)
{
	List *wanted = facts_under(mistakes->columns, lab_strings_hash("", expected->object));
	List *made = facts_under(mistakes->strange, lab_strings_hash("column", strange->object));
	ListCell *cell;
	ListCell *other;

	if (list_length(wanted) < 2)
		return false; /* one column says nothing */
	foreach (cell, wanted)
	{
		Identity column = split(((LabFact *) lfirst(cell))->object);

		foreach (other, made)
		{
			Identity candidate = split(((LabFact *) lfirst(other))->object);

			if (strcmp(column.parts[column.nparts - 1], candidate.parts[candidate.nparts - 1]) == 0)
				break;
		}
		if (other == NULL)
			return false;
	}
	return true;
}

char *
lab_mistakes_instead(const LabMistakes *mistakes, const LabFact *expected)
{
	Identity wanted = split(expected->object);
	ListCell *cell;

	foreach (cell, facts_under(mistakes->strange,
							   lab_strings_hash(expected->kind,
												is_top_level(expected) ? "" : expected->owner)))
	{
		const LabFact *fact = lfirst(cell);
		Identity made = split(fact->object);
		const char *clause = resemblance(&wanted, &made);

		if (clause)
			return psprintf("%s %s", fact->object, clause);
	}
	if (strcmp(expected->kind, "table") != 0)
		return NULL;
	foreach (cell, facts_under(mistakes->strange, lab_strings_hash("table", "")))
	{
		const LabFact *fact = lfirst(cell);

		if (has_columns_of(mistakes, fact, expected))
			return psprintf("%s has its columns", fact->object);
	}
	return NULL;
}
