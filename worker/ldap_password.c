/*
 * ldap_password.c
 *		A short-lived worker that changes one password in the directory, as the
 *		student whose it is.
 *
 * It connects to no database, and is ended with the session that waits for it.
 */
#include "postgres.h"

#include "extension/channel.h"
#include "extension/compat.h"
#include "extension/fact.h"
#include "extension/ldap_settings.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "worker/ldap_session.h"
#include "worker/network.h"

PGDLLEXPORT void lab_ldap_password_main(Datum main_arg);

/* Binds with the old password, changes it; NULL, or the directory's reason against it. */
static const char *
change(LabLdap *session, const char *login, const char *old, const char *new)
{
	LabLdapAnswer answer =
		lab_ldap_bind(session, lab_ldap_dn("uid", login, lab_ldap_people_dn), old);

	if (answer.code == LDAP_INVALID_CREDENTIALS)
		return psprintf("the old password is wrong, or the account is locked or expired: %s",
						answer.words);
	if (answer.code == LDAP_SUCCESS)
		answer = lab_ldap_change(session, old, new);
	return answer.code == LDAP_SUCCESS ? NULL : answer.words;
}

static void
answer_error(int sqlstate, const char *message)
{
	StringInfoData answer;

	initStringInfo(&answer);
	pq_sendbyte(&answer, LAB_ANSWER_ERROR);
	lab_string_write(&answer, unpack_sql_state(sqlstate));
	lab_string_write(&answer, message);
	lab_channel_send(&answer);
}

void
lab_ldap_password_main(Datum main_arg)
{
	MemoryContext context = CurrentMemoryContext;
	StringInfo request;
	StringInfoData done;
	const char *login;
	const char *old;
	const char *new;

	pqsignal(SIGTERM, lab_network_die);
	BackgroundWorkerUnblockSignals();
	request = lab_channel_attach(main_arg);
	lab_channel_forget_request();
	login = pq_getmsgrawstring(request);
	old = pq_getmsgrawstring(request);
	new = pq_getmsgrawstring(request);

	PG_TRY();
	{
		LabLdap *session = lab_ldap_connect();
		const char *refusal = change(session, login, old, new);

		lab_ldap_close(session);
		if (refusal)
		{
			answer_error(ERRCODE_INVALID_PASSWORD, refusal);
			proc_exit(0);
		}
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		answer_error(error->sqlerrcode, error->message);
		proc_exit(0);
	}
	PG_END_TRY();
	initStringInfo(&done);
	pq_sendbyte(&done, LAB_ANSWER_DONE);
	lab_channel_send(&done);
	proc_exit(0);
}
