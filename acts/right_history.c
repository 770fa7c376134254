#include "acts/right_history.h"

#include "acts/mirror_keys.h"

#include <string.h>

#define KEY_BYTES (16 + 16 + 1 + 8)

struct periods {
	struct right_period *v;
	size_t n;
};

static void add(struct arena *a, struct periods *list, struct uuid object, unsigned family)
{
	list->v = arena_more(a, list->v, list->n, sizeof *list->v);
	list->v[list->n++] = (struct right_period){ .object = object, .family = family, .number = "" };
}

static struct bytes key_of(struct arena *a, struct uuid subject, const struct right_period *p)
{
	struct buf b = buf_new(a);

	buf_add(&b, subject.b, sizeof subject.b);
	buf_add(&b, p->object.b, sizeof p->object.b);
	buf_byte(&b, (uint8_t)p->family);
	buf_u64(&b, (uint64_t)p->from);
	return buf_bytes(&b);
}

static enum err read_row(struct arena *a, const struct scan *s, struct right_period *out)
{
	struct reader in = reader_of(s->key);
	struct period p;

	if (s->key.n != KEY_BYTES || period_decode(a, s->record.payload, &p))
		return ERR_CORRUPT;
	(void)read_bytes(&in, sizeof(struct uuid));
	memcpy(out->object.b, read_bytes(&in, sizeof(struct uuid)).p, sizeof(struct uuid));
	out->family = read_u8(&in);
	out->from = (int64_t)read_u64(&in);
	out->until = p.until;
	out->rev = s->record.rev;
	out->number = p.number;
	return ERR_OK;
}

enum err right_periods(struct txn *t, struct arena *a, struct uuid subject, struct right_period **out, size_t *n)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_RIGHT_HISTORY, key_bytes(subject.b, sizeof subject.b));
	struct periods list = { 0 };

	while (scan_next(&s)) {
		add(a, &list, (struct uuid){ { 0 } }, 0);
		enum err e = read_row(a, &s, &list.v[list.n - 1]);

		if (e)
			return e;
	}
	if (t->err)
		return t->err;
	*out = list.v;
	*n = list.n;
	return ERR_OK;
}

enum err right_period_end(struct txn *t, struct arena *a, struct uuid subject, const struct uuid *object,
			  unsigned family, int64_t *out)
{
	struct bytes head = key_bytes(subject.b, sizeof subject.b);
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_RIGHT_HISTORY,
					      object ? key_join(a, head, key_bytes(object->b, sizeof object->b)) : head);
	bool lasts = false;

	*out = 0;
	while (scan_next(&s)) {
		struct right_period p = { .number = "" };
		enum err e = read_row(a, &s, &p);

		if (e)
			return e;
		if (p.family != family)
			continue;
		lasts = lasts || !p.until;
		if (p.until > *out)
			*out = p.until;
	}
	if (lasts)
		*out = 0;
	return t->err;
}

enum err agreement_ended_on(struct txn *t, struct arena *a, const struct agreement *g,
			    const struct establishment *place, day_t today, day_t *out)
{
	day_t due = agreement_last_day(g), stop = due <= today ? due : 0;
	bool covers = place ? strs_has(&g->covered_keys, place->key) : g->covered_keys.n;
	int64_t seen = 0;
	/* the last of its establishments may have left it by an amendment long before its own end */
	enum err e = covers || place ?
			     right_period_end(t, a, g->uuid, place ? &place->uuid : NULL, PERIOD_COVERED, &seen) :
			     ERR_OK;

	if (e)
		return e;
	*out = seen ? day_of(seen) : covers || !place ? stop : 0;
	if (stop && stop < *out && !agreement_renews(g))
		*out = stop;
	return ERR_OK;
}

enum err right_employments(struct txn *t, struct arena *a, struct right_period **out, size_t *n)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_RIGHT_HISTORY, BYTES_NONE);
	struct periods list = { 0 };

	while (scan_next(&s)) {
		struct right_period p = { .number = "" };
		enum err e = read_row(a, &s, &p);

		if (e)
			return e;
		if (p.family != PERIOD_EMPLOYED)
			continue;
		add(a, &list, p.object, p.family);
		list.v[list.n - 1] = p;
	}
	if (t->err)
		return t->err;
	*out = list.v;
	*n = list.n;
	return ERR_OK;
}

enum err right_place(struct txn *t, struct arena *a, struct uuid u, struct establishment *out)
{
	enum err e = establishment_get(t, a, TABLE_MIRROR_ESTABLISHMENT, key_bytes(u.b, sizeof u.b), out);

	if (e != ERR_NOTFOUND)
		return e;
	out->uuid = u;
	out->name = "Établissement sorti du répertoire";
	return ERR_OK;
}

/* --- what holds now --- */

static enum err rights_now(struct txn *t, struct arena *a, const struct person *p, struct periods *out)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_RIGHT, mirror_dn_key(a, p->key));

	while (scan_next(&s)) {
		unsigned families = s.record.payload.n ? s.record.payload.p[0] : 0;
		struct uuid u;

		memcpy(u.b, tail_of(s.key, sizeof u.b).p, sizeof u.b);
		for (unsigned family = FAMILY_LISTING; family <= FAMILY_PLACES; family <<= 1)
			if (families & family)
				add(a, out, u, family);
	}
	return t->err;
}

/* Not what another manages by now, nor after its end. */
static enum err coverage_now(struct txn *t, struct arena *a, const struct agreement *g, struct periods *out)
{
	if (strcmp(g->status, "active") != 0)
		return ERR_OK;
	for (size_t i = 0; i < g->covered_keys.n; i++) {
		struct establishment place;
		enum err e = establishment_by_key(t, a, g->covered_keys.v[i], &place);

		if (e && e != ERR_NOTFOUND)
			return e;
		if (!e && strcmp(place.manager_key, g->provider_key) == 0)
			add(a, out, place.uuid, PERIOD_COVERED);
	}
	return ERR_OK;
}

static enum err people_now(struct txn *t, struct arena *a, const struct provider *p, struct periods *out)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'a', p->key));

	while (scan_next(&s)) {
		struct person who;
		enum err e = person_get(t, a, TABLE_MIRROR_PERSON, tail_of(s.key, sizeof who.uuid.b), &who);

		if (e)
			return e;
		add(a, out, who.uuid, PERIOD_EMPLOYED);
		out->v[out->n - 1].number = who.number;
	}
	return t->err;
}

/* Of whichever kind the subject is; of one that is gone nothing holds. */
static enum err holds_now(struct txn *t, struct arena *a, struct uuid subject, struct periods *out)
{
	struct bytes key = key_bytes(subject.b, sizeof subject.b);
	struct person p;
	struct agreement g;
	struct provider provider;
	enum err e = person_get(t, a, TABLE_MIRROR_PERSON, key, &p);

	if (!e) {
		if (p.agent && strcmp(p.status, "active") == 0)
			add(a, out, (struct uuid){ { 0 } }, PERIOD_ACTIVE);
		return p.agent ? rights_now(t, a, &p, out) : ERR_OK;
	}
	if (e != ERR_NOTFOUND)
		return e;
	e = agreement_get(t, a, TABLE_MIRROR_AGREEMENT, key, &g);
	if (e != ERR_NOTFOUND)
		return e ? e : coverage_now(t, a, &g, out);
	e = provider_get(t, a, TABLE_MIRROR_PROVIDER, key, &provider);
	return e ? or_none(e) : people_now(t, a, &provider, out);
}

/* --- settling --- */

static bool same(const struct right_period *x, const struct right_period *y)
{
	return x->family == y->family && uuid_equal(x->object, y->object);
}

static bool has(const struct right_period *v, size_t n, const struct right_period *x, bool open)
{
	for (size_t i = 0; i < n; i++)
		if (same(&v[i], x) && (!open || !v[i].until))
			return true;
	return false;
}

static struct bytes encoded(struct arena *a, const struct right_period *p)
{
	struct period row;

	period_default(&row);
	row.until = p->until;
	row.number = p->number;
	return period_encode(a, &row);
}

enum err right_periods_settle(struct txn *t, struct arena *a, struct uuid subject, int64_t now, period_put put, void *to)
{
	struct periods wanted = { 0 };
	struct right_period *kept;
	size_t n;
	enum err e = right_periods(t, a, subject, &kept, &n);

	if (!e)
		e = holds_now(t, a, subject, &wanted);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (kept[i].until || has(wanted.v, wanted.n, &kept[i], false))
			continue;
		kept[i].until = now;
		put(to, TABLE_RIGHT_HISTORY, key_of(a, subject, &kept[i]), encoded(a, &kept[i]));
	}
	for (size_t i = 0; i < wanted.n; i++) {
		wanted.v[i].from = now;
		if (!has(kept, n, &wanted.v[i], true))
			put(to, TABLE_RIGHT_HISTORY, key_of(a, subject, &wanted.v[i]), encoded(a, &wanted.v[i]));
	}
	return ERR_OK;
}
