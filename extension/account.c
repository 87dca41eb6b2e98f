/*
 * account.c
 *		Logins of participants: roles that labcreator makes and owns.
 *
 * A password leaves this file twice: in clear to the lab master, once, and as
 * a SCRAM verifier into pg_authid.  The role is made by a parse tree instead of
 * a statement, so that neither form is in a text that a log or a statistics
 * view could keep.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/user.h"
#include "executor/spi.h"
#include "extension/account.h"
#include "libpq/scram.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_node.h"
#include "utils/acl.h"
#include "utils/builtins.h"

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

static Oid
make_role(const char *login, const char *password, int connections)
{
	CreateRoleStmt *statement = makeNode(CreateRoleStmt);
	char *verifier = pg_be_scram_build_secret(password);
	RoleSpec *student = makeNode(RoleSpec);

	student->roletype = ROLESPEC_CSTRING;
	student->rolename = "lab_student";
	student->location = -1;

	statement->stmt_type = ROLESTMT_USER;
	statement->role = pstrdup(login);
	statement->options =
		list_make3(makeDefElem("password", (Node *) makeString(verifier), -1),
				   makeDefElem("connectionlimit", (Node *) makeInteger(connections), -1),
				   makeDefElem("addroleto", (Node *) list_make1(student), -1));
	return CreateRole(make_parsestate(NULL), statement);
}

/* The oid under which labcreator made the login, or InvalidOid. */
static Oid
recorded_role(const char *login)
{
	Datum arg = DirectFunctionCall1(namein, CStringGetDatum(login));
	Oid type = NAMEOID;
	bool isnull;

	if (SPI_execute_with_args("SELECT role FROM lab.accounts WHERE login = $1", 1, &type, &arg,
							  NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read lab.accounts: %s", SPI_result_code_string(SPI_result));
	if (SPI_processed == 0)
		return InvalidOid;
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

char *
lab_account_make(const char *login, int connections)
{
	Oid existing = get_role_oid(login, true);
	Oid types[2] = {NAMEOID, OIDOID};
	Datum values[2];
	char *password;

	if (OidIsValid(existing))
	{
		if (recorded_role(login) == existing)
		{
			make_student(login);
			return NULL;
		}
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("role \"%s\" exists and was not made by labcreator", login),
						errdetail("Participants get a login of their own."),
						errhint("Choose another login for this participant.")));
	}

	password = lab_new_password();
	values[0] = DirectFunctionCall1(namein, CStringGetDatum(login));
	values[1] = ObjectIdGetDatum(make_role(login, password, connections));
	if (SPI_execute_with_args("INSERT INTO lab.accounts (login, role)\n"
							  "VALUES ($1, $2)\n"
							  "ON CONFLICT (login) DO UPDATE SET role = EXCLUDED.role",
							  2, types, values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not record login \"%s\"", login);
	return password;
}
