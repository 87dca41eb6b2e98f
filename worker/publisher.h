/*
 * publisher.h
 *		Telling systems outside what is wanted of them.
 *
 * A target is one such system.  A notice is one subject of the outbox, such as
 * "account alice", that changed: not what changed, which the target reads from
 * the tables when it is about to tell it.  So a notice can be repeated at will,
 * and several for one subject are one.
 */
#ifndef LAB_PUBLISHER_H
#define LAB_PUBLISHER_H

#include "datatype/timestamp.h"
#include "extension/outbox.h"
#include "nodes/pg_list.h"

typedef struct LabNotice
{
	const char *subject;
	const char *lab;     /* whose change it was; NULL: none's alone */
	const char *payload; /* JSON of the newest row; NULL: none */
	Datum rows;          /* bigint[]: the rows of the outbox that it stands for */
	int attempts;        /* failed ones so far */
	void *wanted;        /* the target's own, from prepare() to settle() */

	/* set by send(): neither means that it is sent again at once */
	bool done;
	const char *error; /* in words, when it was refused; NULL */
} LabNotice;

/*
 * Lists are of LabNotice *.  All functions run in a memory context that lives
 * until rest() has returned.
 */
typedef struct LabTarget
{
	LabTargetId id;

	/*
	 * Notices are thrown away while the target is not configured, for
	 * reconcile() makes up for them; otherwise they are kept and waited for.
	 */
	bool optional;

	/* Which settings are missing, in words; NULL when it is configured. */
	const char *(*missing)(void);

	/*
	 * In a transaction with SPI: adds to the outbox what must be compared with
	 * the target.  Called at the start, when the settings changed and on demand.
	 */
	void (*reconcile)(void);

	/* When time alone makes another reconcile() due; DT_NOEND: never.  May be NULL. */
	TimestampTz (*reconcile_at)(void);

	/* In a transaction with SPI: reads what is wanted into notice->wanted. */
	void (*prepare)(List *notices);

	/*
	 * With no transaction open: tells the target, and sets done or error of each
	 * notice.  Raises an error when the target as a whole cannot be told.  It
	 * may take no longer than timeouts of its settings allow, and must notice
	 * interrupts: lab_network_*() of network.h do, or poll in short slices
	 * with CHECK_FOR_INTERRUPTS().
	 */
	void (*send)(List *notices);

	/* In the transaction that marks the notices as done: records what was learned.  May be NULL. */
	void (*settle)(List *notices);

	/*
	 * There is nothing more to tell for now, or send() has failed: lets go of what
	 * send() kept open for the next batch.  May be NULL.
	 */
	void (*rest)(void);
} LabTarget;

/* For reconcile() and settle(): one row of the outbox, unless it is there already. */
extern void lab_publisher_add(LabTargetId target, const char *subject, const char *lab);

/* For settle(): the target differed from what was wanted, and is right again. */
extern void lab_publisher_report(LabTargetId target, const LabNotice *notice, const char *what);

#endif /* LAB_PUBLISHER_H */
