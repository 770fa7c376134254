/* An end of mission told by the provider's contact, who may have no account: his address, a link by mail, one report. */
#include "fcgi/page/page.h"

#include "acts/departure.h"
#include "acts/listing_rules.h"

#include <string.h>

#define HERE "/fin-de-mission"
#define ASKED "Si cette adresse est celle du contact d’un organisme, un courriel est parti."

static const struct field ask_fields[] = {
	{ .name = "courriel",
	  .label = "Adresse de courriel du contact de l’organisme",
	  .kind = FIELD_MAIL,
	  .required = true,
	  .hint = "Celle que votre Caf connaît, comme contact@ville.example",
	  .missing = "Saisissez l’adresse de courriel du contact",
	  .autocomplete = "email" },
};

const struct form *form_departure_ask(void)
{
	static const struct form form = { ask_fields, LENGTH(ask_fields) };

	return &form;
}

static const struct field link_fields[] = {
	{ .name = "personne", .label = "Personnes qui partent", .kind = FIELD_SET },
	FIELD_LAST_DAY,
};

const struct form *form_departure_link(void)
{
	static const struct form form = { link_fields, LENGTH(link_fields) };

	return &form;
}

static void open_page(struct request *rq, struct html *h, const char *title)
{
	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = title, .tab = "/connexion" });
	error_summary(rq, h);
	html(h, "<div class=\"narrow\">\n<h1>{f}</h1>\n", title);
}

static enum err close_page(struct request *rq, struct html *h)
{
	html(h, "</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

/* --- asking --- */

static enum err ask_page(struct request *rq, struct html *h, const char *refusal)
{
	open_page(rq, h, "Signaler une fin de mission");
	html(h, "<p class=\"lead\">Une personne habilitée quitte votre organisme ? Son accès doit être fermé tout de suite.</p>\n"
		"<p>Vous êtes le contact de l’organisme et vous n’avez pas d’accès : nous vous envoyons un lien par courriel. Vous avez "
		"un accès : passez par <a href=\"/espace-pro/convention\">Convention et agents</a>.</p>\n");
	if (refusal)
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>{f}</p></div>\n", refusal);
	form_open(rq, h, "card", HERE);
	field_of(rq, h, form_departure_ask(), "courriel", "w-m");
	html(h, "<div class=\"actions\"><button class=\"btn\">Recevoir un lien</button></div>\n");
	form_close(h);
	html(h, "<p class=\"small muted\">Votre adresse a changé ? Contactez votre Caf.</p>\n");
	return close_page(rq, h);
}

enum err page_departure_ask(struct request *rq, struct html *h)
{
	return ask_page(rq, h, NULL);
}

enum err page_departure_ask_post(struct request *rq, struct html *h)
{
	int64_t retry_at;

	input_check(rq->arena, form_departure_ask(), &rq->in, &rq->faults);
	if (rq->faults.n) {
		rq->re->status = 422;
		return ask_page(rq, h, NULL);
	}
	enum err e = departure_link_ask(rq->app, rq->arena, &rq->who, input_get(&rq->in, "courriel"), &retry_at);

	if (e == ERR_LIMIT) {
		rq->re->status = 429;
		/* the hour shown is never before the window's end */
		return ask_page(rq, h,
				arena_printf(rq->arena,
					     "Trop de demandes depuis votre adresse. Réessayez à %s, ou appelez votre Caf.",
					     time_hour_fr(rq->arena, retry_at + MINUTE_MS - 1)));
	}
	if (e)
		return e;
	http_see_other(rq->re, HERE "/envoye");
	return ERR_OK;
}

enum err page_departure_sent(struct request *rq, struct html *h)
{
	open_page(rq, h, "Consultez vos courriels");
	html(h, "<div class=\"note note-ok\" role=\"status\"><p>" ASKED "</p></div>\n"
		"<p>Il contient un lien valable 24 heures, qui sert une seule fois : vous y choisirez les personnes qui partent.</p>\n"
		"<h2>Rien reçu après quelques minutes ?</h2>\n<ul>\n<li>Regardez dans les courriels indésirables.</li>\n"
		"<li>Attendez 5 minutes avant de <a href=\"" HERE "\">refaire une demande</a>.</li>\n"
		"<li>C’est urgent ? Appelez votre Caf.</li>\n</ul>\n");
	return close_page(rq, h);
}

/* --- by the link --- */

/* Used, over, or cut by a mail program: which of them cannot be told. */
static enum err dead_link(struct request *rq, struct html *h)
{
	rq->re->status = 410;
	open_page(rq, h, "Ce lien ne sert plus");
	html(h, "<p class=\"lead\">Il a déjà servi, ou ses 24 heures sont passées. Rien n’a été enregistré.</p>\n"
		"<p>Si l’adresse du courriel est coupée en deux lignes, recopiez-la en entier.</p>\n"
		"<div class=\"actions\"><a class=\"btn\" href=\"" HERE "\">Demander un autre lien</a></div>\n");
	return close_page(rq, h);
}

static void person_choice(struct request *rq, struct html *h, const struct person *p, bool first)
{
	const char *id = first ? "personne" : arena_printf(rq->arena, "personne-%s", p->number);

	one_box(rq, h, id, "personne", p->number,
		arena_printf(rq->arena, "%s%s%s", p->name, *p->title ? ", " : "", p->title));
}

static void people_choices(struct request *rq, struct html *h, const struct departure_link *link)
{
	const char *fault = fault_of(&rq->faults, "personne");
	bool first = true;

	html(h, "<fieldset class=\"field{}\"><legend>Personnes qui partent</legend>\n", fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-personne\">{f}</span>\n", fault);
	for (size_t i = 0; i < link->n; i++) {
		const struct person *p = &link->people[i];

		if (!departure_may_report(p)) {
			html(h, "<p class=\"muted\">{} : accès déjà fermé</p>\n", p->name);
			continue;
		}
		person_choice(rq, h, p, first);
		first = false;
	}
	html(h, "</fieldset>\n");
}

static bool has_open(const struct departure_link *link)
{
	for (size_t i = 0; i < link->n; i++)
		if (departure_may_report(&link->people[i]))
			return true;
	return false;
}

static enum err link_page(struct request *rq, struct html *h, const struct departure_link *link, const char *moved)
{
	open_page(rq, h, "Signaler une fin de mission");
	html(h, "<p class=\"lead\">{}</p>\n", link->provider.name);
	if (moved)
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>{f}</p></div>\n", moved);
	if (!has_open(link)) {
		html(h, "<p>Aucune personne de votre organisme n’a d’accès ouvert : il n’y a rien à signaler.</p>\n");
		return close_page(rq, h);
	}
	note(h, NOTE_WARN,
	     "L’accès est suspendu tout de suite et les sessions sont fermées. La Caf est prévenue : elle seule peut le rouvrir.");
	form_open(rq, h, "card", NULL);
	people_choices(rq, h, link);
	field_of(rq, h, form_departure_link(), "fin", "w-s");
	html(h, "<div class=\"actions\"><button class=\"btn btn-danger\">Signaler la fin de mission</button></div>\n");
	form_close(h);
	html(h, "<p class=\"small muted\">Ce lien sert une seule fois : cochez toutes les personnes qui partent.</p>\n");
	return close_page(rq, h);
}

/* Opening it uses nothing up: mail programs open links before people do. */
enum err page_departure_link(struct request *rq, struct html *h)
{
	struct departure_link link;
	enum err e = departure_link_find(rq->app, rq->arena, rq->arg[0], visitor_now(&rq->who), &link);

	if (e)
		return e == ERR_NOTFOUND ? dead_link(rq, h) : e;
	rq->in = input_with(rq->arena, &rq->in, "fin", day_slashes(rq->arena, day_today()));
	return link_page(rq, h, &link, NULL);
}

/* What was typed is kept, beside the people as they are by now. */
static enum err link_moved(struct request *rq, struct html *h)
{
	struct departure_link link;
	enum err e = departure_link_find(rq->app, rq->arena, rq->arg[0], visitor_now(&rq->who), &link);

	if (e)
		return e == ERR_NOTFOUND ? dead_link(rq, h) : e;
	rq->re->status = 409;
	return link_page(rq, h, &link, rq->faults.n ? NULL : DEPARTURE_MOVED);
}

enum err page_departure_link_post(struct request *rq, struct html *h)
{
	struct departure_form form = { .numbers = input_all(rq->arena, &rq->in, "personne"),
				       .end = input_get(&rq->in, "fin") };
	struct departure_link link;
	enum err e = ERR_OK;

	if (!act_was_done(rq->app, &rq->who)) {
		e = departure_link_find(rq->app, rq->arena, rq->arg[0], visitor_now(&rq->who), &link);
		if (e)
			return e == ERR_NOTFOUND ? dead_link(rq, h) : e;
		e = departure_link_report(rq->app, rq->arena, &rq->who, &link, &form, &rq->faults);
	}
	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return link_page(rq, h, &link, NULL);
	}
	if (e)
		return e == ERR_CONFLICT ? link_moved(rq, h) : e;
	http_see_other(rq->re, HERE "/signalee");
	return ERR_OK;
}

enum err page_departure_done(struct request *rq, struct html *h)
{
	open_page(rq, h, "Fin de mission signalée");
	html(h, "<div class=\"note note-ok\" role=\"status\"><p>L’accès est suspendu, et la Caf est prévenue.</p></div>\n"
		"<p>La Caf confirme la fin de mission. Une erreur ? Appelez votre Caf : elle peut rouvrir l’accès.</p>\n<p>Pour signaler un autre départ, <a href=\"" HERE
		"\">demandez un autre lien</a>.</p>\n");
	return close_page(rq, h);
}
