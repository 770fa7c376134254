/* Inside store/ only: what the writer keeps. */
#ifndef STORE_WRITER_STATE_H
#define STORE_WRITER_STATE_H

#include "store/log.h"
#include "store/writer.h"

struct writer {
	struct writer_options options;
	struct store store;
	int lock;           /* writer.lock, held */
	uint64_t published; /* OUTBOUND rows up to this revision are in public */
	bool public_lags;   /* its last commit failed: tried again at the next batch or tick */
	uint64_t skipped;   /* damaged OUTBOUND rows passed over */
};

/* The running transaction of a batch. What is written to META at its end is kept here until then. */
struct batch {
	struct writer *w;
	struct txn t;
	struct arena *arena;
	int64_t now;
	uint64_t rev;
	uint64_t next_job, next_mail;
	struct log_tip tip;
	bool wrote, publishes;
};

/* Before a transaction that writes: room at the end of the file, so that its commit need not make it longer. */
void writer_stay_ahead(struct writer *w, enum store_part part);

/* Puts a value behind its header. */
enum err batch_put(struct txn *t, enum table table, struct bytes key, uint64_t rev, struct bytes payload);

/* Appends to the log: fills in seq, time, peer and changeset. Failure sticks in b->t.err. */
void log_append(struct batch *b, struct audit_record *r, int64_t time);
/* Takes a row's content and index entries away. */
void log_purge(struct batch *b, uint64_t seq);
/* May its content go? ERR_OK, ERR_GONE (is gone), ERR_DENIED (too young), ERR_NOTFOUND. */
MUST_USE enum err log_may_purge(struct batch *b, uint64_t seq);

/* One changeset in the running batch. Failures of LMDB stick in b->t.err; the rest is the result. */
void batch_apply(struct batch *b, const struct changeset *cs, uint64_t peer_uid, struct writer_result *out);
/* What became of an id: true and *rev when it is in the table of applied ones. */
bool batch_applied(struct txn *t, const struct changeset *cs, uint64_t *rev);

/* Applies the OUTBOUND rows public lacks; what fails leaves public_lags set. */
enum err writer_publish(struct writer *w);
/* Deletes the rows public has, in the batch's transaction. */
void batch_drop_published(struct batch *b);
/* At start: what public lacks is applied; a public newer than the store (restored from a backup) is emptied. */
MUST_USE enum err writer_catch_up(struct writer *w);

#endif
