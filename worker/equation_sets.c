/*
 * equation_sets.c
 *		Checks of a table or a domain: together they accept the same rows.
 *
 * CHECK (a > 0 AND b > 0) and two checks are one promise, and a check may as
 * well be merged with another.  So what has no counterpart of its own is
 * compared in groups: those over the columns of one check, in either direction,
 * then all that are left, and at last all there are.
 */
#include "postgres.h"

#include "extension/strings.h"
#include "worker/equations.h"

/* A check of one of the two sides. */
typedef struct Promise
{
	const LabFact *fact;
	LabComparison *comparison; /* of the reference's side */
	LabFact *own;              /* of the participant's side */
	List *columns;             /* of char * */
	bool kept;                 /* its counterpart is known */
} Promise;

/* One check of each owner judges for all of them: the first that fails, else the first. */
typedef struct Owner
{
	uint64 key; /* hash key: of the kind and the owner's name */
	const LabComparison *judge;
	bool open; /* not all of them have a counterpart that is equal */
} Owner;

/* The checks of one owner. */
typedef struct Promises
{
	List *expected;
	List *found;
	const LabFact *scope; /* a fact of this database that is about the same columns */
	LabComparison *comparison;
	const LabEvaluation *evaluation;
} Promises;

/* The names in the parentheses at the end of "shop.orders (a, b)". */
static List *
columns_of(const char *object)
{
	const char *open = strstr(object, " (");
	List *columns = NIL;
	char *names;

	if (open == NULL)
		return NIL;
	names = pnstrdup(open + 2, strlen(open + 2) - 1);
	for (char *end; *names; names = end)
	{
		end = strstr(names, ", ");
		if (end)
			*end = '\0';
		columns = lappend(columns, names);
		end = end ? end + 2 : names + strlen(names);
	}
	return columns;
}

static bool
is_subset(List *columns, List *of)
{
	ListCell *cell;

	foreach (cell, columns)
		if (!lab_strings_have(of, lfirst(cell)))
			return false;
	return true;
}

static Promise *
make_promise(const LabFact *fact)
{
	Promise *promise = palloc0(sizeof(Promise));

	promise->fact = fact;
	promise->columns = columns_of(fact->object);
	return promise;
}

static bool
belongs(const LabFact *fact, const char *kind, const char *owner)
{
	return strcmp(fact->kind, kind) == 0 && strcmp(fact->owner, owner) == 0;
}

/* All checks of the owner, of both sides. */
static Promises
collect(const char *kind, const char *owner, LabComparison *comparison,
		const LabEvaluation *evaluation)
{
	Promises promises = {NIL, NIL, NULL, comparison, evaluation};
	ListCell *cell;

	foreach (cell, evaluation->facts)
	{
		LabFact *fact = lfirst(cell);
		Promise *promise;

		if (strcmp(fact->object, owner) == 0 && promises.scope == NULL)
			promises.scope = fact;
		if (!belongs(fact, kind, owner))
			continue;
		promises.scope = fact;
		promise = make_promise(fact);
		promise->own = fact;
		promise->kept = fact->taken;
		promises.found = lappend(promises.found, promise);
	}
	foreach (cell, evaluation->comparisons)
	{
		LabComparison *other = lfirst(cell);
		Promise *promise;
		ListCell *own;

		if (!belongs(&other->check->fact, kind, owner))
			continue;
		promise = make_promise(&other->check->fact);
		promise->comparison = other;
		promise->kept = other->status == LAB_PASS;
		promises.expected = lappend(promises.expected, promise);
		/* what it was paired with in vain looks for another */
		foreach (own, promises.found)
			if (((Promise *) lfirst(own))->own == other->found)
				((Promise *) lfirst(own))->kept = other->found->taken = promise->kept;
	}
	return promises;
}

/* The promises that are not kept yet, over no other columns than these (NULL: any). */
static List *
open_ones(List *promises, const Promise *over)
{
	List *result = NIL;
	ListCell *cell;

	foreach (cell, promises)
	{
		Promise *promise = lfirst(cell);

		if (!promise->kept && (over == NULL || is_subset(promise->columns, over->columns)))
			result = lappend(result, promise);
	}
	return result;
}

/* One condition of all. */
static char *
together(List *promises)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach (cell, promises)
	{
		const Promise *promise = lfirst(cell);
		char *expression = lab_equations_property(promise->fact->definition, "expression");

		appendStringInfo(&text, "%s(%s)", text.len > 0 ? " AND " : "",
						 expression ? expression : "NULL::boolean");
	}
	return text.data;
}

static bool
same_rests(List *a, List *b)
{
	const char *first = ((Promise *) linitial(a))->fact->definition;
	List *all = list_concat_copy(a, b);
	ListCell *cell;

	foreach (cell, all)
		if (!lab_equations_same_rest(first, ((Promise *) lfirst(cell))->fact->definition))
			return false;
	return true;
}

/* Do these accept the same rows?  Then they are kept. */
static bool
try(const Promises *promises, List *expected, List *found)
{
	List *both = list_concat_copy(expected, found);
	ListCell *cell;

	if (expected == NIL || found == NIL || !same_rests(expected, found) ||
		!lab_equations_hold(LAB_EQUAL_CHECK, together(expected), together(found), promises->scope,
							promises->comparison, promises->evaluation))
		return false;
	foreach (cell, both)
	{
		Promise *promise = lfirst(cell);

		promise->kept = true;
		if (promise->comparison)
		{
			promise->comparison->status = LAB_PASS;
			promise->comparison->problem = NULL;
		}
		else
			promise->own->taken = true;
	}
	return true;
}

static void
compare_sets(const Promises *promises)
{
	ListCell *cell;

	foreach (cell, promises->expected)
	{
		Promise *one = lfirst(cell);

		if (!one->kept)
			(void) try(promises, list_make1(one), open_ones(promises->found, one));
	}
	foreach (cell, promises->found)
	{
		Promise *one = lfirst(cell);

		if (!one->kept)
			(void) try(promises, open_ones(promises->expected, one), list_make1(one));
	}
	if (open_ones(promises->expected, NULL) == NIL)
		return;
	if (!try(promises, open_ones(promises->expected, NULL), open_ones(promises->found, NULL)))
		(void) try(promises, promises->expected, promises->found);
}

/* Each open check against each open one over the same columns, whichever it was paired with. */
static void
compare_singly(const Promises *promises)
{
	ListCell *cell;
	ListCell *other;

	foreach (cell, promises->expected)
	{
		Promise *one = lfirst(cell);

		foreach (other, promises->found)
		{
			Promise *own = lfirst(other);

			if (!one->kept && !own->kept && strcmp(one->fact->object, own->fact->object) == 0)
				(void) try(promises, list_make1(one), list_make1(own));
		}
	}
}

/* Checks of the participant's own that add nothing are no extras. */
static void
take_redundant(const Promises *promises)
{
	if (promises->expected && open_ones(promises->expected, NULL) == NIL &&
		open_ones(promises->found, NULL))
		(void) try(promises, promises->expected, promises->found);
}

/* What is there in place of a check that fails is that check's fault, and no extra as well. */
static void
take_failing(const Promises *promises)
{
	ListCell *cell;
	ListCell *other;

	foreach (cell, promises->expected)
	{
		const Promise *one = lfirst(cell);

		if (one->kept)
			continue;
		foreach (other, promises->found)
		{
			const Promise *own = lfirst(other);

			if (own->own->taken || strcmp(one->fact->object, own->fact->object) != 0)
				continue;
			own->own->taken = true;
			one->comparison->found = own->own;
			break;
		}
	}
}

static bool
is_promise(const LabFact *fact)
{
	return strcmp(fact->kind, "check") == 0 || strcmp(fact->kind, "domain_check") == 0;
}

HTAB *
lab_equations_survey(const LabEvaluation *evaluation)
{
	HASHCTL info = {
		.keysize = sizeof(uint64), .entrysize = sizeof(Owner), .hcxt = CurrentMemoryContext};
	HTAB *owners =
		hash_create("owners of checks", 64, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	ListCell *cell;

	foreach (cell, evaluation->comparisons)
	{
		LabComparison *comparison = lfirst(cell);
		uint64 key;
		bool found;
		Owner *owner;

		if (!is_promise(&comparison->check->fact))
			continue;
		key = lab_strings_hash(comparison->check->fact.kind, comparison->check->fact.owner);
		owner = hash_search(owners, &key, HASH_ENTER, &found);
		if (!found)
			owner->judge = NULL;
		if (owner->judge == NULL ||
			(owner->judge->status == LAB_PASS && comparison->status != LAB_PASS))
			owner->judge = comparison;
		owner->open = owner->judge->status != LAB_PASS;
	}
	foreach (cell, evaluation->facts)
	{
		const LabFact *fact = lfirst(cell);
		uint64 key;
		Owner *owner;

		if (fact->taken || !is_promise(fact))
			continue;
		key = lab_strings_hash(fact->kind, fact->owner);
		owner = hash_search(owners, &key, HASH_FIND, NULL);
		if (owner)
			owner->open = true;
	}
	return owners;
}

void
lab_equations_judge_check(LabComparison *comparison, const LabEvaluation *evaluation)
{
	const LabFact *fact = &comparison->check->fact;
	uint64 key = lab_strings_hash(fact->kind, fact->owner);
	const Owner *owner = hash_search(evaluation->promises, &key, HASH_FIND, NULL);
	Promises promises;

	if (owner == NULL || owner->judge != comparison || !owner->open)
		return;
	promises = collect(fact->kind, fact->owner, comparison, evaluation);
	if (promises.scope == NULL)
		return;
	compare_singly(&promises);
	compare_sets(&promises);
	take_redundant(&promises);
	take_failing(&promises);
}
