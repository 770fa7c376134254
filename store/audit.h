/* The audit log: append-only, chained. A row of AUDIT is link (32) ‖ digest (32) ‖ record, where digest =
   BLAKE2b-256(record) and link = BLAKE2b-256(previous link ‖ digest), before the first 32 zeros; a purged record
   leaves link and digest, so the chain still verifies. Seq starts at 1 without gaps. Only the writer appends: it
   gives seq, time and the peer's uid. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/events.h"
#include "store/kinds.h"
#include "store/store.h"

/* clang-format off */
#define KIND_AUDIT_RECORD(X) \
	X(1,  U64,  seq, 1) \
	X(2,  I64,  time, 1) \
	X(3,  STR,  event, 1)           /* code of events.h */ \
	X(4,  BOOL, failed, 1) \
	X(5,  STR,  cause, 1)           /* code: "" or why it failed (audit_cause_label) */ \
	X(6,  UUID, person, 1)          /* the actor's entry; none: unknown or a program */ \
	X(7,  STR,  number, 1)          /* the actor's number */ \
	X(8,  STR,  role, 1) \
	X(9,  STR,  caf, 1)             /* the Caf it belongs to; "" : none or several */ \
	X(10, STR,  provider, 1)        /* provider's id */ \
	X(11, STR,  object_kind, 1)     /* establishment, person, log, … */ \
	X(12, STR,  object_id, 1)       /* establishment's id, person's number, … */ \
	X(13, UUID, establishment, 1) \
	X(14, STR,  session, 1)         /* first 16 hex digits of the session's digest */ \
	X(15, STR,  address, 1) \
	X(16, STR,  user_agent, 1)      /* ≤ 200 characters */ \
	X(17, STRS, details, 1)         /* "name=value": what changed, never the text */ \
	X(18, STR,  changeset, 1)       /* id */ \
	X(19, U64,  peer_uid, 1) \
	X(20, STR,  method, 1) \
	X(21, STR,  path, 1)            /* of a refusal: the route's pattern */ \
	X(22, STR,  actor_caf, 1)       /* of a refusal about another Caf's affairs: the actor's, whose auditor sees it too */
/* clang-format on */

KIND_DECLARE(audit_record, KIND_AUDIT_RECORD)

/* AUDIT_TAG_time, …: for who walks a record in place. */
enum {
#define X(tag, type, name, count) AUDIT_TAG_##name = tag,
	KIND_AUDIT_RECORD(X)
#undef X
};

const char *event_code(enum event ev);
/* French label of a code; the code itself when unknown. */
const char *event_label(const char *code);
enum event_class event_class_of(const char *code);
/* EVENT__MAX when unknown. */
enum event event_of(const char *code);

/* A query: what is NULL, none or 0 does not restrict. */
struct audit_query {
	int64_t from, until; /* time in [from, until); 0: open */
	const struct uuid *person;
	const char *number; /* actor's number, exact */
	const struct uuid *establishment;
	const char *provider;
	const char *caf;
	const char *address;
	const char *event;
	const enum event *events; /* one of these */
	size_t events_n;
	int event_class; /* -1: both */
	int failed;      /* -1: both, 0, 1 */
	uint64_t before; /* seq below this only; 0: from the newest */
	size_t limit;
};

struct audit_page {
	struct audit_record *v; /* newest first */
	size_t n;
	bool more;
	uint64_t next; /* `before` of the next page when there is more */
};

/* Walks the most selective index, newest first. At most 200 000 rows are looked at (then more is true, and the page may
   hold fewer than limit). Seq is the order; time may have stepped back, and the search knows by how much at most. */
MUST_USE enum err audit_find(struct txn *t, struct arena *a, const struct audit_query *q, struct audit_page *out);

/* How many match, at most up_to; and how many of these failed. */
MUST_USE enum err audit_count(struct txn *t, const struct audit_query *q, size_t up_to, size_t *n, size_t *failures);

/* Records whose retention is over, oldest first: connections before one time, acts before the other (ms). Looks at
   10 000 rows from seq *from on (0: the first) and finds at most AUDIT_PURGE_MAX; *from is then where to go on, 0
   at the end. For changeset_purge. */
MUST_USE enum err audit_expired(struct txn *t, struct arena *a, int64_t connections_before, int64_t acts_before,
				uint64_t *from, uint64_t **seqs, size_t *n);

/* What a seal signs: seq u64, link 32, time i64, big endian. */
#define AUDIT_SEAL_BYTES 48
void audit_seal_message(uint64_t seq, const uint8_t link[32], int64_t time, uint8_t out[AUDIT_SEAL_BYTES]);

/* No record is purged before it is this old (the floor of the settings). The record of a purge names the seqs in a
   detail that the writer alone writes, and is itself kept for ever: content missing without such a record was
   taken away. */
#define AUDIT_RETENTION_FLOOR_DAYS 180
#define AUDIT_PURGED "purged=" /* then "1-950,953": ascending */
#define AUDIT_PURGE_MAX 1000   /* records in one changeset */

/* The chain, walked from the first row; every seal checked against its row and its key. Renews its transaction every
   10 000 rows. Nothing in a damaged row makes it fail: it is the verdict. */
struct audit_verdict {
	bool whole;
	uint64_t first;                /* seq of the first row walked */
	uint64_t records;              /* walked */
	uint64_t bad_seq;              /* of the first bad record */
	const char *reason;            /* English */
	uint64_t seals;                /* that matched */
	uint64_t purged;               /* records of which only link and digest are left */
	uint64_t sealed;               /* seq of the last seal; 0: none */
	int64_t first_time, last_time; /* of the records walked whose content is there */
	uint8_t link[32];              /* of the last record */
	uint8_t public_key[32];        /* of the last seal: compare with the key the clerk has */
	uint64_t keys;                 /* distinct public keys met one after the other */
};

MUST_USE enum err audit_verify(struct arena *a, struct store *st, struct audit_verdict *out);

/* The last rows only, for who may not take long: from the oldest seal among the last `rows` of them to the end, or from the
   first row when there are no more. The whole is out of its sight: verdict.first says from where it looked. */
MUST_USE enum err audit_verify_end(struct arena *a, struct store *st, size_t rows, struct audit_verdict *out);

/* The whole chain, 10 000 rows a step; a is to live as long as the walk. The verdict is one once ended is true. */
struct audit_walk;
struct audit_walk *audit_walk_new(struct arena *a, struct store *st);
MUST_USE enum err audit_walk_step(struct audit_walk *w, bool *ended);
const struct audit_verdict *audit_walk_verdict(const struct audit_walk *w);

/* The same as audit_verify in a child process that opens the store itself, so that a data file damaged below its rows (LMDB has no page
   checksums and may then crash) ends as a verdict too. Must be called before the store is opened in this process. */
MUST_USE enum err audit_verify_place(struct arena *a, const struct store_place *place, struct audit_verdict *out,
				     const char **why);

/* The newest row: seq 0 when there is none. */
MUST_USE enum err audit_tip(struct txn *t, uint64_t *seq, uint8_t link[32]);

/* Link and digest stored at a seq; ERR_NOTFOUND. For seals and export. */
MUST_USE enum err audit_link(struct txn *t, uint64_t seq, uint8_t link[32], uint8_t digest[32]);

/* One record by seq; ERR_NOTFOUND, ERR_GONE when purged. */
MUST_USE enum err audit_get(struct txn *t, struct arena *a, uint64_t seq, struct audit_record *out);

#endif
