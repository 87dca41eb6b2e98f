/*
 * depend.c
 *		What the outcome of a check can depend on, in the current database.
 *
 * A graph of the relations and functions that people made.  Views refer to what
 * the catalogs say that they use; a function whose body is a text refers to
 * every relation and function whose name stands in it, and to everything where
 * it puts statements together (EXECUTE).  Writing to a table reaches further:
 * its triggers' functions, rows that its foreign keys refer to, rows that refer
 * to it, and tables that these keys write to (CASCADE, SET NULL).  Probes that
 * write to a table can write to those that its keys refer to as well, but not to
 * those behind them: so a change in a table far away leaves verdicts standing.
 *
 * A change is noted as the number of the look at which it was seen.  What is in
 * reach of an object has not changed while the highest of these numbers has not.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "worker/depend.h"

/* How an edge leads on; as in edges_query. */
typedef enum Edge
{
	EDGE_READS,  /* whatever is done with the one is done with the other */
	EDGE_WRITES, /* writing to the one writes to the other */
	EDGE_PARENT, /* of a foreign key */
	EDGE_CHILD,  /* of one that only refuses */
	EDGE_RUNS,   /* writing to the one runs the other */
	EDGE_KINDS
} Edge;

/* What is done with a vertex. */
typedef enum Doing
{
	DOING_NOTHING,
	DOING_READ,
	DOING_WRITE,
	DOING_PROBE /* written to by a probe, which may make parents for its rows */
} Doing;

typedef struct Vertex
{
	Oid oid; /* hash key */
	List *edges[EDGE_KINDS];
	bool anything; /* it can refer to whatever there is */
	int visited;
	Doing doing; /* in that visit */
} Vertex;

struct LabDependencies
{
	HTAB *nodes;
};

typedef struct Note
{
	Oid oid; /* hash key */
	uint64 seen;
} Note;

static HTAB *notes = NULL;
static uint64 clock_now = 1;
static uint64 last_note = 0;       /* of anything */
static uint64 last_everything = 0; /* when it was not known what */

/* clang-format off */

/* From an object to another one (0: to anything), and how. */
static const char edges_query[] =
	"WITH rel AS MATERIALIZED (\n"
	"	SELECT c.oid, lower(c.relname) AS name\n"
	"	FROM pg_class c\n"
	"	JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"	WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')\n"
	"), proc AS MATERIALIZED (\n"
	"	SELECT p.oid, lower(p.proname) AS name,\n"
	"		lower(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)) AS source, l.lanname NOT IN ('sql', 'plpgsql') AS opaque\n"
	"	FROM pg_proc p\n"
	"	JOIN pg_namespace n ON n.oid = p.pronamespace\n"
	"	JOIN pg_language l ON l.oid = p.prolang\n"
	"	WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	")\n"
	"SELECT r.ev_class, d.refobjid, CASE r.ev_type WHEN '1' THEN 0 ELSE 4 END\n"
	"FROM pg_rewrite r\n"
	"JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid\n"
	"WHERE r.ev_class >= 16384 AND d.refobjid >= 16384 AND d.refobjid <> r.ev_class\n"
	"	AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)\n"
	"UNION ALL\n"
	"SELECT p.oid, o.oid, 0\n"
	"FROM proc p\n"
	"JOIN (SELECT * FROM rel UNION ALL SELECT oid, name FROM proc) o ON o.oid <> p.oid AND strpos(p.source, o.name) > 0\n"
	"UNION ALL\n"
	"SELECT oid, 0, 0\n"
	"FROM proc\n"
	"WHERE opaque OR source ~ 'execute|query_to_xml|table_to_xml'\n"
	"UNION ALL\n"
	"SELECT a.aggfnoid::oid, f.oid, 0\n"
	"FROM pg_aggregate a\n"
	"CROSS JOIN LATERAL (VALUES (a.aggtransfn::oid), (a.aggfinalfn::oid), (a.aggcombinefn::oid)) AS f (oid)\n"
	"WHERE a.aggfnoid >= 16384 AND f.oid >= 16384\n"
	"UNION ALL\n"
	"SELECT inhparent, inhrelid, 0\n"
	"FROM pg_inherits\n"
	"UNION ALL\n"
	"SELECT inhrelid, inhparent, 1\n"
	"FROM pg_inherits\n"
	"UNION ALL\n"
	"SELECT tgrelid, tgfoid, 4\n"
	"FROM pg_trigger\n"
	"WHERE tgfoid >= 16384\n"
	"UNION ALL\n"
	"SELECT conrelid, confrelid, 2\n"
	"FROM pg_constraint\n"
	"WHERE contype = 'f'\n"
	"UNION ALL\n"
	"SELECT confrelid, conrelid, CASE WHEN confupdtype IN ('a', 'r') AND confdeltype IN ('a', 'r') THEN 3 ELSE 1 END\n"
	"FROM pg_constraint\n"
	"WHERE contype = 'f'\n"
	"UNION ALL\n"				/* functions in defaults, checks, indexes, policies */
	"SELECT t.oid, d.refobjid, 4\n"
	"FROM pg_depend d\n"
	"JOIN (\n"
	"	SELECT 'pg_attrdef'::regclass, oid, adrelid FROM pg_attrdef\n"
	"	UNION ALL\n"
	"	SELECT 'pg_constraint'::regclass, oid, conrelid FROM pg_constraint WHERE contype = 'c'\n"
	"	UNION ALL\n"
	"	SELECT 'pg_class'::regclass, indexrelid, indrelid FROM pg_index\n"
	"	UNION ALL\n"
	"	SELECT 'pg_policy'::regclass, oid, polrelid FROM pg_policy\n"
	") AS t (classid, objid, oid) ON d.classid = t.classid AND d.objid = t.objid\n"
	"WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_class'::regclass) AND d.refobjid >= 16384 AND d.refobjid <> t.oid";
/* clang-format on */

static HTAB *
new_table(const char *name, Size entry, MemoryContext context)
{
	HASHCTL info = {0};

	info.keysize = sizeof(Oid);
	info.entrysize = entry;
	info.hcxt = context;
	return hash_create(name, 256, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static Vertex *
node_of(const LabDependencies *dependencies, Oid oid)
{
	bool found;
	Vertex *node = hash_search(dependencies->nodes, &oid, HASH_ENTER, &found);

	if (!found)
		memset((char *) node + sizeof(Oid), 0, sizeof(Vertex) - sizeof(Oid));
	return node;
}

LabDependencies *
lab_depend_read(void)
{
	MemoryContext context = CurrentMemoryContext;
	LabDependencies *dependencies = palloc(sizeof(LabDependencies));
	static SPIPlanPtr plan = NULL;

	dependencies->nodes = new_table("dependencies", sizeof(Vertex), context);
	if (plan == NULL)
	{
		plan = SPI_prepare(edges_query, 0, NULL);
		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not plan the query of dependencies");
	}
	if (SPI_execute_plan(plan, NULL, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read dependencies");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc descriptor = SPI_tuptable->tupdesc;
		bool isnull;
		Vertex *from =
			node_of(dependencies, DatumGetObjectId(SPI_getbinval(row, descriptor, 1, &isnull)));
		Oid to = DatumGetObjectId(SPI_getbinval(row, descriptor, 2, &isnull));

		if (!OidIsValid(to))
			from->anything = true;
		else
		{
			Edge edge = DatumGetInt32(SPI_getbinval(row, descriptor, 3, &isnull));

			from->edges[edge] = lappend_oid(from->edges[edge], to);
		}
	}
	SPI_freetuptable(SPI_tuptable);
	return dependencies;
}

static uint64
note_of(Oid object)
{
	Note *note = notes ? hash_search(notes, &object, HASH_FIND, NULL) : NULL;

	return note ? note->seen : 0;
}

/* What is done with the vertex at the end of an edge. */
static Doing
doing_beyond(Edge edge, Doing doing)
{
	switch (edge)
	{
		case EDGE_READS:
			return doing;
		case EDGE_WRITES:
			return doing == DOING_READ ? DOING_NOTHING : DOING_WRITE;
		case EDGE_PARENT:
			if (doing == DOING_PROBE)
				return DOING_WRITE;
			return doing == DOING_WRITE ? DOING_READ : DOING_NOTHING;
		case EDGE_CHILD:
			return doing == DOING_READ ? DOING_NOTHING : DOING_READ;
		case EDGE_RUNS: /* code of a probe's, too */
			return doing == DOING_READ ? DOING_NOTHING : DOING_PROBE;
		default:
			return DOING_NOTHING;
	}
}

static uint64
visit(const LabDependencies *dependencies, Oid object, Doing doing, int visit_number)
{
	Vertex *node = hash_search(dependencies->nodes, &object, HASH_FIND, NULL);
	uint64 latest = note_of(object);

	if (node == NULL)
		return latest;
	if (node->visited == visit_number && node->doing >= doing)
		return 0;
	node->visited = visit_number;
	node->doing = doing;
	if (node->anything)
		return last_note;
	for (Edge edge = 0; edge < EDGE_KINDS; edge++)
	{
		Doing beyond = doing_beyond(edge, doing);
		ListCell *cell;

		if (beyond == DOING_NOTHING)
			continue;
		foreach (cell, node->edges[edge])
		{
			uint64 reached = visit(dependencies, lfirst_oid(cell), beyond, visit_number);

			latest = Max(latest, reached);
		}
	}
	return latest;
}

uint64
lab_depend_stamp(const LabDependencies *dependencies, Oid object, LabReach reach)
{
	static int visit_number = 0;
	uint64 latest;

	if (!OidIsValid(object))
		return last_note;
	if (reach == LAB_REACH_CATALOGS)
		latest = note_of(object);
	else
		latest = visit(dependencies, object, reach == LAB_REACH_WRITES ? DOING_PROBE : DOING_READ,
					   ++visit_number);
	return Max(latest, last_everything);
}

void
lab_depend_note(Oid object)
{
	Note *note;

	if (notes == NULL)
		notes = new_table("notes of changes", sizeof(Note), TopMemoryContext);
	note = hash_search(notes, &object, HASH_ENTER, NULL);
	note->seen = last_note = ++clock_now;
}

void
lab_depend_note_everything(void)
{
	last_everything = last_note = ++clock_now;
}

void
lab_depend_forget_others(HTAB *there)
{
	HASH_SEQ_STATUS scan;
	Note *note;

	if (notes == NULL)
		return;
	hash_seq_init(&scan, notes);
	while ((note = hash_seq_search(&scan)) != NULL)
	{
		Oid oid = note->oid;

		if (hash_search(there, &oid, HASH_FIND, NULL) == NULL)
			hash_search(notes, &oid, HASH_REMOVE, NULL);
	}
}
