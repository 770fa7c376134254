/* Beside a request before the Caf: what follows, how its mails fared, what happened. */
#include "fcgi/page/caf_request.h"

#include "acts/acknowledgement.h"
#include "acts/queue.h"
#include "base/french.h"

#include <string.h>

#define NAMED_MOST 6 /* people a sentence names one by one */

/* How a mail about the request fared, in a sentence. */
static const char *mail_fared(struct request *rq, const struct outcome *o)
{
	return strcmp(o->state, "sent") == 0    ? arena_printf(rq->arena, "Parti le %s.", time_fr(rq->arena, o->at)) :
	       strcmp(o->state, "waiting") == 0 ? "En attente d’envoi." :
						  "Le courriel n’a pas pu être remis. Vérifiez l’adresse.";
}

/* The address a form opens with: what was typed in it, and not what was typed in another one of the page before. */
static void address_in(struct request *rq, const struct form *form, const char *address)
{
	const struct form *typed = rq->of ? rq->of : rq->route->form ? rq->route->form() : NULL;

	if (typed != form || !*input_get(&rq->in, "courriel"))
		rq->in = input_with(rq->arena, &rq->in, "courriel", address);
}

/* What was decided must reach the provider: here it is seen whether it did, and sent again. */
void caf_request_closing_mail(struct request *rq, struct html *h, const struct request_file *f)
{
	struct outcome o;

	if (outcome_of(rq->app, rq->arena, closing_key(rq->arena, f->r.number), &o))
		return;
	const char *to = closing_address(rq->app, rq->arena, &f->r);

	address_in(rq, form_request_tell(), to);
	form_open(rq, h, "card", caf_request_path(rq, f, "/motif"));
	html(h, "<h2>Courriel à l’organisme</h2>\n<p>{f}</p>\n", mail_fared(rq, &o));
	field_hidden(h, "adresse_vue", to);
	field_of(rq, h, form_request_tell(), "courriel", "w-l");
	html(h, "<div class=\"actions\"><button class=\"btn btn-alt btn-small\">Renvoyer le courriel</button></div>\n");
	form_close(h);
}

static enum err newcomers(struct request *rq, const struct request_file *f, struct strs *out)
{
	struct strs names = { 0 }, known = { 0 };
	struct provider provider;
	enum err e = request_provider(rq->app, rq->arena, &f->r, &provider);
	bool there = !e;

	if (e && e != ERR_NOTFOUND)
		return e;
	for (size_t i = 0; i < f->people_n; i++) {
		const struct request_person *p = &f->people[i];
		struct person k;

		e = there ? request_known(rq->app, rq->arena, provider.key, p, &k) : ERR_NOTFOUND;
		if (e && e != ERR_NOTFOUND)
			return e;
		/* an account is one person's: of two under one name and address the second is new */
		if (e || strs_has(&known, k.number))
			strs_add(rq->arena, &names, arena_printf(rq->arena, "%s %s", p->given_name, p->surname));
		else
			strs_add(rq->arena, &known, k.number);
	}
	*out = names;
	return ERR_OK;
}

enum err caf_request_newcomers(struct request *rq, const struct request_file *f, size_t *n)
{
	struct strs names;
	enum err e = newcomers(rq, f, &names);

	if (!e)
		*n = names.n;
	return e;
}

/* « Agnès Thivolle et Damien Roussac recevront chacun », « Les 12 nouvelles personnes recevront chacune » */
static const char *who_receives(struct arena *a, const struct strs *names, bool all)
{
	if (names->n > NAMED_MOST)
		return arena_printf(a, "Les %zu %s recevront chacune par courriel leur", names->n,
				    all ? "personnes à habiliter" : "nouvelles personnes");
	return arena_printf(a, names->n > 1 ? "%s recevront chacun par courriel leur" : "%s recevra par courriel son",
			    french_list(a, names));
}

static enum err after_activation(struct request *rq, struct html *h, const struct request_file *f)
{
	struct strs names;
	enum err e = newcomers(rq, f, &names);

	if (e)
		return e;
	html(h, "<div class=\"card\">\n<h2>Après l’activation</h2>\n");
	if (names.n)
		html(h, "<p>{} identifiant et un mot de passe provisoire de 8 caractères.</p>\n",
		     who_receives(rq->arena, &names, names.n == f->people_n));
	if (names.n < f->people_n)
		html(h, "<p>{f} : l’accès et le mot de passe d’aujourd’hui sont gardés, sans courriel.</p>\n",
		     f->people_n - names.n > 1 ?
			     arena_printf(rq->arena, "%zu personnes sont déjà connues", f->people_n - names.n) :
			     "1 personne est déjà connue");
	if (names.n)
		html(h, "<p class=\"muted small\">Le mot de passe n’est jamais affiché ici.</p>\n");
	html(h, "</div>\n");
	return ERR_OK;
}

/* How the acknowledgement fared, and the form that sends it again, to another address maybe. */
static void acknowledgement(struct request *rq, struct html *h, const struct request_file *f)
{
	struct outcome o;
	bool known = !outcome_of(rq->app, rq->arena, acknowledgement_key(rq->arena, f->r.number), &o);

	const char *to = known && *o.to ? o.to : f->r.mail;

	address_in(rq, form_request_acknowledge(), f->r.mail);
	form_open(rq, h, "card", caf_request_path(rq, f, "/accuse"));
	html(h, "<h2>Accusé de réception</h2>\n<p class=\"small\">À {}. {f}</p>\n", to,
	     known ? mail_fared(rq, &o) : "Aucun courriel connu.");
	field_hidden(h, "adresse_vue", f->r.mail);
	field_of(rq, h, form_request_acknowledge(), "courriel", "");
	html(h, "<button class=\"btn btn-alt btn-small\">Renvoyer l’accusé</button>\n");
	form_close(h);
}

static void history(struct request *rq, struct html *h, const struct request_file *f)
{
	html(h, "<div class=\"card\">\n<h2>Historique</h2>\n<ul class=\"history\">\n");
	for (size_t i = f->events_n; i > 0; i--) {
		const struct request_event *ev = &f->events[i - 1];

		html(h, "<li><time datetime=\"{}\">{}</time>{}", time_iso(rq->arena, ev->at),
		     arena_printf(rq->arena, "%s, %s", day_fr(rq->arena, day_of(ev->at)), time_hour_fr(rq->arena, ev->at)),
		     choice_label(request_event_choices, ev->what));
		if (*ev->text)
			html(h, " : {b}", ev->text);
		if (*ev->name)
			html(h, "<br><span class=\"muted small\">{}</span>", ev->name);
		html(h, "</li>\n");
	}
	html(h, "</ul>\n</div>\n");
}

static void claim(struct request *rq, struct html *h, const struct request_file *f)
{
	struct todo file;

	if (!request_todo_find(rq->app, rq->arena, &f->r, &file))
		claim_form(rq, h, &file, caf_request_path(rq, f, "/prendre"));
}

enum err caf_request_beside(struct request *rq, struct html *h, const struct request_file *f)
{
	bool open = request_is_open(&f->r);
	enum err e = ERR_OK;

	html(h, "<aside aria-label=\"Suivi\">\n");
	if (open)
		e = after_activation(rq, h, f);
	claim(rq, h, f);
	history(rq, h, f);
	if (open)
		acknowledgement(rq, h, f);
	if (*f->r.document && request_stage(f->r.state) != STAGE_CHECKED)
		html(h, "<p><a href=\"{}\">Réimprimer la convention</a></p>\n", caf_request_path(rq, f, "/convention"));
	if (open)
		html(h,
		     "<p><a class=\"btn btn-danger btn-small\" href=\"{}\">Refuser la demande</a></p>\n"
		     "<p><a href=\"{}\">L’organisme retire sa demande</a></p>\n",
		     caf_request_path(rq, f, "/refuser"), caf_request_path(rq, f, "/retirer"));
	html(h, "</aside>\n");
	return e;
}
