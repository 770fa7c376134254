#include "acts/search.h"

#include "acts/commune.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define FOUND_MAX 2000 /* of the public search that came before this one */
#define AROUND_MAX 30
#define AROUND_SEEN_MAX 1500

struct walk {
	struct arena *a;
	const struct settings *settings;
	const struct search *q;
	int64_t now;
	struct found *v;
	size_t n, room;
};

static bool has_band(const struct family_summary *s, int band)
{
	for (int i = 0; i < 14; i++)
		if (s->cells[band * 14 + i] != U16_NONE)
			return true;
	return false;
}

/* Known not to take the age: a grid without a cell for it; accueils de loisirs start at 3. */
static bool takes_age(const struct family_summary *s, int band)
{
	if (strcmp(s->type, "alsh") == 0)
		return band == BAND_GE36M;
	return !*s->grid_state || has_band(s, band);
}

unsigned free_halves_asked(unsigned free, int weekday, int half)
{
	unsigned both = free & (free >> 1) & 0x1555u, asked = free;

	if (half == 0)
		asked &= 0x1555u;
	else if (half == 1)
		asked &= 0x2aaau;
	else if (half == 2)
		asked = both | both << 1;
	return weekday < 0 ? asked : asked & 3u << (weekday * 2);
}

static void judge(const struct walk *w, struct found *f)
{
	struct grid g;

	codec_default(&grid_codec, &g);
	g.rev = *f->s.grid_state ? 1 : 0;
	g.state = f->s.grid_state;
	g.confirmed_at = f->s.confirmed_at;
	f->fresh = grid_freshness(w->settings, &g, w->now);
	f->hidden = f->fresh == GRID_NEVER || f->fresh == GRID_HIDDEN;
	if (f->hidden)
		return;
	unsigned free = grid_free_halves(f->s.cells, 1u << w->q->band) & (unsigned)f->s.open_halves;

	f->free = free_halves_asked(free, w->q->weekday, w->q->half);
	f->full = !f->free;
}

static void add(struct walk *w, const struct record *r)
{
	struct found f = { 0 };

	if (w->n == FOUND_MAX || family_summary_decode(w->a, r->payload, &f.s))
		return;
	if (commune_has_point(&w->q->around))
		f.distance_m = distance_between(w->q->around.lat, w->q->around.lon, f.s.lat, f.s.lon);
	if (f.distance_m > (int64_t)w->q->radius_km * 1000 || !takes_age(&f.s, w->q->band))
		return;
	judge(w, &f);
	if (w->n == w->room) {
		struct found *grown = arena_array(w->a, w->room * 2 + 64, struct found);

		if (w->n)
			memcpy(grown, w->v, w->n * sizeof *grown);
		w->v = grown;
		w->room = w->room * 2 + 64;
	}
	w->v[w->n++] = f;
}

static int nearer(const void *x, const void *y)
{
	const struct found *f = x, *g = y;

	if (f->distance_m != g->distance_m)
		return f->distance_m < g->distance_m ? -1 : 1;
	int by_name = text_order(f->s.name, g->s.name);

	return by_name ? by_name : strcmp(f->s.id, g->s.id);
}

/* The column of a key of cells, after skip bytes. */
static int column_of(struct bytes key, size_t skip)
{
	return key.n < skip + 4 ? INT32_MAX : key.p[skip + 2] << 8 | key.p[skip + 3];
}

static void walk_row(struct txn *t, struct walk *w, struct cell first, int last)
{
	struct bytes from = near_key(w->a, first, ""), row = { from.p, 2 };
	AUTO_SCAN struct scan s = scan_from(t, TABLE_PUBLIC_NEAR, row, from, false);

	while (scan_next(&s) && column_of(s.key, 0) <= last)
		add(w, &s.record);
}

static void walk_commune(struct txn *t, struct walk *w)
{
	AUTO_SCAN struct scan s = scan_prefix(t, TABLE_PUBLIC_NEAR, near_commune_key(w->a, w->q->around.insee, ""));

	while (scan_next(&s))
		add(w, &s.record);
}

static void walk_communes(struct txn *t, struct walk *w, struct cell first, int last, struct commune *v, size_t *n)
{
	struct bytes from = commune_cell_key(w->a, first, ""), row = { from.p, 3 };
	AUTO_SCAN struct scan s = scan_from(t, TABLE_PUBLIC_PLACE, row, from, false);

	while (*n < AROUND_SEEN_MAX && scan_next(&s) && column_of(s.key, 1) <= last) {
		struct commune *c = &v[*n];

		if (commune_read(t, w->a, arena_memdup(w->a, s.key.p + 5, s.key.n - 5), c))
			continue;
		if (distance_between(w->q->around.lat, w->q->around.lon, c->lat, c->lon) <= (int64_t)w->q->radius_km * 1000)
			(*n)++;
	}
}

static int more_people(const void *x, const void *y)
{
	const struct commune *c = x, *d = y;

	if (c->population != d->population)
		return c->population > d->population ? -1 : 1;
	return strcmp(c->insee, d->insee);
}

static void find_around(struct txn *t, struct walk *w, struct box box, struct search_result *out)
{
	struct commune *v = arena_array(w->a, AROUND_SEEN_MAX, struct commune);
	size_t n = 0;

	for (struct cell row = box.low; row.row <= box.high.row; row.row++)
		walk_communes(t, w, row, box.high.column, v, &n);
	qsort(v, n, sizeof *v, more_people);
	out->around = v;
	out->communes = n < AROUND_MAX ? n : AROUND_MAX;
}

static void cut_page(const struct walk *w, struct search_result *out)
{
	size_t size = w->q->per_page ? w->q->per_page : 20;
	size_t first = w->q->page > w->n / size ? w->n : w->q->page * size;

	out->total = w->n;
	for (size_t i = 0; i < w->n; i++)
		out->with_place += w->v[i].free != 0;
	out->v = w->n ? w->v + first : NULL;
	out->n = w->n - first < size ? w->n - first : size;
}

enum err search_run(struct app *app, struct arena *a, const struct search *q, struct search_result *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_PUBLIC);
	struct walk w = { .a = a, .settings = app->settings, .q = q, .now = clock_now() };
	struct box box = box_around(q->around.lat, q->around.lon, (int64_t)q->radius_km * 1000);
	struct search_result r = { 0 };

	if (commune_has_point(&q->around)) {
		for (struct cell row = box.low; row.row <= box.high.row; row.row++)
			walk_row(&t, &w, row, box.high.column);
		find_around(&t, &w, box, &r);
	} else {
		walk_commune(&t, &w);
	}
	if (w.n)
		qsort(w.v, w.n, sizeof *w.v, nearer);
	if (t.err)
		return t.err;
	cut_page(&w, &r);
	*out = r;
	return ERR_OK;
}

/* Ids are upper case in the register and of any case in an address. */
static enum err listing_key(struct arena *a, const char *id, struct bytes *out)
{
	char *upper = arena_strdup(a, id);
	size_t n = strlen(id);

	if (n < 1 || n > 32)
		return ERR_NOTFOUND;
	for (char *p = upper; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	*out = key_text(a, upper);
	return ERR_OK;
}

enum err family_page_find(struct app *app, struct arena *a, const char *id, struct family_page *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_PUBLIC);
	struct family_page page;
	struct bytes key;
	enum err e = listing_key(a, id, &key);

	if (e || (e = communes_answer(&t, family_page_get(&t, a, TABLE_PUBLIC_LISTING, key, &page))))
		return e;
	*out = page;
	return strcmp(page.state, "withdrawn") == 0 ? ERR_GONE : ERR_OK;
}

enum err family_page_revision(struct app *app, struct arena *a, const char *id, uint64_t *rev)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_PUBLIC);
	struct record record;
	struct bytes key;
	enum err e = listing_key(a, id, &key);

	if (e || (e = communes_answer(&t, txn_get(&t, TABLE_PUBLIC_LISTING, key, &record))))
		return e;
	*rev = record.rev;
	return ERR_OK;
}
