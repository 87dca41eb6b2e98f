/*
 * network.c
 *		Connections of background workers.
 *
 * Everything that can take long is done on a socket of our own: names are
 * resolved beside the process, connecting does not block, and waiting is done on
 * the latch as well.  What a library does on the socket by itself (a TLS
 * handshake, a large write) has the socket's timeouts, and ends when SIGTERM
 * shuts the socket down.
 */
#include "postgres.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "extension/compat.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"
#include "worker/network.h"

#define RESOLVER_SLICE_MAX_MS 50

static volatile pgsocket current = PGINVALID_SOCKET;

void
lab_network_die(SIGNAL_ARGS)
{
	int save_errno = errno;

	if (current != PGINVALID_SOCKET)
		(void) shutdown(current, SHUT_RDWR);
	errno = save_errno;
	die(postgres_signal_arg);
}

void
lab_network_forget(void)
{
	current = PGINVALID_SOCKET;
}

bool
lab_network_wait(pgsocket sock, uint32 events, LabTime deadline)
{
	for (;;)
	{
		long left = lab_clock_left(deadline);
		int happened;

		CHECK_FOR_INTERRUPTS();
		if (left <= 0)
			return false;
		happened =
			WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH | events,
							  sock, left, PG_WAIT_EXTENSION);
		if (happened & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			CHECK_FOR_INTERRUPTS();
		}
		if (happened & events)
			return true;
	}
}

/*
 * The addresses of the host.  The C library's own resolver cannot be interrupted;
 * its asynchronous form runs in a thread of its own, with all signals blocked,
 * that touches nothing of ours but the request.
 */
static struct addrinfo *
resolve(const char *host, const char *service, LabTime deadline)
{
	static struct addrinfo hints;
	struct gaicb *request;
	struct addrinfo *addresses;
	int result;
	long slice = 1;

	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICHOST;
	if (getaddrinfo(host, service, &hints, &addresses) == 0)
		return addresses; /* nobody to ask */
	hints.ai_flags = 0;
	request = MemoryContextAllocZero(TopMemoryContext, sizeof(struct gaicb));
	request->ar_name = MemoryContextStrdup(TopMemoryContext, host);
	request->ar_service = MemoryContextStrdup(TopMemoryContext, service);
	request->ar_request = &hints;
	result = getaddrinfo_a(GAI_NOWAIT, &request, 1, NULL);
	while (result == 0 && (result = gai_error(request)) == EAI_INPROGRESS)
	{
		result = 0;
		/* An unanswered request is left to its thread: it may still write into it. */
		CHECK_FOR_INTERRUPTS();
		if (lab_clock_left(deadline) == 0)
			ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
							errmsg("the name of host \"%s\" was not resolved in time", host),
							errhint("Does the name server answer?")));
		(void) WaitLatch(MyLatch, WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, slice, PG_WAIT_EXTENSION);
		slice = Min(slice * 2, RESOLVER_SLICE_MAX_MS);
	}
	addresses = request->ar_result;
	pfree(unconstify(char *, request->ar_name));
	pfree(unconstify(char *, request->ar_service));
	pfree(request);
	if (result != 0)
		ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
						errmsg("host \"%s\" has no address: %s", host, gai_strerror(result))));
	return addresses;
}

/* A connected socket; -1 with errno when this address does not do it. */
static pgsocket
try_address(const struct addrinfo *address, LabTime deadline)
{
	pgsocket sock = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int problem = 0;
	socklen_t size = sizeof(problem);

	if (sock == PGINVALID_SOCKET)
		return PGINVALID_SOCKET;
	current = sock;
	if (fcntl(sock, F_SETFL, O_NONBLOCK) < 0)
		problem = errno;
	else if (connect(sock, address->ai_addr, address->ai_addrlen) < 0)
	{
		if (errno != EINPROGRESS)
			problem = errno;
		else if (!lab_network_wait(sock, WL_SOCKET_WRITEABLE, deadline))
			problem = ETIMEDOUT;
		else
			(void) getsockopt(sock, SOL_SOCKET, SO_ERROR, &problem, &size);
	}
	if (problem == 0)
		return sock;
	lab_network_forget();
	close(sock);
	errno = problem;
	return PGINVALID_SOCKET;
}

/* From here on libraries use the socket: it blocks, but not for ever. */
static void
hand_over(pgsocket sock, LabTime deadline)
{
	long left = Max(lab_clock_left(deadline), 1);
	struct timeval patience = {left / 1000, left % 1000 * 1000};
	int on = 1;

	if (fcntl(sock, F_SETFL, 0) < 0 ||
		setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
		setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		ereport(ERROR, (errcode_for_socket_access(), errmsg("could not prepare a socket: %m")));
}

pgsocket
lab_network_connect(const char *host, int port, LabTime deadline)
{
	char service[12];
	struct addrinfo *addresses;
	pgsocket sock = PGINVALID_SOCKET;
	int problem;

	snprintf(service, sizeof(service), "%d", port);
	addresses = resolve(host, service, deadline);
	for (struct addrinfo *a = addresses; a && sock == PGINVALID_SOCKET; a = a->ai_next)
		sock = try_address(a, deadline);
	problem = errno;
	freeaddrinfo(addresses);
	if (sock == PGINVALID_SOCKET)
	{
		errno = problem;
		ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
						errmsg("could not connect to %s:%d: %m", host, port)));
	}
	hand_over(sock, deadline);
	return sock;
}
