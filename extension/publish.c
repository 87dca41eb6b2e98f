/*
 * publish.c
 *		lab_publish(): the dashboards of a lab, anew.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/catalog.h"
#include "extension/functions.h"
#include "extension/publish_settings.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(lab_publish);

/*
 * lab_publish(lab text, force boolean)
 */
Datum
lab_publish(PG_FUNCTION_ARGS)
{
	Oid types[] = {INT4OID, BOOLOID};
	Datum values[2];
	LabPrivilege privilege;
	const char *missing = lab_grafana_missing();

	lab_require_control_database();
	if (missing)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("there is no Grafana to publish to"), errdetail("%s.", missing),
				 errhint("Set it in postgresql.conf and reload the server's configuration.")));
	lab_privilege_begin(&privilege);
	values[0] =
		Int32GetDatum(lab_catalog_find(text_to_cstring(PG_GETARG_TEXT_PP(0)), privilege.caller));
	values[1] = PG_GETARG_DATUM(1);
	if (SPI_execute_with_args("SELECT lab.publish($1, $2)", lengthof(types), types, values, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not queue the dashboards of a lab");
	lab_privilege_end(&privilege);
	PG_RETURN_VOID();
}
