/*
 * admission.c
 *		Can this server do what a spec asks for?  Asked before anything is recorded.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "extension/admission.h"
#include "extension/ldap_hba.h"
#include "extension/ldap_settings.h"
#include "miscadmin.h"
#include "storage/procarray.h"
#include "utils/acl.h"
#include "utils/syscache.h"

Oid
lab_callers_database(const char *name, const char *what, Oid caller)
{
	Oid database = get_database_oid(name, true);
	HeapTuple tuple;
	Oid owner;

	if (!OidIsValid(database))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_DATABASE),
				 errmsg("%s database \"%s\" does not exist", what, name),
				 errdetail("At $.%s.", what), errhint("Create and fill it before the lab.")));
	if (database == MyDatabaseId)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the control database cannot be the %s", what), errdetail("At $.%s.", what),
				 errhint("Prepare the example in a database of its own.")));

	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(database));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for database %u", database);
	owner = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
	ReleaseSysCache(tuple);
	if (!has_privs_of_role(caller, owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s database \"%s\" is not yours", what, name),
				 errdetail("At $.%s: it belongs to \"%s\".", what, GetUserNameFromId(owner, false)),
				 errhint("Its owner can create the lab, or give it to you by ALTER "
						 "DATABASE ... OWNER TO.")));
	return database;
}

LabSources
lab_callers_databases(const LabSpec *spec, Oid caller)
{
	LabSources sources = {InvalidOid, InvalidOid, InvalidOid, 0};

	sources.reference = lab_callers_database(spec->reference, "reference", caller);
	if (spec->starter)
		sources.starter = lab_callers_database(spec->starter, "starter", caller);
	if (spec->hidden)
		sources.hidden = lab_callers_database(spec->hidden, "hidden", caller);
	return sources;
}

void
lab_require_no_sessions(Oid database, const char *name)
{
	int others;
	int prepared;

	if (CountOtherDBBackends(database, &others, &prepared))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE), errmsg("starter database \"%s\" is in use", name),
				 errdetail("At $.starter: %d sessions and %d prepared transactions; it can "
						   "be copied only while it has none.",
						   others, prepared),
				 errhint("End the sessions that are connected to it.")));
}

void
lab_require_new_databases(List *participants)
{
	ListCell *cell;

	foreach (cell, participants)
	{
		LabSpecParticipant *participant = lfirst(cell);

		if (OidIsValid(get_database_oid(participant->database, true)))
			ereport(ERROR, (errcode(ERRCODE_DUPLICATE_DATABASE),
							errmsg("database \"%s\" exists already", participant->database),
							errdetail("At $.participants[%d]: it would be the database of \"%s\".",
									  participant->place, participant->login),
							errhint("Drop it, or choose another pattern for $.database.")));
	}
}

void
lab_require_directory(const LabSpec *spec)
{
	const char *missing = spec->auth == LAB_AUTH_MANAGED ? lab_ldap_missing() : NULL;
	ListCell *cell;

	if (missing)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("labcreator has no directory to keep accounts in"),
						errdetail("At $.auth: %s.", missing),
						errhint("A superuser can set it; or write \"accounts\": \"external\".")));
	if (spec->auth == LAB_AUTH_SCRAM)
		return;
	foreach (cell, spec->participants)
	{
		LabSpecParticipant *participant = lfirst(cell);

		if (!lab_hba_can_name(participant->login))
			ereport(
				WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("\"%s\" cannot log in by the first line of lab_hba()", participant->login),
				 errdetail("At $.participants[%d]: the server puts the login into a directory "
						   "name as it stands, and this one has a character with a meaning there.",
						   participant->place),
				 errhint("Choose another login, or use the line of lab_hba() that searches.")));
	}
}
