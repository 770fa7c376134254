/* After everything was read anew: index rows that no record accounts for go. */
#include "acts/mirror_batch.h"

#include "acts/rights.h"

#include <string.h>

#define CHUNK 1000

static const enum table indexes[] = {
	TABLE_MIRROR_DN, TABLE_MIRROR_NAME, TABLE_MIRROR_RIGHT, TABLE_MIRROR_MEMBER, TABLE_MIRROR_IN,
};

static enum err judge(struct batch *b, struct txn *t, struct arena *a, const struct index_row *row)
{
	bool by_value = row->table == TABLE_MIRROR_DN || row->table == TABLE_MIRROR_NAME;
	struct bytes tail = tail_of(by_value ? row->value : row->key, sizeof(struct uuid));
	struct mirrored m;
	struct uuid u;

	if (row->table == TABLE_MIRROR_IN && row->key.p[0] == '#') /* a mark */
		return ERR_OK;
	if (!tail.n) {
		mirror_batch_delete(b, row->table, row->key);
		return ERR_OK;
	}
	memcpy(u.b, tail.p, sizeof u.b);
	enum err e = mirrored_read(t, a, u, &m);

	if (e && e != ERR_NOTFOUND)
		return e;
	if (!e && mirrored_row(&m, row->table, row->key))
		return ERR_OK;
	if (row->table == TABLE_MIRROR_RIGHT && !e) {
		/* once a right, and still remembered as one */
		struct index_row was = { row->table, row->key, { row->value.p, row->value.n ? 1 : 0 } };

		return row->value.n == 2 && !row->value.p[0] ? ERR_OK : mirror_batch_drop_row(b, t, &was, u, false);
	}
	return mirror_batch_drop_row(b, t, row, u, true);
}

/* One transaction's worth; *last is where to go on, empty at the end. */
static enum err sweep_chunk(struct batch *b, enum table table, struct arena *keep, struct bytes *last)
{
	AUTO_ARENA struct arena *a = arena_new();
	AUTO_TXN struct txn t = txn_read(b->app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_from(&t, table, BYTES_NONE, *last, false);
	size_t n = 0;

	while (n++ < CHUNK && scan_next(&s)) {
		struct index_row row = { table, s.key, s.record.payload };

		if (bytes_equal(s.key, *last))
			continue;
		enum err e = judge(b, &t, a, &row);

		if (e)
			return e;
		*last = (struct bytes){ (const uint8_t *)arena_memdup(keep, s.key.p, s.key.n), s.key.n };
	}
	if (n <= CHUNK)
		*last = BYTES_NONE;
	return t.err;
}

enum err mirror_sweep(struct batch *b)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < LENGTH(indexes) && !e; i++) {
		struct bytes last = BYTES_NONE;

		do {
			e = sweep_chunk(b, indexes[i], b->arena, &last);
			if (!e)
				e = mirror_batch_flush(b);
		} while (!e && last.n);
	}
	return e;
}
