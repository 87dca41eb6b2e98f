/*
 * probe_effect.c
 *		What a statement did to tables.
 *
 * The server counts what a transaction does to each table; where the count has
 * moved, or the table has a new file (TRUNCATE), its rows are added up.  What
 * counts is the difference between after and before: digests of rows are sums,
 * so rows that the statement left alone cancel out, and other rows in one
 * database than in another do not matter.
 *
 * Nothing here runs SQL, or anything of a participant's.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "worker/probe_effect.h"

static List *
columns_of(Oid relation, bool level)
{
	Relation rel = RelationIdGetRelation(relation);
	List *columns = NIL;

	for (int i = 0; i < RelationGetDescr(rel)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(rel), i);

		if (!attribute->attisdropped && (level || !lab_rows_default_varies(rel, i + 1)))
			columns = lappend(columns, pstrdup(NameStr(attribute->attname)));
	}
	RelationClose(rel);
	return columns;
}

void
lab_effect_open(List *watched)
{
	ListCell *cell;

	foreach (cell, watched)
	{
		LabWatch *watch = lfirst(cell);

		watch->known = watch->changed = false;
		watch->members = NIL;
		if (!OidIsValid(watch->relation))
			continue;
		LockRelationOid(watch->relation, AccessShareLock);
		if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(watch->relation)))
			continue; /* dropped since */
		if (watch->columns == NIL)
			watch->columns = columns_of(watch->relation, watch->level);
		watch->members = get_rel_relkind(watch->relation) == RELKIND_PARTITIONED_TABLE
							 ? find_all_inheritors(watch->relation, AccessShareLock, NULL)
							 : list_make1_oid(watch->relation);
	}
}

static uint64
count(Oid function, Oid relation)
{
	return DatumGetInt64(OidFunctionCall1(function, ObjectIdGetDatum(relation)));
}

/* A number that moves when something is done to the table.  From 16 on, the counters are copied at
 * each call. */
static uint64
activity_of(const LabWatch *watch)
{
	static MemoryContext copies = NULL;
	MemoryContext before;
	uint64 activity = 0;
	ListCell *cell;

	if (copies == NULL)
		copies =
			AllocSetContextCreate(TopMemoryContext, "counters of tables", ALLOCSET_DEFAULT_SIZES);
	before = MemoryContextSwitchTo(copies);
	foreach (cell, watch->members)
	{
		Oid member = lfirst_oid(cell);
		HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(member));

		if (!HeapTupleIsValid(tuple))
			continue;
		activity += ((Form_pg_class) GETSTRUCT(tuple))->relfilenode;
		ReleaseSysCache(tuple);
		activity += count(F_PG_STAT_GET_XACT_TUPLES_INSERTED, member) +
					count(F_PG_STAT_GET_XACT_TUPLES_UPDATED, member) +
					count(F_PG_STAT_GET_XACT_TUPLES_DELETED, member);
	}
	MemoryContextSwitchTo(before);
	MemoryContextReset(copies);
	return activity;
}

/* All that has happened so far is seen. */
static LabRowsSum
sum_now(const LabWatch *watch)
{
	LabRowsSum sum;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	sum = lab_rows_sum(watch->relation, watch->columns);
	PopActiveSnapshot();
	return sum;
}

void
lab_effect_before(List *watched)
{
	ListCell *cell;

	foreach (cell, watched)
	{
		LabWatch *watch = lfirst(cell);

		watch->changed = false;
		watch->activity = activity_of(watch);
	}
}

void
lab_effect_after(List *watched)
{
	ListCell *cell;

	foreach (cell, watched)
	{
		LabWatch *watch = lfirst(cell);

		if (watch->members == NIL || activity_of(watch) == watch->activity ||
			!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(watch->relation)))
			continue;
		watch->changed = true;
		watch->after = sum_now(watch);
	}
}

static char *
difference(LabDigest after, LabDigest before)
{
	return psprintf("%016lx%016lx", (unsigned long) (after.high - before.high),
					(unsigned long) (after.low - before.low));
}

List *
lab_effect_take(List *watched)
{
	List *effects = NIL;
	ListCell *cell;

	foreach (cell, watched)
	{
		LabWatch *watch = lfirst(cell);
		LabEffect *effect;

		if (!watch->changed)
			continue;
		if (!watch->known)
			watch->base = sum_now(watch);
		watch->known = true;
		if (watch->after.rows == watch->base.rows &&
			watch->after.sum.high == watch->base.sum.high &&
			watch->after.sum.low == watch->base.sum.low)
			continue;
		effect = palloc0(sizeof(LabEffect));
		effect->table = watch->name;
		effect->rows = watch->after.rows - watch->base.rows;
		effect->digest = difference(watch->after.sum, watch->base.sum);
		for (int i = 0; i < list_length(watch->columns); i++)
			effect->columns = lappend(effect->columns,
									  difference(watch->after.columns[i], watch->base.columns[i]));
		effects = lappend(effects, effect);
	}
	return effects;
}

void
lab_effect_forget(List *watched)
{
	ListCell *cell;

	foreach (cell, watched)
		((LabWatch *) lfirst(cell))->known = false;
}
