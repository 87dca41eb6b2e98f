/*
 * probe_routine.h
 *		A function, procedure or aggregate as probes see it.
 */
#ifndef LAB_PROBE_ROUTINE_H
#define LAB_PROBE_ROUTINE_H

#include "worker/probe_plan.h"
#include "worker/probe_source.h"
#include "worker/probe_values.h"

typedef struct LabArgument
{
	Oid type;
	const char *name; /* $1 where it has none */
	bool variadic;
	bool out; /* of a procedure: takes a place, and no value */
} LabArgument;

typedef struct LabRoutine
{
	Oid oid;
	const char *name;   /* in SQL notation */
	const char *schema; /* unquoted */
	char kind;          /* PROKIND_... */
	Oid owner;
	LabArgument *arguments;
	int narguments;
	int defaults; /* so many of the last ones may be left out */
	int direct;   /* of an aggregate: arguments before WITHIN GROUP */
	bool ordered_set;
	bool anonymous; /* returns rows whose columns have no names */
	const char *language;
	const char *source; /* of an aggregate: its functions' sources, one after another */
} LabRoutine;

/* NULL: there is none. */
extern LabRoutine *lab_routine_read(Oid oid);

/* Can it be called at all, with values that can be written down? */
extern bool lab_routine_callable(const LabRoutine *routine);

/* Different calls (of LabProbe *): at most limit, the same each time. */
extern List *
lab_routine_calls(const LabRoutine *routine, const LabMentions *mentions, int limit, int timeout);

#endif /* LAB_PROBE_ROUTINE_H */
