/*
 * probe_table.c
 *		A table or view as probes see it: columns, keys, parents, some of its rows.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "worker/probe_sequences.h"
#include "worker/probe_table.h"
#include "worker/rows.h"

#define SAMPLES 6
#define MANY_ROWS 2000
#define SEPARATOR '\001' /* between the values of a sample; a NULL is the next one alone */
#define IS_NULL "\002"

/* clang-format off */
static const char columns_query[] =
	"SELECT quote_ident(a.attname), a.atttypid, a.attnotnull, a.atthasdef,\n"
	"	a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),\n"
	"	a.attgenerated <> '' OR a.attidentity = 'a',\n"
	"	EXISTS (\n"
	"		SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey))\n"
	"	OR EXISTS (\n"
	"		SELECT\n"
	"		FROM pg_index i\n"
	"		JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid\n"
	"			AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum\n"
	"		WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indexprs IS NOT NULL AND i.indpred IS NULL),\n"
	"	EXISTS (\n"
	"		SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)),\n"
	"	k.query, k.first\n"
	"FROM pg_attribute a\n"
	"LEFT JOIN LATERAL (\n"
	"	SELECT k.conkey[1] AS first, format('SELECT %I::text FROM %s WHERE num_nulls(%s) = 0 ORDER BY md5(concat_ws(''-'', %3$s)) LIMIT 8',\n"
	"		f.attname, k.confrelid::regclass,\n"
	"		(SELECT string_agg(quote_ident(g.attname), ', ' ORDER BY g.attnum)\n"
	"		FROM pg_attribute g\n"
	"		WHERE g.attrelid = k.confrelid AND g.attnum = ANY (k.confkey))) AS query\n"
	"	FROM pg_constraint k\n"
	"	JOIN pg_attribute f ON f.attrelid = k.confrelid\n"
	"		AND f.attnum = k.confkey[array_position(k.conkey, a.attnum)]\n"
	"	WHERE k.contype = 'f' AND k.conrelid = a.attrelid AND a.attnum = ANY (k.conkey)\n"
	"	ORDER BY cardinality(k.conkey) DESC, k.oid\n"
	"	LIMIT 1\n"
	") k ON true\n"
	"LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum\n"
	"WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped\n"
	"ORDER BY a.attname";
/* clang-format on */

/* A key that nobody has. */
static char *
made_up(const LabColumn *column, int n)
{
	Oid base = getBaseType(column->type);
	const LabValues *values = &column->values;

	switch (base)
	{
		case INT2OID:
			return lab_literal(psprintf("%d", 20000 + n), column->type);
		case INT4OID:
		case INT8OID:
			return lab_literal(psprintf("%d", 900000 + n), column->type);
		case NUMERICOID:
		case FLOAT8OID:
			return lab_literal(psprintf("%d", 700 + n), column->type);
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return lab_literal(psprintf("zz%d", n), column->type);
		case UUIDOID:
			return lab_literal(psprintf("00000000-0000-4000-8000-%012d", 900000 + n), column->type);
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return lab_literal(psprintf("2031-%02d-%02d", 1 + n / 28 % 12, 1 + n % 28),
							   column->type);
	}
	if (values->ordinary == NIL)
		return NULL;
	return list_nth(values->ordinary, n % list_length(values->ordinary));
}

static bool
flag(uint64 row, int column)
{
	bool isnull;

	return DatumGetBool(
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull));
}

/* Returns the queries for the parents' values, in the order of the columns. */
static List *
read_columns(LabTable *table)
{
	MemoryContext context = CurrentMemoryContext;
	List *queries = NIL;
	Oid type = OIDOID;
	Datum value = ObjectIdGetDatum(table->oid);
	bool isnull;

	SPI_connect();
	if (SPI_execute_with_args(columns_query, 1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the columns of %s", table->name);
	MemoryContextSwitchTo(context);
	table->ncolumns = SPI_processed;
	table->columns = palloc0(sizeof(LabColumn) * Max(table->ncolumns, 1));
	for (int i = 0; i < table->ncolumns; i++)
	{
		LabColumn *column = &table->columns[i];

		column->name = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		column->type = DatumGetObjectId(
			SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
		column->not_null = flag(i, 3);
		column->has_default = flag(i, 4);
		column->automatic = flag(i, 5);
		column->fixed = flag(i, 6);
		column->key = flag(i, 7) || (table->view && i == 0);
		column->primary = flag(i, 8);
		queries = lappend(queries, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 9));
		column->turn =
			DatumGetInt16(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 10, &isnull));
		if (isnull)
			column->turn = i;
	}
	SPI_finish();
	MemoryContextSwitchTo(context);
	return queries;
}

/* The first keys that come from a sequence, and the first that are made up. */
static void
add_heirs(LabColumn *column)
{
	Oid base = getBaseType(column->type);

	for (int n = 0; n < 3; n++)
	{
		char *key = made_up(column, n);

		if (base == INT4OID || base == INT8OID)
			column->heirs =
				lappend(column->heirs,
						lab_literal(psprintf(INT64_FORMAT, LAB_SEQUENCE_START + n), column->type));
		if (key)
			column->heirs = lappend(column->heirs, key);
	}
}

static void
read_parents(LabTable *table, List *queries, int timeout)
{
	ListCell *cell;
	ListCell *value;

	foreach (cell, queries)
	{
		LabColumn *column = &table->columns[foreach_current_index(cell)];

		if (lfirst(cell) == NULL)
			continue;
		foreach (value, lab_values_query(lfirst(cell), table->owner, timeout))
			column->parents = lappend(column->parents,
									  lab_literal_found(lfirst(value), column->type, table->owner));
		add_heirs(column);
	}
}

/* The text of a sample, cut into its values. */
static char **
split(const LabTable *table, char *text)
{
	char **values = palloc0(sizeof(char *) * Max(table->ncolumns, 1));

	for (int i = 0; i < table->ncolumns && text; i++)
	{
		const LabColumn *column = &table->columns[i];
		char *end = strchr(text, SEPARATOR);

		if (end)
			*end = '\0';
		values[i] = strcmp(text, IS_NULL) == 0
						? psprintf("NULL::%s", lab_type_any_length(column->type))
						: lab_literal_found(text, column->type, table->owner);
		text = end ? end + 1 : NULL;
	}
	return values;
}

static void
read_samples(LabTable *table, int timeout)
{
	StringInfoData query;
	ListCell *cell;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT concat_ws(E'\\001'");
	for (int i = 0; i < table->ncolumns; i++)
		appendStringInfo(&query, ", coalesce(t.%s::text, E'\\002')", table->columns[i].name);
	appendStringInfo(&query, ") FROM %s AS t ORDER BY md5(t::text) LIMIT %d", table->name, SAMPLES);
	foreach (cell, lab_values_query(query.data, table->owner, timeout))
		table->samples = lappend(table->samples, split(table, lfirst(cell)));
	table->rows = list_length(lab_values_query(
		psprintf("SELECT 1 FROM %s LIMIT %d", table->name, MANY_ROWS + 1), table->owner, timeout));
	table->large = table->rows > MANY_ROWS;
}

static void
find_varying(LabTable *table)
{
	Relation relation = table_open(table->oid, AccessShareLock);

	for (int i = 0; i < RelationGetDescr(relation)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), i);
		const char *name = quote_identifier(NameStr(attribute->attname));

		if (attribute->attisdropped || !lab_rows_default_varies(relation, i + 1))
			continue;
		for (int j = 0; j < table->ncolumns; j++)
			if (strcmp(table->columns[j].name, name) == 0)
				table->columns[j].varies = true;
	}
	table_close(relation, AccessShareLock);
}

LabTable *
lab_table_read(Oid oid, const LabMentions *mentions, int timeout)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(oid));
	LabTable *table;
	Form_pg_class form;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_class) GETSTRUCT(tuple);
	table = palloc0(sizeof(LabTable));
	table->oid = oid;
	table->name =
		quote_qualified_identifier(get_namespace_name(form->relnamespace), NameStr(form->relname));
	table->owner = form->relowner;
	table->view = form->relkind == RELKIND_VIEW;
	ReleaseSysCache(tuple);
	read_parents(table, read_columns(table), timeout);
	find_varying(table);
	for (int i = 0; i < table->ncolumns; i++)
	{
		LabColumn *column = &table->columns[i];
		ListCell *word;

		column->values =
			lab_values_for(column->type, column->name, mentions, table->owner, timeout);
		foreach (word, mentions->words)
			column->mentioned |= strcmp(quote_identifier(lfirst(word)), column->name) == 0;
	}
	read_samples(table, timeout);
	return table;
}

/* The same but for its last letter or digit, which moves on by so many: ABC-1 becomes ABC-4. */
static char *
moved(const char *literal, int by)
{
	char *copy = pstrdup(literal);
	char *end = strstr(copy, "::");

	if (end == NULL)
		end = copy + strlen(copy);
	while (--end >= copy)
	{
		char first = isdigit((unsigned char) *end)   ? '0'
					 : islower((unsigned char) *end) ? 'a'
					 : isupper((unsigned char) *end) ? 'A'
													 : 0;

		if (!first)
			continue;
		*end = first + (*end - first + by) % (first == '0' ? 10 : 26);
		break;
	}
	return copy;
}

/* Does the column stay as it is?  Of a key with several columns, one at a time is enough. */
static bool
stays(const LabTable *table, int column, int n)
{
	int primary = 0;
	int before = 0;

	for (int i = 0; i < table->ncolumns; i++)
	{
		primary += table->columns[i].primary;
		before += i < column && table->columns[i].primary;
	}
	return table->columns[column].primary && primary > 1 && n % primary != before;
}

char **
lab_table_new_row(const LabTable *table, int n, bool modelled)
{
	int samples = list_length(table->samples);
	char **sample = samples ? list_nth(table->samples, n % samples) : NULL;
	char **values = palloc0(sizeof(char *) * Max(table->ncolumns, 1));

	for (int i = 0; i < table->ncolumns; i++)
	{
		const LabColumn *column = &table->columns[i];
		List *ordinary = column->values.ordinary;

		bool as_it_is = modelled && sample && stays(table, i, n);

		if (column->fixed || column->automatic)
			continue;
		if (!as_it_is && column->parents && (column->key || sample == NULL))
			values[i] =
				list_nth(column->parents, (n + column->turn) % list_length(column->parents));
		else if (!as_it_is && column->key)
			values[i] = modelled && sample ? moved(sample[i], n + 1) : made_up(column, n);
		else if (sample)
			values[i] = sample[i];
		else if (ordinary)
			values[i] = list_nth(ordinary, (n + i) % list_length(ordinary));
	}
	return values;
}

char *
lab_table_insert(const LabTable *table, char **values)
{
	StringInfoData names;
	StringInfoData expressions;

	initStringInfo(&names);
	initStringInfo(&expressions);
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (values[i] == NULL)
			continue;
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", table->columns[i].name);
		appendStringInfo(&expressions, "%s%s", expressions.len > 0 ? ", " : "", values[i]);
	}
	if (names.len == 0)
		return psprintf("INSERT INTO %s DEFAULT VALUES", table->name);
	return psprintf("INSERT INTO %s (%s) VALUES (%s)", table->name, names.data, expressions.data);
}

/* A primary key that is the same in every database. */
static bool
has_primary_key(const LabTable *table)
{
	bool found = false;

	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].primary && table->columns[i].varies)
			return false;
		found |= table->columns[i].primary;
	}
	return found;
}

char *
lab_table_where(const LabTable *table, char **values)
{
	bool primary = has_primary_key(table);
	StringInfoData where;

	initStringInfo(&where);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const LabColumn *column = &table->columns[i];
		const char *word = where.len > 0 ? "AND" : "WHERE";
		char *value = values[i];

		if (primary ? !column->primary : column->varies || (column->fixed && !column->automatic))
			continue;
		if (value == NULL && column->automatic)
			value = lab_literal(psprintf(INT64_FORMAT, LAB_SEQUENCE_START), column->type);
		if (value == NULL)
			continue;
		if (strncmp(value, "NULL", 4) == 0)
			appendStringInfo(&where, " %s %s IS NULL", word, column->name);
		else if (primary)
			appendStringInfo(&where, " %s %s = %s", word, column->name, value);
		else /* whatever the type: some have no equality */
			appendStringInfo(&where, " %s %s::text = %s::text", word, column->name, value);
	}
	return where.data;
}
