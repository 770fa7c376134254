/* The agent's home: what is to do, then each establishment. */
#include "fcgi/page/page.h"

#include <string.h>

#define LATEST 5 /* revisions on the page of an establishment */

struct card {
	struct my_establishment mine;
	struct listing_state listing;
	struct places_state places;
	enum freshness fresh;
	bool misfit;      /* the listing has changed since: families are not told all of it */
	const char *base; /* path */
};

static enum err card_read(struct request *rq, const struct my_establishment *m, struct card *out)
{
	enum err e;

	*out = (struct card){ .mine = *m, .base = arena_printf(rq->arena, "/espace-pro/etablissements/%s", m->e.id) };
	if ((e = listing_state_read(rq->app, rq->arena, &rq->who, &m->e, &out->listing)))
		return e;
	if ((e = places_state_read(rq->app, rq->arena, &m->e, &out->places)))
		return e;
	out->fresh = grid_freshness(rq->app->settings, &out->places.grid, clock_now());
	if (out->fresh != GRID_NEVER) {
		struct faults faults = { 0 };

		grid_check(rq->arena, &out->places.frame, &out->places.grid, &faults);
		out->misfit = faults.n > 0;
	}
	return ERR_OK;
}

static void todo_item(struct html *h, const struct card *c, const char *text, const char *page, const char *label)
{
	html(h, "<li><p><strong>{}</strong> : {f}</p><a class=\"btn btn-small\" href=\"{}/{}\">{}<span class=\"vh\"> : {}</span></a></li>\n",
	     c->mine.e.name, text, c->base, page, label, c->mine.e.name);
}

/* Adds what this establishment asks for; answers how much. */
static size_t todo_of(struct request *rq, struct html *h, const struct card *c)
{
	struct arena *a = rq->arena;
	size_t n = 0;

	if (c->mine.families & FAMILY_LISTING && c->listing.refused.rev) {
		todo_item(h, c,
			  arena_printf(a, "la Caf a refusé votre modification du %s. Corrigez-la pour la renvoyer.",
				       day_fr_short(a, day_of(c->listing.refused.sent_at))),
			  "fonctionnement", "Voir le motif et corriger");
		n++;
	}
	if (!(c->mine.families & FAMILY_PLACES) || !type_has_places(c->mine.e.type))
		return n;
	int64_t hidden = rq->app->settings->places_hidden_days;

	if (c->fresh == GRID_STALE || c->fresh == GRID_REMINDER || c->fresh == GRID_HIDDEN) {
		const char *text =
			c->fresh == GRID_HIDDEN ?
				arena_printf(a, "vos places ont %d jours. Les familles ne les voient plus.",
					     grid_age_days(&c->places.grid, clock_now())) :
				arena_printf(a, "vos places ont %d jours. Les familles ne les verront plus après %d jours.",
					     grid_age_days(&c->places.grid, clock_now()), (int)hidden);

		todo_item(h, c, text, "places", "Mettre à jour les places");
		n++;
	} else if (c->misfit) {
		todo_item(h, c, "des places ne vont plus avec la fiche, qui a changé. Les familles ne les voient plus.",
			  "places", "Mettre à jour les places");
		n++;
	} else if (c->fresh == GRID_NEVER) {
		todo_item(h, c, "aucune place n’est communiquée aux familles.", "places", "Indiquer les places");
		n++;
	}
	return n;
}

static void listing_column(struct request *rq, struct html *h, const struct card *c)
{
	const struct listing_state *l = &c->listing;
	struct arena *a = rq->arena;
	bool online = l->published.rev && strcmp(l->published.state, "online") == 0;
	const char *link = "Modifier la fiche", *page = "fonctionnement";
	const char *since = online ? day_fr_short(a, day_of(l->published.published_at)) : "";

	html(h, "<div><p class=\"label\">Fonctionnement</p>");
	if (l->pending.rev) {
		html(h, "<p><span class=\"tag tag-info\">En attente de la Caf</span></p><p>Modification envoyée le {}</p>",
		     day_fr_short(a, day_of(l->pending.sent_at)));
		link = "Voir ce qui a été envoyé";
		page = arena_printf(a, "revisions/%d", (int)l->pending.n);
	} else if (l->refused.rev) {
		html(h, "<p><span class=\"tag tag-err\">Modification refusée</span></p><p>Le {}.",
		     day_fr_short(a, day_of(l->refused.decided_at)));
		if (online)
			html(h, " La fiche du {} reste en ligne.", since);
		html(h, "</p>");
		link = "Voir le motif et corriger";
	} else if (l->draft.rev) {
		html(h, "<p><span class=\"tag\">Brouillon</span></p><p>Enregistré le {}, pas encore envoyé</p>",
		     day_fr_short(a, day_of(l->draft.saved_at)));
		link = "Reprendre le brouillon";
	} else if (online) {
		html(h, "<p><span class=\"tag tag-ok\">En ligne</span></p><p>Depuis le {}</p>", since);
	} else if (l->published.rev) {
		html(h, "<p><span class=\"tag tag-warn\">Retirée du public</span></p><p>Le {}</p>",
		     day_fr_short(a, day_of(l->published.changed_at)));
	} else {
		html(h, "<p><span class=\"tag\">Pas encore de fiche</span></p>");
		link = "Écrire la fiche";
	}
	if (c->mine.families & FAMILY_LISTING)
		html(h, "<p><a href=\"{}/{}\">{}<span class=\"vh\"> : {}</span></a></p>", c->base, page, link,
		     c->mine.e.name);
	html(h, "</div>\n");
}

static void places_column(struct request *rq, struct html *h, const struct card *c)
{
	html(h, "<div><p class=\"label\">Places libres</p>");
	if (!type_has_places(c->mine.e.type)) {
		html(h, "<p><span class=\"muted\">Sans objet</span></p>"
			"<p>Les places libres concernent les établissements du jeune enfant.</p></div>\n");
		return;
	}
	html(h, "<p>");
	tag(h, c->misfit ? (struct tag_of){ "tag-warn", "À revoir" } : freshness_tag(c->fresh));
	html(h, "</p>");
	if (c->fresh != GRID_NEVER)
		html(h, "<p>Publiées {}</p>", day_ago_fr(rq->arena, day_of(c->places.grid.confirmed_at)));
	if (c->fresh == GRID_HIDDEN)
		html(h, "<p>Masquées aux familles</p>");
	if (c->mine.families & FAMILY_PLACES)
		html(h, "<p><a href=\"{}/places\">Mettre à jour les places<span class=\"vh\"> : {}</span></a></p>",
		     c->base, c->mine.e.name);
	html(h, "</div>\n");
}

void listing_withdrawn_note(struct request *rq, struct html *h, const struct published *p)
{
	if (!p->rev || strcmp(p->state, "online") == 0)
		return;
	html(h, "<div class=\"note note-warn\"><p><strong>La fiche n’est plus en ligne</strong> depuis le {}.",
	     time_fr(rq->arena, p->changed_at));
	if (*p->reason_text)
		html(h, " Motif : « {b} ».", p->reason_text);
	html(h, " Corrigez ce qui doit l’être, puis envoyez-la de nouveau à la Caf.</p></div>\n");
}

static void card(struct request *rq, struct html *h, const struct card *c)
{
	const struct establishment *e = &c->mine.e;

	html(h, "<li>\n<div><h3>");
	if (strcmp(rq->http->path, c->base) == 0)
		html(h, "{}", e->name);
	else
		html(h, "<a href=\"{}\">{}</a>", c->base, e->name);
	html(h, "</h3><p class=\"muted\">{}", establishment_kind_label(e->type, e->category, e->capacity));
	if (e->capacity)
		html(h, ", {} places", html_number(h, (int64_t)e->capacity));
	html(h, "</p>");
	if (c->listing.published.rev && strcmp(c->listing.published.state, "online") == 0)
		html(h, "<p><a href=\"{}\">Voir la fiche publique<span class=\"vh\"> : {}</span></a></p></div>\n",
		     public_path(rq->arena, e->name, e->id), e->name);
	else
		html(h, "<p><span class=\"muted\">{f}</span></p></div>\n",
		     c->listing.published.rev ? "Fiche retirée du public" : "Pas encore de fiche publique");
	listing_column(rq, h, c);
	places_column(rq, h, c);
	html(h, "</li>\n");
}

static void bottom(struct request *rq, struct html *h)
{
	struct agreements all;

	html(h, "<div class=\"cols-even\">\n<div class=\"card\">\n<h2>Convention</h2>\n");
	if (own_agreements(rq, &all) || !all.n) {
		html(h, "<p><span class=\"tag tag-err\">Aucune convention en vigueur</span> Vos droits sont arrêtés : appelez votre Caf.</p>\n");
	} else {
		html(h, "<p><span class=\"tag tag-ok\">En vigueur</span> avec la {}</p>\n", rq->who.caf.name);
	}
	for (size_t i = 0; i < all.n; i++) {
		if (all.n > 1)
			html(h, "<p>Convention n° {}</p>\n", all.v[i].number);
		own_agreement_sentence(rq, h, &all.v[i]);
	}
	html(h, "<p><a href=\"/espace-pro/convention\">Voir la convention et les personnes habilitées</a></p>\n</div>\n"
		"<div class=\"card\">\n<h2>Un départ, une arrivée ?</h2>\n<p>Signalez à la Caf tout changement ou toute fin de mission "
		"d’une personne habilitée, pour que son accès soit fermé.</p>\n");
	caf_service_lines(rq, h);
	html(h, "</div>\n</div>\n");
}

enum err page_pro_home(struct request *rq, struct html *h)
{
	struct my_establishment *mine;
	size_t n, todo = 0;
	enum err e = rights_of(rq->app, rq->arena, &rq->who, &mine, &n);

	if (e)
		return e;
	struct card *cards = arena_array(rq->arena, n, struct card);
	struct buf list = buf_new(rq->arena);
	struct html part = { .out = &list };

	for (size_t i = 0; i < n; i++) {
		if ((e = card_read(rq, &mine[i], &cards[i])))
			return e;
		todo += todo_of(rq, &part, &cards[i]);
	}
	page_begin(rq, h, &(struct page){ .space = SPACE_PRO, .title = "Mes établissements", .tab = "/espace-pro" });
	html(h, "<h1>Bonjour {}</h1>\n<p class=\"muted\">{} – identifiant {}", rq->who.person.name,
	     rq->who.person.title, rq->who.person.number);
	if (rq->who.session.previous_login)
		html(h, " – dernière connexion le {}", time_fr(rq->arena, rq->who.session.previous_login));
	html(h, "</p>\n");
	if (todo) {
		html(h, "<section class=\"note note-warn\" aria-labelledby=\"t-faire\">\n<h2 id=\"t-faire\" class=\"vh\">À faire</h2>\n"
			"<ul class=\"todo\">\n");
		html_part(h, &list);
		html(h, "</ul>\n</section>\n");
	} else if (n) {
		note(h, NOTE_OK, "Tout est à jour.");
	}
	if (n == 1)
		html(h, "<h2>Votre établissement</h2>\n<ul class=\"estab\">\n");
	else if (n)
		html(h, "<h2>Vos {} établissements</h2>\n<ul class=\"estab\">\n", html_number(h, (int64_t)n));
	else
		note(h, NOTE_WARN, "Aucun établissement ne vous est confié : contactez votre Caf.");
	for (size_t i = 0; i < n; i++)
		card(rq, h, &cards[i]);
	if (n)
		html(h, "</ul>\n");
	bottom(rq, h);
	page_end(rq, h);
	return ERR_OK;
}

static void withdraw_form(struct request *rq, struct html *h, const char *what, const char *title, const char *text,
			  const char *button)
{
	form_open(rq, h, "card", NULL);
	field_hidden(h, "action", what);
	html(h, "<h2>{f}</h2>\n<p>{f}</p>\n", title, text);
	check_box_at(rq, h, arena_printf(rq->arena, "c-%s", what), "confirmer", "Je confirme");
	html(h, "<div class=\"actions\"><button class=\"btn btn-danger btn-small\">{f}</button></div>\n", button);
	form_close(h);
}

static const struct choice withdraw_actions[] = {
	{ "retirer-fiche", "Retirer la fiche" },
	{ "remettre-fiche", "Remettre la fiche" },
	{ "retirer-places", "Retirer les places" },
	{ "retirer-envoi", "Retirer l’envoi" },
	{ NULL, NULL },
};

static const struct field withdraw_fields[] = {
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .required = true, .choices = withdraw_actions },
	{ .name = "confirmer", .label = "Confirmation", .kind = FIELD_SET, .choices = yes_choices },
};

const struct form *form_withdraw(void)
{
	static const struct form form = { withdraw_fields, LENGTH(withdraw_fields) };

	return &form;
}

static void establishment_links(struct request *rq, struct html *h, const struct card *c)
{
	html(h, "<ul>\n");
	if (rq->families & FAMILY_LISTING)
		html(h,
		     "<li><a href=\"{}/fonctionnement\">Modifier la fiche</a></li>\n"
		     "<li><a href=\"{}/revisions\">Modifications envoyées</a></li>\n",
		     c->base, c->base);
	if (rq->families & FAMILY_PLACES)
		html(h,
		     "<li><a href=\"{}/places\">Mettre à jour les places</a></li>\n"
		     "<li><a href=\"{}/places/historique\">Historique des places</a></li>\n",
		     c->base, c->base);
	html(h, "</ul>\n");
}

/* What families read, or what the Caf last accepted. */
static enum err published_section(struct request *rq, struct html *h, const struct published *p, bool online)
{
	struct listing l;

	html(h, "<section aria-labelledby=\"t-fiche\">\n<h2 id=\"t-fiche\">{f}</h2>\n",
	     p->rev && !online ? "Dernière fiche acceptée" : "Fiche en ligne");
	if (!p->rev) {
		html(h, "<p>La Caf n’a encore accepté aucune fiche.</p>\n</section>\n");
		return ERR_OK;
	}
	enum err e = listing_decode(rq->arena, p->text, &l);

	if (e)
		return e;
	listing_withdrawn_note(rq, h, p);
	html(h, "<p class=\"meta\"><span>Écrite par <strong>{}</strong> ({}), publiée le <strong>{}</strong> après vérification de la {}</span></p>\n",
	     p->author_name, p->author_number, day_fr(rq->arena, day_of(p->published_at)), rq->who.caf.name);
	listing_rubrics(rq, h, &l);
	html(h, "</section>\n");
	return ERR_OK;
}

/* What the Caf examines, and what it would change. */
static enum err pending_part(struct request *rq, struct html *h, const struct card *c)
{
	const struct revision *r = &c->listing.pending;
	const char *number = html_number(h, (int64_t)r->n);
	struct listing sent;
	struct difference *v;
	size_t n;
	enum err e = listing_decode(rq->arena, r->text, &sent);

	if (e)
		return e;
	html(h, "<p>La {} examine la <a href=\"{}/revisions/{}\">modification n° {}</a>, envoyée le {} par {}.</p>\n",
	     rq->who.caf.name, c->base, number, number, time_fr(rq->arena, r->sent_at), r->author_name);
	if (!c->listing.published.rev)
		return ERR_OK; /* a first listing: nothing to compare it with */
	listing_compare(rq->app, rq->arena, &c->listing.online, &sent, &v, &n);
	if (n)
		changes_sentence(h, n, sections_of(&rq->e));
	changes(rq, h, v, n);
	return ERR_OK;
}

static enum err sent_section(struct request *rq, struct html *h, const struct card *c)
{
	struct revision *v;
	size_t n;
	enum err e = revisions_read(rq->app, rq->arena, &rq->e, &v, &n);

	if (e)
		return e;
	html(h, "<section aria-labelledby=\"t-envois\">\n<h2 id=\"t-envois\">Modifications envoyées</h2>\n");
	if (c->listing.pending.rev && (e = pending_part(rq, h, c)))
		return e;
	if (n)
		revisions_table(rq, h, v, n < LATEST ? n : LATEST);
	else
		html(h, "<p>Aucune modification envoyée.</p>\n");
	if (n > LATEST)
		html(h, "<p><a href=\"{}/revisions\">Voir les {} modifications</a></p>\n", c->base,
		     html_number(h, (int64_t)n));
	html(h, "</section>\n");
	return ERR_OK;
}

/* What was asked for could not be done: the page tells how it stands now. */
static void overtaken_note(struct request *rq, struct html *h, const struct card *c)
{
	const struct published *p = &c->listing.published;
	const char *when =
		p->changed_at ? arena_printf(rq->arena, " le %s", time_fr(rq->arena, p->changed_at)) : " entre-temps";

	rq->re->status = 409;
	if (input_has(&rq->in, "action", "retirer-places"))
		note(h, NOTE_WARN, "Les places ont changé entre-temps. Rien n’a été enregistré.");
	else if (strcmp(p->state, "online") == 0)
		note(h, NOTE_WARN,
		     arena_printf(rq->arena, "La fiche est revenue en ligne%s. Rien n’a été enregistré.", when));
	else
		note(h, NOTE_WARN,
		     arena_printf(rq->arena, "La fiche a été retirée du public%s. Rien n’a été enregistré.", when));
}

static enum err establishment_page(struct request *rq, struct html *h, bool overtaken)
{
	struct my_establishment m = { rq->e, rq->families };
	struct card c;
	enum err e = card_read(rq, &m, &c);

	if (e)
		return e;
	bool online = c.listing.published.rev && strcmp(c.listing.published.state, "online") == 0;

	page_begin(rq, h, &(struct page){ .space = SPACE_PRO, .title = rq->e.name, .tab = "/espace-pro" });
	crumbs(h, "Mes établissements", "/espace-pro", rq->e.name, NULL);
	error_summary(rq, h);
	html(h, "<h1>{}</h1>\n<p class=\"lead\">{}, {} {}</p>\n", rq->e.name, rq->e.street, rq->e.postal_code, rq->e.city);
	if (overtaken)
		overtaken_note(rq, h, &c);
	html(h, "<h2 class=\"vh\">État de la fiche et des places</h2>\n<ul class=\"estab\">\n");
	card(rq, h, &c);
	html(h, "</ul>\n<div class=\"cols\">\n<div>\n");
	if ((e = published_section(rq, h, &c.listing.published, online)))
		return e;
	if (rq->families & FAMILY_LISTING && (e = sent_section(rq, h, &c)))
		return e;
	html(h, "</div>\n<aside aria-label=\"Ce que vous pouvez faire\">\n<div class=\"card\">\n<h2>Ce que vous pouvez faire</h2>\n");
	establishment_links(rq, h, &c);
	html(h, "</div>\n");
	if (rq->families & FAMILY_LISTING && online)
		withdraw_form(rq, h, "retirer-fiche", "Retirer la fiche du public",
			      "Les familles ne la verront plus. La Caf est prévenue.", "Retirer la fiche");
	else if (rq->families & FAMILY_LISTING && c.listing.published.rev && !*c.listing.published.reason_text)
		withdraw_form(rq, h, "remettre-fiche", "Remettre la fiche en ligne",
			      "La dernière fiche acceptée redevient visible.", "Remettre la fiche");
	if (rq->families & FAMILY_PLACES && c.fresh != GRID_NEVER)
		withdraw_form(rq, h, "retirer-places", "Retirer les places",
			      "Les familles liront « Places non communiquées ».", "Retirer les places");
	html(h, "</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_pro_establishment(struct request *rq, struct html *h)
{
	return establishment_page(rq, h, false);
}

static enum err take_down(struct request *rq, const char *action)
{
	if (strcmp(action, "retirer-places") == 0)
		return grid_withdraw(rq->app, rq->arena, &rq->who, &rq->e);
	if (!(rq->families & FAMILY_LISTING))
		return ERR_DENIED;
	if (strcmp(action, "remettre-fiche") == 0)
		return listing_restore(rq->app, rq->arena, &rq->who, &rq->e);
	return listing_withdraw(rq->app, rq->arena, &rq->who, &rq->e, "", &rq->faults);
}

/* The agent takes his own down, at once, after confirmation. */
enum err page_listing_withdraw(struct request *rq, struct html *h)
{
	const char *action = input_get(&rq->in, "action");

	input_check(rq->arena, form_withdraw(), &rq->in, &rq->faults);
	if (!rq->faults.n && !input_has(&rq->in, "confirmer", "oui"))
		fault_add(rq->arena, &rq->faults, arena_printf(rq->arena, "c-%s", action),
			  "Cochez « Je confirme » pour continuer");
	if (rq->faults.n) {
		rq->in = input_with(rq->arena, &rq->in, "confirmer", ""); /* ticked for one, it is for no other */
		rq->re->status = 422;
		return page_pro_establishment(rq, h);
	}
	enum err e = take_down(rq, action);

	if (e == ERR_CONFLICT)
		return establishment_page(rq, h, true);
	return e ? e :
		   done(rq, rq->http->path,
			strcmp(action, "retirer-places") == 0 ? "places-retirees" :
			strcmp(action, "remettre-fiche") == 0 ? "fiche-remise" :
								"fiche-retiree");
}
