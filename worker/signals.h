/*
 * signals.h
 *		Who needs help: looked at again and again while a class is at work.
 */
#ifndef LAB_SIGNALS_H
#define LAB_SIGNALS_H

#include "worker/watch.h"

/*
 * Stores activity and raises and lowers signals, when it is time to.  Returns
 * when it is next; 0: not before something happens.
 */
extern LabTime lab_signals_oversee(void);

/*
 * Results of the participant have changed, in the transaction that runs now:
 * they are told of tasks that are done, where the lab wants it.  Needs SPI.
 */
extern void lab_signals_moved(LabWatched *watched);

#endif /* LAB_SIGNALS_H */
