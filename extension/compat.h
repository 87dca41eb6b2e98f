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

#endif /* LAB_COMPAT_H */
