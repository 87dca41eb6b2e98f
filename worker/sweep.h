/*
 * sweep.h
 *		Is there anything for the sweep to find in a database?
 */
#ifndef LAB_SWEEP_H
#define LAB_SWEEP_H

#include "worker/watch.h"

/* An evaluation starts: what it does not see is after this. */
extern void lab_sweep_note(LabWatched *watched);

/* Can an evaluation find something that the last one did not, though no event told of it? */
extern bool lab_sweep_worthwhile(const LabWatched *watched);

#endif /* LAB_SWEEP_H */
