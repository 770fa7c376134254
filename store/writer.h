/* The writer's side: the only code that opens LMDB for writing. habilis-writer is its main; tests link it too. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/changeset.h"

struct writer;

struct writer_options {
	const char *dir;    /* creates dir/store and dir/public when missing */
	const char *socket; /* listened on by writer_serve; NULL in unit tests */
	uint64_t map_bytes;
	uint64_t min_free_bytes; /* acts are refused below */
	bool test_clock;         /* take the changesets' own times; a clock that steps back is not recorded */
	int64_t audit_connections_days, audit_acts_days; /* younger records are not purged (floor 180) */
	int64_t sealer;            /* uid that may seal with another key than the last; -1: nobody */
	void (*ready)(void *user); /* called by writer_serve when all is open, before it serves; NULL: nothing */
	void *user;
};

struct settings;
struct writer_options writer_options_of(struct arena *a, const struct settings *s);

/* The lock file dir/writer.lock, which one writer holds: its descriptor, to be closed. ERR_UNAVAILABLE: somebody
   has it. */
MUST_USE enum err store_writer_lock(struct arena *a, const char *dir, int *out, const char **why);

/* Opens both environments for writing under that lock. Applies what public still lacks; a public newer than the
   store, which was restored, is emptied: it then has no PUBLIC_COMMUNE until it is published again. Checks
   readers. The writer lives in a. *why in English on failure. */
MUST_USE enum err writer_open(struct arena *a, const struct writer_options *o, struct writer **out, const char **why);
void writer_close(struct writer *w);

struct writer_result {
	enum err err; /* ERR_OK, ERR_CONFLICT, ERR_FULL, ERR_INTERNAL */
	uint64_t rev;
	const char *key; /* of a conflict: "TABLE hexkey" */
};

/* One batch, one commit: applies those whose preconditions hold, in order. results[i] answers sets[i]. An error of
   the whole is every result's too: ERR_FULL, nothing was written; any other, the state on disk is not known and
   the process must end (the next one finds out, and clients ask again). */
MUST_USE enum err writer_apply(struct writer *w, struct arena *a, struct changeset *const *sets,
			       const uint64_t *peer_uids, size_t n, struct writer_result *results);

/* The writer's own store, for reading and (without socket) for changeset_commit inside its process: tests,
   restore. LMDB allows no second environment on the same folder in one process. */
struct store *writer_store(struct writer *w);

/* Public could not take the last commits (they stay in OUTBOUND and are tried again at each batch and each tick). */
bool writer_public_lags(const struct writer *w);
/* Rows of OUTBOUND that were damaged and passed over: public must be published again. */
uint64_t writer_skipped(const struct writer *w);
void writer_tick(struct writer *w);

/* Listens and serves until SIGTERM or SIGINT. Tells its supervisor when it is ready, and each second that it
   lives (NOTIFY_SOCKET, as systemd has it). */
MUST_USE enum err writer_serve(struct writer *w, const char **why);

/* Replaces the store by the file a backup made and empties public; refuses while another writer holds the lock or
   a reader lives. The log gets a record of it. */
MUST_USE enum err writer_restore(struct arena *a, const struct writer_options *o, const char *file, const char **why);

/* A compact copy of the main environment into a new file (mdb_env_copy2). */
MUST_USE enum err store_backup(struct store *st, const char *file, const char **why);

#endif
