/* Establishments that changed hands: what the former manager's agents had sent, and the Caf has not decided on, is closed, and the
   former manager is told. Marked in the changeset that changed the mirror and settled in the same poll once all of it is written:
   by then a new provider is known, and a renamed one by its new name. */
#include "acts/listing.h"
#include "acts/mails.h"
#include "acts/mirror_batch.h"

#include <string.h>

/* "#left", entryUUID of the former manager, of the establishment: one mail for all that a provider leaves at once. */
#define MARK "#left"
#define MARK_BYTES (sizeof MARK - 1 + 2 * sizeof(struct uuid))
#define TOGETHER 50

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

struct left {
	struct app *app;
	struct arena *a;
	struct changeset *cs;
	struct provider former; /* rev 0: gone */
	struct uuid former_uuid;
	struct uuids places;
	struct buf lines;
	size_t n;
	const char *caf;
};

/* The first marks, all of one provider. */
static enum err read_marks(struct left *x)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, bytes_of(MARK));

	while (x->places.n < TOGETHER && scan_next(&s)) {
		struct uuid former, place;

		if (s.key.n != MARK_BYTES)
			continue;
		memcpy(former.b, s.key.p + sizeof MARK - 1, sizeof former.b);
		memcpy(place.b, tail_of(s.key, sizeof place.b).p, sizeof place.b);
		if (x->places.n && !uuid_equal(former, x->former_uuid))
			break;
		changeset_delete(x->cs, TABLE_MIRROR_IN, s.key);
		x->former_uuid = former;
		uuids_add(x->a, &x->places, place);
	}
	return t.err ? t.err :
		       or_none(provider_get(&t, x->a, TABLE_MIRROR_PROVIDER,
					    key_bytes(x->former_uuid.b, sizeof x->former_uuid.b), &x->former));
}

static enum err leave(struct left *x, struct uuid place)
{
	AUTO_TXN struct txn t = txn_read(x->app->store, STORE_MAIN);
	struct establishment e;
	struct provider manager;
	uint64_t n = 0;
	enum err failed = establishment_get(&t, x->a, TABLE_MIRROR_ESTABLISHMENT, key_bytes(place.b, sizeof place.b), &e);

	/* what left the register is closed by the clerk */
	if (failed)
		return failed == ERR_NOTFOUND ? ERR_OK : failed;
	provider_default(&manager);
	failed = or_none(provider_named(&t, x->a, e.manager_key, &manager));
	if (failed || uuid_equal(manager.uuid, x->former_uuid))
		return failed;
	failed = revision_close_left_add(x->app, x->a, x->cs, &e, &n);
	/* one damaged record does not stop the mirror */
	if (failed && failed != ERR_NOTFOUND && failed != ERR_CORRUPT)
		return failed;
	buf_printf(&x->lines, "%s%s (%s)", x->n++ ? "\n" : "", e.name, e.id);
	if (*manager.name)
		buf_printf(&x->lines, ", maintenant géré par %s", manager.name);
	buf_text(&x->lines, ".");
	if (n)
		buf_printf(&x->lines,
			   " La modification n° %llu, que la Caf n’avait pas encore vérifiée, ne sera pas publiée.",
			   (unsigned long long)n);
	x->caf = e.caf;
	return ERR_OK;
}

static enum err settle(struct app *app, struct arena *a, bool *more)
{
	struct left x = { .app = app, .a = a, .cs = changeset_new(a), .lines = buf_new(a) };
	enum err e = read_marks(&x);

	*more = x.places.n > 0;
	for (size_t i = 0; i < x.places.n && !e; i++)
		e = leave(&x, x.places.v[i]);
	if (e || !*more)
		return e;
	if (x.n && *x.former.mail)
		mail_add(app, a, x.cs, "manager_changed", UUID_NONE, x.former.mail, x.caf, "combien",
			 x.n > 1 ? arena_printf(a, "%zu établissements", x.n) : "1 établissement", "organisme",
			 x.former.name, "lignes", buf_str(&x.lines), NULL);
	return changeset_commit(app->store, x.cs, NULL);
}

enum err mirror_takeover_settle(struct batch *b)
{
	bool more = true;
	enum err e = ERR_OK;

	while (!e && more) {
		AUTO_ARENA struct arena *a = arena_new();

		e = settle(b->app, a, &more);
	}
	return e;
}
