/*
 * removal.h
 *		DROP EXTENSION labcreator, and what it leaves.
 */
#ifndef LAB_REMOVAL_H
#define LAB_REMOVAL_H

extern void lab_removal_init(void);

#endif /* LAB_REMOVAL_H */
