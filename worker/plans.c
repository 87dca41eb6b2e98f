/*
 * plans.c
 *		Queries over the catalogs: about all that people made, or about little of it.
 *
 * Nobody analyzes a young database's catalogs, and the planner does not know
 * how much of them is asked for: so it is told.  A plan about all is made when it
 * is needed, seldom; one about few objects lasts as long as the process.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "worker/plans.h"

/* Nested loops over whole catalogs would take time by the square. */
static const char *const about_all[][2] = {{"enable_nestloop", "off"}, {NULL, NULL}};

/* Each object is looked up by its oid, and no catalog is read from one end to the other. */
static const char *const about_few[][2] = {{"enable_seqscan", "off"},
										   {"enable_bitmapscan", "off"},
										   {"enable_hashjoin", "off"},
										   {"enable_mergejoin", "off"},
										   {"enable_material", "off"},
										   {"plan_cache_mode", "force_generic_plan"},
										   {NULL, NULL}};

static void
set(const char *const (*settings)[2])
{
	for (int i = 0; settings[i][0]; i++)
		(void) set_config_option(settings[i][0], settings[i][1], PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
}

static int
run_few(LabCatalogQuery *plan, Datum *values)
{
	if (plan->few == NULL)
	{
		SPIPlanPtr made = SPI_prepare(plan->text, plan->nargs, plan->types);

		if (made == NULL || SPI_keepplan(made) != 0)
			elog(ERROR, "could not plan a query over the catalogs");
		plan->few = made;
	}
	return SPI_execute_plan(plan->few, values, NULL, true, 0);
}

void
lab_plans_run(LabCatalogQuery *plan, Datum *values, bool few)
{
	MemoryContext context = CurrentMemoryContext;
	int level = NewGUCNestLevel();
	int code;

	set(few ? about_few : about_all);
	code = few ? run_few(plan, values)
			   : SPI_execute_with_args(plan->text, plan->nargs, plan->types, values, NULL, true, 0);
	if (code != SPI_OK_SELECT)
		elog(ERROR, "could not read the catalogs");
	AtEOXact_GUC(false, level);
	MemoryContextSwitchTo(context); /* SPI leaves its own behind */
}

Datum
lab_plans_oids(List *oids)
{
	Datum *values = palloc(sizeof(Datum) * Max(list_length(oids), 1));
	int n = 0;
	ListCell *cell;

	foreach (cell, oids)
		values[n++] = ObjectIdGetDatum(lfirst_oid(cell));
	return PointerGetDatum(construct_array(values, n, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
}
