/* What a Caf posts about a request, step by step; and the page that asks what an incomplete reply lacks. */
#include "fcgi/page/caf_request.h"

#include "base/french.h"

#include <string.h>

static const struct choice annex_choices[] = {
	{ "personnes", "Personnes" },
	{ "etablissements", "Établissements" },
	{ NULL, NULL },
};
static const struct field acknowledge_fields[] = {
	{ .name = "courriel", .label = "Courriel de l’organisme", .kind = FIELD_MAIL },
	FIELD_SEEN,
};
static const struct field incomplete_fields[] = {
	{ .name = "precision",
	  .label = "Ce qui manque",
	  .kind = FIELD_LINES,
	  .required = true,
	  .max = 500,
	  .hint = "Pour l’historique du dossier. Rien n’est envoyé à l’organisme. 500 caractères au plus.",
	  .missing = "Écrivez ce qui manque" },
};
static const struct field posting_fields[] = {
	{ .name = "date_envoi",
	  .label = "Date d’envoi",
	  .kind = FIELD_DAY,
	  .required = true,
	  .hint = DAY_HINT,
	  .missing = "Saisissez la date d’envoi" },
	{ .name = "exemplaires",
	  .label = "Nombre d’exemplaires",
	  .kind = FIELD_NUMBER,
	  .required = true,
	  .least = 1,
	  .most = 9,
	  .hint = "De 1 à 9",
	  .missing = "Saisissez le nombre d’exemplaires" },
	{ .name = "document", .label = "Document", .kind = FIELD_TOKEN, .max = 64 },
};
static const struct field return_fields[] = {
	{ .name = "signataire",
	  .label = "Signataire pour le fournisseur",
	  .kind = FIELD_TEXT,
	  .required = true,
	  .max = 150,
	  .missing = "Saisissez le nom de la personne qui a signé pour le fournisseur" },
	{ .name = "signature_fournisseur",
	  .label = "Date de signature du fournisseur",
	  .kind = FIELD_DAY,
	  .required = true,
	  .hint = DAY_HINT,
	  .missing = "Saisissez la date de signature du fournisseur" },
	{ .name = "signature_caf",
	  .label = "Date de signature de la Caf",
	  .kind = FIELD_DAY,
	  .required = true,
	  .hint = "La convention prend effet à la plus tardive des deux",
	  .missing = "Saisissez la date de signature de la Caf" },
	{ .name = "deliberation",
	  .label = "Référence de la délibération",
	  .kind = FIELD_TEXT,
	  .max = 64,
	  .hint = "Celle du reçu de la préfecture, comme 092-219200789-20230726-DCM232-AI" },
	{ .name = "cote", .label = "Cote d’archivage", .kind = FIELD_TEXT, .max = 64 },
	{ .name = "annexe", .label = "Vérifications", .kind = FIELD_SET, .choices = annex_choices },
};
static const struct field resend_fields[] = {
	{ .name = "courriel",
	  .label = "Courriel professionnel",
	  .kind = FIELD_MAIL,
	  .required = true,
	  .missing = "Saisissez le courriel" },
	{ .name = "partage", .label = "Adresse partagée", .kind = FIELD_SET, .choices = yes_choices },
	FIELD_SEEN,
};

const struct form *form_request_acknowledge(void)
{
	static const struct form form = { acknowledge_fields, LENGTH(acknowledge_fields) };

	return &form;
}

const struct form *form_request_incomplete(void)
{
	static const struct form form = { incomplete_fields, LENGTH(incomplete_fields) };

	return &form;
}

const struct form *form_request_posting(void)
{
	static const struct form form = { posting_fields, LENGTH(posting_fields) };

	return &form;
}

const struct form *form_request_return(void)
{
	static const struct form form = { return_fields, LENGTH(return_fields) };

	return &form;
}

const struct form *form_request_resend(void)
{
	static const struct form form = { resend_fields, LENGTH(resend_fields) };

	return &form;
}

/* --- the answer to a step --- */

static const char *who_did(struct request *rq, const struct request_file *f, const char *what, const char *verb)
{
	const struct request_event *ev = request_event_last(f, what);

	if (!ev)
		return arena_printf(rq->arena, "Cette étape est déjà faite.");
	return arena_printf(rq->arena, "%s a %s le %s.", ev->name, verb, time_fr(rq->arena, ev->at));
}

static const struct {
	const char *what, *verb, *before;
} from_stage[] = {
	[STAGE_SUBMITTED] = { "checked", "vérifié la demande", "" },
	[STAGE_CHECKED] = { "posted", "enregistré l’envoi de la convention", "La demande n’est pas encore vérifiée." },
	[STAGE_SENT] = { "returned", "enregistré la convention signée", "La convention n’est pas encore envoyée." },
	[STAGE_SIGNED] = { "activated", "activé l’habilitation", "La convention signée n’est pas encore enregistrée." },
	[STAGE_ACTIVE] = { "", "", "L’habilitation n’est pas encore active." },
};

const char *caf_request_step_done(struct request *rq, const struct request_file *f, enum request_stage from)
{
	return who_did(rq, f, from_stage[from].what, from_stage[from].verb);
}

/* Why a step that starts from a state was not recorded: done already, or not yet possible. */
static const char *why_not(struct request *rq, const struct request_file *f, enum request_stage from)
{
	enum request_stage now = request_stage(f->r.state);

	if (strcmp(f->r.state, "refused") == 0)
		return who_did(rq, f, "refused", "refusé cette demande");
	if (strcmp(f->r.state, "withdrawn") == 0)
		return who_did(rq, f, "withdrawn", "retiré cette demande");
	if (now == STAGE_CLOSED)
		return "Cette demande est close.";
	if (from == STAGE_CLOSED)
		return "Cette demande n’est pas close.";
	if (now < from)
		return from_stage[from].before;
	if (now == from && from == STAGE_CHECKED && request_event_last(f, "prepared"))
		return who_did(rq, f, "prepared", "préparé à nouveau la convention");
	if (now == from)
		return "Le dossier a changé entre-temps. Relisez-le, puis recommencez.";
	if (from == STAGE_ACTIVE)
		return "L’accès n’est pas ouvert.";
	return who_did(rq, f, from_stage[from].what, arena_printf(rq->arena, "déjà %s", from_stage[from].verb));
}

static enum err conflict(struct request *rq, struct html *h, const struct request_file *f, enum request_stage from)
{
	rq->faults = (struct faults){ 0 };
	rq->re->status = 409;
	return caf_request_page(rq, h, f,
				arena_printf(rq->arena, "%s Votre saisie n’est pas enregistrée.", why_not(rq, f, from)));
}

enum err caf_request_answer(struct request *rq, struct html *h, enum err e, enum request_stage from, const char *code,
			    caf_request_again again)
{
	struct request_file f;

	if (e && e != ERR_INVALID && e != ERR_CONFLICT)
		return e;
	if (caf_request_open(rq, &f))
		return ERR_INTERNAL;
	if (!e)
		return done(rq, caf_request_path(rq, &f, ""), code);
	if (e == ERR_CONFLICT)
		return conflict(rq, h, &f, from);
	rq->re->status = 422;
	return again ? again(rq, h, &f) : caf_request_page(rq, h, &f, NULL);
}

enum err caf_request_address_moved(struct request *rq, struct html *h, const struct request_file *f, const char *whose,
				   const char *now)
{
	rq->faults = (struct faults){ 0 };
	rq->re->status = 409;
	return caf_request_page(rq, h, f,
				arena_printf(rq->arena,
					     "Le courriel %s a été corrigé entre-temps : c’est maintenant %s. Votre saisie n’est "
					     "pas enregistrée.",
					     french_de(rq->arena, whose), now));
}

/* A form's own faults first; those of the rules are added by the act, which is then not reached. Another Caf's request, or one in
   another state, answers before what was typed is looked at. */
static enum err open_for(struct request *rq, struct html *h, enum request_stage from, struct request_file *f, bool *over)
{
	enum err e = caf_request_open(rq, f);

	*over = !e && request_stage(f->r.state) != from && !*input_get(&rq->in, "reprise");
	return *over ? conflict(rq, h, f, from) : e;
}

/* --- steps without a page of their own --- */

enum err page_caf_request_check(struct request *rq, struct html *h)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (!e)
		e = request_check(rq->app, rq->arena, &rq->who, rq->arg[0]);
	return caf_request_answer(rq, h, e, STAGE_SUBMITTED, "demande-verifiee", NULL);
}

enum err page_caf_request_acknowledge(struct request *rq, struct html *h)
{
	const char *seen = input_get(&rq->in, "adresse_vue"), *mail = input_get(&rq->in, "courriel");
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (!e)
		e = request_acknowledge(rq->app, rq->arena, &rq->who, rq->arg[0], seen, mail, &rq->faults);
	if (e == ERR_CONFLICT && *seen && !caf_request_open(rq, &f) && request_is_open(&f.r) && strcmp(seen, f.r.mail) != 0)
		return caf_request_address_moved(rq, h, &f, "l’organisme", f.r.mail);
	return caf_request_answer(rq, h, e, STAGE_SIGNED, "accuse-renvoye", NULL);
}

enum err page_caf_request_prepare(struct request *rq, struct html *h)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (!e)
		e = request_prepare(rq->app, rq->arena, &rq->who, rq->arg[0]);
	return caf_request_answer(rq, h, e, STAGE_CHECKED, "convention-preparee", NULL);
}

static day_t day_typed(struct request *rq, const char *name)
{
	day_t day;

	return day_parse(input_get(&rq->in, name), &day) ? DAY_NONE : day;
}

enum err page_caf_request_post(struct request *rq, struct html *h)
{
	struct posting p = { .posted = day_typed(rq, "date_envoi"), .document = input_get(&rq->in, "document") };
	struct request_file f;
	bool over;
	enum err e = open_for(rq, h, STAGE_CHECKED, &f, &over);

	if (e || over)
		return e;
	input_check(rq->arena, form_request_posting(), &rq->in, &rq->faults);
	if (text_to_int(input_get(&rq->in, "exemplaires"), 1, 9, &p.copies))
		p.copies = 0;
	if (rq->faults.n) {
		posting_check(rq->arena, &f.r, &p, day_today(), &rq->faults);
		e = ERR_INVALID;
	} else {
		e = request_post(rq->app, rq->arena, &rq->who, rq->arg[0], &p, &rq->faults);
	}
	return caf_request_answer(rq, h, e, STAGE_CHECKED, "envoi-enregistre", NULL);
}

enum err page_caf_request_return(struct request *rq, struct html *h)
{
	struct signed_return s = {
		.signed_by = input_get(&rq->in, "signataire"),
		.provider = day_typed(rq, "signature_fournisseur"),
		.caf = day_typed(rq, "signature_caf"),
		.archive_ref = input_get(&rq->in, "cote"),
		.prefecture_ref = input_get(&rq->in, "deliberation"),
		.people_same = input_has(&rq->in, "annexe", "personnes"),
		.places_same = input_has(&rq->in, "annexe", "etablissements"),
	};
	struct request_file f;
	bool over;
	enum err e = open_for(rq, h, STAGE_SENT, &f, &over);

	if (e || over)
		return e;
	input_check(rq->arena, form_request_return(), &rq->in, &rq->faults);
	if (rq->faults.n) {
		signed_return_check(rq->arena, &f.r, &s, day_today(), &rq->faults);
		e = ERR_INVALID;
	} else {
		e = request_return(rq->app, rq->arena, &rq->who, rq->arg[0], &s, &rq->faults);
	}
	return caf_request_answer(rq, h, e, STAGE_SENT, "convention-enregistree", NULL);
}

/* --- an incomplete reply --- */

static enum err incomplete_page(struct request *rq, struct html *h, const struct request_file *f)
{
	caf_request_begin(rq, h, f, "Le pli est incomplet");
	html(h, "<h1>Le pli est incomplet</h1>\n<p class=\"lead\">Demande {}, {}</p>\n", f->r.number, f->r.name);
	form_open(rq, h, "card decision narrow", caf_request_path(rq, f, "/pli-incomplet"));
	field_of(rq, h, form_request_incomplete(), "precision", "");
	html(h,
	     "<p>La demande attend toujours le retour signé. Appelez ou écrivez à l’organisme : {}, {}.</p>\n<div class=\"actions\">"
	     "<button class=\"btn\">Noter ce qui manque</button><a href=\"{}\">Revenir à la demande</a></div>\n",
	     f->r.mail, text_phone_fr(rq->arena, f->r.phone), caf_request_path(rq, f, ""));
	form_close(h);
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_request_incomplete(struct request *rq, struct html *h)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (e)
		return e;
	return request_stage(f.r.state) == STAGE_SENT ? incomplete_page(rq, h, &f) :
							done(rq, caf_request_path(rq, &f, ""), "etape-autre");
}

enum err page_caf_request_incomplete_post(struct request *rq, struct html *h)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (!e)
		e = request_incomplete(rq->app, rq->arena, &rq->who, rq->arg[0], input_get(&rq->in, "precision"),
				       &rq->faults);
	return caf_request_answer(rq, h, e, STAGE_SENT, "pli-incomplet", incomplete_page);
}
