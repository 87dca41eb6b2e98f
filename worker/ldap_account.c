/*
 * ldap_account.c
 *		Accounts of participants in the directory.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "extension/ldap_settings.h"
#include "extension/statement.h"
#include "extension/strings.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "worker/ldap_change.h"

#define PREFIX "account "

typedef struct Account
{
	LabLdapChange change;

	/* as wanted, in UTF-8 */
	bool reset;           /* the password must be sent although the entry is there */
	const char *password; /* as the directory stores it */
	const char *name;     /* NULL: no lab has it now; what is there may stay */
	const char *email;    /* NULL: none */
} Account;

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
	const char *name = account->name ? account->name : account->change.value;

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
new_entry(LabLdap *session, LabLdapChange *change)
{
	const Account *account = (const Account *) change;
	Detail details[DETAILS];
	List *mods = NIL;

	details_of(account, details);
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "objectClass", one_value("inetOrgPerson"));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "uid", one_value(change->value));
	mods = lab_ldap_mod(mods, LDAP_MOD_ADD, "description", one_value(lab_ldap_mark));
	for (int i = 0; i < DETAILS; i++)
		if (details[i].value)
			mods =
				lab_ldap_mod(mods, LDAP_MOD_ADD, details[i].attribute, one_value(details[i].value));
	return lab_ldap_mods(password_mods(session, account, mods, LDAP_MOD_ADD));
}

static void
compare(LabLdap *session, LabLdapChange *change, LDAPMessage *entry)
{
	const Account *account = (const Account *) change;
	Detail details[DETAILS];
	StringInfoData differing;

	details_of(account, details);
	initStringInfo(&differing);
	change->mods = NIL;
	for (int i = 0; account->name && i < DETAILS; i++)
	{
		const Detail *detail = &details[i];

		if (lab_ldap_has(session, entry, detail->attribute, detail->value, true))
			continue;
		change->mods = lab_ldap_mod(change->mods, LDAP_MOD_REPLACE, detail->attribute,
									detail->value ? one_value(detail->value) : NIL);
		appendStringInfo(&differing, "%s%s", differing.len ? ", " : "", detail->attribute);
	}
	if (differing.len && change->known)
		change->drift = psprintf("%s differed: set again", differing.data);
	if (account->reset || !change->known)
		change->mods = password_mods(session, account, change->mods, LDAP_MOD_REPLACE);
}

/* Was it our wish for a change of the password, which the directory does not know? */
static bool
again(LabLdap *session, LabLdapChange *change, int code)
{
	if (!lab_ldap_must_change || change->rounds >= 3 ||
		(code != LDAP_UNDEFINED_TYPE && code != LDAP_OBJECT_CLASS_VIOLATION))
		return false;
	session->policy = false;
	return true;
}

static char *attributes[] = {"uid", "cn", "sn", "givenName", "mail", "description", NULL};

static const LabLdapChangeKind account_kind = {
	.attribute = "uid",
	.alike = "login",
	.remedy = "another login",
	.missing = "was missing: made again, with its initial password",
	.stray = "was there for no participant: removed",
	.attributes = attributes,
	.new_entry = new_entry,
	.compare = compare,
	.again = again,
};

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

	account->change.wanted = DatumGetBool(SPI_getbinval(row, columns, 2, &isnull));
	account->change.known = DatumGetBool(SPI_getbinval(row, columns, 3, &isnull));
	account->reset = DatumGetBool(SPI_getbinval(row, columns, 4, &isnull));
	account->password = utf8_or_null(SPI_getvalue(row, columns, 5));
	account->name = utf8_or_null(SPI_getvalue(row, columns, 6));
	account->email = utf8_or_null(SPI_getvalue(row, columns, 7));
	lab_ldap_change_init(&account->change, &account_kind, notice, PREFIX, lab_ldap_people_dn);
	return account;
}

static void
prepare(List *notices)
{
	List *logins = NIL;
	Oid type = TEXTARRAYOID;
	Datum value;
	ListCell *cell;

	foreach (cell, notices)
		logins = lappend(
			logins, unconstify(char *, ((LabNotice *) lfirst(cell))->subject + strlen(PREFIX)));
	value = lab_strings_array(logins);
	/*
	 * What the person is called in the newest lab of whoever gave them the login: another lab
	 * master's lab does not rename them.
	 */
	/* clang-format off */
	lab_statement_run("SELECT w.login, d.login IS NOT NULL, coalesce(d.present, false), coalesce(d.reset, false),\n"
		"	d.password, p.name, p.email\n"
		"FROM unnest($1) WITH ORDINALITY AS w (login, position)\n"
		"LEFT JOIN lab.directory d ON d.login = w.login::name\n"
		"LEFT JOIN LATERAL (\n"
		"	SELECT m.name, m.email\n"
		"	FROM lab.participants m\n"
		"	JOIN lab.labs l ON l.id = m.lab_id\n"
		"	WHERE m.login = d.login AND m.state <> 'archived'\n"
		"	ORDER BY l.owner = first_value(l.owner) OVER (ORDER BY m.id) DESC, m.id DESC\n"
		"	LIMIT 1\n"
		") p ON true\n"
		"ORDER BY w.position",
		1, &type, &value, NULL);
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
	Oid types[] = {TEXTARRAYOID, TEXTARRAYOID};
	Datum values[2];
	ListCell *cell;

	foreach (cell, notices)
	{
		LabNotice *notice = lfirst(cell);
		Account *account = notice->wanted;

		if (!notice->done)
			continue;
		lab_ldap_change_report(&account->change);
		if (!account->change.wanted)
			continue;
		present = lappend(present, unconstify(char *, account->change.name));
		sent = lappend(sent, unconstify(char *, account->password));
		if (account->change.made)
			made = lappend(made, unconstify(char *, account->change.name));
	}
	if (present == NIL)
		return;

	/* A password that was set again meanwhile is still to be sent. */
	values[0] = lab_strings_array(present);
	values[1] = lab_strings_array(sent);
	lab_statement_run("UPDATE lab.directory d\n"
					  "SET present = true,\n"
					  "	reset = d.reset AND d.password <> s.password\n"
					  "FROM unnest($1, $2) AS s (login, password)\n"
					  "WHERE d.login = s.login::name\n"
					  "	AND (NOT d.present OR d.reset)",
					  2, types, values, NULL);
	values[1] = lab_strings_array(made);
	lab_statement_run(
		"UPDATE lab.participants p\n"
		"SET joined = false\n"
		"FROM lab.labs l\n"
		"WHERE l.id = p.lab_id AND l.auth = 'managed' AND p.joined AND p.login = ANY ($2::name[])",
		2, types, values, NULL);
	/* clang-format off */
	lab_statement_run("INSERT INTO lab.outbox (target, subject, lab, payload)\n"
		"SELECT DISTINCT 'ldap', 'group ' || l.name, l.name, '{\"changed\": true}'::jsonb\n"
		"FROM lab.participants p\n"
		"JOIN lab.labs l ON l.id = p.lab_id\n"
		"WHERE p.login = ANY ($1::name[]) AND NOT p.joined\n"
		"	AND l.auth = 'managed' AND l.state = 'active'",
		1, types, values, NULL);
	/* clang-format on */
}

const LabLdapKind lab_ldap_account = {PREFIX, prepare, settle};
