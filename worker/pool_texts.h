/*
 * pool_texts.h
 *		Values to try an expression with, as texts for a type's input function.
 */
#ifndef LAB_POOL_TEXTS_H
#define LAB_POOL_TEXTS_H

#include "worker/constants.h"

/*
 * Lists of char * in the current memory context, the constants themselves first.
 * What the type cannot hold may be among them.
 */
extern List *lab_texts_of_numbers(const LabConstants *constants, Oid type, int32 typmod);
extern List *lab_texts_of_strings(const LabConstants *constants, int32 typmod);
extern List *lab_texts_of_moments(const LabConstants *constants);
extern List *lab_texts_of_times(const LabConstants *constants);
extern List *lab_texts_of_intervals(const LabConstants *constants);
extern List *lab_texts_of_documents(const LabConstants *constants);

/* Edge values of types that are none of these; NIL where there are none. */
extern List *lab_texts_of_type(const LabConstants *constants, Oid type);

/* Enough constants of one kind to combine with each other. */
#define LAB_TEXTS_COMBINED 8

/* Adds an array of constant strings to a list. */
#define LAB_TEXTS_ADD(texts, more) lab_texts_add(texts, more, lengthof(more))

static inline List *
lab_texts_add(List *texts, const char *const *more, int n)
{
	for (int i = 0; i < n; i++)
		texts = lappend(texts, pstrdup(more[i]));
	return texts;
}

#endif /* LAB_POOL_TEXTS_H */
