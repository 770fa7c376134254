/* A changeset: everything one act changes, in one transaction, with its audit record. Built in an arena, sent to
   habilis-writer, which checks the preconditions, applies all or nothing, numbers and chains, and answers. */
#ifndef STORE_CHANGESET_H
#define STORE_CHANGESET_H

#include "store/audit.h"
#include "store/store.h"

#define REV_ABSENT ((uint64_t)0) /* the key must not exist */
#define CHANGESET_BYTES_MAX (16u << 20)
#define CHANGESET_OPS_MAX 65536u
#define CHANGESET_ID_SIZE 16

struct changeset;

/* A new one with an id nobody guesses: 48 bits of time, so that the table of applied ids grows at its end, and 80
   random ones. What is added is copied into the arena. A fault of the caller (a table that is the writer's own, an
   empty or too long key, too many operations) sticks and is changeset_commit's answer. */
struct changeset *changeset_new(struct arena *a);

/* Its id as 32 hexadecimal digits; and one with a given id (a form sent again after ERR_UNKNOWN: field « reprise »). */
const char *changeset_id(struct arena *a, const struct changeset *cs);
MUST_USE enum err changeset_set_id(struct changeset *cs, const char *hex);

/* Preconditions: the key's record has that revision, or is absent (REV_ABSENT). What an act read and relied on is
   one. */
void changeset_expect(struct changeset *cs, enum table table, struct bytes key, uint64_t rev);

void changeset_put(struct changeset *cs, enum table table, struct bytes key, struct bytes payload);
void changeset_delete(struct changeset *cs, enum table table, struct bytes key);

/* Puts under the table's next sequence number (JOB, MAIL; key = u64, never given twice). */
void changeset_append(struct changeset *cs, enum table table, struct bytes payload);

/* Operations for the public environment (tables of STORE_PUBLIC), applied after the commit and before the answer. */
void changeset_publish(struct changeset *cs, enum table table, struct bytes key, struct bytes payload);
void changeset_unpublish(struct changeset *cs, enum table table, struct bytes key);

/* The audit record of the act. Seq, time, link and the peer's uid are the writer's; the user agent is cut at 200
   characters. Several are allowed (the clerk's copy of the directory's log). Without any, only the tables of
   table_is_silent may be written (and temporary passwords deleted): anything else is ERR_INTERNAL. */
void changeset_audit(struct changeset *cs, const struct audit_record *record);

/* Adds all that part holds, which must live in the same arena; a fault that stuck in it sticks. So an act of many parts leaves out the
   one that failed half-way. */
void changeset_join(struct changeset *cs, const struct changeset *part);

/* Takes the content of an audit record away once its time of retention is over (link and digest stay, so the chain
   still verifies). The writer knows the settings and refuses one that is younger; one purged before is passed
   over. */
void changeset_purge(struct changeset *cs, uint64_t seq);

/* With test_clock = yes only: the time the writer stamps. */
void changeset_at(struct changeset *cs, int64_t time_ms);

/* Sends and waits (2 s, then asks again with the same id up to 8 s in all).
   ERR_OK: written, *rev (may be NULL) is its revision. ERR_CONFLICT: a precondition failed. ERR_UNAVAILABLE: the writer
   is away or has no room; nothing was done. ERR_UNKNOWN: no answer in time. ERR_TOOLARGE, ERR_INTERNAL: refused. */
MUST_USE enum err changeset_commit(struct store *st, struct changeset *cs, uint64_t *rev);

/* After ERR_CONFLICT: the key whose precondition failed, "TABLE hexkey"; else NULL. */
const char *changeset_conflict(const struct changeset *cs);

/* Wire form, bounded and fuzzed; layout in changeset_wire.c. The decoded one points into `in`. ERR_MALFORMED,
   ERR_TOOLARGE. */
struct bytes changeset_encode(struct arena *a, const struct changeset *cs);
MUST_USE enum err changeset_decode(struct arena *a, struct bytes in, struct changeset **out);

#endif
