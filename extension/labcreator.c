/*
 * labcreator.c
 *		Entry point of the library: a table of contents.
 */
#include "postgres.h"

#include "extension/activity.h"
#include "extension/compat.h"
#include "extension/gate.h"
#include "extension/guc.h"
#include "extension/hooks.h"
#include "extension/ldap_settings.h"
#include "extension/publish_settings.h"
#include "extension/secrecy.h"
#include "extension/removal.h"
#include "extension/shmem.h"
#include "extension/touched.h"
#include "extension/workers.h"
#include "fmgr.h"
#include "miscadmin.h"

PG_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
	/* Loaded later, by a function call, it can only say what is missing. */
	if (!process_shared_preload_libraries_in_progress)
		return;

	lab_ldap_settings_init();
	lab_publish_settings_init();
	lab_guc_init(); /* last of the settings: it reserves their prefix */
	lab_shmem_init();
	lab_hooks_init();
	lab_touched_init();
	lab_gate_init();
	lab_writes_init();
	lab_limits_init();
	lab_confine_init();
	lab_secrecy_init();
	lab_removal_init();
	lab_activity_init();
	lab_workers_init();
}
