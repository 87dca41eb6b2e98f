/*
 * publish_ldap.c
 *		The directory as a target of the publisher.
 *
 * Subjects are "account LOGIN", "group LAB" and "directory", which compares all of
 * it; each kind has a file of its own.  Batches that follow each other share a
 * connection, on which the notices' requests run side by side.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "extension/ldap_settings.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "worker/ldap_entry.h"
#include "worker/publish_ldap.h"
#include "worker/secret.h"

/* Groups first: what is settled about them was read before the accounts were told. */
static const LabLdapKind *const kinds[] = {&lab_ldap_group, &lab_ldap_account, &lab_ldap_sweep};

static LabLdap *session = NULL; /* from one batch to the next */

static const LabLdapKind *
kind_of(const LabNotice *notice)
{
	for (int i = 0; i < lengthof(kinds); i++)
		if (strncmp(notice->subject, kinds[i]->prefix, strlen(kinds[i]->prefix)) == 0)
			return kinds[i];
	elog(ERROR, "unknown subject \"%s\" in the outbox", notice->subject);
}

static List *
of_kind(List *notices, const LabLdapKind *kind)
{
	List *some = NIL;
	ListCell *cell;

	foreach (cell, notices)
		if (kind_of(lfirst(cell)) == kind)
			some = lappend(some, lfirst(cell));
	return some;
}

/* Which entries are ours. */
static void
read_mark(void)
{
	MemoryContext before = CurrentMemoryContext;

	if (SPI_execute("SELECT 'labcreator ' || id FROM lab.instance ORDER BY made", false, 1) !=
			SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "table lab.instance has no row");
	MemoryContextSwitchTo(before);
	lab_ldap_mark = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

static void
reconcile(void)
{
	lab_publisher_add(LAB_TARGET_LDAP, lab_ldap_sweep.prefix, NULL);
}

static void
prepare(List *notices)
{
	read_mark();
	for (int i = 0; i < lengthof(kinds); i++)
	{
		List *some = of_kind(notices, kinds[i]);

		if (some)
			kinds[i]->prepare(some);
	}
}

static void
bind_service(void)
{
	char *password = lab_secret_read(lab_ldap_password_file, "labcreator.ldap_password_file");
	LabLdapAnswer answer = lab_ldap_bind(session, lab_ldap_bind_dn, password);

	explicit_bzero(password, strlen(password));
	if (answer.code != LDAP_SUCCESS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PASSWORD),
						errmsg("%s: labcreator's service account cannot log in: %s", session->uri,
							   answer.words),
						errhint("Check labcreator.ldap_bind_dn and the first line of the file of "
								"labcreator.ldap_password_file.")));
}

static void
send(List *notices)
{
	List *jobs = NIL;
	ListCell *cell;

	if (session == NULL)
	{
		session = lab_ldap_connect();
		bind_service();
	}
	foreach (cell, notices)
		jobs = lappend(jobs, ((LabNotice *) lfirst(cell))->wanted);
	lab_ldap_run(session, jobs);
}

static void
rest(void)
{
	if (session)
		lab_ldap_close(session);
	session = NULL;
}

static void
settle(List *notices)
{
	for (int i = 0; i < lengthof(kinds); i++)
	{
		List *some = of_kind(notices, kinds[i]);

		if (some)
			kinds[i]->settle(some);
	}
}

const LabTarget lab_target_ldap = {
	.id = LAB_TARGET_LDAP,
	.missing = lab_ldap_missing,
	.reconcile = reconcile,
	.prepare = prepare,
	.send = send,
	.settle = settle,
	.rest = rest,
};
