/*
 * removal.c
 *		DROP EXTENSION labcreator, and what it leaves.
 *
 * Participants' databases and logins are no members of the extension, and only
 * its tables know which they are.  So, as with any object that others depend
 * on: while there are labs a plain DROP is refused and says how to remove them
 * first, and DROP ... CASCADE says what it leaves.
 */
#include "postgres.h"

#include "commands/extension.h"
#include "executor/spi.h"
#include "extension/catalog.h"
#include "extension/removal.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"

static ProcessUtility_hook_type previous_utility = NULL;

static bool
drops_labcreator(const Node *statement)
{
	const DropStmt *drop = (const DropStmt *) statement;
	ListCell *cell;

	if (!IsA(statement, DropStmt) || drop->removeType != OBJECT_EXTENSION)
		return false;
	foreach (cell, drop->objects)
		if (strcmp(strVal(lfirst(cell)), "labcreator") == 0)
			return OidIsValid(get_extension_oid("labcreator", true));
	return false;
}

/* The one value of a query on the extension's tables, in the caller's memory context; NULL as it
 * is. */
static char *
value_of(const char *query)
{
	MemoryContext context = CurrentMemoryContext;
	LabPrivilege privilege;
	char *value;

	lab_privilege_begin(&privilege);
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not execute \"%s\"", query);
	value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (value)
		value = MemoryContextStrdup(context, value);
	lab_privilege_end(&privilege);
	return value;
}

/* clang-format off */
static const char made_for_labs[] =
	"SELECT CASE WHEN d.names IS NOT NULL OR l.names IS NOT NULL\n"
	"	THEN format('databases %s; logins %s', coalesce(d.names, 'none'), coalesce(l.names, 'none')) END\n"
	"FROM (\n"
	"	SELECT string_agg(quote_ident(d.datname), ', ' ORDER BY d.datname) AS names\n"
	"	FROM lab.participants p\n"
	"	JOIN pg_database d ON d.oid IN (p.database_oid, p.discarded_oid)\n"
	") d, (\n"
	"	SELECT string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname) AS names\n"
	"	FROM lab.accounts a\n"
	"	JOIN pg_roles r ON r.oid = a.role\n"
	") l";

/* The extension's script gave them this comment. */
static const char made_by_script[] =
	"SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname)\n"
	"FROM pg_roles\n"
	"WHERE shobj_description(oid, 'pg_authid') LIKE 'labcreator: %'";
/* clang-format on */

static void
say_what_stays(const DropStmt *drop)
{
	char *found = value_of(made_for_labs);
	char *roles = value_of(made_by_script);

	if (found && drop->behavior != DROP_CASCADE)
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot drop extension labcreator because it has made databases and "
						"logins"),
				 errdetail("They would stay: %s.", found),
				 errhint("Remove them first with SELECT lab_drop(lab) and CALL lab_wait(lab) "
						 "for every lab, or use DROP ... CASCADE to leave them.")));
	if (found)
		ereport(NOTICE, (errmsg("extension labcreator leaves databases and logins that it made"),
						 errdetail("These stay: %s.", found),
						 errhint("DROP DATABASE and DROP ROLE remove them.")));
	if (roles)
		ereport(NOTICE, (errmsg("extension labcreator leaves its roles"),
						 errdetail("These stay: %s.", roles),
						 errhint("DROP OWNED BY and DROP ROLE remove them.")));
}

static void
process_utility(PlannedStmt *plan, const char *text, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
				DestReceiver *receiver, QueryCompletion *completion)
{
	/* Nobody else may drop it: what others get is the server's own refusal. */
	if (drops_labcreator(plan->utilityStmt) && superuser())
		say_what_stays((DropStmt *) plan->utilityStmt);
	if (previous_utility)
		previous_utility(plan, text, read_only_tree, context, params, environment, receiver,
						 completion);
	else
		standard_ProcessUtility(plan, text, read_only_tree, context, params, environment, receiver,
								completion);
}

void
lab_removal_init(void)
{
	previous_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
}
