/* What was sent to the Caf: the list, one revision, taking it back. */
#include "fcgi/page/page.h"

#include <string.h>

struct tag_of revision_tag(const char *state)
{
	static const struct {
		const char *state;
		struct tag_of tag;
	} tags[] = {
		{ "pending", { "tag-info", "En attente" } }, { "accepted", { "tag-ok", "Acceptée" } },
		{ "refused", { "tag-err", "Refusée" } },     { "withdrawn", { "", "Retirée" } },
		{ "superseded", { "", "Remplacée" } },       { "closed", { "", "Close" } },
	};

	for (size_t i = 0; i < LENGTH(tags); i++)
		if (strcmp(tags[i].state, state) == 0)
			return tags[i].tag;
	return (struct tag_of){ "", state };
}

/* A narrow column breaks between the day and the hour alone. */
static void moment(struct request *rq, struct html *h, int64_t at)
{
	html(h, "{} <span class=\"nowrap\">à {}</span>", day_fr(rq->arena, day_of(at)), time_hour_fr(rq->arena, at));
}

static void reason_cell(struct html *h, const struct revision *r)
{
	html(h, "<td>");
	for (size_t i = 0; i < r->reasons.n; i++)
		html(h, "{f}<br>", choice_label(reason_choices, r->reasons.v[i]));
	if (*r->reason_text)
		html(h, "« {b} »", r->reason_text);
	html(h, "</td></tr>\n");
}

void revisions_table(struct request *rq, struct html *h, const struct revision *v, size_t n)
{
	table_open(h, "t-rev", "De la plus récente à la plus ancienne", "Modification", "Envoyée le", "Par", "État",
		   "Motif", NULL);
	for (size_t i = 0; i < n; i++) {
		const char *number = html_number(h, (int64_t)v[i].n);

		html(h, "<tr><th scope=\"row\"><a href=\"{}/revisions/{}\">n° {}</a></th><td>", own_path(rq), number,
		     number);
		moment(rq, h, v[i].sent_at);
		html(h, "</td><td>{} <span class=\"muted num nowrap\">{}</span></td><td>", v[i].author_name,
		     v[i].author_number);
		tag(h, revision_tag(v[i].state));
		if (v[i].decided_at) {
			html(h, "<br><span class=\"small muted\">");
			moment(rq, h, v[i].decided_at);
			html(h, "</span>");
		}
		html(h, "</td>");
		reason_cell(h, &v[i]);
	}
	table_close(h);
}

enum err page_revisions(struct request *rq, struct html *h)
{
	struct revision *v;
	size_t n;
	enum err e = revisions_read(rq->app, rq->arena, &rq->e, &v, &n);

	if (e)
		return e;
	page_begin(rq, h,
		   &(struct page){ .space = SPACE_PRO,
				   .tab = "/espace-pro",
				   .title = arena_printf(rq->arena, "%s : modifications envoyées", rq->e.name) });
	crumbs(h, "Mes établissements", "/espace-pro", rq->e.name, own_path(rq), "Modifications envoyées", NULL);
	html(h, "<h1>{} : modifications envoyées</h1>\n", rq->e.name);
	if (n)
		revisions_table(rq, h, v, n);
	else
		note(h, NOTE_INFO, "Aucune modification envoyée.");
	page_end(rq, h);
	return ERR_OK;
}

static enum err revision_of_path(struct request *rq, struct revision *out)
{
	int64_t n;

	if (text_to_int(rq->arg[1], 1, INT32_MAX, &n))
		return ERR_NOTFOUND;
	return revision_read(rq->app, rq->arena, &rq->e, (uint64_t)n, out);
}

void listing_rubrics(struct request *rq, struct html *h, const struct listing *l)
{
	html(h, "<dl class=\"summary\">\n");
	for (enum section s = 0; s < SECTION__MAX; s++) {
		const char *text = section_text(rq->app, rq->arena, l, s);

		if (*text)
			html(h, "<div><dt>{f}</dt><dd><p>{l}</p></dd></div>\n", section_labels[s], text);
	}
	html(h, "</dl>\n");
}

enum err page_revision(struct request *rq, struct html *h)
{
	struct revision r;
	struct listing l;
	enum err e = revision_of_path(rq, &r);

	if (e || (e = listing_decode(rq->arena, r.text, &l)))
		return e;
	const char *title = arena_printf(rq->arena, "%s, modification n° %d", rq->e.name, (int)r.n);

	page_begin(rq, h, &(struct page){ .space = SPACE_PRO, .tab = "/espace-pro", .title = title });
	crumbs(h, "Mes établissements", "/espace-pro", rq->e.name, own_path(rq), "Modifications envoyées",
	       arena_printf(rq->arena, "%s/revisions", own_path(rq)), arena_printf(rq->arena, "n° %d", (int)r.n), NULL);
	html(h, "<h1>{}</h1>\n<p class=\"meta\"><span>Envoyée par <strong>{}</strong> ({}) le <strong>{}</strong></span>",
	     title, r.author_name, r.author_number, time_fr(rq->arena, r.sent_at));
	tag(h, revision_tag(r.state));
	html(h, "</p>\n");
	if (r.decided_at && (strcmp(r.state, "accepted") == 0 || strcmp(r.state, "refused") == 0))
		html(h, "<p>Décision de la {} le {}.</p>\n", rq->who.caf.name, time_fr(rq->arena, r.decided_at));
	for (size_t i = 0; i < r.reasons.n; i++)
		html(h, "<p>{f}</p>\n", choice_label(reason_choices, r.reasons.v[i]));
	if (*r.reason_text)
		html(h, "<p>« {b} »</p>\n", r.reason_text);
	listing_rubrics(rq, h, &l);
	if (strcmp(r.state, "pending") == 0) {
		form_open(rq, h, "card", NULL);
		field_hidden(h, "action", "retirer-envoi");
		html(h,
		     "<h2>Retirer cet envoi</h2>\n<p>La Caf ne l’examinera pas. Votre texte devient un brouillon.</p>\n"
		     "<div class=\"actions\"><button class=\"btn btn-danger btn-small\">Retirer l’envoi</button></div>\n");
		form_close(h);
	}
	page_end(rq, h);
	return ERR_OK;
}

enum err page_revision_withdraw(struct request *rq, struct html *h)
{
	struct revision r;
	enum err e = revision_of_path(rq, &r);

	(void)h;
	if (e)
		return e;
	if (!input_has(&rq->in, "action", "retirer-envoi"))
		return ERR_MALFORMED;
	e = revision_withdraw(rq->app, rq->arena, &rq->who, &rq->e, r.n);
	return e ? e : done(rq, own_path(rq), "envoi-retire");
}
