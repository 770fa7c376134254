/* Coming in, going out, choosing one's password, one's account. */
#include "fcgi/page/page.h"

#include "acts/log.h"
#include "acts/reminders.h"
#include "base/french.h"

#include <string.h>

static const struct field login_fields[] = {
	FIELD_IDENTIFIER,
	{ .name = "mot_de_passe",
	  .label = "Mot de passe",
	  .kind = FIELD_PASSWORD,
	  .required = true,
	  .max = 512,
	  .hint = "Majuscules et minuscules comptent. Vous pouvez le coller.",
	  .missing = "Saisissez votre mot de passe",
	  .autocomplete = "current-password" },
};

const struct form *form_login(void)
{
	static const struct form form = { login_fields, LENGTH(login_fields) };

	return &form;
}

static enum err login_page(struct request *rq, struct html *h, const char *refusal)
{
	page_begin(rq, h,
		   &(struct page){
			   .space = SPACE_PUBLIC, .title = "Se connecter à l’espace professionnel", .tab = "/connexion" });
	error_summary(rq, h);
	html(h, "<div class=\"cols\">\n<div class=\"narrow\">\n<h1>Se connecter</h1>\n"
		"<p class=\"lead\">Espace réservé aux personnes habilitées par une Caf.</p>\n");
	if (refusal)
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>{f}</p></div>\n", refusal);
	form_open(rq, h, "card", "/connexion");
	field_of(rq, h, form_login(), "identifiant", "w-m");
	field_of(rq, h, form_login(), "mot_de_passe", "w-m");
	html(h, "<div class=\"actions\"><button class=\"btn\">Se connecter</button>"
		"<a href=\"/mot-de-passe-oublie\">Mot de passe perdu ou volé</a></div>\n");
	form_close(h);
	html(h,
	     "<p class=\"small muted\">Votre identifiant et votre mot de passe sont personnels : ne les prêtez pas, même à un "
	     "collègue. Les connexions sont enregistrées pendant 12 mois et peuvent être contrôlées par la Caf.</p>\n</div>\n"
	     "<aside class=\"card\" aria-label=\"Pas encore d’accès\">\n<h2>Pas encore d’accès ?</h2>\n"
	     "<p>Vous gérez une crèche, une halte-garderie, un accueil de loisirs ? Demandez une habilitation à votre Caf.</p>\n"
	     "<p><a href=\"/demande-habilitation\">Demander une habilitation</a></p>\n</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_login(struct request *rq, struct html *h)
{
	if (rq->who.known) {
		http_see_other(rq->re, home_of(rq->who.roles));
		return ERR_OK;
	}
	return login_page(rq, h, NULL);
}

static const char *delayed_text(struct arena *a, int64_t retry_at)
{
	/* the hour shown is never before the delay's end */
	return arena_printf(a, "Trop d’essais. Réessayez à %s ou demandez un nouveau mot de passe.",
			    time_hour_fr(a, retry_at + MINUTE_MS - 1));
}

enum err page_login_post(struct request *rq, struct html *h)
{
	struct login_result r;

	input_check(rq->arena, form_login(), &rq->in, &rq->faults);
	if (rq->faults.n) {
		rq->re->status = 422;
		return login_page(rq, h, NULL);
	}
	enum err e = login(rq->app, rq->arena, &rq->who, input_get(&rq->in, "identifiant"),
			   bytes_of(input_get(&rq->in, "mot_de_passe")), &r);

	if (e == ERR_UNAVAILABLE || e == ERR_UNKNOWN) {
		rq->re->status = 503;
		http_header(rq->re, "Retry-After", "30");
		return login_page(rq, h, "La connexion est momentanément indisponible. Réessayez dans quelques minutes.");
	}
	if (e)
		return e;
	if (r.outcome == LOGIN_DELAYED) {
		rq->re->status = 429;
		return login_page(rq, h, delayed_text(rq->arena, r.retry_at));
	}
	if (r.outcome == LOGIN_REFUSED) {
		rq->re->status = 422;
		fault_add(rq->arena, &rq->faults, "identifiant", "Identifiant ou mot de passe incorrect");
		return login_page(rq, h, NULL);
	}
	http_set_cookie(rq->re, SESSION_COOKIE, r.token, -1);
	if (r.outcome == LOGIN_MUST_CHANGE) {
		http_see_other(rq->re, "/mot-de-passe/premier-changement");
		return ERR_OK;
	}
	struct strs kept = kept_paths(rq->app, rq->arena, r.who.person.uuid);

	http_see_other(rq->re, kept.n ? form_page_of(rq->arena, kept.v[0]) : home_of(r.who.roles));
	return ERR_OK;
}

enum err page_logout(struct request *rq, struct html *h)
{
	enum err e = logout(rq->app, rq->arena, &rq->who);

	(void)h;
	if (e)
		return e;
	http_set_cookie(rq->re, SESSION_COOKIE, "", 0);
	http_header(rq->re, "Clear-Site-Data", "\"cache\", \"storage\"");
	return done(rq, "/connexion", "deconnexion");
}

/* --- the first change: no other page is reachable until it is done --- */

/* clang-format off */
#define FIELDS_NEW_PASSWORD \
	{ .name = "nouveau", \
	  .label = "Nouveau mot de passe", \
	  .kind = FIELD_PASSWORD, \
	  .required = true, \
	  .max = 512, \
	  .missing = "Saisissez un nouveau mot de passe", \
	  .autocomplete = "new-password" }, \
	{ .name = "confirmation", \
	  .label = "Le même, une seconde fois", \
	  .kind = FIELD_PASSWORD, \
	  .required = true, \
	  .max = 512, \
	  .missing = "Saisissez le nouveau mot de passe une seconde fois", \
	  .autocomplete = "new-password" }
/* clang-format on */

static const struct field first_change_fields[] = {
	{ .name = "identifiant", .label = "Identifiant", .kind = FIELD_TEXT, .max = 254, .autocomplete = "username" },
	FIELDS_NEW_PASSWORD,
};

const struct form *form_first_change(void)
{
	static const struct form form = { first_change_fields, LENGTH(first_change_fields) };

	return &form;
}

static int64_t least_bits(const struct request *rq)
{
	const struct settings *s = rq->app->settings;

	return rq->who.roles & ROLE_AGENT ? s->password_bits : s->password_staff_bits;
}

static void password_field(struct request *rq, struct html *h, const char *name, const char *label)
{
	const char *fault = fault_of(&rq->faults, name);

	html(h,
	     "<div class=\"field{}\"><label for=\"{}\">{}</label>\n<div class=\"hint\" id=\"h-{}\">\n<ul>\n"
	     "<li>au moins {} caractères{}</li>\n",
	     fault ? " field-error" : "", name, label, name, html_number(h, rq->app->settings->password_min_length),
	     least_bits(rq) > 50 ? "" : " (12 ou plus, c’est mieux)");
	if (least_bits(rq) > 50)
		html(h, "<li>assez long pour un compte de Caf ou de contrôle : quatre ou cinq mots sans rapport, ou 14 caractères au "
			"hasard</li>\n");
	html(h, "<li>difficile à deviner : ni un mot courant, même écrit lettre par lettre, ni votre nom</li>\n"
		"<li>sans rapport avec votre organisme : ni son nom, ni son adresse, ni un de ses numéros ou de ses "
		"établissements</li>\n"
		"<li>différent du mot de passe reçu et de votre identifiant</li>\n</ul>\n</div>\n");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-{}\">{f}</span>\n", name, fault);
	html(h,
	     "<input class=\"w-m\" type=\"password\" id=\"{}\" name=\"{}\" autocomplete=\"new-password\""
	     " aria-describedby=\"h-{}{}{}\"",
	     name, name, name, fault ? " e-" : "", fault ? name : "");
	if (fault)
		html(h, " aria-invalid=\"true\"");
	html(h, "></div>\n");
}

static enum err first_change_page(struct request *rq, struct html *h)
{
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PUBLIC, .title = "Choisissez votre mot de passe", .tab = "/connexion" });
	error_summary(rq, h);
	html(h,
	     "<div class=\"cols\">\n<div class=\"narrow\">\n<p class=\"eyebrow\">Première connexion {}</p>\n"
	     "<h1>Choisissez votre mot de passe</h1>\n<p class=\"lead\">Celui que vous avez reçu par courriel est provisoire. "
	     "Remplacez-le pour entrer dans votre espace.</p>\n",
	     french_de(rq->arena, rq->who.person.name));
	form_open(rq, h, "card", "/mot-de-passe/premier-changement");
	html(h,
	     "<input class=\"vh\" type=\"text\" name=\"identifiant\" value=\"{}\" autocomplete=\"username\" tabindex=\"-1\" "
	     "aria-hidden=\"true\" readonly>\n",
	     rq->who.person.number);
	password_field(rq, h, "nouveau", "Nouveau mot de passe");
	field_of(rq, h, form_first_change(), "confirmation", "w-m");
	html(h, "<div class=\"actions\"><button class=\"btn\">Enregistrer et continuer</button></div>\n");
	form_close(h);
	html(h, "</div>\n<aside class=\"card\" aria-label=\"Conseils\">\n<h2>Un bon mot de passe</h2>\n"
		"<p>Des mots sans rapport et un nombre se retiennent bien, par exemple sur le modèle "
		"« nuage-tambour-citron-41 ».</p>\n<p>Majuscules et minuscules comptent. Un gestionnaire de mots de passe peut le "
		"créer pour vous.</p>\n</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

/* Without a pending change there is nothing to do here. */
enum err page_first_change(struct request *rq, struct html *h)
{
	if (!rq->who.session.must_change) {
		http_see_other(rq->re, home_of(rq->who.roles));
		return ERR_OK;
	}
	return first_change_page(rq, h);
}

/* Checks, changes, and on success gives the new session's cookie. */
static enum err change(struct request *rq, const struct form *form, const char *old)
{
	struct password_form p = {
		.old = bytes_of(old),
		.fresh = bytes_of(input_get(&rq->in, "nouveau")),
		.again = bytes_of(input_get(&rq->in, "confirmation")),
	};
	const char *token;

	input_check(rq->arena, form, &rq->in, &rq->faults);
	if (rq->faults.n)
		return ERR_INVALID;
	enum err e = password_change(rq->app, rq->arena, &rq->who, &p, &rq->faults, &token);

	if (!e)
		http_set_cookie(rq->re, SESSION_COOKIE, token, -1);
	return e;
}

enum err page_first_change_post(struct request *rq, struct html *h)
{
	if (!rq->who.session.must_change) {
		http_see_other(rq->re, home_of(rq->who.roles));
		return ERR_OK;
	}
	enum err e = change(rq, form_first_change(), "");

	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return first_change_page(rq, h);
	}
	if (e == ERR_CONFLICT)
		return done(rq, "/connexion", "mot-de-passe-choisi");
	return e ? e : done(rq, home_of(rq->who.roles), "mot-de-passe");
}

/* --- one's account --- */

static const struct field account_fields[] = {
	{ .name = "ancien",
	  .label = "Mot de passe actuel",
	  .kind = FIELD_PASSWORD,
	  .required = true,
	  .max = 512,
	  .missing = "Saisissez votre mot de passe actuel",
	  .autocomplete = "current-password" },
	FIELDS_NEW_PASSWORD,
};

const struct form *form_account(void)
{
	static const struct form form = { account_fields, LENGTH(account_fields) };

	return &form;
}

static void identity(struct request *rq, struct html *h)
{
	const struct person *p = &rq->who.person;

	html(h,
	     "<section class=\"card\" aria-labelledby=\"t-id\">\n<h2 id=\"t-id\">Votre identité</h2>\n<dl class=\"summary\">\n"
	     "<div><dt>Nom</dt><dd>{}</dd></div>\n<div><dt>Fonction</dt><dd>{}</dd></div>\n"
	     "<div><dt>Identifiant</dt><dd>{} (ou {})</dd></div>\n<div><dt>Courriel</dt><dd>{}</dd></div>\n",
	     p->name, p->title, p->number, p->uid, p->mail);
	if (rq->who.roles & ROLE_AGENT)
		html(h, "<div><dt>Organisme</dt><dd>{}</dd></div>\n", rq->who.provider.name);
	if (*rq->who.caf.name)
		html(h, "<div><dt>Caf</dt><dd>{}</dd></div>\n", rq->who.caf.name);
	html(h, "</dl>\n<p class=\"small muted\">Ces informations ne se modifient pas en ligne : écrivez à votre Caf.</p>\n</section>\n");
}

static enum err last_logins(struct request *rq, struct html *h)
{
	struct session_line *v;
	size_t n;
	enum err e = logins_recent(rq->app, rq->arena, &rq->who, 10, &v, &n);

	if (e)
		return e;
	html(h, "<section aria-labelledby=\"t-cnx\">\n<h2 id=\"t-cnx\">Vos dernières connexions</h2>\n");
	table_open(h, "t-liste", "De la plus récente à la plus ancienne", "Date et heure", "Résultat", "Adresse IP",
		   "Navigateur", NULL);
	for (size_t i = 0; i < n; i++)
		html(h, "<tr><th scope=\"row\" class=\"nowrap num\">{}</th><td>{f}</td><td class=\"num\">{}</td><td>{}</td></tr>\n",
		     time_log_fr(rq->arena, v[i].at),
		     v[i].failed  ? "Échec" :
		     v[i].current ? "Réussi (cette session)" :
				    "Réussi",
		     v[i].address, user_agent_label(rq->arena, v[i].user_agent));
	table_close(h);
	html(h, "<p>Une ligne ne vient pas de vous ? Changez votre mot de passe et appelez ");
	if (*rq->who.caf.phone) {
		html(h, "la {} au ", rq->who.caf.name);
		phone_link(h, rq->arena, rq->who.caf.phone);
		html(h, ".</p>\n</section>\n");
	} else {
		html(h, "l’exploitant du service.</p>\n</section>\n");
	}
	return ERR_OK;
}

const struct form *form_reminders(void)
{
	return &reminders_form;
}

static enum err reminders(struct request *rq, struct html *h)
{
	const struct settings *s = rq->app->settings;
	const char *now;
	enum err e = reminders_of(rq->app, rq->arena, rq->who.person.uuid, &now);

	if (e)
		return e;
	if (!fault_of(&rq->faults, "rappels") && !rq->kept)
		rq->in = input_with(rq->arena, &rq->in, "rappels", now);
	form_open(rq, h, "card", "/espace-pro/mon-compte/rappels");
	html(h,
	     "<h2>Rappels sur les places libres</h2>\n<p>Un courriel vous rappelle de mettre à jour les places que vous publiez, à partir "
	     "de {} jours. Un autre part à {} jours, et dix jours avant qu’elles soient masquées, quel que soit votre choix.</p>\n",
	     html_number(h, s->places_reminder_days), html_number(h, s->places_stale_days));
	field_of(rq, h, form_reminders(), "rappels", "w-m");
	html(h, "<div class=\"actions\"><button class=\"btn btn-alt\">Enregistrer ce rythme</button></div>\n");
	form_close(h);
	return ERR_OK;
}

enum err page_account(struct request *rq, struct html *h)
{
	page_begin(rq, h,
		   &(struct page){ .space = space_of(&rq->who), .title = "Mon compte", .tab = "/espace-pro/mon-compte" });
	error_summary(rq, h);
	html(h, "<h1>Mon compte</h1>\n");
	if (!rq->who.roles)
		note(h, NOTE_WARN,
		     "Aucun rôle ne vous est encore confié : demandez à l’administrateur de votre Caf de vous inscrire dans un groupe.");
	html(h, "<div class=\"cols\">\n<div>\n");
	identity(rq, h);
	enum err e = rq->who.roles & ROLE_AGENT ? reminders(rq, h) : ERR_OK;

	if (!e)
		e = last_logins(rq, h);
	if (e)
		return e;
	html(h, "</div>\n<aside aria-label=\"Mot de passe\">\n");
	form_open(rq, h, "card", "/espace-pro/mon-compte");
	html(h, "<h2>Changer de mot de passe</h2>\n");
	field_of(rq, h, form_account(), "ancien", "w-m");
	password_field(rq, h, "nouveau", "Nouveau mot de passe");
	field_of(rq, h, form_account(), "confirmation", "w-m");
	html(h, "<div class=\"actions\"><button class=\"btn\">Changer le mot de passe</button></div>\n"
		"<p class=\"small muted\">Vos autres sessions seront fermées.</p>\n");
	form_close(h);
	html(h, "</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_account_post(struct request *rq, struct html *h)
{
	enum err e = change(rq, form_account(), input_get(&rq->in, "ancien"));

	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return page_account(rq, h);
	}
	return e ? e : done(rq, "/espace-pro/mon-compte", "mot-de-passe");
}

enum err page_reminders_post(struct request *rq, struct html *h)
{
	enum err e = reminders_choose(rq->app, rq->arena, &rq->who, &rq->in, &rq->faults);

	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return page_account(rq, h);
	}
	return e ? e : done(rq, "/espace-pro/mon-compte", "rappels");
}
