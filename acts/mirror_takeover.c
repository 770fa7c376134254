/* Establishments that changed hands: what the former manager's agents had sent, and the Caf has not decided on, is closed, and the
   former manager is told. Marked in the changeset that changed the mirror and settled in the same poll once all of it is written:
   by then a new provider is known, and a renamed one by its new name. The mail waits a little longer: an activation writes one
   establishment after the other, and a provider is told once of all that it left. */
#include "acts/listing.h"
#include "acts/mails.h"
#include "acts/mirror_batch.h"
#include "base/french.h"

#include <string.h>

/* "#left", entryUUID of the former manager, of the establishment → one byte; once settled, until the former manager is told: when that
   was, and the number of the revision it closed (0: none). */
#define MARK "#left"
#define MARK_BYTES (sizeof MARK - 1 + 2 * sizeof(struct uuid))
#define SETTLED_BYTES (2 * sizeof(uint64_t))
#define TOGETHER 50
#define QUIET_MS (5 * SECOND_MS) /* nothing more came: all is told */
#define LONGEST_MS MINUTE_MS     /* or it is told although more comes */
#define TOLD_MOST 400

/* ERR_NOTFOUND: no provider has that name any more, or none yet. */
static enum err provider_named(struct txn *t, struct arena *a, const char *key, struct provider *out)
{
	return *key ? provider_by_key(t, a, key, out) : ERR_NOTFOUND;
}

enum err mirror_takeover_mark(struct batch *b, struct txn *t, const struct mirrored *old, const struct mirrored *now)
{
	static const uint8_t one = 1;
	struct provider former;
	struct buf key;

	if (!old || !now || old->kind != MIRROR_KIND_ESTABLISHMENT || now->kind != MIRROR_KIND_ESTABLISHMENT ||
	    strcmp(old->is.establishment.manager_key, now->is.establishment.manager_key) == 0)
		return ERR_OK;
	enum err e = provider_named(t, b->work, old->is.establishment.manager_key, &former);

	if (e)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	key = buf_new(b->work);
	buf_text(&key, MARK);
	buf_add(&key, former.uuid.b, sizeof former.uuid.b);
	buf_add(&key, now->uuid.b, sizeof now->uuid.b);
	mirror_batch_put(b, TABLE_MIRROR_IN, buf_bytes(&key), key_bytes(&one, 1));
	return ERR_OK;
}

/* --- settling --- */

/* A mark as it is read. */
struct left {
	struct uuid former, place;
	int64_t at; /* settled then; 0: not yet */
	uint64_t closed;
};

static bool read_mark(const struct scan *s, struct left *out)
{
	struct reader in = reader_of(s->record.payload);

	if (s->key.n != MARK_BYTES)
		return false;
	*out = (struct left){ .at = 0 };
	memcpy(out->former.b, s->key.p + sizeof MARK - 1, sizeof out->former.b);
	memcpy(out->place.b, tail_of(s->key, sizeof out->place.b).p, sizeof out->place.b);
	if (s->record.payload.n == SETTLED_BYTES) {
		out->at = (int64_t)read_u64(&in);
		out->closed = read_u64(&in);
	}
	return true;
}

static struct bytes mark_key(struct arena *a, const struct left *m)
{
	struct buf key = buf_new(a);

	buf_text(&key, MARK);
	buf_add(&key, m->former.b, sizeof m->former.b);
	buf_add(&key, m->place.b, sizeof m->place.b);
	return buf_bytes(&key);
}

/* The establishment and who manages it now. ERR_NOTFOUND: it left the register, or its manager is the one it had. */
static enum err read_place(struct app *app, struct arena *a, const struct left *m, struct establishment *e,
			   struct provider *manager)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err failed =
		establishment_get(&t, a, TABLE_MIRROR_ESTABLISHMENT, key_bytes(m->place.b, sizeof m->place.b), e);

	if (failed)
		return failed;
	provider_default(manager);
	failed = or_none(provider_named(&t, a, e->manager_key, manager));
	return !failed && uuid_equal(manager->uuid, m->former) ? ERR_NOTFOUND : failed;
}

static enum err leave(struct app *app, struct arena *a, struct changeset *cs, const struct left *m)
{
	struct establishment e;
	struct provider manager;
	struct buf value = buf_new(a);
	uint64_t closed = 0;
	enum err failed = read_place(app, a, m, &e, &manager);

	if (failed == ERR_NOTFOUND) {
		changeset_delete(cs, TABLE_MIRROR_IN, mark_key(a, m));
		return ERR_OK;
	}
	if (!failed)
		failed = revision_close_left_add(app, a, cs, &e, &closed);
	/* one damaged record does not stop the mirror */
	if (failed && failed != ERR_NOTFOUND && failed != ERR_CORRUPT)
		return failed;
	buf_u64(&value, (uint64_t)clock_now());
	buf_u64(&value, closed);
	changeset_put(cs, TABLE_MIRROR_IN, mark_key(a, m), buf_bytes(&value));
	return ERR_OK;
}

/* The first marks that are not settled. */
static enum err read_new(struct app *app, struct left *v, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, bytes_of(MARK));

	while (*n < TOGETHER && scan_next(&s))
		if (read_mark(&s, &v[*n]) && !v[*n].at)
			++*n;
	return t.err;
}

static enum err settle(struct app *app, struct arena *a, bool *more)
{
	struct changeset *cs = changeset_new(a);
	struct left v[TOGETHER];
	size_t n = 0;
	enum err e = read_new(app, v, &n);

	*more = n > 0;
	for (size_t i = 0; i < n && !e; i++)
		e = leave(app, a, cs, &v[i]);
	return e || !n ? e : changeset_commit(app->store, cs, NULL);
}

/* --- telling --- */

/* Marks of one former manager. */
struct leaving {
	struct left *v;
	size_t n;
	int64_t first, last;
};

static bool is_due(const struct leaving *x, int64_t now)
{
	return x->n && (x->n == TOLD_MOST || now - x->last >= QUIET_MS || now - x->first >= LONGEST_MS);
}

/* The first former manager of whom all is known; n is 0: nobody. */
static enum err read_due(struct app *app, struct arena *a, struct leaving *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, bytes_of(MARK));
	struct leaving x = { .v = arena_array(a, TOLD_MOST, struct left) };
	int64_t now = clock_now();
	struct left m;

	while (x.n < TOLD_MOST && scan_next(&s)) {
		if (!read_mark(&s, &m) || !m.at)
			continue;
		if (x.n && !uuid_equal(m.former, x.v[0].former)) {
			if (is_due(&x, now))
				break;
			x.n = 0;
		}
		x.first = !x.n || m.at < x.first ? m.at : x.first;
		x.last = !x.n || m.at > x.last ? m.at : x.last;
		x.v[x.n++] = m;
	}
	x.n = is_due(&x, now) ? x.n : 0;
	*out = x;
	return t.err;
}

static void tell_line(struct arena *a, struct buf *lines, const struct left *m, const struct establishment *e,
		      const struct provider *manager)
{
	buf_printf(lines, "%s%s (%s)", lines->n ? "\n" : "", e->name, e->id);
	if (*manager->name)
		buf_printf(lines, ", maintenant géré par %s", french_le(a, manager->name));
	buf_text(lines, ".");
	if (m->closed)
		buf_printf(lines, " La modification n° %llu, que la Caf n’avait pas encore vérifiée, ne sera pas publiée.",
			   (unsigned long long)m->closed);
}

static enum err read_former(struct app *app, struct arena *a, struct uuid former, struct provider *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	provider_default(out);
	return or_none(provider_get(&t, a, TABLE_MIRROR_PROVIDER, key_bytes(former.b, sizeof former.b), out));
}

static enum err tell(struct app *app, struct arena *a, bool *more)
{
	struct changeset *cs = changeset_new(a);
	struct buf lines = buf_new(a);
	struct provider former;
	struct leaving x;
	const char *caf = "";
	size_t told = 0;
	enum err e = read_due(app, a, &x);

	*more = !e && x.n > 0;
	if (!*more)
		return e;
	e = read_former(app, a, x.v[0].former, &former);
	for (size_t i = 0; i < x.n && !e; i++) {
		struct establishment place;
		struct provider manager;

		changeset_delete(cs, TABLE_MIRROR_IN, mark_key(a, &x.v[i]));
		e = read_place(app, a, &x.v[i], &place, &manager);
		if (!e) {
			tell_line(a, &lines, &x.v[i], &place, &manager);
			caf = place.caf;
			told++;
		}
		e = or_none(e);
	}
	if (!e && told && *former.mail)
		mail_add(app, a, cs, "manager_changed", UUID_NONE, former.mail, caf, "combien",
			 told > 1 ? arena_printf(a, "%zu établissements", told) : "1 établissement", "organisme",
			 former.name, "lignes", buf_str(&lines), NULL);
	return e ? e : changeset_commit(app->store, cs, NULL);
}

static enum err repeat(struct app *app, enum err (*one)(struct app *app, struct arena *a, bool *more))
{
	bool more = true;
	enum err e = ERR_OK;

	while (!e && more) {
		AUTO_ARENA struct arena *a = arena_new();

		e = one(app, a, &more);
	}
	return e;
}

enum err mirror_takeover_settle(struct batch *b)
{
	enum err e = repeat(b->app, settle);

	return e ? e : repeat(b->app, tell);
}
