#include "fcgi/page/page.h"

#include "acts/queue.h"

#include <string.h>

struct nav_entry {
	const char *href;
	const char *label;
	unsigned roles; /* 0: all */
};

static const struct nav_entry public_nav[] = {
	{ "/", "Trouver une place", 0 },
	{ "/demande-habilitation", "Demander une habilitation", 0 },
	{ "/connexion", "Espace professionnel", 0 },
	{ NULL, NULL, 0 },
};

static const struct nav_entry pro_nav[] = {
	{ "/espace-pro", "Mes établissements", ROLE_AGENT },
	{ "/espace-pro/convention", "Convention et agents", ROLE_AGENT },
	{ "/espace-pro/mon-compte", "Mon compte", 0 },
	{ "/aide", "Aide", 0 },
	{ NULL, NULL, 0 },
};

static const struct nav_entry caf_nav[] = {
	{ "/caf", "À traiter", 0 },
	{ "/caf/demandes", "Demandes", ROLE_CAF_ADMIN },
	{ "/caf/conventions", "Conventions", ROLE_CAF_ADMIN },
	{ "/caf/fournisseurs", "Fournisseurs", ROLE_CAF_ADMIN },
	{ "/caf/etablissements", "Établissements", 0 },
	{ "/espace-pro/mon-compte", "Mon compte", 0 },
	{ NULL, NULL, 0 },
};

static const struct nav_entry audit_nav[] = {
	{ "/controle/connexions", "Connexions", 0 },   { "/controle/actions", "Actions", 0 },
	{ "/controle/exports", "Exports", 0 },         { "/controle/integrite", "Intégrité du journal", 0 },
	{ "/espace-pro/mon-compte", "Mon compte", 0 }, { NULL, NULL, 0 },
};

static const struct {
	const char *name; /* under the brand, and in titles */
	const struct nav_entry *nav;
} spaces[] = {
	[SPACE_PUBLIC] = { "Les places d’accueil près de chez vous", public_nav },
	[SPACE_PRO] = { "Espace professionnel", pro_nav },
	[SPACE_CAF] = { "Espace Caf", caf_nav },
	[SPACE_AUDIT] = { "Espace contrôle", audit_nav },
};

const char *home_of(unsigned roles)
{
	if (roles & ROLE_AGENT)
		return "/espace-pro";
	if (roles & ROLE_CAF)
		return "/caf";
	if (roles & ROLE_AUDITOR)
		return "/controle/connexions";
	return "/espace-pro/mon-compte";
}

enum space space_of(const struct visitor *who)
{
	if (!who->known)
		return SPACE_PUBLIC;
	if (who->roles & ROLE_AGENT)
		return SPACE_PRO;
	return who->roles & ROLE_CAF ? SPACE_CAF : who->roles ? SPACE_AUDIT : SPACE_PRO;
}

const char *own_path(struct request *rq)
{
	return arena_printf(rq->arena, "/espace-pro/etablissements/%s", rq->e.id);
}

static void head(struct request *rq, struct html *h, const struct page *p)
{
	const char *site = rq->app->settings->site_name;

	html(h, "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	if (rq->faults.n)
		html(h, "Erreur : ");
	html(h, "{f} – ", p->title);
	if (p->space != SPACE_PUBLIC)
		html(h, "{} – ", spaces[p->space].name);
	html(h,
	     "{}</title>\n<link rel=\"icon\" href=\"/static/favicon.svg\" type=\"image/svg+xml\">\n"
	     "<link rel=\"stylesheet\" href=\"/static/style.css\">\n</head>\n<body>\n"
	     "<a class=\"skip\" href=\"#contenu\">Aller au contenu</a>\n",
	     site);
}

static void brand(struct request *rq, struct html *h, const struct page *p)
{
	html(h,
	     "<header class=\"site-header\">\n<div class=\"wrap\">\n<a class=\"brand\" href=\"{}\">\n"
	     "<svg width=\"40\" height=\"40\" viewBox=\"0 0 40 40\" aria-hidden=\"true\" focusable=\"false\">"
	     "<rect width=\"40\" height=\"40\" rx=\"9\" fill=\"#0b5563\"/>"
	     "<path d=\"M8 21 L20 10 L32 21\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"3.2\" "
	     "stroke-linecap=\"round\" stroke-linejoin=\"round\"/><circle cx=\"20\" cy=\"21.5\" r=\"3.4\" fill=\"#e9a23b\"/>"
	     "<path d=\"M12.5 32 a7.5 6.2 0 0 1 15 0\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"3.2\" "
	     "stroke-linecap=\"round\"/></svg>\n<span>{}<small>{}</small></span>\n</a>\n",
	     p->space == SPACE_PUBLIC ? "/" : home_of(rq->who.roles), rq->app->settings->site_name, spaces[p->space].name);
}

static void nav_items(struct request *rq, struct html *h, const struct page *p)
{
	for (const struct nav_entry *n = spaces[p->space].nav; n->href; n++) {
		if (n->roles && !(n->roles & rq->who.roles))
			continue;
		html(h, "<li><a href=\"{}\"", n->href);
		if (p->tab && strcmp(p->tab, n->href) == 0)
			html(h, " aria-current=\"page\"");
		html(h, ">{}", n->label);
		if (strcmp(n->href, "/caf") == 0)
			html(h, " <span class=\"count\">{}</span>",
			     html_number(h, (int64_t)queue_count_for(rq->app, rq->arena, &rq->who)));
		html(h, "</a></li>\n");
	}
}

/* « Ville de Valmoreau », « Caf du Val-d’Aumane », or for the Cnaf's people their function. */
static const char *organisation(const struct visitor *who)
{
	if (who->roles & ROLE_AGENT)
		return who->provider.name;
	return *who->caf.name ? who->caf.name : who->person.title;
}

void page_begin(struct request *rq, struct html *h, const struct page *p)
{
	head(rq, h, p);
	brand(rq, h, p);
	if (p->space == SPACE_PUBLIC || !rq->who.known) {
		html(h, "<nav class=\"site-nav\" aria-label=\"Navigation principale\">\n<ul>\n");
		nav_items(rq, h, p);
		html(h, "</ul>\n</nav>\n</div>\n");
	} else {
		html(h,
		     "<div class=\"who\">\n<span><strong>{}</strong><br>{}</span>\n"
		     "<form method=\"post\" action=\"/deconnexion\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">"
		     "<button class=\"btn btn-alt btn-small\">Se déconnecter</button></form>\n</div>\n</div>\n"
		     "<nav class=\"tabs\" aria-label=\"Navigation principale\">\n<div class=\"wrap\">\n<ul>\n",
		     rq->who.person.name, organisation(&rq->who), rq->csrf);
		nav_items(rq, h, p);
		html(h, "</ul>\n</div>\n</nav>\n");
	}
	html(h, "</header>\n<main id=\"contenu\" tabindex=\"-1\">\n<div class=\"wrap\">\n");
	notice(rq, h);
}

void page_end(struct request *rq, struct html *h)
{
	html(h,
	     "</div>\n</main>\n<footer class=\"site-footer\">\n<div class=\"wrap\">\n<ul>\n"
	     "<li><a href=\"/aide\">Aide et contact</a></li>\n"
	     "<li><a href=\"/accessibilite\">Accessibilité : {f}</a></li>\n"
	     "<li><a href=\"/mentions-legales\">Mentions légales</a></li>\n"
	     "<li><a href=\"/donnees-personnelles\">Données personnelles</a></li>\n"
	     "<li><a href=\"/plan-du-site\">Plan du site</a></li>\n</ul>\n"
	     "<p>Ce service n’utilise ni publicité, ni traceur.</p>\n</div>\n</footer>\n</body>\n</html>\n",
	     rq->app->settings->site_accessibility);
	summary_insert(rq);
}
