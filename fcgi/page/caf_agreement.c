/* The Caf's conventions: which fall due, one of them, its termination. */
#include "acts/amendment.h"
#include "acts/annex.h"
#include "acts/calendar.h"
#include "acts/outcome.h"
#include "acts/termination.h"
#include "fcgi/page/caf_provider.h"

#include <string.h>

#define PER_PAGE 30
#define HISTORY 15

static const struct choice due_choices[] = { { "toutes", "Toutes" },
					     { "proche", "Échéance dans les 4 mois" },
					     { NULL, NULL } };
static const struct field list_fields[] = {
	{ .name = "q", .label = "Numéro ou fournisseur", .kind = FIELD_TEXT, .max = 100 },
	{ .name = "echeance", .label = "Échéance", .kind = FIELD_CHOICE, .choices = due_choices },
	{ .name = "page", .label = "Page", .kind = FIELD_NUMBER, .least = 1, .most = 10000 },
};

const struct form *form_caf_agreements(void)
{
	static const struct form form = { list_fields, LENGTH(list_fields) };

	return &form;
}

static const struct field keep_fields[] = {
	{ .name = "annuler", .label = "Confirmation", .kind = FIELD_SET, .choices = yes_choices },
};

const struct form *form_termination(void)
{
	return &termination_form;
}

const struct form *form_agreement_keep(void)
{
	static const struct form form = { keep_fields, LENGTH(keep_fields) };

	return &form;
}

/* --- the list --- */

enum err page_caf_agreements(struct request *rq, struct html *h)
{
	const char *q = input_get(&rq->in, "q"), *due = input_get(&rq->in, "echeance");
	struct agreement_line *v;
	size_t n, total;
	int64_t page;
	enum err e = page_number(rq, &page);

	if (!e && *due && !choice_has(due_choices, due))
		e = ERR_MALFORMED;
	if (e)
		return e;
	struct agreement_filter f = { q, strcmp(due, "proche") == 0, (size_t)page - 1, PER_PAGE };

	if ((e = caf_agreements(rq->app, rq->arena, &rq->who, &f, &v, &n, &total)))
		return e;
	const char *list = link_with(rq->arena, "/caf/conventions", "q", q, "echeance", due, NULL);

	if (pages_are_fewer(rq, list, page, total, PER_PAGE))
		return ERR_OK;
	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/conventions", .title = "Conventions" });
	html(h, "<h1>Conventions</h1>\n");
	filter_open(h, "/caf/conventions", "Filtrer les conventions");
	filter_select(rq, h, "echeance", "Échéance", due_choices, due);
	filter_text(rq, h, "q", "Numéro ou fournisseur");
	filter_close(h, "Filtrer");
	if (n)
		agreements_table(rq, h,
				 arena_printf(rq->arena, "%zu convention%s sur %zu, la prochaine échéance d’abord", n,
					      n > 1 ? "s" : "", total),
				 v, n, true);
	else
		note(h, NOTE_INFO,
		     f.soon ? "Aucune échéance dans les 4 mois." : "Aucune convention ne correspond à cette recherche.");
	pages_of(rq, h, list, "Pages de conventions", page, total, PER_PAGE);
	page_end(rq, h);
	return ERR_OK;
}

/* --- one of them --- */

struct agreement_view {
	struct agreement g;
	struct provider p;
	struct agreement_file file;
	struct annex annex;
	struct establishment *covered; /* by it; of one that is over, to the end */
	struct amendment *amendments;
	struct deed *deeds;
	struct outcome termination, amendment;
	size_t covered_n, amendments_n, deeds_n;
	enum agreement_state state;
	day_t last; /* the due day; of one that is over the day it ended, 0: not known */
	const char *path;
};

static enum err read_outcome(struct request *rq, const struct agreement_view *v, const char *what, struct outcome *out)
{
	enum err e = outcome_of(rq->app, rq->arena, agreement_outcome_key(rq->arena, &v->g, what), out);

	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_last_day(struct request *rq, struct agreement_view *v)
{
	AUTO_TXN struct txn t = txn_read(rq->app->store, STORE_MAIN);
	struct agreement_line l;
	enum err e = agreement_line_read(&t, rq->arena, &v->g, &v->p, &l);

	if (!e)
		v->last = l.over ? l.ended : l.due;
	return e;
}

/* Of one that is over the annex has nothing any more. */
static enum err read_covered(struct request *rq, struct agreement_view *v)
{
	if (v->state == AGREEMENT_OVER)
		return agreement_establishments(rq->app, rq->arena, &v->g, &v->covered, &v->covered_n);
	v->covered = v->annex.covered;
	v->covered_n = v->annex.covered_n;
	return ERR_OK;
}

static enum err read_view(struct request *rq, struct agreement_view *v)
{
	enum err e = agreement_of_path(rq, &v->g, &v->p);

	if (!e)
		e = read_last_day(rq, v);
	if (!e)
		e = agreement_file_read(rq->app, rq->arena, &v->g, &v->p, &v->file);
	if (!e)
		e = annex_at(rq->app, rq->arena, &v->g, clock_now(), &v->annex);
	if (!e)
		e = amendments_of(rq->app, rq->arena, &v->g, &v->amendments, &v->amendments_n);
	if (!e)
		e = agreement_history(rq->app, rq->arena, &v->g, &v->p, HISTORY, &v->deeds, &v->deeds_n);
	if (!e)
		e = read_outcome(rq, v, "resiliation", &v->termination);
	if (!e)
		e = read_outcome(rq, v, "avenant", &v->amendment);
	if (e)
		return e;
	v->state = agreement_state(&v->g, day_today());
	v->path = arena_printf(rq->arena, "/caf/conventions/%s", v->g.number);
	return read_covered(rq, v);
}

static void row(struct html *h, const char *label, const char *text)
{
	if (*text)
		html(h, "<div><dt>{f}</dt><dd>{}</dd></div>\n", label, text);
}

static void day_row(struct request *rq, struct html *h, const char *label, int64_t day)
{
	if (day)
		row(h, label, day_fr(rq->arena, (day_t)day));
}

static void dates(struct request *rq, struct html *h, const struct agreement_view *v)
{
	const struct agreement *g = &v->g;
	bool over = v->state == AGREEMENT_OVER, renews = agreement_renews(g) && !over;

	html(h, "<section class=\"card\" aria-labelledby=\"t-dates\">\n<h2 id=\"t-dates\">Dates et signatures</h2>\n<dl class=\"summary\">\n"
		"<div><dt>État</dt><dd>");
	tag(h, agreement_tag(g));
	html(h, "</dd></div>\n");
	day_row(rq, h, "Prise d’effet", g->effect);
	day_row(rq, h, over ? "A pris fin le" : renews ? "Se renouvelle le" : "Prend fin le", v->last);
	if (renews && v->last)
		day_row(rq, h, "Dernier jour de préavis", agreement_notice_limit(v->last));
	if (*g->signatory)
		html(h, "<div><dt>Signataire</dt><dd>{}{}{}</dd></div>\n", g->signatory,
		     *g->signatory_title ? ", " : "", g->signatory_title);
	day_row(rq, h, "Signée par le fournisseur", g->signed_provider);
	day_row(rq, h, "Signée par la Caf", g->signed_caf);
	day_row(rq, h, "Envoyée par la poste", g->posted);
	day_row(rq, h, "Retour reçu", g->returned);
	row(h, "Référence en préfecture", g->prefecture_ref);
	if (strcmp(v->file.number, v->g.number) != 0)
		row(h, "Numéro sur les documents signés", v->file.number);
	row(h, "Cote d’archivage", v->file.archive_ref);
	if (*v->file.request)
		html(h, "<div><dt>Demande</dt><dd><a class=\"num\" href=\"/caf/demandes/{u}\">{}</a></dd></div>\n",
		     v->file.request, v->file.request);
	if (v->file.document_hash.n)
		html(h, "<div><dt>Empreinte du document</dt><dd class=\"num small\">{}</dd></div>\n",
		     text_hex(rq->arena, v->file.document_hash));
	html(h, "</dl>\n</section>\n");
}

static void notice_card(struct request *rq, struct html *h, const struct agreement_view *v)
{
	if (!v->g.termination)
		return;
	html(h, "<section class=\"card\" aria-labelledby=\"t-resil\">\n<h2 id=\"t-resil\">Résiliation</h2>\n<dl class=\"summary\">\n");
	row(h, "Lettre recommandée", v->g.letter_ref);
	if (*v->file.notice_by)
		row(h, "Envoyée par", strcmp(v->file.notice_by, "caf") == 0 ? "La Caf" : "Le fournisseur");
	day_row(rq, h, "Envoyée le", v->file.notice_sent);
	day_row(rq, h, "Reçue le", v->g.termination);
	day_row(rq, h, "Fin des droits", v->last);
	html(h, "</dl>\n</section>\n");
}

/* What somebody may do: a few establishments stand there, many are one word away. */
static void rights_list(struct html *h, const struct annex_person *p)
{
	bool folded = p->n > 4;

	if (folded)
		html(h, "<details><summary>Voir ses {} établissements</summary>\n", html_number(h, (int64_t)p->n));
	html(h, "<ul>\n");
	for (size_t i = 0; i < p->n; i++)
		html(h, "<li>{} : {}</li>\n", p->v[i].e.name, families_text(p->v[i].families));
	html(h, "</ul>\n");
	if (folded)
		html(h, "</details>\n");
}

static void people_of_annex(struct request *rq, struct html *h, const struct agreement_view *v)
{
	const struct annex *x = &v->annex;

	html(h, "<section class=\"card\" aria-labelledby=\"t-pers\">\n<h2 id=\"t-pers\">Personnes habilitées</h2>\n");
	if (!x->n)
		html(h, "<p>Aucune personne n’a {} droit par cette convention.</p>\n",
		     v->state == AGREEMENT_OVER ? "plus de" : "de");
	else
		html(h, "<ul>\n");
	for (size_t i = 0; i < x->n; i++) {
		html(h, "<li><a href=\"{}\">{}</a>, {}\n", agent_path(rq, &v->p, &x->v[i].p), x->v[i].p.name,
		     x->v[i].p.title);
		rights_list(h, &x->v[i]);
		html(h, "</li>\n");
	}
	if (x->n)
		html(h, "</ul>\n");
	html(h, "</section>\n");
}

static void covered_section(struct request *rq, struct html *h, const struct agreement_view *v)
{
	html(h, "<section class=\"card\" aria-labelledby=\"t-etab\">\n<h2 id=\"t-etab\">Établissements</h2>\n");
	if (!v->covered_n)
		html(h, "<p>Aucun établissement.</p>\n");
	else if (v->state == AGREEMENT_OVER && v->last)
		html(h, "<p>La convention couvrait, jusqu’au {} :</p>\n", day_fr(rq->arena, v->last));
	else if (v->state == AGREEMENT_OVER)
		html(h, "<p>La convention couvrait :</p>\n");
	if (v->covered_n)
		html(h, "<ul>\n");
	for (size_t i = 0; i < v->covered_n; i++)
		html(h, "<li><a href=\"/caf/etablissements/{u}\">{}</a> <span class=\"muted num\">{}</span>, {} {}</li>\n",
		     v->covered[i].id, v->covered[i].name, v->covered[i].id, v->covered[i].postal_code,
		     v->covered[i].city);
	if (v->covered_n)
		html(h, "</ul>\n");
	html(h, "</section>\n");
}

static void amendments_card(struct request *rq, struct html *h, const struct agreement_view *v)
{
	html(h, "<section class=\"card\" aria-labelledby=\"t-av\">\n<h2 id=\"t-av\">Avenants et retraits</h2>\n");
	if (!v->amendments_n)
		html(h, "<p>Aucun.</p>\n");
	for (size_t i = v->amendments_n; i-- > 0;) {
		const struct amendment *m = &v->amendments[i];

		html(h, "<h3>N° {}, enregistré le {} par {}</h3>\n", html_number(h, (int64_t)m->n),
		     time_fr(rq->arena, m->at), m->name);
		if (*m->reference)
			html(h, "<p>Référence {}, signé par le fournisseur le {} et par la Caf le {}.</p>\n", m->reference,
			     day_fr(rq->arena, (day_t)m->signed_provider), day_fr(rq->arena, (day_t)m->signed_caf));
		html(h, "<ul>\n");
		for (size_t k = 0; k < m->lines.n; k++)
			html(h, "<li>{f}</li>\n", m->lines.v[k]);
		html(h, "</ul>\n");
	}
	html(h, "</section>\n");
}

/* Only those where something can be chosen. */
static void amendment_links(struct html *h, const struct agreement_view *v)
{
	html(h, "<div class=\"card\">\n<h2>Avenant</h2>\n<p>À la demande expresse du fournisseur. Un ajout suppose l’avenant signé ; un "
		"retrait est immédiat.</p>\n");
	if (!v->covered_n)
		html(h, "<p>Pour donner des droits, ajoutez d’abord un établissement : cette convention n’en couvre aucun.</p>\n");
	html(h, "<ul>\n");
	for (const struct choice *c = amendment_natures; c->value; c++)
		if (strcmp(c->value, "etablissement") == 0 ||
		    (amendment_is_signed(c->value) ? v->covered_n : v->g.covered_keys.n))
			html(h, "<li><a href=\"{}/avenant?nature={u}\">{f}</a></li>\n", v->path, c->value, c->label);
	html(h, "</ul>\n</div>\n");
}

static void links(struct html *h, const struct agreement_view *v)
{
	bool open = v->state == AGREEMENT_IN_FORCE || v->state == AGREEMENT_TERMINATING;

	html(h, "<div class=\"card\">\n<h2>Annexe 1</h2>\n<p><a href=\"{}/annexe\">Voir et imprimer l’annexe, à une date</a></p>\n</div>\n",
	     v->path);
	if (open)
		amendment_links(h, v);
	else
		html(h, "<div class=\"card\">\n<h2>Avenant</h2>\n<p>{}</p>\n</div>\n",
		     v->state == AGREEMENT_OVER ?
			     "Cette convention est terminée : elle ne reçoit plus d’avenant." :
			     "Cette convention n’a pas encore pris effet : un avenant s’enregistre à partir de ce jour-là.");
	if (v->state == AGREEMENT_IN_FORCE && !v->g.not_tacit && strcmp(v->termination.state, "waiting") != 0)
		html(h, "<div class=\"card\">\n<h2>Fin de la convention</h2>\n<p><a href=\"{}/resiliation\">Enregistrer une lettre de résiliation</a></p>\n</div>\n",
		     v->path);
}

static void keep_form(struct request *rq, struct html *h, const struct agreement_view *v)
{
	if (v->state != AGREEMENT_TERMINATING || strcmp(v->termination.state, "waiting") == 0)
		return;
	form_open(rq, h, "card", arena_printf(rq->arena, "%s/resiliation/annuler", v->path));
	html(h, "<h2>Annuler la résiliation</h2>\n<p>La convention se renouvellera le {}. Le fournisseur et ses agents sont prévenus.</p>\n",
	     day_fr(rq->arena, v->last));
	check_box(rq, h, "annuler", "Je confirme l’annulation");
	html(h, "<div class=\"actions\"><button class=\"btn btn-alt btn-small\">Annuler la résiliation</button></div>\n");
	form_close(h);
}

static enum err show(struct request *rq, struct html *h, const struct agreement_view *v, bool conflict)
{
	const char *title = arena_printf(rq->arena, "Convention %s", v->g.number);

	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/conventions", .title = title });
	crumbs(h, "Conventions", "/caf/conventions", v->g.number, NULL);
	error_summary(rq, h);
	html(h, "<h1>{}</h1>\n<p class=\"lead\"><a href=\"/caf/fournisseurs/{u}\">{}</a></p>\n", title, v->p.id, v->p.name);
	if (conflict)
		quicker_note(rq, h, v->deeds_n ? &v->deeds[0] : NULL, "La convention a changé dans l’annuaire.");
	job_note(h, &v->termination);
	job_note(h, &v->amendment);
	html(h, "<div class=\"cols\">\n<div>\n");
	dates(rq, h, v);
	notice_card(rq, h, v);
	people_of_annex(rq, h, v);
	covered_section(rq, h, v);
	amendments_card(rq, h, v);
	html(h, "</div>\n<aside aria-label=\"Décisions et historique\">\n");
	links(h, v);
	keep_form(rq, h, v);
	deeds_card(rq, h, v->deeds, v->deeds_n);
	html(h, "</aside>\n</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_caf_agreement(struct request *rq, struct html *h)
{
	struct agreement_view v = { 0 };
	enum err e = read_view(rq, &v);

	return e ? e : show(rq, h, &v, false);
}

enum err page_agreement_conflict(struct request *rq, struct html *h)
{
	struct agreement_view v = { 0 };
	enum err e = read_view(rq, &v);

	rq->faults = (struct faults){ 0 };
	rq->re->status = 409;
	return e ? e : show(rq, h, &v, true);
}

/* --- termination --- */

/* A letter that ended it on a day past by now: ticked for the day that was told, and for no other. */
static void past_end(struct request *rq, struct html *h, const struct agreement_view *v)
{
	bool told = fault_of(&rq->faults, "passee") != NULL;
	day_t received;

	if ((!told && !input_has(&rq->in, "passee", "oui")) || day_parse(input_get(&rq->in, "recue"), &received))
		return;
	if (told)
		rq->in = input_with(rq->arena, &rq->in, "passee", "");
	field_hidden(h, "fin", day_iso(rq->arena, agreement_stopped_on(&v->g, received)));
	check_box(rq, h, "passee", "La convention est finie : ses droits s’arrêtent aujourd’hui");
}

static enum err termination_page(struct request *rq, struct html *h, const struct agreement_view *v)
{
	day_t stops = agreement_stopped_on(&v->g, day_today()); /* a letter received today */

	page_begin(rq, h, &(struct page){ .space = SPACE_CAF, .tab = "/caf/conventions", .title = "Résiliation" });
	crumbs(h, "Conventions", "/caf/conventions", v->g.number, v->path, "Résiliation", NULL);
	error_summary(rq, h);
	html(h,
	     "<h1>Enregistrer une résiliation</h1>\n<p class=\"lead\">{}, convention {}</p>\n<p>Une lettre recommandée reçue le <strong>{}</strong> au "
	     "plus tard met fin à la convention le <strong>{}</strong>. Jusque-là, rien ne change pour les agents.</p>\n",
	     v->p.name, v->g.number, day_fr(rq->arena, agreement_notice_limit(stops)), day_fr(rq->arena, stops));
	form_open(rq, h, "card decision narrow", arena_printf(rq->arena, "%s/resiliation", v->path));
	field_of(rq, h, &termination_form, "reference", "w-m");
	field_of(rq, h, &termination_form, "envoyee", "w-s");
	field_of(rq, h, &termination_form, "recue", "w-s");
	field_of(rq, h, &termination_form, "par", "w-m");
	past_end(rq, h, v);
	check_box(rq, h, "confirmer", "Je confirme la résiliation");
	html(h, "<div class=\"actions\"><button class=\"btn btn-danger\">Enregistrer la résiliation</button><a href=\"{}\">Revenir à la convention</a></div>\n",
	     v->path);
	form_close(h);
	page_end(rq, h);
	return ERR_OK;
}

enum err page_termination(struct request *rq, struct html *h)
{
	struct agreement_view v = { 0 };
	enum err e = read_view(rq, &v);

	if (e)
		return e;
	if (v.state != AGREEMENT_IN_FORCE || v.g.not_tacit)
		return show(rq, h, &v, false);
	return termination_page(rq, h, &v);
}

enum err page_termination_post(struct request *rq, struct html *h)
{
	struct agreement_view v = { 0 };
	enum err e = read_view(rq, &v);

	if (e)
		return e;
	e = agreement_terminate(rq->app, rq->arena, &rq->who, &v.g, &v.p, &rq->in, &rq->faults);
	if (e == ERR_CONFLICT)
		return page_agreement_conflict(rq, h);
	if (e == ERR_INVALID) {
		rq->re->status = 422;
		return termination_page(rq, h, &v);
	}
	return e ? e : done(rq, v.path, "resiliation-enregistree");
}

enum err page_agreement_keep(struct request *rq, struct html *h)
{
	struct agreement_view v = { 0 };
	enum err e = read_view(rq, &v);

	if (e)
		return e;
	if (!input_has(&rq->in, "annuler", "oui")) {
		fault_add(rq->arena, &rq->faults, "annuler", "Cochez « Je confirme l’annulation » pour continuer");
		rq->re->status = 422;
		return show(rq, h, &v, false);
	}
	e = agreement_keep(rq->app, rq->arena, &rq->who, &v.g, &v.p);
	if (e == ERR_CONFLICT)
		return page_agreement_conflict(rq, h);
	return e ? e : done(rq, v.path, "resiliation-annulee");
}
