/*
 * digest.c
 *		128 bits of a value, equal where its type says that two values are.
 *
 * A type's own extended hash function agrees with its equality, so 1.0 and 1.00
 * are one number.  Where there is none, or where its equality is coarser than a
 * lab should be (intervals), the text stands for the value.  Enums go by label
 * and composites by the names of their attributes, because oids differ between
 * databases.  Hash and output functions belong to a superuser: nothing here
 * runs a participant's code.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/multirangetypes.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "worker/digest.h"

#define SEED_HIGH UINT64CONST(0x6c61626372656174)
#define SEED_LOW UINT64CONST(0x6f7200000000001f)

/* What a value is digested by. */
typedef enum How
{
	BY_HASH, /* of its type */
	BY_NUMBER,
	BY_TEXT,
	BY_JSON,
	BY_DOCUMENT,
	BY_GEOMETRY,
	BY_ELEMENTS,
	BY_ATTRIBUTES,
	BY_BOUNDS,
	BY_RANGES
} How;

/* What has to be known of a type: looked up once, for a table has many values. */
typedef struct Recipe
{
	Oid type; /* hash key */
	Oid base; /* that of a domain */
	How how;
	Oid element; /* of an array */
	TypeCacheEntry
		*entry; /* of a range, and of what has a hash function; it lives as long as the process */
} Recipe;

static HTAB *recipes = NULL;
static bool recipes_stand = false; /* no type or operator class has changed since */

static List *names = NIL; /* of char *: lab_digest_set_names() */
static bool names_seen = false;

LabDigest
lab_digest_bytes(const void *bytes, Size length)
{
	return (LabDigest){DatumGetUInt64(hash_any_extended(bytes, length, SEED_HIGH)),
					   DatumGetUInt64(hash_any_extended(bytes, length, SEED_LOW))};
}

LabDigest
lab_digest_null(void)
{
	return (LabDigest){UINT64CONST(0x9e3779b97f4a7c15), UINT64CONST(0xc2b2ae3d27d4eb4f)};
}

LabDigest
lab_digest_combine(LabDigest a, LabDigest b)
{
	LabDigest both[2] = {a, b};

	return lab_digest_bytes(both, sizeof(both));
}

LabDigest
lab_digest_mix(LabDigest digest)
{
	return lab_digest_bytes(&digest, sizeof(digest));
}

static LabDigest
digest_text(Datum value, Oid type)
{
	Oid output;
	bool varlena;
	char *text;

	getTypeOutputInfo(type, &output, &varlena);
	text = OidOutputFunctionCall(output, value);
	return lab_digest_bytes(text, strlen(text));
}

void
lab_digest_set_names(List *list)
{
	names = list;
	names_seen = false;
}

bool
lab_digest_names_seen(void)
{
	return names_seen;
}

bool
lab_digest_take_names_seen(void)
{
	bool seen = names_seen;

	names_seen = false;
	return seen;
}

void
lab_digest_note_names_seen(void)
{
	names_seen = true;
}

uint64
lab_digest_names_sum(void)
{
	uint64 sum = 0;
	ListCell *cell;

	foreach (cell, names)
		sum = DatumGetUInt64(hash_any_extended(lfirst(cell), strlen(lfirst(cell)), sum + 1));
	return sum;
}

static bool
in_word(char c)
{
	return c == '_' || isalnum((unsigned char) c) || IS_HIGHBIT_SET(c);
}

/* The place of the name as a whole word, or NULL. */
static char *
find_word(char *text, const char *word)
{
	for (char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || !in_word(at[-1])) && !in_word(at[strlen(word)]))
			return at;
	return NULL;
}

/* The text without the names. */
static Datum
without_names(Datum value)
{
	char *string = TextDatumGetCString(value);
	bool found = false;
	ListCell *cell;

	foreach (cell, names)
	{
		const char *name = lfirst(cell);
		char *at;

		while ((at = find_word(string, name)) != NULL)
		{
			*at = '\0';
			string = psprintf("%s\001%s", string, at + strlen(name));
			found = true;
		}
	}
	if (!found)
		return value;
	names_seen = true;
	return CStringGetTextDatum(string);
}

static LabDigest
digest_array(Datum value, Oid element, Oid collation)
{
	ArrayType *array = DatumGetArrayTypeP(value);
	LabDigest digest = lab_digest_bytes(ARR_DIMS(array), sizeof(int) * ARR_NDIM(array));
	int16 length;
	bool by_value;
	char align;
	Datum *values;
	bool *nulls;
	int n;

	digest = lab_digest_combine(digest,
								lab_digest_bytes(ARR_LBOUND(array), sizeof(int) * ARR_NDIM(array)));
	get_typlenbyvalalign(element, &length, &by_value, &align);
	deconstruct_array(array, element, length, by_value, align, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
		digest = lab_digest_combine(
			digest, nulls[i] ? lab_digest_null() : lab_digest_value(values[i], element, collation));
	return digest;
}

static LabDigest
digest_composite(Datum value)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	TupleDesc descriptor =
		lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {0};
	Datum *values = palloc(sizeof(Datum) * descriptor->natts);
	bool *nulls = palloc(sizeof(bool) * descriptor->natts);
	LabDigest digest = {0, 0};

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	tuple.t_data = header;
	heap_deform_tuple(&tuple, descriptor, values, nulls);
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		const char *name = NameStr(attribute->attname);

		if (attribute->attisdropped)
			continue;
		lab_digest_add(
			&digest, lab_digest_combine(lab_digest_bytes(name, strlen(name)),
										nulls[i] ? lab_digest_null()
												 : lab_digest_value(values[i], attribute->atttypid,
																	attribute->attcollation)));
	}
	ReleaseTupleDesc(descriptor);
	return lab_digest_mix(digest);
}

static LabDigest
digest_range(Datum value, TypeCacheEntry *type)
{
	RangeBound bounds[2];
	bool empty;
	LabDigest digest = {1, 1};

	range_deserialize(type, DatumGetRangeTypeP(value), &bounds[0], &bounds[1], &empty);
	if (empty)
		return digest;
	for (int i = 0; i < 2; i++)
	{
		bool flags[2] = {bounds[i].infinite, bounds[i].inclusive};

		digest = lab_digest_combine(digest, lab_digest_bytes(flags, sizeof(flags)));
		if (!bounds[i].infinite)
			digest = lab_digest_combine(
				digest,
				lab_digest_value(bounds[i].val, type->rngelemtype->type_id, type->rng_collation));
	}
	return digest;
}

static LabDigest
digest_multirange(Datum value, TypeCacheEntry *type)
{
	MultirangeType *multirange = DatumGetMultirangeTypeP(value);
	LabDigest digest = {2, 2};
	RangeType **ranges;
	int n;

	multirange_deserialize(type->rngtype, multirange, &n, &ranges);
	for (int i = 0; i < n; i++)
		digest =
			lab_digest_combine(digest, digest_range(RangeTypePGetDatum(ranges[i]), type->rngtype));
	return digest;
}

static LabDigest
digest_scalar(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return lab_digest_bytes(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return lab_digest_value(NumericGetDatum(value->val.numeric), NUMERICOID, InvalidOid);
		case jbvBool:
			return lab_digest_bytes(&value->val.boolean, sizeof(bool));
		default:
			return lab_digest_null();
	}
}

/* The type's own hash takes {} for [] and [[1]] for [[[[1]]]]. */
static LabDigest
digest_document(Jsonb *document)
{
	JsonbIterator *iterator = JsonbIteratorInit(&document->root);
	LabDigest digest = {3, 3};
	JsonbValue value;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		bool scalar = token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM;
		int what[2] = {token, scalar ? value.type : 0};

		digest = lab_digest_combine(digest, lab_digest_bytes(what, sizeof(what)));
		if (scalar)
			digest = lab_digest_combine(digest, digest_scalar(&value));
	}
	return digest;
}

/* Could jsonb hold what the text says?  It has no NUL, no half characters, and its numbers end
 * somewhere. */
static bool
fits_jsonb(const char *text)
{
	if (strstr(text, "\\u0000") || strcasestr(text, "\\ud8") || strcasestr(text, "\\ud9") ||
		strcasestr(text, "\\uda") || strcasestr(text, "\\udb") || strcasestr(text, "\\udc") ||
		strcasestr(text, "\\udd") || strcasestr(text, "\\ude") || strcasestr(text, "\\udf"))
		return false;
	for (const char *c = text; *c; c++)
		if ((*c == 'e' || *c == 'E') && c > text && isdigit((unsigned char) c[-1]) &&
			strspn(c + 1, "+-0123456789") > 4)
			return false;
	return true;
}

static LabDigest
digest_json(Datum value)
{
	char *written = TextDatumGetCString(value);

	if (!fits_jsonb(written))
		return lab_digest_bytes(written, strlen(written));
	return digest_document(DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(written))));
}

/* Oids differ between databases, names do not. */
static bool
is_reference_to_object(Oid type)
{
	switch (type)
	{
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGCLASSOID:
		case REGTYPEOID:
		case REGROLEOID:
		case REGNAMESPACEOID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
		case REGCOLLATIONOID:
			return true;
		default:
			return false;
	}
}

/* -0 is 0, where the output of a type that has no hash function shows it. */
static LabDigest
digest_geometry(Datum value, Oid type)
{
	Oid output;
	bool varlena;
	char *text;
	char *to;

	getTypeOutputInfo(type, &output, &varlena);
	text = to = OidOutputFunctionCall(output, value);
	for (const char *from = text; *from; from++)
		if (!(from[0] == '-' && from[1] == '0' && strchr(",)}>", from[2])))
			*to++ = *from;
	return lab_digest_bytes(text, to - text);
}

static How
how_to_digest(Oid type)
{
	switch (type)
	{
		case NUMERICOID:
			return BY_NUMBER;
		case JSONOID:
			return BY_JSON;
		case JSONBOID:
			return BY_DOCUMENT;
		case POINTOID:
		case LSEGOID:
		case PATHOID:
		case BOXOID:
		case POLYGONOID:
		case LINEOID:
		case CIRCLEOID:
			return BY_GEOMETRY;
		default:
			break;
	}
	if (type == INTERVALOID || type_is_enum(type) || is_reference_to_object(type))
		return BY_TEXT;
	if (OidIsValid(get_base_element_type(type)))
		return BY_ELEMENTS;
	if (type_is_rowtype(type))
		return BY_ATTRIBUTES;
	if (type_is_range(type))
		return BY_BOUNDS;
	if (type_is_multirange(type))
		return BY_RANGES;
	return BY_HASH;
}

static void
forget_recipes(Datum arg, int cache, uint32 hash)
{
	recipes_stand = false;
}

static void
start_recipes(void)
{
	HASHCTL info = {0};

	if (recipes)
		hash_destroy(recipes);
	else
	{
		CacheRegisterSyscacheCallback(TYPEOID, forget_recipes, (Datum) 0);
		CacheRegisterSyscacheCallback(CLAOID, forget_recipes, (Datum) 0);
	}
	info.keysize = sizeof(Oid);
	info.entrysize = sizeof(Recipe);
	info.hcxt = TopMemoryContext;
	recipes = hash_create("digests by type", 32, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	recipes_stand = true;
}

static Recipe
recipe_of(Oid type)
{
	Recipe *known = recipes && recipes_stand ? hash_search(recipes, &type, HASH_FIND, NULL) : NULL;
	Recipe recipe = {0};

	if (known)
		return *known;
	if (recipes == NULL || !recipes_stand)
		start_recipes();
	recipe.type = type;
	recipe.base = getBaseType(type);
	recipe.how = how_to_digest(recipe.base);
	if (recipe.how == BY_ELEMENTS)
		recipe.element = get_base_element_type(recipe.base);
	else if (recipe.how == BY_BOUNDS)
		recipe.entry = lookup_type_cache(recipe.base, TYPECACHE_RANGE_INFO);
	else if (recipe.how == BY_RANGES)
		recipe.entry = lookup_type_cache(recipe.base, TYPECACHE_MULTIRANGE_INFO);
	else if (recipe.how == BY_HASH || recipe.how == BY_NUMBER)
	{
		recipe.entry = lookup_type_cache(recipe.base, TYPECACHE_HASH_EXTENDED_PROC |
														  TYPECACHE_HASH_EXTENDED_PROC_FINFO);
		if (!OidIsValid(recipe.entry->hash_extended_proc))
			recipe.how = BY_TEXT;
	}
	/* What was looked up can have sent for invalidations: then it is not kept. */
	if (recipes_stand)
		memcpy(hash_search(recipes, &type, HASH_ENTER, NULL), &recipe, sizeof(Recipe));
	return recipe;
}

LabDigest
lab_digest_value(Datum value, Oid type, Oid collation)
{
	Recipe recipe = recipe_of(type);
	FmgrInfo *hash;

	if (names && recipe.base == NAMEOID)
	{
		value = CStringGetTextDatum(NameStr(*DatumGetName(value)));
		recipe = recipe_of(TEXTOID);
	}
	if (names && (recipe.base == TEXTOID || recipe.base == VARCHAROID))
		value = without_names(value);
	switch (recipe.how)
	{
		case BY_TEXT:
			return digest_text(value, recipe.base);
		case BY_JSON:
			return digest_json(value);
		case BY_DOCUMENT:
			return digest_document(DatumGetJsonbP(value));
		case BY_GEOMETRY:
			return digest_geometry(value, recipe.base);
		case BY_ELEMENTS:
			return digest_array(value, recipe.element, collation);
		case BY_ATTRIBUTES:
			return digest_composite(value);
		case BY_BOUNDS:
			return digest_range(value, recipe.entry);
		case BY_RANGES:
			return digest_multirange(value, recipe.entry);
		case BY_NUMBER:
			/* its hash takes NaN for infinity */
			if (numeric_is_nan(DatumGetNumeric(value)) || numeric_is_inf(DatumGetNumeric(value)))
				return digest_text(value, recipe.base);
			break;
		case BY_HASH:
			break;
	}
	hash = &recipe.entry->hash_extended_proc_finfo;
	if (!OidIsValid(collation))
		collation = DEFAULT_COLLATION_OID;
	return (LabDigest){
		DatumGetUInt64(FunctionCall2Coll(hash, collation, value, UInt64GetDatum(SEED_HIGH))),
		DatumGetUInt64(FunctionCall2Coll(hash, collation, value, UInt64GetDatum(SEED_LOW)))};
}
