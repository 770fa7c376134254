/* The request of an habilitation by somebody who has no account: its steps, the provider, the Caf (convention art. 3-1).

   Two cookies. `__Host-form` carries the CSRF of anonymous forms and says nothing else; it is given by any page and dies with the
   browser. `__Host-demande` is the key to what was typed: it is given only when something is stored, and lives as long as the draft. Were
   they one, a form's cookie would become a key that lives a week, on the login page too. When a draft is stored `__Host-form` is made to
   live as long, so that a tab opened again after the browser was closed may still be sent. */
#include "fcgi/page/request_pages.h"

#include "acts/caf_texts.h"

#include <string.h>

#define DRAFT_COOKIE "__Host-demande"
#define COOKIE_SECONDS ((int)((REQUEST_KEPT_MS + DAY_MS) / SECOND_MS))

const char *request_token(struct request *rq)
{
	const char *token = http_cookie(rq->http, DRAFT_COOKIE);
	uint8_t raw[32];

	return token && !secret_token_parse(token, raw) ? token : NULL;
}

void request_keep_cookies(struct request *rq, const char *token)
{
	const char *form = http_cookie(rq->http, FORM_COOKIE);

	http_set_cookie(rq->re, DRAFT_COOKIE, token, COOKIE_SECONDS);
	if (form)
		http_set_cookie(rq->re, FORM_COOKIE, form, COOKIE_SECONDS);
}

enum err request_read_draft(struct request *rq, struct request_draft *out)
{
	return request_draft_read(rq->app, rq->arena, request_token(rq), out);
}

/* Where the error summary leads when the whole step is refused. */
static const char *first_field(enum request_step step)
{
	static const char *const names[REQUEST_STEPS] = { "nom", "caf", "lieu", "lieu", "nom" };

	return names[step];
}

enum err request_save(struct request *rq, enum request_step step, struct request_draft *out)
{
	const char *kept = request_token(rq), *token = kept ? kept : secret_token(rq->arena);
	enum err e = request_step_save(rq->app, rq->arena, &rq->who, token, step, &rq->in, &rq->faults, out);

	if (e == ERR_INVALID)
		out->lost = out->lost && kept; /* nothing was ever there */
	if (e == ERR_GONE && !request_draft_sent_as(out, &rq->in)) {
		out->lost = true;
		rq->re->status = 409;
		return ERR_INVALID;
	}
	rq->re->status = e == ERR_LIMIT ? 429 : e == ERR_TOOLARGE || e == ERR_INVALID ? 422 : rq->re->status;
	if (e == ERR_LIMIT)
		fault_add(rq->arena, &rq->faults, first_field(step),
			  "Beaucoup de demandes ont été commencées aujourd’hui depuis votre connexion. Continuez demain, ou écrivez "
			  "à votre Caf");
	if (e == ERR_TOOLARGE)
		fault_add(rq->arena, &rq->faults, first_field(step),
			  "Votre demande est trop longue pour ce formulaire : réduisez-la, ou écrivez à votre Caf");
	if (!e && !request_draft_is_blank(out))
		request_keep_cookies(rq, token);
	return e == ERR_LIMIT || e == ERR_TOOLARGE ? ERR_INVALID : e;
}

const char *request_step_path(struct arena *a, enum request_step step)
{
	return arena_printf(a, REQUEST_STEPS_PATH "/%s", request_step_names[step]);
}

const char *request_lessened(struct request *rq, const struct request_draft *d)
{
	return d->lessened ? arena_printf(rq->arena, "%zu", d->lessened) : "";
}

enum err request_step_done(struct request *rq, const struct request_draft *d, const char *path, const char *code)
{
	http_see_other(rq->re, link_with(rq->arena, path, "fait", code, "droits", request_lessened(rq, d), NULL));
	return ERR_OK;
}

enum err request_go_on(struct request *rq, const struct request_draft *d, enum request_step step)
{
	return request_step_done(rq, d,
				 step + 1 < REQUEST_STEPS ? request_step_path(rq->arena, step + 1) :
							    REQUEST_STEPS_PATH "/verification",
				 "etape");
}

static void tell_lost(struct request *rq, struct html *h, const struct request_draft *d)
{
	if (!d->lost)
		return;
	if (rq->re->status == 409)
		note(h, NOTE_WARN,
		     "Votre saisie n’est plus conservée sur cet appareil : rien n’est enregistré. Si vous enregistrez cette page, une "
		     "nouvelle demande commence.");
	else
		note(h, NOTE_WARN, "Votre saisie n’est plus conservée : 7 jours ont passé. Vous pouvez recommencer.");
}

enum err request_is_sent(struct request *rq, struct html *h, const struct request_draft *d)
{
	const char *number = request_draft_sent_as(d, &rq->in);

	rq->re->status = 409;
	rq->faults = (struct faults){ 0 };
	rq->in = input_with(rq->arena, &rq->in, "personne", ""); /* its place in the list tells nobody anything */
	request_begin(rq, h, "Votre demande est déjà transmise", NULL, d);
	html(h,
	     "<div class=\"narrow\">\n<div class=\"note note-warn\" role=\"alert\"><p><strong>La demande {} est transmise : elle ne peut plus "
	     "être modifiée en ligne.</strong> Ce que vous venez d’écrire n’est pas enregistré.</p></div>\n<p>Pour y changer quelque "
	     "chose, écrivez à la Caf en rappelant ce numéro. <a href=\"" REQUEST_PATH
	     "/confirmation/{}\">Voir la demande transmise</a></p>\n<p><a href=\"" REQUEST_STEPS_PATH
	     "\">Commencer une autre demande</a></p>\n",
	     number, number);
	typed_values(rq, h);
	html(h, "</div>\n");
	request_end(rq, h);
	return ERR_OK;
}

void request_form_open(struct request *rq, struct html *h, const struct request_draft *d)
{
	form_open(rq, h, "", NULL);
	field_hidden(h, "brouillon", request_draft_origin(rq->arena, d));
}

/* Rights go with the establishment that was unticked: not without a word. */
static void tell_lessened(struct request *rq, struct html *h)
{
	int64_t n;

	if (rq->http->method != METHOD_GET || text_to_int(input_get(&rq->in, "droits"), 1, 99, &n))
		return;
	html(h, "<div class=\"note note-warn\" role=\"status\"><p>{f} des droits sur ce que vous venez de retirer. <a href=\"{}\">{f}</a></p></div>\n",
	     n > 1 ? arena_printf(rq->arena, "%d personnes perdent", (int)n) : "1 personne perd",
	     request_step_path(rq->arena, REQUEST_PEOPLE), n > 1 ? "Voir les personnes" : "Voir cette personne");
}

void request_begin(struct request *rq, struct html *h, const char *title, const char *lead, const struct request_draft *d)
{
	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = title, .tab = REQUEST_PATH });
	error_summary(rq, h);
	html(h, "<a class=\"back\" href=\"" REQUEST_STEPS_PATH "\">Retour aux étapes</a>\n<h1>{f}</h1>\n", title);
	if (lead)
		html(h, "<p class=\"lead\">{f}</p>\n", lead);
	tell_lost(rq, h, d);
	tell_lessened(rq, h);
}

void request_end(struct request *rq, struct html *h)
{
	page_end(rq, h);
}

void request_box(struct html *h, const char *id, const char *name, const char *value, const char *label,
		 const char *hint, bool ticked)
{
	html(h, "<div class=\"choice\"><input type=\"checkbox\" id=\"{}\" name=\"{}\" value=\"{}\"", id, name, value);
	if (ticked)
		html(h, " checked");
	html(h, "><label for=\"{}\">{f}</label>", id, label);
	if (hint)
		html(h, "<span class=\"hint\">{f}</span>", hint);
	html(h, "</div>\n");
}

/* --- the list of steps (picture 03) --- */

static const char *counted(struct arena *a, size_t n, const char *one, const char *many)
{
	return arena_printf(a, "%zu %s", n, n > 1 ? many : one);
}

static const char *step_hint(struct request *rq, const struct request_draft *d, enum request_step step)
{
	static const char *const hints[REQUEST_STEPS] = {
		"Nom, adresse, personne qui signe la convention",
		"La Caf du département de vos établissements",
		"Ceux dont vous décrirez l’accueil, les horaires, le projet",
		"Crèches, haltes-garderies, micro-crèches, jardins d’enfants",
		"Nom, fonction et adresse électronique professionnelle",
	};

	if (step == REQUEST_LISTING && d->r.listing.n)
		return counted(rq->arena, d->r.listing.n, "établissement choisi", "établissements choisis");
	if (step == REQUEST_PLACES && d->r.places.n)
		return counted(rq->arena, d->r.places.n, "établissement choisi", "établissements choisis");
	if (step == REQUEST_PEOPLE && d->n)
		return counted(rq->arena, d->n, "personne", "personnes");
	return hints[step];
}

static void step_line(struct request *rq, struct html *h, const struct request_draft *d, enum request_step step,
		      enum request_progress progress)
{
	static const struct tag_of tags[] = {
		[REQUEST_TODO] = { "", "À faire" },
		[REQUEST_STARTED] = { "tag-info", "Commencé" },
		[REQUEST_COMPLETE] = { "tag-ok", "Complet" },
	};

	html(h, "<li><div><a href=\"{}\">{f}</a><span class=\"hint\">{f}</span></div>",
	     request_step_path(rq->arena, step), request_step_titles[step], step_hint(rq, d, step));
	tag(h, tags[progress]);
	html(h, "</li>\n");
}

static void check_line(struct html *h, bool whole)
{
	if (whole)
		html(h, "<li><div><a href=\"" REQUEST_STEPS_PATH "/verification\">Vérifier et transmettre</a>"
			"<span class=\"hint\">Relisez, puis transmettez à la Caf</span></div>"
			"<span class=\"tag\">À faire</span></li>\n");
	else
		html(h,
		     "<li><div><span class=\"muted\">Vérifier et transmettre</span><span class=\"hint\">Possible quand les cinq "
		     "étapes sont complètes</span></div><span class=\"muted small\">Pas encore possible</span></li>\n");
}

static void kept_until(struct request *rq, struct html *h, const struct request_draft *d, int complete)
{
	struct arena *a = rq->arena;

	if (request_draft_is_blank(d))
		return;
	html(h, "<p>Vous avez rempli <strong>{}</strong>. Votre saisie est conservée jusqu’au {}, sur cet appareil.</p>\n",
	     arena_printf(a, "%d étape%s sur 5", complete, complete > 1 ? "s" : ""),
	     time_fr(a, d->r.saved_at + REQUEST_KEPT_MS));
}

/* Whoever comes back after the sending is shown no empty request as if nothing had happened. */
static void tell_sent(struct html *h, const struct request_draft *d)
{
	const char *number = request_draft_just_sent(d);

	if (number)
		html(h,
		     "<div class=\"note note-ok\"><p><strong>Votre demande <span class=\"num\">{}</span> est transmise.</strong> "
		     "<a href=\"" REQUEST_PATH
		     "/confirmation/{}\">Voir la demande transmise</a></p><p>Les étapes ci-dessous commencent une "
		     "autre demande.</p></div>\n",
		     number, number);
}

enum err page_request_steps(struct request *rq, struct html *h)
{
	enum request_progress progress[REQUEST_STEPS];
	struct request_draft d;
	int complete = 0;
	enum err e = request_read_draft(rq, &d);

	for (int i = 0; i < REQUEST_STEPS && !e; i++) {
		e = request_step_check(rq->app, rq->arena, &d, (enum request_step)i, NULL, &progress[i]);
		complete += !e && progress[i] == REQUEST_COMPLETE;
	}
	if (e)
		return e;
	if (d.lost)
		http_set_cookie(rq->re, DRAFT_COOKIE, "", 0); /* said once */
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PUBLIC,
				   .title = "Votre demande d’habilitation, étape par étape",
				   .tab = REQUEST_PATH });
	html(h, "<div class=\"narrow\">\n<h1>Demander une habilitation</h1>\n");
	tell_sent(h, &d);
	html(h, "<p class=\"lead\">Pour publier les informations et les "
		"places libres de vos établissements, transmettez une demande à votre Caf. Comptez 15 minutes.</p>\n");
	tell_lost(rq, h, &d);
	kept_until(rq, h, &d, complete);
	html(h, "<ul class=\"tasks\">\n");
	for (int i = 0; i < REQUEST_STEPS; i++)
		step_line(rq, h, &d, (enum request_step)i, progress[i]);
	check_line(h, complete == REQUEST_STEPS);
	html(h,
	     "</ul>\n<div class=\"note\">\n<p><strong>Après l’envoi, la demande ne peut plus être modifiée en ligne.</strong> Votre "
	     "Caf vous envoie ensuite la convention par la poste ; l’accès est ouvert quand elle la reçoit signée.</p>\n</div>\n");
	if (!request_draft_is_blank(&d))
		html(h, "<p><a href=\"" REQUEST_PATH "/effacer\">Effacer ma saisie et recommencer</a></p>\n");
	html(h, "</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

/* --- the provider --- */

/* What was saved before stands in the form; ?fait=… stays. */
static void fill_in(struct request *rq, const struct request_draft *d, enum request_step step)
{
	const char *code = input_get(&rq->in, "fait");
	struct input in = request_step_input(rq->arena, d, step, 0);

	rq->in = input_with(rq->arena, &in, "fait", code);
}

static enum err provider_page(struct request *rq, struct html *h, const struct request_draft *d)
{
	static const struct {
		const char *name, *width;
	} rows[] = {
		{ "nom", "" },        { "siret", "w-m" },   { "adresse", "" },     { "code_postal", "w-s" },
		{ "commune", "w-l" }, { "signataire", "" }, { "courriel", "w-l" }, { "telephone", "w-m" },
	};

	request_begin(rq, h, "Votre organisme", "Celui qui gère les établissements et signe la convention avec la Caf.", d);
	html(h, "<div class=\"narrow\">\n");
	request_form_open(rq, h, d);
	field_hidden(h, "vu", request_provider_mark(rq->arena, &d->r));
	for (size_t i = 0; i < LENGTH(rows); i++)
		field_of(rq, h, request_provider_form(), rows[i].name, rows[i].width);
	html(h, "<div class=\"actions\"><button class=\"btn\">Enregistrer et continuer</button></div>\n");
	form_close(h);
	html(h, "</div>\n");
	request_end(rq, h);
	return ERR_OK;
}

enum err page_request_provider(struct request *rq, struct html *h)
{
	struct request_draft d;
	enum err e = request_read_draft(rq, &d);

	if (e)
		return e;
	fill_in(rq, &d, REQUEST_PROVIDER);
	return provider_page(rq, h, &d);
}

enum err page_request_provider_post(struct request *rq, struct html *h)
{
	struct request_draft d;
	enum err e = request_save(rq, REQUEST_PROVIDER, &d);

	if (e == ERR_INVALID)
		return provider_page(rq, h, &d);
	if (e == ERR_GONE)
		return request_is_sent(rq, h, &d);
	return e ? e : request_go_on(rq, &d, REQUEST_PROVIDER);
}

/* --- the Caf --- */

/* The form with the Cafs that take requests. */
static enum err offered_form(struct request *rq, struct form *out)
{
	const struct form *own = request_caf_form();
	struct field *fields = arena_array(rq->arena, own->n, struct field);
	struct caf *v;
	size_t n;
	enum err e = cafs_offered(rq->app, rq->arena, &v, &n);

	if (e)
		return e;
	struct choice *choices = arena_array(rq->arena, n + 2, struct choice);

	choices[0] = (struct choice){ "", "Choisissez" };
	for (size_t i = 0; i < n; i++)
		choices[i + 1] = (struct choice){ v[i].code, v[i].name };
	memcpy(fields, own->fields, own->n * sizeof *fields);
	fields[0].choices = choices;
	*out = (struct form){ fields, own->n };
	return ERR_OK;
}

static enum err caf_page(struct request *rq, struct html *h, const struct request_draft *d)
{
	const char *fault = fault_of(&rq->faults, "confirmer");
	struct form form;
	enum err e = offered_form(rq, &form);

	if (e)
		return e;
	request_begin(rq, h, "Votre Caf", "Elle vérifie votre demande, puis signe la convention avec vous.", d);
	html(h, "<div class=\"narrow\">\n");
	request_form_open(rq, h, d);
	field_of(rq, h, &form, "caf", "w-l");
	if (fault) {
		html(h,
		     "<fieldset class=\"field field-error\"><legend>Changer de Caf</legend><span class=\"msg-error\" "
		     "id=\"e-confirmer\">{f}</span>\n",
		     fault);
		request_box(h, "confirmer", "confirmer", "oui", "Je confirme le changement de Caf", NULL, false);
		html(h, "</fieldset>\n");
	}
	html(h, "<div class=\"actions\"><button class=\"btn\">Enregistrer et continuer</button></div>\n");
	form_close(h);
	html(h, "<p>Votre Caf n’est pas dans la liste ? Elle ne reçoit pas encore les demandes ici : écrivez-lui.</p>\n</div>\n");
	request_end(rq, h);
	return ERR_OK;
}

enum err page_request_caf(struct request *rq, struct html *h)
{
	struct request_draft d;
	enum err e = request_read_draft(rq, &d);

	if (e)
		return e;
	fill_in(rq, &d, REQUEST_CAF);
	return caf_page(rq, h, &d);
}

enum err page_request_caf_post(struct request *rq, struct html *h)
{
	struct request_draft d;
	enum err e = request_save(rq, REQUEST_CAF, &d);

	if (e == ERR_INVALID)
		return caf_page(rq, h, &d);
	if (e == ERR_GONE)
		return request_is_sent(rq, h, &d);
	return e ? e : request_go_on(rq, &d, REQUEST_CAF);
}

/* --- beginning anew --- */

enum err page_request_erase(struct request *rq, struct html *h)
{
	struct request_draft d;
	enum err e = request_read_draft(rq, &d);

	if (e)
		return e;
	request_begin(rq, h, "Effacer votre saisie", NULL, &d);
	html(h, "<div class=\"narrow\">\n<p>Tout ce que vous avez saisi pour cette demande est effacé de cet appareil et du service. Une "
		"demande déjà transmise n’est pas touchée.</p>\n");
	form_open(rq, h, "", NULL);
	html(h, "<div class=\"actions\"><button class=\"btn btn-danger\">Effacer et recommencer</button>"
		"<a href=\"" REQUEST_STEPS_PATH "\">Garder ma saisie</a></div>\n");
	form_close(h);
	html(h, "</div>\n");
	request_end(rq, h);
	return ERR_OK;
}

enum err page_request_erase_post(struct request *rq, struct html *h)
{
	enum err e = request_draft_erase(rq->app, rq->arena, request_token(rq));

	(void)h;
	if (e)
		return e;
	if (http_cookie(rq->http, DRAFT_COOKIE))
		http_set_cookie(rq->re, DRAFT_COOKIE, "", 0);
	return done(rq, REQUEST_STEPS_PATH, "saisie-effacee");
}
