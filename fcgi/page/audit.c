/* The auditor's pages: connections, acts, export, integrity. */
#include "fcgi/page/audit.h"

#include <string.h>

#define PER_PAGE 50
#define EXPORT_MAX 10000

const struct form *form_log(void)
{
	return &log_form;
}

static const struct choice result_choices[] = { { "", "Tous" }, { "reussi", "Réussi" }, { "echec", "Échec" }, { NULL, NULL } };

static void event_filter(struct request *rq, struct html *h, enum event_class class)
{
	struct choice choices[EVENT__MAX + 2] = { { "", "Tous" } };
	size_t n = 1;

	for (enum event ev = 0; ev < EVENT__MAX; ev++)
		if (event_class_of(event_code(ev)) == class)
			choices[n++] = (struct choice){ event_code(ev), event_label(event_code(ev)) };
	const struct choice *chosen = choice_typed(rq->arena, choices, input_get(&rq->in, "evenement"));

	filter_select(rq, h, "evenement", "Événement", choices, chosen ? chosen->value : "");
}

static void result_filter(struct request *rq, struct html *h)
{
	const struct choice *chosen = choice_typed(rq->arena, result_choices, input_get(&rq->in, "resultat"));

	filter_select(rq, h, "resultat", "Résultat", result_choices, chosen ? chosen->value : "");
}

static void filters(struct request *rq, struct html *h, const char *action, enum event_class class)
{
	html(h, "<form class=\"card\" method=\"get\" action=\"{}\" aria-label=\"Rechercher dans le journal\" novalidate>\n<div class=\"filters filters-4\">\n",
	     action);
	filter_text(rq, h, "du", "Du");
	filter_text(rq, h, "au", "Au");
	filter_text(rq, h, "fournisseur", "Fournisseur de données");
	filter_text(rq, h, "agent", "Personne ou identifiant");
	event_filter(rq, h, class);
	result_filter(rq, h);
	filter_text(rq, h, "ip", "Adresse IP");
	html(h, "<button class=\"btn\">Rechercher</button>\n</div>\n</form>\n");
}

static void alert(struct request *rq, struct html *h, const struct log_alert *x)
{
	const char *link = link_with(rq->arena, "/controle/connexions", "du", day_slashes(rq->arena, day_of(x->from)),
				     "au", day_slashes(rq->arena, day_of(x->until)), "lignes", x->lines, NULL);

	html(h, "{f} <a href=\"{}\">", x->text, link);
	if (x->listed < x->n)
		html(h, "Voir les {} premiers événements", number_fr(rq->arena, (int64_t)x->listed));
	else
		html(h, "{}", x->n > 1 ? "Voir ces événements" : "Voir cet événement");
	html(h, "<span class=\"vh\"> de {}</span></a>", x->number);
}

static void alerts(struct request *rq, struct html *h, const struct log_view *v)
{
	if (!v->alerts_n)
		return;
	html(h, "<section class=\"note note-warn\" aria-labelledby=\"t-al\"><h2 id=\"t-al\" class=\"vh\">Points d’attention</h2>");
	if (v->alerts_n == 1) {
		html(h, "<p><strong>1 point d’attention.</strong> ");
		alert(rq, h, &v->alerts[0]);
		html(h, "</p></section>\n");
		return;
	}
	html(h, "<p><strong>{} points d’attention.</strong></p><ul>", number_fr(rq->arena, (int64_t)v->alerts_n));
	for (size_t i = 0; i < v->alerts_n; i++) {
		html(h, "<li>");
		alert(rq, h, &v->alerts[i]);
		html(h, "</li>");
	}
	html(h, "</ul></section>\n");
}

/* Above what a point of attention led to. */
static void lines_note(struct request *rq, struct html *h, const struct log_view *v)
{
	if (v->lines_n)
		html(h,
		     "<div class=\"note\"><p>Seuls les événements d’un point d’attention sont affichés. "
		     "<a href=\"{}\">Voir toute la période</a></p></div>\n",
		     link_with(rq->arena, rq->http->path, "du", input_get(&rq->in, "du"), "au",
			       input_get(&rq->in, "au"), NULL));
}

/* An export's row stands under its journal and beside its lines: wanted are the criteria alone. */
static const char *details_text(struct arena *a, const struct audit_record *r, bool criteria)
{
	struct buf out = buf_new(a);

	for (size_t i = 0; i < r->details.n; i++) {
		const char *detail = r->details.v[i];

		if (criteria && (strncmp(detail, "journal=", 8) == 0 || strncmp(detail, "exported=", 9) == 0))
			continue;
		buf_printf(&out, "%s%s", out.n ? "\u00a0; " : "", detail_text(a, detail));
	}
	return buf_str(&out);
}

static void details(struct request *rq, struct html *h, const struct audit_record *r)
{
	if (r->details.n)
		html(h, "<span class=\"small muted\">{f}</span>", details_text(rq->arena, r, false));
}

void log_cells(struct request *rq, struct html *h, const struct audit_record *r, const char *place)
{
	const char *what = *place ? place : user_agent_label(rq->arena, r->user_agent);

	html(h, "<td>{f}</td><td>", event_label(r->event));
	if (r->failed)
		html(h, "<span class=\"tag tag-err\">Échec : {f}</span>",
		     text_lower_first(rq->arena, cause_label(r->cause)));
	else
		html(h, "Réussi");
	html(h, "</td><td class=\"num nowrap\">{}</td><td>{}", r->address, what);
	if (*what && r->details.n)
		html(h, "<br>");
	details(rq, h, r);
	html(h, "</td>");
}

/* The name leads to the person, the number to his events. */
static void person(struct request *rq, struct html *h, const struct audit_record *r, const char *name, bool reachable)
{
	if (!*name)
		name = "Personne partie";
	if (!*r->number) {
		html(h, "<span class=\"muted\">{}</span>",
		     uuid_is_none(r->person) && *r->role == 0 ? "Inconnu" : "Service");
		return;
	}
	if (reachable)
		html(h, "<a href=\"/controle/agents/{u}\">{}</a>", r->number, name);
	else
		html(h, "{}", name);
	html(h, " <a class=\"num\" href=\"{}\">{}</a>",
	     link_with(rq->arena, rq->http->path, "du", input_get(&rq->in, "du"), "au", input_get(&rq->in, "au"),
		       "agent", r->number, NULL),
	     r->number);
}

static void row(struct request *rq, struct html *h, const struct log_view *v, size_t i)
{
	const struct audit_record *r = &v->page.v[i];

	html(h, "<tr><td class=\"nowrap num\">{}</td><th scope=\"row\" class=\"nowrap\">", time_log_fr(rq->arena, r->time));
	person(rq, h, r, v->who.names[i], v->who.reachable[i]);
	html(h, "</th>");
	log_cells(rq, h, r, v->who.places[i]);
	html(h, "</tr>\n");
}

static void table(struct request *rq, struct html *h, const struct log_view *v)
{
	table_open(h, "t-log",
		   arena_printf(rq->arena, "%s événement%s, dont %s échec%s – du plus récent au plus ancien",
				number_fr(rq->arena, (int64_t)v->total), v->total > 1 ? "s" : "",
				number_fr(rq->arena, (int64_t)v->failures), v->failures > 1 ? "s" : ""),
		   "Date et heure", "Personne", LOG_CELL_HEADS, NULL);
	for (size_t i = 0; i < v->page.n; i++)
		row(rq, h, v, i);
	table_close(h);
}

static const char *criteria_link(struct request *rq, const char *path, const char *name, const char *value)
{
	return link_with(rq->arena, path, "du", input_get(&rq->in, "du"), "au", input_get(&rq->in, "au"), "fournisseur",
			 input_get(&rq->in, "fournisseur"), "agent", input_get(&rq->in, "agent"), "evenement",
			 input_get(&rq->in, "evenement"), "resultat", input_get(&rq->in, "resultat"), "ip",
			 input_get(&rq->in, "ip"), "lignes", input_get(&rq->in, "lignes"), name, value, NULL);
}

static void below(struct request *rq, struct html *h, const struct log_view *v, enum event_class class)
{
	html(h, "<div class=\"below\">");
	if (v->page.n) {
		html(h, "<nav class=\"pager\" aria-label=\"Pages du journal\"><span class=\"muted\">{} {} sur {}</span>",
		     number_fr(rq->arena, (int64_t)v->page.n), v->page.n > 1 ? "événements affichés" : "événement affiché",
		     number_fr(rq->arena, (int64_t)v->total));
		if (v->page.more)
			html(h, "<a href=\"{}\">Événements plus anciens</a>",
			     criteria_link(rq, rq->http->path, "page",
					   html_number(h, (int64_t)v->page.v[v->page.n - 1].seq)));
		html(h, "</nav>");
	}
	html(h, "<a class=\"btn btn-alt btn-small\" href=\"{}\">{}</a></div>\n",
	     criteria_link(rq, "/controle/exports", "journal", class == EVENT_ACT ? "actions" : "connexions"),
	     v->total > 1 ?
		     arena_printf(rq->arena, "Exporter ces %s lignes (CSV)", number_fr(rq->arena, (int64_t)v->total)) :
		     "Exporter ces lignes (CSV)");
}

/* page is the seq below which the page starts; 0: the newest. */
static enum err read_log(struct request *rq, enum event_class class, size_t limit, struct log_view *v)
{
	int64_t before = 0;

	if (*input_get(&rq->in, "page") && text_to_int(input_get(&rq->in, "page"), 1, INT64_MAX, &before))
		return ERR_MALFORMED;
	return log_read(rq->app, rq->arena, &rq->who, (int)class, &rq->in, (uint64_t)before, limit, &rq->faults, v);
}

static const char *nothing_found(const struct log_view *v)
{
	if (v->nobody)
		return "Aucun événement pour ces critères : l’annuaire ne connaît personne de ce nom ni de cet identifiant, et rien n’est "
		       "enregistré à ce numéro.";
	if (v->no_provider)
		return "Aucun événement pour ces critères : l’annuaire ne connaît aucun fournisseur de ce nom ni de cet identifiant, et "
		       "rien n’est enregistré sous cet identifiant.";
	return "Aucun événement pour ces critères.";
}

static enum err log_page(struct request *rq, struct html *h, enum event_class class, const char *title)
{
	struct log_view v = { 0 };
	enum err e = read_log(rq, class, PER_PAGE, &v);

	if (e && e != ERR_INVALID)
		return e;
	if (e)
		rq->re->status = 422;
	else if (!*input_get(&rq->in, "du"))
		rq->in = input_with(rq->arena, &rq->in, "du", day_slashes(rq->arena, v.from));
	if (!e && !*input_get(&rq->in, "au"))
		rq->in = input_with(rq->arena, &rq->in, "au", day_slashes(rq->arena, v.until));
	page_begin(rq, h, &(struct page){ .space = SPACE_AUDIT, .tab = rq->route->pattern, .title = title });
	error_summary(rq, h);
	html(h, "<h1>{f}</h1>\n", title);
	filters(rq, h, rq->route->pattern, class);
	if (!e) {
		alerts(rq, h, &v);
		lines_note(rq, h, &v);
		if (v.page.n)
			table(rq, h, &v);
		else
			note(h, NOTE_INFO, nothing_found(&v));
		below(rq, h, &v, class);
	}
	html(h,
	     "<p class=\"small muted\">Heure de Paris. Les connexions sont conservées {} jours, les actions {} jours. Votre consultation et vos exports sont "
	     "eux-mêmes enregistrés. <a href=\"/controle/integrite\">Vérifier l’intégrité du journal</a></p>\n",
	     number_fr(rq->arena, rq->app->settings->audit_connections_days),
	     number_fr(rq->arena, rq->app->settings->audit_acts_days));
	page_end(rq, h);
	return ERR_OK;
}

enum err page_connections(struct request *rq, struct html *h)
{
	return log_page(rq, h, EVENT_CONNECTION, "Journal des connexions");
}

enum err page_actions(struct request *rq, struct html *h)
{
	return log_page(rq, h, EVENT_ACT, "Journal des actions");
}

/* --- export: CSV, a cell that a spreadsheet would take for a formula begins with an apostrophe (docs/security.md); a
   spreadsheet's filter finds no text with no-break spaces --- */

static void csv_cell(struct buf *out, const char *s, char end)
{
	buf_byte(out, '"');
	if (*s && strchr("=+-@\t\r", *s))
		buf_byte(out, '\'');
	for (size_t n; *s; s += n ? n : 1) {
		n = text_no_break(s);
		if (*s == '"')
			buf_byte(out, '"');
		buf_byte(out, n ? ' ' : (uint8_t)*s);
	}
	buf_byte(out, '"');
	buf_byte(out, (uint8_t)end);
}

static const struct choice objects[] = {
	{ "acts", "actions" },   { "connections", "connexions" }, { "chain", "chaîne" }, { "stop", "arrêt" },
	{ "resume", "reprise" }, { "restore", "restauration" },   { NULL, NULL },
};

static void csv_row(struct request *rq, const struct audit_record *r, const char *name, const char *place)
{
	struct buf *out = &rq->re->body;

	csv_cell(out, time_log_fr(rq->arena, r->time), ';');
	csv_cell(out, name, ';');
	csv_cell(out, r->number, ';');
	csv_cell(out, event_label(r->event), ';');
	csv_cell(out, r->failed ? "Échec" : "Réussi", ';');
	csv_cell(out, r->failed ? cause_label(r->cause) : "", ';');
	csv_cell(out, r->address, ';');
	csv_cell(out, place, ';');
	csv_cell(out, choice_label(objects, r->object_id), ';');
	csv_cell(out, r->user_agent, ';');
	csv_cell(out, arena_printf(rq->arena, "%llu", (unsigned long long)r->seq), ';');
	csv_cell(out, details_text(rq->arena, r, false), '\n');
}

static void export_row(struct request *rq, struct html *h, const struct log_view *v, size_t i)
{
	const struct audit_record *r = &v->page.v[i];
	const char *lines = arg_of(&r->details, "exported");
	int64_t n;

	html(h, "<tr><td class=\"nowrap num\">{}</td><th scope=\"row\" class=\"nowrap\">", time_log_fr(rq->arena, r->time));
	person(rq, h, r, v->who.names[i], v->who.reachable[i]);
	html(h, "</th><td>{f}</td><td>{f}</td><td class=\"num\">{}</td></tr>\n",
	     strcmp(r->object_id, "acts") == 0 ? "Actions" : "Connexions", details_text(rq->arena, r, true),
	     text_to_int(lines, 0, INT64_MAX, &n) ? "–" : number_fr(rq->arena, n));
}

/* All that are kept, newest first; itself a query of the log. */
static enum err read_exports(struct request *rq, struct log_view *v)
{
	day_t first = day_today() - (day_t)rq->app->settings->audit_connections_days;

	rq->in = input_with(rq->arena, &rq->in, "evenement", event_code(EVENT_LOG_EXPORT));
	if (!*input_get(&rq->in, "du"))
		rq->in = input_with(rq->arena, &rq->in, "du", day_slashes(rq->arena, first));
	return read_log(rq, EVENT_CONNECTION, PER_PAGE, v);
}

static void exports_table(struct request *rq, struct html *h, const struct log_view *v)
{
	table_open(h, "t-exp",
		   arena_printf(rq->arena, "%s export%s – du plus récent au plus ancien",
				number_fr(rq->arena, (int64_t)v->total), v->total > 1 ? "s" : ""),
		   "Date et heure", "Personne", "Journal", "Critères", "Lignes", NULL);
	for (size_t i = 0; i < v->page.n; i++)
		export_row(rq, h, v, i);
	table_close(h);
	if (v->page.more)
		html(h, "<nav class=\"pager\" aria-label=\"Pages des exports\"><a href=\"{}\">Exports plus anciens</a></nav>\n",
		     link_with(rq->arena, "/controle/exports", "page",
			       html_number(h, (int64_t)v->page.v[v->page.n - 1].seq), NULL));
}

static enum err exports_page(struct request *rq, struct html *h)
{
	struct log_view v = { 0 };
	enum err e = read_exports(rq, &v);

	if (e)
		return e;
	page_begin(rq, h, &(struct page){ .space = SPACE_AUDIT, .tab = "/controle/exports", .title = "Exports" });
	html(h,
	     "<h1>Exports</h1>\n<p class=\"lead\">Faites une recherche dans <a href=\"/controle/connexions\">Connexions</a> ou "
	     "<a href=\"/controle/actions\">Actions</a>, puis « Exporter ces lignes ». Un export compte {} lignes au plus ; il est enregistré "
	     "dans le journal avec ses critères.</p>\n",
	     number_fr(rq->arena, EXPORT_MAX));
	if (v.page.n)
		exports_table(rq, h, &v);
	else
		note(h, NOTE_INFO, "Aucun export à ce jour.");
	page_end(rq, h);
	return ERR_OK;
}

enum err page_log_export(struct request *rq, struct html *h)
{
	struct log_view v = { 0 };
	bool acts = input_has(&rq->in, "journal", "actions");

	if (!*input_get(&rq->in, "journal"))
		return exports_page(rq, h);
	if (!acts && !input_has(&rq->in, "journal", "connexions"))
		return ERR_MALFORMED;
	enum err e = read_log(rq, acts ? EVENT_ACT : EVENT_CONNECTION, EXPORT_MAX, &v);

	if (e)
		return e;
	rq->re->content_type = "text/csv; charset=utf-8";
	http_header(rq->re, "Content-Disposition", "attachment; filename=\"journal-%s.csv\"",
		    acts ? "actions" : "connexions");
	buf_text(&rq->re->body,
		 "\xEF\xBB\xBF"
		 "Date et heure;Personne;Identifiant;Événement;Résultat;Cause;Adresse IP;Établissement;Objet;Navigateur;Numéro;Précision\n");
	for (size_t i = 0; i < v.page.n; i++)
		csv_row(rq, &v.page.v[i], v.who.names[i], v.who.places[i]);
	return ERR_OK;
}
