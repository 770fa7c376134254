/* The families' search: form, result list, plan. */
#include "fcgi/page/page.h"

#include "acts/commune.h"
#include "acts/places.h"
#include "acts/search.h"
#include "base/french.h"

#include <string.h>

#define PAGE_MAX 1000
#define COMMUNES_SHOWN 8
#define PLACE_UNKNOWN "Nous ne connaissons pas la position {} : cherchez aussi autour d’une commune voisine."

static const struct choice radius_choices[] = {
	{ "2", "2 km" }, { "5", "5 km" }, { "10", "10 km" }, { "20", "20 km" }, { NULL, NULL },
};
static const struct choice age_choices[] = {
	{ "lt12m", "Moins de 1 an" },
	{ "m12_23", "De 1 à 2 ans" },
	{ "m24_35", "De 2 à 3 ans" },
	{ "ge36m", "3 ans et plus" },
	{ NULL, NULL },
};
static const struct choice day_choices[] = {
	{ "", "Peu importe" },      { "lundi", "Lundi" },       { "mardi", "Mardi" },
	{ "mercredi", "Mercredi" }, { "jeudi", "Jeudi" },       { "vendredi", "Vendredi" },
	{ "samedi", "Samedi" },     { "dimanche", "Dimanche" }, { NULL, NULL },
};
static const struct choice moment_choices[] = {
	{ "", "Peu importe" },    { "matin", "Matin" }, { "apres-midi", "Après-midi" },
	{ "journee", "Journée" }, { NULL, NULL },
};

/* The choices are read by label or by value, in any case: an address typed by hand is as good as a click. */
static const struct field fields[] = {
	{ .name = "lieu",
	  .label = "Commune ou code postal",
	  .kind = FIELD_TEXT,
	  .max = 100,
	  .autocomplete = "postal-code",
	  .missing = "Indiquez une commune ou un code postal" },
	{ .name = "rayon", .label = "Distance", .kind = FIELD_TEXT, .max = 20 },
	{ .name = "age", .label = "Âge de l’enfant", .kind = FIELD_TEXT, .max = 20 },
	{ .name = "jour", .label = "Jour", .kind = FIELD_TEXT, .max = 20 },
	{ .name = "moment", .label = "Moment", .kind = FIELD_TEXT, .max = 20 },
	{ .name = "page", .label = "Page", .kind = FIELD_NUMBER, .least = 1, .most = PAGE_MAX },
};

const struct form *form_search(void)
{
	static const struct form form = { fields, LENGTH(fields) };

	return &form;
}

/* Index of what was chosen, or of fallback when nothing was; -1: neither a label nor a value. */
static int chosen(struct arena *a, const struct choice *choices, const char *typed, int fallback)
{
	const struct choice *c = *text_fold(a, typed) ? choice_typed(a, choices, typed) : &choices[fallback];

	return c ? (int)(c - choices) : -1;
}

struct criteria {
	int radius, age, day, moment; /* indexes of the choices */
	int64_t page;                 /* from 1 */
};

static void read_criteria(struct request *rq, struct criteria *c)
{
	static const struct {
		const char *name, *label;
		const struct choice *choices;
		int fallback;
	} rows[] = {
		{ "rayon", "Distance", radius_choices, 1 },
		{ "age", "Âge de l’enfant", age_choices, 1 },
		{ "jour", "Jour", day_choices, 0 },
		{ "moment", "Moment", moment_choices, 0 },
	};
	int *const values[] = { &c->radius, &c->age, &c->day, &c->moment };

	for (size_t i = 0; i < LENGTH(rows); i++) {
		*values[i] = chosen(rq->arena, rows[i].choices, input_get(&rq->in, rows[i].name), rows[i].fallback);
		if (*values[i] < 0) {
			fault_add(rq->arena, &rq->faults, rows[i].name, "%s : choisissez une réponse de la liste",
				  rows[i].label);
			*values[i] = rows[i].fallback;
		}
	}
	c->page = 1;
	if (*input_get(&rq->in, "page") && text_to_int(input_get(&rq->in, "page"), 1, PAGE_MAX, &c->page))
		fault_add(rq->arena, &rq->faults, "page", "Page : indiquez un nombre de 1 à %d", PAGE_MAX);
}

static void search_form(struct request *rq, struct html *h, const struct criteria *c, const char *place)
{
	const char *fault = fault_of(&rq->faults, "lieu");

	html(h,
	     "<form class=\"card searchbar\" method=\"get\" action=\"/recherche\" role=\"search\" "
	     "aria-label=\"Rechercher un établissement\" novalidate>\n<div class=\"field{}\"><label for=\"lieu\">"
	     "Commune ou code postal</label>",
	     fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-lieu\">{f}</span>", fault);
	html(h, "<input type=\"text\" id=\"lieu\" name=\"lieu\" value=\"{}\" autocomplete=\"postal-code\"", place);
	if (fault)
		html(h, " aria-invalid=\"true\" aria-describedby=\"e-lieu\"");
	html(h, "></div>\n");
	filter_select(rq, h, "rayon", "Distance", radius_choices, radius_choices[c->radius].value);
	filter_select(rq, h, "age", "Âge de l’enfant", age_choices, age_choices[c->age].value);
	filter_select(rq, h, "jour", "Jour", day_choices, day_choices[c->day].value);
	filter_select(rq, h, "moment", "Moment", moment_choices, moment_choices[c->moment].value);
	/* only an address has a page */
	if (fault_of(&rq->faults, "page"))
		filter_text(rq, h, "page", "Page");
	html(h, "<button class=\"btn\">Rechercher</button>\n</form>\n");
}

enum err page_home(struct request *rq, struct html *h)
{
	struct criteria c;

	rq->re->private = false;
	read_criteria(rq, &c);
	rq->faults = (struct faults){ 0 };
	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = "Trouver une place d’accueil", .tab = "/" });
	html(h, "<h1>Trouver une place d’accueil</h1>\n"
		"<p class=\"lead\">Crèches, haltes-garderies, accueils de loisirs : cherchez près de chez vous, "
		"voyez les places libres par demi-journée.</p>\n");
	search_form(rq, h, &c, input_get(&rq->in, "lieu"));
	html(h, "<div class=\"cols-even\">\n<div class=\"card\">\n<h2>Vous gérez un établissement ?</h2>\n"
		"<p>Demandez une habilitation à votre Caf pour publier ses informations et ses places libres.</p>\n"
		"<p><a href=\"/demande-habilitation\">Demander une habilitation</a></p>\n</div>\n<div class=\"card\">\n"
		"<h2>Vous êtes déjà habilité ?</h2>\n<p>Mettez à jour vos établissements.</p>\n"
		"<p><a href=\"/connexion\">Entrer dans l’espace professionnel</a></p>\n</div>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

static const char *distance_text(struct arena *a, int64_t m)
{
	if (m < 950)
		return arena_printf(a, "à %d m", (int)((m + 50) / 100 * 100));
	int64_t tenths = (m + 50) / 100;

	return arena_printf(a, "à %d,%d km", (int)(tenths / 10), (int)(tenths % 10));
}

static bool has_column(const struct found *f, int day)
{
	return day < 5 || f->s.open_halves >> (day * 2) & 3;
}

static void mini_row(struct html *h, const struct found *f, int band, int half)
{
	html(h, "<span class=\"h\">{}</span>", half ? "Apr.-midi" : "Matin");
	for (int d = 0; d < 7; d++) {
		uint16_t places = f->s.cells[(band * 7 + d) * 2 + half];

		if (!has_column(f, d))
			continue;
		if (!(f->s.open_halves & 1u << (d * 2 + half)) || places == U16_NONE)
			html(h, "<span class=\"sx\">–</span>");
		else
			html(h, "<span class=\"{}\">{}</span>",
			     places == 0 ? "s0" :
			     places > 2  ? "s2" :
					   "s1",
			     html_number(h, places));
	}
}

static void mini_grid(struct html *h, const struct found *f, int band)
{
	static const char *const initials[] = { "L", "M", "M", "J", "V", "S", "D" };
	int columns = 5 + has_column(f, 5) + has_column(f, 6);

	html(h, "<div class=\"mini{} num\" aria-hidden=\"true\"><span class=\"d\"></span>",
	     columns == 7 ? " mini-7" :
	     columns == 6 ? " mini-6" :
			    "");
	for (int d = 0; d < 7; d++)
		if (has_column(f, d))
			html(h, "<span class=\"d\">{}</span>", initials[d]);
	mini_row(h, f, band, 0);
	mini_row(h, f, band, 1);
	html(h, "</div>\n");
}

/* « le samedi matin »; "": any moment. */
static const char *moment_text(struct arena *a, const struct search *q)
{
	static const char *const alone[] = { "le matin", "l’après-midi", "en journée entière" };
	static const char *const after[] = { " matin", " après-midi", " en journée entière" };

	if (q->weekday < 0)
		return q->half < 0 ? "" : alone[q->half];
	return arena_printf(a, "le %s%s", day_choices[q->weekday + 1].value, q->half < 0 ? "" : after[q->half]);
}

/* Closed then, not told, full then or full all week: a family that asked for Saturday must not believe the week is full. */
static void no_place(struct request *rq, struct html *h, const struct found *f, const struct search *q)
{
	unsigned open = (unsigned)f->s.open_halves, told = 0;

	for (unsigned i = 0; i < 14; i++)
		told |= f->s.cells[(unsigned)q->band * 14 + i] != U16_NONE ? 1u << i : 0;
	unsigned elsewhere = grid_free_halves(f->s.cells, 1u << q->band) & open;
	const char *moment = moment_text(rq->arena, q);
	const char *state = !free_halves_asked(open, q->weekday, q->half) ? q->half == 2 ? "Pas d’accueil" : "Fermé" :
			    !free_halves_asked(open & told, q->weekday, q->half) ? "Places non communiquées" :
										   "Complet";

	html(h, "<p class=\"avail-none\">{}{}{}</p>\n", state, *moment ? " " : "", moment);
	if (elsewhere)
		html(h, "<p>Places libres à un autre moment\u00a0: {}</p>\n",
		     text_lower_first(rq->arena, halves_text(rq->arena, elsewhere, open)));
	else
		html(h, "<p>Aucune place libre cette semaine pour cet âge</p>\n");
}

static void result_places(struct request *rq, struct html *h, const struct found *f, const struct search *q)
{
	if (!type_has_places(f->s.type)) {
		html(h, "<p>Contactez l’établissement pour connaître les places.</p>\n");
		return;
	}
	if (f->hidden) {
		places_untold(rq, h, f->fresh, f->s.confirmed_at);
		return;
	}
	if (f->fresh == GRID_STALE) {
		html(h, "<p>");
		tag(h, freshness_tag(f->fresh));
		html(h, "</p>\n");
	}
	int n = __builtin_popcount(f->free);

	if (n == 0)
		no_place(rq, h, f, q);
	else
		html(h, "<p class=\"avail\">{} avec une place libre</p>\n<p>{}</p>\n",
		     arena_printf(rq->arena, n > 1 ? "%d demi-journées" : "%d demi-journée", n),
		     halves_text(rq->arena, f->free, (unsigned)f->s.open_halves));
	if (f->s.valid_from > day_today())
		html(h, "<p>À partir du {}</p>\n", day_fr(rq->arena, (day_t)f->s.valid_from));
	html(h, "<p class=\"small muted\">Places mises à jour le {}</p>\n", day_fr(rq->arena, day_of(f->s.confirmed_at)));
}

static void result(struct request *rq, struct html *h, const struct found *f, size_t mark, const struct search *q)
{
	bool open = f->free && !f->hidden;
	const char *n = html_number(h, (int64_t)mark);

	html(h,
	     "<li class=\"card\">\n<span class=\"pin{}\" aria-hidden=\"true\">{}</span>\n<div>\n"
	     "<h2><span class=\"vh\">Repère {} : </span><a href=\"/etablissements/{}-{}\">{}</a></h2>\n"
	     "<p>",
	     open ? "" : " pin-none", n, n, f->s.slug, f->s.id, f->s.name);
	if (commune_has_point(&q->around))
		html(h, "<strong>{}</strong> – ", distance_text(rq->arena, f->distance_m));
	html(h, "{}", establishment_kind_label(f->s.type, f->s.category, f->s.capacity));
	if (f->s.capacity)
		html(h, " – {} places", html_number(h, (int64_t)f->s.capacity));
	html(h, "</p>\n<p class=\"muted\">{}, {} {}</p>\n", f->s.street, f->s.postal_code, f->s.city);
	result_places(rq, h, f, q);
	html(h, "</div>\n");
	if (type_has_places(f->s.type) && !f->hidden)
		mini_grid(h, f, q->band);
	html(h, "</li>\n");
}

/* The same search in that place. */
static const char *search_link(struct request *rq, const char *place, const struct criteria *c)
{
	return link_with(rq->arena, "/recherche", "lieu", place, "rayon", radius_choices[c->radius].value, "age",
			 age_choices[c->age].value, "jour", day_choices[c->day].value, "moment",
			 moment_choices[c->moment].value, NULL);
}

static const char *const band_phrases[BAND__MAX] = {
	[BAND_LT12M] = "de moins de 1 an",
	[BAND_M12_23] = "de 1 à 2 ans",
	[BAND_M24_35] = "de 2 à 3 ans",
	[BAND_GE36M] = "de 3 ans et plus",
};

static const char *establishments_text(struct arena *a, size_t n)
{
	return n == 1 ? "1 établissement" : arena_printf(a, "%zu établissements", n);
}

/* « à moins de 5 km de Valmoreau »; in a commune of which nobody knows where it is, no distance means anything. */
static const char *where_text(struct arena *a, const struct search *q)
{
	return commune_has_point(&q->around) ?
		       arena_printf(a, "à moins de %d km %s", q->radius_km, french_de(a, q->around.name)) :
		       french_a(a, q->around.name);
}

static void no_result(struct request *rq, struct html *h, const struct search *q, const struct criteria *c, const char *place)
{
	html(h, "<p class=\"results-head\" role=\"status\">Aucun établissement {}.", where_text(rq->arena, q));
	if (!commune_has_point(&q->around)) {
		html(h, " " PLACE_UNKNOWN, french_de(rq->arena, q->around.name));
	} else if (radius_choices[c->radius + 1].value) {
		struct criteria wider = *c;

		wider.radius++;
		html(h, " <a href=\"{}\">Essayez {}</a>.", search_link(rq, place, &wider),
		     radius_choices[wider.radius].label);
	}
	html(h, "</p>\n");
}

static void results(struct request *rq, struct html *h, const struct search *q, const struct search_result *r,
		    const struct criteria *c, const char *place)
{
	if (r->total == 0) {
		no_result(rq, h, q, c, place);
		return;
	}
	const char *moment = moment_text(rq->arena, q);
	bool map = commune_has_point(&q->around);

	html(h,
	     "<p class=\"results-head\" role=\"status\"><strong>{}</strong> {}, dont "
	     "<strong>{} avec une place libre</strong> pour un enfant {}{}{}. ",
	     establishments_text(rq->arena, r->total), where_text(rq->arena, q),
	     r->with_place ? html_number(h, (int64_t)r->with_place) : "aucun", band_phrases[q->band],
	     *moment ? " " : "", moment);
	if (map)
		html(h, "<a class=\"only-small\" href=\"#plan\">Voir le plan</a></p>\n<div class=\"results-layout\">\n");
	else
		html(h, PLACE_UNKNOWN "</p>\n<div>\n", french_de(rq->arena, q->around.name));
	html(h, "<div>\n<ol class=\"results\">\n");
	for (size_t i = 0; i < r->n; i++)
		result(rq, h, &r->v[i], q->page * q->per_page + i + 1, q);
	html(h, "</ol>\n");
	pages_of(rq, h, search_link(rq, place, c), "Pages de résultats", (int64_t)q->page + 1, r->total, q->per_page);
	html(h, "</div>\n");
	if (map)
		search_plan(h, q, r, q->page * q->per_page + 1);
	html(h, "</div>\n");
}

static enum err unknown_place(struct request *rq, struct html *h, const struct criteria *c, const struct strs *near)
{
	rq->re->status = 422;
	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = "Trouver une place d’accueil", .tab = "/" });
	error_summary(rq, h);
	html(h, "<h1>Trouver une place d’accueil</h1>\n");
	search_form(rq, h, c, input_get(&rq->in, "lieu"));
	if (near->n) {
		html(h, "<p>Cherchiez-vous l’une de ces communes ?</p>\n<ul>\n");
		for (size_t i = 0; i < near->n; i++)
			html(h, "<li><a href=\"{}\">{}</a></li>\n", search_link(rq, near->v[i], c), near->v[i]);
		html(h, "</ul>\n");
	}
	page_end(rq, h);
	return ERR_OK;
}

static void other_communes(struct request *rq, struct html *h, const struct criteria *c, const struct communes_found *found)
{
	size_t shown = found->n < COMMUNES_SHOWN ? found->n : COMMUNES_SHOWN;

	if (found->n < 2)
		return;
	html(h, "<p>Autres communes possibles : ");
	for (size_t i = 1; i < shown; i++) {
		const char *label = commune_label(rq->arena, &found->v[i]);

		html(h, "{}<a href=\"{}\">{}</a>", i > 1 ? ", " : "", search_link(rq, label, c), label);
	}
	if (found->total > shown)
		html(h, " et {} {}", number_fr(rq->arena, (int64_t)(found->total - shown)),
		     found->total - shown > 1 ? "autres" : "autre");
	html(h, ".</p>\n");
}

static enum err show(struct request *rq, struct html *h, const struct criteria *c, const struct communes_found *found)
{
	const struct commune *around = &found->v[0];
	const char *place = commune_label(rq->arena, around);
	struct search q = { .around = *around, .per_page = 10, .band = c->age, .weekday = c->day - 1, .half = c->moment - 1 };
	struct search_result r;
	int64_t km = 5;

	if (text_to_int(radius_choices[c->radius].value, 1, 100, &km))
		return ERR_INTERNAL;
	q.radius_km = (int)km;
	q.page = (size_t)c->page - 1;
	enum err e = search_run(rq->app, rq->arena, &q, &r);

	/* fewer than when the address was noted: the last page */
	if (!e && r.total && !r.n) {
		q.page = (r.total - 1) / q.per_page;
		e = search_run(rq->app, rq->arena, &q, &r);
	}
	if (e)
		return e;
	const char *title = arena_printf(rq->arena, "%s %s – Trouver une place", establishments_text(rq->arena, r.total),
					 commune_has_point(around) ?
						 arena_printf(rq->arena, "autour %s", french_de(rq->arena, around->name)) :
						 french_a(rq->arena, around->name));

	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = title, .tab = "/" });
	html(h, "<h1>Trouver une place d’accueil</h1>\n");
	search_form(rq, h, c, place);
	other_communes(rq, h, c, found);
	results(rq, h, &q, &r, c, place);
	page_end(rq, h);
	return ERR_OK;
}

enum err page_search(struct request *rq, struct html *h)
{
	struct criteria c;
	struct communes_found found = { .v = NULL };
	const char *place = input_get(&rq->in, "lieu");
	enum err e = ERR_OK;

	rq->re->private = false;
	if (!*place)
		fault_add(rq->arena, &rq->faults, "lieu", "Indiquez une commune ou un code postal");
	else if ((e = communes_find(rq->app, rq->arena, place, &found)))
		return e;
	else if (!found.n)
		fault_add(rq->arena, &rq->faults, "lieu", "Nous ne connaissons pas cette commune");
	read_criteria(rq, &c);
	if (rq->faults.n)
		return unknown_place(rq, h, &c, &found.near);
	return show(rq, h, &c, &found);
}
