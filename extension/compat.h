/*
 * compat.h
 *		Every difference between server versions, and nothing else.
 */
#ifndef LAB_COMPAT_H
#define LAB_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "labcreator needs PostgreSQL 15 or newer"
#endif

#endif /* LAB_COMPAT_H */
