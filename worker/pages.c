/*
 * pages.c
 *		What a heap's pages come to, kept while they stay as they are.
 *
 * Whatever changes a page of a logged table writes its place in the log to it
 * (its LSN).  So the rows that are visible in a page stay the same while its LSN
 * does, once no transaction that wrote there is still open.  A change of few
 * rows in a large table costs the reading of few pages, and a look at the
 * header of each other one.
 *
 * Sums are kept of a few pages together.  They live as long as the process, up
 * to a limit: what does not fit is read each time.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "worker/pages.h"

#define GROUP_PAGES 4
#define LIMIT_BYTES (2 * 1024 * 1024)

typedef struct Group
{
	XLogRecPtr lsns[GROUP_PAGES];
	int npages;   /* 0: not known */
	bool settled; /* no open transaction wrote there */
	bool named;   /* lab_digest_names_seen() */
	LabTotals totals;
} Group;

typedef struct Key
{
	Oid relation;
	Oid file;
	uint64 meaning;
} Key;

typedef struct Kept
{
	Key key;
	MemoryContext context;
	Group **groups;
	BlockNumber ngroups;
} Kept;

static HTAB *kept_relations = NULL;
static MemoryContext memory = NULL;

bool
lab_pages_can_keep(Relation relation)
{
	return relation->rd_rel->relkind == RELKIND_RELATION &&
		   relation->rd_tableam == GetHeapamTableAmRoutine() && RelationNeedsWAL(relation) &&
		   XLogIsNeeded();
}

static Kept *
find(const LabPagesScan *scan)
{
	Key key = {RelationGetRelid(scan->relation), scan->relation->rd_rel->relfilenode,
			   scan->meaning};
	bool found;
	Kept *kept;

	if (kept_relations == NULL)
	{
		HASHCTL info = {0};

		memory = AllocSetContextCreate(TopMemoryContext, "sums of pages", ALLOCSET_SMALL_SIZES);
		info.keysize = sizeof(Key);
		info.entrysize = sizeof(Kept);
		info.hcxt = memory;
		kept_relations =
			hash_create("sums of relations", 64, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	kept = hash_search(kept_relations, &key, HASH_ENTER, &found);
	if (!found)
	{
		kept->context = NULL;
		kept->groups = NULL;
		kept->ngroups = 0;
	}
	return kept;
}

/* Where the sums of these pages belong; NULL when there is no room for them. */
static Group *
group_of(Kept *kept, BlockNumber number, int nsums)
{
	MemoryContext before;

	if (number >= kept->ngroups || kept->groups[number] == NULL)
	{
		if (MemoryContextMemAllocated(memory, true) > LIMIT_BYTES)
			return NULL;
		if (kept->context == NULL)
			kept->context =
				AllocSetContextCreate(memory, "sums of a relation", ALLOCSET_SMALL_SIZES);
	}
	before = MemoryContextSwitchTo(kept->context ? kept->context : memory);
	if (number >= kept->ngroups)
	{
		BlockNumber n = Max(number + 1, kept->ngroups * 2);

		kept->groups = kept->groups ? repalloc(kept->groups, n * sizeof(Group *))
									: palloc(n * sizeof(Group *));
		memset(kept->groups + kept->ngroups, 0, (n - kept->ngroups) * sizeof(Group *));
		kept->ngroups = n;
	}
	if (kept->groups[number] == NULL)
	{
		Group *group = palloc0(sizeof(Group));

		group->totals.nsums = nsums;
		group->totals.sums = palloc(nsums * sizeof(LabDigest));
		kept->groups[number] = group;
	}
	MemoryContextSwitchTo(before);
	return kept->groups[number];
}

/* Are the pages as they were when the sums were made? */
static bool
stands(const Group *group, Relation relation, BlockNumber first, int npages)
{
	if (!group->settled || group->npages != npages)
		return false;
	for (int i = 0; i < npages; i++)
	{
		Buffer buffer = ReadBuffer(relation, first + i);
		XLogRecPtr lsn = BufferGetLSNAtomic(buffer);

		ReleaseBuffer(buffer);
		if (lsn != group->lsns[i])
			return false;
	}
	return true;
}

/* Can only a change of the page change whether the row is visible?  Asked once that is known. */
static bool
is_settled(HeapTupleHeader row, bool visible)
{
	if (visible)
		return HeapTupleHeaderXminCommitted(row) &&
			   ((row->t_infomask & HEAP_XMAX_INVALID) || HEAP_XMAX_IS_LOCKED_ONLY(row->t_infomask));
	return HeapTupleHeaderXminInvalid(row) ||
		   ((row->t_infomask & HEAP_XMAX_COMMITTED) && !(row->t_infomask & HEAP_XMAX_IS_MULTI));
}

/* Adds the visible rows of one page; false when they can become others while the page does not. */
static bool
read_page(const LabPagesScan *scan, BlockNumber block, TupleTableSlot *slot, XLogRecPtr *lsn)
{
	Buffer buffer = ReadBuffer(scan->relation, block);
	Page page = BufferGetPage(buffer);
	OffsetNumber last;
	HeapTupleData rows[MaxHeapTuplesPerPage];
	bool settled = true;
	int n = 0;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	last = PageGetMaxOffsetNumber(page);
	for (OffsetNumber i = FirstOffsetNumber; i <= last; i++)
	{
		ItemId item = PageGetItemId(page, i);
		HeapTuple row = &rows[n];
		bool visible;

		if (!ItemIdIsNormal(item))
			continue;
		row->t_data = (HeapTupleHeader) PageGetItem(page, item);
		row->t_len = ItemIdGetLength(item);
		row->t_tableOid = RelationGetRelid(scan->relation);
		ItemPointerSet(&row->t_self, block, i);
		visible = HeapTupleSatisfiesVisibility(row, GetActiveSnapshot(), buffer);
		settled &= is_settled(row->t_data, visible);
		n += visible;
	}
	*lsn = BufferGetLSNAtomic(buffer);
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);

	/* The pin keeps the rows where they are. */
	for (int i = 0; i < n; i++)
	{
		ExecStoreBufferHeapTuple(&rows[i], slot, buffer);
		scan->add_row(scan->state, slot);
	}
	ExecClearTuple(slot);
	ReleaseBuffer(buffer);
	return settled;
}

static void
clear(LabTotals *totals)
{
	totals->rows = 0;
	memset(totals->sums, 0, totals->nsums * sizeof(LabDigest));
}

static void
add(LabTotals *to, const LabTotals *totals)
{
	to->rows += totals->rows;
	for (int i = 0; i < to->nsums; i++)
		lab_digest_add(&to->sums[i], totals->sums[i]);
}

/* Reads the pages; what they come to is in the totals of the scan then, and kept. */
static void
read_group(const LabPagesScan *scan, BlockNumber first, int npages, TupleTableSlot *slot,
		   Group *group)
{
	bool named = lab_digest_take_names_seen();
	bool settled = true;
	XLogRecPtr lsns[GROUP_PAGES];

	if (group)
		group->npages = 0;
	for (int i = 0; i < npages; i++)
	{
		CHECK_FOR_INTERRUPTS();
		settled &= read_page(scan, first + i, slot, &lsns[i]);
	}
	if (group)
	{
		memcpy(group->lsns, lsns, sizeof(lsns));
		group->npages = npages;
		group->settled = settled;
		group->named = lab_digest_names_seen();
		clear(&group->totals);
		add(&group->totals, scan->totals);
	}
	if (named)
		lab_digest_note_names_seen();
}

void
lab_pages_scan(const LabPagesScan *scan)
{
	LabTotals all = {0, scan->totals->nsums};
	TupleTableSlot *slot =
		MakeSingleTupleTableSlot(RelationGetDescr(scan->relation), &TTSOpsBufferHeapTuple);
	BlockNumber nblocks = RelationGetNumberOfBlocks(scan->relation);
	Kept *kept = find(scan);

	all.sums = palloc0(all.nsums * sizeof(LabDigest));
	add(&all, scan->totals);
	for (BlockNumber first = 0; first < nblocks; first += GROUP_PAGES)
	{
		int npages = Min(GROUP_PAGES, nblocks - first);
		Group *group = group_of(kept, first / GROUP_PAGES, all.nsums);

		if (group && stands(group, scan->relation, first, npages))
		{
			add(&all, &group->totals);
			if (group->named)
				lab_digest_note_names_seen();
			continue;
		}
		clear(scan->totals);
		read_group(scan, first, npages, slot, group);
		add(&all, scan->totals);
	}
	clear(scan->totals);
	add(scan->totals, &all);
	ExecDropSingleTupleTableSlot(slot);
}

void
lab_pages_forget(Oid relation)
{
	HASH_SEQ_STATUS scan;
	Kept *kept;

	if (kept_relations == NULL)
		return;
	hash_seq_init(&scan, kept_relations);
	while ((kept = hash_seq_search(&scan)) != NULL)
	{
		if (OidIsValid(relation) && kept->key.relation != relation)
			continue;
		if (kept->context)
			MemoryContextDelete(kept->context);
		hash_search(kept_relations, &kept->key, HASH_REMOVE, NULL);
	}
}
