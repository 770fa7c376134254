/* What families see, from register, listing and grid; the whole made anew. */
#include "acts/right_history.h"
#include "acts/search.h"
#include "tests/unit/test_acts_store.h"

static struct published published_of(struct world *w, const char *state)
{
	static uint8_t hash[DIGEST_SIZE];
	struct published p;
	struct listing l;

	codec_default(&listing_codec, &l);
	l.phone = "+33199001274";
	l.project_text = "Deux salles de vie.";
	codec_default(&published_codec, &p);
	p.n = 1;
	p.state = state;
	p.text = listing_encode(w->a, &l);
	secret_digest(p.text, hash);
	p.hash = key_bytes(hash, sizeof hash);
	p.published_at = T0 - 50 * DAY_MS;
	p.provider_name = "Ville de Valmoreau";
	return p;
}

/* Writes the store's side of it and publishes what is stored. */
static enum err publish_with(struct world *w, const struct published *p, const struct grid *g, bool gone)
{
	struct changeset *cs = changeset_new(w->a);
	struct audit_record r = act_record(w->a, &w->agent, EVENT_REVISION_ACCEPTED);
	struct bytes key = key_bytes(w->nursery.uuid.b, 16);

	act_on_establishment(&r, &w->nursery);
	if (p)
		changeset_put(cs, TABLE_LISTING, key, published_encode(w->a, p));
	if (g)
		changeset_put(cs, TABLE_GRID, key, grid_encode(w->a, g));
	changeset_audit(cs, &r);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
	cs = changeset_new(w->a);
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	enum err e = publish_stored(&w->app, w->a, &t, cs, &w->nursery, gone);

	txn_end(&t);
	return e ? e : changeset_commit(w->app.store, cs, NULL);
}

static struct grid grid_of(const char *state)
{
	struct grid g;

	codec_default(&grid_codec, &g);
	g.n = 1;
	g.state = state;
	g.confirmed_at = g.declared_at = T0;
	for (int i = 0; i < 42; i++)
		g.cells[i] = 1;
	return g;
}

static enum err page_of(struct world *w, struct family_page *page)
{
	return family_page_find(&w->app, w->a, "ETAB2041", page);
}

static size_t rows(struct world *w, enum table table)
{
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_PUBLIC);

	return txn_count(&t, table);
}

static void test_states(void **state)
{
	struct world *w = *state;
	struct published online = published_of(w, "online"), withdrawn = published_of(w, "withdrawn");
	struct grid open = grid_of("open"), taken = grid_of("withdrawn");
	struct family_page page;

	assert_int_equal(publish_with(w, NULL, NULL, false), ERR_OK);
	assert_int_equal(page_of(w, &page), ERR_OK);
	assert_string_equal(page.state, "register");
	assert_int_equal(page.listing.n, 0);
	assert_string_equal(page.manager, "Ville de Valmoreau");
	assert_int_equal(rows(w, TABLE_PUBLIC_NEAR), 1);

	assert_int_equal(publish_with(w, &online, &open, false), ERR_OK);
	assert_int_equal(page_of(w, &page), ERR_OK);
	assert_string_equal(page.state, "online");
	assert_true(page.listing.n && page.grid.n);
	assert_int_equal(rows(w, TABLE_PUBLIC_NEAR), 1);

	assert_int_equal(publish_with(w, NULL, &taken, false), ERR_OK);
	assert_int_equal(page_of(w, &page), ERR_OK);
	assert_int_equal(page.grid.n, 0);

	assert_int_equal(publish_with(w, &withdrawn, &open, false), ERR_OK);
	assert_int_equal(page_of(w, &page), ERR_GONE);
	assert_string_equal(page.street, "4 rue du Lavoir");
	assert_int_equal(page.listing.n + page.grid.n, 0);
	assert_int_equal(rows(w, TABLE_PUBLIC_NEAR), 0);
}

static void test_gone_from_the_register(void **state)
{
	struct world *w = *state;
	struct published online = published_of(w, "online");
	struct family_page page;

	put_commune(&w->app, w->a);
	assert_int_equal(publish_with(w, NULL, NULL, false), ERR_OK);
	assert_int_equal(publish_with(w, NULL, NULL, true), ERR_OK);
	assert_int_equal(page_of(w, &page), ERR_NOTFOUND);
	assert_int_equal(rows(w, TABLE_PUBLIC_NEAR), 0);
	assert_int_equal(publish_with(w, &online, NULL, false), ERR_OK);
	assert_int_equal(publish_with(w, NULL, NULL, true), ERR_OK);
	assert_int_equal(page_of(w, &page), ERR_GONE);
}

/* The convention of fill_world, as it is now. */
static void write_agreement(struct world *w, const char *status, day_t due, bool not_tacit, bool covers)
{
	struct agreement g;
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);

	assert_int_equal(agreement_get(&t, w->a, TABLE_MIRROR_AGREEMENT, key_bytes(uuid_of(91).b, 16), &g), ERR_OK);
	txn_end(&t);
	g.status = status;
	g.due = due;
	g.not_tacit = not_tacit;
	g.covered_keys = (struct strs){ 0 };
	strs_add(w->a, &g.covered_keys, covers ? w->nursery.key : w->camp.key);
	put_record(w, TABLE_MIRROR_AGREEMENT, key_bytes(g.uuid.b, 16), agreement_encode(w->a, &g));
}

static struct bytes coverage_key(struct world *w)
{
	struct buf key = buf_new(w->a);

	buf_add(&key, uuid_of(91).b, 16);
	buf_add(&key, w->nursery.uuid.b, 16);
	buf_byte(&key, PERIOD_COVERED);
	buf_u64(&key, (uint64_t)(T0 - 100 * DAY_MS));
	return buf_bytes(&key);
}

/* The mirror saw its coverage of the nursery end so many days ago; 0: it saw nothing. */
static void write_coverage(struct world *w, int days)
{
	struct changeset *cs = changeset_new(w->a);
	struct period p;

	period_default(&p);
	p.until = T0 - days * DAY_MS;
	if (days)
		changeset_put(cs, TABLE_RIGHT_HISTORY, coverage_key(w), period_encode(w->a, &p));
	else
		changeset_delete(cs, TABLE_RIGHT_HISTORY, coverage_key(w));
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

static const struct {
	const char *what, *status;
	int due;  /* days from today */
	int seen; /* days before today on which the mirror saw its coverage end; 0: it did not */
	bool not_tacit, covers;
	int ended; /* days before today; UNTOLD: nothing tells */
} endings[] = {
#define UNTOLD 1000
	{ "in force", "active", 265, 0, false, true, 0 },
	{ "nobody saw it end", "terminee", 265, 0, false, true, UNTOLD },
	{ "ended before its due day", "terminee", 265, 3, false, true, 3 },
	{ "it covers it no more", "active", 265, 4, false, false, 4 },
	{ "it never covered it", "active", 265, 0, false, false, UNTOLD },
	{ "over by its dates, not yet written", "active", -5, 0, true, true, 5 },
	{ "over by its dates, written later", "terminee", -5, 3, true, true, 5 },
	{ "taken out, and over since", "terminee", -5, 9, true, false, 9 },
	{ "ended and due before anybody looked", "terminee", -40, 0, false, true, 40 },
};

static void check_endings(struct world *w, const struct published *p, const char *state)
{
	struct grid open = grid_of("open");
	day_t today = day_today();

	for (size_t i = 0; i < LENGTH(endings); i++) {
		struct family_page page;
		int64_t ended = endings[i].ended == UNTOLD ? ENDED_UNKNOWN :
				endings[i].ended           ? today - endings[i].ended :
							     0;

		print_message("%s\n", endings[i].what);
		write_agreement(w, endings[i].status, today + endings[i].due, endings[i].not_tacit, endings[i].covers);
		write_coverage(w, endings[i].seen);
		assert_int_equal(publish_with(w, p, &open, false), ERR_OK);
		assert_int_equal(page_of(w, &page), ERR_OK);
		assert_string_equal(page.state, state);
		assert_int_equal(page.ended_on, ended);
		assert_int_equal(page.grid.n != 0, !ended);
	}
}

static void test_since_when_nobody_keeps_it_up(void **state)
{
	struct world *w = *state;
	struct published online = published_of(w, "online");

	check_endings(w, &online, "online");
}

/* Places of an establishment that never had a listing end with the convention too. */
static void test_places_alone_end_with_the_convention(void **state)
{
	check_endings(*state, NULL, "register");
}

static void write_communes(struct world *w, const char *lines)
{
	w->settings.data_communes = arena_printf(w->a, "%s/communes.csv", w->dir);
	FILE *f = fopen(w->settings.data_communes, "we");

	assert_non_null(f);
	fputs("code_insee,nom,departement,codes_postaux,population,latitude,longitude\n", f);
	fputs(lines, f);
	fclose(f);
}

/* A bit that fell over in the text: families do not get it. */
static void test_damaged_text_is_not_published(void **state)
{
	struct world *w = *state;
	struct published online = published_of(w, "online");
	struct family_page page;
	size_t communes, establishments;
	const char *why = "";

	online.text = bytes_of("\x04\x0chttp://x.yz");
	assert_int_equal(publish_with(w, &online, NULL, false), ERR_OK);
	assert_int_equal(page_of(w, &page), ERR_OK);
	assert_string_equal(page.state, "register");
	assert_int_equal(page.listing.n, 0);
	write_communes(w, "92078,Villeneuve-la-Garenne,92,92390,24097,48.9353,2.3231\n");
	assert_int_equal(publish_all(&w->app, w->a, &communes, &establishments, &why), ERR_CORRUPT);
	assert_non_null(strstr(why, "ETAB2041"));
	assert_int_equal(establishments, 2);

	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);
	struct grid none;

	codec_default(&grid_codec, &none);
	online.rev = 1;
	assert_int_equal(publish_establishment(&w->app, w->a, &t, changeset_new(w->a), &w->nursery, &online, &none, false),
			 ERR_CORRUPT);
}

static void test_leisure_centre_has_no_grid(void **state)
{
	struct world *w = *state;
	struct published none;
	struct grid open = grid_of("open");
	struct changeset *cs = changeset_new(w->a);
	struct family_page page;

	codec_default(&published_codec, &none);
	open.rev = 1;
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);

	assert_int_equal(publish_establishment(&w->app, w->a, &t, cs, &w->camp, &none, &open, false), ERR_OK);
	txn_end(&t);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB2042", &page), ERR_OK);
	assert_int_equal(page.grid.n, 0);
	assert_int_equal(rows(w, TABLE_PUBLIC_NEAR), 0); /* neither a point nor a commune we know */
}

/* What was there and has no reason any more goes; what answers 410 stays, even of an entry nobody has. */
static void test_all_is_made_anew(void **state)
{
	struct world *w = *state;
	struct published online = published_of(w, "online");
	struct changeset *cs;
	struct family_page page, stray;
	struct commune c;
	const char *why = "";
	size_t communes, establishments;

	write_communes(w, "92078,Villeneuve-la-Garenne,92,92390,24097,48.9353,2.3231\n"
			  "92036,Gennevilliers,92,92230,48530,,\n01001,Vieille,01,92230,,48.9,2.3\n");
	assert_int_equal(publish_with(w, &online, NULL, false), ERR_OK);
	codec_default(&family_page_codec, &stray);
	stray.id = "STRAY";
	stray.state = "register";
	cs = changeset_new(w->a);
	changeset_publish(cs, TABLE_PUBLIC_LISTING, key_text(w->a, "STRAY"), family_page_encode(w->a, &stray));
	stray.state = "withdrawn";
	changeset_publish(cs, TABLE_PUBLIC_LISTING, key_text(w->a, "CLOSED"), family_page_encode(w->a, &stray));
	changeset_publish(cs, TABLE_PUBLIC_NEAR, bytes_of("xxxxSTRAY"), BYTES_NONE);
	changeset_delete(cs, TABLE_MIRROR_ESTABLISHMENT, key_bytes(w->nursery.uuid.b, 16));
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);

	enum err e = publish_all(&w->app, w->a, &communes, &establishments, &why);

	if (e)
		fail_msg("publish_all: %s", why);
	assert_int_equal(communes, 3);
	assert_int_equal(establishments, 1);
	assert_int_equal(family_page_find(&w->app, w->a, "STRAY", &page), ERR_NOTFOUND);
	assert_int_equal(family_page_find(&w->app, w->a, "CLOSED", &page), ERR_GONE);
	assert_int_equal(page_of(w, &page), ERR_GONE); /* its entry left: the log knows its id */
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB2042", &page), ERR_OK);
	assert_int_equal(rows(w, TABLE_PUBLIC_NEAR), 1); /* the leisure centre, at its commune's centre */
	assert_int_equal(commune_by_insee(&w->app, w->a, "92036", &c), ERR_OK);
	assert_int_equal(c.lat, 48900000); /* where its postal code is */
}

static const struct {
	const char *line;
	enum err err;
} files[] = {
	{ "92078,Villeneuve,92,92390,24097,48.9353,2.3231\n", ERR_OK },
	{ "92078,Villeneuve,92,92390,24097,48.9353,2.3231", ERR_OK },
	{ "92078,Villeneuve,92,92390,24097,48.9353,2.3231\r\n\n", ERR_OK },
	{ "92078,Villeneuve,92,92390,24097,48.9353\n", ERR_MALFORMED },
	{ "92078,Villeneuve,92,92390,24097,48.9353,2.3231,x\n", ERR_MALFORMED },
	{ "9207,Villeneuve,92,92390,24097,48.9353,2.3231\n", ERR_MALFORMED },
	{ "92078,,92,92390,24097,48.9353,2.3231\n", ERR_MALFORMED },
	{ "92078,Ville\xff,92,92390,24097,48.9353,2.3231\n", ERR_MALFORMED },
	{ "92078,Villeneuve,92,92390,many,48.9353,2.3231\n", ERR_MALFORMED },
	{ "92078,Villeneuve,92,92390,24097,148.9353,2.3231\n", ERR_MALFORMED },
	{ "92078,\"Villeneuve\",92,92390,24097,48.9353,2.3231\n", ERR_MALFORMED },
};

static void test_file_of_communes_is_checked(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH(files); i++) {
		struct commune *v;
		const char *why = NULL;
		size_t n;

		print_message("%s\n", files[i].line);
		write_communes(w, files[i].line);
		assert_int_equal(communes_load(w->a, w->settings.data_communes, &v, &n, &why), files[i].err);
		if (files[i].err)
			assert_non_null(strstr(why, "communes.csv:2:"));
		else
			assert_int_equal(n, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_states),
		world_test(test_gone_from_the_register),
		world_test(test_since_when_nobody_keeps_it_up),
		world_test(test_places_alone_end_with_the_convention),
		world_test(test_damaged_text_is_not_published),
		world_test(test_leisure_centre_has_no_grid),
		world_test(test_all_is_made_anew),
		world_test(test_file_of_communes_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
