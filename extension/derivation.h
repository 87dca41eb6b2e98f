/*
 * derivation.h
 *		The checks of a lab, from its reference.
 */
#ifndef LAB_DERIVATION_H
#define LAB_DERIVATION_H

#include "extension/spec.h"

/* The lab master's databases; InvalidOid where the spec names none. */
typedef struct LabSources
{
	Oid reference;
	Oid starter;
	Oid hidden;
	TimestampTz clock; /* what now() gives in them; 0: the real time */
} LabSources;

/*
 * The facts of the reference (LabFact *), with the lab master's own checks and what
 * its views give on the hidden data.  Raises an error when the reference changes
 * meanwhile, or when one of the lab master's own checks fails there.  At the same
 * clock an unchanged reference has the same facts.
 */
extern List *lab_derive_facts(const LabSpec *spec, const LabSources *sources);

/* The ids (list of int) of those of these checks that the starter satisfies already. */
extern List *lab_derive_kept(const LabSpec *spec, const LabSources *sources, List *checks);

/*
 * Derives and records the checks of a lab that is recorded already, shares out
 * its points, and returns the checks (LabCheck *).
 */
extern List *lab_derive_checks(int32 lab, const LabSpec *spec, const LabSources *sources);

/* What the reference itself says to its checks: a list of LabVerdict *. */
extern List *lab_derive_try(const LabSpec *spec, const LabSources *sources, List *checks);

#endif /* LAB_DERIVATION_H */
