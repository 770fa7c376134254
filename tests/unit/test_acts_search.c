/* Communes by what people type, places on the globe, and the families' search; on the real list of communes. */
#include "tests/unit/test_acts_store.h"

#include "acts/codes.h"
#include "acts/commune.h"
#include "acts/search.h"

/* clang-format off */
static const struct {
	const char *x, *y;
	int distance;
} edits[] = {
	{ "", "", 0 },		 { "a", "", 1 },	       { "", "ab", 2 },		      { "abc", "", 3 },
	{ "lyon", "lyon", 0 },	 { "lyon", "lion", 1 },	       { "paris", "prais", 2 },	      { "nantes", "mantes", 1 },
	{ "brest", "brst", 1 },	 { "rennes", "renes", 1 },     { "toulouse", "tolose", 2 },   { "nice", "lille", 3 },
	{ "dijon", "dijjon", 1 }, { "bordeaux", "bordo", 3 },  { "villeneuve", "vileneve", 2 }, { "abcd", "efgh", 3 },
	{ "strasbourg", "srasbourg", 1 }, { "marseille", "marsielle", 2 },
};
/* clang-format on */

static void test_edit_distance(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(edits); i++) {
		print_message("%s %s\n", edits[i].x, edits[i].y);
		assert_int_equal(edit_distance_2(edits[i].x, edits[i].y), edits[i].distance);
		assert_int_equal(edit_distance_2(edits[i].y, edits[i].x), edits[i].distance);
	}
}

static const struct {
	const char *text;
	bool good;
	int64_t lat, lon;
} points[] = {
	{ "48.9353 2.3231", true, 48935300, 2323100 },
	{ "48.9353,2.3231", true, 48935300, 2323100 },
	{ "-21.2019 55.3629", true, -21201900, 55362900 },
	{ "16 -61.783", true, 16000000, -61783000 },
	{ "48.93530000001 2.3231", true, 48935300, 2323100 },
	{ "", false, 0, 0 },
	{ "48.9353", false, 0, 0 },
	{ "48.9353 ", false, 0, 0 },
	{ "91 2", false, 0, 0 },
	{ "48 181", false, 0, 0 },
	{ "nan nan", false, 0, 0 },
	{ "0x10 2", false, 0, 0 },
	{ "1e1 2", false, 0, 0 },
	{ "48.9353 2.3231 x", false, 0, 0 },
	{ "--1 2", false, 0, 0 },
};

static void test_coordinates(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(points); i++) {
		int64_t lat = 0, lon = 0;

		print_message("%s\n", points[i].text);
		assert_int_equal(coordinates_read(points[i].text, &lat, &lon), points[i].good);
		assert_int_equal(lat, points[i].lat);
		assert_int_equal(lon, points[i].lon);
	}
	/* Paris to Lyon, 392 km */
	int64_t m = distance_between(48856600, 2352200, 45764000, 4835700);

	assert_in_range(m, 390000, 394000);
	assert_int_equal(distance_between(0, 0, 0, 0), 0);
}

/* clang-format off */
static const struct {
	unsigned free;
	int weekday, half;
	unsigned asked;
} asked[] = {
	{ 0x3fff, -1, -1, 0x3fff }, { 0x3fff, -1, 0, 0x1555 }, { 0x3fff, -1, 1, 0x2aaa }, { 0x3fff, 0, -1, 3 },
	{ 0x3fff, 6, 1, 0x2000 },   { 0x3, -1, 2, 0x3 },       { 0x1, -1, 2, 0 },	  { 0x6, -1, 2, 0 },
	{ 0xd, -1, 2, 0xc },	    { 0xd, 0, 2, 0 },	       { 0x1400, 5, 0, 0x400 },
};
/* clang-format on */

static void test_asked_halves(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(asked); i++)
		assert_int_equal(free_halves_asked(asked[i].free, asked[i].weekday, asked[i].half), asked[i].asked);
}

/* clang-format off */
/* The first commune found, and what resembles. */
static const struct {
	const char *typed, *first, *near;
} places[] = {
	{ "Villeneuve-la-Garenne", "92078", NULL },
	{ "villeneuve la garenne", "92078", NULL },
	{ "VILLENEUVE LA GARENNE", "92078", NULL },
	{ "Villeneuve-la-Garenne (92390)", "92078", NULL },
	{ "92390", "92078", NULL },
	{ "92390 Villeneuve-la-Garenne", "92078", NULL },
	{ "Villeneuve-la-Gar", "92078", NULL },
	{ "Saint-Étienne", "42218", NULL },
	{ "St Etienne", "42218", NULL },
	{ "st-étienne", "42218", NULL },
	{ "Ste-Foy-lès-Lyon", "69202", NULL },
	{ "Paris", "75056", NULL },
	{ "paris 15", "75115", NULL },
	{ "75015", "75115", NULL },
	{ "Paris 15e Arrondissement (75015)", "75115", NULL },
	{ "75116", "75116", NULL },
	{ "1400", "01093", NULL },                         /* 01400 before 14000 */
	{ "1400 ", "01093", NULL },
	{ "7500", "07102", NULL },
	{ "saint", "42218", NULL },                        /* the largest of some 4000 */
	{ "Paris 1", "75101", NULL },
	{ "Paris 2", "75102", NULL },
	{ "paris 1er", "75101", NULL },
	{ "Paris 13ème", "75113", NULL },
	{ "Paris 13e arrondissement", "75113", NULL },
	{ "Paris 13 arr.", "75113", NULL },
	{ "Paris (75013)", "75113", NULL },
	{ "Paris 75013", "75113", NULL },
	{ "75013 Paris", "75113", NULL },
	{ "Paris 21", "75056", NULL },
	{ "Paris (75)", "75056", NULL },
	{ "Paris 75000", "75056", NULL },
	{ "75000", "75056", NULL },
	{ "69000", "69123", NULL },
	{ "Marseille 1", "13201", NULL },
	{ "Marseille 13013", "13213", NULL },
	{ "lyon 03", "69383", NULL },
	{ "Nanterre (92)", "92050", NULL },
	{ "Nanterre 92", "92050", NULL },
	{ "Nanterre (93)", "92050", NULL },                /* the name counts */
	{ "Saint-Denis (93)", "93066", NULL },
	{ "Saint-Denis 974", "97411", NULL },
	{ "Saint-Denis (Réunion)", "97411", NULL },
	{ "Bastia 2B", "2B033", NULL },
	{ "Lyon", "69123", NULL },
	{ "Marseille", "13055", NULL },
	{ "13001", "13201", NULL },
	{ "Le Havre", "76351", NULL },
	{ "havre", "76351", NULL },
	{ "L'Haÿ-les-Roses", "94038", NULL },
	{ "L’HAY LES ROSES", "94038", NULL },
	{ "Œuilly", "51410", NULL },
	{ "Ajaccio", "2A004", NULL },
	{ "Saint-Denis", "97411", NULL },                  /* Réunion has the most people */
	{ "Saint-Denis (93200)", "93066", NULL },
	{ "Saint-Denis (99999)", "97411", NULL },          /* name and code disagree: the name counts */
	{ "Xyzzy (92390)", "92078", NULL },
	{ "Villeneuve-la-Garene", NULL, "Villeneuve-la-Garenne (92390)" },
	{ "Starsbourg", NULL, "Strasbourg (67000)" },
	{ "Xyzzyplugh", NULL, NULL },
	{ "", NULL, NULL },
	{ "(", NULL, NULL },
};
/* clang-format on */

static void test_communes_are_found(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH(places); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct communes_found found;

		print_message("%s\n", places[i].typed);
		assert_int_equal(communes_find(&w->app, a, places[i].typed, &found), ERR_OK);
		assert_int_equal(found.n > 0, places[i].first != NULL);
		assert_int_equal(found.n, found.total < 20 ? found.total : 20);
		if (found.n)
			assert_string_equal(found.v[0].insee, places[i].first);
		if (places[i].near)
			assert_true(strs_has(&found.near, places[i].near));
		else
			assert_int_equal(found.near.n, 0);
	}
}

/* Of all that begin so, whatever their number; each counted once. */
static void test_communes_are_counted(void **state)
{
	static const struct {
		const char *typed;
		size_t least, most;
	} rows[] = {
		{ "saint", 3896, 3896 }, { "92390", 1, 1 },   { "51300", 46, 46 },
		{ "7500", 11, 11 },      { "paris", 24, 24 },
	};
	struct world *w = *state;
	struct communes_found found;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		print_message("%s\n", rows[i].typed);
		assert_int_equal(communes_find(&w->app, w->a, rows[i].typed, &found), ERR_OK);
		print_message("%zu\n", found.total);
		assert_in_range(found.total, rows[i].least, rows[i].most);
		for (size_t j = 0; j < found.n; j++)
			for (size_t k = 0; k < j; k++)
				assert_string_not_equal(found.v[j].insee, found.v[k].insee);
	}
}

static void test_one_commune_by_name(void **state)
{
	struct world *w = *state;
	struct commune c;

	assert_int_equal(commune_named(&w->app, w->a, "Villeneuve-la-Garenne", &c), ERR_OK);
	assert_string_equal(c.insee, "92078");
	assert_string_equal(commune_label(w->a, &c), "Villeneuve-la-Garenne (92390)");
	assert_int_equal(commune_named(&w->app, w->a, "Saint-Denis", &c), ERR_CONFLICT);
	assert_int_equal(commune_named(&w->app, w->a, "Saint-Denis 93200", &c), ERR_OK);
	assert_int_equal(commune_named(&w->app, w->a, "Villeneuve-la", &c), ERR_NOTFOUND);
	assert_int_equal(commune_named(&w->app, w->a, "92390", &c), ERR_OK);
	assert_string_equal(c.insee, "92078");
	assert_int_equal(commune_named(&w->app, w->a, "51300", &c), ERR_CONFLICT);
	assert_int_equal(commune_named(&w->app, w->a, "92999", &c), ERR_NOTFOUND);
	assert_int_equal(commune_named(&w->app, w->a, "", &c), ERR_NOTFOUND);
	assert_int_equal(commune_by_insee(&w->app, w->a, "92078", &c), ERR_OK);
	assert_int_equal(commune_by_insee(&w->app, w->a, "", &c), ERR_NOTFOUND);
}

static void test_served_communes_are_looked_up(void **state)
{
	struct world *w = *state;
	struct input in =
		input_of(w->a, &listing_form,
			 "telephone=0199001274&served_communes=92078%0AGennevilliers+%2892230%29%0A92230+gennevilliers");
	struct input bad = input_with(w->a, &in, "served_communes", "92078\n92999");
	struct faults faults = { 0 };
	struct listing l;

	listing_from_input(&w->app, w->a, &w->nursery, &in, &l, &faults);
	assert_int_equal(faults.n, 0);
	assert_int_equal(l.served_communes.n, 2);
	assert_string_equal(section_text(&w->app, w->a, &l, SECTION_COMMUNES),
			    "92390 Villeneuve-la-Garenne\n92230 Gennevilliers");
	listing_from_input(&w->app, w->a, &w->nursery, &bad, &l, &faults);
	assert_string_equal(fault_of(&faults, "served_communes"),
			    "Communes desservies : nous ne connaissons pas « 92999 »");
}

static void test_a_code_is_a_postal_code_first(void **state)
{
	static const struct {
		const char *typed, *insee;
	} cases[] = {
		{ "13100", "Communes desservies : plusieurs communes ont le code postal 13100, écrivez leur nom" },
		{ "13100 aix en provence", "13001" },
		{ "35200", "35238" },
		{ "97411", "97415" },
		{ "75013", "75113" },
		{ "92078", "92078" },
		{ "INSEE 97411", "97411" },
		{ "INSEE 13100", "13100" },
		{ "51300", "Communes desservies : plusieurs communes ont le code postal 51300, écrivez leur nom" },
		{ "INSEE 13", "Communes desservies : nous ne connaissons pas « INSEE 13 »" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct input in = input_with(w->a, &(struct input){ 0 }, "served_communes", cases[i].typed);
		struct faults faults = { 0 };
		struct listing l;

		print_message("%s\n", cases[i].typed);
		listing_from_input(&w->app, w->a, &w->nursery, &in, &l, &faults);
		const char *fault = fault_of(&faults, "served_communes");

		assert_string_equal(fault ? fault : l.served_communes.v[0], cases[i].insee);
	}
}

/* What the form shows of a stored code is read as that code again, whatever else has its digits or its name. */
static void test_every_commune_comes_back(void **state)
{
	struct world *w = *state;
	size_t n = 0;
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_PUBLIC);
	AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_PUBLIC_COMMUNE, BYTES_NONE);

	while (scan_next(&s)) {
		AUTO_ARENA struct arena *a = arena_new();
		const char *insee = arena_memdup(a, s.key.p, s.key.n);
		struct faults faults = { 0 };
		struct listing l, again;

		if (n++ % 7)
			continue;
		codec_default(&listing_codec, &l);
		strs_add(a, &l.served_communes, insee);
		struct input in = listing_to_input(&w->app, a, &l);

		listing_from_input(&w->app, a, &w->nursery, &in, &again, &faults);
		assert_null(fault_of(&faults, "served_communes"));
		assert_string_equal(again.served_communes.v[0], insee);
	}
	assert_true(n > 30000);
}

/* --- the search --- */

/* Its places are shown while a convention covers it. */
static void cover(struct world *w, uint8_t n, const struct establishment *e)
{
	struct agreement g;

	codec_default(&agreement_codec, &g);
	g.uuid = uuid_of((uint8_t)(100 + n));
	g.key = arena_printf(w->a, "habconventionnumero=%d", n);
	g.provider_key = e->manager_key;
	g.status = "active";
	g.effect = day_today() - 100;
	g.due = day_today() + 265;
	strs_add(w->a, &g.covered_keys, e->key);
	put_record(w, TABLE_MIRROR_AGREEMENT, key_bytes(g.uuid.b, 16), agreement_encode(w->a, &g));
	put_record(w, TABLE_MIRROR_IN, mirror_in_key(w->a, 'g', g.provider_key, g.uuid), BYTES_NONE);
}

static void add_nursery_in(struct world *w, const char *insee, uint8_t n, const char *name, const char *coordinates,
			   int free, int days)
{
	struct establishment e = establishment_of(w, n, arena_printf(w->a, "ETAB%04d", n), "eaje");
	struct changeset *cs = changeset_new(w->a);
	struct published none;
	struct grid g;

	e.name = name;
	e.coordinates = coordinates;
	e.insee = insee;
	e.capacity = 20;
	put_establishment(w, &e);
	cover(w, n, &e);
	codec_default(&published_codec, &none);
	codec_default(&grid_codec, &g);
	if (free >= 0) {
		g.rev = g.n = 1;
		g.state = free ? "open" : "full";
		g.confirmed_at = g.declared_at = T0 - days * DAY_MS;
		for (int i = 0; i < 42; i++)
			g.cells[i] = i % 14 == 4 ? (uint16_t)free : 0; /* Wednesday morning */
	}
	AUTO_TXN struct txn t = txn_read(w->app.store, STORE_MAIN);

	assert_int_equal(publish_establishment(&w->app, w->a, &t, cs, &e, &none, &g, false), ERR_OK);
	txn_end(&t);
	assert_int_equal(changeset_commit(w->app.store, cs, NULL), ERR_OK);
}

static void add_nursery(struct world *w, uint8_t n, const char *name, const char *coordinates, int free, int days)
{
	add_nursery_in(w, "92078", n, name, coordinates, free, days);
}

static struct search_result around(struct world *w, int km, int band, int weekday, int half)
{
	struct search q = { .radius_km = km, .band = band, .weekday = weekday, .half = half, .per_page = 10 };
	struct search_result r;

	assert_int_equal(commune_by_insee(&w->app, w->a, "92078", &q.around), ERR_OK);
	assert_int_equal(search_run(&w->app, w->a, &q, &r), ERR_OK);
	return r;
}

static void test_establishments_around(void **state)
{
	struct world *w = *state;

	add_nursery(w, 21, "Près", "48.9400 2.3250", 2, 1);
	add_nursery(w, 22, "Plus loin", "48.9500 2.3700", 0, 2);
	add_nursery(w, 23, "Vieux", "48.9300 2.3300", 3, 60);
	add_nursery(w, 24, "Muet", "48.9310 2.3300", -1, 0);
	add_nursery(w, 25, "Sans point", "", 1, 0); /* at its commune's centre */
	add_nursery(w, 26, "Lyon", "45.76 4.83", 1, 0);
	struct search_result r = around(w, 5, BAND_M12_23, -1, -1);

	assert_int_equal(r.total, 5);
	assert_int_equal(r.with_place, 2);
	assert_string_equal(r.v[0].s.name, "Sans point");
	for (size_t i = 1; i < r.n; i++)
		assert_true(r.v[i].distance_m >= r.v[i - 1].distance_m);
	for (size_t i = 0; i < r.n; i++) {
		const char *name = r.v[i].s.name;

		assert_int_equal(r.v[i].hidden, strcmp(name, "Vieux") == 0 || strcmp(name, "Muet") == 0);
		assert_int_equal(r.v[i].fresh, strcmp(name, "Vieux") == 0 ? GRID_HIDDEN :
					       strcmp(name, "Muet") == 0  ? GRID_NEVER :
									    GRID_FRESH);
		assert_int_equal(r.v[i].full, strcmp(name, "Plus loin") == 0);
		assert_int_equal(r.v[i].free, r.v[i].hidden || r.v[i].full ? 0 : 1 << 4);
	}
	assert_true(r.communes > 3);
	assert_int_equal(around(w, 2, BAND_M12_23, -1, -1).total, 4);
	assert_int_equal(around(w, 5, BAND_M12_23, 2, 0).with_place, 2);
	assert_int_equal(around(w, 5, BAND_M12_23, 2, 1).with_place, 0);
	assert_int_equal(around(w, 5, BAND_M12_23, 2, 2).with_place, 0);
	assert_int_equal(around(w, 5, BAND_M12_23, 1, -1).with_place, 0);
	assert_int_equal(around(w, 5, BAND_GE36M, -1, -1).total, 1); /* the grids have no cell for that age */
}

/* Nouméa has no point: what is in it is found there, at its own point as well. */
static void test_a_commune_without_a_point(void **state)
{
	struct world *w = *state;
	struct search q = { .radius_km = 5, .band = BAND_M12_23, .weekday = -1, .half = -1, .per_page = 10 };
	struct search_result r;

	assert_int_equal(commune_by_insee(&w->app, w->a, "98818", &q.around), ERR_OK);
	assert_false(commune_has_point(&q.around));
	assert_int_equal(search_run(&w->app, w->a, &q, &r), ERR_OK);
	assert_int_equal(r.total, 0);
	add_nursery_in(w, "98818", 21, "Sans point", "", 2, 1);
	add_nursery_in(w, "98818", 22, "Avec point", "-22.2758 166.4580", 0, 1);
	add_nursery_in(w, "98817", 23, "Voisine", "-22.2800 166.4600", 1, 1);
	assert_int_equal(search_run(&w->app, w->a, &q, &r), ERR_OK);
	assert_int_equal(r.total, 2);
	assert_int_equal(r.with_place, 1);
	assert_string_equal(r.v[0].s.name, "Avec point");
	assert_string_equal(r.v[1].s.name, "Sans point");
	q.around.lat = -22275800;
	q.around.lon = 166458000;
	assert_int_equal(search_run(&w->app, w->a, &q, &r), ERR_OK);
	assert_int_equal(r.total, 2);
	assert_string_equal(r.v[1].s.name, "Voisine");
	/* they move to a commune that has one */
	add_nursery(w, 21, "Sans point", "", 2, 1);
	add_nursery(w, 22, "Avec point", "", 2, 1);
	assert_int_equal(commune_by_insee(&w->app, w->a, "98818", &q.around), ERR_OK);
	assert_int_equal(search_run(&w->app, w->a, &q, &r), ERR_OK);
	assert_int_equal(r.total, 0);
	assert_int_equal(around(w, 5, BAND_M12_23, -1, -1).total, 2);
}

/* An establishment that moves leaves no row behind. */
static void test_moving_leaves_nothing_behind(void **state)
{
	struct world *w = *state;

	add_nursery(w, 21, "Mobile", "48.9400 2.3250", 2, 1);
	add_nursery(w, 21, "Mobile", "48.9000 2.3250", 2, 1);
	add_nursery(w, 21, "Mobile", "", 2, 1);
	add_nursery(w, 21, "Mobile", "48.9900 2.3250", 2, 1);
	assert_int_equal(around(w, 30, BAND_M12_23, -1, -1).total, 1);
}

static void test_pages(void **state)
{
	struct world *w = *state;
	struct search q = { .radius_km = 5, .weekday = -1, .half = -1, .per_page = 4 };
	struct search_result r;
	size_t seen = 0;

	for (uint8_t i = 0; i < 10; i++)
		add_nursery(w, (uint8_t)(21 + i), "Même nom", "48.9400 2.3250", 1, 1);
	assert_int_equal(commune_by_insee(&w->app, w->a, "92078", &q.around), ERR_OK);
	for (q.page = 0; q.page < 4; q.page++) {
		assert_int_equal(search_run(&w->app, w->a, &q, &r), ERR_OK);
		assert_int_equal(r.total, 10);
		for (size_t i = 0; i < r.n; i++)
			assert_string_equal(r.v[i].s.id, arena_printf(w->a, "ETAB%04zu", 21 + seen + i));
		seen += r.n;
	}
	assert_int_equal(seen, 10);
	q.page = SIZE_MAX;
	assert_int_equal(search_run(&w->app, w->a, &q, &r), ERR_OK);
	assert_int_equal(r.n, 0);
}

/* Between a restore and `store publish`. What is there is found, of the rest nobody can tell. */
static void test_nothing_is_unknown_before_communes_are_loaded(void **state)
{
	struct world *w = *state;
	struct communes_found found;
	struct family_page page;
	uint64_t rev;

	assert_int_equal(communes_find(&w->app, w->a, "Gennevilliers", &found), ERR_UNAVAILABLE);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB0021", &page), ERR_UNAVAILABLE);
	assert_int_equal(family_page_revision(&w->app, w->a, "ETAB0021", &rev), ERR_UNAVAILABLE);
	assert_int_equal(family_page_find(&w->app, w->a, "", &page), ERR_NOTFOUND);
	add_nursery(w, 21, "Près", "48.9400 2.3250", 2, 1);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB0021", &page), ERR_OK);
	assert_int_equal(family_page_revision(&w->app, w->a, "ETAB0021", &rev), ERR_OK);
	put_commune(&w->app, w->a);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB0022", &page), ERR_NOTFOUND);
	assert_int_equal(family_page_revision(&w->app, w->a, "ETAB0022", &rev), ERR_NOTFOUND);
	assert_int_equal(communes_find(&w->app, w->a, "Xyzzyplugh", &found), ERR_OK);
	assert_int_equal(found.n, 0);
	assert_int_equal(communes_find(&w->app, w->a, "Gennevilliers", &found), ERR_OK);
	assert_int_equal(found.n, 1);
}

/* One load of the real list serves all tests: each takes its own establishments away. */
static struct world *shared;

static int setup(void **state)
{
	const char *source = getenv("srcdir"), *why = "";
	size_t communes = 0, establishments = 0;

	if (!shared) {
		shared = world_new();
		shared->settings.data_communes =
			arena_printf(shared->a, "%s/acts/data/communes.csv", source ? source : ".");
		enum err e = publish_all(&shared->app, shared->a, &communes, &establishments, &why);

		if (e)
			fail_msg("publish_all: %s", why);
		assert_int_equal(communes, 35009);
		assert_int_equal(establishments, 2);
	}
	struct changeset *cs = changeset_new(shared->a);

	for (uint8_t i = 1; i < 40; i++)
		changeset_unpublish(cs, TABLE_PUBLIC_LISTING, key_text(shared->a, arena_printf(shared->a, "ETAB%04d", i)));
	AUTO_TXN struct txn t = txn_read(shared->app.store, STORE_PUBLIC);
	{
		AUTO_SCAN struct scan s = scan_prefix(&t, TABLE_PUBLIC_NEAR, BYTES_NONE);

		while (scan_next(&s))
			changeset_unpublish(cs, TABLE_PUBLIC_NEAR, s.key);
	}
	txn_end(&t);
	assert_int_equal(changeset_commit(shared->app.store, cs, NULL), ERR_OK);
	*state = shared;
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (shared)
		world_free(shared);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edit_distance),
		cmocka_unit_test(test_coordinates),
		cmocka_unit_test(test_asked_halves),
		cmocka_unit_test_setup(test_communes_are_found, setup),
		cmocka_unit_test_setup(test_communes_are_counted, setup),
		cmocka_unit_test_setup(test_one_commune_by_name, setup),
		cmocka_unit_test_setup(test_served_communes_are_looked_up, setup),
		cmocka_unit_test_setup(test_a_code_is_a_postal_code_first, setup),
		cmocka_unit_test_setup(test_every_commune_comes_back, setup),
		cmocka_unit_test_setup(test_establishments_around, setup),
		cmocka_unit_test_setup(test_a_commune_without_a_point, setup),
		cmocka_unit_test_setup(test_moving_leaves_nothing_behind, setup),
		cmocka_unit_test_setup(test_pages, setup),
		world_test(test_nothing_is_unknown_before_communes_are_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
