/*
 * strings.h
 *		Strings, and lists of them (char *).
 */
#ifndef LAB_STRINGS_H
#define LAB_STRINGS_H

#include "nodes/pg_list.h"

extern bool lab_strings_have(const List *strings, const char *string);

/* As text[]; NULL is null.  In the current memory context. */
extern Datum lab_strings_array(const List *strings);

/* A number for both together, in this order: for the key of a hash table. */
extern uint64 lab_strings_hash(const char *one, const char *other);

#endif /* LAB_STRINGS_H */
