/*
 * masters.c
 *		Whose a lab is: its owner's, and theirs whom its spec names as masters.
 *
 * The one rule stands here, for the policies on the tables of schema lab
 * (lab.mine()) and for the functions that act on a lab (lab_catalog_find()).
 * As with everything of the server's, what a role may, its members may too.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/masters.h"
#include "extension/spec_values.h"
#include "extension/statement.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(lab_mine);

bool
lab_masters_include(Oid caller, Oid owner, ArrayType *masters)
{
	Oid *roles = (Oid *) ARR_DATA_PTR(masters);
	int n = ArrayGetNItems(ARR_NDIM(masters), ARR_DIMS(masters));

	if (has_privs_of_role(caller, owner))
		return true;
	for (int i = 0; i < n; i++)
		if (has_privs_of_role(caller, roles[i]))
			return true;
	return false;
}

/* lab.mine(owner oid, masters oid[]): the rule for who asks */
Datum
lab_mine(PG_FUNCTION_ARGS)
{
	ArrayType *masters = PG_GETARG_ARRAYTYPE_P(1);

	if (ARR_HASNULL(masters))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("masters must be roles, none of them null")));
	PG_RETURN_BOOL(lab_masters_include(GetUserId(), PG_GETARG_OID(0), masters));
}

void
lab_masters_require(const LabSpec *spec)
{
	Oid group = get_role_oid("lab_master", false);
	ListCell *cell;

	foreach (cell, spec->masters)
	{
		const char *name = lfirst(cell);
		Oid role = get_role_oid(name, true);

		if (!OidIsValid(role))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
							errmsg("role %s does not exist", lab_spec_quoted(name)),
							errdetail("At $.masters[%d].", foreach_current_index(cell)),
							errhint("Name roles that are members of lab_master.")));
		if (!is_member_of_role(role, group))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("role %s is no lab master", lab_spec_quoted(name)),
							errdetail("At $.masters[%d].", foreach_current_index(cell)),
							errhint("A superuser can make it one: GRANT lab_master TO %s.",
									quote_identifier(name))));
	}
}

void
lab_masters_set(int32 lab, const LabSpec *spec)
{
	Oid types[] = {INT4OID, OIDARRAYOID};
	Datum *roles = palloc(sizeof(Datum) * Max(list_length(spec->masters), 1));
	Datum values[2];
	ListCell *cell;

	foreach (cell, spec->masters)
		roles[foreach_current_index(cell)] = ObjectIdGetDatum(get_role_oid(lfirst(cell), false));
	values[0] = Int32GetDatum(lab);
	values[1] = PointerGetDatum(construct_array(roles, list_length(spec->masters), OIDOID,
												sizeof(Oid), true, TYPALIGN_INT));
	lab_statement_run("UPDATE lab.labs\n"
					  "SET masters = $2::regrole[]\n"
					  "WHERE id = $1 AND masters <> $2::regrole[]",
					  lengthof(types), types, values, NULL);
}

void
lab_masters_require_login(const char *login, Oid caller)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(login);
	HeapTuple row;
	bool isnull;

	lab_statement_run("SELECT l.owner::oid, l.masters::oid[]\n"
					  "FROM lab.participants p\n"
					  "JOIN lab.labs l ON l.id = p.lab_id\n"
					  "WHERE p.login = $1::name AND l.state = 'active'\n"
					  "ORDER BY p.id\n"
					  "LIMIT 1",
					  1, &type, &value, NULL);
	if (SPI_processed == 0)
		return;
	row = SPI_tuptable->vals[0];
	if (!lab_masters_include(
			caller, DatumGetObjectId(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull)),
			DatumGetArrayTypeP(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull))))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the password of \"%s\" is another lab master's to set", login),
				 errdetail("They were in a lab of somebody else's before they were in this one, "
						   "and have one password for both."),
				 errhint("Ask who gave them the login, or a superuser.")));
}
