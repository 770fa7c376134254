/* Inside store/ only: an LMDB environment with its tables, for reading (store.c) and for writing (writer.c). */
#ifndef STORE_ENV_H
#define STORE_ENV_H

#include "store/store.h"

#include <lmdb.h>

#define ENV_READERS 512
#define ENV_KEY_MAX 511u
#define ENV_NO_TABLE ((MDB_dbi)-1) /* the file was made before the table existed: it reads as empty */
#define RECORD_FORMAT 1
#define RECORD_HEADER 9u /* format u8, revision u64 */

struct writer;
struct changeset;

struct env {
	MDB_env *mdb;
	MDB_dbi dbi[TABLE__MAX];
	MDB_txn *idle; /* a reset read transaction, to be renewed */
	bool locked;   /* has a reader table: not a copy */
};

struct store {
	struct env part[2];
	const char *writer; /* socket; NULL: read only */
	int fd;             /* the connection kept to it, or -1 */
	/* inside the writer's own process: instead of the socket */
	enum err (*commit)(struct writer *w, struct changeset *cs, uint64_t *rev);
	struct writer *commits;
};

/* LMDB's code, or an errno, as ours. */
enum err env_err(int rc);

/* RLIMIT_AS leaves room for the maps. */
bool env_address_space_suffices(uint64_t bytes);

/* Opens path (a folder, or a file with MDB_NOSUBDIR in flags); map_bytes 0: the size the file was made with. */
MUST_USE int env_open(struct env *env, const char *path, unsigned flags, uint64_t map_bytes);
/* The tables of a part, in an open transaction; with MDB_CREATE those that lack are made. */
MUST_USE int env_tables(struct env *env, MDB_txn *txn, enum store_part part, unsigned flags);
void env_close(struct env *env);

/* Live processes in the reader table, but this one. */
size_t env_readers(struct env *env);
/* This process is in the reader table. */
bool env_holds_slot(struct env *env);

/* A write transaction as struct txn, so that the reading functions serve both; txn_end aborts what was not
   committed. */
struct txn txn_write(struct store *st, enum store_part part);
MUST_USE enum err txn_commit(struct txn *t);

MDB_dbi txn_dbi(const struct txn *t, enum table table);

/* Keeps the first failure in t->err; answers t->err. */
enum err txn_failed(struct txn *t, int rc);

/* A u64 of META or PUBLIC_META; 0 when it is not there. */
uint64_t txn_counter(struct txn *t, enum table table, const char *name);

static inline MDB_val val_of(struct bytes b)
{
	return (MDB_val){ b.n, (void *)(uintptr_t)b.p };
}

static inline struct bytes bytes_of_val(MDB_val v)
{
	return (struct bytes){ v.mv_data, v.mv_size };
}

#endif
