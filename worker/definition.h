/*
 * definition.h
 *		Reading and writing definitions: texts of jsonb objects.
 */
#ifndef LAB_DEFINITION_H
#define LAB_DEFINITION_H

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

/* Read by key: text of a string or of any other value as JSON; NULL where there is none. */
extern char *lab_definition_get(const char *definition, const char *key);

/* Is the value true? */
extern bool lab_definition_is(const char *definition, const char *key);

/* The strings of an array (any other element as JSON): a list of char *; NIL where there is none.
 */
extern List *lab_definition_list(const char *definition, const char *key);

/* The keys of an object within: a list of char *. */
extern List *lab_definition_keys(const char *definition, const char *key);

/* The definition with one more property, whose value is JSON, or a string, or strings (char *). */
extern char *lab_definition_add(const char *definition, const char *key, const char *json);
extern char *lab_definition_add_text(const char *definition, const char *key, const char *text);
extern char *lab_definition_add_list(const char *definition, const char *key, List *strings);

/* The definition without a property. */
extern char *lab_definition_remove(const char *definition, const char *key);

/* Do both agree in these properties (a list that ends with NULL)? */
extern bool lab_definition_agree(const char *one, const char *other, const char *const *keys);

#endif /* LAB_DEFINITION_H */
