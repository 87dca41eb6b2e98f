/*
 * secrecy.h
 *		Statements that carry a password stay out of the server's log.
 */
#ifndef LAB_SECRECY_H
#define LAB_SECRECY_H

#include "fmgr.h"

extern void lab_secrecy_init(void);

/*
 * For a function that takes passwords: raises an error unless it is the whole of
 * a plain SELECT, which is the one form whose text pg_stat_statements keeps
 * without constants; and takes the text out of pg_stat_activity.
 */
extern void lab_secrecy_require(FunctionCallInfo fcinfo);

#endif /* LAB_SECRECY_H */
