/*
 * expression.h
 *		Expressions of the catalogs, brought to one form.
 */
#ifndef LAB_EXPRESSION_H
#define LAB_EXPRESSION_H

/*
 * The text of a stored expression (pg_node_tree) in its one form, so that what
 * can be written in two ways is equal; as written, where simplifying it fails.
 * relation (or InvalidOid) is what its columns are of; functions in it may run,
 * as role, or as the relation's owner where role is InvalidOid.
 */
extern char *lab_expression_text(char *tree, Oid relation, Oid role, int timeout);

#endif /* LAB_EXPRESSION_H */
