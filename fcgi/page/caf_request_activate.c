/* The activation of a request: one last look at people and addresses, then how far each access got. */
#include "fcgi/page/caf_request.h"

#include "acts/agreement_text.h"
#include "acts/calendar.h"
#include "acts/request_draft.h"
#include "base/french.h"

#include <string.h>

/* Whom the Caf suspended gets back in by his own file only: the activation is refused until then. provider NULL: a new one. */
static void suspended_note(struct request *rq, struct html *h, const struct provider *provider,
			   const struct request_person *p)
{
	struct person known;

	if (!provider || request_known(rq->app, rq->arena, provider->key, p, &known) ||
	    strcmp(known.status, "suspendue") != 0)
		return;
	html(h, "<br>");
	tag(h, (struct tag_of){ "tag-warn", "Accès suspendu" });
	html(h, " <a href=\"/caf/fournisseurs/{}/agents/{}\">Rouvrez-le d’abord depuis sa fiche</a>", provider->id,
	     known.number);
}

static void people_table(struct request *rq, struct html *h, const struct request_file *f)
{
	struct provider found, *provider = request_provider(rq->app, rq->arena, &f->r, &found) ? NULL : &found;

	table_open(h, "personnes", "Personnes à habiliter", "Personne", "Fonction", "Courriel", NULL);
	for (size_t i = 0; i < f->people_n; i++) {
		html(h, "<tr><th scope=\"row\">{} {}", f->people[i].given_name, f->people[i].surname);
		suspended_note(rq, h, provider, &f->people[i]);
		html(h, "</th><td>{}</td><td>{}</td></tr>\n", f->people[i].title, f->people[i].mail);
	}
	table_close(h);
}

static const struct field activate_fields[] = {
	{ .name = "gestion", .label = "Changement de gestionnaire", .kind = FIELD_SET, .choices = yes_choices },
	{ .name = "gestion_vue", .label = "Gestionnaires", .kind = FIELD_TOKEN, .max = 32768 },
};

const struct form *form_request_activate(void)
{
	static const struct form form = { activate_fields, LENGTH(activate_fields) };

	return &form;
}

static bool is_listed(const char *list, const char *one)
{
	size_t n;

	for (const char *s = list; *s; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		if (n == strlen(one) && memcmp(s, one, n) == 0)
			return true;
	}
	return false;
}

/* Those of the form that no other provider manages any more. */
static void released(struct request *rq, struct buf *b, const char *seen, const struct takeover *v, size_t n)
{
	size_t length;

	for (const char *s = seen; *s; s += length + (s[length] == ',')) {
		const char *id = arena_memdup(rq->arena, s, strcspn(s, "=,"));
		struct establishment e;
		bool still = false;

		length = strcspn(s, ",");
		for (size_t i = 0; i < n && !still; i++)
			still = strcmp(v[i].e.id, id) == 0;
		if (!still && !establishment_find(rq->app, rq->arena, id, &e))
			buf_printf(b, "%s (%s) n’est plus géré par un autre fournisseur. ", e.name, e.id);
	}
}

/* Who manages what is not what the form was shown with: what changed since; "" : nothing. */
static const char *moved_since(struct request *rq, const struct takeover *v, size_t n)
{
	const char *seen = input_get(&rq->in, "gestion_vue");
	struct buf b = buf_new(rq->arena);

	if (!*seen || strcmp(seen, request_takeovers_mark(rq->arena, v, n)) == 0)
		return "";
	for (size_t i = 0; i < n; i++)
		if (!is_listed(seen, request_takeover_mark(rq->arena, &v[i])))
			buf_printf(&b, "%s (%s) est maintenant géré par %s. ", v[i].e.name, v[i].e.id, v[i].manager);
	released(rq, &b, seen, v, n);
	buf_printf(&b, "Rien n’est activé. %s",
		   n ? "Relisez la liste, puis cochez la case." : "Relisez la page, puis recommencez.");
	return buf_str(&b);
}

/* Establishments that change hands, and the box that says so. */
static void takeovers(struct request *rq, struct html *h, const struct takeover *v, size_t n)
{
	if (!n)
		return;
	html(h, "<h2>Changement de gestionnaire</h2>\n<ul>\n");
	for (size_t i = 0; i < n; i++)
		html(h, "<li><a href=\"/caf/etablissements/{}\">{}</a> ({}), géré par {}</li>\n", v[i].e.id,
		     v[i].e.name, v[i].e.id, v[i].manager);
	html(h, "</ul>\n<p>{}</p>\n",
	     n > 1 ? "Les droits et les conventions de leurs gestionnaires d’aujourd’hui ne les couvriront plus." :
		     "Les droits et la convention de son gestionnaire d’aujourd’hui ne le couvriront plus.");
	check_box(rq, h, "gestion",
		  n > 1 ? "Changer le gestionnaire de ces établissements" : "Changer le gestionnaire de cet établissement");
}

/* Conventions that stay in force beside the new one. */
static void beside(struct request *rq, struct html *h, const struct agreements *list)
{
	day_t today = day_today();

	if (!list->n)
		return;
	html(h, "<h2>Autre convention en vigueur</h2>\n<ul>\n");
	for (size_t i = 0; i < list->n; i++)
		html(h, "<li><a href=\"/caf/conventions/{u}\">Convention n° {}</a>, échéance le {}</li>\n",
		     list->v[i].number, list->v[i].number, day_fr(rq->arena, agreement_due(&list->v[i], today)));
	html(h, "</ul>\n<p>{} : un ajout se fait d’habitude par un avenant.</p>\n",
	     list->n > 1 ? "Elles restent en vigueur" : "Elle reste en vigueur");
}

/* What a free line names is made or picked here; what the provider chose stays as it was sent. */
static void missing_note(struct request *rq, struct html *h, const struct request_file *f, const char *missing)
{
	const char *name = request_name_of(rq->app, rq->arena, &f->r, missing);

	html(h, "<div class=\"note note-warn\" id=\"etablissements\" tabindex=\"-1\"><p>");
	if (request_line_of(missing))
		html(h,
		     "« {} » n’est pas encore au répertoire de votre Caf. <a href=\"{}\">Ajoutez-le depuis la demande</a>, puis "
		     "revenez ici.",
		     name, caf_request_path(rq, f, ""));
	else
		html(h,
		     "« {} » ({}) n’est plus au répertoire de votre Caf. L’activation est possible s’il y revient sous le même "
		     "identifiant. Sinon, <a href=\"{}\">refusez la demande</a> : l’organisme en transmet une autre.",
		     name, missing, caf_request_path(rq, f, "/refuser"));
	html(h, "</p></div>\n");
}

static enum err activate_page(struct request *rq, struct html *h, const struct request_file *f)
{
	const char *missing;
	bool ready = request_is_resolved(rq->app, rq->arena, &f->r, &missing);
	struct agreements others;
	struct takeover *taken;
	size_t n, fresh;
	enum err e = request_takeovers(rq->app, rq->arena, &f->r, &taken, &n);

	if (!e)
		e = request_agreements(rq->app, rq->arena, &f->r, day_today(), &others);
	if (!e)
		e = caf_request_newcomers(rq, f, &fresh);
	if (e)
		return e;
	const char *moved = moved_since(rq, taken, n);

	if (*moved)
		rq->in = input_with(rq->arena, &rq->in, "gestion", "");
	caf_request_begin(rq, h, f, "Activer l’habilitation");
	html(h, "<h1>Activer l’habilitation</h1>\n<p class=\"lead\" id=\"convention\" tabindex=\"-1\">{}, convention n° {}, effet au {}</p>\n",
	     f->r.name, f->r.agreement, day_fr(rq->arena, request_effect(&f->r)));
	if (*moved)
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>{f}</p></div>\n", moved);
	people_table(rq, h, f);
	if (!ready) {
		missing_note(rq, h, f, missing);
		page_end(rq, h);
		return ERR_OK;
	}
	form_open(rq, h, "card decision narrow", caf_request_path(rq, f, "/activer"));
	field_hidden(h, "gestion_vue", request_takeovers_mark(rq->arena, taken, n));
	takeovers(rq, h, taken, n);
	beside(rq, h, &others);
	html(h,
	     "<p>Les accès s’ouvrent aussitôt. Chaque nouvelle personne reçoit par courriel son identifiant et un mot de passe "
	     "provisoire de 8 caractères, qui n’est jamais affiché ici.</p>\n<div class=\"actions\"><button class=\"btn\">{}</button>"
	     "<a href=\"{}\">Revenir à la demande</a></div>\n",
	     fresh > 1 ? arena_printf(rq->arena, "Ouvrir %zu accès", fresh) :
	     fresh     ? "Ouvrir l’accès" :
			 "Activer l’habilitation",
	     caf_request_path(rq, f, ""));
	form_close(h);
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_request_activate(struct request *rq, struct html *h)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (e)
		return e;
	return request_stage(f.r.state) == STAGE_SIGNED ? activate_page(rq, h, &f) :
							  done(rq, caf_request_path(rq, &f, ""), "etape-autre");
}

/* Still to be activated, but not as the form said it. */
static bool is_moved(struct request *rq, const struct request_file *f)
{
	struct takeover *v;
	size_t n;

	return request_stage(f->r.state) == STAGE_SIGNED && !request_takeovers(rq->app, rq->arena, &f->r, &v, &n) &&
	       *moved_since(rq, v, n);
}

enum err page_caf_request_activate_post(struct request *rq, struct html *h)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (!e)
		e = request_activate(rq->app, rq->arena, &rq->who, rq->arg[0], input_get(&rq->in, "gestion_vue"),
				     input_has(&rq->in, "gestion", "oui"), &rq->faults);
	if (e == ERR_CONFLICT && !caf_request_open(rq, &f) && is_moved(rq, &f)) {
		rq->faults = (struct faults){ 0 };
		rq->re->status = 409;
		return activate_page(rq, h, &f);
	}
	return caf_request_answer(rq, h, e, STAGE_SIGNED, "habilitation-active", activate_page);
}

/* --- afterwards --- */

static struct tag_of access_tag(enum access_state state)
{
	switch (state) {
	case ACCESS_OPEN:
		return (struct tag_of){ "tag-ok", "Accès ouvert" };
	case ACCESS_CLOSED:
		return (struct tag_of){ "", "Accès suspendu ou fermé" };
	case ACCESS_FAILED:
		return (struct tag_of){ "tag-err", "Refusé par l’annuaire" };
	default:
		return (struct tag_of){ "tag-warn", "Ouverture en cours" };
	}
}

static bool is_lost(const struct access *x)
{
	return x->mailed && (strcmp(x->mail.state, "refused") == 0 || strcmp(x->mail.state, "expired") == 0 ||
			     strcmp(x->mail.state, "failed") == 0);
}

static void mail_line(struct request *rq, struct html *h, const struct access *x)
{
	const char *to = *x->mail.to ? x->mail.to : x->address;

	if (!x->mailed)
		html(h, "<span class=\"muted\">{}</span>",
		     x->state == ACCESS_OPEN ? "Mot de passe inchangé, aucun courriel" : "Le courriel suivra");
	else if (is_lost(x))
		html(h, "<span class=\"tag tag-err\">À renvoyer</span> <span class=\"muted\">{} : courriel refusé le {}</span>",
		     to, time_fr(rq->arena, x->mail.at));
	else if (strcmp(x->mail.state, "sent") == 0)
		html(h, "<span class=\"tag tag-ok\">Courriel parti</span> <span class=\"muted\">à {}, le {}</span>", to,
		     time_fr(rq->arena, x->mail.at));
	else
		html(h, "<span class=\"tag tag-warn\">Courriel en attente</span> <span class=\"muted\">pour {}</span>", to);
}

/* Which person's form was posted: its faults are shown at that one only. */
static bool is_posted(struct request *rq, const struct request_person *p)
{
	return rq->http->method == METHOD_POST && rq->arg[1] && strcmp(rq->arg[1], p->number) == 0;
}

static void resend_form(struct request *rq, struct html *h, const struct request_file *f,
			const struct request_person *p, const struct access *x)
{
	bool posted = is_posted(rq, p);
	const char *fault = posted ? fault_of(&rq->faults, "courriel") : NULL;
	const char *id = posted ? "courriel" : arena_printf(rq->arena, "courriel-%s", p->number);

	form_open(rq, h, "", caf_request_path(rq, f, arena_printf(rq->arena, "/personnes/%s", p->number)));
	field_hidden(h, "adresse_vue", x->address);
	html(h, "<div class=\"field{}\"><label for=\"{}\">Courriel {}</label>", fault ? " field-error" : "", id,
	     french_de(rq->arena, request_person_name(rq->arena, p)));
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-{}\">{f}</span>", id, fault);
	html(h, "<input class=\"w-l\" type=\"email\" id=\"{}\" name=\"courriel\" value=\"{}\" autocomplete=\"off\"", id,
	     posted ? input_get(&rq->in, "courriel") : x->address);
	if (fault)
		html(h, " aria-invalid=\"true\" aria-describedby=\"e-{}\"", id);
	html(h, "></div>\n");
	if (posted && (fault_of(&rq->faults, "partage") || input_has(&rq->in, "partage", "oui")))
		check_box(rq, h, "partage", "Enregistrer quand même cette adresse");
	html(h, "<button class=\"btn btn-alt btn-small\">Renvoyer un mot de passe<span class=\"vh\"> à {} {}</span></button>\n",
	     p->given_name, p->surname);
	form_close(h);
}

static enum err access_row(struct request *rq, struct html *h, const struct request_file *f,
			   const struct request_person *p, enum access_state *state)
{
	struct access x;
	enum err e = access_of(rq->app, rq->arena, &f->r, p, &x);

	if (e)
		return e;
	*state = x.state;
	html(h, "<li><div><p><strong>{} {}</strong> <span class=\"muted\">agent {}, identifiant {}</span></p>\n<p>",
	     p->given_name, p->surname, p->number, p->uid);
	tag(h, access_tag(x.state));
	html(h, " ");
	if (x.state == ACCESS_OPEN || x.mailed)
		mail_line(rq, h, &x);
	html(h, "</p>\n");
	if (x.state == ACCESS_OPEN && is_lost(&x)) {
		resend_form(rq, h, f, p, &x);
	} else if (x.state == ACCESS_OPEN) {
		html(h, "<details{}><summary>Renvoyer ou corriger l’adresse<span class=\"vh\"> {}</span></summary>\n",
		     is_posted(rq, p) ? " open" : "", french_de(rq->arena, request_person_name(rq->arena, p)));
		resend_form(rq, h, f, p, &x);
		html(h, "</details>\n");
	}
	html(h, "</div></li>\n");
	return ERR_OK;
}

static enum err refused_note(struct request *rq, struct html *h, const struct request_file *f)
{
	struct activation_refusal r;
	enum err e = activation_refused(rq->app, rq->arena, f->r.number, &r);

	if (e)
		return or_none(e);
	html(h,
	     "<div class=\"note note-warn\"><p><strong>L’annuaire a refusé {}.</strong> {f}Prévenez l’exploitant du service, en lui "
	     "donnant le numéro de la demande : il corrige l’annuaire, puis reprend l’écriture.</p></div>\n",
	     r.what, r.stopped ? "Rien de ce qui devait suivre n’a été écrit. " : "");
	return ERR_OK;
}

enum err caf_request_accesses(struct request *rq, struct html *h, const struct request_file *f)
{
	size_t open = 0;
	enum err e = ERR_OK;

	html(h,
	     "<section class=\"card decision\" aria-labelledby=\"t-acces\">\n<h2 id=\"t-acces\">L’habilitation est active</h2>\n<p>Convention n° {}, effet "
	     "au {}, renouvelée chaque année sauf préavis.</p>\n<ul class=\"todo accesses\">\n",
	     f->r.agreement, day_fr(rq->arena, request_effect(&f->r)));
	for (size_t i = 0; !e && i < f->people_n; i++) {
		enum access_state state = ACCESS_WAITS;

		e = access_row(rq, h, f, &f->people[i], &state);
		open += state == ACCESS_OPEN;
	}
	html(h, "</ul>\n<p role=\"status\">{}</p>\n",
	     open > 1 ? arena_printf(rq->arena, "%zu accès ouverts", open) :
	     open     ? "1 accès ouvert" :
			"Les accès s’ouvrent. Rechargez la page dans un instant.");
	if (!e)
		e = refused_note(rq, h, f);
	html(h, "</section>\n");
	return e;
}

/* Whose address is another one than the form was shown with. */
static const struct request_person *readdressed(struct request *rq, const struct request_file *f, struct access *out)
{
	const char *seen = input_get(&rq->in, "adresse_vue");

	for (size_t i = 0; *seen && i < f->people_n; i++)
		if (strcmp(f->people[i].number, rq->arg[1]) == 0)
			return access_of(rq->app, rq->arena, &f->r, &f->people[i], out) || out->state != ACCESS_OPEN ||
					       strcmp(seen, out->address) == 0 ?
				       NULL :
				       &f->people[i];
	return NULL;
}

enum err page_caf_request_resend(struct request *rq, struct html *h)
{
	const struct request_person *p;
	struct access now;
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (!e)
		e = request_resend(rq->app, rq->arena, &rq->who, rq->arg[0], rq->arg[1], input_get(&rq->in, "adresse_vue"),
				   input_get(&rq->in, "courriel"), input_has(&rq->in, "partage", "oui"), &rq->faults);
	if (e == ERR_CONFLICT && !caf_request_open(rq, &f) && (p = readdressed(rq, &f, &now)))
		return caf_request_address_moved(rq, h, &f, request_person_name(rq->arena, p), now.address);
	return caf_request_answer(rq, h, e, STAGE_ACTIVE, "mot-de-passe-renvoye", NULL);
}
