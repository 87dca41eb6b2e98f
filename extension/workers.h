/*
 * workers.h
 *		Registration of the static background workers.
 */
#ifndef LAB_WORKERS_H
#define LAB_WORKERS_H

extern void lab_workers_init(void);

#endif /* LAB_WORKERS_H */
