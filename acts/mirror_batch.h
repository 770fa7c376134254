/* Inside mirror*.c: changes of the mirror gathered into changesets of bounded size, and what they entail. */
#ifndef ACTS_MIRROR_BATCH_H
#define ACTS_MIRROR_BATCH_H

#include "acts/mirror_record.h"

/* One poll's work. arena outlives the batches. */
struct batch {
	struct app *app;
	struct arena *arena;
	bool force;           /* compare nothing, write everything */
	bool first;           /* the whole register is read: every establishment is touched anyhow */
	struct uuids touched; /* establishments to publish again */
	struct uuids reread;  /* entries refint changes behind our back */
	size_t changed;

	/* the changeset being gathered */
	struct arena *work;
	struct changeset *cs;
	struct uuids within;
	struct index_row *puts;
	size_t puts_n, ops, bytes;
};

void mirror_batch_done(struct batch *b);

/* An entry as it is now, or gone. Commits when the changeset is full, or when the entry is in it already. */
MUST_USE enum err mirror_batch_entry(struct batch *b, const struct entry *e);
MUST_USE enum err mirror_batch_gone(struct batch *b, struct uuid uuid);

/* A put or delete of its own in the changeset at hand. */
void mirror_batch_put(struct batch *b, enum table table, struct bytes key, struct bytes value);
void mirror_batch_delete(struct batch *b, enum table table, struct bytes key);
/* An index row that no longer holds; MIRROR_RIGHT keeps what ever was. */
MUST_USE enum err mirror_batch_drop_row(struct batch *b, struct txn *t, const struct index_row *row, struct uuid owner,
					bool gone);

/* Commits what was gathered; nothing when nothing was. */
MUST_USE enum err mirror_batch_flush(struct batch *b);
bool mirror_batch_is_full(const struct batch *b);
struct changeset *mirror_batch_changeset(struct batch *b);

/* Marks in the changeset at hand whose periods the change may begin or end (acts/right_history.h), and settles all that is
   marked, when everything is flushed. */
MUST_USE enum err mirror_history_mark(struct batch *b, struct txn *t, const struct mirrored *old,
				      const struct mirrored *now);
MUST_USE enum err mirror_history_settle(struct batch *b);

/* The same for establishments whose manager changed: what the former one had sent is closed, and it is told, once for all that it
   left, when nothing more came for some seconds. */
MUST_USE enum err mirror_takeover_mark(struct batch *b, struct txn *t, const struct mirrored *old,
				       const struct mirrored *now);
MUST_USE enum err mirror_takeover_settle(struct batch *b);

/* Takes away index rows that no record accounts for. */
MUST_USE enum err mirror_sweep(struct batch *b);

/* Establishments of a manager ('m'), of a Caf ('e'), … through MIRROR_IN. */
MUST_USE enum err mirror_children(struct txn *t, struct arena *a, char kind, const char *parent, struct uuids *out,
				  struct arena *into);

#endif
