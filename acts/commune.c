#include "acts/commune.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FOUND_MAX 20
#define NEAR_MAX 5

const char *commune_fold(struct arena *a, const char *name)
{
	struct buf b = buf_new(a);

	for (const char *p = text_fold(a, name); *p;) {
		size_t n = strcspn(p, " ");

		if (n == 2 && memcmp(p, "st", 2) == 0)
			buf_text(&b, "saint");
		else if (n == 3 && memcmp(p, "ste", 3) == 0)
			buf_text(&b, "sainte");
		else
			buf_add(&b, p, n);
		p += n;
		if (*p)
			buf_byte(&b, (uint8_t)*p++);
	}
	return buf_str(&b);
}

const char *commune_label(struct arena *a, const struct commune *c)
{
	return c->postal_codes.n ? arena_printf(a, "%s (%s)", c->name, c->postal_codes.v[0]) : c->name;
}

bool commune_has_point(const struct commune *c)
{
	return c->lat || c->lon;
}

/* The folded name without its article, or NULL: people look for "havre" too. */
static const char *without_article(const char *folded)
{
	static const char *const articles[] = { "le ", "la ", "les ", "l " };

	for (size_t i = 0; i < LENGTH(articles); i++) {
		size_t n = strlen(articles[i]);

		if (strncmp(folded, articles[i], n) == 0 && folded[n])
			return folded + n;
	}
	return NULL;
}

/* text NUL INSEE code. */
static struct bytes place_key(struct arena *a, const char *text, const char *insee)
{
	struct buf b = buf_new(a);

	buf_add(&b, text, strlen(text) + 1);
	buf_text(&b, insee);
	return buf_bytes(&b);
}

void commune_publish(struct arena *a, struct changeset *cs, const struct commune *c)
{
	const char *folded = commune_fold(a, c->name), *bare = without_article(folded);

	changeset_publish(cs, TABLE_PUBLIC_COMMUNE, key_text(a, c->insee), commune_encode(a, c));
	changeset_publish(cs, TABLE_PUBLIC_PLACE, place_key(a, folded, c->insee), BYTES_NONE);
	if (bare)
		changeset_publish(cs, TABLE_PUBLIC_PLACE, place_key(a, bare, c->insee), BYTES_NONE);
	for (size_t i = 0; i < c->postal_codes.n; i++)
		changeset_publish(cs, TABLE_PUBLIC_PLACE, place_key(a, c->postal_codes.v[i], c->insee), BYTES_NONE);
	if (commune_has_point(c))
		changeset_publish(cs, TABLE_PUBLIC_PLACE, commune_cell_key(a, cell_of(c->lat, c->lon), c->insee),
				  BYTES_NONE);
}

enum err commune_read(struct txn *t, struct arena *a, const char *insee, struct commune *out)
{
	size_t n = strlen(insee);

	return n == 0 || n > 16 ? ERR_NOTFOUND : commune_get(t, a, TABLE_PUBLIC_COMMUNE, key_text(a, insee), out);
}

enum err communes_answer(struct txn *t, enum err e)
{
	return e == ERR_NOTFOUND && !txn_count(t, TABLE_PUBLIC_COMMUNE) ? ERR_UNAVAILABLE : e;
}

enum err commune_by_insee(struct app *app, struct arena *a, const char *insee, struct commune *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_PUBLIC);

	return commune_read(&t, a, insee, out);
}

/* "Valmoreau (00410)", "00410 Valmoreau", "Valmoreau (004)", "Paris 13": a name, folded, a postal code, a department. */
struct typed {
	const char *name;
	const char *code;
	const char *department; /* "92", "2a", "974" */
};

/* They bear every postal code of their arrondissements, which are communes too. */
static const struct {
	const char *name, *insee;
} cities[] = { { "paris", "75056" }, { "lyon", "69123" }, { "marseille", "13055" } };

static bool is_city(const char *name)
{
	for (size_t i = 0; i < LENGTH(cities); i++)
		if (strcmp(cities[i].name, name) == 0)
			return true;
	return false;
}

/* "1", "03", "13e", "13eme", "2nd": 1 to 20, else 0. */
static unsigned ordinal(const char *word)
{
	static const char *const endings[] = { "", "e", "er", "eme", "ieme", "nd", "d" };
	size_t digits = strspn(word, "0123456789");
	unsigned long n = digits && digits < 3 ? strtoul(word, NULL, 10) : 0;

	for (size_t i = 0; i < LENGTH(endings); i++)
		if (strcmp(word + digits, endings[i]) == 0)
			return n <= 20 ? (unsigned)n : 0;
	return 0;
}

static bool is_department(const char *word)
{
	size_t digits = strspn(word, "0123456789");

	return (strlen(word) == 2 && (digits == 2 || strcmp(word, "2a") == 0 || strcmp(word, "2b") == 0)) ||
	       (strlen(word) == 3 && digits == 3 && word[0] == '9' && word[1] == '7');
}

/* Takes the word where it is no part of the name: a code, a department, or what is said of an arrondissement beside its number. */
static bool take_word(struct typed *t, struct buf *name, const char *word, bool last)
{
	const char *before = buf_str(name);

	if (strlen(word) == 5 && strspn(word, "0123456789") == 5 && !*t->code) {
		t->code = word;
		return true;
	}
	if (is_city(before) && ordinal(word)) {
		buf_printf(name, " %u%s arrondissement", ordinal(word), ordinal(word) == 1 ? "er" : "e");
		return true;
	}
	if (last && *before && is_department(word)) {
		t->department = word;
		return true;
	}
	return strstr(before, " arrondissement") && (strncmp("arrondissement", word, strlen(word)) == 0);
}

static struct typed read_typed(struct arena *a, const char *text)
{
	struct typed t = { "", "", "" };
	struct buf name = buf_new(a);

	for (const char *p = commune_fold(a, text_cut(a, text, 100)); *p;) {
		size_t n = strcspn(p, " ");
		const char *word = arena_memdup(a, p, n);

		p += n + (p[n] == ' ');
		if (take_word(&t, &name, word, !*p))
			continue;
		buf_printf(&name, "%s%s", name.n ? " " : "", word);
	}
	t.name = buf_str(&name);
	return t;
}

struct hit {
	struct commune c;
	bool exact;
};

struct hits {
	struct hit *v;
	size_t n;
};

bool commune_has_postal_code(const struct commune *c, const char *code)
{
	return !*code || strs_has(&c->postal_codes, code);
}

/* "saint" is not first of all Le Saint. */
static bool is_without_article(struct arena *a, const struct commune *c, const char *text)
{
	const char *bare = without_article(commune_fold(a, c->name));

	return bare && strcmp(bare, text) == 0;
}

static const struct typed anywhere = { "", "", "" };

/* In the department and of the postal code that were typed, if any was. */
static bool goes_with(const struct commune *c, const struct typed *where)
{
	return commune_has_postal_code(c, where->code) &&
	       strncasecmp(c->insee, where->department, strlen(where->department)) == 0;
}

static void add_hit(struct txn *t, struct arena *a, struct hits *h, const char *insee, const char *whole,
		    const struct typed *where)
{
	struct hit hit;

	if (commune_read(t, a, insee, &hit.c) || !goes_with(&hit.c, where))
		return;
	hit.exact = whole && !is_without_article(a, &hit.c, whole);
	h->v = arena_more(a, h->v, h->n, sizeof *h->v);
	h->v[h->n++] = hit;
}

/* The communes of a place text (whole, or its beginning). */
static void scan_places(struct txn *t, struct arena *a, const char *text, bool whole, const struct typed *where,
			struct hits *h)
{
	size_t n = strlen(text);
	struct bytes prefix = { (const uint8_t *)text, n + whole };
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_PUBLIC_PLACE, prefix);

	while (scan_next(&s)) {
		const uint8_t *end = memchr(s.key.p, 0, s.key.n);
		size_t at = end ? (size_t)(end - s.key.p) + 1 : s.key.n;

		add_hit(t, a, h, arena_memdup(a, s.key.p + at, s.key.n - at), whole ? text : NULL, where);
	}
}

static bool is_parent(const struct commune *c)
{
	for (size_t i = 0; i < LENGTH(cities); i++)
		if (strcmp(cities[i].insee, c->insee) == 0)
			return true;
	return false;
}

static void keep_parents(struct hits *h, bool wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->n; i++)
		if (is_parent(&h->v[i].c) == wanted)
			h->v[kept++] = h->v[i];
	h->n = kept;
}

/* Their arrondissements say more. */
static void drop_parents(struct hits *h)
{
	if (h->n > 1)
		keep_parents(h, false);
}

static int same_together(const void *x, const void *y)
{
	const struct hit *h = x, *i = y;
	int by_insee = strcmp(h->c.insee, i->c.insee);

	return by_insee ? by_insee : i->exact - h->exact;
}

static int best_first(const void *x, const void *y)
{
	const struct hit *h = x, *i = y;

	if (h->exact != i->exact)
		return i->exact - h->exact;
	if (h->c.population != i->c.population)
		return h->c.population > i->c.population ? -1 : 1;
	return strcmp(h->c.insee, i->c.insee);
}

/* Each once: a commune is found by its name, by its name without article and by each of its postal codes. */
static void sort_hits(struct hits *h)
{
	size_t kept = 0;

	if (!h->n)
		return;
	qsort(h->v, h->n, sizeof *h->v, same_together);
	for (size_t i = 0; i < h->n; i++)
		if (!kept || strcmp(h->v[kept - 1].c.insee, h->v[i].c.insee) != 0)
			h->v[kept++] = h->v[i];
	h->n = kept;
	qsort(h->v, h->n, sizeof *h->v, best_first);
}

static void find_places(struct txn *t, struct arena *a, const struct typed *typed, struct hits *h)
{
	const struct typed *where[2] = { typed, &anywhere };

	/* "1400": a postal code that lost its zero, or the beginning of one. */
	if (strlen(typed->name) == 4 && strspn(typed->name, "0123456789") == 4)
		scan_places(t, a, arena_printf(a, "0%s", typed->name), true, typed, h);
	/* With a name and a code or a department that do not go together, the name counts. */
	for (size_t i = 0; i < 2 && (!i || !h->n) && *typed->name; i++) {
		scan_places(t, a, typed->name, true, where[i], h);
		if (strlen(typed->name) > 1)
			scan_places(t, a, typed->name, false, where[i], h);
		if (*where[i]->code)
			drop_parents(h);
	}
	if (!h->n && *typed->code) {
		scan_places(t, a, typed->code, true, &anywhere, h);
		drop_parents(h);
	}
	/* "75000", which no arrondissement has: the city */
	if (!h->n && *typed->code && strcmp(typed->code + 2, "000") == 0) {
		scan_places(t, a, arena_printf(a, "%.2s", typed->code), false, &anywhere, h);
		keep_parents(h, true);
	}
}

struct near {
	int distance;
	uint64_t population;
	const char *label;
	const char *insee;
};

static void keep_near(struct near *best, size_t *n, const struct near *one)
{
	size_t at = *n;

	for (size_t i = 0; i < *n; i++)
		if (strcmp(best[i].insee, one->insee) == 0)
			return;
	while (at > 0 && (one->distance < best[at - 1].distance ||
			  (one->distance == best[at - 1].distance && one->population > best[at - 1].population)))
		at--;
	if (at == NEAR_MAX)
		return;
	*n += *n < NEAR_MAX;
	memmove(best + at + 1, best + at, (*n - at - 1) * sizeof *best);
	best[at] = *one;
}

/* Every name is compared: some 36 000, of which most differ too much in length to be looked at. */
static void find_near(struct txn *t, struct arena *a, const char *name, struct strs *out)
{
	struct near best[NEAR_MAX + 1];
	size_t n = 0, length = strlen(name);
	int most = length > 4 ? 2 : 1;
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_PUBLIC_PLACE, BYTES_NONE);

	if (length < 3 || length > 60)
		return;
	while (scan_next(&s)) {
		const uint8_t *end = memchr(s.key.p, 0, s.key.n);
		struct commune c;

		if (!end || *s.key.p < 'a' || llabs((end - s.key.p) - (long long)length) > most)
			continue;
		int distance = edit_distance_2(name, (const char *)s.key.p);

		if (distance > most || (n == NEAR_MAX && distance > best[n - 1].distance))
			continue;
		if (commune_read(t, a, arena_memdup(a, end + 1, s.key.n - (size_t)(end - s.key.p) - 1), &c))
			continue;
		struct near one = { distance, c.population, commune_label(a, &c), c.insee };

		keep_near(best, &n, &one);
	}
	for (size_t i = 0; i < n; i++)
		strs_add(a, out, best[i].label);
}

enum err communes_find(struct app *app, struct arena *a, const char *text, struct communes_found *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_PUBLIC);
	struct hits h = { NULL, 0 };
	struct typed typed = read_typed(a, text);
	struct communes_found found = { .v = NULL };

	find_places(&t, a, &typed, &h);
	if (!h.n && strchr(text, '(')) { /* "Saint-Denis (Réunion)" */
		typed = read_typed(a, arena_memdup(a, text, strcspn(text, "(")));
		find_places(&t, a, &typed, &h);
	}
	sort_hits(&h);
	if (!h.n && *typed.name)
		find_near(&t, a, typed.name, &found.near);
	enum err e = h.n ? ERR_OK : communes_answer(&t, ERR_NOTFOUND);

	if (t.err)
		return t.err;
	if (e == ERR_UNAVAILABLE)
		return e;
	found.v = arena_array(a, FOUND_MAX, struct commune);
	found.total = h.n;
	for (; found.n < h.n && found.n < FOUND_MAX; found.n++)
		found.v[found.n] = h.v[found.n].c;
	*out = found;
	return ERR_OK;
}

enum err commune_named(struct app *app, struct arena *a, const char *text, struct commune *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_PUBLIC);
	struct hits h = { NULL, 0 };
	struct typed typed = read_typed(a, text);

	if (*typed.name) {
		scan_places(&t, a, typed.name, true, &typed, &h);
	} else if (*typed.code) {
		scan_places(&t, a, typed.code, true, &anywhere, &h);
		drop_parents(&h);
	}
	if (t.err)
		return t.err;
	if (h.n != 1)
		return h.n ? ERR_CONFLICT : ERR_NOTFOUND;
	*out = h.v[0].c;
	return ERR_OK;
}
