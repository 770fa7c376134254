/* Free places: the grid's form. */
#include "fcgi/page/page.h"

#include <string.h>

static void cell(struct request *rq, struct html *h, const struct grid_frame *f, int band, int day, int half)
{
	const char *name = grid_field(rq->arena, band, day, half);
	const char *fault = fault_of(&rq->faults, name);

	/* a fault must be found where its link leads, also in a cell nobody may fill */
	if (!fault && !(f->bands & 1u << band && f->halves & 1u << (day * 2 + half))) {
		html(h, "<td><span class=\"slot sx\">Fermé</span></td>\n");
		return;
	}
	html(h,
	     "<td><label class=\"vh\" for=\"{}\">{}, {} {}</label><input type=\"text\" inputmode=\"numeric\" pattern=\"[0-9]*\" "
	     "maxlength=\"3\" autocomplete=\"off\" id=\"{}\" name=\"{}\" value=\"{}\"",
	     name, band_labels[band], text_lower_first(rq->arena, weekday_labels[day]), half ? "après-midi" : "matin",
	     name, name, input_get(&rq->in, name));
	if (fault)
		html(h, " aria-invalid=\"true\" aria-describedby=\"e-{}\"><span class=\"vh\" id=\"e-{}\">{f}</span>",
		     name, name, fault);
	else
		html(h, ">");
	html(h, "</td>\n");
}

static void band_form(struct request *rq, struct html *h, const struct grid_frame *f, unsigned weekdays, int band)
{
	html(h, "<table class=\"places places-edit\">\n<caption>{}", band_labels[band]);
	if (f->band_capacity[band] != U16_NONE)
		html(h, " <small>– {} {} au total</small>", html_number(h, f->band_capacity[band]),
		     f->band_capacity[band] > 1 ? "places" : "place");
	html(h, "</caption>\n<thead>\n<tr>\n<td></td>\n");
	for (int d = 0; d < 7; d++)
		if (weekdays & 1u << d)
			html(h, "<th scope=\"col\"><span class=\"d1\">{}</span><abbr class=\"d2\" title=\"{}\">{}</abbr></th>\n",
			     weekday_labels[d], weekday_labels[d], weekday_short[d]);
	html(h, "</tr>\n</thead>\n<tbody>\n");
	for (int half = 0; half < 2; half++) {
		if (half)
			html(h, "<tr>\n<th scope=\"row\">Après-<wbr>midi</th>\n");
		else
			html(h, "<tr>\n<th scope=\"row\">Matin</th>\n");
		for (int d = 0; d < 7; d++)
			if (weekdays & 1u << d)
				cell(rq, h, f, band, d, half);
		html(h, "</tr>\n");
	}
	html(h, "</tbody>\n</table>\n");
}

/* The bands and weekdays of today's frame, and those that have a fault. */
static void drawn(struct request *rq, const struct grid_frame *f, unsigned *bands, unsigned *weekdays)
{
	*bands = f->bands;
	*weekdays = f->weekdays;
	for (int i = 0; i < BAND__MAX * 14; i++) {
		if (!fault_of(&rq->faults, grid_field(rq->arena, i / 14, i % 14 / 2, i % 2)))
			continue;
		*bands |= 1u << (i / 14);
		*weekdays |= 1u << (i % 14 / 2);
	}
}

/* A cell's fault is told above the tables too: its box is too small for a sentence. */
static void cell_faults(struct request *rq, struct html *h)
{
	for (size_t i = 0; i < rq->faults.n; i++)
		if (rq->faults.v[i].name[0] == 'a')
			html(h, "<li>{f}</li>\n", rq->faults.v[i].value);
}

static void grid_form_body(struct request *rq, struct html *h, const struct places_state *st)
{
	unsigned bands, weekdays;

	html(h, "<form id=\"grille\" method=\"post\" action=\"{}\" novalidate>\n", rq->http->path);
	field_hidden(h, "csrf", rq->csrf);
	field_hidden(h, "base", html_number(h, (int64_t)st->grid.n));
	html(h, "<div class=\"card\">\n");
	field_of(rq, h, grid_form(), "debut", "w-s");
	if (rq->faults.n) {
		html(h, "<ul class=\"msg-error\">\n");
		cell_faults(rq, h);
		html(h, "</ul>\n");
	}
	drawn(rq, &st->frame, &bands, &weekdays);
	for (int band = 0; band < BAND__MAX; band++)
		if (bands & 1u << band)
			band_form(rq, h, &st->frame, weekdays, band);
	field_of(rq, h, grid_form(), "note", "");
	html(h, "<div class=\"actions\"><button class=\"btn\" name=\"action\" value=\"publier\">Publier les places</button>");
	if (st->grid.rev && !grid_is_withdrawn(&st->grid))
		html(h, "<button class=\"btn btn-alt\" name=\"action\" value=\"inchange\">Rien n’a changé, confirmer</button>");
	html(h, "</div>\n</div>\n");
	form_close(h);
}

static enum err aside(struct request *rq, struct html *h, const struct places_state *st)
{
	struct grid *past;
	size_t n;
	enum err e = grid_history(rq->app, rq->arena, &rq->e, st->grid.n, 3, &past, &n);

	if (e)
		return e;
	html(h,
	     "<aside aria-label=\"Aide\">\n<div class=\"note\">\n<p><strong>Publication immédiate.</strong> Les familles voient vos places "
	     "dès que vous les publiez. La Caf ne les valide pas.</p>\n</div>\n<div class=\"card\">\n<h2>Aller plus vite</h2>\n");
	form_open(rq, h, "", NULL);
	field_hidden(h, "base", html_number(h, (int64_t)st->grid.n));
	/* a browser sends the grid's own form by these buttons, so that what was typed there comes back */
	html(h, "<p><button class=\"btn btn-alt btn-small\" form=\"grille\" name=\"remplir\" value=\"complet\">Mettre 0 partout</button></p>\n");
	if (st->previous.rev)
		html(h, "<p><button class=\"btn btn-alt btn-small\" form=\"grille\" name=\"remplir\" value=\"precedent\">Reprendre la grille du {}</button></p>\n",
		     day_fr_short(rq->arena, day_of(st->previous.declared_at)));
	form_close(h);
	html(h, "<p class=\"small muted\">Vous pourrez encore corriger avant de publier.</p>\n</div>\n<div class=\"card\">\n"
		"<h2>Dernières publications</h2>\n<ul class=\"history\">\n");
	for (size_t i = 0; i < n; i++) {
		html(h, "<li><time datetime=\"{}\">", time_iso(rq->arena, past[i].declared_at));
		day_words(h, rq->arena, day_of(past[i].declared_at));
		html(h, ", {}</time>{}{f}</li>\n", time_hour_fr(rq->arena, past[i].declared_at), past[i].author_name,
		     grid_is_withdrawn(&past[i]) ? " : places retirées" : "");
	}
	if (!n)
		html(h, "<li>Aucune publication</li>\n");
	html(h, "</ul>\n<p><a href=\"{}/places/historique\">Voir toutes les grilles</a></p>\n</div>\n</aside>\n",
	     own_path(rq));
	return ERR_OK;
}

/* The grid that is online now, beside what was typed on an older one. */
static void conflict(struct request *rq, struct html *h, const struct places_state *st)
{
	if (grid_is_withdrawn(&st->grid)) {
		html(h,
		     "<div class=\"note note-warn\" role=\"alert\"><p><strong>{} a retiré les places le {}.</strong> Votre grille n’est pas "
		     "publiée : ce que vous avez saisi est gardé dans le formulaire. Publier montrera de nouveau des places aux "
		     "familles.</p></div>\n<h2>Ce que vous avez saisi</h2>\n",
		     st->grid.author_name, time_fr(rq->arena, st->grid.declared_at));
		return;
	}
	html(h,
	     "<div class=\"note note-warn\" role=\"alert\"><p><strong>{} a publié une autre grille le {}.</strong> La vôtre n’est pas publiée. "
	     "Comparez : la grille en ligne est ici, ce que vous avez saisi est gardé dans le formulaire. Publier remplacera la grille en "
	     "ligne.</p></div>\n<section class=\"card\" aria-labelledby=\"t-ligne\">\n<h2 id=\"t-ligne\">Grille en ligne</h2>\n",
	     st->grid.author_name, time_fr(rq->arena, st->grid.declared_at));
	for (int band = 0; band < BAND__MAX; band++)
		if (st->frame.bands & 1u << band)
			places_table(h, st->grid.cells, band, st->frame.halves, st->frame.weekdays, "en ligne");
	html(h, "<p>À partir du {}.</p>\n", day_fr(rq->arena, (day_t)st->grid.valid_from));
	if (*st->grid.note)
		html(h, "<p>Précision pour les familles : « {b} »</p>\n", st->grid.note);
	html(h, "</section>\n<h2>Ce que vous avez saisi</h2>\n");
}

static enum err edit_page(struct request *rq, struct html *h, const struct places_state *st, bool is_conflict)
{
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PRO,
				   .tab = "/espace-pro",
				   .title = arena_printf(rq->arena, "%s : places libres", rq->e.name) });
	crumbs(h, "Mes établissements", "/espace-pro", rq->e.name, own_path(rq), "Places libres", NULL);
	error_summary(rq, h);
	html(h,
	     "<h1>{} : places libres</h1>\n<p class=\"lead\">Indiquez combien de places régulières sont libres dans une semaine "
	     "habituelle. Mettez 0 si c’est complet.</p>\n",
	     rq->e.name);
	if (is_conflict)
		conflict(rq, h, st);
	html(h, "<div class=\"cols\">\n<div>\n");
	grid_form_body(rq, h, st);
	html(h, "</div>\n");
	enum err e = aside(rq, h, st);

	html(h, "</div>\n");
	page_end(rq, h);
	return e;
}

enum err page_places_edit(struct request *rq, struct html *h)
{
	struct places_state st;
	const char *notice_code = input_get(&rq->in, "fait");
	int64_t base;
	enum err e = places_state_read(rq->app, rq->arena, &rq->e, &st);

	if (e)
		return e;
	if (!rq->kept) {
		struct input values = grid_to_input(rq->arena, &st.frame, &st.grid);

		rq->in = input_with(rq->arena, &values, "fait", notice_code);
	}
	/* while the session was away, a colleague may have published */
	bool is_conflict = rq->kept && !text_to_int(input_get(&rq->in, "base"), 0, INT32_MAX, &base) &&
			   (uint64_t)base != st.grid.n;

	return edit_page(rq, h, &st, is_conflict);
}

static bool was_sent(const struct input *in, const char *name)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->v[i].name, name) == 0)
			return true;
	return false;
}

/* The cells a button of « Aller plus vite » asks for: the grid before is the one before base, which the button named. */
static enum err filling(struct request *rq, const struct places_state *st, uint64_t base, struct grid *out)
{
	struct grid *past;
	size_t n;

	if (input_has(&rq->in, "remplir", "precedent")) {
		enum err e = grid_history(rq->app, rq->arena, &rq->e, base ? base - 1 : 0, 1, &past, &n);

		if (e || !n)
			return e ? e : ERR_MALFORMED;
		*out = past[0];
		return ERR_OK;
	}
	if (!input_has(&rq->in, "remplir", "complet"))
		return ERR_MALFORMED;
	*out = st->grid;
	memset(out->cells, 0, sizeof out->cells);
	out->rev = 1;
	if (!out->valid_from)
		out->valid_from = day_today();
	return ERR_OK;
}

/* Only refills the form's cells: nothing is published by it. */
static enum err refill(struct request *rq, struct html *h, const struct places_state *st, uint64_t base)
{
	struct input typed = rq->in;
	struct grid g;
	enum err e = filling(rq, st, base, &g);

	if (e)
		return e;
	rq->in = grid_to_input(rq->arena, &st->frame, &g);
	if (was_sent(&typed, "debut"))
		rq->in = input_with(rq->arena, &rq->in, "debut", input_get(&typed, "debut"));
	if (was_sent(&typed, "note"))
		rq->in = input_with(rq->arena, &rq->in, "note", input_get(&typed, "note"));
	if (base == st->grid.n)
		return edit_page(rq, h, st, false);
	rq->re->status = 409;
	return edit_page(rq, h, st, true);
}

/* The next of the agent's establishments whose places are stale, else the list. */
static const char *next_stale(struct request *rq)
{
	struct my_establishment *v;
	size_t n;

	if (rights_of(rq->app, rq->arena, &rq->who, &v, &n))
		return "/espace-pro";
	for (size_t i = 0; i < n; i++) {
		struct places_state st;

		if (!(v[i].families & FAMILY_PLACES) || uuid_equal(v[i].e.uuid, rq->e.uuid) ||
		    !type_has_places(v[i].e.type))
			continue;
		if (places_state_read(rq->app, rq->arena, &v[i].e, &st))
			break;
		if (grid_freshness(rq->app->settings, &st.grid, clock_now()) >= GRID_STALE)
			return arena_printf(rq->arena, "/espace-pro/etablissements/%s/places", v[i].e.id);
	}
	return "/espace-pro";
}

/* What was done, and what families see of it; st was read before. */
static const char *done_code(const struct places_state *st, const struct grid *now, bool confirm)
{
	const struct published *p = &st->published;
	/* a second click finds its own grid */
	const struct grid *before = now->n == st->grid.n ? &st->previous : &st->grid;

	if (p->rev && strcmp(p->state, "online") != 0)
		return confirm ? "places-confirmees-sans-fiche" : "places-publiees-sans-fiche";
	if (confirm)
		return "places-confirmees";
	return grid_is_late(now, before, day_today()) ? "places-publiees-tard" : "places-publiees";
}

/* Said to be as before, and written otherwise: neither is done, or what was written would be lost. */
static bool is_changed(struct request *rq, const struct places_state *st)
{
	struct input online = grid_to_input(rq->arena, &st->frame, &st->grid);

	for (size_t i = 0; i < rq->in.n; i++) {
		const struct pair *p = &rq->in.v[i];
		const struct field *f = form_field(grid_form(), p->name);

		if (!f || f->kind == FIELD_BUTTON || f->kind == FIELD_DAY || strcmp(f->name, "base") == 0 ||
		    strcmp(text_trim(rq->arena, p->value), text_trim(rq->arena, input_get(&online, p->name))) == 0)
			continue;
		fault_add(rq->arena, &rq->faults, p->name,
			  "Vous avez changé les places ou la précision : choisissez « Publier les places »");
		return true;
	}
	return false;
}

enum err page_places_post(struct request *rq, struct html *h)
{
	struct places_state st;
	struct grid now;
	int64_t base;
	enum err e = places_state_read(rq->app, rq->arena, &rq->e, &st);

	if (e)
		return e;
	bool fill = *input_get(&rq->in, "remplir");

	if (fill && !was_sent(&rq->in, "base"))
		base = (int64_t)st.grid.n;
	else if (text_to_int(input_get(&rq->in, "base"), 0, INT32_MAX, &base))
		return ERR_MALFORMED;
	if (fill)
		return refill(rq, h, &st, (uint64_t)base);
	bool confirm = input_has(&rq->in, "action", "inchange");

	if (confirm && (uint64_t)base == st.grid.n && is_changed(rq, &st)) {
		rq->re->status = 422;
		return edit_page(rq, h, &st, false);
	}
	if (confirm)
		e = grid_confirm(rq->app, rq->arena, &rq->who, &rq->e, (uint64_t)base, &rq->faults, &now);
	else if (input_has(&rq->in, "action", "publier"))
		e = grid_publish(rq->app, rq->arena, &rq->who, &rq->e, &rq->in, (uint64_t)base, &rq->faults, &now);
	else
		return ERR_MALFORMED;
	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return edit_page(rq, h, &st, false);
	}
	if (e == ERR_CONFLICT) {
		if ((e = places_state_read(rq->app, rq->arena, &rq->e, &st)))
			return e;
		rq->re->status = 409;
		return edit_page(rq, h, &st, true);
	}
	return e ? e : done(rq, next_stale(rq), done_code(&st, &now, confirm));
}
