/* The whole public environment, made anew from the communes' file and from the store. */
#include "acts/commune.h"
#include "acts/publish.h"

#include <string.h>

#define COMMUNES_A_TIME 700       /* some 5 operations each, 25 for Paris */
#define ESTABLISHMENTS_A_TIME 150 /* up to some 40 KiB each */
#define STALE_A_TIME 10000
#define TRIES 20

struct all {
	struct app *app;
	struct arena *a; /* of the whole run */
	uint64_t first;  /* revision of its first changeset: what is older afterwards is stale */
	size_t establishments, damaged;
	const char **why;
};

static enum err commit(struct all *all, struct changeset *cs)
{
	uint64_t rev = 0;
	enum err e = changeset_commit(all->app->store, cs, &rev);

	if (!e && !all->first)
		all->first = rev;
	return e;
}

static enum err publish_communes(struct all *all, size_t *n)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct commune *v = NULL;
	enum err e = communes_load(a, all->app->settings->data_communes, &v, n, all->why);

	if (e && *all->why)
		*all->why = arena_strdup(all->a, *all->why);
	for (size_t i = 0; !e && i < *n; i += COMMUNES_A_TIME) {
		AUTO_ARENA struct arena *batch = arena_new();
		struct changeset *cs = changeset_new(batch);

		for (size_t j = i; j < *n && j < i + COMMUNES_A_TIME; j++)
			commune_publish(batch, cs, &v[j]);
		e = commit(all, cs);
	}
	return e;
}

struct uuids {
	struct uuid *v;
	size_t n;
};

static enum err read_uuids(struct all *all, enum table table, struct uuids *out)
{
	AUTO_TXN struct txn t = txn_read(all->app->store, STORE_MAIN);
	size_t room = txn_count(&t, table);
	AUTO_SCAN struct scan s = scan_prefix(&t, table, BYTES_NONE);

	*out = (struct uuids){ arena_array(all->a, room, struct uuid), 0 };
	while (out->n < room && scan_next(&s))
		if (s.key.n == sizeof(struct uuid))
			memcpy(out->v[out->n++].b, s.key.p, s.key.n);
	return t.err;
}

/* An establishment that left the register: 410 under the id the log knows it by, if anything was ever published. */
static enum err add_gone(struct all *all, struct arena *a, struct txn *t, struct changeset *cs, struct uuid uuid)
{
	struct audit_query q = { .establishment = &uuid, .event_class = -1, .failed = -1, .limit = 1 };
	struct audit_page page = { 0 };
	struct establishment e;
	enum err failed = audit_find(t, a, &q, &page);

	if (failed || !page.n || strcmp(page.v[0].object_kind, "establishment") != 0)
		return failed;
	codec_default(&establishment_codec, &e);
	e.uuid = uuid;
	e.id = page.v[0].object_id;
	e.name = "Établissement fermé";
	return publish_stored(all->app, a, t, cs, &e, true);
}

/* A damaged listing is left out, and told at the end. */
static void look_for_damage(struct all *all, struct arena *a, struct txn *t, const struct establishment *e)
{
	struct published p;

	if (published_get(t, a, TABLE_LISTING, key_bytes(e->uuid.b, sizeof e->uuid.b), &p) || published_is_whole(&p))
		return;
	*all->why = arena_printf(all->a, "establishment %s: its listing does not have its digest; left out", e->id);
	all->damaged++;
}

static enum err add_one(struct all *all, struct arena *a, struct txn *t, struct changeset *cs, enum table table,
			struct uuid uuid)
{
	struct bytes key = key_bytes(uuid.b, sizeof uuid.b);
	struct establishment e;
	enum err failed = establishment_get(t, a, TABLE_MIRROR_ESTABLISHMENT, key, &e);

	if (table == TABLE_LISTING)
		return failed == ERR_NOTFOUND ? add_gone(all, a, t, cs, uuid) : failed;
	if (failed)
		return failed == ERR_NOTFOUND ? ERR_OK : failed;
	changeset_expect(cs, TABLE_MIRROR_ESTABLISHMENT, key, e.rev);
	look_for_damage(all, a, t, &e);
	return publish_stored(all->app, a, t, cs, &e, false);
}

/* Acts go on meanwhile: a batch whose view is out of date is made again. */
static enum err publish_batch(struct all *all, enum table table, const struct uuid *v, size_t n)
{
	enum err e = ERR_CONFLICT;

	for (int tries = 0; tries < TRIES && e == ERR_CONFLICT; tries++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct changeset *cs = changeset_new(a);

		e = ERR_OK;
		{
			AUTO_TXN struct txn t = txn_read(all->app->store, STORE_MAIN);

			for (size_t i = 0; !e && i < n; i++)
				e = add_one(all, a, &t, cs, table, v[i]);
			if (!e)
				e = t.err;
		}
		if (!e) {
			changeset_expect(cs, TABLE_LISTING, bytes_of("none"), REV_ABSENT); /* an empty one is refused */
			e = commit(all, cs);
		}
	}
	return e;
}

static enum err publish_list(struct all *all, enum table table)
{
	struct uuids list;
	enum err e = read_uuids(all, table, &list);

	for (size_t i = 0; !e && i < list.n; i += ESTABLISHMENTS_A_TIME)
		e = publish_batch(all, table, list.v + i,
				  list.n - i < ESTABLISHMENTS_A_TIME ? list.n - i : ESTABLISHMENTS_A_TIME);
	if (!e && table == TABLE_MIRROR_ESTABLISHMENT)
		all->establishments = list.n;
	return e;
}

/* Pages that answer 410 stay: nothing else may be left to make them from. */
static bool is_stale(struct all *all, struct arena *a, enum table table, const struct scan *s)
{
	struct family_page page;

	if (s->record.rev >= all->first)
		return false;
	return table != TABLE_PUBLIC_LISTING || family_page_decode(a, s->record.payload, &page) ||
	       strcmp(page.state, "withdrawn") != 0;
}

static enum err drop_stale_of(struct all *all, enum table table, bool *more)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct changeset *cs = changeset_new(a);
	size_t n = 0;
	{
		AUTO_TXN struct txn t = txn_read(all->app->store, STORE_PUBLIC);
		AUTO_SCAN struct scan s = scan_prefix(&t, table, BYTES_NONE);

		for (; n < STALE_A_TIME && scan_next(&s);) {
			if (!is_stale(all, a, table, &s))
				continue;
			changeset_unpublish(cs, table, s.key);
			n++;
		}
		if (t.err)
			return t.err;
	}
	*more = n == STALE_A_TIME;
	return n ? commit(all, cs) : ERR_OK;
}

static enum err drop_stale(struct all *all)
{
	static const enum table tables[] = { TABLE_PUBLIC_LISTING, TABLE_PUBLIC_NEAR, TABLE_PUBLIC_COMMUNE,
					     TABLE_PUBLIC_PLACE };
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < LENGTH(tables); i++) {
		bool more = true;

		while (!e && more)
			e = drop_stale_of(all, tables[i], &more);
	}
	return e;
}

enum err publish_all(struct app *app, struct arena *a, size_t *communes, size_t *establishments, const char **why)
{
	struct all all = { .app = app, .a = a, .why = why };
	enum err e;

	*why = NULL;
	e = publish_communes(&all, communes);
	if (!e)
		e = publish_list(&all, TABLE_MIRROR_ESTABLISHMENT);
	if (!e)
		e = publish_list(&all, TABLE_LISTING);
	if (!e)
		e = drop_stale(&all);
	if (!e && all.damaged)
		e = ERR_CORRUPT;
	else if (e && !*why)
		*why = err_text(e);
	*establishments = all.establishments;
	return e;
}
