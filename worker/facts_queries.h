/*
 * facts_queries.h
 *		The queries that read facts from the catalogs.
 *
 * They touch pg_catalog only, so planning and running them runs nothing of a
 * participant's.  What does not count (names of constraints and indexes, owners,
 * positions, storage) is not read at all.
 *
 * Each query returns: kind, object, owner, definition (jsonb), expression
 * (pg_node_tree as text, or NULL), relation (oid that the expression refers to,
 * or whose contents the fact is about), the role that owns the object, where there
 * is an expression but no relation, and the relation or function whose catalog
 * rows the fact was read from (objects.h), or 0.
 *
 * $1 is the participant's oid, or 0; $2 are the relations and functions that are
 * asked for, with 0 among them for whatever belongs to neither.
 */
#ifndef LAB_FACTS_QUERIES_H
#define LAB_FACTS_QUERIES_H

extern const char lab_facts_schemas[];
extern const char lab_facts_types[];
extern const char lab_facts_domains[];
extern const char lab_facts_tables[];
extern const char lab_facts_columns[];
extern const char lab_facts_column_values[];
extern const char lab_facts_keys[];
extern const char lab_facts_constraints[];
extern const char lab_facts_indexes[];
extern const char lab_facts_views[];
extern const char lab_facts_sequences[];
extern const char lab_facts_rows[];
extern const char lab_facts_routines[];
extern const char lab_facts_argument_defaults[];
extern const char lab_facts_triggers[];
extern const char lab_facts_rules[];
extern const char lab_facts_policies[];
extern const char lab_facts_grants[];
extern const char lab_facts_default_privileges[];
extern const char lab_facts_comments[];
extern const char lab_facts_parameters[];
extern const char lab_facts_statistics[];
extern const char lab_facts_foreign[];
extern const char lab_facts_operators[];
extern const char lab_facts_searches[];
extern const char lab_facts_others[];
extern const char lab_facts_behaviours[];

typedef struct LabFactQuery
{
	const char *text;
	bool of_objects; /* some of its facts belong to a relation or function */
} LabFactQuery;

/* All of them, in the order in which tasks are told to people. */
extern const LabFactQuery lab_fact_queries[];
extern const int lab_fact_query_count;

#endif /* LAB_FACTS_QUERIES_H */
