/* Errors as pages: one sentence, one way out. */
#include "fcgi/page/page.h"

#include <string.h>

static const struct {
	int status;
	const char *title;
	const char *text;
} pages[ERR__MAX] = {
	[ERR_OK] = { 200, "", "" },
	[ERR_NOTFOUND] = { 404, "Page introuvable", "Cette adresse ne correspond à aucune page." },
	[ERR_GONE] = { 410, "Cette fiche n’est plus publiée", "L’établissement n’est plus présenté sur ce site." },
	[ERR_CONFLICT] = { 409, "Quelqu’un a été plus rapide",
			   "Ce que vous aviez sous les yeux a changé entre-temps. Rien n’a été enregistré." },
	[ERR_INVALID] = { 422, "Réponse à corriger", "Une réponse ne convient pas. Rien n’a été enregistré." },
	[ERR_MALFORMED] = { 400, "Demande illisible", "Le site n’a pas compris cette demande. Rien n’a été enregistré." },
	[ERR_TOOLARGE] = { 413, "Envoi trop volumineux", "Cet envoi dépasse la taille permise. Rien n’a été enregistré." },
	[ERR_DENIED] = { 403, "Accès refusé", "Votre compte ne permet pas cette action. Rien n’a été enregistré." },
	[ERR_LOGIN] = { 303, "", "" },
	[ERR_LIMIT] = { 429, "Trop d’envois",
			"Vous avez fait beaucoup d’envois en une minute. Attendez un peu, puis recommencez." },
	[ERR_UNAVAILABLE] = { 503, "Service momentanément indisponible",
			      "Une partie du service ne répond pas. Rien n’a été enregistré. Réessayez dans quelques minutes." },
	[ERR_UNKNOWN] = { 503, "Votre envoi est peut-être enregistré",
			  "Nous ne savons pas si votre envoi est enregistré. Renvoyez-le : il ne sera pas compté deux fois." },
	[ERR_FULL] = { 503, "Service momentanément indisponible",
		       "Le service ne peut rien enregistrer pour l’instant. Réessayez dans quelques minutes." },
	[ERR_CORRUPT] = { 500, "Erreur du service", "Le service a rencontré une erreur. Rien n’a été enregistré." },
	[ERR_INTERNAL] = { 500, "Erreur du service", "Le service a rencontré une erreur. Rien n’a été enregistré." },
};

#define OLD_FORM \
	"Cette page date d’une session précédente. Rien n’a été enregistré. Rouvrez-la, puis recopiez votre texte."

#define WRONG_METHOD "Passez par les liens et les boutons du site. Rien n’a été enregistré."

int status_of(enum err e)
{
	return (unsigned)e < ERR__MAX ? pages[e].status : 500;
}

static const struct field *field_typed(struct request *rq, const struct pair *p)
{
	const struct form *form = rq->of ? rq->of : rq->route->form ? rq->route->form() : NULL;
	const struct field *f = form ? form_field(form, p->name) : NULL;

	return f && f->kind != FIELD_PASSWORD ? f : NULL;
}

/* Under the same id: it is not done twice. A password is not carried in a page. */
static void send_again(struct request *rq, struct html *h)
{
	for (size_t i = 0; rq->route->form && i < rq->posted.n; i++) {
		const struct field *f = form_field(rq->route->form(), rq->posted.v[i].name);

		if (f && f->kind == FIELD_PASSWORD)
			return;
	}
	form_open(rq, h, "card", NULL);
	if (!rq->who.known)
		form_once(rq, h);
	for (size_t i = 0; i < rq->posted.n; i++)
		if (field_typed(rq, &rq->posted.v[i]))
			field_hidden(h, rq->posted.v[i].name, rq->posted.v[i].value);
	html(h, "<div class=\"actions\"><button class=\"btn\">Renvoyer</button></div>\n");
	form_close(h);
}

/* What a comparison speaks of stands in the draft. */
static void take_draft(struct request *rq)
{
	struct listing_state st;

	if (rq->route->form != form_listing_send || listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st) ||
	    !st.draft.rev)
		return;
	rq->in = draft_input(rq->arena, &st.draft);
	rq->of = form_listing();
}

void typed_values(struct request *rq, struct html *h)
{
	size_t n = 0;

	if (rq->http->method != METHOD_POST && !rq->kept)
		return;
	take_draft(rq);
	for (size_t i = 0; i < rq->in.n; i++) {
		const struct pair *p = &rq->in.v[i];
		const struct field *f = field_typed(rq, p);

		if (!f || !*p->value || f->kind == FIELD_TOKEN || f->kind == FIELD_BUTTON || strcmp(f->name, "base") == 0)
			continue;
		if (!n++)
			html(h, "<h2>Ce que vous aviez écrit</h2>\n<dl class=\"summary\">\n");
		html(h, "<div><dt>{f}</dt><dd><p>{l}</p></dd></div>\n", f->label,
		     f->choices && choice_has(f->choices, p->value) ? choice_label(f->choices, p->value) : p->value);
	}
	if (n)
		html(h, "</dl>\n");
}

void page_error(struct request *rq, struct html *h, enum err e, const char *incident)
{
	bool posted = rq->http->method == METHOD_POST && rq->in.n && rq->route;
	bool again = e == ERR_UNKNOWN || e == ERR_UNAVAILABLE || e == ERR_FULL || e == ERR_LIMIT;

	rq->faults = (struct faults){ 0 };
	rq->re->status = status_of(e);
	if (rq->re->status == 503 || rq->re->status == 429)
		http_header(rq->re, "Retry-After", "%d", rq->re->status == 429 ? 60 : 30);
	const char *title = rq->wrong_method ? "Cette page s’ouvre autrement" : pages[e].title;

	page_begin(rq, h, &(struct page){ .space = space_of(&rq->who), .title = title });
	html(h, "<div class=\"narrow\">\n<h1>{f}</h1>\n<p class=\"lead\">{f}</p>\n", title,
	     rq->wrong_method ? WRONG_METHOD :
	     rq->old_form     ? OLD_FORM :
				pages[e].text);
	if (rq->old_form && *form_page_of(rq->arena, rq->http->path))
		html(h, "<p><a href=\"{}\">Rouvrir la page</a></p>\n", form_page_of(rq->arena, rq->http->path));
	if (incident)
		html(h, "<p>Si l’erreur revient, signalez le numéro d’incident <strong class=\"num\">{}</strong>.</p>\n",
		     incident);
	if (posted && again)
		send_again(rq, h);
	if ((posted || rq->kept) && rq->who.known && (again || e == ERR_DENIED || e == ERR_CONFLICT))
		typed_values(rq, h);
	if (rq->who.known)
		html(h, "<p><a href=\"{}\">Retour à votre espace</a></p>\n", home_of(rq->who.roles));
	else
		html(h, "<p><a href=\"/\">Retour à l’accueil</a></p>\n");
	html(h, "</div>\n");
	page_end(rq, h);
}
