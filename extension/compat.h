/*
 * compat.h
 *		Every difference between server versions, and nothing else.
 */
#ifndef LAB_COMPAT_H
#define LAB_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "labcreator needs PostgreSQL 15 or newer"
#endif

#if PG_VERSION_NUM >= 160000
#define lab_make_range(type, lower, upper, empty) make_range(type, lower, upper, empty, NULL)
#else
#define lab_make_range(type, lower, upper, empty) make_range(type, lower, upper, empty)
#endif

#endif /* LAB_COMPAT_H */
