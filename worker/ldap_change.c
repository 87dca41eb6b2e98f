/*
 * ldap_change.c
 *		Makes one entry of the directory what it should be.
 *
 * An entry that labcreator has not seen there yet is simply added; everything
 * else begins with a look at it, and is then added, modified, deleted or left as
 * it is.  What is there and is not marked as ours is never touched.
 */
#include "postgres.h"

#include "worker/ldap_change.h"

/* An entry that comes and goes while we look is left to the next attempt. */
#define ROUNDS_MAX 6

static void
refuse(LabLdapChange *change, const char *words)
{
	change->notice->error = words;
	change->job.over = true;
}

/* What was tried did not work: says what, of which entry, and why. */
static void
refuse_answer(LabLdapChange *change, const char *tried, const LabLdapAnswer *answer)
{
	refuse(change, psprintf("could not %s %s=%s: %s", tried, change->kind->attribute, change->name,
							answer->words));
}

static void
finish(LabLdapChange *change)
{
	change->notice->done = true;
	change->job.over = true;
}

static void
go_on(LabLdapChange *change, LabLdapStep step)
{
	change->step = step;
	if (++change->rounds > ROUNDS_MAX)
		refuse(change,
			   psprintf("%s=%s changes all the time", change->kind->attribute, change->name));
}

/* An entry has the name, but it is not the one that we mean. */
static void
leave_alone(LabLdapChange *change, const char *words)
{
	if (change->wanted)
		refuse(change, words);
	else
		finish(change);
}

static void
hear_of_entry(LabLdap *session, LabLdapChange *change, LDAPMessage *entry)
{
	const LabLdapChangeKind *kind = change->kind;

	if (entry == NULL)
		refuse(change, psprintf("%s=%s exists, and labcreator's service account may not read it",
								kind->attribute, change->name));
	else if (!lab_ldap_has(session, entry, "description", lab_ldap_mark, false))
		leave_alone(change,
					psprintf("%s=%s exists and is not labcreator's: rename or remove that entry, "
							 "or choose %s",
							 kind->attribute, change->name, kind->remedy));
	else if (!lab_ldap_has(session, entry, kind->attribute, change->value, false))
		leave_alone(change, psprintf("the directory does not tell %s=%s from another %s",
									 kind->attribute, change->name, kind->alike));
	else if (!change->wanted)
		go_on(change, LAB_LDAP_DELETE);
	else
	{
		kind->compare(session, change, entry);
		if (change->mods == NIL)
			finish(change);
		else
			go_on(change, LAB_LDAP_MODIFY);
	}
}

static void
hear_look(LabLdap *session, LabLdapChange *change, LDAPMessage *result, const LabLdapAnswer *answer)
{
	if (answer->code == LDAP_SUCCESS)
		hear_of_entry(session, change, lab_ldap_entry(session, result));
	else if (answer->code != LDAP_NO_SUCH_OBJECT)
		refuse_answer(change, "look at", answer);
	else if (change->wanted)
	{
		if (change->known)
			change->drift = change->kind->missing;
		go_on(change, LAB_LDAP_ADD);
	}
	else
		finish(change);
}

static void
hear(LabLdap *session, LabLdapJob *job, LDAPMessage *result, const LabLdapAnswer *answer)
{
	LabLdapChange *change = (LabLdapChange *) job;

	switch (change->step)
	{
		case LAB_LDAP_LOOK:
			hear_look(session, change, result, answer);
			break;
		case LAB_LDAP_ADD:
			if (answer->code == LDAP_SUCCESS)
			{
				change->made = true;
				finish(change);
			}
			else if (answer->code == LDAP_ALREADY_EXISTS)
				go_on(change, LAB_LDAP_LOOK);
			else if (change->kind->again(session, change, answer->code))
				go_on(change, LAB_LDAP_ADD);
			else
				refuse_answer(change, "add", answer);
			break;
		case LAB_LDAP_MODIFY:
			if (answer->code == LDAP_SUCCESS)
				finish(change);
			else if (answer->code == LDAP_NO_SUCH_OBJECT ||
					 change->kind->again(session, change, answer->code))
				go_on(change, LAB_LDAP_LOOK);
			else
				refuse_answer(change, "change", answer);
			break;
		case LAB_LDAP_DELETE:
			if (answer->code == LDAP_SUCCESS)
				change->drift = change->kind->stray;
			if (answer->code == LDAP_SUCCESS || answer->code == LDAP_NO_SUCH_OBJECT)
				finish(change);
			else
				refuse_answer(change, "remove", answer);
			break;
	}
}

static int
ask(LabLdap *session, LabLdapJob *job, int *message)
{
	LabLdapChange *change = (LabLdapChange *) job;

	switch (change->step)
	{
		case LAB_LDAP_LOOK:
			return ldap_search_ext(session->handle, change->dn, LDAP_SCOPE_BASE, "(objectClass=*)",
								   change->kind->attributes, 0, NULL, NULL, NULL, LDAP_NO_LIMIT,
								   message);
		case LAB_LDAP_ADD:
			return ldap_add_ext(session->handle, change->dn,
								change->kind->new_entry(session, change), NULL, NULL, message);
		case LAB_LDAP_MODIFY:
			return ldap_modify_ext(session->handle, change->dn, lab_ldap_mods(change->mods), NULL,
								   NULL, message);
		case LAB_LDAP_DELETE:
			return ldap_delete_ext(session->handle, change->dn, NULL, NULL, message);
	}
	return LDAP_OTHER; /* keep the compiler quiet */
}

void
lab_ldap_change_init(LabLdapChange *change, const LabLdapChangeKind *kind, LabNotice *notice,
					 const char *prefix, const char *base)
{
	change->job.ask = ask;
	change->job.hear = hear;
	change->kind = kind;
	change->notice = notice;
	change->name = notice->subject + strlen(prefix);
	change->value = lab_ldap_to_utf8(change->name);
	change->dn = lab_ldap_dn(kind->attribute, change->value, base);
	change->step = change->wanted && !change->known ? LAB_LDAP_ADD : LAB_LDAP_LOOK;
}

void
lab_ldap_change_report(const LabLdapChange *change)
{
	if (change->drift && change->notice->payload == NULL)
		lab_publisher_report(LAB_TARGET_LDAP, change->notice, change->drift);
}
