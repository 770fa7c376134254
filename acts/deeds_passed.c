/* Establishments that another manager's convention took from a provider's. The record of it is the other provider's; what the former
   one's file tells comes from the periods the mirror keeps. */
#include "acts/deeds.h"

#include "acts/right_history.h"
#include "base/french.h"

#include <stdlib.h>
#include <string.h>

#define TOGETHER \
	HOUR_MS /* an activation writes one entry after the other, and waits for a directory that does not answer */
#define PLACES_SHOWN 4

/* Who manages it now, and what his conventions have covered. */
struct successor {
	const char *key;
	struct provider p;
	struct right_period *v;
	size_t n;
};

struct passed {
	struct establishment e;
	const char *manager;
	int64_t at;
	unsigned families; /* of the person whose file it is */
};

struct passing {
	struct txn *t;
	struct arena *a;
	const struct person *whose; /* NULL: the convention's own file */
	struct right_period *rights;
	size_t rights_n;
	struct successor next;
	struct passed *v;
	size_t n;
};

static bool is_together(int64_t x, int64_t y)
{
	return x - y <= TOGETHER && y - x <= TOGETHER;
}

static enum err read_successor(struct passing *x, const char *key)
{
	struct successor s = { .key = key };
	struct agreements all;

	if (x->next.key && strcmp(x->next.key, key) == 0)
		return ERR_OK;
	enum err e = provider_by_key(x->t, x->a, key, &s.p);

	if (!e)
		e = agreements_of(x->t, x->a, key, &all);
	for (size_t i = 0; !e && i < all.n; i++) {
		struct right_period *v;
		size_t n;

		e = right_periods(x->t, x->a, all.v[i].uuid, &v, &n);
		for (size_t k = 0; !e && k < n; k++) {
			if (v[k].family != PERIOD_COVERED)
				continue;
			s.v = arena_more(x->a, s.v, s.n, sizeof *s.v);
			s.v[s.n++] = v[k];
		}
	}
	if (!e)
		x->next = s;
	return e;
}

/* What a provider gave up by itself, and another took on later, was not passed on. */
static bool took_over(const struct successor *s, const struct right_period *ended)
{
	for (size_t i = 0; i < s->n; i++)
		if (uuid_equal(s->v[i].object, ended->object) && is_together(s->v[i].from, ended->until))
			return true;
	return false;
}

/* What he could do there until then. */
static unsigned held(const struct passing *x, const struct right_period *ended)
{
	unsigned families = 0;

	for (size_t i = 0; i < x->rights_n; i++) {
		const struct right_period *r = &x->rights[i];

		if (uuid_equal(r->object, ended->object) && r->from < ended->until &&
		    (!r->until || r->until + TOGETHER >= ended->until))
			families |= r->family & (FAMILY_LISTING | FAMILY_PLACES);
	}
	return families;
}

/* Two conventions of one provider may have covered it. */
static bool is_known(const struct passing *x, const struct right_period *ended)
{
	for (size_t i = 0; i < x->n; i++)
		if (uuid_equal(x->v[i].e.uuid, ended->object) && is_together(x->v[i].at, ended->until))
			return true;
	return false;
}

static enum err look_at(struct passing *x, const struct agreement *g, const struct right_period *ended)
{
	struct passed out = { .at = ended->until, .families = x->whose ? held(x, ended) : 0 };
	enum err e;

	if (ended->family != PERIOD_COVERED || !ended->until || (x->whose && !out.families) || is_known(x, ended))
		return ERR_OK;
	e = establishment_get(x->t, x->a, TABLE_MIRROR_ESTABLISHMENT,
			      key_bytes(ended->object.b, sizeof ended->object.b), &out.e);
	if (!e && (!*out.e.manager_key || strcmp(out.e.manager_key, g->provider_key) == 0))
		return ERR_OK;
	if (!e)
		e = read_successor(x, out.e.manager_key);
	if (e || !took_over(&x->next, ended))
		return or_none(e);
	out.manager = x->next.p.name;
	x->v = arena_more(x->a, x->v, x->n, sizeof *x->v);
	x->v[x->n++] = out;
	return ERR_OK;
}

static int by_manager_and_time(const void *p, const void *q)
{
	const struct passed *x = p, *y = q;
	int order = strcmp(x->e.manager_key, y->e.manager_key);

	if (!order)
		order = (x->at > y->at) - (x->at < y->at);
	return order ? order : strcmp(x->e.id, y->e.id);
}

static struct deed deed_of(struct passing *x, const struct passed *v, size_t n)
{
	struct buf what = buf_new(x->a);

	buf_printf(&what, "%s gère maintenant", french_le(x->a, v->manager));
	for (size_t i = 0; i < n && i < PLACES_SHOWN; i++) {
		buf_printf(&what, "%s %s (%s", !i ? "" : i + 1 == n ? " et" : ",", v[i].e.name, v[i].e.id);
		buf_printf(&what, v[i].families ? ", %s)" : ")", families_text(v[i].families));
	}
	if (n > PLACES_SHOWN)
		buf_printf(&what, " et %zu autre%s", n - PLACES_SHOWN, n > PLACES_SHOWN + 1 ? "s" : "");
	return (struct deed){ .at = v->at,
			      .code = "manager_changed",
			      .label = n > 1 ? arena_printf(x->a, "%zu établissements passés à un autre gestionnaire", n) :
					       "Établissement passé à un autre gestionnaire",
			      .by = "",
			      .what = buf_str(&what) };
}

static void tell(struct passing *x, struct deed **v, size_t *n)
{
	qsort(x->v, x->n, sizeof *x->v, by_manager_and_time);
	for (size_t i = 0, count; i < x->n; i += count) {
		for (count = 1; i + count < x->n; count++)
			if (strcmp(x->v[i].e.manager_key, x->v[i + count].e.manager_key) != 0 ||
			    !is_together(x->v[i].at, x->v[i + count].at))
				break;
		*v = arena_more(x->a, *v, *n, sizeof **v);
		(*v)[(*n)++] = deed_of(x, &x->v[i], count);
	}
}

enum err deeds_passed_on(struct app *app, struct arena *a, const struct agreements *of, const struct person *whose,
			 size_t limit, struct deed **v, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct passing x = { .t = &t, .a = a, .whose = whose };
	enum err e = whose ? right_periods(&t, a, whose->uuid, &x.rights, &x.rights_n) : ERR_OK;

	for (size_t i = 0; i < of->n && !e; i++) {
		struct right_period *ended;
		size_t ended_n;

		e = right_periods(&t, a, of->v[i].uuid, &ended, &ended_n);
		for (size_t k = 0; !e && k < ended_n; k++)
			e = look_at(&x, &of->v[i], &ended[k]);
	}
	if (e || !x.n)
		return e;
	tell(&x, v, n);
	deeds_sort(*v, *n);
	*n = *n < limit ? *n : limit;
	return ERR_OK;
}
