/*
 * ldap_session.c
 *		A connection to the directory, and requests that run on it side by side.
 *
 * The library never waits by itself, except in a TLS handshake and in a write
 * that the peer does not take: for these the socket has timeouts, and SIGTERM
 * shuts it down (network.c).  Answers are polled for when the socket has some.
 */
#include "postgres.h"

#include <ldap.h>
#include <signal.h>
#include <openldap.h>

#include "extension/compat.h"
#include "extension/ldap_settings.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "worker/ldap_session.h"
#include "worker/network.h"

/* Requests on their way at the same time; with thousands slapd drops the connection. */
#define WINDOW 50

static LabTime
deadline_from_now(void)
{
	return lab_clock_plus(lab_clock_now(), lab_ldap_timeout);
}

/* What the library or the directory adds to a code; "" when it adds nothing. */
static const char *
diagnostic(LDAP *handle)
{
	char *text = NULL;
	const char *copy = "";

	(void) ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
	if (text)
	{
		copy = pstrdup(text);
		ldap_memfree(text);
	}
	return copy;
}

static const char *
words_of(int code, const char *addition)
{
	if (addition == NULL || *addition == '\0')
		return psprintf("%s (LDAP %d)", ldap_err2string(code), code);
	return psprintf("%s: %s (LDAP %d)", ldap_err2string(code), addition, code);
}

/* The directory as a whole cannot be talked to. */
pg_noreturn static void
fail(const LabLdap *session, const char *doing, const char *words)
{
	CHECK_FOR_INTERRUPTS(); /* SIGTERM looks like a lost connection */
	ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
					errmsg("%s: %s: %s", session->uri, doing, words)));
}

pg_noreturn static void
fail_silent(const LabLdap *session, const char *doing)
{
	fail(session, doing,
		 psprintf("no answer within %d ms (labcreator.ldap_timeout)", lab_ldap_timeout));
}

static void
set_option(LabLdap *session, int option, const void *value, const char *what)
{
	int code = ldap_set_option(session->handle, option, value);

	if (code != LDAP_OPT_SUCCESS)
		fail(session, psprintf("setting %s", what), ldap_err2string(code));
}

/*
 * The next answer to the request (or to any: LDAP_RES_ANY), which the caller
 * frees.  Raises an error when there is none in time.
 */
static LDAPMessage *
await(LabLdap *session, int message, const char *doing)
{
	LabTime deadline = deadline_from_now();

	for (;;)
	{
		struct timeval none = {0, 0};
		LDAPMessage *result = NULL;
		int kind = ldap_result(session->handle, message, LDAP_MSG_ALL, &none, &result);

		CHECK_FOR_INTERRUPTS();
		if (kind > 0)
			return result;
		if (kind < 0)
		{
			int code = LDAP_OTHER;

			(void) ldap_get_option(session->handle, LDAP_OPT_RESULT_CODE, &code);
			fail(session, doing, words_of(code, diagnostic(session->handle)));
		}
		if (!lab_network_wait(session->sock, WL_SOCKET_READABLE, deadline))
			fail_silent(session, doing);
	}
}

/* What a policy of the directory has against a password; NULL when it says nothing. */
static const char *
policy_words(LabLdap *session, LDAPControl **controls)
{
	LDAPControl *control =
		controls ? ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL) : NULL;
	LDAPPasswordPolicyError error = PP_noError;
	ber_int_t expire;
	ber_int_t grace;

	if (control == NULL ||
		ldap_parse_passwordpolicy_control(session->handle, control, &expire, &grace, &error) !=
			LDAP_SUCCESS ||
		error == PP_noError)
		return NULL;
	return ldap_passwordpolicy_err2txt(error);
}

/* Takes the result apart. */
static LabLdapAnswer
answer_of(LabLdap *session, LDAPMessage *result)
{
	LabLdapAnswer answer = {LDAP_OTHER, ""};
	char *text = NULL;
	LDAPControl **controls = NULL;
	const char *policy;
	int code =
		ldap_parse_result(session->handle, result, &answer.code, NULL, &text, NULL, &controls, 0);

	if (code != LDAP_SUCCESS)
		answer.code = code;
	policy = policy_words(session, controls);
	if (policy && text && *text && strcmp(policy, text) != 0)
		answer.words = words_of(answer.code, psprintf("%s; %s", text, policy));
	else
		answer.words = words_of(answer.code, text && *text ? text : policy);
	if (text)
		ldap_memfree(text);
	ldap_controls_free(controls);
	return answer;
}

/*
 * Up to 2.5 the library minds its timeout in a handshake only when it was told
 * to connect asynchronously; otherwise it spins until the peer answers.
 */
static int
shake_hands_asynchronously(LabLdap *session)
{
	int code;

	set_option(session, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON, "a handshake with a timeout");
	if (!pg_set_noblock(session->sock))
		fail(session, "TLS", "the socket cannot be prepared");
	code = ldap_install_tls(session->handle);
	if (!pg_set_block(session->sock))
		fail(session, "TLS", "the socket cannot be prepared");
	set_option(session, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_OFF, "what follows the handshake");
	return code;
}

/* From 2.6 on it polls; nothing but SIGTERM shall end that before its time. */
static int
shake_hands_patiently(LabLdap *session)
{
	sigset_t all_but_end;
	sigset_t before;
	int code;

	set_option(session, LDAP_OPT_RESTART, LDAP_OPT_OFF, "a handshake that can be ended");
	sigfillset(&all_but_end);
	sigdelset(&all_but_end, SIGTERM);
	sigdelset(&all_but_end, SIGQUIT);
	sigprocmask(SIG_SETMASK, &all_but_end, &before);
	code = ldap_install_tls(session->handle);
	sigprocmask(SIG_SETMASK, &before, NULL);
	set_option(session, LDAP_OPT_RESTART, LDAP_OPT_ON, "what follows the handshake");
	return code;
}

static int
shake_hands(LabLdap *session)
{
	return LDAP_VENDOR_VERSION < 20600 ? shake_hands_asynchronously(session)
									   : shake_hands_patiently(session);
}

/* What is the matter with a handshake: the library itself says little or nothing. */
static void
start_tls(LabLdap *session, const LDAPURLDesc *url, bool by_request)
{
	int code;

	if (by_request)
	{
		int message;
		LDAPMessage *result;
		LabLdapAnswer answer;

		code = ldap_start_tls(session->handle, NULL, NULL, &message);
		if (code != LDAP_SUCCESS)
			fail(session, "StartTLS", words_of(code, diagnostic(session->handle)));
		result = await(session, message, "StartTLS");
		answer = answer_of(session, result);
		ldap_msgfree(result);
		if (answer.code != LDAP_SUCCESS)
			fail(session, "StartTLS was refused", answer.words);
	}
	code = shake_hands(session);
	CHECK_FOR_INTERRUPTS();
	if (code == LDAP_TIMEOUT)
		fail_silent(session, "TLS");
	if (code != LDAP_SUCCESS)
		ereport(
			ERROR,
			(errcode(ERRCODE_CONNECTION_FAILURE),
			 errmsg("%s: TLS: %s", session->uri, words_of(code, diagnostic(session->handle))),
			 errhint(
				 "Is the certificate made out for \"%s\", still valid, and from an authority in "
				 "%s?",
				 url->lud_host,
				 *lab_ldap_ca_file ? lab_ldap_ca_file
								   : "the system's list "
									 "(labcreator.ldap_ca_file is not set)")));
}

static void
set_options(LabLdap *session)
{
	int version = LDAP_VERSION3;
	int demand = LDAP_OPT_X_TLS_DEMAND;
	int client = 0;
	struct timeval patience = {lab_ldap_timeout / 1000, lab_ldap_timeout % 1000 * 1000};

	set_option(session, LDAP_OPT_PROTOCOL_VERSION, &version, "the protocol's version");
	set_option(session, LDAP_OPT_REFERRALS, LDAP_OPT_OFF, "referrals");
	set_option(session, LDAP_OPT_RESTART, LDAP_OPT_ON, "restarting");
	set_option(session, LDAP_OPT_NETWORK_TIMEOUT, &patience, "a timeout");
	if (*lab_ldap_ca_file)
		set_option(session, LDAP_OPT_X_TLS_CACERTFILE, lab_ldap_ca_file, "labcreator.ldap_ca_file");
	set_option(session, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand, "verification");
	set_option(session, LDAP_OPT_X_TLS_NEWCTX, &client,
			   *lab_ldap_ca_file
				   ? psprintf("TLS with labcreator.ldap_ca_file = %s", lab_ldap_ca_file)
				   : "TLS");
}

static void
open_address(LabLdap *session, const LDAPURLDesc *url)
{
	bool ldaps = pg_strcasecmp(url->lud_scheme, "ldaps") == 0;
	int code;

	session->sock = lab_network_connect(url->lud_host, url->lud_port, deadline_from_now());
	code = ldap_init_fd(session->sock, LDAP_PROTO_TCP, session->uri, &session->handle);
	if (code != LDAP_SUCCESS)
		fail(session, "starting the LDAP library", ldap_err2string(code));
	set_options(session);
	if (ldaps || lab_ldap_tls)
		start_tls(session, url, !ldaps);
}

/* Tries one address; an error leaves nothing open. */
static void
try_address(LabLdap *session)
{
	LDAPURLDesc *url = NULL;

	if (ldap_url_parse(session->uri, &url) != LDAP_URL_SUCCESS || url->lud_host == NULL)
		ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR),
						errmsg("labcreator.ldap_uri: \"%s\" is no address", session->uri)));
	PG_TRY();
	{
		open_address(session, url);
	}
	PG_CATCH();
	{
		ldap_free_urldesc(url);
		lab_ldap_close(session);
		PG_RE_THROW();
	}
	PG_END_TRY();
	ldap_free_urldesc(url);
}

/* Tries one address after the other; the error of the last one is raised. */
LabLdap *
lab_ldap_connect(void)
{
	MemoryContext context = CurrentMemoryContext;
	LabLdap *session = palloc0(sizeof(LabLdap));
	char *rest = pstrdup(lab_ldap_uri);

	session->sock = PGINVALID_SOCKET;
	session->policy = lab_ldap_must_change;
	while ((session->uri = strtok_r(NULL, " ", &rest)) != NULL)
	{
		bool last = rest[strspn(rest, " ")] == '\0';

		PG_TRY();
		{
			try_address(session);
		}
		PG_CATCH();
		{
			if (last || geterrcode() != ERRCODE_CONNECTION_FAILURE)
				PG_RE_THROW();
			MemoryContextSwitchTo(context);
			FlushErrorState();
		}
		PG_END_TRY();
		if (session->handle)
			return session;
	}
	ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR), errmsg("labcreator.ldap_uri is not set")));
}

void
lab_ldap_close(LabLdap *session)
{
	if (session->handle)
		(void) ldap_unbind_ext(session->handle, NULL, NULL); /* closes the socket too */
	else if (session->sock != PGINVALID_SOCKET)
		closesocket(session->sock);
	lab_network_forget();
	session->handle = NULL;
	session->sock = PGINVALID_SOCKET;
}

/* The control that makes a directory with password policies say more. */
static LDAPControl *
policy_control(LabLdap *session)
{
	LDAPControl *control = NULL;

	if (ldap_create_passwordpolicy_control(session->handle, &control) != LDAP_SUCCESS)
		return NULL;
	return control;
}

LabLdapAnswer
lab_ldap_bind(LabLdap *session, const char *dn, const char *password)
{
	LDAPControl *controls[] = {policy_control(session), NULL};
	struct berval credentials = {strlen(password), unconstify(char *, password)};
	int message;
	LDAPMessage *result;
	LabLdapAnswer answer;
	int code = ldap_sasl_bind(session->handle, dn, LDAP_SASL_SIMPLE, &credentials, controls, NULL,
							  &message);

	if (controls[0])
		ldap_control_free(controls[0]);
	if (code != LDAP_SUCCESS)
		fail(session, "binding", words_of(code, diagnostic(session->handle)));
	result = await(session, message, "binding");
	answer = answer_of(session, result);
	ldap_msgfree(result);
	return answer;
}

LabLdapAnswer
lab_ldap_change(LabLdap *session, const char *old, const char *new)
{
	LDAPControl *controls[] = {policy_control(session), NULL};
	struct berval before = {strlen(old), unconstify(char *, old)};
	struct berval after = {strlen(new), unconstify(char *, new)};
	int message;
	LDAPMessage *result;
	LabLdapAnswer answer;
	int code = ldap_passwd(session->handle, NULL, &before, &after, controls, NULL, &message);

	if (controls[0])
		ldap_control_free(controls[0]);
	if (code != LDAP_SUCCESS)
		fail(session, "changing a password", words_of(code, diagnostic(session->handle)));
	result = await(session, message, "changing a password");
	answer = answer_of(session, result);
	ldap_msgfree(result);
	return answer;
}

/* Sends the job's next request; false when there is none: it is over. */
static bool
ask(LabLdap *session, LabLdapJob *job)
{
	int code;

	if (job->over)
		return false;
	code = job->ask(session, job, &job->message);
	if (code != LDAP_SUCCESS)
		fail(session, "sending a request", words_of(code, diagnostic(session->handle)));
	return true;
}

/* Answers that are about the directory's state, not about the request. */
static bool
concerns_all(int code)
{
	return code < 0 || code == LDAP_BUSY || code == LDAP_UNAVAILABLE ||
		   code == LDAP_CONFIDENTIALITY_REQUIRED || code == LDAP_STRONG_AUTH_REQUIRED;
}

static void
hear(LabLdap *session, LabLdapJob **running, int n, LDAPMessage *result)
{
	int message = ldap_msgid(result);
	LabLdapAnswer answer = answer_of(session, result);

	if (message == 0) /* an unsolicited notice of disconnection, as a rule */
		fail(session, "the directory ends the connection", answer.words);
	if (concerns_all(answer.code))
		fail(session, "the directory cannot answer now", answer.words);
	for (int i = 0; i < n; i++)
		if (running[i] && running[i]->message == message)
		{
			running[i]->hear(session, running[i], result, &answer);
			if (!ask(session, running[i]))
				running[i] = NULL;
			return;
		}
}

void
lab_ldap_run(LabLdap *session, List *jobs)
{
	LabLdapJob *running[WINDOW] = {NULL};
	int next = 0;

	for (;;)
	{
		int busy = 0;
		LDAPMessage *result;

		for (int i = 0; i < WINDOW; i++)
		{
			while (running[i] == NULL && next < list_length(jobs))
			{
				running[i] = list_nth(jobs, next++);
				if (!ask(session, running[i]))
					running[i] = NULL;
			}
			busy += running[i] != NULL;
		}
		if (busy == 0)
			return;
		result = await(session, LDAP_RES_ANY, "waiting for answers");
		hear(session, running, WINDOW, result);
		ldap_msgfree(result);
	}
}

char *
lab_ldap_dn(const char *attribute, const char *value, const char *base)
{
	LDAPAVA assertion = {
		.la_attr = {strlen(attribute), unconstify(char *, attribute)},
		.la_value = {strlen(value), unconstify(char *, value)},
		.la_flags = LDAP_AVA_STRING,
	};
	LDAPAVA *rdn[] = {&assertion, NULL};
	char *text = NULL;
	char *dn;

	if (ldap_rdn2str(rdn, &text, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_NAME),
						errmsg("\"%s\" cannot be a name in a directory", value),
						errdetail("Names there are in UTF-8.")));
	dn = psprintf("%s,%s", text, base);
	ldap_memfree(text);
	return dn;
}
