#include "store/env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err txn_failed(struct txn *t, int rc)
{
	if (!t->err && rc)
		t->err = env_err(rc);
	return t->err;
}

static int begin(struct env *env, MDB_txn **out)
{
	int rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, out);
	int dead;

	if (rc == MDB_READERS_FULL && !mdb_reader_check(env->mdb, &dead) && dead)
		rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, out);
	return rc;
}

struct txn txn_read(struct store *st, enum store_part part)
{
	struct txn t = { .st = st, .part = part };
	struct env *env = &st->part[part];
	MDB_txn *txn = env->idle;

	if (!env->mdb) {
		t.err = ERR_UNAVAILABLE;
		return t;
	}
	env->idle = NULL;
	if (txn && mdb_txn_renew(txn)) {
		mdb_txn_abort(txn);
		txn = NULL;
	}
	if (!txn && txn_failed(&t, begin(env, &txn)))
		return t;
	t.mdb = txn;
	return t;
}

struct txn txn_write(struct store *st, enum store_part part)
{
	struct txn t = { .st = st, .part = part, .write = true };
	MDB_txn *txn;

	if (!txn_failed(&t, mdb_txn_begin(st->part[part].mdb, NULL, 0, &txn)))
		t.mdb = txn;
	return t;
}

enum err txn_commit(struct txn *t)
{
	MDB_txn *txn = t->mdb;

	if (t->err || !txn)
		return t->err;
	t->mdb = NULL;
	return txn_failed(t, mdb_txn_commit(txn));
}

void txn_end(struct txn *t)
{
	MDB_txn *txn = t->mdb;

	if (!txn)
		return;
	struct env *env = &t->st->part[t->part];

	if (t->write || env->idle) {
		mdb_txn_abort(txn);
	} else {
		mdb_txn_reset(txn);
		env->idle = txn;
	}
	t->mdb = NULL;
}

MDB_dbi txn_dbi(const struct txn *t, enum table table)
{
	return t->st->part[t->part].dbi[table];
}

/* Splits a stored value; the log's rows and index entries have no header. */
static enum err open_value(enum table table, MDB_val v, struct record *out)
{
	struct reader in = reader_of(bytes_of_val(v));

	if (table == TABLE_AUDIT || table_shape(table) == TABLE_INDEX) {
		*out = (struct record){ bytes_of_val(v), 0 };
		return ERR_OK;
	}
	uint8_t format = read_u8(&in);
	uint64_t rev = read_u64(&in);

	if (in.err || format != RECORD_FORMAT || rev == 0)
		return ERR_CORRUPT;
	*out = (struct record){ { in.p, in.n }, rev };
	return ERR_OK;
}

enum err txn_get(struct txn *t, enum table table, struct bytes key, struct record *out)
{
	MDB_dbi dbi = t->err ? ENV_NO_TABLE : txn_dbi(t, table);
	MDB_val k = val_of(key);
	MDB_val v;

	if (t->err)
		return t->err;
	if (dbi == ENV_NO_TABLE || key.n == 0 || key.n > ENV_KEY_MAX)
		return ERR_NOTFOUND;
	int rc = mdb_get(t->mdb, dbi, &k, &v);

	if (rc == MDB_NOTFOUND)
		return ERR_NOTFOUND;
	return rc ? txn_failed(t, rc) : open_value(table, v, out);
}

uint64_t txn_counter(struct txn *t, enum table table, const char *name)
{
	struct record rec = { BYTES_NONE, 0 };

	if (txn_get(t, table, bytes_of(name), &rec))
		return 0;
	struct reader in = reader_of(rec.payload);

	return read_u64(&in);
}

uint64_t txn_revision(struct txn *t)
{
	return txn_counter(t, t->part == STORE_MAIN ? TABLE_META : TABLE_PUBLIC_META, "revision");
}

uint64_t txn_count(struct txn *t, enum table table)
{
	MDB_stat stat;

	if (t->err || txn_dbi(t, table) == ENV_NO_TABLE || txn_failed(t, mdb_stat(t->mdb, txn_dbi(t, table), &stat)))
		return 0;
	return stat.ms_entries;
}

/* ---- scans ---- */

static struct scan new_scan(struct txn *t, enum table table, struct bytes prefix)
{
	return (struct scan){ .t = t, .table = table, .prefix = prefix };
}

struct scan scan_prefix(struct txn *t, enum table table, struct bytes prefix)
{
	return new_scan(t, table, prefix);
}

struct scan scan_prefix_back(struct txn *t, enum table table, struct bytes prefix)
{
	struct scan s = new_scan(t, table, prefix);

	s.back = true;
	return s;
}

struct scan scan_from(struct txn *t, enum table table, struct bytes prefix, struct bytes from, bool back)
{
	struct scan s = new_scan(t, table, prefix);

	s.back = back;
	s.from = from;
	return s;
}

static int seek_first(struct scan *s, MDB_val *k, MDB_val *v)
{
	struct bytes from = s->from.n ? s->from : s->prefix;

	*k = val_of(from);
	return mdb_cursor_get(s->mdb, k, v, from.n ? MDB_SET_RANGE : MDB_FIRST);
}

/* The last key ≤ bound, or < bound. */
static int seek_back(struct scan *s, struct bytes bound, bool included, MDB_val *k, MDB_val *v)
{
	*k = val_of(bound);
	int rc = mdb_cursor_get(s->mdb, k, v, MDB_SET_RANGE);

	if (rc == MDB_NOTFOUND)
		return mdb_cursor_get(s->mdb, k, v, MDB_LAST);
	if (rc || (included && bytes_equal(bytes_of_val(*k), bound)))
		return rc;
	return mdb_cursor_get(s->mdb, k, v, MDB_PREV);
}

static int seek_last(struct scan *s, MDB_val *k, MDB_val *v)
{
	uint8_t after[ENV_KEY_MAX];
	size_t n = s->prefix.n;

	if (s->from.n)
		return seek_back(s, s->from, true, k, v);
	/* the first key after all that start with prefix: its last byte that can grow grows, the rest falls off */
	while (n && s->prefix.p[n - 1] == 0xff)
		n--;
	if (n == 0)
		return mdb_cursor_get(s->mdb, k, v, MDB_LAST);
	memcpy(after, s->prefix.p, n);
	after[n - 1]++;
	return seek_back(s, (struct bytes){ after, n }, false, k, v);
}

static int step(struct scan *s, MDB_val *k, MDB_val *v)
{
	if (s->started)
		return mdb_cursor_get(s->mdb, k, v, s->back ? MDB_PREV : MDB_NEXT);
	s->started = true;
	MDB_cursor *cursor;
	int rc = mdb_cursor_open(s->t->mdb, txn_dbi(s->t, s->table), &cursor);

	if (rc)
		return rc;
	s->mdb = cursor;
	return s->back ? seek_last(s, k, v) : seek_first(s, k, v);
}

static bool starts_with(MDB_val k, struct bytes prefix)
{
	return k.mv_size >= prefix.n && (prefix.n == 0 || memcmp(k.mv_data, prefix.p, prefix.n) == 0);
}

bool scan_next(struct scan *s)
{
	MDB_val k, v;

	if (s->t->err || txn_dbi(s->t, s->table) == ENV_NO_TABLE || s->prefix.n > ENV_KEY_MAX || s->from.n > ENV_KEY_MAX)
		return false;
	int rc = step(s, &k, &v);

	if (rc == MDB_NOTFOUND || (rc == MDB_SUCCESS && !starts_with(k, s->prefix)))
		return false;
	if (txn_failed(s->t, rc))
		return false;
	s->key = bytes_of_val(k);
	s->t->err = open_value(s->table, v, &s->record);
	return !s->t->err;
}

void scan_end(struct scan *s)
{
	mdb_cursor_close(s->mdb);
	s->mdb = NULL;
}

/* ---- keys ---- */

static struct bytes bounded(struct bytes key)
{
	if (key.n > ENV_KEY_MAX) {
		fputs("<2>a key over 511 bytes\n", stderr);
		abort();
	}
	return key;
}

struct bytes key_bytes(const void *p, size_t n)
{
	return bounded((struct bytes){ p, n });
}

struct bytes key_text(struct arena *a, const char *s)
{
	return bounded(bytes_of(arena_strdup(a, s)));
}

struct bytes key_u64(struct arena *a, uint64_t v)
{
	struct buf b = buf_new(a);

	buf_u64(&b, v);
	return buf_bytes(&b);
}

struct bytes key_join(struct arena *a, struct bytes first, struct bytes second)
{
	uint8_t *p = arena_alloc(a, first.n + second.n + 1);

	if (first.n)
		memcpy(p, first.p, first.n);
	if (second.n)
		memcpy(p + first.n, second.p, second.n);
	return bounded((struct bytes){ p, first.n + second.n });
}
