/* Somebody of a provider before the Caf: his access, address, rights, what was done to him. One small form an act. */
#include "acts/agent.h"
#include "fcgi/page/caf_provider.h"

#include <string.h>

#define HISTORY 15

static const struct choice actions[] = {
	{ "suspendre", "Suspendre l’accès" },           { "rouvrir", "Rouvrir l’accès" },
	{ "terminer", "Mettre fin à la mission" },      { "adresse", "Corriger l’adresse" },
	{ "mot-de-passe", "Renvoyer un mot de passe" }, { NULL, NULL },
};
static const struct field fields[] = {
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .required = true, .choices = actions },
	{ .name = "motif",
	  .label = "Motif",
	  .kind = FIELD_LINES,
	  .required = true,
	  .max = 250,
	  .hint = "Envoyé tel quel par courriel à la personne. 250 caractères au plus." },
	{ .name = "fin", .label = "Fin de mission", .kind = FIELD_DAY, .required = true, .hint = DAY_HINT },
	{ .name = "motif_fin",
	  .label = "Motif",
	  .kind = FIELD_LINES,
	  .max = 250,
	  .hint = "Envoyé tel quel par courriel à la personne. 250 caractères au plus." },
	{ .name = "confirmer", .label = "Confirmation", .kind = FIELD_SET, .choices = yes_choices },
	{ .name = "courriel", .label = "Nouvelle adresse", .kind = FIELD_MAIL, .required = true },
	{ .name = "partage", .label = "Adresse partagée", .kind = FIELD_SET, .choices = yes_choices },
};

const struct form *form_caf_agent(void)
{
	static const struct form form = { fields, LENGTH(fields) };

	return &form;
}

/* Mails that tell him what was decided, by their template. */
static const struct choice notice_choices[] = {
	{ "mail_changed", "Courriel de changement d’adresse" },
	{ "access_suspended", "Courriel de suspension" },
	{ "access_reopened", "Courriel de réouverture" },
	{ "access_closed", "Courriel de fermeture" },
	{ NULL, NULL },
};

struct agent_file {
	struct provider provider;
	struct person p;
	struct agent_state state;
	struct my_establishment *rights;
	struct deed *events;
	size_t rights_n, events_n;
};

static enum err read_rights(struct request *rq, struct agent_file *f)
{
	struct visitor him = { .known = true, .person = f->p, .provider = f->provider };

	return rights_of(rq->app, rq->arena, &him, &f->rights, &f->rights_n);
}

static enum err read_file(struct request *rq, struct agent_file *f)
{
	enum err e = provider_of_path(rq, &f->provider);

	if (!e)
		e = provider_agent_find(rq->app, rq->arena, &f->provider, rq->arg[1], &f->p);
	if (!e)
		e = agent_state_read(rq->app, rq->arena, &f->p, &f->state);
	if (!e)
		e = read_rights(rq, f);
	if (!e)
		e = agent_history(rq->app, rq->arena, &f->p, HISTORY, &f->events, &f->events_n);
	return e;
}

/* --- how far things got --- */

static bool is(const struct outcome *o, const char *state)
{
	return strcmp(o->state, state) == 0;
}

/* again: the page has a button that sends it again. */
static const char *mail_text(struct request *rq, const struct outcome *o, bool again)
{
	const char *when = time_fr(rq->arena, o->at), *to = *o->to ? o->to : "son adresse";

	if (is(o, "sent") || is(o, "done"))
		return arena_printf(rq->arena, "envoyé à %s le %s", to, when);
	if (is(o, "refused"))
		return arena_printf(rq->arena, "refusé par le serveur de %s le %s : corrigez l’adresse%s", to, when,
				    again ? ", puis renvoyez-le" : "");
	if (is(o, "expired") || is(o, "failed"))
		return arena_printf(rq->arena, "jamais parti : le serveur de %s n’a pas répondu", to);
	return arena_printf(rq->arena, "en cours d’envoi depuis le %s", when);
}

static void state_notes(struct request *rq, struct html *h, const struct agent_file *f)
{
	const struct todo *t = &f->state.departure;

	if (t->rev) {
		html(h, "<div class=\"note note-warn\"><p><strong>Fin de mission signalée</strong> le {}",
		     time_fr(rq->arena, t->since));
		if (*t->detail)
			html(h, " : {f}", t->detail);
		html(h, ". L’accès est suspendu depuis. Confirmez la fin de mission, ou rouvrez l’accès.</p></div>\n");
	}
	job_note(h, &f->state.access);
	job_note(h, &f->state.mail_job);
	job_note(h, &f->state.asked);
}

static void facts(struct request *rq, struct html *h, const struct agent_file *f)
{
	const struct person *p = &f->p;

	html(h, "<section class=\"card\" aria-labelledby=\"t-acces\">\n<h2 id=\"t-acces\">Accès</h2>\n<dl class=\"summary\">\n"
		"<div><dt>État</dt><dd>");
	tag(h, access_tag(p->status));
	html(h, "</dd></div>\n");
	if (p->end)
		html(h, "<div><dt>Fin de mission</dt><dd>{}</dd></div>\n", day_fr(rq->arena, (day_t)p->end));
	if (*p->end_reason)
		html(h, "<div><dt>Motif</dt><dd>{}</dd></div>\n", p->end_reason);
	html(h,
	     "<div><dt>Identifiant</dt><dd class=\"num\">{}, numéro {}</dd></div>\n<div><dt>Fonction</dt><dd>{}</dd></div>\n"
	     "<div><dt>Courriel</dt><dd><a href=\"mailto:{}\">{}</a></dd></div>\n",
	     p->uid, p->number, *p->title ? p->title : "Non renseignée", p->mail, p->mail);
	if (*f->state.password.state)
		html(h, "<div><dt>Mot de passe provisoire</dt><dd>{f}</dd></div>\n",
		     mail_text(rq, &f->state.password, true));
	if (*f->state.notice.state)
		html(h, "<div><dt>{f}</dt><dd>{f}</dd></div>\n", choice_label(notice_choices, f->state.notice.what),
		     mail_text(rq, &f->state.notice, false));
	html(h, "</dl>\n</section>\n");
}

static void rights_card(struct html *h, const struct agent_file *f)
{
	html(h, "<section class=\"card\" aria-labelledby=\"t-droits\">\n<h2 id=\"t-droits\">Droits en vigueur</h2>\n");
	if (!f->rights_n)
		html(h, "<p>Aucun.</p>\n");
	else
		html(h, "<ul>\n");
	for (size_t i = 0; i < f->rights_n; i++)
		html(h, "<li><a href=\"/caf/etablissements/{u}\">{}</a> : {}</li>\n", f->rights[i].e.id,
		     f->rights[i].e.name, families_text(f->rights[i].families));
	if (f->rights_n)
		html(h, "</ul>\n");
	html(h, "<p class=\"small muted\">Un droit s’ajoute ou se retire par un avenant, depuis la page de la convention.</p>\n</section>\n");
}

/* --- the forms --- */

static void button(struct html *h, const char *action, const char *class)
{
	html(h, "<div class=\"actions\"><button class=\"btn {}\" name=\"action\" value=\"{}\">{}</button></div>\n",
	     class, action, choice_label(actions, action));
	form_close(h);
}

static void suspend_form(struct request *rq, struct html *h)
{
	form_open(rq, h, "card", NULL);
	html(h, "<h2>Suspendre</h2>\n<p>L’accès est suspendu tout de suite, en attendant votre décision. Vous pourrez le rouvrir.</p>\n");
	field_of(rq, h, form_caf_agent(), "motif", "");
	button(h, "suspendre", "btn-danger btn-small");
}

static void reopen_form(struct request *rq, struct html *h, const struct agent_file *f)
{
	form_open(rq, h, "card", NULL);
	html(h, "<h2>Rouvrir</h2>\n<p>La personne retrouve ses droits, avec le même identifiant{f}</p>\n",
	     f->state.newcomer ?
		     ". Elle n’a pas encore choisi son mot de passe : un nouveau mot de passe provisoire lui est envoyé." :
		     " et le même mot de passe.");
	button(h, "rouvrir", "btn-small");
}

static void end_form(struct request *rq, struct html *h, const struct agent_file *f)
{
	if (rq->http->method == METHOD_GET && f->p.end && !rq->kept)
		rq->in = input_with(rq->arena, &rq->in, "fin", day_slashes(rq->arena, (day_t)f->p.end));
	form_open(rq, h, "card", NULL);
	html(h, "<h2>Mettre fin</h2>\n<p>L’accès se ferme et les droits de la personne sont retirés. Cela ne s’annule pas : son "
		"identifiant ne servira plus jamais.</p>\n");
	field_of(rq, h, form_caf_agent(), "fin", "w-s");
	field_of(rq, h, form_caf_agent(), "motif_fin", "");
	check_box(rq, h, "confirmer", "Je confirme la fin de mission");
	button(h, "terminer", "btn-danger btn-small");
}

static void mail_form(struct request *rq, struct html *h)
{
	form_open(rq, h, "card", NULL);
	html(h, "<h2>Corriger l’adresse</h2>\n<p>L’ancienne et la nouvelle adresse sont prévenues. L’identifiant ne change pas.</p>\n");
	field_of(rq, h, form_caf_agent(), "courriel", "");
	if (fault_of(&rq->faults, "partage") || input_has(&rq->in, "partage", "oui"))
		check_box(rq, h, "partage", "Enregistrer quand même cette adresse");
	button(h, "adresse", "btn-alt btn-small");
}

static void password_form(struct request *rq, struct html *h, const struct agent_file *f)
{
	form_open(rq, h, "card", NULL);
	html(h, "<h2>Mot de passe</h2>\n<p>Un mot de passe provisoire part à {}. {f} Personne ne le voit ici.</p>\n",
	     f->p.mail,
	     f->state.newcomer ? "Celui que la personne avait reçu ne sert plus." :
				 "Le mot de passe actuel reste valable tant que celui-ci n’a pas servi.");
	button(h, "mot-de-passe", "btn-alt btn-small");
}

static void forms(struct request *rq, struct html *h, const struct agent_file *f)
{
	bool active = strcmp(f->p.status, "active") == 0, suspended = strcmp(f->p.status, "suspendue") == 0;

	if (strcmp(f->p.status, "terminee") == 0) {
		html(h, "<p class=\"card\">Cette mission est terminée : l’accès ne se rouvre pas. Si la personne revient, ajoutez-la par un "
			"avenant.</p>\n");
		return;
	}
	if (!agent_is_busy(&f->state)) {
		if (suspended)
			reopen_form(rq, h, f);
		if (active)
			suspend_form(rq, h);
		end_form(rq, h, f);
	}
	if (!is(&f->state.mail_job, "waiting"))
		mail_form(rq, h);
	if (active && !f->p.wants_password && !is(&f->state.asked, "waiting"))
		password_form(rq, h, f);
}

/* --- the page --- */

static void conflict_note(struct request *rq, struct html *h, const struct agent_file *f)
{
	struct deed last;
	bool known = agent_last_act(rq->app, rq->arena, &f->p, &last) == ERR_OK;

	quicker_note(rq, h, known ? &last : NULL, "Le dossier de cette personne a changé dans l’annuaire.");
}

static enum err show(struct request *rq, struct html *h, const struct agent_file *f, bool conflict)
{
	const char *home = arena_printf(rq->arena, "/caf/fournisseurs/%s", f->provider.id);

	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/fournisseurs", .title = f->p.name });
	crumbs(h, "Fournisseurs", "/caf/fournisseurs", f->provider.name, home, f->p.name, NULL);
	error_summary(rq, h);
	html(h, "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n", f->p.name, f->provider.name);
	if (conflict)
		conflict_note(rq, h, f);
	state_notes(rq, h, f);
	html(h, "<div class=\"cols\">\n<div>\n");
	facts(rq, h, f);
	rights_card(h, f);
	deeds_card(rq, h, f->events, f->events_n);
	html(h, "</div>\n<aside aria-label=\"Décisions\">\n");
	forms(rq, h, f);
	html(h, "</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_agent(struct request *rq, struct html *h)
{
	struct agent_file f = { 0 };
	enum err e = read_file(rq, &f);

	return e ? e : show(rq, h, &f, false);
}

/* --- what was decided --- */

static enum err decide(struct request *rq, const struct person *p, enum agent_change change)
{
	bool end = change == AGENT_END;
	struct agent_order o = { input_get(&rq->in, "fin"), input_get(&rq->in, end ? "motif_fin" : "motif") };

	if (change == AGENT_REOPEN)
		o.reason = "";
	if (end && !input_has(&rq->in, "confirmer", "oui"))
		fault_add(rq->arena, &rq->faults, "confirmer", "Cochez « Je confirme la fin de mission » pour continuer");
	enum err e = agent_decide(rq->app, rq->arena, &rq->who, p, change, &o, &rq->faults);

	for (size_t i = 0; end && i < rq->faults.n; i++)
		if (strcmp(rq->faults.v[i].name, "motif") == 0)
			rq->faults.v[i].name = "motif_fin"; /* the act speaks of its own field */
	return e;
}

static enum err carry_out(struct request *rq, const struct person *p, const char **notice)
{
	const char *action = input_get(&rq->in, "action");

	if (strcmp(action, "suspendre") == 0) {
		*notice = "acces-suspendu";
		return decide(rq, p, AGENT_SUSPEND);
	}
	if (strcmp(action, "rouvrir") == 0) {
		*notice = "acces-rouvert";
		return decide(rq, p, AGENT_REOPEN);
	}
	if (strcmp(action, "terminer") == 0) {
		*notice = "mission-terminee";
		return decide(rq, p, AGENT_END);
	}
	if (strcmp(action, "adresse") == 0) {
		*notice = "adresse-corrigee";
		return agent_mail_change(rq->app, rq->arena, &rq->who, p, input_get(&rq->in, "courriel"),
					 input_has(&rq->in, "partage", "oui"), &rq->faults);
	}
	*notice = "mot-de-passe-demande";
	return strcmp(action, "mot-de-passe") == 0 ? agent_password_ask(rq->app, rq->arena, &rq->who, p) : ERR_MALFORMED;
}

enum err page_caf_agent_post(struct request *rq, struct html *h)
{
	struct agent_file f = { 0 };
	const char *notice;
	enum err e = provider_of_path(rq, &f.provider);

	if (!e)
		e = provider_agent_find(rq->app, rq->arena, &f.provider, rq->arg[1], &f.p);
	if (e)
		return e;
	e = carry_out(rq, &f.p, &notice);
	if (!e)
		return done(rq, rq->http->path, notice);
	if (e != ERR_INVALID && e != ERR_CONFLICT)
		return e;
	rq->re->status = e == ERR_INVALID ? 422 : 409;
	if (e == ERR_CONFLICT)
		rq->faults = (struct faults){ 0 };
	enum err failed = read_file(rq, &f);

	return failed ? failed : show(rq, h, &f, e == ERR_CONFLICT);
}
