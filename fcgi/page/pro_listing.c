/* Fonctionnement: the form, the comparison before sending, what was sent. */
#include "fcgi/page/page.h"

#include <string.h>

const struct form *form_listing(void)
{
	return &listing_form;
}

static void listing_crumbs(struct request *rq, struct html *h, const char *last)
{
	crumbs(h, "Mes établissements", "/espace-pro", rq->e.name, own_path(rq), last, NULL);
}

/* What is not asked of the establishment stands there all the same while it is filled in, to be emptied. */
static bool is_drawn(struct request *rq, const char *name)
{
	return listing_field_applies(form_field(&listing_form, name), &rq->e) || fault_of(&rq->faults, name);
}

static void field(struct request *rq, struct html *h, const char *name, const char *width)
{
	if (is_drawn(rq, name))
		field_of(rq, h, &listing_form, name, width);
}

static void hour_cell(struct request *rq, struct html *h, int day, int slot, bool closes)
{
	const char *what = closes ? "fermeture" : "ouverture";
	const char *name = arena_printf(rq->arena, slot ? "%s_%s%d" : "%s_%s", weekday_codes[day], what, slot + 1);
	const char *fault = fault_of(&rq->faults, name);

	html(h, "<td><label class=\"vh\" for=\"{}\">{}, {}{}</label><input type=\"text\" id=\"{}\" name=\"{}\" value=\"{}\" autocomplete=\"off\"",
	     name, weekday_labels[day], what, slot ? arena_printf(rq->arena, " %d", slot + 1) : "", name, name,
	     input_get(&rq->in, name));
	if (fault)
		html(h, " aria-invalid=\"true\" aria-describedby=\"e-{}\"><span class=\"msg-error\" id=\"e-{}\">{f}</span></td>",
		     name, name, fault);
	else
		html(h, "></td>");
}

static void hours_table(struct request *rq, struct html *h, int first, int last, const char *caption)
{
	html(h, "<table class=\"hours\">\n<caption class=\"vh\">{}</caption>\n<thead><tr><td></td>", caption);
	for (int s = first; s <= last; s++)
		html(h, "<th scope=\"col\">Ouverture</th><th scope=\"col\">Fermeture</th>");
	html(h, "</tr></thead>\n<tbody>\n");
	for (int d = 0; d < 7; d++) {
		html(h, "<tr><th scope=\"row\">{}</th>", weekday_labels[d]);
		for (int s = first; s <= last; s++) {
			hour_cell(rq, h, d, s, false);
			hour_cell(rq, h, d, s, true);
		}
		html(h, "</tr>\n");
	}
	html(h, "</tbody>\n</table>\n");
}

/* Open when a later slot is filled in or faulty, so that nothing typed is out of sight. */
static bool has_more_slots(struct request *rq)
{
	for (int d = 0; d < 7; d++)
		for (int s = 2; s <= HOURS_SLOTS; s++)
			if (*input_get(&rq->in, arena_printf(rq->arena, "%s_ouverture%d", weekday_codes[d], s)) ||
			    *input_get(&rq->in, arena_printf(rq->arena, "%s_fermeture%d", weekday_codes[d], s)))
				return true;
	return false;
}

static void hours_section(struct request *rq, struct html *h)
{
	html(h, "<section class=\"card\" aria-labelledby=\"t-hor\">\n<h2 id=\"t-hor\">Horaires</h2>\n"
		"<p class=\"hint\">Écrivez l’heure comme vous voulez : 7 h 30, 7:30 ou 7h30. Laissez les deux cases vides si "
		"l’établissement est fermé.</p>\n");
	hours_table(rq, h, 0, 0, "Horaires d’ouverture par jour");
	if (has_more_slots(rq))
		html(h, "<details open>");
	else
		html(h, "<details>");
	html(h, "<summary>Plusieurs horaires dans une même journée</summary>\n");
	for (int s = 1; s < HOURS_SLOTS; s++)
		hours_table(rq, h, s, s, arena_printf(rq->arena, "Horaire n° %d de la journée", s + 1));
	html(h, "</details>\n");
	field(rq, h, "hours_note", "");
	field(rq, h, "by_appointment", "");
	field(rq, h, "fermeture", "");
	html(h, "</section>\n");
}

static void group(struct request *rq, struct html *h, const char *id, const char *title, const char *const *names)
{
	bool any = false;

	for (size_t i = 0; names[i]; i++)
		any |= is_drawn(rq, names[i]);
	if (!any)
		return;
	html(h, "<section class=\"card\" aria-labelledby=\"{}\">\n<h2 id=\"{}\">{}</h2>\n", id, id, title);
	for (size_t i = 0; names[i]; i++) {
		const struct field *f = form_field(&listing_form, names[i]);
		bool unit = names[i + 1] && strcmp(names[i + 1], arena_printf(rq->arena, "%s_unit", names[i])) == 0;

		if (unit)
			html(h, "<div class=\"pair\">\n");
		field(rq, h, names[i],
		      f->kind == FIELD_NUMBER                           ? "w-s" :
		      f->kind == FIELD_CHOICE || f->kind == FIELD_PHONE ? "w-m" :
									  "w-l");
		if (i && strcmp(names[i], arena_printf(rq->arena, "%s_unit", names[i - 1])) == 0)
			html(h, "</div>\n");
	}
	html(h, "</section>\n");
}

static void form_body(struct request *rq, struct html *h, uint64_t base)
{
	static const char *const contact[] = { "telephone", "phone2", "courriel", "site", NULL };
	static const char *const ages[] = { "age_min",
					    "age_min_unit",
					    "age_max",
					    "age_max_unit",
					    "capacity_lt12m",
					    "capacity_m12_23",
					    "capacity_m24_35",
					    "capacity_ge36m",
					    "capacity_under6",
					    "capacity_over6",
					    NULL };
	static const char *const daily[] = { "meals_provided", "diapers_provided", "periods", "activities_text", NULL };
	static const char *const about[] = { "projet", "handicap", "team_text", "manager_text", NULL };
	static const char *const joining[] = { "funding",         "fee_text",           "admission_text",
					       "admission_work",  "admission_home",     "registration_text",
					       "served_communes", "declaration_number", NULL };

	form_open(rq, h, "", arena_printf(rq->arena, "%s/fonctionnement", own_path(rq)));
	field_hidden(h, "base", arena_printf(rq->arena, "%d", (int)base));
	group(rq, h, "t-contact", "Contact affiché aux familles", contact);
	hours_section(rq, h);
	group(rq, h, "t-ages", "Âges et capacité", ages);
	group(rq, h, "t-vie", "Vie quotidienne", daily);
	group(rq, h, "t-proj", "Présentation", about);
	group(rq, h, "t-insc", "Tarifs, admission, inscription", joining);
	html(h,
	     "<div class=\"actions\"><button class=\"btn\" name=\"action\" value=\"verifier\">Relire avant d’envoyer à la Caf</button>"
	     "<button class=\"btn btn-alt\" name=\"action\" value=\"brouillon\">Enregistrer le brouillon</button></div>\n");
	form_close(h);
}

static void reminder(struct request *rq, struct html *h, const struct listing_state *st)
{
	html(h, "<aside aria-label=\"Aide\">\n");
	if (st->refused.rev) {
		html(h, "<div class=\"card\">\n<h2>Motif du refus</h2>\n<p class=\"small muted\">{}, {}</p>\n<ul>\n",
		     rq->who.caf.name, day_fr(rq->arena, day_of(st->refused.decided_at)));
		for (size_t i = 0; i < st->refused.reasons.n; i++)
			html(h, "<li>{f}</li>\n", choice_label(reason_choices, st->refused.reasons.v[i]));
		html(h, "</ul>\n");
		if (*st->refused.reason_text)
			html(h, "<p>« {b} »</p>\n", st->refused.reason_text);
		html(h, "</div>\n");
	}
	html(h, "<div class=\"card\">\n<h2>À ne pas écrire</h2>\n<ul>\n<li>de la publicité ou une information fausse</li>\n"
		"<li>des propos injurieux ou portant atteinte à une personne</li>\n"
		"<li>un message politique, syndical, religieux ou philosophique</li>\n<li>le nom d’une personne de l’équipe</li>\n</ul>\n"
		"<p class=\"small muted\">Convention, article 2</p>\n</div>\n</aside>\n");
}

/* What the text was begun on: it goes with the text, however often that is saved. */
static uint64_t base_of(struct request *rq, const struct listing_state *st)
{
	int64_t base;

	if (*input_get(&rq->in, "base") && !text_to_int(input_get(&rq->in, "base"), 0, INT32_MAX, &base))
		return (uint64_t)base;
	return st->draft.rev ? st->draft.base : st->published.n;
}

static bool is_withdrawn(const struct listing_state *st)
{
	return st->published.rev && strcmp(st->published.state, "online") != 0;
}

static void pending_note(struct request *rq, struct html *h, const struct listing_state *st, const char *then)
{
	const struct revision *r = &st->pending;

	if (!r->rev)
		return;
	html(h, "<div class=\"note note-warn\"><p>La Caf examine ");
	if (uuid_equal(r->author, rq->who.person.uuid))
		html(h, "votre envoi");
	else
		html(h, "<a href=\"{}/revisions/{}\">l’envoi de {}</a>, {}", own_path(rq),
		     html_number(h, (int64_t)r->n), r->author_name, time_fr(rq->arena, r->sent_at));
	html(h, " ; {}.</p></div>\n", then);
}

static enum err edit_page(struct request *rq, struct html *h, const struct listing_state *st)
{
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PRO,
				   .tab = "/espace-pro",
				   .title = arena_printf(rq->arena, "%s : modifier le fonctionnement", rq->e.name) });
	listing_crumbs(rq, h, "Fonctionnement");
	error_summary(rq, h);
	html(h,
	     "<h1>{} : fonctionnement</h1>\n<p class=\"lead\">La Caf vérifie ces informations avant de les mettre en ligne. "
	     "En attendant, la fiche actuelle reste visible.</p>\n",
	     rq->e.name);
	pending_note(rq, h, st, "le modifier le remplacera");
	listing_withdrawn_note(rq, h, &st->published);
	if (st->other_draft.rev)
		note(h, NOTE_INFO,
		     arena_printf(rq->arena, "%s a enregistré un brouillon le %s.", st->other_draft.author_name,
				  time_fr(rq->arena, st->other_draft.saved_at)));
	html(h, "<div class=\"cols\">\n<div>\n");
	form_body(rq, h, base_of(rq, st));
	html(h, "</div>\n");
	reminder(rq, h, st);
	html(h, "</div>\n");
	page_end(rq, h);
	return ERR_OK;
}

/* What the form starts from: the draft, else the refused text, else what is pending, else what is online. */
static struct input start_values(struct request *rq, const struct listing_state *st)
{
	struct listing l;
	struct bytes text = st->refused.rev ? st->refused.text :
			    st->pending.rev ? st->pending.text :
					      st->published.text;

	if (st->draft.rev)
		return draft_input(rq->arena, &st->draft);
	if (!text.n || listing_decode(rq->arena, text, &l))
		codec_default(&listing_codec, &l);
	return listing_to_input(rq->app, rq->arena, &l);
}

enum err page_listing_edit(struct request *rq, struct html *h)
{
	struct listing_state st;
	const char *notice_code = input_get(&rq->in, "fait");
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	struct input values = rq->kept ? rq->in : start_values(rq, &st);

	/* the notice is of the request, the fields of the text */
	rq->in = input_with(rq->arena, &values, "fait", notice_code);
	return edit_page(rq, h, &st);
}

enum err page_listing_save(struct request *rq, struct html *h)
{
	struct listing_state st;
	struct listing l;
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);
	bool draft_only = input_has(&rq->in, "action", "brouillon");

	if (e)
		return e;
	if (!draft_only) {
		listing_from_input(rq->app, rq->arena, &rq->e, &rq->in, &l, &rq->faults);
		if (rq->faults.n) {
			rq->re->status = 422;
			return edit_page(rq, h, &st);
		}
	}
	if ((e = draft_save(rq->app, rq->arena, &rq->who, &rq->e, &rq->in)))
		return e;
	const char *edit = arena_printf(rq->arena, "%s/fonctionnement", own_path(rq));

	if (draft_only)
		return done(rq, edit, "brouillon");
	http_see_other(rq->re, arena_printf(rq->arena, "%s/verification", edit));
	return ERR_OK;
}

/* --- the comparison before sending --- */

static const struct choice send_actions[] = {
	{ "envoyer", "Envoyer à la Caf" },
	{ "corriger", "Corriger" },
	{ "effacer", "Effacer le brouillon" },
	{ NULL, NULL },
};
static const struct field send_fields[] = {
	{ .name = "base", .label = "Fiche de départ", .kind = FIELD_TOKEN, .max = 20 },
	{ .name = "attente", .label = "Envoi en attente", .kind = FIELD_TOKEN, .max = 20 },
	{ .name = "brouillon", .label = "Brouillon", .kind = FIELD_TOKEN, .max = 20 },
	{ .name = "action", .label = "Action", .kind = FIELD_BUTTON, .required = true, .choices = send_actions },
};

const struct form *form_listing_send(void)
{
	static const struct form form = { send_fields, LENGTH(send_fields) };

	return &form;
}

void changes(struct request *rq, struct html *h, const struct difference *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *id = arena_printf(rq->arena, "c%zu", i + 1);

		html(h, "<section class=\"change\" aria-labelledby=\"{}\"><h3 id=\"{}\">{f} ", id, id,
		     section_labels[v[i].section]);
		if (!*v[i].before)
			html(h, "<span class=\"tag tag-ok\">Nouveau</span>");
		else if (!*v[i].after)
			html(h, "<span class=\"tag tag-warn\">Retiré</span>");
		else
			html(h, "<span class=\"tag tag-info\">Modifié</span>");
		html(h, "</h3>\n");
		diff_sides(h, rq->arena, v[i].before, v[i].after);
		html(h, "</section>\n");
	}
}

void changes_sentence(struct html *h, size_t n, size_t all)
{
	html(h,
	     "<p><strong>{} {}, {} {}.</strong> Le texte <del><span class=\"vh\">supprimé : </span>barré, sur fond orange</del> "
	     "disparaît ; le texte <ins><span class=\"vh\">ajouté : </span>en gras, sur fond bleu</ins> apparaît.</p>\n",
	     html_number(h, (int64_t)n), n > 1 ? "rubriques modifiées" : "rubrique modifiée",
	     html_number(h, (int64_t)(all - n)), all - n > 1 ? "inchangées" : "inchangée");
}

static void send_form(struct request *rq, struct html *h, const struct listing_state *st, bool changed)
{
	form_open(rq, h, "", arena_printf(rq->arena, "%s/fonctionnement/verification", own_path(rq)));
	field_hidden(h, "base", arena_printf(rq->arena, "%d", (int)st->published.n));
	field_hidden(h, "attente", arena_printf(rq->arena, "%d", (int)st->pending.n));
	field_hidden(h, "brouillon", arena_printf(rq->arena, "%llu", (unsigned long long)st->draft.rev));
	html(h, "<div class=\"actions\">");
	if (changed)
		html(h, "<button class=\"btn\" name=\"action\" value=\"envoyer\">Envoyer à la Caf</button>");
	html(h, "<button class=\"btn btn-alt\" name=\"action\" value=\"corriger\">Corriger</button>"
		"<button class=\"btn btn-alt\" name=\"action\" value=\"effacer\">Effacer le brouillon</button></div>\n");
	form_close(h);
}

/* stale: NULL, or what changed since the comparison was read. */
static enum err check_page(struct request *rq, struct html *h, const struct listing_state *st,
			   const struct listing *draft, const char *stale)
{
	struct difference *v;
	size_t n;

	listing_compare(rq->app, rq->arena, st->published.rev ? &st->online : NULL, draft, &v, &n);
	if (stale)
		rq->re->status = 409;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PRO,
				   .tab = "/espace-pro",
				   .title = arena_printf(rq->arena, "%s : relire avant d’envoyer", rq->e.name) });
	listing_crumbs(rq, h, "Relire avant d’envoyer");
	html(h, "<h1>{} : relire avant d’envoyer</h1>\n", rq->e.name);
	if (stale)
		note(h, NOTE_WARN, stale);
	listing_withdrawn_note(rq, h, &st->published);
	pending_note(rq, h, st, "celui-ci le remplacera");
	if (n) {
		html(h, "<h2 class=\"vh\">Modifications</h2>\n");
		changes_sentence(h, n, sections_of(&rq->e));
	} else {
		note(h, NOTE_INFO,
		     is_withdrawn(st) ? "Rien n’a changé : vous pouvez demander que la fiche revienne en ligne." :
					"Rien n’a changé : rien à envoyer.");
	}
	changes(rq, h, v, n);
	send_form(rq, h, st, n > 0 || is_withdrawn(st));
	page_end(rq, h);
	return ERR_OK;
}

/* ERR_NOTFOUND: no draft to check. ERR_INVALID: it was saved with faults. */
static enum err draft_listing(struct request *rq, const struct listing_state *st, struct listing *out)
{
	if (!st->draft.rev)
		return ERR_NOTFOUND;
	struct input in = draft_input(rq->arena, &st->draft);

	listing_from_input(rq->app, rq->arena, &rq->e, &in, out, &rq->faults);
	return rq->faults.n ? ERR_INVALID : ERR_OK;
}

/* The form again, with what stands in the way of checking or sending the draft. */
static enum err back_to_form(struct request *rq, struct html *h, const struct listing_state *st, enum err e)
{
	if (e == ERR_INVALID) {
		rq->in = draft_input(rq->arena, &st->draft);
		rq->re->status = 422;
		return edit_page(rq, h, st);
	}
	http_see_other(rq->re, arena_printf(rq->arena, "%s/fonctionnement", own_path(rq)));
	return ERR_OK;
}

#define OTHER_ONLINE \
	"La fiche en ligne a changé depuis que vous avez commencé. Relisez la comparaison ; votre texte est gardé. Envoyez-le de " \
	"nouveau s’il convient."
#define OTHER_PENDING \
	"Ce qui attend la Caf a changé depuis que vous avez lu cette comparaison ; votre texte est gardé. Relisez, puis envoyez de " \
	"nouveau s’il convient."
#define OTHER_DRAFT \
	"Votre brouillon a changé dans une autre fenêtre depuis que vous avez lu cette comparaison. Relisez-la, puis envoyez."

static bool is_other_draft(struct request *rq, const struct listing_state *st)
{
	const char *read = input_get(&rq->in, "brouillon");

	return *read && strcmp(read, arena_printf(rq->arena, "%llu", (unsigned long long)st->draft.rev)) != 0;
}

/* Refused: pressed twice, it was sent all the same. */
static enum err not_sent(struct request *rq, struct html *h, const struct revision_seen *seen, struct listing *draft,
			 enum err refused)
{
	struct listing_state st;

	if (act_was_done(rq->app, &rq->who))
		return done(rq, "/espace-pro", "fiche-envoyee");
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	if (st.draft.rev && is_other_draft(rq, &st))
		return (e = draft_listing(rq, &st, draft)) ? back_to_form(rq, h, &st, e) :
							     check_page(rq, h, &st, draft, OTHER_DRAFT);
	if (refused == ERR_INVALID)
		rq->re->status = 422;
	return check_page(rq, h, &st, draft,
			  refused != ERR_CONFLICT      ? NULL :
			  seen->base != st.published.n ? OTHER_ONLINE :
							 OTHER_PENDING);
}

enum err page_listing_check(struct request *rq, struct html *h)
{
	struct listing_state st;
	struct listing draft;
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	if ((e = draft_listing(rq, &st, &draft)))
		return back_to_form(rq, h, &st, e);
	return check_page(rq, h, &st, &draft, st.draft.base == st.published.n ? NULL : OTHER_ONLINE);
}

/* Stays as it is when the field is not there. */
static enum err take_number(struct request *rq, const char *name, uint64_t *n)
{
	const char *typed = input_get(&rq->in, name);
	int64_t number;

	if (!*typed)
		return ERR_OK;
	if (text_to_int(typed, 0, INT32_MAX, &number))
		return ERR_MALFORMED;
	*n = (uint64_t)number;
	return ERR_OK;
}

enum err page_listing_send(struct request *rq, struct html *h)
{
	struct listing_state st;
	struct listing draft;
	struct revision_seen seen;
	uint64_t n;
	bool unchanged = false;
	enum err e = listing_state_read(rq->app, rq->arena, &rq->who, &rq->e, &st);

	if (e)
		return e;
	if (input_has(&rq->in, "action", "corriger"))
		return back_to_form(rq, h, &st, ERR_OK);
	bool drop = input_has(&rq->in, "action", "effacer");

	if (drop && !(st.draft.rev && is_other_draft(rq, &st)))
		return (e = draft_drop(rq->app, rq->arena, &rq->who, &rq->e, st.draft.rev)) ?
			       e :
			       done(rq, own_path(rq), "brouillon-efface");
	if (!drop && !input_has(&rq->in, "action", "envoyer"))
		return ERR_MALFORMED;
	if (!drop && act_was_done(rq->app, &rq->who))
		return done(rq, "/espace-pro", "fiche-envoyee");
	if ((e = draft_listing(rq, &st, &draft)))
		return back_to_form(rq, h, &st, e);
	seen = (struct revision_seen){ st.draft.base, st.pending.n, st.draft.rev };
	if ((e = take_number(rq, "base", &seen.base)) || (e = take_number(rq, "attente", &seen.pending)))
		return e;
	if (is_other_draft(rq, &st))
		return check_page(rq, h, &st, &draft, OTHER_DRAFT);
	struct input in = draft_input(rq->arena, &st.draft);

	e = revision_send(rq->app, rq->arena, &rq->who, &rq->e, &in, &seen, &rq->faults, &unchanged, &n);
	if (e == ERR_INVALID && !unchanged)
		return back_to_form(rq, h, &st, e);
	if (e == ERR_CONFLICT || e == ERR_INVALID)
		return not_sent(rq, h, &seen, &draft, e);
	return e ? e : done(rq, "/espace-pro", "fiche-envoyee");
}
