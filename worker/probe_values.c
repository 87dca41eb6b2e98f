/*
 * probe_values.c
 *		Values to try, from the data and by the structure of the type.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/strings.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"
#include "worker/probe_values.h"
#include "worker/sandbox.h"

#define SAMPLES "8" /* values of one column */
#define SAMPLED_ROWS "20000"
#define PARTS 4 /* composites made of their attributes' values */

/* What one query is asked for. */
typedef struct Question
{
	const char *query;
	MemoryContext context;
	List *answers;
} Question;

static void
ask(void *arg)
{
	Question *question = arg;

	SPI_connect();
	if (SPI_execute(question->query, true, 0) == SPI_OK_SELECT)
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			char *value = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
			MemoryContext before = MemoryContextSwitchTo(question->context);

			if (value)
				question->answers = lappend(question->answers, pstrdup(value));
			MemoryContextSwitchTo(before);
		}
	SPI_finish();
}

/*
 * The same samples are wanted for one object after another; the data do not change
 * while a reference is read, as nothing is kept of what probes do.
 */
typedef struct Known
{
	const char *query;
	Oid role;
	List *answers;
} Known;

static List *known = NIL; /* in a context of its own; a process does one job in its life */
static MemoryContext known_context = NULL;

static List *
ask_once(const char *query, Oid role, int timeout)
{
	Question question = {query, known_context, NIL};
	LabSandboxError error;
	MemoryContext before;
	Known *entry;

	if (!lab_sandbox_run(role, timeout, ask, &question, &error))
		return NIL;
	before = MemoryContextSwitchTo(known_context);
	entry = palloc0(sizeof(Known));
	entry->query = pstrdup(query);
	entry->role = role;
	entry->answers = question.answers;
	known = lappend(known, entry);
	MemoryContextSwitchTo(before);
	return entry->answers;
}

List *
lab_values_query(const char *query, Oid role, int timeout)
{
	List *answers = NIL;
	bool found = false;
	ListCell *cell;

	if (known_context == NULL)
		known_context =
			AllocSetContextCreate(TopMemoryContext, "probe samples", ALLOCSET_DEFAULT_SIZES);
	foreach (cell, known)
	{
		const Known *entry = lfirst(cell);

		if (entry->role != role || strcmp(entry->query, query) != 0)
			continue;
		answers = entry->answers;
		found = true;
		break;
	}
	if (!found)
		answers = ask_once(query, role, timeout);
	/* The caller may write into what it gets. */
	answers = list_copy(answers);
	foreach (cell, answers)
		lfirst(cell) = pstrdup(lfirst(cell));
	return answers;
}

static void
add(List **list, char *expression)
{
	if (!lab_strings_have(*list, expression))
		*list = lappend(*list, expression);
}

static char *
choice(const LabValues *values, int i)
{
	if (values->ordinary == NIL)
		return "NULL";
	return list_nth(values->ordinary, i % list_length(values->ordinary));
}

/* clang-format off */

/*
 * Columns that hold such values, those first whose name fits the argument's: p_customer_id is
 * customers.id and orders.customer_id.  $1 type, $2 name, $3 words that the code mentions, $4 those
 * that it compares the name with.
 */
static const char columns[] =
	"WITH wanted AS (\n"
	"	SELECT t.oid, t.typcategory,\n"
	"		regexp_replace(lower($2), '^(p|v|in|i|a|x|arg|par|param|the|new)?_+|_+(in|arg|par|param)?$', '', 'g') AS name\n"
	"	FROM pg_type t\n"
	"	WHERE t.oid = $1\n"
	")\n"
	"SELECT format('SELECT v FROM (SELECT %2$I::text AS v FROM %1$s LIMIT " SAMPLED_ROWS ") AS s\n"
	"	WHERE v IS NOT NULL GROUP BY v ORDER BY md5(v) LIMIT " SAMPLES "', r.name, a.attname)\n"
	"FROM wanted w\n"
	"CROSS JOIN pg_class c\n"
	"JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped\n"
	"JOIN pg_type t ON t.oid = a.atttypid\n"
	"CROSS JOIN LATERAL (\n"
	"	SELECT format('%I.%I', n.nspname, c.relname) AS name,\n"
	"		EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS key\n"
	") r\n"
	"WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition\n"
	"	AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"	AND (t.oid = w.oid OR t.typcategory = w.typcategory AND w.typcategory IN ('S', 'N', 'D'))\n"
	"ORDER BY CASE WHEN a.attname = w.name THEN 4 ELSE 0 END\n"
	"	+ CASE WHEN w.name IN (c.relname || '_' || a.attname, regexp_replace(c.relname, '(es|s)$', '') || '_' || a.attname,\n"
	"		regexp_replace(c.relname, 's$', '') || '_' || a.attname) THEN 6 ELSE 0 END\n"
	"	+ CASE WHEN r.key AND w.name <> '' AND starts_with(c.relname, w.name) THEN 5 ELSE 0 END\n"
	"	+ CASE WHEN a.attname = ANY ($4) THEN 8 ELSE 0 END\n"
	"	+ CASE WHEN length(w.name) > 2 AND length(a.attname) > 2\n"
	"		AND (strpos(a.attname, w.name) > 0 OR strpos(w.name, a.attname) > 0) THEN 3 ELSE 0 END\n"
	"	+ CASE WHEN c.relname = ANY ($3) THEN 2 ELSE 0 END\n"
	"	+ CASE WHEN a.attname = ANY ($3) THEN 2 ELSE 0 END\n"
	"	+ CASE WHEN t.oid = w.oid THEN 1 ELSE 0 END DESC, c.oid, a.attnum\n"
	"LIMIT 4";

/* clang-format on */

/* Queries for samples of such values. */
static List *
sample_queries(Oid type, const char *name, const LabMentions *mentions)
{
	MemoryContext context = CurrentMemoryContext;
	Oid types[] = {OIDOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum arguments[] = {
		ObjectIdGetDatum(type), CStringGetTextDatum(name ? name : ""),
		lab_strings_array(mentions ? mentions->words : NIL),
		lab_strings_array(mentions && name ? lab_source_equals(mentions, name) : NIL)};
	List *queries = NIL;

	SPI_connect();
	if (SPI_execute_with_args(columns, 4, types, arguments, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for columns with values of a type");
	MemoryContextSwitchTo(context); /* SPI leaves its own behind */
	for (uint64 i = 0; i < SPI_processed; i++)
		queries = lappend(queries, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	MemoryContextSwitchTo(context);
	return queries;
}

/* Together with another edge it would show what nobody asks for: NaN / 0 is NaN. */
static bool
is_no_number(const char *value)
{
	return strcmp(value, "NaN") == 0 || pg_strcasecmp(value, "infinity") == 0 ||
		   pg_strcasecmp(value, "-infinity") == 0;
}

static void
add_samples(LabValues *values, Oid type, const char *name, const LabMentions *mentions, Oid role,
			int timeout)
{
	ListCell *query;
	ListCell *value;

	foreach (query, sample_queries(type, name, mentions))
		foreach (value, lab_values_query(lfirst(query), role, timeout))
			/* what is done with the role's own name is another thing elsewhere */
			if (!lab_is_name_of(lfirst(value), role))
				add(is_no_number(lfirst(value)) ? &values->edges : &values->ordinary,
					lab_literal(lfirst(value), type));
}

static void
add_labels(LabValues *values, Oid type, Oid role, int timeout)
{
	char *query = psprintf("SELECT enumlabel FROM pg_enum WHERE enumtypid = %u\n"
						   "ORDER BY enumsortorder",
						   getBaseType(type));
	ListCell *cell;

	foreach (cell, lab_values_query(query, role, timeout))
		add(&values->ordinary, lab_literal(lfirst(cell), type));
}

/* Two of the first list, one of the other, and so on: some of both are at the head. */
static void
add_in_turn(List **list, List *one, List *other)
{
	int n = Max(list_length(one), list_length(other) * 2);

	for (int i = 0; i < n; i++)
	{
		if (one != NIL && i < list_length(one))
			add(list, list_nth(one, i));
		if (other != NIL && i % 2 == 1 && i / 2 < list_length(other))
			add(list, list_nth(other, i / 2));
	}
}

/* Arrays of the element's values. */
static void
add_arrays(LabValues *values, Oid type, const LabValues *elements)
{
	const char *name = lab_type_any_length(type);
	char *one = choice(elements, 0);
	char *two = choice(elements, 1);
	char *three = choice(elements, 2);

	add(&values->ordinary, psprintf("ARRAY[%s, %s, %s]::%s", one, two, three, name));
	add(&values->ordinary, psprintf("ARRAY[%s, %s, %s, %s]::%s", three, one, two, one, name));
	add(&values->ordinary, psprintf("ARRAY[%s]::%s", two, name));
	add(&values->ordinary,
		psprintf("ARRAY[%s, %s]::%s", choice(elements, 3), choice(elements, 4), name));
	add(&values->ordinary, psprintf("ARRAY[%s, NULL, %s]::%s", two, one, name));
	add(&values->edges, psprintf("ARRAY[]::%s", name));
	add(&values->edges, psprintf("ARRAY[NULL, %s]::%s", two, name));
	add(&values->edges, psprintf("ARRAY[NULL]::%s", name));
}

static void
add_ranges(LabValues *values, Oid type, const LabValues *elements, bool several)
{
	const char *name =
		lab_type_any_length(several ? get_multirange_range(getBaseType(type)) : getBaseType(type));
	const char *wrap = several ? psprintf("%s(", lab_type_any_length(getBaseType(type))) : "(";
	const char *cast = lab_type_any_length(type);

	for (int i = 0; i < 3; i++)
	{
		char *one = choice(elements, i);
		char *two = choice(elements, i + 2);

		add(&values->ordinary, psprintf("%s%s(least(%s, %s), greatest(%s, %s)))::%s", wrap, name,
										one, two, one, two, cast));
		add(&values->ordinary, psprintf("%s%s(least(%s, %s), greatest(%s, %s), '[]'))::%s", wrap,
										name, one, two, one, two, cast));
	}
	add(&values->ordinary, psprintf("%s%s(%s, NULL))::%s", wrap, name, choice(elements, 0), cast));
	add(&values->ordinary, psprintf("%s%s(NULL, %s))::%s", wrap, name, choice(elements, 1), cast));
	add(&values->edges, psprintf("%s%s(NULL, NULL))::%s", wrap, name, cast));
	add(&values->edges, psprintf("%s::%s", several ? "'{}'" : "'empty'", cast));
}

/* By the names of attributes: their order may be another one elsewhere. */
static void
add_composites(LabValues *values, Oid type, const LabMentions *mentions, Oid role, int timeout)
{
	Oid relation = get_typ_typrelid(getBaseType(type));
	char kind = get_rel_relkind(relation);
	const char *name = lab_type_any_length(type);
	TupleDesc descriptor = lookup_rowtype_tupdesc_copy(getBaseType(type), -1);
	LabValues *parts = palloc(sizeof(LabValues) * Max(descriptor->natts, 1));
	ListCell *cell;

	if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE)
	{
		char *query =
			psprintf("SELECT to_jsonb(t) FROM %s AS t ORDER BY md5(t::text) LIMIT 6", name);

		foreach (cell, lab_values_query(query, role, timeout))
			add(&values->ordinary, psprintf("jsonb_populate_record(NULL::%s, %s)", name,
											quote_literal_cstr(lfirst(cell))));
	}
	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped)
			parts[i] = lab_values_for(TupleDescAttr(descriptor, i)->atttypid,
									  NameStr(TupleDescAttr(descriptor, i)->attname), mentions,
									  role, timeout);
	for (int j = 0; j < PARTS; j++)
	{
		StringInfoData object;

		initStringInfo(&object);
		for (int i = 0; i < descriptor->natts; i++)
		{
			Form_pg_attribute part = TupleDescAttr(descriptor, i);

			/* the cast cuts a value to the length that the part has */
			if (!part->attisdropped)
				appendStringInfo(&object, "%s%s, (%s)::%s", object.len > 0 ? ", " : "",
								 quote_literal_cstr(NameStr(part->attname)),
								 choice(&parts[i], i + j),
								 format_type_with_typemod(part->atttypid, part->atttypmod));
		}
		add(&values->ordinary,
			psprintf("jsonb_populate_record(NULL::%s, jsonb_build_object(%s))", name, object.data));
	}
	add(&values->edges, psprintf("jsonb_populate_record(NULL::%s, '{}')", name));
}

LabValues
lab_values_for(Oid type, const char *name, const LabMentions *mentions, Oid role, int timeout)
{
	LabValues values = {NIL, 0, NIL};
	LabValues elements;
	Oid base = getBaseType(type);
	Oid element = get_element_type(base);

	check_stack_depth();
	add(&values.edges, psprintf("NULL::%s", lab_type_any_length(type)));
	if (type_is_enum(base))
		add_labels(&values, type, role, timeout);
	else if (OidIsValid(element))
	{
		add_samples(&values, type, name, mentions, role, timeout);
		elements = lab_values_for(element, name, mentions, role, timeout);
		add_arrays(&values, type, &elements);
	}
	else if (type_is_range(base) || type_is_multirange(base))
	{
		Oid range = type_is_range(base) ? base : get_multirange_range(base);

		add_samples(&values, type, name, mentions, role, timeout);
		elements = lab_values_for(get_range_subtype(range), NULL, mentions, role, timeout);
		add_ranges(&values, type, &elements, range != base);
	}
	else if (type_is_rowtype(base))
		add_composites(&values, type, mentions, role, timeout);
	else
	{
		LabValues samples = {NIL, 0, NIL};
		LabValues others = {NIL, 0, NIL};

		if (mentions)
			lab_literals_mentioned(&values.ordinary, type, mentions);
		values.mentioned = list_length(values.ordinary);
		add_samples(&samples, type, name, mentions, role, timeout);
		if (mentions)
			lab_literals_converted(&others.ordinary, type, mentions);
		lab_literals_known(&others, type);
		add_in_turn(&values.ordinary, samples.ordinary, others.ordinary);
		values.edges = list_concat(list_concat(values.edges, others.edges), samples.edges);
	}
	return values;
}
