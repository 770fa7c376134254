/* The Caf's catalogue: its establishments, one of them, withdrawing a listing and putting it back. */
#include "fcgi/page/page.h"

#include "acts/places.h"
#include "acts/report.h"
#include "acts/search.h"

#include <string.h>

#define PER_PAGE 30

static const struct field list_fields[] = {
	{ .name = "q", .label = "Nom, commune ou identifiant", .kind = FIELD_TEXT, .max = 100 },
	{ .name = "page", .label = "Page", .kind = FIELD_NUMBER, .least = 1, .most = 10000 },
};

const struct form *form_caf_establishments(void)
{
	static const struct form form = { list_fields, LENGTH(list_fields) };

	return &form;
}

static void establishments_table(struct html *h, const struct establishment *v, size_t n, size_t total)
{
	table_open(h, "t-etab", arena_printf(h->out->arena, "%zu sur %zu", n, total), "Établissement", "Type",
		   "Commune", "Places", NULL);
	for (size_t i = 0; i < n; i++)
		html(h,
		     "<tr><th scope=\"row\"><a href=\"/caf/etablissements/{}\">{}</a> <span class=\"muted num\">{}</span></th><td>{}</td><td>{} {}</td>"
		     "<td class=\"num\">{}</td></tr>\n",
		     v[i].id, v[i].name, v[i].id, establishment_kind_label(v[i].type, v[i].category, v[i].capacity),
		     v[i].postal_code, v[i].city, v[i].capacity ? html_number(h, (int64_t)v[i].capacity) : "");
	table_close(h);
}

enum err page_caf_establishments(struct request *rq, struct html *h)
{
	struct establishment *v;
	size_t n, total;
	int64_t page;
	const char *q = input_get(&rq->in, "q"), *list = link_with(rq->arena, "/caf/etablissements", "q", q, NULL);
	enum err e = page_number(rq, &page);

	if (!e)
		e = caf_establishments(rq->app, rq->arena, &rq->who, q, (size_t)page - 1, PER_PAGE, &v, &n, &total);
	if (e)
		return e;
	if (pages_are_fewer(rq, list, page, total, PER_PAGE))
		return ERR_OK;
	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/etablissements", .title = "Établissements" });
	html(h, "<h1>Établissements</h1>\n");
	filter_open(h, "/caf/etablissements", "Chercher un établissement");
	filter_text(rq, h, "q", "Nom, commune ou identifiant");
	filter_close(h, "Chercher");
	if (n)
		establishments_table(h, v, n, total);
	else
		note(h, NOTE_INFO, *q ? "Aucun établissement ne correspond à cette recherche." : "Aucun établissement.");
	pages_of(rq, h, list, "Pages d’établissements", page, total, PER_PAGE);
	page_end(rq, h);
	return ERR_OK;
}

static const struct choice actions[] = { { "retirer", "Retirer du public" },
					 { "remettre", "Remettre en ligne" },
					 { NULL, NULL } };
static const struct field one_fields[] = {
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .required = true, .choices = actions },
	{ .name = "motif",
	  .label = "Motif du retrait",
	  .kind = FIELD_LINES,
	  .required = true,
	  .max = 500,
	  .hint = "Ce texte est envoyé tel quel à la personne qui a écrit la fiche. 500 caractères au plus.",
	  .missing = "Écrivez le motif" },
};

const struct form *form_caf_establishment(void)
{
	static const struct form form = { one_fields, LENGTH(one_fields) };

	return &form;
}

/* What families see now. Left empty where their page cannot be read: nothing is said of it. */
struct seen {
	bool known, gone;
	int64_t ended_on;
};

static struct seen seen_by_families(struct request *rq)
{
	struct family_page p;
	enum err e = family_page_find(rq->app, rq->arena, rq->e.id, &p);

	return (struct seen){ .known = !e || e == ERR_GONE, .gone = e == ERR_GONE, .ended_on = e ? 0 : p.ended_on };
}

static void listing_state_card(struct request *rq, struct html *h, const struct listing_state *st, const struct seen *seen)
{
	const struct published *p = &st->published;
	bool online = p->rev && strcmp(p->state, "online") == 0;

	html(h, "<section class=\"card\" aria-labelledby=\"t-fiche\">\n<h2 id=\"t-fiche\">Fiche de fonctionnement</h2>\n");
	if (!p->rev) {
		html(h, "<p>Aucune fiche n’a encore été acceptée.</p>\n");
	} else if (online) {
		html(h,
		     "<p><span class=\"tag tag-ok\">En ligne</span> depuis le {}, écrite par {} ({}), acceptée par {}.</p>\n<p><a href=\"{}\">Voir la "
		     "fiche publique</a></p>\n",
		     day_fr(rq->arena, day_of(p->published_at)), p->author_name, p->author_number, p->decider_name,
		     public_path(rq->arena, rq->e.name, rq->e.id));
		if (seen->ended_on)
			html(h,
			     "<p>Aucune convention en vigueur ne couvre cet établissement. Les familles lisent sur la fiche : « {f} » Elle reste "
			     "en ligne jusqu’à ce que la Caf la retire ou qu’un autre fournisseur reprenne l’établissement.</p>\n",
			     listing_ended_text(rq->arena, seen->ended_on));
	} else {
		html(h, "<p><span class=\"tag tag-warn\">Retirée du public</span> le {} par {}.</p>\n",
		     day_fr(rq->arena, day_of(p->changed_at)), p->changed_by);
		if (*p->reason_text)
			html(h, "<p>Motif : « {b} »</p>\n", p->reason_text);
	}
	if (st->pending.rev)
		html(h, "<p><a href=\"/caf/revisions/{}\">Modification n° {} à examiner</a></p>\n", rq->e.id,
		     html_number(h, (int64_t)st->pending.n));
	html(h, "</section>\n");
}

static const char *places_seen(struct request *rq, const struct seen *seen, enum freshness fresh)
{
	if (seen->gone)
		return "Les familles ne voient plus la page de cet établissement, ni ses places.";
	if (seen->ended_on)
		return "Aucune convention en vigueur ne couvre cet établissement : les familles ne voient plus cette grille.";
	if (fresh == GRID_HIDDEN)
		return arena_printf(rq->arena, "La grille a plus de %lld jours : les familles ne la voient plus.",
				    (long long)rq->app->settings->places_hidden_days);
	return fresh == GRID_STALE ? "Les familles voient cette grille, avec la mention « À actualiser »." :
				     "Les familles voient cette grille.";
}

static enum err places_card(struct request *rq, struct html *h, const struct seen *seen)
{
	struct places_state st;
	enum freshness fresh;

	if (!type_has_places(rq->e.type))
		return ERR_OK;
	enum err e = places_state_read(rq->app, rq->arena, &rq->e, &st);

	if (e)
		return e;
	fresh = grid_freshness(rq->app->settings, &st.grid, clock_now());
	html(h, "<section class=\"card\" aria-labelledby=\"t-places\">\n<h2 id=\"t-places\">Places libres</h2>\n");
	if (fresh == GRID_NEVER)
		html(h, "<p>Aucune déclaration.</p>\n");
	else
		html(h, "<p>Déclarées le {} par {} ({}), confirmées pour la dernière fois le {}.</p>\n",
		     day_fr(rq->arena, day_of(st.grid.declared_at)), st.grid.author_name, st.grid.author_number,
		     day_fr(rq->arena, day_of(st.grid.confirmed_at)));
	if (fresh != GRID_NEVER && seen->known)
		html(h, "<p>{f}</p>\n", places_seen(rq, seen, fresh));
	html(h, "</section>\n");
	return ERR_OK;
}

static enum err keepers_card(struct request *rq, struct html *h)
{
	struct keepers k;
	bool linked = rq->who.roles & ROLE_CAF_ADMIN; /* people are the administrators' */
	enum err e = keepers_of(rq->app, rq->arena, &rq->e, &k);

	if (e)
		return e;
	html(h, "<section class=\"card\" aria-labelledby=\"t-qui\">\n<h2 id=\"t-qui\">Qui la tient à jour</h2>\n");
	if (!*k.manager.key)
		html(h, "<p>Aucun gestionnaire dans l’annuaire.</p>\n");
	else if (linked)
		html(h, "<p>Gestionnaire : <a href=\"/caf/fournisseurs/{u}\">{}</a></p>\n", k.manager.id, k.manager.name);
	else
		html(h, "<p>Gestionnaire : {}</p>\n", k.manager.name);
	if (!k.n) {
		html(h, "<p>Personne n’a le droit de la modifier aujourd’hui.</p>\n</section>\n");
		return ERR_OK;
	}
	html(h, "<ul>\n");
	for (size_t i = 0; i < k.n; i++) {
		const struct person *p = &k.v[i].person;

		html(h, "<li>");
		if (linked)
			html(h, "<a href=\"/caf/fournisseurs/{u}/agents/{u}\">{}</a>", k.manager.id, p->number, p->name);
		else
			html(h, "{}", p->name);
		html(h, " <span class=\"muted num\">{}</span> : {}</li>\n", p->number, families_text(k.v[i].families));
	}
	html(h, "</ul>\n</section>\n");
	return ERR_OK;
}

static enum err reports_card(struct request *rq, struct html *h)
{
	struct report *v;
	size_t n;
	enum err e = reports_waiting(rq->app, rq->arena, &rq->who, &rq->e, &v, &n);

	if (e || !n)
		return e;
	html(h, "<section class=\"card\" aria-labelledby=\"t-signale\">\n<h2 id=\"t-signale\">Signalé par des familles</h2>\n<ul>\n");
	for (size_t i = 0; i < n; i++)
		html(h, "<li><a href=\"/caf/signalements/{u}\">Signalement du {}</a></li>\n",
		     uuid_text(rq->arena, v[i].id), time_fr(rq->arena, v[i].sent_at));
	html(h, "</ul>\n</section>\n");
	return ERR_OK;
}

static void act_form(struct request *rq, struct html *h, const struct listing_state *st)
{
	if (!st->published.rev || !(rq->who.roles & ROLE_CAF_REVIEWER))
		return;
	form_open(rq, h, "card decision", NULL);
	if (strcmp(st->published.state, "online") == 0) {
		html(h, "<h2>Retirer du public</h2>\n");
		field_of(rq, h, form_caf_establishment(), "motif", "");
		html(h, "<div class=\"actions\"><button class=\"btn btn-danger\" name=\"action\" value=\"retirer\">Retirer du public</button></div>\n");
	} else {
		html(h, "<h2>Remettre en ligne</h2>\n<p>La dernière fiche acceptée redevient visible.</p>\n<div class=\"actions\">"
			"<button class=\"btn\" name=\"action\" value=\"remettre\">Remettre en ligne</button></div>\n");
	}
	form_close(h);
}

/* Who withdrew it before, or put it back. */
static void withdrawn_before_note(struct request *rq, struct html *h, const struct published *p)
{
	bool online = strcmp(p->state, "online") == 0;

	html(h, "<div class=\"note note-warn\" role=\"alert\"><p>");
	if (p->changed_at && *p->changed_by)
		html(h, "<strong>{}</strong> a {} le {}. ", p->changed_by,
		     online ? "remis la fiche en ligne" : "retiré la fiche du public", time_fr(rq->arena, p->changed_at));
	else
		html(h, "La fiche {} entre-temps. ", online ? "est revenue en ligne" : "a été retirée du public");
	html(h, "Votre décision n’est pas enregistrée.</p></div>\n");
	typed_values(rq, h);
}

/* conflict: what was asked for is not done. */
static enum err show(struct request *rq, struct html *h, bool conflict)
{
	struct listing_state st;
	struct seen seen = seen_by_families(rq);
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/etablissements", .title = rq->e.name });
	crumbs(h, "Établissements", "/caf/etablissements", rq->e.name, NULL);
	error_summary(rq, h);
	html(h, "<h1>{}</h1>\n<p class=\"lead\">{}, identifiant {}<br>{}, {} {}</p>\n<div class=\"cols\">\n<div>\n",
	     rq->e.name, establishment_kind_label(rq->e.type, rq->e.category, rq->e.capacity), rq->e.id, rq->e.street,
	     rq->e.postal_code, rq->e.city);
	if (conflict)
		withdrawn_before_note(rq, h, &st.published);
	listing_state_card(rq, h, &st, &seen);
	if (st.published.rev)
		listing_rubrics(rq, h, &st.online);
	html(h, "</div>\n<aside aria-label=\"Suivi\">\n");
	if ((e = reports_card(rq, h)))
		return e;
	act_form(rq, h, &st);
	if ((e = places_card(rq, h, &seen)) || (e = keepers_card(rq, h)))
		return e;
	html(h, "</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_establishment(struct request *rq, struct html *h)
{
	return show(rq, h, false);
}

enum err page_caf_establishment_post(struct request *rq, struct html *h)
{
	bool withdraw = input_has(&rq->in, "action", "retirer");
	enum err e;

	if (withdraw) {
		input_check(rq->arena, form_caf_establishment(), &rq->in, &rq->faults);
		e = rq->faults.n ? ERR_INVALID :
				   listing_withdraw(rq->app, rq->arena, &rq->who, &rq->e, input_get(&rq->in, "motif"),
						    &rq->faults);
		for (size_t i = 0; i < rq->faults.n; i++)
			if (strcmp(rq->faults.v[i].name, "precision") == 0)
				rq->faults.v[i].name = "motif"; /* the act speaks of its own field */
	} else if (input_has(&rq->in, "action", "remettre")) {
		e = listing_restore(rq->app, rq->arena, &rq->who, &rq->e);
	} else {
		return ERR_MALFORMED;
	}
	if (e == ERR_INVALID || e == ERR_CONFLICT) {
		rq->re->status = e == ERR_CONFLICT ? 409 : 422;
		if (e == ERR_CONFLICT)
			rq->faults = (struct faults){ 0 };
		return show(rq, h, e == ERR_CONFLICT);
	}
	return e ? e : done(rq, rq->http->path, withdraw ? "fiche-retiree" : "fiche-remise");
}
