#include "acts/places.h"
#include "acts/codes.h"
#include "acts/listing_rules.h"
#include "base/text.h"

#include <string.h>

#define MONDAY_TO_FRIDAY_HALVES 0x3ffu
#define MONDAY_TO_FRIDAY 0x1fu
#define NO_BOUND 999

int grid_age_days(const struct grid *g, int64_t now)
{
	int64_t days = (int64_t)day_of(now) - day_of(g->confirmed_at);

	return days < 0 ? 0 : days > INT32_MAX ? INT32_MAX : (int)days;
}

enum freshness grid_freshness(const struct settings *s, const struct grid *g, int64_t now)
{
	if (!g->rev || grid_is_withdrawn(g))
		return GRID_NEVER;
	int days = grid_age_days(g, now);

	if (days >= s->places_hidden_days)
		return GRID_HIDDEN;
	if (days >= s->places_stale_days)
		return GRID_STALE;
	return days >= s->places_reminder_days ? GRID_REMINDER : GRID_FRESH;
}

void grid_frame_of(const struct establishment *e, const struct listing *online, struct grid_frame *out)
{
	struct listing nothing;

	if (!online) {
		codec_default(&listing_codec, &nothing);
		online = &nothing;
	}
	struct grid_frame f = { .halves = hours_open_halves(online),
				.bands = listing_bands(online),
				.weekdays = MONDAY_TO_FRIDAY,
				.capacity = e->capacity };

	if (!f.halves)
		f.halves = MONDAY_TO_FRIDAY_HALVES;
	for (int day = 0; day < 7; day++)
		if (f.halves & 3u << (day * 2))
			f.weekdays |= 1u << day;
	memcpy(f.band_capacity, online->band_capacity, sizeof f.band_capacity);
	*out = f;
}

void grid_frame_told(const struct grid *g, struct grid_frame *out)
{
	*out = (struct grid_frame){ .weekdays = MONDAY_TO_FRIDAY };
	for (int i = 0; i < BAND__MAX * 14; i++) {
		if (g->cells[i] == U16_NONE)
			continue;
		out->bands |= 1u << (i / 14);
		out->halves |= 1u << (i % 14);
		out->weekdays |= 1u << (i % 14 / 2);
	}
	memset(out->band_capacity, 0xff, sizeof out->band_capacity); /* U16_NONE */
}

const char *grid_field(struct arena *a, int band, int weekday, int half)
{
	return arena_printf(a, "a%d-%s-%c", band, weekday_codes[weekday], half ? 'a' : 'm');
}

/* --- the form --- */

enum { FIELD_DEBUT, FIELD_BASE, FIELD_NOTE, FIELD_ACTION, FIELD_REMPLIR, FIELD_CELLS };
#define CELLS (BAND__MAX * 14)

static const struct choice action_choices[] = {
	{ "publier", "Publier les places" },
	{ "inchange", "Rien n’a changé, confirmer" },
	{ NULL, NULL },
};
static const struct choice fill_choices[] = {
	{ "complet", "Mettre 0 partout" },
	{ "precedent", "Reprendre la grille précédente" },
	{ NULL, NULL },
};

static struct field fields[FIELD_CELLS + CELLS] = {
	[FIELD_DEBUT] = { .name = "debut", .label = "À partir du", .kind = FIELD_DAY, .max = 10, .hint = "Exemple : 01/12/2026" },
	[FIELD_BASE] = { .name = "base", .label = "Grille de départ", .kind = FIELD_NUMBER, .most = INT32_MAX },
	[FIELD_NOTE] = { .name = "note", .label = "Précision pour les familles", .kind = FIELD_LINES, .max = 300 },
	[FIELD_ACTION] = { .name = "action", .label = "Action", .kind = FIELD_BUTTON, .choices = action_choices },
	[FIELD_REMPLIR] = { .name = "remplir", .label = "Remplir", .kind = FIELD_BUTTON, .choices = fill_choices },
};

static const char *cell_label(struct arena *a, int band, int day, int half)
{
	return arena_printf(a, "%s %s, %s", weekday_labels[day], half_inside[half], band_labels_inside[band]);
}

/* Names and labels of the 56 cells are made once and kept. */
const struct form *grid_form(void)
{
	static struct arena *kept;
	static const struct form form = { fields, LENGTH(fields) };

	if (kept)
		return &form;
	kept = arena_new();
	for (int i = 0; i < CELLS; i++) {
		int band = i / 14, day = i % 14 / 2, half = i % 2;

		fields[FIELD_CELLS + i] = (struct field){
			.name = grid_field(kept, band, day, half),
			.label = cell_label(kept, band, day, half),
			.kind = FIELD_NUMBER,
			.max = 4,
			.most = NO_BOUND,
		};
	}
	return &form;
}

/* --- values --- */

static day_t next_monday(day_t today)
{
	return today + 7 - day_weekday(today);
}

static bool is_asked(const struct grid_frame *f, int i)
{
	return f->bands & 1u << (i / 14) && f->halves & 1u << (i % 14);
}

struct input grid_to_input(struct arena *a, const struct grid_frame *f, const struct grid *g)
{
	struct pair *v = arena_array(a, LENGTH(fields), struct pair);
	const struct form *form = grid_form();
	size_t n = 0;
	day_t start = g->rev ? (day_t)g->valid_from : next_monday(day_today());

	v[n++] = (struct pair){ "debut", day_slashes(a, start) };
	if (g->note && *g->note)
		v[n++] = (struct pair){ "note", g->note };
	for (int i = 0; i < CELLS; i++) {
		if (is_asked(f, i) && g->rev && g->cells[i] != U16_NONE)
			v[n++] = (struct pair){ form->fields[FIELD_CELLS + i].name, arena_printf(a, "%u", g->cells[i]) };
	}
	return (struct input){ v, n };
}

struct reading {
	struct arena *a;
	const struct grid_frame *f;
	const struct input *in;
	struct grid *out;
	struct faults *faults;
};

/* The most that a cell may say. */
static int64_t bound_of(const struct grid_frame *f, int i)
{
	uint16_t own = f->band_capacity[i / 14];

	return own != U16_NONE ? own : f->capacity ? (int64_t)f->capacity : INT32_MAX;
}

static void read_cell(struct reading *r, int i)
{
	const struct field *field = &grid_form()->fields[FIELD_CELLS + i];
	const char *typed = input_get(r->in, field->name);
	int64_t n, bound = bound_of(r->f, i);

	if (!is_asked(r->f, i)) {
		if (*typed)
			fault_add(r->a, r->faults, field->name, "%s : %s, laissez la case vide", field->label,
				  r->f->bands & 1u << (i / 14) ? "l’établissement est fermé" :
								 "cet âge n’est pas accueilli");
		return;
	}
	if (text_to_int(typed, 0, INT32_MAX, &n))
		fault_add(r->a, r->faults, field->name, "%s : indiquez un nombre, 0 si c’est complet", field->label);
	else if (n && !bound)
		fault_add(r->a, r->faults, field->name, "%s : aucune place n’est prévue à cet âge, écrivez 0",
			  field->label);
	else if (n > bound)
		fault_add(r->a, r->faults, field->name,
			  bound > 1 ? "%s : %lld dépasse les %lld places" : "%s : %lld dépasse la seule place",
			  field->label, (long long)n, (long long)bound);
	else if (n > NO_BOUND)
		fault_add(r->a, r->faults, field->name, "%s : écrivez un nombre entre 0 et %d", field->label, NO_BOUND);
	else
		r->out->cells[i] = (uint16_t)n;
}

/* Without a capacity of its own for every band shown, a half-day's places together are bounded by the establishment's: its
   capacity, 0 where there is no such bound. *first: the first band shown. */
static uint64_t total_bound(const struct grid_frame *f, int *first)
{
	bool every = true;

	*first = -1;
	for (int band = BAND__MAX - 1; band >= 0; band--) {
		if (!(f->bands & 1u << band))
			continue;
		*first = band;
		every = every && f->band_capacity[band] != U16_NONE;
	}
	return every || *first < 0 ? 0 : f->capacity;
}

static uint64_t total_of(const uint16_t *cells, int half)
{
	uint64_t sum = 0;

	for (int band = 0; band < BAND__MAX; band++)
		if (cells[band * 14 + half] != U16_NONE)
			sum += cells[band * 14 + half];
	return sum;
}

static void check_totals(struct reading *r)
{
	int first;
	uint64_t bound = total_bound(r->f, &first);

	for (int i = 0; i < 14 && bound; i++) {
		uint64_t sum = total_of(r->out->cells, i);

		if (sum > bound)
			fault_add(r->a, r->faults, grid_form()->fields[FIELD_CELLS + first * 14 + i].name,
				  "%s %s : %llu places en tout dépassent les %llu de l’établissement",
				  weekday_labels[i / 2], half_inside[i % 2], (unsigned long long)sum,
				  (unsigned long long)bound);
	}
}

static void read_cells(struct reading *r)
{
	for (int i = 0; i < CELLS; i++)
		read_cell(r, i);
	check_totals(r);
}

void grid_check(struct arena *a, const struct grid_frame *f, const struct grid *g, struct faults *faults)
{
	struct input in = grid_to_input(a, f, g);
	struct grid read;
	struct reading r = { a, f, &in, &read, faults };

	codec_default(&grid_codec, &read);
	read_cells(&r);
}

void grid_fit(const struct grid_frame *f, struct grid *g)
{
	int first;
	uint64_t bound = total_bound(f, &first);

	for (int i = 0; i < CELLS; i++)
		if (!is_asked(f, i) || (g->cells[i] != U16_NONE && g->cells[i] > bound_of(f, i)))
			g->cells[i] = U16_NONE;
	for (int i = 0; i < CELLS; i++)
		if (bound && total_of(g->cells, i % 14) > bound)
			for (int band = 0; band < BAND__MAX; band++)
				g->cells[band * 14 + i % 14] = U16_NONE;
}

static void read_start(struct reading *r)
{
	const char *typed = input_get(r->in, "debut");
	day_t day = DAY_NONE, today = day_today();

	if (day_parse(typed, &day))
		fault_add(r->a, r->faults, "debut", "%s",
			  *typed ? day_wrong(r->a, fields[FIELD_DEBUT].label, typed) :
				   "Indiquez à partir de quel jour ces places sont libres");
	else if (day > today + 366)
		fault_add(r->a, r->faults, "debut", "La date de début doit être dans l’année qui vient");
	else if (day < today - 366)
		fault_add(r->a, r->faults, "debut", "La date de début est passée depuis plus d’un an");
	r->out->valid_from = day;
}

void grid_from_input(struct arena *a, const struct grid_frame *f, const struct input *in, struct grid *out,
		     struct faults *faults)
{
	struct reading r = { a, f, in, out, faults };
	bool some = false;
	const struct form head = { fields, FIELD_CELLS };
	struct input others = input_with(a, in, "debut", "");

	codec_default(&grid_codec, out);
	read_start(&r);
	input_check(a, &head, &others, faults);
	out->note = input_get(in, "note");
	read_cells(&r);
	for (int i = 0; i < CELLS; i++)
		some = some || (out->cells[i] != U16_NONE && out->cells[i] > 0);
	out->state = some ? "open" : "full";
}

bool grid_is_withdrawn(const struct grid *g)
{
	return strcmp(g->state, "withdrawn") == 0;
}

bool grid_is_late(const struct grid *g, const struct grid *before, day_t today)
{
	bool known = before->rev && !grid_is_withdrawn(before) && before->valid_from == g->valid_from;

	return g->valid_from < today + 3 && !known;
}
