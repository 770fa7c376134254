/* A poll: events, then what refint changed in silence, then the public pages, then the cookie. The cookie is kept last and
   its revision is a precondition: a poll cut short, or a rebuild asked for meanwhile, is simply done again. */
#include "acts/mirror.h"

#include "acts/mirror_batch.h"
#include "acts/mirror_keys.h"
#include "acts/publish.h"
#include "acts/rights.h"

#include <stdlib.h>
#include <string.h>

#define FILTER \
	"(|(objectClass=habAgent)(objectClass=habPersonnel)(objectClass=habEtablissement)(objectClass=habFournisseur)" \
	"(objectClass=habConvention)(objectClass=habCaf)(objectClass=groupOfNames))"
#define PUBLISH_MAX 40
#define PUBLISH_TRIES 8
#define REREAD_AT_ONCE 50
#define REREAD_MAX 20000

/* refint takes a second on a large tree; it has until the last of these. */
static const int64_t reread_after[] = { 0, SECOND_MS, 4 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS };

/* "#reread": uuid 16, tries u8, due i64. */
struct later {
	struct uuid uuid;
	uint8_t tries;
	int64_t due;
};

struct poll {
	struct app *app;
	struct arena *arena;
	struct directory *sync;
	const char *cookie; /* "" : from the beginning */
	uint64_t cookie_rev;
	bool complete;
	struct later *later; /* kept from earlier polls */
	size_t later_n;
	bool later_changed;
	struct sync_result result;
	struct batch batch;
};

/* --- marks --- */

static void decode_later(struct poll *p, struct bytes b)
{
	struct reader in = reader_of(b);

	p->later = arena_array(p->arena, b.n / 25 + 1, struct later);
	while (in.n >= 25) {
		struct later *l = &p->later[p->later_n++];
		struct bytes id = read_bytes(&in, sizeof l->uuid.b);

		memcpy(l->uuid.b, id.p, id.n);
		l->tries = read_u8(&in);
		l->due = (int64_t)read_u64(&in);
	}
}

static enum err read_marks(struct poll *p)
{
	AUTO_TXN struct txn t = txn_read(p->app->store, STORE_MAIN);
	struct record cookie, complete, later;
	enum err e = mirror_mark_get(&t, "#cookie", &cookie);

	if (!e)
		e = mirror_mark_get(&t, "#complete", &complete);
	if (!e)
		e = mirror_mark_get(&t, "#reread", &later);
	if (e)
		return e;
	p->cookie = arena_memdup(p->arena, cookie.payload.p, cookie.payload.n);
	p->cookie_rev = cookie.rev;
	p->complete = complete.rev != 0;
	decode_later(p, later.payload);
	return ERR_OK;
}

static void put_later(struct poll *p)
{
	struct buf b = buf_new(p->arena);

	for (size_t i = 0; i < p->later_n; i++) {
		buf_add(&b, p->later[i].uuid.b, sizeof p->later[i].uuid.b);
		buf_byte(&b, p->later[i].tries);
		buf_u64(&b, (uint64_t)p->later[i].due);
	}
	mirror_batch_put(&p->batch, TABLE_MIRROR_IN, mirror_mark("#reread"), buf_bytes(&b));
}

static enum err keep_marks(struct poll *p)
{
	const char *cookie = p->result.cookie && *p->result.cookie ? p->result.cookie : p->cookie;
	static const uint8_t one = 1;
	bool moved = strcmp(cookie, p->cookie) != 0;

	if (moved) {
		mirror_batch_put(&p->batch, TABLE_MIRROR_IN, mirror_mark("#cookie"), bytes_of(cookie));
		changeset_expect(mirror_batch_changeset(&p->batch), TABLE_MIRROR_IN, mirror_mark("#cookie"), p->cookie_rev);
	}
	if (moved && !p->complete)
		mirror_batch_put(&p->batch, TABLE_MIRROR_IN, mirror_mark("#complete"), key_bytes(&one, 1));
	if (p->later_changed)
		put_later(p);
	return mirror_batch_flush(&p->batch);
}

/* --- events --- */

/* A whole answer without a single entry is a directory that lost its data or its access rules, not an empty one. */
static enum err drop_unlisted(struct poll *p)
{
	struct uuids listed = { 0 }, gone = { 0 };

	for (size_t i = 0; i < p->result.n; i++)
		if (p->result.v[i].kind != SYNC_DELETED)
			uuids_add(p->arena, &listed, p->result.v[i].uuid);
	if (!listed.n)
		return p->complete ? ERR_UNAVAILABLE : ERR_OK;
	uuids_settle(&listed);
	for (size_t i = 0; i < MIRROR_TABLES; i++) {
		AUTO_TXN struct txn t = txn_read(p->app->store, STORE_MAIN);
		AUTO_SCAN struct scan s = scan_prefix(&t, mirror_tables[i], BYTES_NONE);

		while (scan_next(&s)) {
			struct uuid u;

			memcpy(u.b, tail_of(s.key, sizeof u.b).p, sizeof u.b);
			if (!uuids_have(&listed, u))
				uuids_add(p->arena, &gone, u);
		}
		if (t.err)
			return t.err;
	}
	enum err e = ERR_OK;

	for (size_t i = 0; i < gone.n && !e; i++)
		e = mirror_batch_gone(&p->batch, gone.v[i]);
	return e;
}

static enum err take_events(struct poll *p)
{
	enum err e = p->result.whole ? drop_unlisted(p) : ERR_OK;

	for (size_t i = 0; i < p->result.n && !e; i++) {
		struct sync_event *event = &p->result.v[i];

		if (event->kind == SYNC_PRESENT)
			continue;
		if (event->kind == SYNC_DELETED) {
			e = mirror_batch_gone(&p->batch, event->uuid);
			continue;
		}
		event->entry.uuid = event->uuid;
		e = mirror_batch_entry(&p->batch, &event->entry);
	}
	return e;
}

/* --- what refint changes in silence --- */

static void add_later(struct poll *p, int64_t now)
{
	struct uuids *fresh = &p->batch.reread;

	if (!fresh->n)
		return;
	uuids_settle(fresh);
	struct later *all = arena_array(p->arena, p->later_n + fresh->n, struct later);

	if (p->later_n)
		memcpy(all, p->later, p->later_n * sizeof *all);
	for (size_t i = 0; i < fresh->n && p->later_n < REREAD_MAX; i++)
		all[p->later_n++] = (struct later){ .uuid = fresh->v[i], .due = now };
	p->later = all;
	p->later_changed = true;
	*fresh = (struct uuids){ 0 };
}

static enum err read_again(struct poll *p, const struct uuids *due)
{
	struct buf filter = buf_new(p->arena);
	struct entries found = { 0 };

	buf_text(&filter, "(|");
	for (size_t i = 0; i < due->n; i++)
		buf_text(&filter, filter_equal(p->arena, "entryUUID", uuid_text(p->arena, due->v[i])));
	buf_byte(&filter, ')');
	enum err e = directory_search(p->sync, p->arena, p->app->settings->ldap_suffix, SCOPE_SUBTREE, buf_str(&filter),
				      NULL, due->n, &found);

	for (size_t i = 0; i < found.n && !e; i++)
		e = mirror_batch_entry(&p->batch, &found.v[i]);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Takes what is due, at most so many at once, and puts it back for its next turn. */
static struct uuids next_due(struct poll *p, int64_t now)
{
	struct uuids due = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < p->later_n; i++) {
		struct later l = p->later[i];

		if (l.due <= now && due.n < REREAD_AT_ONCE) {
			uuids_add(p->arena, &due, l.uuid);
			p->later_changed = true;
			if (++l.tries >= LENGTH(reread_after))
				continue;
			l.due = now + reread_after[l.tries];
		}
		p->later[kept++] = l;
	}
	p->later_n = kept;
	return due;
}

static enum err reread_due(struct poll *p)
{
	int64_t now = clock_now();
	enum err e = ERR_OK;

	add_later(p, now);
	for (;;) {
		struct uuids due = next_due(p, now);

		if (!due.n)
			return ERR_OK;
		/* what the events wrote must be there to be compared with */
		e = mirror_batch_flush(&p->batch);
		if (!e)
			e = read_again(p, &due);
		if (e)
			return e;
		add_later(p, now);
	}
}

/* --- public pages --- */

static enum err publish_some(struct poll *p, const struct uuids *all, size_t from, size_t until)
{
	AUTO_TXN struct txn t = txn_read(p->app->store, STORE_MAIN);
	struct changeset *cs = mirror_batch_changeset(&p->batch);
	enum err e = ERR_OK;

	for (size_t i = from; i < until && !e; i++) {
		struct establishment x;

		e = establishment_get(&t, p->batch.work, TABLE_MIRROR_ESTABLISHMENT,
				      key_bytes(all->v[i].b, sizeof(struct uuid)), &x);
		if (e == ERR_NOTFOUND) {
			e = ERR_OK;
			continue;
		}
		if (!e)
			e = publish_stored(p->app, p->batch.work, &t, cs, &x, false);
		p->batch.ops++;
	}
	return e;
}

/* Who published by an act of his own meanwhile goes first, and these pages are made again. The last ones are left in the
   changeset at hand: they go with the marks. */
static enum err publish_batch(struct poll *p, const struct uuids *all, size_t from, size_t until)
{
	enum err e = ERR_CONFLICT;

	for (int i = 0; i < PUBLISH_TRIES && e == ERR_CONFLICT; i++) {
		e = publish_some(p, all, from, until);
		if (!e && until < all->n)
			e = mirror_batch_flush(&p->batch);
	}
	return e;
}

static enum err publish_touched(struct poll *p)
{
	struct uuids all = p->batch.touched;
	enum err e = ERR_OK;

	uuids_settle(&all);
	if (all.n)
		e = mirror_batch_flush(&p->batch);
	for (size_t i = 0; i < all.n && !e; i += PUBLISH_MAX)
		e = publish_batch(p, &all, i, i + PUBLISH_MAX < all.n ? i + PUBLISH_MAX : all.n);
	return e;
}

/* --- the whole --- */

static enum err carry_out(struct poll *p)
{
	enum err e = take_events(p);

	if (!e)
		e = reread_due(p);
	if (!e && p->batch.force) {
		e = mirror_batch_flush(&p->batch);
		if (!e)
			e = mirror_sweep(&p->batch);
	}
	if (!e)
		e = mirror_batch_flush(&p->batch);
	if (!e)
		e = mirror_history_settle(&p->batch);
	if (!e)
		e = mirror_takeover_settle(&p->batch);
	if (!e)
		e = publish_touched(p);
	if (!e)
		e = keep_marks(p);
	return e;
}

enum err mirror_poll(struct app *app, struct arena *a, struct directory *sync, size_t *changed)
{
	struct poll p = { .app = app, .arena = a, .sync = sync, .batch = { .app = app, .arena = a } };
	enum err e = read_marks(&p);

	if (!e)
		e = directory_sync(sync, a, app->settings->ldap_suffix, FILTER, p.cookie, &p.result);
	if (e)
		return e;
	p.batch.force = p.batch.first = !*p.cookie;
	e = carry_out(&p);
	mirror_batch_done(&p.batch);
	if (!e)
		*changed = p.batch.changed;
	return e;
}

enum err mirror_rebuild(struct app *app, struct arena *a)
{
	struct changeset *cs = changeset_new(a);

	changeset_put(cs, TABLE_MIRROR_IN, mirror_mark("#cookie"), BYTES_NONE);
	return changeset_commit(app->store, cs, NULL);
}

bool mirror_is_settled(struct app *app)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct record complete, later;

	return app_fresh(app) == ERR_OK && mirror_mark_get(&t, "#complete", &complete) == ERR_OK && complete.rev &&
	       mirror_mark_get(&t, "#reread", &later) == ERR_OK && later.payload.n == 0;
}

enum err mirror_status_read(struct app *app, struct arena *a, struct mirror_status *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct record complete;
	enum err e = mirror_mark_get(&t, "#complete", &complete);

	(void)a;
	if (e)
		return e;
	*out = (struct mirror_status){
		.complete = complete.rev != 0,
		.heartbeat = app_heartbeat(app),
		.persons = txn_count(&t, TABLE_MIRROR_PERSON),
		.establishments = txn_count(&t, TABLE_MIRROR_ESTABLISHMENT),
		.providers = txn_count(&t, TABLE_MIRROR_PROVIDER),
		.agreements = txn_count(&t, TABLE_MIRROR_AGREEMENT),
		.cafs = txn_count(&t, TABLE_MIRROR_CAF),
		.groups = txn_count(&t, TABLE_MIRROR_GROUP),
	};
	return t.err;
}
