/*
 * workers.h
 *		Registration of the static background workers.
 */
#ifndef LAB_WORKERS_H
#define LAB_WORKERS_H

extern void lab_workers_init(void);

/* Evaluators that may linger, beside those at work. */
extern int lab_workers_that_linger(void);

/*
 * Parallel workers of everybody that a participant's session may find running and
 * still start one more.  They come out of max_worker_processes, as labcreator's
 * processes do, and everybody may raise max_parallel_workers for their session.
 */
extern int lab_workers_for_parallel(void);

#endif /* LAB_WORKERS_H */
