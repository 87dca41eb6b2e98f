/*
 * functions.h
 *		What the lab master's functions have in common.
 */
#ifndef LAB_FUNCTIONS_H
#define LAB_FUNCTIONS_H

/*
 * Raises ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE unless this is the control
 * database of a server that has loaded the library.
 */
extern void lab_require_control_database(void);

#endif /* LAB_FUNCTIONS_H */
