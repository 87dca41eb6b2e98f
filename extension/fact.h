/*
 * fact.h
 *		The words that processes exchange about a database, and their wire form.
 *
 * A fact is one comparable statement about a database.  A check is a fact of
 * the reference that earns points.  A verdict is what one database says to one
 * check.  A job is what an evaluator is asked to do.  All of them travel
 * through a LabChannel (channel.h) in the server's own message format
 * (libpq/pqformat.h).
 *
 * Nothing here knows the tables of schema lab: evaluators run where these do
 * not exist.
 */
#ifndef LAB_FACT_H
#define LAB_FACT_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* One comparable statement about a database. */
typedef struct LabFact
{
	char *kind;       /* "table", "column", "foreign_key", ... : facts.c lists them */
	char *object;     /* identity in SQL notation, shown to people: shop.orders.total */
	char *owner;      /* the top-level object that it belongs to: shop.orders */
	char *definition; /* text of a jsonb object: every property that counts; NULL: not read yet */

	/* In its own database only, not sent: */
	Oid relation;  /* what the object is or belongs to; whose columns the tree is about */
	Oid role;      /* who owns the object, where it has an expression and no relation */
	char *tree;    /* stored form of the definition's "expression" (pg_node_tree), or NULL */
	int query;     /* that read it */
	Oid read_from; /* the relation or function whose catalog rows say it; InvalidOid: others do */
	bool doubtful; /* its expression could not be simplified this time */
	bool taken;    /* a check has found it, or checks say the same in another form */
} LabFact;

typedef struct LabCheck
{
	int32 id;
	LabFact fact;
} LabCheck;

typedef enum LabStatus
{
	LAB_PASS = 'p',
	LAB_FAIL = 'f',
	LAB_ERROR = 'e', /* the comparison itself could not be made */
	LAB_MOVED = 'm'  /* to be judged on the hidden data: the detail is a query for it */
} LabStatus;

typedef struct LabVerdict
{
	int32 check;
	LabStatus status;
	char *detail; /* what differs, at the lab's feedback level; NULL for none */
} LabVerdict;

/* How much the detail of a verdict tells (DESIGN section 6). */
typedef enum LabFeedback
{
	LAB_FEEDBACK_NONE,
	LAB_FEEDBACK_OBJECT,
	LAB_FEEDBACK_HINT,
	LAB_FEEDBACK_DIFF
} LabFeedback;

/* What objects of the participant's own on a reference's table do. */
typedef enum LabExtras
{
	LAB_EXTRAS_IGNORE,
	LAB_EXTRAS_COUNT, /* fail the table where they change its behaviour */
	LAB_EXTRAS_STRICT /* any object that the reference lacks fails its table */
} LabExtras;

typedef enum LabJobKind
{
	LAB_JOB_DERIVE = 'd',   /* answer with the facts of the database */
	LAB_JOB_EVALUATE = 'e', /* answer with a verdict for each check */
	LAB_JOB_HIDDEN = 'h'    /* on the hidden data: with a verdict for each query, or, where
							   there are none, with the completed definition of each check */
} LabJobKind;

typedef struct LabJob
{
	LabJobKind kind;
	Oid database;
	Oid evaluator; /* role to connect as; InvalidOid: the bootstrap superuser (reference, starter)
					*/
	Oid role;      /* the participant; InvalidOid: each object's own owner (reference, starter) */
	LabFeedback feedback;
	LabExtras extras;
	int check_timeout; /* milliseconds for one statement over the participant's objects */
	List *ignore;      /* of char *: "kind" or "kind:object glob" */
	List *checks;      /* of LabCheck *; of a derivation: the lab master's own, to complete */
	List *queries;     /* of char *: for LAB_JOB_HIDDEN, one for each check */
	bool hidden;       /* of a derivation: the views are to be tried on hidden data as well */
	int64 clock;       /* TimestampTz that now() gives; 0: as the checks say, else the real time */
} LabJob;

/* The first byte of an answer. */
#define LAB_ANSWER_FACT 'F'
#define LAB_ANSWER_VERDICT 'V'
#define LAB_ANSWER_ERROR 'E' /* SQLSTATE, message, detail, hint: nothing else follows */
#define LAB_ANSWER_DONE 'Z'  /* of an evaluation: a byte, whether lab_look() is to be repeated */

/* A string of the message, read back by pq_getmsgrawstring(). */
extern void lab_string_write(StringInfo buf, const char *string);

extern void lab_job_write(StringInfo buf, const LabJob *job);
extern LabJob *lab_job_read(StringInfo buf);

extern void lab_fact_write(StringInfo buf, const LabFact *fact);
extern LabFact *lab_fact_read(StringInfo buf);

extern void lab_verdict_write(StringInfo buf, const LabVerdict *verdict);
extern LabVerdict *lab_verdict_read(StringInfo buf);

/* Is it a check of the lab master's own, and no fact of the reference? */
extern bool lab_fact_own(const LabFact *fact);

/* Does a fact match one of the patterns ("kind", "kind:glob")? */
extern bool lab_fact_ignored(const LabFact *fact, List *patterns);

/* Does the object, or the top-level object that it belongs to, match the glob? */
extern bool lab_object_matches(const LabFact *fact, const char *glob);

#endif /* LAB_FACT_H */
