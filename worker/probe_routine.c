/*
 * probe_routine.c
 *		A function, procedure or aggregate, from the catalogs.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
#include "worker/probe_routine.h"

/* Built-in functions say what they are by their name alone. */
static const char *
source_of_function(Oid oid)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	Datum value;
	bool isnull;
	const char *source;

	if (!HeapTupleIsValid(tuple))
		return "";
	if (oid < FirstNormalObjectId)
		source = format_procedure(oid);
	else
	{
		(void) SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosqlbody, &isnull);
		if (!isnull)
			source = TextDatumGetCString(
				OidFunctionCall1(F_PG_GET_FUNCTION_SQLBODY, ObjectIdGetDatum(oid)));
		else
		{
			value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
			source = isnull ? "" : TextDatumGetCString(value);
		}
	}
	ReleaseSysCache(tuple);
	return source;
}

static void
read_aggregate(LabRoutine *routine)
{
	HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(routine->oid));
	Form_pg_aggregate aggregate;
	Datum initial;
	bool isnull;

	if (!HeapTupleIsValid(tuple))
		return;
	aggregate = (Form_pg_aggregate) GETSTRUCT(tuple);
	routine->direct = aggregate->aggnumdirectargs;
	routine->ordered_set = aggregate->aggkind != AGGKIND_NORMAL;
	initial = SysCacheGetAttr(AGGFNOID, tuple, Anum_pg_aggregate_agginitval, &isnull);
	routine->source = psprintf(
		"%s; %s; %s; %s; %s; %s; '%s'", source_of_function(aggregate->aggtransfn),
		source_of_function(aggregate->aggfinalfn), source_of_function(aggregate->aggmtransfn),
		source_of_function(aggregate->aggminvtransfn), source_of_function(aggregate->aggmfinalfn),
		format_type_be(aggregate->aggtranstype), isnull ? "" : TextDatumGetCString(initial));
	ReleaseSysCache(tuple);
}

/* Those that a call names: inputs, and the places of a procedure's results. */
static void
read_arguments(LabRoutine *routine, HeapTuple tuple, const FormData_pg_proc *form)
{
	Oid *types;
	char **names;
	char *modes;
	int n = get_func_arg_info(tuple, &types, &names, &modes);

	routine->arguments = palloc0(sizeof(LabArgument) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		char mode = modes ? modes[i] : PROARGMODE_IN;
		LabArgument *argument;

		if (mode == PROARGMODE_TABLE ||
			(mode == PROARGMODE_OUT && form->prokind != PROKIND_PROCEDURE))
			continue;
		argument = &routine->arguments[routine->narguments++];
		argument->type = types[i];
		argument->name =
			names && names[i] && names[i][0] ? names[i] : psprintf("$%d", routine->narguments);
		argument->variadic = mode == PROARGMODE_VARIADIC && types[i] != ANYOID;
		argument->out = mode == PROARGMODE_OUT;
	}
	routine->anonymous = form->prorettype == RECORDOID && modes == NULL;
}

static char *
language_name(Oid language)
{
	HeapTuple tuple = SearchSysCache1(LANGOID, ObjectIdGetDatum(language));
	char *name;

	if (!HeapTupleIsValid(tuple))
		return "";
	name = pstrdup(NameStr(((Form_pg_language) GETSTRUCT(tuple))->lanname));
	ReleaseSysCache(tuple);
	return name;
}

LabRoutine *
lab_routine_read(Oid oid)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	LabRoutine *routine;
	Form_pg_proc form;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	routine = palloc0(sizeof(LabRoutine));
	routine->oid = oid;
	routine->schema = get_namespace_name(form->pronamespace);
	routine->name = quote_qualified_identifier(routine->schema, NameStr(form->proname));
	routine->kind = form->prokind;
	routine->owner = form->proowner;
	routine->defaults = form->pronargdefaults;
	routine->language = language_name(form->prolang);
	read_arguments(routine, tuple, form);
	if (form->prokind == PROKIND_AGGREGATE)
		read_aggregate(routine);
	else
		routine->source = source_of_function(oid);
	ReleaseSysCache(tuple);
	return routine;
}
