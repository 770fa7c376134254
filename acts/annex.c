#include "acts/annex.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int64_t annex_moment(day_t day)
{
	int64_t end = day_start(day + 1) - 1, now = clock_now();

	return end < now ? end : now;
}

static bool holds_at(const struct right_period *p, int64_t at)
{
	return p->from <= at && (!p->until || p->until > at);
}

static void learn_since(struct annex *x, const struct right_period *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!x->known_since || v[i].from < x->known_since)
			x->known_since = v[i].from;
}

static int by_name(const struct establishment *x, const struct establishment *y)
{
	int order = text_order(x->name, y->name);

	return order ? order : memcmp(x->uuid.b, y->uuid.b, sizeof x->uuid.b);
}

static int covered_order(const void *x, const void *y)
{
	return by_name(x, y);
}

static int place_order(const void *x, const void *y)
{
	return by_name(&((const struct annex_place *)x)->e, &((const struct annex_place *)y)->e);
}

static enum err read_covered(struct txn *t, struct arena *a, const struct agreement *g, struct annex *x)
{
	struct right_period *v;
	size_t n;
	enum err e = right_periods(t, a, g->uuid, &v, &n);

	if (e)
		return e;
	learn_since(x, v, n);
	for (size_t i = 0; i < n; i++) {
		if (v[i].family != PERIOD_COVERED || !holds_at(&v[i], x->at))
			continue;
		x->covered = arena_more(a, x->covered, x->covered_n, sizeof *x->covered);
		e = right_place(t, a, v[i].object, &x->covered[x->covered_n++]);
		if (e)
			return e;
	}
	if (x->covered_n)
		qsort(x->covered, x->covered_n, sizeof *x->covered, covered_order);
	return ERR_OK;
}

static const struct establishment *covered_of(const struct annex *x, struct uuid u)
{
	for (size_t i = 0; i < x->covered_n; i++)
		if (uuid_equal(x->covered[i].uuid, u))
			return &x->covered[i];
	return NULL;
}

static void add_place(struct arena *a, struct annex_person *p, const struct establishment *e, unsigned family)
{
	for (size_t i = 0; i < p->n; i++) {
		if (uuid_equal(p->v[i].e.uuid, e->uuid)) {
			p->v[i].families |= family;
			return;
		}
	}
	p->v = arena_more(a, p->v, p->n, sizeof *p->v);
	p->v[p->n++] = (struct annex_place){ *e, family };
}

static enum err read_person(struct txn *t, struct arena *a, const struct person *p, struct annex *x)
{
	struct annex_person line = { .p = *p };
	struct right_period *v;
	bool active = false;
	size_t n;
	enum err e = right_periods(t, a, p->uuid, &v, &n);

	if (e)
		return e;
	learn_since(x, v, n);
	for (size_t i = 0; i < n; i++) {
		const struct establishment *place = covered_of(x, v[i].object);

		if (!holds_at(&v[i], x->at))
			continue;
		if (v[i].family == PERIOD_ACTIVE)
			active = true;
		else if (place)
			add_place(a, &line, place, v[i].family);
	}
	if (!active || !line.n)
		return ERR_OK;
	qsort(line.v, line.n, sizeof *line.v, place_order);
	x->v = arena_more(a, x->v, x->n, sizeof *x->v);
	x->v[x->n++] = line;
	return ERR_OK;
}

/* As he is now, or what is left. */
static enum err person_of(struct txn *t, struct arena *a, const struct right_period *v, struct person *out)
{
	enum err e = person_get(t, a, TABLE_MIRROR_PERSON, key_bytes(v->object.b, sizeof v->object.b), out);

	if (e != ERR_NOTFOUND)
		return e;
	person_default(out);
	out->uuid = v->object;
	out->number = v->number;
	out->name = "Personne dont le compte est effacé";
	return ERR_OK;
}

/* Whoever was the provider's at that time, each once. now: whoever is so now; of those no period is kept from before periods were. */
static enum err people_at(struct txn *t, struct arena *a, const char *provider_key, int64_t at, struct person *now,
			  size_t now_n, struct person **out, size_t *n)
{
	struct provider provider;
	struct right_period *v;
	struct person *list = NULL;
	struct uuid last = { { 0 } };
	size_t periods, count = 0;
	enum err e = provider_by_key(t, a, provider_key, &provider);

	if (!e)
		e = right_periods(t, a, provider.uuid, &v, &periods);
	if (e)
		return e;
	for (size_t i = 0; i < periods && !e; i++) {
		if (v[i].family != PERIOD_EMPLOYED)
			continue;
		for (size_t k = 0; k < now_n; k++)
			if (uuid_equal(now[k].uuid, v[i].object))
				now[k] = now[--now_n];
		/* the periods of one person stand together */
		if (!holds_at(&v[i], at) || uuid_equal(last, v[i].object))
			continue;
		last = v[i].object;
		list = arena_more(a, list, count, sizeof *list);
		e = person_of(t, a, &v[i], &list[count++]);
	}
	for (size_t k = 0; k < now_n && !e; k++) {
		list = arena_more(a, list, count, sizeof *list);
		list[count++] = now[k];
	}
	*out = list;
	*n = count;
	return e;
}

static int annex_order(const void *x, const void *y)
{
	const struct annex_person *a = x, *b = y;
	int order = text_order(a->p.name, b->p.name);

	return order ? order : strcmp(a->p.number, b->p.number);
}

enum err annex_at(struct app *app, struct arena *a, const struct agreement *g, int64_t at, struct annex *out)
{
	struct annex x = { .at = at };
	struct person *now, *people = NULL;
	size_t now_n, n = 0;
	day_t day = day_of(at);
	enum err e = people_of(app, a, g->provider_key, &now, &now_n);

	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	if (!e)
		e = read_covered(&t, a, g, &x);
	if (g->effect <= day && !agreement_runs(g, day))
		x.covered_n = 0; /* over: nothing holds; of one to come it is known what it will cover */
	if (!e && agreement_runs(g, day))
		e = people_at(&t, a, g->provider_key, at, now, now_n, &people, &n);
	for (size_t i = 0; i < n && !e; i++)
		e = read_person(&t, a, &people[i], &x);
	if (e)
		return e;
	if (x.n)
		qsort(x.v, x.n, sizeof *x.v, annex_order);
	*out = x;
	return ERR_OK;
}

/* --- the difference --- */

static unsigned families_in(const struct annex *x, struct uuid person, struct uuid establishment)
{
	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; k < x->v[i].n && uuid_equal(x->v[i].p.uuid, person); k++)
			if (uuid_equal(x->v[i].v[k].e.uuid, establishment))
				return x->v[i].v[k].families;
	return 0;
}

struct changes {
	struct annex_change *v;
	size_t n;
};

static void add_change(struct arena *a, struct changes *list, struct annex_change c)
{
	list->v = arena_more(a, list->v, list->n, sizeof *list->v);
	list->v[list->n++] = c;
}

/* What the first has and the other has not. */
static void people_only_in(struct arena *a, const struct annex *x, const struct annex *other, bool added,
			   struct changes *out)
{
	for (size_t i = 0; i < x->n; i++) {
		for (size_t k = 0; k < x->v[i].n; k++) {
			const struct annex_place *place = &x->v[i].v[k];
			unsigned more = place->families & ~families_in(other, x->v[i].p.uuid, place->e.uuid);

			if (more)
				add_change(a, out, (struct annex_change){ added, &x->v[i].p, &place->e, more });
		}
	}
}

static void places_only_in(struct arena *a, const struct annex *x, const struct annex *other, bool added,
			   struct changes *out)
{
	for (size_t i = 0; i < x->covered_n; i++)
		if (!covered_of(other, x->covered[i].uuid))
			add_change(a, out, (struct annex_change){ added, NULL, &x->covered[i], 0 });
}

void annex_difference(struct arena *a, const struct annex *before, const struct annex *after, struct annex_change **out,
		      size_t *n)
{
	struct changes list = { 0 };

	people_only_in(a, before, after, false, &list);
	people_only_in(a, after, before, true, &list);
	places_only_in(a, before, after, false, &list);
	places_only_in(a, after, before, true, &list);
	*out = list.v;
	*n = list.n;
}
