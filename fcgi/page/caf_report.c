/* A family's report before the Caf: what it says, an answer if one is due, who closed it. */
#include "fcgi/page/page.h"

#include "acts/report.h"

#include <string.h>

static enum err open_report(struct request *rq, struct report *r)
{
	enum err e = report_read(rq->app, rq->arena, rq->arg[0], r);

	if (e || strcmp(r->caf, rq->who.person.caf) == 0)
		return e;
	refuse_foreign(rq, "report", rq->arg[0], r->caf);
	return ERR_NOTFOUND;
}

static void head(struct request *rq, struct html *h, const struct report *r)
{
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_CAF,
				   .tab = "/caf",
				   .title = arena_printf(rq->arena, "Signalement : %s", r->name) });
	crumbs(h, "À traiter", "/caf", arena_printf(rq->arena, "%s, signalement", r->name), NULL);
	error_summary(rq, h);
	html(h,
	     "<p class=\"eyebrow\">Signalement d’une famille</p>\n<h1>{}</h1>\n<p class=\"meta\"><span>Reçu le <strong>{}</strong>"
	     "</span></p>\n",
	     r->name, time_fr(rq->arena, r->sent_at));
}

static void report_text(struct request *rq, struct html *h, const struct report *r)
{
	html(h,
	     "<h2>Ce que dit la famille</h2>\n<div class=\"card\"><p>{l}</p></div>\n<p><a href=\"/caf/etablissements/{u}\">Fiche de "
	     "l’établissement</a> – <a href=\"{}\">telle que les familles la voient</a></p>\n",
	     r->text, r->establishment_id, public_path(rq->arena, r->name, r->establishment_id));
}

static void answer_form(struct request *rq, struct html *h, const struct report *r)
{
	form_open(rq, h, "card decision", NULL);
	html(h, "<h2>Répondre et clore</h2>\n");
	if (*r->mail)
		html(h,
		     "<p>Votre réponse part telle quelle à <strong>{}</strong>, avec l’adresse de votre service. Cette adresse "
		     "est effacée quand vous clôturez, que vous répondiez ou non.</p>\n",
		     r->mail);
	else
		html(h, "<p>La famille n’a pas laissé d’adresse : ce que vous écrivez n’est pas envoyé, et reste ici pour vos "
			"collègues.</p>\n");
	field_of(rq, h, report_answer_form(), "reponse", "");
	html(h, "<div class=\"actions\"><button class=\"btn\">Clore le signalement</button></div>\n");
	form_close(h);
}

static void closed_note(struct request *rq, struct html *h, const struct report *r, bool refused)
{
	html(h, "<div class=\"note{}\" role=\"{}\"><p><strong>{}</strong> a clos ce signalement le {}{}.{}</p></div>\n",
	     refused ? " note-warn" : "", refused ? "alert" : "note", r->closer_name, time_fr(rq->arena, r->closed_at),
	     r->mailed ? " et a répondu à la famille" : "", refused ? " Votre réponse n’est pas partie." : "");
	if (*r->answer)
		html(h, "<h2>{}</h2>\n<p>{l}</p>\n", r->mailed ? "Réponse envoyée" : "Note de clôture", r->answer);
	if (refused)
		typed_values(rq, h);
	html(h, "<p class=\"small muted\">L’adresse de la famille n’est plus ici. Le signalement est effacé un an après sa "
		"réception.</p>\n<p><a href=\"/caf\">Retour à la liste</a></p>\n");
}

static enum err report_page(struct request *rq, struct html *h, const struct report *r, bool refused)
{
	head(rq, h, r);
	html(h, "<div class=\"cols-review\">\n<div>\n");
	report_text(rq, h, r);
	html(h, "</div>\n<aside aria-label=\"Réponse\">\n");
	if (r->closed_at)
		closed_note(rq, h, r, refused);
	else
		answer_form(rq, h, r);
	html(h, "</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_report(struct request *rq, struct html *h)
{
	struct report r;
	enum err e = open_report(rq, &r);

	return e ? e : report_page(rq, h, &r, false);
}

enum err page_caf_report_post(struct request *rq, struct html *h)
{
	struct report r;
	enum err e = open_report(rq, &r);

	if (e)
		return e;
	bool mailed = *r.mail && *input_get(&rq->in, "reponse");

	e = report_close(rq->app, rq->arena, &rq->who, &rq->in, &r, &rq->faults);
	if (!e)
		return done(rq, "/caf", mailed ? "signalement-repondu" : "signalement-clos");
	if (e != ERR_INVALID && e != ERR_CONFLICT)
		return e;
	rq->re->status = status_of(e);
	return report_page(rq, h, &r, e == ERR_CONFLICT);
}
