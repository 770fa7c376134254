/* Whose periods may have begun or ended: marked in the changeset that changed the mirror, settled in the same poll once all of it
   is written, so that no order of entries matters and a poll cut short is finished by the next one. */
#include "acts/mirror_batch.h"

#include "acts/right_history.h"

#include <string.h>

/* "#history", kind, 16 bytes: 'u' an entryUUID, 'd' the digest of a person's or a provider's normal DN. */
#define MARK "#history"
#define MARK_BYTES (sizeof MARK - 1 + 1 + 16)

static void mark(struct batch *b, char kind, struct bytes tail)
{
	static const uint8_t one = 1;
	struct bytes head = bytes_of(kind == 'u' ? MARK "u" : MARK "d");

	mirror_batch_put(b, TABLE_MIRROR_IN, key_join(b->work, head, tail), key_bytes(&one, 1));
}

static void mark_uuid(struct batch *b, struct uuid u)
{
	mark(b, 'u', key_bytes(u.b, sizeof u.b));
}

/* Rights the first has and the other has not so: their people by the head of the row's key. */
static void mark_rights(struct batch *b, const struct mirrored *x, const struct mirrored *other)
{
	for (size_t i = 0; x && i < x->n; i++) {
		const struct index_row *row = &x->rows[i];
		const struct index_row *same = other ? mirrored_row(other, row->table, row->key) : NULL;

		if (row->table == TABLE_MIRROR_RIGHT && !(same && bytes_equal(same->value, row->value)))
			mark(b, 'd', (struct bytes){ row->key.p, 16 });
	}
}

/* An establishment's name is how its manager's agreements cover it. */
static enum err mark_agreements(struct batch *b, struct txn *t, const struct mirrored *m)
{
	struct uuids found = { 0 };

	if (!m)
		return ERR_OK;
	enum err e = mirror_children(t, b->work, 'g', m->is.establishment.manager_key, &found, b->work);

	for (size_t i = 0; i < found.n; i++)
		mark_uuid(b, found.v[i]);
	return e;
}

static bool keys_equal(const struct strs *x, const struct strs *y)
{
	if (x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!strs_has(y, x->v[i]))
			return false;
	return true;
}

static void mark_employer(struct batch *b, const struct mirrored *m)
{
	if (m && m->kind == MIRROR_KIND_PERSON && *m->is.person.provider_key)
		mark(b, 'd', mirror_dn_key(b->work, m->is.person.provider_key));
}

/* Nothing that a period of its kind hangs on; of an establishment: its name, and who manages it. */
static bool is_unchanged(const struct mirrored *old, const struct mirrored *now)
{
	if (!old || !now || old->kind != now->kind)
		return false;
	switch (old->kind) {
	case MIRROR_KIND_AGREEMENT:
		return strcmp(old->is.agreement.status, now->is.agreement.status) == 0 &&
		       keys_equal(&old->is.agreement.covered_keys, &now->is.agreement.covered_keys);
	case MIRROR_KIND_ESTABLISHMENT:
		return strcmp(old->key, now->key) == 0 &&
		       strcmp(old->is.establishment.manager_key, now->is.establishment.manager_key) == 0;
	case MIRROR_KIND_PERSON:
		return strcmp(old->key, now->key) == 0 && strcmp(old->is.person.status, now->is.person.status) == 0;
	default:
		return strcmp(old->key, now->key) == 0;
	}
}

enum err mirror_history_mark(struct batch *b, struct txn *t, const struct mirrored *old, const struct mirrored *now)
{
	const struct mirrored *m = now ? now : old;
	bool unchanged = !b->force && is_unchanged(old, now);

	if ((m->kind == MIRROR_KIND_PERSON || m->kind == MIRROR_KIND_AGREEMENT) && !unchanged)
		mark_uuid(b, m->uuid);
	if (!unchanged) {
		mark_employer(b, old);
		mark_employer(b, now);
	}
	if (m->kind != MIRROR_KIND_ESTABLISHMENT || b->first)
		return ERR_OK;
	mark_rights(b, old, now);
	mark_rights(b, now, old);
	if (unchanged)
		return ERR_OK;
	enum err e = mark_agreements(b, t, old);

	return e ? e : mark_agreements(b, t, now);
}

/* --- settling --- */

static void put(void *to, enum table table, struct bytes key, struct bytes value)
{
	mirror_batch_put(to, table, key, value);
}

static enum err subject_of(struct txn *t, struct bytes mark, struct uuid *out)
{
	struct bytes tail = tail_of(mark, sizeof out->b);
	struct record rec;

	if (mark.p[sizeof MARK - 1] == 'u') {
		memcpy(out->b, tail.p, sizeof out->b);
		return ERR_OK;
	}
	enum err e = txn_get(t, TABLE_MIRROR_DN, tail, &rec);

	if (e)
		return e;
	if (rec.payload.n != 1 + sizeof out->b ||
	    (rec.payload.p[0] != MIRROR_KIND_PERSON && rec.payload.p[0] != MIRROR_KIND_PROVIDER))
		return ERR_NOTFOUND;
	memcpy(out->b, rec.payload.p + 1, sizeof out->b);
	return ERR_OK;
}

/* One transaction's worth. Whoever has no entry yet is settled when it comes, and was when it went. */
static enum err settle_some(struct batch *b, int64_t now, bool *more)
{
	AUTO_TXN struct txn t = txn_read(b->app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, bytes_of(MARK));

	*more = false;
	while (!*more && scan_next(&s)) {
		struct uuid subject;
		enum err e = s.key.n == MARK_BYTES ? subject_of(&t, s.key, &subject) : ERR_NOTFOUND;

		(void)mirror_batch_changeset(b);
		if (!e)
			e = right_periods_settle(&t, b->work, subject, now, put, b);
		if (e && e != ERR_NOTFOUND)
			return e;
		mirror_batch_delete(b, TABLE_MIRROR_IN, s.key);
		*more = mirror_batch_is_full(b);
	}
	return t.err;
}

enum err mirror_history_settle(struct batch *b)
{
	bool more = true;
	enum err e = ERR_OK;

	while (!e && more) {
		e = settle_some(b, clock_now(), &more);
		if (!e)
			e = mirror_batch_flush(b);
	}
	return e;
}
