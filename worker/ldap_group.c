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
#include "extension/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "worker/ldap_change.h"

#define PREFIX "group "

typedef struct Member
{
	const char *dn;
	const char *normal; /* as compared */
	bool joined;        /* was taken in before, and the account is the same */
	bool found;
} Member;

typedef struct LabGroup
{
	LabLdapChange change;
	List *members; /* of Member *; the first is the service account */
	List *ids;     /* of the participants that they are */
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
compare(LabLdap *session, LabLdapChange *change, LDAPMessage *entry)
{
	const LabGroup *group = (const LabGroup *) change;
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
	change->mods = NIL;
	if (out)
		change->mods = lab_ldap_mod(change->mods, LDAP_MOD_DELETE, "member", out);
	if (in)
		change->mods = lab_ldap_mod(change->mods, LDAP_MOD_ADD, "member", in);
	if (strangers || missing)
		change->drift = psprintf("%d members were missing and %d did not belong there: repaired",
								 missing, strangers);
}

static LDAPMod **
new_entry(LabLdap *session, LabLdapChange *change)
{
	const LabGroup *group = (const LabGroup *) change;
	List *members = NIL;
	List *mods = NIL;
	ListCell *cell;

	foreach (cell, group->members)
		members = lappend(members, unconstify(char *, ((Member *) lfirst(cell))->dn));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "objectClass", list_make1(pstrdup("groupOfNames")));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "cn", list_make1(unconstify(char *, change->value)));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "description",
						list_make1(unconstify(char *, lab_ldap_mark)));
	return lab_ldap_mods(lab_ldap_mod(mods, LDAP_MOD_ADD, "member", members));
}

/* Was somebody else faster? */
static bool
again(LabLdap *session, LabLdapChange *change, int code)
{
	return change->step == LAB_LDAP_MODIFY &&
		   (code == LDAP_NO_SUCH_ATTRIBUTE || code == LDAP_TYPE_OR_VALUE_EXISTS);
}

static char *attributes[] = {"cn", "description", "member", NULL};

static const LabLdapChangeKind group_kind = {
	.attribute = "cn",
	.alike = "lab",
	.remedy = "another name for the lab",
	.missing = "was missing: made again",
	.stray = "was there for no lab: removed",
	.attributes = attributes,
	.new_entry = new_entry,
	.compare = compare,
	.again = again,
};

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
prepare_one(LabNotice *notice)
{
	LabGroup *group = palloc0(sizeof(LabGroup));
	Oid type = TEXTOID;
	Datum name = CStringGetTextDatum(notice->subject + strlen(PREFIX));

	add_member(group, lab_ldap_bind_dn, true);
	notice->wanted = group;

	/* One row without a login for a lab without accounts. */
	lab_statement_run("SELECT d.login, p.joined, p.id\n"
					  "FROM lab.labs l\n"
					  "LEFT JOIN lab.participants p ON p.lab_id = l.id AND p.state <> 'dropping'\n"
					  "LEFT JOIN lab.directory d ON d.login = p.login AND d.present\n"
					  "WHERE l.name = $1 AND l.auth = 'managed' AND l.state <> 'archived'\n"
					  "ORDER BY p.id",
					  1, &type, &name, NULL);
	group->change.wanted = SPI_processed > 0;
	group->change.known = true; /* it is looked at first */
	lab_ldap_change_init(&group->change, &group_kind, notice, PREFIX, lab_ldap_groups_dn);
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
	Oid type = INT4ARRAYOID;
	Datum value;
	ListCell *cell;

	foreach (cell, group->ids)
		ids[foreach_current_index(cell)] = Int32GetDatum(lfirst_int(cell));
	value = PointerGetDatum(
		construct_array(ids, list_length(group->ids), INT4OID, sizeof(int32), true, TYPALIGN_INT));
	lab_statement_run(
		"UPDATE lab.participants SET joined = true WHERE id = ANY ($1) AND NOT joined", 1, &type,
		&value, NULL);
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
		lab_ldap_change_report(&group->change);
		mark_joined(group);
	}
}

const LabLdapKind lab_ldap_group = {PREFIX, prepare, settle};
