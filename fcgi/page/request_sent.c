/* What whoever sent a request reads of it (picture 05): the number, what comes or what became of it, the acknowledgement. */
#include "fcgi/page/request_pages.h"

#include "acts/acknowledgement.h"
#include "acts/caf_texts.h"
#include "acts/outcome.h"
#include "acts/request_review.h"
#include "base/french.h"

#include <string.h>

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

static void service_card(struct request *rq, struct html *h, const struct caf *c, const char *title, const char *what)
{
	html(h, "<div class=\"card\">\n<h2>{f}</h2>\n<p>{}, {}<br>{b}<br>", title, c->name, c->service,
	     caf_address(rq->arena, c));
	phone_link(h, rq->arena, c->phone);
	html(h, " – <a href=\"mailto:{}\">{}</a></p>\n<p>{f}</p>\n</div>\n", c->mail, c->mail, what);
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

/* Not of this browser, or no more: the same words for a number that is given and for one that is not. */
static enum err not_here(struct request *rq, struct html *h)
{
	const char *number = rq->arg[0];
	struct caf c;
	bool ours = request_is_number(number) && !caf_offered(rq->app, rq->arena, request_caf(rq->arena, number), &c);

	rq->re->status = 404;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PUBLIC, .title = "Confirmation introuvable", .tab = REQUEST_PATH });
	html(h,
	     "<div class=\"narrow\">\n<h1>Cette confirmation ne peut pas être affichée ici</h1>\n<p class=\"lead\">La confirmation d’une demande "
	     "d’habilitation se lit pendant {} jours, et seulement sur le navigateur qui l’a transmise.</p>\n<ul>\n",
	     html_number(h, REQUEST_KEPT_MS / DAY_MS));
	if (request_is_number(number))
		html(h, "<li>Le numéro à la fin de cette adresse, <strong class=\"num\">{}</strong>, sert à parler de la demande avec la Caf.</li>\n",
		     number);
	html(h, "<li>L’accusé de réception d’une demande est un courriel envoyé à l’adresse de contact de l’organisme. Son objet commence par "
		"« Accusé de réception de votre demande » ; cherchez-le aussi dans les courriers indésirables.</li>\n"
		"<li>Vous ne le retrouvez pas, ou vous voulez savoir où en est la demande ? Demandez au service de la Caf, en rappelant le numéro : il "
		"peut renvoyer l’accusé de réception.</li>\n</ul>\n");
	if (ours)
		service_card(rq, h, &c, "Service chargé des demandes d’habilitation",
			     "Ce service répond à l’organisme qui a fait la demande.");
	html(h, "<p><a href=\"" REQUEST_PATH "\">Demander une habilitation</a></p>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_request_sent(struct request *rq, struct html *h)
{
	struct request_draft d = { .lost = false };
	struct caf c;
	bool print = *input_get(&rq->in, "version");
	enum err e = request_sent(rq->app, rq->arena, &rq->who, request_token(rq), rq->arg[0], &d.r);

	if (e == ERR_NOTFOUND)
		return not_here(rq, h);
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
	service_card(rq, h, &c, "Service chargé de votre demande",
		     "Pour changer quelque chose dans la demande, écrivez à ce service en rappelant le numéro.");
	e = whole_text(rq, h, &d, print);
	html(h, "</div>\n");
	page_end(rq, h);
	return e;
}
