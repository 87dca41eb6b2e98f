/*
 * pool.c
 *		Values of a type to try an expression with.
 *
 * Texts go through the type's input function, some hundred of them; where it
 * refuses one, a subtransaction ends and the next one goes on after it.  Arrays,
 * ranges and composites are made from the pools of what they consist of.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "extension/compat.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/resowner.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "worker/pool.h"
#include "worker/pool_texts.h"
#include "worker/sandbox.h"

#define MAX_VALUES 8000
#define MAX_NESTED 3 /* arrays of composites of arrays */

static LabPool *make_pool(Oid type, int32 typmod, const LabConstants *constants, int depth);

static LabPool *
empty_pool(Oid type, int32 typmod)
{
	LabPool *pool = palloc0(sizeof(LabPool));

	pool->type = type;
	pool->typmod = typmod;
	pool->size = 64;
	pool->values = palloc(sizeof(Datum) * pool->size);
	pool->nulls = palloc(sizeof(bool) * pool->size);
	return pool;
}

void
lab_pool_add(LabPool *pool, Datum value, bool isnull)
{
	int16 length;
	bool by_value;

	if (pool->n >= MAX_VALUES)
	{
		pool->cut_short = true;
		return;
	}
	get_typlenbyval(pool->type, &length, &by_value);
	if (pool->n == pool->size)
	{
		pool->size *= 2;
		pool->values = repalloc(pool->values, sizeof(Datum) * pool->size);
		pool->nulls = repalloc(pool->nulls, sizeof(bool) * pool->size);
	}
	pool->values[pool->n] = isnull ? (Datum) 0 : datumCopy(value, by_value, length);
	pool->nulls[pool->n++] = isnull;
}

/* Texts, each once, without those that are no text in this encoding. */
static List *
distinct_texts(List *texts)
{
	HASHCTL info = {0};
	HTAB *seen;
	List *result = NIL;
	ListCell *cell;

	info.keysize = 64;
	info.entrysize = 64;
	info.hcxt = CurrentMemoryContext;
	seen = hash_create("texts", 512, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach (cell, texts)
	{
		char *text = lfirst(cell);
		int length = strlen(text);
		char key[64] = {0};
		bool found = false;

		if (!pg_verifymbstr(text, length, true))
			continue;
		memcpy(key, text, Min(length, sizeof(key)));
		if (length < sizeof(key)) /* longer ones are few */
			(void) hash_search(seen, key, HASH_ENTER, &found);
		if (!found)
			result = lappend(result, text);
	}
	hash_destroy(seen);
	return result;
}

/* What the input function of the pool's type makes of the texts. */
static void
add_texts(LabPool *pool, List *const texts)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Oid input;
	Oid parameter;
	FmgrInfo function;
	volatile int i = 0;

	getTypeInputInfo(pool->type, &input, &parameter);
	fmgr_info(input, &function);
	while (i < list_length(texts))
	{
		BeginInternalSubTransaction(NULL);
		MemoryContextSwitchTo(context);
		PG_TRY();
		{
			for (; i < list_length(texts); i++)
				lab_pool_add(
					pool, InputFunctionCall(&function, list_nth(texts, i), parameter, pool->typmod),
					false);
			ReleaseCurrentSubTransaction();
		}
		PG_CATCH();
		{
			(void) lab_sandbox_forgive(context);
			i++;
		}
		PG_END_TRY();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
}

/* The constants that are of the very type: what they are is tried first. */
static void
add_constants(LabPool *pool, const LabConstants *constants)
{
	ListCell *cell;

	foreach (cell, constants->values)
	{
		const Const *constant = lfirst(cell);

		if (getBaseType(constant->consttype) == pool->type)
			lab_pool_add(pool, constant->constvalue, false);
	}
}

static void
add_labels(LabPool *pool)
{
	CatCList *labels = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(pool->type));

	for (int i = 0; i < labels->n_members; i++)
		lab_pool_add(pool,
					 ObjectIdGetDatum(((Form_pg_enum) GETSTRUCT(&labels->members[i]->tuple))->oid),
					 false);
	ReleaseSysCacheList(labels);
}

static void
add_array(LabPool *pool, Oid element, Datum *values, bool *nulls, int n)
{
	int16 length;
	bool by_value;
	char align;
	int lower = 1;
	ArrayType *array;

	get_typlenbyvalalign(element, &length, &by_value, &align);
	array =
		n == 0 ? construct_empty_array(element)
			   : construct_md_array(values, nulls, 1, &n, &lower, element, length, by_value, align);
	lab_pool_add(pool, PointerGetDatum(array), false);
}

/* Arrays that a constant is one element away from. */
static void
add_arrays_near(LabPool *pool, Oid element, const LabPool *elements, Datum array)
{
	ArrayType *values = DatumGetArrayTypeP(array);
	int16 length;
	bool by_value;
	char align;
	Datum *datums;
	bool *nulls;
	int n;

	if (ARR_NDIM(values) != 1)
		return;
	get_typlenbyvalalign(element, &length, &by_value, &align);
	deconstruct_array(values, element, length, by_value, align, &datums, &nulls, &n);
	add_array(pool, element, datums, nulls, n - 1);
	add_array(pool, element, datums + 1, nulls + 1, n - 1);
	datums = repalloc(datums, sizeof(Datum) * (n + 1));
	nulls = repalloc(nulls, sizeof(bool) * (n + 1));
	for (int i = 0; i < Min(elements->n, 10); i++)
	{
		datums[n] = elements->values[i];
		nulls[n] = elements->nulls[i];
		add_array(pool, element, datums, nulls, n + 1);
	}
}

static void
add_arrays(LabPool *pool, Oid element, const LabConstants *constants, int depth)
{
	LabPool *elements = make_pool(element, pool->typmod, constants, depth);
	int constant_arrays = pool->n;
	ListCell *cell;

	for (int i = 0; i < constant_arrays; i++)
		add_arrays_near(pool, element, elements, pool->values[i]);
	add_array(pool, element, NULL, NULL, 0);
	for (int i = 0; i < Min(elements->n, 60); i++)
		add_array(pool, element, &elements->values[i], &elements->nulls[i], 1);
	for (int i = 0; i < Min(elements->n, 8); i++)
		for (int j = 0; j < Min(elements->n, 8); j++)
		{
			Datum values[] = {elements->values[i], elements->values[j]};
			bool nulls[] = {elements->nulls[i], elements->nulls[j]};

			add_array(pool, element, values, nulls, 2);
		}
	foreach (cell, constants->numbers)
	{
		double n = strtod(lfirst(cell), NULL);

		for (int length = (int) n - 1; n >= 0 && n <= 100 && length <= (int) n + 1; length++)
			if (length > 0 && elements->n >= length)
				add_array(pool, element, elements->values, elements->nulls, length);
	}
	if (elements->n > 0)
	{
		Datum values[] = {elements->values[0], (Datum) 0};
		bool nulls[] = {elements->nulls[0], true};

		add_array(pool, element, values, nulls, 2);
	}
}

static void
add_range(LabPool *pool, TypeCacheEntry *type, RangeBound lower, RangeBound upper)
{
	if (!lower.infinite && !upper.infinite && range_cmp_bound_values(type, &lower, &upper) > 0)
		return;
	lab_pool_add(pool, RangeTypePGetDatum(lab_make_range(type, &lower, &upper, false)), false);
}

/* Ranges between the first values of the subtype, with and without their bounds. */
static void
add_ranges(LabPool *pool, const LabConstants *constants, int depth)
{
	TypeCacheEntry *type = lookup_type_cache(pool->type, TYPECACHE_RANGE_INFO);
	LabPool *bounds = make_pool(type->rngelemtype->type_id, -1, constants, depth);
	int n = Min(bounds->n, 12);
	RangeBound unbounded[2] = {{0, true, false, true}, {0, true, false, false}};

	lab_pool_add(pool, RangeTypePGetDatum(make_empty_range(type)), false);
	add_range(pool, type, unbounded[0], unbounded[1]);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			for (int inclusive = 0; inclusive < 4; inclusive++)
			{
				RangeBound lower = {bounds->values[i], false, (inclusive & 1) == 0, true};
				RangeBound upper = {bounds->values[j], false, (inclusive & 2) != 0, false};

				add_range(pool, type, lower, upper);
				if (i == j)
				{
					add_range(pool, type, lower, unbounded[1]);
					add_range(pool, type, unbounded[0], upper);
				}
			}
}

/* Rows of the attributes' values, each attribute out of step with the others. */
static void
add_composites(LabPool *pool, const LabConstants *constants, int depth)
{
	TupleDesc descriptor = lookup_rowtype_tupdesc(pool->type, pool->typmod);
	LabPool **pools = palloc0(sizeof(LabPool *) * descriptor->natts);
	Datum *values = palloc0(sizeof(Datum) * descriptor->natts);
	bool *nulls = palloc0(sizeof(bool) * descriptor->natts);

	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped)
			pools[i] = make_pool(TupleDescAttr(descriptor, i)->atttypid,
								 TupleDescAttr(descriptor, i)->atttypmod, constants, depth);
	for (int row = 0; row < 100; row++)
	{
		for (int i = 0; i < descriptor->natts; i++)
		{
			int at = pools[i] && pools[i]->n > 0 ? (row * (i + 1)) % (pools[i]->n + 1) : -1;

			nulls[i] = at < 0 || at == pools[i]->n || pools[i]->nulls[at];
			values[i] = nulls[i] ? (Datum) 0 : pools[i]->values[at];
		}
		lab_pool_add(pool, HeapTupleGetDatum(heap_form_tuple(descriptor, values, nulls)), false);
	}
	ReleaseTupleDesc(descriptor);
}

/* Texts for the type, by what the server says it is like. */
static List *
texts_for(Oid type, int32 typmod, const LabConstants *constants)
{
	List *texts = lab_texts_of_type(constants, type);
	char category;
	bool preferred;

	if (texts)
		return list_concat(list_copy(constants->strings), texts);
	switch (type)
	{
		case TIMEOID:
		case TIMETZOID:
			return lab_texts_of_times(constants);
		case JSONOID:
		case JSONBOID:
			return lab_texts_of_documents(constants);
	}
	get_type_category_preferred(type, &category, &preferred);
	switch (category)
	{
		case TYPCATEGORY_NUMERIC:
			return lab_texts_of_numbers(constants, type, typmod);
		case TYPCATEGORY_STRING:
			return lab_texts_of_strings(constants, typmod);
		case TYPCATEGORY_DATETIME:
			return lab_texts_of_moments(constants);
		case TYPCATEGORY_TIMESPAN:
			return lab_texts_of_intervals(constants);
		default:
			return list_copy(constants->strings);
	}
}

/* Without NULL. */
static LabPool *
make_pool(Oid type, int32 typmod, const LabConstants *constants, int depth)
{
	Oid base = getBaseTypeAndTypmod(type, &typmod);
	LabPool *pool = empty_pool(base, typmod);
	Oid element = get_base_element_type(base);

	if (depth > MAX_NESTED)
		return pool;
	add_constants(pool, constants);
	pool->core = pool->n;
	if (type_is_enum(base))
		add_labels(pool);
	else if (OidIsValid(element))
		add_arrays(pool, element, constants, depth + 1);
	else if (type_is_range(base))
		add_ranges(pool, constants, depth + 1);
	else if (type_is_rowtype(base))
	{
		if (base != RECORDOID)
			add_composites(pool, constants, depth + 1);
	}
	else
		add_texts(pool, distinct_texts(texts_for(base, typmod, constants)));
	pool->core = Min(Max(pool->core, 1) + 8, pool->n);
	return pool;
}

LabPool *
lab_pool_make(Oid type, int32 typmod, const LabConstants *constants, bool with_null)
{
	LabPool *pool = make_pool(type, typmod, constants, 0);

	if (with_null)
		lab_pool_add(pool, (Datum) 0, true);
	pool->core = Min(Max(pool->core, 1), pool->n);
	return pool;
}
