/*
 * facts_queries.h
 *		The queries that read facts from the catalogs.
 */
#ifndef LAB_FACTS_QUERIES_H
#define LAB_FACTS_QUERIES_H

/*
 * Each query returns: kind, object, owner, definition (jsonb), expression
 * (pg_node_tree as text, or NULL), relation (oid that the expression refers to,
 * or whose contents the fact is about).
 */
extern const char *const lab_fact_queries[];
extern const int lab_fact_query_count;

#endif /* LAB_FACTS_QUERIES_H */
