/* One person before the auditor: who he is, what he could do and when, what he did last. */
#include "fcgi/page/audit.h"
#include "fcgi/page/caf_provider.h"

#include <string.h>

#define SHOWN 10

static const struct {
	enum role role;
	const char *label;
} role_labels[] = {
	{ ROLE_AGENT, "personne habilitée" },           { ROLE_CAF_REVIEWER, "valideur de la Caf" },
	{ ROLE_CAF_ADMIN, "administrateur de la Caf" }, { ROLE_CAF_AUDITOR, "auditeur de la Caf" },
	{ ROLE_NATIONAL_AUDITOR, "auditeur national" }, { ROLE_OPERATOR, "exploitant" },
};

static const char *roles_text(struct arena *a, unsigned roles)
{
	struct buf b = buf_new(a);

	for (size_t i = 0; i < LENGTH(role_labels); i++)
		if (roles & role_labels[i].role)
			buf_printf(&b, "%s%s", b.n ? ", " : "", role_labels[i].label);
	return b.n ? buf_str(&b) : "aucun";
}

static void line(struct html *h, const char *label, const char *text)
{
	if (*text)
		html(h, "<div><dt>{f}</dt><dd>{}</dd></div>\n", label, text);
}

static void identity(struct request *rq, struct html *h, const struct log_person *x)
{
	const struct person *p = &x->as.person;

	html(h, "<section class=\"card\" aria-labelledby=\"t-identite\">\n<h2 id=\"t-identite\">Identité</h2>\n<dl class=\"summary\">\n"
		"<div><dt>Accès</dt><dd>");
	tag(h, access_tag(p->status));
	html(h, "</dd></div>\n");
	line(h, "Fin de mission", p->end ? day_fr(rq->arena, (day_t)p->end) : "");
	line(h, "Motif", p->end_reason);
	line(h, "Identifiant", p->uid);
	line(h, "Numéro", p->number);
	line(h, "Fonction", p->title);
	line(h, "Courriel", p->mail);
	line(h, "Fournisseur de données", x->as.provider.name);
	line(h, "Caf", x->as.caf.name);
	line(h, "Rôles", roles_text(rq->arena, x->as.roles));
	html(h, "</dl>\n</section>\n");
}

/* --- rights --- */

static void period_row(struct request *rq, struct html *h, const struct right_period *p, const struct establishment *e)
{
	bool access = p->family == PERIOD_ACTIVE;

	html(h, "<tr><th scope=\"row\">{}{}{}</th><td>{}</td><td class=\"nowrap num\">{}</td><td class=\"nowrap num\">{}</td></tr>\n",
	     access ? "Espace professionnel" : e->name, access || !*e->id ? "" : ", ", access ? "" : e->id,
	     access ? "accès ouvert" : families_text(p->family), time_log_fr(rq->arena, p->from),
	     p->until ? time_log_fr(rq->arena, p->until) : "aujourd’hui");
}

static void rights(struct request *rq, struct html *h, const struct log_person *x)
{
	html(h, "<h2>Droits dans le temps</h2>\n");
	if (!x->n) {
		note(h, NOTE_INFO,
		     x->as.person.agent || x->left ?
			     "Aucun droit n’est connu." :
			     "Les agents des Caf et de la Cnaf n’ont pas de droit sur un établissement : leurs rôles sont ci-dessus.");
		return;
	}
	table_open(h, "t-droits", "Établissement, droit, de quand à quand", "Établissement", "Droit", "Depuis",
		   "Jusqu’à", NULL);
	for (size_t i = 0; i < x->n; i++)
		period_row(rq, h, &x->periods[i], &x->places[i]);
	table_close(h);
	html(h, "<p class=\"small muted\">Tels que l’annuaire les portait, à l’heure où le service l’a vu. Un "
		"droit ne s’exerce que si l’accès est ouvert et la convention en vigueur.</p>\n");
}

/* --- the log --- */

static const char *whole_log(struct request *rq, const char *path, const struct log_person *x, int64_t days)
{
	return link_with(rq->arena, path, "du", day_slashes(rq->arena, day_today() - (day_t)days), "agent",
			 x->as.person.number, NULL);
}

static void record_rows(struct request *rq, struct html *h, const struct audit_page *page, const struct log_names *who,
			const char *id)
{
	table_open(h, id, "De la plus récente à la plus ancienne", "Date et heure", LOG_CELL_HEADS, NULL);
	for (size_t i = 0; i < page->n; i++) {
		html(h, "<tr><th scope=\"row\" class=\"nowrap num\">{}</th>", time_log_fr(rq->arena, page->v[i].time));
		log_cells(rq, h, &page->v[i], who->places[i]);
		html(h, "</tr>\n");
	}
	table_close(h);
}

/* The last ones of a class, and the way to all of them. */
static void records(struct request *rq, struct html *h, const char *what, const struct audit_page *page,
		    const struct log_names *who, const char *id, const char *whole)
{
	html(h, "<h2>Dernières {}</h2>\n", what);
	if (page->n)
		record_rows(rq, h, page, who, id);
	else
		html(h, "<p>Aucune.</p>\n");
	html(h, "<p><a href=\"{}\">Toutes ses {}</a></p>\n", whole, what);
}

enum err page_log_person(struct request *rq, struct html *h)
{
	struct log_person x;
	const char *elsewhere;
	enum err e = log_person_read(rq->app, rq->arena, &rq->who, rq->arg[0], SHOWN, &x, &elsewhere);

	if (e == ERR_NOTFOUND && *elsewhere)
		refuse_foreign(rq, "person", rq->arg[0], elsewhere);
	if (e)
		return e;
	const char *name = x.left ? arena_printf(rq->arena, "Personne partie, %s", x.as.person.number) : x.as.person.name;

	page_begin(rq, h, &(struct page){ .space = SPACE_AUDIT, .tab = "/controle/connexions", .title = name });
	crumbs(h, "Connexions", "/controle/connexions", name, NULL);
	html(h, "<h1>{}</h1>\n", name);
	if (x.left)
		note(h, NOTE_INFO, "L’annuaire n’a plus cette personne : le journal seul parle d’elle, par son numéro.");
	else
		identity(rq, h, &x);
	rights(rq, h, &x);
	records(rq, h, "connexions", &x.connections, &x.connection_names, "t-con",
		whole_log(rq, "/controle/connexions", &x, rq->app->settings->audit_connections_days));
	records(rq, h, "actions", &x.acts, &x.act_names, "t-act",
		whole_log(rq, "/controle/actions", &x, rq->app->settings->audit_acts_days));
	html(h, "<p class=\"small muted\">Heure de Paris. Votre consultation est enregistrée.</p>\n");
	page_end(rq, h);
	return ERR_OK;
}
