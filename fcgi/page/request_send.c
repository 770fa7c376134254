/* The end of a request: read again (picture 04), sent, confirmed (picture 05). */
#include "fcgi/page/request_pages.h"

#include "acts/acknowledgement.h"
#include "acts/caf_texts.h"
#include "acts/outcome.h"
#include "acts/request_review.h"
#include "base/french.h"

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

/* --- sent --- */

static const struct choice version_choices[] = { { "imprimer", "À imprimer" }, { NULL, NULL } };
static const struct field sent_fields[] = {
	{ .name = "version", .label = "Version", .kind = FIELD_CHOICE, .choices = version_choices },
};

const struct form *form_request_sent(void)
{
	static const struct form form = { sent_fields, LENGTH(sent_fields) };

	return &form;
}

static bool is_lost(const struct outcome *o)
{
	return strcmp(o->state, "refused") == 0 || strcmp(o->state, "failed") == 0 || strcmp(o->state, "expired") == 0;
}

static enum err mail_words(struct request *rq, struct html *h, const struct grant_request *r)
{
	struct outcome o;
	enum err e = outcome_of(rq->app, rq->arena, acknowledgement_key(rq->arena, r->number), &o);
	int64_t at = o.at ? o.at : r->sent_at;

	if (e && e != ERR_NOTFOUND)
		return e;
	if (is_lost(&o))
		html(h,
		     "<div class=\"note note-warn\"><p><strong>L’accusé de réception n’a pas pu partir à {} : notez votre numéro.</strong> "
		     "Il est aussi sur cette page.</p></div>\n",
		     r->mail);
	else if (o.tries && strcmp(o.state, "waiting") == 0)
		html(h,
		     "<div class=\"note note-warn\"><p><strong>L’accusé de réception n’est pas encore parti vers {} : notez votre numéro."
		     "</strong> Nous essayons de nouveau.</p></div>\n",
		     r->mail);
	else if (strcmp(o.state, "waiting") == 0)
		html(h,
		     "<p>Un accusé de réception part dans la minute vers <strong>{}</strong>. S’il n’arrive pas d’ici une heure, "
		     "regardez dans les courriers indésirables.</p>\n",
		     r->mail);
	else
		html(h,
		     "<p>Nous avons envoyé un accusé de réception à <strong>{}</strong> le {}. S’il n’arrive pas d’ici une heure, "
		     "regardez dans les courriers indésirables.</p>\n",
		     r->mail,
		     arena_printf(rq->arena, "%s %s", weekday_inside[day_weekday(day_of(at))], time_fr(rq->arena, at)));
	return ERR_OK;
}

/* « Agnès Thivolle et Damien Roussac reçoivent chacun leur mot de passe » */
static const char *people_words(struct request *rq, const struct request_draft *d)
{
	struct strs names = { 0 };

	if (d->n > 4)
		return arena_printf(rq->arena, "Les %zu personnes reçoivent chacune leur mot de passe", d->n);
	for (size_t i = 0; i < d->n; i++)
		strs_add(rq->arena, &names, request_person_name(rq->arena, &d->people[i]));
	return arena_printf(rq->arena, d->n > 1 ? "%s reçoivent chacun leur mot de passe" : "%s reçoit son mot de passe",
			    french_list(rq->arena, &names));
}

static void what_comes(struct request *rq, struct html *h, const struct request_draft *d, const struct caf *c)
{
	bool rejects = strcmp(c->silence, "rejet") == 0;

	html(h,
	     "<h2>Ce qui va se passer</h2>\n<ol>\n<li>La {} {} votre demande.</li>\n"
	     "<li>Elle envoie la convention par la poste à l’adresse de votre organisme, {}.</li>\n"
	     "<li>Quand elle la reçoit signée, elle ouvre l’accès. {f} par courriel.</li>\n</ol>\n"
	     "<p>Sans réponse de la Caf avant le <strong>{}</strong>, la demande est considérée comme {}. L’accusé de réception explique {}."
	     "</p>\n",
	     c->name, strcmp(d->r.state, "checked") == 0 ? "a vérifié" : "vérifie", d->r.name, people_words(rq, d),
	     day_fr(rq->arena, (day_t)d->r.silence), rejects ? "refusée" : "acceptée",
	     rejects ? "les recours possibles" : "comment obtenir une attestation");
}

static void what_follows(struct request *rq, struct html *h, const struct request_draft *d, const struct caf *c)
{
	html(h, "<h2>Où en est votre demande</h2>\n");
	if (strcmp(d->r.state, "agreement_sent") == 0)
		html(h,
		     "<p><strong>La convention est partie par la poste le {}</strong>, à l’adresse de votre organisme, {}. Renvoyez-la "
		     "signée à la {}.</p>\n<p>Quand elle la reçoit, elle ouvre l’accès. {f} par courriel.</p>\n",
		     day_fr(rq->arena, (day_t)d->r.posted), d->r.name, c->name, people_words(rq, d));
	else
		html(h, "<p><strong>La {} a reçu la convention signée ; elle va ouvrir les accès.</strong></p>\n<p>{f} par courriel.</p>\n",
		     c->name, people_words(rq, d));
}

/* The mail that tells the decision did not arrive: the service is all that is left to tell it. */
static const char *lost_words(struct request *rq, const struct grant_request *r)
{
	struct outcome o;

	return !outcome_of(rq->app, rq->arena, closing_key(rq->arena, r->number), &o) && is_lost(&o) ?
		       "Le courriel qui en donne le motif n’a pas pu être remis : appelez le service ci-dessous." :
		       NULL;
}

/* Decided: its state and what to do now, no more; the reason is for the provider's mailbox. */
static void what_became(struct request *rq, struct html *h, const struct grant_request *r, const struct caf *c)
{
	const char *day = day_fr(rq->arena, day_of(r->decided_at)), *lost = lost_words(rq, r);

	html(h, "<h2>Où en est votre demande</h2>\n");
	if (strcmp(r->state, "active") == 0) {
		html(h,
		     "<p><strong>L’habilitation est active depuis le {}.</strong> Chaque nouvelle personne reçoit par courriel son "
		     "identifiant et un mot de passe provisoire. <a href=\"/connexion\">Se connecter</a></p>\n",
		     day);
		return;
	}
	if (strcmp(r->state, "refused") == 0)
		html(h, "<p><strong>La {} n’a pas accepté cette demande, le {}.</strong> {f}</p>\n", c->name, day,
		     lost ? lost : "Le motif est dans le courriel envoyé à votre organisme.");
	else
		html(h, "<p><strong>Cette demande est retirée depuis le {}</strong>, comme votre organisme l’a demandé. {f}</p>\n",
		     day, lost ? lost : "Si ce n’est pas le cas, prévenez le service ci-dessous.");
	html(h, "<p>Vous pouvez transmettre une nouvelle demande. <a href=\"" REQUEST_STEPS_PATH
		"\">Commencer une autre demande</a></p>\n");
}

static bool is_decided(const struct grant_request *r)
{
	return strcmp(r->state, "active") == 0 || strcmp(r->state, "refused") == 0 || strcmp(r->state, "withdrawn") == 0;
}

static void service_card(struct request *rq, struct html *h, const struct caf *c)
{
	html(h, "<div class=\"card\">\n<h2>Service chargé de votre demande</h2>\n<p>{}, {}<br>{b}<br>", c->name,
	     c->service, caf_address(rq->arena, c));
	phone_link(h, rq->arena, c->phone);
	html(h,
	     " – <a href=\"mailto:{}\">{}</a></p>\n<p>Pour changer quelque chose dans la demande, écrivez à ce service en rappelant "
	     "le numéro.</p>\n</div>\n",
	     c->mail, c->mail);
}

/* On the page to print everything stands: the acknowledgement, and what was sent. */
static enum err whole_text(struct request *rq, struct html *h, const struct request_draft *d, bool print)
{
	const char *text;
	enum err e = acknowledgement_text(rq->app, rq->arena, &d->r, &text);

	if (e)
		return e;
	if (!print) {
		html(h, "<details>\n<summary>Lire l’accusé de réception</summary>\n<p>{l}</p>\n</details>\n", text);
		html(h, "<div class=\"actions\"><a class=\"btn btn-alt\" href=\"?version=imprimer\">Voir la page à imprimer</a>"
			"<a href=\"/\">Revenir à l’accueil</a></div>\n");
		return ERR_OK;
	}
	html(h, "<h2>Accusé de réception</h2>\n<p>{l}</p>\n", text);
	return request_recap(rq, h, d, false);
}

enum err page_request_sent(struct request *rq, struct html *h)
{
	struct request_draft d = { .lost = false };
	struct caf c;
	bool print = *input_get(&rq->in, "version");
	enum err e = request_sent(rq->app, rq->arena, &rq->who, request_token(rq), rq->arg[0], &d.r);

	if (!e)
		e = request_people(rq->arena, &d.r, &d.people, &d.n);
	if (!e)
		e = caf_find(rq->app, rq->arena, d.r.caf, &c);
	if (e)
		return e;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PUBLIC,
				   .title = arena_printf(rq->arena, "Demande transmise à la %s", c.name),
				   .tab = REQUEST_PATH });
	html(h,
	     "<div class=\"narrow\">\n<div class=\"panel\" role=\"status\">\n<h1>Demande transmise</h1>\n<p>Votre numéro de demande "
	     "<strong class=\"num\">{}</strong></p>\n</div>\n",
	     d.r.number);
	if (is_decided(&d.r))
		what_became(rq, h, &d.r, &c);
	else if ((e = mail_words(rq, h, &d.r)))
		return e;
	else if (request_awaits_answer(&d.r))
		what_comes(rq, h, &d, &c);
	else
		what_follows(rq, h, &d, &c);
	service_card(rq, h, &c);
	e = whole_text(rq, h, &d, print);
	html(h, "</div>\n");
	page_end(rq, h);
	return e;
}
