/*
 * facts_queries.c
 *		The queries that read facts from the catalogs, in their order.
 */
#include "postgres.h"

#include "worker/facts_queries.h"

const LabFactQuery lab_fact_queries[] = {
	{lab_facts_schemas, false},
	{lab_facts_types, false},
	{lab_facts_domains, false},
	{lab_facts_tables, true},
	{lab_facts_columns, true},
	{lab_facts_column_values, true},
	{lab_facts_keys, true},
	{lab_facts_constraints, true},
	{lab_facts_indexes, true},
	{lab_facts_views, true},
	{lab_facts_sequences, true},
	{lab_facts_rows, true},
	{lab_facts_routines, true},
	{lab_facts_argument_defaults, true},
	{lab_facts_triggers, true},
	{lab_facts_rules, true},
	{lab_facts_policies, true},
	{lab_facts_grants, true},
	{lab_facts_default_privileges, false},
	{lab_facts_comments, true},
	{lab_facts_parameters, true},
	{lab_facts_statistics, true},
	{lab_facts_foreign, false},
	{lab_facts_operators, false},
	{lab_facts_searches, false},
	{lab_facts_others, false},
	{lab_facts_behaviours, true},
};
const int lab_fact_query_count = lengthof(lab_fact_queries);
