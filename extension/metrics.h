/*
 * metrics.h
 *		What only shared memory knows of labcreator's own work.
 */
#ifndef LAB_METRICS_H
#define LAB_METRICS_H

#include "extension/clock.h"

#define LAB_TIMINGS 512 /* evaluations whose time is remembered */

/* The coordinator: an evaluation of this lab that began then is over now. */
extern void lab_metrics_note(int32 lab, LabTime started);

#endif /* LAB_METRICS_H */
