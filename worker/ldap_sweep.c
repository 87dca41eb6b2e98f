/*
 * ldap_sweep.c
 *		Comparing the whole directory with what is wanted.
 *
 * Entries with our mark are listed, in two searches.  Nothing is repaired here:
 * each account or group that seems to differ becomes a notice of its own, which
 * looks at the entry again and does what is right by then.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "extension/ldap_settings.h"
#include "extension/statement.h"
#include "extension/strings.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "worker/ldap_entry.h"

typedef struct Wanted
{
	char login[NAMEDATALEN]; /* hash key, as in this database */
	const char *name;        /* in UTF-8; NULL: no lab has it now */
	const char *email;
	bool found;
} Wanted;

typedef struct Sweep
{
	LabLdapJob job;
	LabNotice *notice;
	bool groups;    /* the second search */
	HTAB *accounts; /* of Wanted */
	List *labs;     /* of char *: those with accounts */
	List *subjects; /* of char *: what is to be looked at */
	const char *complaint;
} Sweep;

static int
ask(LabLdap *session, LabLdapJob *job, int *message)
{
	static char *attributes[] = {"uid", "cn", "mail", NULL};
	Sweep *sweep = (Sweep *) job;
	struct berval mark = {strlen(lab_ldap_mark), unconstify(char *, lab_ldap_mark)};
	struct berval escaped;
	char *filter;

	if (ldap_bv2escaped_filter_value(&mark, &escaped) != 0)
		return LDAP_NO_MEMORY;
	filter = psprintf("(description=%s)", escaped.bv_val);
	ldap_memfree(escaped.bv_val);
	return ldap_search_ext(session->handle, sweep->groups ? lab_ldap_groups_dn : lab_ldap_people_dn,
						   LDAP_SCOPE_ONELEVEL, filter, attributes, 0, NULL, NULL, NULL,
						   LDAP_NO_LIMIT, message);
}

static void
look_at(Sweep *sweep, const char *kind, const char *what)
{
	sweep->subjects = lappend(sweep->subjects, psprintf("%s %s", kind, what));
}

static void
note_account(LabLdap *session, Sweep *sweep, LDAPMessage *entry)
{
	ListCell *cell;

	foreach (cell, lab_ldap_values(session, entry, "uid"))
	{
		char *login = lab_ldap_from_utf8(lfirst(cell));
		Wanted *wanted = NULL;

		if (strlen(login) < NAMEDATALEN)
			wanted = hash_search(sweep->accounts, login, HASH_FIND, NULL);
		if (wanted)
			wanted->found = true;
		if (wanted == NULL ||
			(wanted->name && (!lab_ldap_has(session, entry, "cn", wanted->name, true) ||
							  !lab_ldap_has(session, entry, "mail", wanted->email, true))))
			look_at(sweep, "account", login);
	}
}

static void
note_group(LabLdap *session, Sweep *sweep, LDAPMessage *entry)
{
	ListCell *cell;

	foreach (cell, lab_ldap_values(session, entry, "cn"))
	{
		char *lab = lab_ldap_from_utf8(lfirst(cell));

		if (!lab_strings_have(sweep->labs, lab))
			look_at(sweep, "group", lab);
	}
}

/* Both lists are read: what was not found, and every group with its members. */
static void
conclude(Sweep *sweep)
{
	HASH_SEQ_STATUS scan;
	Wanted *wanted;
	ListCell *cell;

	hash_seq_init(&scan, sweep->accounts);
	while ((wanted = hash_seq_search(&scan)) != NULL)
		if (!wanted->found)
			look_at(sweep, "account", wanted->login);
	foreach (cell, sweep->labs)
		look_at(sweep, "group", lfirst(cell));
	sweep->notice->done = sweep->complaint == NULL;
	sweep->notice->error = sweep->complaint;
	sweep->job.over = true;
}

static void
hear(LabLdap *session, LabLdapJob *job, LDAPMessage *result, const LabLdapAnswer *answer)
{
	Sweep *sweep = (Sweep *) job;
	const char *base = sweep->groups ? lab_ldap_groups_dn : lab_ldap_people_dn;

	for (LDAPMessage *entry = lab_ldap_entry(session, result); entry;
		 entry = ldap_next_entry(session->handle, entry))
	{
		if (sweep->groups)
			note_group(session, sweep, entry);
		else
			note_account(session, sweep, entry);
	}
	if (answer->code == LDAP_SIZELIMIT_EXCEEDED)
		sweep->complaint = psprintf(
			"the directory lists only some of labcreator's entries below %s: accounts that "
			"nobody needs any more may stay (raise the service account's size limit)",
			base);
	else if (answer->code != LDAP_SUCCESS)
	{
		sweep->notice->error = psprintf("could not list %s: %s", base, answer->words);
		sweep->job.over = true;
		return;
	}
	if (sweep->groups)
		conclude(sweep);
	sweep->groups = true;
}

static void
read_accounts(Sweep *sweep)
{
	HASHCTL info = {0};

	info.keysize = NAMEDATALEN;
	info.entrysize = sizeof(Wanted);
	info.hcxt = CurrentMemoryContext;
	sweep->accounts = hash_create("accounts of the directory", 256, &info,
								  HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	/* clang-format off */
	lab_statement_run("SELECT d.login, p.name, p.email\n"
		"FROM lab.directory d\n"
		"LEFT JOIN LATERAL (\n"
		"	SELECT name, email\n"
		"	FROM lab.participants\n"
		"	WHERE login = d.login AND state <> 'archived'\n"
		"	ORDER BY id DESC\n"
		"	LIMIT 1\n"
		") p ON true", 0, NULL, NULL, NULL);
	/* clang-format on */
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		char *name = SPI_getvalue(row, SPI_tuptable->tupdesc, 2);
		char *email = SPI_getvalue(row, SPI_tuptable->tupdesc, 3);
		Wanted *wanted = hash_search(sweep->accounts, SPI_getvalue(row, SPI_tuptable->tupdesc, 1),
									 HASH_ENTER, NULL);

		wanted->name = name ? lab_ldap_to_utf8(name) : NULL;
		wanted->email = email && *email ? lab_ldap_to_utf8(email) : NULL;
		wanted->found = false;
	}
}

static void
prepare(List *notices)
{
	ListCell *cell;

	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);
		Sweep *sweep = palloc0(sizeof(Sweep));

		sweep->job.ask = ask;
		sweep->job.hear = hear;
		sweep->notice = notice;
		read_accounts(sweep);
		lab_statement_run("SELECT name\n"
						  "FROM lab.labs\n"
						  "WHERE auth = 'managed' AND state <> 'archived'\n"
						  "ORDER BY id",
						  0, NULL, NULL, NULL);
		for (uint64 i = 0; i < SPI_processed; i++)
			sweep->labs =
				lappend(sweep->labs, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		notice->wanted = sweep;
	}
}

static void
settle(List *notices)
{
	ListCell *notice;
	ListCell *subject;

	foreach (notice, notices)
	{
		Sweep *sweep = ((LabNotice *) lfirst(notice))->wanted;

		foreach (subject, sweep->subjects)
			lab_publisher_add(LAB_TARGET_LDAP, lfirst(subject), NULL);
	}
}

const LabLdapKind lab_ldap_sweep = {"directory", prepare, settle};
