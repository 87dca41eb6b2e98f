/*
 * compat.h
 *		Every difference between server versions, and nothing else.
 */
#ifndef LAB_COMPAT_H
#define LAB_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "labcreator needs PostgreSQL 15 or newer"
#endif

/* ExecutorRun lost an argument. */
#if PG_VERSION_NUM >= 180000
#define LAB_EXECUTOR_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count
#define LAB_EXECUTOR_RUN_ARGUMENTS query, direction, count
#else
#define LAB_EXECUTOR_RUN_PARAMETERS                                                                \
	QueryDesc *query, ScanDirection direction, uint64 count, bool once
#define LAB_EXECUTOR_RUN_ARGUMENTS query, direction, count, once
#endif

#if PG_VERSION_NUM >= 160000
#define lab_make_range(type, lower, upper, empty) make_range(type, lower, upper, empty, NULL)
#else
#define lab_make_range(type, lower, upper, empty) make_range(type, lower, upper, empty)
#endif

/* 16 keeps what a query may read beside its tables. */
#if PG_VERSION_NUM >= 160000
#define LAB_FORGET_PERMISSIONS(entry) ((entry)->perminfoindex = 0)
#else
#define LAB_FORGET_PERMISSIONS(entry) ((entry)->requiredPerms = 0)
#endif

/* 18 refers to what is grouped by through an entry of its own. */
#if PG_VERSION_NUM >= 180000
#define LAB_IS_GROUP_RTE(entry) ((entry)->rtekind == RTE_GROUP)
#define LAB_GROUP_EXPRESSIONS(entry) ((entry)->groupexprs)
#else
#define LAB_IS_GROUP_RTE(entry) false
#define LAB_GROUP_EXPRESSIONS(entry) NIL
#endif

/* Newer timeouts that workers switch off: entries of a table of settings and values. */
#if PG_VERSION_NUM >= 170000
#define LAB_COMPAT_TIMEOUTS {"transaction_timeout", "0"},
#else
#define LAB_COMPAT_TIMEOUTS
#endif

/* A field of a database's statistics: 16 took the prefix away. */
#if PG_VERSION_NUM >= 160000
#define LAB_STAT(statistics, field) ((statistics)->field)
#else
#define LAB_STAT(statistics, field) ((statistics)->n_##field)
#endif

/* Before a declaration, as 18 has it. */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

#endif /* LAB_COMPAT_H */
