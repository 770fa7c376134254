/* Lists the mirror answers: the agents of a provider, the establishments of a Caf. */
#include "acts/mirror_keys.h"
#include "acts/rights.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The entry a row of MIRROR_IN ends with. */
static struct bytes child_of(const struct scan *s)
{
	return (struct bytes){ s->key.p + s->key.n - sizeof(struct uuid), sizeof(struct uuid) };
}

static int person_order(const void *a, const void *b)
{
	return text_order(((const struct person *)a)->name, ((const struct person *)b)->name);
}

enum err people_of(struct app *app, struct arena *a, const char *provider_key, struct person **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'a', provider_key));
	struct person *list = NULL;
	size_t count = 0;

	while (scan_next(&s)) {
		struct person p;
		enum err e = person_get(&t, a, TABLE_MIRROR_PERSON, child_of(&s), &p);

		if (e)
			return e;
		list = arena_more(a, list, count, sizeof *list);
		list[count++] = p;
	}
	if (t.err)
		return t.err;
	if (count)
		qsort(list, count, sizeof *list, person_order);
	*out = list;
	*n = count;
	return ERR_OK;
}

static enum err read_manager(struct app *app, struct arena *a, const struct establishment *e, struct provider *manager,
			     struct agreements *agreements)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	enum err failed = *e->manager_key ? provider_by_key(&t, a, e->manager_key, manager) : ERR_NOTFOUND;

	return failed ? failed : agreements_of(&t, a, manager->key, agreements);
}

enum err keepers_of(struct app *app, struct arena *a, const struct establishment *e, struct keepers *out)
{
	struct agreements agreements;
	struct person *people;
	size_t n;

	*out = (struct keepers){ .n = 0 };
	codec_default(&provider_codec, &out->manager);
	enum err failed = read_manager(app, a, e, &out->manager, &agreements);

	if (failed)
		return failed == ERR_NOTFOUND ? ERR_OK : failed;
	if ((failed = people_of(app, a, out->manager.key, &people, &n)))
		return failed;
	for (size_t i = 0; i < n; i++) {
		unsigned families = right_families(&people[i], e, &out->manager, &agreements, day_today());

		if (!families)
			continue;
		out->v = arena_more(a, out->v, out->n, sizeof *out->v);
		out->v[out->n++] = (struct keeper){ people[i], families };
	}
	return ERR_OK;
}

static int establishment_order(const void *a, const void *b)
{
	const struct establishment *first = a, *second = b;
	int order = text_order(first->name, second->name);

	return order ? order : strcmp(first->id, second->id);
}

static bool mentions(struct arena *a, const struct establishment *e, const char *sought)
{
	const char *const texts[] = { e->name, e->city, e->id };

	return text_mentions(a, sought, texts, LENGTH(texts));
}

enum err caf_establishments(struct app *app, struct arena *a, const struct visitor *who, const char *text, size_t page,
			    size_t per_page, struct establishment **out, size_t *n, size_t *total)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'e', who->person.caf));
	const char *sought = text_sought(a, text);
	struct establishment *list = NULL;
	size_t count = 0;

	while (scan_next(&s)) {
		struct establishment e;
		enum err failed = establishment_get(&t, a, TABLE_MIRROR_ESTABLISHMENT, child_of(&s), &e);

		if (failed)
			return failed;
		if (!mentions(a, &e, sought))
			continue;
		list = arena_more(a, list, count, sizeof *list);
		list[count++] = e;
	}
	if (t.err)
		return t.err;
	if (count)
		qsort(list, count, sizeof *list, establishment_order);
	size_t first = page * per_page < count ? page * per_page : count;

	*out = list + first;
	*n = count - first < per_page ? count - first : per_page;
	*total = count;
	return ERR_OK;
}

const char *families_text(unsigned families)
{
	if (families == (FAMILY_LISTING | FAMILY_PLACES))
		return "fonctionnement et places libres";
	return families & FAMILY_PLACES ? "places libres" : "fonctionnement";
}
