/*
 * rows.c
 *		Bags of rows, compared by their digests.
 *
 * Every value becomes 128 bits that agree where its type says that two values
 * are equal; a row combines its columns by name, a bag adds up its rows, so that
 * neither the order of columns nor that of rows matters.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_inherits.h"
#include "common/hashfn.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "worker/digest.h"
#include "worker/pages.h"
#include "worker/rows.h"

typedef struct BagColumn
{
	char *name;
	LabDigest name_digest;
	int attribute; /* 0: the relation lacks it */
} BagColumn;

typedef struct Bag
{
	BagColumn *columns;
	int ncolumns;
	TupleDesc descriptor;
	LabTotals totals; /* sums: of the rows, and then of each column's values */
	MemoryContext row_context;
} Bag;

static void
init_bag(Bag *bag, TupleDesc descriptor, int ncolumns)
{
	bag->columns = palloc0(sizeof(BagColumn) * Max(ncolumns, 1));
	bag->ncolumns = 0;
	bag->descriptor = descriptor;
	bag->totals.rows = 0;
	bag->totals.nsums = ncolumns + 1;
	bag->totals.sums = palloc0(sizeof(LabDigest) * bag->totals.nsums);
	bag->row_context =
		AllocSetContextCreate(CurrentMemoryContext, "row digest", ALLOCSET_DEFAULT_SIZES);
}

static void
add_column(Bag *bag, const char *name, int attribute)
{
	BagColumn *column = &bag->columns[bag->ncolumns++];

	column->name = pstrdup(name);
	column->name_digest = lab_digest_bytes(name, strlen(name));
	column->attribute = attribute;
}

static void
add_row(void *state, TupleTableSlot *slot)
{
	Bag *bag = state;
	MemoryContext before = MemoryContextSwitchTo(bag->row_context);
	LabDigest row = {0, 0};

	slot_getallattrs(slot);
	for (int i = 0; i < bag->ncolumns; i++)
	{
		BagColumn *column = &bag->columns[i];
		LabDigest value;
		Form_pg_attribute attribute;

		if (column->attribute == 0)
			continue;
		attribute = TupleDescAttr(bag->descriptor, column->attribute - 1);
		value = slot->tts_isnull[column->attribute - 1]
					? lab_digest_null()
					: lab_digest_value(slot->tts_values[column->attribute - 1], attribute->atttypid,
									   attribute->attcollation);
		value = lab_digest_combine(column->name_digest, value);
		lab_digest_add(&row, value);
		lab_digest_add(&bag->totals.sums[i + 1], value);
	}
	lab_digest_add(&bag->totals.sums[0], lab_digest_mix(row));
	bag->totals.rows++;
	MemoryContextSwitchTo(before);
	MemoryContextReset(bag->row_context);
}

static char *
bag_definition(const Bag *bag)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text,
					 "{\"rows\": " INT64_FORMAT ", \"digest\": \"%016lx%016lx\", \"columns\": {",
					 bag->totals.rows, (unsigned long) bag->totals.sums[0].high,
					 (unsigned long) bag->totals.sums[0].low);
	for (int i = 0; i < bag->ncolumns; i++)
	{
		BagColumn *column = &bag->columns[i];

		if (i > 0)
			appendStringInfoString(&text, ", ");
		escape_json(&text, column->name);
		if (column->attribute == 0)
			appendStringInfoString(&text, ": null");
		else
			appendStringInfo(&text, ": \"%016lx%016lx\"",
							 (unsigned long) bag->totals.sums[i + 1].high,
							 (unsigned long) bag->totals.sums[i + 1].low);
	}
	appendStringInfoString(&text, "}}");
	return text.data;
}

bool
lab_rows_default_varies(Relation relation, AttrNumber attribute)
{
	TupleConstr *constraints = RelationGetDescr(relation)->constr;

	if (constraints == NULL ||
		TupleDescAttr(RelationGetDescr(relation), attribute - 1)->attgenerated)
		return false;
	for (int i = 0; i < constraints->num_defval; i++)
	{
		Node *expression;

		if (constraints->defval[i].adnum != attribute)
			continue;
		expression = stringToNode(constraints->defval[i].adbin);
		while (IsA(expression, FuncExpr) && list_length(((FuncExpr *) expression)->args) == 1 &&
			   ((FuncExpr *) expression)->funcid != F_NEXTVAL)
			expression = linitial(((FuncExpr *) expression)->args);
		if (IsA(expression, FuncExpr) && ((FuncExpr *) expression)->funcid == F_NEXTVAL)
			return false;
		return contain_mutable_functions(expression);
	}
	return false;
}

static void
choose_columns(Bag *bag, Relation relation, List *columns)
{
	TupleDesc descriptor = RelationGetDescr(relation);
	ListCell *cell;

	init_bag(bag, descriptor, Max(descriptor->natts, list_length(columns)));
	foreach (cell, columns)
	{
		int attribute = 0;

		for (int i = 0; i < descriptor->natts; i++)
			if (!TupleDescAttr(descriptor, i)->attisdropped &&
				strcmp(NameStr(TupleDescAttr(descriptor, i)->attname), lfirst(cell)) == 0)
				attribute = i + 1;
		add_column(bag, lfirst(cell), attribute);
	}
	if (columns)
		return;
	/* What is generated follows from the rest and its own check; a virtual column is not even
	 * stored. */
	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped &&
			!TupleDescAttr(descriptor, i)->attgenerated &&
			!lab_rows_default_varies(relation, i + 1))
			add_column(bag, NameStr(TupleDescAttr(descriptor, i)->attname), i + 1);
}

/* What the sums are of: other columns, or other names in texts, are another meaning. */
static uint64
meaning_of(const Bag *bag)
{
	uint64 meaning = lab_digest_names_sum();

	for (int i = 0; i < bag->ncolumns; i++)
	{
		const BagColumn *column = &bag->columns[i];

		meaning = hash_combine64(meaning, column->name_digest.high);
		meaning = hash_combine64(meaning, (uint64) column->attribute);
	}
	return meaning;
}

/* All rows, each time. */
static void
scan_rows(Bag *bag, Relation relation)
{
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		add_row(bag, slot);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/* The rows of one heap, its columns found by the names that the bag has. */
static void
scan_heap(Bag *bag, Oid oid)
{
	Relation relation = table_open(oid, AccessShareLock);
	TupleDesc descriptor = RelationGetDescr(relation);

	bag->descriptor = descriptor;
	for (int i = 0; i < bag->ncolumns; i++)
	{
		if (bag->columns[i].attribute == 0)
			continue;
		for (int j = 0; j < descriptor->natts; j++)
			if (!TupleDescAttr(descriptor, j)->attisdropped &&
				strcmp(NameStr(TupleDescAttr(descriptor, j)->attname), bag->columns[i].name) == 0)
				bag->columns[i].attribute = j + 1;
	}
	if (lab_pages_can_keep(relation))
	{
		LabPagesScan scan = {relation, meaning_of(bag), add_row, bag, &bag->totals};

		lab_pages_scan(&scan);
	}
	else
		scan_rows(bag, relation);
	table_close(relation, AccessShareLock);
}

/* The rows of a table, or of all its partitions. */
static void
scan_table(Bag *bag, Oid oid, List *columns)
{
	Relation relation = table_open(oid, AccessShareLock);

	choose_columns(bag, relation, columns);
	if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
	{
		ListCell *cell;

		foreach (cell, find_all_inheritors(oid, AccessShareLock, NULL))
		{
			char kind = get_rel_relkind(lfirst_oid(cell));

			if (kind == RELKIND_RELATION)
				scan_heap(bag, lfirst_oid(cell));
		}
	}
	else
		scan_heap(bag, oid);
	table_close(relation, AccessShareLock);
}

char *
lab_rows_of_table(Oid oid, List *columns)
{
	Bag bag;

	scan_table(&bag, oid, columns);
	return bag_definition(&bag);
}

LabRowsSum
lab_rows_sum(Oid oid, List *columns)
{
	LabRowsSum result;
	Bag bag;

	scan_table(&bag, oid, columns);
	result.rows = bag.totals.rows;
	result.sum = bag.totals.sums[0];
	result.columns = bag.totals.sums + 1;
	return result;
}
