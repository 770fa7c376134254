/* Inside clerk/: how far the directory's log was read. The mark is a time of the directory's own clock: that of the newest
   operation met, less a margin, since an operation may show in the log a little after its end. What ended since the mark is
   read again each time, and told apart by who it is.
   Stored: mark u64 (ms), 1 u8, then each one copied since: id u64, seconds after the mark u32. */
#ifndef CLERK_SEEN_H
#define CLERK_SEEN_H

#include "base/arena.h"

#define SEEN_MARGIN_MS (30 * SECOND_MS)

enum seen_state { SEEN_WAITS, SEEN_LEFT, SEEN_COPIED };

struct seen_entry {
	uint64_t id;
	int64_t end;   /* the directory's clock, whole seconds */
	int64_t since; /* met at, by ours */
	enum seen_state state;
};

struct seen {
	struct arena *arena; /* NULL: not open */
	struct seen_entry *v;
	size_t n, room;
	int64_t mark;   /* whole seconds */
	int64_t newest; /* end met */
};

/* What is stored, or, of nothing stored, from that time on. */
MUST_USE enum err seen_open(struct seen *s, struct bytes stored, int64_t from);
void seen_close(struct seen *s);

/* The entry of that id; met for the first time, it waits. Lives until the next call. */
struct seen_entry *seen_meet(struct seen *s, uint64_t id, int64_t end, int64_t now);

/* Moves the mark and forgets what ended before it: never past one that waits, nor past now. */
void seen_forward(struct seen *s, int64_t now);
struct bytes seen_stored(const struct seen *s, struct arena *a);

#endif
