/*
 * ldap_group.c
 *		Groups of labs in the directory.
 *
 * A group holds the participants whose accounts are there, and labcreator's
 * service account, since a group may not be empty.  A directory that notes in an
 * account which groups it is in does so when the member is added: a member whose
 * account was made anew is therefore taken out and in again.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/ldap_settings.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "worker/ldap_entry.h"

#define PREFIX "group "

/* A group that comes and goes while we look is left to the next attempt. */
#define ROUNDS_MAX 4

typedef enum Step
{
	STEP_LOOK,
	STEP_ADD,
	STEP_MODIFY,
	STEP_DELETE,
} Step;

typedef struct Member
{
	const char *dn;
	const char *normal; /* as compared */
	bool joined;        /* was taken in before, and the account is the same */
	bool found;
} Member;

typedef struct LabGroup
{
	LabLdapJob job;
	LabNotice *notice;
	const char *name; /* as in this database */
	const char *cn;   /* in UTF-8 */
	const char *dn;
	bool wanted;
	List *members; /* of Member *; the first is the service account */
	List *ids;     /* of the participants that they are */

	Step step;
	int rounds;
	List *mods;
	const char *drift;
} LabGroup;

/* A DN in the one form that equal ones share; the text itself where it is no DN. */
static const char *
normalized(const char *dn)
{
	LDAPDN parsed = NULL;
	char *text = NULL;
	char *copy;

	if (ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		return dn;
	if (ldap_dn2str(parsed, &text, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		text = NULL;
	copy = pstrdup(text ? text : dn);
	ldap_memfree(text);
	ldap_dnfree(parsed);
	return copy;
}

static void
refuse(LabGroup *group, const char *words)
{
	group->notice->error = words;
	group->job.over = true;
}

static void
finish(LabGroup *group)
{
	group->notice->done = true;
	group->job.over = true;
}

static void
go_on(LabGroup *group, Step step)
{
	group->step = step;
	if (++group->rounds > ROUNDS_MAX)
		refuse(group, psprintf("cn=%s changes all the time", group->name));
}

static Member *
find_member(const LabGroup *group, const char *normal)
{
	ListCell *cell;

	foreach (cell, group->members)
	{
		Member *member = lfirst(cell);

		if (pg_strcasecmp(member->normal, normal) == 0)
			return member;
	}
	return NULL;
}

/* Members to take out and to take in. */
static void
compare(LabLdap *session, LabGroup *group, LDAPMessage *entry)
{
	List *out = NIL;
	List *in = NIL;
	int strangers = 0;
	int missing = 0;
	ListCell *cell;

	foreach (cell, group->members)
		((Member *) lfirst(cell))->found = false;
	foreach (cell, lab_ldap_values(session, entry, "member"))
	{
		Member *member = find_member(group, normalized(lfirst(cell)));

		if (member)
			member->found = true;
		if (member == NULL || !member->joined)
			out = lappend(out, lfirst(cell));
		strangers += member == NULL;
	}
	foreach (cell, group->members)
	{
		Member *member = lfirst(cell);

		if (!member->found || !member->joined)
			in = lappend(in, unconstify(char *, member->dn));
		missing += !member->found;
	}
	group->mods = NIL;
	if (out)
		group->mods = lab_ldap_mod(group->mods, LDAP_MOD_DELETE, "member", out);
	if (in)
		group->mods = lab_ldap_mod(group->mods, LDAP_MOD_ADD, "member", in);
	if (strangers || missing)
		group->drift = psprintf("%d members were missing and %d did not belong there: repaired",
								missing, strangers);
	if (group->mods)
		go_on(group, STEP_MODIFY);
	else
		finish(group);
}

static void
hear_look(LabLdap *session, LabGroup *group, LDAPMessage *result, const LabLdapAnswer *answer)
{
	LDAPMessage *entry = lab_ldap_entry(session, result);

	if (answer->code == LDAP_NO_SUCH_OBJECT)
	{
		group->drift = "was missing: made again";
		if (group->wanted)
			go_on(group, STEP_ADD);
		else
			finish(group);
	}
	else if (answer->code != LDAP_SUCCESS)
		refuse(group, psprintf("could not look at cn=%s: %s", group->name, answer->words));
	else if (entry == NULL)
		refuse(group, psprintf("cn=%s exists, and labcreator's service account may not read it",
							   group->name));
	else if (!lab_ldap_has(session, entry, "description", lab_ldap_mark, false))
	{
		if (group->wanted)
			refuse(group,
				   psprintf("cn=%s exists and is not labcreator's: rename or remove that entry, "
							"or choose another name for the lab",
							group->name));
		else
			finish(group);
	}
	else if (!lab_ldap_has(session, entry, "cn", group->cn, false))
	{
		if (group->wanted)
			refuse(group,
				   psprintf("the directory does not tell cn=%s from another lab", group->name));
		else
			finish(group);
	}
	else if (group->wanted)
		compare(session, group, entry);
	else
		go_on(group, STEP_DELETE);
}

static void
hear(LabLdap *session, LabLdapJob *job, LDAPMessage *result, const LabLdapAnswer *answer)
{
	LabGroup *group = (LabGroup *) job;

	switch (group->step)
	{
		case STEP_LOOK:
			hear_look(session, group, result, answer);
			break;
		case STEP_ADD:
			if (answer->code == LDAP_SUCCESS)
				finish(group);
			else if (answer->code == LDAP_ALREADY_EXISTS)
				go_on(group, STEP_LOOK);
			else
				refuse(group, psprintf("could not add cn=%s: %s", group->name, answer->words));
			break;
		case STEP_MODIFY:
			if (answer->code == LDAP_SUCCESS)
				finish(group);
			else if (answer->code == LDAP_NO_SUCH_OBJECT ||
					 answer->code == LDAP_NO_SUCH_ATTRIBUTE ||
					 answer->code == LDAP_TYPE_OR_VALUE_EXISTS)
				go_on(group, STEP_LOOK); /* somebody else was faster */
			else
				refuse(group, psprintf("could not change cn=%s: %s", group->name, answer->words));
			break;
		case STEP_DELETE:
			if (answer->code == LDAP_SUCCESS)
				group->drift = "was there for no lab: removed";
			if (answer->code == LDAP_SUCCESS || answer->code == LDAP_NO_SUCH_OBJECT)
				finish(group);
			else
				refuse(group, psprintf("could not remove cn=%s: %s", group->name, answer->words));
			break;
	}
}

static LDAPMod **
new_entry(const LabGroup *group)
{
	List *members = NIL;
	List *mods = NIL;
	ListCell *cell;

	foreach (cell, group->members)
		members = lappend(members, unconstify(char *, ((Member *) lfirst(cell))->dn));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "objectClass", list_make1(pstrdup("groupOfNames")));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "cn", list_make1(unconstify(char *, group->cn)));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "description",
						list_make1(unconstify(char *, lab_ldap_mark)));
	return lab_ldap_mods(lab_ldap_mod(mods, LDAP_MOD_ADD, "member", members));
}

static int
ask(LabLdap *session, LabLdapJob *job, int *message)
{
	static char *attributes[] = {"cn", "description", "member", NULL};
	LabGroup *group = (LabGroup *) job;

	switch (group->step)
	{
		case STEP_LOOK:
			return ldap_search_ext(session->handle, group->dn, LDAP_SCOPE_BASE, "(objectClass=*)",
								   attributes, 0, NULL, NULL, NULL, LDAP_NO_LIMIT, message);
		case STEP_ADD:
			return ldap_add_ext(session->handle, group->dn, new_entry(group), NULL, NULL, message);
		case STEP_MODIFY:
			return ldap_modify_ext(session->handle, group->dn, lab_ldap_mods(group->mods), NULL,
								   NULL, message);
		case STEP_DELETE:
			return ldap_delete_ext(session->handle, group->dn, NULL, NULL, message);
	}
	return LDAP_OTHER; /* keep the compiler quiet */
}

static void
add_member(LabGroup *group, const char *dn, bool joined)
{
	Member *member = palloc0(sizeof(Member));

	member->dn = dn;
	member->normal = normalized(dn);
	member->joined = joined;
	group->members = lappend(group->members, member);
}

static void
run(const char *sql, Oid type, Datum value)
{
	MemoryContext before = CurrentMemoryContext;
	int result = SPI_execute_with_args(sql, 1, &type, &value, NULL, false, 0);

	MemoryContextSwitchTo(before);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
}

static void
prepare_one(LabNotice *notice)
{
	LabGroup *group = palloc0(sizeof(LabGroup));

	group->job.ask = ask;
	group->job.hear = hear;
	group->notice = notice;
	group->name = notice->subject + strlen(PREFIX);
	group->cn = lab_ldap_to_utf8(group->name);
	group->dn = lab_ldap_dn("cn", group->cn, lab_ldap_groups_dn);
	group->step = STEP_LOOK;
	add_member(group, lab_ldap_bind_dn, true);
	notice->wanted = group;

	/* One row without a login for a lab without accounts. */
	run("SELECT d.login, p.joined, p.id\n"
		"FROM lab.labs l\n"
		"LEFT JOIN lab.participants p ON p.lab_id = l.id AND p.state <> 'dropping'\n"
		"LEFT JOIN lab.directory d ON d.login = p.login AND d.present\n"
		"WHERE l.name = $1 AND l.auth = 'managed' AND l.state <> 'archived'\n"
		"ORDER BY p.id",
		TEXTOID, CStringGetTextDatum(group->name));
	group->wanted = SPI_processed > 0;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		char *login = SPI_getvalue(row, SPI_tuptable->tupdesc, 1);
		bool isnull;

		if (login == NULL)
			continue;
		add_member(group, lab_ldap_dn("uid", lab_ldap_to_utf8(login), lab_ldap_people_dn),
				   DatumGetBool(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull)));
		group->ids = lappend_int(
			group->ids, DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 3, &isnull)));
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
prepare(List *notices)
{
	ListCell *cell;

	foreach (cell, notices)
		prepare_one(lfirst(cell));
}

/* Those that are in the group now: others may have come since the members were read. */
static void
mark_joined(const LabGroup *group)
{
	Datum *ids = palloc(sizeof(Datum) * Max(list_length(group->ids), 1));
	ListCell *cell;

	foreach (cell, group->ids)
		ids[foreach_current_index(cell)] = Int32GetDatum(lfirst_int(cell));
	run("UPDATE lab.participants SET joined = true WHERE id = ANY ($1) AND NOT joined",
		INT4ARRAYOID,
		PointerGetDatum(construct_array(ids, list_length(group->ids), INT4OID, sizeof(int32), true,
										TYPALIGN_INT)));
}

static void
settle(List *notices)
{
	ListCell *cell;

	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);
		LabGroup *group = notice->wanted;

		if (!notice->done)
			continue;
		if (group->drift && notice->payload == NULL)
			lab_publisher_report(LAB_TARGET_LDAP, notice, group->drift);

		mark_joined(group);
	}
}

const LabLdapKind lab_ldap_group = {PREFIX, prepare, settle};
