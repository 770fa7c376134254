#include "acts/rights.h"

#include "acts/codes.h"
#include "acts/mirror_keys.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* --- the rule --- */

bool agreement_renews(const struct agreement *g)
{
	return !g->termination && !g->not_tacit;
}

day_t agreement_last_day(const struct agreement *g)
{
	return (day_t)(g->due ? g->due : g->termination);
}

bool agreement_runs(const struct agreement *g, day_t day)
{
	return g->effect && g->effect <= day && (agreement_renews(g) || day < g->due);
}

bool agreement_in_force(const struct agreement *g, day_t today)
{
	return strcmp(g->status, "active") == 0 && agreement_runs(g, today);
}

bool agreement_covers(const struct agreement *g, const struct establishment *e, day_t today)
{
	return *e->key && agreement_in_force(g, today) && strs_has(&g->covered_keys, e->key);
}

bool agreements_cover(const struct agreements *all, struct uuid but, const struct establishment *e, day_t today)
{
	for (size_t i = 0; i < all->n; i++)
		if (!uuid_equal(all->v[i].uuid, but) && agreement_covers(&all->v[i], e, today))
			return true;
	return false;
}

/* The establishment's manager is this provider, of the same Caf. */
static bool manages(const struct provider *p, const struct establishment *e)
{
	return *p->key && *e->caf && strcmp(p->key, e->manager_key) == 0 && strcmp(p->caf, e->caf) == 0;
}

unsigned right_families(const struct person *p, const struct establishment *e, const struct provider *provider,
			const struct agreements *agreements, day_t today)
{
	bool covered = false;
	unsigned families = 0;

	if (!*p->key || !p->agent || strcmp(p->status, "active") != 0 || strcmp(p->provider_key, provider->key) != 0)
		return 0;
	if (!manages(provider, e) || strcmp(p->caf, e->caf) != 0 || !*e->type)
		return 0;
	for (size_t i = 0; i < agreements->n && !covered; i++)
		covered = strcmp(agreements->v[i].provider_key, provider->key) == 0 &&
			  agreement_covers(&agreements->v[i], e, today);
	if (!covered)
		return 0;
	if (strs_has(&e->listing_keys, p->key))
		families |= FAMILY_LISTING;
	if (type_has_places(e->type) && strs_has(&e->places_keys, p->key))
		families |= FAMILY_PLACES;
	return families;
}

/* --- from the mirror --- */

static enum err get_uuid(struct txn *t, enum table table, struct bytes key, char kind, struct uuid *out)
{
	struct record rec;
	enum err e = txn_get(t, table, key, &rec);
	size_t head = kind ? 1 : 0;

	if (e)
		return e;
	if (rec.payload.n != head + sizeof out->b)
		return ERR_CORRUPT;
	if (kind && rec.payload.p[0] != (uint8_t)kind)
		return ERR_NOTFOUND;
	memcpy(out->b, rec.payload.p + head, sizeof out->b);
	return ERR_OK;
}

enum err establishment_get_by_id(struct txn *t, struct arena *a, const char *id, struct establishment *out)
{
	struct uuid u;
	enum err e = get_uuid(t, TABLE_MIRROR_NAME, mirror_name_key(a, 'e', id), 0, &u);

	return e ? e : establishment_get(t, a, TABLE_MIRROR_ESTABLISHMENT, key_bytes(u.b, sizeof u.b), out);
}

enum err establishment_find(struct app *app, struct arena *a, const char *id, struct establishment *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);

	return establishment_get_by_id(&t, a, id, out);
}

enum err person_by_key(struct txn *t, struct arena *a, const char *key, struct person *out)
{
	struct uuid u;
	enum err e = get_uuid(t, TABLE_MIRROR_DN, mirror_dn_key(a, key), MIRROR_KIND_PERSON, &u);

	return e ? e : person_get(t, a, TABLE_MIRROR_PERSON, key_bytes(u.b, sizeof u.b), out);
}

enum err establishment_by_key(struct txn *t, struct arena *a, const char *key, struct establishment *out)
{
	struct uuid u;
	enum err e = get_uuid(t, TABLE_MIRROR_DN, mirror_dn_key(a, key), MIRROR_KIND_ESTABLISHMENT, &u);

	return e ? e : establishment_get(t, a, TABLE_MIRROR_ESTABLISHMENT, key_bytes(u.b, sizeof u.b), out);
}

enum err provider_by_key(struct txn *t, struct arena *a, const char *key, struct provider *out)
{
	struct uuid u;
	enum err e = get_uuid(t, TABLE_MIRROR_DN, mirror_dn_key(a, key), MIRROR_KIND_PROVIDER, &u);

	return e ? e : provider_get(t, a, TABLE_MIRROR_PROVIDER, key_bytes(u.b, sizeof u.b), out);
}

enum err provider_by_id(struct txn *t, struct arena *a, const char *id, struct provider *out)
{
	struct uuid u;
	enum err e = get_uuid(t, TABLE_MIRROR_NAME, mirror_name_key(a, 'p', id), 0, &u);

	return e ? e : provider_get(t, a, TABLE_MIRROR_PROVIDER, key_bytes(u.b, sizeof u.b), out);
}

enum err person_provider(struct app *app, struct arena *a, const struct person *p, const char **id)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct provider provider = { .id = "" };
	enum err e = or_none(provider_by_key(&t, a, p->provider_key, &provider));

	if (!e)
		*id = provider.id;
	return e;
}

enum err caf_by_code(struct txn *t, struct arena *a, const char *code, struct caf *out)
{
	struct uuid u;
	enum err e = get_uuid(t, TABLE_MIRROR_NAME, mirror_name_key(a, 'c', code), 0, &u);

	return e ? e : caf_get(t, a, TABLE_MIRROR_CAF, key_bytes(u.b, sizeof u.b), out);
}

enum err person_by_name(struct txn *t, struct arena *a, char kind, const char *name, struct person *out)
{
	struct uuid u;
	enum err e = get_uuid(t, TABLE_MIRROR_NAME, mirror_name_key(a, kind, name), 0, &u);

	return e ? e : person_get(t, a, TABLE_MIRROR_PERSON, key_bytes(u.b, sizeof u.b), out);
}

const struct person *person_of_mail(const struct person *v, size_t n)
{
	const struct person *one = NULL;

	for (size_t i = 0; i < n; i++) {
		if (n > 1 && strcmp(v[i].status, "terminee") == 0)
			continue;
		if (one)
			return NULL;
		one = &v[i];
	}
	return one;
}

/* The index's key is coarser than an address: compared again. */
static enum err person_by_mail(struct txn *t, struct arena *a, const char *mail, struct person *out)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'l', text_fold(a, mail)));
	const char *folded = text_casefold(a, mail);
	struct person p, *v = NULL;
	size_t n = 0;

	while (scan_next(&s)) {
		enum err e = person_get(t, a, TABLE_MIRROR_PERSON, tail_of(s.key, sizeof(struct uuid)), &p);

		if (e && e != ERR_NOTFOUND)
			return e;
		if (e || strcmp(text_casefold(a, p.mail), folded) != 0)
			continue;
		v = arena_more(a, v, n, sizeof *v);
		v[n++] = p;
	}
	const struct person *one = n > MAIL_PEOPLE_MOST ? NULL : person_of_mail(v, n);

	if (t->err || !one)
		return t->err ? t->err : ERR_NOTFOUND;
	*out = *one;
	return ERR_OK;
}

enum err person_by_identifier(struct txn *t, struct arena *a, const char *typed, struct person *out)
{
	struct person by_number;
	enum err e = person_by_name(t, a, 'u', typed, out), numbered = person_by_name(t, a, 'n', typed, &by_number);

	if ((e && e != ERR_NOTFOUND) || (numbered && numbered != ERR_NOTFOUND))
		return e && e != ERR_NOTFOUND ? e : numbered;
	if (!e && !numbered && !uuid_equal(out->uuid, by_number.uuid))
		return ERR_NOTFOUND;
	if (!numbered)
		*out = by_number;
	return e && numbered ? person_by_mail(t, a, typed, out) : ERR_OK;
}

struct bytes tail_of(struct bytes key, size_t n)
{
	return key.n < n ? BYTES_NONE : (struct bytes){ key.p + key.n - n, n };
}

void agreements_add(struct arena *a, struct agreements *list, const struct agreement *g)
{
	list->v = arena_more(a, list->v, list->n, sizeof *list->v);
	list->v[list->n++] = *g;
}

enum err agreements_of(struct txn *t, struct arena *a, const char *provider_key, struct agreements *out)
{
	struct agreements list = { 0 };
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'g', provider_key));

	while (scan_next(&s)) {
		struct agreement g;
		enum err e = agreement_get(t, a, TABLE_MIRROR_AGREEMENT, tail_of(s.key, sizeof(struct uuid)), &g);

		if (e && e != ERR_NOTFOUND)
			return e;
		if (!e)
			agreements_add(a, &list, &g);
	}
	if (!t->err)
		*out = list;
	return t->err;
}

enum err agreements_in_force(struct app *app, struct arena *a, const char *provider_key, day_t today, struct agreements *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct agreements all;
	enum err e = agreements_of(&t, a, provider_key, &all);

	*out = (struct agreements){ NULL, 0 };
	for (size_t i = 0; !e && i < all.n; i++)
		if (agreement_in_force(&all.v[i], today))
			agreements_add(a, out, &all.v[i]);
	return e;
}

/* Whose agreements were read last: an agent's establishments have one manager mostly. */
struct known {
	const char *provider_key;
	struct provider provider;
	struct agreements agreements;
};

static enum err know(struct txn *t, struct arena *a, const char *provider_key, struct known *k)
{
	if (k->provider_key && strcmp(k->provider_key, provider_key) == 0)
		return ERR_OK;
	enum err e = provider_by_key(t, a, provider_key, &k->provider);

	if (!e)
		e = agreements_of(t, a, provider_key, &k->agreements);
	if (!e)
		k->provider_key = provider_key;
	return e;
}

/* ERR_NOTFOUND: the provider left. */
static enum err families_of(struct txn *t, struct arena *a, const struct person *p, const struct establishment *e,
			    struct known *k, unsigned *out)
{
	*out = 0;
	if (!p->agent || !*p->provider_key)
		return ERR_OK;
	enum err failed = know(t, a, p->provider_key, k);

	if (failed)
		return failed == ERR_NOTFOUND ? ERR_OK : failed;
	*out = right_families(p, e, &k->provider, &k->agreements, day_today());
	return ERR_OK;
}

enum err right_find(struct app *app, struct arena *a, const struct visitor *who, const char *id, unsigned wanted,
		    struct establishment *out, unsigned *families)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct known k = { 0 };
	struct establishment found;
	unsigned has;
	enum err e = establishment_get_by_id(&t, a, id, &found);

	if (!e)
		e = families_of(&t, a, &who->person, &found, &k, &has);
	if (!e && !(has & wanted))
		e = ERR_NOTFOUND;
	if (e)
		return e;
	*out = found;
	*families = has;
	return ERR_OK;
}

bool right_was(struct app *app, struct arena *a, const struct visitor *who, const struct establishment *e, unsigned wanted)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct record rec;

	if (!who->known || !*who->person.key)
		return false;
	if (txn_get(&t, TABLE_MIRROR_RIGHT, mirror_right_key(a, who->person.key, e->uuid), &rec) || rec.payload.n != 2)
		return false;
	return rec.payload.p[1] & wanted;
}

static int by_name(const void *a, const void *b)
{
	const struct my_establishment *first = a, *second = b;
	int order = text_order(first->e.name, second->e.name);

	return order ? order : strcmp(first->e.id, second->e.id);
}

enum err rights_of(struct app *app, struct arena *a, const struct visitor *who, struct my_establishment **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct known k = { 0 };
	struct my_establishment *list = NULL;
	size_t count = 0;
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_RIGHT, mirror_dn_key(a, who->person.key));

	while (scan_next(&s)) {
		struct my_establishment mine = { 0 };
		enum err e = establishment_get(&t, a, TABLE_MIRROR_ESTABLISHMENT, tail_of(s.key, sizeof(struct uuid)),
					       &mine.e);

		if (!e)
			e = families_of(&t, a, &who->person, &mine.e, &k, &mine.families);
		if (e && e != ERR_NOTFOUND)
			return e;
		if (e || !mine.families)
			continue;
		list = arena_more(a, list, count, sizeof *list);
		list[count++] = mine;
	}
	if (t.err)
		return t.err;
	if (count)
		qsort(list, count, sizeof *list, by_name);
	*out = list;
	*n = count;
	return ERR_OK;
}

enum err caf_establishment_find(struct app *app, struct arena *a, const struct visitor *who, const char *id,
				struct establishment *out)
{
	struct establishment found;
	enum err e = establishment_find(app, a, id, &found);

	if (e)
		return e;
	if (!(who->roles & (ROLE_CAF | ROLE_CAF_AUDITOR)) || !*found.caf || strcmp(found.caf, who->person.caf) != 0)
		return ERR_NOTFOUND;
	*out = found;
	return ERR_OK;
}
