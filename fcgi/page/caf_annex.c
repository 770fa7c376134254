/* Annex 1 of a convention at any date, and what changed since another one: shown, and printed by the style sheet. */
#include "acts/right_history.h"
#include "fcgi/page/caf_provider.h"

#include <string.h>

static const struct field fields[] = {
	{ .name = "au", .label = "Au", .kind = FIELD_DAY, .hint = "Exemple : 16/11/2026" },
	{ .name = "depuis", .label = "Changements depuis", .kind = FIELD_DAY, .hint = "Facultatif" },
};

const struct form *form_annex(void)
{
	static const struct form form = { fields, LENGTH(fields) };

	return &form;
}

struct annex_view {
	struct agreement g;
	struct provider p;
	day_t until, since; /* since 0: none asked for */
	struct annex now, before;
};

/* 0: not given. */
static day_t day_asked(struct request *rq, const char *name)
{
	const char *typed = input_get(&rq->in, name);
	day_t day = 0;

	if (!*typed)
		return 0;
	if (day_parse(typed, &day)) {
		fault_add(rq->arena, &rq->faults, name, "Écrivez la date comme 01/12/2026");
		return 0;
	}
	if (day > day_today()) {
		fault_add(rq->arena, &rq->faults, name,
			  "Cette date est dans le futur : l’annexe n’est connue que jusqu’à aujourd’hui");
		return 0;
	}
	return day;
}

static enum err read_view(struct request *rq, struct annex_view *v)
{
	enum err e = agreement_of_path(rq, &v->g, &v->p);

	if (e)
		return e;
	v->until = day_asked(rq, "au");
	v->since = day_asked(rq, "depuis");
	if (!v->until)
		v->until = day_today();
	if (v->since > v->until && !rq->faults.n)
		fault_add(rq->arena, &rq->faults, "depuis", "Cette date suit la date de l’annexe");
	if (rq->faults.n)
		v->since = 0;
	e = annex_at(rq->app, rq->arena, &v->g, annex_moment(v->until), &v->now);
	if (!e && v->since)
		e = annex_at(rq->app, rq->arena, &v->g, annex_moment(v->since), &v->before);
	return e;
}

static void dates_form(struct request *rq, struct html *h, const struct annex_view *v)
{
	if (!*input_get(&rq->in, "au"))
		rq->in = input_with(rq->arena, &rq->in, "au", day_slashes(rq->arena, v->until));
	html(h, "<form class=\"card filters no-print\" method=\"get\" action=\"/caf/conventions/{u}/annexe\" aria-label=\"Choisir les dates\">\n",
	     v->g.number);
	filter_text(rq, h, "au", "Annexe au (JJ/MM/AAAA)");
	filter_text(rq, h, "depuis", "Changements depuis le (facultatif)");
	html(h, "<button class=\"btn btn-alt\">Afficher</button>\n</form>\n");
}

static void people_table(struct html *h, const struct annex *x)
{
	html(h,
	     "<div class=\"scroll\" role=\"region\" aria-labelledby=\"t-pers\" tabindex=\"0\">\n<table class=\"data\">\n"
	     "<caption id=\"t-pers\">Personnes habilitées</caption>\n<thead><tr><th scope=\"col\">Nom</th><th scope=\"col\">Fonction</th>"
	     "<th scope=\"col\">Courriel professionnel</th><th scope=\"col\">Établissements et droits</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < x->n; i++) {
		const struct annex_person *p = &x->v[i];

		html(h, "<tr><th scope=\"row\">{} <span class=\"muted num\">{}</span></th><td>{}</td><td>{}</td><td>",
		     p->p.name, p->p.number, p->p.title, p->p.mail);
		for (size_t k = 0; k < p->n; k++) {
			if (k)
				html(h, "<br>");
			html(h, "{} : {}", p->v[k].e.name, families_text(p->v[k].families));
		}
		html(h, "</td></tr>\n");
	}
	html(h, "</tbody>\n</table>\n</div>\n");
}

static void places_list(struct html *h, const struct annex *x)
{
	html(h, "<div class=\"scroll\" role=\"region\" aria-labelledby=\"t-etab\" tabindex=\"0\">\n<table class=\"data\">\n"
		"<caption id=\"t-etab\">Établissements de la convention</caption>\n<thead><tr><th scope=\"col\">Établissement</th>"
		"<th scope=\"col\">Identifiant</th><th scope=\"col\">Adresse</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < x->covered_n; i++)
		html(h, "<tr><th scope=\"row\">{}</th><td class=\"num\">{}</td><td>{}, {} {}</td></tr>\n",
		     x->covered[i].name, x->covered[i].id, x->covered[i].street, x->covered[i].postal_code,
		     x->covered[i].city);
	html(h, "</tbody>\n</table>\n</div>\n");
}

static void change_line(struct html *h, const struct annex_change *c)
{
	const char *sign = c->added ? "Ajout" : "Retrait";

	if (c->p)
		html(h, "<li><strong>{}</strong> : {} ({}), {}, {}</li>\n", sign, c->p->name, c->p->number, c->e->name,
		     families_text(c->families));
	else
		html(h, "<li><strong>{}</strong> : établissement {} ({})</li>\n", sign, c->e->name, c->e->id);
}

static void difference(struct request *rq, struct html *h, const struct annex_view *v)
{
	struct annex_change *c;
	size_t n;

	annex_difference(rq->arena, &v->before, &v->now, &c, &n);
	html(h, "<section class=\"card\" aria-labelledby=\"t-diff\">\n<h2 id=\"t-diff\">Changements entre le {} et le {}</h2>\n",
	     day_fr(rq->arena, v->since), day_fr(rq->arena, v->until));
	if (n)
		html(h, "<ul>\n");
	else
		html(h, "<p>Rien n’a changé.</p>\n");
	for (size_t i = 0; i < n; i++)
		change_line(h, &c[i]);
	if (n)
		html(h, "</ul>\n");
	html(h, "</section>\n");
}

static void unknown_before(struct request *rq, struct html *h, const struct annex_view *v)
{
	int64_t known = v->now.known_since, first = annex_moment(v->since ? v->since : v->until);

	if (!known)
		note(h, NOTE_INFO, "Le service ne connaît encore ni personne ni établissement pour cette convention.");
	else if (first < known)
		note(h, NOTE_INFO,
		     arena_printf(rq->arena,
				  "Le service suit cette convention depuis le %s : ce qui précède n’y est pas connu.",
				  day_fr(rq->arena, day_of(known))));
}

enum err page_annex(struct request *rq, struct html *h)
{
	struct annex_view v = { 0 };
	enum err e = read_view(rq, &v);

	if (e)
		return e;
	if (rq->faults.n)
		rq->re->status = 422;
	const char *title = arena_printf(rq->arena, "Annexe 1 au %s", day_fr(rq->arena, v.until));

	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/conventions", .title = title });
	crumbs(h, "Conventions", "/caf/conventions", v.g.number,
	       arena_printf(rq->arena, "/caf/conventions/%s", v.g.number), "Annexe 1", NULL);
	error_summary(rq, h);
	html(h,
	     "<h1>{}</h1>\n<p class=\"lead\">Convention <span class=\"num\">{}</span> entre {} et la {}</p>\n"
	     "<p class=\"small muted\">Noms, fonctions et adresses sont ceux d’aujourd’hui. Établie le {}.</p>\n",
	     title, v.g.number, v.p.name, rq->who.caf.name, time_fr(rq->arena, clock_now()));
	dates_form(rq, h, &v);
	unknown_before(rq, h, &v);
	if (v.since)
		difference(rq, h, &v);
	if (v.now.n)
		people_table(h, &v.now);
	else
		note(h, NOTE_INFO, "À cette date, personne n’a de droit par cette convention.");
	if (v.now.covered_n)
		places_list(h, &v.now);
	html(h, "<p class=\"small muted no-print\">Pour l’imprimer, utilisez la commande « Imprimer » de votre navigateur.</p>\n");
	page_end(rq, h);
	return ERR_OK;
}
