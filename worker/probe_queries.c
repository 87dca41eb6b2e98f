/*
 * probe_queries.c
 *		What has a behaviour: the facts that probes complete.
 */
#include "postgres.h"

#include "worker/facts_queries.h"

/* clang-format off */

/*
 * A trigger's function shows in what happens to the table; only one that no
 * trigger uses is a matter of its own.  Functions in C are a superuser's.
 */
const char lab_facts_behaviours[] =
	"WITH rel AS MATERIALIZED (\n"
	"	SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS name\n"
	"	FROM pg_class c\n"
	"	JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"	WHERE c.oid = ANY ($2) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"		AND c.relkind IN ('r', 'p', 'v', 'm')\n"
	"		AND NOT EXISTS (\n"
	"			SELECT\n"
	"			FROM pg_depend d\n"
	"			WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')\n"
	")\n"
	"SELECT 'function_behaviour', p.oid::regprocedure::text, p.oid::regprocedure::text, NULL::jsonb,\n"
	"	NULL::text, p.oid, NULL::oid, p.oid\n"
	"FROM pg_proc p\n"
	"JOIN pg_namespace n ON n.oid = p.pronamespace\n"
	"JOIN pg_language l ON l.oid = p.prolang\n"
	"WHERE p.oid = ANY ($2) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"	AND (l.lanname NOT IN ('c', 'internal') OR p.prokind = 'a')\n"
	"	AND NOT EXISTS (\n"
	"		SELECT\n"
	"		FROM pg_depend d\n"
	"		WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))\n"
	"	AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid OFFSET 0)\n"
	"	AND NOT EXISTS (SELECT FROM pg_event_trigger t WHERE t.evtfoid = p.oid)\n"
	"UNION ALL\n"
	"SELECT 'trigger_behaviour', name, name, NULL, NULL, oid, NULL, oid\n"
	"FROM rel\n"
	"WHERE EXISTS (\n"
	"	SELECT FROM pg_trigger t WHERE t.tgrelid = rel.oid AND NOT t.tgisinternal AND t.tgparentid = 0 OFFSET 0)\n"
	"UNION ALL\n"
	"SELECT 'rule_behaviour', name, name, NULL, NULL, oid, NULL, oid\n"
	"FROM rel\n"
	"WHERE EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = rel.oid AND r.rulename <> '_RETURN' OFFSET 0)\n"
	"UNION ALL\n"
	"SELECT 'view_behaviour', name, name, NULL, NULL, oid, NULL, oid\n"
	"FROM rel\n"
	"WHERE relkind IN ('v', 'm')";

/* clang-format on */
