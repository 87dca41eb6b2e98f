/*
 * http.c
 *		Requests to one HTTP server, by libcurl.
 *
 * libcurl's multi interface does what can be done without waiting; the waiting is
 * done in short slices, between which interrupts are looked for.  Threads that
 * libcurl makes to resolve names are born with all signals blocked, so that the
 * server's handlers run in the main thread alone.  A name server that does not
 * answer is left to its thread (CURLOPT_QUICK_EXIT).
 */
#include "postgres.h"

#include <curl/curl.h>
#include <signal.h>

#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"
#include "worker/http.h"

#define SLICE_MS 100
#define BODY_MAX (32 * 1024 * 1024)

struct LabHttp
{
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	char *url;
	int timeout;
	char *body; /* malloc()ed: libcurl's callbacks may not raise errors */
	size_t length;
	size_t room;
	char problem[CURL_ERROR_SIZE];
};

static void
require(bool fine)
{
	if (!fine)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("libcurl could not be set up")));
}

/* The option of libcurl, or an error. */
#define SET(http, option, value) require(curl_easy_setopt((http)->easy, option, value) == CURLE_OK)

/* Returns less than it was given when there is no room: a failed transfer. */
static size_t
take_body(char *data, size_t size, size_t count, void *argument)
{
	LabHttp *http = argument;
	size_t more = size * count;

	if (http->length + more >= BODY_MAX)
		return 0;
	if (http->length + more + 1 > http->room)
	{
		size_t room = pg_nextpower2_size_t(http->length + more + 1);
		char *larger = realloc(http->body, room);

		if (larger == NULL)
			return 0;
		http->body = larger;
		http->room = room;
	}
	memcpy(http->body + http->length, data, more);
	http->length += more;
	return more;
}

static void
add_header(LabHttp *http, const char *header)
{
	struct curl_slist *headers = curl_slist_append(http->headers, header);

	require(headers != NULL);
	http->headers = headers;
}

static void
set_up(LabHttp *http, const LabHttpServer *server)
{
	http->timeout = server->timeout;
	http->url = strdup(server->url);
	http->multi = curl_multi_init();
	http->easy = curl_easy_init();
	require(http->url && http->multi && http->easy);
	add_header(http, "Accept: application/json");
	add_header(http, "Content-Type: application/json");
	add_header(http, "Expect:"); /* no round of its own before a body */
	SET(http, CURLOPT_HTTPHEADER, http->headers);
	SET(http, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(http, CURLOPT_NOSIGNAL, 1L);
	SET(http, CURLOPT_QUICK_EXIT, 1L);
	SET(http, CURLOPT_USERAGENT, "labcreator");
	SET(http, CURLOPT_ERRORBUFFER, http->problem);
	SET(http, CURLOPT_WRITEFUNCTION, take_body);
	SET(http, CURLOPT_WRITEDATA, http);
	SET(http, CURLOPT_TIMEOUT_MS, (long) server->timeout);
	if (*server->ca_file)
		SET(http, CURLOPT_CAINFO, server->ca_file);
	if (server->token)
	{
		SET(http, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		SET(http, CURLOPT_XOAUTH2_BEARER, server->token);
	}
	else
	{
		SET(http, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		SET(http, CURLOPT_USERNAME, server->user);
		SET(http, CURLOPT_PASSWORD, server->password);
	}
}

LabHttp *
lab_http_open(const LabHttpServer *server)
{
	static bool ready = false;
	LabHttp *http;

	if (!ready)
		require(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	ready = true;
	http = MemoryContextAllocZero(TopMemoryContext, sizeof(LabHttp));
	PG_TRY();
	{
		set_up(http, server);
	}
	PG_CATCH();
	{
		lab_http_close(http);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return http;
}

void
lab_http_close(LabHttp *http)
{
	if (http->multi && http->easy)
		(void) curl_multi_remove_handle(http->multi, http->easy);
	if (http->easy)
		curl_easy_cleanup(http->easy);
	if (http->multi)
		(void) curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->headers);
	free(http->url);
	free(http->body);
	pfree(http);
}

/* Runs the transfer to its end; returns how it ended. */
static CURLcode
transfer(LabHttp *http)
{
	int running = 1;
	int left;
	CURLMsg *message;
	CURLcode end;

	require(curl_multi_add_handle(http->multi, http->easy) == CURLM_OK);
	for (;;)
	{
		sigset_t before;
		CURLMcode result;

		sigprocmask(SIG_SETMASK, &BlockSig, &before);
		result = curl_multi_perform(http->multi, &running);
		sigprocmask(SIG_SETMASK, &before, NULL);
		require(result == CURLM_OK);
		CHECK_FOR_INTERRUPTS();
		if (running == 0)
			break;
		(void) curl_multi_poll(http->multi, NULL, 0, SLICE_MS, NULL);
	}
	message = curl_multi_info_read(http->multi, &left);
	/* the message goes with the handle */
	end = message && message->msg == CURLMSG_DONE ? message->data.result : CURLE_RECV_ERROR;
	(void) curl_multi_remove_handle(http->multi, http->easy);
	return end;
}

LabHttpAnswer
lab_http_ask(LabHttp *http, const char *method, const char *path, const char *body)
{
	char *url = psprintf("%s%s", http->url, path);
	LabHttpAnswer answer;
	CURLcode result;
	long status = 0;

	(void) curl_multi_remove_handle(http->multi,
									http->easy); /* of a request that was interrupted */
	http->length = 0;
	http->problem[0] = '\0';
	SET(http, CURLOPT_URL, url);
	if (body)
	{
		SET(http, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) strlen(body));
		SET(http, CURLOPT_COPYPOSTFIELDS, body);
	}
	else
		SET(http, CURLOPT_HTTPGET, 1L);
	SET(http, CURLOPT_CUSTOMREQUEST, method);
	result = transfer(http);
	if (result != CURLE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE), errmsg("%s %s got no answer", method, url),
				 errdetail("%s.", *http->problem ? http->problem : curl_easy_strerror(result))));
	(void) curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	answer.status = (int) status;
	answer.body = pnstrdup(http->body ? http->body : "", http->length);
	return answer;
}
