/*
 * probe_scope.c
 *		What a database holds that probes are made for, and repeated in.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "worker/probe.h"
#include "worker/probe_effect.h"

/* clang-format off */
static const char tables[] =
	"SELECT format('%I.%I', n.nspname, c.relname), c.oid\n"
	"FROM pg_class c\n"
	"JOIN pg_namespace n ON n.oid = c.relnamespace\n"
	"WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'\n"
	"	AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
	"	AND NOT EXISTS (\n"
	"		SELECT\n"
	"		FROM pg_depend d\n"
	"		WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')\n"
	"ORDER BY c.oid";

static const char schemas[] =
	"SELECT string_agg(quote_ident(nspname), ', ' ORDER BY nspname <> $1, nspname <> 'public', nspname)\n"
	"FROM pg_namespace\n"
	"WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'";
/* clang-format on */

List *
lab_probe_tables(void)
{
	MemoryContext context = CurrentMemoryContext;
	List *watched = NIL;

	SPI_connect();
	if (SPI_execute(tables, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not list the tables");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		LabWatch *watch = palloc0(sizeof(LabWatch));
		char *name = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		bool isnull;

		watch->name = pstrdup(name);
		watch->relation = DatumGetObjectId(
			SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull));
		watched = lappend(watched, watch);
	}
	SPI_finish();
	MemoryContextSwitchTo(context);
	return watched;
}

char *
lab_probe_path(const char *schema)
{
	MemoryContext context = CurrentMemoryContext;
	Oid type = TEXTOID;
	/* no schema: what it is for was dropped meanwhile */
	Datum value = CStringGetTextDatum(schema ? schema : "");
	char *path;

	SPI_connect();
	if (SPI_execute_with_args(schemas, 1, &type, &value, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not list the schemas");
	path = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	path = MemoryContextStrdup(context, path ? path : "pg_catalog");
	SPI_finish();
	MemoryContextSwitchTo(context);
	return path;
}

/* What lab_probe_text() asks for. */
typedef struct Question
{
	const char *query;
	Oid object;
	MemoryContext context;
	char *text;
} Question;

static void
ask(void *arg)
{
	Question *question = arg;
	Oid type = OIDOID;
	Datum value = ObjectIdGetDatum(question->object);
	char *text = NULL;

	SPI_connect();
	if (SPI_execute_with_args(question->query, 1, &type, &value, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the text of an object");
	if (SPI_processed == 1)
		text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	question->text = MemoryContextStrdup(question->context, text ? text : "");
	SPI_finish();
}

bool
lab_probe_text(const char *query, Oid object, const LabJob *job, char **text,
			   LabSandboxError *error)
{
	Question question = {query, object, CurrentMemoryContext, NULL};

	if (!lab_sandbox_run(OidIsValid(job->role) ? job->role : GetUserId(), job->check_timeout, ask,
						 &question, error))
		return false;
	*text = question.text;
	return true;
}

List *
lab_probe_names(Oid role)
{
	return list_make2(GetUserNameFromId(role, false), GetUserNameFromId(GetSessionUserId(), false));
}
