/*
 * probe_source.h
 *		Code as text: what it mentions, and whether two texts are the same code.
 */
#ifndef LAB_PROBE_SOURCE_H
#define LAB_PROBE_SOURCE_H

#include "nodes/pg_list.h"

/* What code mentions; each list of char *, without doubles. */
typedef struct LabMentions
{
	List *numbers; /* those that something is compared with come first */
	List *strings;
	List *words;  /* names in lower case, unquoted */
	List *pairs;  /* names that are to be equal, one after the other; doubles are possible */
	int compared; /* so many of the numbers */
} LabMentions;

/* Adds to what is there already. */
extern void lab_source_mentions(const char *source, LabMentions *mentions);

extern bool lab_source_mentions_word(const LabMentions *mentions, const char *word);

/* The names that the name is to be equal to; "$1" is a name. */
extern List *lab_source_equals(const LabMentions *mentions, const char *name);

/* The code with NULL; for each statement that starts with this word. */
extern char *lab_source_without(const char *source, const char *word);

/* Does it mention a function that gives something else each time? */
extern bool lab_source_by_chance(const LabMentions *mentions);

/* 32 hexadecimal digits that do not depend on white space, comments and the case of names. */
extern char *lab_source_digest(const char *source);

#endif /* LAB_PROBE_SOURCE_H */
