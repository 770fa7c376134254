/* One revision before the Caf: the comparison, the decision beside it, who decided. */
#include "fcgi/page/page.h"

#include "acts/publish.h"
#include "acts/queue.h"

#include <string.h>

static const struct choice decision_choices[] = {
	{ "accepter", "Accepter et mettre en ligne" },
	{ "refuser", "Refuser et expliquer pourquoi" },
	{ NULL, NULL },
};
static const struct choice next_choices[] = {
	{ "suivant", "Enregistrer, fiche suivante" },
	{ "liste", "Enregistrer, retour à la liste" },
	{ NULL, NULL },
};
static const struct field decision_fields[] = {
	{ .name = "revision", .label = "Modification", .kind = FIELD_TOKEN, .max = 20 },
	{ .name = "decision",
	  .label = "Votre décision",
	  .kind = FIELD_CHOICE,
	  .required = true,
	  .choices = decision_choices,
	  .missing = "Choisissez d’accepter ou de refuser" },
	{ .name = "motif", .label = "En cas de refus : motif", .kind = FIELD_SET, .choices = reason_choices },
	{ .name = "precision", .label = "Ce qu’il faut corriger", .kind = FIELD_LINES, .max = 500 },
	{ .name = "suite", .label = "Suite", .kind = FIELD_BUTTON, .choices = next_choices },
};

const struct form *form_decision(void)
{
	static const struct form form = { decision_fields, LENGTH(decision_fields) };

	return &form;
}

static void decision_radio(struct request *rq, struct html *h)
{
	const char *fault = fault_of(&rq->faults, "decision");

	html(h, "<fieldset class=\"field{}\">\n<legend><h2>Votre décision</h2></legend>\n", fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-decision\">{f}</span>\n", fault);
	for (const struct choice *c = decision_choices; c->value; c++) {
		const char *id = c == decision_choices ? "decision" : "decision-refuser";

		html(h, "<div class=\"choice\"><input type=\"radio\" id=\"{}\" name=\"decision\" value=\"{}\"", id,
		     c->value);
		if (input_has(&rq->in, "decision", c->value))
			html(h, " checked");
		html(h, "><label for=\"{}\">{}</label></div>\n", id, c->label);
	}
	html(h, "</fieldset>\n");
}

static void reasons_fieldset(struct request *rq, struct html *h)
{
	const char *fault = fault_of(&rq->faults, "motif");

	html(h, "<fieldset class=\"field{}\">\n<legend>En cas de refus : motif</legend>\n", fault ? " field-error" : "");
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-motif\">{f}</span>\n", fault);
	for (const struct choice *c = reason_choices; c->value; c++) {
		const char *id = c == reason_choices ? "motif" : arena_printf(rq->arena, "motif-%s", c->value);

		one_box(rq, h, id, "motif", c->value, c->label);
	}
	html(h, "</fieldset>\n");
}

static void decision_form(struct request *rq, struct html *h, const struct revision *r)
{
	const char *fault = fault_of(&rq->faults, "precision");

	form_open(rq, h, "card decision", arena_printf(rq->arena, "/caf/revisions/%s/decision", rq->e.id));
	field_hidden(h, "revision", html_number(h, (int64_t)r->n));
	decision_radio(rq, h);
	reasons_fieldset(rq, h);
	html(h, "<div class=\"field{}\"><label for=\"precision\">Ce qu’il faut corriger</label>",
	     fault ? " field-error" : "");
	html(h, "<span class=\"hint\" id=\"h-prec\">Ce texte est envoyé tel quel par courriel à {}. 500 caractères au plus.</span>",
	     r->author_name);
	if (fault)
		html(h, "<span class=\"msg-error\" id=\"e-precision\">{f}</span>", fault);
	html(h, "<textarea id=\"precision\" name=\"precision\" aria-describedby=\"h-prec{}\">\n{}</textarea></div>\n",
	     fault ? " e-precision" : "", input_get(&rq->in, "precision"));
	html(h,
	     "<div class=\"actions\"><button class=\"btn\" name=\"suite\" value=\"suivant\">Enregistrer, fiche suivante</button>"
	     "<button class=\"btn btn-alt\" name=\"suite\" value=\"liste\">Enregistrer, retour à la liste</button></div>\n");
	form_close(h);
}

static const char *history_text(struct arena *a, const struct revision *r)
{
	if (strcmp(r->state, "accepted") == 0 && r->n == 1)
		return arena_printf(a, "Première fiche acceptée par %s", r->decider_name);
	if (strcmp(r->state, "accepted") == 0)
		return arena_printf(a, "Modification n° %d acceptée par %s", (int)r->n, r->decider_name);
	if (strcmp(r->state, "refused") == 0)
		return arena_printf(a, "Modification n° %d refusée par %s", (int)r->n, r->decider_name);
	if (strcmp(r->state, "pending") == 0)
		return arena_printf(a, "Modification n° %d reçue", (int)r->n);
	return arena_printf(a, "Modification n° %d : %s", (int)r->n, revision_tag(r->state).text);
}

static enum err history(struct request *rq, struct html *h)
{
	struct revision *v;
	size_t n;
	enum err e = revisions_read(rq->app, rq->arena, &rq->e, &v, &n);

	if (e)
		return e;
	html(h, "<div class=\"card\">\n<h2>Historique</h2>\n<ul class=\"history\">\n");
	for (size_t i = 0; i < n && i < 12; i++) {
		int64_t at = v[i].decided_at ? v[i].decided_at : v[i].sent_at;

		html(h, "<li><time datetime=\"{}\">{}</time>{f}</li>\n", day_iso(rq->arena, day_of(at)),
		     day_fr(rq->arena, day_of(at)), history_text(rq->arena, &v[i]));
	}
	html(h, "</ul>\n</div>\n");
	return ERR_OK;
}

static void review_head(struct request *rq, struct html *h, const struct revision *r)
{
	size_t rank, of;
	int days = day_working_between(day_of(r->sent_at), day_today());

	if (strcmp(r->state, "pending") == 0 && !queue_rank(rq->app, rq->arena, rq->e.caf, "fiche", rq->e.uuid, &rank, &of))
		html(h, "<p class=\"eyebrow\">Fiche à valider – {} sur {}</p>\n", html_number(h, (int64_t)rank),
		     html_number(h, (int64_t)of));
	html(h,
	     "<h1>{}</h1>\n<p class=\"meta\"><span>Envoyée par <strong>{}</strong> ({}), <strong>{}</strong></span>"
	     "<span>Reçue le <strong>{}</strong></span>",
	     rq->e.name, r->author_name, r->author_number, r->provider_name,
	     arena_printf(rq->arena, "%s, %s", day_fr(rq->arena, day_of(r->sent_at)), time_hour_fr(rq->arena, r->sent_at)));
	if (days >= 1)
		html(h, "<span class=\"tag {}\">{}</span>", days >= 5 ? "tag-warn" : "",
		     arena_printf(rq->arena, days > 1 ? "%d jours ouvrés" : "%d jour ouvré", days));
	html(h, "</p>\n");
}

static void review_changes(struct request *rq, struct html *h, const struct listing_state *st, const struct listing *proposed)
{
	struct difference *v;
	size_t n;

	listing_compare(rq->app, rq->arena, st->published.rev ? &st->online : NULL, proposed, &v, &n);
	html(h, "<h2 class=\"vh\">Modifications</h2>\n");
	size_t unchanged = sections_of(&rq->e) - n;

	changes_sentence(h, n, sections_of(&rq->e));
	changes(rq, h, v, n);
	html(h, "<details class=\"card\"><summary>{}</summary>\n<dl class=\"summary\">\n",
	     unchanged > 1 ? arena_printf(rq->arena, "Voir les %zu rubriques inchangées", unchanged) :
			     "Voir ce qui est inchangé");
	for (enum section s = 0; s < SECTION__MAX; s++) {
		bool changed = false;
		const char *text = section_text(rq->app, rq->arena, proposed, s);

		for (size_t i = 0; i < n; i++)
			changed |= v[i].section == s;
		if (changed || !section_applies(s, rq->e.type))
			continue;
		if (*text)
			html(h, "<div><dt>{f}</dt><dd><p>{l}</p></dd></div>\n", section_labels[s], text);
		else
			html(h, "<div><dt>{f}</dt><dd><span class=\"muted\">Rubrique vide</span></dd></div>\n",
			     section_labels[s]);
	}
	html(h, "</dl>\n</details>\n<p><a href=\"/caf/revisions/{}/apercu\">Aperçu de la fiche proposée, telle que les familles la verraient</a></p>\n",
	     rq->e.id);
}

/* « Pris par »: an act of its own, since a GET changes nothing. */
enum err page_caf_claim(struct request *rq, struct html *h)
{
	struct todo file;
	enum err e = queue_find(rq->app, rq->arena, rq->e.caf, "fiche", rq->e.uuid, &file);

	(void)h;
	if (!e)
		e = queue_claim(rq->app, rq->arena, &rq->who, &file);
	return e ? e : done(rq, file.path, "dossier-pris");
}

static void claim(struct request *rq, struct html *h)
{
	struct todo file;

	if (!queue_find(rq->app, rq->arena, rq->e.caf, "fiche", rq->e.uuid, &file))
		claim_form(rq, h, &file, arena_printf(rq->arena, "/caf/revisions/%s/prendre", rq->e.id));
}

static enum err review_page(struct request *rq, struct html *h, const struct listing_state *st, const struct revision *r)
{
	struct listing proposed;
	enum err e = listing_decode(rq->arena, r->text, &proposed);

	if (e)
		return e;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_CAF,
				   .tab = "/caf",
				   .title = arena_printf(rq->arena, "Fiche à valider : %s", rq->e.name) });
	crumbs(h, "À traiter", "/caf", arena_printf(rq->arena, "%s, modification n° %d", rq->e.name, (int)r->n), NULL);
	error_summary(rq, h);
	review_head(rq, h, r);
	html(h, "<div class=\"cols-review\">\n<div>\n");
	review_changes(rq, h, st, &proposed);
	html(h, "</div>\n<aside aria-label=\"Décision et historique\">\n");
	decision_form(rq, h, r);
	claim(rq, h);
	e = history(rq, h);
	html(h, "</aside>\n</div>\n");
	page_end(rq, h);
	return e;
}

/* Nothing to decide: who decided, or that a newer text came. */
static enum err decided_page(struct request *rq, struct html *h, const struct revision *r, int status, bool newer)
{
	const char *did = strcmp(r->state, "accepted") == 0  ? "accepté" :
			  strcmp(r->state, "refused") == 0   ? "refusé" :
			  strcmp(r->state, "withdrawn") == 0 ? "retiré" :
							       "";

	rq->re->status = status;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_CAF,
				   .tab = "/caf",
				   .title = arena_printf(rq->arena, "Fiche : %s", rq->e.name) });
	crumbs(h, "À traiter", "/caf", rq->e.name, NULL);
	html(h, "<h1>{}</h1>\n", rq->e.name);
	if (newer)
		html(h,
		     "<div class=\"note note-warn\" role=\"alert\"><p>Le texte a été remplacé depuis : la modification n° {} n’est plus à décider. "
		     "Votre décision n’est pas enregistrée. <a href=\"/caf/revisions/{}\">Voir la dernière modification</a></p></div>\n",
		     html_number(h, (int64_t)r->n), rq->e.id);
	else if (r->decided_at && *did)
		html(h, "<div class=\"note\" role=\"{}\"><p><strong>{}</strong> a {} la modification n° {} le {}.{}</p></div>\n",
		     status == 409 ? "alert" : "note",
		     strcmp(r->state, "withdrawn") == 0 ? r->provider_name : r->decider_name, did,
		     html_number(h, (int64_t)r->n), time_fr(rq->arena, r->decided_at),
		     status == 409 ? " Votre décision n’est pas enregistrée." : "");
	else
		html(h, "<div class=\"note\"><p>Aucune modification n’attend de décision.</p></div>\n");
	typed_values(rq, h);
	enum err e = history(rq, h);

	html(h, "<p><a href=\"/caf\">Retour à la liste</a></p>\n");
	page_end(rq, h);
	return e;
}

static enum err kept_decision(struct request *rq, struct html *h, const char *typed)
{
	struct revision decided;
	int64_t n;

	if (text_to_int(typed, 1, INT32_MAX, &n) || revision_read(rq->app, rq->arena, &rq->e, (uint64_t)n, &decided))
		return ERR_NOTFOUND;
	return decided_page(rq, h, &decided, 200, strcmp(decided.state, "superseded") == 0);
}

enum err page_caf_revision(struct request *rq, struct html *h)
{
	struct listing_state st;
	struct revision last = { 0 };
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	/* what an ended session had decided was of the text it had before it */
	const char *kept = rq->kept ? input_get(&rq->in, "revision") : "";

	if (*kept && strcmp(kept, html_number(h, (int64_t)st.pending.n)) != 0)
		return kept_decision(rq, h, kept);
	if (st.pending.rev)
		return review_page(rq, h, &st, &st.pending);
	if (!st.head.last)
		return ERR_NOTFOUND;
	if ((e = revision_read(rq->app, rq->arena, &rq->e, st.head.last, &last)))
		return e;
	return decided_page(rq, h, &last, 200, false);
}

static enum err after_decision(struct request *rq, bool accepted)
{
	struct todo next;
	const char *code = accepted ? "acceptee" : "refusee";

	if (input_has(&rq->in, "suite", "suivant") && !queue_next(rq->app, rq->arena, &rq->who, "fiche", &next))
		return done(rq, next.path, code);
	return done(rq, "/caf", code);
}

enum err page_caf_decide(struct request *rq, struct html *h)
{
	struct listing_state st;
	struct revision now;
	int64_t n;
	struct decision d = {
		.accept = input_has(&rq->in, "decision", "accepter"),
		.reasons = input_all(rq->arena, &rq->in, "motif"),
		.reason_text = input_get(&rq->in, "precision"),
	};

	if (text_to_int(input_get(&rq->in, "revision"), 1, INT32_MAX, &n))
		return ERR_MALFORMED;
	d.n = (uint64_t)n;
	input_check(rq->arena, form_decision(), &rq->in, &rq->faults);
	enum err e = ERR_INVALID;

	if (!rq->faults.n)
		e = revision_decide(rq->app, rq->arena, &rq->who, &rq->e, &d, &rq->faults, &now);
	if (!e)
		return after_decision(rq, d.accept);
	if (e != ERR_INVALID && e != ERR_CONFLICT)
		return e;
	if (listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st))
		return ERR_INTERNAL;
	if (e == ERR_CONFLICT || st.pending.n != d.n) {
		rq->faults = (struct faults){ 0 };
		if (revision_read(rq->app, rq->arena, &rq->e, d.n, &now))
			return ERR_NOTFOUND;
		return decided_page(rq, h, &now, 409, strcmp(now.state, "superseded") == 0);
	}
	rq->re->status = 422;
	return review_page(rq, h, &st, &st.pending);
}

/* The proposed text in the families' page. */
enum err page_caf_preview(struct request *rq, struct html *h)
{
	struct listing_state st;
	struct family_page p;
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	if (!st.pending.rev)
		return ERR_NOTFOUND;
	if ((e = family_preview(rq->app, rq->arena, &rq->e, &st.pending, &p)))
		return e;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_CAF,
				   .tab = "/caf",
				   .title = arena_printf(rq->arena, "Aperçu : %s", rq->e.name) });
	crumbs(h, "À traiter", "/caf", rq->e.name, arena_printf(rq->arena, "/caf/revisions/%s", rq->e.id), "Aperçu", NULL);
	note(h, NOTE_INFO, "Aperçu : les familles ne voient pas encore cette fiche.");
	family_body(rq, h, &p);
	page_end(rq, h);
	return ERR_OK;
}
