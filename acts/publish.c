#include "acts/publish.h"

#include "acts/codes.h"
#include "acts/commune.h"
#include "acts/listing_rules.h"
#include "acts/right_history.h"
#include "base/text.h"

#include <string.h>

/* The rows of the search an establishment may have: as the public page, as the mirror, and as it is now. */
struct rows {
	struct bytes key[6];
	size_t n;
};

struct publication {
	struct app *app;
	struct arena *a;
	struct txn *t; /* main */
	struct changeset *cs;
	const struct establishment *e;
	const struct published *p;
	const struct grid *g;
	struct grid_frame frame; /* of today's listing */
	struct grid told;        /* what of the grid goes with it */
};

static bool is_online(const struct published *p)
{
	return p->rev && strcmp(p->state, "online") == 0;
}

/* At its own point, else at its commune's centre; where the commune has none, in the commune. ERR_UNAVAILABLE: there is
   no way to tell. */
static enum err add_rows(struct app *app, struct arena *a, const char *id, const char *coordinates, const char *insee,
			 struct rows *rows, int64_t *lat, int64_t *lon)
{
	bool known = coordinates_read(coordinates, lat, lon);
	struct commune c;
	enum err e = commune_by_insee(app, a, insee, &c);

	if (e && e != ERR_NOTFOUND)
		return e;
	if (!e && !commune_has_point(&c))
		rows->key[rows->n++] = near_commune_key(a, insee, id);
	else if (!e && !known) {
		known = true;
		*lat = c.lat;
		*lon = c.lon;
	}
	if (known)
		rows->key[rows->n++] = near_key(a, cell_of(*lat, *lon), id);
	return ERR_OK;
}

static void add_former(struct publication *u, struct rows *rows, const char *id, const char *coordinates, const char *insee)
{
	int64_t lat, lon;

	(void)add_rows(u->app, u->a, id, coordinates, insee, rows, &lat, &lon);
}

static bool has_row(const struct rows *rows, struct bytes key)
{
	for (size_t i = 0; i < rows->n; i++)
		if (bytes_equal(rows->key[i], key))
			return true;
	return false;
}

/* Takes away what former publications left elsewhere: the rows it has no longer, the page of another id. */
static void drop_former(struct publication *u, const struct rows *now)
{
	const char *id = text_upper(u->a, u->e->id);
	struct establishment before;
	struct family_page page;
	struct rows rows = { .n = 0 };
	struct bytes key = key_bytes(u->e->uuid.b, sizeof u->e->uuid.b);

	if (!establishment_get(u->t, u->a, TABLE_MIRROR_ESTABLISHMENT, key, &before)) {
		const char *former = text_upper(u->a, before.id);

		add_former(u, &rows, former, before.coordinates, before.insee);
		if (strcmp(former, id) != 0 && *former)
			changeset_unpublish(u->cs, TABLE_PUBLIC_LISTING, key_text(u->a, former));
	}
	AUTO_TXN struct txn t = txn_read(u->app->store, STORE_PUBLIC);

	if (!family_page_get(&t, u->a, TABLE_PUBLIC_LISTING, key_text(u->a, id), &page))
		add_former(u, &rows, id, page.coordinates, page.insee);
	add_former(u, &rows, id, u->e->coordinates, u->e->insee);
	for (size_t i = 0; i < rows.n; i++)
		if (!has_row(now, rows.key[i]))
			changeset_unpublish(u->cs, TABLE_PUBLIC_NEAR, rows.key[i]);
}

/* The day since which no convention lets anybody update the establishment; ENDED_UNKNOWN: nothing tells which; 0: one is in
   force, or neither a listing nor places were published. */
static enum err ended_on(struct publication *u, int64_t *out)
{
	struct agreements all = { NULL, 0 };
	day_t today = day_today(), last = 0, day;

	*out = 0;
	if (!u->p->rev && !u->g->rev)
		return ERR_OK;
	enum err e = *u->e->manager_key ? agreements_of(u->t, u->a, u->e->manager_key, &all) : ERR_OK;

	if (agreements_cover(&all, UUID_NONE, u->e, today))
		return e;
	for (size_t i = 0; i < all.n && !e; i++) {
		e = agreement_ended_on(u->t, u->a, &all.v[i], u->e, today, &day);
		if (!e && day > last)
			last = day;
	}
	if (!e)
		*out = last ? last : ENDED_UNKNOWN;
	return e;
}

static void name_page(struct publication *u, struct family_page *page)
{
	struct caf caf;
	struct provider manager;
	const struct establishment *e = u->e;

	codec_default(&family_page_codec, page);
	page->id = e->id;
	page->slug = text_slug(u->a, e->name);
	page->name = e->name;
	page->type = e->type;
	page->category = e->category;
	page->street = e->street;
	page->postal_code = e->postal_code;
	page->city = e->city;
	page->insee = e->insee;
	page->coordinates = e->coordinates;
	page->capacity = e->capacity;
	page->avip = e->avip;
	if (*e->manager_key && !provider_by_key(u->t, u->a, e->manager_key, &manager))
		page->manager = manager.name;
	if (*e->caf && !caf_by_code(u->t, u->a, e->caf, &caf)) {
		page->caf_name = caf.name;
		page->caf_phone = caf.phone;
		page->caf_mail = caf.mail;
	}
}

/* LMDB has no checksum of its own. */
bool published_is_whole(const struct published *p)
{
	uint8_t digest[DIGEST_SIZE];

	secret_digest(p->text, digest);
	return bytes_equal(p->hash, key_bytes(digest, sizeof digest));
}

static enum err add_listing(struct publication *u, struct family_page *page, struct listing *l)
{
	struct commune c;

	if (!published_is_whole(u->p) || listing_decode(u->a, u->p->text, l))
		return ERR_CORRUPT;
	page->state = "online";
	page->listing = u->p->text;
	page->published_at = u->p->published_at;
	page->published_by = u->p->provider_name;
	for (size_t i = 0; i < l->served_communes.n; i++)
		if (!commune_by_insee(u->app, u->a, l->served_communes.v[i], &c))
			strs_add(u->a, &page->served_names, c.name);
	return ERR_OK;
}

static void summarise(struct publication *u, const struct family_page *page, bool grid_shown, struct family_summary *s)
{
	codec_default(&family_summary_codec, s);
	s->id = page->id;
	s->slug = page->slug;
	s->name = page->name;
	s->type = page->type;
	s->category = page->category;
	s->street = page->street;
	s->postal_code = page->postal_code;
	s->city = page->city;
	s->capacity = page->capacity;
	s->open_halves = u->frame.halves;
	if (!grid_shown)
		return;
	s->grid_state = u->g->state;
	s->confirmed_at = u->g->confirmed_at;
	s->declared_at = u->g->declared_at;
	s->valid_from = u->g->valid_from;
	memcpy(s->cells, u->told.cells, sizeof s->cells);
}

/* The page, and what the search needs besides. */
static enum err make_page(struct publication *u, struct family_page *page, bool *grid_shown)
{
	struct listing l;
	enum err e;

	name_page(u, page);
	page->state = "register";
	codec_default(&listing_codec, &l);
	if (is_online(u->p) && (e = add_listing(u, page, &l)))
		return e;
	grid_frame_of(u->e, &l, &u->frame);
	if ((e = ended_on(u, &page->ended_on)))
		return e;
	*grid_shown = u->g->rev && strcmp(u->g->state, "withdrawn") != 0 && type_has_places(u->e->type) && !page->ended_on;
	if (!*grid_shown)
		return ERR_OK;
	u->told = *u->g;
	grid_fit(&u->frame, &u->told);
	page->grid = grid_encode(u->a, &u->told);
	return ERR_OK;
}

static enum err show(struct publication *u)
{
	struct family_page page;
	struct family_summary s;
	struct rows rows = { .n = 0 };
	bool grid_shown = false;
	int64_t lat = 0, lon = 0;
	const char *id = text_upper(u->a, u->e->id);
	enum err e = make_page(u, &page, &grid_shown);

	if (!e)
		e = add_rows(u->app, u->a, id, u->e->coordinates, u->e->insee, &rows, &lat, &lon);
	if (e)
		return e;
	summarise(u, &page, grid_shown, &s);
	s.lat = lat;
	s.lon = lon;
	drop_former(u, &rows);
	for (size_t i = 0; i < rows.n; i++)
		changeset_publish(u->cs, TABLE_PUBLIC_NEAR, rows.key[i], family_summary_encode(u->a, &s));
	changeset_publish(u->cs, TABLE_PUBLIC_LISTING, key_text(u->a, id), family_page_encode(u->a, &page));
	return ERR_OK;
}

/* What was once published and is no longer answers 410, and still names itself. */
static void hide(struct publication *u, bool ever)
{
	struct bytes key = key_text(u->a, text_upper(u->a, u->e->id));
	struct family_page page;

	drop_former(u, &(struct rows){ .n = 0 });
	if (!ever) {
		changeset_unpublish(u->cs, TABLE_PUBLIC_LISTING, key);
		return;
	}
	name_page(u, &page);
	page.state = "withdrawn";
	changeset_publish(u->cs, TABLE_PUBLIC_LISTING, key, family_page_encode(u->a, &page));
}

enum err publish_establishment(struct app *app, struct arena *a, struct txn *t, struct changeset *cs,
			       const struct establishment *e, const struct published *p, const struct grid *g, bool gone)
{
	struct publication u = { .app = app, .a = a, .t = t, .cs = cs, .e = e, .p = p, .g = g };

	if (!*e->id || strlen(e->id) > 32)
		return ERR_OK;
	if (gone || !*e->type || (p->rev && !is_online(p))) {
		hide(&u, p->rev || g->rev);
		return t->err;
	}
	enum err failed = show(&u);

	return failed ? failed : t->err;
}

enum err publish_stored(struct app *app, struct arena *a, struct txn *t, struct changeset *cs,
			const struct establishment *e, bool gone)
{
	struct bytes key = key_bytes(e->uuid.b, sizeof e->uuid.b);
	struct published p;
	struct grid g;
	enum err failed = published_get(t, a, TABLE_LISTING, key, &p);

	if (failed && failed != ERR_NOTFOUND)
		return failed;
	failed = grid_get(t, a, TABLE_GRID, key, &g);
	if (failed && failed != ERR_NOTFOUND)
		return failed;
	changeset_expect(cs, TABLE_LISTING, key, p.rev);
	changeset_expect(cs, TABLE_GRID, key, g.rev);
	if (is_online(&p) && !published_is_whole(&p))
		p.rev = 0;
	return publish_establishment(app, a, t, cs, e, &p, &g, gone);
}

enum err family_preview(struct app *app, struct arena *a, const struct establishment *e, const struct revision *r,
			struct family_page *out)
{
	AUTO_TXN struct txn t = txn_read(app->store, STORE_MAIN);
	struct published p;
	struct grid g;
	struct publication u = { .app = app, .a = a, .t = &t, .e = e, .p = &p, .g = &g };
	struct family_page page;
	bool grid_shown = false;
	enum err failed = grid_get(&t, a, TABLE_GRID, key_bytes(e->uuid.b, sizeof e->uuid.b), &g);

	if (failed && failed != ERR_NOTFOUND)
		return failed;
	codec_default(&published_codec, &p);
	p.rev = 1;
	p.n = r->n;
	p.state = "online";
	p.text = r->text;
	p.hash = r->hash;
	p.published_at = clock_now();
	p.provider_name = r->provider_name;
	failed = make_page(&u, &page, &grid_shown);
	if (!failed)
		*out = page;
	return failed;
}
