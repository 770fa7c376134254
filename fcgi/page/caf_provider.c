/* The Caf's providers: the list, one of them with its people, conventions, establishments and who may do what. */
#include "fcgi/page/caf_provider.h"

#include "acts/calendar.h"

#include <string.h>

#define PER_PAGE 30

static const struct field list_fields[] = {
	{ .name = "q", .label = "Nom, identifiant, SIRET ou commune", .kind = FIELD_TEXT, .max = 100 },
	{ .name = "page", .label = "Page", .kind = FIELD_NUMBER, .least = 1, .most = 10000 },
};

const struct form *form_caf_providers(void)
{
	static const struct form form = { list_fields, LENGTH(list_fields) };

	return &form;
}

/* --- shared pieces --- */

enum err provider_of_path(struct request *rq, struct provider *out)
{
	const char *foreign;
	enum err e = caf_provider_find(rq->app, rq->arena, &rq->who, rq->arg[0], out, &foreign);

	if (e == ERR_NOTFOUND && *foreign)
		refuse_foreign(rq, "provider", rq->arg[0], foreign);
	return e;
}

enum err agreement_of_path(struct request *rq, struct agreement *g, struct provider *p)
{
	const char *foreign;
	enum err e = caf_agreement_find(rq->app, rq->arena, &rq->who, rq->arg[0], g, p, &foreign);

	if (e == ERR_NOTFOUND && *foreign)
		refuse_foreign(rq, "agreement", rq->arg[0], foreign);
	return e;
}

const char *agent_path(struct request *rq, const struct provider *p, const struct person *who)
{
	return arena_printf(rq->arena, "/caf/fournisseurs/%s/agents/%s", p->id, who->number);
}

struct tag_of access_tag(const char *status)
{
	if (strcmp(status, "active") == 0)
		return (struct tag_of){ "tag-ok", "Ouvert" };
	if (strcmp(status, "suspendue") == 0)
		return (struct tag_of){ "tag-warn", "Suspendu" };
	if (strcmp(status, "demandee") == 0)
		return (struct tag_of){ "", "Pas encore ouvert" };
	return (struct tag_of){ "", "Fermé" };
}

struct tag_of agreement_tag(const struct agreement *g)
{
	switch (agreement_state(g, day_today())) {
	case AGREEMENT_IN_FORCE:
		return (struct tag_of){ "tag-ok", "En vigueur" };
	case AGREEMENT_TERMINATING:
		return (struct tag_of){ "tag-warn", "Résiliée" };
	case AGREEMENT_TO_COME:
		return (struct tag_of){ "tag-info", "À venir" };
	default:
		return (struct tag_of){ "", "Terminée" };
	}
}

/* What a convention's due day means. */
static const char *due_text(struct request *rq, const struct agreement_line *l)
{
	if (!(l->over ? l->ended : l->due))
		return "";
	if (l->over)
		return arena_printf(rq->arena, "terminée le %s", day_slashes(rq->arena, l->ended));
	return arena_printf(rq->arena, "%s %s", agreement_renews(&l->g) ? "se renouvelle le" : "prend fin le",
			    day_slashes(rq->arena, l->due));
}

static const char *limit_text(struct request *rq, const struct agreement_line *l)
{
	bool renews = agreement_renews(&l->g) && !l->over;

	return renews && l->due ? day_slashes(rq->arena, agreement_notice_limit(l->due)) : "";
}

#define AGREEMENT_HEADS "Prise d’effet", "Échéance", "Limite de préavis", "État"

void agreements_table(struct request *rq, struct html *h, const char *caption, const struct agreement_line *v, size_t n,
		      bool with_provider)
{
	if (with_provider)
		table_open(h, "t-conv", caption, "Convention", "Fournisseur", AGREEMENT_HEADS, NULL);
	else
		table_open(h, "t-conv", caption, "Convention", AGREEMENT_HEADS, NULL);
	for (size_t i = 0; i < n; i++) {
		html(h, "<tr><th scope=\"row\"><a class=\"num\" href=\"/caf/conventions/{u}\">{}</a></th>",
		     v[i].g.number, v[i].g.number);
		if (with_provider)
			html(h, "<td><a href=\"/caf/fournisseurs/{u}\">{}</a></td>", v[i].provider.id, v[i].provider.name);
		html(h, "<td class=\"num\">{}</td><td>{}</td><td class=\"num\">{}</td><td>",
		     v[i].g.effect ? day_slashes(rq->arena, (day_t)v[i].g.effect) : "", due_text(rq, &v[i]),
		     limit_text(rq, &v[i]));
		tag(h, agreement_tag(&v[i].g));
		html(h, "</td></tr>\n");
	}
	table_close(h);
}

void job_note(struct html *h, const struct outcome *o)
{
	if (strcmp(o->state, "waiting") == 0)
		note(h, NOTE_INFO,
		     "La dernière décision est enregistrée. L’annuaire n’est pas encore à jour : actualisez la page dans un instant.");
	else if (strcmp(o->state, "failed") == 0)
		note(h, NOTE_WARN,
		     "L’annuaire a refusé tout ou partie de la dernière modification. Prévenez l’exploitant du service.");
}

void deeds_card(struct request *rq, struct html *h, const struct deed *v, size_t n)
{
	html(h, "<section class=\"card\" aria-labelledby=\"t-hist\">\n<h2 id=\"t-hist\">Historique</h2>\n");
	if (!n)
		html(h, "<p>Rien n’a encore été enregistré.</p>\n");
	else
		html(h, "<ul class=\"history\">\n");
	for (size_t i = 0; i < n; i++) {
		html(h, "<li><time datetime=\"{}\">{}</time>{f}", time_iso(rq->arena, v[i].at),
		     time_fr(rq->arena, v[i].at), v[i].label);
		if (v[i].failed)
			html(h, " (refusé)");
		if (*v[i].by)
			html(h, " par {}", v[i].by);
		if (*v[i].what)
			html(h, " : {f}", v[i].what);
		html(h, "</li>\n");
	}
	if (n)
		html(h, "</ul>\n");
	html(h, "</section>\n");
}

void quicker_note(struct request *rq, struct html *h, const struct deed *last, const char *changed)
{
	html(h, "<div class=\"note note-warn\" role=\"alert\"><p>");
	if (last)
		html(h, "<strong>{}</strong> a été plus rapide : « {f} » le {}. ", *last->by ? last->by : "Le service",
		     last->label, time_fr(rq->arena, last->at));
	else
		html(h, "{f} ", changed);
	html(h, "Votre décision n’est pas enregistrée.</p></div>\n");
	typed_values(rq, h);
}

/* --- the list --- */

static void providers_table(struct html *h, const struct provider *v, size_t n, size_t total)
{
	table_open(h, "t-fourn", arena_printf(h->out->arena, "%zu fournisseur%s sur %zu", n, n > 1 ? "s" : "", total),
		   "Fournisseur", "Identifiant", "SIRET", "Contact", NULL);
	for (size_t i = 0; i < n; i++)
		html(h,
		     "<tr><th scope=\"row\"><a href=\"/caf/fournisseurs/{u}\">{}</a></th><td class=\"num\">{}</td>"
		     "<td class=\"num\">{}</td><td>{}</td></tr>\n",
		     v[i].id, v[i].name, v[i].id, v[i].siret, v[i].mail);
	table_close(h);
}

enum err page_caf_providers(struct request *rq, struct html *h)
{
	const char *q = input_get(&rq->in, "q");
	struct provider *v;
	size_t n, total;
	int64_t page;
	enum err e = page_number(rq, &page);

	if (!e)
		e = caf_providers(rq->app, rq->arena, &rq->who, q, (size_t)page - 1, PER_PAGE, &v, &n, &total);
	if (e)
		return e;
	const char *list = link_with(rq->arena, "/caf/fournisseurs", "q", q, NULL);

	if (pages_are_fewer(rq, list, page, total, PER_PAGE))
		return ERR_OK;
	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/fournisseurs", .title = "Fournisseurs" });
	html(h, "<h1>Fournisseurs</h1>\n");
	filter_open(h, "/caf/fournisseurs", "Chercher un fournisseur");
	filter_text(rq, h, "q", "Nom, identifiant, SIRET ou commune");
	filter_close(h, "Chercher");
	if (n)
		providers_table(h, v, n, total);
	else
		note(h, NOTE_INFO, *q ? "Aucun fournisseur ne correspond à cette recherche." : "Aucun fournisseur.");
	pages_of(rq, h, list, "Pages de fournisseurs", page, total, PER_PAGE);
	page_end(rq, h);
	return ERR_OK;
}

/* --- one of them --- */

struct provider_file {
	struct provider p;
	struct agreements found;
	struct agreement_line *agreements;
	struct person *people;
	struct establishment *places;
	size_t agreements_n, people_n, places_n;
};

static enum err read_agreements(struct request *rq, struct provider_file *f)
{
	AUTO_TXN struct txn t = txn_read(rq->app->store, STORE_MAIN);
	enum err e = agreements_of(&t, rq->arena, f->p.key, &f->found);

	if (e)
		return e;
	f->agreements = arena_array(rq->arena, f->found.n, struct agreement_line);
	for (size_t i = 0; i < f->found.n && !e; i++)
		e = agreement_line_read(&t, rq->arena, &f->found.v[i], &f->p, &f->agreements[f->agreements_n++]);
	return e;
}

static enum err read_file(struct request *rq, struct provider_file *f)
{
	enum err e = provider_of_path(rq, &f->p);

	if (!e)
		e = read_agreements(rq, f);
	if (!e)
		e = people_of(rq->app, rq->arena, f->p.key, &f->people, &f->people_n);
	if (!e)
		e = provider_establishments(rq->app, rq->arena, &f->p, &f->places, &f->places_n);
	return e;
}

static void identity(struct request *rq, struct html *h, const struct provider *p)
{
	html(h,
	     "<section class=\"card\" aria-labelledby=\"t-ident\">\n<h2 id=\"t-ident\">Identité et contact</h2>\n<dl class=\"summary\">\n"
	     "<div><dt>Identifiant</dt><dd class=\"num\">{}</dd></div>\n<div><dt>SIRET</dt><dd class=\"num\">{}</dd></div>\n",
	     p->id, p->siret);
	if (*p->address)
		html(h, "<div><dt>Adresse</dt><dd>{b}</dd></div>\n", p->address);
	if (*p->mail)
		html(h, "<div><dt>Courriel</dt><dd><a href=\"mailto:{}\">{}</a></dd></div>\n", p->mail, p->mail);
	if (*p->phone) {
		html(h, "<div><dt>Téléphone</dt><dd>");
		phone_link(h, rq->arena, p->phone);
		html(h, "</dd></div>\n");
	}
	html(h, "</dl>\n</section>\n");
}

static void people_table(struct request *rq, struct html *h, const struct provider_file *f)
{
	table_open(h, "t-pers", "Personnes", "Nom", "Fonction", "Courriel", "Accès", NULL);
	for (size_t i = 0; i < f->people_n; i++) {
		const struct person *p = &f->people[i];

		html(h, "<tr><th scope=\"row\"><a href=\"{}\">{}</a> <span class=\"muted num\">{}</span></th><td>{}</td><td>{}</td><td>",
		     agent_path(rq, &f->p, p), p->name, p->number, p->title, p->mail);
		tag(h, access_tag(p->status));
		html(h, "</td></tr>\n");
	}
	table_close(h);
}

/* Why somebody the directory names for an establishment has no right there. */
static const char *without_effect(const struct person *p)
{
	if (strcmp(p->status, "active") == 0)
		return " (sans convention en vigueur)";
	if (strcmp(p->status, "demandee") == 0)
		return " (accès pas encore ouvert)";
	return strcmp(p->status, "suspendue") == 0 ? " (accès suspendu)" : " (accès fermé)";
}

/* Names of whom the directory gives the family there; those whose right has no effect today are told apart. */
static const char *names_of(struct request *rq, const struct provider_file *f, const struct establishment *e,
			    enum family family)
{
	const struct strs *keys = family == FAMILY_LISTING ? &e->listing_keys : &e->places_keys;
	struct buf b = buf_new(rq->arena);

	for (size_t i = 0; i < f->people_n; i++) {
		const struct person *p = &f->people[i];
		bool has = right_families(p, e, &f->p, &f->found, day_today()) & family;

		if (strs_has(keys, p->key))
			buf_printf(&b, "%s%s%s", b.n ? ", " : "", p->name, has ? "" : without_effect(p));
	}
	return b.n ? buf_str(&b) : "Personne";
}

static void places_table_of(struct request *rq, struct html *h, const struct provider_file *f)
{
	table_open(h, "t-etab", "Établissements et droits", "Établissement", "Fonctionnement", "Places libres", NULL);
	for (size_t i = 0; i < f->places_n; i++) {
		const struct establishment *e = &f->places[i];

		html(h,
		     "<tr><th scope=\"row\"><a href=\"/caf/etablissements/{u}\">{}</a> <span class=\"muted num\">{}</span></th>"
		     "<td>{}</td><td>{}</td></tr>\n",
		     e->id, e->name, e->id, names_of(rq, f, e, FAMILY_LISTING),
		     type_has_places(e->type) ? names_of(rq, f, e, FAMILY_PLACES) : "Sans objet");
	}
	table_close(h);
}

enum err page_caf_provider(struct request *rq, struct html *h)
{
	struct provider_file f = { 0 };
	enum err e = read_file(rq, &f);

	if (e)
		return e;
	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/fournisseurs", .title = f.p.name });
	crumbs(h, "Fournisseurs", "/caf/fournisseurs", f.p.name, NULL);
	html(h, "<h1>{}</h1>\n", f.p.name);
	identity(rq, h, &f.p);
	if (f.agreements_n)
		agreements_table(rq, h, "Conventions", f.agreements, f.agreements_n, false);
	else
		note(h, NOTE_WARN, "Ce fournisseur n’a pas de convention : ses agents n’ont aucun droit.");
	if (f.people_n)
		people_table(rq, h, &f);
	else
		note(h, NOTE_INFO, "Aucune personne habilitée.");
	if (f.places_n)
		places_table_of(rq, h, &f);
	else
		note(h, NOTE_INFO, "Aucun établissement.");
	page_end(rq, h);
	return ERR_OK;
}
