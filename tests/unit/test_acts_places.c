/* Free places: ages of a grid, frame, form, words, and the acts. */
#include "tests/unit/test_acts_store.h"

#include "acts/codes.h"
#include "acts/search.h"

/* clang-format off */
static const struct {
	int days;
	const char *state;
	uint64_t rev;
	enum freshness freshness;
} ages[] = {
	{ 0, "open", 1, GRID_FRESH },      { 6, "open", 1, GRID_FRESH },	{ 7, "full", 1, GRID_REMINDER },
	{ 29, "open", 1, GRID_REMINDER },  { 30, "open", 1, GRID_STALE },	{ 59, "full", 1, GRID_STALE },
	{ 60, "open", 1, GRID_HIDDEN },	   { 4000, "open", 1, GRID_HIDDEN },	{ 0, "withdrawn", 1, GRID_NEVER },
	{ 0, "", 0, GRID_NEVER },
};
/* clang-format on */

static void test_grids_grow_old(void **state)
{
	struct settings s = { .places_reminder_days = 7, .places_stale_days = 30, .places_hidden_days = 60 };

	(void)state;
	for (size_t i = 0; i < LENGTH(ages); i++) {
		struct grid g;

		codec_default(&grid_codec, &g);
		g.rev = ages[i].rev;
		g.state = ages[i].state;
		g.confirmed_at = T0 - ages[i].days * DAY_MS;
		assert_int_equal(grid_freshness(&s, &g, T0), ages[i].freshness);
	}
}

/* Bits: Monday morning is 1, Monday afternoon 2, Tuesday morning 4, … */
static const struct {
	unsigned free, open;
	const char *text;
} halves[] = {
	{ 0, 0x3ff, "" },
	{ 0x3ff, 0x3ff, "Tous les jours" },
	{ 0x3ff & ~0x20u, 0x3ff & ~0x20u, "Tous les jours sauf mercredi après-midi" },
	{ 0x3ff & ~0x20u, 0x3ff, "Tous les jours sauf mercredi après-midi" },
	{ 0x3ff & ~0x30u, 0x3ff, "Tous les jours sauf mercredi" },
	{ 0x3db, 0x3df, "Lundi, mardi après-midi, mercredi matin, jeudi, vendredi" },
	{ 0x32, 0x3ff, "Lundi après-midi, mercredi" },
	{ 0x1, 0x3ff, "Lundi matin" },
	{ 0x3000, 0x33ff, "Dimanche" },
	{ 0xff, 0xff, "Tous les jours" },
	{ 0x3, 0x3, "Lundi" },
};

static void test_free_halves_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(halves); i++) {
		AUTO_ARENA struct arena *a = arena_new();

		assert_string_equal(halves_text(a, halves[i].free, halves[i].open), halves[i].text);
	}
}

/* Monday morning and afternoon, two bands. */
static struct grid_frame small_frame(void)
{
	return (struct grid_frame){
		.halves = 3, .bands = 3, .weekdays = 0x1f, .band_capacity = { 10, 12, U16_NONE, U16_NONE }, .capacity = 15
	};
}

#define CELLS "a0-lu-m=0&a0-lu-a=1&a1-lu-m=2&a1-lu-a=3"

static const struct {
	const char *form, *field, *sentence, *state;
} grids[] = {
	{ "debut=01/12/2026&" CELLS, NULL, NULL, "open" },
	{ "debut=01/12/2026&a0-lu-m=0&a0-lu-a=0&a1-lu-m=0&a1-lu-a=00", NULL, NULL, "full" },
	{ "debut=01/12/2026&a0-lu-m=10&a0-lu-a=10&a1-lu-m=12&a1-lu-a=12", NULL, NULL, "open" },
	{ "debut=&" CELLS, "debut", "Indiquez à partir de quel jour ces places sont libres", NULL },
	{ "debut=31/02/2026&" CELLS, "debut", "À partir du : cette date n’existe pas", NULL },
	{ "debut=03/02/27&" CELLS, "debut", "À partir du : écrivez l’année en quatre chiffres, par exemple 03/02/2027",
	  NULL },
	{ "debut=01/12/2096&" CELLS, "debut", "La date de début doit être dans l’année qui vient", NULL },
	{ "debut=01/12/2006&" CELLS, "debut", "La date de début est passée depuis plus d’un an", NULL },
	{ "debut=01/12/2026&a0-lu-m=0&a0-lu-a=1&a1-lu-m=15&a1-lu-a=3", "a1-lu-m",
	  "Lundi matin, de 1 à 2 ans : 15 dépasse les 12 places", NULL },
	{ "debut=01/12/2026&a0-lu-m=&a0-lu-a=1&a1-lu-m=2&a1-lu-a=3", "a0-lu-m",
	  "Lundi matin, moins de 1 an : indiquez un nombre, 0 si c’est complet", NULL },
	{ "debut=01/12/2026&a0-lu-m=-1&a0-lu-a=1&a1-lu-m=2&a1-lu-a=3", "a0-lu-m",
	  "Lundi matin, moins de 1 an : indiquez un nombre, 0 si c’est complet", NULL },
	{ "debut=01/12/2026&a0-lu-m=deux&a0-lu-a=1&a1-lu-m=2&a1-lu-a=3", "a0-lu-m",
	  "Lundi matin, moins de 1 an : indiquez un nombre, 0 si c’est complet", NULL },
	{ "debut=01/12/2026&" CELLS "&a1-me-a=1", "a1-me-a",
	  "Mercredi après-midi, de 1 à 2 ans : l’établissement est fermé, laissez la case vide", NULL },
	{ "debut=01/12/2026&" CELLS "&a3-lu-m=1", "a3-lu-m",
	  "Lundi matin, 3 ans et plus : cet âge n’est pas accueilli, laissez la case vide", NULL },
	{ "debut=01/12/2026&" CELLS "&a1-me-a=", NULL, NULL, "open" },
};

static void test_form_says_what_is_wrong(void **state)
{
	(void)state;
	clock_test_offset(T0 - clock_now());
	for (size_t i = 0; i < LENGTH(grids); i++) {
		AUTO_ARENA struct arena *a = arena_new();
		struct grid_frame f = small_frame();
		struct input in = input_of(a, grid_form(), grids[i].form);
		struct faults faults = { 0 };
		struct grid g;

		print_message("%s\n", grids[i].form);
		grid_from_input(a, &f, &in, &g, &faults);
		assert_int_equal(faults.n, grids[i].field ? 1 : 0);
		if (!grids[i].field) {
			assert_string_equal(g.state, grids[i].state);
			assert_int_equal(g.cells[GRID_AT(0, 0, 1, 0)], U16_NONE);
			continue;
		}
		assert_string_equal(faults.v[0].name, grids[i].field);
		assert_string_equal(faults.v[0].value, grids[i].sentence);
	}
	clock_test_offset(0);
}

/* Where a band has no capacity of its own, a half-day's sum is bounded by the establishment's. */
static void test_totals_are_bounded(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct grid_frame f = small_frame();
	struct input in = input_of(a, grid_form(), "debut=01/12/2026&a0-lu-m=6&a0-lu-a=10&a1-lu-m=10&a1-lu-a=5");
	struct faults faults = { 0 };
	struct grid g;

	(void)state;
	clock_test_offset(T0 - clock_now());
	f.band_capacity[1] = U16_NONE;
	grid_from_input(a, &f, &in, &g, &faults);
	clock_test_offset(0);
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.v[0].name, "a0-lu-m");
	assert_string_equal(faults.v[0].value, "Lundi matin : 16 places en tout dépassent les 15 de l’établissement");
}

/* A band declared without any place is not a band nobody declared. */
static void test_no_place_is_a_capacity(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct grid_frame f = small_frame();
	struct input in = input_of(a, grid_form(), "debut=01/12/2026&a0-lu-m=0&a0-lu-a=1&a1-lu-m=12&a1-lu-a=12");
	struct faults faults = { 0 };
	struct grid g;

	(void)state;
	clock_test_offset(T0 - clock_now());
	f.band_capacity[0] = 0;
	f.capacity = 11; /* every band has its own: the sum is not asked */
	grid_from_input(a, &f, &in, &g, &faults);
	clock_test_offset(0);
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.v[0].name, "a0-lu-a");
	assert_string_equal(faults.v[0].value,
			    "Lundi après-midi, moins de 1 an : aucune place n’est prévue à cet âge, écrivez 0");
}

static void test_frame_follows_hours_and_ages(void **state)
{
	struct establishment e;
	struct grid_frame f;
	struct listing l;

	(void)state;
	codec_default(&establishment_codec, &e);
	codec_default(&listing_codec, &l);
	e.capacity = 36;
	grid_frame_of(&e, NULL, &f);
	assert_int_equal(f.halves, 0x3ff);
	assert_int_equal(f.bands, 7);
	assert_int_equal(f.weekdays, 0x1f);
	l.hours[HOURS_AT(5, 0, 0)] = 9 * 60;
	l.hours[HOURS_AT(5, 0, 1)] = 12 * 60;
	l.age_min = 2;
	l.age_min_unit = "year";
	l.band_capacity[BAND_M24_35] = 14;
	grid_frame_of(&e, &l, &f);
	assert_int_equal(f.halves, 1 << 10);
	assert_int_equal(f.weekdays, 0x3f);
	assert_int_equal(f.bands, 1 << BAND_M24_35);
	assert_int_equal(f.band_capacity[BAND_M24_35], 14);
	assert_int_equal(f.band_capacity[BAND_LT12M], U16_NONE);
}

/* A grid of former hours and ages is read by what it tells. */
/* A start is told three days ahead, or families had no notice; the one they have read already asks for none. */
static void test_late_grid_is_told(void **state)
{
	static const struct {
		int from, before; /* days from today; 99: no grid before */
		const char *state;
		bool late;
	} cases[] = {
		{ 3, 99, "", false },      { 2, 99, "", true },     { 0, 99, "", true },    { -9, 99, "", true },
		{ -9, -9, "open", false }, { 2, 2, "full", false }, { 2, 9, "open", true }, { 2, 2, "withdrawn", true },
	};
	day_t today = day_today();

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct grid g, before;

		codec_default(&grid_codec, &g);
		codec_default(&grid_codec, &before);
		g.valid_from = today + cases[i].from;
		before.valid_from = today + cases[i].before;
		before.state = cases[i].state;
		before.rev = cases[i].before != 99;
		assert_int_equal(grid_is_late(&g, &before, today), cases[i].late);
	}
}

static void test_past_grid_has_its_own_frame(void **state)
{
	struct grid_frame f;
	struct grid g;

	(void)state;
	codec_default(&grid_codec, &g);
	grid_frame_told(&g, &f);
	assert_int_equal(f.bands, 0);
	assert_int_equal(f.weekdays, 0x1f);
	g.cells[GRID_AT(0, BAND_LT12M, 0, 0)] = 0;
	g.cells[GRID_AT(0, BAND_M24_35, 5, 1)] = 3;
	grid_frame_told(&g, &f);
	assert_int_equal(f.bands, 1 << BAND_LT12M | 1 << BAND_M24_35);
	assert_int_equal(f.halves, 1 | 1 << 11);
	assert_int_equal(f.weekdays, 0x3f);
}

static void test_grid_comes_back_as_typed(void **state)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct grid_frame f = small_frame();
	struct input in = input_of(a, grid_form(), "debut=01/12/2026&note=Sur+dossier&" CELLS);
	struct faults faults = { 0 };
	struct grid g;

	(void)state;
	clock_test_offset(T0 - clock_now());
	grid_from_input(a, &f, &in, &g, &faults);
	g.rev = 1;
	struct input back = grid_to_input(a, &f, &g);

	for (size_t i = 0; i < in.n; i++)
		assert_string_equal(input_get(&back, in.v[i].name), in.v[i].value);
	codec_default(&grid_codec, &g);
	back = grid_to_input(a, &f, &g);
	assert_string_equal(input_get(&back, "debut"), "30/11/2026"); /* a Monday */
	assert_int_equal(back.n, 1);
	clock_test_offset(0);
}

/* --- acts --- */

static const char *whole(struct arena *a, int places)
{
	static const char *const days[] = { "lu", "ma", "me", "je", "ve" };
	struct buf b = buf_new(a);

	buf_text(&b, "debut=01%2F12%2F2026");
	for (int band = 0; band < 3; band++)
		for (size_t d = 0; d < LENGTH(days); d++)
			buf_printf(&b, "&a%d-%s-m=%d&a%d-%s-a=0", band, days[d], places, band, days[d]);
	return buf_str(&b);
}

static enum err publish(struct world *w, const struct visitor *who, int places, uint64_t base, struct grid *now)
{
	struct input in = input_of(w->a, grid_form(), whole(w->a, places));
	struct faults faults = { 0 };
	enum err e = grid_publish(&w->app, w->a, who, &w->nursery, &in, base, &faults, now);

	for (size_t i = 0; i < faults.n; i++)
		print_message("%s\n", faults.v[i].value);
	return e;
}

static void test_places_are_published_at_once(void **state)
{
	struct world *w = *state;
	struct family_page page;
	struct audit_record r;
	struct grid now, *past;
	size_t n;

	assert_int_equal(publish(w, &w->agent, 1, 0, &now), ERR_OK);
	assert_int_equal(now.n, 1);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB2041", &page), ERR_OK);
	assert_string_equal(page.state, "register");
	assert_int_equal(grid_decode(w->a, page.grid, &now), ERR_OK);
	assert_string_equal(now.author_name, "Maëlle Querrien");
	assert_int_equal(publish(w, &w->agent, 1, 0, &now), ERR_OK); /* a second click */
	assert_int_equal(now.n, 1);
	assert_int_equal(publish(w, &w->agent, 2, 0, &now), ERR_CONFLICT);
	assert_int_equal(publish(w, &w->colleague, 1, 0, &now), ERR_CONFLICT);
	assert_int_equal(audit_of(w, "places_published", &r), 1);
	assert_int_equal(publish(w, &w->colleague, 2, 1, &now), ERR_OK);
	assert_int_equal(publish(w, &w->agent, 0, 1, &now), ERR_CONFLICT); /* both grids are there to compare */
	assert_int_equal(now.n, 2);
	assert_string_equal(now.author_name, "Sofiane Bellacourt");
	assert_int_equal(grid_history(&w->app, w->a, &w->nursery, 2, 10, &past, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(past[0].n, 2);
	assert_int_equal(past[1].cells[0], 1);
	assert_int_equal(grid_history(&w->app, w->a, &w->nursery, 2, 1, &past, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(grid_history(&w->app, w->a, &w->nursery, 1, 10, &past, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(past[0].n, 1);
	assert_int_equal(audit_of(w, "places_published", &r), 2);
	assert_string_equal(r.number, "VDA-4822");
}

static void test_unchanged_places_are_confirmed(void **state)
{
	struct world *w = *state;
	struct faults faults = { 0 };
	struct grid now, *past;
	size_t n;

	assert_int_equal(grid_confirm(&w->app, w->a, &w->agent, &w->nursery, 0, &faults, &now), ERR_NOTFOUND);
	w->agent.at = T0 - 40 * DAY_MS;
	assert_int_equal(publish(w, &w->agent, 1, 0, &now), ERR_OK);
	assert_int_equal(grid_freshness(&w->settings, &now, T0), GRID_STALE);
	assert_int_equal(grid_confirm(&w->app, w->a, &w->colleague, &w->nursery, 7, &faults, &now), ERR_CONFLICT);
	assert_int_equal(grid_confirm(&w->app, w->a, &w->colleague, &w->nursery, 1, &faults, &now), ERR_OK);
	assert_int_equal(grid_freshness(&w->settings, &now, T0), GRID_FRESH);
	assert_string_equal(now.author_name, "Maëlle Querrien");
	assert_int_equal(audit_of(w, "places_confirmed", NULL), 1);
	assert_int_equal(grid_history(&w->app, w->a, &w->nursery, now.n, 10, &past, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(past[0].confirmed_at, now.confirmed_at);
	assert_int_equal(past[0].declared_at, T0 - 40 * DAY_MS);
}

/* « Rien n'a changé » is no way past the rules a published grid meets. */
static void test_places_that_no_longer_fit_are_not_confirmed(void **state)
{
	struct world *w = *state;
	struct faults faults = { 0 };
	struct grid_frame f;
	struct grid now;

	assert_int_equal(publish(w, &w->agent, 1, 0, &now), ERR_OK);
	w->nursery.capacity = 2;
	assert_int_equal(grid_confirm(&w->app, w->a, &w->agent, &w->nursery, 1, &faults, &now), ERR_INVALID);
	assert_int_equal(faults.n, 5); /* each morning's three bands */
	assert_string_equal(faults.v[0].value, "Lundi matin : 3 places en tout dépassent les 2 de l’établissement");
	assert_int_equal(audit_of(w, "places_confirmed", NULL), 0);

	w->nursery.capacity = 3;
	grid_frame_of(&w->nursery, NULL, &f);
	faults.n = 0;
	grid_check(w->a, &f, &now, &faults);
	assert_int_equal(faults.n, 0);
	grid_fit(&f, &now);
	assert_int_equal(now.cells[GRID_AT(0, BAND_LT12M, 0, 0)], 1);
	f.band_capacity[BAND_LT12M] = 0;
	f.halves &= ~(1u << 2); /* Tuesday morning closes */
	grid_fit(&f, &now);
	assert_int_equal(now.cells[GRID_AT(0, BAND_LT12M, 0, 0)], U16_NONE);
	assert_int_equal(now.cells[GRID_AT(0, BAND_M12_23, 0, 0)], 1);
	assert_int_equal(now.cells[GRID_AT(0, BAND_M12_23, 1, 0)], U16_NONE);
	f.capacity = 1;
	grid_fit(&f, &now);
	assert_int_equal(now.cells[GRID_AT(0, BAND_M12_23, 0, 0)], U16_NONE);
	assert_int_equal(now.cells[GRID_AT(0, BAND_M12_23, 0, 1)], 0);
	grid_frame_of(&w->nursery, NULL, &f);
	f.halves |= 1u << 10; /* Saturday morning opens */
	faults.n = 0;
	now = (struct grid){ .rev = now.rev };
	assert_int_equal(grid_confirm(&w->app, w->a, &w->agent, &w->nursery, 1, &faults, &now), ERR_OK);
	grid_check(w->a, &f, &now, &faults);
	assert_int_equal(faults.n, 3);
	assert_string_equal(faults.v[0].name, "a0-sa-m");
}

static void test_places_are_taken_down(void **state)
{
	struct world *w = *state;
	struct family_page page;
	struct places_state st;
	struct grid now;

	assert_int_equal(grid_withdraw(&w->app, w->a, &w->agent, &w->nursery), ERR_NOTFOUND);
	assert_int_equal(publish(w, &w->agent, 1, 0, &now), ERR_OK);
	assert_int_equal(grid_withdraw(&w->app, w->a, &w->agent, &w->nursery), ERR_OK);
	assert_int_equal(grid_withdraw(&w->app, w->a, &w->agent, &w->nursery), ERR_CONFLICT);
	assert_int_equal(family_page_find(&w->app, w->a, "ETAB2041", &page), ERR_OK);
	assert_int_equal(page.grid.n, 0);
	assert_int_equal(publish(w, &w->agent, 1, 1, &now), ERR_CONFLICT);
	assert_int_equal(publish(w, &w->agent, 1, 2, &now), ERR_OK);
	assert_int_equal(places_state_read(&w->app, w->a, &w->nursery, &st), ERR_OK);
	assert_int_equal(st.grid.n, 3);
	assert_string_equal(st.previous.state, "withdrawn");
}

static void test_only_a_right_publishes(void **state)
{
	struct world *w = *state;
	struct input in = input_of(w->a, grid_form(), whole(w->a, 0));
	struct faults faults = { 0 };
	struct grid now;

	right_answer = ERR_DENIED;
	assert_int_equal(publish(w, &w->agent, 1, 0, &now), ERR_DENIED);
	right_answer = ERR_OK;
	assert_int_equal(grid_publish(&w->app, w->a, &w->agent, &w->camp, &in, 0, &faults, &now), ERR_NOTFOUND);
	assert_int_equal(grid_publish(&w->app, w->a, &w->agent, &w->nursery, &in, 0, &faults, &now), ERR_OK);
	assert_string_equal(now.state, "full");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grids_grow_old),
		cmocka_unit_test(test_free_halves_are_told),
		cmocka_unit_test(test_form_says_what_is_wrong),
		cmocka_unit_test(test_totals_are_bounded),
		cmocka_unit_test(test_no_place_is_a_capacity),
		cmocka_unit_test(test_frame_follows_hours_and_ages),
		cmocka_unit_test(test_grid_comes_back_as_typed),
		cmocka_unit_test(test_past_grid_has_its_own_frame),
		cmocka_unit_test(test_late_grid_is_told),
		world_test(test_places_are_published_at_once),
		world_test(test_unchanged_places_are_confirmed),
		world_test(test_places_that_no_longer_fit_are_not_confirmed),
		world_test(test_places_are_taken_down),
		world_test(test_only_a_right_publishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
