/* What families read of one establishment. */
#include "fcgi/page/page.h"

#include "acts/publish.h"
#include "acts/search.h"
#include "base/french.h"

#include <string.h>

static const char *city_line(struct arena *a, const struct family_page *p)
{
	return arena_printf(a, "%s %s", p->postal_code, p->city);
}

static void places_notice(struct request *rq, struct html *h, const struct family_page *p, enum freshness fresh,
			  const struct grid *g)
{
	places_untold(rq, h, fresh, g->confirmed_at);
	if (!*p->caf_phone || p->listing.n)
		return;
	html(h, "<p class=\"small muted\">La {} peut vous renseigner au ", p->caf_name);
	phone_link(h, rq->arena, p->caf_phone);
	html(h, ".</p>\n");
}

static void grid_tables(struct request *rq, struct html *h, const struct grid *g, const struct listing *l,
			const struct family_page *p)
{
	struct grid_frame f;
	struct establishment e = { .capacity = p->capacity, .type = p->type, .category = p->category };

	static const char *const words[BAND__MAX] = { "bébés", "moyens", "grands", "" };

	grid_frame_of(&e, p->listing.n ? l : NULL, &f);
	html(h, "<p>Nombre de places régulières libres, pour une semaine habituelle {f} ",
	     (day_t)g->valid_from > day_today() ? "à partir du" : "depuis le");
	day_words(h, rq->arena, (day_t)g->valid_from);
	html(h, ". <strong>Mis à jour le ");
	day_words(h, rq->arena, day_of(g->confirmed_at));
	html(h, ".</strong></p>\n");
	for (int band = 0; band < BAND__MAX; band++)
		if (f.bands & 1u << band)
			places_table(h, g->cells, band, f.halves, f.weekdays, words[band]);
	if (*g->note)
		html(h, "<p>{b}</p>\n", g->note);
	html(h,
	     "<ul class=\"legend\"><li><span class=\"slot s1\">1</span> ou 2 places libres</li>"
	     "<li><span class=\"slot s2\">3</span> ou plus</li><li><span class=\"slot s0\"><span class=\"d1\">Complet</span>"
	     "<span class=\"d2\">0</span></span><span class=\"d2\">complet</span></li>"
	     "<li><span class=\"slot sx\">Fermé</span></li></ul>\n"
	     "<p class=\"small muted\">Ces places sont indicatives : seul l’établissement peut confirmer une admission.</p>\n");
}

static void places_section(struct request *rq, struct html *h, const struct family_page *p, const struct listing *l)
{
	const struct settings *s = rq->app->settings;
	struct grid g = { .confirmed_at = 0 };
	enum freshness fresh = GRID_NEVER;

	if (!type_has_places(p->type))
		return;
	if (p->grid.n && !grid_decode(rq->arena, p->grid, &g)) {
		g.rev = 1;
		fresh = p->ended_on ? GRID_NEVER : grid_freshness(s, &g, clock_now());
	}
	html(h, "<section class=\"card\" aria-labelledby=\"t-places\">\n<h2 id=\"t-places\">Places libres par semaine</h2>\n");
	if (fresh == GRID_STALE) {
		html(h, "<p>");
		tag(h, freshness_tag(fresh));
		html(h, " Ces places ont plus de {} jours.</p>\n", html_number(h, s->places_stale_days));
	}
	if (fresh == GRID_NEVER || fresh == GRID_HIDDEN)
		places_notice(rq, h, p, fresh, &g);
	else
		grid_tables(rq, h, &g, l, p);
	html(h, "</section>\n");
}

static const char *heading(enum section s)
{
	return s == SECTION_PROJECT      ? "Le projet d’accueil" :
	       s == SECTION_REGISTRATION ? "S’inscrire" :
					   section_labels[s];
}

static void rubrics(struct request *rq, struct html *h, const struct listing *l)
{
	static const enum section shown[] = {
		SECTION_PROJECT, SECTION_DISABILITY, SECTION_FEES,  SECTION_ADMISSION,  SECTION_REGISTRATION,
		SECTION_TEAM,    SECTION_MANAGER,    SECTION_MEALS, SECTION_ACTIVITIES, SECTION_COMMUNES,
	};

	html(h, "<section aria-label=\"Présentation\">\n");
	for (size_t i = 0; i < LENGTH(shown); i++) {
		const char *text = section_text(rq->app, rq->arena, l, shown[i]);

		if (*text)
			html(h, "<h2>{f}</h2>\n<p>{l}</p>\n", heading(shown[i]), text);
	}
	html(h, "</section>\n");
}

static void contact(struct request *rq, struct html *h, const struct family_page *p, const struct listing *l)
{
	html(h, "<div class=\"card\">\n<h2>Contact</h2>\n<p>{}<br>{}</p>\n", p->street, city_line(rq->arena, p));
	const char *const phones[] = { l->phone, l->phone2 };
	bool any = *l->phone || *l->phone2 || *l->mail;

	if (any)
		html(h, "<p>");
	for (size_t i = 0; i < LENGTH(phones); i++) {
		if (!*phones[i])
			continue;
		phone_link(h, rq->arena, phones[i]);
		html(h, "<br>");
	}
	if (*l->mail)
		html(h, "<a href=\"mailto:{}\">{}<wbr>{}</a>", l->mail,
		     arena_memdup(rq->arena, l->mail, strcspn(l->mail, "@")), l->mail + strcspn(l->mail, "@"));
	if (any)
		html(h, "</p>\n");
	if (*l->website)
		html(h, "<p><a href=\"{}\" rel=\"nofollow noopener\">Site internet</a></p>\n", l->website);
	html(h, "<p><a href=\"{}#plan\">Voir sur le plan</a></p>\n</div>\n",
	     link_with(rq->arena, "/recherche", "lieu", p->postal_code, NULL));
}

/* A narrow column breaks between two slots alone. */
static void day_slots(struct request *rq, struct html *h, const char *day)
{
	size_t n = strcspn(day, ",");

	html(h, "<span class=\"nowrap\">{f}</span>", arena_memdup(rq->arena, day, n));
	for (day += n; *day; day += n) {
		day += strspn(day, ", ");
		n = strcspn(day, ",");
		html(h, ", <span class=\"nowrap\">{f}</span>", arena_memdup(rq->arena, day, n));
	}
}

static void hours(struct request *rq, struct html *h, const struct listing *l)
{
	const char *closed = section_text(rq->app, rq->arena, l, SECTION_CLOSURES);
	bool any = false;

	html(h, "<div class=\"card\">\n<h2>Horaires</h2>\n<table class=\"hours-ro small num\">\n"
		"<caption class=\"vh\">Horaires d’ouverture par jour</caption>\n<tbody>\n");
	for (int d = 0; d < 7; d++) {
		const char *day = hours_day_text(rq->arena, l, d);

		any |= *day != 0;
		if (!*day)
			continue;
		html(h, "<tr><th scope=\"row\">{}</th><td>", weekday_labels[d]);
		day_slots(rq, h, day);
		html(h, "</td></tr>\n");
	}
	html(h, "</tbody>\n</table>\n");
	if (!any)
		html(h, "<p class=\"small\">Horaires non communiqués.</p>\n");
	if (*l->hours_note)
		html(h, "<p class=\"small\">{b}</p>\n", l->hours_note);
	if (l->by_appointment)
		html(h, "<p class=\"small\">Sur rendez-vous.</p>\n");
	if (*closed)
		html(h, "<p class=\"small\">{f}</p>\n", closed);
	html(h, "</div>\n");
}

static bool begins_with(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strncmp(s, *words, strlen(*words)) == 0)
			return true;
	return false;
}

const char *listing_ended_text(struct arena *a, int64_t ended_on)
{
	return ended_on == ENDED_UNKNOWN ?
		       "Cette fiche n’est plus mise à jour." :
		       arena_printf(a, "Cette fiche n’est plus mise à jour depuis le %s.", day_fr(a, (day_t)ended_on));
}

static void foot(struct request *rq, struct html *h, const struct family_page *p)
{
	if (p->ended_on && p->listing.n)
		html(h, "<p class=\"small muted\">{f}</p>\n", listing_ended_text(rq->arena, p->ended_on));
	if (p->listing.n)
		html(h, "<p class=\"small muted\">Fiche publiée le {} par {}, après vérification de la {}.</p>\n",
		     day_fr(rq->arena, day_of(p->published_at)), french_le(rq->arena, p->published_by), p->caf_name);
	else
		html(h, "<p class=\"small muted\">L’établissement n’a pas encore publié de fiche.</p>\n");
	html(h, "<p class=\"small\"><a href=\"/etablissements/{u}/signaler\">Signaler une erreur sur cette fiche</a></p>\n",
	     p->id);
}

static void lead(struct request *rq, struct html *h, const struct family_page *p, const struct listing *l)
{
	static const char *const feminine[] = { "Crèche",    "Micro-crèche", "Halte", "Ludothèque",
						"Médiation", "Aide",         NULL };
	const char *kind = establishment_kind_label(p->type, p->category, p->capacity);

	html(h, "<p class=\"lead\">{}", kind);
	if (p->capacity)
		html(h, " de {} places", html_number(h, (int64_t)p->capacity));
	if (*p->manager)
		html(h, ", {} par {}", begins_with(kind, feminine) ? "gérée" : "géré", french_le(rq->arena, p->manager));
	html(h, ".");
	if (*ages_text(rq->arena, l))
		html(h, "<br>{f}", ages_text(rq->arena, l));
	html(h, "</p>\n");
	if (p->avip)
		html(h, "<p><span class=\"tag tag-info\">Crèche à vocation d’insertion professionnelle</span></p>\n");
}

void family_body(struct request *rq, struct html *h, const struct family_page *p)
{
	struct listing l;

	if (!p->listing.n || listing_decode(rq->arena, p->listing, &l))
		codec_default(&listing_codec, &l);
	html(h, "<h1>{}</h1>\n", p->name);
	lead(rq, h, p, &l);
	html(h, "<div class=\"cols\">\n<div>\n");
	places_section(rq, h, p, &l);
	if (p->listing.n)
		rubrics(rq, h, &l);
	html(h, "</div>\n<aside aria-label=\"Informations pratiques\">\n");
	contact(rq, h, p, &l);
	if (p->listing.n)
		hours(rq, h, &l);
	foot(rq, h, p);
	html(h, "</aside>\n</div>\n");
}

enum err page_gone(struct request *rq, struct html *h, const struct family_page *p)
{
	rq->re->status = 410;
	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = "Fiche retirée", .tab = "/" });
	html(h, "<div class=\"narrow\">\n<h1>{}</h1>\n<p class=\"lead\">Cette fiche n’est plus publiée.</p>\n", p->name);
	if (*p->street || *p->city)
		html(h, "<p>Vous pouvez écrire à l’établissement : {}, {}.</p>\n", p->street, city_line(rq->arena, p));
	if (*p->caf_phone) {
		html(h, "<p>Vous pouvez aussi appeler la {} au ", p->caf_name);
		phone_link(h, rq->arena, p->caf_phone);
		html(h, ".</p>\n");
	}
	html(h, "<p><a href=\"{}\">Chercher un autre établissement</a></p>\n</div>\n",
	     *p->postal_code ? link_with(rq->arena, "/recherche", "lieu", p->postal_code, NULL) : "/");
	page_end(rq, h);
	return ERR_OK;
}

/* "{slug}-{id}", or the id alone: the id is what stands after the last hyphen; any other slug leads to the right one. */
enum err page_family(struct request *rq, struct html *h)
{
	const char *hyphen = strrchr(rq->arg[0], '-');
	const char *id = hyphen ? hyphen + 1 : rq->arg[0];
	struct family_page p;
	uint64_t rev = 0;
	bool keep = !*rq->http->query;
	enum err e = family_page_revision(rq->app, rq->arena, id, &rev);

	rq->re->private = false;
	if (!e && keep && page_cache_get(rq->http->path, rev, rq->re))
		return ERR_OK;
	if (!e)
		e = family_page_find(rq->app, rq->arena, id, &p);
	if (e == ERR_GONE)
		return page_gone(rq, h, &p);
	if (e)
		return e;
	const char *path = arena_printf(rq->arena, "/etablissements/%s-%s", p.slug, p.id);

	if (strcmp(path, rq->http->path) != 0) {
		http_see_other(rq->re, path);
		rq->re->status = 301;
		return ERR_OK;
	}
	const char *title =
		arena_printf(rq->arena, "%s, %s %s", p.name, establishment_kind_label(p.type, p.category, p.capacity),
			     french_a(rq->arena, p.city));

	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = title, .tab = "/" });
	crumbs(h, "Trouver une place", "/", arena_printf(rq->arena, "%s, 5 km", p.city),
	       link_with(rq->arena, "/recherche", "lieu", p.postal_code, NULL), p.name, NULL);
	family_body(rq, h, &p);
	page_end(rq, h);
	if (keep)
		page_cache_put(rq->http->path, rev, rq->re);
	return ERR_OK;
}
