/* A lost password: the identifier and a text to copy, and one answer for everybody. */
#include "fcgi/page/page.h"

#include "acts/challenge.h"
#include "acts/forgotten.h"

static const struct field forgotten_fields[] = {
	FIELD_IDENTIFIER,
	{ .name = "recopie",
	  .label = "Recopiez ou collez ce texte",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 100,
	  .missing = "Recopiez le texte affiché" },
	{ .name = "defi", .kind = FIELD_TOKEN, .max = 400 },
};

const struct form *form_forgotten(void)
{
	static const struct form form = { forgotten_fields, LENGTH(forgotten_fields) };

	return &form;
}

/* A new text each time the page is shown: what was copied of the last one is not shown again. */
static void challenge_field(struct request *rq, struct html *h)
{
	struct challenge c = challenge_new(rq->app, rq->arena, rq->csrf, visitor_now(&rq->who));
	const char *fault = fault_of(&rq->faults, "recopie");

	field_hidden(h, "defi", c.seal);
	html(h,
	     "<div class=\"field{}\">\n<p class=\"label\" id=\"l-texte\">Texte à recopier</p>\n"
	     "<p><span class=\"challenge\" id=\"texte\">{}</span></p>\n<label for=\"recopie\">Recopiez ou collez ce texte</label>\n"
	     "<span class=\"hint\" id=\"h-recopie\">Majuscules ou minuscules, sans importance. Ce texte n’est pas une image : un "
	     "lecteur d’écran peut le lire.</span>\n",
	     fault ? " field-error" : "", c.text);
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-recopie\">{f}</span>\n", fault);
	html(h,
	     "<input class=\"w-m\" type=\"text\" id=\"recopie\" name=\"recopie\" autocomplete=\"off\" autocapitalize=\"characters\" "
	     "spellcheck=\"false\" aria-describedby=\"texte h-recopie{}\"",
	     fault ? " e-recopie" : "");
	if (fault)
		html(h, " aria-invalid=\"true\"");
	html(h, ">\n<p><a href=\"/mot-de-passe-oublie\">Afficher un autre texte</a></p>\n</div>\n");
}

static enum err forgotten_page(struct request *rq, struct html *h, const char *refusal)
{
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PUBLIC, .title = "Demander un nouveau mot de passe", .tab = "/connexion" });
	error_summary(rq, h);
	html(h, "<a class=\"back\" href=\"/connexion\">Retour à la connexion</a>\n<div class=\"narrow\">\n"
		"<h1>Demander un nouveau mot de passe</h1>\n<p class=\"lead\">Nous envoyons un mot de passe provisoire à l’adresse "
		"enregistrée pour vous. Vous en choisirez un autre à la connexion.</p>\n");
	if (refusal)
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>{f}</p></div>\n", refusal);
	form_open(rq, h, "card", "/mot-de-passe-oublie");
	field_of(rq, h, form_forgotten(), "identifiant", "w-m");
	challenge_field(rq, h);
	html(h, "<div class=\"actions\"><button class=\"btn\">Envoyer un mot de passe provisoire</button></div>\n");
	form_close(h);
	html(h, "<p class=\"small muted\">Vous n’avez plus votre identifiant, ou votre adresse a changé ? Contactez le service "
		"Partenaires de votre Caf.</p>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_forgotten(struct request *rq, struct html *h)
{
	return forgotten_page(rq, h, NULL);
}

/* The hour shown is never before the window's end. */
static enum err too_many(struct request *rq, struct html *h, int64_t retry_at)
{
	rq->re->status = 429;
	return forgotten_page(
		rq, h,
		arena_printf(rq->arena, "Trop de demandes depuis votre adresse. Réessayez à %s, ou appelez votre Caf.",
			     time_hour_fr(rq->arena, retry_at + MINUTE_MS - 1)));
}

enum err page_forgotten_post(struct request *rq, struct html *h)
{
	struct forgotten_form form = {
		.identifier = input_get(&rq->in, "identifiant"),
		.seal = input_get(&rq->in, "defi"),
		.text = input_get(&rq->in, "recopie"),
		.form = rq->csrf,
	};
	int64_t retry_at;
	enum err e = ERR_INVALID;

	input_check(rq->arena, form_forgotten(), &rq->in, &rq->faults);
	if (!rq->faults.n)
		e = password_ask(rq->app, rq->arena, &rq->who, &form, &rq->faults, &retry_at);
	if (e == ERR_LIMIT)
		return too_many(rq, h, retry_at);
	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return forgotten_page(rq, h, NULL);
	}
	if (e)
		return e;
	http_see_other(rq->re, "/mot-de-passe-oublie/envoye");
	return ERR_OK;
}

enum err page_forgotten_sent(struct request *rq, struct html *h)
{
	page_begin(rq, h, &(struct page){ .space = SPACE_PUBLIC, .title = "Consultez vos courriels", .tab = "/connexion" });
	html(h,
	     "<a class=\"back\" href=\"/connexion\">Retour à la connexion</a>\n<div class=\"narrow\">\n<h1>Consultez vos courriels</h1>\n"
	     "<div class=\"note note-ok\" role=\"status\"><p>Si cet identifiant existe, un courriel est parti.</p></div>\n"
	     "<p>Il contient un mot de passe provisoire, valable {} heures. Connectez-vous avec lui : vous choisirez ensuite un mot de "
	     "passe personnel.</p>\n<p>Votre mot de passe actuel reste valable tant que le provisoire n’a pas servi.</p>\n"
	     "<h2>Rien reçu après quelques minutes ?</h2>\n<ul>\n<li>Regardez dans les courriels indésirables.</li>\n"
	     "<li>Vérifiez l’identifiant, puis attendez 5 minutes avant de <a href=\"/mot-de-passe-oublie\">refaire une demande</a>.</li>\n"
	     "<li>Votre adresse a changé ? Contactez le service Partenaires de votre Caf.</li>\n</ul>\n</div>\n",
	     html_number(h, rq->app->settings->temporary_reset_h));
	page_end(rq, h);
	return ERR_OK;
}
