/*
 * facts_queries_code.c
 *		Facts of functions, procedures, aggregates, triggers and rules: what is
 *		declared of them.  What they do is for probes to find out.
 */
#include "postgres.h"

#include "worker/facts_queries.h"
#include "worker/facts_sql.h"

/* clang-format off */

/*
 * What goes in and what comes out: RETURNS TABLE and OUT arguments are two ways
 * to say the same.  A function that the server made for a type is the type's.
 */
const char lab_facts_routines[] =
	"SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,\n"
	"	p.oid::regprocedure::text, p.oid::regprocedure::text, jsonb_strip_nulls(jsonb_build_object(\n"
	"		'returns', CASE WHEN p.prokind <> 'p' THEN format_type(p.prorettype, NULL) END,\n"
	"		'set', p.proretset,\n"
	"		'window', p.prokind = 'w',\n"
	"		'arguments', io.arguments,\n"
	"		'columns', io.columns,\n"
	"		'defaults', p.pronargdefaults,\n"
	"		'volatility', CASE WHEN p.prokind = 'f' THEN\n"
	"			CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END END,\n"
	"		'strict', p.proisstrict,\n"
	"		'security definer', p.prosecdef,\n"
	"		'leakproof', p.proleakproof,\n"
	"		'settings', " OPTIONS("p.proconfig") ",\n"
	"		'aggregate', CASE a.aggkind WHEN 'n' THEN 'normal' WHEN 'o' THEN 'ordered set' ELSE\n"
	"			CASE WHEN a.aggkind IS NOT NULL THEN 'hypothetical set' END END,\n"
	"		'direct arguments', a.aggnumdirectargs)), NULL::text, NULL::oid, NULL::oid, p.oid\n"
	"FROM pg_proc p\n"
	"JOIN pg_namespace n ON n.oid = p.pronamespace\n"
	"LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid\n"
	"CROSS JOIN LATERAL (\n"
	"	SELECT\n"
	"		jsonb_agg(concat_ws(' ', CASE k.mode WHEN 'v' THEN 'VARIADIC' WHEN 'b' THEN 'INOUT' END,\n"
	"			coalesce(k.name, '')) ORDER BY k.n) FILTER (WHERE k.mode IN ('i', 'v', 'b')) AS arguments,\n"
	"		jsonb_agg(concat_ws(' ', k.name, format_type(k.type, NULL)) ORDER BY k.n)\n"
	"			FILTER (WHERE k.mode IN ('o', 't', 'b')) AS columns\n"
	"	FROM (\n"
	"		SELECT u.n, u.type, u.name, coalesce(u.mode, 'i') AS mode\n"
	"		FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes, p.proargnames)\n"
	"			WITH ORDINALITY AS u (type, mode, name, n)\n"
	"	) k\n"
	") io\n"
	"WHERE " WANTED("p.oid") " AND " PEOPLES_SCHEMA "\n"
	"	AND " NO_PART("pg_proc", "p.oid");

const char lab_facts_argument_defaults[] =
	"SELECT 'argument_defaults', p.oid::regprocedure::text, p.oid::regprocedure::text, '{}'::jsonb,\n"
	"	p.proargdefaults::text, NULL::oid, p.proowner, p.oid\n"
	"FROM pg_proc p\n"
	"JOIN pg_namespace n ON n.oid = p.pronamespace\n"
	"WHERE " WANTED("p.oid") " AND p.pronargdefaults > 0 AND " PEOPLES_SCHEMA "\n"
	"	AND " NO_PART("pg_proc", "p.oid");

/*
 * One fact for each event: a trigger for INSERT OR UPDATE and two triggers do
 * the same.  A partition's copy of its parent's trigger is no trigger of its own.
 */
const char lab_facts_triggers[] =
	RELATIONS "\n"
	"SELECT 'trigger',\n"
	"	format('%s %s %s FOR EACH %s %s', rel.name,\n"
	"		CASE WHEN t.tgtype & 64 <> 0 THEN 'INSTEAD OF' WHEN t.tgtype & 2 <> 0 THEN 'BEFORE' ELSE 'AFTER' END,\n"
	"		event.name, CASE WHEN t.tgtype & 1 <> 0 THEN 'ROW' ELSE 'STATEMENT' END,\n"
	"		t.tgfoid::regprocedure),\n"
	"	rel.name, jsonb_strip_nulls(jsonb_build_object(\n"
	"		'columns', CASE WHEN event.name = 'UPDATE' THEN " COLUMN_NAMES("t.tgrelid", "t.tgattr") " END,\n"
	"		'old table', t.tgoldtable IS NOT NULL,\n"
	"		'new table', t.tgnewtable IS NOT NULL,\n"
	"		'arguments', CASE WHEN t.tgnargs > 0 THEN encode(t.tgargs, 'escape') END,\n"
	"		'constraint', t.tgconstraint <> 0,\n"
	"		'from', CASE WHEN t.tgconstrrelid <> 0 THEN t.tgconstrrelid::regclass::text END,\n"
	"		'deferrable', t.tgdeferrable,\n"
	"		'initially deferred', t.tginitdeferred,\n"
	"		'enabled', " FIRES("t.tgenabled") ")), t.tgqual::text, rel.oid, NULL::oid, rel.oid\n"
	"FROM rel\n"
	"JOIN pg_trigger t ON t.tgrelid = rel.oid\n"
	"JOIN (\n"
	"	VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')\n"
	") AS event (bit, name) ON t.tgtype & event.bit <> 0\n"
	"WHERE NOT t.tgisinternal AND t.tgparentid = 0\n"
	"UNION ALL\n"
	"SELECT 'event_trigger', quote_ident(evtname), quote_ident(evtname), jsonb_build_object(\n"
	"		'event', evtevent,\n"
	"		'tags', (SELECT jsonb_agg(tag ORDER BY tag) FROM unnest(evttags) AS tag),\n"
	"		'function', evtfoid::regprocedure::text,\n"
	"		'enabled', " FIRES("evtenabled") "), NULL, NULL, NULL, 0::oid\n"
	"FROM pg_event_trigger t\n"
	"WHERE " OTHERS_WANTED " AND " NO_MEMBER("pg_event_trigger", "t.oid");

const char lab_facts_rules[] =
	RELATIONS "\n"
	"SELECT 'rule', format('%s ON %s DO %s', rel.name,\n"
	"		CASE r.ev_type WHEN '1' THEN 'SELECT' WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' ELSE 'DELETE' END,\n"
	"		CASE WHEN r.is_instead THEN 'INSTEAD' ELSE 'ALSO' END),\n"
	"	rel.name, jsonb_build_object(\n"
	"		'conditional', r.ev_qual <> '<>',\n"
	"		'nothing', r.ev_action = '<>',\n"
	"		'enabled', " FIRES("r.ev_enabled") "), NULL::text, rel.oid, NULL::oid, rel.oid\n"
	"FROM rel\n"
	"JOIN pg_rewrite r ON r.ev_class = rel.oid\n"
	"WHERE r.rulename <> '_RETURN'";

/* clang-format on */
