/*
 * ldap_account.c
 *		Accounts of participants in the directory.
 *
 * An account that labcreator has not seen there yet is simply added; everything
 * else begins with a look at the entry.  What is there and is not marked as ours
 * is never touched.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/ldap_settings.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "worker/ldap_entry.h"

#define PREFIX "account "

/* An entry that comes and goes while we look is left to the next attempt. */
#define ROUNDS_MAX 6

typedef enum Step
{
	STEP_LOOK,
	STEP_ADD,
	STEP_MODIFY,
	STEP_DELETE,
} Step;

typedef struct Account
{
	LabLdapJob job;
	LabNotice *notice;

	/* as wanted; strings in UTF-8 but for login */
	const char *login;
	const char *uid;
	const char *dn;
	bool wanted;          /* else: must not be there */
	bool known;           /* it was there when we looked last */
	bool reset;           /* the password must be sent although the entry is there */
	const char *password; /* as the directory stores it */
	const char *name;     /* NULL: no lab has it now; what is there may stay */
	const char *email;    /* NULL: none */

	/* as found */
	Step step;
	int rounds;
	List *mods;        /* of LDAPMod *: what makes it right */
	bool made;         /* anew: groups must take it in */
	const char *drift; /* what was not as it had been left */
} Account;

static int ask(LabLdap *session, LabLdapJob *job, int *message);

/* The parts of a person's name: the last word is the surname. */
static void
split_name(const char *name, const char **given, const char **surname)
{
	char *copy = pstrdup(name + strspn(name, " "));
	char *space;

	for (char *end = copy + strlen(copy); end > copy && end[-1] == ' ';)
		*--end = '\0';
	space = strrchr(copy, ' ');
	*given = space ? pnstrdup(copy, space - copy) : NULL;
	*surname = space ? space + 1 : copy;
	if (**surname == '\0')
		*surname = name;
}

/* Attributes of an entry, in pairs of name and value (NULL: it must have none). */
#define DETAILS 4

typedef struct Detail
{
	const char *attribute;
	const char *value;
} Detail;

static void
details_of(const Account *account, Detail *details)
{
	const char *name = account->name ? account->name : account->uid;

	details[0] = (Detail){"cn", name};
	details[1] = (Detail){"sn", NULL};
	details[2] = (Detail){"givenName", NULL};
	details[3] = (Detail){"mail", account->email};
	split_name(name, &details[2].value, &details[1].value);
}

static List *
one_value(const char *value)
{
	return list_make1(unconstify(char *, value));
}

/* The password, and that its owner must choose another one first. */
static List *
password_mods(const LabLdap *session, const Account *account, List *mods, int operation)
{
	mods = lab_ldap_mod(mods, operation, "userPassword", one_value(account->password));
	if (session->policy)
		mods = lab_ldap_mod(mods, operation, "pwdReset", one_value("TRUE"));
	return mods;
}

static LDAPMod **
new_entry(const LabLdap *session, const Account *account)
{
	Detail details[DETAILS];
	List *mods = NIL;

	details_of(account, details);
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "objectClass", one_value("inetOrgPerson"));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "uid", one_value(account->uid));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "description", one_value(lab_ldap_mark));
	for (int i = 0; i < DETAILS; i++)
		if (details[i].value)
			mods =
				lab_ldap_mod(mods, LDAP_MOD_ADD, details[i].attribute, one_value(details[i].value));
	return lab_ldap_mods(password_mods(session, account, mods, LDAP_MOD_ADD));
}

static void
refuse(Account *account, const char *words)
{
	account->notice->error = words;
	account->job.over = true;
}

static void
finish(Account *account)
{
	account->notice->done = true;
	account->job.over = true;
}

static void
go_on(Account *account, Step step)
{
	account->step = step;
	if (++account->rounds > ROUNDS_MAX)
		refuse(account, psprintf("uid=%s changes all the time", account->login));
}

/* The entry is there, and ours: what must change? */
static void
compare(LabLdap *session, Account *account, LDAPMessage *entry)
{
	Detail details[DETAILS];
	StringInfoData differing;
	bool send_password = account->reset || !account->known;

	details_of(account, details);
	initStringInfo(&differing);
	account->mods = NIL;
	for (int i = 0; account->name && i < DETAILS; i++)
	{
		const Detail *detail = &details[i];

		if (lab_ldap_has(session, entry, detail->attribute, detail->value, true))
			continue;
		account->mods = lab_ldap_mod(account->mods, LDAP_MOD_REPLACE, detail->attribute,
									 detail->value ? one_value(detail->value) : NIL);
		appendStringInfo(&differing, "%s%s", differing.len ? ", " : "", detail->attribute);
	}
	if (differing.len && account->known)
		account->drift = psprintf("%s differed: set again", differing.data);
	if (send_password)
		account->mods = password_mods(session, account, account->mods, LDAP_MOD_REPLACE);
	if (account->mods == NIL)
		finish(account);
	else
		go_on(account, STEP_MODIFY);
}

static void
hear_look(LabLdap *session, Account *account, LDAPMessage *result, const LabLdapAnswer *answer)
{
	LDAPMessage *entry = lab_ldap_entry(session, result);

	if (answer->code == LDAP_NO_SUCH_OBJECT)
	{
		if (account->known && account->wanted)
			account->drift = "was missing: made again, with its initial password";
		if (account->wanted)
			go_on(account, STEP_ADD);
		else
			finish(account);
	}
	else if (answer->code != LDAP_SUCCESS)
		refuse(account, psprintf("could not look at uid=%s: %s", account->login, answer->words));
	else if (entry == NULL)
		refuse(account, psprintf("uid=%s exists, and labcreator's service account may not read it",
								 account->login));
	else if (!lab_ldap_has(session, entry, "description", lab_ldap_mark, false))
	{
		if (account->wanted)
			refuse(
				account,
				psprintf("uid=%s exists and is not labcreator's: rename or remove that entry, or "
						 "choose another login",
						 account->login));
		else
			finish(account);
	}
	else if (!lab_ldap_has(session, entry, "uid", account->uid, false))
	{
		if (account->wanted)
			refuse(account, psprintf("the directory does not tell uid=%s from another login",
									 account->login));
		else
			finish(account);
	}
	else if (account->wanted)
		compare(session, account, entry);
	else
		go_on(account, STEP_DELETE);
}

/* Is it our wish for a change of the password that the directory does not know? */
static bool
without_policy(LabLdap *session, const LabLdapAnswer *answer, bool asked)
{
	if (!asked ||
		(answer->code != LDAP_UNDEFINED_TYPE && answer->code != LDAP_OBJECT_CLASS_VIOLATION))
		return false;
	session->policy = false;
	return true;
}

static void
hear(LabLdap *session, LabLdapJob *job, LDAPMessage *result, const LabLdapAnswer *answer)
{
	Account *account = (Account *) job;

	switch (account->step)
	{
		case STEP_LOOK:
			hear_look(session, account, result, answer);
			break;
		case STEP_ADD:
			if (answer->code == LDAP_SUCCESS)
			{
				account->made = true;
				finish(account);
			}
			else if (answer->code == LDAP_ALREADY_EXISTS)
				go_on(account, STEP_LOOK);
			else if (without_policy(session, answer, lab_ldap_must_change && account->rounds == 0))
				go_on(account, STEP_ADD);
			else
				refuse(account,
					   psprintf("could not add uid=%s: %s", account->login, answer->words));
			break;
		case STEP_MODIFY:
			if (answer->code == LDAP_SUCCESS)
				finish(account);
			else if (answer->code == LDAP_NO_SUCH_OBJECT ||
					 without_policy(session, answer, lab_ldap_must_change && account->rounds < 3))
				go_on(account, STEP_LOOK);
			else
				refuse(account,
					   psprintf("could not change uid=%s: %s", account->login, answer->words));
			break;
		case STEP_DELETE:
			if (answer->code == LDAP_SUCCESS || answer->code == LDAP_NO_SUCH_OBJECT)
			{
				if (answer->code == LDAP_SUCCESS)
					account->drift = "was there for no participant: removed";
				finish(account);
			}
			else
				refuse(account,
					   psprintf("could not remove uid=%s: %s", account->login, answer->words));
			break;
	}
}

static int
ask(LabLdap *session, LabLdapJob *job, int *message)
{
	static char *attributes[] = {"uid", "cn", "sn", "givenName", "mail", "description", NULL};
	Account *account = (Account *) job;

	switch (account->step)
	{
		case STEP_LOOK:
			return ldap_search_ext(session->handle, account->dn, LDAP_SCOPE_BASE, "(objectClass=*)",
								   attributes, 0, NULL, NULL, NULL, LDAP_NO_LIMIT, message);
		case STEP_ADD:
			return ldap_add_ext(session->handle, account->dn, new_entry(session, account), NULL,
								NULL, message);
		case STEP_MODIFY:
			return ldap_modify_ext(session->handle, account->dn, lab_ldap_mods(account->mods), NULL,
								   NULL, message);
		case STEP_DELETE:
			return ldap_delete_ext(session->handle, account->dn, NULL, NULL, message);
	}
	return LDAP_OTHER; /* keep the compiler quiet */
}

static const char *
utf8_or_null(char *text)
{
	return text && *text ? lab_ldap_to_utf8(text) : NULL;
}

static Account *
new_account(LabNotice *notice, HeapTuple row, TupleDesc columns)
{
	Account *account = palloc0(sizeof(Account));
	bool isnull;

	account->job.ask = ask;
	account->job.hear = hear;
	account->notice = notice;
	account->login = notice->subject + strlen(PREFIX);
	account->uid = lab_ldap_to_utf8(account->login);
	account->dn = lab_ldap_dn("uid", account->uid, lab_ldap_people_dn);
	account->wanted = DatumGetBool(SPI_getbinval(row, columns, 2, &isnull));
	account->known = DatumGetBool(SPI_getbinval(row, columns, 3, &isnull));
	account->reset = DatumGetBool(SPI_getbinval(row, columns, 4, &isnull));
	account->password = utf8_or_null(SPI_getvalue(row, columns, 5));
	account->name = utf8_or_null(SPI_getvalue(row, columns, 6));
	account->email = utf8_or_null(SPI_getvalue(row, columns, 7));
	account->step = account->wanted && !account->known ? STEP_ADD : STEP_LOOK;
	return account;
}

static Datum
text_array(List *strings)
{
	Datum *values = palloc(sizeof(Datum) * Max(list_length(strings), 1));
	ListCell *cell;

	foreach (cell, strings)
		values[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(
		construct_array(values, list_length(strings), TEXTOID, -1, false, TYPALIGN_INT));
}

static void
run(const char *sql, int nargs, Datum *values)
{
	MemoryContext before = CurrentMemoryContext;
	Oid types[] = {TEXTARRAYOID, TEXTARRAYOID};
	int result = SPI_execute_with_args(sql, nargs, types, values, NULL, false, 0);

	MemoryContextSwitchTo(before);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
}

static void
prepare(List *notices)
{
	List *logins = NIL;
	Datum value;
	ListCell *cell;

	foreach (cell, notices)
		logins = lappend(
			logins, unconstify(char *, ((LabNotice *) lfirst(cell))->subject + strlen(PREFIX)));
	value = text_array(logins);
	/*
	 * What the person is called in the newest lab of whoever gave them the login: another lab
	 * master's lab does not rename them.
	 */
	/* clang-format off */
	run("SELECT w.login, d.login IS NOT NULL, coalesce(d.present, false), coalesce(d.reset, false),\n"
		"	d.password, p.name, p.email\n"
		"FROM unnest($1) WITH ORDINALITY AS w (login, position)\n"
		"LEFT JOIN lab.directory d ON d.login = w.login::name\n"
		"LEFT JOIN LATERAL (\n"
		"	SELECT m.name, m.email\n"
		"	FROM lab.participants m\n"
		"	JOIN lab.labs l ON l.id = m.lab_id\n"
		"	WHERE m.login = d.login\n"
		"	ORDER BY l.owner = first_value(l.owner) OVER (ORDER BY m.id) DESC, m.id DESC\n"
		"	LIMIT 1\n"
		") p ON true\n"
		"ORDER BY w.position",
		1, &value);
	/* clang-format on */
	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);

		notice->wanted = new_account(notice, SPI_tuptable->vals[foreach_current_index(cell)],
									 SPI_tuptable->tupdesc);
	}
}

/* What was learned: which accounts are there, and which groups have to be told. */
static void
settle(List *notices)
{
	List *present = NIL;
	List *sent = NIL;
	List *made = NIL;
	Datum values[2];
	ListCell *cell;

	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);
		Account *account = notice->wanted;

		if (!notice->done)
			continue;
		if (account->drift && notice->payload == NULL)
			lab_publisher_report(LAB_TARGET_LDAP, notice, account->drift);
		if (!account->wanted)
			continue;
		present = lappend(present, unconstify(char *, account->login));
		sent = lappend(sent, unconstify(char *, account->password));
		if (account->made)
			made = lappend(made, unconstify(char *, account->login));
	}
	if (present == NIL)
		return;

	/* A password that was set again meanwhile is still to be sent. */
	values[0] = text_array(present);
	values[1] = text_array(sent);
	run("UPDATE lab.directory d\n"
		"SET present = true,\n"
		"	reset = d.reset AND d.password <> s.password\n"
		"FROM unnest($1, $2) AS s (login, password)\n"
		"WHERE d.login = s.login::name\n"
		"	AND (NOT d.present OR d.reset)",
		2, values);
	values[1] = text_array(made);
	run("UPDATE lab.participants p\n"
		"SET joined = false\n"
		"FROM lab.labs l\n"
		"WHERE l.id = p.lab_id AND l.auth = 'managed' AND p.joined AND p.login = ANY ($2::name[])",
		2, values);
	/* clang-format off */
	run("INSERT INTO lab.outbox (target, subject, lab, payload)\n"
		"SELECT DISTINCT 'ldap', 'group ' || l.name, l.name, '{\"changed\": true}'::jsonb\n"
		"FROM lab.participants p\n"
		"JOIN lab.labs l ON l.id = p.lab_id\n"
		"WHERE p.login = ANY ($1::name[]) AND NOT p.joined\n"
		"	AND l.auth = 'managed' AND l.state = 'active'",
		1, values);
	/* clang-format on */
}

const LabLdapKind lab_ldap_account = {PREFIX, prepare, settle};
