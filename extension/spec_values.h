/*
 * spec_values.h
 *		Typed access to the values of a spec, with errors that name the path.
 */
#ifndef LAB_SPEC_VALUES_H
#define LAB_SPEC_VALUES_H

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

/* A key that an object of the spec may have.  A table of them ends with a NULL name. */
typedef struct LabSpecKey
{
	const char *name;
	enum jbvType type;
	bool required;
	bool active;       /* false: stored, but does nothing in this version */
	enum jbvType also; /* a second type that it may have; jbvNull: none */
} LabSpecKey;

typedef struct LabSpecObject
{
	const char *path;
	JsonbContainer *container;
} LabSpecObject;

/*
 * Checks that the value is an object with known keys of the right types.  Paths
 * of keys that are not active are appended to *inactive, where it is not NULL.
 */
extern LabSpecObject *
lab_spec_object(JsonbValue *value, const char *path, const LabSpecKey *keys, List **inactive);

/* The value of a key, or NULL. */
extern JsonbValue *lab_spec_get(const LabSpecObject *object, const char *key);
extern char *lab_spec_get_text(const LabSpecObject *object, const char *key);

/* As lab_spec_get_text(); text without a visible character is an error. */
extern char *lab_spec_get_filled(const LabSpecObject *object, const char *key);
extern List *lab_spec_get_list(const LabSpecObject *object, const char *key); /* of JsonbValue * */
extern bool lab_spec_get_time(const LabSpecObject *object, const char *key, TimestampTz *time);
extern int64 lab_spec_get_size(const LabSpecObject *object, const char *key);   /* bytes; -1 */
extern int lab_spec_get_duration(const LabSpecObject *object, const char *key); /* ms; -1 */

extern char *lab_spec_text(const JsonbValue *value);
extern int lab_spec_integer(JsonbValue *value, const char *path, int least, int most);

/* Returns the name, which must be one that the server can hold as it is. */
extern char *lab_spec_name(char *name, const char *path);

/* Text of the spec for a message: as JSON writes it, and not too long. */
extern char *lab_spec_quoted(const char *text);

extern void lab_spec_no_duplicates(List *names, const char *what, const char *path);

#endif /* LAB_SPEC_VALUES_H */
