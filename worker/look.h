/*
 * look.h
 *		One look at a participant's database: what passes now.
 */
#ifndef LAB_LOOK_H
#define LAB_LOOK_H

#include "extension/fact.h"

/*
 * Judges the checks of the job and sends a verdict for each that differs from the
 * last look's (at the first look: for each).  What cannot have changed since is
 * not judged again.  Returns whether some check could not be judged (a lock, a
 * timeout): that can be another time without anything being committed.
 */
extern bool lab_look(const LabJob *job);

#endif /* LAB_LOOK_H */
