/*
 * digest.h
 *		128 bits of a value, equal where its type says that two values are.
 */
#ifndef LAB_DIGEST_H
#define LAB_DIGEST_H

#include "nodes/pg_list.h"

typedef struct LabDigest
{
	uint64 high;
	uint64 low;
} LabDigest;

extern LabDigest lab_digest_null(void);
extern LabDigest lab_digest_bytes(const void *bytes, Size length);
extern LabDigest lab_digest_value(Datum value, Oid type, Oid collation);

/*
 * A participant stands for the reference's owner: words that are one of these names (of char *)
 * count as one in texts.  NIL: none.
 */
extern void lab_digest_set_names(List *names);

/* Was there such a word since then? */
extern bool lab_digest_names_seen(void);

/* For digests that were made before: whether there was is told, and forgotten; or known. */
extern bool lab_digest_take_names_seen(void);
extern void lab_digest_note_names_seen(void);

/* Another number for other names. */
extern uint64 lab_digest_names_sum(void);

/* In order: combine(a, b) differs from combine(b, a). */
extern LabDigest lab_digest_combine(LabDigest a, LabDigest b);

/* Makes sums of sums hard to balance. */
extern LabDigest lab_digest_mix(LabDigest digest);

/* In any order. */
static inline void
lab_digest_add(LabDigest *sum, LabDigest digest)
{
	sum->high += digest.high;
	sum->low += digest.low;
}

#endif /* LAB_DIGEST_H */
