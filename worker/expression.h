/*
 * expression.h
 *		Expressions of the catalogs as texts in their one form.
 */
#ifndef LAB_EXPRESSION_H
#define LAB_EXPRESSION_H

/*
 * The text of a stored expression (pg_node_tree) in its one form (normal.h), so
 * that what can be written in two ways is equal; as written, where simplifying it
 * fails (*failed).  relation (or InvalidOid) is what its columns are of; functions in it may
 * run, as role, or as the relation's owner where role is InvalidOid.
 */
extern char *lab_expression_text(char *tree, Oid relation, Oid role, int timeout, bool *failed);

/* The same of a trigger's WHEN condition, whose columns are of "old" and "new". */
extern char *
lab_expression_when_text(char *tree, Oid relation, Oid role, int timeout, bool *failed);

#endif /* LAB_EXPRESSION_H */
