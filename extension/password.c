/*
 * password.c
 *		Changing passwords: the lab master's lab_reset_password(), and the
 *		student's lab_set_password(), which acts for who is logged in.
 *
 * A password that is in a directory is changed by a background worker
 * (worker/ldap_password.c), which binds as the student: no session talks to
 * a network itself.  The passwords reach it through a shared memory segment
 * that these two processes alone map, and that is overwritten when it was read.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "extension/account.h"
#include "extension/catalog.h"
#include "extension/channel.h"
#include "extension/clock.h"
#include "extension/compat.h"
#include "extension/fact.h"
#include "extension/functions.h"
#include "extension/ldap_settings.h"
#include "extension/masters.h"
#include "extension/secrecy.h"
#include "extension/shmem.h"
#include "libpq/crypt.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(lab_reset_password);
PG_FUNCTION_INFO_V1(lab_set_password);

#define RETRY_MS 50
#define AFTER_REFUSAL_MS 1000 /* guessing is slow, and holds up nobody else */

/*
 * Workers that change passwords at the same time, at most: participants can ask for as
 * many as they have sessions, and the server has other work.
 */
#define WORKERS_MAX 2

/* lab_reset_password(lab text, login text) */
Datum
lab_reset_password(PG_FUNCTION_ARGS)
{
	char *lab = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *login = text_to_cstring(PG_GETARG_TEXT_PP(1));
	LabPrivilege privilege;
	char *password;

	lab_require_control_database();
	lab_privilege_begin(&privilege);
	(void) lab_catalog_databases(lab_catalog_find(lab, privilege.caller),
								 login); /* is there one? */
	lab_masters_require_login(login, privilege.caller);
	password = lab_account_reset(login);
	lab_privilege_end(&privilege);
	PG_RETURN_TEXT_P(cstring_to_text(password));
}

/* Who is logged in, who must be a participant. */
static char *
participant_here(void)
{
	Oid role = GetSessionUserId();
	Oid students = get_role_oid("lab_student", true);

	if (!OidIsValid(students) || !is_member_of_role_nosuper(role, students))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("\"%s\" is no participant of a lab", GetUserNameFromId(role, false)),
						errhint("Use \\password.")));
	return GetUserNameFromId(role, false);
}

/* The password is in Postgres. */
static void
set_here(const char *login, const char *old, const char *new)
{
	const char *reason = NULL;
	char *verifier = get_role_password(login, &reason);
	Oid caller;
	int security;
	int nest_level;

	if (verifier == NULL || plain_crypt_verify(login, verifier, old, &reason) != STATUS_OK)
	{
		lab_clock_sleep(AFTER_REFUSAL_MS);
		ereport(ERROR, (errcode(ERRCODE_INVALID_PASSWORD), errmsg("the old password is wrong")));
	}
	GetUserIdAndSecContext(&caller, &security);
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, security | SECURITY_LOCAL_USERID_CHANGE);
	nest_level = NewGUCNestLevel();
	(void) set_config_option("password_encryption", "scram-sha-256", PGC_SUSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	lab_account_set(login, new);
	AtEOXact_GUC(false, nest_level);
	SetUserIdAndSecContext(caller, security);
}

static void
end_worker(int code, Datum channel)
{
	lab_channel_end((LabChannel *) DatumGetPointer(channel));
	pg_atomic_fetch_sub_u32(&lab_shared->password_workers, 1);
}

/* One of few workers, when it is our turn. */
static LabChannel *
start_worker(StringInfo request)
{
	LabTime deadline = lab_clock_plus(lab_clock_now(), 2 * lab_ldap_timeout);

	for (;;)
	{
		if (pg_atomic_fetch_add_u32(&lab_shared->password_workers, 1) < WORKERS_MAX)
		{
			LabChannel *channel =
				lab_channel_start("lab_ldap_password_main", "labcreator password", request);

			if (channel)
				return channel;
		}
		pg_atomic_fetch_sub_u32(&lab_shared->password_workers, 1);
		if (lab_clock_left(deadline) == 0)
			ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
							errmsg("too many passwords are being changed"),
							errhint("Try again in a moment.")));
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, RETRY_MS,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

/* Why the directory did not change the password; no words: it did. */
typedef struct Refusal
{
	const char *sqlstate;
	const char *words;
} Refusal;

static void
hear_worker(LabChannel *channel, Refusal *refusal)
{
	StringInfoData answer;

	initStringInfo(&answer);
	if (lab_channel_receive(channel, &answer, false) != SHM_MQ_SUCCESS)
		*refusal = (Refusal){"58000", "the process that changes passwords ended early"};
	else if (pq_getmsgbyte(&answer) != LAB_ANSWER_DONE)
	{
		refusal->sqlstate = pstrdup(pq_getmsgrawstring(&answer));
		refusal->words = pstrdup(pq_getmsgrawstring(&answer));
	}
}

/* Directories have their names and passwords in UTF-8. */
static void
write_utf8(StringInfo request, const char *text)
{
	char *converted = pg_server_to_any(text, strlen(text), PG_UTF8);

	lab_string_write(request, converted);
	if (converted != text)
		explicit_bzero(converted, strlen(converted));
}

/* The password is in a directory. */
static void
set_in_directory(const char *login, const char *old, const char *new)
{
	StringInfoData request;
	LabChannel *channel;
	Refusal *refusal = palloc0(sizeof(Refusal));
	const char *state;

	if (lab_shared == NULL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("labcreator is not loaded by this server")));
	initStringInfo(&request);
	write_utf8(&request, login);
	write_utf8(&request, old);
	write_utf8(&request, new);
	channel = start_worker(&request);
	explicit_bzero(request.data, request.len);

	PG_ENSURE_ERROR_CLEANUP(end_worker, PointerGetDatum(channel));
	{
		hear_worker(channel, refusal);
	}
	PG_END_ENSURE_ERROR_CLEANUP(end_worker, PointerGetDatum(channel));
	end_worker(0, PointerGetDatum(channel));
	if (refusal->words == NULL)
		return;
	lab_clock_sleep(AFTER_REFUSAL_MS);
	state = refusal->sqlstate;
	ereport(ERROR, (errcode(MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4])),
					errmsg("the password was not changed: %s", refusal->words)));
}

/* lab_set_password(old text, new text), in the student's database */
Datum
lab_set_password(PG_FUNCTION_ARGS)
{
	char *login;
	char *old;
	char *new;

	lab_secrecy_require(fcinfo);
	login = participant_here();
	old = text_to_cstring(PG_GETARG_TEXT_PP(0));
	new = text_to_cstring(PG_GETARG_TEXT_PP(1));
	/* A directory takes an empty old password for no login at all, and makes up a new one. */
	if (*old == '\0' || *new == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PASSWORD), errmsg("a password cannot be empty")));
	if (lab_account_in_directory(GetSessionUserId()))
		set_in_directory(login, old, new);
	else
		set_here(login, old, new);
	explicit_bzero(old, strlen(old));
	explicit_bzero(new, strlen(new));
	PG_RETURN_VOID();
}
