/*
 * strings.h
 *		Lists of char *.
 */
#ifndef LAB_STRINGS_H
#define LAB_STRINGS_H

#include "nodes/pg_list.h"

extern bool lab_strings_have(const List *strings, const char *string);

/* As text[]; NULL is null.  In the current memory context. */
extern Datum lab_strings_array(const List *strings);

#endif /* LAB_STRINGS_H */
