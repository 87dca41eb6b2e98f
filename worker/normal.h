/*
 * normal.h
 *		The one form of an expression.
 */
#ifndef LAB_NORMAL_H
#define LAB_NORMAL_H

#include "nodes/nodes.h"
#include "nodes/pg_list.h"

/*
 * The expression in its one form: what can be written in two ways comes out as
 * one tree.  names is the context for deparsing its columns (ruleutils.h), since
 * operands without an order of their own are ordered by their texts.  Computes
 * constant parts, so functions in the expression may run, as whoever is current.
 */
extern Node *lab_normal_form(Node *expression, List *names);

/* The parts that need no function to run. */
extern Node *lab_normal_plain(Node *expression);

/* The text of an expression in its one form. */
extern char *lab_normal_text(Node *expression, List *names);

#endif /* LAB_NORMAL_H */
