/*
 * objects.c
 *		Which relations and functions of the database are others than before.
 *
 * Of each, a sum over its rows in the catalogs: where they are and which
 * transaction wrote them.  What the rows say is not read, but for the little that
 * matters to whoever reads from a table: of that there is a second sum.  A change
 * of something that is neither relation nor function (a type, a schema, an
 * operator) is known as such, but not whose.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_range.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_config_map.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "common/hashfn.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "worker/objects.h"

typedef struct Object
{
	Oid oid;       /* hash key */
	uint64 sum;    /* over its rows, as far as the scan has come */
	uint64 shown;  /* the same over what readers get to see of them */
	uint64 known;  /* sum at the last call */
	uint64 before; /* shown at the last call */
	uint64 seen;   /* number of the call that found a row */
} Object;

/* Whose row is it?  NOT_COUNTED: of nobody that is asked for. */
typedef Oid (*OwnerOf)(HeapTuple row);

/* A sum over what the row shows to whoever reads from the object. */
typedef uint64 (*ShownBy)(HeapTuple row, TupleDesc descriptor);

typedef struct Catalog
{
	Oid relation;
	Oid index;        /* of the key, where rows of the server's own are passed by */
	AttrNumber key;   /* an oid, at least FirstNormalObjectId; 0: all rows */
	AttrNumber first; /* the column before the key in the index, an oid; 0: none */
	Oid first_is;
	AttrNumber
		owner; /* column with the oid of the relation or function; 0: it belongs to neither */
	OwnerOf owner_of; /* where it takes more than a column to know; else NULL */
	ShownBy shown_by; /* NULL: readers see another object when the row is another one */
} Catalog;

#define NOT_COUNTED ((Oid) 1)

static HTAB *objects = NULL;
static uint64 calls = 0;

/* An index is its table's; the rest of what is no table of people's is looked at elsewhere. */
static Oid
owner_of_class(HeapTuple row)
{
	Form_pg_class class = (Form_pg_class) GETSTRUCT(row);

	switch (class->relkind)
	{
		case RELKIND_INDEX:
		case RELKIND_PARTITIONED_INDEX:
			return IndexGetRelation(class->oid, true);
		case RELKIND_TOASTVALUE:
			return NOT_COUNTED;
		default:
			return class->oid;
	}
}

/* A composite type is a relation whose facts are a type's. */
static Oid
owner_of_composite(HeapTuple row)
{
	Form_pg_class class = (Form_pg_class) GETSTRUCT(row);

	return class->relkind == RELKIND_COMPOSITE_TYPE ? InvalidOid : NOT_COUNTED;
}

static Oid
owner_of_attribute(HeapTuple row)
{
	Form_pg_attribute attribute = (Form_pg_attribute) GETSTRUCT(row);

	if (attribute->attnum < 0)
		return NOT_COUNTED;
	if (get_rel_relkind(attribute->attrelid) == RELKIND_COMPOSITE_TYPE)
		return InvalidOid;
	return attribute->attrelid;
}

/* The types of rows and arrays come and go with what they are made for. */
static Oid
owner_of_type(HeapTuple row)
{
	Form_pg_type type = (Form_pg_type) GETSTRUCT(row);

	if (OidIsValid(type->typrelid) || type->typcategory == TYPCATEGORY_ARRAY)
		return NOT_COUNTED;
	return InvalidOid;
}

static Oid
owner_of_schema(HeapTuple row)
{
	Form_pg_namespace schema = (Form_pg_namespace) GETSTRUCT(row);

	return strncmp(NameStr(schema->nspname), "pg_", 3) == 0 ? NOT_COUNTED : InvalidOid;
}

static Oid
owner_of_description(HeapTuple row)
{
	Form_pg_description description = (Form_pg_description) GETSTRUCT(row);
	Oid table;

	if (description->classoid == ProcedureRelationId)
		return description->objoid;
	if (description->classoid != RelationRelationId)
		return InvalidOid;
	table = IndexGetRelation(description->objoid, true);
	return OidIsValid(table) ? table : description->objoid;
}

static Oid
owner_of_member(HeapTuple row)
{
	Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(row);

	if (depend->classid == RelationRelationId || depend->classid == ProcedureRelationId)
		return depend->objid;
	return InvalidOid;
}

/* That a sequence belongs to a column is said nowhere else. */
static Oid
owner_of_sequence(HeapTuple row)
{
	Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(row);

	if (depend->classid != RelationRelationId || depend->refobjsubid == 0)
		return NOT_COUNTED;
	return depend->objid;
}

static uint64
sum_of(const void *bytes, Size length, uint64 seed)
{
	return DatumGetUInt64(hash_any_extended(bytes, length, seed));
}

/* Of an array, as of privileges. */
static uint64
sum_of_array(HeapTuple row, AttrNumber column, TupleDesc descriptor, uint64 seed)
{
	bool isnull;
	Datum value = heap_getattr(row, column, descriptor, &isnull);
	struct varlena *array = isnull ? NULL : PG_DETOAST_DATUM_PACKED(value);

	return array ? sum_of(VARDATA_ANY(array), VARSIZE_ANY_EXHDR(array), seed) : seed;
}

static uint64
shown_by_class(HeapTuple row, TupleDesc descriptor)
{
	Form_pg_class class = (Form_pg_class) GETSTRUCT(row);
	Oid oids[] = {class->relnamespace, class->relfilenode, class->relowner};
	char flags[] = {class->relkind, class->relispopulated, class->relrowsecurity,
					class->relforcerowsecurity, class->relispartition};
	uint64 sum;

	if (class->relkind == RELKIND_INDEX || class->relkind == RELKIND_PARTITIONED_INDEX)
		return 0;
	if (class->relkind == RELKIND_VIEW) /* its options */
		return HeapTupleHeaderGetRawXmin(row->t_data);
	sum = sum_of(NameStr(class->relname), strlen(NameStr(class->relname)), 1);
	sum = sum_of_array(row, Anum_pg_class_relacl, descriptor, sum);
	return sum_of(oids, sizeof(oids), sum_of(flags, sizeof(flags), sum));
}

static uint64
shown_by_attribute(HeapTuple row, TupleDesc descriptor)
{
	Form_pg_attribute attribute = (Form_pg_attribute) GETSTRUCT(row);
	Oid oids[] = {attribute->attrelid, (Oid) attribute->attnum, attribute->atttypid,
				  (Oid) attribute->atttypmod, attribute->attcollation};
	char flags[] = {attribute->attisdropped, attribute->attgenerated, attribute->atthasmissing};
	uint64 sum = sum_of(NameStr(attribute->attname), strlen(NameStr(attribute->attname)), 2);

	sum = sum_of_array(row, Anum_pg_attribute_attacl, descriptor, sum);
	sum = sum_of_array(row, Anum_pg_attribute_attfdwoptions, descriptor, sum);
	return sum_of(oids, sizeof(oids), sum_of(flags, sizeof(flags), sum));
}

/* A default is for new rows, but for a column that is computed when it is read. */
static uint64
shown_by_default(HeapTuple row, TupleDesc descriptor)
{
	Form_pg_attrdef value = (Form_pg_attrdef) GETSTRUCT(row);
	HeapTuple column =
		SearchSysCache2(ATTNUM, ObjectIdGetDatum(value->adrelid), Int16GetDatum(value->adnum));
	bool generated;

	if (!HeapTupleIsValid(column))
		return 0;
	generated = ((Form_pg_attribute) GETSTRUCT(column))->attgenerated != '\0';
	ReleaseSysCache(column);
	return generated ? HeapTupleHeaderGetRawXmin(row->t_data) : 0;
}

/* Nobody who reads sees it. */
static uint64
shown_by_none(HeapTuple row, TupleDesc descriptor)
{
	return 0;
}

/* clang-format off */
static const Catalog catalogs[] = {
	{RelationRelationId, ClassOidIndexId, Anum_pg_class_oid, 0, 0, 0, owner_of_class, shown_by_class},
	{RelationRelationId, ClassOidIndexId, Anum_pg_class_oid, 0, 0, 0, owner_of_composite, NULL},
	{AttributeRelationId, AttributeRelidNumIndexId, Anum_pg_attribute_attrelid, 0, 0, 0, owner_of_attribute, shown_by_attribute},
	{AttrDefaultRelationId, InvalidOid, 0, 0, 0, Anum_pg_attrdef_adrelid, NULL, shown_by_default},
	{ConstraintRelationId, ConstraintOidIndexId, Anum_pg_constraint_oid, 0, 0, Anum_pg_constraint_conrelid, NULL, shown_by_none},
	{IndexRelationId, IndexRelidIndexId, Anum_pg_index_indexrelid, 0, 0, Anum_pg_index_indrelid, NULL, shown_by_none},
	{InheritsRelationId, InvalidOid, 0, 0, 0, Anum_pg_inherits_inhrelid, NULL, NULL},
	{TriggerRelationId, InvalidOid, 0, 0, 0, Anum_pg_trigger_tgrelid, NULL, shown_by_none},
	{TriggerRelationId, InvalidOid, 0, 0, 0, Anum_pg_trigger_tgfoid, NULL, shown_by_none},
	{RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_oid, 0, 0, Anum_pg_rewrite_ev_class, NULL, NULL},
	{PolicyRelationId, InvalidOid, 0, 0, 0, Anum_pg_policy_polrelid, NULL, NULL},
	{SequenceRelationId, InvalidOid, 0, 0, 0, Anum_pg_sequence_seqrelid, NULL, shown_by_none},
	{ForeignTableRelationId, InvalidOid, 0, 0, 0, Anum_pg_foreign_table_ftrelid, NULL, NULL},
	{StatisticExtRelationId, InvalidOid, 0, 0, 0, Anum_pg_statistic_ext_stxrelid, NULL, shown_by_none},
	{ProcedureRelationId, ProcedureOidIndexId, Anum_pg_proc_oid, 0, 0, Anum_pg_proc_oid, NULL, NULL},
	{AggregateRelationId, AggregateFnoidIndexId, Anum_pg_aggregate_aggfnoid, 0, 0, Anum_pg_aggregate_aggfnoid, NULL, NULL},
	{DescriptionRelationId, DescriptionObjIndexId, Anum_pg_description_objoid, 0, 0, 0, owner_of_description, shown_by_none},
	{DependRelationId, DependDependerIndexId, Anum_pg_depend_objid, Anum_pg_depend_classid, RelationRelationId, 0, owner_of_sequence, shown_by_none},
	{DependRelationId, DependReferenceIndexId, Anum_pg_depend_refobjid, Anum_pg_depend_refclassid, ExtensionRelationId, 0, owner_of_member, NULL},
	{TypeRelationId, TypeOidIndexId, Anum_pg_type_oid, 0, 0, 0, owner_of_type, NULL},
	{NamespaceRelationId, InvalidOid, 0, 0, 0, 0, owner_of_schema, NULL},
	{EnumRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{RangeRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{ExtensionRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{CastRelationId, CastOidIndexId, Anum_pg_cast_oid, 0, 0, 0, NULL, NULL},
	{OperatorRelationId, OperatorOidIndexId, Anum_pg_operator_oid, 0, 0, 0, NULL, NULL},
	{OperatorClassRelationId, OpclassOidIndexId, Anum_pg_opclass_oid, 0, 0, 0, NULL, NULL},
	{OperatorFamilyRelationId, OpfamilyOidIndexId, Anum_pg_opfamily_oid, 0, 0, 0, NULL, NULL},
	{AccessMethodOperatorRelationId, AccessMethodOperatorOidIndexId, Anum_pg_amop_oid, 0, 0, 0, NULL, NULL},
	{AccessMethodProcedureRelationId, AccessMethodProcedureOidIndexId, Anum_pg_amproc_oid, 0, 0, 0, NULL, NULL},
	{CollationRelationId, CollationOidIndexId, Anum_pg_collation_oid, 0, 0, 0, NULL, NULL},
	{ConversionRelationId, ConversionOidIndexId, Anum_pg_conversion_oid, 0, 0, 0, NULL, NULL},
	{AccessMethodRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{LanguageRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{TransformRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{TSConfigRelationId, TSConfigOidIndexId, Anum_pg_ts_config_oid, 0, 0, 0, NULL, NULL},
	{TSConfigMapRelationId, TSConfigMapIndexId, Anum_pg_ts_config_map_mapcfg, 0, 0, 0, NULL, NULL},
	{TSDictionaryRelationId, TSDictionaryOidIndexId, Anum_pg_ts_dict_oid, 0, 0, 0, NULL, NULL},
	{TSTemplateRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{TSParserRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{ForeignServerRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{ForeignDataWrapperRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{UserMappingRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{DefaultAclRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{PublicationRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{PublicationRelRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{PublicationNamespaceRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{EventTriggerRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
	{SubscriptionRelationId, InvalidOid, 0, 0, 0, 0, NULL, NULL},
};
/* clang-format on */

/* A row of the object: another place or another writer make another sum. */
static void
add_row(int number, HeapTuple row, TupleDesc descriptor, Oid owner)
{
	ShownBy shown_by = catalogs[number].shown_by;
	struct
	{
		uint32 catalog;
		TransactionId writer;
		BlockNumber block;
		uint32 item;
	} place = {number, HeapTupleHeaderGetRawXmin(row->t_data),
			   ItemPointerGetBlockNumber(&row->t_self), ItemPointerGetOffsetNumber(&row->t_self)};
	bool found;
	Object *object = hash_search(objects, &owner, HASH_ENTER, &found);
	uint64 sum = sum_of(&place, sizeof(place), 0);

	if (!found)
		object->known = object->before = object->seen = 0;
	if (object->seen != calls)
		object->sum = object->shown = 0;
	object->seen = calls;
	object->sum ^= sum;
	object->shown ^= shown_by ? shown_by(row, descriptor) : sum;
}

static Oid
owner_of(const Catalog *catalog, HeapTuple row, TupleDesc descriptor)
{
	bool isnull;

	if (catalog->owner_of)
		return catalog->owner_of(row);
	if (catalog->owner == 0)
		return InvalidOid;
	return DatumGetObjectId(heap_getattr(row, catalog->owner, descriptor, &isnull));
}

static void
scan_catalog(int number)
{
	const Catalog *catalog = &catalogs[number];
	Relation relation = table_open(catalog->relation, AccessShareLock);
	ScanKeyData keys[2];
	int nkeys = 0;
	SysScanDesc scan;
	HeapTuple row;

	if (catalog->first)
		ScanKeyInit(&keys[nkeys++], catalog->first, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(catalog->first_is));
	if (catalog->key)
		ScanKeyInit(&keys[nkeys++], catalog->key, BTGreaterEqualStrategyNumber, F_OIDGE,
					ObjectIdGetDatum(FirstNormalObjectId));
	scan = systable_beginscan(relation, catalog->index, OidIsValid(catalog->index),
							  GetActiveSnapshot(), nkeys, keys);
	while (HeapTupleIsValid(row = systable_getnext(scan)))
	{
		TupleDesc descriptor = RelationGetDescr(relation);
		Oid owner = owner_of(catalog, row, descriptor);

		if (!OidIsValid(owner) || owner >= FirstNormalObjectId)
			add_row(number, row, descriptor, owner);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
}

static void
start(void)
{
	HASHCTL info = {0};

	info.keysize = sizeof(Oid);
	info.entrysize = sizeof(Object);
	info.hcxt = TopMemoryContext;
	objects =
		hash_create("objects of the catalogs", 256, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

List *
lab_objects_changed(List **shown)
{
	List *changed = NIL;
	HASH_SEQ_STATUS scan;
	Object *object;

	if (objects == NULL)
		start();
	calls++;
	for (int i = 0; i < lengthof(catalogs); i++)
		scan_catalog(i);
	hash_seq_init(&scan, objects);
	while ((object = hash_seq_search(&scan)) != NULL)
	{
		Oid oid = object->oid;
		bool gone = object->seen != calls;

		if (gone || object->sum != object->known)
			changed = lappend_oid(changed, oid);
		if (shown && (gone || object->shown != object->before))
			*shown = lappend_oid(*shown, oid);
		object->known = object->sum;
		object->before = object->shown;
		if (gone)
			hash_search(objects, &oid, HASH_REMOVE, NULL);
	}
	return changed;
}

List *
lab_objects_all(void)
{
	List *all = list_make1_oid(InvalidOid);
	HASH_SEQ_STATUS scan;
	Object *object;

	hash_seq_init(&scan, objects);
	while ((object = hash_seq_search(&scan)) != NULL)
		if (OidIsValid(object->oid))
			all = lappend_oid(all, object->oid);
	list_sort(all, list_oid_cmp);
	return all;
}

bool
lab_objects_among(List *sorted, Oid object)
{
	int low = 0;
	int high = list_length(sorted);

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (list_nth_oid(sorted, middle) < object)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list_length(sorted) && list_nth_oid(sorted, low) == object;
}

bool
lab_objects_has(Oid object)
{
	return hash_search(objects, &object, HASH_FIND, NULL) != NULL;
}
