/* Free places: what was published, confirmed and withdrawn before. */
#include "fcgi/page/page.h"

#define PER_PAGE 20

static const struct field history_fields[] = {
	{ .name = "page", .label = "Page", .kind = FIELD_NUMBER, .least = 1, .most = 10000 },
};

const struct form *form_places_history(void)
{
	static const struct form form = { history_fields, LENGTH(history_fields) };

	return &form;
}

/* As it was told then: hours and ages may have changed since. */
static void past_grid(struct request *rq, struct html *h, const struct grid *g)
{
	const char *n = html_number(h, (int64_t)g->n);
	struct grid_frame f;

	html(h,
	     "<section class=\"card\" aria-labelledby=\"g{}\">\n<h2 id=\"g{}\">Grille n° {}, {} le {}</h2>\n"
	     "<p class=\"meta\"><span>Par <strong>{}</strong> ({})</span>",
	     n, n, n, grid_is_withdrawn(g) ? "retirée" : "publiée", time_fr(rq->arena, g->declared_at), g->author_name,
	     g->author_number);
	if (grid_is_withdrawn(g)) {
		html(h, "</p>\n</section>\n");
		return;
	}
	html(h, "<span>À partir du <strong>");
	day_words(h, rq->arena, (day_t)g->valid_from);
	html(h, "</strong></span>");
	if (g->confirmed_at != g->declared_at)
		html(h, "<span>Confirmée le <strong>{}</strong></span>", time_fr(rq->arena, g->confirmed_at));
	html(h, "</p>\n");
	grid_frame_told(g, &f);
	for (int band = 0; band < BAND__MAX; band++)
		if (f.bands & 1u << band)
			places_table(h, g->cells, band, f.halves, f.weekdays, "");
	if (*g->note)
		html(h, "<p>{b}</p>\n", g->note);
	html(h, "</section>\n");
}

enum err page_places_history(struct request *rq, struct html *h)
{
	const char *path = arena_printf(rq->arena, "%s/places", own_path(rq));
	struct places_state st;
	struct grid *v;
	int64_t page;
	size_t n;
	enum err e = page_number(rq, &page);

	if (e || (e = places_state_read(rq->app, rq->arena, &rq->e, &st)))
		return e;
	uint64_t all = st.grid.n, newer = (uint64_t)(page - 1) * PER_PAGE;

	/* a list that only grows: a page of it is there, or was never */
	if (newer && newer >= all)
		return ERR_NOTFOUND;
	if ((e = grid_history(rq->app, rq->arena, &rq->e, all - newer, PER_PAGE, &v, &n)))
		return e;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PRO,
				   .tab = "/espace-pro",
				   .title = arena_printf(rq->arena, "%s : historique des places", rq->e.name) });
	crumbs(h, "Mes établissements", "/espace-pro", rq->e.name, own_path(rq), "Places libres", path, "Historique", NULL);
	html(h, "<h1>{} : historique des places</h1>\n", rq->e.name);
	if (!n)
		note(h, NOTE_INFO, "Aucune grille n’a encore été publiée.");
	for (size_t i = 0; i < n; i++)
		past_grid(rq, h, &v[i]);
	pages_of(rq, h, rq->http->path, "Pages de grilles", page, all, PER_PAGE);
	page_end(rq, h);
	return ERR_OK;
}
