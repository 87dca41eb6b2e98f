/*
 * network.h
 *		Connections of background workers that neither a silent peer nor a dead
 *		name server can hold beyond their time, and that SIGTERM ends at once.
 */
#ifndef LAB_NETWORK_H
#define LAB_NETWORK_H

#include "extension/clock.h"
#include "storage/latch.h"

/*
 * Handler for SIGTERM: as die(), and the socket of lab_network_connect() is shut
 * down, so that a library that sits in a read or a write on it returns.
 */
extern void lab_network_die(SIGNAL_ARGS);

/*
 * A connected socket, or an error in words that says what did not answer.  At most
 * one at a time.  What is done with it later must be over at deadline too: reads
 * and writes that take longer than what is left now fail.
 */
extern pgsocket lab_network_connect(const char *host, int port, LabTime deadline);

/* Waits until the socket can be read; false when the deadline has passed. */
extern bool lab_network_wait(pgsocket sock, uint32 events, LabTime deadline);

/* The socket is closed, or about to be by its library: SIGTERM leaves it alone from now on. */
extern void lab_network_forget(void);

#endif /* LAB_NETWORK_H */
