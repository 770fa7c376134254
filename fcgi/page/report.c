/* A family says what is wrong with an establishment's page. */
#include "fcgi/page/page.h"

#include "acts/report.h"
#include "acts/search.h"
#include "base/french.h"

#include <string.h>

#define SENT "signalement-envoye"

static void open_page(struct request *rq, struct html *h, const struct family_page *p)
{
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PUBLIC,
				   .title = arena_printf(rq->arena, "Signaler une erreur : %s", p->name),
				   .tab = "/" });
	crumbs(h, "Trouver une place", "/", p->name, public_path(rq->arena, p->name, p->id), "Signaler une erreur", NULL);
	error_summary(rq, h);
	html(h, "<div class=\"narrow\">\n<h1>Signaler une erreur</h1>\n");
}

static enum err close_page(struct request *rq, struct html *h)
{
	html(h, "</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

static enum err form_page(struct request *rq, struct html *h, const struct family_page *p, const char *refusal)
{
	open_page(rq, h, p);
	html(h,
	     "<p class=\"lead\">{}, {}</p>\n<p>Un numéro faux, un horaire dépassé, une adresse changée ? La {} vérifie avec "
	     "l’établissement. Pour une inscription ou une place, contactez l’établissement.</p>\n",
	     p->name, p->city, *p->caf_name ? p->caf_name : "Caf");
	if (refusal)
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>{f}</p></div>\n", refusal);
	form_open(rq, h, "card", NULL);
	field_of(rq, h, report_form(), "erreur", "");
	field_of(rq, h, report_form(), "adresse", "w-m");
	html(h, "<div class=\"actions\"><button class=\"btn\">Envoyer à la Caf</button></div>\n");
	form_close(h);
	html(h, "<p class=\"small muted\">N’écrivez ni le nom d’un enfant, ni celui d’une personne de l’établissement. "
		"<a href=\"/donnees-personnelles\">Ce que devient votre envoi</a></p>\n");
	return close_page(rq, h);
}

static enum err thanks(struct request *rq, struct html *h, const struct family_page *p)
{
	open_page(rq, h, p);
	html(h,
	     "<p>Votre signalement est transmis à la {}. Si vous avez laissé votre adresse, elle peut vous répondre.</p>\n"
	     "<p><a href=\"{}\">Retour à la fiche {}</a></p>\n",
	     *p->caf_name ? p->caf_name : "Caf", public_path(rq->arena, p->name, p->id),
	     french_de(rq->arena, french_le(rq->arena, p->name)));
	return close_page(rq, h);
}

enum err page_report(struct request *rq, struct html *h)
{
	struct family_page p;
	enum err e = family_page_find(rq->app, rq->arena, rq->arg[0], &p);

	if (e == ERR_GONE)
		return page_gone(rq, h, &p);
	if (e)
		return e;
	return input_has(&rq->in, "fait", SENT) ? thanks(rq, h, &p) : form_page(rq, h, &p, NULL);
}

/* Whoever writes back what he typed finds it in the form. */
enum err page_report_post(struct request *rq, struct html *h)
{
	struct family_page p;
	enum err e = report_send(rq->app, rq->arena, &rq->who, rq->arg[0], &rq->in, &rq->faults);

	if (!e)
		return done(rq, rq->http->path, SENT);
	if (e != ERR_INVALID && e != ERR_LIMIT && e != ERR_GONE)
		return e;
	enum err found = family_page_find(rq->app, rq->arena, rq->arg[0], &p);

	if (found == ERR_GONE)
		return page_gone(rq, h, &p);
	if (found)
		return found;
	rq->re->status = status_of(e);
	return form_page(
		rq, h, &p,
		e == ERR_LIMIT ?
			"Beaucoup de signalements sont partis de votre connexion aujourd’hui. Réessayez demain, ou appelez la Caf." :
			NULL);
}
