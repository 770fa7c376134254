/* One request before the Caf (picture 14): four steps of which only the current one has a form, what is asked, what happened. */
#include "fcgi/page/caf_request.h"

#include <string.h>

/* --- shared by the pages on one request --- */

enum err caf_request_open(struct request *rq, struct request_file *f)
{
	struct grant_request elsewhere;
	enum err e = request_open(rq->app, rq->arena, &rq->who, rq->arg[0], f);

	if (e != ERR_NOTFOUND || !request_is_number(rq->arg[0]) || request_read(rq->app, rq->arena, rq->arg[0], &elsewhere))
		return e;
	refuse_foreign(rq, "request", elsewhere.number, elsewhere.caf);
	return ERR_NOTFOUND;
}

const char *caf_request_path(struct request *rq, const struct request_file *f, const char *rest)
{
	return arena_printf(rq->arena, "/caf/demandes/%s%s", f->r.number, rest);
}

void caf_request_begin(struct request *rq, struct html *h, const struct request_file *f, const char *rest)
{
	const char *title = arena_printf(rq->arena, "Demande %s", f->r.number);

	if (rest)
		title = arena_printf(rq->arena, "%s : %s", rest, f->r.number);
	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/demandes", .title = title });
	if (rest)
		crumbs(h, "Demandes", "/caf/demandes", f->r.number, caf_request_path(rq, f, ""), rest, NULL);
	else
		crumbs(h, "Demandes", "/caf/demandes", f->r.number, NULL);
	error_summary(rq, h);
}

static const char *names_of(struct request *rq, const struct request_file *f, const struct strs *ids)
{
	struct buf b = buf_new(rq->arena);

	for (size_t i = 0; i < ids->n; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", request_name_of(rq->app, rq->arena, &f->r, ids->v[i]));
	return ids->n ? buf_str(&b) : "Aucun établissement";
}

static void person_lines(struct request *rq, struct html *h, const struct request_file *f, const struct request_person *p)
{
	html(h, "{} {}, {}<br><span class=\"muted\">{}</span>", p->given_name, p->surname, p->title, p->mail);
	if (p->listing.n != f->r.listing.n)
		html(h, "<br><span class=\"muted small\">Fonctionnement : {}</span>", names_of(rq, f, &p->listing));
	if (p->places.n != f->r.places.n)
		html(h, "<br><span class=\"muted small\">Places libres : {}</span>", names_of(rq, f, &p->places));
}

void caf_request_summary(struct request *rq, struct html *h, const struct request_file *f)
{
	const struct grant_request *r = &f->r;

	html(h,
	     "<h2>Ce qui est demandé</h2>\n<div class=\"card\">\n<dl class=\"summary\">\n<div><dt>Organisme</dt><dd>{}<br>{}, {} {}"
	     "<br><span class=\"muted\">SIRET {}</span></dd></div>\n<div><dt>Contact</dt><dd>{}<br>{}, ",
	     r->name, r->address, r->postal_code, r->city, r->siret, r->signatory, r->mail);
	phone_link(h, rq->arena, r->phone);
	html(h, "</dd></div>\n<div><dt>Fonctionnement</dt><dd>{}</dd></div>\n<div><dt>Places libres</dt><dd>{}</dd></div>\n",
	     names_of(rq, f, &r->listing), names_of(rq, f, &r->places));
	html(h, "<div><dt>Personnes à habiliter</dt><dd>");
	for (size_t i = 0; i < f->people_n; i++) {
		html(h, "<p>");
		person_lines(rq, h, f, &f->people[i]);
		html(h, "</p>");
	}
	html(h, "</dd></div>\n</dl>\n</div>\n");
}

/* --- the four steps --- */

static const struct {
	const char *event;
	const char *done, *todo;
} steps[] = {
	{ "checked", "Demande vérifiée", "Demande à vérifier" },
	{ "posted", "Convention envoyée", "Convention à envoyer" },
	{ "returned", "Retour signé enregistré", "Retour signé à enregistrer" },
	{ "activated", "Habilitation activée", "Habilitation à activer" },
};

static void step_done(struct request *rq, struct html *h, const struct request_file *f, size_t i)
{
	const struct request_event *ev = request_event_last(f, steps[i].event);

	html(h, "<li class=\"done\"><strong>{}</strong><span class=\"muted\">", steps[i].done);
	if (i == 1)
		html(h, "{}, par la poste<br>en {} {}", day_fr_short(rq->arena, (day_t)f->r.posted),
		     html_number(h, (int64_t)f->r.copies), f->r.copies > 1 ? "exemplaires" : "exemplaire");
	else if (ev)
		html(h, "{}<br>{}", day_fr_short(rq->arena, day_of(ev->at)), ev->name);
	html(h, "</span></li>\n");
}

static void step_now(struct request *rq, struct html *h, const struct request_file *f, size_t i)
{
	const struct request_event *incomplete = request_event_last(f, "incomplete");

	html(h, "<li class=\"now\" aria-current=\"step\"><strong>{}</strong><span class=\"muted\">", steps[i].todo);
	if (i == 2 && incomplete)
		html(h, "Pli incomplet reçu le {}", day_fr_short(rq->arena, day_of(incomplete->at)));
	else if (i == 0)
		html(h, "Transmise le {}", day_fr_short(rq->arena, day_of(f->r.sent_at)));
	html(h, "</span></li>\n");
}

static void steps_list(struct request *rq, struct html *h, const struct request_file *f)
{
	int now = (int)request_stage(f->r.state);

	html(h, "<ol class=\"steps\" aria-label=\"Avancement de la demande\">\n");
	for (size_t i = 0; i < LENGTH(steps); i++) {
		if (now < 0 ? request_event_last(f, steps[i].event) != NULL : (int)i < now)
			step_done(rq, h, f, i);
		else if ((int)i == now)
			step_now(rq, h, f, i);
		else
			html(h, "<li><strong>{}</strong><span class=\"muted\">{}</span></li>\n", steps[i].todo,
			     now < 0 ? "Sans suite" : arena_printf(rq->arena, "Possible après l’étape %zu", i));
	}
	html(h, "</ol>\n");
}

/* --- the current step's form --- */

static enum err findings(struct request *rq, struct html *h, const struct request_file *f)
{
	struct finding *v;
	size_t n;
	enum err e = request_findings(rq->app, rq->arena, &rq->who, f, &v, &n);

	if (e)
		return e;
	html(h, "<ul class=\"findings\">\n");
	for (size_t i = 0; i < n; i++) {
		html(h, "<li class=\"{}\"><span class=\"tag {}\">{}</span> ", v[i].warn ? "warn" : "fine",
		     v[i].warn ? "tag-warn" : "tag-ok", v[i].warn ? "À voir" : "Conforme");
		if (*v[i].path)
			html(h, "<a href=\"{}\">{f}</a></li>\n", v[i].path, v[i].text);
		else
			html(h, "{f}</li>\n", v[i].text);
	}
	html(h, "</ul>\n");
	return ERR_OK;
}

static enum err check_form(struct request *rq, struct html *h, const struct request_file *f)
{
	form_open(rq, h, "card decision", caf_request_path(rq, f, "/verifier"));
	html(h, "<h2>Étape 1 : vérifier la demande</h2>\n<p>Voici ce que donne la comparaison avec le répertoire et l’annuaire.</p>\n");
	enum err e = findings(rq, h, f);

	html(h, "<p class=\"muted\">La convention est ensuite préparée à partir de la demande, prête à imprimer.</p>\n<div class=\"actions\">"
		"<button class=\"btn\">La demande est vérifiée</button></div>\n");
	form_close(h);
	return e;
}

static void post_form(struct request *rq, struct html *h, const struct request_file *f)
{
	const struct form *form = form_request_posting();
	const struct request_event *again = request_event_last(f, "prepared");

	form_open(rq, h, "card decision", caf_request_path(rq, f, "/envoi"));
	html(h,
	     "<h2>Étape 2 : envoyer la convention</h2>\n<p>La convention n° {} est prête{}. Imprimez-la, puis enregistrez son envoi.</p>\n"
	     "<p><a class=\"btn btn-alt\" href=\"{}\">Voir et imprimer</a> <a href=\"{}\">Télécharger le PDF</a></p>\n",
	     f->r.agreement,
	     again ? arena_printf(rq->arena, ", préparée à nouveau le %s", time_fr(rq->arena, again->at)) : "",
	     caf_request_path(rq, f, "/convention"), caf_request_path(rq, f, "/convention.pdf"));
	field_hidden(h, "document", text_hex(rq->arena, f->r.document_hash));
	html(h, "<div class=\"cols-even\">\n");
	field_of(rq, h, form, "date_envoi", "w-s");
	field_of(rq, h, form, "exemplaires", "w-s");
	html(h, "</div>\n<div class=\"actions\"><button class=\"btn\">Enregistrer l’envoi</button></div>\n");
	form_close(h);
	form_open(rq, h, "card", caf_request_path(rq, f, "/preparer"));
	html(h, "<p>Le modèle de la convention ou un établissement a changé ? Préparez-la à nouveau, avant de l’imprimer.</p>\n"
		"<button class=\"btn btn-alt btn-small\">Préparer à nouveau</button>\n");
	form_close(h);
}

static void annex_boxes(struct request *rq, struct html *h)
{
	static const struct choice boxes[] = {
		{ "personnes", "La liste des personnes de l’annexe est celle de la demande" },
		{ "etablissements", "La liste des établissements de l’annexe est celle de la demande" },
	};
	const char *fault = fault_of(&rq->faults, "annexe");

	html(h, "<fieldset class=\"field{}\"><legend>Vérifications</legend>\n", fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-annexe\">{f}</span>\n", fault);
	for (size_t i = 0; i < LENGTH(boxes); i++) {
		const char *id = i ? "annexe-etablissements" : "annexe";

		one_box(rq, h, id, "annexe", boxes[i].value, boxes[i].label);
	}
	html(h, "</fieldset>\n");
}

static void return_form(struct request *rq, struct html *h, const struct request_file *f)
{
	const struct form *form = form_request_return();

	form_open(rq, h, "card decision", caf_request_path(rq, f, "/retour-signe"));
	html(h, "<h2>Étape 3 : enregistrer la convention signée</h2>\n");
	field_of(rq, h, form, "signataire", "w-l");
	html(h, "<div class=\"cols-even\">\n");
	field_of(rq, h, form, "signature_fournisseur", "w-s");
	field_of(rq, h, form, "signature_caf", "w-s");
	html(h, "</div>\n");
	field_of(rq, h, form, "deliberation", "w-l");
	field_of(rq, h, form, "cote", "w-m");
	annex_boxes(rq, h);
	html(h,
	     "<div class=\"actions\"><button class=\"btn\">Enregistrer la convention signée</button><a href=\"{}\">Le pli est "
	     "incomplet</a></div>\n",
	     caf_request_path(rq, f, "/pli-incomplet"));
	form_close(h);
}

static void activate_card(struct request *rq, struct html *h, const struct request_file *f)
{
	html(h,
	     "<div class=\"card decision\">\n<h2>Étape 4 : activer l’habilitation</h2>\n<p>La convention est signée, elle prend effet "
	     "au {}. Relisez les personnes et leurs adresses, puis ouvrez les accès.</p>\n<div class=\"actions\">"
	     "<a class=\"btn\" href=\"{}\">Voir les personnes et activer</a></div>\n</div>\n",
	     day_fr(rq->arena, request_effect(&f->r)), caf_request_path(rq, f, "/activer"));
}

static void free_line(struct request *rq, struct html *h, const struct request_file *f, unsigned line)
{
	const char *text = f->r.others.v[line - 1], *id = request_resolved(&f->r, arena_printf(rq->arena, "+%u", line));
	const char *path = caf_request_path(rq, f, arena_printf(rq->arena, "/lignes/%u", line));
	struct establishment e;

	html(h, "<li><p>« {} »", text);
	switch (request_line_state(rq->app, rq->arena, &f->r, line)) {
	case LINE_COMING:
		html(h, "</p><span class=\"tag tag-warn\">{}, ajout en cours</span></li>\n", id);
		return;
	case LINE_THERE:
		html(h,
		     " : <a href=\"/caf/etablissements/{}\">{}</a></p><span class=\"tag tag-ok\">{}</span> <a href=\"{}\">Changer"
		     "<span class=\"vh\"> : {}</span></a></li>\n",
		     id, establishment_find(rq->app, rq->arena, id, &e) ? id : e.name, id, path, text);
		return;
	case LINE_LOST:
		html(h, "</p><span class=\"tag tag-err\">{} n’est plus au répertoire</span> ", id);
		break;
	default:
		html(h, "</p>");
	}
	html(h, "<a class=\"btn btn-alt btn-small\" href=\"{}\">Ajouter au répertoire<span class=\"vh\"> : {}</span></a></li>\n",
	     path, text);
}

/* Establishments of the free lines, until the activation. */
static void free_lines(struct request *rq, struct html *h, const struct request_file *f)
{
	if (!f->r.others.n || !request_is_open(&f->r))
		return;
	html(h, "<section class=\"card\" aria-labelledby=\"t-lignes\">\n<h2 id=\"t-lignes\">Établissements absents du répertoire</h2>\n"
		"<ul class=\"todo\">\n");
	for (size_t i = 0; i < f->r.others.n; i++)
		free_line(rq, h, f, (unsigned)i + 1);
	html(h, "</ul>\n</section>\n");
}

static enum err current_step(struct request *rq, struct html *h, const struct request_file *f)
{
	switch (request_stage(f->r.state)) {
	case STAGE_SUBMITTED:
		return check_form(rq, h, f);
	case STAGE_CHECKED:
		post_form(rq, h, f);
		return ERR_OK;
	case STAGE_SENT:
		return_form(rq, h, f);
		return ERR_OK;
	case STAGE_SIGNED:
		activate_card(rq, h, f);
		return ERR_OK;
	case STAGE_ACTIVE:
		return caf_request_accesses(rq, h, f);
	default:
		html(h, "<div class=\"note\"><p><strong>{}</strong> le {}.</p>",
		     choice_label(request_state_choices, f->r.state), time_fr(rq->arena, f->r.decided_at));
		if (*f->r.reason_text)
			html(h, "<p>Motif : « {b} »</p>", f->r.reason_text);
		html(h, "</div>\n");
		caf_request_closing_mail(rq, h, f);
		return ERR_OK;
	}
}

static void silence_sentence(struct request *rq, struct html *h, const struct grant_request *r)
{
	const char *day = day_fr(rq->arena, (day_t)r->silence);

	if (r->silence >= day_today())
		html(h, " Réponse attendue avant le <strong>{}</strong>.", day);
	else
		html(h, " <strong>Sans réponse le {}, elle est considérée comme {}</strong> depuis ce jour.", day,
		     strcmp(rq->who.caf.silence, "rejet") == 0 ? "refusée" : "acceptée");
}

static void head(struct request *rq, struct html *h, const struct request_file *f)
{
	const struct grant_request *r = &f->r;

	html(h, "<h1>{}</h1>\n<p class=\"muted\">Demande <span class=\"num\">{}</span>, transmise le {}.", r->name,
	     r->number, time_fr(rq->arena, r->sent_at));
	if (r->silence && request_awaits_answer(r))
		silence_sentence(rq, h, r);
	if (*r->agreement)
		html(h, " Convention n° <span class=\"num\">{}</span>.", r->agreement);
	html(h, "</p>\n");
}

enum err caf_request_page(struct request *rq, struct html *h, const struct request_file *f, const char *conflict)
{
	caf_request_begin(rq, h, f, NULL);
	if (conflict) {
		html(h, "<div class=\"note note-warn\" role=\"alert\"><p>{f}</p></div>\n", conflict);
		typed_values(rq, h);
	}
	head(rq, h, f);
	steps_list(rq, h, f);
	html(h, "<div class=\"cols\">\n<div>\n");
	enum err e = current_step(rq, h, f);

	free_lines(rq, h, f);
	caf_request_summary(rq, h, f);
	html(h, "</div>\n");
	if (!e)
		e = caf_request_beside(rq, h, f);
	html(h, "</div>\n");
	page_end(rq, h);
	return e;
}

/* What the form holds before anybody typed. */
static void preset(struct request *rq, const struct request_file *f)
{
	if (rq->kept)
		return;
	if (request_stage(f->r.state) == STAGE_CHECKED)
		rq->in = input_with(rq->arena, &rq->in, "exemplaires", "2");
	if (request_stage(f->r.state) == STAGE_SENT)
		rq->in = input_with(rq->arena, &rq->in, "signataire", f->r.signatory);
}

enum err page_caf_request(struct request *rq, struct html *h)
{
	struct request_file f;
	enum err e = caf_request_open(rq, &f);

	if (e)
		return e;
	preset(rq, &f);
	return caf_request_page(rq, h, &f, NULL);
}
