/*
 * reparse.h
 *		An expression's text, read again in another database.
 */
#ifndef LAB_REPARSE_H
#define LAB_REPARSE_H

#include "nodes/nodes.h"
#include "utils/relcache.h"

/* What the columns of an expression are, and what it gives. */
typedef struct LabScope
{
	Relation relation; /* locked; NULL: no columns */
	Oid domain;        /* base type of the domain that VALUE is of, or InvalidOid */
	int32 domain_typmod;
	Oid type; /* what the value is assigned to; InvalidOid: as it is */
	int32 typmod;
} LabScope;

/*
 * The expression, analyzed against the scope; an error where it does not fit.
 * Names are looked up as the current search_path says.
 */
extern Node *lab_reparse(const char *text, const LabScope *scope);

#endif /* LAB_REPARSE_H */
