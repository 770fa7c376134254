/* Fonctionnement: the form and its draft. */
#include "fcgi/page/pro_listing.h"

#include "base/french.h"

#include <string.h>

const struct form *form_listing(void)
{
	return &listing_form;
}

void listing_crumbs(struct request *rq, struct html *h, const char *last)
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

void listing_pending_note(struct request *rq, struct html *h, const struct listing_state *st, const char *then)
{
	const struct revision *r = &st->pending;

	if (!r->rev)
		return;
	html(h, "<div class=\"note note-warn\"><p>La Caf examine ");
	if (uuid_equal(r->author, rq->who.person.uuid))
		html(h, "votre envoi");
	else
		html(h, "<a href=\"{}/revisions/{}\">l’envoi {}</a>, {}", own_path(rq), html_number(h, (int64_t)r->n),
		     french_de(rq->arena, r->author_name), time_fr(rq->arena, r->sent_at));
	html(h, " ; {}.</p></div>\n", then);
}

enum err listing_edit_page(struct request *rq, struct html *h, const struct listing_state *st)
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
	listing_pending_note(rq, h, st, "le modifier le remplacera");
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
	return listing_edit_page(rq, h, &st);
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
			return listing_edit_page(rq, h, &st);
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
