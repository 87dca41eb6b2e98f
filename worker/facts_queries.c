/*
 * facts_queries.c
 *		The queries that read facts from the catalogs, in their order.
 */
#include "postgres.h"

#include "worker/facts_queries.h"

const char *const lab_fact_queries[] = {
	lab_facts_schemas,
	lab_facts_types,
	lab_facts_domains,
	lab_facts_tables,
	lab_facts_columns,
	lab_facts_column_values,
	lab_facts_keys,
	lab_facts_constraints,
	lab_facts_indexes,
	lab_facts_views,
	lab_facts_sequences,
	lab_facts_rows,
	lab_facts_routines,
	lab_facts_argument_defaults,
	lab_facts_triggers,
	lab_facts_rules,
	lab_facts_policies,
	lab_facts_grants,
	lab_facts_default_privileges,
	lab_facts_comments,
	lab_facts_parameters,
	lab_facts_statistics,
	lab_facts_foreign,
	lab_facts_operators,
	lab_facts_searches,
	lab_facts_others,
	lab_facts_behaviours,
};
const int lab_fact_query_count = lengthof(lab_fact_queries);
