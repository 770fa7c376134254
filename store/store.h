/* Reading LMDB: an environment, transactions that end by themselves, records that live as long as their transaction.
   Fully synchronous; never MDB_WRITEMAP, NOSYNC, NOMETASYNC, MAPASYNC. Only habilis-writer writes (writer.h). */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "store/tables.h"

struct store;

/* Where it is and how to reach the writer. */
struct store_place {
	const char *dir;    /* holds store/ and public/ */
	const char *writer; /* the writer's unix socket; NULL: read only */
	uint64_t map_bytes; /* 0: as the file was made */
	bool read_ahead;    /* for who walks it whole (verify, export); workers leave it off */
};

struct settings;
/* Of the settings: [store] dir and map, the writer's socket "writer.sock" in [run] dir. */
struct store_place store_place_of(struct arena *a, const struct settings *s);

/* Opens the asked environments for reading (bit 1 << STORE_MAIN, 1 << STORE_PUBLIC); after fork, once per process.
   A folder that holds data.mdb itself, or the file of a backup, is opened as STORE_MAIN; without lock.mdb beside
   it (a copy) without locks. Checks that a reader slot is held. st lives in a. *why in English on failure:
   ERR_NOTFOUND (no environment yet), ERR_UNAVAILABLE, ERR_CORRUPT (schema newer). */
MUST_USE enum err store_open(struct arena *a, const struct store_place *place, unsigned parts, struct store **out,
			     const char **why);
void store_close(struct store *st);

/* A read transaction. Its first failure sticks in err: begin may fail, later calls answer it; the caller looks once.
   Ended by AUTO_TXN; never held while waiting for LDAP, SMTP, the writer or a client. */
struct txn {
	struct store *st;
	enum store_part part;
	void *mdb;
	enum err err;
	bool write; /* the writer's own */
};

struct txn txn_read(struct store *st, enum store_part part);
void txn_end(struct txn *t);
#define AUTO_TXN AUTO(txn_end)

/* A stored value: its payload and the revision that wrote it. Dies with its transaction. */
struct record {
	struct bytes payload;
	uint64_t rev;
};

/* ERR_NOTFOUND, or the transaction's own error. */
MUST_USE enum err txn_get(struct txn *t, enum table table, struct bytes key, struct record *out);

/* All records whose key starts with prefix (empty: all), rising or falling. A falling scan starts at the last one.
     AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_X, prefix);
     while (scan_next(&s)) … s.key … s.record …
   Failure ends the loop and sticks in t->err. */
struct scan {
	struct txn *t;
	void *mdb;
	enum table table;
	struct bytes prefix;
	bool back;
	bool started;
	struct bytes from; /* scan_from: where to start, inside the prefix */
	struct bytes key;
	struct record record;
};

struct scan scan_prefix(struct txn *t, enum table table, struct bytes prefix);
struct scan scan_prefix_back(struct txn *t, enum table table, struct bytes prefix);
/* Starts at the first key ≥ from (back: the last key ≤ from). */
struct scan scan_from(struct txn *t, enum table table, struct bytes prefix, struct bytes from, bool back);
bool scan_next(struct scan *s);
void scan_end(struct scan *s);
#define AUTO_SCAN AUTO(scan_end)

/* Entries of a TABLE_VALUES table. */
uint64_t txn_count(struct txn *t, enum table table);

/* The revision of the last changeset applied to this part. */
uint64_t txn_revision(struct txn *t);

/* Frees reader slots of dead processes; the clerk calls it every 10 s, every start once. */
void store_check_readers(struct store *st);

/* How much of its map a part has taken, in percent: at a hundred every change is refused (ERR_FULL). 0: it is not open. */
int store_percent(struct store *st, enum store_part part);

/* Keys: pieces in order, in the arena; key_bytes points to p itself. Over 511 bytes is a fault of ours (aborts):
   bound ids before, or digest them. */
struct bytes key_text(struct arena *a, const char *s);
struct bytes key_u64(struct arena *a, uint64_t v);
struct bytes key_join(struct arena *a, struct bytes first, struct bytes second);
struct bytes key_bytes(const void *p, size_t n);

#endif
