/*
 * gate.h
 *		Whom the server lets in, and what a participant's session may do.
 */
#ifndef LAB_GATE_H
#define LAB_GATE_H

#include "extension/shmem.h"

typedef enum LabGateMode
{
	LAB_GATE_OPEN,
	LAB_GATE_CLOSED, /* before or after the lab's time: read, not write */
	LAB_GATE_FULL    /* over the disk limit: read and remove, not add */
} LabGateMode;

/* The gate of this session, or NULL: it is not a participant's in their own database. */
extern LabGate *lab_gate_mine(void);

/* What the gate lets through now. */
extern LabGateMode lab_gate_mode(LabGate *gate);

/* Why the gate is not open, as a sentence.  Takes no lock: error hooks call it. */
extern char *lab_gate_reason(LabGate *gate, LabGateMode mode);

/* From now on this process gets an error instead of more memory; 0: no limit. */
extern void lab_limit_memory(int megabytes);

extern void lab_gate_init(void);
extern void lab_writes_init(void);
extern void lab_limits_init(void);
extern void lab_confine_init(void);

#endif /* LAB_GATE_H */
