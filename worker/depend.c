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

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "worker/depend.h"
#include "worker/objects.h"
#include "worker/plans.h"

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

/* An edge, and the two objects whose catalog rows say that it is there. */
typedef struct Link
{
	Oid from;
	Oid to; /* InvalidOid: to anything */
	Edge edge;
	Oid read_from;
	Oid about;
} Link;

struct LabDependencies
{
	HTAB *nodes;
	List *links; /* of Link * */
};

typedef struct Note
{
	Oid oid; /* hash key */
	uint64 seen;
	uint64 shown; /* the last that somebody who only reads could see */
} Note;

static HTAB *notes = NULL;
static uint64 clock_now = 1;
static uint64 last_note = 0;       /* of anything */
static uint64 last_everything = 0; /* when it was not known what */

/* clang-format off */

/*
 * From an object to another one (0: to anything), how, and the objects whose rows
 * say so.  $1 are the objects that are asked for.  OFFSET 0: what an object refers
 * to is looked up by the object, in whatever order the planner would rather go.
 */
static const char edges_query[] =
	"WITH proc AS MATERIALIZED (\n"
	"	SELECT p.oid, p.oid = ANY ($1) AS wanted,\n"
	"		lower(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)) AS source, l.lanname NOT IN ('sql', 'plpgsql') AS opaque\n"
	"	FROM pg_proc p\n"
	"	JOIN pg_namespace n ON n.oid = p.pronamespace\n"
	"	JOIN pg_language l ON l.oid = p.prolang\n"
	"	WHERE p.oid >= 16384 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"), named AS NOT MATERIALIZED (\n"
	"	SELECT oid, lower(relname) AS name FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f')\n"
	"	UNION ALL\n"
	"	SELECT oid, lower(proname) FROM pg_proc WHERE oid >= 16384\n"
	")\n"
	"SELECT r.ev_class, d.refobjid, CASE r.ev_type WHEN '1' THEN 0 ELSE 4 END, r.ev_class, r.ev_class\n"
	"FROM pg_rewrite r\n"
	"CROSS JOIN LATERAL (SELECT * FROM pg_depend WHERE classid = 'pg_rewrite'::regclass AND objid = r.oid OFFSET 0) AS d\n"
	"WHERE r.ev_class = ANY ($1) AND d.refobjid >= 16384 AND d.refobjid <> r.ev_class\n"
	"	AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)\n"
	"UNION ALL\n"
	"SELECT p.oid, o.oid, 0, p.oid, o.oid\n"
	"FROM proc p\n"
	"JOIN named o ON o.oid <> p.oid AND strpos(p.source, o.name) > 0\n"
	"WHERE p.wanted\n"
	"UNION ALL\n"
	"SELECT p.oid, o.oid, 0, p.oid, o.oid\n"
	"FROM named o\n"
	"JOIN proc p ON o.oid <> p.oid AND strpos(p.source, o.name) > 0\n"
	"WHERE NOT p.wanted AND o.oid = ANY ($1)\n"
	"UNION ALL\n"
	"SELECT oid, 0, 0, oid, oid\n"
	"FROM proc\n"
	"WHERE wanted AND (opaque OR source ~ 'execute|query_to_xml|table_to_xml')\n"
	"UNION ALL\n"
	"SELECT a.aggfnoid::oid, f.oid, 0, a.aggfnoid::oid, a.aggfnoid::oid\n"
	"FROM pg_aggregate a\n"
	"CROSS JOIN LATERAL (VALUES (a.aggtransfn::oid), (a.aggfinalfn::oid), (a.aggcombinefn::oid)) AS f (oid)\n"
	"WHERE a.aggfnoid::oid = ANY ($1) AND f.oid >= 16384\n"
	"UNION ALL\n"
	"SELECT e.here, e.there, e.edge, inhrelid, inhrelid\n"
	"FROM pg_inherits\n"
	"CROSS JOIN LATERAL (VALUES (inhparent, inhrelid, 0), (inhrelid, inhparent, 1)) AS e (here, there, edge)\n"
	"WHERE inhrelid = ANY ($1)\n"
	"UNION ALL\n"
	"SELECT tgrelid, tgfoid, 4, tgrelid, tgrelid\n"
	"FROM pg_trigger\n"
	"WHERE tgrelid = ANY ($1) AND tgfoid >= 16384\n"
	"UNION ALL\n"
	"SELECT e.here, e.there, e.edge, conrelid, conrelid\n"
	"FROM pg_constraint\n"
	"CROSS JOIN LATERAL (\n"
	"	VALUES (conrelid, confrelid, 2),\n"
	"		(confrelid, conrelid, CASE WHEN confupdtype IN ('a', 'r') AND confdeltype IN ('a', 'r') THEN 3 ELSE 1 END)\n"
	") AS e (here, there, edge)\n"
	"WHERE conrelid = ANY ($1) AND contype = 'f'\n"
	"UNION ALL\n"				/* functions in defaults, checks, indexes, policies */
	"SELECT t.oid, d.refobjid, 4, t.oid, t.oid\n"
	"FROM (\n"
	"	SELECT 'pg_attrdef'::regclass, oid, adrelid FROM pg_attrdef WHERE adrelid = ANY ($1)\n"
	"	UNION ALL\n"
	"	SELECT 'pg_constraint'::regclass, oid, conrelid FROM pg_constraint WHERE conrelid = ANY ($1) AND contype = 'c'\n"
	"	UNION ALL\n"
	"	SELECT 'pg_class'::regclass, indexrelid, indrelid FROM pg_index WHERE indrelid = ANY ($1)\n"
	"	UNION ALL\n"
	"	SELECT 'pg_policy'::regclass, oid, polrelid FROM pg_policy WHERE polrelid = ANY ($1)\n"
	") AS t (classid, objid, oid)\n"
	"CROSS JOIN LATERAL (SELECT * FROM pg_depend WHERE classid = t.classid AND objid = t.objid OFFSET 0) AS d\n"
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

static Oid
oid_of(uint64 row, int column)
{
	bool isnull;

	return DatumGetObjectId(
		SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull));
}

/* Reads the links of these objects. */
static List *
read_links(List *objects)
{
	static LabCatalogQuery plan = {edges_query, 1, {OIDARRAYOID}, NULL};
	Datum argument = lab_plans_oids(objects);
	List *links = NIL;

	lab_plans_run(&plan, &argument, !list_member_oid(objects, InvalidOid));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Link *link = palloc(sizeof(Link));

		link->from = oid_of(i, 1);
		link->to = oid_of(i, 2);
		link->edge = oid_of(i, 3);
		link->read_from = oid_of(i, 4);
		link->about = oid_of(i, 5);
		links = lappend(links, link);
	}
	SPI_freetuptable(SPI_tuptable);
	return links;
}

/* The links that none of these objects can have changed. */
static List *
kept_links(const LabDependencies *known, List *objects)
{
	List *kept = NIL;
	ListCell *cell;

	foreach (cell, known->links)
	{
		const Link *link = lfirst(cell);
		Link *copy;

		if (lab_objects_among(objects, link->read_from) || lab_objects_among(objects, link->about))
			continue;
		copy = palloc(sizeof(Link));
		*copy = *link;
		kept = lappend(kept, copy);
	}
	return kept;
}

LabDependencies *
lab_depend_read(List *objects, const LabDependencies *known)
{
	LabDependencies *dependencies = palloc(sizeof(LabDependencies));
	ListCell *cell;

	dependencies->links = known ? kept_links(known, objects) : NIL;
	if (objects)
		dependencies->links = list_concat(dependencies->links, read_links(objects));
	dependencies->nodes = new_table("dependencies", sizeof(Vertex), CurrentMemoryContext);
	foreach (cell, dependencies->links)
	{
		const Link *link = lfirst(cell);
		Vertex *from = node_of(dependencies, link->from);

		if (OidIsValid(link->to))
			from->edges[link->edge] = lappend_oid(from->edges[link->edge], link->to);
		else
			from->anything = true;
	}
	return dependencies;
}

static uint64
note_of(Oid object, Doing doing)
{
	Note *note = notes ? hash_search(notes, &object, HASH_FIND, NULL) : NULL;

	if (note == NULL)
		return 0;
	return doing == DOING_READ ? note->shown : note->seen;
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
	uint64 latest = note_of(object, doing);

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
		latest = note_of(object, DOING_NOTHING);
	else
		latest = visit(dependencies, object, reach == LAB_REACH_WRITES ? DOING_PROBE : DOING_READ,
					   ++visit_number);
	return Max(latest, last_everything);
}

void
lab_depend_note(Oid object, bool shown)
{
	bool found;
	Note *note;

	if (notes == NULL)
		notes = new_table("notes of changes", sizeof(Note), TopMemoryContext);
	note = hash_search(notes, &object, HASH_ENTER, &found);
	if (!found)
		note->shown = 0;
	note->seen = last_note = ++clock_now;
	if (shown)
		note->shown = note->seen;
}

void
lab_depend_note_everything(void)
{
	last_everything = last_note = ++clock_now;
}

void
lab_depend_forget_others(void)
{
	HASH_SEQ_STATUS scan;
	Note *note;

	if (notes == NULL)
		return;
	hash_seq_init(&scan, notes);
	while ((note = hash_seq_search(&scan)) != NULL)
	{
		Oid oid = note->oid;

		if (!lab_objects_has(oid))
			hash_search(notes, &oid, HASH_REMOVE, NULL);
	}
}
