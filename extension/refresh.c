/*
 * refresh.c
 *		lab_refresh(): the reference changed, and so do the checks.
 *
 * A dry run does all of it, within a subtransaction that it takes back.
 */
#include "postgres.h"

#include "access/xact.h"
#include "extension/admission.h"
#include "extension/catalog.h"
#include "extension/create.h"
#include "extension/functions.h"
#include "extension/hooks.h"
#include "extension/merge.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/resowner.h"

PG_FUNCTION_INFO_V1(lab_refresh);

/* What lab_refresh() works on. */
typedef struct Refreshment
{
	int32 lab;
	LabSpec *spec;
	LabSources sources;
	List *facts; /* of the reference as it is now: of LabFact * */
	Jsonb *before;
	LabMerged merged;
} Refreshment;

static void
prepare(Refreshment *refreshment, const char *name, Oid caller)
{
	LabRecord record;

	refreshment->lab = lab_catalog_lock(name, caller, false);
	record = lab_catalog_read(refreshment->lab);
	refreshment->spec = lab_spec_read(record.spec, false);
	refreshment->sources = lab_callers_databases(refreshment->spec, record.owner);
	refreshment->sources.clock = record.clock;
	refreshment->facts = lab_derive_facts(refreshment->spec, &refreshment->sources);
	refreshment->before = lab_merge_before(refreshment->lab);
}

static void
merge(Refreshment *refreshment, ReturnSetInfo *rsinfo)
{
	lab_catalog_hold(refreshment->lab);
	(void) lab_merge_checks(refreshment->lab, refreshment->spec, &refreshment->sources,
							refreshment->facts);
	refreshment->merged = lab_merge_report(refreshment->lab, refreshment->before, rsinfo);
}

static void
merge_dry(Refreshment *refreshment, ReturnSetInfo *rsinfo)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		merge(refreshment, rsinfo);
	}
	PG_FINALLY();
	{
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();
}

/* The databases can be others of the same name. */
static void
take_sources(const Refreshment *refreshment)
{
	lab_catalog_set_sources(refreshment->lab, refreshment->sources.reference,
							refreshment->sources.hidden, refreshment->sources.clock);
	lab_close_database(refreshment->spec->reference);
	if (refreshment->spec->hidden)
		lab_close_database(refreshment->spec->hidden);
	if (refreshment->spec->starter)
		lab_close_database(refreshment->spec->starter);
}

static void
say_what_changed(const char *name, const LabMerged *merged, bool dry_run)
{
	if (lab_merge_any(merged))
		ereport(NOTICE, (errmsg("lab \"%s\": checks added: %d, removed: %d, changed: %d, kept: %d "
								"(with other points or in other tasks: %d)%s",
								name, merged->added, merged->removed, merged->changed, merged->kept,
								merged->moved, dry_run ? "; nothing was done" : "")));
	else
		ereport(NOTICE, (errmsg("lab \"%s\": nothing changes", name)));
}

/*
 * lab_refresh(lab text, dry_run boolean)
 */
Datum
lab_refresh(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool dry_run = PG_GETARG_BOOL(1);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Refreshment refreshment = {0};
	LabPrivilege privilege;

	lab_require_control_database();
	InitMaterializedSRF(fcinfo, 0);
	lab_privilege_begin(&privilege);
	prepare(&refreshment, name, privilege.caller);
	if (dry_run)
		merge_dry(&refreshment, rsinfo);
	else
	{
		merge(&refreshment, rsinfo);
		take_sources(&refreshment);
		lab_merge_restate(refreshment.lab);
		if (lab_merge_any(&refreshment.merged))
			lab_merge_evaluate(refreshment.lab);
		lab_announce_wanted();
	}
	lab_privilege_end(&privilege);

	say_what_changed(name, &refreshment.merged, dry_run);
	return (Datum) 0;
}
