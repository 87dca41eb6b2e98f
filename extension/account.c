/*
 * account.c
 *		Logins of participants: roles that labcreator makes and owns.
 *
 * A password leaves this file twice: in clear to the lab master, once, and as
 * a SCRAM verifier into pg_authid, or hashed into the table that the directory's
 * accounts are made from.  The role is made by a parse tree instead of a statement,
 * and the hash is a parameter, so that neither form is in a text that a log or a
 * statistics view could keep.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/user.h"
#include "executor/spi.h"
#include "extension/account.h"
#include "extension/compat.h"
#include "extension/ldap_hash.h"
#include "extension/statement.h"
#include "libpq/scram.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_node.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"

/*
 * Sixteen bits are five letters, consonant and vowel in turn, as in the
 * proquint notation (Wilkerson, "A Proposal for Proquints", 2009).
 */
#define PASSWORD_WORDS 4

char *
lab_new_password(void)
{
	static const char consonants[] = "bdfghjklmnprstvz";
	static const char vowels[] = "aiou";
	uint16 random[PASSWORD_WORDS];
	StringInfoData password;

	if (!pg_strong_random(random, sizeof(random)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random password")));

	initStringInfo(&password);
	for (int i = 0; i < PASSWORD_WORDS; i++)
	{
		uint16 bits = random[i];

		if (i > 0)
			appendStringInfoChar(&password, '-');
		appendStringInfoChar(&password, consonants[(bits >> 12) & 15]);
		appendStringInfoChar(&password, vowels[(bits >> 10) & 3]);
		appendStringInfoChar(&password, consonants[(bits >> 6) & 15]);
		appendStringInfoChar(&password, vowels[(bits >> 4) & 3]);
		appendStringInfoChar(&password, consonants[bits & 15]);
	}
	explicit_bzero(random, sizeof(random));
	return password.data;
}

static RoleSpec *
role_named(const char *name)
{
	RoleSpec *role = makeNode(RoleSpec);

	role->roletype = ROLESPEC_CSTRING;
	role->rolename = pstrdup(name);
	role->location = -1;
	return role;
}

/* A role with this password; without one when it is NULL. */
static Oid
make_role(const char *login, const char *password, int connections)
{
	CreateRoleStmt *statement = makeNode(CreateRoleStmt);
	List *groups = list_make1(role_named("lab_student"));

	if (password == NULL)
		groups = lappend(groups, role_named("lab_ldap"));
	statement->stmt_type = ROLESTMT_USER;
	statement->role = pstrdup(login);
	statement->options =
		list_make2(makeDefElem("connectionlimit", (Node *) makeInteger(connections), -1),
				   makeDefElem("addroleto", (Node *) groups, -1));
	if (password)
		statement->options = lappend(
			statement->options,
			makeDefElem("password", (Node *) makeString(pg_be_scram_build_secret(password)), -1));
	return CreateRole(make_parsestate(NULL), statement);
}

void
lab_account_set(const char *login, const char *password)
{
	AlterRoleStmt *statement = makeNode(AlterRoleStmt);

	statement->role = role_named(login);
	statement->action = 1;
	statement->options =
		list_make1(makeDefElem("password", (Node *) makeString(pstrdup(password)), -1));
	AlterRole(make_parsestate(NULL), statement);
}

bool
lab_account_in_directory(Oid role)
{
	Oid directory = get_role_oid("lab_ldap", true);

	return OidIsValid(directory) && is_member_of_role_nosuper(role, directory);
}

/* The oid under which labcreator made the login, or InvalidOid, and where its password is. */
static Oid
recorded_role(const char *login, LabAuth *auth)
{
	Datum arg = DirectFunctionCall1(namein, CStringGetDatum(login));
	Oid type = NAMEOID;
	bool isnull;
	char *word;

	lab_statement_run("SELECT role, auth FROM lab.accounts WHERE login = $1", 1, &type, &arg, NULL);
	if (SPI_processed == 0)
		return InvalidOid;
	word = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	*auth = LAB_AUTH_SCRAM;
	while (strcmp(lab_auth_words[*auth], word) != 0)
		(*auth)++;
	return DatumGetObjectId(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* A login that was kept when its lab was dropped is a participant again. */
static void
make_student(const char *login)
{
	char *sql = psprintf("GRANT lab_student TO %s", quote_identifier(login));

	if (!is_member_of_role_nosuper(get_role_oid(login, false),
								   get_role_oid("lab_student", false)) &&
		SPI_execute(sql, false, 0) < 0)
		elog(ERROR, "could not execute \"%s\"", sql);
}

/* The role is there already: is it ours, and as the lab wants it? */
static void
require_same(const char *login, Oid existing, LabAuth auth)
{
	LabAuth recorded;

	if (recorded_role(login, &recorded) != existing)
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("role \"%s\" exists and was not made by labcreator", login),
						errdetail("Participants get a login of their own."),
						errhint("Choose another login for this participant.")));
	if (recorded != auth)
		ereport(
			ERROR,
			(errcode(ERRCODE_DUPLICATE_OBJECT),
			 errmsg("login \"%s\" has its password elsewhere", login),
			 errdetail("Another lab made it with %s, this one says %s; a login has one password.",
					   lab_auth_words[recorded], lab_auth_words[auth]),
			 errhint("Write the same $.auth, or choose another login.")));
}

/* The logins of participants as name[]. */
static Datum
logins_of(List *participants)
{
	Datum *logins = palloc(sizeof(Datum) * Max(list_length(participants), 1));
	ListCell *cell;

	foreach (cell, participants)
		logins[foreach_current_index(cell)] = DirectFunctionCall1(
			namein, CStringGetDatum(((LabSpecParticipant *) lfirst(cell))->login));
	return PointerGetDatum(construct_array(logins, list_length(participants), NAMEOID, NAMEDATALEN,
										   false, TYPALIGN_CHAR));
}

void
lab_account_lock(List *participants)
{
	Oid type = NAMEARRAYOID;
	Datum logins = logins_of(participants);

	lab_statement_run("SELECT FROM lab.accounts WHERE login = ANY ($1) ORDER BY login FOR UPDATE",
					  1, &type, &logins, NULL);
	AcceptInvalidationMessages(); /* one that we waited for can be gone */
}

void
lab_account_limit(List *participants)
{
	Oid type = NAMEARRAYOID;
	Datum logins = logins_of(participants);

	lab_statement_run("SELECT lab.limit_connections($1)", 1, &type, &logins, NULL);
}

char *
lab_account_make(const char *login, int connections, LabAuth auth)
{
	Oid existing = get_role_oid(login, true);
	Oid types[] = {NAMEOID, OIDOID, TEXTOID};
	Datum values[3];
	char *password = NULL;

	if (OidIsValid(existing))
	{
		require_same(login, existing, auth);
		make_student(login);
		return NULL;
	}
	if (auth != LAB_AUTH_EXTERNAL)
		password = lab_new_password();
	values[0] = DirectFunctionCall1(namein, CStringGetDatum(login));
	values[1] =
		ObjectIdGetDatum(make_role(login, auth == LAB_AUTH_SCRAM ? password : NULL, connections));
	values[2] = CStringGetTextDatum(lab_auth_words[auth]);
	lab_statement_run(
		"INSERT INTO lab.accounts (login, role, auth)\n"
		"VALUES ($1, $2, $3)\n"
		"ON CONFLICT (login) DO UPDATE SET role = EXCLUDED.role, auth = EXCLUDED.auth",
		3, types, values, NULL);
	if (auth == LAB_AUTH_MANAGED)
	{
		types[1] = TEXTOID;
		values[1] = CStringGetTextDatum(lab_ldap_hash(password));
		lab_statement_run(
			"INSERT INTO lab.directory (login, password)\n"
			"VALUES ($1, $2)\n"
			"ON CONFLICT (login) DO UPDATE SET password = EXCLUDED.password, reset = true",
			2, types, values, NULL);
	}
	return password;
}

char *
lab_account_reset(const char *login)
{
	Oid types[] = {NAMEOID, TEXTOID};
	Datum values[2];
	LabAuth auth;
	Oid recorded = recorded_role(login, &auth);
	char *password;

	if (!OidIsValid(recorded) || recorded != get_role_oid(login, true))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("login \"%s\" is not labcreator's any more", login)));
	if (auth == LAB_AUTH_EXTERNAL)
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("the password of \"%s\" is not labcreator's to set", login),
			 errdetail("The lab's accounts are external: somebody else's directory keeps them."),
			 errhint("Whoever runs the directory can set it.")));
	password = lab_new_password();
	if (auth == LAB_AUTH_SCRAM)
	{
		lab_account_set(login, pg_be_scram_build_secret(password));
		return password;
	}
	values[0] = DirectFunctionCall1(namein, CStringGetDatum(login));
	values[1] = CStringGetTextDatum(lab_ldap_hash(password));
	lab_statement_run("UPDATE lab.directory SET password = $2, reset = true WHERE login = $1", 2,
					  types, values, NULL);
	return password;
}
