/* What a new day changes by itself: agreements that begin or end today, and so what their establishments' pages say: these are
   published again. */
#include "clerk/clerk.h"

#include "acts/mirror_keys.h"
#include "acts/publish.h"
#include "acts/rights.h"

#include <string.h>

#define PUBLISH_MAX 40
#define MARK "#published" /* the last day it was done */

static enum err last_day(struct clerk *c, day_t *out)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	struct record rec;
	enum err e = mirror_mark_get(&t, MARK, &rec);

	if (e || !rec.rev)
		return e;
	struct reader in = reader_of(rec.payload);

	*out = (day_t)(int64_t)read_u64(&in);
	return ERR_OK;
}

/* One page too many does no harm: a date inside the days gone by is enough. */
static bool turned(const struct agreement *g, day_t since, day_t today)
{
	return (g->effect > since && g->effect <= today) || (g->due > since && g->due <= today);
}

static enum err find_turned(struct clerk *c, struct arena *a, day_t since, day_t today, struct strs *keys)
{
	AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_AGREEMENT, BYTES_NONE);

	while (scan_next(&s)) {
		struct agreement g;

		if (agreement_decode(a, s.record.payload, &g) || !turned(&g, since, today))
			continue;
		for (size_t i = 0; i < g.covered_keys.n; i++)
			strs_add(a, keys, g.covered_keys.v[i]);
	}
	return t.err;
}

static enum err publish(struct clerk *c, struct arena *a, struct txn *t, struct changeset *cs, const char *key)
{
	struct establishment e;
	struct record rec;
	enum err failed = txn_get(t, TABLE_MIRROR_DN, mirror_dn_key(a, key), &rec);

	if (!failed && (rec.payload.n != 17 || rec.payload.p[0] != MIRROR_KIND_ESTABLISHMENT))
		return ERR_OK;
	if (!failed)
		failed = establishment_get(t, a, TABLE_MIRROR_ESTABLISHMENT, tail_of(rec.payload, 16), &e);
	if (failed)
		return failed == ERR_NOTFOUND ? ERR_OK : failed;
	return publish_stored(&c->app, a, t, cs, &e, false);
}

/* The last changeset says that the day is done. */
static enum err publish_some(struct clerk *c, const struct strs *keys, size_t from, day_t since, day_t today)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = changeset_new(a);
	bool last = from + PUBLISH_MAX >= keys->n;
	enum err e = ERR_OK;

	{
		AUTO_TXN struct txn t = txn_read(c->app.store, STORE_MAIN);

		for (size_t i = from; i < keys->n && i < from + PUBLISH_MAX && !e; i++)
			e = publish(c, a, &t, cs, keys->v[i]);
	}
	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark(MARK), key_u64(a, (uint64_t)(int64_t)(last ? today : since)));
	return e ? e : changeset_commit(c->app.store, cs, NULL);
}

enum err republish_run(struct clerk *c, struct arena *a)
{
	day_t today = day_today(), since = 0;
	struct strs keys = { 0 };
	enum err e = last_day(c, &since);

	if (e || since == today)
		return e;
	/* before the first day everything was published as it is */
	if (since)
		e = find_turned(c, a, since, today, &keys);
	size_t from = 0;

	do {
		if (!e)
			e = publish_some(c, &keys, from, since, today);
		from += PUBLISH_MAX;
	} while (!e && from < keys.n);
	return e;
}
