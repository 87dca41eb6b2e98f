/*
 * result.c
 *		What a query gives, in a form that can be compared with another database's.
 *
 * Rows are taken as they come and never kept, unless values are compared with a
 * tolerance.  As in rows.c a row is the sum of its columns, and a bag of rows the
 * sum of its rows; where their order counts, rows that may change places are a
 * bag, and bags follow each other.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/guc.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"
#include "worker/result.h"
#include "worker/view_query.h"

typedef struct Column
{
	char *name;
	LabDigest name_digest;
	int attribute; /* 0: the result lacks it */
	bool tolerant;
	LabDigest sum;
} Column;

/* A sort key with the value of the row before. */
typedef struct Key
{
	const LabSortKey *key;
	int attribute; /* 0: the result lacks it */
	FmgrInfo *compare;
	Oid collation;
	bool by_value;
	int16 length;
	bool isnull;
	Datum value;
} Key;

typedef struct Reader
{
	DestReceiver receiver; /* first */
	const LabReading *how;
	LabResult *result;
	TupleDesc descriptor;
	Column *columns;
	int ncolumns;
	Key *keys;
	LabDigest sum;
	LabDigest group; /* of the rows that may change places, so far */
	int group_size;
	LabDigest group_key; /* what they have in common */
	LabDigest sequence;
	ListCell *next_group; /* when sizes are given */
	MemoryContext context;
	MemoryContext row_context;
} Reader;

static bool
has_fractions(Oid type)
{
	type = getBaseType(type);
	return type == FLOAT4OID || type == FLOAT8OID || type == NUMERICOID;
}

static int
attribute_named(TupleDesc descriptor, const char *name)
{
	for (int i = 0; i < descriptor->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(descriptor, i)->attname), name) == 0)
			return i + 1;
	return 0;
}

static void
add_column(Reader *reader, const char *name, int attribute)
{
	Column *column = &reader->columns[reader->ncolumns++];

	column->name = pstrdup(name);
	column->name_digest = lab_digest_bytes(name, strlen(name));
	column->attribute = attribute;
	column->tolerant = reader->how->tolerant && attribute > 0 &&
					   has_fractions(TupleDescAttr(reader->descriptor, attribute - 1)->atttypid);
	if (column->tolerant)
		reader->result->nvalues++;
}

static void
add_key(Reader *reader, Key *key, const LabSortKey *wanted)
{
	Form_pg_attribute attribute;
	TypeCacheEntry *type;

	key->key = wanted;
	key->isnull = true;
	key->attribute = reader->how->by_position
						 ? (wanted->column <= reader->descriptor->natts ? wanted->column : 0)
						 : attribute_named(reader->descriptor, wanted->name);
	if (key->attribute == 0)
		return;
	attribute = TupleDescAttr(reader->descriptor, key->attribute - 1);
	type = lookup_type_cache(attribute->atttypid, TYPECACHE_CMP_PROC_FINFO);
	key->compare = OidIsValid(type->cmp_proc) ? &type->cmp_proc_finfo : NULL;
	key->collation = attribute->attcollation;
	key->by_value = attribute->attbyval;
	key->length = attribute->attlen;
}

static void
reader_startup(DestReceiver *self, int operation, TupleDesc descriptor)
{
	Reader *reader = (Reader *) self;
	const LabReading *how = reader->how;
	MemoryContext before = MemoryContextSwitchTo(reader->context);
	ListCell *cell;

	reader->descriptor = CreateTupleDescCopy(descriptor);
	reader->columns =
		palloc0(sizeof(Column) * Max(descriptor->natts, Max(list_length(how->columns), 1)));
	reader->row_context =
		AllocSetContextCreate(CurrentMemoryContext, "result row", ALLOCSET_DEFAULT_SIZES);
	foreach (cell, how->columns)
		add_column(reader, lfirst(cell), attribute_named(descriptor, lfirst(cell)));
	for (int i = 0; how->columns == NIL && i < descriptor->natts - how->keys; i++)
		add_column(reader,
				   how->by_position ? psprintf("%d", i + 1)
									: NameStr(TupleDescAttr(descriptor, i)->attname),
				   i + 1);
	reader->keys = palloc0(sizeof(Key) * Max(list_length(how->sorted_by), 1));
	foreach (cell, how->sorted_by)
		add_key(reader, &reader->keys[foreach_current_index(cell)], lfirst(cell));
	reader->next_group = list_head(how->groups);
	MemoryContextSwitchTo(before);
}

static LabDigest
value_digest(Reader *reader, TupleTableSlot *slot, int attribute)
{
	Form_pg_attribute form = TupleDescAttr(reader->descriptor, attribute - 1);

	if (slot->tts_isnull[attribute - 1])
		return lab_digest_null();
	return lab_digest_value(slot->tts_values[attribute - 1], form->atttypid, form->attcollation);
}

static double
value_as_double(Reader *reader, TupleTableSlot *slot, int attribute)
{
	Datum value = slot->tts_values[attribute - 1];

	switch (getBaseType(TupleDescAttr(reader->descriptor, attribute - 1)->atttypid))
	{
		case FLOAT4OID:
			return DatumGetFloat4(value);
		case FLOAT8OID:
			return DatumGetFloat8(value);
		default:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value));
	}
}

static void
keep_tolerant(Reader *reader, TupleTableSlot *slot, LabDigest exact)
{
	MemoryContext before = MemoryContextSwitchTo(reader->context);
	LabTolerantRow *row = palloc0(sizeof(LabTolerantRow));
	int n = 0;

	row->exact = exact;
	row->values = palloc0(sizeof(double) * Max(reader->result->nvalues, 1));
	row->nulls = palloc0(sizeof(bool) * Max(reader->result->nvalues, 1));
	for (int i = 0; i < reader->ncolumns; i++)
	{
		int attribute = reader->columns[i].attribute;

		if (!reader->columns[i].tolerant)
			continue;
		row->nulls[n] = slot->tts_isnull[attribute - 1];
		if (!row->nulls[n])
			row->values[n] = value_as_double(reader, slot, attribute);
		n++;
	}
	reader->result->tolerant = lappend(reader->result->tolerant, row);
	MemoryContextSwitchTo(before);
}

/* How the key's value compares with that of the row before: below 0 where it comes too early. */
static int
compare_key(const Key *key, Datum value, bool isnull)
{
	int order;

	if (key->isnull || isnull)
	{
		if (key->isnull && isnull)
			return 0;
		return key->isnull == key->key->nulls_first ? 1 : -1;
	}
	order = DatumGetInt32(FunctionCall2Coll(key->compare, key->collation, value, key->value));
	return key->key->descending ? -order : order;
}

static void
check_order(Reader *reader, TupleTableSlot *slot)
{
	int nkeys = list_length(reader->how->sorted_by);
	bool decided = reader->result->rows == 0;

	for (int i = 0; i < nkeys; i++)
	{
		Key *key = &reader->keys[i];
		Datum value;
		bool isnull;
		int order;

		if (key->attribute == 0 || key->compare == NULL)
		{
			reader->result->sorted = false;
			return;
		}
		value = slot->tts_values[key->attribute - 1];
		isnull = slot->tts_isnull[key->attribute - 1];
		order = decided ? 0 : compare_key(key, value, isnull);
		if (order < 0)
			reader->result->sorted = false;
		decided |= order != 0;

		MemoryContextSwitchTo(reader->context);
		if (!key->isnull && !key->by_value)
			pfree(DatumGetPointer(key->value));
		key->isnull = isnull;
		if (!isnull)
			key->value = datumCopy(value, key->by_value, key->length);
		MemoryContextSwitchTo(reader->row_context);
	}
}

/* The rows that may change places are complete. */
static void
end_group(Reader *reader)
{
	MemoryContext before = MemoryContextSwitchTo(reader->context);

	reader->sequence = lab_digest_combine(reader->sequence, lab_digest_mix(reader->group));
	if (reader->how->make_groups)
		reader->result->groups = lappend_int(reader->result->groups, reader->group_size);
	else
		reader->next_group =
			reader->next_group ? lnext(reader->how->groups, reader->next_group) : NULL;
	reader->group = (LabDigest){0, 0};
	reader->group_size = 0;
	MemoryContextSwitchTo(before);
}

static void
note_order(Reader *reader, TupleTableSlot *slot, LabDigest row)
{
	const LabReading *how = reader->how;

	if (how->make_groups && reader->group_size > 0)
	{
		LabDigest key = {0, 0};

		for (int i = reader->descriptor->natts - how->keys; i < reader->descriptor->natts; i++)
			key = lab_digest_combine(key, value_digest(reader, slot, i + 1));
		if (how->keys == 0 || key.high != reader->group_key.high ||
			key.low != reader->group_key.low)
			end_group(reader);
	}
	if (how->make_groups && reader->group_size == 0)
	{
		reader->group_key = (LabDigest){0, 0};
		for (int i = reader->descriptor->natts - how->keys; i < reader->descriptor->natts; i++)
			reader->group_key =
				lab_digest_combine(reader->group_key, value_digest(reader, slot, i + 1));
	}
	lab_digest_add(&reader->group, row);
	reader->group_size++;
	if (!how->make_groups &&
		(reader->next_group == NULL || reader->group_size == lfirst_int(reader->next_group)))
		end_group(reader);
}

static bool
reader_row(TupleTableSlot *slot, DestReceiver *self)
{
	Reader *reader = (Reader *) self;
	MemoryContext before = MemoryContextSwitchTo(reader->row_context);
	LabDigest row = {0, 0};

	if (reader->result->rows >= lab_result_limit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("it gives more than labcreator.result_limit (%d) rows", lab_result_limit)));
	slot_getallattrs(slot);
	for (int i = 0; i < reader->ncolumns; i++)
	{
		Column *column = &reader->columns[i];
		LabDigest value;

		if (column->attribute == 0 || column->tolerant)
			continue;
		value =
			lab_digest_combine(column->name_digest, value_digest(reader, slot, column->attribute));
		lab_digest_add(&row, value);
		lab_digest_add(&column->sum, value);
	}
	if (reader->how->tolerant)
		keep_tolerant(reader, slot, row);
	if (reader->how->sorted_by)
		check_order(reader, slot);
	row = lab_digest_mix(row);
	if (reader->how->make_groups || reader->how->groups)
		note_order(reader, slot, row);
	lab_digest_add(&reader->sum, row);
	reader->result->rows++;
	MemoryContextSwitchTo(before);
	MemoryContextReset(reader->row_context);
	return true;
}

static void
reader_nothing(DestReceiver *self)
{
}

static void
append_digest(StringInfo text, LabDigest digest)
{
	appendStringInfo(text, "\"%016lx%016lx\"", (unsigned long) digest.high,
					 (unsigned long) digest.low);
}

static char *
definition_of(const Reader *reader)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"rows\": " INT64_FORMAT ", \"digest\": ", reader->result->rows);
	append_digest(&text, reader->sum);
	appendStringInfoString(&text, ", \"columns\": {");
	for (int i = 0; i < reader->ncolumns; i++)
	{
		if (i > 0)
			appendStringInfoString(&text, ", ");
		escape_json(&text, reader->columns[i].name);
		appendStringInfoString(&text, ": ");
		if (reader->columns[i].tolerant)
			appendStringInfoString(&text, "\"near\"");
		else if (reader->columns[i].attribute == 0)
			appendStringInfoString(&text, "null");
		else
			append_digest(&text, reader->columns[i].sum);
	}
	appendStringInfoString(&text, "}}");
	return text.data;
}

LabResult *
lab_result_read(const LabReading *how)
{
	Reader reader = {{reader_row, reader_startup, reader_nothing, reader_nothing, DestNone}};
	SPIExecuteOptions options = {0};
	LabResult *result = palloc0(sizeof(LabResult));
	int code;

	reader.how = how;
	reader.result = result;
	reader.context = CurrentMemoryContext;
	result->sorted = true;
	options.read_only = !how->writing;
	options.dest = &reader.receiver;
	SPI_connect();
	code = SPI_execute_extended(how->query, &options);
	if (code < 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("this statement cannot be run here: %s", SPI_result_code_string(code))));
	result->changed = SPI_processed;
	MemoryContextSwitchTo(reader.context);
	if (reader.group_size > 0)
		end_group(&reader);
	result->definition = definition_of(&reader);
	result->sequence = psprintf("%016lx%016lx", (unsigned long) reader.sequence.high,
								(unsigned long) reader.sequence.low);
	SPI_finish();
	MemoryContextSwitchTo(reader.context);
	return result;
}

/* NaN is NaN, and an infinity is the same infinity. */
static bool
near(double a, double b, double tolerance)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	if (isinf(a) || isinf(b))
		return a == b;
	return fabs(a - b) <= tolerance;
}

static bool
rows_near(const LabTolerantRow *a, const LabTolerantRow *b, int nvalues, double tolerance)
{
	if (a->exact.high != b->exact.high || a->exact.low != b->exact.low)
		return false;
	for (int i = 0; i < nvalues; i++)
	{
		if (a->nulls[i] != b->nulls[i])
			return false;
		if (!a->nulls[i] && !near(a->values[i], b->values[i], tolerance))
			return false;
	}
	return true;
}

static int
compare_tolerant(const ListCell *a, const ListCell *b)
{
	const LabTolerantRow *one = lfirst(a);
	const LabTolerantRow *other = lfirst(b);

	if (one->exact.high != other->exact.high)
		return one->exact.high < other->exact.high ? -1 : 1;
	if (one->exact.low != other->exact.low)
		return one->exact.low < other->exact.low ? -1 : 1;
	return 0;
}

/* Each row finds a partner among those that are equal in everything else. */
bool
lab_result_near(List *expected, List *found, int nvalues, double tolerance, bool ordered)
{
	int first = 0;

	if (list_length(expected) != list_length(found))
		return false;
	if (!ordered)
	{
		list_sort(expected, compare_tolerant);
		list_sort(found, compare_tolerant);
	}
	for (int i = 0; i < list_length(expected); i++)
	{
		const LabTolerantRow *wanted = list_nth(expected, i);
		bool matched = false;

		CHECK_FOR_INTERRUPTS();
		if (ordered)
			matched = rows_near(wanted, list_nth(found, i), nvalues, tolerance);
		while (first < list_length(found) && ((LabTolerantRow *) list_nth(found, first))->used)
			first++;
		for (int j = first; !ordered && !matched && j < list_length(found); j++)
		{
			LabTolerantRow *row = list_nth(found, j);

			if (row->used || !rows_near(wanted, row, nvalues, tolerance))
			{
				if (row->exact.high > wanted->exact.high)
					break;
				continue;
			}
			row->used = matched = true;
		}
		if (!matched)
			return false;
	}
	return true;
}

char *
lab_groups_text(List *groups)
{
	StringInfoData text;
	int run = 0;
	ListCell *cell;

	initStringInfo(&text);
	foreach (cell, groups)
	{
		ListCell *next = lnext(groups, cell);

		run++;
		if (next && lfirst_int(next) == lfirst_int(cell))
			continue;
		appendStringInfo(&text, "%s%dx%d", text.len > 0 ? "," : "", lfirst_int(cell), run);
		run = 0;
	}
	return text.data;
}

List *
lab_groups_read(const char *text)
{
	List *groups = NIL;

	while (*text)
	{
		char *end;
		int size = (int) strtol(text, &end, 10);
		int run = (int) strtol(end + 1, &end, 10);

		for (int i = 0; i < run; i++)
			groups = lappend_int(groups, size);
		text = *end ? end + 1 : end;
	}
	return groups;
}
