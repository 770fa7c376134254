/* Establishments that another manager's convention took from a provider's, and those that came back. The record of it is the other
   provider's, or that of an LDAP tool; what the former manager's file tells comes from the periods the mirror keeps. */
#include "acts/deeds.h"

#include "acts/mirror_keys.h"
#include "acts/right_history.h"
#include "base/french.h"

#include <stdlib.h>
#include <string.h>

#define TOGETHER \
	HOUR_MS /* an activation writes one entry after the other, and waits for a directory that does not answer */
#define PLACES_SHOWN 4

/* Another provider, and what his conventions have covered. */
struct holder {
	struct provider p;
	struct right_period *v;
	size_t n;
};

enum passing_kind {
	PASSED_ON,   /* he manages it now */
	PASSED_THEN, /* he did from then on, and no longer */
	CAME_BACK
};

struct passed {
	enum passing_kind kind;
	struct establishment e;
	const struct provider *manager; /* the other one */
	int64_t at;
	unsigned families; /* of the person whose file it is */
};

struct passing {
	struct txn *t;
	struct arena *a;
	const struct agreements *of;
	const struct person *whose; /* NULL: the convention's own file */
	struct right_period *own, *rights;
	size_t own_n, rights_n;
	struct holder **holders;
	size_t holders_n;
	const char *all_of; /* the Caf whose providers are all among the holders */
	struct passed *v;
	size_t n;
};

static bool is_together(int64_t x, int64_t y)
{
	return x - y <= TOGETHER && y - x <= TOGETHER;
}

/* What these conventions cover or covered. */
static enum err read_covered(struct passing *x, const struct agreements *of, struct right_period **out, size_t *n)
{
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < of->n; i++) {
		struct right_period *v;
		size_t count;

		e = right_periods(x->t, x->a, of->v[i].uuid, &v, &count);
		for (size_t k = 0; !e && k < count; k++) {
			if (v[k].family != PERIOD_COVERED)
				continue;
			*out = arena_more(x->a, *out, *n, sizeof **out);
			(*out)[(*n)++] = v[k];
		}
	}
	return e;
}

static enum err add_holder(struct passing *x, const struct provider *p)
{
	struct holder *h = arena_new_of(x->a, struct holder);
	struct agreements all;

	for (size_t i = 0; i < x->holders_n; i++)
		if (strcmp(x->holders[i]->p.key, p->key) == 0)
			return ERR_OK;
	*h = (struct holder){ .p = *p };
	enum err e = agreements_of(x->t, x->a, p->key, &all);

	if (!e)
		e = read_covered(x, &all, &h->v, &h->n);
	if (e)
		return e;
	x->holders = arena_more(x->a, x->holders, x->holders_n, sizeof(struct holder *));
	x->holders[x->holders_n++] = h;
	return ERR_OK;
}

static bool is_own(const struct passing *x, const char *key)
{
	return !x->of->n || strcmp(x->of->v[0].provider_key, key) == 0;
}

static enum err add_manager(struct passing *x, const char *key)
{
	struct provider p;

	if (!*key || is_own(x, key))
		return ERR_OK;
	enum err e = provider_by_key(x->t, x->a, key, &p);

	return e ? or_none(e) : add_holder(x, &p);
}

static enum err add_all(struct passing *x, const char *caf)
{
	if (x->all_of && strcmp(x->all_of, caf) == 0)
		return ERR_OK;
	AUTO_SCAN struct scan s = scan_prefix(x->t, TABLE_MIRROR_IN, mirror_in_prefix(x->a, 'o', caf));
	enum err e = ERR_OK;

	while (!e && scan_next(&s)) {
		struct provider p;

		e = provider_get(x->t, x->a, TABLE_MIRROR_PROVIDER, tail_of(s.key, sizeof p.uuid.b), &p);
		if (!e && !is_own(x, p.key))
			e = add_holder(x, &p);
		e = or_none(e);
	}
	x->all_of = caf;
	return e ? e : x->t->err;
}

/* What a provider gave up by itself, and another took on later, was not passed on. NULL: nobody took it. */
static const struct holder *taker(const struct passing *x, const struct right_period *ended)
{
	for (size_t i = 0; i < x->holders_n; i++)
		for (size_t k = 0; k < x->holders[i]->n; k++)
			if (uuid_equal(x->holders[i]->v[k].object, ended->object) &&
			    is_together(x->holders[i]->v[k].from, ended->until))
				return x->holders[i];
	return NULL;
}

/* Whoever manages it now is the first to ask. */
static enum err find_taker(struct passing *x, const struct establishment *place, const struct right_period *ended,
			   const struct holder **out)
{
	enum err e = add_manager(x, place->manager_key);

	*out = taker(x, ended);
	if (e || *out)
		return e;
	e = add_all(x, place->caf);
	*out = taker(x, ended);
	return e;
}

/* Its own coverage of the same afterwards; NULL: it never came back. */
static const struct right_period *next_own(const struct passing *x, const struct right_period *ended)
{
	const struct right_period *next = NULL;

	for (size_t i = 0; i < x->own_n; i++) {
		const struct right_period *p = &x->own[i];

		if (uuid_equal(p->object, ended->object) && p->from >= ended->until && (!next || p->from < next->from))
			next = p;
	}
	return next;
}

/* What he could do there until or from then. */
static unsigned held(const struct passing *x, struct uuid place, int64_t at, bool until)
{
	unsigned families = 0;

	for (size_t i = 0; i < x->rights_n; i++) {
		const struct right_period *r = &x->rights[i];
		bool before = r->from < at && (!r->until || r->until + TOGETHER >= at),
		     after = r->from - TOGETHER <= at && (!r->until || r->until > at);

		if (uuid_equal(r->object, place) && (until ? before : after))
			families |= r->family & (FAMILY_LISTING | FAMILY_PLACES);
	}
	return families;
}

/* Two conventions of one provider may have covered it. */
static bool is_known(const struct passing *x, const struct passed *p)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].kind == p->kind && uuid_equal(x->v[i].e.uuid, p->e.uuid) && is_together(x->v[i].at, p->at))
			return true;
	return false;
}

static void add(struct passing *x, const struct establishment *place, const struct holder *other,
		enum passing_kind kind, int64_t at)
{
	struct passed p = { .kind = kind, .e = *place, .manager = &other->p, .at = at };

	p.families = held(x, place->uuid, at, kind != CAME_BACK);
	if ((x->whose && !p.families) || is_known(x, &p))
		return;
	x->v = arena_more(x->a, x->v, x->n, sizeof *x->v);
	x->v[x->n++] = p;
}

static enum err look_at(struct passing *x, const struct right_period *ended)
{
	const struct right_period *next = next_own(x, ended);
	const struct holder *other = NULL;
	struct establishment place;

	if (!ended->until)
		return ERR_OK;
	enum err e = establishment_get(x->t, x->a, TABLE_MIRROR_ESTABLISHMENT,
				       key_bytes(ended->object.b, sizeof ended->object.b), &place);

	if (!e)
		e = find_taker(x, &place, ended, &other);
	if (e || !other)
		return or_none(e);
	add(x, &place, other, !next && strcmp(place.manager_key, other->p.key) == 0 ? PASSED_ON : PASSED_THEN,
	    ended->until);
	if (next)
		add(x, &place, other, CAME_BACK, next->from);
	return ERR_OK;
}

static int by_manager_and_time(const void *p, const void *q)
{
	const struct passed *x = p, *y = q;
	int order = (int)x->kind - (int)y->kind;

	if (!order)
		order = strcmp(x->manager->key, y->manager->key);
	if (!order)
		order = (x->at > y->at) - (x->at < y->at);
	return order ? order : strcmp(x->e.id, y->e.id);
}

static const char *label_of(struct passing *x, enum passing_kind kind, size_t n)
{
	const char *what = kind == CAME_BACK ? "revenu" : "passé", *from = kind == CAME_BACK ? "d’" : "à ";

	return n > 1 ? arena_printf(x->a, "%zu établissements %ss %sun autre gestionnaire", n, what, from) :
		       arena_printf(x->a, "Établissement %s %sun autre gestionnaire", what, from);
}

static struct deed deed_of(struct passing *x, const struct passed *v, size_t n)
{
	static const char *const verbs[] = {
		[PASSED_ON] = "gère maintenant", [PASSED_THEN] = "a ensuite géré", [CAME_BACK] = "gérait"
	};
	struct buf what = buf_new(x->a);

	buf_printf(&what, "%s %s", french_le(x->a, v->manager->name), verbs[v->kind]);
	for (size_t i = 0; i < n && i < PLACES_SHOWN; i++) {
		buf_printf(&what, "%s %s (%s", !i ? "" : i + 1 == n ? " et" : ",", v[i].e.name, v[i].e.id);
		buf_printf(&what, v[i].families ? ", %s)" : ")", families_text(v[i].families));
	}
	if (n > PLACES_SHOWN)
		buf_printf(&what, " et %zu autre%s", n - PLACES_SHOWN, n > PLACES_SHOWN + 1 ? "s" : "");
	return (struct deed){ .at = v->at,
			      .code = v->kind == CAME_BACK ? "manager_came_back" : "manager_changed",
			      .label = label_of(x, v->kind, n),
			      .by = "",
			      .what = buf_str(&what) };
}

static bool is_one_deed(const struct passed *x, const struct passed *y)
{
	return x->kind == y->kind && x->manager == y->manager && is_together(x->at, y->at);
}

static void tell(struct passing *x, struct deed **v, size_t *n)
{
	qsort(x->v, x->n, sizeof *x->v, by_manager_and_time);
	for (size_t i = 0, count; i < x->n; i += count) {
		for (count = 1; i + count < x->n && is_one_deed(&x->v[i], &x->v[i + count]);)
			count++;
		*v = arena_more(x->a, *v, *n, sizeof **v);
		(*v)[(*n)++] = deed_of(x, &x->v[i], count);
	}
}

enum err deeds_passed_on(struct app *app, struct arena *a, const struct agreements *of, const struct person *whose,
			 size_t limit, struct deed **v, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct passing x = { .t = &t, .a = a, .of = of, .whose = whose };
	enum err e = whose ? right_periods(&t, a, whose->uuid, &x.rights, &x.rights_n) : ERR_OK;

	if (!e)
		e = read_covered(&x, of, &x.own, &x.own_n);
	for (size_t i = 0; i < x.own_n && !e; i++)
		e = look_at(&x, &x.own[i]);
	if (e || !x.n)
		return e;
	tell(&x, v, n);
	deeds_sort(*v, *n);
	*n = *n < limit ? *n : limit;
	return ERR_OK;
}
