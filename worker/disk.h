/*
 * disk.h
 *		How much room a participant's database takes.
 */
#ifndef LAB_DISK_H
#define LAB_DISK_H

/*
 * Measures the current database, where its lab has a disk limit and it can have
 * changed much since the last time, and tells its gate.
 */
extern void lab_disk_measure(void);

#endif /* LAB_DISK_H */
