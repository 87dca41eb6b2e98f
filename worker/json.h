/*
 * json.h
 *		Reading and changing JSON by the server's own functions, outside of SQL.
 */
#ifndef LAB_JSON_H
#define LAB_JSON_H

#include "utils/jsonb.h"

/* Raises an error for what is no JSON. */
extern Jsonb *lab_json_read(const char *text);

extern char *lab_json_write(Jsonb *json);

/* A field of an object; NULL: it has none, or json is no object. */
extern Jsonb *lab_json_field(Jsonb *json, const char *name);

/* The same as text; NULL also for null. */
extern char *lab_json_text(Jsonb *json, const char *name);

/* The same as an integer; absent when it is none. */
extern int lab_json_integer(Jsonb *json, const char *name, int absent);

/* The object with the field, and without it. */
extern Jsonb *lab_json_with(Jsonb *json, const char *name, Jsonb *value);
extern Jsonb *lab_json_without(Jsonb *json, const char *name);

extern Jsonb *lab_json_string(const char *text);

extern bool lab_json_equal(Jsonb *one, Jsonb *other);

#endif /* LAB_JSON_H */
