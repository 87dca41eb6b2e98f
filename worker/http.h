/*
 * http.h
 *		Requests to one HTTP server with JSON for bodies.
 *
 * No request takes longer than its time, and each notices interrupts.
 */
#ifndef LAB_HTTP_H
#define LAB_HTTP_H

typedef struct LabHttp LabHttp;

/* Whom to ask, and as whom; texts are copied. */
typedef struct LabHttpServer
{
	const char *url;      /* without a slash at the end */
	const char *ca_file;  /* "": what the system trusts */
	const char *token;    /* NULL: */
	const char *user;     /* by name and */
	const char *password; /* password */
	int timeout;          /* milliseconds for each request */
} LabHttpServer;

typedef struct LabHttpAnswer
{
	int status;
	char *body; /* "" when there was none; in the caller's memory context */
} LabHttpAnswer;

/* Nothing is sent yet.  At most one at a time; it lives until lab_http_close(). */
extern LabHttp *lab_http_open(const LabHttpServer *server);

/*
 * One request; body is JSON, or NULL.  Any status is an answer.  Raises
 * ERRCODE_CONNECTION_FAILURE when there is none, or half of one.
 */
extern LabHttpAnswer
lab_http_ask(LabHttp *http, const char *method, const char *path, const char *body);

extern void lab_http_close(LabHttp *http);

#endif /* LAB_HTTP_H */
