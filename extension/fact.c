/*
 * fact.c
 *		The wire form of facts, checks, verdicts and jobs.
 */
#include "postgres.h"

#include <fnmatch.h>

#include "extension/fact.h"
#include "libpq/pqformat.h"

/* Raw: both ends are the same server, and convert no encoding. */
void
lab_string_write(StringInfo buf, const char *string)
{
	appendBinaryStringInfo(buf, string, strlen(string) + 1);
}

static void
strings_write(StringInfo buf, List *strings)
{
	ListCell *cell;

	pq_sendint32(buf, list_length(strings));
	foreach (cell, strings)
		lab_string_write(buf, lfirst(cell));
}

static List *
strings_read(StringInfo buf)
{
	int n = pq_getmsgint(buf, 4);
	List *strings = NIL;

	for (int i = 0; i < n; i++)
		strings = lappend(strings, pstrdup(pq_getmsgrawstring(buf)));
	return strings;
}

void
lab_fact_write(StringInfo buf, const LabFact *fact)
{
	lab_string_write(buf, fact->kind);
	lab_string_write(buf, fact->object);
	lab_string_write(buf, fact->owner);
	lab_string_write(buf, fact->definition);
}

LabFact *
lab_fact_read(StringInfo buf)
{
	LabFact *fact = palloc0(sizeof(LabFact));

	fact->kind = pstrdup(pq_getmsgrawstring(buf));
	fact->object = pstrdup(pq_getmsgrawstring(buf));
	fact->owner = pstrdup(pq_getmsgrawstring(buf));
	fact->definition = pstrdup(pq_getmsgrawstring(buf));
	return fact;
}

void
lab_verdict_write(StringInfo buf, const LabVerdict *verdict)
{
	pq_sendint32(buf, verdict->check);
	pq_sendbyte(buf, verdict->status);
	pq_sendbyte(buf, verdict->detail != NULL);
	if (verdict->detail)
		lab_string_write(buf, verdict->detail);
}

LabVerdict *
lab_verdict_read(StringInfo buf)
{
	LabVerdict *verdict = palloc(sizeof(LabVerdict));

	verdict->check = (int32) pq_getmsgint(buf, 4);
	verdict->status = pq_getmsgbyte(buf);
	verdict->detail = pq_getmsgbyte(buf) ? pstrdup(pq_getmsgrawstring(buf)) : NULL;
	return verdict;
}

void
lab_job_write(StringInfo buf, const LabJob *job)
{
	ListCell *cell;

	pq_sendbyte(buf, job->kind);
	pq_sendint32(buf, job->database);
	pq_sendint32(buf, job->evaluator);
	pq_sendint32(buf, job->role);
	pq_sendbyte(buf, job->feedback);
	pq_sendbyte(buf, job->extras);
	pq_sendint32(buf, job->check_timeout);
	strings_write(buf, job->ignore);
	pq_sendint32(buf, list_length(job->checks));
	foreach (cell, job->checks)
	{
		LabCheck *check = lfirst(cell);

		pq_sendint32(buf, check->id);
		lab_fact_write(buf, &check->fact);
	}
	strings_write(buf, job->queries);
	pq_sendbyte(buf, job->hidden);
	pq_sendint64(buf, job->clock);
}

LabJob *
lab_job_read(StringInfo buf)
{
	LabJob *job = palloc0(sizeof(LabJob));
	int n;

	job->kind = pq_getmsgbyte(buf);
	job->database = pq_getmsgint(buf, 4);
	job->evaluator = pq_getmsgint(buf, 4);
	job->role = pq_getmsgint(buf, 4);
	job->feedback = pq_getmsgbyte(buf);
	job->extras = pq_getmsgbyte(buf);
	job->check_timeout = (int) pq_getmsgint(buf, 4);
	job->ignore = strings_read(buf);
	n = pq_getmsgint(buf, 4);
	for (int i = 0; i < n; i++)
	{
		LabCheck *check = palloc(sizeof(LabCheck));

		check->id = (int32) pq_getmsgint(buf, 4);
		check->fact = *lab_fact_read(buf);
		job->checks = lappend(job->checks, check);
	}
	job->queries = strings_read(buf);
	job->hidden = pq_getmsgbyte(buf);
	job->clock = pq_getmsgint64(buf);
	return job;
}

bool
lab_fact_own(const LabFact *fact)
{
	static const char *const kinds[] = {"query", "script", "plan", "pgtap"};

	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(fact->kind, kinds[i]) == 0)
			return true;
	return false;
}

bool
lab_object_matches(const LabFact *fact, const char *glob)
{
	return fnmatch(glob, fact->object, 0) == 0 || fnmatch(glob, fact->owner, 0) == 0;
}

bool
lab_fact_ignored(const LabFact *fact, List *patterns)
{
	ListCell *cell;

	foreach (cell, patterns)
	{
		const char *pattern = lfirst(cell);
		const char *colon = strchr(pattern, ':');
		Size kind = colon ? (Size) (colon - pattern) : strlen(pattern);

		if (strlen(fact->kind) == kind && strncmp(fact->kind, pattern, kind) == 0 &&
			(colon == NULL || lab_object_matches(fact, colon + 1)))
			return true;
	}
	return false;
}
