/* Inside store/ only: rows of the log. */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "store/env.h"
#include "store/ops.h"

/* No time of ours, in ms, comes near; sums of two cannot overflow. */
#define LOG_TIME_MAX ((int64_t)1 << 50)

/* META "audit". */
struct log_tip {
	uint64_t seq;
	uint8_t link[32];
	int64_t time;
	int64_t highest; /* time ever stamped */
	int64_t back;    /* the largest (highest so far − time): how far the order of time and of seq may differ */
};

/* A row in place. */
struct log_row {
	uint64_t seq;
	const uint8_t *link;
	const uint8_t *digest;
	struct bytes record; /* none: purged */
};

/* ERR_CORRUPT unless the key is a seq and the value has at least link and digest. */
MUST_USE enum err log_row_of(struct bytes key, struct bytes value, struct log_row *out);

/* ERR_NOTFOUND; does not stick. */
MUST_USE enum err log_row_get(struct txn *t, uint64_t seq, struct log_row *out);

/* What stands first in a record, read in place; false when it is damaged. */
struct log_head {
	uint64_t seq;
	int64_t time;
	struct bytes event;
};
bool log_head_of(struct bytes record, struct log_head *out);

/* Zeros on an empty log. ERR_CORRUPT. */
MUST_USE enum err log_tip_get(struct txn *t, struct log_tip *out);

void log_link(const uint8_t previous[32], struct bytes digest, uint8_t out[32]);

static inline void put_u64(uint8_t out[8], uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* It is the record of a purge. */
bool log_is_purge(const struct audit_record *r);

/* The index tables and the key a record has in each; an empty key: not in that index. */
#define LOG_INDEXES 7
struct log_key {
	enum table table;
	struct bytes key;
};
void log_keys(const struct audit_record *r, struct log_key out[LOG_INDEXES]);

#endif
