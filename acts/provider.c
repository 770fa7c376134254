#include "acts/provider.h"

#include "acts/mirror_keys.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *x, const void *y)
{
	const struct provider *first = x, *second = y;
	int order = text_order(first->name, second->name);

	return order ? order : strcmp(first->id, second->id);
}

enum err providers_of(struct app *app, struct arena *a, const char *caf, struct provider **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'o', caf));
	struct provider *list = NULL;
	size_t count = 0;

	while (*caf && scan_next(&s)) {
		struct provider p;
		enum err e = provider_get(&t, a, TABLE_MIRROR_PROVIDER, tail_of(s.key, sizeof(struct uuid)), &p);

		if (e)
			return e;
		list = arena_more(a, list, count, sizeof *list);
		list[count++] = p;
	}
	if (t.err)
		return t.err;
	if (count)
		qsort(list, count, sizeof *list, by_name);
	*out = list;
	*n = count;
	return ERR_OK;
}

static bool mentions(struct arena *a, const struct provider *p, const char *sought)
{
	const char *const texts[] = { p->name, p->id, p->address, p->siret };

	return text_mentions(a, sought, texts, LENGTH(texts));
}

enum err caf_providers(struct app *app, struct arena *a, const struct visitor *who, const char *text, size_t page,
		       size_t per_page, struct provider **out, size_t *n, size_t *total)
{
	const char *sought = text_sought(a, text);
	struct provider *all;
	size_t count, kept = 0;
	enum err e = providers_of(app, a, who->person.caf, &all, &count);

	if (e)
		return e;
	for (size_t i = 0; i < count; i++)
		if (mentions(a, &all[i], sought))
			all[kept++] = all[i];
	size_t first = page * per_page < kept ? page * per_page : kept;

	*out = all + first;
	*n = kept - first < per_page ? kept - first : per_page;
	*total = kept;
	return ERR_OK;
}

enum err caf_provider_find(struct app *app, struct arena *a, const struct visitor *who, const char *id,
			   struct provider *out, const char **foreign)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct provider p;
	enum err e = provider_by_id(&t, a, id, &p);

	if (foreign)
		*foreign = "";
	if (e)
		return e;
	if (!*p.caf || strcmp(p.caf, who->person.caf) != 0) {
		if (foreign)
			*foreign = p.caf;
		return ERR_NOTFOUND;
	}
	*out = p;
	return ERR_OK;
}

enum err provider_agent_find(struct app *app, struct arena *a, const struct provider *p, const char *number,
			     struct person *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct person found;
	enum err e = person_by_name(&t, a, 'n', number, &found);

	if (e)
		return e;
	if (!found.agent || strcmp(found.provider_key, p->key) != 0)
		return ERR_NOTFOUND;
	*out = found;
	return ERR_OK;
}

/* RFC 4517 §3.3.28: '$' between lines. */
static void add_address(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '$' || *s == '\\')
			buf_text(b, *s == '$' ? "\\24" : "\\5C");
		else
			buf_byte(b, *s == '\n' ? '$' : (uint8_t)*s);
	}
}

const char *provider_postal_address(struct arena *a, const char *street, const char *postal_code, const char *city)
{
	struct buf b = buf_new(a);

	add_address(&b, arena_printf(a, "%s\n%s %s", street, postal_code, city));
	return buf_str(&b);
}

void provider_make(struct arena *a, struct edits *x, const struct provider_new *p)
{
	const struct {
		const char *attribute, *value;
	} all[] = {
		{ "habFournisseurId", p->id },
		{ "o", p->name },
		{ "habSiret", p->siret },
		{ "postalAddress", provider_postal_address(a, p->street, p->postal_code, p->city) },
		{ "street", p->street },
		{ "postalCode", p->postal_code },
		{ "l", p->city },
		{ "mail", p->mail },
		{ "telephoneNumber", p->phone },
		{ "habStatut", "active" },
	};

	edits_make(x, p->dn, "habFournisseur");
	for (size_t i = 0; i < LENGTH(all); i++)
		if (*all[i].value)
			edits_first(x, all[i].attribute, all[i].value);
}

static int establishment_order(const void *x, const void *y)
{
	const struct establishment *first = x, *second = y;
	int order = text_order(first->name, second->name);

	return order ? order : strcmp(first->id, second->id);
}

enum err provider_establishments(struct app *app, struct arena *a, const struct provider *p, struct establishment **out,
				 size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'm', p->key));
	struct establishment *list = NULL;
	size_t count = 0;

	while (scan_next(&s)) {
		struct establishment x;
		enum err e = establishment_get(&t, a, TABLE_MIRROR_ESTABLISHMENT, tail_of(s.key, sizeof(struct uuid)), &x);

		if (e)
			return e;
		list = arena_more(a, list, count, sizeof *list);
		list[count++] = x;
	}
	if (t.err)
		return t.err;
	if (count)
		qsort(list, count, sizeof *list, establishment_order);
	*out = list;
	*n = count;
	return ERR_OK;
}

enum err people_with_mail(struct app *app, struct arena *a, const char *mail, const struct person *p,
			  struct person **out, size_t *n)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_MIRROR_IN, mirror_in_prefix(a, 'l', text_fold(a, mail)));
	struct person *list = NULL;
	size_t count = 0;

	while (*mail && scan_next(&s)) {
		struct person other;
		enum err e = person_get(&t, a, TABLE_MIRROR_PERSON, tail_of(s.key, sizeof(struct uuid)), &other);

		if (e)
			return e;
		/* folding loses dots: what is alike is compared again */
		if ((p && uuid_equal(other.uuid, p->uuid)) ||
		    strcmp(text_casefold(a, other.mail), text_casefold(a, mail)) != 0)
			continue;
		list = arena_more(a, list, count, sizeof *list);
		list[count++] = other;
	}
	if (t.err)
		return t.err;
	*out = list;
	*n = count;
	return ERR_OK;
}
