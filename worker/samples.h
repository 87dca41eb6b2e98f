/*
 * samples.h
 *		Strings at the boundary of what a pattern or a constant accepts.
 */
#ifndef LAB_SAMPLES_H
#define LAB_SAMPLES_H

#include "nodes/pg_list.h"

/*
 * Lists of char * in the current memory context, some hundreds: strings
 * that match the pattern, and strings that differ from those in one place (a
 * character of a class or next to it, one repetition more or less).  What may
 * repeat without an end does so run times.  The pattern that cannot be read gives
 * what could be read of it.
 */
extern List *lab_samples_of_regex(const char *pattern, int run);
extern List *lab_samples_of_like(const char *pattern, int run);

/* The string, and strings next to it: in the other case, longer, shorter, with spaces. */
extern List *lab_samples_near(const char *string);

#endif /* LAB_SAMPLES_H */
