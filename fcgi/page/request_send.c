/* The end of a request: read again (picture 04), and sent. */
#include "fcgi/page/request_pages.h"

#include "acts/caf_texts.h"
#include "acts/request_review.h"

#include <string.h>

/* --- the recap --- */

struct recap {
	struct request *rq;
	struct html *h;
	const struct request_draft *d;
	bool change;
};

static void change_link(const struct recap *x, enum request_step step, const char *query, const char *what)
{
	if (x->change)
		html(x->h, "<dd><a href=\"{}{}\">Modifier<span class=\"vh\"> {}</span></a></dd>",
		     request_step_path(x->rq->arena, step), query, what);
	html(x->h, "</div>\n");
}

static void line(const struct recap *x, enum request_step step, const char *label, const char *text, const char *what)
{
	html(x->h, "<div><dt>{f}</dt><dd>{b}</dd>", label, text);
	change_link(x, step, "", what);
}

static void provider_lines(const struct recap *x)
{
	const struct grant_request *r = &x->d->r;
	struct arena *a = x->rq->arena;

	html(x->h, "<h2 id=\"organisme\">Votre organisme</h2>\n");
	if (!*r->name)
		return;
	html(x->h, "<dl class=\"summary\">\n");
	line(x, REQUEST_PROVIDER, "Organisme", r->name, "l’organisme");
	line(x, REQUEST_PROVIDER, "SIRET", r->siret, "le numéro SIRET");
	line(x, REQUEST_PROVIDER, "Adresse", arena_printf(a, "%s\n%s %s", r->address, r->postal_code, r->city),
	     "l’adresse");
	line(x, REQUEST_PROVIDER, "Signataire de la convention", r->signatory, "le signataire");
	line(x, REQUEST_PROVIDER, "Courriel et téléphone",
	     arena_printf(a, "%s\n%s", r->mail, text_phone_fr(a, r->phone)), "le courriel et le téléphone");
	html(x->h, "</dl>\n");
}

static enum err caf_name(struct request *rq, const char *code, const char **out)
{
	struct caf c;
	enum err e = caf_find(rq->app, rq->arena, code, &c);

	*out = e ? code : c.name;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err caf_lines(const struct recap *x)
{
	const char *name;
	enum err e = caf_name(x->rq, x->d->r.caf, &name);

	if (e)
		return e;
	html(x->h, "<h2 id=\"caf\">Votre Caf</h2>\n");
	if (!*x->d->r.caf)
		return ERR_OK;
	html(x->h, "<dl class=\"summary\">\n");
	line(x, REQUEST_CAF, "Caf destinataire", name, "la Caf destinataire");
	html(x->h, "</dl>\n");
	return ERR_OK;
}

static void names_list(const struct recap *x, const struct strs *ids)
{
	html(x->h, "<ul>");
	for (size_t i = 0; i < ids->n; i++)
		html(x->h, "<li>{}</li>", request_name_of(x->rq->app, x->rq->arena, &x->d->r, ids->v[i]));
	html(x->h, "</ul>");
}

static void list_line(const struct recap *x, enum request_step step, const char *label, const struct strs *ids,
		      const char *what)
{
	html(x->h, "<div id=\"{}\"><dt>{f}</dt><dd>", request_step_names[step],
	     arena_printf(x->rq->arena, "%s (%zu)", label, ids->n));
	if (ids->n)
		names_list(x, ids);
	else
		html(x->h, "Aucun");
	html(x->h, "</dd>");
	change_link(x, step, "", what);
}

static void person_rights(const struct recap *x, const struct request_person *p)
{
	if (strs_has(&p->listing, REQUEST_ALL))
		return;
	const struct {
		const char *label;
		const struct strs *ids;
	} lists[] = { { "Fonctionnement", &p->listing }, { "Places libres", &p->places } };

	for (size_t k = 0; k < LENGTH(lists); k++) {
		struct buf b = buf_new(x->rq->arena);

		for (size_t i = 0; i < lists[k].ids->n; i++)
			buf_printf(&b, "%s%s", i ? ", " : "",
				   request_name_of(x->rq->app, x->rq->arena, &x->d->r, lists[k].ids->v[i]));
		if (b.n)
			html(x->h, "<br><span class=\"small muted\">{f} : {}</span>", lists[k].label, buf_str(&b));
	}
}

static void people_lines(const struct recap *x)
{
	html(x->h, "<h2 id=\"personnes\">Personnes à habiliter</h2>\n");
	if (!x->d->n)
		return;
	html(x->h, "<dl class=\"summary\">\n");
	for (size_t i = 0; i < x->d->n; i++) {
		const struct request_person *p = &x->d->people[i];
		const char *name = request_person_name(x->rq->arena, p);

		html(x->h, "<div><dt>{}</dt><dd>{}<br>{}", name, p->title, p->mail);
		person_rights(x, p);
		html(x->h, "</dd>");
		change_link(x, REQUEST_PEOPLE, arena_printf(x->rq->arena, "?personne=%zu#personne", i + 1), name);
	}
	html(x->h, "</dl>\n");
}

enum err request_recap(struct request *rq, struct html *h, const struct request_draft *d, bool change)
{
	struct recap x = { rq, h, d, change };

	provider_lines(&x);
	enum err e = caf_lines(&x);

	if (e)
		return e;
	html(h, "<h2>Établissements</h2>\n<dl class=\"summary\">\n");
	list_line(&x, REQUEST_LISTING, "Informations de fonctionnement", &d->r.listing,
		  "les établissements pour le fonctionnement");
	list_line(&x, REQUEST_PLACES, "Places libres", &d->r.places, "les établissements pour les places libres");
	html(h, "</dl>\n");
	people_lines(&x);
	return ERR_OK;
}

/* --- the check --- */

/* What is still to do, as links to the steps. */
static enum err to_do(struct request *rq, struct html *h, const struct request_draft *d, bool *whole)
{
	struct faults faults = { 0 };
	enum err e = ERR_OK;

	for (int i = 0; i < REQUEST_STEPS && !e; i++) {
		enum request_progress progress;

		e = request_step_check(rq->app, rq->arena, d, (enum request_step)i, &faults, &progress);
	}
	*whole = !faults.n;
	if (e || !faults.n || rq->faults.n)
		return e;
	html(h, "<div class=\"note note-warn\">\n<p><strong>Votre demande n’est pas encore complète.</strong></p>\n<ul>\n");
	for (size_t i = 0; i < faults.n; i++)
		html(h, "<li><a href=\"" REQUEST_STEPS_PATH "/{}\">{f}</a></li>\n", faults.v[i].name, faults.v[i].value);
	html(h, "</ul>\n</div>\n");
	return ERR_OK;
}

static void send_form(struct request *rq, struct html *h, const struct request_draft *d)
{
	const struct form *form = request_send_form();
	const char *fault = fault_of(&rq->faults, "agents");

	form_open(rq, h, "", REQUEST_PATH "/transmettre");
	form_once(rq, h);
	field_hidden(h, "version", request_draft_mark(rq->arena, d));
	html(h, "<h2>Transmettre à la Caf</h2>\n");
	html(h, "<div class=\"{}\">\n", fault ? "field field-error" : "field");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-agents\">{f}</span>\n", fault);
	request_box(h, "agents", "agents", "oui", form->fields[0].label, NULL, input_has(&rq->in, "agents", "oui"));
	html(h, "</div>\n<div class=\"actions\"><button class=\"btn\">Transmettre la demande à la Caf</button>"
		"<a href=\"" REQUEST_PATH "/effacer\">Tout effacer</a></div>\n");
	form_close(h);
}

/* A right forgotten is easily mended before the sending: allowed, but told. */
static void untended(struct request *rq, struct html *h, const struct request_draft *d)
{
	const char *listing = request_untended(rq->app, rq->arena, &d->r, d->people, d->n, REQUEST_LISTING);
	const char *places = request_untended(rq->app, rq->arena, &d->r, d->people, d->n, REQUEST_PLACES);

	if (!*listing && !*places)
		return;
	html(h, "<div class=\"note note-warn\">\n");
	if (*listing)
		html(h, "<p>{f}.</p>\n", listing);
	if (*places)
		html(h, "<p>{f}.</p>\n", places);
	html(h, "<p>C’est permis. <a href=\"{}\">Revoir les droits des personnes</a></p>\n</div>\n",
	     request_step_path(rq->arena, REQUEST_PEOPLE));
}

static enum err check_page(struct request *rq, struct html *h, const struct request_draft *d, bool moved)
{
	const char *shared = request_shared_mail(rq->arena, d);
	bool whole;

	request_begin(rq, h, "Vérifiez votre demande",
		      "Relisez vos réponses avant de les transmettre à la Caf. Après l’envoi, vous ne pourrez plus les modifier en ligne.",
		      d);
	if (moved)
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>Votre demande a changé dans une autre fenêtre : rien n’est "
			"transmis. Relisez-la, puis transmettez-la.</p></div>\n");
	enum err e = to_do(rq, h, d, &whole);

	html(h, "<div class=\"cols\">\n<div>\n");
	if (!e)
		e = request_recap(rq, h, d, true);
	if (*shared)
		note(h, NOTE_WARN, shared);
	untended(rq, h, d);
	if (whole || rq->faults.n)
		send_form(rq, h, d);
	else
		html(h, "<p>Vous pourrez transmettre la demande quand les cinq étapes seront complètes.</p>\n");
	html(h,
	     "</div>\n<aside class=\"card\" aria-label=\"Ce qui se passe ensuite\">\n<h2>Et ensuite ?</h2>\n<ol>\n"
	     "<li>Vous recevez tout de suite un accusé de réception par courriel.</li>\n"
	     "<li>La Caf vérifie la demande et vous envoie la convention par la poste.</li>\n"
	     "<li>Vous la renvoyez signée.</li>\n"
	     "<li>La Caf ouvre l’accès : chaque personne reçoit son mot de passe par courriel.</li>\n</ol>\n</aside>\n</div>\n");
	request_end(rq, h);
	return e;
}

/* The browser's way back after the sending leads here. */
static enum err sent_page(struct request *rq, struct html *h, const struct request_draft *d)
{
	const char *number = request_draft_just_sent(d);

	request_begin(rq, h, arena_printf(rq->arena, "Votre demande %s est transmise", number), NULL, d);
	html(h,
	     "<p>Elle ne peut plus être modifiée en ligne. <a href=\"" REQUEST_PATH
	     "/confirmation/{}\">Voir la demande transmise</a></p>\n<p><a href=\"" REQUEST_STEPS_PATH
	     "\">Commencer une autre demande</a></p>\n",
	     number);
	request_end(rq, h);
	return ERR_OK;
}

enum err page_request_check(struct request *rq, struct html *h)
{
	struct request_draft d;
	enum err e = request_read_draft(rq, &d);

	if (e)
		return e;
	return request_draft_just_sent(&d) ? sent_page(rq, h, &d) : check_page(rq, h, &d, false);
}

/* What was confirmed were other people maybe: the box is ticked anew. */
static enum err moved_page(struct request *rq, struct html *h)
{
	struct request_draft d;
	enum err e = request_read_draft(rq, &d);

	if (e)
		return e;
	if (!request_draft_moved(rq->arena, &d, &rq->in))
		return ERR_CONFLICT;
	rq->re->status = 409;
	rq->in = (struct input){ 0 };
	rq->faults = (struct faults){ 0 };
	return check_page(rq, h, &d, true);
}

static enum err gone_page(struct request *rq, struct html *h)
{
	struct request_draft d;
	enum err e = request_read_draft(rq, &d);

	if (e)
		return e;
	d.lost = true;
	rq->re->status = 410;
	request_begin(rq, h, "Votre demande n’a pas été transmise", NULL, &d);
	html(h, "<p><a href=\"" REQUEST_STEPS_PATH "\">Recommencer la demande</a></p>\n");
	request_end(rq, h);
	return ERR_OK;
}

enum err page_request_send(struct request *rq, struct html *h)
{
	const char *number;
	struct request_draft d;
	enum err e = request_send(rq->app, rq->arena, &rq->who, request_token(rq), &rq->in, &rq->faults, &number);

	if (e == ERR_NOTFOUND)
		return gone_page(rq, h);
	if (e == ERR_INVALID) {
		rq->re->status = 422;
		e = request_read_draft(rq, &d);
		return e ? e : check_page(rq, h, &d, false);
	}
	if (e)
		return e == ERR_CONFLICT ? moved_page(rq, h) : e;
	request_keep_cookies(rq, request_token(rq));
	http_see_other(rq->re, arena_printf(rq->arena, REQUEST_PATH "/confirmation/%s", number));
	return ERR_OK;
}
