/* The Caf's queue, oldest first. */
#include "fcgi/page/page.h"

#include "acts/departure.h"
#include "acts/queue.h"
#include "acts/request_review.h"

#include <string.h>

static const struct choice kind_choices[] = {
	{ "", "Tous" },
	{ "fiche", "Fiche" },
	{ "demande", "Demande" },
	{ "convention", "Convention" },
	{ REQUEST_UNRETURNED, "Convention à relancer" },
	{ "signalement", "Signalement" },
	{ DEPARTURE_TODO, "Fin de mission" },
	{ NULL, NULL },
};
static const struct choice claimed_choices[] = {
	{ "", "Tout le monde" },
	{ "moi", "Moi" },
	{ "personne", "Personne" },
	{ NULL, NULL },
};
static const struct field queue_fields[] = {
	{ .name = "type", .label = "Type de dossier", .kind = FIELD_CHOICE, .choices = kind_choices },
	{ .name = "q", .label = "Fournisseur ou établissement", .kind = FIELD_TEXT, .max = 100 },
	{ .name = "pris", .label = "Pris par", .kind = FIELD_CHOICE, .choices = claimed_choices },
	{ .name = "page", .label = "Page", .kind = FIELD_NUMBER, .least = 1, .most = 10000 },
};

const struct form *form_queue(void)
{
	static const struct form form = { queue_fields, LENGTH(queue_fields) };

	return &form;
}

/* As it was typed when it is no choice: the page refuses it. */
static const char *code_of(struct arena *a, const struct choice *choices, const char *typed)
{
	const struct choice *c = choice_typed(a, choices, typed);

	return c ? c->value : typed;
}

/* The kinds of which he may be shown files: whatever the filter says, the others are not in his queue. */
static const struct choice *offered_kinds(const struct request *rq)
{
	struct choice *own = arena_array(rq->arena, LENGTH(kind_choices), struct choice);
	size_t n = 0;

	for (const struct choice *c = kind_choices; c->value; c++)
		if (!*c->value || rq->who.roles & ROLE_CAF_ADMIN ||
		    todo_may_open(&rq->who, &(struct todo){ .kind = c->value }))
			own[n++] = *c;
	own[n] = (struct choice){ NULL, NULL };
	return own;
}

static const char *waiting_text(struct arena *a, int days)
{
	return days == 0 ? "Moins d’1 jour" : days == 1 ? "1 jour" : arena_printf(a, "%d jours", days);
}

static void file_row(struct request *rq, struct html *h, const struct todo *t)
{
	int days = day_working_between(day_of(t->since), day_today());

	html(h, "<tr><td>{}</td><th scope=\"row\">", choice_label(kind_choices, t->kind));
	if (todo_may_open(&rq->who, t))
		html(h, "<a href=\"{}\">{}</a>", t->path, t->title);
	else
		html(h, "{}", t->title);
	html(h, "<br><span class=\"muted small\">{}</span></th><td>{}</td><td class=\"nowrap\">{}</td><td class=\"nowrap num\">",
	     t->detail, t->provider_name,
	     day_of(t->since) == day_today() ?
		     arena_printf(rq->arena, "aujourd’hui, %s", time_hour_fr(rq->arena, t->since)) :
		     day_fr_short(rq->arena, day_of(t->since)));
	if (days >= 5)
		html(h, "<span class=\"tag tag-warn\">{}</span></td><td>", waiting_text(rq->arena, days));
	else
		html(h, "{}</td><td>", waiting_text(rq->arena, days));
	if (todo_is_claimed(t, clock_now()))
		html(h, "{}<br><span class=\"muted small nowrap\">jusqu’à {}</span></td></tr>\n", t->claimed_name,
		     time_hour_fr(rq->arena, todo_claimed_until(t)));
	else
		html(h, "<span class=\"muted\">Personne</span></td></tr>\n");
}

void claim_form(struct request *rq, struct html *h, const struct todo *file, const char *action)
{
	bool taken = todo_is_claimed(file, clock_now());
	bool own = taken && uuid_equal(file->claimed_by, rq->who.person.uuid);
	const char *until = time_hour_fr(rq->arena, todo_claimed_until(file));

	form_open(rq, h, "card", action);
	if (own)
		html(h, "<p class=\"small\">Vous avez pris ce dossier jusqu’à <strong>{}</strong>.</p>\n", until);
	else if (taken)
		html(h, "<p class=\"small\">Pris par <strong>{}</strong> jusqu’à <strong>{}</strong>.</p>\n",
		     file->claimed_name, until);
	html(h, "<button class=\"btn btn-alt btn-small\">{} pour 30 minutes</button>\n",
	     own ? "Garder ce dossier" : "Prendre ce dossier");
	form_close(h);
}

static void kpi(struct html *h, const char *kind, size_t n, const char *one, const char *many)
{
	html(h, "<li><a href=\"/caf?type={u}\"><b>{}</b>{}</a></li>\n", kind, html_number(h, (int64_t)n),
	     n > 1 ? many : one);
}

static void empty_queue(struct request *rq, struct html *h, const struct queue_page *q)
{
	if (q->all)
		note(h, NOTE_INFO, "Aucun dossier ne correspond à ces critères.");
	else if (q->last_decided)
		note(h, NOTE_OK,
		     arena_printf(rq->arena, "Rien à traiter. Dernier dossier traité le %s.",
				  time_fr(rq->arena, q->last_decided)));
	else
		note(h, NOTE_OK, "Rien à traiter.");
}

static void queue_table(struct request *rq, struct html *h, const struct queue_page *q)
{
	table_open(h, "t-file",
		   arena_printf(rq->arena, "%zu dossier%s sur %zu, du plus ancien au plus récent", q->n,
				q->n > 1 ? "s" : "", q->total),
		   "Type", "Dossier", "Fournisseur de données", "Reçu le", "Attente (jours ouvrés)", "Pris par", NULL);
	for (size_t i = 0; i < q->n; i++)
		file_row(rq, h, &q->v[i]);
	table_close(h);
}

enum err page_caf_queue(struct request *rq, struct html *h)
{
	const struct choice *kinds = offered_kinds(rq);
	struct queue_filter f = {
		.kind = code_of(rq->arena, kind_choices, input_get(&rq->in, "type")),
		.text = input_get(&rq->in, "q"),
		.claimed = code_of(rq->arena, claimed_choices, input_get(&rq->in, "pris")),
		.per_page = 20,
	};
	struct queue_page q;
	struct todo oldest;
	int64_t page = 1;

	input_check(rq->arena, form_queue(), &rq->in, &rq->faults);
	if (rq->faults.n) {
		rq->re->status = 422;
		f = (struct queue_filter){ .kind = "", .text = "", .claimed = "", .per_page = f.per_page };
	} else if (page_number(rq, &page)) {
		return ERR_MALFORMED;
	}
	if (!choice_has(kinds, f.kind))
		f.kind = ""; /* an administrator's link */
	f.page = (size_t)page - 1;
	const char *list = link_with(rq->arena, "/caf", "type", f.kind, "q", f.text, "pris", f.claimed, NULL);
	enum err e = queue_read(rq->app, rq->arena, &rq->who, &f, &q);

	if (e || pages_are_fewer(rq, list, page, q.total, f.per_page))
		return e;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_CAF,
				   .tab = "/caf",
				   .title = arena_printf(rq->arena,
							 q.all > 1 ? "%zu dossiers à traiter" : "%zu dossier à traiter",
							 q.all) });
	error_summary(rq, h);
	html(h, "<div class=\"title-row\"><h1>À traiter</h1>");
	if (!queue_next(rq->app, rq->arena, &rq->who, "", &oldest))
		html(h, "<a class=\"btn\" href=\"{}\">Ouvrir le plus ancien</a>", oldest.path);
	html(h, "</div>\n<ul class=\"kpis\">\n");
	kpi(h, "fiche", q.revisions, "fiche à valider", "fiches à valider");
	if (rq->who.roles & ROLE_CAF_ADMIN) {
		kpi(h, "demande", q.requests, "demande à examiner", "demandes à examiner");
		kpi(h, "convention", q.agreements, "convention signée reçue", "conventions signées reçues");
	}
	kpi(h, "signalement", q.reports, "signalement de famille", "signalements de familles");
	if (q.departures)
		kpi(h, DEPARTURE_TODO, q.departures, "fin de mission à confirmer", "fins de mission à confirmer");
	if (q.unreturned)
		kpi(h, REQUEST_UNRETURNED, q.unreturned, "convention à relancer", "conventions à relancer");
	html(h, "</ul>\n");
	filter_open(h, "/caf", "Filtrer les dossiers");
	filter_select(rq, h, "type", "Type de dossier", kinds, f.kind);
	filter_text(rq, h, "q", "Fournisseur ou établissement");
	filter_select(rq, h, "pris", "Pris par", claimed_choices, f.claimed);
	filter_close(h, "Filtrer");
	if (q.n)
		queue_table(rq, h, &q);
	else
		empty_queue(rq, h, &q);
	pages_of(rq, h, list, "Pages de dossiers", page, q.total, f.per_page);
	page_end(rq, h);
	return ERR_OK;
}
